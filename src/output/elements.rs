//! Elements: neighbouring calls of one label that are joined into one interval.

use super::table::{
    bed::bed_score,
    format::{Place, strand_of, write_place},
};
use crate::{
    call::Caller,
    genome::Interval,
    model::Form,
    number::{Digits, write_integer, write_score},
};

/// Neighbouring calls of one label and strand become one element: `contig start end label score strand`, then the
/// highest and the mean score, the number of bins, and the 0-based place of the highest bin's middle from the
/// element's start (as narrowPeak's last column).
pub(crate) struct Merger {
    gap: u64,
    open: Vec<Option<Element>>,
    /// How many of `open` there are: mostly none.
    count: usize,
}

/// Calls that are joined. Parts of one put together are the whole, to the last digit: the sum is kept in whole numbers.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Element {
    /// Contig name.
    pub contig: String,
    /// First base, 0-based.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// The score's name.
    pub name: String,
    /// `+`, `-` or `.`.
    pub strand: char,
    /// Highest score.
    #[serde(with = "bits")]
    max: f32,
    /// Sum of the scores of all bases, in units of 2^-64.
    #[serde(with = "digits")]
    sum: i128,
    /// Bases that were called.
    bases: u64,
    /// Bases of a bin.
    width: u64,
    /// Middle of the first bin with the highest score.
    summit: u64,
    /// How its scores are written.
    #[serde(default)]
    digits: Digits,
}

/// Scores are summed in these units: a score of 2^-40 (1e-12) and more is a whole number of them.
const UNITS: f64 = (1u128 << 64) as f64;

impl Merger {
    /// Calls up to `gap` bases apart are joined.
    pub(crate) fn new(gap: u64, columns: usize) -> Self {
        // One open element a column and strand.
        Self { gap, open: (0..columns * 3).map(|_| None).collect(), count: 0 }
    }

    /// Adds a bin; elements that are complete are handed to `emit` in order of their start.
    pub(crate) fn add(&mut self, place: &Place<'_>, caller: &Caller, emit: &mut Vec<Element>, form: &Form) {
        let scores: &[f32] = place.scores.unwrap_or(&[]);
        for (column, &score) in scores.iter().enumerate() {
            if !caller.callable[column] || score.is_nan() || f64::from(score) < caller.thresholds[column] {
                continue;
            }
            let strand = strand_of(place, Some(column), form);
            let slot = &mut self.open[column * 3 + strand as usize];
            // A bin of its own, of which this may be a part: see [`crate::head::Heads`].
            let width = form.columns[column].bin.unwrap_or(0).max(place.interval.len());
            let middle = place.interval.start + width / 2;
            match slot {
                Some(element) if element.contig == place.contig && place.interval.start <= element.end + self.gap => {
                    element.end = element.end.max(place.interval.end);
                    if score > element.max {
                        (element.max, element.summit) = (score, middle);
                    }
                    element.sum = element.sum.saturating_add(units(score, place.interval.len()));
                    element.bases += place.interval.len();
                }
                _ => {
                    let new = Element {
                        contig: place.contig.into(),
                        start: place.interval.start,
                        end: place.interval.end,
                        name: form.columns[column].name.clone(),
                        strand: strand.symbol(),
                        max: score,
                        sum: units(score, place.interval.len()),
                        bases: place.interval.len(),
                        width,
                        summit: middle,
                        digits: form.columns[column].digits,
                    };
                    match slot.replace(new) {
                        Some(old) => emit.push(old),
                        None => self.count += 1,
                    }
                }
            }
        }
        self.close_before(Some((place.contig, place.interval.start)), emit);
    }

    /// Hands on what nothing can join any more; everything, at the end.
    pub(crate) fn close_before(&mut self, at: Option<(&str, u64)>, emit: &mut Vec<Element>) {
        if self.count == 0 {
            return;
        }
        for slot in &mut self.open {
            let over = slot
                .as_ref()
                .is_some_and(|e| at.is_none_or(|(contig, start)| e.contig != contig || e.end + self.gap < start));
            if over && let Some(element) = slot.take() {
                self.count -= 1;
                emit.push(element);
            }
        }
    }

    /// What is open, by its place among columns and strands.
    pub(crate) fn save(&self) -> Vec<(usize, &Element)> {
        self.open.iter().enumerate().filter_map(|(slot, element)| Some((slot, element.as_ref()?))).collect()
    }

    /// Goes on with what was open.
    pub(crate) fn restore(&mut self, saved: Vec<(usize, Element)>) -> Result<(), String> {
        for (slot, element) in saved {
            element.check()?;
            let open = self.open.get_mut(slot).ok_or("an open element is of no score of this model")?;
            self.count += usize::from(open.replace(element).is_none());
        }
        Ok(())
    }

    /// Where the earliest open element begins: nothing that begins later may be written yet.
    pub(crate) fn earliest_open(&self) -> Option<u64> {
        if self.count == 0 {
            return None;
        }
        self.open.iter().flatten().map(|e| e.start).min()
    }
}

/// A score as its bits: JSON keeps no 32-bit floats.
mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(score: &f32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(score.to_bits())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
        u32::deserialize(deserializer).map(f32::from_bits)
    }
}

/// A whole number as text: JSON readers keep 64 bits of it.
mod digits {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(number: &i128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A score times bases, in [`UNITS`].
fn units(score: f32, bases: u64) -> i128 {
    ((f64::from(score) * UNITS) as i128).saturating_mul(i128::from(bases))
}

impl Element {
    /// Where it lies.
    pub(crate) fn interval(&self) -> Interval {
        Interval::new(self.start, self.end)
    }

    /// Whether one that was written down can be an element at all: what is computed of it stays within its numbers.
    pub(crate) fn check(&self) -> Result<(), String> {
        const LONGEST: u64 = 1 << 48;
        let sizes = self.start < self.end && self.end <= LONGEST && self.bases > 0 && self.bases <= LONGEST;
        let bins = self.width > 0 && self.width <= LONGEST && self.summit <= LONGEST && self.start <= self.summit;
        let sum = self.sum.unsigned_abs() < 1 << 120;
        let strand = matches!(self.strand, '+' | '-' | '.');
        if sizes && bins && sum && strand {
            return Ok(());
        }
        Err(format!("an element of {} at {}-{} is no element", self.contig, self.start, self.end))
    }

    /// Whether `next`, which begins no earlier, would have been joined to it: one score and strand, `gap` bases apart at most.
    pub(crate) fn reaches(&self, next: &Self, gap: u64) -> bool {
        (&self.contig, &self.name, self.strand) == (&next.contig, &next.name, next.strand)
            && next.start <= self.end.saturating_add(gap)
    }

    /// Adds what follows it.
    pub(crate) fn join(&mut self, next: &Self) {
        self.end = self.end.max(next.end);
        if next.max > self.max {
            (self.max, self.summit) = (next.max, next.summit);
        }
        self.sum = self.sum.saturating_add(next.sum);
        self.bases = self.bases.saturating_add(next.bases);
    }

    /// Its line.
    pub(crate) fn line(&self) -> Vec<u8> {
        let mut line = Vec::new();
        write_place(&self.contig, self.interval(), &mut line);
        line.push(b'\t');
        line.extend_from_slice(self.name.as_bytes());
        line.push(b'\t');
        write_integer(bed_score(self.max), &mut line);
        line.push(b'\t');
        line.push(self.strand as u8);
        line.push(b'\t');
        write_score(self.max, self.digits, &mut line);
        line.push(b'\t');
        write_score((self.sum as f64 / UNITS / self.bases as f64) as f32, self.digits, &mut line);
        line.push(b'\t');
        write_integer(self.bases.div_ceil(self.width), &mut line);
        line.push(b'\t');
        write_integer(self.summit.min(self.end - 1) - self.start, &mut line);
        line.push(b'\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::Threshold,
        output::table::tests::{form, place},
    };

    #[test]
    fn neighbours_over_the_threshold_become_one_element() {
        let form = form();
        let caller = Caller::new(&form, Some(Threshold::Value(0.5)));
        let (mut merger, mut out) = (Merger::new(0, 2), Vec::new());
        for (start, score) in [(0, 0.6f32), (10, 0.9), (20, 0.2), (30, 0.7), (50, 0.8)] {
            merger.add(&place(start, &[score, 1.0]), &caller, &mut out, &form);
        }
        merger.close_before(None, &mut out);
        let lines: String = out.iter().map(|element| String::from_utf8_lossy(&element.line()).into_owned()).collect();
        assert_eq!(
            lines,
            "a\t0\t20\tsite\t900\t+\t0.900000\t0.750000\t2\t15\n\
             a\t30\t40\tsite\t700\t+\t0.700000\t0.700000\t1\t5\n\
             a\t50\t60\tsite\t800\t+\t0.800000\t0.800000\t1\t5\n"
        );
    }

    #[test]
    fn parts_of_an_element_put_together_are_the_whole() {
        let form = form();
        let caller = Caller::new(&form, Some(Threshold::Value(0.5)));
        let scores: Vec<f32> = (0..40).map(|i| 0.5 + (i as f32 * 0.7).sin().abs() * 0.4999).collect();
        let run = |range: std::ops::Range<usize>| {
            let (mut merger, mut out) = (Merger::new(0, 2), Vec::new());
            for i in range {
                merger.add(&place(i as u64 * 10, &[scores[i], 0.0]), &caller, &mut out, &form);
            }
            merger.close_before(None, &mut out);
            out
        };
        let whole = run(0..40).remove(0);
        for cut in 1..40 {
            let (mut left, right) = (run(0..cut).remove(0), run(cut..40).remove(0));
            let text = serde_json::to_string(&right).expect("JSON");
            let right: Element = serde_json::from_str(&text).expect("the same");
            assert!(left.reaches(&right, 0));
            left.join(&right);
            assert_eq!(left, whole);
        }
    }
}
