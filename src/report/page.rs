//! The report as one HTML page. It loads nothing from elsewhere, which a policy in the page makes the browser enforce. Scripts sort and
//! search tables and show calls beside the sequence; without them, all numbers and charts are still there.
//!
//! The page is formatted by hand: its charts are SVG in the page's own colours, which change with light and dark mode, and a
//! template library would not draw them.

use std::{fmt::Write, path::Path};

use super::{
    along::Along,
    bars::{rate, reasons, stages},
    contigs_chart,
    facts::facts,
    failed::{self, Failed},
    histograms::histograms,
    links::Links,
    overview,
    run::Run,
    show::{cards, digits, megabytes, percent, time},
    strongest::{self, Strongest},
    timeline,
    view::View,
};
use crate::{error::Result, genome::interval::commas, html::escape};

/// Up to this number each run has a section; of more there is an overview.
const MOST_SECTIONS: usize = 20;

/// What the browser may load: nothing but what is in the page.
const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src data: blob:";

/// What the page is about.
pub(crate) struct Page<'a> {
    /// Its heading.
    pub title: &'a str,
    /// The runs.
    pub runs: &'a [Run],
    /// Samples that failed; `None` where nothing is known of them.
    pub failed: Option<&'a [Failed]>,
    /// Links to files and pages of runs.
    pub links: &'a Links,
    /// The FASTA file of the run, if the user named it.
    pub fasta: Option<&'a Path>,
}

impl Page<'_> {
    /// The whole page.
    pub(crate) fn html(&self) -> Result<String> {
        let runs = self.runs;
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>\n{css}</style></head>\n<body><header><h1>{title}</h1>\n<p>{count}, written by genogloss {version}</p></header>\n<main>\n",
            title = escape(self.title),
            css = include_str!("report.css"),
            count = self.count(),
            version = env!("CARGO_PKG_VERSION"),
        );
        if let Some(failed) = self.failed.filter(|failed| !failed.is_empty()) {
            page.push_str(&failed::section(failed, self.links));
        }
        let mut scripts = String::new();
        let has_sections = runs.len() <= MOST_SECTIONS;
        if runs.len() > 1 {
            page.push_str(&overview::overview(runs, self.links, has_sections));
        }
        if has_sections {
            for (index, run) in runs.iter().enumerate() {
                page.push_str(&self.section(run, index, &mut scripts)?);
            }
            for (name, parts) in timeline::shards(runs) {
                page.push_str(&timeline::chart(&name, &parts));
            }
        }
        let _ = write!(
            page,
            "</main><footer>Coordinates in the plots are 0-based. Counts and times are those of the manifests.</footer>\n{scripts}\
             <script>\n{}</script></body></html>\n",
            include_str!("report.js")
        );
        Ok(page)
    }

    /// How many runs there are, and how many failed.
    fn count(&self) -> String {
        let runs = match self.runs.len() {
            0 => "No run".into(),
            1 => "One run".into(),
            count => format!("{} runs", commas(count as u64)),
        };
        match self.failed.map(<[Failed]>::len) {
            None => runs,
            Some(0) => format!("{runs}, no sample failed"),
            Some(1) => format!("{runs}, 1 sample failed"),
            Some(count) => format!("{runs}, {} samples failed", commas(count as u64)),
        }
    }

    /// The section of one run. Scripts that belong at the end of the page are added to `scripts`.
    fn section(&self, run: &Run, index: usize, scripts: &mut String) -> Result<String> {
        let mut html = format!("<section id=\"run{index}\"><h2>{}</h2>\n", escape(&run.name));
        html.push_str(&self.links_of(run));
        html.push_str(&commands(run));
        for warning in warnings(run) {
            let _ = writeln!(html, "<p class=\"warning\">{}</p>", escape(&warning));
        }
        html.push_str(&of_counts(run));
        if let Some(found) = strongest::of(run)? {
            html.push_str(&self.strongest(run, &found, scripts)?);
        }
        html.push_str("<h3>What ran</h3>");
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

    /// The strongest calls of a run; on a page about one run, beside the sequence.
    fn strongest(&self, run: &Run, found: &Strongest, scripts: &mut String) -> Result<String> {
        if self.runs.len() > 1 {
            return Ok(strongest::table(found, |_, _| false));
        }
        let view = View::new(run, found, self.fasta)?;
        scripts.push_str(&view.scripts());
        Ok(strongest::table(found, |contig, interval| view.shows(contig, interval)) + &view.html())
    }

    /// The links of a run, in a line.
    fn links_of(&self, run: &Run) -> String {
        let links = self.links.of(run);
        if links.is_empty() {
            return String::new();
        }
        let all: Vec<String> = links
            .iter()
            .map(|link| format!("<a href=\"{}\">{}</a>", escape(&link.target), escape(&link.label)))
            .collect();
        format!("<p class=\"links\">{}</p>\n", all.join(" "))
    }
}

/// The command of a run; of a merged one, the command that scores the same in one run, and that of the merge.
fn commands(run: &Run) -> String {
    let text = |key: &str| {
        let words: Vec<&str> = run.list(&[key]).filter_map(|word| word.as_str()).collect();
        escape(&words.join(" "))
    };
    let scoring = text("scoring_command");
    if scoring.is_empty() {
        return format!("<code class=\"command\">{}</code>\n", text("command"));
    }
    format!(
        "<code class=\"command\">{scoring}</code>\n<details class=\"soft\"><summary>In shards; merged with</summary><code class=\"command\">{}</code></details>\n",
        text("command")
    )
}

/// The numbers that are seen first.
fn of_counts(run: &Run) -> String {
    let (scored, skips) = (run.count("scored"), run.skips());
    let wall = run.seconds("wall");
    let scored_what = format!("{} scored", unit(run));
    let mut all = vec![
        (commas(run.count("records_in")), "records of the input"),
        (commas(scored), scored_what.as_str()),
        (percent(scored, scored + skips), "of the windows, reads or alleles"),
        (commas(run.count("rows")), "rows written"),
        (time(wall), if run.is_merged() { "of all shards" } else { "on the clock" }),
        (rate(run, wall), "a second"),
        (megabytes(run), "peak memory"),
    ];
    if run.count("bases") > 0 {
        all.insert(1, (format!("{} Mb", digits(run.count("bases") as f64 / 1e6)), "of sequence read"));
    }
    cards(&all)
}

/// What a run scores.
fn unit(run: &Run) -> &'static str {
    match run.kind() {
        kind if kind.is_scored_variants() => "alleles",
        kind if kind.is_reads() => "reads",
        _ => "windows",
    }
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
