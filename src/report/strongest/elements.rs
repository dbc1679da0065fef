//! The elements, calls or bins of a scan with the highest scores.

use std::{collections::HashMap, path::Path};

use super::{best::Best, found::Strongest};
use crate::{
    error::Result,
    genome::Interval,
    output::kind::OutputKind,
    report::{lines::each_interval, run::Run},
};

/// Of scores without calls the highest bin of every stretch of this many bases is a row.
pub(super) const STRETCH: u64 = 1000;

/// Calls of one label side by side: bins of BED and TSV are joined as `--merge` does.
struct Joined {
    contig: String,
    interval: Interval,
    strand: String,
    /// The highest score, as it is written.
    max: (f64, String),
    bins: u64,
}

/// The strongest of a BED file or a table.
pub(super) fn strongest(run: &Run, path: &Path) -> Result<Option<Strongest>> {
    let is_merged = !run.get(&["settings", "merge"]).is_null();
    match run.kind() {
        OutputKind::ScanBed if is_merged => Ok(Some(merged(path)?)),
        OutputKind::ScanBed if run.scores().is_empty() => frames(path),
        _ => Ok(Some(joined(run, path)?)),
    }
}

fn text(fields: &[&str], at: usize) -> String {
    fields.get(at).copied().unwrap_or(".").into()
}

/// Elements: `contig start end name score strand max mean bins summit`.
fn merged(path: &Path) -> Result<Strongest> {
    let mut best = Best::default();
    each_interval(path, |contig, fields, interval| {
        let Some(max) = fields.get(6).and_then(|max| max.parse().ok()) else { return };
        best.offer(max, || {
            let mut cells = [3, 5, 6, 7, 8].map(|at| text(fields, at)).to_vec();
            cells.insert(1, interval.len().to_string());
            (Some((contig.into(), interval)), cells)
        });
    })?;
    let names = [("name", true), ("bases", false), ("strand", true), ("max", false), ("mean", false), ("bins", false)];
    Ok(made("elements", "their highest score".into(), best, &names))
}

/// Open reading frames: `contig start end orf 0 strand frame length complete`.
fn frames(path: &Path) -> Result<Option<Strongest>> {
    let mut best = Best::default();
    each_interval(path, |contig, fields, interval| {
        let length = fields.get(7).and_then(|length| length.parse().ok());
        if let (Some(length), Some(&"complete" | &"partial")) = (length, fields.get(8)) {
            let cells = [7, 5, 6, 8].map(|at| text(fields, at)).to_vec();
            best.offer(length, || (Some((contig.into(), interval)), cells));
        }
    })?;
    let names = [("bases", false), ("strand", true), ("frame", false), ("complete", true)];
    Ok(Some(made("open reading frames", "their length".into(), best, &names)))
}

/// Called bins, neighbours of one label joined.
fn joined(run: &Run, path: &Path) -> Result<Strongest> {
    let names: HashMap<String, usize> =
        run.scores().into_iter().enumerate().map(|(at, (name, _))| (name, at)).collect();
    // Columns of BED: contig, start, end, label, score, strand, then the scores; of the table: contig, start, end, strand, call, scores.
    let (label, strand, scores) = if run.kind() == OutputKind::ScanBed { (3, 5, 6) } else { (4, 3, 5) };
    let (mut best, mut open) = (Best::default(), HashMap::<String, Joined>::new());
    each_interval(path, |contig, fields, interval| {
        let Some(&name) = fields.get(label).filter(|name| **name != ".") else { return };
        let score = names.get(name).and_then(|at| fields.get(scores + at));
        let Some(score) = score.and_then(|text| Some((text.parse::<f64>().ok()?, (*text).to_string()))) else { return };
        let strand = text(fields, strand);
        if let Some(last) = open.get_mut(name)
            && last.contig == contig
            && last.strand == strand
            && interval.start <= last.interval.end
        {
            last.interval = Interval::new(last.interval.start, last.interval.end.max(interval.end));
            last.bins += 1;
            if score.0 > last.max.0 {
                last.max = score;
            }
            return;
        }
        let new = Joined { contig: contig.into(), interval, strand, max: score, bins: 1 };
        if let Some(last) = open.insert(name.into(), new) {
            last.offer(name, &mut best);
        }
    })?;
    let mut rest: Vec<(String, Joined)> = open.into_iter().collect();
    rest.sort_by(|a, b| a.0.cmp(&b.0));
    rest.iter().for_each(|(name, last)| last.offer(name, &mut best));
    let names = [("label", true), ("bases", false), ("strand", true), ("highest score", false), ("bins", false)];
    Ok(made("calls (neighbouring bins of one label joined)", "their highest score".into(), best, &names))
}

impl Joined {
    fn offer(&self, name: &str, best: &mut Best) {
        best.offer(self.max.0, || {
            let bases = self.interval.len().to_string();
            let cells = vec![name.into(), bases, self.strand.clone(), self.max.1.clone(), self.bins.to_string()];
            (Some((self.contig.clone(), self.interval)), cells)
        });
    }
}

/// The highest bins of a bedGraph, one for each stretch.
pub(super) fn peaks(run: &Run, path: &Path) -> Result<Strongest> {
    let name = run.get(&["settings", "columns"])[0].as_str().unwrap_or("score").to_string();
    let (mut best, mut peak) = (Best::default(), Peak::default());
    each_interval(path, |contig, fields, interval| {
        if let Some(score) = fields.get(3).and_then(|score| score.parse().ok()) {
            peak.add(contig, interval, score, &text(fields, 3), &name, &mut best);
        }
    })?;
    peak.end(&name, &mut best);
    Ok(bins(best))
}

/// The table of bins.
pub(super) fn bins(best: Best) -> Strongest {
    let what = "stretches of 1,000 bases, each with its highest bin";
    made(what, "the score of that bin".into(), best, &[("score", true), ("value", false)])
}

/// The highest bin of the stretch that is being read.
#[derive(Default)]
pub(super) struct Peak(Option<(String, Interval, f64, String)>);

impl Peak {
    /// Adds the next bin, as it is shown; a bin belongs to the stretch that it begins in.
    pub(super) fn add(&mut self, contig: &str, bin: Interval, score: f64, shown: &str, name: &str, best: &mut Best) {
        match &mut self.0 {
            Some((there, last, highest, text)) if there == contig && last.start / STRETCH == bin.start / STRETCH => {
                if score > *highest {
                    (*last, *highest, *text) = (bin, score, shown.into());
                }
            }
            _ => {
                self.end(name, best);
                self.0 = Some((contig.into(), bin, score, shown.into()));
            }
        }
    }

    /// Ends the stretch.
    pub(super) fn end(&mut self, name: &str, best: &mut Best) {
        if let Some((contig, bin, score, shown)) = self.0.take() {
            best.offer(score, || (Some((contig, bin)), vec![name.into(), shown]));
        }
    }
}

fn made(what: &'static str, by: String, best: Best, columns: &[(&str, bool)]) -> Strongest {
    let (rows, count) = best.finish();
    let columns = columns.iter().map(|(name, is_text)| ((*name).to_string(), *is_text)).collect();
    Strongest { what, by, count, columns, rows }
}
