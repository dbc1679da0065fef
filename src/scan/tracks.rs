//! Tracks of a scan: a bigWig file for each of the chosen scores.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use crate::{
    error::{Error, Result},
    genome::{Contigs, Interval},
    model::Form,
    output::{Sealed, bigwig::BigWig},
    read::regions::Regions,
    session::{Session, stored::is_plain_name},
};

/// bigWig files, each with the number of its column.
#[derive(Default)]
pub(super) struct Tracks(Vec<(usize, BigWig)>);

impl Tracks {
    /// One bigWig file for each of the columns, under a temporary name; a resumed run continues its values.
    pub(super) fn create(
        folder: &Path,
        contigs: &Contigs,
        form: &Form,
        columns: &[usize],
        session: &Session,
    ) -> Result<Self> {
        let track = |&column: &usize| {
            let name = format!("{}.bw", form.columns[column].name);
            if !is_plain_name(&name) {
                return Err(Error::usage(format!("--bigwig: the score {name:?} cannot be the name of a file"))
                    .with_hint("rename the label in the model's card, or write another format"));
            }
            let resume = session.track_bytes(&name);
            Ok((column, BigWig::create(&folder.join(name), contigs, form.columns[column].digits, resume)?))
        };
        columns.iter().map(track).collect::<Result<_>>().map(Self)
    }

    /// Begins a contig.
    pub(super) fn begin(&mut self, contig: &Arc<str>) -> Result<()> {
        self.0.iter_mut().try_for_each(|(_, track)| track.begin(contig))
    }

    /// The scores of an interval, one for each column of the model.
    pub(super) fn push(&mut self, interval: Interval, scores: &[f32]) -> Result<()> {
        self.0.iter_mut().try_for_each(|(column, track)| track.push(interval, scores[*column]))
    }

    /// The scores of a window's bins, each column in bins of its own width. `bin` is the width of the rows of `scores`.
    pub(super) fn push_bins(
        &mut self,
        contig: &str,
        core: Interval,
        scores: &[f32],
        bin: u64,
        form: &Form,
        regions: Option<&Regions>,
    ) -> Result<()> {
        for (column, track) in &mut self.0 {
            let width = form.columns[*column].bin.unwrap_or(bin);
            let rows = scores.chunks_exact(form.columns.len()).step_by((width / bin) as usize);
            for (start, row) in (core.start..core.end).step_by(width as usize).zip(rows) {
                let interval = Interval::new(start, (start + width).min(core.end));
                if regions.is_none_or(|regions| regions.overlaps(contig, interval)) {
                    track.push(interval, row[*column])?;
                }
            }
        }
        Ok(())
    }

    /// Syncs the values. How many bytes of each track are complete, by file name.
    pub(super) fn checkpoint(&mut self) -> Result<BTreeMap<String, u64>> {
        let mut bytes = BTreeMap::new();
        for (_, track) in &mut self.0 {
            bytes.extend(track.checkpoint()?);
        }
        Ok(bytes)
    }

    /// Completes the files. The names of those that have values, and all files.
    pub(super) fn seal(self, mut sealed: Sealed) -> Result<(Vec<String>, Sealed)> {
        let mut names = Vec::new();
        for (_, track) in self.0 {
            let name = track.name();
            let (written, files) = track.seal()?;
            if written {
                names.push(name);
            }
            sealed = sealed.after(files);
        }
        Ok((names, sealed))
    }
}
