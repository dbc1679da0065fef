//! What is planned.

use std::{ffi::OsString, path::PathBuf};

/// How many shards there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ShardCount {
    /// So many.
    Fixed(u32),
    /// As many as are needed so that none takes longer than so many seconds.
    Seconds(f64),
}

/// What is planned, with the options that the run will have.
pub(crate) struct PlanSettings {
    /// The input of the run.
    pub(crate) input: PathBuf,
    /// The command of the run: scan, reads or variants.
    pub(crate) command: &'static str,
    /// Number of shards.
    pub(crate) shards: ShardCount,
    /// The most memory that a shard may take, in bytes.
    pub(crate) max_memory: Option<u64>,
    /// Folder for the BED files and plan.json.
    pub(crate) output: Option<PathBuf>,
    /// Whether a part is run to measure it.
    pub(crate) measure: bool,
    /// Name or folder of the model.
    pub(crate) model: String,
    /// Folder of model folders, searched first.
    pub(crate) models_dir: Option<PathBuf>,
    /// Reference of variants and CRAM.
    pub(crate) reference: Option<PathBuf>,
    /// Bases between window starts; `None`: as in the card.
    pub(crate) stride: Option<u64>,
    /// Bases of a window of an exact task.
    pub(crate) window: Option<u64>,
    /// Names of contigs in a VCF and in the reference.
    pub(crate) contig_aliases: Option<PathBuf>,
    /// Regions of the run.
    pub(crate) region: Vec<String>,
    /// Regions of the run, in a BED file.
    pub(crate) regions_file: Option<PathBuf>,
    /// Threads of the run; `None`: all cores.
    pub(crate) threads: Option<u16>,
    /// Name of the output of the run, whose ending decides the format and the compression; `None`: no table is written.
    pub(crate) named: Option<String>,
    /// Whether the run writes bigWig files.
    pub(crate) bigwig: bool,
    /// The options of the run, each as one word, without those about outputs and parts (for scans: also without regions).
    pub(crate) options: Vec<OsString>,
}
