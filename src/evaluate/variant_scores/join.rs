//! Scores of variants joined with their labels, which are in the same file or in another one: found there by CHROM, POS, REF and
//! ALT as they are written.

use std::{collections::HashMap, path::Path};

use super::{
    column::{Column, Values},
    file::ScoreFile,
    rows::{ReadColumns, Rows, show_key},
    selection::ColumnSelection,
};
use crate::{
    error::{Error, Result},
    genome::interval::commas,
    read::InputReport,
};

/// Labelled variants with their scores.
pub(crate) struct LabelledScores {
    /// Name, and the value for each labelled variant; not-a-number where there is none.
    pub(crate) scores: Vec<(String, Vec<f64>)>,
    /// One per variant: 0 or 1 for classes, or the measured effect.
    pub(crate) labels: Vec<f64>,
    /// The file of labels, for messages.
    pub(crate) place: String,
    /// Rows of the file of scores that have no label.
    pub(crate) unlabelled: u64,
    /// Labelled variants that are not in the file of scores.
    pub(crate) absent: u64,
    /// Rows of the file of scores.
    pub(crate) rows: u64,
    /// For the manifest.
    pub(crate) inputs: Vec<InputReport>,
}

impl LabelledScores {
    /// Whether all labels are 0 or 1.
    pub(crate) fn has_classes(&self) -> bool {
        self.labels.iter().all(|label| *label == 0.0 || *label == 1.0)
    }
}

/// The file and the number, among the columns that are read of it, of one column.
#[derive(Clone, Copy)]
enum ColumnSource {
    Scores(usize),
    Labels(usize),
}

/// The file of scores, and the file of labels where that is another one.
struct Files {
    scores: ScoreFile,
    labels: Option<ScoreFile>,
    /// Column of the label, in the file of labels.
    label: usize,
    /// Columns with contig, position, REF and ALT of each file, if it is a table that has them.
    variant: Option<[usize; 4]>,
    labels_variant: Option<[usize; 4]>,
}

/// The columns that are read, and the scores that are made of them.
#[derive(Default)]
struct Plan {
    /// Columns of the file of scores.
    scores: Vec<usize>,
    /// Columns of the file of labels.
    labels: Vec<usize>,
    /// Name and columns of each score.
    made: Vec<(String, Vec<ColumnSource>)>,
}

/// Reads scores, and the labels from the same file or from `labels`.
pub(crate) fn read(path: &Path, labels: Option<&Path>, selection: &ColumnSelection) -> Result<LabelledScores> {
    let files = Files::open(path, labels, selection)?;
    let any = selection.scores.is_empty();
    let plan = if any { files.all_scores() } else { files.named_scores(selection)? };
    files.check(&plan)?;
    let Files { scores: file, labels: other, label, variant, labels_variant } = files;
    let place = file.place.clone();
    let own_label = other.is_none().then_some(label);
    let (rows, report) = file.rows(&ReadColumns { scores: &plan.scores, any, label: own_label, variant })?;
    let Some(other) = other else {
        let scores = (0..rows.lines.len()).map(Some).collect();
        return Joined { scores, labels: &rows, place, inputs: vec![report] }.finish(&rows, plan.made);
    };
    let other_place = other.place.clone();
    let columns = ReadColumns { scores: &plan.labels, any: false, label: Some(label), variant: labels_variant };
    let (label_rows, other_report) = other.rows(&columns)?;
    let found: HashMap<&str, usize> = rows.keys.iter().enumerate().map(|(i, key)| (&**key, i)).collect();
    let scores: Vec<Option<usize>> = label_rows.keys.iter().map(|key| found.get(&**key).copied()).collect();
    if scores.iter().all(Option::is_none) {
        return Err(nothing_common(&place, &rows, &other_place, &label_rows));
    }
    let inputs = vec![report, other_report];
    Joined { scores, labels: &label_rows, place: other_place, inputs }.finish(&rows, plan.made)
}

impl Files {
    fn open(path: &Path, labels: Option<&Path>, selection: &ColumnSelection) -> Result<Self> {
        let scores = ScoreFile::open(path)?;
        let labels = labels.map(ScoreFile::open).transpose()?;
        let label = label_column(labels.as_ref().unwrap_or(&scores), labels.is_some(), selection)?;
        let usual = selection.variant.as_ref();
        let columns = |file: &ScoreFile| if file.is_table() { file.variant_columns(usual) } else { Ok(None) };
        let variant = columns(&scores)?;
        let labels_variant = labels.as_ref().map_or(Ok(None), columns)?;
        if let Some(other) = &labels {
            for (file, columns) in [(&scores, &variant), (other, &labels_variant)] {
                if file.is_table() && columns.is_none() {
                    return Err(Error::input(
                        &file.place,
                        format!("it needs columns CHROM, POS, REF and ALT: {}", file.names()),
                    )
                    .with_hint("--variant-columns CHROM,POS,REF,ALT names them"));
                }
            }
        }
        Ok(Self { scores, labels, label, variant, labels_variant })
    }

    /// All columns that are scores, where the user names none.
    fn all_scores(&self) -> Plan {
        let keys: Vec<usize> = self.variant.iter().flatten().copied().collect();
        let mut plan = Plan::default();
        for (index, column) in self.scores.columns.iter().enumerate() {
            let is_label = self.labels.is_none() && index == self.label;
            if column.is_score && !is_label && !keys.contains(&index) {
                plan.made.push((column.name.clone(), vec![ColumnSource::Scores(plan.scores.len())]));
                plan.scores.push(index);
            }
        }
        plan
    }

    /// The scores that the user names: each column is looked for in the file of scores, then in that of labels.
    fn named_scores(&self, selection: &ColumnSelection) -> Result<Plan> {
        let mut plan = Plan::default();
        for score in &selection.scores {
            let sources = score.columns.iter().map(|name| self.named_column(name, &mut plan)).collect::<Result<_>>()?;
            plan.made.push((score.name.clone(), sources));
        }
        Ok(plan)
    }

    fn named_column(&self, name: &str, plan: &mut Plan) -> Result<ColumnSource> {
        let place_of = |list: &mut Vec<usize>, index: usize| {
            list.iter().position(|&i| i == index).unwrap_or_else(|| {
                list.push(index);
                list.len() - 1
            })
        };
        let of_labels = |name: &str| match &self.labels {
            Some(other) => Ok(other.find(name)?.map(|index| (other, index))),
            None => Ok(None),
        };
        let (source, within, column) = if let Some(index) = self.scores.find(name)? {
            (ColumnSource::Scores(place_of(&mut plan.scores, index)), &self.scores, index)
        } else if let Some((other, index)) = of_labels(name)? {
            (ColumnSource::Labels(place_of(&mut plan.labels, index)), other, index)
        } else {
            let file = &self.scores;
            let mut message = format!("there is no {} {name:?} for a score: {}", file.what(), file.names());
            if let Some(other) = &self.labels {
                message.push_str(&format!("; and {}: {}", other.place, other.names()));
            }
            return Err(Error::input(&file.place, message).with_hint("--score NAME takes one of these names"));
        };
        let Column { values, is_number, .. } = within.columns[column];
        if values == Values::Other || !is_number {
            return Err(Error::input(&within.place, format!("{name} does not have one number for each allele")));
        }
        Ok(source)
    }

    /// Refuses a plan without scores, and one with two scores of one name.
    fn check(&self, plan: &Plan) -> Result<()> {
        if plan.made.is_empty() {
            let is_number =
                |column: &&Column| column.is_number && column.values != Values::Other && column.values != Values::Cell;
            let numbers: Vec<&str> =
                self.scores.columns.iter().filter(is_number).map(|column| column.name.as_str()).collect();
            let has =
                if numbers.is_empty() { String::new() } else { format!(": its numbers are {}", numbers.join(", ")) };
            return Err(Error::input(&self.scores.place, format!("no score of a known name is in it{has}"))
                .with_hint("--score NAME names a column or INFO field with a score"));
        }
        let mut names = plan.made.iter().enumerate().map(|(index, (name, _))| (index, name));
        match names.find(|(index, name)| plan.made[..*index].iter().any(|(other, _)| other == *name)) {
            Some((_, name)) => {
                Err(Error::usage(format!("two scores are called {name}"))
                    .with_hint("--score NAME=COLUMN gives one a name"))
            }
            None => Ok(()),
        }
    }
}

fn label_column(file: &ScoreFile, is_other: bool, selection: &ColumnSelection) -> Result<usize> {
    let name = selection.label();
    let label = file.find(name)?.ok_or_else(|| {
        let message = format!("there is no {} {name:?} for the label: {}", file.what(), file.names());
        Error::input(&file.place, message).with_hint(if is_other || file.is_table() {
            "--label-column NAME names it"
        } else {
            "--label-column NAME names it; --labels-from TABLE reads labels from another file"
        })
    })?;
    if file.columns[label].values == Values::Other {
        return Err(Error::input(&file.place, format!("{name} does not have one value for each allele")));
    }
    Ok(label)
}

/// The rows of the two files that belong together.
struct Joined<'a> {
    /// For each row of the labels, the row of its scores.
    scores: Vec<Option<usize>>,
    labels: &'a Rows,
    /// The file of labels.
    place: String,
    inputs: Vec<InputReport>,
}

impl Joined<'_> {
    /// The variants that have a label, with their scores. `rows` are those of the file of scores.
    fn finish(self, rows: &Rows, made: Vec<(String, Vec<ColumnSource>)>) -> Result<LabelledScores> {
        let Self { scores, labels, place, inputs } = self;
        let all = &labels.labels;
        let kept: Vec<usize> = (0..all.len()).filter(|&i| !all[i].is_nan()).collect();
        if kept.is_empty() {
            return Err(Error::input(&place, format!("none of its {} rows has a label", commas(all.len() as u64))));
        }
        let with_label = kept.iter().filter(|&&i| scores[i].is_some()).count();
        let mut found = Vec::new();
        for (name, sources) in made {
            // A column that the user did not name, and that holds text.
            if sources.iter().any(|source| matches!(source, ColumnSource::Scores(i) if rows.values[*i].is_empty())) {
                continue;
            }
            let value = |&row: &usize| {
                sources
                    .iter()
                    .map(|source| match *source {
                        ColumnSource::Scores(index) => scores[row].map_or(f64::NAN, |row| rows.values[index][row]),
                        ColumnSource::Labels(index) => labels.values[index][row],
                    })
                    .filter(|value| !value.is_nan())
                    .fold(f64::NAN, |most, value| if value.abs() <= most.abs() { most } else { value })
            };
            found.push((name, kept.iter().map(value).collect()));
        }
        if found.is_empty() {
            return Err(Error::input(&place, "no column beside the label holds numbers")
                .with_hint("--score NAME names the column of a score"));
        }
        Ok(LabelledScores {
            scores: found,
            labels: kept.iter().map(|&i| all[i]).collect(),
            place,
            unlabelled: (rows.lines.len() - with_label) as u64,
            absent: (kept.len() - with_label) as u64,
            rows: rows.lines.len() as u64,
            inputs,
        })
    }
}

/// The error for two files without a common variant: the names of contigs differ, or positions and alleles.
fn nothing_common(place: &str, rows: &Rows, other_place: &str, other: &Rows) -> Error {
    let contigs = |rows: &Rows| {
        let mut names: Vec<String> = Vec::new();
        for key in &rows.keys {
            let name = key.split('\t').next().unwrap_or_default();
            if names.len() == 3 {
                break;
            }
            if !names.iter().any(|known| known == name) {
                names.push(name.into());
            }
        }
        names
    };
    let (first, second) = (contigs(rows), contigs(other));
    let shared = rows.keys.iter().any(|key| {
        let contig = key.split('\t').next().unwrap_or_default();
        second.iter().any(|name| name == contig)
    });
    let first_of = |rows: &Rows| rows.keys.first().map(|key| show_key(key)).unwrap_or_default();
    let error = Error::input(
        other_place,
        format!(
            "no variant of it is in {place}: its first is {}, there the first is {}",
            first_of(other),
            first_of(rows)
        ),
    );
    error.with_hint(if shared {
        "POS, REF and ALT must be identical in both files (POS counts from 1; bcftools norm writes indels in one way)"
            .to_string()
    } else {
        format!(
            "contigs are called {} … there and {} … here: rename those of one file to match the other",
            first.join(", "),
            second.join(", ")
        )
    })
}
