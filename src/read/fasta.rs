//! FASTA as a stream: contigs as they come, their bases in pieces, in constant memory.

use std::{collections::HashSet, io::BufRead, path::Path};

use md5::{Digest, Md5};
use serde::Serialize;

use super::{Format, Input};
use crate::{
    digest::hex,
    error::{Error, Result, describe},
    genome::{
        Contigs,
        interval::show_position,
        sequence::{is_nucleotide, is_plain},
    },
};

/// A contig that was read, for the manifest.
#[derive(Clone, Debug, Serialize)]
pub struct ContigReport {
    /// Name.
    pub name: String,
    /// Length in bases.
    pub length: u64,
    /// MD5 of its bases in upper case: SAM's M5. `None` where only a part was read.
    #[serde(serialize_with = "in_hex")]
    pub md5: Option<[u8; 16]>,
}

fn in_hex<S: serde::Serializer>(md5: &Option<[u8; 16]>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    md5.map(|bytes| hex(&bytes)).serialize(serializer)
}

/// What a stream of FASTA consists of.
pub enum Event<'a> {
    /// A contig begins.
    Contig(&'a str),
    /// The next bases of it, as they are written.
    Bases(&'a [u8]),
    /// It has ended.
    End(ContigReport),
}

/// Bases that are handed on together.
const PIECE: usize = 64 << 10;

/// Bytes that are letters of the nucleotide alphabet.
const NUCLEOTIDE: [bool; 256] = {
    let mut table = [false; 256];
    let letters = b"ACGTUNRYSWKMBDHVacgtunryswkmbdhv-.*";
    let mut i = 0;
    while i < letters.len() {
        table[letters[i] as usize] = true;
        i += 1;
    }
    table
};

/// Refuses letters that are not nucleotides. `start` is the 0-based place of the first of `bases` on `contig`.
pub fn check_alphabet(bases: &[u8], place: &str, contig: &str, start: u64) -> Result<()> {
    if is_plain(bases) || bases.iter().fold(true, |good, &base| good & NUCLEOTIDE[base as usize]) {
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

/// Names and lengths of all contigs of a file, in its order, by reading it through.
pub fn read_contigs(path: &Path) -> Result<Contigs> {
    if !path.is_file() {
        return Err(Error::usage(format!(
            "{}: the lengths of the contigs must be known beforehand",
            super::place(path)
        ))
        .with_hint("give a file instead of standard input or a pipe"));
    }
    let input = super::open_even_empty(path)?;
    input.expect(&[Format::Fasta, Format::Empty], "a FASTA file")?;
    if input.format == Format::Fasta {
        tracing::info!(
            "{} is read once for the lengths of its contigs, and again for their bases (of a file that bgzip made, parts can be read)",
            super::place(path)
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

/// Reads a FASTA stream from start to end.
///
/// Errors: text before the first `>`, an empty or repeated name, a letter that is not a nucleotide.
pub fn stream(input: Input, mut event: impl FnMut(Event<'_>) -> Result<()>) -> Result<()> {
    let place = input.place();
    let mut reader = input.reader;
    let failed = |error: std::io::Error| Error::input(&place, describe(&error));
    // Digests: a file may have millions of names.
    let mut names = HashSet::<[u8; 16]>::new();
    let mut current: Option<(String, u64, Md5)> = None;
    let (mut piece, mut upper) = (Vec::with_capacity(2 * PIECE), Vec::new());
    let (mut at_start, mut header, mut line_number) = (true, None::<Vec<u8>>, 1u64);

    let mut flush = |piece: &mut Vec<u8>,
                     current: &mut Option<(String, u64, Md5)>,
                     event: &mut dyn FnMut(Event<'_>) -> Result<()>|
     -> Result<()> {
        if let Some((name, len, hash)) = current
            && !piece.is_empty()
        {
            check_alphabet(piece, &place, name, *len)?;
            upper.clear();
            upper.extend_from_slice(piece);
            upper.make_ascii_uppercase();
            hash.update(&upper);
            *len += piece.len() as u64;
            event(Event::Bases(piece))?;
        }
        piece.clear();
        Ok(())
    };
    let end = |current: Option<(String, u64, Md5)>, event: &mut dyn FnMut(Event<'_>) -> Result<()>| match current {
        Some((name, 0, _)) => Err(Error::input(&place, format!("contig \"{name}\" has no sequence"))
            .with_hint("take this contig out, if the file is not cut off or damaged there")),
        Some((mut name, length, hash)) => {
            // A file may have millions.
            name.shrink_to_fit();
            event(Event::End(ContigReport { name, length, md5: Some(hash.finalize().into()) }))
        }
        None => Ok(()),
    };

    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        if buffer.is_empty() {
            break;
        }
        let mut at = 0;
        while at < buffer.len() {
            if header.is_none() && at_start && buffer[at] == b'>' {
                flush(&mut piece, &mut current, &mut event)?;
                end(current.take(), &mut event)?;
                header = Some(Vec::new());
            }
            let (line_end, ended) = match memchr::memchr(b'\n', &buffer[at..]) {
                Some(len) => (at + len, true),
                None => (buffer.len(), false),
            };
            let text = &buffer[at..line_end];
            if let Some(header) = &mut header {
                header.extend_from_slice(text);
                if header.len() > 1 << 20 {
                    return Err(Error::input(&place, format!("line {line_number}: a FASTA header of more than 1 MiB")));
                }
            } else {
                let text = text.strip_suffix(b"\r").unwrap_or(text);
                if current.is_some() {
                    piece.extend_from_slice(text);
                } else if !text.iter().all(u8::is_ascii_whitespace) {
                    return Err(Error::input(&place, format!("line {line_number}: text before the first \">\"")));
                }
            }
            at_start = ended;
            at = line_end + usize::from(ended);
            if ended {
                line_number += 1;
                if let Some(text) = header.take() {
                    let name = contig_name(&text, &place, line_number - 1)?;
                    if !names.insert(Md5::digest(name.as_bytes()).into()) {
                        return Err(Error::input(
                            &place,
                            format!("line {}: contig \"{name}\" is there twice", line_number - 1),
                        ));
                    }
                    event(Event::Contig(&name))?;
                    current = Some((name, 0, Md5::new()));
                }
            }
            if piece.len() >= PIECE {
                flush(&mut piece, &mut current, &mut event)?;
            }
        }
        let len = buffer.len();
        reader.consume(len);
    }
    if let Some(text) = header {
        let name = contig_name(&text, &place, line_number)?;
        return Err(Error::input(
            &place,
            format!("line {line_number}: contig \"{name}\" has no sequence; is the file truncated?"),
        ));
    }
    flush(&mut piece, &mut current, &mut event)?;
    end(current, &mut event)
}

/// `>chr1 description` is contig `chr1`.
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
    fn bad_fasta_says_where() {
        for (text, say) in [
            (&b">a\nACGT\n>a\nACGT\n"[..], "line 3: contig \"a\" is there twice"),
            (b">\nACGT\n", "line 1: a contig without a name"),
            (b">a\nACGT\n>b", "line 3: contig \"b\" has no sequence"),
            (b">p\nMKVLAAGIVE\n", "\"L\" at p:4 is not a nucleotide letter"),
        ] {
            let error = events(text).expect_err("bad FASTA").to_string();
            assert!(error.contains(say), "{error}");
        }
    }
}
