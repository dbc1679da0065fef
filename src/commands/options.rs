//! Options that several commands have, and the settings that they become.

use std::path::PathBuf;

use super::given::{self, Given};
use crate::{
    error::{Error, Result},
    output::{names, variants::VariantFormat},
    session::{
        Parts, Resume, Target,
        load::{EngineSettings, ModelSettings},
    },
};

/// Which model, and where it runs.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Model")]
pub(super) struct ModelOptions {
    /// Model: a name (`genogloss models list`), a folder, or exact:TASK (gc, reverse, complement, reverse-complement,
    /// protein, protein3, orf).
    #[arg(short, long, value_name = "MODEL", default_value = crate::model::registry::DEFAULT)]
    pub model: String,
    /// Where it is found and run.
    #[command(flatten)]
    pub engine: EngineOptions,
}

impl ModelOptions {
    /// The settings for loading the model.
    pub(super) fn settings(&self) -> ModelSettings {
        ModelSettings { model: self.model.clone(), engine: self.engine.settings() }
    }
}

/// Where models are found and run.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Model")]
pub(super) struct EngineOptions {
    /// Folder of model folders, searched first.
    #[arg(long, value_name = "DIR")]
    pub models_dir: Option<PathBuf>,
    /// Confirm that you may use this model under its licence. Required if the licence forbids commercial use.
    #[arg(long)]
    pub accept_license: bool,
    /// Engine that runs the network.
    #[arg(long, value_enum, default_value = "auto")]
    pub engine: crate::model::engines::EngineChoice,
    /// Device: cpu or cuda:N. A device that is not available is an error.
    #[arg(long, value_name = "DEVICE", default_value = "cpu", value_parser = device)]
    pub device: crate::model::device::Device,
    /// Total number of threads; on the CPU each one runs a model session. Default: all cores. [1, 1024]
    #[arg(short = 't', long, visible_short_alias = '@', value_name = "N", value_parser = threads)]
    pub threads: Option<u16>,
    /// Windows per batch (fewer if they are long). This does not change a score: on the CPU, the model's card sets how
    /// many windows run together. [1, 65536]
    #[arg(long, value_name = "ROWS", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub batch_rows: u32,
}

/// A number of threads.
pub(crate) fn threads(text: &str) -> std::result::Result<u16, String> {
    text.parse().ok().filter(|count| (1..=1024).contains(count)).ok_or("a whole number from 1 to 1024".into())
}

impl EngineOptions {
    /// The settings for loading models.
    pub(super) fn settings(&self) -> EngineSettings {
        EngineSettings {
            models_dir: self.models_dir.clone(),
            accept_license: self.accept_license,
            engine: self.engine,
            device: self.device,
            threads: self.threads,
            batch_rows: self.batch_rows,
        }
    }
}

/// Where the output goes.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputOptions {
    /// Output file; .gz or .bgz: BGZF with an index; tables also .parquet. Default, and for `-`: standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Index beside a BGZF output. Default: csi if a contig is longer than 512 Mb, else tbi.
    #[arg(long, value_enum)]
    pub index: Option<crate::output::IndexKind>,
    /// Manifest (JSON). Default: OUTPUT.manifest.json; none for standard output.
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
}

/// How variants are written.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct VariantsOutput {
    /// Output format: v VCF, z VCF in BGZF, b BCF (its index is always CSI), u BCF without compression; of scored
    /// variants also tsv and parquet (one line for each alternate allele), and, with --saturate, bedgraph. Default: by
    /// the name (.vcf, .vcf.gz, .vcf.bgz, .bcf, .tsv, .parquet, .bedgraph), else VCF. A name of another format is
    /// refused.
    #[arg(short = 'O', long, value_name = "TYPE", hide_possible_values = true)]
    pub output_type: Option<VariantFormat>,
}

impl VariantsOutput {
    /// What was asked for, or what the name says.
    pub(super) fn of(&self, output: &OutputOptions) -> Result<VariantFormat> {
        self.among(&VariantFormat::NAMED, output)
    }

    /// The same of scored variants, which may be a table.
    pub(super) fn of_scored(&self, output: &OutputOptions) -> Result<VariantFormat> {
        let format = self.among(&VariantFormat::SCORED, output)?;
        names::needs_file(format == VariantFormat::Parquet, output.output.as_deref())?;
        Ok(format)
    }

    fn among(&self, can: &[names::Writes<VariantFormat>], output: &OutputOptions) -> Result<VariantFormat> {
        let path = output.output.as_deref();
        let option = self.output_type.map(|format| format!("-O {}", format.option()));
        if let (Some(format), Some(option)) = (self.output_type, &option)
            && !can.iter().any(|writes| writes.format == format)
        {
            return Err(Error::usage(format!("{option} is for scored variants: genogloss variants")));
        }
        let by_name = VariantFormat::of_name(path);
        let default =
            can.iter().find(|writes| writes.format == by_name).map_or(VariantFormat::Vcf, |writes| writes.format);
        names::decide(path, self.output_type.zip(option.as_deref()), default, can)
    }

    /// Rules of the index of an output of this format.
    pub(super) fn index_rules(format: VariantFormat, output: &OutputOptions) -> [given::NotFor<'static>; 2] {
        let is_file = output.output.as_deref().is_some_and(|path| path != std::path::Path::new("-"));
        [
            given::index(
                is_file && format.is_bgzf(),
                "needs VCF in BGZF (-O z, or a name ending in .vcf.gz) or BCF, in a file",
            ),
            given::NotFor {
                when: format.is_bcf() && output.index == Some(crate::output::IndexKind::Tbi),
                options: &["index"],
                why: "tbi applies to VCF: the index of BCF is CSI",
                hint: "omit --index",
            },
        ]
    }
}

impl OutputOptions {
    /// Where the output goes.
    pub(super) fn target(&self) -> Target {
        Target { path: self.output.clone(), index: self.index, manifest: self.manifest.clone() }
    }

    /// Whether the output is a file in BGZF, by its name.
    pub(super) fn is_bgzf(&self) -> bool {
        is_bgzf(self.output.as_deref())
    }

    /// Refuses a name that says another format than TSV and Parquet, and an index, which such a table has none.
    pub(super) fn check_table(&self, given: &Given) -> Result<()> {
        names::decide(self.output.as_deref(), None, (), &names::TABLE)?;
        given.check(&[given::index(false, "needs lines with positions on contigs: this table has none")])
    }
}

/// Whether an output is a file in BGZF, by its name.
pub(super) fn is_bgzf(output: Option<&std::path::Path>) -> bool {
    names::is_compressed(output)
}

/// Which regions are wanted.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Input")]
pub(super) struct RegionOptions {
    /// Only what overlaps this region: contig, contig:start, contig:-end or contig:start-end; 1-based, both ends included.
    /// Braces enclose a contig name that contains colons or commas: {name}:start-end. Several regions: a list with commas,
    /// or the option several times. contig:start reaches to the end of the contig (as in samtools; in bcftools it is one base).
    /// Reads and variants elsewhere are neither written nor counted; with an index beside the file they are not read.
    #[arg(short, long, value_name = "REGION")]
    pub region: Vec<String>,
    /// Only what overlaps a region of a BED file.
    #[arg(short = 'R', long, value_name = "BED")]
    pub regions_file: Option<PathBuf>,
}

/// What is recorded of the input.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Input")]
pub(super) struct DigestOptions {
    /// Do not compute the SHA-256 of the input and the MD5 of contigs: the manifest has null instead (an MD5 that a .dict beside the
    /// FASTA has is written anyway). `genogloss merge` then compares the sizes of the inputs.
    #[arg(long)]
    pub no_digest: bool,
}

/// Parts of a run, and going on with one.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Shards and resuming")]
pub(super) struct RunOptions {
    /// Run one shard only: I/N, the I-th of N parts of equal size, or a BED file of `genogloss plan`. `genogloss merge`
    /// merges the shards.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<crate::shards::territory::Choice>,
    /// Keep the finished part if the run is stopped, and resume from there the next time. A finished part of another
    /// model, other options or another input is an error; with --resume=restart-if-different it is discarded.
    #[arg(long, value_name = "POLICY", num_args = 0..=1, require_equals = true, default_missing_value = "if-same", value_enum)]
    pub resume: Option<Resume>,
    /// With --resume: seconds between two checkpoints. [0, 3600]
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds)]
    pub checkpoint: f64,
}

impl RunOptions {
    /// Which part is done, and how it is resumed.
    pub(super) fn parts(&self) -> Parts {
        Parts { shard: self.shard.clone(), resume: self.resume, checkpoint: self.checkpoint }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|s| (0.0..=3600.0).contains(s)).ok_or_else(|| "seconds, from 0 to 3600".into())
}

fn device(text: &str) -> Result<crate::model::device::Device, String> {
    use crate::model::device::Device;
    match text.split_once(':') {
        None if text == "cpu" => Ok(Device::Cpu),
        None if text == "cuda" => Ok(Device::Cuda(0)),
        Some(("cuda", number)) => {
            number.parse().ok().filter(|n| *n >= 0).map(Device::Cuda).ok_or("cuda:N with N from 0".into())
        }
        _ => Err("cpu, cuda or cuda:N".into()),
    }
}
