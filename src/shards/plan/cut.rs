//! The plan: the cuts, a BED file for each shard, plan.json, and the table.

use serde_json::{Value, json};

use super::{
    sample::{Measured, measure},
    settings::PlanSettings,
    work::Work,
};
use crate::{
    error::{Error, Result},
    genome::Interval,
    output::{
        Sealed,
        column::{Column, column, header},
    },
    read::Input,
    shards::territory::{Cuts, Territory},
};

/// Stands for the name of what is counted.
const UNIT: &str = "(windows)";

/// The columns of the table.
pub(super) const COLUMNS: &[Column] = &[
    column(&["shard"], "the shard, as i/n"),
    column(&[UNIT], "windows (called reads or variants for such inputs) that are to be scored"),
    column(&["bases"], "bases that the shard owns"),
    column(&["seconds"], "time that the shard will take on this machine; . where nothing was measured"),
    column(&["memory_mb"], "peak memory of the sample, in MB; likewise"),
    column(&["output_mb"], "size of the output, in MB; likewise"),
];

/// Cuts the run on `input` into shards, writes their files, and returns the table.
pub(crate) fn plan(settings: &PlanSettings, input: Input) -> Result<String> {
    let work = Work::read(settings, input)?;
    let cuts = Cuts::of(&work.contigs, work.step, &work.pieces, settings.shards);
    let total = work.units((0..work.contigs.count()).map(|id| work.cost(id, Interval::new(0, u64::MAX))).sum());
    if total < u64::from(settings.shards) {
        tracing::warn!("{} {} for {} shards: some shards will be empty", total, work.unit, settings.shards);
    }
    let measured = if settings.measure && total > 0 { Some(measure(settings, &work, total)?) } else { None };
    let territories: Vec<Territory> = (1..=cuts.count()).map(|index| cuts.territory(index)).collect();
    let shards: Vec<Value> = territories.iter().map(|own| shard(&work, own, measured.as_ref())).collect();
    let table = table(&work, &shards);
    let whole = json!({
        "plan": cuts.name(),
        "input": settings.input.to_string_lossy(),
        "model": settings.model,
        "command": work.command,
        "step": work.step,
        work.unit: total,
        "threads": measured.as_ref().map(|measured| measured.threads),
        "shards": shards,
    });
    write(settings, &territories, &whole)?;
    if let Some(measured) = &measured {
        tracing::info!(
            "measured on {} threads: {:.1} {} per second; each shard takes {:.1} s to start",
            measured.threads,
            1.0 / measured.seconds,
            work.unit,
            measured.start
        );
    }
    Ok(table)
}

fn file_name(index: u32) -> String {
    format!("shard_{index:04}.bed")
}

/// What a shard owns, and what it will take where that was measured.
fn shard(work: &Work, territory: &Territory, measured: Option<&Measured>) -> Value {
    let (mut cost, mut bases) = (0, 0);
    for (contig, interval) in territory.intervals() {
        let id = work.contigs.id(&contig).unwrap_or_default();
        cost += work.cost(id, interval);
        bases += interval.len();
    }
    let units = work.units(cost);
    let share = units as f64;
    json!({
        "shard": territory.shard.to_string(),
        "file": file_name(territory.shard.index),
        work.unit: units,
        "bases": bases,
        "seconds": measured.map(|measured| round(measured.start + share * measured.seconds)),
        "memory_mb": measured.and_then(|measured| measured.memory).map(|bytes| round(bytes / 1e6)),
        "output_mb": measured.map(|measured| round(share * measured.bytes / 1e6)),
    })
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn table(work: &Work, shards: &[Value]) -> String {
    let names = header(COLUMNS, |name| vec![if name == UNIT { work.unit.into() } else { name.into() }]);
    let mut table = format!("#{names}\n");
    for shard in shards {
        let cells: Vec<String> = names
            .split('\t')
            .map(|column| match &shard[column] {
                Value::Null => ".".into(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
            .collect();
        table.push_str(&(cells.join("\t") + "\n"));
    }
    table
}

/// Writes the BED files and plan.json, if there is a folder for them.
fn write(settings: &PlanSettings, territories: &[Territory], plan: &Value) -> Result<()> {
    let Some(folder) = &settings.output else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| Error::write(folder.display(), &error))?;
    let mut sealed = Sealed::default();
    for territory in territories {
        let path = folder.join(file_name(territory.shard.index));
        sealed = sealed.with_first(&path, territory.to_bed().as_bytes())?;
    }
    let text = serde_json::to_string_pretty(plan).map_err(|error| Error::Internal(error.to_string()))? + "\n";
    sealed.with_first(&folder.join("plan.json"), text.as_bytes())?.commit()
}
