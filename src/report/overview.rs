//! Many runs on one page: their sum, those that differ, and a table with links.

use std::fmt::Write;

use super::{
    links::Links,
    outliers::{self, Reasons},
    run::Run,
    show::{cards, digits, megabytes, time},
};
use crate::{genome::interval::commas, html::escape, skip::Skip};

/// Rows of a list that is drawn in full.
const LONGEST: usize = 50;

/// The sections about all runs. Names in the table lead to the sections of the runs, where there are any.
pub(super) fn overview(runs: &[Run], links: &Links, has_sections: bool) -> String {
    let (groups, reasons) = outliers::find(runs);
    let mut html = String::new();
    if !has_sections {
        html.push_str("<section><h2>All runs together</h2>\n");
        html.push_str(&cards(&outliers::totals(runs)));
        html.push_str(&skips(runs));
        html.push_str("</section>\n");
        html.push_str(&differing(runs, &reasons, links));
    }
    let strips: String = groups.iter().map(|group| group.strips(runs)).collect();
    if !strips.is_empty() {
        let _ = write!(
            html,
            "<section><h2>How the runs are spread</h2>\n<p class=\"soft\">One dot for each run.</p>{strips}</section>\n"
        );
    }
    html.push_str(&table(runs, &reasons, links, has_sections));
    html
}

/// Reasons of skips in all runs, and in how many.
fn skips(runs: &[Run]) -> String {
    let mut all: Vec<(String, u64, u64)> = Vec::new();
    for (reason, count) in runs.iter().flat_map(Run::skipped).filter(|(_, count)| *count > 0) {
        match all.iter_mut().find(|(known, ..)| *known == reason) {
            Some((_, sum, runs)) => (*sum, *runs) = (*sum + count, *runs + 1),
            None => all.push((reason, count, 1)),
        }
    }
    if all.is_empty() {
        return String::new();
    }
    all.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    let mut html = "<h3>Skipped</h3><div class=\"scroll\"><table><thead><tr><th class=\"text\">reason</th><th>skipped</th><th>runs</th>\
        <th class=\"text\">meaning</th></tr></thead><tbody>"
        .to_string();
    for (reason, count, runs) in all {
        let _ = writeln!(
            html,
            "<tr><td class=\"text\"><code>{}</code></td><td>{}</td><td>{}</td><td class=\"text\">{}</td></tr>",
            escape(&reason),
            commas(count),
            commas(runs),
            escape(Skip::from_word(&reason).map_or("", Skip::meaning))
        );
    }
    html + "</tbody></table></div>\n"
}

/// The runs that differ from the others.
fn differing(runs: &[Run], reasons: &[Reasons], links: &Links) -> String {
    let far: Vec<(&Run, &Reasons)> = runs.iter().zip(reasons).filter(|(_, reasons)| !reasons.is_empty()).collect();
    let heading = match far.len() {
        0 => "No outliers".into(),
        1 => "1 outlier".into(),
        count => format!("{} outliers", commas(count as u64)),
    };
    let mut html = format!(
        "<section id=\"outliers\"><h2>{heading}</h2>\n<p class=\"soft\">{}</p>",
        escape(&outliers::explained())
    );
    if !far.is_empty() {
        html.push_str("<div class=\"scroll\"><table class=\"sortable\"><thead><tr><th class=\"text\">output</th><th class=\"text\">why</th></tr></thead><tbody>\n");
        for (run, reasons) in far.iter().take(LONGEST) {
            let all: Vec<String> =
                reasons.iter().map(|reason| format!("<span class=\"tag\">{}</span>", escape(reason))).collect();
            let _ = writeln!(
                html,
                "<tr><td class=\"text\">{}</td><td class=\"text\">{}</td></tr>",
                linked(run, links, None),
                all.join(" ")
            );
        }
        html.push_str("</tbody></table></div>");
        if far.len() > LONGEST {
            let _ = write!(
                html,
                "<p class=\"soft\">The first {LONGEST} are shown; the table of all runs marks {}.</p>",
                commas(far.len() as u64)
            );
        }
    }
    html + "</section>\n"
}

/// The name of a run with its links; the name leads to `section`, else to the first link.
fn linked(run: &Run, links: &Links, section: Option<usize>) -> String {
    let links = links.of(run);
    let mut rest = links.iter();
    let name = escape(&run.name);
    let mut html = match (section, links.len()) {
        (Some(at), _) => format!("<a href=\"#run{at}\">{name}</a>"),
        (None, 1) => {
            rest.next().map_or(name, |link| format!("<a href=\"{}\">{}</a>", escape(&link.target), escape(&run.name)))
        }
        (None, _) => name,
    };
    for link in rest {
        let _ = write!(html, " <a class=\"more\" href=\"{}\">{}</a>", escape(&link.target), escape(&link.label));
    }
    html
}

/// A table of all runs.
fn table(runs: &[Run], reasons: &[Reasons], links: &Links, has_sections: bool) -> String {
    let find = if runs.len() > 10 {
        "<p class=\"find\"><label>Find <input type=\"search\" data-find=\"runs\" placeholder=\"name, command, model\"></label>\
         <label><input type=\"checkbox\" data-far=\"runs\"> outliers only</label> <span class=\"soft\" data-found=\"runs\"></span></p>"
    } else {
        ""
    };
    let mut html = format!(
        "<section><h2>All runs</h2>\n{find}<div class=\"scroll\"><table class=\"sortable\" id=\"runs\"><thead><tr><th class=\"text\">output</th>\
         <th class=\"text\">command</th><th class=\"text\">model</th><th>records</th><th>scored</th><th>skipped</th><th>scored %</th>\
         <th>strong %</th><th>rows</th><th>time</th><th>memory</th></tr></thead><tbody>\n"
    );
    for (index, (run, reasons)) in runs.iter().zip(reasons).enumerate() {
        let far = if reasons.is_empty() {
            String::new()
        } else {
            format!(" class=\"far\" title=\"{}\"", escape(&reasons.join("; ")))
        };
        let share = |value: Option<f64>| value.map_or("–".into(), digits);
        let wall = run.seconds("wall");
        let memory = run.get(&["peak_memory_bytes"]).as_u64().unwrap_or(0);
        let _ = writeln!(
            html,
            "<tr{far}><td class=\"text\">{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td data-v=\"{wall}\">{}</td><td data-v=\"{memory}\">{}</td></tr>",
            linked(run, links, has_sections.then_some(index)),
            escape(&run.text(&["settings", "command"])),
            escape(&run.text(&["model", "name"])),
            commas(run.count("records_in")),
            commas(run.count("scored")),
            commas(run.skips()),
            share(outliers::scored_share(run)),
            share(outliers::strong_share(run)),
            commas(run.count("rows")),
            time(wall),
            megabytes(run)
        );
    }
    html + "</tbody></table></div></section>\n"
}
