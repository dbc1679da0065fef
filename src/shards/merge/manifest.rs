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
    all.insert("command".into(), Manifest::command().into());
    all.insert("scoring_command".into(), scoring_command(&parts[0], output).into());
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
    let cpu: f64 = parts.iter().filter_map(|part| part.manifest.get("cpu_seconds")?.as_f64()).sum();
    all.insert("cpu_seconds".into(), ((cpu * 1e3).round() / 1e3).into());
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

/// The command that writes the merged output in one run: that of the first shard, without the options of shards and with the merged output.
fn scoring_command(first: &Part, output: &Path) -> Vec<String> {
    let words = first.manifest.get("command").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let options = if first.path.is_dir() { TRACKS } else { OUTPUT };
    whole(words.iter().filter_map(Value::as_str), options, &output.to_string_lossy())
}

/// The options that name an output: that of a table, and that of a folder of tracks.
const OUTPUT: &[&str] = &["--output", "-o"];
const TRACKS: &[&str] = &["--bigwig"];

/// The words of a shard's command as they are for the whole run: `options` name `output`.
fn whole<'a>(words: impl Iterator<Item = &'a str>, options: &[&str], output: &str) -> Vec<String> {
    let (mut all, mut words) = (Vec::new(), words);
    while let Some(word) = words.next() {
        match word {
            "--shard" => drop(words.next()),
            _ if word.starts_with("--shard=") => {}
            "--" => {
                all.push(word.into());
                all.extend(words.by_ref().map(String::from));
            }
            _ => match options.iter().find_map(|option| named(word, option)) {
                // The value is the next word, or the rest of this one.
                Some(begin) if begin == word => {
                    words.next();
                    all.extend([begin, output.into()]);
                }
                Some(begin) => all.push(begin + output),
                None => all.push(word.into()),
            },
        }
    }
    all
}

/// The part of a word before the value of an option, if the word names it: `--output=` of `--output=a.bed`, `-vo` of `-voa.bed`.
fn named(word: &str, option: &str) -> Option<String> {
    if option.starts_with("--") {
        let rest = word.strip_prefix(option)?;
        return if rest.is_empty() { Some(option.into()) } else { rest.starts_with('=').then(|| format!("{option}=")) };
    }
    let (letters, letter) = (word.strip_prefix('-').filter(|letters| !letters.starts_with('-'))?, &option[1..]);
    let at = letters.find(letter).filter(|at| letters[..*at].chars().all(|flag| FLAGS.contains(flag)))?;
    let begin = &word[..at + 2];
    Some(if letters[at + 1..].starts_with('=') { format!("{begin}=") } else { begin.into() })
}

/// Short options without a value.
const FLAGS: &str = "v";

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_of_a_shard_becomes_that_of_the_whole_run() {
        let of = |command: &str| whole(command.split(' '), OUTPUT, "all.bed").join(" ");
        for (shard, expected) in [
            ("scan g.fa --shard 2/3 -o p2.bed", "scan g.fa -o all.bed"),
            ("scan --shard=2/3 --output=p2.bed g.fa", "scan --output=all.bed g.fa"),
            ("scan g.fa -op2.bed -m exact:gc", "scan g.fa -oall.bed -m exact:gc"),
            ("scan g.fa -vo p2.bed -vvo=p2.bed", "scan g.fa -vo all.bed -vvo=all.bed"),
            ("reads -qo p2.bed", "reads -qo p2.bed"),
            ("scan g.fa --shard 1/1", "scan g.fa"),
            // A value, and a file after --, that have the name of the output or look like an option.
            ("scan 4 -t 4 -o 4 -m model", "scan 4 -t 4 -o all.bed -m model"),
            ("scan --output 1/2 --shard 1/2 -- -o", "scan --output all.bed -- -o"),
            ("reads r.bam -O tsv --overlap max -o - --shard 1/1", "reads r.bam -O tsv --overlap max -o all.bed"),
        ] {
            assert_eq!(of(shard), expected);
        }
        let tracks = whole("scan g.fa -o a.bed --bigwig t1 --shard 1/2".split(' '), TRACKS, "all").join(" ");
        assert_eq!(tracks, "scan g.fa -o a.bed --bigwig all");
    }
}
