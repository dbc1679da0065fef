//! `genogloss variants`: what every alternate allele does to a model's answer.

use std::path::PathBuf;

use super::{
    ModelOptions, OutputOptions, RunOptions, VariantsOutput,
    given::{self, Given, NO_NETWORK, NotFor},
};
use crate::{
    error::Result,
    model::card::Comparison,
    output::variants::VariantFormat,
    session::Request,
    variants::{
        self,
        settings::{InfoFormat, MissingContigs, OnMismatch, Settings},
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
    #[arg(long, alias = "format", value_name = "FIELDS", default_value = "genogloss", help_heading = "Scores")]
    fields: InfoFormat,
    /// Only variants that overlap this region: contig, contig:start, contig:-end or contig:start-end, counting from 1. Several as a list with
    /// commas, or by giving the option again. Others are not written, and counted as filtered.
    #[arg(short, long, value_name = "REGION", help_heading = "Input")]
    region: Vec<String>,
    /// Only variants that overlap a region of a BED file.
    #[arg(short = 'R', long, value_name = "BED", help_heading = "Input")]
    regions_file: Option<PathBuf>,
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

/// Options that cannot apply to this run.
fn check_given(options: &Options, given: &Given, format: VariantFormat) -> Result<()> {
    let spliceai = options.fields == InfoFormat::Spliceai;
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
            hint: "--fields genogloss",
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
    let (target, parts, model) = (options.output.target(), options.run.parts(), options.model.settings());
    let settings = Settings {
        variants: options.variants,
        reference: options.reference,
        contig_aliases: options.contig_aliases,
        genes: options.genes,
        ref_mismatch: options.ref_mismatch,
        max_ref_mismatch: options.max_ref_mismatch,
        missing_contigs: options.missing_contigs,
        compare: options.compare,
        columns: options.column,
        distance: options.distance,
        mask: options.mask,
        info: options.fields,
        haplotypes: options.haplotypes,
        cache: options.cache,
        prefix: options.prefix,
        format,
        region: options.region,
        regions_file: options.regions_file,
    };
    let request = Request::new(&settings.inputs(), target, parts)?;
    variants::run(&settings, request, &model)
}
