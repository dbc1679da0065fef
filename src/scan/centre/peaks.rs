//! The intervals of a BED file, and the windows that are centred on them.

use std::{path::Path, sync::Arc};

use crate::{
    counts::InputCounts,
    error::{Error, Result},
    genome::{Contigs, Interval, sequence::known_count},
    pipeline::{Feed, Located},
    progress::Total,
    read::{
        self, InputReport,
        bed::{self, Feature},
        fasta::ContigReport,
        reference::Reference,
    },
    session::{self, ReadSummary},
    shards::territory::{RECORDS, Side, Territory},
    skip::Skip,
    tokenize::Encoder,
    window::Grid,
};

/// An interval, and the core of the window that is centred on it.
#[derive(Clone)]
pub(super) struct Peak {
    /// Number of its contig in the FASTA.
    id: usize,
    /// Its contig.
    pub contig: Arc<str>,
    /// Length of the contig.
    pub len: u64,
    /// The interval.
    pub interval: Interval,
    /// Its name.
    pub name: String,
    /// Its score, as it is written.
    pub score: String,
    /// First base of the core; below 0 where it leaves the contig.
    pub core: i64,
    /// Bases of the core.
    pub width: u64,
    /// Whether each bin of a track has a known base.
    pub known: Vec<bool>,
}

impl Located for Peak {
    fn place(&self) -> String {
        self.interval.show(&self.contig)
    }
}

/// The middle of an interval, or the summit of a line of narrowPeak (its tenth column, from the start; -1: none).
fn centre(feature: &Feature<'_>) -> u64 {
    let Interval { start, end } = feature.interval;
    let summit = feature.columns.get(9).filter(|_| feature.columns.len() == 10);
    match summit.and_then(|summit| summit.parse::<u64>().ok()) {
        Some(offset) => start.saturating_add(offset),
        None => start + (end - start) / 2,
    }
}

/// Reads the intervals, in the order of the file, for cores of `core` bases.
pub(super) fn read_peaks(bed: &Path, contigs: &Contigs, fasta: &str, core: u64) -> Result<(Vec<Peak>, InputReport)> {
    let input = read::open_even_empty(bed)?;
    let (place, report) = (input.place(), input.report());
    let mut peaks = Vec::new();
    bed::each(input, |feature, line| {
        let contig = contigs.require(feature.contig(), &place, fasta)?;
        let wrong = |problem: String| Error::input(format!("{place}, line {line}"), problem);
        if feature.interval.end > contig.len {
            return Err(wrong(format!("the interval ends after {}, which has {} bases", contig.name, contig.len)));
        }
        let centre = centre(feature);
        if centre >= contig.len.max(1) {
            return Err(wrong(format!("the summit lies after {}, which has {} bases", contig.name, contig.len)));
        }
        let text = |column: usize| match feature.columns.get(column) {
            None | Some(&"") => ".".to_string(),
            Some(text) => (*text).to_string(),
        };
        peaks.push(Peak {
            id: contigs.id(&contig.name).unwrap_or_default(),
            contig: contig.name.as_str().into(),
            len: contig.len,
            interval: feature.interval,
            name: text(3),
            score: text(4),
            // METHOD: the summit is at base core / 2 of the core, as in the programs of BPNet and ChromBPNet.
            core: centre as i64 - (core / 2) as i64,
            width: core,
            known: Vec::new(),
        });
        Ok(())
    })?;
    Ok((peaks, report()))
}

/// The intervals, as a source of the pipeline.
pub(super) struct Peaks {
    pub peaks: Vec<Peak>,
    pub report: InputReport,
    pub reference: Reference,
    pub grid: Grid,
    pub encoder: Option<Arc<Encoder>>,
    pub territory: Option<Territory>,
}

impl Peaks {
    /// The bases of the window: N past the contig's ends, where rows have one length.
    fn row(&mut self, peak: &Peak) -> Result<Vec<u8>> {
        let first = peak.core - self.grid.left as i64;
        let last = first + self.grid.span as i64;
        let inside = Interval::new(first.clamp(0, peak.len as i64) as u64, last.clamp(0, peak.len as i64) as u64);
        let mut row = Vec::with_capacity(self.grid.span as usize);
        if self.grid.fill {
            row.resize((inside.start as i64 - first) as usize, b'N');
        }
        self.reference.fetch(peak.id, inside, &mut row)?;
        if self.grid.fill {
            row.resize(self.grid.span as usize, b'N');
        }
        Ok(row)
    }

    fn admit(&self, peak: &Peak, row: &[u8]) -> std::result::Result<(), Skip> {
        if peak.len < self.grid.min_span || (!self.grid.fill && (row.len() as u64) < self.grid.min_span) {
            return Err(Skip::TooShort);
        }
        self.grid.admit(row)?;
        self.encoder.as_ref().map_or(Ok(()), |encoder| encoder.admit(row))
    }
}

impl session::Source for Peaks {
    type Query = Peak;

    fn total(&mut self) -> Total {
        match self.territory {
            Some(_) => Total::Unknown,
            None => Total::Queries(self.peaks.len() as u64),
        }
    }

    fn read(mut self, done: u64, feed: &mut Feed<'_, Peak>) -> Result<ReadSummary> {
        let (mut counts, mut contigs) = (InputCounts::default(), Vec::<ContigReport>::new());
        for (number, mut peak) in std::mem::take(&mut self.peaks).into_iter().enumerate() {
            let own = self
                .territory
                .as_ref()
                .is_none_or(|own| own.side(Some((RECORDS, number as u64))) == Some(Side::Inside));
            if !own {
                continue;
            }
            counts.records_in += 1;
            counts.queries += 1;
            if contigs.iter().all(|contig| contig.name != *peak.contig) {
                contigs.push(ContigReport { name: peak.contig.to_string(), length: peak.len, md5: None });
            }
            let row = self.row(&peak)?;
            counts.bases += row.len() as u64;
            if counts.queries <= done {
                continue;
            }
            if let Some(bin) = self.grid.bin {
                let core = row.iter().skip(self.grid.left as usize).take(self.grid.core as usize).copied();
                let core: Vec<u8> = core.collect();
                peak.known = core.chunks(bin as usize).map(|bases| known_count(bases) > 0).collect();
            }
            match self.admit(&peak, &row) {
                Err(reason) => feed.skip(peak, reason)?,
                Ok(()) => feed.query(peak, |rows| {
                    rows.push(&row);
                    Ok(())
                })?,
            }
        }
        Ok(ReadSummary { counts, inputs: vec![self.report], contigs })
    }
}
