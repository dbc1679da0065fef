//! Charts of bars: the time of each stage, and the reasons of skips.

use std::fmt::Write;

use super::{
    run::Run,
    show::{bases, digits, time},
};
use crate::{genome::interval::commas, html::escape, skip::Skip};

/// The rate of a run: bases per second of a scan, whose windows may be thousands of bases long; otherwise windows per second.
pub(super) fn rate(run: &Run, seconds: f64) -> String {
    let scan = run.kind().is_scan();
    match (scan, run.count("bases"), run.count("windows")) {
        _ if seconds <= 0.0 => "–".into(),
        (true, 1.., _) => bases((run.count("bases") as f64 / seconds) as u64),
        (_, _, windows) => format!("{} windows", digits(windows as f64 / seconds)),
    }
}

/// One row per name: a bar and a number.
fn bars(rows: &[(String, f64, String)], colored: &str) -> String {
    let largest = rows.iter().map(|(_, size, _)| *size).fold(0.0, f64::max);
    let mut html = "<div class=\"bars\">".to_string();
    for (name, size, number) in rows {
        let width = if largest > 0.0 { 100.0 * size / largest } else { 0.0 };
        let _ = write!(
            html,
            "<span>{}</span><span><div class=\"bar\" style=\"width:{width:.1}%;background:{colored}\"></div></span><span class=\"number\">{}</span>",
            escape(name),
            escape(number)
        );
    }
    html + "</div>\n"
}

/// Busy time of each stage.
pub(super) fn stages(run: &Run) -> String {
    let rows: Vec<(String, f64, String)> =
        [("read", "read, cut"), ("encode", "encode"), ("model", "model"), ("write", "write")]
            .iter()
            .map(|(stage, name)| {
                let seconds = run.seconds(stage);
                ((*name).to_string(), seconds, format!("{}, {}/s", time(seconds), rate(run, seconds)))
            })
            .collect();
    format!(
        "<h3>Stages <span class=\"soft\">(busy time; that of the model is the sum of all sessions)</span></h3>{}",
        bars(&rows, "var(--accent)")
    )
}

/// How many were skipped, for each reason.
pub(super) fn reasons(run: &Run) -> String {
    let skipped = run.skipped();
    if skipped.is_empty() {
        return "<h3>Skipped</h3><p class=\"soft\">None: every record has a score.</p>".into();
    }
    let meaning = |word: &str| Skip::from_word(word).map_or("", Skip::meaning);
    let rows: Vec<(String, f64, String)> =
        skipped.iter().map(|(reason, count)| (reason.clone(), *count as f64, commas(*count))).collect();
    let words: Vec<String> = skipped
        .iter()
        .map(|(reason, _)| format!("<code>{}</code>: {}", escape(reason), escape(meaning(reason))))
        .collect();
    format!("<h3>Skipped</h3>{}<p class=\"soft\">{}.</p>", bars(&rows, "var(--warn)"), words.join("; "))
}
