//! The work of a run: windows with a known base, variants or reads, by position.

use std::{collections::BTreeMap, path::Path};

use super::settings::PlanSettings;
use crate::{
    error::{Error, Result},
    exact::Task,
    genome::{Contigs, Interval, sequence::known_count},
    model::{card::Kind, registry},
    output::names,
    read::{
        self, Format, Input, alignments::Alignments, fasta, part::Part, reference::Reference, regions::Aliases,
        variants::Variants,
    },
    reads::first_base,
    shards::territory::{Piece, RECORDS},
    variants::contigs_to_cut,
};

/// Bases of a bin in which reads and variants are counted.
const BIN: u64 = 1024;

/// The work of a run: the contigs that are cut, what costs on them, and the words for it.
pub(super) struct Work {
    /// The command that runs it.
    pub(super) command: &'static str,
    /// What is counted: windows, variants or reads.
    pub(super) unit: &'static str,
    /// The contigs, in the order of the records.
    pub(super) contigs: Contigs,
    /// Cuts lie on multiples of this.
    pub(super) step: u64,
    /// Positions are in multiples of `step`; a weight counts units of work in units of 1 / `scale`.
    pub(super) pieces: Vec<Piece>,
    /// See `pieces`.
    pub(super) scale: u64,
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

impl Work {
    /// Reads the input from begin to end, and finds where its work lies.
    pub(super) fn read(settings: &PlanSettings, input: Input) -> Result<Self> {
        match input.format {
            // An empty file is FASTA without contigs.
            Format::Fasta | Format::Empty => windows(settings, input),
            Format::Vcf | Format::Bcf => {
                drop(input);
                variants(settings)
            }
            Format::Bam | Format::Cram | Format::Sam | Format::Fastq => {
                drop(input);
                reads(settings)
            }
            Format::Unknown => Err(input.unknown("FASTA, variants or reads")),
        }
    }

    /// Cost of the work that begins in an interval of a contig, in units of 1 / `scale`.
    pub(super) fn cost(&self, contig: usize, interval: Interval) -> u128 {
        let (from, to) = (interval.start.div_ceil(self.step), interval.end.div_ceil(self.step));
        let first = self.pieces.partition_point(|piece| (piece.contig, piece.last) <= (contig, from));
        self.pieces[first..]
            .iter()
            .take_while(|piece| piece.contig == contig && piece.first < to)
            .map(|piece| u128::from(piece.last.min(to) - piece.first.max(from)) * u128::from(piece.weight))
            .sum()
    }

    /// A cost in whole units.
    pub(super) fn units(&self, cost: u128) -> u64 {
        u64::try_from((cost + u128::from(self.scale) / 2) / u128::from(self.scale)).unwrap_or(u64::MAX)
    }
}

/// Bases between window starts.
fn step(settings: &PlanSettings) -> Result<u64> {
    if let Some(name) = settings.model.strip_prefix("exact:") {
        let task = Task::parse(name).map_err(|why| Error::usage(format!("-m {}: {why}", settings.model)))?;
        let window = settings.window.or(matches!(task, Task::GcContent).then_some(1000));
        return Ok(window.map_or(1, |window| settings.stride.unwrap_or(window)));
    }
    let card = registry::find(&settings.model, settings.models_dir.as_ref())?.card()?;
    if card.kind == Kind::Generate {
        return Err(Error::model(&card.name, "it answers prompts, not windows")
            .with_hint("genogloss ask --shard i/n needs no plan"));
    }
    if card.kind == Kind::Track && settings.stride.is_some_and(|stride| stride < card.window.core) {
        return Err(Error::usage("the stride of a track cannot be less than its core"));
    }
    Ok(settings.stride.unwrap_or(card.window.stride))
}

/// Windows with a known base in the step they begin with.
fn windows(settings: &PlanSettings, input: Input) -> Result<Work> {
    let step = step(settings)?;
    let (mut contigs, mut pieces) = (Contigs::default(), Vec::<Piece>::new());
    let (mut at, mut repeated) = (0u64, None);
    fasta::stream(input, |event| {
        match event {
            fasta::Event::Contig(_) => at = 0,
            fasta::Event::Bases(mut bases) => {
                while !bases.is_empty() {
                    let window = at / step;
                    let here = (((window + 1) * step - at) as usize).min(bases.len());
                    let (these, rest) = bases.split_at(here);
                    if known_count(these) > 0 {
                        let contig = contigs.count();
                        match pieces.last_mut() {
                            Some(piece) if piece.contig == contig && piece.last == window + 1 => {}
                            Some(piece) if piece.contig == contig && piece.last == window => piece.last += 1,
                            _ => pieces.push(Piece { contig, first: window, last: window + 1, weight: 1 }),
                        }
                    }
                    at += here as u64;
                    bases = rest;
                }
            }
            fasta::Event::End(contig) => {
                if !contigs.push(contig.name.clone(), contig.length) {
                    repeated = Some(contig.name);
                }
            }
        }
        Ok(())
    })?;
    if let Some(name) = repeated {
        return Err(Error::input(settings.input.display(), format!("contig \"{name}\" occurs twice")));
    }
    Ok(Work { command: "scan", unit: "windows", contigs, step, pieces, scale: 1 })
}

/// Counts by contig and bin; only bins that are not empty are kept.
#[derive(Default)]
struct Bins {
    counts: BTreeMap<(usize, u64), u64>,
    /// The last bin and its count: records of one bin follow one another.
    last: ((usize, u64), u64),
}

impl Bins {
    fn add(&mut self, contig: usize, position: u64) {
        let at = (contig, position / BIN);
        if self.last.0 != at {
            self.flush();
            self.last = (at, 0);
        }
        self.last.1 += 1;
    }

    fn flush(&mut self) {
        if self.last.1 > 0 {
            *self.counts.entry(self.last.0).or_default() += self.last.1;
        }
    }

    fn pieces(mut self, contigs: &Contigs) -> Vec<Piece> {
        self.flush();
        let mut lengths = contigs.iter().map(|contig| contig.len).enumerate().peekable();
        let mut pieces = Vec::with_capacity(self.counts.len());
        for ((contig, bin), count) in self.counts {
            while lengths.next_if(|(id, _)| *id < contig).is_some() {}
            let length = lengths.peek().map_or(0, |(_, length)| *length);
            let first = bin * BIN;
            let last = (first + BIN).min(length.max(first + 1));
            // The weight per base, so that the bin has its count, in units of 1 / BIN^2.
            pieces.push(Piece { contig, first, last, weight: (count * BIN * BIN / (last - first)).max(1) });
        }
        pieces
    }
}

fn variants(settings: &PlanSettings) -> Result<Work> {
    let reference = settings.reference.as_deref().ok_or_else(|| {
        Error::usage("variants are scored with their reference").with_hint("give it as for the run: -f genome.fa")
    })?;
    let reference = Reference::open(reference)?;
    let variants = Variants::open(&settings.input)?;
    let aliases = settings.contig_aliases.as_deref().map(Aliases::read).transpose()?.unwrap_or_default();
    let contigs = contigs_to_cut(&variants, &reference, &aliases);
    let mut bins = Bins::default();
    let place = variants.place().to_string();
    let _ = variants.read(|record| {
        let name = aliases.resolve(record.contig());
        let contig = contigs.require(name, &place, "the header")?;
        bins.add(contigs.id(name).unwrap_or_default(), record.position.min(contig.len));
        Ok(())
    })?;
    let pieces = bins.pieces(&contigs);
    Ok(Work { command: "variants", unit: "variants", contigs, step: 1, pieces, scale: BIN * BIN })
}

fn reads(settings: &PlanSettings) -> Result<Work> {
    let alignments = Alignments::open(&settings.input, settings.reference.as_deref())?;
    let (sorted, header, mut contigs) =
        (alignments.is_sorted(), alignments.header.for_decoding(), alignments.contigs().clone());
    let (mut bins, mut count) = (Bins::default(), 0);
    let _ = alignments.read(&Part::default(), |record| {
        count += 1;
        if sorted && let Some((contig, position)) = first_base(&header, &record) {
            let length = contigs.get(contig).map_or(0, |contig| contig.len);
            bins.add(contigs.id(contig).unwrap_or_default(), position.min(length));
        }
        Ok(())
    })?;
    if sorted {
        // Reads without a place belong to the last shard, whatever the cuts are.
        let pieces = bins.pieces(&contigs);
        return Ok(Work { command: "reads", unit: "reads", contigs, step: 1, pieces, scale: BIN * BIN });
    }
    contigs = Contigs::default();
    contigs.push(RECORDS, count);
    let pieces = vec![Piece { contig: 0, first: 0, last: count, weight: 1 }];
    Ok(Work { command: "reads", unit: "reads", contigs, step: 1, pieces, scale: 1 })
}
