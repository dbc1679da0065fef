//! Reading manifests. They may come from other people: numbers that are computed with, and names of files, are checked here.

use std::{
    fs::File,
    io::Read,
    path::{Component, Path},
};

use serde_json::{Map, Value};

use crate::shards::ShardReport;
use crate::{
    counts::Counts,
    error::{Error, Result},
};

/// Largest size of a manifest, in bytes. One of a million contigs takes 100 MB.
const LARGEST: u64 = 2 << 30;

/// Largest number in a manifest, as of whole numbers in JSON: sums stay within 64 bits.
const LARGEST_NUMBER: f64 = 9_007_199_254_740_992.0;

/// Largest number of seconds, also since 1970.
const LARGEST_TIME: f64 = 1e12;

/// Largest length of a contig, in bases.
const LONGEST_CONTIG: u64 = 1 << 48;

/// Reads a manifest; refuses one that this program has not written.
pub(crate) fn manifest(path: &Path) -> Result<Map<String, Value>> {
    let failed = |error: std::io::Error| Error::read(path, &error);
    let bad = |why: String| Error::input(path.display(), why);
    let mut bytes = Vec::new();
    // Reading a pipe would wait for its writer.
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(bad("is not a regular file".into()));
    }
    File::open(path).map_err(failed)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(bad("is too large for a manifest (limit: 2 GiB)".into()));
    }
    let manifest: Map<String, Value> =
        serde_json::from_slice(&bytes).map_err(|error| bad(format!("not a manifest: {error}")))?;
    if manifest.get("program").and_then(Value::as_str) != Some("genogloss") || !manifest.contains_key("counts") {
        return Err(bad("not a manifest of genogloss".into()));
    }
    check(&manifest).map_err(|why| {
        bad(format!("not a manifest as genogloss writes it: {why}")).with_hint("it was changed; run this part again")
    })?;
    Ok(manifest)
}

/// Reads the entry about a shard.
pub(crate) fn shard(text: &str) -> Result<ShardReport, String> {
    // By its text: JSON values in memory keep 64 bits of a number.
    let shard: ShardReport = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if shard.index == 0 || shard.index > shard.count || shard.count > 1_000_000 {
        return Err(format!("there is no shard {} of {}", shard.index, shard.count));
    }
    let all = shard.territory.iter().map(|(_, start, end)| (*start, *end));
    if let Some((start, end)) = all.into_iter().find(|(start, end)| start > end || *end > LONGEST_CONTIG) {
        return Err(format!("shard.territory has a stretch from {start} to {end}"));
    }
    if shard.gap.is_some_and(|gap| gap > LONGEST_CONTIG) {
        return Err("shard.gap is too large".into());
    }
    shard.edges.iter().try_for_each(|edge| edge.element.check())?;
    Ok(shard)
}

/// Whether a text is the plain name of a file, without a path.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
        && !name.contains(['/', '\\', '\0'])
        && !name.starts_with('.')
}

fn check(manifest: &Map<String, Value>) -> Result<(), String> {
    let of = |key: &str| manifest.get(key).unwrap_or(&Value::Null);
    counts("counts", of("counts"))?;
    numbers("seconds", of("seconds"), LARGEST_TIME)?;
    numbers("finished_unix", of("finished_unix"), LARGEST_TIME)?;
    numbers("peak_memory_bytes", of("peak_memory_bytes"), LARGEST_NUMBER)?;
    for (key, value) in manifest.get("settings").and_then(Value::as_object).into_iter().flatten() {
        if key == "command" || key == "format" {
            value.as_str().ok_or_else(|| format!("settings.{key} is not text"))?;
        }
    }
    for name in list("tracks", of("tracks"))? {
        let name = name.as_str().ok_or("tracks holds something that is not text")?;
        if !is_plain_name(name) {
            return Err(format!("tracks holds {name:?}, which is not the name of a file in its folder"));
        }
    }
    for input in list("inputs", of("inputs"))? {
        digest("inputs has the sha256", &input["sha256"])?;
        digest("inputs has the sample_sha256", &input["sample_sha256"])?;
        digest("inputs has an index with the sha256", &input["index"]["sha256"])?;
    }
    digest("reference has the sample_sha256", &of("reference")["sample_sha256"])?;
    for contig in list("reference.contigs", of("reference").get("contigs").unwrap_or(&Value::Null))? {
        let length = contig.get("length").and_then(Value::as_u64).filter(|length| *length <= LONGEST_CONTIG);
        if length.is_none() || !contig.get("name").is_some_and(Value::is_string) {
            return Err(format!("reference.contigs holds {}", short(contig)));
        }
    }
    for shard in list("shards", of("shards"))? {
        for key in ["seconds", "finished_unix"] {
            numbers(&format!("shards: {key}"), shard.get(key).unwrap_or(&Value::Null), LARGEST_TIME)?;
        }
        match shard.get("counts") {
            None | Some(Value::Null) => {}
            Some(all) => counts("shards: counts", all)?,
        }
    }
    Ok(())
}

/// Checks counts; reasons of skips may be those of another version.
fn counts(what: &str, all: &Value) -> Result<(), String> {
    let mut all = all.clone();
    let skipped = all.as_object_mut().and_then(|all| all.remove("skipped")).unwrap_or_default();
    match &skipped {
        Value::Null => {}
        Value::Object(reasons) if reasons.len() <= 1000 => {
            let count = |value: &Value| value.as_u64().is_some_and(|count| count as f64 <= LARGEST_NUMBER);
            if let Some((reason, value)) = reasons.iter().find(|(_, value)| !count(value)) {
                return Err(format!("{what}.skipped.{reason} is {}", short(value)));
            }
        }
        other => return Err(format!("{what}.skipped is {}", short(other))),
    }
    Counts::restored(&all).map(|_| ()).map_err(|why| format!("{what}: {why}"))
}

fn list<'a>(what: &str, value: &'a Value) -> Result<&'a [Value], String> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(all) => Ok(all),
        other => Err(format!("{what} is {}, not a list", short(other))),
    }
}

/// Checks that numbers are from 0 to `largest`, also inside objects.
fn numbers(what: &str, value: &Value, largest: f64) -> Result<(), String> {
    match value {
        Value::Null => Ok(()),
        Value::Number(number) if number.as_f64().is_some_and(|n| (0.0..=largest).contains(&n)) => Ok(()),
        Value::Object(all) => all.iter().try_for_each(|(key, value)| numbers(&format!("{what}.{key}"), value, largest)),
        other => Err(format!("{what} is {}", short(other))),
    }
}

/// Checks a SHA-256, where there is one.
fn digest(what: &str, value: &Value) -> Result<(), String> {
    let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    match value {
        Value::Null => Ok(()),
        Value::String(text) if is_digest(text) => Ok(()),
        other => Err(format!("{what} {}", short(other))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
