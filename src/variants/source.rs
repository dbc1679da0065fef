//! Records of a VCF or BCF file, as queries of their alleles.

use super::{
    assembly::{Mismatches, missing_contig},
    by_gene::ask::GeneAsker,
    by_window::rows::RowCutter,
    contig::ContigBases,
    query::Query,
    settings::{InfoFormat, MissingContigs, OnMismatch, Settings},
    spelling::{Edit, is_base, is_reference, spelled},
};
use crate::{
    counts::InputCounts,
    error::{Error, Result},
    genome::{Interval, interval::show_position},
    pipeline::Feed,
    progress::Total,
    read::{
        InputReport,
        part::{Own, Part},
        reference::Reference,
        regions::{Aliases, Regions},
        variants::{VariantRecord, Variants},
    },
    session::{ReadSummary, Source},
    shards::territory::{Territory, Watch, no_shard},
    skip::Skip,
};

/// How the model is asked about alleles.
#[expect(clippy::large_enum_variant, reason = "a run has one")]
pub(super) enum Asks {
    /// By two windows.
    Windows(RowCutter),
    /// By a change in each gene.
    Genes(Box<GeneAsker>),
}

/// The records of a file.
pub(super) struct Records {
    variants: Variants,
    territory: Option<Territory>,
    regions: Option<Regions>,
    /// The file of genes.
    genes: Option<InputReport>,
    /// The MD5 of contigs is wanted.
    digest: bool,
    asker: Asker,
}

impl Records {
    /// The records of `variants` that are in the territory and in the regions.
    pub(super) fn new(
        settings: &Settings,
        variants: Variants,
        reference: Reference,
        aliases: Aliases,
        (mode, genes): (Asks, Option<InputReport>),
        (territory, regions): (Option<Territory>, Option<Regions>),
    ) -> Self {
        let theirs = variants.place().to_string();
        let mismatches = Mismatches::new(settings.records.max_ref_mismatch, &theirs, reference.place());
        let asker = Asker {
            reference,
            aliases,
            mode,
            as_written: settings.info == InfoFormat::Spliceai,
            strict: settings.ref_mismatch == OnMismatch::Fail,
            skips_missing: settings.records.missing_contigs == MissingContigs::Skip,
            mismatches,
            missing: Vec::new(),
            theirs,
            contig: None,
            used: Vec::new(),
            order: Vec::new(),
            bases: Vec::new(),
        };
        Self { variants, territory, regions, genes, digest: settings.records.digest, asker }
    }
}

impl Source for Records {
    type Query = Query;

    fn total(&mut self) -> Total {
        // The share of the file that was read says nothing about a part of it.
        Total::of(if self.territory.is_none() && self.regions.is_none() { self.variants.share() } else { None })
    }

    fn read(self, mut done: u64, feed: &mut Feed<'_, Query>) -> Result<ReadSummary> {
        let Self { mut variants, territory, regions, genes, digest, mut asker } = self;
        let (mut counts, mut watch) = (InputCounts::default(), Watch::default());
        let place = variants.place().to_string();
        let own = territory.as_ref().map(|own| own_of(own, &asker.aliases, &place));
        variants.restrict(&Part { own, regions: regions.as_ref(), margin: asker.margin(), ..Part::default() })?;
        asker.theirs = variants.place().into();
        let report = variants.read(|record| {
            if let Some(own) = &territory
                && !watch.own(own, Some((asker.aliases.resolve(record.contig()), record.position)), &place)?
            {
                return asker.pass(&record, feed);
            }
            if regions.as_ref().is_some_and(|regions| !regions.overlaps(record.contig(), bases_of(&record))) {
                return asker.pass(&record, feed);
            }
            counts.records_in += 1;
            counts.queries += 1;
            let contig = asker.contig(&record)?;
            if done > 0 {
                done -= 1;
                let _counted = asker.compare(&record, contig)?;
                return asker.pass(&record, feed);
            }
            asker.ask(record, contig, feed)
        })?;
        asker.mismatches.finish()?;
        if let Asks::Genes(genes) = &mut asker.mode {
            genes.finish(&mut asker.reference, feed)?;
        }
        let contigs = std::mem::take(&mut asker.used);
        let contigs = asker.reference.reports(&contigs, digest)?;
        Ok(ReadSummary { counts, inputs: std::iter::once(report()).chain(genes).collect(), contigs })
    }
}

/// What a shard owns of a file of variants: by the names of its contigs, which may have others in the FASTA.
pub(crate) fn own_of<'a>(territory: &'a Territory, aliases: &'a Aliases, place: &'a str) -> Own<'a> {
    Box::new(move |name| territory.owned(aliases.resolve(name)).ok_or_else(|| no_shard(name, place)))
}

/// The bases of the reference that a record covers, as an index counts them; a telomere counts as the base beside it.
pub(super) fn bases_of(record: &VariantRecord) -> Interval {
    let Interval { start, end } = record.interval();
    Interval::new(start, end.max(start + 1))
}

/// Finds each record in the reference, compares its REF, and asks about its alleles.
struct Asker {
    reference: Reference,
    aliases: Aliases,
    mode: Asks,
    /// Alleles are scored as they are written, not in their normalised spelling.
    as_written: bool,
    strict: bool,
    /// Records on contigs that the reference lacks are written with that reason.
    skips_missing: bool,
    mismatches: Mismatches,
    /// Names of the contigs that the reference lacks.
    missing: Vec<String>,
    theirs: String,
    /// Name in the variants, number and length in the reference, of the contig in work.
    contig: Option<(String, usize, u64)>,
    used: Vec<usize>,
    /// Contigs in the order of the records, and the position of the last record on each.
    order: Vec<(usize, u64)>,
    bases: Vec<u8>,
}

impl Asker {
    /// Id and length of the record's contig in the FASTA. One that it does not have is an error; or it has a number after all
    /// others, and no length.
    fn contig(&mut self, record: &VariantRecord) -> Result<(usize, u64)> {
        if let Some((name, id, len)) = &self.contig
            && name == record.contig()
        {
            return Ok((*id, *len));
        }
        let name = self.aliases.resolve(record.contig());
        let theirs = format!("{}, record {}", self.theirs, record.number);
        let contigs = self.reference.contigs();
        let (id, len) = match contigs.id(name) {
            Some(id) => {
                if !self.used.contains(&id) {
                    self.used.push(id);
                }
                (id, contigs.get(name).map_or(0, |contig| contig.len))
            }
            None if self.skips_missing => {
                let at = self.missing.iter().position(|known| known == name).unwrap_or(self.missing.len());
                if at == self.missing.len() {
                    self.missing.push(name.into());
                }
                (contigs.count() + at, 0)
            }
            None => return Err(missing_contig(name, &theirs, &self.reference)),
        };
        self.contig = Some((record.contig().into(), id, len));
        Ok((id, len))
    }

    /// Whether records are scored together with their neighbours.
    fn has_neighbours(&self) -> bool {
        matches!(&self.mode, Asks::Genes(genes) if genes.has_neighbours())
    }

    /// How many bases away from a record those may begin or end that count as its neighbours.
    fn margin(&self) -> u64 {
        match &self.mode {
            Asks::Genes(genes) if genes.has_neighbours() => genes.margin(),
            _ => 0,
        }
    }

    /// Neighbours are found where records are in order.
    fn check_order(&mut self, record: &VariantRecord, contig: usize) -> Result<()> {
        if !self.has_neighbours() {
            return Ok(());
        }
        let known = self.order.last().is_some_and(|&(last, position)| last == contig && position <= record.position);
        if let (true, Some((_, position))) = (known, self.order.last_mut()) {
            *position = record.position;
            return Ok(());
        }
        if self.order.iter().any(|&(seen, _)| seen == contig) {
            let place = show_position(record.contig(), record.position);
            return Err(Error::input(
                format!("{}, record {}", self.theirs, record.number),
                format!("is not sorted (at {place}), so --haplotypes cannot find neighbours"),
            )
            .with_hint("sort it first: bcftools sort"));
        }
        self.order.push((contig, record.position));
        Ok(())
    }

    /// A record that another shard or an earlier run writes: it counts only as a neighbour.
    fn pass(&mut self, record: &VariantRecord, feed: &mut Feed<'_, Query>) -> Result<()> {
        if !self.has_neighbours() {
            return Ok(());
        }
        let Some(contig) = self.reference.contigs().id(self.aliases.resolve(record.contig())) else { return Ok(()) };
        self.check_order(record, contig)?;
        let len = self.reference.contigs().iter().nth(contig).map_or(0, |contig| contig.len);
        let matches = self.reference_matches(record, (contig, len))?;
        let edits = self.edits(record, contig, matches)?;
        let mut bases = ContigBases { reference: &mut self.reference, id: contig, len };
        match &mut self.mode {
            Asks::Genes(genes) => genes.pass(&mut bases, edits, record, feed),
            Asks::Windows(_) => Ok(()),
        }
    }

    /// Feeds every ALT.
    fn ask(&mut self, record: VariantRecord, (contig, len): (usize, u64), feed: &mut Feed<'_, Query>) -> Result<()> {
        self.check_order(&record, contig)?;
        let matches = self.compare(&record, (contig, len))?;
        let edits = self.edits(&record, contig, matches)?;
        feed.holds(record.line.len() + record.frame.len());
        let mut bases = ContigBases { reference: &mut self.reference, id: contig, len };
        match &mut self.mode {
            Asks::Windows(rows) => rows.feed(&mut bases, edits, record, feed),
            Asks::Genes(genes) => genes.feed(&mut bases, edits, record, feed),
        }
    }

    /// What every ALT changes, or why it is not scored.
    fn edits(
        &mut self,
        record: &VariantRecord,
        contig: usize,
        matches: Result<(), Skip>,
    ) -> Result<Vec<Result<Edit, Skip>>> {
        let mut edits = Vec::with_capacity(1);
        for alternate in record.alternates() {
            let missing = matches == Err(Skip::ContigNotInReference);
            edits.push(match if missing { matches } else { spelled(alternate).and(matches) } {
                Err(skip) => Err(skip),
                Ok(()) if self.as_written => Ok(Edit::written(record.position, record.reference(), alternate)),
                Ok(()) => {
                    let reference = &mut self.reference;
                    let fetch = |start, end, out: &mut Vec<u8>| reference.fetch(contig, Interval::new(start, end), out);
                    Edit::normalized(record.position, record.reference(), alternate, fetch)?.ok_or(Skip::NoAlternate)
                }
            });
        }
        Ok(edits)
    }

    /// Whether a record's REF fits the reference, which is counted.
    fn compare(&mut self, record: &VariantRecord, place: (usize, u64)) -> Result<Result<(), Skip>> {
        let matches = self.reference_matches(record, place)?;
        if matches.is_ok() || matches == Err(Skip::ReferenceMismatch) {
            let Self { mismatches, bases, .. } = self;
            mismatches.count(matches.is_ok(), || {
                let place = show_position(record.contig(), record.position);
                format!("{} at {place}, where it has {}", shown(record.reference()), shown(bases))
            })?;
        }
        Ok(matches)
    }

    fn reference_matches(&mut self, record: &VariantRecord, (id, len): (usize, u64)) -> Result<Result<(), Skip>> {
        let reference = record.reference();
        if id >= self.reference.contigs().count() {
            return Ok(Err(Skip::ContigNotInReference));
        }
        // POS 0 and the one after the last base are telomeres (VCF 4.4, section 1.6.1.2).
        if record.is_telomere || record.position == len {
            return Ok(Err(Skip::ContigEnd));
        }
        let interval = Interval::new(record.position, record.position + reference.len() as u64);
        self.bases.clear();
        if interval.end <= len {
            self.reference.fetch(id, interval, &mut self.bases)?;
        }
        if is_reference(reference, &self.bases) {
            // Where the FASTA has an ambiguous letter, rows of windows read REF's; a stretch that genes share reads N.
            let same = self.bases.eq_ignore_ascii_case(reference);
            return Ok(match &self.mode {
                Asks::Genes(_) if !same && self.as_written => Err(Skip::ReferenceMismatch),
                Asks::Genes(_) if !same => Err(Skip::UnknownBases),
                _ => Ok(()),
            });
        }
        if !reference.iter().all(|&b| is_base(b)) {
            return Ok(Err(Skip::NotBases));
        }
        if self.strict {
            let place = format!("{}, record {}", self.theirs, record.number);
            return Err(Error::input(
                place,
                format!(
                    "REF is {} at {}, where {} has {}",
                    shown(reference),
                    show_position(record.contig(), record.position),
                    self.reference.place(),
                    shown(&self.bases)
                ),
            )
            .with_hint(
                "it belongs to another assembly, or is damaged; --ref-mismatch skip writes such records without scores",
            ));
        }
        Ok(Err(Skip::ReferenceMismatch))
    }
}

/// Bases in a message.
fn shown(bases: &[u8]) -> String {
    match bases.len() {
        0 => "nothing: the contig ends before this position".into(),
        len if len > 20 => format!("{}… ({len} bases)", String::from_utf8_lossy(&bases[..20])),
        _ => String::from_utf8_lossy(bases).into_owned(),
    }
}
