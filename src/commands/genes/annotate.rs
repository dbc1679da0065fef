//! `genogloss genes annotate`: facts about the genes at intervals and variants.

use std::path::{Path, PathBuf};

use super::super::{
    DigestOptions, OutputOptions, RunOptions, VariantsOutput,
    evidence::EvidenceOptions,
    given::{self, Given},
};
use crate::{
    error::{Error, Result},
    genes::annotate::{AnnotateSettings, Facts, intervals, is_named_variants, variants},
    output::names::{self, Named, Writes},
    read::{self, Format, variants::Variants},
    session::{Request, load::announce},
};

/// Add facts about genes to intervals (BED) or variants (VCF, BCF).
///
/// For every gene that an interval or variant overlaps: symbol, HGNC's identifier, diseases, inheritance, phenotypes (HPO) and the sources. BED
/// becomes a table with eight more columns, in which genes are separated by `;` and the facts of a gene by `|`. VCF and BCF get the INFO field
/// GG_GENES with one value per gene, its fields separated by `|` and items by `&` (`bcftools query -f '%GG_GENES\n'` prints it). Every record
/// is written, in the order of the input.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss genes annotate calls.vcf.gz --genes gencode.gtf.gz -o annotated.vcf.gz
  genogloss genes annotate peaks.bed --genes genes.gff3 --source ClinGen,Orphanet -o peaks.tsv")]
pub(super) struct Options {
    /// Intervals (BED) or variants (VCF, BCF); plain, gzip or BGZF; `-` is standard input.
    input: PathBuf,
    /// Genes: GTF or GFF3, of the same assembly.
    #[arg(long = "genes", alias = "gtf", value_name = "FILE", required = true)]
    gtf: PathBuf,
    /// Names of contigs, if the two files differ: per line the input's name, a tab, and the annotation's name.
    #[arg(long, value_name = "TSV")]
    contig_aliases: Option<PathBuf>,
    #[command(flatten)]
    evidence: EvidenceOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    format_out: VariantsOutput,
    #[command(flatten)]
    digest: DigestOptions,
    #[command(flatten)]
    run: RunOptions,
}

pub(super) fn run(options: &Options, base: PathBuf, given: &Given) -> Result<()> {
    let inputs: Vec<&Path> =
        [options.input.as_path(), &options.gtf, &base].into_iter().chain(options.contig_aliases.as_deref()).collect();
    let request = Request::new(&inputs, options.output.target(), options.run.parts())?;
    given.check(&[given::checkpoint(options.run.resume.is_some())])?;
    announce();
    let facts = Facts::open(&AnnotateSettings {
        base,
        gtf: options.gtf.clone(),
        contig_aliases: options.contig_aliases.clone(),
        evidence: options.evidence.filter(),
    })?;
    let input = read::open_even_empty(&options.input)?;
    if options.digest.no_digest {
        input.skip_digest();
    }
    match input.format {
        Format::Vcf | Format::Bcf => {
            let format = options.format_out.of(&options.output)?;
            given.check(&VariantsOutput::index_rules(format, &options.output))?;
            variants::annotate(facts, request, Variants::of(input)?, format)
        }
        // BED may be empty; VCF has a header at least.
        Format::Empty if is_named_variants(&options.input) || options.format_out.output_type.is_some() => {
            Variants::of(input).map(|_| ())
        }
        _ if options.format_out.output_type.is_some() => {
            Err(Error::usage("-O applies to variants; intervals are written as a table")
                .with_hint("-o FILE.gz compresses it"))
        }
        _ => {
            // A table that begins with intervals is both.
            let [tsv, parquet] = names::TABLE;
            let can = [tsv, Writes::text((), Named::Bed), parquet];
            names::decide(options.output.output.as_deref(), None, (), &can)?;
            given.check(&[given::index(
                false,
                "applies to variants: intervals are written in the order of the input",
            )])?;
            intervals::annotate(facts, request, input, &options.input)
        }
    }
}
