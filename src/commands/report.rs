//! `genogloss report`: a page about runs.

use std::path::{Path, PathBuf};

use crate::{
    error::{Error, Result},
    output::{Indexed, Output, OutputSettings, check_targets, names},
    report::{
        multiqc::multiqc,
        page,
        run::{Run, make_distinct},
    },
};

/// Write one HTML page about runs: what ran where, what was skipped and why, how scores are spread, where calls lie.
///
/// Reads the manifests, and draws what the outputs beside them hold. The page loads nothing from elsewhere. A run merged with
/// `genogloss merge` shows when each shard ran.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss report elements.bed.manifest.json -o report.html
  genogloss report results/*/*.manifest.json -o report.html --multiqc genogloss_mqc.json")]
pub(super) struct Options {
    /// Manifests; or outputs or folders of tracks that have a manifest beside them.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// HTML page to write. Default, and for `-`: standard output.
    #[arg(short, long, value_name = "HTML")]
    output: Option<PathBuf>,
    /// Table of the runs for MultiQC (custom content). MultiQC finds names that end in _mqc.json automatically.
    #[arg(long, value_name = "JSON")]
    multiqc: Option<PathBuf>,
    /// Heading of the page.
    #[arg(long, value_name = "TEXT", default_value = "Genogloss report")]
    title: String,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let inputs: Vec<&Path> = options.runs.iter().map(PathBuf::as_path).collect();
    let others: Vec<(&Path, &'static str)> =
        options.multiqc.as_deref().map(|path| (path, "the table for MultiQC")).into_iter().collect();
    names::refuse(options.output.as_deref(), "a page (HTML)")?;
    names::refuse(options.multiqc.as_deref(), "a table for MultiQC (JSON)")?;
    check_targets(&inputs, options.output.as_deref(), None, &others)?;
    let mut runs = options.runs.iter().map(|path| Run::open(path)).collect::<Result<Vec<_>>>()?;
    make_distinct(&mut runs, &options.runs);
    let mut sealed = output(options.output.as_deref(), page::html(&runs, &options.title)?.as_bytes())?.seal()?;
    if let Some(path) = &options.multiqc {
        if path == Path::new("-") {
            return Err(Error::usage("--multiqc needs a file").with_hint("--multiqc genogloss_mqc.json"));
        }
        sealed = sealed.with_first(path, multiqc(&runs)?.as_bytes())?;
    }
    sealed.commit()
}

/// An output with these bytes, which does not have its name yet.
fn output(path: Option<&Path>, bytes: &[u8]) -> Result<Output> {
    let settings = OutputSettings {
        path: path.map(Path::to_path_buf),
        indexed: Indexed::No,
        kind: None,
        longest: 0,
        bgzf: false,
        input: String::new(),
        resume: None,
    };
    let mut output = Output::create(&settings)?;
    output.write_all(bytes)?;
    Ok(output)
}
