//! Intervals as queries: each has one window.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    counts::InputCounts,
    error::{Error, Result},
    genome::{Interval, sequence::known_count},
    pipeline::{Feed, Located},
    progress::Total,
    read::{Input, bed, reference::Reference},
    session::{ReadSummary, Source},
    shards::territory::{RECORDS, Territory, Watch},
    skip::Skip,
    tokenize::Encoder,
    window::Grid,
};

/// An interval on its way through the pipeline.
pub(super) struct Centre {
    /// Its contig.
    pub contig: Arc<str>,
    /// As the BED file has it.
    pub interval: Interval,
}

impl Located for Centre {
    fn place(&self) -> String {
        self.interval.show(&self.contig)
    }
}

/// The intervals of a BED file.
pub(super) struct Intervals {
    pub input: Input,
    pub reference: Reference,
    pub grid: Grid,
    pub encoder: Option<Arc<Encoder>>,
    pub territory: Option<Territory>,
}

impl Source for Intervals {
    type Query = Centre;

    fn total(&mut self) -> Total {
        Total::of(if self.territory.is_none() { self.input.share() } else { None })
    }

    fn read(self, mut done: u64, feed: &mut Feed<'_, Centre>) -> Result<ReadSummary> {
        let Self { input, mut reference, grid, encoder, territory } = self;
        let (place, report, fasta) = (input.place(), input.report(), reference.place());
        let (mut counts, mut watch, mut number) = (InputCounts::default(), Watch::default(), 0u64);
        let (mut used, mut row) = (BTreeSet::new(), Vec::new());
        bed::each(input, |feature, line| {
            number += 1;
            if let Some(own) = &territory
                && !watch.own(own, Some((RECORDS, number - 1)), &place)?
            {
                return Ok(());
            }
            counts.records_in += 1;
            counts.queries += 1;
            let (contig, interval, place) = (feature.contig(), feature.interval, format!("{place}, line {line}"));
            let len = reference.contigs().require(contig, &place, &fasta)?.len;
            if interval.end > len {
                return Err(Error::input(place, format!("{} ends past the contig in {fasta}", interval.show(contig))));
            }
            let id = reference.contigs().id(contig).unwrap_or_default();
            used.insert(id);
            row.clear();
            let admitted = cut(&mut reference, id, len, grid, interval, &mut row)?
                .and_then(|()| encoder.as_deref().map_or(Ok(()), |encoder| encoder.admit(&row)));
            counts.bases += row.len() as u64;
            if done > 0 {
                done -= 1;
                return Ok(());
            }
            feed.query(Centre { contig: contig.into(), interval }, |rows| admitted.map(|()| rows.push(&row)))
        })?;
        let contigs = used.into_iter().map(|id| reference.report(id)).collect::<Result<Vec<_>>>()?;
        Ok(ReadSummary { counts, inputs: vec![report()], contigs })
    }
}

/// Appends the window whose core has the middle of the interval in its middle, or says why it is not scored.
fn cut(
    reference: &mut Reference,
    contig: usize,
    len: u64,
    grid: Grid,
    interval: Interval,
    row: &mut Vec<u8>,
) -> Result<std::result::Result<(), Skip>> {
    if len < grid.min_span {
        return Ok(Err(Skip::TooShort));
    }
    let middle = interval.start + interval.len() / 2;
    let before = grid.left + grid.core / 2;
    let start = middle.saturating_sub(before);
    let window = Interval::new(start, (middle + grid.span - before).min(len));
    let mut bases = Vec::new();
    reference.fetch(contig, window, &mut bases)?;
    grid.fill(before.saturating_sub(middle) as usize, &bases, row);
    if let Some(bin) = grid.bin {
        // Bins without a known base are not scored.
        let at = (grid.left + central_bin(grid, bin) * bin) as usize;
        if known_count(&row[at..at + bin as usize]) == 0 {
            return Ok(Err(Skip::UnknownBases));
        }
    }
    Ok(grid.admit(row))
}

/// The bin of a core that has its middle.
pub(super) fn central_bin(grid: Grid, bin: u64) -> u64 {
    grid.core / 2 / bin
}
