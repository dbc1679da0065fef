//! `genogloss genes rank`: genes and diseases that fit the phenotypes of a patient.

use std::path::PathBuf;

use super::super::{
    OutputOptions,
    evidence::EvidenceOptions,
    given::{Given, NotFor},
};
use crate::{
    error::Result,
    genes::{
        annotate::{AnnotateSettings, Facts, at_variants::genes_at_variants},
        base::Base,
        rank::listing::{Asked, CommonCandidates, RankRequest, Ranked, list_ranked},
    },
    read::variants::Variants,
};

/// Rank genes, or diseases, by how well they fit the phenotypes of patients.
///
/// Each disease is scored by the frequencies of its phenotypes (HPO's annotations; Orphanet's and Gene2Phenotype's where they are in the
/// knowledge base), and a gene by its diseases. The score orders the genes of one patient; it is no probability. A term that is unknown, newer
/// than the knowledge base, obsolete, or no phenotypic abnormality (inheritance, onset, modifier) is left out with a warning; if none is left,
/// it is an error. Of an obsolete term with a successor, the successor counts.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss genes rank --hpo HP:0001166,HP:0001083,HP:0002616
  genogloss genes rank --hpo \"Arachnodactyly,Ectopia lentis\" --exclude \"Cleft palate\" --top 100 -o ranked.tsv
  genogloss genes rank --cases patient.json --variants calls.vcf.gz --gtf genes.gtf.gz --pass
  genogloss genes rank --cases cohort.tsv --what diseases -o ranked.tsv")]
pub(super) struct Options {
    /// Phenotypes: HPO identifiers or names, separated by commas; may be given several times. A name may hold commas.
    #[arg(long, value_name = "TERMS", required_unless_present = "cases", conflicts_with = "cases")]
    hpo: Vec<String>,
    /// Phenotypes that the patient does not have. They do not change the score; a disease with one of them says so in the column conflicts.
    #[arg(long, value_name = "TERMS", conflicts_with = "cases")]
    exclude: Vec<String>,
    /// Cases: GA4GH phenopackets (JSON), or a table (TSV) with the columns id and terms, and, if you like, excluded, candidates, gene and paper.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    cases: Vec<PathBuf>,
    /// Candidate genes: a file with one gene per line, or names separated by commas. All are listed, those without a score at
    /// the end. With --variants, only those that have a variant.
    #[arg(long, value_name = "FILE|NAMES", help_heading = "Candidates")]
    genes: Option<String>,
    /// Variants (VCF, BCF): the genes that they overlap are the candidates. Where there are genotypes, a sample must carry the variant.
    #[arg(long, value_name = "FILE", help_heading = "Candidates", requires = "gtf")]
    variants: Option<PathBuf>,
    /// Places of genes: GTF or GFF3, of the assembly of the variants.
    #[arg(long, value_name = "FILE", help_heading = "Candidates")]
    gtf: Option<PathBuf>,
    /// Names of contigs, if variants and genes differ: per line the name in the variants, a tab, and the name in the genes.
    #[arg(long, value_name = "TSV", help_heading = "Candidates")]
    contig_aliases: Option<PathBuf>,
    /// Only variants that passed all filters.
    #[arg(long, help_heading = "Candidates")]
    pass: bool,
    /// What is ranked.
    #[arg(long, value_enum, default_value = "genes")]
    what: Ranked,
    /// Number of lines for each case; 0: all. Candidates are always all listed.
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Threads, for many cases. Default: all cores. [1, 1024]
    #[arg(short = 't', long, visible_short_alias = '@', value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    evidence: EvidenceOptions,
    #[command(flatten)]
    output: OutputOptions,
}

impl Options {
    /// Which evidence counts.
    pub(super) fn evidence(&self) -> &EvidenceOptions {
        &self.evidence
    }

    /// Refuses options that cannot apply.
    pub(super) fn check(&self, given: &Given) -> Result<()> {
        self.output.check_table(given)?;
        given.check(&[NotFor {
            when: self.variants.is_none(),
            options: &["gtf", "contig_aliases", "pass"],
            why: "applies to the candidates of --variants",
            hint: "give the variants: --variants FILE",
        }])
    }

    fn candidates(&self, base: &Base) -> Result<CommonCandidates> {
        match (&self.genes, &self.variants, &self.gtf) {
            (Some(genes), None, _) => CommonCandidates::read(genes),
            (genes, Some(variants), Some(gtf)) => {
                let facts = Facts::open(&AnnotateSettings {
                    base: base.place().into(),
                    gtf: gtf.clone(),
                    contig_aliases: self.contig_aliases.clone(),
                    evidence: Default::default(),
                })?;
                let (names, inputs) = genes_at_variants(facts, Variants::open(variants)?, self.pass)?;
                let at_variants = CommonCandidates::of_variants(names, inputs, variants)?;
                let Some(genes) = genes else { return Ok(at_variants) };
                at_variants.within(CommonCandidates::read(genes)?, base)
            }
            _ => Ok(CommonCandidates::default()),
        }
    }
}

pub(super) fn run(options: Options, base: &Base) -> Result<()> {
    let candidates = options.candidates(base)?;
    let Options { hpo, exclude, cases, what, top, threads, output, .. } = options;
    let asked =
        if cases.is_empty() { Asked::Phenotypes { observed: hpo, excluded: exclude } } else { Asked::Files(cases) };
    list_ranked(RankRequest { base, target: output.target(), asked, candidates, ranked: what, top, threads })
}
