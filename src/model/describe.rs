//! Models and engines as `genogloss models list`, `genogloss models show` and `genogloss --version --verbose` print them.

use std::path::PathBuf;

use super::{
    card::{Card, Encoding, Kind, LanguageRule, Per, Reduce},
    device::Device,
    engines::ENGINES,
    folder::Folder,
    registry,
};
use crate::error::Result;

/// A table of all models that are found. Folders whose cards cannot be read are warned about.
pub(crate) fn list(models_dir: Option<&PathBuf>) -> String {
    let mut text = String::from("#name\tversion\tlicense\tkind\twhere\tsummary\n");
    for (name, folder) in registry::all(models_dir) {
        let place = match &folder {
            Folder::Disk(path) => path.display().to_string(),
            Folder::BuiltIn(..) => "built in".into(),
        };
        match folder.card() {
            Ok(card) => text.push_str(&format!(
                "{name}\t{}\t{}\t{}\t{place}\t{}\n",
                card.version,
                card.license,
                card.kind.name(),
                card.summary
            )),
            Err(error) => tracing::warn!("{name}: {error}"),
        }
    }
    for (name, summary) in crate::exact::all() {
        let version = env!("CARGO_PKG_VERSION");
        text.push_str(&format!("exact:{name}\t{version}\tMIT OR Apache-2.0\texact\tbuilt in\t{summary}\n"));
    }
    text
}

/// A model's card in words.
pub(crate) fn show(folder: &Folder) -> Result<String> {
    let card = folder.card()?;
    let mut page = Page(format!("{} {}: {}\n", card.name, card.version, card.summary));
    page.line("folder", &folder.place());
    let terms = if card.non_commercial { " (non-commercial: --accept-license)" } else { "" };
    page.line("license", &(card.license.clone() + terms));
    card.citation.iter().for_each(|citation| page.line("cite", citation));
    page.line("kind", card.kind.name());
    let encoding = match card.input.encoding {
        Encoding::OneHot => "one-hot".into(),
        other => format!("{other:?}").to_lowercase(),
    };
    let unknown = format!("{:?}", card.input.unknown).to_lowercase();
    page.line("input", &format!("{encoding}, unknown bases: {unknown}"));
    page.reads(&card);
    page.scores(&card);
    for line in &card.trained_on {
        match line.strip_prefix("held out: ") {
            Some(held_out) => page.line("held out", held_out),
            None => page.line("trained on", line),
        }
    }
    card.notes.iter().for_each(|note| page.line("note", note));
    for (file, sha256) in &card.files.sha256 {
        page.line("sha256", &format!("{sha256} {file}"));
    }
    Ok(page.0)
}

/// A line for each engine: version and library, or why it was not found; then the libraries that were passed over.
pub(crate) fn engines() -> String {
    let mut text = String::new();
    for engine in ENGINES {
        let (name, title) = (engine.name(), engine.title());
        match engine.find(Device::Cpu) {
            Ok(found) => {
                let library = found.library.map_or(String::new(), |path| format!(", {}", path.display()));
                text.push_str(&format!("engine {name}: {title} {}{library}\n", found.version));
                found.passed_over.iter().for_each(|problem| text.push_str(&format!("  not used: {problem}\n")));
            }
            Err(missing) => text.push_str(&format!("engine {name}: {}\n", missing.problem)),
        }
    }
    text
}

/// Lines of a name and a value.
struct Page(String);

impl Page {
    fn line(&mut self, name: &str, value: &str) {
        self.0.push_str(&format!("  {name:<10} {value}\n"));
    }

    /// How much the model reads at once.
    fn reads(&mut self, card: &Card) {
        match &card.generate {
            Some(rule) => {
                let (context, most) = (rule.context, rule.max_tokens());
                self.line(
                    "writes",
                    &format!(
                        "answers to prompts (genogloss ask): {context} tokens of prompt and answer, {most} of an answer"
                    ),
                );
            }
            None => {
                let (window, least) = (&card.window, card.min_span());
                let (span, core, stride) = (window.span, window.core, window.stride);
                self.line(
                    "window",
                    &format!("span {span} bp, core {core} bp, stride {stride} bp; sequences from {least} bp"),
                );
                if let Some(rule) = card.language() {
                    self.line("likelihood", &likelihood(rule, card.kind));
                }
                self.line("strand", &format!("{:?}", card.strand).to_lowercase());
            }
        }
    }

    /// The scores of an answer, and how good calls are.
    fn scores(&mut self, card: &Card) {
        if let Some(rule) = &card.embed {
            let of = if rule.per == Per::Base { "of each base" } else { "of a window" };
            let pool = if rule.per == Per::Base { String::new() } else { format!(", {:?}", rule.pool).to_lowercase() };
            self.line("vector", &format!("embedding: {} numbers {of}{pool}", rule.width));
            return;
        }
        for column in card.columns() {
            let background = if column.callable { "" } else { ", background" };
            let title = column.title.map_or(String::new(), |title| format!(" = {title}"));
            self.line("score", &format!("{}{title} (threshold {}{background})", column.name, column.threshold));
        }
        for head in &card.heads {
            for point in &head.operating_points {
                let wrong = point.false_per_mb.map_or(String::new(), |n| format!(", {n} false positives per Mb"));
                let (name, from, precision, recall) = (&head.name, point.threshold, point.precision, point.recall);
                self.line(
                    "threshold",
                    &format!("{name} {from}: precision {precision}, recall {recall}{wrong} (held-out data)"),
                );
            }
        }
    }
}

/// What a score of a language model is, in words.
fn likelihood(rule: &LanguageRule, kind: Kind) -> String {
    let of = match kind {
        Kind::Masked => "each token is predicted from all others",
        _ => "each token is predicted from those before it",
    };
    let what = match (rule.per, rule.reduce) {
        (Per::Base, _) => "of each base",
        (Per::Window, Reduce::Sum) => "of a window: the sum over its tokens",
        (Per::Window, Reduce::Mean) => "of a window: the mean over its tokens",
    };
    format!("natural logarithm, {what}; {of}")
}
