//! What is scored, and how it is written.

use std::path::{Path, PathBuf};

use crate::{model::card::Comparison, output::variants::VariantFormat};

/// What to do with records on a contig that the FASTA does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum MissingContigs {
    /// The run ends with an error: at its start if the header or the index shows it, else at the first such record.
    Fail,
    /// The record is written without scores, with the reason.
    Skip,
}

/// What to do with alleles that the score file has no site of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum MissingScores {
    /// The run ends with an error that names the first one.
    Fail,
    /// The record is written without scores, with the reason.
    Skip,
}

/// The INFO fields that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
pub(crate) enum InfoFormat {
    /// Described by `genogloss columns variants`.
    Genogloss,
    /// The field of SpliceAI 1.3.1.
    Spliceai,
}

/// What becomes of a REF that the FASTA does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnMismatch {
    /// The record is written without scores, with the reason.
    Skip,
    /// The run ends with an error.
    Fail,
}

/// What is scored, and how it is written.
pub(crate) struct Settings {
    /// The variants; `-` is standard input.
    pub variants: PathBuf,
    /// The reference.
    pub reference: PathBuf,
    /// A table of contig names, if the two files differ.
    pub contig_aliases: Option<PathBuf>,
    /// The genes, for models that score by gene.
    pub genes: Option<PathBuf>,
    /// What happens to records whose REF does not match.
    pub ref_mismatch: OnMismatch,
    /// The largest share of such records, 0 to 1.
    pub max_ref_mismatch: f64,
    /// What happens to records on contigs that the reference lacks.
    pub missing_contigs: MissingContigs,
    /// How two answers become one number; `None`: as the card says.
    pub compare: Option<Comparison>,
    /// Names or patterns of the scores that are written; empty: all.
    pub columns: Vec<String>,
    /// Bases on either side of the variant that are compared, by gene.
    pub distance: Option<u64>,
    /// Gains at annotated sites and losses elsewhere do not count.
    pub mask: bool,
    /// The INFO fields that are written.
    pub info: InfoFormat,
    /// Alleles are scored together with their phased neighbours as well.
    pub haplotypes: bool,
    /// A folder that keeps answers.
    pub cache: Option<PathBuf>,
    /// What the names of the INFO fields begin with.
    pub prefix: String,
    /// Digests of the input and of contigs are wanted.
    pub digest: bool,
    /// Format of the output.
    pub format: VariantFormat,
    /// Regions, as the user wrote them.
    pub region: Vec<String>,
    /// Regions in a BED file.
    pub regions_file: Option<PathBuf>,
}

impl Settings {
    /// The files that are read.
    pub(crate) fn inputs(&self) -> Vec<&Path> {
        let more = [self.contig_aliases.as_deref(), self.genes.as_deref(), self.regions_file.as_deref()];
        [self.variants.as_path(), &self.reference].into_iter().chain(more.into_iter().flatten()).collect()
    }
}
