//! Bytes in. A file is opened by what it holds, never by its name: plain, gzip or BGZF; FASTA, FASTQ, SAM, BAM, CRAM,
//! VCF or BCF. `-` is standard input.
//!
//! What was read is counted and hashed on the way; a BGZF stream that lacks its end block is an error, wherever it
//! came from.

pub mod alignments;
pub mod annotation;
mod bam_index;
pub mod bed;
pub mod bigwig;
pub mod cram;
pub mod fasta;
pub mod fastq;
pub mod header;
#[cfg(feature = "htslib")]
mod htslib;
pub mod index;
pub mod reference;
pub mod regions;
pub mod variants;

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use noodles::bgzf;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    digest::hex,
    error::{Error, Result},
};

/// The empty block that ends every BGZF file (SAM specification, section 4.1.2).
pub const BGZF_EOF: [u8; 28] = [
    0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 0x06, 0, 0x42, 0x43, 0x02, 0, 0x1b, 0, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

/// The containers that end a CRAM file of version 3 and 2.1 (CRAM specification 3.1, section 9).
const CRAM_EOF: [&[u8]; 2] = [
    b"\x0f\0\0\0\xff\xff\xff\xff\x0f\xe0EOF\0\0\0\0\x01\0\x05\xbd\xd9O\0\x01\0\x06\x06\x01\0\x01\0\x01\0\xeec\x01K",
    b"\x0b\0\0\0\xff\xff\xff\xff\x0f\xe0EOF\0\0\0\0\x01\0\0\x01\0\x06\x06\x01\0\x01\0\x01\0",
];

/// Last bytes of an input that are remembered: as many as the longest end mark has.
const TAIL: usize = 38;

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, from start to end only.
    Gzip,
    /// Blocked gzip (bgzip, BAM, BCF).
    Bgzf,
    /// xz.
    Xz,
}

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the names of formats")]
pub enum Format {
    Fasta,
    Fastq,
    Sam,
    Bam,
    Cram,
    Vcf,
    Bcf,
    /// Text of another kind, or binary.
    Unknown,
    /// Nothing: no bytes at all, after decompression.
    Empty,
}

/// For the manifest.
#[derive(Clone, Debug, Serialize)]
pub struct InputReport {
    /// As the user wrote it.
    #[serde(serialize_with = "lossy")]
    pub path: PathBuf,
    /// What it holds.
    pub format: Format,
    /// How it is compressed.
    pub compression: Compression,
    /// Bytes read from it.
    pub bytes: u64,
    /// sha256 of the file, if it was read from start to end.
    pub sha256: Option<String>,
    /// The library that read it, where there is more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
}

/// A path as text, also one that is not UTF-8.
pub fn lossy<S: serde::Serializer>(path: &Path, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

struct Tally {
    hash: Sha256,
    bytes: u64,
    tail: Vec<u8>,
    ended: bool,
}

/// What has been read from a file so far; shared with whoever writes the manifest.
#[derive(Clone)]
pub struct Digested(Arc<Mutex<Tally>>);

impl Digested {
    fn lock(&self) -> std::sync::MutexGuard<'_, Tally> {
        // A poisoned lock means a panic, which fails the run anyway.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts and hashes what passes through.
struct Counting<R> {
    inner: R,
    tally: Digested,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let mut tally = self.tally.lock();
        if count == 0 {
            tally.ended = tally.ended || !buffer.is_empty();
        } else {
            tally.hash.update(&buffer[..count]);
            tally.bytes += count as u64;
            let keep = count.min(TAIL);
            tally.tail.extend_from_slice(&buffer[count - keep..count]);
            let extra = tally.tail.len().saturating_sub(TAIL);
            tally.tail.drain(..extra);
        }
        Ok(count)
    }
}

/// Ends a BGZF stream with an error if its end block is missing.
struct EndChecked<R> {
    inner: R,
    tally: Digested,
}

impl<R: BufRead> EndChecked<R> {
    fn check(&self) -> io::Result<()> {
        if self.tally.lock().tail.ends_with(&BGZF_EOF) {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "the BGZF end block is missing: the file is truncated"))
        }
    }
}

impl<R: BufRead> Read for EndChecked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            self.check()?;
        }
        Ok(count)
    }
}

impl<R: BufRead> BufRead for EndChecked<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.inner.fill_buf()?.is_empty() {
            self.check()?;
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
    }
}

/// Says what share of a file has been read, from 0 to 1.
pub type Share = Box<dyn Fn() -> f64 + Send>;

/// An open input: its decompressed bytes, and what is known of it.
pub struct Input {
    /// Decompressed bytes (CRAM: as they are).
    pub reader: Box<dyn BufRead + Send>,
    /// What it holds.
    pub format: Format,
    /// How it is compressed.
    pub compression: Compression,
    /// As the user wrote it.
    pub path: PathBuf,
    /// What it begins with.
    start: Vec<u8>,
    /// Bytes of the file; `None` of what is no file.
    length: Option<u64>,
    tally: Digested,
}

/// Bytes of an input's beginning that are kept for messages.
const START: usize = 41;

/// Bytes that say how a file is compressed.
const COMPRESSION: usize = 18;

/// Bytes that say what it holds, as far as they come at once: of a pipe, no more is waited for than is needed to know how it is
/// compressed.
const HEAD: usize = 64 << 10;

/// Reads what is needed to know compression and format, and gives it back with the rest.
fn peek(mut reader: Box<dyn Read + Send>, path: &Path) -> Result<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut head = vec![0u8; HEAD];
    let mut len = 0;
    while len < COMPRESSION {
        match reader.read(&mut head[len..]) {
            Ok(0) => break,
            Ok(count) => len += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::read(path, &error)),
        }
    }
    head.truncate(len);
    let all: Box<dyn Read + Send> = Box::new(io::Cursor::new(head.clone()).chain(reader));
    Ok((head, all))
}

/// Opens a file, or standard input for `-`. An empty one is an error: for formats that begin with a header.
pub fn open(path: &Path) -> Result<Input> {
    let input = open_even_empty(path)?;
    if input.format == Format::Empty { Err(Error::input(input.place(), input.emptiness())) } else { Ok(input) }
}

/// Opens a file that may be empty; `None`: it is.
pub fn open_if_any(path: &Path) -> Result<Option<Input>> {
    Ok(Some(open_even_empty(path)?).filter(|input| input.format != Format::Empty))
}

/// Opens what comes from anywhere, for example from memory: it may be [`Format::Empty`]. `name` is what messages and manifests call it.
pub fn open_reader(name: &Path, reader: impl Read + Send + 'static) -> Result<Input> {
    begin(name, Box::new(reader), None)
}

/// Opens a file of a format without a header, of which nothing is a valid file: it may be [`Format::Empty`].
pub fn open_even_empty(path: &Path) -> Result<Input> {
    if path == Path::new("-") {
        return begin(path, Box::new(io::stdin()), None);
    }
    let file = File::open(path).map_err(|error| Error::read(path, &error))?;
    let about = file.metadata().ok();
    if about.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return Err(Error::input(path.display(), "is a folder, not a file"));
    }
    let length = about.filter(std::fs::Metadata::is_file).map(|about| about.len());
    begin(path, Box::new(file), length)
}

fn begin(path: &Path, raw: Box<dyn Read + Send>, length: Option<u64>) -> Result<Input> {
    let tally = Digested(Arc::new(Mutex::new(Tally { hash: Sha256::new(), bytes: 0, tail: Vec::new(), ended: false })));
    let counted = Counting { inner: raw, tally: tally.clone() };
    let (head, all) = peek(Box::new(counted), path)?;
    let compression = match head.as_slice() {
        [0x1f, 0x8b, 8, flags, ..] if flags & 4 != 0 && head.get(12..14) == Some(b"BC") => Compression::Bgzf,
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Compression::Xz,
        _ => Compression::None,
    };
    const BUFFER: usize = 128 << 10;
    let mut reader: Box<dyn BufRead + Send> = match compression {
        Compression::None => Box::new(BufReader::with_capacity(BUFFER, all)),
        Compression::Gzip => Box::new(BufReader::with_capacity(BUFFER, flate2::read::MultiGzDecoder::new(all))),
        Compression::Xz => Box::new(BufReader::with_capacity(BUFFER, lzma_rust2::XzReader::new(all, true))),
        Compression::Bgzf => {
            let inner = bgzf::io::Reader::new(BufReader::with_capacity(BUFFER, all));
            Box::new(EndChecked { inner, tally: tally.clone() })
        }
    };
    let start = reader.fill_buf().map_err(|error| Error::read(path, &error))?;
    let format = format_of(start);
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = start
        && format == Format::Unknown
    {
        return Err(Error::input(place(path), "it is text in UTF-16; all text is read as UTF-8")
            .with_hint("iconv -f UTF-16 -t UTF-8 FILE > NEW"));
    }
    if matches!(format, Format::Unknown | Format::Sam)
        && let Some((problem, hint)) = nearly_vcf(start)
    {
        return Err(Error::input(place(path), problem).with_hint(hint));
    }
    let start = start[..start.len().min(START)].to_vec();
    Ok(Input { reader, format, compression, path: path.into(), start, length, tally })
}

/// What the first bytes say.
fn format_of(start: &[u8]) -> Format {
    let line = &start[..start.iter().position(|&b| b == b'\n').unwrap_or(start.len())];
    let text = start.iter().find(|b| !b.is_ascii_whitespace());
    if start.is_empty() {
        Format::Empty
    } else if start.starts_with(b"BAM\x01") {
        Format::Bam
    } else if start.starts_with(b"CRAM") {
        Format::Cram
    } else if start.starts_with(b"BCF\x02") {
        Format::Bcf
    } else if start.starts_with(b"##fileformat=VCF") {
        Format::Vcf
    } else if let [b'@', a, b, b'\t', ..] = line
        && a.is_ascii_uppercase()
        && b.is_ascii_uppercase()
    {
        Format::Sam
    } else if line.first() == Some(&b'@') {
        // A header line without its tab: the next lines tell.
        let next = start[line.len()..].split(|&b| b == b'\n').nth(1).unwrap_or_default();
        let like_sam = matches!(next, [b'@', a, b, b'\t', ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase())
            || next.iter().filter(|&&b| b == b'\t').count() >= 10;
        if like_sam { Format::Sam } else { Format::Fastq }
    } else if text == Some(&b'>') {
        Format::Fasta
    } else if line.iter().filter(|&&b| b == b'\t').count() >= 10 {
        Format::Sam
    } else {
        Format::Unknown
    }
}

/// What is wrong with a text that is VCF but for its beginning, and what to do. Nothing else begins so.
fn nearly_vcf(start: &[u8]) -> Option<(&'static str, &'static str)> {
    match start {
        [0xef, 0xbb, 0xbf, rest @ ..] if rest.starts_with(b"##fileformat=VCF") || is_vcf_without_first_line(rest) => {
            Some(("it is VCF that begins with a byte-order mark, which VCF does not allow", WITHOUT_MARK))
        }
        _ if is_vcf_without_first_line(start) => Some((
            "it looks like VCF, but its first line is not ##fileformat=VCFv4.x",
            "add that line: (echo '##fileformat=VCFv4.2'; cat FILE) > NEW",
        )),
        _ => None,
    }
}

/// Lines of VCF's header, or a line that can only be a record.
fn is_vcf_without_first_line(start: &[u8]) -> bool {
    const HEADER: [&[u8]; 5] = [b"##fileformat=VCF", b"##contig=<", b"##INFO=<", b"##FORMAT=<", b"##FILTER=<"];
    for line in start.split(|&b| b == b'\n') {
        let line = line.trim_ascii();
        if HEADER.iter().any(|beginning| line.starts_with(beginning)) {
            return true;
        }
        if let Some(rest) = line.strip_prefix(b"#CHROM") {
            return rest.trim_ascii_start().starts_with(b"POS");
        }
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        // Contig, place, name, REF, ALT, quality, filter, INFO. Where BED has a name and a number, there are bases.
        let columns: Vec<&[u8]> = line.split(|&b| b == b'\t').collect();
        let bases = |text: &[u8]| !text.is_empty() && text.iter().all(|b| b"ACGTNacgtn".contains(b));
        let allele = |text: &[u8]| bases(text) || text == b"*" || text.starts_with(b"<");
        return columns.len() >= 8
            && columns[1].iter().all(u8::is_ascii_digit)
            && bases(columns[3])
            && columns[4].split(|&b| b == b',').all(allele);
    }
    false
}

impl Input {
    /// What messages call it.
    pub fn place(&self) -> String {
        place(&self.path)
    }

    /// For the manifest; to be asked for before the reader is handed on, and called when reading is over.
    pub fn report(&self) -> impl Fn() -> InputReport + use<> {
        let (tally, path, format, compression) = (self.tally.clone(), self.path.clone(), self.format, self.compression);
        move || {
            let tally = tally.lock();
            let sha256 = tally.ended.then(|| hex(&tally.hash.clone().finalize()));
            InputReport { path: path.clone(), format, compression, bytes: tally.bytes, sha256, reader: None }
        }
    }

    /// To be asked at any time: the share of the file that has been read. `None` where its length is not known.
    pub fn share(&self) -> Option<Share> {
        let (tally, length) = (self.tally.clone(), self.length?.max(1));
        Some(Box::new(move || tally.lock().bytes as f64 / length as f64))
    }

    /// To be asked when reading is over: whether the file ended as CRAM files do.
    pub fn cram_end(&self) -> impl Fn() -> bool + use<> {
        let tally = self.tally.clone();
        move || {
            let tally = tally.lock();
            CRAM_EOF.iter().any(|mark| tally.tail.ends_with(mark))
        }
    }

    /// Refuses what the command cannot read.
    pub fn expect(&self, wanted: &[Format], what: &str) -> Result<()> {
        if wanted.contains(&self.format) {
            return Ok(());
        }
        match self.format {
            Format::Empty => Err(Error::input(self.place(), format!("not {what}: {}", self.emptiness()))),
            Format::Unknown => Err(self.unknown(what)),
            format => {
                let format = format!("{format:?}").to_uppercase();
                Err(Error::input(self.place(), format!("not {what}: it is {format}")))
            }
        }
    }

    /// Nothing is a file of `format`, which needs no header; but not where its name says one of `headed`, which do.
    pub fn empty_is(mut self, format: Format, headed: &[&str]) -> Result<Self> {
        if self.format != Format::Empty {
            return Ok(self);
        }
        let why = self.emptiness();
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if let Some(ending) = headed.iter().find(|ending| name.ends_with(&format!(".{ending}"))) {
            let what = ending.to_uppercase();
            return Err(Error::input(self.place(), format!("{why}: {what} without records has a header still")));
        }
        tracing::warn!("{}: there are no records: {why}", self.place());
        self.format = format;
        Ok(self)
    }

    /// How it is said that there is nothing in it.
    fn emptiness(&self) -> &'static str {
        match self.compression {
            Compression::None => "the file is empty (0 bytes)",
            _ => "the file holds nothing (0 bytes after decompression)",
        }
    }

    /// The error for a file that is of none of the formats, with what it begins with.
    pub fn unknown(&self, what: &str) -> Error {
        let place = self.place();
        if self.start.starts_with(BYTE_ORDER_MARK) {
            let problem = format!("not {what}: it begins with a byte-order mark (EF BB BF)");
            return Error::input(place, problem).with_hint(WITHOUT_MARK);
        }
        let packed = match self.start.as_slice() {
            [b'B', b'Z', b'h', ..] => Some(("bzip2", "bzip2 -dc FILE")),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(("zstd", "zstd -dc FILE")),
            [b'P', b'K', 3, 4, ..] => Some(("zip", "unzip -p FILE")),
            [0x1f, 0x8b, ..] => Some(("gzip, twice", "gzip -dc FILE")),
            _ => None,
        };
        if let Some((how, unpack)) = packed {
            return Error::input(place, format!("not {what}: it is compressed with {how}; gzip, BGZF and xz are read"))
                .with_hint(format!("{unpack} | genogloss … -"));
        }
        let line = self.start.split(|&b| b == b'\n').find(|line| !line.is_empty()).unwrap_or_default();
        let shown: String = String::from_utf8_lossy(&line[..line.len().min(START - 1)]).escape_debug().collect();
        let dots = if line.len() == START { "…" } else { "" };
        Error::input(place, format!("not {what}: it begins with \"{shown}{dots}\"")).with_hint(
            "FASTA begins with >, FASTQ with @, VCF with ##fileformat=VCF; compressed files may be gzip, BGZF or xz",
        )
    }
}

/// What some editors begin a text in UTF-8 with.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What to do about it.
const WITHOUT_MARK: &str = "take the mark off: tail -c +4 FILE > NEW";

/// A line as text; or what is wrong with it, and what to do.
pub fn text_of(line: &[u8]) -> std::result::Result<&str, (&'static str, &'static str)> {
    if line.starts_with(BYTE_ORDER_MARK) {
        return Err(("it begins with a byte-order mark (EF BB BF)", WITHOUT_MARK));
    }
    if memchr::memchr(0, line).is_some() {
        return Err(("it holds a NUL byte", "is this a binary file, or text in UTF-16? text is UTF-8"));
    }
    std::str::from_utf8(line).map_err(|_| ("it is not UTF-8", "iconv -f LATIN1 -t UTF-8 FILE > NEW, if it is Latin-1"))
}

/// What messages call a path.
pub fn place(path: &Path) -> String {
    if path == Path::new("-") { "standard input".into() } else { path.display().to_string() }
}

/// Refuses a BGZF file on disk that does not end with the end block.
pub fn require_end_block(path: &Path) -> Result<()> {
    let read = || -> io::Result<bool> {
        let mut file = File::open(path)?;
        if file.metadata()?.len() < BGZF_EOF.len() as u64 {
            return Ok(false);
        }
        file.seek(SeekFrom::End(-(BGZF_EOF.len() as i64)))?;
        let mut tail = [0u8; BGZF_EOF.len()];
        file.read_exact(&mut tail)?;
        Ok(tail == BGZF_EOF)
    };
    match read() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::input(path.display(), "the BGZF end block is missing: the file is truncated")),
        Err(error) => Err(Error::read(path, &error)),
    }
}

/// Reads a record that begins with `lengths` 32-bit lengths and has as many bytes, with its lengths; `None` at the
/// end of the input. Memory is taken as bytes come, not as a damaged length promises.
pub fn read_frame(reader: &mut dyn BufRead, lengths: usize) -> io::Result<Option<Vec<u8>>> {
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

/// Text whose lines are not longer than [`MAX_LINE`], for readers that would take memory for any.
pub struct LineLimited<R> {
    inner: R,
    line: usize,
}

impl<R: BufRead> LineLimited<R> {
    /// Around a reader of text.
    pub fn new(inner: R) -> Self {
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
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 256 MiB"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // The buffer is filled: this reads nothing.
        let ended =
            self.inner.fill_buf().ok().and_then(|buffer| memchr::memrchr(b'\n', &buffer[..count.min(buffer.len())]));
        self.line = match ended {
            Some(at) => count - at - 1,
            None => self.line + count,
        };
        self.inner.consume(count);
    }
}

/// Longest line that is read: 256 MiB.
pub const MAX_LINE: usize = 256 << 20;

/// Reads a line without its end (`\n`, with any carriage returns before it); `false` at the end of the input. A line that is too long is an error.
pub fn read_line(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    Ok(read_line_and_end(reader, line)?.is_some())
}

/// The same, and whether the line has an end: the last one may lack it. `None` at the end of the input.
pub fn read_line_and_end(reader: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
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
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 256 MiB"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        for (start, format) in [
            (&b">chr1 human\nACGT"[..], Format::Fasta),
            (b"\n>chr1\nACGT", Format::Fasta),
            (b"@read1\nACGT\n+\nIIII\n", Format::Fastq),
            (b"@SQ read\nACGT\n+\nIIII\n", Format::Fastq),
            (b"@HD\tVN:1.6\n", Format::Sam),
            (b"@CO\n@SQ\tSN:c\tLN:5\n", Format::Sam),
            (b"r1\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\t*\n", Format::Sam),
            (b"BAM\x01rest", Format::Bam),
            (b"##fileformat=VCFv4.2\n", Format::Vcf),
            (b"hello\n", Format::Unknown),
        ] {
            assert_eq!(format_of(start), format, "{}", String::from_utf8_lossy(start));
        }
    }

    #[test]
    fn vcf_without_its_first_line_is_told_from_all_else() {
        for start in [
            &b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t5\t12\tG\tA\t.\t.\t.\n"[..],
            b"##source=x\n##INFO=<ID=DP>\n",
            b"##x\n##fileformat=VCFv4.2\n",
            b"c\t5\t12\tG\tA,<DEL>\t.\t.\tDP=1\n",
            b"c\t5\t12\tG\tA\t.\tPASS\tDP=1\tGT\t0/1\t0/1\t0/0\n",
            b"\xef\xbb\xbf##fileformat=VCFv4.2\n",
        ] {
            assert!(nearly_vcf(start).is_some(), "{}", String::from_utf8_lossy(start));
        }
        for start in [
            &b"#CHROM\tSTART\tEND\nc\t5\t12\n"[..],
            b"c\t5\t12\tCAT\t0\t+\t5\t12\t0,0,0\n",
            b"c\t5\t12\tA\t.\t+\t5\t12\n",
            b"##gff-version 3\nc\tx\tgene\t1\t2\t.\t+\t.\tID=a\n",
            b"#!genome-build GRCh38\nc\tx\tgene\t1\t2\t.\t+\t.\tgene_id \"a\";\n",
            b"r1\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\t*\n",
            b"prompt\tanswer\n",
        ] {
            assert!(nearly_vcf(start).is_none(), "{}", String::from_utf8_lossy(start));
        }
    }

    #[test]
    fn lines_lose_their_ends_and_the_last_needs_none() {
        let mut reader = &b"a\r\nbc\n\nlast"[..];
        let (mut line, mut lines) = (Vec::new(), Vec::new());
        while read_line(&mut reader, &mut line).expect("memory") {
            lines.push(String::from_utf8_lossy(&line).into_owned());
        }
        assert_eq!(lines, ["a", "bc", "", "last"]);
    }
}
