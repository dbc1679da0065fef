//! Differences between scores that should be the same.

/// The largest number; not a number if one of them is.
pub(super) fn largest(differences: impl Iterator<Item = f32>) -> f32 {
    differences.fold(0.0, |most, one| if one > most || one.is_nan() { one } else { most })
}

/// The largest difference of scores, pair by pair.
pub(super) fn absolute<'a>(pairs: impl Iterator<Item = (&'a f32, &'a f32)>) -> f32 {
    largest(pairs.map(|(one, other)| (one - other).abs()))
}

/// The largest difference of two rows' scores, as a share of a score that is more than 1. Two that are not a number do not differ.
pub(super) fn relative(one: &[f32], other: &[f32]) -> f32 {
    let differ = |(one, other): (&f32, &f32)| match one == other || one.is_nan() && other.is_nan() {
        true => 0.0,
        false => (one - other).abs() / one.abs().max(other.abs()).max(1.0),
    };
    largest(one.iter().zip(other).map(differ))
}

/// Whether a difference is more than the card allows.
pub(super) fn exceeds(difference: f32, tolerance: f32) -> bool {
    difference.is_nan() || difference > tolerance
}
