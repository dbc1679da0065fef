//! Drawing a sample: stretches of neighbouring records, or of windows, evenly from all over the work.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write as _},
    path::Path,
};

use noodles::{bam, bgzf, sam::alignment::io::Write as _};

use super::{
    settings::PlanSettings,
    work::{Places, Work},
};
use crate::{
    error::{Error, Result},
    genome::{Contig, Interval},
    output::{bam::header_bytes, manifest},
    read::{
        self,
        alignments::Alignments,
        cram::containers::{Container, Containers},
        offsets::Offsets,
        part::Part,
        raw::{ContigOf, Framing, RawRecords},
        source::Source,
    },
};

/// Stretches that are drawn. Neighbours share work (windows of a reference, stretches of genes), so it is not single records.
pub(super) const STRETCHES: u64 = 24;

/// Records of a stretch at most, and their bytes.
const RECORDS: usize = 8192;
const BYTES: usize = 2 << 20;

/// Records that are passed over at most, from the place that an index shows to the one that is wanted.
const PASSED: usize = 20_000;

/// Containers of CRAM that are decoded: they have thousands of reads each.
const CONTAINERS: u64 = 8;

/// What a sample is made of.
pub(super) enum Drawn {
    /// Regions of the input: contig, first and last window.
    Windows(Vec<(usize, u64, u64)>),
    /// Records.
    Records(Records),
}

/// Records that were drawn.
pub(super) struct Records {
    framing: Framing,
    header: Vec<u8>,
    /// The records of each stretch.
    stretches: Vec<Vec<Vec<u8>>>,
    /// Processor time of decoding a read, in seconds, where the sample is in a format that needs none of it.
    pub(super) decoding: f64,
}

/// Draws from the work.
pub(super) fn draw(settings: &PlanSettings, work: &Work, folder: &Path) -> Result<Drawn> {
    let placed = work.total - work.unplaced;
    let targets: Vec<(usize, u64)> = (0..STRETCHES.min(placed))
        .filter_map(|k| work.counts.at((k as f64 + 0.5) / STRETCHES.min(placed) as f64))
        .collect();
    Ok(match &work.places {
        Places::Windows => Drawn::Windows(windows(work, &targets)),
        Places::Offsets { framing, offsets, numbers } => {
            Drawn::Records(by_offset(settings, work, *framing, (offsets, numbers), &targets)?)
        }
        Places::Numbers(framing) => Drawn::Records(by_number(settings, work, *framing)?),
        Places::Containers(containers) => Drawn::Records(by_container(settings, work, containers, folder)?),
    })
}

/// From each place to the next one, or to where nothing is known.
fn windows(work: &Work, targets: &[(usize, u64)]) -> Vec<(usize, u64, u64)> {
    let ends = targets.iter().skip(1).copied().chain([(usize::MAX, 0)]);
    let piece_at = |(contig, window): (usize, u64)| {
        let at = work.counts.pieces.partition_point(|piece| (piece.contig, piece.last) <= (contig, window));
        work.counts.pieces.get(at)
    };
    let stretch = |(&(contig, first), next): (&(usize, u64), (usize, u64))| {
        let last = piece_at((contig, first)).map_or(first + 1, |piece| piece.last);
        (contig, first, if next.0 == contig { last.min(next.1) } else { last }.max(first + 1))
    };
    targets.iter().zip(ends).map(stretch).collect()
}

/// Number of a record's contig in the work, and its position.
struct Finder<'a> {
    work: &'a Work,
    framing: Framing,
}

impl Finder<'_> {
    fn place(&self, record: &[u8]) -> Option<(usize, u64)> {
        let (contig, position) = self.framing.place(record)?;
        match contig {
            ContigOf::Number(number) => Some((number, position)),
            ContigOf::Name(name) => {
                Some((self.work.names.iter().position(|known| known.as_bytes() == name)?, position))
            }
        }
    }

    fn is_wanted(&self, record: &[u8]) -> bool {
        let Some(regions) = &self.work.regions else { return true };
        self.place(record).is_some_and(|(contig, position)| {
            let name = self.work.names.get(contig);
            name.is_some_and(|name| regions.overlaps(name, Interval::new(position, position + 1)))
        })
    }
}

fn by_offset(
    settings: &PlanSettings,
    work: &Work,
    framing: Framing,
    (offsets, numbers): (&Offsets, &HashMap<usize, usize>),
    targets: &[(usize, u64)],
) -> Result<Records> {
    let (_, header) = RawRecords::of(read::open(&settings.input)?, framing)?;
    let mut stretches = Vec::new();
    for (at, &(contig, position)) in targets.iter().enumerate() {
        let Some(&number) = numbers.get(&contig) else { continue };
        let Some(start) = offsets.before(number, position) else { continue };
        let is_there = |contig: ContigOf<'_>| match contig {
            ContigOf::Number(there) => there == number,
            ContigOf::Name(name) => offsets.contigs[number].name.as_ref().is_some_and(|own| own.as_bytes() == name),
        };
        let next = targets.get(at + 1).filter(|next| next.0 == contig).map_or(u64::MAX, |next| next.1);
        let mut records = RawRecords::at(&settings.input, framing, start)?;
        stretches.push(take(&mut records, |record, taken| {
            let Some((contig, position_there)) = framing.place(record) else { return Step::End };
            if !is_there(contig) || (position_there >= next && taken > 0) {
                Step::End
            } else if position_there < position {
                Step::Pass
            } else {
                Step::Take
            }
        })?);
    }
    if work.unplaced > 0
        && let Some(last) = offsets.end()
    {
        // As many as their share, in one stretch.
        let mut records = RawRecords::at(&settings.input, framing, last)?;
        let stretch = take(&mut records, |_, _| Step::Take)?;
        let share = (STRETCHES as f64 * work.unplaced as f64 / work.total as f64).ceil() as usize;
        let each = stretch.len().div_ceil(share.max(1)).max(1);
        stretches.extend(stretch.chunks(each).map(<[Vec<u8>]>::to_vec));
    }
    Ok(Records { framing, header, stretches, decoding: 0.0 })
}

/// What becomes of a record.
enum Step {
    Pass,
    Take,
    End,
}

/// Takes the records of a stretch.
fn take(records: &mut RawRecords, mut step: impl FnMut(&[u8], usize) -> Step) -> Result<Vec<Vec<u8>>> {
    let (mut taken, mut bytes, mut passed) = (Vec::new(), 0, 0);
    while taken.len() < RECORDS && bytes < BYTES && passed < PASSED {
        let Some(record) = records.next()? else { break };
        match step(&record, taken.len()) {
            Step::End => break,
            Step::Pass => passed += 1,
            Step::Take => {
                bytes += record.len();
                taken.push(record);
            }
        }
    }
    Ok(taken)
}

/// Reads the file a second time.
fn by_number(settings: &PlanSettings, work: &Work, framing: Framing) -> Result<Records> {
    let (mut records, header) = RawRecords::of(super::work::open(&settings.input)?, framing)?;
    let count = STRETCHES.min(work.total).max(1);
    let mut stretches = vec![Vec::new(); count as usize];
    let (mut number, mut bytes, finder) = (0u64, vec![0; count as usize], Finder { work, framing });
    while let Some(record) = records.next()? {
        if !finder.is_wanted(&record) {
            continue;
        }
        let stretch = ((number * count / work.total.max(1)) as usize).min(stretches.len() - 1);
        number += 1;
        if stretches[stretch].len() < RECORDS && bytes[stretch] < BYTES {
            bytes[stretch] += record.len();
            stretches[stretch].push(record);
        }
    }
    stretches.retain(|stretch| !stretch.is_empty());
    Ok(Records { framing, header, stretches, decoding: 0.0 })
}

/// Copies some containers into a CRAM file, decodes them, and keeps the reads as BAM.
fn by_container(settings: &PlanSettings, work: &Work, containers: &Containers, folder: &Path) -> Result<Records> {
    let finder = Finder { work, framing: Framing::Bam };
    let wanted = |container: &&Container| {
        work.regions.as_ref().is_none_or(|regions| {
            let name = usize::try_from(container.contig).ok().and_then(|id| work.names.get(id));
            let interval = Interval::new(container.start, container.start + container.span.max(1));
            name.is_some_and(|name| regions.overlaps(name, interval))
        })
    };
    let all: Vec<&Container> = containers.all.iter().filter(wanted).collect();
    let count = CONTAINERS.min(all.len() as u64);
    let chosen: Vec<&Container> =
        (0..count).map(|k| all[((2 * k + 1) * all.len() as u64 / (2 * count)) as usize]).collect();
    let path = folder.join("drawn.cram");
    copy(&settings.input, &path, containers, &chosen).map_err(|error| Error::read(&settings.input, &error))?;
    let alignments = Alignments::open(&path, settings.reference.as_deref())?;
    let header = alignments.header.for_decoding();
    let text = alignments.header.text_with_program("genogloss", &[]);
    let head = header_bytes(&text, alignments.contigs(), &alignments.place())?;
    let (mut reads, begun) = (Vec::new(), manifest::cpu_seconds());
    let failed = |error: io::Error| Error::write(path.display(), &error);
    let _ = alignments.read(&Part::default(), |record| {
        reads.push(record);
        Ok(())
    })?;
    let decoding = manifest::cpu_seconds().zip(begun).map_or(0.0, |(now, begun)| now - begun);
    let decoding = decoding / reads.len().max(1) as f64;
    // Each container gives its share of the stretches, from its beginning on.
    let (mut stretches, mut from) = (Vec::new(), 0);
    let each = STRETCHES.div_ceil(count.max(1));
    for container in chosen {
        let own = &reads[from..(from + container.reads as usize).min(reads.len())];
        from += own.len();
        for stretch in own.chunks(own.len().div_ceil(each as usize).max(1)) {
            let mut records = Vec::new();
            for read in stretch.iter().take(RECORDS) {
                let mut writer = bam::io::Writer::from(Vec::new());
                writer.write_alignment_record(&header, read).map_err(failed)?;
                let record = writer.into_inner();
                if finder.is_wanted(&record) {
                    records.push(record);
                }
            }
            stretches.push(records);
        }
    }
    Ok(Records { framing: Framing::Bam, header: head, stretches, decoding })
}

/// A CRAM file of some of the containers of another.
fn copy(from: &Path, to: &Path, containers: &Containers, chosen: &[&Container]) -> io::Result<()> {
    let (mut from, mut to) = (Source::open(from)?, BufWriter::new(File::create(to)?));
    let parts = chosen.iter().map(|container| (container.offset, container.length));
    for (offset, length) in [(0, containers.head)].into_iter().chain(parts).chain(containers.end) {
        from.seek(SeekFrom::Start(offset))?;
        if io::copy(&mut (&mut from).take(length), &mut to)? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    to.flush()
}

/// Which of the drawn are used: the first of every stretch, or of every so many stretches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    /// Records, or windows, of a stretch.
    pub(super) each: usize,
    /// Every so many stretches one is used.
    pub(super) every: usize,
}

impl Drawn {
    /// How many records or windows there are of a size.
    pub(super) fn count(&self, size: Size) -> u64 {
        match self {
            Self::Windows(all) => {
                all.iter().step_by(size.every).map(|(_, first, last)| (last - first).min(size.each as u64)).sum()
            }
            Self::Records(records) => {
                let stretches = records.stretches.iter().step_by(size.every);
                stretches.map(|stretch| stretch.len().min(size.each) as u64).sum()
            }
        }
    }

    /// Name of the sample's file, which has the ending of its format.
    pub(super) fn name(&self, work: &Work) -> &'static str {
        match self {
            Self::Windows(_) => "sample.regions.bed",
            Self::Records(records) => match records.framing {
                Framing::Vcf if work.is_compressed => "sample.vcf.gz",
                Framing::Vcf => "sample.vcf",
                Framing::Bcf => "sample.bcf",
                Framing::Bam => "sample.bam",
                Framing::Sam => "sample.sam",
                Framing::Fastq if work.is_compressed => "sample.fq.gz",
                Framing::Fastq => "sample.fq",
                Framing::Fasta => "sample.fa",
            },
        }
    }

    /// Writes a sample of a size.
    pub(super) fn write(&self, work: &Work, size: Size, path: &Path) -> Result<()> {
        let failed = |error: io::Error| Error::write(path.display(), &error);
        let file = BufWriter::new(File::create(path).map_err(failed)?);
        match self {
            Self::Windows(all) => {
                let contigs: Vec<&Contig> = work.contigs.iter().collect();
                let mut file = file;
                for (contig, first, last) in all.iter().step_by(size.every) {
                    let last = (*last).min(first + size.each as u64);
                    let Contig { name, len } = contigs[*contig];
                    let end = (last * work.step).min(*len);
                    writeln!(file, "{name}\t{}\t{end}", first * work.step).map_err(failed)?;
                }
                file.flush().map_err(failed)
            }
            Self::Records(records) => {
                let parts = records.stretches.iter().step_by(size.every).flat_map(|all| all.iter().take(size.each));
                let mut parts = std::iter::once(&records.header).chain(parts);
                if work.is_compressed || !records.framing.is_text() {
                    let mut writer = bgzf::io::Writer::new(file);
                    parts.try_for_each(|part| writer.write_all(part)).map_err(failed)?;
                    writer.finish().and_then(|mut file| file.flush()).map_err(failed)
                } else {
                    let mut writer = file;
                    parts.try_for_each(|part| writer.write_all(part)).map_err(failed)?;
                    writer.flush().map_err(failed)
                }
            }
        }
    }
}
