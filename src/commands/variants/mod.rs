//! `genogloss variants`: what every alternate allele does to a model's answer.
//!
//! How an allele is asked about is in [`windows`] (two windows of any model) and in [`genes`] (a change of a stretch, by
//! gene); this file reads, checks REF, spells the allele, and writes.

mod genes;
mod windows;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    ModelOptions, OutputOptions, RunOptions,
    setup::{self, Beginning, Ending, Kind, Loaded, Shared},
};
use crate::{
    error::{Error, Result},
    genome::{Contigs, Interval, interval::show_position},
    pipeline::{self, Feed, Outcome},
    progress::{Progress, Total},
    read::{
        InputReport, annotation,
        fasta::ContigReport,
        reference::Reference,
        regions::Aliases,
        variants::{VariantRecord, Variants},
    },
    report::{Counts, Skip},
    run::{
        ShardReport,
        journal::Checkpoint,
        shard::{Territory, Watch},
    },
    variant::{
        cache::Cache,
        genes::Genes,
        spelling::{Edit, is_base, spelled},
    },
    write::{
        Indexed, Output, OutputSettings, Sealed,
        bcf::Encoder,
        check_targets,
        manifest::{Settings, digest},
        vcf,
    },
};

/// Score reference and alternate allele of every variant of a VCF or BCF file.
///
/// For each alternate allele two windows are run: the reference around the variant, and the same with the allele in
/// its place. The difference of each score goes into INFO; everything else of the record is untouched, and every record
/// comes out: what cannot be scored carries the reason.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss variants calls.vcf.gz -f genome.fa -o scored.vcf.gz
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
    /// Bases either side of the variant that are compared, for models that score by gene. Default: what the card says, else
    /// 50. [1, 4999]
    #[arg(short = 'D', long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=4999), help_heading = "Scores")]
    distance: Option<u64>,
    /// Leave out gains of sites that the gene has anyway, and losses of what is no site of the gene.
    #[arg(long, help_heading = "Scores")]
    mask: bool,
    /// INFO fields: genogloss's own, or SpliceAI's, which are those of spliceai 1.3.1 to the last digit. Equivalent spellings
    /// of a variant get the same scores in the first; in the second, each is scored as it is written.
    #[arg(long, value_name = "FORMAT", default_value = "genogloss", help_heading = "Scores")]
    format: Form,
    /// Score alleles together with their neighbours within the distance on phased haplotypes (GT with |, PS), beside each
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
    /// Format of the output: v VCF, z VCF in BGZF, b BCF, whose index is always CSI. Default: what its name ends in (.vcf.gz,
    /// .vcf.bgz, .bcf), else VCF.
    #[arg(short = 'O', long, value_name = "TYPE", help_heading = "Output")]
    output_type: Option<OutputType>,
    #[command(flatten)]
    run: RunOptions,
}

/// Formats of the output; the letters are bcftools'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum OutputType {
    /// VCF.
    #[value(name = "v")]
    Vcf,
    /// VCF in BGZF.
    #[value(name = "z")]
    Bgzf,
    /// BCF.
    #[value(name = "b")]
    Bcf,
}

impl Options {
    /// What was asked for, or what the name says.
    fn output_type(&self) -> OutputType {
        let ending = self.output.output.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
        self.output_type.unwrap_or(match ending {
            Some("bcf") => OutputType::Bcf,
            Some("gz" | "bgz") => OutputType::Bgzf,
            _ => OutputType::Vcf,
        })
    }
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

/// Every ALT: what is asked, or why nothing is.
enum Asked {
    Windows(Vec<Result<windows::Allele, Skip>>),
    Genes(genes::Alleles),
}

#[derive(Default)]
struct Ended {
    counts: Counts,
    input: Option<InputReport>,
    contigs: Vec<ContigReport>,
}

pub(super) fn run(options: Options) -> Result<()> {
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
    let territory = territory(&options, &variants, &reference, &aliases)?;
    let Loaded { form, settings, sessions, report, threads, .. } = loaded;

    let header = header(&variants, &form, &writing, &report, &options)?;
    let run_settings = settings_of(&options)?;
    let target = options.output.output.as_deref();
    let mut beginning =
        Beginning::find(&options.run, target, None, &report, &run_settings, territory.as_ref(), &inputs)?;
    let (header, encoder) = match options.output_type() {
        OutputType::Bcf => {
            let encoder = encoder(&mut variants, &header, options.haplotypes)?;
            (encoder.header(&header), Some(encoder))
        }
        OutputType::Vcf | OutputType::Bgzf => (header, None),
    };
    let output_settings = OutputSettings {
        path: options.output.output.clone(),
        indexed: encoder.as_ref().map_or(Indexed::Vcf, |encoder| Indexed::Bcf(encoder.contig_count())),
        kind: options.output.index,
        bgzf: false,
        input: variants.place().into(),
        resume: beginning.bytes(),
    };
    let mut output = Output::create_as(&output_settings, options.output_type() != OutputType::Vcf)?;
    if !beginning.begun() {
        output.write_all(&header)?;
    }
    let counts = beginning.from.counts();
    let counts = match &writing {
        Writing::Windows(_) => counts.of_columns(form.columns.iter().map(|column| column.name.as_str())),
        Writing::Genes(writing) => counts.of_columns(writing.columns()),
    };
    let theirs = variants.place().to_string();
    let mut writer =
        Writer { output, writing, encoder, input: theirs.clone(), added: Vec::new(), line: Vec::new(), counts };

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
            theirs,
            contig: None,
            used: Vec::new(),
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
                        return if reader.has_neighbours() { reader.pass(&record, feed) } else { Ok(()) };
                    }
                    reader.ask(record, contig, feed)
                })?;
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
    let loaded = setup::load(&options.model)?;
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
    let (Some(path), Kind::Network(card)) = (&options.genes, &loaded.kind) else {
        let windows = windows::Windows::new(loaded)?;
        let encoder = loaded.settings.encoder.clone();
        let writing = Writing::Windows(windows::Writing::new(windows.clone(), loaded.form.clone()));
        return Ok((Reading::Windows(windows::Reading { windows, encoder, bases: Vec::new() }), writing, None));
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
    let (kept, keeps) = match &options.cache {
        Some(folder) => {
            (Some((Cache::open(folder)?, genes::begin_key(card, &loaded.report, rules))), Some(Cache::open(folder)?))
        }
        None => (None, None),
    };
    let writing = Writing::Genes(genes::Writing::new(&loaded.form.columns, rules, keeps));
    Ok((Reading::Genes(Box::new(genes::Reading::new(genes, rules, kept))), writing, Some(annotation.report)))
}

/// The line that shards cut: contigs in the header's order, or, where it names none, in the FASTA's; by the names they have
/// there.
pub(super) fn line_of(variants: &Variants, reference: &Reference, aliases: &Aliases) -> Contigs {
    let mut contigs = Contigs::default();
    for contig in variants.contigs.iter() {
        let name = aliases.resolve(&contig.name);
        let len = reference.contigs().get(name).map_or(contig.len, |there| there.len);
        contigs.push(name, len);
    }
    if contigs.is_empty() { reference.contigs().clone() } else { contigs }
}

/// The shard's part of the variants.
fn territory(
    options: &Options,
    variants: &Variants,
    reference: &Reference,
    aliases: &Aliases,
) -> Result<Option<Territory>> {
    let Some(choice) = &options.run.shard else { return Ok(None) };
    let contigs = line_of(variants, reference, aliases);
    let territory = Territory::choose(choice, &contigs, variants.place(), 1, None)?;
    if territory.is_empty() {
        tracing::warn!("shard {} has nothing to do: there are more shards than bases", territory.shard);
    }
    Ok(Some(territory))
}

/// All options that answers and lines depend on: shards of one run have the same.
fn settings_of(options: &Options) -> Result<Settings> {
    let mut settings = Settings::new("variants");
    settings.put("contig_aliases", options.contig_aliases.as_deref().map(digest).transpose()?);
    settings.put("output_type", if options.output_type() == OutputType::Bcf { "bcf" } else { "vcf" });
    settings.put("ref_mismatch", format!("{:?}", options.ref_mismatch).to_lowercase());
    if let Some(genes) = &options.genes {
        settings.put("genes", digest(genes)?);
        settings.put("distance", options.distance);
        settings.put("mask", options.mask);
        settings.put("haplotypes", options.haplotypes);
        settings.put("format", format!("{:?}", options.format).to_lowercase());
    }
    Ok(settings)
}

/// The input's header with our lines before #CHROM.
fn header(
    variants: &Variants,
    form: &crate::model::Form,
    writing: &Writing,
    report: &crate::write::manifest::ModelReport,
    options: &Options,
) -> Result<Vec<u8>> {
    let fields = writing.fields();
    for line in &variants.header {
        let text = String::from_utf8_lossy(line);
        if let Some(id) = text.strip_prefix("##INFO=<ID=").and_then(|rest| rest.split([',', '>']).next())
            && fields.contains(&id)
        {
            return Err(Error::input(variants.place(), format!("INFO field {id} is there already")).with_hint(
                format!(
                    "take the old scores out first: bcftools annotate -x {}",
                    fields.iter().map(|f| format!("INFO/{f}")).collect::<Vec<_>>().join(",")
                ),
            ));
        }
    }
    let (last, before) =
        variants.header.split_last().ok_or_else(|| Error::input(variants.place(), "the header is empty"))?;
    let mut header = before.concat();
    let mut text = String::new();
    text.push_str(&format!("##genogloss_version={}\n", env!("CARGO_PKG_VERSION")));
    let fasta = options.reference.file_name().unwrap_or_default().to_string_lossy();
    text.push_str(&format!(
        "##genogloss_model=<ID={},Version=\"{}\",sha256={},Licence=\"{}\",Reference=\"{fasta}\">\n",
        report.name,
        report.version,
        report.sha256.as_deref().unwrap_or("."),
        report.license
    ));
    let lines = match writing {
        Writing::Windows(_) => vcf::header_lines(&form.columns, &report.name, &report.version),
        Writing::Genes(writing) => writing.header_lines(&report.name, &report.version),
    };
    lines.iter().for_each(|line| text.push_str(line));
    header.extend_from_slice(text.as_bytes());
    header.extend_from_slice(last);
    Ok(header)
}

/// Encodes BCF with a header's names: those of the input keep their numbers. `samples` are looked at, too.
fn encoder(variants: &mut Variants, header: &[u8], samples: bool) -> Result<Encoder> {
    let mut dictionary = variants.dictionary()?;
    for line in header.split_inclusive(|&b| b == b'\n') {
        dictionary.add(line).map_err(|why| Error::input(variants.place(), why))?;
    }
    variants.keep_binary(samples);
    Ok(Encoder::new(dictionary))
}

/// Where a record lies, for what asks about its alleles.
struct Asking<'a> {
    reference: &'a mut Reference,
    /// Id and length of the contig in the FASTA.
    contig: usize,
    len: u64,
}

impl Asking<'_> {
    /// A base of the contig.
    fn base(&mut self, position: u64) -> Result<u8> {
        let mut base = Vec::with_capacity(1);
        self.reference.fetch(self.contig, Interval::new(position, position + 1), &mut base)?;
        Ok(base.first().map_or(b'N', u8::to_ascii_uppercase))
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
    theirs: String,
    /// Name in the variants, id and length in the FASTA, of the contig in work.
    contig: Option<(String, usize, u64)>,
    used: Vec<usize>,
    bases: Vec<u8>,
}

impl Reader {
    /// Id and length of the record's contig in the FASTA; an error if it has none.
    fn contig(&mut self, record: &VariantRecord) -> Result<(usize, u64)> {
        if let Some((name, id, len)) = &self.contig
            && name == record.contig()
        {
            return Ok((*id, *len));
        }
        let name = self.aliases.resolve(record.contig());
        let theirs = format!("{}, record {}", self.theirs, record.number);
        let len = self.reference.contigs().require(name, &theirs, &self.reference.place())?.len;
        let id = self.reference.contigs().id(name).unwrap_or_default();
        if !self.used.contains(&id) {
            self.used.push(id);
        }
        self.contig = Some((record.contig().into(), id, len));
        Ok((id, len))
    }

    /// Records are asked about together with their neighbours.
    fn has_neighbours(&self) -> bool {
        matches!(&self.reading, Reading::Genes(reading) if reading.has_neighbours())
    }

    /// A record that is answered for elsewhere: by another shard, or by an earlier run.
    fn pass(&mut self, record: &VariantRecord, feed: &mut Feed<'_, Query>) -> Result<()> {
        let Some(contig) = self.reference.contigs().id(self.aliases.resolve(record.contig())) else { return Ok(()) };
        let len = self.reference.contigs().iter().nth(contig).map_or(0, |contig| contig.len);
        let edits = self.edits(record, (contig, len))?;
        let mut asking = Asking { reference: &mut self.reference, contig, len };
        match &mut self.reading {
            Reading::Genes(reading) => reading.pass(&mut asking, edits, record, feed),
            Reading::Windows(_) => Ok(()),
        }
    }

    /// Asks about every ALT.
    fn ask(&mut self, record: VariantRecord, (contig, len): (usize, u64), feed: &mut Feed<'_, Query>) -> Result<()> {
        let edits = self.edits(&record, (contig, len))?;
        feed.holds(record.line.len() + record.frame.len());
        let mut asking = Asking { reference: &mut self.reference, contig, len };
        match &mut self.reading {
            Reading::Windows(reading) => reading.ask(&mut asking, edits, record, feed),
            Reading::Genes(reading) => reading.ask(&mut asking, edits, record, feed),
        }
    }

    /// What every ALT does, or why it is not scored.
    fn edits(&mut self, record: &VariantRecord, (contig, len): (usize, u64)) -> Result<Vec<Result<Edit, Skip>>> {
        let matches = self.reference_matches(record, (contig, len))?;
        let mut edits = Vec::with_capacity(1);
        for alternate in record.alternates() {
            edits.push(match spelled(alternate).and(matches) {
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

    fn reference_matches(&mut self, record: &VariantRecord, (id, len): (usize, u64)) -> Result<Result<(), Skip>> {
        let reference = record.reference();
        if !reference.iter().all(|&b| is_base(b)) {
            return Ok(Err(Skip::NotBases));
        }
        let interval = Interval::new(record.position, record.position + reference.len() as u64);
        self.bases.clear();
        if interval.end <= len {
            self.reference.fetch(id, interval, &mut self.bases)?;
        }
        if self.bases.eq_ignore_ascii_case(reference) {
            return Ok(Ok(()));
        }
        if self.strict {
            let place = format!("{}, record {}", self.theirs, record.number);
            let shown = |bases: &[u8]| match bases.len() {
                0 => "nothing: the contig ends before".into(),
                len if len > 20 => format!("{}… ({len} bases)", String::from_utf8_lossy(&bases[..20])),
                _ => String::from_utf8_lossy(bases).into_owned(),
            };
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

/// How answers are written.
enum Writing {
    Windows(windows::Writing),
    Genes(genes::Writing),
}

impl Writing {
    /// INFO fields that are added.
    fn fields(&self) -> Vec<&str> {
        match self {
            Self::Windows(writing) => writing.names.iter().map(String::as_str).chain([vcf::SKIP]).collect(),
            Self::Genes(writing) => writing.fields(),
        }
    }
}

/// The writer's side.
struct Writer {
    output: Output,
    writing: Writing,
    /// Where the output is BCF.
    encoder: Option<Encoder>,
    /// What messages call the input.
    input: String,
    /// INFO fields of the record in work, and the record with them.
    added: Vec<u8>,
    line: Vec<u8>,
    counts: Counts,
}

impl Writer {
    fn checkpoint(&mut self) -> Result<Checkpoint> {
        Checkpoint::of(&self.counts, self.output.checkpoint()?)
    }

    fn write(&mut self, query: &Query, outcome: Outcome<'_>) -> Result<()> {
        let Self { output, writing, encoder, input, added, line, counts } = self;
        counts.written += 1;
        let Outcome::Answered(answers) = outcome else {
            return Err(Error::Internal("a variant record was skipped as a whole".into()));
        };
        counts.windows += answers.count() as u64;
        added.clear();
        line.clear();
        let record = &query.record;
        match (writing, &query.asked) {
            (Writing::Windows(writing), Asked::Windows(alleles)) => writing.write(alleles, &answers, counts, added),
            (Writing::Genes(writing), Asked::Genes(alleles)) => writing.write(record, alleles, &answers, counts, added),
            _ => return Err(Error::Internal("a variant was asked about in one way and answered in another".into())),
        }
        match encoder {
            None => vcf::with_info(record, added, line),
            Some(encoder) => encoder.write(record, added, line).map_err(|problem| {
                let place = format!("{input}, record {}", record.number);
                Error::input(place, problem.message).with_hint(problem.hint)
            })?,
        }
        counts.rows += 1;
        if output.is_indexed() {
            output.write_record(record.contig(), record.interval(), line)
        } else {
            output.write_all(line)
        }
    }

    fn seal(mut self) -> Result<(Counts, Sealed)> {
        if let Writing::Genes(writing) = &mut self.writing {
            writing.finish();
        }
        Ok((self.counts, self.output.seal()?))
    }
}
