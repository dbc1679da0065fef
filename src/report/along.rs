//! The output of a run along the contigs: what the chart shows.

use std::{collections::HashMap, path::Path};

use serde_json::Value;

use super::{lines::each_interval, run::Run};
use crate::{
    error::{Error, Result},
    genome::Interval,
    output::kind::OutputKind,
    read,
    vcf::info::{PREFIX, SPLICEAI},
};

/// Contigs that are drawn: the longest.
const CONTIGS: usize = 30;

/// Bins of the longest contig.
const BINS: u64 = 700;

/// Lines that are drawn of one output.
const LINES: usize = 12;

/// One line for each label or score: values by contig and bin.
pub(super) struct Line {
    /// Label or score.
    pub name: String,
    /// By contig and bin.
    pub values: Vec<Vec<f64>>,
    /// Bases that have a value, by contig and bin.
    bases: Vec<Vec<f64>>,
}

impl Line {
    /// The largest value.
    pub(super) fn largest(&self) -> f64 {
        self.values.iter().flatten().copied().fold(0.0, f64::max)
    }
}

/// What an output has along the contigs, in bins.
pub(super) struct Along {
    /// Names and lengths of those that are drawn.
    pub contigs: Vec<(String, u64)>,
    /// How many contigs are not drawn.
    pub more: usize,
    /// Bases of a bin.
    pub bin: u64,
    /// What the values are.
    pub what: &'static str,
    /// Labels or scores.
    pub lines: Vec<Line>,
    ids: HashMap<String, usize>,
    names: HashMap<String, usize>,
}

impl Along {
    fn new(all: Vec<(String, u64)>) -> Option<Self> {
        let longest = all.iter().map(|(_, length)| *length).max().filter(|length| *length > 0)?;
        let mut by_length: Vec<usize> = (0..all.len()).collect();
        by_length.sort_by_key(|&at| std::cmp::Reverse(all[at].1));
        by_length.truncate(CONTIGS);
        by_length.sort_unstable();
        let contigs: Vec<(String, u64)> = by_length.iter().map(|&at| all[at].clone()).collect();
        let ids = contigs.iter().enumerate().map(|(id, (name, _))| (name.clone(), id)).collect();
        let more = all.len() - contigs.len();
        let bin = longest.div_ceil(BINS);
        Some(Self { contigs, more, bin, what: "", lines: Vec::new(), ids, names: HashMap::new() })
    }

    /// From the output of a run; `None` where there is none, or none with positions.
    pub(super) fn of(run: &Run) -> Result<Option<Self>> {
        let Some(output) = &run.output else { return Ok(None) };
        let Some(mut along) = Self::new(run.contigs()) else { return Ok(None) };
        match run.kind() {
            kind if kind.is_scan() && output.is_dir() => along.add_tracks(run, output)?,
            OutputKind::ScanBed => along.add_bed(output)?,
            OutputKind::ScanBedgraph => along.add_bedgraph(run, output)?,
            OutputKind::ScanTsv => along.add_table(run, output)?,
            kind if kind.is_scored_variants() => along.add_variants(output, &run.text(&["settings", "prefix"]))?,
            _ => return Ok(None),
        }
        along.lines.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((!along.lines.is_empty()).then_some(along))
    }

    fn add_tracks(&mut self, run: &Run, folder: &Path) -> Result<()> {
        self.what = "mean score";
        run.list(&["tracks"])
            .filter_map(Value::as_str)
            .try_for_each(|name| self.track(&folder.join(name), name.trim_end_matches(".bw")))
    }

    /// Windows or elements with a label.
    fn add_bed(&mut self, output: &Path) -> Result<()> {
        self.what = "bases of calls";
        each_interval(output, |_, fields, interval| {
            let label = fields.get(3).copied().unwrap_or(".");
            self.add(label, fields[0], interval, 1.0);
        })
    }

    fn add_bedgraph(&mut self, run: &Run, output: &Path) -> Result<()> {
        self.what = "mean score";
        let name = run.get(&["settings", "columns"])[0].as_str().unwrap_or("score").to_string();
        each_interval(output, |_, fields, interval| {
            if let Some(score) = fields.get(3).and_then(|score| score.parse().ok()) {
                self.add(&name, fields[0], interval, score);
            }
        })?;
        self.divide();
        Ok(())
    }

    fn add_table(&mut self, run: &Run, output: &Path) -> Result<()> {
        self.what = "mean score";
        let names: Vec<String> = run.scores().into_iter().map(|(name, _)| name).collect();
        each_interval(output, |_, fields, interval| {
            // contig, start, end, strand, call, then the scores.
            for (name, score) in names.iter().zip(&fields[5.min(fields.len())..]) {
                if let Ok(score) = score.parse() {
                    self.add(name, fields[0], interval, score);
                }
            }
        })?;
        self.divide();
        Ok(())
    }

    fn line(&mut self, name: &str) -> Option<&mut Line> {
        let at = match self.names.get(name) {
            Some(&at) => at,
            None if self.lines.len() == LINES => return None,
            None => {
                let bins = |(_, length): &(String, u64)| vec![0.0; length.div_ceil(self.bin) as usize];
                let values: Vec<Vec<f64>> = self.contigs.iter().map(bins).collect();
                self.names.insert(name.into(), self.lines.len());
                self.lines.push(Line { name: name.into(), bases: values.clone(), values });
                self.lines.len() - 1
            }
        };
        self.lines.get_mut(at)
    }

    /// Adds a value to all bases of an interval.
    fn add(&mut self, name: &str, contig: &str, interval: Interval, value: f64) {
        let (Some(&id), bin) = (self.ids.get(contig), self.bin) else { return };
        let Some(line) = self.line(name) else { return };
        for at in interval.start / bin..interval.end.div_ceil(bin) {
            let Some(slot) = line.values[id].get_mut(at as usize) else { break };
            let bases = (interval.end.min((at + 1) * bin) - interval.start.max(at * bin)) as f64;
            *slot += value * bases;
            line.bases[id][at as usize] += bases;
        }
    }

    /// Turns sums into means.
    fn divide(&mut self) {
        for line in &mut self.lines {
            for (value, bases) in line.values.iter_mut().flatten().zip(line.bases.iter().flatten()) {
                *value /= bases.max(1.0);
            }
        }
    }

    /// The largest change in each bin, by score.
    fn add_variants(&mut self, path: &Path, prefix: &str) -> Result<()> {
        self.what = "largest change of the score";
        let prefix = if prefix.is_empty() { PREFIX } else { prefix };
        let (delta, effect) = (format!("{prefix}_DELTA_"), format!("{prefix}_EFFECT_MAX="));
        let spliceai = format!("{SPLICEAI}=");
        let input = read::variants::Variants::open(path)?;
        let _ = input.read(|record| {
            let info = String::from_utf8_lossy(&record.line[record.info.clone()]);
            for field in info.split(';') {
                let delta = field.strip_prefix(&delta).and_then(|field| field.split_once('='));
                let effect = field.strip_prefix(&effect).map(|values| ("any gain or loss", values));
                let theirs = field.strip_prefix(&spliceai).map(|values| ("any gain or loss", values));
                let Some((name, values)) = delta.or(effect).or(theirs) else { continue };
                // Of SpliceAI's own field, the four scores after allele and gene.
                let scores = values.split(',').flat_map(|value| {
                    let parts = if theirs.is_some() { 2..6 } else { 0..1 };
                    value.split('|').skip(parts.start).take(parts.len())
                });
                let largest = scores.filter_map(|v| v.parse::<f64>().ok()).map(f64::abs).fold(0.0, f64::max);
                let (id, bin) = (self.ids.get(record.contig()).copied(), self.bin);
                let slot = id.and_then(|id| self.line(name)?.values[id].get_mut((record.position / bin) as usize));
                if let Some(slot) = slot {
                    *slot = slot.max(largest);
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Adds a bigWig file, by the coarsest of its summaries that is fine enough.
    fn track(&mut self, path: &Path, name: &str) -> Result<()> {
        let failed = |why: String| Error::input(path.display(), why);
        let mut reader = read::bigwig::open(path)?;
        let level = reader.info().zoom_headers.iter().map(|zoom| zoom.reduction_level);
        let level = level.filter(|level| u64::from(*level) <= self.bin).max();
        for (contig, length) in self.contigs.clone() {
            if !reader.chroms().iter().any(|chrom| chrom.name == contig) {
                continue;
            }
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            if let Some(level) = level {
                let all = reader.get_zoom_interval(&contig, 0, length, level);
                for part in all.map_err(|error| failed(error.to_string()))? {
                    let part = part.map_err(|error| failed(error.to_string()))?;
                    let interval = Interval::new(part.start.into(), part.end.into());
                    let mean = part.summary.sum / (part.summary.bases_covered as f64).max(1.0);
                    self.add(name, &contig, interval, mean);
                }
            } else {
                let all = reader.get_interval(&contig, 0, length).map_err(|error| failed(error.to_string()))?;
                for value in all {
                    let value = value.map_err(|error| failed(error.to_string()))?;
                    let interval = Interval::new(value.start.into(), value.end.into());
                    self.add(name, &contig, interval, value.value.into());
                }
            }
        }
        self.divide();
        Ok(())
    }
}
