//! Finding models: built into the program, by path, and by name in the folders of models.

use std::{env, path::PathBuf};

use super::folder::{Files, Folder};
use crate::error::{Error, Result};

/// The card, network and self-test of a folder under `models/`.
macro_rules! folder {
    ($name:literal) => {
        (
            $name,
            &[
                ("card.yaml", include_bytes!(concat!("../../models/", $name, "/card.yaml"))),
                ("model.onnx", include_bytes!(concat!("../../models/", $name, "/model.onnx"))),
                ("self_test.tsv", include_bytes!(concat!("../../models/", $name, "/self_test.tsv"))),
            ],
        )
    };
}

/// The folders that are built into the program.
pub(crate) const BUILT_IN: &[(&str, Files)] = &[
    folder!("human"),
    folder!("core-promoter"),
    folder!("proximal-promoter"),
    folder!("promoter-nontata"),
    folder!("splice-window"),
    folder!("tf-human"),
    folder!("tf-mouse"),
    folder!("regulatory"),
    folder!("gene"),
    folder!("reading-frame"),
    (
        LANGUAGE,
        &[
            ("card.yaml", genogloss_genomicllm::CARD),
            ("model.onnx", genogloss_genomicllm::MODEL),
            ("self_test.tsv", genogloss_genomicllm::SELF_TEST),
            ("tokenizer.json", genogloss_genomicllm::TOKENIZER),
        ],
    ),
];

/// The default model.
pub(crate) const DEFAULT: &str = "human";

/// The default language model for prompts.
pub(crate) const LANGUAGE: &str = "genomicllm";

/// The language model of genes and diseases; `genogloss models import` makes it.
pub(crate) const RELATIONS: &str = "gpgpt";

/// The folder for models that a user imports.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let data = env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share")));
    data.map(|data| data.join("genogloss/models"))
}

/// Folders that hold model folders, in the order they are searched.
pub(crate) fn search_path(models_dir: Option<&PathBuf>) -> Vec<PathBuf> {
    let mut path: Vec<PathBuf> = models_dir.cloned().into_iter().collect();
    if let Some(list) = env::var_os("GENOGLOSS_MODELS") {
        path.extend(env::split_paths(&list).filter(|p| !p.as_os_str().is_empty()));
    }
    path.extend(data_folder());
    if let Ok(program) = env::current_exe().and_then(|path| path.canonicalize())
        && let Some(beside) = program.parent()
    {
        path.push(beside.join("models"));
        path.push(beside.join("../share/genogloss/models"));
    }
    path
}

/// The model `name`: a path (anything with a `/`), else a name in the search path or in the program, else a folder of that name in the
/// working folder. A folder in the working folder never replaces a model of that name.
pub(crate) fn find(name: &str, models_dir: Option<&PathBuf>) -> Result<Folder> {
    let path = PathBuf::from(name);
    if name.contains('/') || name == "." {
        if path.join("card.yaml").is_file() {
            return Ok(Folder::Disk(path));
        }
        let problem = if path.is_dir() { "there is no card.yaml in this folder" } else { "no such folder" };
        return Err(
            Error::model(name, problem).with_hint("a model is a folder with a card.yaml: see docs/reference/card.md")
        );
    }
    for folder in search_path(models_dir) {
        if folder.join(name).join("card.yaml").is_file() {
            return Ok(Folder::Disk(folder.join(name)));
        }
    }
    match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
        Some((name, files)) => Ok(Folder::BuiltIn(name, files)),
        None if path.join("card.yaml").is_file() => Ok(Folder::Disk(path)),
        None => Err(Error::model(name, "no model of that name was found")
            .with_hint("genogloss models list lists the models; genogloss models import installs published ones, such as spliceai; a path to a model folder works too")),
    }
}

/// All models that can be found: name and folder. The first folder of a name hides the others.
pub(crate) fn all(models_dir: Option<&PathBuf>) -> Vec<(String, Folder)> {
    let mut found: Vec<(String, Folder)> = Vec::new();
    for folder in search_path(models_dir) {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut names: Vec<String> = entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
        names.sort();
        for name in names {
            if folder.join(&name).join("card.yaml").is_file() && !found.iter().any(|(known, _)| *known == name) {
                found.push((name.clone(), Folder::Disk(folder.join(&name))));
            }
        }
    }
    for (name, files) in BUILT_IN {
        if !found.iter().any(|(known, _)| known == name) {
            found.push(((*name).into(), Folder::BuiltIn(name, files)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_lies_here_does_not_hide_a_model() {
        // Tests run in the repository's root, where `models/human` is, but no `human`; `tests/models` is a path.
        assert!(matches!(find("human", None), Ok(Folder::BuiltIn("human", _))));
        assert!(matches!(find("models/human", None), Ok(Folder::Disk(_))));
        let folder = PathBuf::from("models");
        assert!(matches!(find("human", Some(&folder)), Ok(Folder::Disk(_))));
        assert!(find("nosuch", None).is_err());
    }
}
