//! The highest bins of bigWig tracks.

use std::path::Path;

use serde_json::Value;

use super::{
    best::Best,
    elements::{Peak, STRETCH, bins},
    found::Strongest,
};
use crate::{
    error::{Error, Result},
    genome::Interval,
    read::bigwig::{self, Track},
    report::run::Run,
};

/// Rows of the table: as many as [`Best`] keeps.
const ROWS: usize = 100;

/// The strongest of a folder of tracks.
pub(super) fn strongest(run: &Run, folder: &Path) -> Result<Strongest> {
    let mut best = Best::default();
    for name in run.list(&["tracks"]).filter_map(Value::as_str) {
        let path = folder.join(name);
        let failed = |why: String| Error::input(path.display(), why);
        let mut track = bigwig::open(&path)?;
        of_track(&mut track, name.trim_end_matches(".bw"), &mut best).map_err(failed)?;
    }
    // Only stretches that may be among the strongest were looked at: how many there are is not known.
    Ok(Strongest { count: 0, ..bins(best) })
}

/// Offers the highest bin of each stretch that may be among the strongest. Summaries in the file say where those are.
fn of_track(track: &mut Track, name: &str, best: &mut Best) -> Result<(), String> {
    let contigs: Vec<(String, u32)> =
        track.chroms().iter().map(|contig| (contig.name.clone(), contig.length)).collect();
    let wanted = candidates(track, &contigs)?;
    let mut peak = Peak::default();
    for (contig, start, end) in wanted {
        let values = track.get_interval(&contigs[contig].0, start, end).map_err(|error| error.to_string())?;
        for value in values {
            let value = value.map_err(|error| error.to_string())?;
            let bin = Interval::new(value.start.into(), value.end.into());
            peak.add(&contigs[contig].0, bin, value.value.into(), &value.value.to_string(), name, best);
        }
        peak.end(name, best);
    }
    Ok(())
}

/// Stretches that may hold one of the highest bins, in order; all where the file has no summaries.
fn candidates(track: &mut Track, contigs: &[(String, u32)]) -> Result<Vec<(usize, u32, u32)>, String> {
    let level = track.info().zoom_headers.iter().map(|zoom| zoom.reduction_level).min();
    let stretch = STRETCH as u32;
    let mut parts: Vec<(f64, usize, u32, u32)> = Vec::new();
    for (at, (contig, length)) in contigs.iter().enumerate() {
        let Some(level) = level else {
            parts.push((0.0, at, 0, *length));
            continue;
        };
        let summaries = track.get_zoom_interval(contig, 0, *length, level).map_err(|error| error.to_string())?;
        for part in summaries {
            let part = part.map_err(|error| error.to_string())?;
            parts.push((part.summary.max_val, at, part.start, part.end));
        }
    }
    if let Some(level) = level {
        // A stretch lies in so many summaries at most: the highest bins of the highest stretches are in the highest of them.
        let most = ROWS * (stretch / level.max(1) + 2) as usize;
        parts.sort_by(|a, b| b.0.total_cmp(&a.0));
        parts.truncate(most);
    }
    // Whole stretches, each once.
    let mut wanted: Vec<(usize, u32, u32)> = parts
        .iter()
        .flat_map(|&(_, contig, start, end)| {
            (start / stretch..end.div_ceil(stretch))
                .map(move |number| (contig, number * stretch, (number + 1) * stretch))
        })
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    for part in &mut wanted {
        part.2 = part.2.min(contigs[part.0].1);
    }
    Ok(wanted)
}
