//! Score arithmetic: from the network's logits to scores, and from two strands' scores to one. The comparison of a variant's
//! alleles is in [`crate::variants::compare`].

use std::fmt::Write;

use crate::{
    genome::Strand,
    model::card::{Activation, Card, HeadCard, OutputAxes, Over, StrandRule},
};

/// Applies an activation in place, to the logits of one head at one place.
pub(crate) fn activate(activation: Activation, values: &mut [f32]) {
    match activation {
        Activation::Identity => {}
        Activation::Sigmoid => values.iter_mut().for_each(|v| *v = sigmoid(*v)),
        Activation::Softplus => values.iter_mut().for_each(|v| *v = softplus(*v)),
        Activation::Exp => values.iter_mut().for_each(|v| *v = f64::from(*v).exp() as f32),
        Activation::Softmax => softmax(values),
    }
}

/// 1 / (1 + e^-x), without overflow at either end. In 32 bits: a dense track has billions of scores, and the error
/// (6e-8) is below the difference between engines.
pub(crate) fn sigmoid(x: f32) -> f32 {
    let power = (-x.abs()).exp();
    (if x >= 0.0 { 1.0 } else { power }) / (1.0 + power)
}

/// ln(1 + e^x), without overflow.
pub(crate) fn softplus(x: f32) -> f32 {
    let x = f64::from(x);
    (x.max(0.0) + (-x.abs()).exp().ln_1p()) as f32
}

/// e^x over their sum; the maximum is subtracted first. A not-a-number makes all of them not-a-number.
pub(crate) fn softmax(values: &mut [f32]) {
    let max = values.iter().fold(f32::NEG_INFINITY, |max, &v| if v > max || v.is_nan() { v } else { max });
    // Called for every bin of a track: the few labels of most heads need no allocation.
    let (mut few, mut many) = ([0.0f64; 32], Vec::new());
    let exponents = match few.get_mut(..values.len()) {
        Some(few) => few,
        None => {
            many.resize(values.len(), 0.0);
            many.as_mut_slice()
        }
    };
    exponents.iter_mut().zip(&*values).for_each(|(exponent, &v)| *exponent = f64::from(v - max).exp());
    let sum: f64 = exponents.iter().sum();
    for (value, exponent) in values.iter_mut().zip(exponents) {
        *value = (*exponent / sum) as f32;
    }
}

/// How the numbers of one row are laid out: `bins` places (left to right on the forward strand) of `columns` scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Places in the core: 1, or one per bin.
    pub bins: usize,
    /// Scores at each place.
    pub columns: usize,
}

impl Shape {
    /// Numbers in one row's answer.
    pub(crate) fn len(self) -> usize {
        self.bins * self.columns
    }
}

/// A head: where its values lie in an output, and what makes scores of them.
struct Head {
    name: String,
    labels: usize,
    activation: Activation,
    over: Over,
    axes: OutputAxes,
    classes: usize,
    class: usize,
    /// Bins at the start and at the end of the output that are not scored.
    crop: [usize; 2],
    /// Finest bins that one bin covers.
    repeat: usize,
}

impl Head {
    fn new(card: &Card, head: &HeadCard) -> Self {
        Self {
            name: head.name.clone(),
            labels: head.labels.len(),
            activation: head.activation,
            over: head.over(),
            axes: head.axes(card.is_track()),
            classes: head.classes(),
            class: head.class.unwrap_or(0),
            crop: head.crop,
            repeat: card.repeat(head),
        }
    }

    /// Bins in an output that has scores for `bins` of them.
    fn output_bins(&self, bins: usize) -> usize {
        bins + self.crop[0] + self.crop[1]
    }

    /// Calls `write` with the score of each label at each bin.
    fn scores(&self, logits: &[f32], bins: usize, mut write: impl FnMut(usize, usize, f32)) {
        let Self { labels, classes, class, activation, over, .. } = *self;
        let strides = self.axes.strides(self.output_bins(bins), labels, classes);
        let at = |bin: usize, label: usize| (bin + self.crop[0]) * strides.bin + label * strides.label;
        let value = |bin: usize, label: usize| logits[at(bin, label) + class * strides.class];
        match (activation, over) {
            (Activation::Softmax, Over::Classes) => {
                let mut values = vec![0.0; classes];
                for (bin, label) in (0..bins).flat_map(|bin| (0..labels).map(move |label| (bin, label))) {
                    let first = at(bin, label);
                    values.iter_mut().enumerate().for_each(|(class, v)| *v = logits[first + class * strides.class]);
                    softmax(&mut values);
                    write(bin, label, values[class]);
                }
            }
            (Activation::Softmax, Over::Bins) => {
                for label in 0..labels {
                    let mut values: Vec<f32> = (0..bins).map(|bin| value(bin, label)).collect();
                    softmax(&mut values);
                    values.iter().enumerate().for_each(|(bin, &score)| write(bin, label, score));
                }
            }
            (Activation::Softmax, Over::All) => {
                let places = (0..bins).flat_map(|bin| (0..labels).map(move |label| (bin, label)));
                let mut values: Vec<f32> = places.clone().map(|(bin, label)| value(bin, label)).collect();
                softmax(&mut values);
                places.zip(&values).for_each(|((bin, label), &score)| write(bin, label, score));
            }
            _ => {
                let mut values = vec![0.0; labels];
                for bin in 0..bins {
                    values.iter_mut().enumerate().for_each(|(label, v)| *v = value(bin, label));
                    activate(activation, &mut values);
                    values.iter().enumerate().for_each(|(label, &score)| write(bin, label, score));
                }
            }
        }
    }
}

/// The heads of a card, ready to answer.
///
/// Heads of a track may have bins of different widths: the score of a wide bin is repeated in each of the finest bins it covers.
pub(crate) struct Heads {
    heads: Vec<Head>,
    shape: Shape,
    rule: StrandRule,
    callable: Vec<bool>,
    /// The column that has the score of each column on the reverse strand.
    partners: Vec<usize>,
}

impl Heads {
    /// From a checked card.
    pub(crate) fn new(card: &Card) -> Self {
        let columns = card.columns();
        let shape = Shape { bins: card.bins(), columns: columns.len() };
        Self {
            heads: card.heads.iter().map(|head| Head::new(card, head)).collect(),
            shape,
            rule: card.strand,
            callable: columns.iter().map(|c| c.callable).collect(),
            partners: columns.iter().map(|c| c.partner).collect(),
        }
    }

    /// How many labels each head has.
    pub(crate) fn labels(&self) -> Vec<usize> {
        self.heads.iter().map(|head| head.labels).collect()
    }

    /// Layout of an answer.
    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// Checks that the logits of a row of `bins` finest bins have the sizes of the card.
    pub(crate) fn check(&self, logits: &[&[f32]], bins: usize) -> Result<(), String> {
        for (head, logits) in self.heads.iter().zip(logits) {
            let bins = if head.axes.has_bins() { head.output_bins(bins / head.repeat) } else { 1 };
            let wanted = head.labels * head.classes * bins;
            if logits.len() != wanted {
                let mut problem =
                    format!("head {} has {} values per row, {wanted} by the card", head.name, logits.len());
                let own = head.labels * head.classes;
                if bins > 1 && logits.len() % own == 0 {
                    let there = logits.len() / own;
                    let _ = write!(problem, ": {there} bins of {own}, and not {bins} (see `core`, `bin`, `crop`)");
                }
                return Err(problem);
            }
        }
        Ok(())
    }

    /// Appends the scores of one row. `logits` has one slice per head, in the card's order; `bins` counts the finest bins.
    pub(crate) fn answer_bins(&self, logits: &[&[f32]], bins: usize, scores: &mut Vec<f32>) {
        let (first, columns) = (scores.len(), self.shape.columns);
        scores.resize(first + bins * columns, 0.0);
        let out = &mut scores[first..];
        let mut offset = 0;
        for (head, logits) in self.heads.iter().zip(logits) {
            head.scores(logits, bins / head.repeat, |bin, label, score| {
                let at = bin * head.repeat * columns + offset + label;
                out[at..].iter_mut().step_by(columns).take(head.repeat).for_each(|copy| *copy = score);
            });
            offset += head.labels;
        }
    }

    /// Joins the scores of both strands into `forward`; `reverse` is in the reverse strand's own order.
    ///
    /// METHOD: scores, not logits, are joined, as Kipoi-veff and Basenji do; the track of the reverse strand is reversed first, and
    /// its labels that are of a strand are those of the other strand.
    pub(crate) fn join(&self, forward: &mut [f32], reverse: &[f32]) -> Strand {
        let columns = self.shape.columns;
        let bins = forward.len() / columns.max(1);
        let turned = |bin: usize, column: usize| reverse[(bins - 1 - bin) * columns + self.partners[column]];
        match self.rule {
            StrandRule::Forward => Strand::Forward,
            StrandRule::Average => {
                for bin in 0..bins {
                    for column in 0..columns {
                        let value = &mut forward[bin * columns + column];
                        *value = ((f64::from(*value) + f64::from(turned(bin, column))) / 2.0) as f32;
                    }
                }
                Strand::Unknown
            }
            StrandRule::Max => {
                let best = |scores: &[f32]| {
                    scores
                        .iter()
                        .enumerate()
                        .filter(|(i, _)| self.callable[i % columns])
                        .map(|(_, &v)| v)
                        .fold(f32::NEG_INFINITY, f32::max)
                };
                if best(reverse) > best(forward) {
                    for bin in 0..bins {
                        for column in 0..columns {
                            forward[bin * columns + column] = turned(bin, column);
                        }
                    }
                    Strand::Reverse
                } else {
                    Strand::Forward
                }
            }
        }
    }
}

/// The score with the largest margin over its column's threshold among the callable columns: column and score.
pub(crate) fn best(scores: &[f32], callable: &[bool], thresholds: &[f64]) -> Option<(usize, f32)> {
    let margin = |i: usize| f64::from(scores[i]) - thresholds[i];
    (0..scores.len()).filter(|&i| callable[i] && !scores[i].is_nan()).fold(None, |best, i| match best {
        Some((b, _)) if margin(b) >= margin(i) => best,
        _ => Some((i, scores[i])),
    })
}

/// A part of a change: `before` unchanged bases, then `removed` bases that are replaced by `inserted` ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Unchanged bases before it.
    pub before: usize,
    /// Bases removed.
    pub removed: usize,
    /// Bases inserted.
    pub inserted: usize,
}

/// One column of the alternate track in reference coordinates: a score for every base of the pieces, and for `right` bases after
/// them.
///
/// METHOD: inserted bases have their maximum, at the last base that they replace; deleted bases have 0 (Jaganathan et al.
/// 2019, and the program spliceai 1.3.1).
pub(crate) fn in_reference_coordinates(
    alternate: impl Fn(usize) -> f32,
    pieces: &[Piece],
    right: usize,
    out: &mut Vec<f32>,
) {
    out.clear();
    let mut at = 0;
    for &Piece { before, removed, inserted } in pieces {
        out.extend((at..at + before).map(&alternate));
        at += before;
        for base in 0..removed {
            out.push(if base >= inserted {
                0.0
            } else if base + 1 == removed && inserted > removed {
                (at + base..at + inserted).map(&alternate).fold(f32::NEG_INFINITY, f32::max)
            } else {
                alternate(at + base)
            });
        }
        at += inserted;
    }
    out.extend((at..at + right).map(&alternate));
}

/// The largest increase of a track (`to` - `from`) and its base, the first one of equal ones. `None` if no base is admitted.
pub(crate) fn largest_increase(
    from: impl Fn(usize) -> f32,
    to: impl Fn(usize) -> f32,
    len: usize,
    admitted: impl Fn(usize) -> bool,
) -> Option<(usize, f32)> {
    let mut best: Option<(usize, f32)> = None;
    for base in (0..len).filter(|&base| admitted(base)) {
        let increase = to(base) - from(base);
        if best.is_none_or(|(_, most)| increase > most) {
            best = Some((base, increase));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Digits, write_score};

    #[test]
    fn extremes_do_not_overflow() {
        assert_eq!((sigmoid(100.0), sigmoid(0.0), softplus(100.0)), (1.0, 0.5, 100.0));
        // e^-100 is 3.7e-44: small, and not nothing.
        assert!([sigmoid(-100.0), softplus(-100.0)].iter().all(|&v| v > 0.0 && v < 1e-43));
        let mut values = [-100.0, 1.0];
        softmax(&mut values);
        assert!(values[0] > 0.0 && values[0] < 1e-43 && values[1] == 1.0);
        let mut tie = [3.0, 3.0];
        softmax(&mut tie);
        assert_eq!(tie, [0.5, 0.5]);
        let mut one = [7.0];
        softmax(&mut one);
        assert_eq!(one, [1.0]);
    }

    #[test]
    fn not_a_number_stays_and_is_written_as_missing() {
        let mut values = [f32::NAN, 1.0];
        softmax(&mut values);
        assert!(values.iter().all(|v| v.is_nan()));
        let mut text = Vec::new();
        write_score(sigmoid(f32::NAN), Digits::Decimals, &mut text);
        write_score(f32::INFINITY, Digits::Significant, &mut text);
        assert_eq!(text, b"..");
        assert_eq!(best(&[f32::NAN, 0.2], &[true, true], &[0.5, 0.5]), Some((1, 0.2)));
    }

    /// A track of two labels that are of a strand each, and of one of the whole core.
    fn heads() -> Heads {
        let card = "name: t\nversion: 1.0.0\nsummary: s\nlicense: MIT\nkind: track\nfiles: {model: m, sha256: {m: ab}}\n\
            input: {encoding: one-hot, tensor: x, layout: channels-first, dtype: f32, unknown: zeros}\n\
            window: {span: 3, core: 3, stride: 3}\nstrand: average\n\
            heads: [{name: p, output: p, activation: softmax, over: OVER, labels: [plus, minus], swap: [[plus, minus]], bin: 1, layout: channels-first},\
            {name: c, output: c, activation: exp, labels: [c], layout: [rows, labels]}]\n";
        Heads::new(&Card::parse(&card.replace("OVER", "bins"), "card.yaml").expect("a card"))
    }

    #[test]
    fn a_softmax_over_bins_is_of_each_label_and_a_whole_score_is_repeated() {
        let heads = heads();
        let (two, three) = (2f32.ln(), 3f32.ln());
        let profile = [0.0, 0.0, two, 0.0, three, 0.0];
        let mut scores = Vec::new();
        heads.check(&[&profile, &[two]], 3).expect("as many as the card says");
        assert!(heads.check(&[&profile, &[two, two]], 3).is_err());
        heads.answer_bins(&[&profile, &[two]], 3, &mut scores);
        let wanted = [0.25, 0.2, 2.0, 0.25, 0.6, 2.0, 0.5, 0.2, 2.0];
        assert!(scores.iter().zip(wanted).all(|(score, wanted)| (score - wanted).abs() < 1e-6), "{scores:?}");
    }

    #[test]
    fn labels_swap_where_the_reverse_strand_is_joined() {
        let mut forward = [1.0, 0.0, 5.0, 0.0, 0.0, 5.0, 0.0, 0.0, 5.0];
        let reverse = [0.0, 0.0, 7.0, 0.0, 0.0, 7.0, 0.0, 3.0, 7.0];
        assert_eq!(heads().join(&mut forward, &reverse), Strand::Unknown);
        assert_eq!(forward, [2.0, 0.0, 6.0, 0.0, 0.0, 6.0, 0.0, 0.0, 6.0]);
    }
}
