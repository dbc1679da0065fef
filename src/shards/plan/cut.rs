//! The plan: the cuts, a BED file for each shard, plan.json, and the table.

use std::ffi::{OsStr, OsString};

use serde_json::{Value, json};

use super::{
    constants,
    count::find,
    estimate::{Estimate, estimates, slowest, whole},
    sample::{Measured, measure},
    settings::{PlanSettings, ShardCount},
    work::Work,
};
use crate::{
    address::without_secrets,
    error::{Error, Result},
    genome::interval::commas,
    output::{
        Sealed,
        column::{Column, column, header},
    },
    read::Input,
    shards::territory::{Cuts, Territory},
};

/// Stands for the name of what is counted.
const UNIT: &str = "(windows)";

/// The most shards of a plan.
pub(crate) const MOST: u32 = 100_000;

/// The columns of the table.
pub(super) const COLUMNS: &[Column] = &[
    column(&["shard"], "the shard, as i/n"),
    column(&[UNIT], "windows (called reads or variants for such inputs) that are to be scored"),
    column(&["bases"], "bases that the shard owns"),
    column(
        &["cpu_seconds"],
        "processor time that the shard will take on this machine, in seconds; . if it was not estimated",
    ),
    column(&["seconds"], "time on the clock that it will take with the threads of the plan, in seconds; likewise"),
    column(&["memory_bytes"], "the most memory that it will have; likewise"),
    column(&["output_bytes"], "size of its output; likewise"),
];

/// Cuts the run on `input` into shards, writes their files, and returns the table.
pub(crate) fn plan(settings: &PlanSettings, input: Input) -> Result<String> {
    let work = find(settings, input)?;
    let (measured, by) = estimate(settings, &work)?;
    let (territories, shards) = cut(settings, &work, measured.as_ref())?;
    if work.total < shards.len() as u64 {
        tracing::warn!("{} {} for {} shards: some shards will be empty", work.total, work.unit, shards.len());
    }
    check_memory(settings, measured.as_ref())?;
    let names: Vec<String> = shards.iter().map(|shard| file_name(shard.index)).collect();
    let entries: Vec<Value> = shards.iter().zip(&names).map(|(shard, file)| shard.to_json(work.unit, file)).collect();
    let table = table(&work, &entries);
    let shown = |word: &OsStr| without_secrets(&word.to_string_lossy()).into_owned();
    let options: Vec<String> = settings.options.iter().map(|word| shown(word)).collect();
    let total = whole(&shards, work.unit);
    let plan = json!({
        "plan": territories.first().map(|own| own.plan.clone()),
        "input": shown(settings.input.as_os_str()),
        "command": work.command,
        "model": settings.model,
        "options": options,
        "output_name": settings.named,
        "step": work.step,
        "unit": work.unit,
        "counted_by": shown(work.counted.as_os_str()),
        "reads_whole_file": work.through,
        "threads": measured.as_ref().map(|measured| measured.threads),
        "estimated_by": by,
        "total": total,
        "shards": entries,
    });
    write(settings, &territories, &plan)?;
    let has_secrets = |word: &OsStr| shown(word) != word.to_string_lossy();
    let mut given = settings.options.iter().map(OsString::as_os_str).chain([settings.input.as_os_str()]);
    if settings.output.is_some() && given.any(has_secrets) {
        tracing::info!("plan.json has the addresses without their keys: the runs need them as you gave them here");
    }
    if let Some(measured) = &measured {
        report(settings, &work, measured, &shards);
    }
    Ok(table)
}

/// What a run takes, and how that is known.
fn estimate(settings: &PlanSettings, work: &Work) -> Result<(Option<Measured>, Option<&'static str>)> {
    if settings.measure && work.total > 0 {
        let measured = measure(settings, work)?;
        return Ok((measured.clone(), measured.map(|_| "sample")));
    }
    let known = if work.total > 0 { constants::of(settings, work) } else { None };
    match &known {
        Some(_) => tracing::info!("--no-sample: times are by constants, measured on {}", constants::MACHINE),
        None if work.total > 0 => tracing::info!(
            "--no-sample: times are not estimated, because there are no constants for {} with these options",
            settings.model
        ),
        None => {}
    }
    Ok((known.clone(), known.map(|_| "constants")))
}

/// The shards: as many as were asked for, or as many as the longest time needs.
fn cut(settings: &PlanSettings, work: &Work, measured: Option<&Measured>) -> Result<(Vec<Territory>, Vec<Estimate>)> {
    let of = |count: u32| {
        let cuts = Cuts::with_unplaced(&work.contigs, work.step, &work.cost.pieces, count, work.unplaced_cost());
        let territories: Vec<Territory> = cuts.territories();
        let shards = estimates(work, &territories, measured);
        (territories, shards)
    };
    let most = match settings.shards {
        ShardCount::Fixed(count) => return Ok(of(count)),
        ShardCount::Seconds(most) => most,
    };
    let Some(measured) = measured.filter(|_| work.total > 0) else {
        if work.total == 0 {
            return Ok(of(1));
        }
        return Err(Error::usage("--max-seconds needs an estimate, and there is none without a sample")
            .with_hint("omit --no-sample, or give --shards"));
    };
    let all = work.total as f64;
    let always = measured.start.wall + all * measured.passing.wall;
    let work_time = all * (measured.unit.wall - measured.passing.wall).max(0.0);
    let impossible = |why: String| Err(Error::usage(format!("--max-seconds {most}: {why}")));
    if always >= most {
        let whole_file = if work.through { " and to read the whole file, which has no index" } else { "" };
        return impossible(format!("a shard takes {always:.1} s to start{whole_file}"));
    }
    let mut count = (work_time / (most - always)).ceil().max(1.0);
    loop {
        if count > f64::from(MOST) || count > all + 1.0 {
            return impossible("there are not so many shards: one unit of the work takes longer".into());
        }
        let found = of(count as u32);
        if slowest(&found.1).is_none_or(|slowest| slowest <= most) {
            return Ok(found);
        }
        count = (count * 1.1).ceil();
    }
}

fn check_memory(settings: &PlanSettings, measured: Option<&Measured>) -> Result<()> {
    let Some(most) = settings.max_memory else { return Ok(()) };
    let Some(measured) = measured else {
        return Err(Error::usage("--max-memory needs an estimate, and there is none without a sample")
            .with_hint("omit --no-sample, or --max-memory"));
    };
    match measured.memory {
        Some(needed) if needed > most => {
            let threads = measured.threads;
            let why = format!(
                "a shard takes {} bytes with {threads} threads, however many shards there are: more than --max-memory {}",
                commas(needed),
                commas(most)
            );
            Err(Error::usage(why).with_hint("fewer --threads, or a smaller --batch-rows after --, take less memory"))
        }
        _ => Ok(()),
    }
}

/// Says what was measured, and what a long run costs.
fn report(settings: &PlanSettings, work: &Work, measured: &Measured, shards: &[Estimate]) {
    let cpu: f64 = shards.iter().filter_map(|shard| Some(shard.takes?.cpu)).sum();
    if measured.count > 0 {
        tracing::info!(
            "measured with {} {} on {} threads: {} of CPU time for 1,000 {}, and {:.2} s to start each shard",
            commas(measured.count),
            work.unit,
            measured.threads,
            time(1000.0 * measured.unit.cpu),
            work.unit,
            measured.start.wall
        );
    }
    let longest = slowest(shards).unwrap_or_default();
    tracing::info!("in all {} of CPU time; the longest shard takes {}", time(cpu), time(longest));
    const LONG: f64 = 100.0 * 3600.0;
    if cpu > LONG {
        tracing::warn!("{}", constants::advice(settings, work, cpu));
    }
}

/// A time for people.
pub(super) fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{:.0} ms", s * 1000.0),
        s if s < 120.0 => format!("{s:.1} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{} h", commas((s / 3600.0).round() as u64)),
    }
}

fn file_name(index: u32) -> String {
    format!("shard_{index:04}.bed")
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
