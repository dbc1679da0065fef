//! Labelled sequences: CSV or TSV with a header line, or FASTA with `label=…` in the description.

use std::{
    collections::{BTreeMap, HashSet},
    io::BufRead,
    path::Path,
};

use crate::{
    error::{Error, Result},
    genome::sequence::{is_nucleotide, reverse_complement_into},
    read::{self, Format, InputReport, read_line},
};

/// One labelled sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    /// Upper case.
    pub sequence: Vec<u8>,
    /// As the file has it.
    pub label: String,
    /// Line of the file where it begins, from 1.
    pub line: u64,
}

/// The columns with sequence and label.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    /// Name of the column with the sequence; `None`: `sequence` or `seq`.
    pub sequence: Option<String>,
    /// Name of the column (FASTA: of the key) with the label; `None`: `label`.
    pub label: Option<String>,
}

const SHAPE: &str = "labelled sequences are a CSV or TSV file whose first line names the columns (sequence,label), or FASTA \
                     with label=… in every description";

/// Reads all samples of a file; `path` may be `-`.
pub(crate) fn read(path: &Path, columns: &Columns) -> Result<(Vec<Sample>, InputReport)> {
    of(read::open(path)?, columns)
}

/// Reads all samples of an input that is open already.
pub(crate) fn of(input: read::Input, columns: &Columns) -> Result<(Vec<Sample>, InputReport)> {
    input.expect(&[Format::Fasta, Format::Unknown], "a file of labelled sequences").map_err(|e| e.with_hint(SHAPE))?;
    let (place, report) = (input.place(), input.report());
    let samples = match input.format {
        Format::Fasta => fasta(input.reader, &place, columns)?,
        _ => table(input.reader, &place, columns)?,
    };
    if samples.is_empty() {
        return Err(Error::input(&place, "it contains no labelled sequence").with_hint(SHAPE));
    }
    Ok((samples, report()))
}

/// The letters in upper case; refuses other letters than those of nucleotides.
fn bases(text: &[u8], line: u64, place: &str) -> Result<Vec<u8>> {
    let sequence = text.to_ascii_uppercase();
    match sequence.iter().find(|&&b| !is_nucleotide(b)) {
        Some(&bad) => Err(Error::input(
            place,
            format!("line {line}: {:?} in the sequence is not a letter of a nucleotide", char::from(bad)),
        )),
        None if sequence.is_empty() => Err(Error::input(place, format!("line {line}: the sequence is empty"))),
        None => Ok(sequence),
    }
}

fn table(mut reader: Box<dyn BufRead + Send>, place: &str, columns: &Columns) -> Result<Vec<Sample>> {
    let start = reader.fill_buf().map_err(|error| Error::input(place, error.to_string()))?;
    let first = start.split(|&b| b == b'\n').next().unwrap_or_default();
    let delimiter = if first.contains(&b'\t') { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(read::LineLimited::new(reader));
    let bad = |error: csv::Error| Error::input(place, error.to_string()).with_hint(SHAPE);
    let names: Vec<String> = reader
        .headers()
        .map_err(bad)?
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').trim().to_string())
        .collect();
    let find = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
    let column = |asked: &Option<String>, usual: &[&str], option: &str| -> Result<usize> {
        let found = match asked {
            Some(name) => find(&[name.as_str()]),
            None => find(usual),
        };
        found.ok_or_else(|| {
            let wanted = asked.as_deref().unwrap_or(usual[0]);
            let headless = names.iter().any(|name| name.len() > 20 && name.bytes().all(is_nucleotide));
            let message = if headless {
                "line 1 holds a sequence, not the names of the columns".to_string()
            } else {
                format!("there is no column {wanted:?}: line 1 names {}", names.join(", "))
            };
            Error::input(place, message).with_hint(if headless {
                "write `sequence,label` as the first line".to_string()
            } else {
                format!("{option} NAME names the column")
            })
        })
    };
    let sequence = column(&columns.sequence, &["sequence", "seq"], "--sequence-column")?;
    let label = column(&columns.label, &["label"], "--label-column")?;
    let mut samples = Vec::new();
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let line = record.position().map_or(0, csv::Position::line);
        let text = record[label].trim();
        if text.is_empty() {
            return Err(Error::input(place, format!("line {line}: the label is empty")));
        }
        samples.push(Sample {
            sequence: bases(record[sequence].trim().as_bytes(), line, place)?,
            label: text.into(),
            line,
        });
    }
    Ok(samples)
}

fn fasta(mut reader: Box<dyn BufRead + Send>, place: &str, columns: &Columns) -> Result<Vec<Sample>> {
    let key = format!("{}=", columns.label.as_deref().unwrap_or("label"));
    let mut samples: Vec<Sample> = Vec::new();
    let (mut line, mut number) = (Vec::new(), 0u64);
    loop {
        line.clear();
        if !read_line(&mut reader, &mut line).map_err(|error| Error::input(place, error.to_string()))? {
            break;
        }
        number += 1;
        let text = line.trim_ascii();
        if let Some(name) = text.strip_prefix(b">") {
            let name = String::from_utf8_lossy(name);
            let label = name.split_whitespace().find_map(|word| word.strip_prefix(key.as_str())).ok_or_else(|| {
                Error::input(place, format!("line {number}: no {key}… in the description of {name:?}")).with_hint(SHAPE)
            })?;
            samples.push(Sample { sequence: Vec::new(), label: label.into(), line: number });
        } else if let Some(sample) = samples.last_mut() {
            sample.sequence.extend_from_slice(text);
        }
    }
    for sample in &mut samples {
        sample.sequence = bases(&sample.sequence, sample.line, place)?;
    }
    Ok(samples)
}

/// Class numbers of all samples, by the names of the classes and the map of labels that the user gives.
///
/// With two classes, the second is the one that is predicted. A label is looked up in `map`, then among the names of the
/// classes, then as `0`/`1`, `false`/`true`, `no`/`yes` for two classes. Numbers for more classes are never guessed.
pub(crate) fn classes(
    samples: &[Sample],
    names: &[String],
    map: &BTreeMap<String, String>,
    place: &str,
) -> Result<Vec<u8>> {
    let by_name = |label: &str| names.iter().position(|name| name.eq_ignore_ascii_case(label));
    for (label, name) in map {
        if by_name(name).is_none() {
            return Err(Error::usage(format!(
                "--labels {label}={name}: the model has no class {name:?}; it has {}",
                names.join(", ")
            )));
        }
    }
    let class = |label: &str| -> Option<usize> {
        if let Some(name) = map.get(label) {
            return by_name(name);
        }
        by_name(label).or_else(|| match (names.len(), label.to_ascii_lowercase().as_str()) {
            (2, "0" | "false" | "no" | "negative") => Some(0),
            (2, "1" | "true" | "yes" | "positive") => Some(1),
            _ => None,
        })
    };
    samples
        .iter()
        .map(|sample| {
            class(&sample.label).map(|c| c as u8).ok_or_else(|| {
                Error::input(
                    place,
                    format!("line {}: label {:?} must be one of {}", sample.line, sample.label, names.join(", ")),
                )
                .with_hint(format!(
                    "map it to a class: --labels {}={}",
                    sample.label,
                    names[names.len() - 1]
                ))
            })
        })
        .collect()
}

/// Sequences and their reverse complements: those that a model was trained on.
#[derive(Default)]
pub(crate) struct Seen(HashSet<Vec<u8>>);

impl Seen {
    /// Adds the sequences of a file.
    pub(crate) fn add(&mut self, samples: &[Sample]) {
        for sample in samples {
            let mut turned = Vec::new();
            reverse_complement_into(&sample.sequence, &mut turned);
            self.0.insert(turned);
            self.0.insert(sample.sequence.clone());
        }
    }

    /// Whether it contains a sequence, on either strand.
    pub(crate) fn contains(&self, sequence: &[u8]) -> bool {
        self.0.contains(sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &'static str) -> Result<Vec<Sample>> {
        table(Box::new(text.as_bytes()), "x.csv", &Columns::default())
    }

    #[test]
    fn tables_and_fasta_hold_the_same_samples() {
        let commas = csv("sequence,label\nacgt,1\nTTGA,0\n").expect("a table");
        let tabs = csv("label\tname\tseq\n1\ta\tACGT\n0\tb\tTTGA\n").expect("a table");
        let text: &[u8] = b">a label=1\nAC\nGT\n>b other label=0\nTTGA\n";
        let fasta = fasta(Box::new(text), "x.fa", &Columns::default()).expect("FASTA");
        for samples in [&commas, &tabs, &fasta] {
            let all: Vec<_> =
                samples.iter().map(|s| (String::from_utf8_lossy(&s.sequence).into_owned(), s.label.clone())).collect();
            assert_eq!(all, [("ACGT".into(), "1".into()), ("TTGA".into(), "0".into())]);
        }
    }

    #[test]
    fn a_missing_header_line_is_named() {
        let error = csv("ACGTACGTACGTACGTACGTACGT,1\nTTGA,0\n").expect_err("no header");
        assert!(error.to_string().contains("line 1 holds a sequence"), "{error}");
        let error = csv("text,label\nACGT,1\n").expect_err("no sequence");
        assert!(error.to_string().contains("line 1 names text, label"), "{error}");
    }

    #[test]
    fn labels_are_never_guessed_for_three_classes() {
        let samples = csv("sequence,label\nACGT,0\nACGT,donor\n").expect("a table");
        let names: Vec<String> = ["acceptor", "donor", "neither"].map(String::from).into();
        let error = classes(&samples, &names, &BTreeMap::new(), "x").expect_err("0 says nothing");
        assert!(error.to_string().contains("line 2: label \"0\""), "{error}");
        let map = BTreeMap::from([("0".to_string(), "acceptor".to_string())]);
        assert_eq!(classes(&samples, &names, &map, "x").expect("mapped"), [0, 1]);
    }

    #[test]
    fn seen_on_either_strand() {
        let mut seen = Seen::default();
        seen.add(&csv("sequence,label\nAACG,1\n").expect("a table"));
        assert!(seen.contains(b"AACG") && seen.contains(b"CGTT") && !seen.contains(b"GCAA"));
    }
}
