//! The MD5 of contigs from the sequence dictionary beside a FASTA file (`.dict`, as `samtools dict` and Picard write it).

use std::{
    collections::HashMap,
    io::Read,
    path::{Path, PathBuf},
};

use super::super::{
    beside::{is_older, with_ending},
    source::Source,
};
use crate::{
    address::{file_name, with_other_ending},
    genome::Contigs,
};

/// The names of a dictionary: `genome.dict` and `genome.fa.dict` for `genome.fa`, and `genome.dict` for `genome.fa.gz`, too.
fn names(fasta: &Path) -> Vec<PathBuf> {
    let mut names = vec![with_other_ending(fasta, "dict"), with_ending(fasta, "dict")];
    let whole = file_name(fasta);
    if whole.ends_with(".gz") || whole.ends_with(".bgz") {
        // genome.fa.dict becomes genome.dict.
        names.push(with_other_ending(&names[0], "dict"));
    }
    names
}

/// The bytes of a dictionary; `None` without one, or where it cannot be read.
fn bytes(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    Source::open(path).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The MD5 (M5) of the contigs that the dictionary has, by their numbers. A dictionary that is older than the FASTA file, or has another
/// length for a contig, is of other bases: it is not used, with a warning.
pub(super) fn digests(fasta: &Path, contigs: &Contigs) -> HashMap<usize, [u8; 16]> {
    let Some((text, path)) = names(fasta).into_iter().find_map(|path| Some((bytes(&path)?, path))) else {
        return HashMap::new();
    };
    let unused = |why: &str| {
        tracing::warn!("{} is not used for the MD5 of contigs: {why} (samtools dict makes it again)", path.display());
    };
    if is_older(&path, fasta) {
        unused(&format!("it is older than {}", fasta.display()));
        return HashMap::new();
    }
    let mut digests = HashMap::new();
    for line in String::from_utf8_lossy(&text).lines().filter(|line| line.starts_with("@SQ\t")) {
        let value = |key: &str| line.split('\t').find_map(|field| field.strip_prefix(key));
        let Some((id, contig)) = value("SN:").and_then(|name| contigs.id(name).zip(contigs.get(name))) else {
            continue;
        };
        if value("LN:").and_then(|length| length.parse().ok()) != Some(contig.len) {
            unused(&format!("its length of contig {} is not that of {}", contig.name, fasta.display()));
            return HashMap::new();
        }
        if let Some(md5) = value("M5:").and_then(parsed) {
            digests.insert(id, md5);
        }
    }
    digests
}

/// 32 hexadecimal digits.
fn parsed(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 16];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}
