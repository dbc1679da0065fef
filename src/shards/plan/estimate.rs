//! What the shards take, by a sample or by constants.

use serde_json::{Value, json};

use super::{sample::Measured, work::Work};
use crate::shards::territory::Territory;

/// A shard: how much it owns, and what it takes.
#[derive(Clone, Debug)]
pub(super) struct Estimate {
    /// As i/n.
    pub(super) shard: String,
    /// Its number, from 1.
    pub(super) index: u32,
    /// Windows, reads or variants.
    pub(super) units: u64,
    /// Bases of its stretch.
    pub(super) bases: u64,
    /// `None` where nothing was measured.
    pub(super) takes: Option<Takes>,
}

/// What a shard takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Takes {
    /// Processor time, in seconds.
    pub(super) cpu: f64,
    /// Time on the clock, in seconds.
    pub(super) seconds: f64,
    /// The most memory, in bytes; `None` where the system does not say.
    pub(super) memory: Option<u64>,
    /// Size of the output, in bytes; `None` without a sample.
    pub(super) output: Option<u64>,
}

/// What each shard takes. Units are rounded so that their sum is the whole.
pub(super) fn estimates(work: &Work, territories: &[Territory], measured: Option<&Measured>) -> Vec<Estimate> {
    let (counts, unplaced_cost) = (work.counts.sum().max(1) as f64, work.unplaced_cost() as f64);
    let cost = (work.cost.sum() as f64 + unplaced_cost).max(1.0);
    let placed = work.total - work.unplaced;
    let (mut passed, mut before) = (0.0, 0);
    territories
        .iter()
        .map(|own| {
            let (mut own_cost, mut bases, mut own_counts) = (0.0, 0, 0.0);
            for (contig, interval) in own.intervals() {
                let id = work.contigs.id(&contig).unwrap_or_default();
                own_counts += work.counts.within(id, interval, work.step) as f64;
                own_cost += work.cost.within(id, interval, work.step) as f64;
                bases += interval.len();
            }
            passed += own_counts;
            let is_last = own.shard.index == own.shard.count;
            let after = if is_last { placed } else { ((passed / counts * placed as f64).round() as u64).min(placed) };
            let mut units = after.saturating_sub(before);
            before = before.max(after);
            if is_last {
                units += work.unplaced;
                own_cost += unplaced_cost;
            }
            let share = if work.total == 0 { 0.0 } else { own_cost / cost };
            let takes = measured.map(|measured| takes(measured, work.total as f64, share, units));
            Estimate { shard: own.shard.to_string(), index: own.shard.index, units, bases, takes }
        })
        .collect()
}

fn takes(measured: &Measured, total: f64, share: f64, units: u64) -> Takes {
    let (own, others) = (total * share, total * (1.0 - share));
    let Measured { start, unit, passing, .. } = measured;
    Takes {
        cpu: start.cpu + own * unit.cpu + others * passing.cpu,
        seconds: start.wall + own * unit.wall + others * passing.wall,
        memory: measured.memory,
        output: (measured.unit.bytes > 0.0 || measured.start.bytes > 0.0)
            .then_some((start.bytes + units as f64 * unit.bytes) as u64),
    }
}

impl Estimate {
    /// As it stands in plan.json.
    pub(super) fn to_json(&self, unit: &str, file: &str) -> Value {
        json!({
            "shard": self.shard,
            "index": self.index,
            "file": file,
            unit: self.units,
            "bases": self.bases,
            "cpu_seconds": self.takes.map(|takes| round(takes.cpu)),
            "seconds": self.takes.map(|takes| round(takes.seconds)),
            "memory_bytes": self.takes.and_then(|takes| takes.memory),
            "output_bytes": self.takes.and_then(|takes| takes.output),
        })
    }
}

/// All shards together: sums, the time of the slowest, and the largest memory.
pub(super) fn whole(shards: &[Estimate], unit: &str) -> Value {
    let sum =
        |of: &dyn Fn(&Takes) -> f64| -> Option<f64> { shards.iter().map(|shard| shard.takes.as_ref().map(of)).sum() };
    let bytes: Option<u64> = shards.iter().map(|shard| shard.takes?.output).sum();
    json!({
        unit: shards.iter().map(|shard| shard.units).sum::<u64>(),
        "bases": shards.iter().map(|shard| shard.bases).sum::<u64>(),
        "cpu_seconds": sum(&|takes| takes.cpu).map(round),
        "seconds": sum(&|takes| takes.seconds).map(round),
        "longest_seconds": slowest(shards).map(round),
        "memory_bytes": shards.iter().filter_map(|shard| shard.takes?.memory).max(),
        "output_bytes": bytes,
    })
}

/// The time of the slowest shard, in seconds.
pub(super) fn slowest(shards: &[Estimate]) -> Option<f64> {
    shards.iter().filter_map(|shard| Some(shard.takes?.seconds)).reduce(f64::max)
}

/// To a tenth of a second; short times to a thousandth.
fn round(seconds: f64) -> f64 {
    let digits = if seconds < 10.0 { 1e3 } else { 10.0 };
    (seconds * digits).round() / digits
}
