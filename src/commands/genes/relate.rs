//! `genogloss genes relate`: whether genes are related to diseases or phenotypes.

use std::path::PathBuf;

use super::super::{OutputOptions, evidence::EvidenceOptions};
use crate::{
    error::{Error, Result},
    genes::{
        base::Base,
        pairs::{NamedPair, Pairs, judge_pairs},
    },
};

/// Whether a gene is related to a disease or phenotype: yes, no or unknown, with a probability and the evidence.
///
/// If sources of the knowledge base state it, they decide and are listed. If none does, other evidence is weighed: texts about the gene, its
/// other diseases, similar genes, inheritance and chromosome; each is listed with its log odds. Such a probability is for equal numbers
/// of related and unrelated pairs; among all genes of a genome, far fewer pairs are related.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss genes relate FBN1 \"Marfan syndrome\"
  genogloss genes relate FBN1 HP:0001166
  genogloss genes relate -i pairs.tsv -o relations.tsv")]
pub(super) struct Options {
    /// Gene: symbol, previous symbol, alias or identifier.
    #[arg(required_unless_present = "input", requires = "about")]
    gene: Option<String>,
    /// Disease or phenotype: name or identifier (OMIM:…, ORPHA:…, MONDO:…, HP:…).
    about: Option<String>,
    /// Table of pairs: tab-separated, with the columns gene, and disease or phenotype.
    ///
    /// With a column hidden (GENE|DISEASE;GENE|DISEASE), statements about the pair, and the relations named there, count as unknown:
    /// this tests the evidence.
    #[arg(short, long, value_name = "FILE", conflicts_with = "gene")]
    input: Option<PathBuf>,
    /// Add the measures behind the evidence, one column each.
    #[arg(long)]
    measures: bool,
    /// Threads that weigh the evidence. Default: all cores. [1, 1024]
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

    /// Where the output goes.
    pub(super) fn output(&self) -> &OutputOptions {
        &self.output
    }
}

pub(super) fn run(options: &Options, base: Base) -> Result<()> {
    let pairs = match (&options.gene, &options.about, &options.input) {
        (Some(gene), Some(about), _) => Pairs::One(NamedPair::of(gene, about)),
        (_, _, Some(path)) => Pairs::Table(path.clone()),
        _ => return Err(Error::usage("no pair was given").with_hint("give GENE and DISEASE, or a table: -i FILE")),
    };
    judge_pairs(base, options.output.target(), pairs, options.measures, options.threads)
}
