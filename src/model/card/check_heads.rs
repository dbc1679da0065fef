//! What the `heads` of a card must not contradict.

use std::collections::BTreeSet;

use super::{
    check::{Checked, check_word},
    columns::Column,
    heads::{Activation, HeadCard, LabelStrand, Over, StrandRule},
    schema::Card,
};

/// Columns of tables with scores that are not scores, and other words for contig, start and end.
const TABLE_COLUMNS: [&str; 24] = [
    "chrom",
    "chromosome",
    "contig",
    "start",
    "end",
    "pos",
    "position",
    "strand",
    "call",
    "label",
    "name",
    "skip",
    "read",
    "flags",
    "mapq",
    "length",
    "windows",
    "window_start",
    "window_end",
    "window_contig_start",
    "window_contig_end",
    "sequence",
    "ref",
    "alt",
];

impl Card {
    pub(super) fn check_heads(&self) -> Checked {
        let mut names = BTreeSet::new();
        for head in &self.heads {
            check_word("head", &head.name)?;
            if !names.insert(&head.name) {
                return Err(format!("heads: \"{}\" occurs twice", head.name));
            }
            head.check_labels()?;
            self.check_bin(head)?;
            self.check_axes(head)?;
            self.check_swap(head)?;
            self.check_label_strands(head)?;
        }
        Ok(())
    }

    fn check_bin(&self, head: &HeadCard) -> Checked {
        let core = self.window.core;
        match (self.is_track(), head.bin) {
            (true, Some(bin)) if bin > 0 && core.is_multiple_of(bin) => {}
            (true, _) => {
                return Err(format!("head {}: a track needs a bin that divides the core ({core})", head.name));
            }
            (_, Some(_)) => return Err(format!("head {}: bin belongs to kind track", head.name)),
            (_, None) => {}
        }
        match (head.bin, self.bin()) {
            (Some(bin), Some(finest)) if !bin.is_multiple_of(finest) => {
                Err(format!("head {}: its bin ({bin}) is not a multiple of the finest ({finest})", head.name))
            }
            _ => Ok(()),
        }
    }

    /// The axes of the output hold the labels and bins of the head, and what is said of an axis is of one that there is.
    fn check_axes(&self, head: &HeadCard) -> Checked {
        let is_track = self.is_track();
        let (name, axes) = (&head.name, head.axes(is_track));
        let over = head.over();
        if axes.has_bins() && !is_track {
            return Err(format!("head {name}: an axis of bins belongs to kind track"));
        }
        if !axes.has_bins() && is_track && head.bin != Some(self.window.core) {
            return Err(format!("head {name}: without an axis of bins its bin is the core ({})", self.window.core));
        }
        if !axes.has_labels() && head.labels.len() > 1 {
            return Err(format!("head {name}: {} labels need an axis of labels in its layout", head.labels.len()));
        }
        match (axes.has_classes(), head.classes, head.class) {
            (false, None, None) => {}
            (true, Some(classes @ 1..=4096), Some(class)) if class < classes => {}
            (true, _, _) => {
                return Err(format!(
                    "head {name}: an axis of classes needs classes (its length, 1 to 4,096) and class (from 0: the one that is the score)"
                ));
            }
            (false, _, _) => {
                return Err(format!("head {name}: classes and class need an axis of classes in its layout"));
            }
        }
        if head.over.is_some() && head.activation != Activation::Softmax {
            return Err(format!("head {name}: over belongs to activation softmax"));
        }
        if over == Over::Classes && !axes.has_classes() {
            return Err(format!("head {name}: over: classes needs an axis of classes in its layout"));
        }
        if matches!(over, Over::Bins | Over::All) && !axes.has_bins() {
            return Err(format!("head {name}: a softmax over bins needs an axis of bins"));
        }
        if matches!(over, Over::Bins | Over::All) && (self.window.multiple.is_some() || head.crop != [0, 0]) {
            return Err(format!(
                "head {name}: a softmax over bins is of the whole output: it suits neither multiple nor crop"
            ));
        }
        match head.crop {
            [0, 0] => Ok(()),
            _ if !axes.has_bins() => Err(format!("head {name}: crop needs an axis of bins")),
            crop if crop.iter().any(|&bins| bins > 1 << 24) => {
                Err(format!("head {name}: crop may not exceed 16,777,216"))
            }
            _ => Ok(()),
        }
    }

    /// Pairs that swap are labels of the head, each in one pair.
    fn check_swap(&self, head: &HeadCard) -> Checked {
        let mut seen = BTreeSet::new();
        for label in head.swap.iter().flatten() {
            if !head.labels.contains(label) {
                return Err(format!("head {}: swap \"{label}\" is not one of its labels", head.name));
            }
            if !seen.insert(label) {
                return Err(format!("head {}: swap has \"{label}\" twice", head.name));
            }
        }
        match (head.swap.is_empty(), self.strand) {
            (false, StrandRule::Forward) => Err(format!(
                "head {}: swap is for a network that reads both strands (strand: average or max)",
                head.name
            )),
            _ => Ok(()),
        }
    }

    fn check_label_strands(&self, head: &HeadCard) -> Checked {
        if head.strands.is_empty() {
            return Ok(());
        }
        let (strands, labels) = (head.strands.len(), head.labels.len());
        if strands != labels {
            return Err(format!("head {}: {strands} strands for {labels} labels", head.name));
        }
        let swaps = |place: usize| match head.strands[place] {
            LabelStrand::Both => true,
            strand => head.strands[head.partner(place)] != strand,
        };
        match self.strand {
            StrandRule::Forward => Ok(()),
            _ if (0..labels).all(swaps) => Ok(()),
            _ => Err(format!(
                "head {}: strands of labels need `strand: forward`, or `swap` with the label of the other strand",
                head.name
            )),
        }
    }

    /// Names of scores are not those of the other columns of a table.
    pub(super) fn check_table_columns(&self) -> Checked {
        let own = |column: &Column| TABLE_COLUMNS.iter().any(|own| own.eq_ignore_ascii_case(&column.name));
        match self.columns().iter().find(|column| own(column)) {
            Some(column) => Err(format!(
                "heads: \"{}\" would be the name of a score, and is that of another column of the tables",
                column.name
            )),
            None => Ok(()),
        }
    }

    /// Names of scores stay different where a format allows letters, digits and `_` only.
    pub(super) fn check_column_names(&self) -> Checked {
        let mut plain = BTreeSet::new();
        match self.columns().iter().map(Column::plain_name).find(|name| !plain.insert(name.clone())) {
            Some(twice) => Err(format!("heads: two scores would have the name {twice} in VCF")),
            None => Ok(()),
        }
    }
}

impl HeadCard {
    fn check_labels(&self) -> Checked {
        let mut labels = BTreeSet::new();
        for label in &self.labels {
            check_word("label", label)?;
            if !labels.insert(label) {
                return Err(format!("head {}: label \"{label}\" occurs twice", self.name));
            }
        }
        if self.labels.is_empty() {
            return Err(format!("head {}: no labels", self.name));
        }
        if self.activation == Activation::Softmax && self.over() == Over::Labels && self.labels.len() < 2 {
            return Err(format!("head {}: softmax over one label is always 1", self.name));
        }
        match self.background.iter().find(|label| !self.labels.contains(label)) {
            Some(stray) => Err(format!("head {}: background \"{stray}\" is not one of its labels", self.name)),
            None => Ok(()),
        }
    }
}
