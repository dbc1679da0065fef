//! The work of a run: windows with a known base, variants or reads, and where on the contigs they lie.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    genome::{Contigs, Interval},
    output::names,
    read::{self, Format, Input, cram::containers::Containers, offsets::Offsets, raw::Framing, regions::Regions},
    shards::territory::Piece,
};

/// The work of a run.
pub(super) struct Work {
    /// The command that runs it.
    pub(super) command: &'static str,
    /// What is counted: windows, variants or reads.
    pub(super) unit: &'static str,
    /// The contigs, in the order of the records.
    pub(super) contigs: Contigs,
    /// Their names in the input, which contig aliases may change.
    pub(super) names: Vec<String>,
    /// Cuts lie on multiples of this; positions of [`Spread`] are in such steps.
    pub(super) step: u64,
    /// Where the cost lies: shards have equal parts of it.
    pub(super) cost: Spread,
    /// Where the units lie.
    pub(super) counts: Spread,
    /// Number of units, with those that have no position.
    pub(super) total: u64,
    /// Units without a position: all belong to the last shard.
    pub(super) unplaced: u64,
    /// Every shard reads the whole file, because it has no index.
    pub(super) through: bool,
    /// Where the counts come from: the file itself, or its index.
    pub(super) counted: PathBuf,
    /// Whether the input is compressed.
    pub(super) is_compressed: bool,
    /// Where records can be drawn from.
    pub(super) places: Places,
    /// What the run is limited to.
    pub(super) regions: Option<Regions>,
}

/// Where a sample can be drawn from.
pub(super) enum Places {
    /// Regions of a FASTA file.
    Windows,
    /// Offsets in a file of such records; contigs have other numbers in the index.
    Offsets { framing: Framing, offsets: Offsets, numbers: HashMap<usize, usize> },
    /// Records of a file that is read from its beginning, by their number.
    Numbers(Framing),
    /// Containers of CRAM.
    Containers(Containers),
}

/// Something that is spread over contigs.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread {
    /// In order, without overlaps.
    pub(super) pieces: Vec<Piece>,
}

/// A weight of 1 for each step, so that small weights are not rounded away.
pub(super) const SCALE: f64 = (1u64 << 40) as f64;

impl Spread {
    /// Adds an amount, evenly over a stretch of a contig.
    pub(super) fn add(&mut self, contig: usize, (first, last): (u64, u64), amount: f64) {
        if amount > 0.0 && first < last {
            let weight = ((amount * SCALE / (last - first) as f64).round() as u64).max(1);
            self.pieces.push(Piece { contig, first, last, weight });
        }
    }

    /// All of it.
    pub(super) fn sum(&self) -> u128 {
        self.pieces.iter().map(|piece| u128::from(piece.last - piece.first) * u128::from(piece.weight)).sum()
    }

    /// The part that begins in an interval of a contig.
    pub(super) fn within(&self, contig: usize, interval: Interval, step: u64) -> u128 {
        let (from, to) = (interval.start.div_ceil(step), interval.end.div_ceil(step));
        let first = self.pieces.partition_point(|piece| (piece.contig, piece.last) <= (contig, from));
        self.pieces[first..]
            .iter()
            .take_while(|piece| piece.contig == contig && piece.first < to)
            .map(|piece| u128::from(piece.last.min(to) - piece.first.max(from)) * u128::from(piece.weight))
            .sum()
    }

    /// Contig and step where a share of it, from 0 to 1, has passed.
    pub(super) fn at(&self, share: f64) -> Option<(usize, u64)> {
        let mut left = (self.sum() as f64 * share) as u128;
        for piece in &self.pieces {
            let size = u128::from(piece.last - piece.first) * u128::from(piece.weight);
            if left < size {
                return Some((piece.contig, piece.first + (left / u128::from(piece.weight)) as u64));
            }
            left -= size;
        }
        None
    }

    /// What lies in regions.
    pub(super) fn clipped(&self, names: &[String], step: u64, regions: &Regions) -> Self {
        let mut clipped = Self::default();
        for piece in &self.pieces {
            let mut from = piece.first;
            for interval in regions.of(&names[piece.contig]) {
                let (first, last) = (from.max(interval.start / step), piece.last.min(interval.end.div_ceil(step)));
                if first < last {
                    clipped.pieces.push(Piece { first, last, ..*piece });
                    from = last;
                }
            }
        }
        clipped
    }
}

/// Opens the input; standard input and pipes are refused, because every shard reads the input again.
pub(crate) fn open(path: &Path) -> Result<Input> {
    if path == Path::new("-") || (path.exists() && !path.is_file() && !path.is_dir()) {
        return Err(Error::usage("a plan needs a file: every shard reads it again"));
    }
    let input = read::open_even_empty(path)?;
    // A file without reads is cut into shards without reads.
    match names::Named::of(path) {
        Some((names::Named::Fastq, _)) => input.empty_is(Format::Fastq, &[]),
        _ => Ok(input),
    }
}

/// The command for an input, by its format.
pub(crate) fn command_of(input: &Input) -> Result<&'static str> {
    match input.format {
        // An empty file is FASTA without contigs.
        Format::Fasta | Format::Empty => Ok("scan"),
        Format::Vcf | Format::Bcf => Ok("variants"),
        Format::Bam | Format::Cram | Format::Sam | Format::Fastq => Ok("reads"),
        Format::Unknown => Err(input.unknown("FASTA, variants or reads")),
    }
}

impl Work {
    /// Cost of what has no position: as much for each unit as for the others.
    pub(super) fn unplaced_cost(&self) -> u128 {
        match self.total - self.unplaced {
            // Nothing else.
            0 => u128::from(self.unplaced),
            placed => (self.cost.sum() as f64 / placed as f64 * self.unplaced as f64) as u128,
        }
    }
}
