//! What is planned.

use std::{ffi::OsString, path::PathBuf};

/// What is planned, with the options that the run will have.
pub(crate) struct PlanSettings {
    /// The input of the run.
    pub(crate) input: PathBuf,
    /// Name or folder of the model.
    pub(crate) model: String,
    /// Folder of model folders, searched first.
    pub(crate) models_dir: Option<PathBuf>,
    /// Number of shards.
    pub(crate) shards: u32,
    /// Folder for the BED files and plan.json.
    pub(crate) output: Option<PathBuf>,
    /// Reference of variants and CRAM.
    pub(crate) reference: Option<PathBuf>,
    /// Bases between window starts; `None`: as in the card.
    pub(crate) stride: Option<u64>,
    /// Bases of a window of an exact task.
    pub(crate) window: Option<u64>,
    /// Names of contigs in a VCF and in the reference.
    pub(crate) contig_aliases: Option<PathBuf>,
    /// Whether a part is run to measure it.
    pub(crate) measure: bool,
    /// Threads of the run; `None`: all cores.
    pub(crate) threads: Option<u16>,
    /// More options of the run.
    pub(crate) more: Vec<OsString>,
}
