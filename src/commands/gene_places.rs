//! `genogloss genes annotate`: what is known of the genes at intervals and variants.

use std::{
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Instant,
};

use super::{
    OutputOptions, RunOptions, VariantsOutput,
    given::{self, Given},
    setup::{self, Beginning, Ending},
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    genes::{
        annotate::{Annotator, FIELDS, same_assembly},
        base::Base,
        schema::FORMAT,
    },
    genome::{Contigs, Interval},
    interrupt::INTERRUPTED,
    output::{
        Indexed, Output, OutputSettings, check_targets,
        manifest::{ModelReport, Settings, digest},
        names::{self, Named, Writes},
        variants::RecordWriter,
    },
    pipeline::Timings,
    progress::{Progress, Total},
    read::{
        self, Format, InputReport,
        annotation::{self, Annotation, assembly_of},
        regions::Aliases,
        variants::{VariantRecord, Variants},
    },
    session::journal::Checkpoint,
    shards::{
        ShardReport,
        territory::{RECORDS, Territory, Watch},
    },
    vcf::info,
};

/// Add what is known of genes to intervals (BED) or variants (VCF, BCF).
///
/// For every gene that an interval or variant overlaps: symbol, HGNC's identifier, diseases, inheritance, phenotypes (HPO) and who says so. BED
/// gives a table with six more columns; genes are parted by `;`, and what is said of one by `|`. VCF and BCF give either with the INFO field
/// GG_GENES, a value a gene, its fields parted by `|` and items by `&` (`bcftools query -f '%GG_GENES\n'` prints it). Every record comes out,
/// in the same order.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss genes annotate calls.vcf.gz --gtf gencode.gtf.gz -o annotated.vcf.gz
  genogloss genes annotate peaks.bed --gtf genes.gff3 --source ClinGen,Orphanet -o peaks.tsv")]
pub(super) struct Options {
    /// Intervals (BED) or variants (VCF, BCF); plain, gzip or BGZF; `-` is standard input.
    input: PathBuf,
    /// Genes: GTF or GFF3, of the same assembly.
    #[arg(long, value_name = "FILE", required = true)]
    gtf: PathBuf,
    /// Names of contigs, where the two files differ: a line each, the input's name, a tab, the annotation's name.
    #[arg(long, value_name = "TSV")]
    contig_aliases: Option<PathBuf>,
    /// Only facts of these sources (genogloss genes sources), parted by commas. Default: all.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    source: Vec<String>,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    format_out: VariantsOutput,
    #[command(flatten)]
    run: RunOptions,
}

/// The INFO field.
const FIELD: &str = "GG_GENES";

pub(super) fn run(options: &Options, base: PathBuf, given: &Given) -> Result<()> {
    let inputs: Vec<&Path> =
        [options.input.as_path(), &options.gtf, &base].into_iter().chain(options.contig_aliases.as_deref()).collect();
    check_targets(&inputs, options.output.output.as_deref(), options.output.manifest.as_deref(), &[])?;
    given.check(&[given::checkpoint(options.run.resume)])?;
    setup::announce();
    let aliases = options.contig_aliases.as_deref().map(Aliases::read).transpose()?.unwrap_or_default();
    let known = Base::open(&base)?;
    for wanted in &options.source {
        if !known.sources().iter().any(|source| source.name.eq_ignore_ascii_case(wanted)) {
            let mut all: Vec<&str> = known.sources().iter().map(|source| source.name.as_str()).collect();
            all.dedup();
            return Err(Error::usage(format!("the knowledge base has no source {wanted:?}"))
                .with_hint(format!("it has {}", all.join(", "))));
        }
    }
    let report = super::lookup::model(&base)?;
    let mut settings = Settings::new("genes annotate");
    settings.put("source", &options.source);
    settings.put("contig_aliases", options.contig_aliases.as_deref().map(digest).transpose()?);
    let annotation = annotation::read(&options.gtf)?;
    settings.put("gtf", annotation.report.sha256.as_deref());
    let work = Work { options, aliases, report, settings, inputs: &inputs, longest: 0 };
    let input = read::open_even_empty(&options.input)?;
    match input.format {
        Format::Vcf | Format::Bcf => {
            let format = options.format_out.of(&options.output)?;
            given.check(&VariantsOutput::index_rules(format, &options.output))?;
            work.variants(Variants::of(input)?, annotation, known)
        }
        // BED may be empty; VCF has a header still.
        Format::Empty if is_named_variants(&options.input) || options.format_out.output_type.is_some() => {
            Variants::of(input).map(|_| ())
        }
        _ if options.format_out.output_type.is_some() => {
            Err(Error::usage("-O is for variants; intervals come out as a table").with_hint("-o FILE.gz compresses it"))
        }
        _ => {
            // A table that begins with intervals is both.
            let can = [Writes::text((), Named::Tsv), Writes::text((), Named::Bed)];
            names::decide(options.output.output.as_deref(), None, (), &can)?;
            given.check(&[given::index(false, "is for variants: intervals come out in the order they have")])?;
            work.intervals(input, annotation, known)
        }
    }
}

struct Work<'a> {
    options: &'a Options,
    aliases: Aliases,
    report: ModelReport,
    settings: Settings,
    inputs: &'a [&'a Path],
    /// Length of the longest contig, where the input says it.
    longest: u64,
}

/// What goes on while records pass.
struct Passing {
    output: Output,
    counts: Counts,
    beginning: Beginning,
    progress: Progress,
    done: u64,
    begun: Instant,
}

impl Passing {
    /// Whether a record is still to be written: an earlier run may have done so.
    fn takes(&mut self) -> Result<bool> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        self.counts.records_in += 1;
        self.counts.queries += 1;
        if self.done > 0 {
            self.done -= 1;
            return Ok(false);
        }
        Ok(true)
    }

    fn written(&mut self, place: impl FnOnce() -> String) -> Result<()> {
        self.counts.written += 1;
        self.counts.rows += 1;
        self.counts.windows += 1;
        self.counts.scored += 1;
        self.progress.at(self.counts.written, self.counts.windows, place);
        let Self { beginning, counts, output, .. } = self;
        beginning.at(|| Checkpoint::of(counts, output.checkpoint()?))
    }
}

impl Work<'_> {
    /// `bgzf`: compressed or not, whatever its name says.
    fn begin(
        &self,
        indexed: Indexed,
        bgzf: Option<bool>,
        territory: Option<&Territory>,
        header: &[u8],
        place: &str,
    ) -> Result<Passing> {
        let target = self.options.output.output.as_deref();
        let beginning =
            Beginning::find(&self.options.run, target, None, &self.report, &self.settings, territory, self.inputs)?;
        let settings = OutputSettings {
            path: self.options.output.output.clone(),
            indexed,
            kind: self.options.output.index,
            longest: self.longest,
            bgzf: false,
            input: place.into(),
            resume: beginning.bytes(),
        };
        let mut output = Output::create_as(&settings, bgzf.unwrap_or(settings.is_bgzf()))?;
        if !beginning.begun() {
            output.write_all(header)?;
        }
        let mut counts = beginning.from.counts();
        (counts.records_in, counts.queries) = (0, 0);
        let done = beginning.from.queries;
        let progress = Progress::new(counts.windows, Total::Unknown);
        Ok(Passing { output, counts, beginning, progress, done, begun: Instant::now() })
    }

    fn end(
        &self,
        mut passing: Passing,
        result: Result<Vec<InputReport>>,
        territory: Option<&Territory>,
        annotator: &Annotator,
    ) -> Result<()> {
        let inputs = {
            let Passing { beginning, counts, output, .. } = &mut passing;
            beginning.ended(result, || Checkpoint::of(counts, output.checkpoint()?))?
        };
        if let Some(contig) = annotator.stranger() {
            tracing::warn!(
                "no contig of the input has genes in {} (the first is \"{contig}\"): are they of one assembly, and called the same?",
                read::place(&self.options.gtf)
            );
        }
        let unknown = annotator.unknown();
        if let Some(first) = unknown.first() {
            let count = unknown.len();
            tracing::warn!(
                "{count} genes of the annotation are not in the knowledge base: they come out with their name alone (the first: {first})"
            );
        }
        let Passing { output, counts, beginning, begun, .. } = passing;
        let ending = Ending {
            report: self.report.clone(),
            threads: 1,
            timings: Timings { wall: begun.elapsed().as_secs_f64(), ..Timings::default() },
            before: beginning.from.counts().windows,
            counts,
            inputs,
            reference: None,
            settings: self.settings.clone(),
            tracks: None,
            shard: territory.map(|territory| ShardReport::new(territory, None, Vec::new())),
            also: None,
        };
        setup::finish(&self.options.output, ending, || output.seal())?;
        beginning.done();
        Ok(())
    }

    fn annotator(&self, annotation: Annotation, base: Base) -> (Annotator, InputReport, Contigs, String) {
        let mut contigs = Contigs::default();
        for gene in &annotation.genes {
            contigs.push(gene.contig.as_str(), 0);
        }
        let Annotation { genes, report, place, .. } = annotation;
        (Annotator::new(base, genes, self.options.source.clone()), report, contigs, place)
    }

    fn variants(mut self, mut variants: Variants, annotation: Annotation, base: Base) -> Result<()> {
        let place = variants.place().to_string();
        self.longest = variants.contigs.longest();
        let mut theirs = None;
        for line in &variants.header {
            let text = String::from_utf8_lossy(line);
            if text.starts_with("##reference=") || text.starts_with("##assembly=") || text.starts_with("##contig=") {
                theirs = theirs.or(assembly_of(&text)).or(assembly_of_length(&text));
            }
        }
        variants.reserve(&[FIELD], format!("take it out first: bcftools annotate -x INFO/{FIELD}"))?;
        same_assembly(&annotation, theirs, &place)?;
        for gene in &annotation.genes {
            let beyond = |contig: &crate::genome::Contig| contig.len > 0 && gene.interval.end > contig.len;
            if let Some(contig) = variants
                .contigs
                .iter()
                .find(|contig| self.aliases.resolve(&contig.name) == gene.contig && beyond(contig))
            {
                let problem = format!(
                    "{} ends at {} of contig \"{}\", which has {} bases in {place}",
                    gene.name.as_deref().unwrap_or(&gene.id),
                    gene.interval.end,
                    gene.contig,
                    contig.len
                );
                return Err(Error::input(&annotation.place, problem).with_hint("it is of another assembly"));
            }
        }
        let territory = match &self.options.run.shard {
            Some(choice) => Some(setup::chosen(choice, &variants.contigs, &place, "bases")?),
            None => None,
        };
        let lines = [
            format!("##genogloss_version={}\n", env!("CARGO_PKG_VERSION")),
            format!(
                "##INFO=<ID={FIELD},Number=.,Type=String,Description=\"Genes here and what is known of them, items parted by &. Format: SYMBOL|HGNC|DISEASES|INHERITANCE|PHENOTYPES|EVIDENCE\",Source=\"genogloss genes\",Version=\"{FORMAT}\">\n",
            ),
        ];
        let header =
            info::with_lines(&variants.header, &lines).ok_or_else(|| Error::input(&place, "the header is empty"))?;
        let format = self.options.format_out.of(&self.options.output)?;
        self.settings.put("output_type", format.word());
        let (mut records, header) = RecordWriter::new(format, &mut variants, header, false)?;
        let mut passing = self.begin(records.indexed(), Some(format.is_bgzf()), territory.as_ref(), &header, &place)?;
        let (annotator, gtf, contigs, annotation_place) = self.annotator(annotation, base);
        let (mut watch, mut value) = (Watch::default(), String::new());
        let mut checked = Checked::default();
        let result = variants
            .read(|record| {
                let contig = self.aliases.resolve(record.contig());
                if let Some(own) = &territory
                    && !watch.own(own, Some((record.contig(), record.position)), &place)?
                {
                    return Ok(());
                }
                checked.contig(
                    &annotator,
                    &contigs,
                    contig,
                    &format!("{place}, record {}", record.number),
                    &annotation_place,
                )?;
                if !passing.takes()? {
                    return Ok(());
                }
                let interval = reach(&record);
                value.clear();
                annotator.at(contig, interval, |_, info| {
                    if value.is_empty() {
                        value.push_str(FIELD);
                        value.push('=');
                    } else {
                        value.push(',');
                    }
                    value.push_str(info);
                })?;
                records.write(&record, value.as_bytes(), &mut passing.output)?;
                passing.written(|| crate::genome::interval::show_position(record.contig(), record.position))
            })
            .map(|report| vec![report(), gtf]);
        self.end(passing, result, territory.as_ref(), &annotator)
    }

    fn intervals(self, input: read::Input, annotation: Annotation, base: Base) -> Result<()> {
        let (place, report) = (input.place(), input.report());
        let territory = match &self.options.run.shard {
            Some(_) if !self.options.input.is_file() => {
                return Err(Error::usage(format!("{place}: standard input and pipes cannot be cut into shards"))
                    .with_hint("give a file"));
            }
            Some(choice) => {
                let mut count = 0;
                each_interval(read::open_even_empty(&self.options.input)?, &place, |_, _, _| {
                    count += 1;
                    Ok(())
                })?;
                Some(setup::territory_of_records(choice, count, &place, "intervals")?)
            }
            None => None,
        };
        let (annotator, gtf, contigs, annotation_place) = self.annotator(annotation, base);
        let mut passing: Option<Passing> = None;
        let (mut number, mut watch, mut line) = (0u64, Watch::default(), Vec::new());
        let mut checked = Checked::default();
        let result = each_interval(input, &place, |fields, interval, at| {
            // The first line says how many columns there are.
            if passing.is_none() {
                let names = ["contig", "start", "end", "name", "score", "strand"];
                let mut header: Vec<String> = (0..fields.len())
                    .map(|i| names.get(i).map_or(format!("column{}", i + 1), |name| (*name).into()))
                    .collect();
                header.extend(FIELDS.map(str::to_string));
                passing = Some(self.begin(
                    Indexed::Bed,
                    None,
                    territory.as_ref(),
                    format!("#{}\n", header.join("\t")).as_bytes(),
                    &place,
                )?);
            }
            let Some(passing) = &mut passing else { return Ok(()) };
            number += 1;
            if let Some(own) = &territory
                && !watch.own(own, Some((RECORDS, number - 1)), &place)?
            {
                return Ok(());
            }
            let contig = self.aliases.resolve(fields[0]);
            checked.contig(&annotator, &contigs, contig, &format!("{place}, line {at}"), &annotation_place)?;
            if !passing.takes()? {
                return Ok(());
            }
            let mut columns: [String; 6] = Default::default();
            let mut count = 0;
            annotator.at(contig, interval, |said, _| {
                for (all, one) in columns.iter_mut().zip(said) {
                    all.push_str(if count > 0 { ";" } else { "" });
                    all.push_str(one);
                }
                count += 1;
            })?;
            line.clear();
            line.extend_from_slice(fields.join("\t").as_bytes());
            for column in &columns {
                line.push(b'\t');
                line.extend_from_slice(if column.is_empty() { b"." } else { column.as_bytes() });
            }
            line.push(b'\n');
            passing.output.write_record(fields[0], interval, &line)?;
            passing.written(|| interval.show(fields[0]))
        })
        .map(|()| vec![report(), gtf]);
        let passing = match passing {
            Some(passing) => passing,
            None => {
                let header = format!("#contig\tstart\tend\t{}\n", FIELDS.join("\t"));
                self.begin(Indexed::Bed, None, territory.as_ref(), header.as_bytes(), &place)?
            }
        };
        self.end(passing, result, territory.as_ref(), &annotator)
    }
}

/// Contigs that were looked up already.
#[derive(Default)]
struct Checked(String);

impl Checked {
    /// A contig without genes is well; one that the annotation calls otherwise is not.
    fn contig(
        &mut self,
        annotator: &Annotator,
        contigs: &Contigs,
        contig: &str,
        theirs: &str,
        ours: &str,
    ) -> Result<()> {
        if self.0 == contig {
            return Ok(());
        }
        let other = contig.strip_prefix("chr").map_or_else(|| format!("chr{contig}"), str::to_string);
        if !annotator.has(contig) && annotator.has(&other) {
            return Err(contigs.missing(contig, theirs, ours));
        }
        self.0 = contig.into();
        Ok(())
    }
}

/// The assembly by the length of its first chromosome (GRC; T2T consortium).
fn assembly_of_length(line: &str) -> Option<&'static str> {
    let first = line.contains("ID=1,") || line.contains("ID=chr1,");
    let of = |length: &str| line.contains(&format!("length={length}"));
    [("249250621", "GRCh37"), ("248956422", "GRCh38"), ("248387328", "T2T-CHM13")]
        .iter()
        .find(|(length, _)| first && of(length))
        .map(|(_, assembly)| *assembly)
}

/// Whether a file is called VCF or BCF.
fn is_named_variants(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    [".vcf", ".vcf.gz", ".vcf.bgz", ".bcf"].iter().any(|ending| name.ends_with(ending))
}

/// What a record covers: all of REF, and as far as INFO says END is.
fn reach(record: &VariantRecord) -> Interval {
    let own = record.position + record.reference().len() as u64;
    Interval::new(record.position, own.max(record.interval().end))
}

/// Hands on every interval of a BED file: its columns, its place, the number of its line. The table has one number of columns.
fn each_interval(
    input: read::Input,
    place: &str,
    mut each: impl FnMut(&[&str], Interval, u64) -> Result<()>,
) -> Result<()> {
    let mut width = None;
    read::bed::each(input, |feature, line| {
        let count = feature.columns.len();
        let first = *width.get_or_insert(count);
        if count != first {
            let problem = format!("{count} columns, and the lines before have {first}");
            return Err(Error::input(format!("{place}, line {line}"), problem));
        }
        each(&feature.columns, feature.interval, line)
    })
}
