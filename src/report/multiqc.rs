//! A table of runs for MultiQC (custom content).

use serde_json::{Map, Value, json};

use super::run::Run;
use crate::error::{Error, Result};

/// The table, as JSON.
pub(crate) fn multiqc(runs: &[Run]) -> Result<String> {
    let data: Map<String, Value> = runs.iter().map(|run| (run.name.clone(), row(run))).collect();
    let content = json!({
        "id": "genogloss",
        "section_name": "Genogloss",
        "description": "DNA models run over genomes, reads and variants.",
        "plot_type": "table",
        "pconfig": {"id": "genogloss_table", "title": "Genogloss: runs", "col1_header": "Output"},
        "headers": headers(),
        "data": data,
    });
    serde_json::to_string_pretty(&content)
        .map(|text| text + "\n")
        .map_err(|error| Error::Internal(format!("report: {error}")))
}

/// The row of a run.
fn row(run: &Run) -> Value {
    let skipped = run.skips();
    let tried = run.count("scored") + skipped;
    json!({
        "command": run.text(&["settings", "command"]),
        "model": run.text(&["model", "name"]),
        "records": run.count("records_in"),
        "scored": run.count("scored"),
        "skipped": skipped,
        "scored_share": if tried == 0 { Value::Null } else { json!(100.0 * run.count("scored") as f64 / tried as f64) },
        "rows": run.count("rows"),
        "seconds": run.seconds("wall"),
        "memory": run.get(&["peak_memory_bytes"]).as_f64().map(|bytes| bytes / 1e6),
    })
}

/// The columns.
fn headers() -> Value {
    let number = |title: &str, description: &str, more: Value| {
        let mut header = json!({"title": title, "description": description, "min": 0, "format": "{:,.0f}"});
        if let (Some(header), Some(more)) = (header.as_object_mut(), more.as_object()) {
            header.extend(more.clone());
        }
        header
    };
    json!({
        "command": {"title": "Command"},
        "model": {"title": "Model"},
        "records": number("Records", "Contigs, reads or variants of the input", json!({"scale": "Blues"})),
        "scored": number("Scored", "Windows, reads or alternate alleles with a score", json!({"scale": "Greens"})),
        "skipped": number("Skipped", "Not scored; the output has the reason", json!({"scale": "Oranges"})),
        "scored_share": number("Scored", "Fraction with a score", json!({"max": 100, "suffix": " %", "format": "{:,.1f}", "scale": "RdYlGn"})),
        "rows": number("Rows", "Lines or records written", json!({"scale": "Purples"})),
        "seconds": number("Time", "Elapsed time; for merged shards, the sum", json!({"suffix": " s", "format": "{:,.1f}"})),
        "memory": number("Memory", "Peak memory of a process", json!({"suffix": " MB"})),
    })
}
