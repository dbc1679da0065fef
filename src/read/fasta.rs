//! FASTA as a stream: contigs in the order of the file, their bases in pieces. Memory does not grow with the length of a contig.
//!
//! [`super::reference`] fetches any interval instead; its index is made by noodles, so the two share no scanning of lines.

use std::{
    collections::HashSet,
    io::{self, BufRead},
    path::Path,
};

use md5::{Digest, Md5};
use serde::Serialize;

use super::{
    format::Format,
    open::{self, Input},
    source,
};
use crate::{
    digest::hex,
    error::{Error, Result, describe},
    genome::{
        Contigs,
        interval::show_position,
        sequence::{is_nucleotide, is_plain},
    },
};

/// A contig, as the manifest lists it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ContigReport {
    /// Name.
    pub name: String,
    /// Length in bases.
    pub length: u64,
    /// MD5 of its bases in upper case, which SAM calls M5; `None` where only a part was read, or digests are not wanted.
    #[serde(serialize_with = "in_hex")]
    pub md5: Option<[u8; 16]>,
}

fn in_hex<S: serde::Serializer>(md5: &Option<[u8; 16]>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    md5.map(|bytes| hex(&bytes)).serialize(serializer)
}

/// A part of a FASTA stream.
pub(crate) enum Event<'a> {
    /// A contig begins.
    Contig(&'a str),
    /// The next bases of the contig, as they are written.
    Bases(&'a [u8]),
    /// The contig has ended.
    End(ContigReport),
}

/// The number of bases from which on a piece is sent.
const PIECE: usize = 64 << 10;

/// The longest line of a contig's name, in bytes.
const MAX_HEADER: usize = 1 << 20;

/// Refuses letters that are not nucleotides. `start` is the 0-based position of the first of `bases` on `contig`.
pub(crate) fn check_alphabet(bases: &[u8], place: &str, contig: &str, start: u64) -> Result<()> {
    if is_plain(bases) || bases.iter().fold(true, |good, &base| good & is_nucleotide(base)) {
        return Ok(());
    }
    let at = bases.iter().position(|&base| !is_nucleotide(base)).unwrap_or(0);
    let letter = char::from(bases[at]);
    let shown = if letter.is_ascii_graphic() { format!("\"{letter}\"") } else { format!("byte {:#04x}", bases[at]) };
    let error = Error::input(
        place,
        format!("{shown} at {} is not a nucleotide letter", show_position(contig, start + at as u64)),
    );
    Err(if letter.is_ascii_alphabetic() {
        error.with_hint("is this a protein FASTA? nucleotides are A C G T U N R Y S W K M B D H V")
    } else {
        error
    })
}

/// The names and lengths of all contigs of a file, in its order, by reading it from start to end.
pub(crate) fn read_contigs(path: &Path) -> Result<Contigs> {
    if !source::is_file(path) {
        return Err(Error::usage(format!(
            "{}: the lengths of the contigs must be known before the bases are read",
            open::place(path)
        ))
        .with_hint("give a file instead of standard input or a pipe"));
    }
    let input = open::open_even_empty(path)?;
    input.expect(&[Format::Fasta, Format::Empty], "a FASTA file")?;
    if input.format == Format::Fasta {
        tracing::info!(
            "{} is read once for the lengths of its contigs, and again for their bases (compress it with bgzip for random access)",
            open::place(path)
        );
    }
    let mut contigs = Contigs::default();
    stream(input, |event| {
        if let Event::End(contig) = event {
            contigs.push(contig.name, contig.length);
        }
        Ok(())
    })?;
    Ok(contigs)
}

/// Reads a FASTA stream from start to end, and calls `event` with every [`Event`] in order.
///
/// Errors: text before the first `>`, an empty or repeated name, a letter that is not a nucleotide.
pub(crate) fn stream(input: Input, event: impl FnMut(Event<'_>) -> Result<()>) -> Result<()> {
    let (place, has_digest) = (input.place(), input.has_digest());
    let mut reader = input.reader;
    let mut contigs = Assembler::new(&place, has_digest, event);
    // The line of a contig's name, while it is read.
    let mut header = None::<Vec<u8>>;
    let (mut at_line_start, mut line_number) = (true, 1u64);
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::input(&place, describe(&error))),
        };
        if buffer.is_empty() {
            break;
        }
        let mut at = 0;
        while at < buffer.len() {
            if header.is_none() && at_line_start && buffer[at] == b'>' {
                contigs.finish_contig()?;
                header = Some(Vec::new());
            }
            let (line_end, ended) = match memchr::memchr(b'\n', &buffer[at..]) {
                Some(len) => (at + len, true),
                None => (buffer.len(), false),
            };
            let text = &buffer[at..line_end];
            match &mut header {
                Some(header) => add_to_header(header, text, &place, line_number)?,
                None => contigs.add_line(text, line_number)?,
            }
            if ended {
                if let Some(header) = header.take() {
                    contigs.begin_contig(&header, line_number)?;
                }
                line_number += 1;
            }
            contigs.send_full_piece()?;
            (at_line_start, at) = (ended, line_end + usize::from(ended));
        }
        let len = buffer.len();
        reader.consume(len);
    }
    if let Some(header) = header {
        let name = contig_name(&header, &place, line_number)?;
        let why = format!("line {line_number}: contig \"{name}\" has no sequence; is the file truncated?");
        return Err(Error::input(&place, why));
    }
    contigs.finish_contig()
}

fn add_to_header(header: &mut Vec<u8>, text: &[u8], place: &str, line: u64) -> Result<()> {
    header.extend_from_slice(text);
    if header.len() > MAX_HEADER {
        return Err(Error::input(place, format!("line {line}: a FASTA header of more than 1 MiB")));
    }
    Ok(())
}

/// Makes events of the lines of contigs.
struct Assembler<'p, F> {
    place: &'p str,
    /// The MD5 of contigs is wanted.
    has_digest: bool,
    event: F,
    /// Digests of the names so far: a file may have millions of names.
    names: HashSet<[u8; 16]>,
    current: Option<Current>,
    /// Bases of the current contig that are not sent yet.
    piece: Vec<u8>,
    /// The same in upper case.
    upper: Vec<u8>,
}

/// The contig that is being read.
struct Current {
    name: String,
    /// Bases sent so far.
    length: u64,
    md5: Md5,
}

impl<'p, F: FnMut(Event<'_>) -> Result<()>> Assembler<'p, F> {
    fn new(place: &'p str, has_digest: bool, event: F) -> Self {
        let piece = Vec::with_capacity(2 * PIECE);
        Self { place, has_digest, event, names: HashSet::new(), current: None, piece, upper: Vec::new() }
    }

    fn begin_contig(&mut self, header: &[u8], line: u64) -> Result<()> {
        let name = contig_name(header, self.place, line)?;
        if !self.names.insert(Md5::digest(name.as_bytes()).into()) {
            return Err(Error::input(self.place, format!("line {line}: contig \"{name}\" occurs twice")));
        }
        (self.event)(Event::Contig(&name))?;
        self.current = Some(Current { name, length: 0, md5: Md5::new() });
        Ok(())
    }

    /// Adds a line of bases, or a part of one.
    fn add_line(&mut self, text: &[u8], line: u64) -> Result<()> {
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if self.current.is_some() {
            self.piece.extend_from_slice(text);
        } else if !text.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::input(self.place, format!("line {line}: text before the first \">\"")));
        }
        Ok(())
    }

    fn send_full_piece(&mut self) -> Result<()> {
        if self.piece.len() >= PIECE { self.send_piece() } else { Ok(()) }
    }

    fn send_piece(&mut self) -> Result<()> {
        let Self { place, has_digest, event, current, piece, upper, .. } = self;
        if let Some(Current { name, length, md5 }) = current
            && !piece.is_empty()
        {
            check_alphabet(piece, place, name, *length)?;
            if *has_digest {
                upper.clear();
                upper.extend_from_slice(piece);
                upper.make_ascii_uppercase();
                md5.update(&upper);
            }
            *length += piece.len() as u64;
            event(Event::Bases(piece))?;
        }
        piece.clear();
        Ok(())
    }

    fn finish_contig(&mut self) -> Result<()> {
        self.send_piece()?;
        match self.current.take() {
            None => Ok(()),
            Some(Current { name, length: 0, .. }) => {
                Err(Error::input(self.place, format!("contig \"{name}\" has no sequence"))
                    .with_hint("remove this contig, or check whether the file is truncated or damaged there"))
            }
            Some(Current { mut name, length, md5 }) => {
                // A file may have millions of names.
                name.shrink_to_fit();
                let md5 = self.has_digest.then(|| md5.finalize().into());
                (self.event)(Event::End(ContigReport { name, length, md5 }))
            }
        }
    }
}

/// The name of a contig: `chr1` for `>chr1 description`.
fn contig_name(header: &[u8], place: &str, line: u64) -> Result<String> {
    let text = header.strip_prefix(b">").unwrap_or(header);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if text.contains(&b'\r') {
        return Err(Error::input(place, format!("line {line}: a carriage return within the line")).with_hint(
            "lines end with a line feed, which may have a carriage return before it: tr '\\r' '\\n' < FILE > NEW",
        ));
    }
    let text = text.split(|b| b.is_ascii_whitespace()).next().unwrap_or_default();
    if text.is_empty() {
        return Err(Error::input(place, format!("line {line}: a contig without a name")));
    }
    String::from_utf8(text.to_vec())
        .map_err(|_| Error::input(place, format!("line {line}: a contig name that is not UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &[u8]) -> Result<Vec<String>> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.fa");
        std::fs::write(&path, text).expect("written");
        let mut seen = Vec::new();
        stream(super::super::open(&path)?, |event| {
            seen.push(match event {
                Event::Contig(name) => format!(">{name}"),
                Event::Bases(bases) => String::from_utf8_lossy(bases).into_owned(),
                Event::End(report) => format!("{} {}", report.length, hex(&report.md5.unwrap_or_default())),
            });
            Ok(())
        })?;
        Ok(seen)
    }

    #[test]
    fn contigs_bases_and_their_md5() {
        // M5 of ACGTACGT from `printf ACGTACGT | md5sum`.
        let seen = events(b">a one\r\nACGT\r\nacgt\r\n\r\n>b\nNN").expect("good FASTA");
        assert_eq!(seen[..3], [">a", "ACGTacgt", "8 cc0af3a4fedb18378b4b57b98068e69f"].map(String::from));
        assert_eq!(seen[3..5], [">b", "NN"].map(String::from));
    }

    #[test]
    fn errors_of_fasta_have_a_place() {
        for (text, say) in [
            (&b">a\nACGT\n>a\nACGT\n"[..], "line 3: contig \"a\" occurs twice"),
            (b">\nACGT\n", "line 1: a contig without a name"),
            (b">a\nACGT\n>b", "line 3: contig \"b\" has no sequence"),
            (b">p\nMKVLAAGIVE\n", "\"L\" at p:4 is not a nucleotide letter"),
        ] {
            let error = events(text).expect_err("bad FASTA").to_string();
            assert!(error.contains(say), "{error}");
        }
    }
}
