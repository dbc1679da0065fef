//! The report as one HTML page. It loads nothing from elsewhere, and no script runs.
//!
//! The page is formatted by hand: its charts are SVG in the page's own colours, which change with light and dark mode, and a
//! template library would not draw them.

use std::fmt::Write;

use super::{
    along::Along,
    bars::{rate, reasons, stages},
    contigs_chart,
    facts::facts,
    histograms::histograms,
    run::Run,
    show::{digits, percent, time},
    timeline,
};
use crate::{error::Result, genome::interval::commas, html::escape};

/// The whole page.
pub(crate) fn html(runs: &[Run], title: &str) -> Result<String> {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{css}</style></head>\n<body><header><h1>{title}</h1>\n<p>{count}, written by genogloss {version}</p></header>\n<main>\n",
        title = escape(title),
        css = include_str!("report.css"),
        count = if runs.len() == 1 { "One run".into() } else { format!("{} runs", runs.len()) },
        version = env!("CARGO_PKG_VERSION"),
    );
    if runs.len() > 1 {
        page.push_str(&overview(runs));
    }
    for (index, run) in runs.iter().enumerate() {
        page.push_str(&of_run(run, index)?);
    }
    for (name, parts) in timeline::shards(runs) {
        page.push_str(&timeline::chart(&name, &parts));
    }
    page.push_str("</main><footer>Coordinates in the plots are 0-based. Counts and times are those of the manifests.</footer></body></html>\n");
    Ok(page)
}

/// A table of all runs.
fn overview(runs: &[Run]) -> String {
    let mut html = "<section><h2>All runs</h2>\n<div class=\"scroll\"><table><tr><th>output</th><th class=\"text\">command</th>\
        <th class=\"text\">model</th><th>records</th><th>scored</th><th>skipped</th><th>rows</th><th>time</th><th>memory</th></tr>\n"
        .to_string();
    for (index, run) in runs.iter().enumerate() {
        let _ = writeln!(
            html,
            "<tr><td><a href=\"#run{index}\">{}</a></td><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&run.name),
            escape(&run.text(&["settings", "command"])),
            escape(&run.text(&["model", "name"])),
            commas(run.count("records_in")),
            commas(run.count("scored")),
            commas(run.skips()),
            commas(run.count("rows")),
            time(run.seconds("wall")),
            megabytes(run)
        );
    }
    html + "</table></div></section>\n"
}

/// The section of one run.
fn of_run(run: &Run, index: usize) -> Result<String> {
    let mut html = format!("<section id=\"run{index}\"><h2>{}</h2>\n", escape(&run.name));
    let command: Vec<&str> =
        run.get(&["command"]).as_array().into_iter().flatten().filter_map(|word| word.as_str()).collect();
    let _ = writeln!(html, "<code class=\"command\">{}</code>", escape(&command.join(" ")));
    for warning in warnings(run) {
        let _ = writeln!(html, "<p class=\"warning\">{}</p>", escape(&warning));
    }
    html.push_str(&cards(run));
    html.push_str(&facts(run));
    html.push_str("<div class=\"two\"><div>");
    html.push_str(&stages(run));
    html.push_str("</div><div>");
    html.push_str(&reasons(run));
    html.push_str("</div></div>\n");
    html.push_str(&histograms(run));
    if let Some(along) = Along::of(run)? {
        html.push_str(&contigs_chart::chart(&along, &run.scores()));
    }
    html.push_str("</section>\n");
    Ok(html)
}

/// The numbers that are seen first.
fn cards(run: &Run) -> String {
    let (scored, skips) = (run.count("scored"), run.skips());
    let wall = run.seconds("wall");
    let mut cards = vec![
        (commas(run.count("records_in")), "records of the input".to_string()),
        (commas(scored), format!("{} scored", unit(run))),
        (percent(scored, scored + skips), "of the windows, reads or alleles".into()),
        (commas(run.count("rows")), "rows written".into()),
        (time(wall), if run.is_merged() { "of all shards".into() } else { "on the clock".into() }),
        (rate(run, wall), "a second".into()),
        (megabytes(run), "peak memory".into()),
    ];
    if run.count("bases") > 0 {
        cards.insert(1, (format!("{} Mb", digits(run.count("bases") as f64 / 1e6)), "of sequence read".into()));
    }
    let mut html = "<div class=\"cards\">".to_string();
    for (number, what) in cards {
        let _ = write!(html, "<div class=\"card\"><b>{}</b><span>{}</span></div>", escape(&number), escape(&what));
    }
    html + "</div>\n"
}

/// What a run scores.
fn unit(run: &Run) -> &'static str {
    match run.kind() {
        kind if kind.is_scored_variants() => "alleles",
        kind if kind.is_reads() => "reads",
        _ => "windows",
    }
}

fn megabytes(run: &Run) -> String {
    run.get(&["peak_memory_bytes"]).as_f64().map_or("–".into(), |bytes| format!("{} MB", digits(bytes / 1e6)))
}

/// What a reader should know before the numbers.
fn warnings(run: &Run) -> Vec<String> {
    let (scored, skips) = (run.count("scored"), run.skips());
    let mut all = Vec::new();
    if let (Some(index), Some(count)) = (run.get(&["shard", "index"]).as_u64(), run.get(&["shard", "count"]).as_u64()) {
        all.push(format!("This is shard {index} of {count}, not a whole run."));
    }
    if scored == 0 && skips > 0 {
        all.push("Nothing was scored. Is the input suitable for the model?".into());
    } else if skips > scored {
        all.push(format!("More was skipped than scored: {} of {}.", commas(skips), commas(scored + skips)));
    }
    if run.output.is_none() {
        all.push("The output is not beside its manifest, so its content is not drawn.".into());
    }
    all
}
