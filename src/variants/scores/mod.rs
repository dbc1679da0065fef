//! Variants whose sites were scored before, in another file: the INFO fields of that file's sites, joined for the alleles of each record.
//!
//! A score of an allele depends on contig, position, REF and ALT alone, so the output is that of a run of the model on these records.
//! [`header`] reads what a score file says of itself, [`sites`] finds the sites of a record, [`join`] joins their fields.

pub(crate) mod header;
mod join;
mod sites;

use std::path::{Path, PathBuf};

use self::{
    header::{ScoreHeader, Wanted},
    join::{Joiner, Place},
    sites::{ContigOrder, Sites},
};
use super::{
    assembly::{Mismatches, check_contigs, missing_contig},
    contigs_to_cut, read_regions,
    settings::{MissingContigs, MissingScores, RecordSettings},
    source::{bases_of, own_of},
};
use crate::{
    address::file_name,
    counts::InputCounts,
    error::{Error, Result},
    genome::{Contigs, interval::show_position},
    output::{manifest, variants::RecordWriter},
    progress::Total,
    read::{
        self, Format,
        part::{Own, Owned, Part},
        reference::Reference,
        regions::{Aliases, Regions},
        variants::Variants,
    },
    session::{About, Layout, OutputWriter, Passing, ReadSummary, Request, load, part},
    shards::territory::{Territory, Watch},
    vcf::info,
};

/// Which records get which scores.
pub(crate) struct Settings {
    /// The records.
    pub records: RecordSettings,
    /// The score file: sites that `genogloss variants` has scored.
    pub scores: PathBuf,
    /// What happens to alleles without a site in it.
    pub missing: MissingScores,
    /// The reference, if the user names it: its contigs are compared.
    pub reference: Option<PathBuf>,
    /// What the user expects of the score file.
    pub wanted: Vec<Wanted>,
}

impl Settings {
    /// The files that are read.
    pub(crate) fn inputs(&self) -> Vec<&Path> {
        self.records.inputs().chain([self.scores.as_path()]).chain(self.reference.as_deref()).collect()
    }
}

/// Fields that a hint names.
const SHOWN_FIELDS: usize = 6;

/// Writes the variants with the scores of their sites.
pub(crate) fn run(settings: &Settings, request: Request) -> Result<()> {
    load::announce();
    let input = read::open(&settings.scores)?;
    let binary = input.format == Format::Bcf;
    let mut scores = Variants::of(input)?;
    if binary && !settings.records.format.is_bcf() {
        return Err(Error::input(scores.place(), "BCF holds numbers, not the digits that they were written with")
            .with_hint("write the scored sites as VCF (-o scores.vcf.gz), or this output as BCF (-O b)"));
    }
    let header = ScoreHeader::parse(&scores)?;
    header.check(&settings.wanted, scores.place())?;
    tracing::info!("scores of {}", header.described());
    let mut variants = Variants::open(&settings.records.variants)?;
    if !settings.records.digest {
        scores.skip_digest();
        variants.skip_digest();
    }
    let aliases = settings.records.aliases()?;
    let reference = settings.reference.as_deref().map(Reference::open).transpose()?;
    if let Some(reference) = &reference {
        check_contigs(&settings.records, &variants, reference, &aliases)?;
    }
    reserve(&mut variants, &header)?;
    let (region, bed) = (&settings.records.region, settings.records.regions_file.as_deref());
    let regions = read_regions(region, bed, &variants, (reference.as_ref(), &aliases))?;
    let territory = match &request.parts.shard {
        Some(choice) => {
            let contigs = match &reference {
                Some(reference) => contigs_to_cut(&variants, reference, &aliases),
                None if variants.contigs.is_empty() => scores.contigs.clone(),
                None => variants.contigs.clone(),
            };
            Some(part::of_contigs(choice, &contigs, variants.place(), "bases")?)
        }
        None => None,
    };
    let order = ContigOrder::of(&scores, &settings.scores, &variants)?;
    let lengths = lengths(&scores, &variants);
    let recorded = recorded(settings, &header)?;
    let text = info::with_lines(&variants.header, &header.lines(&regions_of(settings)?))
        .ok_or_else(|| Error::input(variants.place(), "the header is empty"))?;
    let session = request.begin(About {
        unit: "alleles",
        territory: territory.clone(),
        reference: settings.reference.clone(),
        ..About::new(header.model.clone(), 1, recorded)
    })?;
    let (records, text) = RecordWriter::new(settings.records.format, &mut variants, text, false)?;
    let longest = reference.as_ref().map_or(0, |reference| reference.contigs().longest());
    let layout = Layout {
        indexed: records.indexed(),
        bgzf: Some(settings.records.format.is_bgzf()),
        longest: longest.max(variants.contigs.longest()).max(scores.contigs.longest()),
        input: variants.place().into(),
        fields: Vec::new(),
    };
    let output = session.create(&layout, &text)?;
    let counts = session.counts(header.histograms());
    let names = if reference.is_some() { aliases } else { Aliases::default() };
    if let Some(own) = &territory {
        // What an index finds for regions are records that reach into them; a site may be shorter than the record. The contigs of the
        // shards may be others than those of the scores, in another order: `Sites` checks the order.
        let own: Own<'_> = Box::new(|name| {
            let starts = own.owned(names.resolve(name)).and_then(|owned| owned.starts);
            Ok(Owned { order: None, starts })
        });
        scores.restrict(&Part { own: Some(own), with_first: true, ..Part::default() })?;
    }
    let place = variants.place().to_string();
    let own = territory.as_ref().map(|own| own_of(own, &names, &place));
    variants.restrict(&Part { own, regions: regions.as_ref(), ..Part::default() })?;
    let ours = header.reference().unwrap_or("the reference").to_string();
    let work = Work {
        mismatches: Mismatches::new(settings.records.max_ref_mismatch, variants.place(), ours),
        sites: Sites::new(scores, order, variants.place()),
        joiner: Joiner::new(header),
        missing: settings.missing,
        skips_missing: settings.records.missing_contigs == MissingContigs::Skip,
        reference,
        lengths,
        aliases: names,
        territory,
        regions,
        records,
    };
    let total = Total::of(if work.territory.is_none() && work.regions.is_none() { variants.share() } else { None });
    session.run_without_model(OutputWriter { output, counts }, total, |passing| work.run(variants, passing))
}

/// Refuses an input that has fields of the same names.
fn reserve(variants: &mut Variants, header: &ScoreHeader) -> Result<()> {
    let names: Vec<&str> = header.fields.iter().map(|field| field.name.as_str()).collect();
    let mut all: Vec<String> = names.iter().take(SHOWN_FIELDS).map(|name| format!("INFO/{name}")).collect();
    if names.len() > SHOWN_FIELDS {
        all.push(format!("… ({} fields)", names.len()));
    }
    variants.reserve(&names, format!("remove the old ones first: bcftools annotate -x {}", all.join(",")))
}

/// The lengths of contigs that a header has.
fn lengths(scores: &Variants, variants: &Variants) -> Contigs {
    let mut lengths = Contigs::default();
    for contig in scores.contigs.iter().chain(variants.contigs.iter()).filter(|contig| contig.len > 0) {
        lengths.push(contig.name.as_str(), contig.len);
    }
    lengths
}

/// The regions of this run, as header lines have them.
fn regions_of(settings: &Settings) -> Result<Vec<(&'static str, String)>> {
    let mut recorded = manifest::Settings::new("variants");
    settings.records.record_regions(&mut recorded)?;
    let name = |key: &str| ["regions", "regions_file"].into_iter().find(|name| *name == key);
    Ok(recorded.told().filter_map(|(key, value)| Some((name(key)?, value))).collect())
}

/// Options that the output depends on: those of the run that scored the sites, and the score file.
fn recorded(settings: &Settings, header: &ScoreHeader) -> Result<manifest::Settings> {
    let mut recorded = manifest::Settings::new("variants");
    recorded.put("output_type", settings.records.format.word());
    for (key, value) in header.settings() {
        recorded.put(key, value);
    }
    for (key, value) in regions_of(settings)? {
        recorded.put(key, value);
    }
    recorded.put("scores", file_name(&settings.scores));
    recorded.put("missing_scores", format!("{:?}", settings.missing).to_lowercase());
    Ok(recorded)
}

/// A run over the records.
struct Work {
    sites: Sites,
    joiner: Joiner,
    mismatches: Mismatches,
    missing: MissingScores,
    /// Records on contigs that the reference lacks are written.
    skips_missing: bool,
    reference: Option<Reference>,
    /// Contigs of which a header has the length.
    lengths: Contigs,
    /// Names of contigs in the reference, if it is named.
    aliases: Aliases,
    territory: Option<Territory>,
    regions: Option<Regions>,
    records: RecordWriter,
}

impl Work {
    fn run(mut self, mut variants: Variants, passing: &mut Passing<'_, OutputWriter>) -> Result<ReadSummary> {
        let (mut counts, mut watch, mut added) = (InputCounts::default(), Watch::default(), Vec::new());
        while let Some(record) = variants.next_record()? {
            let place = (self.aliases.resolve(record.contig()), record.position);
            if let Some(own) = &self.territory
                && !watch.own(own, Some(place), variants.place())?
            {
                continue;
            }
            if self.regions.as_ref().is_some_and(|regions| !regions.overlaps(record.contig(), bases_of(&record))) {
                continue;
            }
            counts.records_in += 1;
            counts.queries += 1;
            let is_new = passing.is_new()?;
            let ours = self.reference.as_ref().map(|reference| reference.contigs().get(place.0));
            if let (Some(None), Some(reference), false) = (ours, &self.reference, self.skips_missing) {
                let theirs = format!("{}, record {}", variants.place(), record.number);
                return Err(missing_contig(place.0, &theirs, reference));
            }
            let known = ours.flatten().or_else(|| self.lengths.get(record.contig()));
            let at = Place {
                lacks_contig: ours.map(|contig| contig.is_none()),
                is_past_end: record.is_telomere || known.is_some_and(|contig| contig.len == record.position),
            };
            let sites = self.sites.at(&record)?;
            added.clear();
            let joined = self.joiner.join(&record, sites, &at, &mut added);
            let shown = || show_position(record.contig(), record.position);
            if let (Some(allele), MissingScores::Fail) = (joined.missing, self.missing) {
                let problem = format!(
                    "record {} ({}): {} > {} has no scores in {}",
                    record.number,
                    shown(),
                    String::from_utf8_lossy(record.reference()),
                    String::from_utf8_lossy(record.alternates().nth(allele).unwrap_or_default()),
                    self.sites.place()
                );
                return Err(Error::input(variants.place(), problem).with_hint(
                    "score the sites of all samples, this one too (genogloss sites); --missing-scores skip writes such alleles without scores",
                ));
            }
            if let Some(matches) = joined.matches {
                let reference = || String::from_utf8_lossy(record.reference()).into_owned();
                self.mismatches.count(matches, || format!("{} at {}", reference(), shown()))?;
            }
            // What an earlier run has written counts among the mismatches, as in one run.
            if !is_new {
                continue;
            }
            let OutputWriter { output, counts } = &mut passing.writer;
            for reason in joined.reasons {
                match reason {
                    None => counts.scored += 1,
                    Some(reason) => counts.skip(reason),
                }
            }
            for scores in joined.scores {
                counts.add_scores(scores);
            }
            self.records.write(&record, &added, output)?;
            counts.rows += 1;
            counts.written += 1;
            passing.wrote(shown)?;
        }
        self.mismatches.finish()?;
        let whole = self.territory.is_none() && self.regions.is_none();
        let inputs = vec![variants.report(), self.sites.finish(whole)?];
        Ok(ReadSummary { counts, inputs, contigs: Vec::new() })
    }
}
