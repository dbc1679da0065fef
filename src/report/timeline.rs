//! The shards of a run by time: which machine ran which shard when.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::Value;

use super::{
    run::Run,
    show::{Axis, color, digits, time},
};
use crate::{genome::interval::commas, html::escape};

/// A slowest shard that took this many times the mean is worth a warning.
const UNEVEN: f64 = 1.5;

/// Left end of the bars: names are left of it.
const LEFT: f64 = 80.0;

/// Width of the whole time.
const WIDTH: f64 = 960.0;

/// When and where a shard ran.
pub(crate) struct ShardTime {
    /// `3/16`.
    name: String,
    /// Machine.
    host: String,
    /// Seconds since 1970.
    start: f64,
    /// Seconds since 1970.
    end: f64,
    /// Windows that were run.
    windows: u64,
}

impl ShardTime {
    /// From the manifest of a shard, or from its entry in that of a merged run.
    fn of(name: String, from: &Value) -> Self {
        let end = from["finished_unix"].as_f64().unwrap_or(0.0);
        Self {
            name,
            host: from["host"]["name"].as_str().unwrap_or("?").into(),
            start: end - from["seconds"]["wall"].as_f64().unwrap_or(0.0),
            end,
            windows: from["counts"]["windows"].as_u64().unwrap_or(0),
        }
    }

    fn seconds(&self) -> f64 {
        self.end - self.start
    }
}

/// The shards of each merged run; and runs that are shards themselves, by their plan.
pub(crate) fn shards(runs: &[Run]) -> Vec<(String, Vec<ShardTime>)> {
    let mut groups = Vec::new();
    let mut loose: BTreeMap<String, Vec<(u64, ShardTime)>> = BTreeMap::new();
    for run in runs {
        let parts = run.get(&["shards"]).as_array();
        if let Some(parts) = parts.filter(|parts| parts.len() > 1) {
            let count = parts.len();
            let all = parts.iter().enumerate().map(|(at, part)| ShardTime::of(format!("{}/{count}", at + 1), part));
            groups.push((run.name.clone(), all.collect()));
        }
        if let (Some(index), Some(count)) =
            (run.get(&["shard", "index"]).as_u64(), run.get(&["shard", "count"]).as_u64())
        {
            let plan = format!("shards of plan {}", run.text(&["shard", "plan"]));
            let own = ShardTime::of(format!("{index}/{count}"), &Value::Object(run.manifest.clone()));
            loose.entry(plan).or_default().push((index, own));
        }
    }
    for (plan, mut parts) in loose {
        parts.sort_by_key(|(index, _)| *index);
        groups.push((plan, parts.into_iter().map(|(_, part)| part).collect()));
    }
    groups
}

/// The chart of the shards of one run.
pub(super) fn chart(name: &str, parts: &[ShardTime]) -> String {
    let start = parts.iter().map(|part| part.start).fold(f64::INFINITY, f64::min);
    let end = parts.iter().map(|part| part.end).fold(f64::NEG_INFINITY, f64::max);
    let whole = (end - start).max(1e-3);
    let slowest = parts.iter().map(ShardTime::seconds).fold(0.0, f64::max);
    let mean = parts.iter().map(ShardTime::seconds).sum::<f64>() / parts.len().max(1) as f64;
    let ratio = if mean > 0.0 { slowest / mean } else { 1.0 };
    let mut hosts: Vec<&str> = parts.iter().map(|part| part.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let lane = (900.0 / parts.len() as f64).clamp(3.0, 18.0);
    let mut body = bars(parts, &hosts, lane, start, whole);
    let height = parts.len() as f64 * lane;
    Axis { left: LEFT, width: WIDTH, end: whole, y: [height, height + 5.0, height + 17.0] }.draw(&mut body, time);
    let keys: String = hosts
        .iter()
        .enumerate()
        .map(|(index, host)| {
            format!("<span class=\"key\" style=\"background:{}\"></span>{}", color(index), escape(host))
        })
        .collect();
    let warning = if ratio > UNEVEN && slowest > 10.0 {
        "<p class=\"warning\">The shards are uneven: <code>genogloss plan</code> cuts by measured cost, and a slow machine or a busy disk shows here too.</p>"
    } else {
        ""
    };
    format!(
        "<section><h2>Shards <span class=\"soft\">of {}</span></h2>\n<p>{} shards, {} from the first start to the last end; the slowest took {}, {} times the mean.{keys}</p>{warning}\
         <div class=\"scroll\"><svg viewBox=\"0 0 1080 {:.0}\" style=\"min-width:640px\" role=\"img\">{body}</svg></div></section>\n",
        escape(name),
        parts.len(),
        time(whole),
        time(slowest),
        digits(ratio),
        height + 24.0
    )
}

/// One bar per shard, in the colour of its host; names where the bars are high enough.
fn bars(parts: &[ShardTime], hosts: &[&str], lane: f64, start: f64, whole: f64) -> String {
    let mut body = String::new();
    for (at, part) in parts.iter().enumerate() {
        let x = LEFT + WIDTH * (part.start - start) / whole;
        let width = (WIDTH * part.seconds() / whole).max(1.5);
        let y = at as f64 * lane;
        let fill = color(hosts.iter().position(|host| *host == part.host).unwrap_or(0));
        let _ = write!(
            body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" rx=\"2\" fill=\"{fill}\"><title>{} on {}: {}, {} windows</title></rect>",
            (lane - 2.0).max(1.5),
            escape(&part.name),
            escape(&part.host),
            time(part.seconds()),
            commas(part.windows)
        );
        if lane >= 12.0 {
            let _ = write!(
                body,
                "<text x=\"72\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                y + lane - 5.0,
                escape(&part.name)
            );
        }
    }
    body
}
