//! The manifest of a merged run.

use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
};

use serde_json::{Map, Value};

use super::part::Part;
use crate::{
    error::{Error, Result},
    output::manifest::Manifest,
};

/// The manifest of the merged run: counts and seconds are sums.
pub(crate) fn manifest(parts: &[Part], output: &Path, rows: u64) -> Result<String> {
    let mut all = parts[0].manifest.clone();
    let command: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
    all.insert("command".into(), command.into());
    all.insert("finished_unix".into(), Manifest::now().into());
    all.insert("output".into(), output.to_string_lossy().into());
    for key in ["counts", "seconds"] {
        let mut sum = Value::Null;
        for part in parts {
            add(&mut sum, part.manifest.get(key).unwrap_or(&Value::Null));
        }
        all.insert(key.into(), sum);
    }
    if let Some(counts) = all.get_mut("counts").and_then(Value::as_object_mut) {
        counts.insert("rows".into(), rows.into());
    }
    if all.contains_key("tracks") {
        let tracks: BTreeSet<&str> = parts
            .iter()
            .filter_map(|part| part.manifest.get("tracks")?.as_array())
            .flat_map(|names| names.iter().filter_map(Value::as_str))
            .collect();
        all.insert("tracks".into(), tracks.into_iter().collect());
    }
    let peak = parts.iter().filter_map(|part| part.manifest.get("peak_memory_bytes")?.as_u64()).max();
    all.insert("peak_memory_bytes".into(), peak.into());
    if let Some(reference) = all.get_mut("reference").and_then(Value::as_object_mut) {
        reference.insert("contigs".into(), contigs(parts).into());
    }
    let shards: Vec<Value> = parts.iter().map(shard).collect();
    all.insert("plan".into(), parts[0].shard.plan.clone().into());
    all.insert("shards".into(), shards.into());
    serde_json::to_string_pretty(&all)
        .map(|text| text + "\n")
        .map_err(|error| Error::Internal(format!("manifest: {error}")))
}

/// The contigs of all parts, each once.
fn contigs(parts: &[Part]) -> Vec<Value> {
    let mut names = HashSet::new();
    parts
        .iter()
        .flat_map(Part::contigs)
        .filter(|contig| names.insert(contig.get("name").map(Value::to_string)))
        .cloned()
        .collect()
}

/// What remains of a shard's own manifest.
fn shard(part: &Part) -> Value {
    let mut shard = Map::new();
    shard.insert("path".into(), part.place().into());
    shard.insert("territory".into(), serde_json::to_value(&part.shard.territory).unwrap_or_default());
    for key in ["finished_unix", "host", "threads", "counts", "seconds"] {
        shard.insert(key.into(), part.manifest.get(key).cloned().unwrap_or_default());
    }
    shard.into()
}

/// Adds numbers, also inside objects.
fn add(sum: &mut Value, other: &Value) {
    match (&mut *sum, other) {
        (Value::Object(sum), Value::Object(other)) => {
            for (key, value) in other {
                add(sum.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            *sum = match (a.as_u64(), b.as_u64()) {
                (Some(a), Some(b)) => a.saturating_add(b).into(),
                _ => (a.as_f64().unwrap_or(0.0) + b.as_f64().unwrap_or(0.0)).into(),
            }
        }
        (Value::Null, other) => *sum = other.clone(),
        _ => {}
    }
}
