//! Links from the page to the files and pages of each run.

use std::{
    fmt::Write,
    path::{Component, Path, PathBuf},
};

use super::run::Run;
use crate::{
    error::{Error, Result},
    output::names::stem,
};

/// The placeholders of a template.
const PLACEHOLDERS: [&str; 3] = ["{name}", "{stem}", "{folder}"];

/// A link of a run.
pub(super) struct Link {
    /// What the page calls it.
    pub label: String,
    /// Where it leads, encoded as in a URL.
    pub target: String,
}

/// How the links of runs are made: by templates, or to the outputs that are there.
pub(crate) struct Links {
    /// Label and template of each.
    templates: Vec<(String, String)>,
    /// The folder of the page; `None` where it goes to standard output.
    folder: Option<PathBuf>,
}

impl Links {
    /// From `LABEL=TEMPLATE` or `TEMPLATE`, for a page that is written to a file or to standard output.
    pub(crate) fn new(templates: &[String], page: Option<&Path>) -> Result<Self> {
        let page = page.filter(|path| *path != Path::new("-"));
        let templates = templates.iter().map(|text| template(text)).collect::<Result<Vec<_>>>()?;
        Ok(Self { templates, folder: page.and_then(folder_of) })
    }

    /// The links of a run.
    pub(super) fn of(&self, run: &Run) -> Vec<Link> {
        if self.templates.is_empty() {
            let found = run.output.as_deref().and_then(|output| self.relative(output));
            return found.map(|target| Link { label: "output".into(), target }).into_iter().collect();
        }
        let values = [run.file_name.as_str(), stem(&run.file_name), run.folder.as_str()];
        let filled = |template: &str| {
            PLACEHOLDERS
                .iter()
                .zip(values)
                .fold(template.to_string(), |text, (placeholder, value)| text.replace(placeholder, &encoded(value)))
        };
        self.templates.iter().map(|(label, template)| Link { label: label.clone(), target: filled(template) }).collect()
    }

    /// The way to a file that the user named: from the page, if the file is here, else as it was given.
    pub(super) fn file(&self, path: &str) -> String {
        if path.starts_with("https://") || path.starts_with("http://") {
            return path.into();
        }
        self.relative(Path::new(path)).unwrap_or_else(|| local(Path::new(path)))
    }

    /// The way from the page to a file that is here.
    fn relative(&self, path: &Path) -> Option<String> {
        let path = path.canonicalize().ok()?;
        Some(local(&way(self.folder.as_deref()?, &path)))
    }
}

/// `LABEL=TEMPLATE`, or a template, whose label is "files".
fn template(text: &str) -> Result<(String, String)> {
    let (label, template) = match text.split_once('=') {
        Some((label, template)) if !label.contains(['/', '{', '?']) => (label, template),
        _ => ("files", text),
    };
    let wrong = |why: String| {
        Error::usage(format!("--links {text}: {why}"))
            .with_hint("--links 'report={stem}/report.html'; {name}: the output's name, {stem}: without .vcf.gz and the like, {folder}: its folder")
    };
    let rest = PLACEHOLDERS.iter().fold(template.to_string(), |text, placeholder| text.replace(placeholder, ""));
    if let Some(at) = rest.find(['{', '}']) {
        return Err(wrong(format!("{} is no placeholder", rest[at..].split_inclusive('}').next().unwrap_or_default())));
    }
    if template.is_empty() {
        return Err(wrong("the link is empty".into()));
    }
    // A link is a path, or of the web: no script.
    let scheme =
        template.split(['/', '?', '#']).next().and_then(|first| first.split_once(':')).map(|(scheme, _)| scheme);
    match scheme {
        None | Some("http" | "https" | "file") => Ok((label.into(), template.into())),
        Some(scheme) => Err(wrong(format!("links of {scheme}: are not made"))),
    }
}

/// The folder that a page will be in.
fn folder_of(page: &Path) -> Option<PathBuf> {
    let folder = page.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    folder.canonicalize().ok()
}

/// The way from a folder to a file; both are absolute.
pub(super) fn way(folder: &Path, file: &Path) -> PathBuf {
    let shared = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(file.components().skip(shared)).collect()
}

/// A path as a URL: each of its parts encoded.
pub(super) fn local(path: &Path) -> String {
    let parts: Vec<String> = path
        .components()
        .map(|part| match part {
            Component::RootDir => String::new(),
            part => encoded(&part.as_os_str().to_string_lossy()),
        })
        .collect();
    parts.join("/")
}

/// A text as a part of a URL (RFC 3986, section 2.3).
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_leads_from_the_page_to_the_file() {
        let of = |folder: &str, file: &str| local(&way(Path::new(folder), Path::new(file)));
        assert_eq!(of("/a/b", "/a/b/c/x y#1.bed"), "c/x%20y%231.bed");
        assert_eq!(of("/a/b", "/a/c/x.bed"), "../c/x.bed");
        assert_eq!(of("/a", "/a:b/x.bed"), "../a%3Ab/x.bed");
        assert_eq!(local(Path::new("/logs/a b.txt")), "/logs/a%20b.txt");
    }

    #[test]
    fn templates_are_paths_or_of_the_web() {
        let of = |text: &str| template(text).map_err(|error| error.to_string());
        assert_eq!(of("report={stem}/report.html"), Ok(("report".into(), "{stem}/report.html".into())));
        assert_eq!(of("{folder}/{name}"), Ok(("files".into(), "{folder}/{name}".into())));
        assert_eq!(of("https://a.org/?q={name}"), Ok(("files".into(), "https://a.org/?q={name}".into())));
        for (text, why) in [
            ("x={sample}.html", "{sample} is no placeholder"),
            ("javascript:alert(1)", "javascript: are not"),
            ("a=", "empty"),
        ] {
            assert!(of(text).is_err_and(|error| error.contains(why)), "{text}");
        }
    }
}
