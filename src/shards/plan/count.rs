//! Where records lie: by the index of their file, or by reading it once.

use std::collections::{BTreeMap, HashMap};

use super::{
    settings::PlanSettings,
    work::{Places, Spread, Work},
};
use crate::{
    error::{Error, Result},
    exact::Task,
    genome::{Contigs, sequence::known_count},
    model::{card::Kind as ModelKind, registry},
    read::{
        self, Compression, Format, Input,
        alignments::Alignments,
        cram::containers::{self, Container},
        fasta,
        offsets::Offsets,
        raw::{ContigOf, Framing, RawRecords, has_offsets},
        reference::Reference,
        regions::{Aliases, Regions},
        variants::Variants,
    },
    shards::territory::RECORDS,
    variants::contigs_to_cut,
};

/// Bases of a bin in which reads and variants are counted; of records without positions, records of a bin.
const BIN: u64 = 1024;

/// A file of so many bytes is read even if it has an index, which would show places only roughly.
const SMALL: u64 = 1 << 20;

/// Finds where the work lies: by the index of the input if it has one, else the input is read once.
pub(super) fn find(settings: &PlanSettings, input: Input) -> Result<Work> {
    let mut work = match settings.command {
        "scan" => windows(settings, input, step(settings)?)?,
        "variants" => variants(settings, input)?,
        _ => reads(settings, input)?,
    };
    let mut named = Contigs::default();
    for (name, contig) in work.names.iter().zip(work.contigs.iter()).filter(|(name, _)| *name != RECORDS) {
        named.push(name.as_str(), contig.len);
    }
    let named = (!named.is_empty()).then_some(named);
    let regions = Regions::read(&settings.region, settings.regions_file.as_deref(), named.as_ref())?;
    if let Some(regions) = regions {
        if named.is_none() && !work.contigs.is_empty() {
            return Err(Error::usage("--shard with -r or -R needs sorted reads").with_hint("samtools sort"));
        }
        named.as_ref().map_or(Ok(()), |named| regions.check(named, &read::place(&settings.input)))?;
        let all = work.counts.sum();
        work.cost = work.cost.clipped(&work.names, work.step, &regions);
        work.counts = work.counts.clipped(&work.names, work.step, &regions);
        let share = if all == 0 { 0.0 } else { work.counts.sum() as f64 / all as f64 };
        work.total = ((work.total - work.unplaced) as f64 * share).round() as u64;
        work.unplaced = 0;
        work.regions = Some(regions);
    }
    Ok(work)
}

/// Bases between window starts.
fn step(settings: &PlanSettings) -> Result<u64> {
    if let Some(name) = settings.model.strip_prefix("exact:") {
        let task = Task::parse(name).map_err(|why| Error::usage(format!("-m {}: {why}", settings.model)))?;
        let window = settings.window.or(matches!(task, Task::GcContent).then_some(1000));
        return Ok(window.map_or(1, |window| settings.stride.unwrap_or(window)));
    }
    let card = registry::find(&settings.model, settings.models_dir.as_ref())?.card()?;
    if card.kind == ModelKind::Generate {
        return Err(Error::model(&card.name, "it answers prompts, not windows")
            .with_hint("genogloss ask --shard i/n needs no plan"));
    }
    if card.is_track() && settings.stride.is_some_and(|stride| stride < card.window.core) {
        return Err(Error::usage("the stride of a track cannot be less than its core"));
    }
    Ok(settings.stride.unwrap_or(card.window.stride))
}

/// Windows with a known base in the step they begin with. A FASTA file has no index of them, and is read at the speed of memory.
pub(super) fn windows(settings: &PlanSettings, input: Input, step: u64) -> Result<Work> {
    let (mut contigs, mut runs) = (Contigs::default(), Vec::<(usize, u64, u64)>::new());
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
                        match runs.last_mut() {
                            Some((same, _, last)) if *same == contig && *last == window + 1 => {}
                            Some((same, _, last)) if *same == contig && *last == window => *last += 1,
                            _ => runs.push((contig, window, window + 1)),
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
    let (mut counts, mut total) = (Spread::default(), 0);
    for (contig, first, last) in runs {
        counts.add(contig, (first, last), (last - first) as f64);
        total += last - first;
    }
    Ok(Work {
        command: "scan",
        unit: "windows",
        names: names_of(&contigs),
        contigs,
        step,
        cost: counts.clone(),
        counts,
        total,
        unplaced: 0,
        through: false,
        counted: settings.input.clone(),
        is_compressed: false,
        places: Places::Windows,
        regions: None,
    })
}

pub(super) fn variants(settings: &PlanSettings, input: Input) -> Result<Work> {
    let reference = settings.reference.as_deref().ok_or_else(|| {
        Error::usage("variants are scored with their reference").with_hint("give it as for the run: -f genome.fa")
    })?;
    let reference = Reference::open(reference)?;
    let (indexable, is_compressed) = (has_offsets(&input), input.compression != Compression::None);
    let variants = Variants::of(input)?;
    let aliases = settings.contig_aliases.as_deref().map(Aliases::read).transpose()?.unwrap_or_default();
    let contigs = contigs_to_cut(&variants, &reference, &aliases);
    let framing = if variants.is_binary() { Framing::Bcf } else { Framing::Vcf };
    // The contig of a record, or of an index without names, by its number.
    let names: Vec<Option<String>> = match framing {
        Framing::Bcf => {
            let dictionary = variants.dictionary()?;
            (0..dictionary.contig_count()).map(|n| dictionary.contig_name(n).map(str::to_string)).collect()
        }
        _ => Vec::new(),
    };
    let id = |name: &str| contigs.id(aliases.resolve(name));
    let same = variants.contigs.count() == contigs.count();
    let own_names = names_of(if same { &variants.contigs } else { &contigs });
    let kind = Kind { command: "variants", unit: "variants", framing, is_compressed, names: own_names };
    let numbered = |number: usize| id(names.get(number)?.as_deref()?);
    let mut through = true;
    if indexable {
        let named = |number: usize, name: Option<&str>| name.map_or_else(|| numbered(number), &id);
        match by_index(settings, &kind, &contigs, &["csi", "tbi"], named)? {
            Indexed::Work(work) => return Ok(*work),
            Indexed::Rough => through = false,
            Indexed::No => {}
        }
    }
    drop(variants);
    let place = read::place(&settings.input);
    by_reading(settings, &kind, &contigs, through, |record| {
        let Some((contig, position)) = framing.place(record) else {
            return Err(Error::input(&place, "a line is not a variant"));
        };
        let found = match contig {
            ContigOf::Number(number) => numbered(number),
            ContigOf::Name(name) => id(&String::from_utf8_lossy(name)),
        };
        match (found, contig) {
            (Some(id), _) => Ok(Some((id, position, 1))),
            (None, ContigOf::Name(name)) => {
                let name = String::from_utf8_lossy(name).into_owned();
                contigs.require(&name, &place, "the header").map(|_| None)
            }
            (None, ContigOf::Number(number)) => {
                Err(Error::input(&place, format!("a record is on contig {number}, which the header does not have")))
            }
        }
    })
}

pub(super) fn reads(settings: &PlanSettings, input: Input) -> Result<Work> {
    let (format, indexable) = (input.format, has_offsets(&input));
    let is_compressed = input.compression != Compression::None;
    let alignments = Alignments::of(input, settings.reference.as_deref())?;
    let (sorted, contigs) = (alignments.is_sorted(), alignments.contigs().clone());
    drop(alignments);
    if format == Format::Cram {
        return by_containers(settings, contigs, sorted);
    }
    let framing = Framing::of(format).ok_or_else(|| Error::Internal("reads of an unknown format".into()))?;
    let kind = Kind { command: "reads", unit: "reads", framing, is_compressed, names: names_of(&contigs) };
    let mut through = true;
    if sorted && indexable {
        match by_index(settings, &kind, &contigs, &["csi", "bai"], |number, _| Some(number))? {
            Indexed::Work(work) => return Ok(*work),
            Indexed::Rough => through = false,
            Indexed::No => {}
        }
    }
    if !sorted {
        return by_number(settings, &kind);
    }
    let place = read::place(&settings.input);
    by_reading(settings, &kind, &contigs, through, |record| {
        let Some((contig, position)) = framing.place(record) else { return Ok(None) };
        let id = match contig {
            ContigOf::Number(number) => Some(number).filter(|number| *number < contigs.count()),
            ContigOf::Name(name) => contigs.id(&String::from_utf8_lossy(name)),
        };
        let id = id.ok_or_else(|| Error::input(&place, "a read is on a contig that the header does not have"))?;
        Ok(Some((id, position, record.len() as u64)))
    })
}

fn names_of(contigs: &Contigs) -> Vec<String> {
    contigs.iter().map(|contig| contig.name.clone()).collect()
}

/// What is counted.
struct Kind {
    command: &'static str,
    unit: &'static str,
    framing: Framing,
    is_compressed: bool,
    /// Names of the contigs in the file.
    names: Vec<String>,
}

impl Kind {
    /// Work of `total` units on contigs, with its cost and its counts: found in the input itself, from which records are drawn by their
    /// number.
    fn work(&self, settings: &PlanSettings, contigs: Contigs, (cost, counts): (Spread, Spread), total: u64) -> Work {
        Work {
            command: self.command,
            unit: self.unit,
            names: names_of(&contigs),
            contigs,
            step: 1,
            cost,
            counts,
            total,
            unplaced: 0,
            through: false,
            counted: settings.input.clone(),
            is_compressed: self.is_compressed,
            places: Places::Numbers(self.framing),
            regions: None,
        }
    }
}

/// What an index gives.
enum Indexed {
    Work(Box<Work>),
    /// There is one, but it does not show how many records there are, or the file is small.
    Rough,
    No,
}

/// By the index beside the file. `id` finds a contig by its number and its name in the index.
fn by_index(
    settings: &PlanSettings,
    kind: &Kind,
    contigs: &Contigs,
    endings: &[&str],
    id: impl Fn(usize, Option<&str>) -> Option<usize>,
) -> Result<Indexed> {
    let Some(offsets) = Offsets::beside(&settings.input, endings)? else { return Ok(Indexed::No) };
    let small = offsets.length < SMALL;
    let lengths: Vec<u64> = contigs.iter().map(|contig| contig.len).collect();
    let (mut spreads, mut numbers) = (BTreeMap::new(), HashMap::new());
    for (number, there) in offsets.contigs.iter().enumerate() {
        let [(_, begin), .., (_, end)] = there.points[..] else { continue };
        let Some(records) = there.records.filter(|_| !small) else { return Ok(Indexed::Rough) };
        let Some(contig) = id(number, there.name.as_deref()) else {
            let why = format!("it has contigs that {} does not have", settings.input.display());
            return Err(Error::input(offsets.path.display(), why).with_hint("index the file again"));
        };
        numbers.insert(contig, number);
        let length = lengths[contig].max(1);
        let (begin, end) = (offsets.bytes(begin), offsets.bytes(end));
        let mut stretches = Vec::new();
        for pair in there.points.windows(2) {
            let [(from, before), (to, after)] = [pair[0], pair[1]];
            let bytes = offsets.bytes(after).saturating_sub(offsets.bytes(before));
            let from = from.min(length - 1);
            stretches.push(((from, to.min(length).max(from + 1)), bytes as f64));
        }
        spreads.insert(contig, (stretches, records, end.saturating_sub(begin)));
    }
    let (mut cost, mut counts, mut total) = (Spread::default(), Spread::default(), 0);
    for (contig, (stretches, records, bytes)) in spreads {
        let density = records as f64 / (bytes as f64).max(1.0);
        let mut done = 0;
        for ((first, last), bytes) in stretches {
            // Stretches past the end of the contig lie on its last base.
            let first = first.max(done);
            if first < last {
                cost.add(contig, (first, last), bytes);
                counts.add(contig, (first, last), bytes * density);
                done = last;
            }
        }
        total += records;
    }
    let unplaced = if kind.command == "reads" { offsets.unplaced.unwrap_or(0) } else { 0 };
    Ok(Indexed::Work(Box::new(Work {
        names: kind.names.clone(),
        unplaced,
        counted: offsets.path.clone(),
        places: Places::Offsets { framing: kind.framing, offsets, numbers },
        ..kind.work(settings, contigs.clone(), (cost, counts), total + unplaced)
    })))
}

/// Counts and cost by contig and bin; only bins that are not empty are kept.
#[derive(Default)]
struct Bins {
    bins: BTreeMap<(usize, u64), (u64, u64)>,
    /// The last bin and its sums: records of one bin follow one another.
    last: ((usize, u64), (u64, u64)),
}

impl Bins {
    fn add(&mut self, contig: usize, position: u64, cost: u64) {
        let at = (contig, position / BIN);
        if self.last.0 != at {
            self.flush();
            self.last = (at, (0, 0));
        }
        self.last.1.0 += 1;
        self.last.1.1 += cost;
    }

    fn flush(&mut self) {
        if self.last.1.0 > 0 {
            let sums = self.bins.entry(self.last.0).or_default();
            *sums = (sums.0 + self.last.1.0, sums.1 + self.last.1.1);
        }
    }

    /// Counts, and cost.
    fn spreads(mut self, contigs: &Contigs) -> (Spread, Spread) {
        self.flush();
        let lengths: Vec<u64> = contigs.iter().map(|contig| contig.len).collect();
        let (mut counts, mut costs) = (Spread::default(), Spread::default());
        for ((contig, bin), (count, cost)) in self.bins {
            let first = bin * BIN;
            let stretch = (first, (first + BIN).min(lengths[contig].max(first + 1)));
            counts.add(contig, stretch, count as f64);
            costs.add(contig, stretch, cost as f64);
        }
        (counts, costs)
    }
}

/// By reading the file; `find` gives contig, position and cost of a record; `None` for a read without a position.
fn by_reading(
    settings: &PlanSettings,
    kind: &Kind,
    contigs: &Contigs,
    through: bool,
    find: impl Fn(&[u8]) -> Result<Option<(usize, u64, u64)>>,
) -> Result<Work> {
    if through {
        tracing::info!(
            "{} has no index: it is read to count its {}, and every shard reads all of it",
            settings.input.display(),
            kind.unit
        );
    }
    let lengths: Vec<u64> = contigs.iter().map(|contig| contig.len).collect();
    let (mut bins, mut total, mut unplaced) = (Bins::default(), 0, 0);
    let (mut records, _) = RawRecords::of(read::open(&settings.input)?, kind.framing)?;
    while let Some(record) = records.next()? {
        total += 1;
        match find(&record)? {
            Some((contig, position, cost)) => bins.add(contig, position.min(lengths[contig]), cost),
            None => unplaced += 1,
        }
    }
    let (counts, cost) = bins.spreads(contigs);
    let work = kind.work(settings, contigs.clone(), (cost, counts), total);
    Ok(Work { names: kind.names.clone(), unplaced, through, ..work })
}

/// Reads that are cut by their number.
fn by_number(settings: &PlanSettings, kind: &Kind) -> Result<Work> {
    let mut input = super::work::open(&settings.input)?;
    if input.format == Format::Empty {
        input = input.empty_is(Format::Fastq, &[])?;
    }
    let (mut cost, mut counts, mut total, mut bytes) = (Spread::default(), Spread::default(), 0, 0);
    let mut add = |last: u64, bytes: u64| {
        let first = last.saturating_sub(1) / BIN * BIN;
        counts.add(0, (first, last), (last - first) as f64);
        cost.add(0, (first, last), bytes as f64);
    };
    let (mut records, _) = RawRecords::of(input, kind.framing)?;
    while let Some(record) = records.next()? {
        total += 1;
        bytes += record.len() as u64;
        if total % BIN == 0 {
            add(total, std::mem::take(&mut bytes));
        }
    }
    add(total, bytes);
    let mut contigs = Contigs::default();
    contigs.push(RECORDS, total);
    Ok(Work { through: true, ..kind.work(settings, contigs, (cost, counts), total) })
}

/// By the containers of CRAM, whose headers have the number of their reads.
fn by_containers(settings: &PlanSettings, mut contigs: Contigs, sorted: bool) -> Result<Work> {
    let found = containers::containers(&settings.input)?;
    let slices = if sorted { containers::slices(&settings.input)? } else { None };
    let through = slices.is_none();
    let (mut cost, mut counts, mut total, mut unplaced) = (Spread::default(), Spread::default(), 0, 0);
    let mut spread = BTreeMap::<(usize, u64), (u64, f64, f64)>::new();
    let mut last = (0usize, 0u64);
    for container in &found.all {
        let Container { offset, length, contig, start, span, reads } = *container;
        let first = total;
        total += reads;
        if !sorted {
            counts.add(0, (first, total), reads as f64);
            cost.add(0, (first, total), length as f64);
            continue;
        }
        let mut parts = vec![(contig, start, span, length)];
        if contig == -2 {
            let own = slices.iter().flatten().filter(|slice| slice.0 == offset);
            let own: Vec<_> = own.map(|&(_, contig, start, span, bytes)| (contig, start, span, bytes)).collect();
            parts = if own.is_empty() { vec![(last.0 as i32, last.1, 1, length)] } else { own };
        }
        let bytes: u64 = parts.iter().map(|part| part.3).sum();
        for (contig, start, span, part) in parts {
            let share = part as f64 / bytes.max(1) as f64;
            let Some(id) = usize::try_from(contig).ok().filter(|id| *id < contigs.count()) else {
                unplaced += (reads as f64 * share).round() as u64;
                continue;
            };
            last = (id, start);
            let (_, count, size) = spread.entry(last).or_insert((span, 0.0, 0.0));
            (*count, *size) = (*count + reads as f64 * share, *size + part as f64);
        }
    }
    // Reads of a container begin before the next one does.
    let lengths: Vec<u64> = contigs.iter().map(|contig| contig.len).collect();
    let starts: Vec<(usize, u64)> = spread.keys().copied().collect();
    for (at, ((contig, start), (span, count, size))) in spread.into_iter().enumerate() {
        let length = lengths[contig].max(1);
        let next = starts.get(at + 1).filter(|next| next.0 == contig).map_or(length, |next| next.1);
        let first = start.min(length - 1);
        let stretch = (first, (start + span.max(1)).min(next).max(first + 1));
        counts.add(contig, stretch, count);
        cost.add(contig, stretch, size);
    }
    if !sorted {
        contigs = Contigs::default();
        contigs.push(RECORDS, total);
    }
    let (counted, places) = (settings.input.clone(), Places::Containers(found));
    Ok(Work {
        command: "reads",
        unit: "reads",
        names: names_of(&contigs),
        contigs,
        step: 1,
        cost,
        counts,
        total,
        unplaced: unplaced.min(total),
        through,
        counted,
        is_compressed: true,
        places,
        regions: None,
    })
}
