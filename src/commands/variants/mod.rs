//! `genogloss variants`: what every alternate allele does to a model's answer.
//!
//! How an allele is asked about is in [`windows`] (two windows of any model) and in [`genes`] (a change of a stretch, by
//! gene; [`effects`] is its answer); this file reads, checks REF, spells the allele, and writes.

mod effects;
mod genes;
mod plausible;
mod windows;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    ModelOptions, OutputOptions, RunOptions, VariantsOutput,
    given::{self, Given, NO_NETWORK, NotFor},
    setup::{self, Beginning, Ending, Kind, Loaded, Shared},
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    genome::{Interval, interval::show_position},
    model::card::Comparison,
    output::{
        Output, OutputSettings, Sealed, check_targets,
        manifest::{ModelReport, Settings, digest},
        variants::{RecordWriter, VariantFormat},
    },
    pipeline::{self, Feed, Outcome},
    progress::{Progress, Total},
    read::{
        InputReport, annotation,
        fasta::ContigReport,
        reference::Reference,
        regions::Aliases,
        variants::{VariantRecord, Variants},
    },
    session::journal::Checkpoint,
    shards::{
        ShardReport, order,
        territory::{Territory, Watch},
    },
    skip::Skip,
    variants::{
        cache::Cache,
        genes::Genes,
        spelling::{Edit, is_base, is_reference, spelled},
    },
    vcf::info::{self, FieldNames},
};

/// Score what every variant of a VCF or BCF file changes.
///
/// Without --genes, two windows are run for each alternate allele: the reference around the variant, and the same with the
/// allele in its place; INFO gets the difference of each score. With --genes, for SpliceAI and models like it, the allele is
/// scored in every gene it lies in: the largest gain and loss of each kind of site near it. Everything else of the record is
/// untouched, and every record comes out: what cannot be scored carries the reason.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss variants calls.vcf.gz -f genome.fa -o scored.vcf.gz
  genogloss variants calls.vcf.gz -f genome.fa --genes gencode.gtf.gz -m spliceai --accept-license -o scored.vcf.gz
  bcftools view -Ou -f PASS calls.bcf | genogloss variants - -f genome.fa -O b > scored.bcf

INFO fields: genogloss columns variants")]
pub struct Options {
    /// Variants: VCF or BCF (plain, gzip or BGZF); `-` is standard input.
    variants: PathBuf,
    /// Reference: a FASTA file, plain or BGZF; its .fai is used if it is there.
    #[arg(short = 'f', long, value_name = "FASTA", help_heading = "Input")]
    reference: PathBuf,
    /// Names of contigs, where the two files differ: a line each, the variants' name, a tab, the FASTA's name.
    #[arg(long, value_name = "TSV", help_heading = "Input")]
    contig_aliases: Option<PathBuf>,
    /// Genes, for models that score by gene (splicing): GTF, GFF3, or the table that SpliceAI reads; plain or compressed.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    genes: Option<PathBuf>,
    /// What becomes of a record whose REF is not what the FASTA has there.
    #[arg(long, value_name = "WHAT", default_value = "skip", help_heading = "Input")]
    ref_mismatch: OnMismatch,
    /// How the two alleles' scores become one number (without --genes). max: the largest difference; sum: the
    /// difference of the sums over all bins; log2fold: log2 of (sum of ALT + 1) / (sum of REF + 1); l2: the square root of the
    /// summed squared differences; js: Jensen-Shannon distance of the profiles. Default: what the card says, else max.
    #[arg(long, value_enum, value_name = "HOW", hide_possible_values = true, help_heading = "Scores")]
    compare: Option<Comparison>,
    /// Scores that are written, by name (`genogloss models show`), where not all are wanted; * stands for anything. May be
    /// given several times, or as a list with commas.
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Scores")]
    column: Vec<String>,
    /// The largest share of records whose REF is not what the FASTA has there. With more, and at least 10, it is taken for another
    /// assembly, and the run ends: as soon as the share of those that came is above the limit by more than chance, or at the
    /// end. 1: never. [0, 1]
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share, help_heading = "Input")]
    max_ref_mismatch: f64,
    /// What becomes of records on a contig that the FASTA does not have.
    #[arg(long, value_name = "WHAT", default_value = "fail", help_heading = "Input")]
    missing_contigs: MissingContigs,
    /// Bases either side of the variant that are compared, for models that score by gene. Default: what the card says, else
    /// 50. [1, 4999]
    #[arg(short = 'D', long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=4999), help_heading = "Scores")]
    distance: Option<u64>,
    /// Leave out gains of sites that the gene has anyway, and losses of what is no site of the gene: borders of its exons,
    /// acceptors and donors apart where the model tells them apart.
    #[arg(long, help_heading = "Scores")]
    mask: bool,
    /// INFO fields: genogloss's own, or SpliceAI's, which are those of spliceai 1.3.1 to the last digit. Equivalent spellings
    /// of a variant get the same scores in the first; in the second, each is scored as it is written.
    #[arg(long, value_name = "FORMAT", default_value = "genogloss", help_heading = "Scores")]
    format: Form,
    /// Score alleles together with their neighbours within the distance on phased haplotypes (GT with |, PS or PSL), beside each
    /// alone.
    #[arg(long, help_heading = "Scores")]
    haplotypes: bool,
    /// Folder of answers that are kept: what was scored before, by any run that uses it, is not run again. For --genes.
    #[arg(long, value_name = "DIR", help_heading = "Scores")]
    cache: Option<PathBuf>,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    output: OutputOptions,
    /// What the names of the INFO fields begin with, so that scores of several models have room in one file: letters, digits
    /// and _.
    #[arg(long, value_name = "NAME", default_value = info::PREFIX, value_parser = prefix, help_heading = "Output")]
    prefix: String,
    #[command(flatten)]
    format_out: VariantsOutput,
    #[command(flatten)]
    run: RunOptions,
}

/// A key of INFO begins so (VCF 4.4, section 1.6.1, without the dots that bcftools' expressions do not take).
fn prefix(text: &str) -> Result<String, String> {
    let fits = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if fits { Ok(text.into()) } else { Err("letters, digits and _, a letter first".into()) }
}

fn share(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| "a share, from 0 to 1".into())
}

/// What becomes of records on a contig that the FASTA does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum MissingContigs {
    /// The run fails: at its start where header, index and FASTA tell, else when the first such record comes.
    Fail,
    /// The record comes out without scores, with the reason.
    Skip,
}

/// INFO fields that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
enum Form {
    /// Ours: `genogloss columns variants`.
    Genogloss,
    /// SpliceAI's.
    Spliceai,
}

/// What becomes of a REF that the FASTA does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum OnMismatch {
    /// The record comes out without scores, with the reason.
    Skip,
    /// The run fails.
    Fail,
}

/// A record on its way through the pipeline.
struct Query {
    record: VariantRecord,
    asked: Asked,
}

impl pipeline::Located for Query {
    fn place(&self) -> String {
        let VariantRecord { number, position, .. } = self.record;
        format!("record {number} ({})", show_position(self.record.contig(), position))
    }
}

/// Every ALT: what is asked, or why nothing is.
enum Asked {
    Windows(Vec<Result<windows::Allele, Skip>>),
    Genes(effects::Alleles),
}

#[derive(Default)]
struct Ended {
    counts: Counts,
    input: Option<InputReport>,
    contigs: Vec<ContigReport>,
}

/// Options that cannot apply to this run.
fn check_given(options: &Options, given: &Given, format: VariantFormat) -> Result<()> {
    let spliceai = options.format == Form::Spliceai;
    given.check(&[
        NotFor {
            when: options.model.model.starts_with("exact:"),
            options: &["engine", "device"],
            why: NO_NETWORK,
            hint: "leave it away",
        },
        NotFor {
            when: spliceai,
            options: &["prefix"],
            why: "is for genogloss's own fields: SpliceAI's has its own name",
            hint: "--format genogloss",
        },
        NotFor {
            when: options.ref_mismatch == OnMismatch::Fail,
            options: &["max_ref_mismatch"],
            why: "is a limit for many records, and --ref-mismatch fail ends the run at the first one",
            hint: "give one of them",
        },
        given::checkpoint(options.run.resume),
    ])?;
    given.check(&VariantsOutput::index_rules(format, &options.output))
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    let format = options.format_out.of(&options.output)?;
    check_given(&options, given, format)?;
    let inputs: Vec<&Path> = [options.variants.as_path(), &options.reference]
        .into_iter()
        .chain(options.contig_aliases.as_deref())
        .chain(options.genes.as_deref())
        .collect();
    check_targets(&inputs, options.output.output.as_deref(), options.output.manifest.as_deref(), &[])?;
    let loaded = load(&options)?;
    let aliases = options.contig_aliases.as_deref().map(Aliases::read).transpose()?.unwrap_or_default();
    let reference = Reference::open(&options.reference)?;
    let (reading, writing, genes_report) = modes(&options, &loaded, &reference, &aliases)?;
    let mut variants = Variants::open(&options.variants)?;
    if options.haplotypes && variants.sample_count() == 0 {
        tracing::warn!("{} has no genotypes: --haplotypes finds no neighbours", variants.place());
    }
    plausible::check_contigs(&options, &variants, &reference, &aliases)?;
    reserve(&mut variants, &writing)?;
    let territory = territory(&options, &variants, &reference, &aliases)?;
    let Loaded { settings, sessions, report, threads, .. } = loaded;

    let run_settings = settings_of(&options, &writing, genes_report.as_ref())?;
    let header = header(&variants, &writing, &report, &run_settings, &options)?;
    let target = options.output.output.as_deref();
    let mut beginning =
        Beginning::find(&options.run, target, None, &report, &run_settings, territory.as_ref(), &inputs)?;
    let (records, header) = RecordWriter::new(format, &mut variants, header, options.haplotypes)?;
    let output_settings = OutputSettings {
        path: options.output.output.clone(),
        indexed: records.indexed(),
        kind: options.output.index,
        longest: reference.contigs().longest().max(variants.contigs.longest()),
        bgzf: false,
        input: variants.place().into(),
        resume: beginning.bytes(),
    };
    let mut output = Output::create_as(&output_settings, format.is_bgzf())?;
    if !beginning.begun() {
        output.write_all(&header)?;
    }
    let counts = beginning.from.counts();
    let counts = match &writing {
        Writing::Windows(writing) => counts.of_columns(writing.columns()),
        Writing::Genes(writing) => counts.of_columns(writing.columns()),
    };
    let theirs = variants.place().to_string();
    let mismatches = plausible::Mismatches::new(options.max_ref_mismatch, &theirs, reference.place());
    let mut writer = Writer { output, writing, records, added: Vec::new(), counts };

    let shared: Shared<Ended> = Shared::default();
    // Of a part, the share of the file says nothing.
    let share = if territory.is_none() { variants.share() } else { None };
    let mut progress = Progress::new(writer.counts.windows, Total::of(share));
    let mut done = beginning.from.queries;
    let result = {
        let shared = Arc::clone(&shared);
        let territory = territory.clone();
        let mut watch = Watch::default();
        let mut reader = Reader {
            reference,
            aliases,
            reading,
            as_written: options.format == Form::Spliceai,
            strict: options.ref_mismatch == OnMismatch::Fail,
            skips_missing: options.missing_contigs == MissingContigs::Skip,
            mismatches,
            missing: Vec::new(),
            theirs,
            contig: None,
            used: Vec::new(),
            order: Vec::new(),
            bases: Vec::new(),
        };
        pipeline::run(
            &settings,
            sessions,
            move |feed| {
                let mut counts = Counts::default();
                let place = variants.place().to_string();
                let report = variants.read(|record| {
                    if let Some(own) = &territory
                        && !watch.own(own, Some((reader.aliases.resolve(record.contig()), record.position)), &place)?
                    {
                        return if reader.has_neighbours() { reader.pass(&record, feed) } else { Ok(()) };
                    }
                    counts.records_in += 1;
                    counts.queries += 1;
                    let contig = reader.contig(&record)?;
                    if done > 0 {
                        done -= 1;
                        let _counted = reader.compare(&record, contig)?;
                        return if reader.has_neighbours() { reader.pass(&record, feed) } else { Ok(()) };
                    }
                    reader.ask(record, contig, feed)
                })?;
                reader.mismatches.finish()?;
                if let Reading::Genes(reading) = &mut reader.reading {
                    reading.finish(&mut reader.reference, feed)?;
                }
                let contigs = reader
                    .used
                    .clone()
                    .into_iter()
                    .map(|id| reader.reference.report(id))
                    .collect::<Result<Vec<_>>>()?;
                setup::leave(&shared, Ended { counts, input: Some(report()), contigs });
                Ok(())
            },
            |query: Query, outcome| {
                progress.at(writer.counts.written, writer.counts.windows, || {
                    show_position(query.record.contig(), query.record.position)
                });
                writer.write(&query, outcome)?;
                beginning.at(|| writer.checkpoint())
            },
        )
    };
    let timings = beginning.ended(result, || writer.checkpoint())?;
    let Ended { counts: read, input, contigs } = setup::take(&shared);
    let (mut counts, sealed) = writer.seal()?;
    (counts.records_in, counts.queries) = (read.records_in, read.queries);
    let ending = Ending {
        report,
        threads,
        counts,
        timings,
        inputs: input.into_iter().chain(genes_report).collect(),
        reference: Some((&options.reference, contigs)),
        settings: run_settings,
        tracks: None,
        shard: territory.as_ref().map(|territory| ShardReport::new(territory, None, Vec::new())),
        also: None,
        before: beginning.from.counts().windows,
    };
    setup::finish(&options.output, ending, || Ok(sealed))?;
    beginning.done();
    Ok(())
}

/// Loads what answers: networks that read windows, or, with genes, those that read changes.
fn load(options: &Options) -> Result<Loaded> {
    if options.genes.is_some() {
        if options.compare.is_some() {
            return Err(Error::usage(
                "--compare is for models that read windows; with --genes it is the largest gain and loss",
            ));
        }
        if !options.column.is_empty() && options.format == Form::Spliceai {
            return Err(Error::usage("SpliceAI's format has all of its scores").with_hint("leave --column away"));
        }
        if options.haplotypes && options.format == Form::Spliceai {
            return Err(Error::usage("SpliceAI's format has no place for haplotypes").with_hint("--format genogloss"));
        }
        return setup::load_for_changes(&options.model);
    }
    let only = [
        (options.distance.is_some(), "--distance"),
        (options.mask, "--mask"),
        (options.haplotypes, "--haplotypes"),
        (options.cache.is_some(), "--cache"),
        (options.format == Form::Spliceai, "--format spliceai"),
    ];
    if let Some((_, option)) = only.iter().find(|(given, _)| *given) {
        return Err(
            Error::usage(format!("{option} needs the genes that variants are scored in")).with_hint("--genes FILE")
        );
    }
    let loaded = setup::load_for_rows(&options.model)?;
    if let Kind::Network(card) = &loaded.kind
        && card.variants.genes
    {
        return Err(Error::usage(format!("{} scores variants by gene", card.name))
            .with_hint("--genes FILE: a GTF, a GFF3, or SpliceAI's table"));
    }
    Ok(loaded)
}

/// How alleles are asked about, how answers are written, and what was read of genes.
fn modes(
    options: &Options,
    loaded: &Loaded,
    reference: &Reference,
    aliases: &Aliases,
) -> Result<(Reading, Writing, Option<InputReport>)> {
    let fields = FieldNames::new(&options.prefix);
    let (Some(path), Kind::Network(card)) = (&options.genes, &loaded.kind) else {
        let cut = windows::Cut::new(loaded, options.compare)?;
        let wanted = wanted(&options.column, loaded)?;
        let writing = Writing::Windows(windows::Writing::new(cut.clone(), loaded, &wanted, fields)?);
        let reading = windows::Reading::new(cut, loaded.settings.encoder.clone());
        return Ok((Reading::Windows(reading), writing, None));
    };
    if options.format == Form::Spliceai {
        let told: Vec<&str> = loaded.form.columns.iter().filter(|c| c.callable).map(|c| c.label.as_str()).collect();
        if told != ["acceptor", "donor"] {
            return Err(Error::usage(format!(
                "--format spliceai is for acceptors and donors; {} tells of {}",
                card.name,
                told.join(", ")
            )));
        }
    }
    let rules = genes::Rules::new(card, options);
    let annotation = annotation::read(path)?;
    let genes = Genes::new(annotation.genes, annotation.place, reference.contigs(), aliases, &reference.place())?;
    let wanted = wanted(&options.column, loaded)?;
    let (kept, keeps) = match &options.cache {
        Some(folder) => (
            Some((Cache::open(folder)?, genes::begin_key(card, &loaded.report, rules, &wanted))),
            Some(Cache::open(folder)?),
        ),
        None => (None, None),
    };
    let writing = effects::Writing::new(&loaded.form.columns, &wanted, rules, fields, keeps);
    if writing.columns().next().is_none() {
        return Err(Error::usage("--column leaves no score that can be called"));
    }
    let writing = Writing::Genes(writing);
    Ok((Reading::Genes(Box::new(genes::Reading::new(genes, rules, kept))), writing, Some(annotation.report)))
}

/// Columns that are written: those that a name or a pattern of `--column` is about, in the model's order.
fn wanted(patterns: &[String], loaded: &Loaded) -> Result<Vec<usize>> {
    let columns = &loaded.form.columns;
    if patterns.is_empty() {
        return Ok((0..columns.len()).collect());
    }
    let mut wanted = vec![false; columns.len()];
    for pattern in patterns {
        let mut any = false;
        for (column, wanted) in columns.iter().zip(&mut wanted) {
            let matches = matches(pattern.as_bytes(), column.name.as_bytes());
            any |= matches;
            *wanted |= matches;
        }
        if !any {
            let names: Vec<&str> = columns.iter().take(8).map(|column| column.name.as_str()).collect();
            let more = if columns.len() > 8 { format!(" … ({} in all)", columns.len()) } else { String::new() };
            return Err(Error::usage(format!("--column {pattern}: {} has no such score", loaded.report.name))
                .with_hint(format!("it has {}{more}", names.join(", "))));
        }
    }
    Ok((0..columns.len()).filter(|&column| wanted[column]).collect())
}

/// Whether a name is what a pattern says, in which `*` stands for anything.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern {
        [] => name.is_empty(),
        [b'*', rest @ ..] => (0..=name.len()).any(|at| matches(rest, &name[at..])),
        [first, rest @ ..] => name.first() == Some(first) && matches(rest, &name[1..]),
    }
}

/// The shard's part of the variants.
fn territory(
    options: &Options,
    variants: &Variants,
    reference: &Reference,
    aliases: &Aliases,
) -> Result<Option<Territory>> {
    let Some(choice) = &options.run.shard else { return Ok(None) };
    let contigs = order::of_variants(variants, reference, aliases);
    let territory = Territory::choose(choice, &contigs, variants.place(), 1, None)?;
    if territory.is_empty() {
        tracing::warn!("shard {} has nothing to do: there are more shards than bases", territory.shard);
    }
    Ok(Some(territory))
}

/// All options that answers and lines depend on: shards of one run have the same.
fn settings_of(options: &Options, writing: &Writing, genes: Option<&InputReport>) -> Result<Settings> {
    let mut settings = Settings::new("variants");
    settings.put("contig_aliases", options.contig_aliases.as_deref().map(digest).transpose()?);
    settings.put("output_type", options.format_out.of(&options.output)?.word());
    settings.put("prefix", &options.prefix);
    settings.put("ref_mismatch", format!("{:?}", options.ref_mismatch).to_lowercase());
    if !options.column.is_empty() {
        settings.put("column", options.column.join(","));
    }
    if let Writing::Windows(writing) = writing {
        settings.put("compare", writing.comparison().word());
    }
    if let Writing::Genes(writing) = writing {
        settings.put("genes", genes.and_then(|genes| genes.sha256.as_deref()));
        settings.put("distance", writing.rules().distance);
        settings.put("mask", options.mask);
        settings.put("haplotypes", options.haplotypes);
        settings.put("format", format!("{:?}", options.format).to_lowercase());
    }
    Ok(settings)
}

/// Refuses an input that has fields of the same names.
fn reserve(variants: &mut Variants, writing: &Writing) -> Result<()> {
    let fields = writing.fields();
    let all: Vec<String> = fields.iter().map(|field| format!("INFO/{field}")).collect();
    let way_out = if fields.contains(&info::SPLICEAI) {
        "--format genogloss gives the new ones other names"
    } else {
        "--prefix gives the new fields other names"
    };
    variants
        .reserve(&fields, format!("{way_out}; or take the old ones out first: bcftools annotate -x {}", all.join(",")))
}

/// The input's header with our lines before #CHROM.
fn header(
    variants: &Variants,
    writing: &Writing,
    report: &ModelReport,
    settings: &Settings,
    options: &Options,
) -> Result<Vec<u8>> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (model, version) = (&report.name, &report.version);
    let mut lines = vec![
        format!("##genogloss_version={}\n", env!("CARGO_PKG_VERSION")),
        info::structured(
            "genogloss_model",
            model,
            [
                ("Version", version.clone()),
                ("sha256", report.sha256.clone().unwrap_or(".".into())),
                ("Licence", report.license.clone()),
            ],
        ),
        info::structured(
            "genogloss_variants",
            &options.prefix,
            [("model", model.clone()), ("reference", name(&options.reference))]
                .into_iter()
                .chain(options.genes.as_deref().map(|genes| ("genes", name(genes))))
                .chain(settings.told().filter_map(|(key, value)| match key {
                    // How it is written is no option of what is written.
                    "command" | "output_type" | "prefix" => None,
                    "genes" => Some(("genes_sha256", value)),
                    "contig_aliases" => Some(("contig_aliases_sha256", value)),
                    key => Some((key, value)),
                })),
        ),
    ];
    lines.extend(match writing {
        Writing::Windows(writing) => writing.header_lines(model, version),
        Writing::Genes(writing) => writing.header_lines(model, version),
    });
    info::with_lines(&variants.header, &lines).ok_or_else(|| Error::input(variants.place(), "the header is empty"))
}

/// Where a record lies, for what asks about its alleles.
struct Asking<'a> {
    reference: &'a mut Reference,
    /// Id and length of the contig in the FASTA.
    contig: usize,
    len: u64,
}

impl Asking<'_> {
    /// Id and length of the contig.
    fn place(&self) -> (usize, u64) {
        (self.contig, self.len)
    }

    /// A base of the contig.
    fn base(&mut self, position: u64) -> Result<u8> {
        let mut base = Vec::with_capacity(1);
        self.reference.fetch(self.contig, Interval::new(position, position + 1), &mut base)?;
        Ok(base.first().copied().unwrap_or(b'N'))
    }
}

/// How alleles are asked about.
enum Reading {
    Windows(windows::Reading),
    Genes(Box<genes::Reading>),
}

/// The reader's side.
struct Reader {
    reference: Reference,
    aliases: Aliases,
    reading: Reading,
    /// Alleles are taken as they are written, not by their one spelling.
    as_written: bool,
    strict: bool,
    /// Records on contigs that the FASTA does not have come out with that reason.
    skips_missing: bool,
    mismatches: plausible::Mismatches,
    /// Names of such contigs.
    missing: Vec<String>,
    theirs: String,
    /// Name in the variants, id and length in the FASTA, of the contig in work.
    contig: Option<(String, usize, u64)>,
    used: Vec<usize>,
    /// Contigs in the order they came, and how far the records of each have come.
    order: Vec<(usize, u64)>,
    bases: Vec<u8>,
}

impl Reader {
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
            None => {
                let error = contigs.missing(name, &theirs, &self.reference.place());
                let hint = format!("{}; {}", error.hint().unwrap_or_default(), plausible::SKIP);
                return Err(error.with_hint(hint));
            }
        };
        self.contig = Some((record.contig().into(), id, len));
        Ok((id, len))
    }

    /// Records are asked about together with their neighbours.
    fn has_neighbours(&self) -> bool {
        matches!(&self.reading, Reading::Genes(reading) if reading.has_neighbours())
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
                format!("is not sorted ({place} comes too late), so --haplotypes cannot find neighbours"),
            )
            .with_hint("sort it first: bcftools sort"));
        }
        self.order.push((contig, record.position));
        Ok(())
    }

    /// A record that is answered for elsewhere: by another shard, or by an earlier run.
    fn pass(&mut self, record: &VariantRecord, feed: &mut Feed<'_, Query>) -> Result<()> {
        let Some(contig) = self.reference.contigs().id(self.aliases.resolve(record.contig())) else { return Ok(()) };
        self.check_order(record, contig)?;
        let len = self.reference.contigs().iter().nth(contig).map_or(0, |contig| contig.len);
        let matches = self.reference_matches(record, (contig, len))?;
        let edits = self.edits(record, contig, matches)?;
        let mut asking = Asking { reference: &mut self.reference, contig, len };
        match &mut self.reading {
            Reading::Genes(reading) => reading.pass(&mut asking, edits, record, feed),
            Reading::Windows(_) => Ok(()),
        }
    }

    /// Asks about every ALT.
    fn ask(&mut self, record: VariantRecord, (contig, len): (usize, u64), feed: &mut Feed<'_, Query>) -> Result<()> {
        self.check_order(&record, contig)?;
        let matches = self.compare(&record, (contig, len))?;
        let edits = self.edits(&record, contig, matches)?;
        feed.holds(record.line.len() + record.frame.len());
        let mut asking = Asking { reference: &mut self.reference, contig, len };
        match &mut self.reading {
            Reading::Windows(reading) => reading.ask(&mut asking, edits, record, feed),
            Reading::Genes(reading) => reading.ask(&mut asking, edits, record, feed),
        }
    }

    /// What every ALT does, or why it is not scored; the same if REF does not match.
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
            return Ok(match &self.reading {
                Reading::Genes(_) if !same && self.as_written => Err(Skip::ReferenceMismatch),
                Reading::Genes(_) if !same => Err(Skip::UnknownBases),
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
                "it is called on another assembly, or damaged; --ref-mismatch skip goes on without such records",
            ));
        }
        Ok(Err(Skip::ReferenceMismatch))
    }
}

/// Bases in a message.
fn shown(bases: &[u8]) -> String {
    match bases.len() {
        0 => "nothing: the contig ends before".into(),
        len if len > 20 => format!("{}… ({len} bases)", String::from_utf8_lossy(&bases[..20])),
        _ => String::from_utf8_lossy(bases).into_owned(),
    }
}

/// How answers are written.
enum Writing {
    Windows(windows::Writing),
    Genes(effects::Writing),
}

impl Writing {
    /// INFO fields that are added.
    fn fields(&self) -> Vec<&str> {
        match self {
            Self::Windows(writing) => writing.fields(),
            Self::Genes(writing) => writing.fields(),
        }
    }
}

/// The writer's side.
struct Writer {
    output: Output,
    writing: Writing,
    records: RecordWriter,
    /// INFO fields of the record in work.
    added: Vec<u8>,
    counts: Counts,
}

impl Writer {
    fn checkpoint(&mut self) -> Result<Checkpoint> {
        Checkpoint::of(&self.counts, self.output.checkpoint()?)
    }

    fn write(&mut self, query: &Query, outcome: Outcome<'_>) -> Result<()> {
        let Self { output, writing, records, added, counts } = self;
        counts.written += 1;
        let Outcome::Answered(answers) = outcome else {
            return Err(Error::Internal("a variant record was skipped as a whole".into()));
        };
        added.clear();
        let record = &query.record;
        match (writing, &query.asked) {
            (Writing::Windows(writing), Asked::Windows(alleles)) => writing.write(alleles, &answers, counts, added),
            (Writing::Genes(writing), Asked::Genes(alleles)) => {
                counts.windows += answers.count() as u64;
                writing.write(record, alleles, &answers, counts, added);
            }
            _ => return Err(Error::Internal("a variant was asked about in one way and answered in another".into())),
        }
        counts.rows += 1;
        records.write(record, added, output)
    }

    fn seal(mut self) -> Result<(Counts, Sealed)> {
        if let Writing::Genes(writing) = &mut self.writing {
            writing.finish();
        }
        Ok((self.counts, self.output.seal()?))
    }
}
