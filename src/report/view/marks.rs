//! What the output has in the stretches of the view: tracks of igv.js.
//!
//! A track has a `kind` (calls, values or variants) and `marks`: lists of the contig's number, start and end (0-based, half-open), then a
//! name, a value and a strand for calls, a value for values, and a line of VCF for variants.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};

use super::windows::Windows;
use crate::{
    error::{Error, Result},
    genome::Interval,
    output::{
        bam::{DEFAULT_PREFIX, Tags},
        kind::OutputKind,
    },
    read::{
        alignments::{Alignments, place_of},
        bigwig,
        part::Part,
        variants::Variants,
    },
    report::{
        lines::{each_interval, each_row},
        run::Run,
        show::color,
        strongest::Fields,
    },
};

/// Marks of a track; more are not drawn.
const MOST: usize = 20_000;

/// Tracks of values that are drawn.
const TRACKS: usize = 12;

/// Longest line of VCF that is shown, in bytes; of a longer one the first columns are.
const LONGEST_LINE: usize = 4000;

/// A track.
struct Track {
    name: String,
    kind: &'static str,
    marks: Vec<Value>,
    more: usize,
}

impl Track {
    fn new(name: impl Into<String>, kind: &'static str) -> Self {
        Self { name: name.into(), kind, marks: Vec::new(), more: 0 }
    }

    fn add(&mut self, mark: Value) {
        if self.marks.len() < MOST { self.marks.push(mark) } else { self.more += 1 }
    }

    fn json(self, number: usize) -> Value {
        let name = if self.more > 0 { format!("{} (first {MOST} marks)", self.name) } else { self.name };
        json!({"name": name, "kind": self.kind, "color": color(number), "marks": self.marks})
    }
}

/// The tracks of a run.
pub(super) fn of(run: &Run, windows: &Windows) -> Result<Vec<Value>> {
    let Some(output) = &run.output else { return Ok(Vec::new()) };
    let tracks = match run.kind() {
        kind if kind.is_scan() && output.is_dir() => of_tracks(run, output, windows)?,
        OutputKind::ScanBed => of_bed(output, windows)?,
        OutputKind::ScanTsv => of_table(run, output, windows)?,
        OutputKind::ScanBedgraph => of_bedgraph(run, output, windows)?,
        OutputKind::ReadsTsv => of_reads(output, windows)?,
        OutputKind::ReadsBam => of_bam(run, output, windows)?,
        kind if kind.is_scored_variants() => of_variants(run, output, windows)?,
        _ => Vec::new(),
    };
    let tracks = tracks.into_iter().filter(|track| !track.marks.is_empty());
    Ok(tracks.enumerate().map(|(number, track)| track.json(number)).collect())
}

fn of_tracks(run: &Run, folder: &Path, windows: &Windows) -> Result<Vec<Track>> {
    let mut tracks = Vec::new();
    for file in run.list(&["tracks"]).filter_map(Value::as_str).take(TRACKS) {
        let path = folder.join(file);
        let failed = |why: String| Error::input(path.display(), why);
        let mut reader = bigwig::open(&path)?;
        let mut track = Track::new(file.trim_end_matches(".bw"), "values");
        for (number, (contig, all)) in windows.iter().enumerate() {
            let Some(length) = reader.chroms().iter().find(|found| found.name == contig).map(|found| found.length)
            else {
                continue;
            };
            for window in all {
                let clamp = |position: u64| u32::try_from(position).unwrap_or(u32::MAX).min(length);
                let values = reader.get_interval(contig, clamp(window.start), clamp(window.end));
                for value in values.map_err(|error| failed(error.to_string()))? {
                    let value = value.map_err(|error| failed(error.to_string()))?;
                    track.add(json!([number, value.start, value.end, value.value]));
                }
            }
        }
        tracks.push(track);
    }
    Ok(tracks)
}

/// Calls by label: `contig start end label score strand …`; of elements, the highest score.
fn of_bed(path: &Path, windows: &Windows) -> Result<Vec<Track>> {
    let mut by_label: BTreeMap<String, Track> = BTreeMap::new();
    each_interval(path, |contig, fields, interval| {
        let Some(number) = windows.number(contig, interval) else { return };
        let text = |at: usize| fields.get(at).copied().unwrap_or(".");
        let track = by_label.entry(text(3).into()).or_insert_with(|| Track::new(text(3), "calls"));
        let score = text(4).parse::<f64>().map_or(0.0, |score| score / 1000.0);
        track.add(json!([number, interval.start, interval.end, text(3), score, text(5)]));
    })?;
    Ok(by_label.into_values().collect())
}

/// Values by score.
fn of_table(run: &Run, path: &Path, windows: &Windows) -> Result<Vec<Track>> {
    let names = run.scores().into_iter().map(|(name, _)| name).take(TRACKS);
    let mut tracks: Vec<Track> = names.map(|name| Track::new(name, "values")).collect();
    each_interval(path, |contig, fields, interval| {
        let Some(number) = windows.number(contig, interval) else { return };
        // contig, start, end, strand, call, then the scores.
        for (track, score) in tracks.iter_mut().zip(&fields[5.min(fields.len())..]) {
            if let Ok(score) = score.parse::<f64>() {
                track.add(json!([number, interval.start, interval.end, score]));
            }
        }
    })?;
    Ok(tracks)
}

fn of_bedgraph(run: &Run, path: &Path, windows: &Windows) -> Result<Vec<Track>> {
    let name = run.get(&["settings", "columns"])[0].as_str().unwrap_or("score").to_string();
    let mut track = Track::new(name, "values");
    each_interval(path, |contig, fields, interval| {
        let score = fields.get(3).and_then(|score| score.parse::<f64>().ok());
        if let (Some(number), Some(score)) = (windows.number(contig, interval), score) {
            track.add(json!([number, interval.start, interval.end, score]));
        }
    })?;
    Ok(vec![track])
}

/// Reads of a table, by call.
fn of_reads(path: &Path, windows: &Windows) -> Result<Vec<Track>> {
    let mut by_call: BTreeMap<String, Track> = BTreeMap::new();
    each_row(path, |names, fields| {
        let column = |name: &str| fields.get(names.iter().position(|known| known == name)?).copied();
        let number = |name: &str| column(name)?.parse::<u64>().ok();
        let (Some(contig), Some((start, end)), Some(call)) =
            (column("contig"), number("start").zip(number("end")), column("call"))
        else {
            return;
        };
        let strand = if number("flags").is_some_and(|flags| flags & 16 != 0) { "-" } else { "+" };
        if let Some(number) = windows.number(contig, Interval::new(start, end.max(start))) {
            let track = by_call.entry(call.into()).or_insert_with(|| Track::new(read_track(call), "calls"));
            track.add(json!([number, start, end, fields[0], Value::Null, strand]));
        }
    })?;
    Ok(by_call.into_values().collect())
}

fn read_track(call: &str) -> String {
    if call == "." { "reads without a call".into() } else { format!("reads: {call}") }
}

/// Reads of a BAM file, by call.
fn of_bam(run: &Run, path: &Path, windows: &Windows) -> Result<Vec<Track>> {
    use noodles::sam::alignment::record_buf::data::field::Value as Tag;
    let tags = Tags::new(run.text(&["settings", "tag_prefix"]).chars().next().unwrap_or(DEFAULT_PREFIX));
    let input = Alignments::open(path, None)?;
    let header = input.header.for_decoding();
    let mut by_call: BTreeMap<String, Track> = BTreeMap::new();
    let _ = input.read(&Part::default(), |record| {
        let Some((contig, interval)) = place_of(&header, &record) else { return Ok(()) };
        let Some(number) = windows.number(&contig, interval) else { return Ok(()) };
        let call = match record.data().get(&tags.label()) {
            Some(Tag::String(label)) => label.to_string(),
            _ => ".".into(),
        };
        let strand = if record.flags().is_reverse_complemented() { "-" } else { "+" };
        let name = record.name().map(ToString::to_string).unwrap_or_default();
        let track = by_call.entry(call.clone()).or_insert_with(|| Track::new(read_track(&call), "calls"));
        track.add(json!([number, interval.start, interval.end, name, Value::Null, strand]));
        Ok(())
    })?;
    Ok(by_call.into_values().collect())
}

/// The records, and the largest change of each.
fn of_variants(run: &Run, path: &Path, windows: &Windows) -> Result<Vec<Track>> {
    let input = Variants::open(path)?;
    let fields = Fields::of(run, &input.header);
    let (mut records, mut changes) = (Track::new("variants", "variants"), Track::new("largest change", "values"));
    let _ = input.read(|record| {
        let place = record.written();
        let Some(number) = windows.number(record.contig(), place) else { return Ok(()) };
        records.add(json!([number, place.start, place.end, line(&record.line)]));
        let largest = fields.changes(&record).into_iter().map(|change| change.value);
        if let Some(largest) = largest.reduce(|a, b| if b.abs() > a.abs() { b } else { a }) {
            changes.add(json!([number, place.start, place.end, largest]));
        }
        Ok(())
    })?;
    Ok(vec![records, changes])
}

/// The first eight columns of a record, without genotypes; of a long one those before INFO.
fn line(record: &[u8]) -> String {
    let columns: Vec<&[u8]> = record.split(|&b| b == b'\t').take(8).collect();
    let whole = columns.join(&b'\t');
    if whole.len() <= LONGEST_LINE {
        return String::from_utf8_lossy(&whole).into_owned();
    }
    let mut cut = columns[..7].join(&b'\t');
    cut.truncate(LONGEST_LINE);
    String::from_utf8_lossy(&cut).into_owned() + "\t."
}
