//! Score arithmetic: from the network's logits to scores, and from two strands' scores to one. What a variant's scores are
//! compared by is in [`crate::variant::compare`].

use crate::{
    genome::Strand,
    model::card::{Activation, Card, HeadCard, StrandRule, TrackLayout},
};

/// In place, over one row's logits of one head at one place.
pub fn activate(activation: Activation, values: &mut [f32]) {
    match activation {
        Activation::Identity => {}
        Activation::Sigmoid => values.iter_mut().for_each(|v| *v = sigmoid(*v)),
        Activation::Softplus => values.iter_mut().for_each(|v| *v = softplus(*v)),
        Activation::Softmax => softmax(values),
    }
}

/// 1 / (1 + e^-x), without overflow at either end. In 32 bits: a dense track asks for billions, and the last digit that is
/// lost (6e-8) is below what engines differ by.
pub fn sigmoid(x: f32) -> f32 {
    let power = (-x.abs()).exp();
    (if x >= 0.0 { 1.0 } else { power }) / (1.0 + power)
}

/// ln(1 + e^x), without overflow.
pub fn softplus(x: f32) -> f32 {
    let x = f64::from(x);
    (x.max(0.0) + (-x.abs()).exp().ln_1p()) as f32
}

/// e^x over their sum; the maximum is subtracted first. A not-a-number makes all of them not-a-number.
pub fn softmax(values: &mut [f32]) {
    let max = values.iter().fold(f32::NEG_INFINITY, |max, &v| if v > max || v.is_nan() { v } else { max });
    // A track asks for every bin: the few labels of most heads need no memory of their own.
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
pub struct Shape {
    /// Places in the core: 1, or one a bin.
    pub bins: usize,
    /// Scores at each place.
    pub columns: usize,
}

impl Shape {
    /// Numbers in one row's answer.
    pub fn len(self) -> usize {
        self.bins * self.columns
    }

    /// Never, for a card that was checked.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// The heads of a card, ready to answer.
///
/// Heads of a track may have bins of different widths: what a wide bin says is repeated in each of the finest bins it covers.
pub struct Heads {
    heads: Vec<HeadCard>,
    /// Finest bins that one bin of each head covers.
    repeats: Vec<usize>,
    shape: Shape,
    rule: StrandRule,
    callable: Vec<bool>,
}

impl Heads {
    /// From a checked card.
    pub fn new(card: &Card) -> Self {
        let columns = card.columns();
        let shape = Shape { bins: card.bins(), columns: columns.len() };
        Self {
            heads: card.heads.clone(),
            repeats: card.heads.iter().map(|head| card.repeat(head)).collect(),
            shape,
            rule: card.strand,
            callable: columns.iter().map(|c| c.callable).collect(),
        }
    }

    /// How many labels each head has.
    pub fn labels(&self) -> Vec<usize> {
        self.heads.iter().map(|head| head.labels.len()).collect()
    }

    /// Layout of an answer.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Whether the logits of a row of so many finest bins have the sizes the card says.
    pub fn check(&self, logits: &[&[f32]], bins: usize) -> Result<(), String> {
        for ((head, repeat), logits) in self.heads.iter().zip(&self.repeats).zip(logits) {
            let wanted = head.labels.len() * (bins / repeat);
            if logits.len() != wanted {
                return Err(format!("head {} has {} values a row, {wanted} by the card", head.name, logits.len()));
            }
        }
        Ok(())
    }

    /// Logits of one row, a slice a head in the card's order, to scores appended to `scores`; `bins` of the finest ones.
    pub fn answer_bins(&self, logits: &[&[f32]], bins: usize, scores: &mut Vec<f32>) {
        let first = scores.len();
        scores.resize(first + bins * self.shape.columns, 0.0);
        let out = &mut scores[first..];
        let (mut offset, columns) = (0, self.shape.columns);
        for ((head, &repeat), logits) in self.heads.iter().zip(&self.repeats).zip(logits) {
            let (labels, bins) = (head.labels.len(), bins / repeat);
            for bin in 0..bins {
                let at = bin * repeat * columns + offset;
                let place = &mut out[at..at + labels];
                for (label, value) in place.iter_mut().enumerate() {
                    *value = match head.layout {
                        TrackLayout::ChannelsLast => logits[bin * labels + label],
                        TrackLayout::ChannelsFirst => logits[label * bins + bin],
                    };
                }
                activate(head.activation, place);
                for label in 0..labels {
                    let value = out[at + label];
                    out[at + label..].iter_mut().step_by(columns).take(repeat).for_each(|copy| *copy = value);
                }
            }
            offset += labels;
        }
    }

    /// Joins the scores of both strands into `forward`; `reverse` is in the reverse strand's own order.
    ///
    /// METHOD: scores, not logits, are joined, as Kipoi-veff and Basenji do; a track is turned round first.
    pub fn join(&self, forward: &mut [f32], reverse: &[f32]) -> Strand {
        let columns = self.shape.columns;
        let bins = forward.len() / columns.max(1);
        let turned = |bin: usize, column: usize| reverse[(bins - 1 - bin) * columns + column];
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
pub fn best(scores: &[f32], callable: &[bool], thresholds: &[f64]) -> Option<(usize, f32)> {
    let margin = |i: usize| f64::from(scores[i]) - thresholds[i];
    (0..scores.len()).filter(|&i| callable[i] && !scores[i].is_nan()).fold(None, |best, i| match best {
        Some((b, _)) if margin(b) >= margin(i) => best,
        _ => Some((i, scores[i])),
    })
}

/// A part of a change: `before` bases that stay as they are, then `removed` ones for which `inserted` are put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bases that stay.
    pub before: usize,
    /// Bases taken out.
    pub removed: usize,
    /// Bases put in.
    pub inserted: usize,
}

/// What a change does to one column of a track, seen from the reference: the alternate score of every base of the pieces, and
/// of `right` bases after them.
///
/// METHOD: inserted bases count with their maximum, at the last base they replace; deleted ones with 0 (Jaganathan et al.
/// 2019, and the program spliceai 1.3.1).
pub fn seen_from_reference(alternate: impl Fn(usize) -> f32, pieces: &[Piece], right: usize, out: &mut Vec<f32>) {
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

/// The largest rise of a track, and where: `to` - `from`, the first of equal ones. None if no base is admitted.
pub fn largest_rise(
    from: impl Fn(usize) -> f32,
    to: impl Fn(usize) -> f32,
    len: usize,
    admitted: impl Fn(usize) -> bool,
) -> Option<(usize, f32)> {
    let mut best: Option<(usize, f32)> = None;
    for base in (0..len).filter(|&base| admitted(base)) {
        let rise = to(base) - from(base);
        if best.is_none_or(|(_, most)| rise > most) {
            best = Some((base, rise));
        }
    }
    best
}

/// How the numbers of a column are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Digits {
    /// Probabilities and shares, from 0 to 1, and their differences: six decimals, in a bigWig three.
    #[default]
    Decimals,
    /// All else, which may be small or large: six significant digits, in a bigWig all that 32 bits hold.
    Significant,
}

/// A score as text. What is not finite has no text: it is `.`, and is never handed on as a score ([`crate::model::Form::scores`]).
pub fn write_score(score: f32, digits: Digits, out: &mut Vec<u8>) {
    match digits {
        _ if !score.is_finite() => out.push(b'.'),
        Digits::Decimals => write_decimals(score, out),
        // -0 is 0.
        Digits::Significant => write_significant(score + 0.0, out),
    }
}

/// A number in six significant digits, as htslib (`kputd`) and, but for halves, C's `%.6g` write it: `29.5`, `1e-05`, `3.40282e+38`.
pub fn write_significant(number: f32, out: &mut Vec<u8>) {
    let number = f64::from(number);
    if number.is_nan() {
        out.extend_from_slice(if number.is_sign_negative() { b"-nan" } else { b"nan" });
        return;
    }
    if number.is_sign_negative() {
        out.push(b'-');
    }
    let number = number.abs();
    if number == 0.0 {
        out.push(b'0');
    } else if number.is_infinite() {
        out.extend_from_slice(b"inf");
    } else if (0.0001..=999_999.0).contains(&number) {
        // Ten decimals, and half of what is the last of six digits: halves go up, as in htslib.
        let mut half = 5;
        let mut bound = 0.001;
        while number >= bound && half < 5_000_000_000 {
            half *= 10;
            bound *= 10.0;
        }
        let scaled = (number * 1e10) as u64 + half;
        let mut digits = Vec::with_capacity(20);
        write_integer(scaled, &mut digits);
        let whole = digits.len().saturating_sub(10);
        if whole == 0 {
            out.extend_from_slice(b"0.");
            out.extend(std::iter::repeat_n(b'0', 10 - digits.len()));
            digits.truncate(6);
            let kept = digits.len() - digits.iter().rev().take_while(|&&digit| digit == b'0').count();
            out.extend_from_slice(&digits[..kept]);
        } else {
            out.extend_from_slice(&digits[..whole]);
            let fraction = &digits[whole..6.max(whole)];
            let kept = fraction.len() - fraction.iter().rev().take_while(|&&digit| digit == b'0').count();
            if kept > 0 {
                out.push(b'.');
                out.extend_from_slice(&fraction[..kept]);
            }
        }
    } else {
        let text = format!("{number:.5e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let text = match exponent {
            // Just outside of what is written without an exponent, and rounded into it.
            -4 => "0.0001".into(),
            5 => format!("{number:.0}"),
            ..0 => format!("{digits}e-{:02}", -exponent),
            _ => format!("{digits}e+{exponent:02}"),
        };
        out.extend_from_slice(text.as_bytes());
    }
}

/// Six decimals, `-0.000000` is `0.000000`.
fn write_decimals(score: f32, out: &mut Vec<u8>) {
    let scaled = (f64::from(score) * 1e6).round();
    if scaled.abs() >= 9e15 {
        // Too large for fixed decimals in an integer; such numbers come from regression heads only.
        out.extend_from_slice(format!("{score:e}").as_bytes());
        return;
    }
    if scaled < 0.0 {
        out.push(b'-');
    }
    let units = scaled.abs() as u64;
    write_integer(units / 1_000_000, out);
    out.push(b'.');
    let mut fraction = units % 1_000_000;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (fraction % 10) as u8;
        fraction /= 10;
    }
    out.extend_from_slice(&digits);
}

/// A whole number as text. Formatting is more than half of the writing of a track; this is twice as fast as `write!`.
pub fn write_integer(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn scores_have_six_decimals_and_no_negative_zero() {
        for (score, say) in [
            (0.5, "0.500000"),
            (-0.0, "0.000000"),
            (-1e-9, "0.000000"),
            (1.0, "1.000000"),
            (-12.345_678, "-12.345678"),
            (1234567.0, "1234567.000000"),
        ] {
            let mut text = Vec::new();
            write_score(score, Digits::Decimals, &mut text);
            assert_eq!(String::from_utf8_lossy(&text), say);
        }
    }

    #[test]
    fn what_is_no_probability_has_six_significant_digits() {
        // Python: format(x, '.6g')
        for (score, say) in [
            (6.123_457e-7, "6.12346e-07"),
            (6e-7, "6e-07"),
            (0.004, "0.004"),
            (-0.0, "0"),
            (-12.345_678, "-12.3457"),
            (1_234_567.0, "1.23457e+06"),
            (0.1, "0.1"),
            (1e-38, "1e-38"),
        ] {
            let mut text = Vec::new();
            write_score(score, Digits::Significant, &mut text);
            assert_eq!(String::from_utf8_lossy(&text), say);
        }
    }
}
