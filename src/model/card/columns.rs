//! The scores of an answer, and their layout, as the card describes them.

use super::{
    heads::{Activation, HeadCard, Made},
    schema::Card,
    variants::Deleted,
};
use crate::{genome::Strand, number::Digits};

/// One score of an answer: a label of a head.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    /// `head`, or `head.label` where the head has several.
    pub name: String,
    /// Its head's place in the card.
    pub head: usize,
    /// The label.
    pub label: String,
    /// It may be called: it is not background.
    pub callable: bool,
    /// Default threshold.
    pub threshold: f64,
    /// Whether the default threshold can be reached: a likelihood has none that says anything.
    pub has_threshold: bool,
    /// Width of its bins in bases, a multiple of the finest bin; `None` where one score is for the whole core.
    pub bin: Option<u64>,
    /// Its strand, where that is not the strand that was run.
    pub strand: Option<Strand>,
    /// How its scores are written.
    pub digits: Digits,
    /// The column (its place in the answer) that has this score on the reverse strand: its own, unless the card swaps labels.
    pub partner: usize,
    /// The label as it is published, where the name is made of it.
    pub title: Option<String>,
    /// The name of the vector that it is a number of.
    pub vector: Option<String>,
}

impl Column {
    /// The name in letters, digits and `_` only, as VCF requires.
    pub(crate) fn plain_name(&self) -> String {
        self.name.replace(['-', '.'], "_")
    }
}

impl Card {
    /// The scores of an answer, in output order.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        for (index, head) in self.heads.iter().enumerate() {
            let first = columns.len();
            for (place, label) in head.labels.iter().enumerate() {
                let name = if head.labels.len() == 1 { head.name.clone() } else { format!("{}.{label}", head.name) };
                columns.push(Column {
                    name,
                    head: index,
                    label: label.clone(),
                    callable: !head.background.contains(label),
                    threshold: head.threshold,
                    has_threshold: head.made.is_none(),
                    bin: head.bin,
                    strand: head.strands.get(place).map(|&strand| strand.into()),
                    digits: head.digits(),
                    partner: first + head.partner(place),
                    title: head.titles.get(place).cloned(),
                    vector: (head.made == Some(Made::Vector)).then(|| head.name.clone()),
                });
            }
        }
        columns
    }

    /// Width of the finest bin of all heads, in bases; `None` where one score is for the whole core.
    pub(crate) fn bin(&self) -> Option<u64> {
        self.heads.iter().filter_map(|head| head.bin).filter(|&bin| bin > 0).min()
    }

    /// Finest bins in a core; 1 where one score is for the whole core.
    pub(crate) fn bins(&self) -> usize {
        self.bin().map_or(1, |bin| (self.window.core / bin) as usize)
    }

    /// How many of the finest bins one bin of a head covers.
    pub(crate) fn repeat(&self, head: &HeadCard) -> usize {
        match (head.bin, self.bin()) {
            (Some(bin), Some(finest)) => (bin / finest) as usize,
            _ => 1,
        }
    }

    /// Whether the other allele scores 0 at a base that only one allele has, by column.
    ///
    /// METHOD: a site that is deleted is lost, as in SpliceAI (Jaganathan et al. 2019). Where 0 does not mean that there is no site
    /// (logits, wide bins, background labels), bases that only one allele has are not compared.
    pub(crate) fn missing_is_zero(&self) -> Vec<bool> {
        let columns = self.columns();
        let zero = |column: &Column| {
            let head = &self.heads[column.head];
            column.callable
                && head.bin == Some(1)
                && match self.variants.deleted {
                    Some(Deleted::Absent) => false,
                    Some(Deleted::Zero) => head.activation != Activation::Identity,
                    None => head.is_probability(),
                }
        };
        columns.iter().map(zero).collect()
    }

    /// Finest bins that are scored in a row of so many bases.
    pub(crate) fn bins_of(&self, bases: usize) -> usize {
        match (self.window.multiple, self.bin()) {
            (Some(_), Some(bin)) => bases.saturating_sub(2 * self.window.left() as usize) / bin as usize,
            _ => self.bins(),
        }
    }

    /// Shortest sequence that is scored, in bases.
    pub(crate) fn min_span(&self) -> u64 {
        self.window.min_span.unwrap_or(self.window.span)
    }
}
