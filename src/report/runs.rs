//! What runs say of themselves, gathered from their manifests and outputs, for people: one page, and a table for MultiQC.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use crate::{
    error::{Error, Result, describe},
    genome::Interval,
    histogram::Histogram,
    output::{Indexed, manifest::Manifest, place_of_line},
    read::{self, read_line},
    vcf::info::{PREFIX, SPLICEAI},
};
use crate::{session::stored, shards::merge::TRACKS_MANIFEST};

/// Contigs that are drawn: the longest.
const CONTIGS: usize = 30;

/// Bins of the longest contig.
const BINS: u64 = 700;

/// Lines that are drawn of one output.
const LINES: usize = 12;

/// A run, or several put together.
pub struct Run {
    /// What the page calls it: the name of its output.
    pub name: String,
    /// Its manifest.
    pub manifest: Map<String, Value>,
    /// Its output, where it lies beside the manifest or where the manifest says.
    pub output: Option<PathBuf>,
}

impl Run {
    /// From a manifest; or from an output or a folder of tracks, whose manifest lies beside or in it.
    pub fn open(path: &Path) -> Result<Self> {
        let beside = if path.is_dir() { path.join(TRACKS_MANIFEST) } else { Manifest::path(path) };
        let is_manifest = path.extension().is_some_and(|ending| ending == "json");
        let place = if is_manifest { path } else { beside.as_path() };
        if !is_manifest && !place.exists() {
            let gone = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(Error::read(place, &gone).with_hint("give the manifests of runs: OUTPUT.manifest.json"));
        }
        let manifest = stored::manifest(place)?;
        let written = manifest.get("output").and_then(Value::as_str).filter(|output| *output != "-");
        let file_name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (name, candidates) = if file_name == TRACKS_MANIFEST {
            let folder = fs::canonicalize(place).ok().and_then(|p| p.parent().map(Path::to_path_buf));
            let name = folder.as_ref().and_then(|f| f.file_name()).unwrap_or_default().to_string_lossy().into_owned();
            (name, vec![folder.unwrap_or_default()])
        } else {
            let output = written.unwrap_or(file_name.trim_end_matches(".json").trim_end_matches(".manifest"));
            let name = Path::new(output).file_name().unwrap_or_default().to_string_lossy().into_owned();
            let beside = place.with_file_name(file_name.trim_end_matches(".json").trim_end_matches(".manifest"));
            let candidates = vec![beside, place.with_file_name(&name), PathBuf::from(output)];
            (name, candidates)
        };
        let output = candidates.into_iter().find(|path| path != place && path.exists());
        Ok(Self { name, manifest, output })
    }

    /// A value inside the manifest.
    pub fn get(&self, path: &[&str]) -> &Value {
        let Some((first, rest)) = path.split_first() else { return &Value::Null };
        rest.iter().fold(self.manifest.get(*first).unwrap_or(&Value::Null), |value, key| &value[*key])
    }

    /// A text inside the manifest.
    pub fn text(&self, path: &[&str]) -> String {
        self.get(path).as_str().unwrap_or_default().into()
    }

    /// A count.
    pub fn count(&self, name: &str) -> u64 {
        self.get(&["counts", name]).as_u64().unwrap_or(0)
    }

    /// Seconds of a stage.
    pub fn seconds(&self, stage: &str) -> f64 {
        self.get(&["seconds", stage]).as_f64().unwrap_or(0.0)
    }

    /// Reasons for which something was not scored, most frequent first.
    pub fn skipped(&self) -> Vec<(String, u64)> {
        let mut all: Vec<(String, u64)> = self
            .get(&["counts", "skipped"])
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(reason, count)| Some((reason.clone(), count.as_u64()?)))
            .collect();
        all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        all
    }

    /// How scores are spread, by column.
    pub fn scores(&self) -> Vec<(String, Histogram)> {
        let scores = self.get(&["counts", "scores"]).as_object().into_iter().flatten();
        scores.filter_map(|(name, saved)| Some((name.clone(), Histogram::restored(saved).ok()?))).collect()
    }

    /// Names and lengths of the contigs it used.
    fn contigs(&self) -> Vec<(String, u64)> {
        let contigs = self.get(&["reference", "contigs"]).as_array().into_iter().flatten();
        contigs.filter_map(|contig| Some((contig["name"].as_str()?.into(), contig["length"].as_u64()?))).collect()
    }

    /// What its output holds, along the contigs; `None` where there is none, or none that has places.
    pub fn along(&self) -> Result<Option<Along>> {
        let Some(output) = &self.output else { return Ok(None) };
        let (command, format) = (self.text(&["settings", "command"]), self.text(&["settings", "format"]));
        let Some(mut along) = Along::new(self.contigs()) else { return Ok(None) };
        match (command.as_str(), format.as_str()) {
            ("scan", _) if output.is_dir() => {
                for name in self.get(&["tracks"]).as_array().into_iter().flatten().filter_map(Value::as_str) {
                    along.track(&output.join(name), name.trim_end_matches(".bw"))?;
                }
                along.what = "mean score";
            }
            ("scan", "bed") => {
                along.lines(output, |along, fields, interval| {
                    let label = fields.get(3).copied().unwrap_or(".");
                    along.add(label, fields[0], interval, 1.0);
                })?;
                along.what = "bases of calls";
            }
            ("scan", "bedgraph") => {
                let name = self.get(&["settings", "columns"])[0].as_str().unwrap_or("score").to_string();
                along.lines(output, |along, fields, interval| {
                    if let Some(score) = fields.get(3).and_then(|score| score.parse().ok()) {
                        along.add(&name, fields[0], interval, score);
                    }
                })?;
                along.what = "mean score";
                along.divide();
            }
            ("scan", "tsv") => {
                let names: Vec<String> = self.scores().into_iter().map(|(name, _)| name).collect();
                along.lines(output, |along, fields, interval| {
                    // contig, start, end, strand, call, then the scores.
                    for (name, score) in names.iter().zip(&fields[5.min(fields.len())..]) {
                        if let Ok(score) = score.parse() {
                            along.add(name, fields[0], interval, score);
                        }
                    }
                })?;
                along.what = "mean score";
                along.divide();
            }
            ("variants", _) => {
                along.variants(output, &self.text(&["settings", "prefix"]))?;
                along.what = "largest change of the score";
            }
            _ => return Ok(None),
        }
        along.lines.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((!along.lines.is_empty()).then_some(along))
    }
}

/// One line for each label or score: values by contig and bin.
pub struct Line {
    /// Label or score.
    pub name: String,
    /// By contig and bin.
    pub values: Vec<Vec<f64>>,
    /// Bases that the values are of.
    bases: Vec<Vec<f64>>,
}

impl Line {
    /// The largest value.
    pub fn largest(&self) -> f64 {
        self.values.iter().flatten().copied().fold(0.0, f64::max)
    }
}

/// What an output holds, along the contigs.
pub struct Along {
    /// Names and lengths of those that are drawn.
    pub contigs: Vec<(String, u64)>,
    /// Contigs that are not drawn.
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

    /// Sums become means.
    fn divide(&mut self) {
        for line in &mut self.lines {
            for (value, bases) in line.values.iter_mut().flatten().zip(line.bases.iter().flatten()) {
                *value /= bases.max(1.0);
            }
        }
    }

    /// Hands on the fields of every line that has a place.
    fn lines(&mut self, path: &Path, mut each: impl FnMut(&mut Self, &[&str], Interval)) -> Result<()> {
        let Some(mut input) = read::open_if_any(path)? else { return Ok(()) };
        let failed = |error: std::io::Error| Error::input(path.display(), describe(&error));
        let mut line = Vec::new();
        while read_line(&mut input.reader, &mut line).map_err(failed)? {
            if line.first() == Some(&b'#') {
                continue;
            }
            let place = place_of_line(Indexed::Bed, &line);
            if let (Some((_, interval)), Ok(text)) = (place, std::str::from_utf8(&line)) {
                each(self, &text.split('\t').collect::<Vec<_>>(), interval);
            }
        }
        Ok(())
    }

    /// The largest change in each bin, by score.
    fn variants(&mut self, path: &Path, prefix: &str) -> Result<()> {
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

    /// A bigWig file, through the coarsest of its summaries that is fine enough.
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

/// A shard's time on the clock.
pub struct Stretch {
    /// `3/16`.
    pub name: String,
    /// Machine it ran on.
    pub host: String,
    /// Seconds since 1970.
    pub start: f64,
    /// Seconds since 1970.
    pub end: f64,
    /// Windows it ran.
    pub windows: u64,
}

/// Shards by their plan: those of merged runs, and runs that are shards themselves.
pub fn shards(runs: &[Run]) -> Vec<(String, Vec<Stretch>)> {
    let stretch = |name: String, from: &Value| {
        let end = from["finished_unix"].as_f64().unwrap_or(0.0);
        Stretch {
            name,
            host: from["host"]["name"].as_str().unwrap_or("?").into(),
            start: end - from["seconds"]["wall"].as_f64().unwrap_or(0.0),
            end,
            windows: from["counts"]["windows"].as_u64().unwrap_or(0),
        }
    };
    let mut groups = Vec::new();
    let mut loose: BTreeMap<String, Vec<(u64, Stretch)>> = BTreeMap::new();
    for run in runs {
        let parts = run.get(&["shards"]).as_array();
        if let Some(parts) = parts.filter(|parts| parts.len() > 1) {
            let count = parts.len();
            let all = parts.iter().enumerate().map(|(at, part)| stretch(format!("{}/{count}", at + 1), part));
            groups.push((run.name.clone(), all.collect()));
        }
        if let (Some(index), Some(count)) =
            (run.get(&["shard", "index"]).as_u64(), run.get(&["shard", "count"]).as_u64())
        {
            let plan = format!("shards of plan {}", run.text(&["shard", "plan"]));
            let own = stretch(format!("{index}/{count}"), &Value::Object(run.manifest.clone()));
            loose.entry(plan).or_default().push((index, own));
        }
    }
    for (plan, mut parts) in loose {
        parts.sort_by_key(|(index, _)| *index);
        groups.push((plan, parts.into_iter().map(|(_, part)| part).collect()));
    }
    groups
}

/// Names that are all different: of those that are not, the folder is said too.
pub fn tell_apart(runs: &mut [Run], paths: &[PathBuf]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for run in runs.iter() {
        *seen.entry(run.name.clone()).or_default() += 1;
    }
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for (run, path) in runs.iter_mut().zip(paths).filter(|(run, _)| seen.get(&run.name).is_some_and(|n| *n > 1)) {
        let folder = path.parent().and_then(Path::file_name).map(|folder| folder.to_string_lossy().into_owned());
        let name = folder.map_or_else(|| run.name.clone(), |folder| format!("{folder}/{}", run.name));
        let number = numbers.entry(name.clone()).or_default();
        *number += 1;
        run.name = if *number > 1 { format!("{name} ({number})") } else { name };
    }
}

/// A table of the runs as MultiQC's custom content.
pub fn multiqc(runs: &[Run]) -> Result<String> {
    let mut data = Map::new();
    for run in runs {
        let skipped: u64 = run.skipped().iter().map(|(_, count)| count).sum();
        let tried = run.count("scored") + skipped;
        let row = json!({
            "command": run.text(&["settings", "command"]),
            "model": run.text(&["model", "name"]),
            "records": run.count("records_in"),
            "scored": run.count("scored"),
            "skipped": skipped,
            "scored_share": if tried == 0 { Value::Null } else { json!(100.0 * run.count("scored") as f64 / tried as f64) },
            "rows": run.count("rows"),
            "seconds": run.seconds("wall"),
            "memory": run.get(&["peak_memory_bytes"]).as_f64().map(|bytes| bytes / 1e6),
        });
        data.insert(run.name.clone(), row);
    }
    let number = |title: &str, description: &str, more: Value| {
        let mut header = json!({"title": title, "description": description, "min": 0, "format": "{:,.0f}"});
        if let (Some(header), Some(more)) = (header.as_object_mut(), more.as_object()) {
            header.extend(more.clone());
        }
        header
    };
    let content = json!({
        "id": "genogloss",
        "section_name": "Genogloss",
        "description": "DNA models run over genomes, reads and variants.",
        "plot_type": "table",
        "pconfig": {"id": "genogloss_table", "title": "Genogloss: runs", "col1_header": "Output"},
        "headers": {
            "command": {"title": "Command"},
            "model": {"title": "Model"},
            "records": number("Records", "Contigs, reads or variants of the input", json!({"scale": "Blues"})),
            "scored": number("Scored", "Windows, reads or alternate alleles with a score", json!({"scale": "Greens"})),
            "skipped": number("Skipped", "Not scored, for a reason that the output says", json!({"scale": "Oranges"})),
            "scored_share": number("Scored", "Share with a score", json!({"max": 100, "suffix": " %", "format": "{:,.1f}", "scale": "RdYlGn"})),
            "rows": number("Rows", "Lines or records written", json!({"scale": "Purples"})),
            "seconds": number("Time", "On the clock; of shards put together, their sum", json!({"suffix": " s", "format": "{:,.1f}"})),
            "memory": number("Memory", "The most a process had", json!({"suffix": " MB"})),
        },
        "data": data,
    });
    serde_json::to_string_pretty(&content)
        .map(|text| text + "\n")
        .map_err(|error| Error::Internal(format!("report: {error}")))
}
