//! What ran, where, and on what.

use std::fmt::Write;

use serde_json::Value;

use super::run::Run;
use crate::html::escape;

/// A name and its text.
type Fact = (&'static str, String);

/// Model, engine, hosts, inputs, reference and settings of a run.
pub(super) fn facts(run: &Run) -> String {
    let model = |key: &str| run.text(&["model", key]);
    let mut facts = vec![
        ("model", format!("{} {} ({})", model("name"), model("version"), model("license"))),
        ("engine", format!("{} {} on {}", model("engine"), model("engine_version"), model("device"))),
    ];
    facts.extend(hosts(run));
    facts.extend(run.list(&["inputs"]).map(input));
    facts.extend(reference(run));
    facts.extend(settings(run));
    let mut html = "<dl class=\"facts\">".to_string();
    for (name, text) in facts {
        let _ = write!(html, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(&text));
    }
    html + "</dl>\n"
}

/// `1 thread`, `2 threads`.
fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The machine of a run, or those of its shards.
fn hosts(run: &Run) -> Option<Fact> {
    if run.is_merged() {
        let mut hosts: Vec<&str> = run.list(&["shards"]).filter_map(|shard| shard["host"]["name"].as_str()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        return Some(("hosts", hosts.join(", ")));
    }
    let host = run.get(&["host"]);
    host.is_object().then(|| {
        let text = |key: &str| host[key].as_str().unwrap_or_default();
        let threads = counted(run.get(&["threads"]).as_u64().unwrap_or(0), "thread");
        ("host", format!("{} ({}, {} cores), {threads}", text("name"), text("system"), host["cores"]))
    })
}

fn input(input: &Value) -> Fact {
    let digest = input["sha256"]
        .as_str()
        .map_or(String::new(), |digest| format!(", sha256 {}…", digest.get(..12).unwrap_or(digest)));
    let (path, format) = (input["path"].as_str().unwrap_or("-"), input["format"].as_str().unwrap_or("-"));
    ("input", format!("{path} ({format}{digest})"))
}

fn reference(run: &Run) -> Option<Fact> {
    let path = run.get(&["reference", "path"]).as_str()?;
    let contigs = counted(run.list(&["reference", "contigs"]).count() as u64, "contig");
    Some(("reference", format!("{path} ({contigs} used)")))
}

fn settings(run: &Run) -> Option<Fact> {
    let settings: Vec<String> = run
        .get(&["settings"])
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| {
            *key != "command" && !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty())
        })
        .map(|(key, value)| match value.as_str() {
            Some(text) => format!("{key} {text}"),
            None => format!("{key} {value}"),
        })
        .collect();
    (!settings.is_empty()).then(|| ("settings", settings.join(", ")))
}
