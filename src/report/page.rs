//! The report as one HTML page. Nothing is loaded from elsewhere, and no script runs.

use std::fmt::Write;

use crate::report::runs::{Along, Run, Stretch, shards};
use crate::{
    error::Result,
    genome::interval::commas,
    histogram::{Histogram, bounds},
    html::escape,
    progress::short,
    skip::Skip,
};

/// Colours that are told apart also by who sees fewer (Okabe and Ito, 2008), the black one left out.
const COLORS: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8f7ee7", "#b8a800"];

/// Shards that took this much longer than the others on average are worth a word.
const UNEVEN: f64 = 1.5;

fn color(index: usize) -> &'static str {
    COLORS[index % COLORS.len()]
}

/// A number to three digits; whole ones as they are.
fn digits(number: f64) -> String {
    match number.abs() {
        0.0 => "0".into(),
        size if size >= 1000.0 => commas(number.abs() as u64),
        size if size >= 100.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        size if size >= 0.01 => {
            let text = format!("{number:.2}");
            text.trim_end_matches('0').trim_end_matches('.').to_string()
        }
        _ => format!("{number:.1e}"),
    }
}

fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "–".into() } else { format!("{} %", digits(100.0 * part as f64 / whole as f64)) }
}

fn megabytes(run: &Run) -> String {
    run.get(&["peak_memory_bytes"]).as_f64().map_or("–".into(), |bytes| format!("{} MB", digits(bytes / 1e6)))
}

fn time(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{} ms", digits(seconds * 1e3))
    } else if seconds < 10.0 {
        format!("{} s", digits(seconds))
    } else {
        short(std::time::Duration::from_secs_f64(seconds.clamp(0.0, 1e9)))
    }
}

/// What a run works on, in its own words.
fn unit(run: &Run) -> &'static str {
    match run.text(&["settings", "command"]).as_str() {
        "variants" => "alleles",
        "reads" => "reads",
        _ => "windows",
    }
}

/// What is done in a second: sequence of a scan, whose windows may be thousands of bases long; else windows.
fn rate(run: &Run, seconds: f64) -> String {
    let scan = run.text(&["settings", "command"]) == "scan";
    match (scan, run.count("bases"), run.count("windows")) {
        _ if seconds <= 0.0 => "–".into(),
        (true, 1.., _) => bases((run.count("bases") as f64 / seconds) as u64),
        (_, _, windows) => format!("{} windows", digits(windows as f64 / seconds)),
    }
}

fn skipped(run: &Run) -> u64 {
    run.skipped().iter().map(|(_, count)| count).sum()
}

/// The whole page.
pub fn html(runs: &[Run], title: &str) -> Result<String> {
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
    for (name, parts) in shards(runs) {
        page.push_str(&balance(&name, &parts));
    }
    page.push_str("</main><footer>Coordinates of the pictures count from 0. Counts and times are those of the manifests.</footer></body></html>\n");
    Ok(page)
}

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
            commas(skipped(run)),
            commas(run.count("rows")),
            time(run.seconds("wall")),
            megabytes(run)
        );
    }
    html + "</table></div></section>\n"
}

fn of_run(run: &Run, index: usize) -> Result<String> {
    let mut html = format!("<section id=\"run{index}\"><h2>{}</h2>\n", escape(&run.name));
    let command: Vec<&str> =
        run.get(&["command"]).as_array().into_iter().flatten().filter_map(|word| word.as_str()).collect();
    let _ = writeln!(html, "<code class=\"command\">{}</code>", escape(&command.join(" ")));
    for warning in warnings(run) {
        let _ = writeln!(html, "<p class=\"warning\">{}</p>", escape(&warning));
    }
    let (scored, skips) = (run.count("scored"), skipped(run));
    let wall = run.seconds("wall");
    let mut cards = vec![
        (commas(run.count("records_in")), "records of the input".to_string()),
        (commas(scored), format!("{} scored", unit(run))),
        (percent(scored, scored + skips), "of what was tried".into()),
        (commas(run.count("rows")), "rows written".into()),
        (time(wall), if merged(run) { "of all shards together".into() } else { "on the clock".into() }),
        (rate(run, wall), "a second".into()),
        (megabytes(run), "memory at most".into()),
    ];
    if run.count("bases") > 0 {
        cards.insert(1, (format!("{} Mb", digits(run.count("bases") as f64 / 1e6)), "of sequence read".into()));
    }
    html.push_str("<div class=\"cards\">");
    for (number, what) in cards {
        let _ = write!(html, "<div class=\"card\"><b>{}</b><span>{}</span></div>", escape(&number), escape(&what));
    }
    html.push_str("</div>\n");
    html.push_str(&facts(run));
    html.push_str("<div class=\"two\"><div>");
    html.push_str(&stages(run));
    html.push_str("</div><div>");
    html.push_str(&reasons(run));
    html.push_str("</div></div>\n");
    html.push_str(&histograms(run));
    if let Some(along) = run.along()? {
        html.push_str(&picture(&along, &run.scores()));
    }
    html.push_str("</section>\n");
    Ok(html)
}

fn merged(run: &Run) -> bool {
    run.get(&["shards"]).is_array()
}

fn warnings(run: &Run) -> Vec<String> {
    let (scored, skips) = (run.count("scored"), skipped(run));
    let mut all = Vec::new();
    if let (Some(index), Some(count)) = (run.get(&["shard", "index"]).as_u64(), run.get(&["shard", "count"]).as_u64()) {
        all.push(format!("This is shard {index} of {count}, not a whole run."));
    }
    if scored == 0 && skips > 0 {
        all.push("Nothing was scored. Does the input suit the model?".into());
    } else if skips > scored {
        all.push(format!("More was skipped than scored: {} of {}.", commas(skips), commas(scored + skips)));
    }
    if run.output.is_none() {
        all.push("The output is not where its manifest is, so what it holds is not drawn.".into());
    }
    all
}

fn facts(run: &Run) -> String {
    let model = |key: &str| run.text(&["model", key]);
    let mut facts = vec![
        ("model", format!("{} {} ({})", model("name"), model("version"), model("license"))),
        ("engine", format!("{} {} on {}", model("engine"), model("engine_version"), model("device"))),
    ];
    let host = |from: &serde_json::Value| {
        let text = |key: &str| from[key].as_str().unwrap_or_default().to_string();
        format!("{} ({}, {} cores)", text("name"), text("system"), from["cores"])
    };
    if run.get(&["host"]).is_object() && !merged(run) {
        let threads = run.get(&["threads"]).as_u64().unwrap_or(0);
        facts.push((
            "host",
            format!("{}, {threads} thread{}", host(run.get(&["host"])), if threads == 1 { "" } else { "s" }),
        ));
    }
    if merged(run) {
        let mut hosts: Vec<String> = run
            .get(&["shards"])
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|shard| Some(shard["host"]["name"].as_str()?.to_string()))
            .collect();
        hosts.sort();
        hosts.dedup();
        facts.push(("hosts", hosts.join(", ")));
    }
    for input in run.get(&["inputs"]).as_array().into_iter().flatten() {
        let digest = input["sha256"]
            .as_str()
            .map_or(String::new(), |digest| format!(", sha256 {}…", digest.get(..12).unwrap_or(digest)));
        let (path, format) = (input["path"].as_str().unwrap_or("-"), input["format"].as_str().unwrap_or("-"));
        facts.push(("input", format!("{path} ({format}{digest})")));
    }
    if let Some(path) = run.get(&["reference", "path"]).as_str() {
        let contigs = run.get(&["reference", "contigs"]).as_array().map_or(0, Vec::len);
        facts.push(("reference", format!("{path} ({contigs} contig{} used)", if contigs == 1 { "" } else { "s" })));
    }
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
    if !settings.is_empty() {
        facts.push(("settings", settings.join(", ")));
    }
    let mut html = "<dl class=\"facts\">".to_string();
    for (name, text) in facts {
        let _ = write!(html, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(&text));
    }
    html + "</dl>\n"
}

/// Rows of a name, a bar and a number.
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

fn stages(run: &Run) -> String {
    let rows: Vec<(String, f64, String)> =
        [("read", "read, cut"), ("encode", "encode"), ("model", "model"), ("write", "write")]
            .iter()
            .map(|(stage, name)| {
                let seconds = run.seconds(stage);
                ((*name).to_string(), seconds, format!("{}, {}/s", time(seconds), rate(run, seconds)))
            })
            .collect();
    format!(
        "<h3>Stages <span class=\"soft\">(busy time; the model's adds up all sessions)</span></h3>{}",
        bars(&rows, "var(--accent)")
    )
}

fn reasons(run: &Run) -> String {
    let skipped = run.skipped();
    if skipped.is_empty() {
        return "<h3>Skipped</h3><p class=\"soft\">Nothing: all that was tried has a score.</p>".into();
    }
    let meaning = |word: &str| Skip::all().into_iter().find(|skip| skip.word() == word).map_or("", Skip::meaning);
    let rows: Vec<(String, f64, String)> =
        skipped.iter().map(|(reason, count)| (reason.clone(), *count as f64, commas(*count))).collect();
    let words: Vec<String> = skipped
        .iter()
        .map(|(reason, _)| format!("<code>{}</code>: {}", escape(reason), escape(meaning(reason))))
        .collect();
    format!("<h3>Skipped</h3>{}<p class=\"soft\">{}.</p>", bars(&rows, "var(--warn)"), words.join("; "))
}

fn histograms(run: &Run) -> String {
    let scores = run.scores();
    if scores.iter().all(|(_, histogram)| histogram.bins().next().is_none()) {
        return String::new();
    }
    let what = if unit(run) == "alleles" { "Changes of the score, alternate minus reference" } else { "Scores" };
    let mut html =
        format!("<h3>{what} <span class=\"soft\">(heights are logarithms of counts)</span></h3><div class=\"small\">");
    for (index, (name, histogram)) in scores.iter().enumerate() {
        let all: u64 = histogram.bins().map(|(_, count)| count).sum();
        let _ = write!(
            html,
            "<figure>{}<figcaption>{} <span class=\"soft\">{}</span></figcaption></figure>",
            histogram_svg(histogram, color(index)),
            escape(name),
            commas(all)
        );
    }
    html + "</div>\n"
}

fn histogram_svg(histogram: &Histogram, fill: &str) -> String {
    let bins: Vec<(i32, u64)> = histogram.bins().collect();
    let (Some(first), Some(last)) = (bins.first().map(|b| b.0), bins.last().map(|b| b.0)) else { return String::new() };
    // Probabilities from 0 to 1, their changes from -1 to 1; beyond, what there is.
    let (low, high) = if first >= 0 && last < 20 {
        (0, 19)
    } else if first >= -20 && last < 20 {
        (-20, 19)
    } else {
        (first, last)
    };
    let (width, height, base) = (240.0, 110.0, 92.0);
    let step = width / f64::from(high - low + 1);
    let top = bins.iter().map(|(_, count)| (*count as f64 + 1.0).ln()).fold(1.0, f64::max);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\"><line class=\"axis\" x1=\"0\" x2=\"{width}\" y1=\"{base}\" y2=\"{base}\"/>"
    );
    for (bin, count) in &bins {
        let size = (base - 6.0) * (*count as f64 + 1.0).ln() / top;
        let (from, to) = bounds(*bin);
        let _ = write!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fill}\"><title>{} to {}: {}</title></rect>",
            f64::from(bin - low) * step + 0.5,
            base - size,
            (step - 1.0).max(0.5),
            size,
            digits(from),
            digits(to),
            commas(*count)
        );
    }
    let (from, to) = (bounds(low).0, bounds(high).1);
    let _ = write!(
        svg,
        "<text x=\"0\" y=\"106\">{}</text><text x=\"{width}\" y=\"106\" text-anchor=\"end\">{}</text>",
        digits(from),
        digits(to)
    );
    if (low, high) == (-20, 19) {
        let _ = write!(svg, "<text x=\"{}\" y=\"106\" text-anchor=\"middle\">0</text>", width / 2.0);
    }
    svg + "</svg>"
}

/// Left of the lanes, and their width.
const NAMES: f64 = 150.0;
const WIDTH: f64 = 900.0;
const LANE: f64 = 17.0;

fn bases(number: u64) -> String {
    match number {
        0..1000 => format!("{number} bp"),
        1000..1_000_000 => format!("{} kb", digits(number as f64 / 1e3)),
        _ => format!("{} Mb", digits(number as f64 / 1e6)),
    }
}

fn picture(along: &Along, scores: &[(String, Histogram)]) -> String {
    // A score has one colour on the page, also where its name lacks what its format does not allow.
    let plain = |name: &str| name.replace(['-', '.'], "_");
    let number = |name: &str| scores.iter().position(|(score, _)| plain(score) == plain(name));
    let colors: Vec<&str> =
        along.lines.iter().enumerate().map(|(at, line)| color(number(&line.name).unwrap_or(at))).collect();
    let longest = along.contigs.iter().map(|(_, length)| *length).max().unwrap_or(1) as f64;
    let mut y = 0.0;
    let mut body = String::new();
    for (id, (contig, length)) in along.contigs.iter().enumerate() {
        let width = (WIDTH * *length as f64 / longest).max(1.0);
        y += 20.0;
        let _ = write!(
            body,
            "<text class=\"name\" x=\"{NAMES}\" y=\"{:.0}\">{} <tspan fill=\"var(--soft)\">{}</tspan></text>",
            y - 6.0,
            escape(contig),
            bases(*length)
        );
        for (index, line) in along.lines.iter().enumerate() {
            let largest = line.largest();
            let _ = write!(
                body,
                "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text><rect class=\"lane\" x=\"{NAMES}\" y=\"{y}\" width=\"{width:.1}\" height=\"{:.0}\"/>",
                NAMES - 8.0,
                y + LANE - 6.0,
                escape(&line.name),
                LANE - 3.0
            );
            let bin_width = WIDTH * along.bin as f64 / longest;
            let mut path = String::new();
            for (at, value) in line.values[id].iter().enumerate().filter(|(_, value)| **value > 0.0 && largest > 0.0) {
                // A square root lets small values be seen.
                let size = (LANE - 3.0) * (value / largest).sqrt();
                let from = NAMES + at as f64 * bin_width;
                let to = (from + bin_width).min(NAMES + width);
                let _ =
                    write!(path, "M{from:.1} {:.1}H{to:.1}V{:.1}H{from:.1}z", y + LANE - 3.0, y + LANE - 3.0 - size);
            }
            if !path.is_empty() {
                let _ = write!(body, "<path d=\"{path}\" fill=\"{}\"/>", colors[index]);
            }
            y += LANE;
        }
    }
    // One axis for all: contigs begin at 0 and are drawn to one scale.
    let step = nice(longest / 6.0);
    let mut at = 0.0;
    y += 14.0;
    while at <= longest {
        let x = NAMES + WIDTH * at / longest;
        let _ = write!(
            body,
            "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.0}\" y2=\"{:.0}\"/><text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
            y - 12.0,
            y - 6.0,
            y + 6.0,
            if at == 0.0 { "0".into() } else { bases(at as u64) }
        );
        at += step;
    }
    let more = match along.more {
        0 => String::new(),
        more => {
            format!(" The {} longest contigs are drawn; {} more are not.", along.contigs.len(), commas(more as u64))
        }
    };
    format!(
        "<h3>Along the contigs <span class=\"soft\">({} in bins of {}, each line scaled to its highest bin; heights are square roots)</span></h3>\
         <div class=\"scroll\"><svg viewBox=\"0 0 {:.0} {:.0}\" style=\"min-width:640px\" role=\"img\">{body}</svg></div><p class=\"soft\">{more}</p>\n",
        along.what,
        bases(along.bin),
        NAMES + WIDTH + 40.0,
        y + 12.0
    )
}

/// 1, 2 or 5 times a power of ten, not less than a number.
fn nice(number: f64) -> f64 {
    let power = 10f64.powf(number.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].iter().map(|factor| factor * power).find(|step| *step >= number).unwrap_or(number)
}

fn balance(name: &str, parts: &[Stretch]) -> String {
    let start = parts.iter().map(|part| part.start).fold(f64::INFINITY, f64::min);
    let end = parts.iter().map(|part| part.end).fold(f64::NEG_INFINITY, f64::max);
    let whole = (end - start).max(1e-3);
    let seconds: Vec<f64> = parts.iter().map(|part| part.end - part.start).collect();
    let mean = seconds.iter().sum::<f64>() / seconds.len().max(1) as f64;
    let slowest = seconds.iter().copied().fold(0.0, f64::max);
    let mut hosts: Vec<&str> = parts.iter().map(|part| part.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let lane = (900.0 / parts.len() as f64).clamp(3.0, 18.0);
    let mut body = String::new();
    for (at, part) in parts.iter().enumerate() {
        let (x, width) =
            (80.0 + 960.0 * (part.start - start) / whole, (960.0 * (part.end - part.start) / whole).max(1.5));
        let y = at as f64 * lane;
        let fill = color(hosts.iter().position(|host| *host == part.host).unwrap_or(0));
        let _ = write!(
            body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" rx=\"2\" fill=\"{fill}\"><title>{} on {}: {}, {} windows</title></rect>",
            (lane - 2.0).max(1.5),
            escape(&part.name),
            escape(&part.host),
            time(part.end - part.start),
            commas(part.windows)
        );
        if lane >= 12.0 {
            let _ = write!(
                body,
                "<text x=\"72\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                y + lane - 5.0,
                escape(&part.name)
            );
        }
    }
    let height = parts.len() as f64 * lane;
    let step = nice(whole / 6.0);
    let mut at = 0.0;
    while at <= whole {
        let x = 80.0 + 960.0 * at / whole;
        let _ = write!(
            body,
            "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{height:.0}\" y2=\"{:.0}\"/><text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
            height + 5.0,
            height + 17.0,
            time(at)
        );
        at += step;
    }
    let keys: String = hosts
        .iter()
        .enumerate()
        .map(|(index, host)| {
            format!("<span class=\"key\" style=\"background:{}\"></span>{}", color(index), escape(host))
        })
        .collect();
    let ratio = if mean > 0.0 { slowest / mean } else { 1.0 };
    let warning = if ratio > UNEVEN && slowest > 10.0 {
        "<p class=\"warning\">The shards are uneven: <code>genogloss plan</code> cuts by measured cost, and a slow machine or a busy disk shows here too.</p>"
    } else {
        ""
    };
    format!(
        "<section><h2>Shards <span class=\"soft\">of {}</span></h2>\n<p>{} shards, {} from the first start to the last end; the slowest took {}, {} times the mean.{keys}</p>{warning}\
         <div class=\"scroll\"><svg viewBox=\"0 0 1080 {:.0}\" style=\"min-width:640px\" role=\"img\">{body}</svg></div></section>\n",
        escape(name),
        parts.len(),
        time(whole),
        time(slowest),
        digits(ratio),
        height + 24.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 0.004, 0.25, 12.34, 123.4, 12_345.6].map(digits);
        assert_eq!(shown, ["0", "4.0e-3", "0.25", "12.3", "123", "12,345"]);
        assert_eq!([3.0, 10.4, 70.0, 9000.0].map(nice), [5.0, 20.0, 100.0, 10_000.0]);
    }

    #[test]
    fn a_histogram_is_drawn_on_the_scale_of_its_scores() {
        let draw = |scores: &[f32]| {
            let mut histogram = Histogram::default();
            scores.iter().for_each(|&score| histogram.add(score));
            histogram_svg(&histogram, "red")
        };
        let scale = |svg: &str| svg.matches("y=\"106\"").count();
        assert_eq!((scale(&draw(&[0.3])), scale(&draw(&[-0.3]))), (2, 3), "only changes have 0 in the middle");
        assert!(draw(&[0.3, 0.31, 0.9]).contains("<title>0.3 to 0.35: 2</title>"));
        assert!(draw(&[5.0]).contains("<title>4 to 8: 1</title>"));
        assert_eq!(draw(&[]), "");
    }
}
