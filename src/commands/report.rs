//! `genogloss report`: a page about runs.

use std::path::{Path, PathBuf};

use crate::{
    error::{Error, Result},
    output::{Indexed, Output, OutputSettings, check_targets, names},
    read::{self, Format},
    report::{
        failed,
        links::Links,
        multiqc::multiqc,
        page::Page,
        rocrate::{self, Crate},
        run::{Run, make_distinct},
    },
};

/// Write one HTML page about runs: what ran where, what was skipped and why, how scores are spread, where calls lie.
///
/// Reads the manifests, and draws what the outputs beside them hold. The page loads nothing from elsewhere. A run merged with
/// `genogloss merge` shows when each shard ran. More than 20 runs get an overview: outliers, failed samples, and a table that can be
/// sorted and searched, with links.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss report elements.bed.manifest.json -o report.html
  genogloss report results/*/*.manifest.json -o report.html --multiqc genogloss_mqc.json
  genogloss report results/*/*.manifest.json -o results/report.html --failed failed.tsv --links 'report={folder}/report.html'")]
pub(super) struct Options {
    /// Manifests; or outputs or folders of tracks that have a manifest beside them.
    #[arg(required_unless_present = "failed", value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// HTML page to write. Default, and for `-`: standard output.
    #[arg(short, long, value_name = "HTML")]
    output: Option<PathBuf>,
    /// Table of the runs for MultiQC (custom content). MultiQC finds names that end in _mqc.json automatically.
    #[arg(long, value_name = "JSON")]
    multiqc: Option<PathBuf>,
    /// FASTA file of the run, for the bases around its strongest calls. Default: the file that the manifest names, if it is there. Only a page
    /// about one run shows them.
    #[arg(short, long, value_name = "FASTA")]
    fasta: Option<PathBuf>,
    /// Table of samples that failed, to be shown on the page: columns sample, stage, reason, exit_code and log (path of the log), separated by
    /// tabs, with or without a line of these names.
    #[arg(long, value_name = "TSV")]
    failed: Option<PathBuf>,
    /// Link from each run to a file, relative to the page; can be repeated. {name} is the name of the output, {stem} the name without its
    /// endings (.vcf.gz), {folder} the name of its folder. Default: the output, if it is there.
    #[arg(long, value_name = "[LABEL=]PATH")]
    links: Vec<String>,
    /// Also write the runs as a Workflow Run RO-Crate: a folder, in which ro-crate-metadata.json is written, or the JSON file. Outputs in that
    /// folder are files of the crate.
    #[arg(long, value_name = "DIR|JSON")]
    ro_crate: Option<PathBuf>,
    /// The workflow that made the runs (main.nf, Snakefile, .cwl, .wdl, .ga), for the RO-Crate; in its folder.
    #[arg(long, value_name = "FILE", requires = "ro_crate")]
    workflow: Option<PathBuf>,
    /// Licence of the results, for the RO-Crate: a URL, or text.
    #[arg(long, value_name = "URL", requires = "ro_crate")]
    license: Option<String>,
    /// Heading of the page.
    #[arg(long, value_name = "TEXT", default_value = "Genogloss report")]
    title: String,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let inputs: Vec<&Path> =
        options.runs.iter().chain(&options.failed).chain(&options.fasta).map(PathBuf::as_path).collect();
    let crate_place = options.ro_crate.as_deref().map(rocrate::place);
    let multiqc_place = options.multiqc.as_deref().map(|path| (path, "the table for MultiQC"));
    let others: Vec<(&Path, &'static str)> =
        multiqc_place.into_iter().chain(crate_place.as_deref().map(|path| (path, "the RO-Crate"))).collect();
    names::refuse(options.output.as_deref(), "a page (HTML)")?;
    names::refuse(options.multiqc.as_deref(), "a table for MultiQC (JSON)")?;
    check_targets(&inputs, options.output.as_deref(), None, &others)?;
    if let Some(fasta) = &options.fasta {
        read::open(fasta)?.expect(&[Format::Fasta], "a FASTA file")?;
    }
    let links = Links::new(&options.links, options.output.as_deref())?;
    let mut runs = options.runs.iter().map(|path| Run::open(path)).collect::<Result<Vec<_>>>()?;
    make_distinct(&mut runs, &options.runs);
    let failed = options.failed.as_deref().map(failed::read).transpose()?;
    let page = Page {
        title: &options.title,
        runs: &runs,
        failed: failed.as_deref(),
        links: &links,
        fasta: options.fasta.as_deref(),
    };
    let mut sealed = output(options.output.as_deref(), page.html()?.as_bytes())?.seal()?;
    if let Some(path) = &options.multiqc {
        if path == Path::new("-") {
            return Err(Error::usage("--multiqc needs a file").with_hint("--multiqc genogloss_mqc.json"));
        }
        sealed = sealed.with_first(path, multiqc(&runs)?.as_bytes())?;
    }
    if let Some(place) = &crate_place {
        let about = Crate {
            title: &options.title,
            runs: &runs,
            failed: failed.as_deref().unwrap_or(&[]),
            page: options.output.as_deref().filter(|path| *path != Path::new("-")),
            workflow: options.workflow.as_deref(),
            license: options.license.as_deref(),
        };
        sealed = sealed.with_first(place, about.metadata(place)?.as_bytes())?;
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
