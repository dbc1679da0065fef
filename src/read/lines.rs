//! Lines of text and length-prefixed binary records, neither of them longer than [`MAX_LINE`].

use std::io::{self, BufRead, Read};

use super::format::{BYTE_ORDER_MARK, WITHOUT_MARK};

/// The longest line or binary record that is read, in bytes: 256 MiB.
pub(crate) const MAX_LINE: usize = 256 << 20;

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 256 MiB")
}

/// Reads a line without its end (`\n`, and any carriage returns before it); `false` at the end of the input. A line that is
/// longer than [`MAX_LINE`] is an error.
pub(crate) fn read_line(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    Ok(read_line_and_end(reader, line)?.is_some())
}

/// Reads a line as [`read_line`] does. Returns whether the line has an end, which the last line of a file may lack; `None` at
/// the end of the input.
pub(crate) fn read_line_and_end(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            return Ok((!line.is_empty()).then_some(false));
        }
        let (used, ended) = match memchr::memchr(b'\n', buffer) {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        line.extend_from_slice(&buffer[..used]);
        reader.consume(used);
        if line.len() > MAX_LINE {
            return Err(too_long());
        }
        if ended {
            line.pop();
            while line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(Some(true));
        }
    }
}

/// A line as text. The error is the problem and a hint.
pub(crate) fn text_of(line: &[u8]) -> std::result::Result<&str, (&'static str, &'static str)> {
    if line.starts_with(BYTE_ORDER_MARK) {
        return Err(("it begins with a byte-order mark (EF BB BF)", WITHOUT_MARK));
    }
    if memchr::memchr(0, line).is_some() {
        return Err(("it holds a NUL byte", "is this a binary file, or text in UTF-16? text is UTF-8"));
    }
    std::str::from_utf8(line).map_err(|_| ("it is not UTF-8", "iconv -f LATIN1 -t UTF-8 FILE > NEW, if it is Latin-1"))
}

/// A reader of text that fails at a line longer than [`MAX_LINE`], for libraries that would allocate memory for any line.
pub(crate) struct LineLimited<R> {
    inner: R,
    line: usize,
}

impl<R: BufRead> LineLimited<R> {
    /// Wraps a reader of text.
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, line: 0 }
    }
}

impl<R: BufRead> Read for LineLimited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for LineLimited<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.line > MAX_LINE {
            return Err(too_long());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // The buffer is already filled, so this reads nothing.
        let ended =
            self.inner.fill_buf().ok().and_then(|buffer| memchr::memrchr(b'\n', &buffer[..count.min(buffer.len())]));
        self.line = match ended {
            Some(at) => count - at - 1,
            None => self.line + count,
        };
        self.inner.consume(count);
    }
}

/// Reads a record of BAM (one length) or BCF (two): `lengths` 32-bit numbers, which are part of the result, and as many bytes
/// as their sum. `None` at the end of the input. Memory grows with the bytes that are read, so a damaged length allocates
/// nothing.
pub(crate) fn read_frame(reader: &mut dyn BufRead, lengths: usize) -> io::Result<Option<Vec<u8>>> {
    if reader.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut frame = vec![0u8; 4 * lengths];
    reader.read_exact(&mut frame)?;
    let total: u64 = frame.chunks_exact(4).map(|b| u64::from(u32::from_le_bytes([b[0], b[1], b[2], b[3]]))).sum();
    if total > MAX_LINE as u64 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a record of {total} bytes: it is damaged")));
    }
    let read = reader.take(total).read_to_end(&mut frame)?;
    if (read as u64) < total {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(frame))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_removed_and_the_last_is_optional() {
        let mut reader = &b"a\r\nbc\n\nlast"[..];
        let (mut line, mut lines) = (Vec::new(), Vec::new());
        while read_line(&mut reader, &mut line).expect("memory") {
            lines.push(String::from_utf8_lossy(&line).into_owned());
        }
        assert_eq!(lines, ["a", "bc", "", "last"]);
    }
}
