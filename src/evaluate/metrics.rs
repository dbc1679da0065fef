//! Figures of a classifier. Every function takes how often each sample counts (`times`), so that the same code serves
//! the whole set (once each) and its bootstrap replicates. What is not defined (one class only) is not-a-number.

use rayon::prelude::*;

/// Samples in the order of their score for one class, highest first, with ties marked.
#[derive(Clone, Debug)]
pub(crate) struct Ranking {
    /// (index of the sample, is it of the class), highest score first.
    order: Vec<(u32, bool)>,
    /// Where each run of equal scores ends in `order`.
    ends: Vec<u32>,
    scores: Vec<f64>,
}

/// A point of the precision-recall curve: everything from `threshold` up is called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// The lowest score that is called.
    pub threshold: f64,
    /// Called and of the class.
    pub true_positives: u64,
    /// Called and not of the class.
    pub false_positives: u64,
}

/// Where each run of equal numbers ends.
fn runs(sorted: &[f64]) -> Vec<u32> {
    let mut ends: Vec<u32> = (1..sorted.len()).filter(|&i| sorted[i] != sorted[i - 1]).map(|i| i as u32).collect();
    ends.push(sorted.len() as u32);
    ends
}

impl Ranking {
    /// `scores` and `truth` have the same length; not-a-number ranks last.
    pub(crate) fn new<S: Copy + Into<f64> + Sync>(scores: &[S], truth: &[bool]) -> Self {
        let mut order: Vec<(u32, bool)> = truth.iter().enumerate().map(|(i, &t)| (i as u32, t)).collect();
        let key = |i: u32| {
            let score: f64 = scores[i as usize].into();
            // Adding 0 makes one zero of the two.
            if score.is_nan() { f64::NEG_INFINITY } else { score + 0.0 }
        };
        order.par_sort_by(|a, b| key(b.0).total_cmp(&key(a.0)).then(a.0.cmp(&b.0)));
        let sorted: Vec<f64> = order.iter().map(|&(i, _)| key(i)).collect();
        let ends = runs(&sorted);
        Self { order, ends, scores: sorted }
    }

    /// Runs of equal scores as (positives, negatives), highest first.
    fn steps<'a>(&'a self, times: Option<&'a [u32]>) -> impl Iterator<Item = (u64, u64, usize)> + 'a {
        let mut first = 0usize;
        self.ends.iter().map(move |&end| {
            let (mut positive, mut negative) = (0, 0);
            for &(i, truth) in &self.order[first..end as usize] {
                let count = times.map_or(1, |t| u64::from(t[i as usize]));
                if truth {
                    positive += count;
                } else {
                    negative += count;
                }
            }
            first = end as usize;
            (positive, negative, end as usize - 1)
        })
    }

    /// Area under the receiver operating characteristic: ties count half (Mann-Whitney).
    pub(crate) fn auroc(&self, times: Option<&[u32]>) -> f64 {
        let (mut area, mut positives, mut negatives) = (0.0, 0u64, 0u64);
        for (p, n, _) in self.steps(times) {
            area += n as f64 * (positives as f64 + p as f64 / 2.0);
            positives += p;
            negatives += n;
        }
        area / (positives as f64 * negatives as f64)
    }

    /// Area under the precision-recall curve as average precision: the sum of precision × gain in recall, without
    /// interpolation (as scikit-learn's `average_precision_score`).
    pub(crate) fn auprc(&self, times: Option<&[u32]>) -> f64 {
        let (mut sum, mut tp, mut fp) = (0.0, 0u64, 0u64);
        for (p, n, _) in self.steps(times) {
            tp += p;
            fp += n;
            if p > 0 {
                sum += p as f64 * tp as f64 / (tp + fp) as f64;
            }
        }
        sum / tp as f64
    }

    /// Share of the class among the `k` highest scores, where `k` is the size of the class (Jaganathan et al. 2019,
    /// "top-k accuracy"). Ties at the border count by their share.
    pub(crate) fn top_k(&self, times: Option<&[u32]>) -> f64 {
        let k: u64 = self.steps(times).map(|(p, _, _)| p).sum();
        let (mut taken, mut hits) = (0u64, 0.0);
        for (p, n, _) in self.steps(times) {
            let left = k - taken;
            let all = p + n;
            if all >= left {
                hits += p as f64 * left as f64 / all.max(1) as f64;
                break;
            }
            taken += all;
            hits += p as f64;
        }
        hits / k as f64
    }

    /// The precision-recall curve: one point for each different score.
    pub(crate) fn curve(&self) -> Vec<Point> {
        let (mut tp, mut fp) = (0, 0);
        self.steps(None)
            .map(|(p, n, last)| {
                tp += p;
                fp += n;
                Point { threshold: self.scores[last], true_positives: tp, false_positives: fp }
            })
            .collect()
    }

    /// Samples of the class, and all others.
    pub(crate) fn sizes(&self) -> (u64, u64) {
        let positives = self.order.iter().filter(|(_, truth)| *truth).count() as u64;
        (positives, self.order.len() as u64 - positives)
    }
}

/// Samples in the order of a number, lowest first, with ties marked.
#[derive(Clone, Debug)]
struct Ranks {
    order: Vec<u32>,
    ends: Vec<u32>,
}

impl Ranks {
    fn new(numbers: &[f64]) -> Self {
        let mut order: Vec<u32> = (0..numbers.len() as u32).collect();
        let key = |i: u32| numbers[i as usize] + 0.0;
        order.par_sort_by(|&a, &b| key(a).total_cmp(&key(b)).then(a.cmp(&b)));
        let sorted: Vec<f64> = order.iter().map(|&i| key(i)).collect();
        let ends = runs(&sorted);
        Self { order, ends }
    }

    /// The rank of every sample, from 1; those of a tie have the mean of their ranks.
    fn of(&self, times: Option<&[u32]>) -> Vec<f64> {
        let count = |i: u32| times.map_or(1, |t| u64::from(t[i as usize]));
        let mut ranks = vec![0.0; self.order.len()];
        let (mut first, mut below) = (0usize, 0u64);
        for &end in &self.ends {
            let run = &self.order[first..end as usize];
            let own: u64 = run.iter().map(|&i| count(i)).sum();
            let rank = below as f64 + (own as f64 + 1.0) / 2.0;
            run.iter().for_each(|&i| ranks[i as usize] = rank);
            below += own;
            first = end as usize;
        }
        ranks
    }
}

/// Spearman's correlation of two numbers of the same samples: Pearson's of their ranks, ties at the mean of their ranks (as
/// `scipy.stats.spearmanr`).
#[derive(Clone, Debug)]
pub(crate) struct Spearman {
    first: Ranks,
    second: Ranks,
}

impl Spearman {
    /// Both have the same length, and no not-a-number.
    pub(crate) fn new(first: &[f64], second: &[f64]) -> Self {
        Self { first: Ranks::new(first), second: Ranks::new(second) }
    }

    /// From -1 to 1; not a number where one of the two is the same for all samples.
    pub(crate) fn value(&self, times: Option<&[u32]>) -> f64 {
        let (first, second) = (self.first.of(times), self.second.of(times));
        let total: u64 = times.map_or(first.len() as u64, |t| t.iter().map(|&n| u64::from(n)).sum());
        let mean = (total as f64 + 1.0) / 2.0;
        let (mut both, mut one, mut two) = (0.0, 0.0, 0.0);
        for (i, (a, b)) in first.iter().zip(&second).enumerate() {
            let count = times.map_or(1.0, |t| f64::from(t[i]));
            let (a, b) = (a - mean, b - mean);
            both += count * a * b;
            one += count * a * a;
            two += count * b * b;
        }
        if one == 0.0 || two == 0.0 { f64::NAN } else { both / (one * two).sqrt() }
    }
}

/// How often each class (row: the truth) was called which (column).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Confusion {
    classes: usize,
    counts: Vec<u64>,
}

impl Confusion {
    /// From truths and calls, class numbers below `classes`.
    pub(crate) fn new(classes: usize, truth: &[u8], called: &[u8], times: Option<&[u32]>) -> Self {
        let mut counts = vec![0; classes * classes];
        for (i, (&t, &c)) in truth.iter().zip(called).enumerate() {
            counts[usize::from(t) * classes + usize::from(c)] += times.map_or(1, |w| u64::from(w[i]));
        }
        Self { classes, counts }
    }

    /// How often `truth` was called `called`.
    pub(crate) fn at(&self, truth: usize, called: usize) -> u64 {
        self.counts[truth * self.classes + called]
    }

    fn row(&self, class: usize) -> u64 {
        (0..self.classes).map(|c| self.at(class, c)).sum()
    }

    fn column(&self, class: usize) -> u64 {
        (0..self.classes).map(|t| self.at(t, class)).sum()
    }

    /// Share of right calls.
    pub(crate) fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.classes).map(|c| self.at(c, c)).sum();
        right as f64 / self.counts.iter().sum::<u64>() as f64
    }

    /// Matthews correlation for two or more classes (Gorodkin 2004). Not a number where only one class is there; 0 where
    /// only one class was called.
    pub(crate) fn mcc(&self) -> f64 {
        let total = self.counts.iter().sum::<u64>() as f64;
        let right: f64 = (0..self.classes).map(|c| self.at(c, c) as f64).sum();
        let (mut cross, mut rows, mut columns) = (0.0, 0.0, 0.0);
        for class in 0..self.classes {
            let (t, p) = (self.row(class) as f64, self.column(class) as f64);
            cross += t * p;
            rows += t * t;
            columns += p * p;
        }
        let (truths, calls) = (total * total - rows, total * total - columns);
        if truths == 0.0 {
            f64::NAN
        } else if calls == 0.0 {
            0.0
        } else {
            (right * total - cross) / (truths * calls).sqrt()
        }
    }

    /// Share of a class's calls that are right. Not a number if it was never called.
    pub(crate) fn precision(&self, class: usize) -> f64 {
        self.at(class, class) as f64 / self.column(class) as f64
    }

    /// Share of a class that was called.
    pub(crate) fn recall(&self, class: usize) -> f64 {
        self.at(class, class) as f64 / self.row(class) as f64
    }

    /// Harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).
    pub(crate) fn f1(&self, class: usize) -> f64 {
        2.0 * self.at(class, class) as f64 / (self.row(class) + self.column(class)) as f64
    }

    /// Mean of the classes' F1.
    pub(crate) fn macro_f1(&self) -> f64 {
        (0..self.classes).map(|c| self.f1(c)).sum::<f64>() / self.classes as f64
    }
}

/// A metric with its bootstrap interval.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Metric {
    /// Name, as in the TSV.
    pub name: String,
    /// On the whole set.
    pub value: f64,
    /// Bounds of the 95 % interval; not a number without a bootstrap.
    pub low: f64,
    /// See `low`.
    pub high: f64,
}

/// Answers and truths of one head, with everything its metrics need.
pub(crate) struct Judged {
    /// Names of the classes. With two, the second is the one asked for.
    pub classes: Vec<String>,
    truth: Vec<u8>,
    called: Vec<u8>,
    /// One a class; with two classes only the second's.
    rankings: Vec<Ranking>,
    /// Probability of the second class, or of the called one.
    confidence: Vec<f32>,
}

impl Judged {
    /// `scores` has a number a class for each sample (two classes: only the second's); `called` the class by the
    /// threshold or the largest score.
    pub(crate) fn new(classes: Vec<String>, truth: Vec<u8>, scores: &[f32], threshold: f64) -> Self {
        let count = classes.len();
        let width = if count == 2 { 1 } else { count };
        let called: Vec<u8> = scores
            .chunks_exact(width)
            .map(|row| {
                if width == 1 {
                    u8::from(f64::from(row[0]) >= threshold)
                } else {
                    let best = row.iter().enumerate().fold(0, |best, (i, s)| if *s > row[best] { i } else { best });
                    best as u8
                }
            })
            .collect();
        let ranking = |class: usize, column: usize| {
            let scores: Vec<f32> = scores.iter().skip(column).step_by(width).copied().collect();
            let of_class: Vec<bool> = truth.iter().map(|&t| usize::from(t) == class).collect();
            Ranking::new(&scores, &of_class)
        };
        let rankings =
            if width == 1 { vec![ranking(1, 0)] } else { (0..count).map(|class| ranking(class, class)).collect() };
        let confidence = scores
            .chunks_exact(width)
            .zip(&called)
            .map(|(row, &called)| if width == 1 { row[0] } else { row[usize::from(called)] })
            .collect();
        Self { classes, truth, called, rankings, confidence }
    }

    /// Samples.
    pub(crate) fn len(&self) -> usize {
        self.truth.len()
    }

    /// Samples of each class.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        (0..self.classes.len()).map(|c| self.truth.iter().filter(|&&t| usize::from(t) == c).count()).collect()
    }

    /// Truth against call.
    pub(crate) fn confusion(&self) -> Confusion {
        Confusion::new(self.classes.len(), &self.truth, &self.called, None)
    }

    /// The ranking of a class (with two classes there is only the second's).
    pub(crate) fn rankings(&self) -> &[Ranking] {
        &self.rankings
    }

    fn names(&self) -> Vec<String> {
        let fixed: &[&str] = if self.classes.len() == 2 {
            &["accuracy", "mcc", "f1", "precision", "recall", "auroc", "auprc"]
        } else {
            &["accuracy", "mcc", "macro_f1", "macro_auroc", "macro_auprc"]
        };
        let mut names: Vec<String> = fixed.iter().map(|n| (*n).to_string()).collect();
        if self.classes.len() > 2 {
            for class in &self.classes {
                for figure in ["precision", "recall", "f1", "auroc", "auprc"] {
                    names.push(format!("{figure}:{class}"));
                }
            }
        }
        names
    }

    fn values(&self, times: Option<&[u32]>) -> Vec<f64> {
        let count = self.classes.len();
        let table = Confusion::new(count, &self.truth, &self.called, times);
        let areas: Vec<(f64, f64)> = self.rankings.iter().map(|r| (r.auroc(times), r.auprc(times))).collect();
        if count == 2 {
            let (auroc, auprc) = areas[0];
            return vec![table.accuracy(), table.mcc(), table.f1(1), table.precision(1), table.recall(1), auroc, auprc];
        }
        let mean = |pick: fn(&(f64, f64)) -> f64| areas.iter().map(pick).sum::<f64>() / count as f64;
        let mut values = vec![table.accuracy(), table.mcc(), table.macro_f1(), mean(|a| a.0), mean(|a| a.1)];
        for (class, (auroc, auprc)) in areas.iter().enumerate() {
            values.extend([table.precision(class), table.recall(class), table.f1(class), *auroc, *auprc]);
        }
        values
    }

    /// All metrics. METHOD: percentile bootstrap over samples (Efron 1979), with a fixed seed.
    pub(crate) fn metrics(&self, draws: Bootstrap) -> Vec<Metric> {
        let values = self.values(None);
        let intervals =
            bootstrap(self.len(), draws.replicates, draws.seed, values.len(), |times| self.values(Some(times)));
        self.names()
            .into_iter()
            .zip(values)
            .zip(intervals)
            .map(|((name, value), (low, high))| Metric { name, value, low, high })
            .collect()
    }

    /// How often a probability was right: (mean probability, share of right ones, samples) for tenths of the range. With
    /// two classes the probability of the second; otherwise that of the called class.
    pub(crate) fn reliability(&self) -> Vec<(f64, f64, u64)> {
        let mut bins = vec![(0.0, 0.0, 0u64); 10];
        for i in 0..self.len() {
            let p = f64::from(self.confidence[i]);
            let right = if self.classes.len() == 2 { self.truth[i] == 1 } else { self.truth[i] == self.called[i] };
            let bin = &mut bins[((p * 10.0) as usize).min(9)];
            bin.0 += p;
            bin.1 += f64::from(u8::from(right));
            bin.2 += 1;
        }
        bins.into_iter().filter(|bin| bin.2 > 0).map(|(p, right, n)| (p / n as f64, right / n as f64, n)).collect()
    }

    /// Expected calibration error: the mean distance between probability and share of right ones, over ten bins.
    pub(crate) fn calibration_error(&self) -> f64 {
        self.reliability().iter().map(|(p, right, n)| (p - right).abs() * *n as f64).sum::<f64>() / self.len() as f64
    }
}

/// How often samples are drawn again for the intervals, and from which seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bootstrap {
    /// Replicates; 0: no intervals.
    pub(crate) replicates: u32,
    /// Seed of the random numbers.
    pub(crate) seed: u64,
}

/// Bounds of the middle 95 % of every value over resampled sets of `samples`. The same seed gives the same bounds, on any
/// number of threads.
pub(crate) fn bootstrap(
    samples: usize,
    replicates: u32,
    seed: u64,
    values: usize,
    measure: impl Fn(&[u32]) -> Vec<f64> + Sync,
) -> Vec<(f64, f64)> {
    let all: Vec<Vec<f64>> = (0..replicates)
        .into_par_iter()
        .map(|replicate| {
            let mut random = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(u64::from(replicate)));
            let mut times = vec![0u32; samples];
            for _ in 0..samples {
                times[random.usize(..samples)] += 1;
            }
            measure(&times)
        })
        .collect();
    (0..values)
        .map(|i| {
            let mut column: Vec<f64> = all.iter().map(|row| row[i]).filter(|v| v.is_finite()).collect();
            if column.is_empty() {
                return (f64::NAN, f64::NAN);
            }
            column.sort_by(f64::total_cmp);
            let at = |share: f64| column[((column.len() - 1) as f64 * share).round() as usize];
            (at(0.025), at(0.975))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn areas_are_those_of_scikit_learn() {
        // sklearn 1.5: roc_auc_score and average_precision_score of the same numbers, with a tie.
        let scores = [0.9, 0.8, 0.7, 0.7, 0.55, 0.4, 0.3, 0.1];
        let truth = [true, false, true, false, true, true, false, false];
        let ranking = Ranking::new(&scores, &truth);
        near(ranking.auroc(None), 0.656_25);
        near(ranking.auprc(None), 0.25 * (1.0 + 0.5 + 3.0 / 5.0 + 4.0 / 6.0));
        near(ranking.top_k(None), 0.5);
    }

    #[test]
    fn a_sample_that_counts_twice_is_two_samples() {
        let (scores, truth) = ([0.9, 0.6, 0.4, 0.2], [true, false, true, false]);
        let twice = Ranking::new(&[0.9, 0.6, 0.6, 0.4, 0.2], &[true, false, false, true, false]);
        let once = Ranking::new(&scores, &truth);
        near(once.auroc(Some(&[1, 2, 1, 1])), twice.auroc(None));
        near(once.auprc(Some(&[1, 2, 1, 1])), twice.auprc(None));
        near(once.top_k(Some(&[1, 2, 1, 1])), twice.top_k(None));
    }

    #[test]
    fn top_k_shares_ties_at_the_border() {
        // Two of the class; the highest is right, three tie for the second place and one of them is right.
        let ranking = Ranking::new(&[0.9, 0.5, 0.5, 0.5, 0.1], &[true, true, false, false, false]);
        near(ranking.top_k(None), (1.0 + 1.0 / 3.0) / 2.0);
    }

    #[test]
    fn rank_correlation_is_that_of_scipy() {
        // scipy 1.17: spearmanr, ties in both (tests/reference/scored_variants.py).
        let (x, y) = ([1.0, 2.0, 2.0, 3.0, 5.0, 5.0, 5.0, 8.0], [2.0, 1.0, 1.0, 4.0, 4.0, 0.0, 6.0, 6.0]);
        let correlation = Spearman::new(&x, &y);
        near(correlation.value(None), 0.512_540_043_755);
        // The fourth counts twice.
        near(correlation.value(Some(&[1, 1, 1, 2, 1, 1, 1, 1])), 0.535_087_719_298);
        assert!(Spearman::new(&x, &[3.0; 8]).value(None).is_nan());
    }

    #[test]
    fn matthews_for_two_and_three_classes() {
        // 6 TP, 3 FN, 1 FP, 2 TN: (6 × 2 − 1 × 3) / sqrt(7 × 9 × 3 × 5).
        let mut truth = vec![1u8; 9];
        truth.extend([0; 3]);
        let called = [1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0];
        let table = Confusion::new(2, &truth, &called, None);
        near(table.mcc(), 9.0 / (7.0f64 * 9.0 * 3.0 * 5.0).sqrt());
        near(table.f1(1), 12.0 / 16.0);
        // Three classes, all right: 1; always the same call: 0; one class only: undefined.
        near(Confusion::new(3, &[0, 1, 2], &[0, 1, 2], None).mcc(), 1.0);
        near(Confusion::new(3, &[0, 1, 2], &[1, 1, 1], None).mcc(), 0.0);
        assert!(Confusion::new(3, &[1, 1], &[1, 2], None).mcc().is_nan());
    }

    #[test]
    fn intervals_hold_the_value_and_repeat() {
        let truth: Vec<u8> = (0..400).map(|i| u8::from(i % 2 == 0)).collect();
        let scores: Vec<f32> = (0..400).map(|i| if i % 10 < 7 { f32::from(i % 2 == 0) } else { 0.4 }).collect();
        let judged = Judged::new(vec!["no".into(), "yes".into()], truth, &scores, 0.5);
        let draws = Bootstrap { replicates: 200, seed: 7 };
        let metrics = judged.metrics(draws);
        assert_eq!(metrics, judged.metrics(draws));
        for metric in &metrics {
            assert!(metric.low <= metric.value && metric.value <= metric.high, "{metric:?}");
            assert!(metric.high - metric.low < 0.2, "{metric:?}");
        }
    }
}
