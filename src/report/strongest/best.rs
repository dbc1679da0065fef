//! The strongest of many calls, in little memory.

use crate::genome::Interval;

/// How many are kept.
const MOST: usize = 100;

/// A call.
pub(in crate::report) struct Row {
    /// What it is sorted by.
    pub strength: f64,
    /// Where it lies; `None` for a read that is not aligned.
    pub place: Option<(String, Interval)>,
    /// The other columns, as they are in the output.
    pub cells: Vec<String>,
}

/// The strongest so far; of calls that are as strong, the first.
#[derive(Default)]
pub(super) struct Best {
    rows: Vec<Row>,
    count: u64,
    /// The strength of the last row when there are enough.
    least: Option<f64>,
}

impl Best {
    /// Counts a call, and keeps it if it is among the strongest. `make` gives its place and its columns.
    pub(super) fn offer(&mut self, strength: f64, make: impl FnOnce() -> (Option<(String, Interval)>, Vec<String>)) {
        self.count += 1;
        if strength.is_nan() || self.least.is_some_and(|least| strength <= least) {
            return;
        }
        let (place, cells) = make();
        self.rows.push(Row { strength, place, cells });
        if self.rows.len() == 2 * MOST {
            self.cut();
        }
    }

    fn cut(&mut self) {
        // The sort is stable.
        self.rows.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        self.rows.truncate(MOST);
        if self.rows.len() == MOST {
            self.least = self.rows.last().map(|row| row.strength);
        }
    }

    /// All that were kept, and how many were offered.
    pub(super) fn finish(mut self) -> (Vec<Row>, u64) {
        self.cut();
        (self.rows, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_are_kept_and_all_are_counted() {
        let mut best = Best::default();
        for number in 0..1000u32 {
            // 0, 7, 14 … 993, 3, 10 …: each number once, in another order.
            let strength = f64::from(number * 7 % 1000);
            best.offer(strength, || (None, vec![number.to_string()]));
        }
        best.offer(f64::NAN, || (None, Vec::new()));
        let (rows, count) = best.finish();
        let strengths: Vec<f64> = rows.iter().map(|row| row.strength).collect();
        assert_eq!(strengths, (900..1000).rev().map(f64::from).collect::<Vec<_>>());
        assert_eq!(count, 1001);
        let mut same = Best::default();
        (0..300).for_each(|number| same.offer(1.0, || (None, vec![number.to_string()])));
        let first: Vec<String> = same.finish().0.into_iter().map(|mut row| row.cells.remove(0)).collect();
        assert_eq!(first, (0..100).map(|number: i32| number.to_string()).collect::<Vec<_>>(), "of equals the first");
    }
}
