//! Whether the variants belong to the reference: contigs are compared before the first record, REF record by record. With another assembly,
//! the scores of records that match by chance would mean nothing.

use std::path::Path;

use super::settings::{MissingContigs, RecordSettings};
use crate::{
    error::{Error, Result},
    genome::interval::commas,
    read::{index, reference::Reference, regions::Aliases, variants::Variants},
};

/// Names that a message shows.
const SHOWN: usize = 3;

/// The first of many, and how many more there are.
fn first<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    let more = names.len() - shown.len();
    let rest = if more > 0 { format!(" and {} more", commas(more as u64)) } else { String::new() };
    shown.join(", ") + &rest
}

/// Compares the contigs of the header, and those on which records lie, if an index beside the input tells, with the reference.
pub(crate) fn check_contigs(
    settings: &RecordSettings,
    variants: &Variants,
    reference: &Reference,
    aliases: &Aliases,
) -> Result<()> {
    let (theirs, ours, contigs) = (variants.place(), reference.place(), reference.contigs());
    let mut lengths = Vec::new();
    let mut missing = Vec::new();
    for contig in variants.contigs.iter() {
        match contigs.get(aliases.resolve(&contig.name)) {
            None => missing.push(contig.name.as_str()),
            Some(there) if contig.len > 0 && contig.len != there.len => {
                let (a, b) = (commas(contig.len), commas(there.len));
                lengths.push(format!("{} ({a} and {b} bases)", contig.name));
            }
            Some(_) => {}
        }
    }
    if !lengths.is_empty() {
        tracing::warn!(
            "contigs have other lengths in the header of {theirs} than in {ours}: {}; does it belong to another assembly?",
            first(&lengths)
        );
    }
    let skips = settings.missing_contigs == MissingContigs::Skip;
    let none = !missing.is_empty() && missing.len() == variants.contigs.count();
    if none && skips {
        tracing::warn!("none of the contigs in the header of {theirs} is in {ours}: {}", first(&missing));
    }
    if skips {
        return Ok(());
    }
    let indexed = contigs_with_records(&settings.variants, variants);
    let with_records = indexed.as_ref().and_then(|(index, names)| {
        let lost = names.iter().find(|name| contigs.get(aliases.resolve(name)).is_none())?;
        Some((lost.as_str(), format!("contig \"{lost}\" is not in {ours}, and {index} has records on it")))
    });
    let all = || (missing[0], format!("none of the contigs in its header is in {ours}: {}", first(&missing)));
    if let Some((name, message)) = none.then(all).or(with_records) {
        let naming = contigs.missing(aliases.resolve(name), theirs, &ours);
        let hint = format!("{}; {SKIP}", naming.hint().unwrap_or_default());
        return Err(Error::input(theirs, message).with_hint(hint));
    }
    if !missing.is_empty() && indexed.is_none() {
        let what = if missing.len() == 1 { "a contig" } else { "contigs" };
        tracing::warn!(
            "{what} of the header of {theirs} {} not in {ours}: {}; a record on it will end the run ({SKIP})",
            if missing.len() == 1 { "is" } else { "are" },
            first(&missing)
        );
    }
    Ok(())
}

/// What can be done about records on contigs that the reference lacks.
pub(crate) const SKIP: &str = "--missing-contigs skip writes such records without scores";

/// The error of a record whose contig the reference lacks; `theirs`: the record.
pub(crate) fn missing_contig(name: &str, theirs: &str, reference: &Reference) -> Error {
    let error = reference.contigs().missing(name, theirs, &reference.place());
    let hint = format!("{}; {SKIP}", error.hint().unwrap_or_default());
    error.with_hint(hint)
}

/// The index beside the input, and the contigs on which it has records.
fn contigs_with_records(path: &Path, variants: &Variants) -> Option<(String, Vec<String>)> {
    let index = index::current(path)?;
    let dictionary = variants.dictionary().ok()?;
    let place = index.path.display().to_string();
    let named = index.contigs.into_iter().enumerate().filter(|(_, contig)| contig.has_records());
    let names = named.map(|(at, contig)| contig.name.or_else(|| dictionary.contig_name(at).map(String::from)));
    Some((place, names.collect::<Option<_>>()?))
}

/// As many records must have been compared before a run ends for its mismatches while it goes on: fewer may all lie in one odd
/// place.
const ENOUGH: u64 = 100;

/// Fewer mismatches than these may be accidents, whatever their share.
const MANY: u64 = 10;

/// Counts records whose REF the reference does not have.
pub(crate) struct Mismatches {
    /// The largest share that is borne.
    limit: f64,
    compared: u64,
    mismatched: u64,
    first: Vec<String>,
    theirs: String,
    ours: String,
}

impl Mismatches {
    /// Counts mismatches up to a share of `limit`; the names of the two files are for messages.
    pub(crate) fn new(limit: f64, theirs: &str, ours: String) -> Self {
        Self { limit, compared: 0, mismatched: 0, first: Vec::new(), theirs: theirs.into(), ours }
    }

    /// A record was compared; `example` shows one that does not match. An error, once there are too many of them.
    pub(crate) fn count(&mut self, matches: bool, example: impl FnOnce() -> String) -> Result<()> {
        self.compared += 1;
        if !matches {
            self.mismatched += 1;
            if self.first.len() < SHOWN {
                self.first.push(example());
            }
        }
        if self.compared >= ENOUGH && self.surely_too_many() { Err(self.error()) } else { Ok(()) }
    }

    /// Whether the share is above the limit whatever may come: not by accident of those that came first.
    fn surely_too_many(&self) -> bool {
        let (compared, limit) = (self.compared as f64, self.limit);
        // Four standard deviations of a share that is at the limit.
        self.mismatched as f64 > limit * compared + 4.0 * (limit * (1.0 - limit) * compared).sqrt()
    }

    fn too_many(&self) -> bool {
        self.mismatched as f64 > self.limit * self.compared as f64
    }

    fn message(&self) -> String {
        format!(
            "the REF of {} of {} records differs from {} ({:.1} %): {}",
            commas(self.mismatched),
            commas(self.compared),
            self.ours,
            100.0 * self.mismatched as f64 / self.compared as f64,
            self.first.join(", ")
        )
    }

    fn error(&self) -> Error {
        Error::input(&self.theirs, self.message()).with_hint(format!(
            "does it belong to another assembly? More than {} of the records mismatch (--max-ref-mismatch); --max-ref-mismatch 1 accepts any number, and writes these records without scores",
            self.limit
        ))
    }

    /// All records have been compared.
    pub(crate) fn finish(&self) -> Result<()> {
        if self.mismatched >= MANY && self.too_many() {
            return Err(self.error());
        }
        if self.mismatched > 0 {
            tracing::warn!("{}: {}; they are written without scores", self.theirs, self.message());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a run over so many records ends, of which every `nth` mismatches; and after how many.
    fn ended(limit: f64, records: u64, nth: u64) -> (u64, bool) {
        let mut mismatches = Mismatches::new(limit, "calls.vcf", "genome.fa".into());
        for at in 1..=records {
            if mismatches.count(at % nth != 0, || format!("c:{at}")).is_err() {
                return (at, true);
            }
        }
        (records, mismatches.finish().is_err())
    }

    #[test]
    fn many_mismatches_end_the_run_as_soon_as_they_are_no_accident() {
        // All of them, and one in five: as soon as there are enough records.
        assert_eq!(ended(0.1, 1000, 1), (100, true));
        assert_eq!(ended(0.1, 1000, 5), (145, true));
        // One in nine: sure only when all have come.
        assert_eq!(ended(0.1, 1000, 9), (1000, true));
        assert_eq!(ended(0.2, 1000, 5), (1000, false));
        assert_eq!(ended(0.1, 1000, 10), (1000, false));
        assert_eq!(ended(1.0, 1000, 1), (1000, false));
        assert_eq!(ended(0.0, 1000, 400), (400, true));
        assert_eq!(ended(0.02, 500, 400), (500, false));
        // Few records: only if many of them mismatch.
        assert_eq!((ended(0.1, 9, 1), ended(0.1, 10, 1), ended(0.5, 20, 2)), ((9, false), (10, true), (20, false)));
    }

    #[test]
    fn the_first_ones_are_shown() {
        let mut mismatches = Mismatches::new(0.1, "calls.vcf", "genome.fa".into());
        for at in 1..=20 {
            mismatches.count(at % 2 == 0, || format!("c:{at}")).expect("few records");
        }
        let error = mismatches.finish().expect_err("half of them");
        assert_eq!(
            error.to_string(),
            "calls.vcf: the REF of 10 of 20 records differs from genome.fa (50.0 %): c:1, c:3, c:5"
        );
        assert_eq!(first(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }
}
