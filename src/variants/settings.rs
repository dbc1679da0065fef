//! What is scored, and how it is written.

use std::path::{Path, PathBuf};

use crate::{
    error::Result,
    model::card::Comparison,
    output::{manifest, variants::VariantFormat},
    read::regions::{Aliases, one_by_one},
};

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

/// Which records are read, and how they are written: the same for scores of a model and scores of a file.
pub(crate) struct RecordSettings {
    /// The variants; `-` is standard input.
    pub variants: PathBuf,
    /// A table of contig names, if the variants and the reference differ.
    pub contig_aliases: Option<PathBuf>,
    /// The largest share of records whose REF does not match, 0 to 1.
    pub max_ref_mismatch: f64,
    /// Regions, as the user wrote them.
    pub region: Vec<String>,
    /// Regions in a BED file.
    pub regions_file: Option<PathBuf>,
    /// What happens to records on contigs that the reference lacks.
    pub missing_contigs: MissingContigs,
    /// Digests of the files and of contigs are wanted.
    pub digest: bool,
    /// Format of the output.
    pub format: VariantFormat,
}

impl RecordSettings {
    /// The files that are read.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Path> {
        let more = [self.contig_aliases.as_deref(), self.regions_file.as_deref()];
        std::iter::once(self.variants.as_path()).chain(more.into_iter().flatten())
    }

    /// The table of contig names; empty without one.
    pub(crate) fn aliases(&self) -> Result<Aliases> {
        Ok(self.contig_aliases.as_deref().map(Aliases::read).transpose()?.unwrap_or_default())
    }

    /// The regions in a record of the settings, if there are any.
    pub(crate) fn record_regions(&self, recorded: &mut manifest::Settings) -> Result<()> {
        if !self.region.is_empty() || self.regions_file.is_some() {
            recorded.put("regions", one_by_one(&self.region));
            recorded.put("regions_file", self.regions_file.as_deref().map(manifest::digest).transpose()?);
        }
        Ok(())
    }
}

/// What is scored, and how it is written.
pub(crate) struct Settings {
    /// The records.
    pub records: RecordSettings,
    /// The reference.
    pub reference: PathBuf,
    /// Instead of records: every substitution of these regions.
    pub saturate: Option<Vec<String>>,
    /// The genes, for models that score by gene.
    pub genes: Option<PathBuf>,
    /// What happens to records whose REF does not match.
    pub ref_mismatch: OnMismatch,
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
}

impl Settings {
    /// The files that are read.
    pub(crate) fn inputs(&self) -> Vec<&Path> {
        // Substitutions of a region are in no file.
        let records = self.records.inputs().skip(usize::from(self.saturate.is_some()));
        records.chain([self.reference.as_path()]).chain(self.genes.as_deref()).collect()
    }
}
