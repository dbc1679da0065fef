//! Merging folders of bigWig tracks, track by track.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{merged::Merged, part::Part};
use crate::{
    error::{Error, Result, guard},
    genome::{Contig, Contigs, Interval},
    number::Digits,
    output::{Sealed, bigwig::BigWig},
    read::{self, bigwig},
};

/// A track of one part, and its file.
type PartTrack = (bigwig::Track, PathBuf);

/// Merges the tracks of all parts into a folder.
pub(crate) fn tracks(parts: &[Part], folder: &Path) -> Result<Merged> {
    let own = parts.iter().map(Part::tracks).collect::<Result<Vec<_>>>()?;
    let names: BTreeSet<&String> = own.iter().flatten().collect();
    fs::create_dir_all(folder).map_err(|error| Error::write(folder.display(), &error))?;
    let mut sealed = Sealed::default();
    for name in &names {
        let target = folder.join(name);
        check_target(&target)?;
        let mut tracks = Vec::new();
        for (part, own) in parts.iter().zip(&own) {
            if own.contains(name) {
                let path = part.path.join(name);
                tracks.push((read::bigwig::open(&path)?, path));
            }
        }
        sealed = sealed.after(track(&mut tracks, &target)?);
    }
    Ok(Merged { rows: parts.iter().map(Part::rows).sum(), sealed })
}

/// A link would be followed out of the folder.
fn check_target(target: &Path) -> Result<()> {
    if fs::symlink_metadata(target).is_ok_and(|about| about.is_symlink()) {
        return Err(Error::Output {
            place: target.display().to_string(),
            message: "is a link: tracks are only written into their folder".into(),
            hint: Some(format!("rm {}", target.display())),
            source: None,
        });
    }
    Ok(())
}

/// Merges one track.
fn track(tracks: &mut [PartTrack], target: &Path) -> Result<Sealed> {
    // A file lists only the contigs on which it has values.
    let mut contigs = Contigs::default();
    for chrom in tracks.iter().flat_map(|(reader, _)| reader.chroms()) {
        contigs.push(chrom.name.clone(), chrom.length.into());
    }
    // Values of the shards are rounded already.
    let mut merged = BigWig::create(target, &contigs, Digits::Significant, None)?;
    for contig in contigs.iter() {
        let mut begun = false;
        for track in &mut *tracks {
            copy(track, contig, &mut merged, &mut begun)?;
        }
    }
    Ok(merged.seal()?.1)
}

/// Copies the values of one contig; `begun`: the contig was begun in the merged track.
fn copy((reader, path): &mut PartTrack, contig: &Contig, merged: &mut BigWig, begun: &mut bool) -> Result<()> {
    let failed = |error: io::Error| Error::input(path.display(), error.to_string());
    let is_this = |name: &str, length: u32| name == contig.name && u64::from(length) == contig.len;
    if !reader.chroms().iter().any(|chrom| is_this(&chrom.name, chrom.length)) {
        return Ok(());
    }
    let values = guard(|| reader.get_interval(&contig.name, 0, contig.len as u32).map_err(io::Error::other));
    let mut values = values.map_err(failed)?;
    while let Some(value) = guard(|| values.next().transpose().map_err(io::Error::other)).transpose() {
        let value = value.map_err(failed)?;
        if !*begun {
            merged.begin(&Arc::from(contig.name.as_str()))?;
            *begun = true;
        }
        merged.push(Interval::new(value.start.into(), value.end.into()), value.value)?;
    }
    Ok(())
}
