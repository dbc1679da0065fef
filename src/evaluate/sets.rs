//! The metrics of judged sets, and the two tables that are made of them.

use super::metrics::{Metric, Point, Ranking};
use crate::output::column::{Column, DOUBLE, INTEGER, column, fixed_header};

/// The table of metrics.
pub(super) const METRICS: &[Column] = &[
    column(&["set"], "all; unseen (--seen); with -f, the score or --pool"),
    column(
        &["figure"],
        "accuracy, mcc, f1, precision, recall, auroc, auprc, top_k, false_per_mb …; metric:class for one of several classes; sequences, bins, skipped:reason: counts; truth:x>called:y: cells of the confusion matrix",
    ),
    column(&["value"], "value on the whole set; . where it is not defined").of(DOUBLE),
    column(&["low", "high"], "middle 95 % of the bootstrap replicates; . if there are none").of(DOUBLE),
];

/// The table of calls at every threshold.
pub(super) const CURVE: &[Column] = &[
    column(&["set", "class"], "set and class of the curve; of variants, set is the score"),
    column(&["threshold"], "lowest score that is called").of(DOUBLE),
    column(&["true_positives", "false_positives"], "right and wrong calls").of(INTEGER),
    column(&["precision", "recall"], "fraction of right calls; fraction of the class that is called").of(DOUBLE),
    column(&["false_per_mb"], "false positives per megabase scored; . for sequences").of(DOUBLE),
];

/// What was measured on one set of sequences, places or variants.
pub(crate) struct SetMetrics {
    /// Name of the set, as it is written.
    pub(crate) name: String,
    /// Sizes and other numbers without an interval, by name.
    pub(crate) counts: Vec<(String, String)>,
    /// Metrics with their intervals.
    pub(crate) metrics: Vec<Metric>,
    /// Curves, one for each class or score.
    pub(crate) curves: Vec<ScoreCurve>,
}

/// The ranking of one class or score.
#[derive(Clone)]
pub(crate) struct ScoreCurve {
    /// Name of the class or score.
    pub(crate) name: String,
    /// All judged items, ordered by score.
    pub(crate) ranking: Ranking,
    /// Judged bases, for places of a genome.
    pub(crate) bases: Option<u64>,
}

/// A number with `count` decimals; `.` where it is not defined.
pub(crate) fn decimals(count: usize, value: f64) -> String {
    if value.is_finite() { format!("{value:.count$}") } else { ".".into() }
}

/// The metrics of all sets as a table, one line for each.
pub(crate) fn metrics_table(sets: &[SetMetrics]) -> String {
    let mut text = fixed_header(METRICS);
    for SetMetrics { name, counts, metrics, .. } in sets {
        for (count, value) in counts {
            text.push_str(&format!("{name}\t{count}\t{value}\t.\t.\n"));
        }
        for Metric { name: metric, value, low, high } in metrics {
            let [value, low, high] = [value, low, high].map(|number| decimals(6, *number));
            text.push_str(&format!("{name}\t{metric}\t{value}\t{low}\t{high}\n"));
        }
    }
    text
}

/// Calls at every threshold as a table, about 2,000 lines per curve at most.
pub(crate) fn curve_table(sets: &[SetMetrics]) -> String {
    let mut text = fixed_header(CURVE);
    for set in sets {
        for ScoreCurve { name: class, ranking, bases } in &set.curves {
            let (points, positives) = (ranking.curve(), ranking.sizes().0);
            let step = points.len().div_ceil(2000).max(1);
            for (index, point) in points.iter().enumerate() {
                if index % step != 0 && index + 1 != points.len() {
                    continue;
                }
                let Point { threshold, true_positives: tp, false_positives: fp } = *point;
                let per_mb = bases.map_or(".".into(), |b| decimals(6, fp as f64 / (b as f64 / 1e6)));
                text.push_str(&format!(
                    "{}\t{class}\t{threshold:.6}\t{tp}\t{fp}\t{}\t{}\t{per_mb}\n",
                    set.name,
                    decimals(6, tp as f64 / (tp + fp) as f64),
                    decimals(6, tp as f64 / positives as f64)
                ));
            }
        }
    }
    text
}
