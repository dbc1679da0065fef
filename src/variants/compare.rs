//! What a delta is: the scores of a reference and an alternate row, compared. All arithmetic of it is here.
//!
//! A whole window is compared with a whole window. A track is compared bin by bin, each head at its own bins. Where an allele
//! changes the length, the alternate track is read twice: from a row that begins where the reference row begins, for bins left
//! of the change, and from a row that ends where the reference row ends, for bins right of it (the *indel stitch* of Borzoi's
//! program baskerville). So what lies beyond the network's reach has the same bases at the same places of the row, and does
//! not differ.
//!
//! An indel in a repeat can be written at several places. A bin among these may be matched from both rows; the value that is
//! nearer to the reference counts, so that the answer depends neither on the spelling nor on the strand.

use std::ops::Range;

use crate::{head::Shape, model::card::Comparison, skip::Skip};

/// Where an allele lies on a row, counted in bases from the first base of the reference row's core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    /// First place at which the change can be written.
    pub first: i64,
    /// Last place at which it can be written.
    pub last: i64,
    /// Bases taken out.
    pub removed: i64,
    /// Bases put in.
    pub inserted: i64,
}

impl Placement {
    /// Bases that both alleles have at the change, though they may differ.
    fn matched(self) -> i64 {
        self.removed.min(self.inserted)
    }

    /// A bin has bases left of the change, or of what is put in their place.
    fn has_left(self, start: i64) -> bool {
        start < self.last + self.matched()
    }

    /// A bin has bases right of the change, or of what is put in their place.
    fn has_right(self, end: i64) -> bool {
        end > self.first + self.removed - self.matched()
    }

    /// Bases that only the alternate allele has, wherever the change is written, as places on the row that begins with the
    /// reference row.
    fn new_bases(self) -> Range<i64> {
        self.last + self.matched()..self.first + self.inserted - self.matched()
    }

    fn growth(self) -> i64 {
        self.inserted - self.removed
    }
}

/// Scores of the rows of an allele, on one strand or joined, left to right along the forward strand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tracks<'a> {
    /// Of the reference.
    pub reference: &'a [f32],
    /// Of the alternate allele, from the reference row's first base on.
    pub left: &'a [f32],
    /// Of the alternate allele, up to the reference row's last base; the same as `left` where the length does not change.
    pub right: &'a [f32],
}

/// One score of a model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Score {
    /// Its place among the columns.
    pub column: usize,
    /// Bases of its bins.
    pub bin: i64,
    /// Finest bins that one of its bins covers.
    pub repeat: usize,
    /// A base that only one allele has counts 0 on the other one's side; else it is not compared.
    pub missing_is_zero: bool,
}

/// What came of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Compared {
    /// Score of the reference: where the difference is largest, or summed.
    pub reference: f32,
    /// Score of the alternate allele.
    pub alternate: f32,
    /// The delta.
    pub delta: f32,
    /// Where the largest difference is: first base of its bin, counted from the first base of the reference row's core. For a
    /// base that only the alternate allele has, the base before it.
    pub at: Option<i64>,
}

impl Compared {
    /// The larger of the two in absolute value; the first of equal ones.
    pub(crate) fn larger(self, other: Self) -> Self {
        if other.delta.abs() > self.delta.abs() { other } else { self }
    }
}

/// Alternate minus reference, signed.
fn difference(reference: f32, alternate: f32) -> f64 {
    f64::from(alternate) - f64::from(reference)
}

/// The value of `ways` that is nearest to `reference`; the first of equally near ones.
fn nearest(reference: f32, ways: impl Iterator<Item = f32>) -> Option<f32> {
    ways.reduce(|near, way| {
        if difference(reference, way).abs() < difference(reference, near).abs() || way.is_nan() { way } else { near }
    })
}

/// Compares two whole windows.
pub(crate) fn windows(comparison: Comparison, reference: f32, alternate: f32) -> Result<Compared, Skip> {
    let mut sums = Sums::new(comparison);
    sums.add(None, reference, alternate);
    sums.finish()
}

/// Two alleles of which the likelihood of the reference and the ratio are known, as natural logarithms.
pub(crate) fn ratio(reference: f32, ratio: f32) -> Result<Compared, Skip> {
    match reference.is_finite() && ratio.is_finite() {
        true => Ok(Compared { reference, alternate: reference + ratio, delta: ratio, at: None }),
        // No token with a likelihood, or one of unknown bases where the alleles differ.
        false if reference.is_nan() || ratio.is_nan() => Err(Skip::UnknownBases),
        false => Err(Skip::NotANumber),
    }
}

/// Compares one score of a track, at the bins that overlap `within` (in bases of the core).
pub(crate) fn tracks(
    comparison: Comparison,
    tracks: Tracks<'_>,
    shape: Shape,
    score: Score,
    placement: Placement,
    within: Range<i64>,
) -> Result<Compared, Skip> {
    let Score { column, bin, repeat, missing_is_zero } = score;
    let bins = (tracks.reference.len() / shape.columns / repeat) as i64;
    let value = |track: &[f32], bin: i64| track[bin as usize * repeat * shape.columns + column];
    let mut sums = Sums::new(comparison);
    let first = within.start.div_euclid(bin).max(0);
    let last = (within.end + bin - 1).div_euclid(bin).min(bins);
    for at in first..last {
        let (start, end) = (at * bin, (at + 1) * bin);
        let reference = value(tracks.reference, at);
        let left = placement.has_left(start).then(|| value(tracks.left, at));
        let right = placement.has_right(end).then(|| value(tracks.right, at));
        match nearest(reference, left.into_iter().chain(right)) {
            Some(alternate) => sums.add(Some(start), reference, alternate),
            None if missing_is_zero => sums.add(Some(start), reference, 0.0),
            None => {}
        }
    }
    if missing_is_zero {
        let inside = |at: i64| (0..bins).contains(&at);
        for at in placement.new_bases() {
            let left = inside(at).then(|| value(tracks.left, at));
            let right = at - placement.growth();
            let right = inside(right).then(|| value(tracks.right, right));
            if let Some(alternate) = nearest(0.0, left.into_iter().chain(right)) {
                sums.add(Some(placement.first - 1), 0.0, alternate);
            }
        }
    }
    sums.finish()
}

/// Pairs of scores, on their way to one number.
struct Sums {
    comparison: Comparison,
    any: bool,
    best: Compared,
    reference: f64,
    alternate: f64,
    squares: f64,
    /// All pairs, where they are wanted again.
    pairs: Vec<(f32, f32)>,
    finite: bool,
}

impl Sums {
    fn new(comparison: Comparison) -> Self {
        let best = Compared { reference: 0.0, alternate: 0.0, delta: 0.0, at: None };
        let pairs = Vec::new();
        Self { comparison, any: false, best, reference: 0.0, alternate: 0.0, squares: 0.0, pairs, finite: true }
    }

    fn add(&mut self, at: Option<i64>, reference: f32, alternate: f32) {
        self.finite &= reference.is_finite() && alternate.is_finite();
        let delta = difference(reference, alternate);
        match self.comparison {
            Comparison::Max => {
                if !self.any || delta.abs() > difference(self.best.reference, self.best.alternate).abs() {
                    self.best = Compared { reference, alternate, delta: delta as f32, at };
                }
            }
            Comparison::Sum | Comparison::Log2Fold => {
                self.reference += f64::from(reference);
                self.alternate += f64::from(alternate);
            }
            Comparison::L2 => self.squares += delta * delta,
            Comparison::Js => {
                self.reference += f64::from(reference);
                self.alternate += f64::from(alternate);
                self.pairs.push((reference, alternate));
            }
        }
        self.any = true;
    }

    fn finish(self) -> Result<Compared, Skip> {
        if !self.any {
            // No bin is left that both alleles have.
            return Err(Skip::AlleleTooLong);
        }
        if !self.finite {
            return Err(Skip::NotANumber);
        }
        let (reference, alternate) = (self.reference, self.alternate);
        let delta = match self.comparison {
            Comparison::Max => return Ok(self.best),
            Comparison::Sum => alternate - reference,
            Comparison::Log2Fold => (alternate + 1.0).log2() - (reference + 1.0).log2(),
            Comparison::L2 => self.squares.sqrt(),
            Comparison::Js => {
                if self.pairs.iter().any(|&(reference, alternate)| reference < 0.0 || alternate < 0.0) {
                    return Err(Skip::NotANumber);
                }
                let part = |share: f64, mean: f64| if share > 0.0 { share * (share / mean).log2() } else { 0.0 };
                let divergence: f64 = self
                    .pairs
                    .iter()
                    .map(|&(one, other)| (f64::from(one) / reference, f64::from(other) / alternate))
                    .map(|(one, other)| (part(one, (one + other) / 2.0) + part(other, (one + other) / 2.0)) / 2.0)
                    .sum();
                divergence.max(0.0).sqrt()
            }
        };
        let delta = delta as f32;
        let (reference, alternate) = (reference as f32, alternate as f32);
        if delta.is_finite() { Ok(Compared { reference, alternate, delta, at: None }) } else { Err(Skip::NotANumber) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Shape = Shape { bins: 6, columns: 1 };

    fn max(rows: [&[f32]; 3], placement: (i64, i64, i64, i64), zero: bool) -> Result<(f32, f32, Option<i64>), Skip> {
        let (first, last, removed, inserted) = placement;
        let score = Score { column: 0, bin: 1, repeat: 1, missing_is_zero: zero };
        let rows = Tracks { reference: rows[0], left: rows[1], right: rows[2] };
        let placement = Placement { first, last, removed, inserted };
        let compared = tracks(Comparison::Max, rows, ONE, score, placement, 0..6)?;
        assert_eq!(compared.delta, (f64::from(compared.alternate) - f64::from(compared.reference)) as f32);
        Ok((compared.reference, compared.alternate, compared.at))
    }

    const REFERENCE: [f32; 6] = [0.0, 0.1, 0.2, 0.3, 0.9, 0.0];

    #[test]
    fn a_substitution_is_compared_in_place() {
        let changed = [0.0, 0.1, 0.8, 0.3, 0.9, 0.0];
        assert_eq!(max([&REFERENCE, &changed, &changed], (2, 2, 1, 1), true), Ok((0.2, 0.8, Some(2))));
        assert_eq!(max([&REFERENCE; 3], (2, 2, 1, 1), true), Ok((0.0, 0.0, Some(0))));
    }

    #[test]
    fn bins_right_of_a_change_are_read_from_the_right() {
        // Base 3 is deleted: left of it the row that begins with the reference, right of it the one that ends with it.
        let left = [0.0, 0.1, 0.2, 0.9, 0.0, 0.7];
        let right = [0.7, 0.0, 0.1, 0.2, 0.6, 0.0];
        assert_eq!(max([&REFERENCE, &left, &right], (3, 3, 1, 0), false), Ok((0.9, 0.6, Some(4))));
        // Where a deleted base counts 0, its own score is lost.
        let right = [0.7, 0.0, 0.1, 0.2, 0.85, 0.0];
        assert_eq!(max([&REFERENCE, &left, &right], (3, 3, 1, 0), true), Ok((0.3, 0.0, Some(3))));
        assert_eq!(max([&REFERENCE, &left, &right], (3, 3, 1, 0), false), Ok((0.9, 0.85, Some(4))));
    }

    #[test]
    fn what_is_put_in_is_compared_with_nothing_there() {
        // One base after base 1, which the network calls 0.95.
        let left = [0.0, 0.1, 0.95, 0.2, 0.3, 0.9];
        let right = [0.1, 0.95, 0.2, 0.3, 0.9, 0.0];
        assert_eq!(max([&REFERENCE, &left, &right], (2, 2, 0, 1), true), Ok((0.0, 0.95, Some(1))));
        assert_eq!(max([&REFERENCE, &left, &right], (2, 2, 0, 1), false), Ok((0.0, 0.0, Some(0))));
    }

    #[test]
    fn in_a_repeat_the_nearer_way_counts_and_nothing_is_missing() {
        // Any one of bases 1 to 3 is deleted: 1 can be matched from the left, 3 from the right, 2 from both.
        let left = [0.0, 0.1, 0.5, 9.0, 9.0, 9.0];
        let right = [9.0, 9.0, 0.25, 0.3, 0.9, 0.0];
        let compared = max([&REFERENCE, &left, &right], (1, 3, 1, 0), true);
        assert_eq!(compared, Ok((0.2, 0.25, Some(2))));
    }

    #[test]
    fn wide_bins_are_compared_at_their_own_places() {
        let shape = Shape { bins: 6, columns: 2 };
        // Two columns: the second has bins of three bases.
        let track = |bins: [f32; 2]| -> Vec<f32> { (0..6).flat_map(|at| [0.0, bins[at / 3]]).collect() };
        let (reference, left, right) = (track([0.1, 0.2]), track([0.4, 0.9]), track([0.9, 0.25]));
        let rows = Tracks { reference: &reference, left: &left, right: &right };
        let score = Score { column: 1, bin: 3, repeat: 3, missing_is_zero: false };
        let of = |first, removed, inserted| {
            let placement = Placement { first, last: first, removed, inserted };
            tracks(Comparison::Max, rows, shape, score, placement, 0..6).map(|c| (c.alternate, c.at))
        };
        // A deletion within the first bin: from both sides, the nearer; the second bin is right of it.
        assert_eq!(of(1, 1, 0), Ok((0.4, Some(0))));
        // All of the first bin is deleted.
        assert_eq!(of(0, 3, 0), Ok((0.25, Some(3))));
    }

    /// docs/concepts/variant-scoring.md, "Worked example".
    #[test]
    fn the_worked_example_of_the_page_is_right() {
        // Positions -3 to 8; `site` a base, `signal` four bases.
        let shape = Shape { bins: 12, columns: 2 };
        let track = |site: [f32; 12], signal: [f32; 3]| -> Vec<f32> {
            (0..12).flat_map(|at| [site[at], signal[at / 4]]).collect()
        };
        let reference = track([0.0, 0.0, 0.1, 0.0, 0.0, 0.3, 0.0, 0.9, 0.0, 0.0, 0.0, 0.0], [2.0, 5.0, 1.0]);
        let left = track([0.0, 0.0, 0.2, 0.0, 0.0, 0.1, 0.8, 0.1, 0.0, 0.0, 0.0, 0.0], [2.1, 4.0, 3.0]);
        let right = track([0.0, 0.0, 0.0, 0.2, 0.0, 0.0, 0.1, 0.8, 0.0, 0.0, 0.0, 0.0], [0.5, 4.4, 1.2]);
        let rows = Tracks { reference: &reference, left: &left, right: &right };
        // Position 2 is the core's base 5; POS is 1, its base 4; within four bases of position 2.
        let placement = Placement { first: 5, last: 5, removed: 1, inserted: 0 };
        let of = |column, bin, repeat, missing_is_zero| {
            let score = Score { column, bin, repeat, missing_is_zero };
            let compared = tracks(Comparison::Max, rows, shape, score, placement, 1..10).expect("numbers");
            (compared.reference, compared.alternate, compared.at.map(|at| at - 4))
        };
        assert_eq!(of(0, 1, 1, true), (0.3, 0.0, Some(1)));
        assert_eq!(of(0, 1, 1, false), (0.1, 0.2, Some(-2)));
        assert_eq!(of(1, 4, 4, false), (5.0, 4.4, Some(0)));
    }

    #[test]
    fn numbers_of_the_literature() {
        let (one, other) = ([1.0, 3.0, 0.0, 0.0, 0.0, 0.0], [2.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        let of = |comparison| {
            let rows = Tracks { reference: &one, left: &other, right: &other };
            let score = Score { column: 0, bin: 1, repeat: 1, missing_is_zero: false };
            let placement = Placement { first: 1, last: 1, removed: 1, inserted: 1 };
            tracks(comparison, rows, ONE, score, placement, 0..6).expect("a number").delta
        };
        assert_eq!(of(Comparison::Sum), 0.0);
        assert_eq!(of(Comparison::Log2Fold), 0.0);
        assert_eq!(of(Comparison::L2), 6.0f32.sqrt());
        // scipy.spatial.distance.jensenshannon([1, 3, 0], [2, 1, 1], base=2)
        assert!((of(Comparison::Js) - 0.5).abs() < 1e-6, "{}", of(Comparison::Js));
    }

    #[test]
    fn what_is_not_finite_is_not_compared() {
        assert_eq!(windows(Comparison::Max, 0.1, f32::NAN), Err(Skip::NotANumber));
        assert_eq!(windows(Comparison::Log2Fold, 0.1, -2.0), Err(Skip::NotANumber));
        let changed = [0.0, f32::INFINITY, 0.8, 0.3, 0.9, 0.0];
        assert_eq!(max([&REFERENCE, &changed, &changed], (2, 2, 1, 1), true), Err(Skip::NotANumber));
    }
}
