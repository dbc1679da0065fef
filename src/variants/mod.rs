//! Scores of variants: what every alternate allele changes in a model's answer.
//!
//! [`source`] reads the records, compares REF with the reference and spells the alleles; [`by_window`] asks about two windows of any model,
//! [`by_gene`] about changes in the genes that an allele lies in; [`writer`] writes the records with their new INFO fields.

pub(crate) mod anchor;
pub(crate) mod assembly;
pub(crate) mod by_gene;
pub(crate) mod by_window;
pub(crate) mod cache;
pub(crate) mod columns;
pub(crate) mod compare;
mod contig;
pub(crate) mod genes;
pub(crate) mod haplotypes;
pub(crate) mod plan;
mod query;
mod saturation;
pub(crate) mod scores;
pub(crate) mod settings;
mod source;
pub(crate) mod spelling;
mod writer;

use std::path::Path;

use self::{
    by_gene::{answer::GeneAnswers, ask::GeneAsker, key, rules::Rules},
    by_window::{
        answer::WindowAnswers,
        cut::Cut,
        rows::{RowCache, RowCutter},
    },
    cache::Cache,
    genes::Genes,
    settings::{InfoFormat, Settings},
    source::{Asks, Records},
    writer::{Answers, Writer},
};
use crate::{
    error::{Error, Result},
    genome::Contigs,
    model::card::Card,
    output::variants::{RecordWriter, VariantFormat},
    read::{
        InputReport, annotation,
        reference::Reference,
        regions::{Aliases, Regions},
        variants::Variants,
    },
    session::{
        About, Layout, Request,
        load::{self, Kind, LoadedModel, ModelSettings, Purpose},
        part,
    },
    vcf::info::FieldNames,
};

/// Scores the variants.
pub(crate) fn run(settings: &Settings, request: Request, model: &ModelSettings) -> Result<()> {
    let model = load(settings, model)?;
    let aliases = settings.records.aliases()?;
    let reference = Reference::open(&settings.reference)?;
    let (asks, answers, genes) = modes(settings, &model, &reference, &aliases)?;
    let mut variants = match &settings.saturate {
        Some(region) => saturation::all(region, &reference, &settings.reference)?,
        None => Variants::open(&settings.records.variants)?,
    };
    if !settings.records.digest {
        variants.skip_digest();
    }
    if settings.haplotypes && variants.sample_count() == 0 {
        tracing::warn!("{} has no genotypes: --haplotypes finds no neighbours", variants.place());
    }
    assembly::check_contigs(&settings.records, &variants, &reference, &aliases)?;
    writer::reserve(&mut variants, &answers)?;
    let (region, bed) = (&settings.records.region, settings.records.regions_file.as_deref());
    let regions = read_regions(region, bed, &variants, (Some(&reference), &aliases))?;
    let territory = match &request.parts.shard {
        Some(choice) => {
            let contigs = contigs_to_cut(&variants, &reference, &aliases);
            Some(part::of_contigs(choice, &contigs, variants.place(), "bases")?)
        }
        None => None,
    };
    let table = if settings.records.format.is_table() { Some(answers.table(settings)?) } else { None };
    let recorded = answers.recorded(settings, genes.as_ref())?;
    let header = writer::header(&variants, &answers, &model.report, &recorded, settings)?;
    let session = request.begin(About {
        unit: "alleles",
        territory: territory.clone(),
        reference: Some(settings.reference.clone()),
        ..About::new(model.report.clone(), model.threads, recorded)
    })?;
    let format = settings.records.format;
    let (records, header) = match table {
        Some(table) => RecordWriter::of_table(table, &variants),
        None => RecordWriter::new(format, &mut variants, header, settings.haplotypes)?,
    };
    let layout = Layout {
        indexed: records.indexed(),
        bgzf: (!format.is_table()).then_some(format.is_bgzf()),
        longest: reference.contigs().longest().max(variants.contigs.longest()),
        input: variants.place().into(),
        fields: Vec::new(),
    };
    let mut output = session.create(&layout, &header)?;
    if format == VariantFormat::Parquet {
        output = output.into_parquet(records.fields())?;
    }
    let counts = answers.counts(session.resumed().counts());
    let writer = Writer::new(output, answers, records, counts);
    let source = Records::new(settings, variants, reference, aliases, (asks, genes), (territory, regions));
    session.run(model, source, writer)
}

/// The regions that the user names, which must be of contigs of the header, if it names any.
fn read_regions(
    texts: &[String],
    bed: Option<&Path>,
    variants: &Variants,
    (reference, aliases): (Option<&Reference>, &Aliases),
) -> Result<Option<Regions>> {
    let named = if variants.contigs.is_empty() { None } else { Some(&variants.contigs) };
    let regions = Regions::read(texts, bed, named)?;
    if let (Some(regions), Some(contigs)) = (&regions, named) {
        regions.check(&with_lengths(contigs, reference, aliases), variants.place())?;
    }
    Ok(regions)
}

/// Loads the model: one that answers windows, or, with genes, one that answers changes.
fn load(settings: &Settings, model: &ModelSettings) -> Result<LoadedModel> {
    if settings.genes.is_some() {
        let spliceai = settings.info == InfoFormat::Spliceai;
        if settings.compare.is_some() {
            return Err(Error::usage(
                "--compare applies to models that read windows; with --genes the largest gain and loss are written",
            ));
        }
        if !settings.columns.is_empty() && spliceai {
            return Err(Error::usage("SpliceAI's format always has all scores").with_hint("omit --column"));
        }
        if settings.haplotypes && spliceai {
            return Err(Error::usage("SpliceAI's format cannot hold haplotypes").with_hint("--fields genogloss"));
        }
        return load::load(model, Purpose::Changes, None);
    }
    let only = [
        (settings.distance.is_some(), "--distance"),
        (settings.mask, "--mask"),
        (settings.haplotypes, "--haplotypes"),
        (settings.info == InfoFormat::Spliceai, "--fields spliceai"),
    ];
    if let Some((_, option)) = only.iter().find(|(given, _)| *given) {
        return Err(
            Error::usage(format!("{option} needs the genes that variants are scored in")).with_hint("--genes FILE")
        );
    }
    let loaded = load::load(model, Purpose::Rows, None)?;
    if let Kind::Network(card) = &loaded.kind
        && card.variants.genes
    {
        return Err(Error::usage(format!("{} scores variants by gene", card.name))
            .with_hint("--genes FILE: a GTF, a GFF3, or SpliceAI's table"));
    }
    Ok(loaded)
}

/// How the model is asked, how answers are written, and the file of genes.
type Modes = (Asks, Answers, Option<InputReport>);

fn modes(settings: &Settings, model: &LoadedModel, reference: &Reference, aliases: &Aliases) -> Result<Modes> {
    if let (Some(_), Kind::Network(card)) = (&settings.genes, &model.kind) {
        return by_gene(settings, model, card, reference, aliases);
    }
    let cut = Cut::new(model, settings.compare)?;
    let wanted = model.form.chosen_columns(&settings.columns, &model.report.name)?;
    let (read, kept) = match &settings.cache {
        Some(folder) => {
            let run = by_window::key::of_run(model, &cut, &wanted);
            let read = RowCache { answers: Cache::open(folder)?, run, scores: wanted.len() };
            (Some(read), Some(Cache::open(folder)?))
        }
        None => (None, None),
    };
    let answers = WindowAnswers::new(cut.clone(), model, &wanted, FieldNames::new(&settings.prefix), kept)?;
    let rows = RowCutter::new(cut, model.pipeline.encoder.clone(), read);
    Ok((Asks::Windows(rows), Answers::Windows(answers), None))
}

fn by_gene(
    settings: &Settings,
    model: &LoadedModel,
    card: &Card,
    reference: &Reference,
    aliases: &Aliases,
) -> Result<Modes> {
    let Some(path) = &settings.genes else { return Err(Error::Internal("genes without their file".into())) };
    if settings.info == InfoFormat::Spliceai {
        let labels: Vec<&str> = model.form.columns.iter().filter(|c| c.callable).map(|c| c.label.as_str()).collect();
        if labels != ["acceptor", "donor"] {
            return Err(Error::usage(format!(
                "--fields spliceai is for acceptors and donors; {} scores {}",
                card.name,
                labels.join(", ")
            )));
        }
    }
    let rules = Rules::new(card, settings, model.period);
    let annotation = annotation::read(path)?;
    let genes = Genes::new(annotation.genes, annotation.place, reference.contigs(), aliases, &reference.place())?;
    let wanted = model.form.chosen_columns(&settings.columns, &model.report.name)?;
    let (read, kept) = match &settings.cache {
        Some(folder) => {
            (Some((Cache::open(folder)?, key::of_run(card, &model.report, rules, &wanted))), Some(Cache::open(folder)?))
        }
        None => (None, None),
    };
    let answers = GeneAnswers::new(&model.form.columns, &wanted, rules, FieldNames::new(&settings.prefix), kept);
    if answers.columns().next().is_none() {
        return Err(Error::usage("--column selects no callable score"));
    }
    let asks = Asks::Genes(Box::new(GeneAsker::new(genes, rules, read)));
    Ok((asks, Answers::Genes(answers), Some(annotation.report)))
}

/// The contigs of a header with their lengths; one that the header does not tell is that of the FASTA, or has no limit.
fn with_lengths(contigs: &Contigs, reference: Option<&Reference>, aliases: &Aliases) -> Contigs {
    let mut known = Contigs::default();
    for contig in contigs.iter() {
        let there = reference.and_then(|reference| reference.contigs().get(aliases.resolve(&contig.name)));
        let len = if contig.len > 0 { contig.len } else { there.map_or(u64::MAX, |there| there.len) };
        known.push(contig.name.as_str(), len);
    }
    known
}

/// The contigs that shards cut: in the order of the header, or in that of the reference if the header names none; by their names in the
/// reference.
pub(crate) fn contigs_to_cut(variants: &Variants, reference: &Reference, aliases: &Aliases) -> Contigs {
    let mut contigs = Contigs::default();
    for contig in variants.contigs.iter() {
        let name = aliases.resolve(&contig.name);
        let len = reference.contigs().get(name).map_or(contig.len, |there| there.len);
        contigs.push(name, len);
    }
    if contigs.is_empty() { reference.contigs().clone() } else { contigs }
}
