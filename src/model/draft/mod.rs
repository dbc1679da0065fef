//! `genogloss models new`: a model folder of a network of somebody else, with a card to complete.
//!
//! [`network`] reads the inputs and outputs from the ONNX file, [`tokens`] the file with tokens that may lie beside it, [`card`] writes what
//! they say into a card, and marks with `?` what no network says: order of bases, activations, labels, licence.

mod card;
mod network;
mod tokens;
mod words;

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use self::tokens::Tokens;
use super::{external, protobuf};
use crate::{
    digest,
    error::{Error, Result},
    output::temporary::TemporaryFolder,
};

/// Makes a folder of a network: the folder, and how many places of its card are to be decided.
pub(crate) fn new(model: &Path, folder: &Path) -> Result<(PathBuf, usize)> {
    let place = model.display().to_string();
    if folder.exists() {
        return Err(
            Error::usage(format!("{} exists", folder.display())).with_hint("give a folder that does not: -o DIR")
        );
    }
    let bytes = fs::read(model).map_err(|error| Error::read(model, &error))?;
    let wrong = |why: String| Error::input(&place, why);
    protobuf::check(&bytes).map_err(wrong)?;
    let (inputs, outputs) = network::tensors(&bytes).map_err(|why| wrong(why.into()))?;
    let data: Vec<String> = external::named(&bytes).map_err(wrong)?.into_keys().collect();
    if let Some(outside) = data.iter().find(|name| name.contains(['/', '\\']) || name.starts_with('.')) {
        return Err(wrong(format!("its weights are in \"{outside}\", which is not the name of a file beside it")));
    }
    let beside = tokens_beside(model)?;
    let draft = card::draft(&inputs, &outputs, beside.as_ref().map(|(tokens, _)| tokens))
        .map_err(|why| wrong(why).with_hint("docs/reference/card.md describes what a card can say"))?;
    let home = folder.parent().filter(|home| *home != Path::new("")).unwrap_or(Path::new("."));
    let mut made = TemporaryFolder::make_in(home, ".genogloss-new-")?;
    let put = |name: &str, bytes: &[u8]| {
        let path = made.path().join(name);
        fs::write(&path, bytes).map_err(|error| Error::write(path.display(), &error))
    };
    let file = model.file_name().and_then(|name| name.to_str()).unwrap_or("model.onnx");
    let mut files = vec![(file.to_string(), digest::sha256(&bytes))];
    put(file, &bytes)?;
    for name in &data {
        let path = model.with_file_name(name);
        let bytes = fs::read(&path).map_err(|error| Error::read(&path, &error))?;
        put(name, &bytes)?;
        files.push((name.clone(), digest::sha256(&bytes)));
    }
    if let Some(labels) = draft.labels {
        let text: String = (1..=labels).map(|number| format!("label {number}\n")).collect();
        put("labels.txt", text.as_bytes())?;
        files.push(("labels.txt".into(), digest::sha256(text.as_bytes())));
    }
    let beside = beside.filter(|_| draft.is_ids);
    if let Some((tokens, bytes)) = &beside {
        put(tokens.file, bytes)?;
        files.push((tokens.file.into(), digest::sha256(bytes)));
    }
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or("model");
    let text = whole(name, (file, beside.map(|(tokens, _)| tokens).as_ref()), &data, &files, &draft.body);
    put("card.yaml", text.as_bytes())?;
    fs::rename(made.path(), folder).map_err(|error| Error::write(folder.display(), &error))?;
    made.keep();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A temporary folder is its user's alone.
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
    }
    Ok((folder.to_path_buf(), text.matches("# ?").count()))
}

/// A name as YAML takes any.
fn text_of(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

/// The file with tokens beside a network, if there is one.
fn tokens_beside(model: &Path) -> Result<Option<(Tokens, Vec<u8>)>> {
    let found =
        tokens::FILES.into_iter().map(|file| (file, model.with_file_name(file))).find(|(_, path)| path.is_file());
    let Some((file, path)) = found else { return Ok(None) };
    let bytes = fs::read(&path).map_err(|error| Error::read(&path, &error))?;
    let tokens = Tokens::read(file, &bytes).map_err(|why| Error::input(path.display(), why))?;
    Ok(Some((tokens, bytes)))
}

fn whole(
    name: &str,
    (file, tokens): (&str, Option<&Tokens>),
    data: &[String],
    files: &[(String, String)],
    body: &str,
) -> String {
    let mut text = format!(
        "# Written by `genogloss models new` from the inputs and outputs of {file}.\n\
         # A network does not say what is marked with \"?\": decide it, and remove the mark. Then: genogloss models check DIR\n\
         name: {}\nversion: 0.1.0\n\
         summary: to be written   # ? one sentence\n\
         license: unknown   # ? of the weights, as SPDX names it\n\
         files:\n  model: {}\n",
        words::word(name),
        text_of(file)
    );
    if !data.is_empty() {
        let data: Vec<String> = data.iter().map(|name| text_of(name)).collect();
        let _ = writeln!(text, "  data: [{}]", data.join(", "));
    }
    if let Some(tokens) = tokens {
        let _ = writeln!(text, "  {}: {}", tokens.key(), tokens.file);
    }
    let _ = writeln!(text, "  sha256:");
    for (file, digest) in files {
        let _ = writeln!(text, "    {}: {digest}", text_of(file));
    }
    text.push_str(body);
    text.push_str("# Sequences with the scores that the authors' own program gives them, as a table: name, sequence, then each score\n# self_test: self_test.tsv\n");
    text
}
