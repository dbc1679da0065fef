//! Histograms of scores. Counts are whole numbers, so that histograms of shards add up to that of the run.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// Bins from -1 to 1.
const FINE: i32 = 20;
/// Bins of doubling width beyond 1, and beyond -1.
const COARSE: i32 = 24;
/// Largest count that is read: sums of all bins stay within 64 bits.
const MOST: u64 = 1 << 53;
const BINS: usize = 2 * (FINE + COARSE) as usize;

/// Counts of scores: bins 0.05 wide from -1 to 1, where probabilities and their differences lie, and bins from one power of two
/// to the next beyond. A bin holds its lower bound, that of 0.95 also 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Histogram(Box<[u64; BINS]>);

impl Default for Histogram {
    fn default() -> Self {
        Self(Box::new([0; BINS]))
    }
}

/// The number of the bin of a score: bin 0 begins at 0, bin -1 at -0.05, bin 20 at 1; bin -21 ends at -1.
fn bin(score: f32) -> i32 {
    if score.abs() <= 1.0 {
        return ((score * FINE as f32).floor() as i32).min(FINE - 1);
    }
    let beyond = (score.abs().log2().floor() as i32).min(COARSE - 1);
    if score > 0.0 { FINE + beyond } else { -FINE - 1 - beyond }
}

/// Lower and upper bound of a bin.
pub(crate) fn bounds(bin: i32) -> (f64, f64) {
    if (-FINE..FINE).contains(&bin) {
        (f64::from(bin) / f64::from(FINE), f64::from(bin + 1) / f64::from(FINE))
    } else if bin >= FINE {
        (2f64.powi(bin - FINE), 2f64.powi(bin - FINE + 1))
    } else {
        (-2f64.powi(-FINE - bin), -2f64.powi(-FINE - 1 - bin))
    }
}

impl Histogram {
    /// Adds a score; not-a-number is not counted.
    pub(crate) fn add(&mut self, score: f32) {
        if !score.is_nan() {
            self.0[(bin(score) + FINE + COARSE) as usize] += 1;
        }
    }

    /// Bins that are not empty, in order.
    pub(crate) fn bins(&self) -> impl Iterator<Item = (i32, u64)> {
        (-FINE - COARSE..).zip(self.0.iter().copied()).filter(|(_, count)| *count > 0)
    }

    /// Reads it from JSON: an object with the counts of the bins by number.
    pub(crate) fn restored(saved: &serde_json::Value) -> Result<Self, String> {
        let mut histogram = Self::default();
        for (name, count) in saved.as_object().ok_or("a histogram is not an object")? {
            let at = name.parse::<i32>().ok().and_then(|bin| bin.checked_add(FINE + COARSE));
            let slot = at.and_then(|at| histogram.0.get_mut(usize::try_from(at).ok()?));
            let slot = slot.ok_or_else(|| format!("a histogram has no bin {name:?}"))?;
            *slot = count.as_u64().filter(|count| *count <= MOST).ok_or_else(|| format!("bin {name} has {count}"))?;
        }
        Ok(histogram)
    }
}

impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (bin, count) in self.bins() {
            map.serialize_entry(&bin.to_string(), &count)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_lies_in_its_bin() {
        for score in
            [0.0, 0.04, 0.05, 0.5, 0.999, 1.0, 1.01, 2.0, 3.9, 1e9, -0.001, -0.05, -0.5, -1.0, -1.5, -2.5, -1e9]
        {
            let (low, high) = bounds(bin(score));
            let beyond = f64::from(score.abs()) > 2f64.powi(COARSE);
            let inside = low <= f64::from(score) + 1e-6 && f64::from(score) <= high + 1e-6;
            assert!(inside || beyond, "{score}: {low} to {high}");
        }
        assert_eq!((bin(1.0), bin(0.0), bin(-1.0), bin(f32::INFINITY)), (19, 0, -20, FINE + COARSE - 1));
    }

    #[test]
    fn it_comes_back_from_json() {
        let mut histogram = Histogram::default();
        [0.5, 0.51, -3.0, f32::NAN, f32::NEG_INFINITY].into_iter().for_each(|score| histogram.add(score));
        let saved = serde_json::to_value(&histogram).expect("JSON");
        assert_eq!(saved.to_string(), r#"{"-44":1,"-22":1,"10":2}"#);
        assert_eq!(Histogram::restored(&saved).as_ref(), Ok(&histogram));
        for bad in [r#"{"2147483647":1}"#, r#"{"-45":1}"#, r#"{"a":1}"#, r#"{"1":-1}"#, r#"{"1":1.5}"#, "[]"] {
            let saved = serde_json::from_str(bad).expect("JSON");
            assert!(Histogram::restored(&saved).is_err(), "{bad}");
        }
    }
}
