//! `genogloss variants`: what every alternate allele does to a model's answer.

use std::path::PathBuf;

use super::{
    DigestOptions, ModelOptions, OutputOptions, RegionOptions, RunOptions, VariantsOutput,
    given::{self, Given, NO_NETWORK, NotFor},
};
use crate::{
    error::{Error, Result},
    model::card::Comparison,
    output::variants::VariantFormat,
    session::Request,
    variants::{
        self,
        scores::{self, header::Wanted},
        settings::{InfoFormat, MissingContigs, MissingScores, OnMismatch, RecordSettings, Settings},
    },
    vcf::info,
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
  genogloss variants --saturate chr1:1000001-1000200 -f genome.fa -m core-promoter -O parquet -o saturated.parquet
  genogloss variants sample.vcf.gz --scores scores.vcf.gz -o sample.scored.vcf.gz

INFO fields: genogloss columns variants")]
pub(super) struct Options {
    /// Variants: VCF or BCF (plain, gzip or BGZF); `-` is standard input.
    #[arg(required_unless_present = "saturate")]
    variants: Option<PathBuf>,
    /// Instead of a file of variants: every substitution of a region of the FASTA (in silico mutagenesis), written as -r
    /// is. May be given several times. -O bedgraph then writes the mean delta of each base.
    #[arg(long, value_name = "REGION", conflicts_with_all = ["variants", "scores", "genes"], help_heading = "Input")]
    saturate: Vec<String>,
    /// Reference: a FASTA file, plain or BGZF; its .fai is used if it exists.
    #[arg(short = 'f', long, value_name = "FASTA", required_unless_present = "scores", help_heading = "Input")]
    reference: Option<PathBuf>,
    /// Table that maps contig names: on each line the name in the variants, a tab, the name in the FASTA.
    #[arg(long, value_name = "TSV", help_heading = "Input")]
    contig_aliases: Option<PathBuf>,
    /// Genes, for models that score by gene (splicing): GTF, GFF3, or the table that SpliceAI reads; plain or compressed.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    genes: Option<PathBuf>,
    /// What to do with a record whose REF differs from the FASTA.
    #[arg(long, value_name = "WHAT", default_value = "skip", help_heading = "Input")]
    ref_mismatch: OnMismatch,
    /// Scored sites, written by `genogloss variants` for the sites of many samples (`genogloss sites`): the records get the
    /// scores of their sites, and no model is run. The output is that of a run of the model on these records. Model,
    /// reference and options are those of the score file; options that are given must agree with it.
    #[arg(long, value_name = "VCF", help_heading = "Input")]
    scores: Option<PathBuf>,
    /// With --scores: what to do with alleles that have no site in it.
    #[arg(long, value_name = "WHAT", default_value = "fail", help_heading = "Input")]
    missing_scores: MissingScores,
    /// How the scores of the two alleles are compared (without --genes). max: the largest difference; sum: the
    /// difference of the sums over all bins; log2fold: log2 of (sum of ALT + 1) / (sum of REF + 1); l2: the square root
    /// of the sum of squared differences; js: the Jensen-Shannon distance of the profiles. Default: the card's, else
    /// max.
    #[arg(long, value_enum, value_name = "HOW", hide_possible_values = true, help_heading = "Scores")]
    compare: Option<Comparison>,
    /// Scores to write, by name (`genogloss models show`); * matches any text. May be given several times, or as a
    /// comma-separated list. Default: all.
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Scores")]
    column: Vec<String>,
    /// Largest fraction of records whose REF differs from the FASTA. With a larger fraction, and at least 10 such
    /// records, the run fails, because the input is probably of another assembly. It fails early if the first records
    /// already show it. 1: no limit. [0, 1]
    #[arg(long, value_name = "FRACTION", default_value_t = 0.1, value_parser = share, help_heading = "Input")]
    max_ref_mismatch: f64,
    /// What to do with records on a contig that the FASTA does not have.
    #[arg(long, value_name = "WHAT", default_value = "fail", help_heading = "Input")]
    missing_contigs: MissingContigs,
    /// Bases on either side of the variant that are compared, for models that score by gene. Default: the card's, else
    /// 50. [1, 4999]
    #[arg(short = 'D', long, value_name = "BASES", value_parser = clap::value_parser!(u64).range(1..=4999), help_heading = "Scores")]
    distance: Option<u64>,
    /// Omit gains at annotated sites of the gene, and losses at unannotated sites. Sites are the borders of its exons;
    /// acceptors and donors are distinguished if the model has both labels.
    #[arg(long, help_heading = "Scores")]
    mask: bool,
    /// INFO fields that are written. genogloss: the fields of genogloss; equivalent spellings of a variant get the same
    /// scores. spliceai: the field of SpliceAI, equal to spliceai 1.3.1 to the last digit; each variant is scored as it
    /// is written.
    #[arg(long, alias = "format", value_name = "FIELDS", default_value = "genogloss", help_heading = "Scores")]
    fields: InfoFormat,
    #[command(flatten)]
    regions: RegionOptions,
    /// Also score alleles together with their neighbours within the distance on phased haplotypes (GT with |, PS or
    /// PSL).
    #[arg(long, help_heading = "Scores")]
    haplotypes: bool,
    /// Folder that keeps scores for later runs: what is in it is not computed again. A score is found by the model, the
    /// options and the bases that the model reads. Several runs may use one folder at the same time.
    #[arg(long, value_name = "DIR", help_heading = "Scores")]
    cache: Option<PathBuf>,
    #[command(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    output: OutputOptions,
    /// Prefix of the names of the INFO fields, so that one file can hold the scores of several models: letters, digits
    /// and _.
    #[arg(long, value_name = "NAME", default_value = info::PREFIX, value_parser = prefix, help_heading = "Output")]
    prefix: String,
    #[command(flatten)]
    format_out: VariantsOutput,
    #[command(flatten)]
    digest: DigestOptions,
    #[command(flatten)]
    run: RunOptions,
}

impl Options {
    /// The records, which are written in this format.
    fn records(&self, format: VariantFormat) -> RecordSettings {
        RecordSettings {
            variants: self.variants.clone().unwrap_or_default(),
            contig_aliases: self.contig_aliases.clone(),
            max_ref_mismatch: self.max_ref_mismatch,
            region: self.regions.region.clone(),
            regions_file: self.regions.regions_file.clone(),
            missing_contigs: self.missing_contigs,
            digest: !self.digest.no_digest,
            format,
        }
    }
}

/// A key of INFO begins so (VCF 4.4, section 1.6.1, without the dots that bcftools' expressions do not take).
fn prefix(text: &str) -> Result<String, String> {
    let fits = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if fits { Ok(text.into()) } else { Err("letters, digits and _, a letter first".into()) }
}

fn share(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| "a fraction, from 0 to 1".into())
}

/// Options that cannot apply to this run.
fn check_given(options: &Options, given: &Given, format: VariantFormat) -> Result<()> {
    let spliceai = options.fields == InfoFormat::Spliceai;
    given.check(&[
        NotFor {
            when: options.model.model.starts_with("exact:"),
            options: &["engine", "device"],
            why: NO_NETWORK,
            hint: "omit it",
        },
        NotFor {
            when: spliceai,
            options: &["prefix"],
            why: "applies to genogloss's own fields: SpliceAI's field has a fixed name",
            hint: "--fields genogloss",
        },
        NotFor {
            when: options.ref_mismatch == OnMismatch::Fail,
            options: &["max_ref_mismatch"],
            why: "has no effect with --ref-mismatch fail, which ends the run at the first mismatch",
            hint: "give only one of them",
        },
        NotFor {
            when: options.scores.is_some(),
            options: &["engine", "device", "batch_rows", "cache", "haplotypes"],
            why: "applies to runs of a model: --scores takes the scores from a file",
            hint: "omit one of them",
        },
        NotFor {
            when: options.scores.is_some() && options.reference.is_none(),
            options: &["missing_contigs"],
            why: "compares with a FASTA, and --scores has none",
            hint: "-f genome.fa",
        },
        NotFor {
            when: !options.saturate.is_empty(),
            options: &["region", "regions_file", "contig_aliases", "resume", "shard"],
            why: "applies to a file of variants, and --saturate makes them of the FASTA",
            hint: "omit one of them",
        },
        NotFor {
            when: options.scores.is_none(),
            options: &["missing_scores"],
            why: "applies to --scores",
            hint: "--scores FILE",
        },
        given::checkpoint(options.run.resume.is_some()),
    ])?;
    given.check(&VariantsOutput::index_rules(format, &options.output))
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    let format = options.format_out.of_scored(&options.output)?;
    check_given(&options, given, format)?;
    if format == VariantFormat::Bedgraph && options.saturate.is_empty() {
        return Err(Error::usage("a bedGraph holds one value for each base: it is for --saturate")
            .with_hint("-O tsv writes a line for each allele"));
    }
    if format.is_table() && options.scores.is_some() {
        return Err(Error::usage("--scores writes VCF and BCF: the scores stay beside the genotypes")
            .with_hint("bcftools query prints a table"));
    }
    if let Some(path) = options.scores.clone() {
        return from_scores(options, path, given, format);
    }
    let records = options.records(format);
    let Some(reference) = options.reference else {
        return Err(Error::usage("-f (--reference) is missing").with_hint("-f genome.fa"));
    };
    let (target, parts, model) = (options.output.target(), options.run.parts(), options.model.settings());
    let settings = Settings {
        records,
        reference,
        saturate: Some(options.saturate).filter(|regions| !regions.is_empty()),
        genes: options.genes,
        ref_mismatch: options.ref_mismatch,
        compare: options.compare,
        columns: options.column,
        distance: options.distance,
        mask: options.mask,
        info: options.fields,
        haplotypes: options.haplotypes,
        cache: options.cache,
        prefix: options.prefix,
    };
    let request = Request::new(&settings.inputs(), target, parts)?;
    variants::run(&settings, request, &model)
}

/// Takes the scores of another file.
fn from_scores(options: Options, path: PathBuf, given: &Given, format: VariantFormat) -> Result<()> {
    let (target, parts) = (options.output.target(), options.run.parts());
    let settings = scores::Settings {
        wanted: wanted(&options, given),
        scores: path,
        missing: options.missing_scores,
        records: options.records(format),
        reference: options.reference,
    };
    let request = Request::new(&settings.inputs(), target, parts)?;
    scores::run(&settings, request)
}

/// What the options that are given say of a score file.
fn wanted(options: &Options, given: &Given) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    if let Some(reference) = &options.reference {
        wanted.push(Wanted::Named("-f", "reference", reference.clone()));
    }
    if let Some(genes) = &options.genes {
        wanted.push(Wanted::Digest("--genes", "genes_sha256", genes.clone()));
    }
    if given.is_explicit("model") {
        wanted.push(Wanted::Model(options.model.model.clone(), options.model.engine.models_dir.clone()));
    }
    if given.is_explicit("prefix") {
        wanted.push(Wanted::Prefix(options.prefix.clone()));
    }
    let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    let values = [
        (given.is_explicit("ref_mismatch"), "--ref-mismatch", "ref_mismatch", word(&options.ref_mismatch)),
        (given.is_explicit("fields"), "--fields", "format", word(&options.fields)),
        (options.mask, "--mask", "mask", "true".into()),
        (!options.column.is_empty(), "--column", "column", options.column.join(",")),
    ];
    let distance = options.distance.map(|distance| ("--distance", "distance", distance.to_string()));
    let compare = options.compare.map(|compare| ("--compare", "compare", compare.word().to_string()));
    let values = values.into_iter().filter_map(|(given, option, key, value)| given.then_some((option, key, value)));
    wanted.extend(values.chain(distance).chain(compare).map(|(option, key, value)| Wanted::Value(option, key, value)));
    wanted
}
