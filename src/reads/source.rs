//! Reads as queries: every read is filtered, oriented and cut into windows.

use std::sync::Arc;

use noodles::sam::alignment::{RecordBuf, record::Flags};

use super::{
    read::{Piece, Read, Window},
    settings::{Filters, Orient, ReadsFormat, Settings},
    table::first_base,
};
use crate::{
    counts::InputCounts,
    error::{Error, Result},
    genome::sequence::{reverse_complement_into, unknown_runs},
    pipeline::Feed,
    progress::Total,
    read::{
        alignments::Alignments,
        part::{Own, Part},
        regions::Regions,
    },
    session::{ReadSummary, Source},
    shards::territory::{RECORDS, Territory, Watch},
    skip::Skip,
    tokenize::Encoder,
    window::Grid,
};

/// The reads of a file.
pub(super) struct Reads<'a> {
    alignments: Alignments,
    regions: Option<&'a Regions>,
    territory: Option<Territory>,
    filters: Filters,
    cutter: Cutter,
}

impl<'a> Reads<'a> {
    /// The reads of `alignments` that are in the regions and in the territory.
    pub(super) fn new(
        settings: &Settings,
        alignments: Alignments,
        grid: Option<Grid>,
        encoder: Option<Arc<Encoder>>,
        territory: Option<Territory>,
        regions: Option<&'a Regions>,
    ) -> Self {
        let cutter = Cutter {
            grid,
            encoder,
            orient: settings.orient,
            keeps_bases: settings.format == ReadsFormat::Bam,
            each_window: settings.each_window,
            bases: Vec::new(),
            row: Vec::new(),
        };
        Self { alignments, regions, territory, filters: settings.filters, cutter }
    }
}

impl Filters {
    /// Whether a read is wanted. A missing mapping quality (255) passes, as in samtools.
    fn accept(&self, flags: Flags, quality: u8) -> bool {
        quality >= self.min_mapq && !flags.intersects(self.exclude) && flags.contains(self.require)
    }
}

impl Source for Reads<'_> {
    type Query = Piece;

    fn total(&mut self) -> Total {
        // The share of the file that was read says nothing about a part of it.
        let whole = self.territory.is_none() && self.regions.is_none();
        Total::of(if whole { self.alignments.share() } else { None })
    }

    fn read(self, mut done: u64, feed: &mut Feed<'_, Piece>) -> Result<ReadSummary> {
        let Self { alignments, regions, territory, filters, mut cutter } = self;
        let (file, header) = (alignments.place(), alignments.header.for_decoding());
        let numbered = !alignments.is_sorted();
        let (mut counts, mut watch, mut number) = (InputCounts::default(), Watch::default(), 0u64);
        let own = territory.as_ref().filter(|_| !numbered).map(|own| -> Own<'_> {
            Box::new(|name| {
                own.owned(name).ok_or_else(|| Error::Internal(format!("contig {name} is not in the header")))
            })
        });
        let owns_unplaced = territory.as_ref().is_some_and(Territory::is_last);
        let part = Part { own, owns_unplaced, regions, ..Part::default() };
        let report = alignments.read(&part, |record| {
            if let Some(own) = &territory {
                let place = if numbered { Some((RECORDS, number)) } else { first_base(&header, &record) };
                number += 1;
                if !watch.own(own, place, &file)? {
                    return Ok(());
                }
            }
            counts.records_in += 1;
            if !filters.accept(record.flags(), record.mapping_quality().map_or(255, u8::from)) {
                counts.filtered += 1;
                return Ok(());
            }
            counts.queries += 1;
            counts.bases += record.sequence().len() as u64;
            if done > 0 {
                done -= 1;
                return Ok(());
            }
            cutter.feed(record, feed)
        })?;
        Ok(ReadSummary { counts, inputs: vec![report()], contigs: Vec::new() })
    }
}

/// Cuts reads into windows.
struct Cutter {
    grid: Option<Grid>,
    encoder: Option<Arc<Encoder>>,
    orient: Orient,
    /// The writer needs the bases and qualities of the record.
    keeps_bases: bool,
    /// Windows that are not run are written too.
    each_window: bool,
    /// The bases of the read in work, as the model reads them.
    bases: Vec<u8>,
    /// A window of them.
    row: Vec<u8>,
}

impl Cutter {
    /// Takes the bases of a record, in the orientation that the model reads. Whether they were reverse-complemented.
    fn take_bases(&mut self, record: &mut RecordBuf, feed: &mut Feed<'_, Piece>) -> bool {
        let reversed = self.orient == Orient::Read && record.flags().is_reverse_complemented();
        let bases = &mut self.bases;
        bases.clear();
        if reversed {
            reverse_complement_into(record.sequence().as_ref(), bases);
        } else if self.keeps_bases {
            bases.extend_from_slice(record.sequence().as_ref());
        } else {
            *bases = std::mem::take(record.sequence_mut()).into();
        }
        // `=` stands for the base of the reference, which is not known here.
        bases.iter_mut().filter(|base| **base == b'=').for_each(|base| *base = b'N');
        if self.keeps_bases {
            feed.holds(2 * bases.len());
        } else {
            *record.sequence_mut() = Vec::new().into();
            *record.quality_scores_mut() = Vec::new().into();
        }
        reversed
    }

    /// Feeds a read, or the reason why it is not scored.
    fn feed(&mut self, mut record: RecordBuf, feed: &mut Feed<'_, Piece>) -> Result<()> {
        let reversed = self.take_bases(&mut record, feed);
        let len = self.bases.len() as u64;
        let read = |record, windows| Read { record, len, windows, reversed };
        if self.bases.is_empty() {
            return feed.skip(Piece::whole(read(record, 0), Vec::new()), Skip::NoSequence);
        }
        let Some(grid) = self.grid else {
            let windows = vec![Window { start: 0, unknown: Vec::new(), run: Ok(()) }];
            return feed.query(Piece::whole(read(record, 1), windows), |rows| {
                rows.push(&self.bases);
                Ok(())
            });
        };
        if len < grid.min_span {
            return feed.skip(Piece::whole(read(record, 0), Vec::new()), Skip::TooShort);
        }
        let admitted = self.admit(grid);
        let count = admitted.iter().filter(|run| run.is_ok()).count() as u64;
        if count == 0 {
            let why = admitted.into_iter().find_map(Result::err).unwrap_or(Skip::UnknownBases);
            return feed.skip(Piece::whole(read(record, 0), Vec::new()), why);
        }
        self.feed_pieces(grid, Arc::new(read(record, count)), admitted, feed)
    }

    /// Whether each window of the read is run. Windows with too many unknown bases or tokens are left out; a read without any other is
    /// skipped.
    fn admit(&mut self, grid: Grid) -> Vec<Result<(), Skip>> {
        let Self { bases, row, encoder, .. } = self;
        grid.on_read(bases.len() as u64)
            .map(|start| {
                row.clear();
                grid.fill_from_read(bases, start, row);
                grid.admit(row).and_then(|()| encoder.as_deref().map_or(Ok(()), |encoder| encoder.admit(row)))
            })
            .collect()
    }

    /// Feeds the windows of a read, in pieces that fit into a batch.
    fn feed_pieces(
        &self,
        grid: Grid,
        read: Arc<Read>,
        admitted: Vec<Result<(), Skip>>,
        feed: &mut Feed<'_, Piece>,
    ) -> Result<()> {
        let (bases, most) = (&self.bases, feed.rows_of(grid.span));
        let mut push = |read: Arc<Read>, first: bool, last: bool, windows: Vec<Window>| {
            let starts: Vec<u64> = windows.iter().filter(|w| w.run.is_ok()).map(|w| w.start).collect();
            feed.query(Piece { read, first, last, windows }, |rows| {
                for start in starts {
                    rows.push_with(|row| grid.fill_from_read(bases, start, row));
                }
                Ok(())
            })
        };
        let (mut first, mut windows) = (true, Vec::new());
        for (start, run) in grid.on_read(read.len).zip(admitted) {
            if run.is_err() && !self.each_window {
                continue;
            }
            if windows.len() == most {
                push(Arc::clone(&read), first, false, std::mem::take(&mut windows))?;
                first = false;
            }
            let core = &bases[start as usize..(start + grid.core).min(read.len) as usize];
            let unknown = if grid.bin.is_some() { unknown_runs(core, start) } else { Vec::new() };
            windows.push(Window { start, unknown, run });
        }
        push(read, first, true, windows)
    }
}
