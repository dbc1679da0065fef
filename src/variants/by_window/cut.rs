//! Which bases the rows of an allele read.

use std::ops::Range;

use crate::{
    error::{Error, Result},
    exact::Task,
    model::card::{Comparison, Ends, Kind, StrandRule, WindowRule},
    session::load::{Kind as LoadedKind, LoadedModel},
    variants::spelling::Edit,
    vcf::info::Compared,
    window::Grid,
};

/// How rows are cut.
#[derive(Clone)]
pub(crate) struct Cut {
    /// Bases of a row, at most.
    pub span: i64,
    /// First base of the core in the span.
    pub left: i64,
    /// Longest REF or ALT that is scored, in bases.
    pub max_allele: u64,
    /// Answers are tracks.
    pub track: bool,
    /// Answers are likelihoods: both alleles have the same bases on either side, and the answer to the row of an alternate allele is the
    /// ratio.
    pub likelihood: Option<Kind>,
    /// Rows are filled with N up to the span.
    fills: bool,
    /// Rows may be as short as an answer needs: their cores begin at multiples of the first, and are multiples of it long.
    cell: Option<i64>,
    /// Bases either side of the change that are compared; none: all of the core.
    distance: Option<i64>,
    /// Past the contig's ends there is N, as in a scan.
    pub pads: bool,
    /// Fewest bases of a row.
    pub min_span: u64,
    /// Which strands are run.
    pub strand: StrandRule,
    /// How two answers become one number.
    pub comparison: Comparison,
    /// Which rows are admitted.
    pub grid: Grid,
}

impl Cut {
    /// From the model, and the comparison that the user chose.
    pub(crate) fn new(model: &LoadedModel, comparison: Option<Comparison>) -> Result<Self> {
        let exact =
            WindowRule { span: 1000, core: 1000, stride: 1000, max_unknown: 0.5, fixed: true, ..WindowRule::default() };
        let (rule, variants, strand) = match &model.kind {
            LoadedKind::Network(card) if card.embed.is_some() => {
                return Err(Error::usage(format!("{} answers with vectors, and variants need scores", card.name))
                    .with_hint("genogloss scan and genogloss reads write vectors: -O parquet"));
            }
            LoadedKind::Network(card) => (&card.window, card.variants.clone(), card.strand),
            LoadedKind::Exact(Task::GcContent) => (&exact, Default::default(), StrandRule::Forward),
            LoadedKind::Exact(_) => {
                return Err(Error::usage("variants need a model with scores: a network, or exact:gc"));
            }
        };
        let grid = Grid::new(rule, None, model.form.bin)?;
        let track = model.form.bin.is_some();
        let most = if track { rule.core } else { rule.span };
        let comparison = comparison.unwrap_or(variants.compare);
        let likelihood = match &model.kind {
            LoadedKind::Network(card) => Some(card.kind).filter(|kind| kind.is_language()),
            LoadedKind::Exact(_) => None,
        };
        if likelihood.is_some() && comparison != Comparison::Max {
            return Err(Error::usage(format!(
                "--compare {} compares scores, and {} answers with the ratio of two likelihoods",
                comparison.word(),
                model.report.name
            ))
            .with_hint("omit --compare"));
        }
        if !track && matches!(comparison, Comparison::L2 | Comparison::Js) {
            return Err(Error::usage(format!(
                "--compare {} compares the bins of a track, and {} scores whole windows",
                comparison.word(),
                model.report.name
            ))
            .with_hint("--compare max"));
        }
        let distance = variants.distance.map(|distance| distance as i64);
        let left = rule.left() as i64;
        // Beyond what the network reads nothing differs; sums that are divided by one another count it all the same.
        let near = |distance: i64| match comparison {
            Comparison::Max | Comparison::L2 => distance.min(left),
            _ => distance,
        };
        let cell = rule.multiple.map(|multiple| {
            let compared = distance.map_or(rule.core as i64, |distance| 2 * near(distance) + 1);
            let multiple = multiple as i64;
            ((compared + 2 * left) / CELLS_OF_A_ROW / multiple).max(1) * multiple
        });
        Ok(Self {
            span: rule.span as i64,
            left,
            max_allele: variants.max_allele.unwrap_or(rule.span / 2).min(most),
            track,
            likelihood,
            fills: rule.fixed,
            cell,
            distance: if cell.is_some() { distance.map(near) } else { distance },
            pads: match variants.ends {
                Some(ends) => ends == Ends::Pad,
                None => track && rule.fixed && rule.min_span.is_some_and(|min| min < rule.span),
            },
            min_span: rule.min_span.unwrap_or(rule.span),
            strand,
            comparison,
            grid,
        })
    }

    /// Whether rows are run on both strands.
    pub(crate) fn runs_both_strands(&self) -> bool {
        self.strand != StrandRule::Forward
    }

    /// The bases whose scores are compared, for the descriptions of the INFO fields.
    pub(crate) fn bases(&self) -> Compared {
        if let Some(kind) = self.likelihood {
            let distance = self.distance.map(|distance| distance as u64);
            Compared::Likelihood { bases: self.span as u64, masked: kind == Kind::Masked, distance }
        } else if self.track {
            Compared::Bins { distance: self.distance.map(|distance| distance as u64) }
        } else {
            Compared::Window(self.span as u64)
        }
    }

    /// Bases that are compared, on the contig.
    pub(crate) fn compared(&self, placed: &Placed<'_>, core: Range<i64>, len: i64) -> Range<i64> {
        let (first, last) = match self.distance {
            Some(distance) => (placed.first() - distance, placed.last() + placed.removed() + distance),
            None => (core.start, core.end),
        };
        first.max(core.start).max(0)..last.min(core.end).min(len)
    }

    /// The bases of the contig that the reference window has on the reverse strand.
    ///
    /// METHOD: what the forward strand's would be, if the sequence were given as its reverse complement: so a problem and its reverse
    /// complement have the same answer.
    pub(crate) fn backward(&self, placed: &Placed<'_>) -> Range<i64> {
        let longest = placed.slack + placed.removed().max(placed.inserted());
        let end = placed.last() + placed.removed() + (self.span - longest).div_euclid(2);
        end - self.span..end
    }

    /// The bases of the row of the alternate allele that begins with the reference row, on the contig with the allele.
    pub(crate) fn alternate(&self, row: &Range<i64>, growth: i64) -> Range<i64> {
        if self.likelihood.is_some() { row.start..row.end + growth } else { row.clone() }
    }

    /// How many bases a row of `len` bases is short of the span, where the network reads rows of one length.
    pub(crate) fn missing(&self, len: usize) -> usize {
        if self.likelihood.is_some() && self.fills { (self.span as usize).saturating_sub(len) } else { 0 }
    }

    /// The bases of the contig that the reference row has.
    pub(crate) fn row(&self, placed: &Placed<'_>) -> Range<i64> {
        let longest = placed.slack + placed.removed().max(placed.inserted());
        if self.likelihood.is_some() {
            // METHOD: a substitution is at base span / 2 of the row, as the scripts of GPN and Evo 2 have it, and the row of the longer allele
            // is as long as the span.
            let start = placed.first() - (self.span - longest + 1).div_euclid(2);
            return start..start + self.span - placed.edit.growth().max(0);
        }
        // METHOD: what may change is in the middle, so that an allele has as much sequence on either side.
        let middle = placed.first() - (self.span - longest).div_euclid(2);
        let Some(cell) = self.cell else { return middle..middle + self.span };
        // Rows begin where those of a scan may begin, since a network with strides tells places apart.
        let from = |core: i64| core.div_euclid(cell) * cell;
        if let Some(distance) = self.distance {
            let needed = placed.first() - distance..placed.first() + longest + distance;
            let start = from(needed.start);
            // As long as for the worst place in a cell: rows of one length run faster.
            let len = (needed.end - needed.start + 2 * (cell - 1)).div_euclid(cell) * cell;
            if len + 2 * self.left <= self.span {
                return start - self.left..start + len + self.left;
            }
        }
        let start = from(middle + self.left) - self.left;
        start..start + self.span
    }
}

/// Parts of a row that its core may be moved by: neighbours within such a part share the reference row. With 18, rows of
/// `human` are 5 % longer than the shortest, and of variants 35 bases apart three share one.
const CELLS_OF_A_ROW: i64 = 18;

/// An edit, and how much further right it may be written.
pub(crate) struct Placed<'a> {
    /// The edit, at its leftmost position.
    pub edit: &'a Edit,
    /// Bases by which it may be moved to the right.
    pub slack: i64,
}

impl Placed<'_> {
    /// Its leftmost position, 0-based.
    pub(crate) fn first(&self) -> i64 {
        self.edit.position as i64
    }

    /// Its rightmost position, 0-based.
    pub(crate) fn last(&self) -> i64 {
        self.first() + self.slack
    }

    /// Bases of the reference that it removes.
    pub(crate) fn removed(&self) -> i64 {
        self.edit.removed as i64
    }

    /// Bases that it inserts.
    pub(crate) fn inserted(&self) -> i64 {
        self.edit.inserted.len() as i64
    }
}
