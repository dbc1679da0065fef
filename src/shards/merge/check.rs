//! The parts must be of one run: each shard once, and in order.

use std::{collections::HashMap, path::Path};

use serde_json::Value;

use super::part::Part;
use crate::{
    address::file_name,
    error::{Error, Result},
};

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

/// Inputs of one place in the list are one file, and so is the reference, as far as the manifests tell.
fn inputs_agree(parts: &[Part]) -> Result<()> {
    let mut known: HashMap<(usize, String), (&Value, &Part)> = HashMap::new();
    for part in parts {
        let inputs = part.inputs().iter().map(input_marks);
        let reference = part.manifest.get("reference").map(reference_marks).unwrap_or_default();
        for (number, marks) in std::iter::once(reference).chain(inputs).enumerate() {
            let what = if number == 0 { "reference" } else { "input" };
            for (name, value) in marks.into_iter().filter(|(_, value)| !value.is_null()) {
                let (first, other) = *known.entry((number, name.clone())).or_insert((value, part));
                if first != value {
                    let why =
                        format!("is a shard of another {what} than {} ({name} {value}, not {first})", other.place());
                    return Err(Error::input(part.place(), why)
                        .with_hint("shards of one run read the same files, and the same indices of them"));
                }
            }
        }
    }
    Ok(())
}

/// What tells an input from another: names and values.
fn input_marks(input: &Value) -> Vec<(String, &Value)> {
    let mut marks: Vec<_> = ["sha256", "size", "sample_sha256"].map(|key| (key.into(), &input[key])).into();
    if input["sha256"].is_null() {
        marks.extend(entity_tag(input));
        // Indices of two kinds differ and belong to one file.
        let index = &input["index"];
        let kind = index["path"]
            .as_str()
            .and_then(|path| file_name(Path::new(path)).rsplit_once('.').map(|(_, kind)| kind.to_string()));
        marks.extend(kind.map(|kind| (format!("sha256 of its .{kind}"), &index["sha256"])));
    }
    marks
}

/// The same of the reference. Files with other line lengths, or compressed, can be one genome: contigs are compared, too.
fn reference_marks(reference: &Value) -> Vec<(String, &Value)> {
    let sample =
        reference["size"].as_u64().map(|size| (format!("of {size} bytes, sample_sha256"), &reference["sample_sha256"]));
    sample.into_iter().chain(entity_tag(reference)).collect()
}

/// The entity tag of a file on a server; other servers give others to the same file.
fn entity_tag(file: &Value) -> Option<(String, &Value)> {
    Some((format!("etag of {}", file["path"].as_str()?), &file["etag"]))
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
