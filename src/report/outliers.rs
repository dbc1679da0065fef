//! Runs that differ from the others of one command and model.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    run::Run,
    show::{bases, digits, time},
};
use crate::{genome::interval::commas, histogram::bounds, html::escape};

/// METHOD: modified z-scores of Iglewicz and Hoaglin (How to detect and handle outliers, 1993), who take 3.5 as the limit.
const LIMIT: f64 = 3.5;

/// A run that differs by less than this share of the median is none, however alike the others are.
const SMALLEST_SHARE: f64 = 0.1;

/// The smallest group in which outliers are looked for.
const SMALLEST_GROUP: usize = 8;

/// A score of this size is strong. It is a border of the bins in manifests.
const STRONG: f64 = 0.5;

/// What is compared.
struct Metric {
    name: &'static str,
    /// Whether differences are ratios: counts, times, memory.
    is_ratio: bool,
    value: fn(&Run) -> Option<f64>,
    show: fn(f64) -> String,
}

const METRICS: [Metric; 5] = [
    Metric {
        name: "records",
        is_ratio: true,
        value: |run| Some(run.count("records_in") as f64),
        show: |n| commas(n as u64),
    },
    Metric { name: "scored", is_ratio: false, value: scored_share, show: |share| format!("{} %", digits(share)) },
    Metric {
        name: "strong scores",
        is_ratio: false,
        value: strong_share,
        show: |share| format!("{} %", digits(share)),
    },
    Metric { name: "speed", is_ratio: true, value: speed, show: |rate| format!("{} windows/s", digits(rate)) },
    Metric {
        name: "memory",
        is_ratio: true,
        value: |run| run.get(&["peak_memory_bytes"]).as_f64().map(|bytes| bytes / 1e6),
        show: |megabytes| format!("{} MB", digits(megabytes)),
    },
];

/// Share of windows, reads or alleles with a score, in percent.
pub(super) fn scored_share(run: &Run) -> Option<f64> {
    let (scored, skips) = (run.count("scored"), run.skips());
    (scored + skips > 0).then(|| 100.0 * scored as f64 / (scored + skips) as f64)
}

/// Share of scores, or of changes of scores, of at least [`STRONG`] in size, in percent.
pub(super) fn strong_share(run: &Run) -> Option<f64> {
    let (mut all, mut strong) = (0, 0);
    for (_, histogram) in run.scores() {
        for (bin, count) in histogram.bins() {
            let (low, high) = bounds(bin);
            all += count;
            strong += if low >= STRONG || high <= -STRONG { count } else { 0 };
        }
    }
    (all > 0).then(|| 100.0 * strong as f64 / all as f64)
}

fn speed(run: &Run) -> Option<f64> {
    let (windows, wall) = (run.count("windows") as f64, run.seconds("wall"));
    (windows > 0.0 && wall > 0.0).then(|| windows / wall)
}

/// Why a run is an outlier: one reason for each metric.
pub(super) type Reasons = Vec<String>;

/// Runs of one command and model.
pub(super) struct Group {
    name: String,
    runs: Vec<usize>,
}

/// Groups of runs, and the reasons why each run is an outlier: none for most.
pub(super) fn find(runs: &[Run]) -> (Vec<Group>, Vec<Reasons>) {
    let mut groups: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (at, run) in runs.iter().enumerate() {
        let key = (run.text(&["settings", "command"]), run.text(&["model", "name"]));
        groups.entry(key).or_default().push(at);
    }
    let groups = groups.into_iter().map(|((command, model), runs)| Group { name: format!("{command}, {model}"), runs });
    let groups: Vec<Group> = groups.collect();
    let mut reasons: Vec<Reasons> = runs.iter().map(|_| Vec::new()).collect();
    for (run, reasons) in runs.iter().zip(&mut reasons) {
        if run.count("scored") == 0 && run.skips() > 0 {
            reasons.push("nothing was scored".into());
        }
    }
    for group in &groups {
        for metric in &METRICS {
            for (at, value, median) in group.differing(metric, runs) {
                let higher = if value > median { "high" } else { "low" };
                let shown = (metric.show)(value);
                reasons[at].push(format!("{} {higher}: {shown} (median {})", metric.name, (metric.show)(median)));
            }
        }
    }
    (groups, reasons)
}

impl Group {
    /// Runs that have a value, and the value.
    fn values(&self, metric: &Metric, runs: &[Run]) -> Vec<(usize, f64)> {
        self.runs.iter().filter_map(|&at| Some((at, (metric.value)(&runs[at])?))).collect()
    }

    /// Runs whose value differs from the others, with it and the median.
    fn differing(&self, metric: &Metric, runs: &[Run]) -> Vec<(usize, f64, f64)> {
        let values = self.values(metric, runs);
        if values.len() < SMALLEST_GROUP {
            return Vec::new();
        }
        let plain: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
        let far = outliers(&plain, metric.is_ratio);
        let middle = median(&mut plain.clone());
        values.iter().zip(far).filter(|(_, far)| *far).map(|((at, value), _)| (*at, *value, middle)).collect()
    }

    /// One strip of dots for each metric.
    pub(super) fn strips(&self, runs: &[Run]) -> String {
        if self.runs.len() < SMALLEST_GROUP {
            return String::new();
        }
        let mut html = format!(
            "<h3>{} <span class=\"soft\">({} runs)</span></h3><div class=\"strips\">",
            escape(&self.name),
            commas(self.runs.len() as u64)
        );
        for metric in &METRICS {
            html.push_str(&self.strip(metric, runs));
        }
        html + "</div>\n"
    }

    fn strip(&self, metric: &Metric, runs: &[Run]) -> String {
        let values = self.values(metric, runs);
        let plain: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
        let low = plain.iter().copied().fold(f64::INFINITY, f64::min);
        let high = plain.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if plain.len() < SMALLEST_GROUP {
            return String::new();
        }
        let scale = Scale::new(low, high, metric.is_ratio);
        let far = outliers(&plain, metric.is_ratio);
        let (mut dots, mut marked) = (String::new(), String::new());
        for ((at, value), far) in values.iter().zip(&far) {
            let x = scale.x(*value);
            // Spread over the height, the same way each time: multiples of the golden ratio.
            let y = 5.0 + 24.0 * ((*at as f64 + 1.0) * 0.618_033_988_75).fract();
            if *far {
                let title = format!("{}: {}", runs[*at].name, (metric.show)(*value));
                let _ = write!(
                    marked,
                    "<circle class=\"far\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"><title>{}</title></circle>",
                    escape(&title)
                );
            } else {
                let _ = write!(dots, "M{x:.1} {y:.1}h0");
            }
        }
        let middle = median(&mut plain.clone());
        format!(
            "<figure><figcaption><b>{}</b> <span class=\"soft\">median {}</span></figcaption>\
             <svg viewBox=\"0 0 {WIDTH} 50\" role=\"img\"><line class=\"axis\" x1=\"0\" x2=\"{WIDTH}\" y1=\"34\" y2=\"34\"/>\
             <line class=\"median\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"1\" y2=\"34\"/><path class=\"dots\" d=\"{dots}\"/>{marked}\
             <text x=\"0\" y=\"47\">{}</text><text x=\"{WIDTH}\" y=\"47\" text-anchor=\"end\">{}</text></svg></figure>",
            metric.name,
            escape(&(metric.show)(middle)),
            escape(&(metric.show)(low)),
            escape(&(metric.show)(high)),
            x = scale.x(middle),
        )
    }
}

/// Width of a strip.
const WIDTH: f64 = 320.0;

/// Places on a strip: from the smallest to the largest value, by ratios where they are far apart.
struct Scale {
    low: f64,
    high: f64,
    is_log: bool,
}

impl Scale {
    fn new(low: f64, high: f64, is_ratio: bool) -> Self {
        Self { low, high, is_log: is_ratio && low > 0.0 && high / low > 20.0 }
    }

    fn x(&self, value: f64) -> f64 {
        let of = |value: f64| if self.is_log { value.ln() } else { value };
        let (low, high) = (of(self.low), of(self.high));
        let share = if high > low { (of(value) - low) / (high - low) } else { 0.5 };
        5.0 + (WIDTH - 10.0) * share
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}

/// Which values are far from the others. Ratios are compared by their logarithms, so that half and double are as far.
fn outliers(values: &[f64], is_ratio: bool) -> Vec<bool> {
    let scaled: Vec<f64> = values.iter().map(|value| if is_ratio { value.max(1e-9).ln() } else { *value }).collect();
    let middle = median(&mut scaled.clone());
    let mut distances: Vec<f64> = scaled.iter().map(|value| (value - middle).abs()).collect();
    let far = distances.clone();
    // 0.6745: the MAD of a normal distribution, by its standard deviation; 1.2533 the same for the mean distance, where most are alike.
    let spread = match median(&mut distances) / 0.6745 {
        0.0 => 1.2533 * distances.iter().sum::<f64>() / distances.len().max(1) as f64,
        spread => spread,
    };
    let smallest = if is_ratio { (1.0 + SMALLEST_SHARE).ln() } else { SMALLEST_SHARE * middle.abs() };
    far.iter().map(|distance| spread > 0.0 && distance / spread > LIMIT && *distance > smallest).collect()
}

/// What is looked for, in words.
pub(super) fn explained() -> String {
    format!(
        "Compared are runs of one command and model, from {SMALLEST_GROUP} runs on. An outlier is more than {LIMIT} robust standard \
         deviations (median, MAD) and more than {} % away from the median. Strong scores, or changes of scores, are {STRONG} and more in size.",
        SMALLEST_SHARE * 100.0
    )
}

/// The sum of what all runs did.
pub(super) fn totals(runs: &[Run]) -> Vec<(String, &'static str)> {
    let sum = |name: &str| runs.iter().map(|run| run.count(name)).sum::<u64>();
    let mut all = vec![
        (commas(sum("records_in")), "records of the inputs"),
        (commas(sum("scored")), "scored"),
        (commas(runs.iter().map(Run::skips).sum()), "skipped"),
        (time(runs.iter().map(|run| run.seconds("wall")).sum()), "of all runs"),
    ];
    if sum("bases") > 0 {
        all.insert(1, (bases(sum("bases")), "of sequence read"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_far_from_the_median_are_found() {
        let found = |values: &[f64], is_ratio| {
            let far = outliers(values, is_ratio);
            (0..values.len()).filter(|&at| far[at]).collect::<Vec<_>>()
        };
        // By hand: median 100, MAD 1; 0.6745 × 15 / 1 = 10.1; 110 is 6.7 robust deviations away, but not more than 10 % of the median.
        assert_eq!(found(&[99.0, 100.0, 101.0, 100.0, 99.0, 101.0, 115.0, 110.0, 100.0], false), [6]);
        // All alike but one: the mean distance.
        assert_eq!(found(&[5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 50.0], false), [7]);
        // Half and double are as far.
        assert_eq!(found(&[90.0, 100.0, 110.0, 95.0, 105.0, 100.0, 10.0, 1000.0], true), [6, 7]);
        assert_eq!(found(&[7.0; 9], true), Vec::<usize>::new());
        assert_eq!(median(&mut [3.0, 1.0, 2.0, 10.0]), 2.5);
    }
}
