//! `genogloss models`: list, show, check, and make new ones.

use std::path::PathBuf;

use clap::Subcommand;

use super::say;
use crate::{
    error::Result,
    model::{check::check, describe, draft, engines::EngineChoice, registry},
};

/// List, show, check, import and make models.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  genogloss models list\n  genogloss models check path/to/folder")]
pub(super) struct Options {
    /// Folder of model folders, searched first.
    #[arg(long, value_name = "DIR", global = true)]
    models_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List all models that are found: name, version, licence, summary.
    #[command(after_help = "Examples:\n  genogloss models list\n  genogloss models list --models-dir models")]
    List,
    /// Make a model folder of an ONNX file: a card of what the network's inputs and outputs say, in which a ? marks what
    /// you must decide (order of bases, activation, labels, licence), with the checksums of its files.
    #[command(
        after_help = "Examples:\n  genogloss models new deepbind.onnx\n  genogloss models new exported/model.onnx -o my-model"
    )]
    New {
        /// The network; files with its weights are taken from beside it.
        network: PathBuf,
        /// The folder to make. Default: named like the file, in the current folder.
        #[arg(short, long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    // Described in full in its own file.
    Import(super::import::Options),
    /// Show the card of a model.
    #[command(after_help = "Examples:\n  genogloss models show core-promoter\n  genogloss models show path/to/folder")]
    Show {
        /// Name or folder.
        model: String,
    },
    /// Check a model on each engine: its card, its checksums, the network's inputs and outputs, windows of known bases
    /// and of N, its self-test, and its networks for changes.
    #[command(
        after_help = "Examples:\n  genogloss models check core-promoter\n  genogloss models check path/to/folder --engine ort"
    )]
    Check {
        /// Name or folder.
        model: String,
        /// Engine; auto: all available engines, and the one that commands would use decides.
        #[arg(long, value_enum, default_value = "auto")]
        engine: EngineChoice,
    },
}

pub(super) fn run(options: Options) -> Result<()> {
    let models_dir = options.models_dir.as_ref();
    match options.command {
        Command::List => say(describe::list(models_dir).as_bytes()),
        Command::Import(options) => super::import::run(&options, models_dir),
        Command::New { network, output } => {
            let named = || network.file_stem().map_or_else(|| "model".into(), PathBuf::from);
            let (folder, open) = draft::new(&network, &output.unwrap_or_else(named))?;
            let place = folder.display();
            say(format!(
                "{place}/card.yaml: {open} lines end in a ?: decide them\nthen: genogloss models check {}{place}\n",
                if folder.components().count() > 1 { "" } else { "./" }
            )
            .as_bytes())
        }
        Command::Show { model } => say(describe::show(&registry::find(&model, models_dir)?)?.as_bytes()),
        Command::Check { model, engine } => {
            let report = check(&registry::find(&model, models_dir)?, engine)?;
            say(report.text.as_bytes())?;
            report.of_first_engine()
        }
    }
}
