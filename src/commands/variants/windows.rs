//! Variants by windows: the reference around the variant, and the same with the allele in its place.

use std::sync::Arc;

use super::Asking;
use crate::{
    commands::setup::{Kind, Loaded},
    error::{Error, Result},
    exact::Task,
    genome::Interval,
    head::track_delta,
    model::Form,
    pipeline::{Feed, RowAnswers},
    read::variants::VariantRecord,
    report::{Counts, Skip},
    tokenize::Encoder,
    variant::spelling::Edit,
    window::Grid,
    write::vcf::{self, AlleleScores, FieldNames},
};

/// How one alternate allele is to be compared with the reference.
pub(super) struct Allele {
    /// First base of the variant in the window, and the allele's lengths.
    at: usize,
    reference_len: usize,
    alternate_len: usize,
}

/// The windows of an allele.
#[derive(Clone)]
pub(super) struct Windows {
    span: u64,
    /// First base of the core in the span.
    core: usize,
    pub(super) max_allele: u64,
    /// Bases of a bin, for tracks.
    bin: Option<u64>,
    distance: Option<u64>,
    grid: Grid,
}

impl Windows {
    pub(super) fn new(loaded: &Loaded) -> Result<Self> {
        let rule = match &loaded.kind {
            Kind::Network(card) => card.window.clone(),
            Kind::Exact(Task::GcContent) => crate::model::card::WindowRule {
                span: 1000,
                core: 1000,
                stride: 1000,
                min_span: None,
                max_unknown: 0.5,
                fixed: true,
            },
            Kind::Exact(_) => {
                return Err(Error::usage("variants need a model that answers with scores: a network, or exact:gc"));
            }
        };
        let grid = Grid::new(&rule, None, loaded.form.bin)?;
        let (max_allele, distance) = match &loaded.kind {
            Kind::Network(card) => (card.variants.max_allele, card.variants.distance),
            Kind::Exact(_) => (None, None),
        };
        let max_allele = max_allele.unwrap_or(rule.span / 2).min(rule.span);
        Ok(Self {
            span: rule.span,
            core: ((rule.span - rule.core) / 2) as usize,
            max_allele,
            bin: loaded.form.bin,
            distance,
            grid,
        })
    }
}

/// The reader's side.
pub(super) struct Reading {
    pub(super) windows: Windows,
    pub(super) encoder: Option<Arc<Encoder>>,
    pub(super) bases: Vec<u8>,
}

impl Reading {
    /// What is to be done with every ALT; the windows go into the batch.
    pub(super) fn ask(
        &mut self,
        asking: &mut Asking<'_>,
        edits: Vec<Result<Edit, Skip>>,
        record: VariantRecord,
        feed: &mut Feed<'_, super::Query>,
    ) -> Result<()> {
        let mut rows: Vec<[Vec<u8>; 2]> = Vec::new();
        let mut alleles = Vec::new();
        for edit in edits {
            alleles.push(match edit {
                Err(skip) => Err(skip),
                Ok(edit) => self.windows(asking, &edit, &mut rows)?,
            });
        }
        feed.query(super::Query { record, asked: super::Asked::Windows(alleles) }, |batch| {
            rows.iter().flatten().for_each(|row| batch.push(row));
            Ok(())
        })
    }

    /// Cuts the reference window and the alternate one. Both begin at the same base; what an insertion pushes out on
    /// the right is left out, what a deletion makes room for is read from the reference.
    fn windows(
        &mut self,
        asking: &mut Asking<'_>,
        edit: &Edit,
        rows: &mut Vec<[Vec<u8>; 2]>,
    ) -> Result<Result<Allele, Skip>> {
        let (reference_len, alternate_len) = (edit.removed as usize, edit.inserted.len());
        let longest = reference_len.max(alternate_len) as u64;
        if longest > self.windows.max_allele {
            return Ok(Err(Skip::AlleleTooLong));
        }
        // METHOD: the longer allele is centred, so that both windows have the same flank left of the variant.
        let left = (self.windows.span - longest) / 2;
        let Some(start) = edit.position.checked_sub(left) else { return Ok(Err(Skip::ContigEnd)) };
        // The alternate window of a deletion reads further right than the reference window.
        let end = start + self.windows.span + reference_len as u64;
        let needed = (start + self.windows.span).max(end - alternate_len as u64);
        if needed > asking.len {
            return Ok(Err(Skip::ContigEnd));
        }
        self.bases.clear();
        asking.reference.fetch(asking.contig, Interval::new(start, needed), &mut self.bases)?;
        let span = self.windows.span as usize;
        let at = left as usize;
        let mut changed = Vec::with_capacity(needed as usize);
        changed.extend_from_slice(&self.bases[..at]);
        changed.extend_from_slice(&edit.inserted);
        changed.extend_from_slice(&self.bases[at + reference_len..]);
        changed.truncate(span);
        let unchanged = self.bases[..span].to_vec();
        for window in [&unchanged, &changed] {
            if let Err(skip) = self.windows.grid.admit(window) {
                return Ok(Err(skip));
            }
            if self.encoder.as_deref().is_some_and(|encoder| encoder.refuses(window)) {
                return Ok(Err(Skip::UnknownBases));
            }
        }
        rows.push([unchanged, changed]);
        Ok(Ok(Allele { at, reference_len, alternate_len }))
    }
}

/// The writer's side.
pub(super) struct Writing {
    pub(super) windows: Windows,
    pub(super) form: Form,
    pub(super) fields: FieldNames,
    /// Of the scores: three a column.
    pub(super) names: Vec<String>,
}

impl Writing {
    pub(super) fn new(windows: Windows, form: Form, fields: FieldNames) -> Self {
        let names = form
            .columns
            .iter()
            .flat_map(|column| ["DELTA", "REF", "ALT"].map(|what| fields.score(what, column)))
            .collect();
        Self { windows, form, fields, names }
    }

    /// The INFO fields of its scores.
    pub(super) fn write(
        &self,
        asked: &[Result<Allele, Skip>],
        answers: &RowAnswers<'_>,
        counts: &mut Counts,
        added: &mut Vec<u8>,
    ) {
        let mut row = 0;
        let mut alleles = Vec::with_capacity(asked.len());
        for allele in asked {
            let scores = match allele {
                Ok(allele) => {
                    counts.scored += 1;
                    row += 2;
                    let scores = self.compare(allele, answers, row - 2);
                    counts.add_scores(scores.iter().map(|(reference, alternate)| alternate - reference));
                    Ok(scores)
                }
                Err(reason) => {
                    counts.skip(*reason);
                    Err(*reason)
                }
            };
            alleles.push(AlleleScores { scores });
        }
        vcf::write_variant(&self.fields, &self.names, &alleles, added);
    }

    fn compare(&self, allele: &Allele, answers: &RowAnswers<'_>, row: usize) -> Vec<(f32, f32)> {
        let (reference, alternate) = (answers.scores(row), answers.scores(row + 1));
        let shape = self.form.shape;
        let Some(bin) = self.windows.bin else {
            return reference.iter().copied().zip(alternate.iter().copied()).collect();
        };
        let bin = bin as usize;
        // Lengths count only where a bin is one base: wider bins are compared as they lie.
        let at = allele.at.saturating_sub(self.windows.core) / bin;
        let (reference_len, alternate_len) =
            if bin == 1 { (allele.reference_len, allele.alternate_len) } else { (1, 1) };
        let near = match self.windows.distance {
            Some(distance) => {
                let reach = distance as usize / bin;
                (at.saturating_sub(reach), at + reference_len.max(1) + reach)
            }
            None => (0, shape.bins),
        };
        (0..shape.columns)
            .map(|column| track_delta(reference, alternate, shape, column, (at, reference_len, alternate_len), near))
            .collect()
    }
}
