//! Samples that failed in a pipeline, from the table that the pipeline wrote.

use std::{fmt::Write, fs, path::Path};

use super::links::Links;
use crate::{
    error::{Error, Result},
    genome::interval::commas,
    html::escape,
};

/// A sample that failed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Failed {
    /// Its name.
    pub sample: String,
    /// The step that failed.
    pub stage: String,
    /// Why.
    pub reason: String,
    /// Exit code of the program.
    pub exit_code: String,
    /// Path of its log.
    pub log: String,
}

/// Words that a header may have for each column.
const COLUMNS: [&[&str]; 5] = [
    &["sample", "id", "name"],
    &["stage", "process", "rule", "step", "task"],
    &["reason", "error", "message"],
    &["exit_code", "exit", "exit_status", "status", "code"],
    &["log", "log_path", "log_file"],
];

/// Reads a table: sample, stage, reason, exit code, path of the log, separated by tabs. A first line with these names may give
/// another order; only the sample is required. A table without lines is one in which nothing failed.
pub(crate) fn read(path: &Path) -> Result<Vec<Failed>> {
    let bytes = fs::read(path).map_err(|error| Error::read(path, &error))?;
    let text = String::from_utf8_lossy(&bytes);
    parse(&text).map_err(|(line, why)| {
        Error::input(format!("{}, line {line}", path.display()), why)
            .with_hint("columns are sample, stage, reason, exit_code and log, separated by tabs")
    })
}

fn parse(text: &str) -> Result<Vec<Failed>, (usize, String)> {
    let mut order: Vec<Option<usize>> = (0..COLUMNS.len()).map(Some).collect();
    let mut all = Vec::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim_end_matches('\r');
        if line.trim().is_empty() {
            continue;
        }
        let fields: Vec<&str> = line.split('\t').map(unquoted).collect();
        if all.is_empty() && number == 0 && column(fields[0].trim_start_matches('#')).is_some() {
            order = fields.iter().map(|name| column(name.trim_start_matches('#'))).collect();
            if !order.contains(&Some(0)) {
                return Err((1, "no column is called sample".into()));
            }
            continue;
        }
        if fields.len() > order.len() {
            return Err((number + 1, format!("{} columns, where at most {} are expected", fields.len(), order.len())));
        }
        let mut values: [String; 5] = Default::default();
        for (field, slot) in fields.iter().zip(&order) {
            if let Some(slot) = slot {
                values[*slot] = (*field).into();
            }
        }
        if values[0].is_empty() {
            return Err((number + 1, "the sample has no name".into()));
        }
        let [sample, stage, reason, exit_code, log] = values;
        all.push(Failed { sample, stage, reason, exit_code, log });
    }
    Ok(all)
}

/// The column that a name in the header stands for.
fn column(name: &str) -> Option<usize> {
    let name = name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    COLUMNS.iter().position(|names| names.contains(&name.as_str()))
}

fn unquoted(field: &str) -> &str {
    let inner = field.strip_prefix('"').and_then(|field| field.strip_suffix('"'));
    inner.unwrap_or(field).trim()
}

/// The section about them.
pub(super) fn section(failed: &[Failed], links: &Links) -> String {
    let s = if failed.len() == 1 { "" } else { "s" };
    let mut html = format!(
        "<section class=\"failed\" id=\"failed\"><h2>{} sample{s} failed</h2>\n<div class=\"scroll\"><table class=\"sortable\"><thead><tr>\
         <th class=\"text\">sample</th><th class=\"text\">stage</th><th class=\"text\">reason</th><th>exit code</th><th class=\"text\">log</th></tr></thead><tbody>\n",
        commas(failed.len() as u64)
    );
    for sample in failed {
        let log = match sample.log.as_str() {
            "" | "." | "-" => "–".into(),
            log => format!("<a href=\"{}\">{}</a>", escape(&links.file(log)), escape(log)),
        };
        let _ = writeln!(
            html,
            "<tr><td class=\"text\">{}</td><td class=\"text\">{}</td><td class=\"text reason\">{}</td><td>{}</td><td class=\"text\">{log}</td></tr>",
            escape(&sample.sample),
            escape(&sample.stage),
            escape(&sample.reason),
            escape(&sample.exit_code)
        );
    }
    html + "</tbody></table></div></section>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_in_the_order_of_the_header() {
        let plain = parse("s1\tscan\tno bases\t1\tlogs/s1.txt\ns2\n").expect("a table");
        assert_eq!(
            (plain[0].reason.as_str(), plain[0].log.as_str(), plain[1].sample.as_str()),
            ("no bases", "logs/s1.txt", "s2")
        );
        let named = parse("exit code\tSample\tother\tProcess\r\n137\t\"s 3\"\tx\tREADS\r\n").expect("a table");
        let expected =
            Failed { sample: "s 3".into(), stage: "READS".into(), exit_code: "137".into(), ..Failed::default() };
        assert_eq!(named, [expected]);
        assert_eq!(parse(""), Ok(vec![]));
        assert_eq!(parse("sample\tstage\n"), Ok(vec![]));
        assert_eq!(parse("stage\treason\nx\ty\n").map_err(|(line, _)| line), Err(1));
        assert_eq!(parse("sample\tstage\ns1\ta\tb\n").map_err(|(line, _)| line), Err(2));
        assert_eq!(parse("s1\n\tscan\n").map_err(|(line, _)| line), Err(2));
    }
}
