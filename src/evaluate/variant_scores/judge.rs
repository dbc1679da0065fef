//! The metrics of scores of variants, their differences, and the lines of the table.

use crate::{
    evaluate::{
        metrics::{Bootstrap, Metric, Ranking, Spearman, bootstrap},
        sets::decimals,
    },
    output::column::{Column, DOUBLE, INTEGER, column},
};

/// The table of scores.
pub(in crate::evaluate) const COLUMNS: &[Column] = &[
    column(&["score"], "the evaluated score; A - B (--versus): the difference of two"),
    column(&["n", "positives"], "number of evaluated variants, and of positive ones; . if effects have no classes")
        .of(INTEGER),
    column(&["missing"], "labelled variants without this score").of(INTEGER),
    column(&["auroc"], "area under the ROC curve; . without classes").of(DOUBLE),
    column(&["auroc_low", "auroc_high"], INTERVAL).of(DOUBLE),
    column(&["auprc"], "average precision; . without classes").of(DOUBLE),
    column(&["auprc_low", "auprc_high"], INTERVAL).of(DOUBLE),
    column(&["spearman"], "rank correlation with the measured effect; . for classes").of(DOUBLE),
    column(&["spearman_low", "spearman_high"], INTERVAL).of(DOUBLE),
];

const INTERVAL: &str = "middle 95 % of the bootstrap replicates; . if there are none";

/// Names of the metrics, in the order of [`COLUMNS`].
const METRICS: [&str; 3] = ["auroc", "auprc", "spearman"];

/// Scores of the same variants, with everything their metrics need.
pub(super) struct JudgedScores<'a> {
    /// Name, ranking against the classes, correlation with the effect.
    pub(super) scores: Vec<(&'a str, Option<Ranking>, Option<Spearman>)>,
    pub(super) rows: usize,
    pub(super) positives: Option<usize>,
}

impl<'a> JudgedScores<'a> {
    /// `truth` and `effects` are those of all variants, of which `chosen` are judged.
    pub(super) fn new(
        scores: &[(&'a str, &[f64])],
        truth: Option<&[bool]>,
        effects: Option<&[f64]>,
        chosen: &[usize],
    ) -> Self {
        let truth: Option<Vec<bool>> = truth.map(|truth| chosen.iter().map(|&i| truth[i]).collect());
        let effects: Option<Vec<f64>> = effects.map(|effects| chosen.iter().map(|&i| effects[i]).collect());
        let scores = scores
            .iter()
            .map(|&(name, all)| {
                let own: Vec<f64> = chosen.iter().map(|&i| all[i]).collect();
                let ranking = truth.as_ref().map(|truth| Ranking::new(&own, truth));
                (name, ranking, effects.as_ref().map(|effects| Spearman::new(&own, effects)))
            })
            .collect();
        let positives = truth.map(|truth| truth.iter().filter(|t| **t).count());
        Self { scores, rows: chosen.len(), positives }
    }

    /// Three metrics per score; then, for each but `versus`, its three minus those of `versus`.
    fn values(&self, times: Option<&[u32]>, versus: Option<usize>) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(6 * self.scores.len());
        for (_, ranking, correlation) in &self.scores {
            let of =
                |metric: fn(&Ranking, Option<&[u32]>) -> f64| ranking.as_ref().map_or(f64::NAN, |r| metric(r, times));
            let correlation = correlation.as_ref().map_or(f64::NAN, |c| c.value(times));
            values.extend([of(Ranking::auroc), of(Ranking::auprc), correlation]);
        }
        if let Some(base) = versus {
            for score in (0..self.scores.len()).filter(|&score| score != base) {
                for metric in 0..3 {
                    values.push(values[3 * score + metric] - values[3 * base + metric]);
                }
            }
        }
        values
    }

    /// Name and metrics of each score, then of each difference.
    pub(super) fn metrics(&self, versus: Option<usize>, draws: Bootstrap) -> Vec<(String, Vec<Metric>)> {
        let values = self.values(None, versus);
        // METHOD: percentile bootstrap over variants; one set of replicates for all scores, so that differences are paired.
        let intervals =
            bootstrap(self.rows, draws.replicates, draws.seed, values.len(), |times| self.values(Some(times), versus));
        let mut names: Vec<String> = self.scores.iter().map(|(name, ..)| (*name).to_string()).collect();
        if let Some(base) = versus {
            let differences = |i: usize| format!("{} - {}", self.scores[i].0, self.scores[base].0);
            names.extend((0..self.scores.len()).filter(|&i| i != base).map(differences));
        }
        let metric = |i: usize| {
            let ((value, (low, high)), name) = ((values[i], intervals[i]), METRICS[i % 3].to_string());
            Metric { name, value, low, high }
        };
        names.into_iter().enumerate().map(|(i, name)| (name, (3 * i..3 * i + 3).map(metric).collect())).collect()
    }
}

/// The line of a score, or of a difference of two.
pub(super) fn line(name: &str, judged: &JudgedScores<'_>, missing: Option<usize>, metrics: &[Metric]) -> String {
    let count = |n: Option<usize>| n.map_or_else(|| ".".to_string(), |n| n.to_string());
    let mut text = format!("{name}\t{}\t{}\t{}", judged.rows, count(judged.positives), count(missing));
    for Metric { value, low, high, .. } in metrics {
        for number in [value, low, high] {
            text.push('\t');
            text.push_str(&decimals(6, *number));
        }
    }
    text.push('\n');
    text
}
