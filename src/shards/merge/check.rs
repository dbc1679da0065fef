//! The parts must be of one run: each shard once, and in order.

use std::collections::HashMap;

use serde_json::Value;

use super::part::Part;
use crate::error::{Error, Result};

/// Entries of the manifest that are the same in all shards; of `model` these fields.
const COMMON: [(&str, &[&str]); 3] = [
    ("model", &["name", "version", "sha256", "card_sha256", "engine", "engine_version"]),
    ("version", &[]),
    ("settings", &[]),
];

/// Refuses parts that are not all shards of one run, each once and in order.
pub(crate) fn check(parts: &[Part]) -> Result<()> {
    let Some(first) = parts.first() else { return Err(Error::usage("there is nothing to merge")) };
    for part in parts {
        same_run(first, part)?;
        same_plan(first, part)?;
    }
    inputs_agree(parts)?;
    contigs_agree(parts)?;
    all_there(parts, first.shard.count)?;
    in_order(parts)
}

/// One model, one version, the same settings.
fn same_run(first: &Part, part: &Part) -> Result<()> {
    let differ = |what: &str, theirs: &Value, ours: &Value| {
        Err(Error::input(
            part.place(),
            format!("is a shard of another run: {what} is {theirs}, and {ours} in {}", first.place()),
        ))
    };
    for (key, fields) in COMMON {
        let entry = |of: &Part| of.manifest.get(key).cloned().unwrap_or_default();
        match (entry(first), entry(part)) {
            (Value::Object(ours), Value::Object(theirs)) => {
                let names: Vec<&str> = if fields.is_empty() {
                    ours.keys().chain(theirs.keys()).map(String::as_str).collect()
                } else {
                    fields.to_vec()
                };
                for name in names {
                    let (a, b) = (ours.get(name).unwrap_or(&Value::Null), theirs.get(name).unwrap_or(&Value::Null));
                    if a != b {
                        return differ(&format!("{key}.{name}"), b, a);
                    }
                }
            }
            (ours, theirs) if ours != theirs => return differ(key, &theirs, &ours),
            _ => {}
        }
    }
    Ok(())
}

/// Inputs of one place in the list are one file: by checksum where they were read from start to end, and by length where it is known.
fn inputs_agree(parts: &[Part]) -> Result<()> {
    let mut known: HashMap<(usize, &str), (&Value, &Part)> = HashMap::new();
    for part in parts {
        for (number, input) in part.inputs().iter().enumerate() {
            for key in ["sha256", "size"] {
                let Some(value) = input.get(key).filter(|value| !value.is_null()) else { continue };
                let (first, other) = *known.entry((number, key)).or_insert((value, part));
                if first != value {
                    let why =
                        format!("is a shard of another input than {} ({key} {value}, not {first})", other.place());
                    return Err(Error::input(part.place(), why));
                }
            }
        }
    }
    Ok(())
}

/// One genome, cut in one way.
fn same_plan(first: &Part, part: &Part) -> Result<()> {
    if part.shard.count != first.shard.count {
        return Err(Error::input(
            part.place(),
            format!("is one of {} shards, but {} is one of {}", part.shard.count, first.place(), first.shard.count),
        ));
    }
    if part.shard.plan != first.shard.plan {
        return Err(Error::input(part.place(), format!("has another plan, or another genome, than {}", first.place())));
    }
    Ok(())
}

/// Every shard from 1 to `count`, once.
fn all_there(parts: &[Part], count: u32) -> Result<()> {
    let mut places: HashMap<u32, &Part> = HashMap::new();
    for part in parts {
        if let Some(before) = places.insert(part.shard.index, part) {
            return Err(Error::input(
                part.place(),
                format!("shard {}/{count} occurs twice: also {}", part.shard.index, before.place()),
            ));
        }
    }
    let missing: Vec<String> = (1..=count).filter(|i| !places.contains_key(i)).map(|i| i.to_string()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let shown = missing.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
    let more = if missing.len() > 10 { format!(" and {} more", missing.len() - 10) } else { String::new() };
    let s = if missing.len() == 1 { "" } else { "s" };
    Err(Error::usage(format!("shard{s} {shown}{more} of {count} missing")))
}

fn in_order(parts: &[Part]) -> Result<()> {
    let shown = |part: &Part| format!("{} ({}/{})", part.place(), part.shard.index, part.shard.count);
    match parts.windows(2).find(|pair| pair[0].shard.index > pair[1].shard.index) {
        Some(pair) => Err(Error::usage(format!(
            "shards must be given in order: {} comes before {}",
            shown(&pair[0]),
            shown(&pair[1])
        ))
        .with_hint("ls -v sorts numbers in names")),
        None => Ok(()),
    }
}

/// Contigs of one name have one length and, where it is known, one MD5 checksum.
fn contigs_agree(parts: &[Part]) -> Result<()> {
    let mut seen: HashMap<&str, (&Value, Option<&str>, &Part)> = HashMap::new();
    for part in parts {
        for contig in part.contigs() {
            let Some(name) = contig.get("name").and_then(Value::as_str) else { continue };
            let (len, md5) = (contig.get("length").unwrap_or(&Value::Null), contig.get("md5").and_then(Value::as_str));
            match seen.get(name) {
                Some((len_there, md5_there, other)) => {
                    if len != *len_there || md5.zip(*md5_there).is_some_and(|(a, b)| a != b) {
                        return Err(Error::input(
                            part.place(),
                            format!("contig \"{name}\" is another sequence than in {}", other.place()),
                        ));
                    }
                }
                None => {
                    seen.insert(name, (len, md5, part));
                }
            }
        }
    }
    Ok(())
}
