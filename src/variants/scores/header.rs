//! What a score file says of itself: the model, the options, and the INFO fields that were added.

use std::path::PathBuf;

use crate::{
    address::file_name,
    error::{Error, Result},
    model::{engine::EngineReport, registry},
    output::manifest::{ModelReport, digest},
    read::variants::Variants,
    vcf::{header::StructuredLine, info},
};

/// What the user expects of a score file.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// The model, as `-m` names it, and the folder of models.
    Model(String, Option<PathBuf>),
    /// The prefix of the names of the fields.
    Prefix(String),
    /// A file with this name: the option, and what the header calls it.
    Named(&'static str, &'static str, PathBuf),
    /// A file with this content: likewise.
    Digest(&'static str, &'static str, PathBuf),
    /// A value: likewise.
    Value(&'static str, &'static str, String),
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// One for each ALT.
    ByAllele,
    /// Any number for an ALT, each of which begins with the ALT and `|`.
    List,
}

/// An INFO field of a score file.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Its name.
    pub name: String,
    /// How many values it has.
    pub values: Values,
    /// It has the reasons why alleles were not scored.
    pub is_skip: bool,
}

/// Where the numbers of the histograms are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Counted {
    /// In fields of one number for each ALT: their indices.
    Fields(Vec<usize>),
    /// In the field of this index, after so many columns: pairs of gain and loss.
    Pairs(usize, usize),
}

/// A run that added fields: what its header line says.
#[derive(Clone, Debug)]
struct Run {
    prefix: String,
    /// Keys and values in the order of the line.
    pairs: Vec<(String, String)>,
    /// The index of its line.
    line: usize,
}

/// What the header of a score file says.
pub(super) struct ScoreHeader {
    /// All INFO fields that were added, in the order of the header, which is the order in records.
    pub fields: Vec<Field>,
    /// The model of the last run.
    pub model: ModelReport,
    /// Names in the histograms of the last run, and where its numbers are.
    pub counted: (Vec<String>, Counted),
    /// The index of the field with the reasons of the last run.
    pub skip: usize,
    lines: Vec<String>,
    /// Runs that added fields: at least one.
    runs: Vec<Run>,
}

/// The value of a key without quotes.
fn value(line: &StructuredLine<'_>, key: &str) -> Option<String> {
    let text = line.value(key)?;
    let Some(quoted) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else { return Some(text.into()) };
    let (mut out, mut letters) = (String::with_capacity(quoted.len()), quoted.chars());
    while let Some(letter) = letters.next() {
        out.push(if letter == '\\' { letters.next().unwrap_or(letter) } else { letter });
    }
    Some(out)
}

/// Keys and quoted values of a line, the ID left out.
fn pairs(line: &str) -> Vec<(String, String)> {
    let Some(fields) = line.trim_end().split_once("=<").and_then(|(_, rest)| rest.strip_suffix('>')) else {
        return Vec::new();
    };
    let keys = fields.split(',').filter_map(|field| Some(field.split_once("=\"")?.0));
    let parsed = StructuredLine::parse(line);
    // A text with `,` and `="` in a value looks like a key: the line has no such key.
    let known = |key: &str| Some((key.to_string(), value(parsed.as_ref()?, key)?));
    keys.filter(|key| *key != "ID").filter_map(known).collect()
}

impl ScoreHeader {
    /// Of an open score file.
    pub(super) fn parse(scores: &Variants) -> Result<Self> {
        let texts = scores.header.iter().map(|line| String::from_utf8_lossy(line).into_owned());
        let (mut lines, mut models, mut runs) = (Vec::new(), Vec::new(), Vec::<Run>::new());
        let mut infos = Vec::new();
        for text in texts {
            let Some(line) = StructuredLine::parse(&text) else {
                if text.starts_with("##genogloss_version=") {
                    lines.push(text);
                }
                continue;
            };
            let Some(id) = value(&line, "ID") else { continue };
            match line.kind {
                "genogloss_model" => models.push((id, text.clone())),
                "genogloss_variants" => runs.push(Run { prefix: id, pairs: pairs(&text), line: lines.len() }),
                "INFO" if is_ours(&line, &id, &models) => infos.push((id, text.clone())),
                _ => continue,
            }
            lines.push(text);
        }
        let bad = |why: &str| {
            Err(Error::input(scores.place(), why).with_hint(
                "--scores takes an output of genogloss variants: genogloss variants sites.vcf.gz -f genome.fa -o scores.vcf.gz",
            ))
        };
        let Some(run) = runs.last() else {
            return bad("it holds no scores: its header has no ##genogloss_variants line");
        };
        let Some((_, model)) = models.iter().rev().find(|(id, _)| run.get("model").is_none_or(|name| name == id))
        else {
            return bad("its header has no ##genogloss_model line");
        };
        let model = report(model);
        if run.get("haplotypes") == Some("true") {
            return bad("its scores are of haplotypes (--haplotypes), which depend on the genotypes of each sample");
        }
        let mut fields = Vec::with_capacity(infos.len());
        for (name, text) in &infos {
            let Some(line) = StructuredLine::parse(text) else { continue };
            let values = match line.value("Number") {
                Some("A") => Values::ByAllele,
                _ => Values::List,
            };
            let is_skip = runs.iter().any(|run| *name == format!("{}_SKIP", run.prefix));
            fields.push(Field { name: name.clone(), values, is_skip });
        }
        let own = format!("{}_SKIP", run.prefix);
        let Some(skip) = fields.iter().position(|field| field.name == own) else {
            return bad(&format!("its header does not declare the INFO field {own}"));
        };
        let counted = counted(run, &infos);
        Ok(Self { fields, model, counted, skip, lines, runs })
    }

    fn run(&self) -> &Run {
        // There is at least one.
        &self.runs[self.runs.len() - 1]
    }

    /// The reference that was used.
    pub(super) fn reference(&self) -> Option<&str> {
        self.run().get("reference")
    }

    /// Whether the model scored variants by gene.
    pub(super) fn is_by_gene(&self) -> bool {
        self.run().get("genes").is_some()
    }

    /// The options of the last run.
    pub(super) fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        let run = self.run();
        let pairs = run.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        std::iter::once(("prefix", run.prefix.as_str())).chain(pairs.filter(|(key, _)| *key != "model"))
    }

    /// Names of the scores that are counted.
    pub(super) fn histograms(&self) -> impl Iterator<Item = &str> {
        self.counted.0.iter().map(String::as_str)
    }

    /// The model and the reference, for the log.
    pub(super) fn described(&self) -> String {
        let ModelReport { name, version, license, .. } = &self.model;
        format!("model {name} {version} ({license}), reference {}", self.reference().unwrap_or("not known"))
    }

    /// The lines that outputs get, with the regions of this run.
    pub(super) fn lines(&self, regions: &[(&str, String)]) -> Vec<String> {
        let mut lines = self.lines.clone();
        if regions.is_empty() {
            return lines;
        }
        for Run { prefix, pairs, line } in &self.runs {
            let pairs: Vec<(&str, String)> = pairs
                .iter()
                .filter(|(key, _)| !key.starts_with("regions"))
                .map(|(key, value)| (key.as_str(), value.clone()))
                .collect();
            // Where a run of the model has them.
            let at =
                pairs.iter().position(|(key, _)| matches!(*key, "compare" | "genes_sha256")).unwrap_or(pairs.len());
            let all = pairs[..at].iter().chain(regions).chain(&pairs[at..]).cloned();
            lines[*line] = info::structured("genogloss_variants", prefix, all);
        }
        lines
    }

    /// Refuses a score file that is not what the user expects.
    pub(super) fn check(&self, wanted: &[Wanted], place: &str) -> Result<()> {
        let differs = |option: &str, own: &str, theirs: Option<&str>| {
            let theirs = theirs.map_or_else(|| "without it".into(), |theirs| format!("with {theirs}"));
            let problem = format!("{option} is {own}, but the scores were made {theirs}");
            Err(Error::input(place, problem).with_hint("score the sites again with these options, or omit the option"))
        };
        let same = |option: &str, own: &str, theirs: Option<&str>| {
            if theirs == Some(own) { Ok(()) } else { differs(option, own, theirs) }
        };
        for wanted in wanted {
            match wanted {
                Wanted::Model(name, folder) => self.check_model(name, folder.as_ref(), place)?,
                Wanted::Prefix(prefix) => same("--prefix", prefix, Some(&self.run().prefix))?,
                Wanted::Named(option, key, path) => {
                    let name = file_name(path);
                    same(option, &name, self.run().get(key))?;
                }
                Wanted::Digest(option, key, path) => {
                    let own = digest(path)?;
                    if self.run().get(key) != Some(&own) {
                        let problem =
                            format!("{option} {} is not the file that the scores were made with", path.display());
                        return Err(Error::input(place, problem).with_hint("its sha256 is another one"));
                    }
                }
                Wanted::Value(option, key, own) => {
                    // By windows there is one format of fields.
                    let usual = (*key == "format").then_some("genogloss");
                    same(option, own, self.run().get(key).or(usual))?;
                }
            }
        }
        Ok(())
    }

    fn check_model(&self, name: &str, folder: Option<&PathBuf>, place: &str) -> Result<()> {
        let described = |name: &str, version: &str, sha256: Option<&str>| {
            let short: String = sha256.unwrap_or("-").chars().take(12).collect();
            format!("{name} {version} (sha256 {short})")
        };
        let ModelReport { name: own, version, sha256, .. } = &self.model;
        let theirs = described(own, version, sha256.as_deref());
        let wanted = if name.starts_with("exact:") {
            described(name, env!("CARGO_PKG_VERSION"), None)
        } else {
            let card = registry::find(name, folder)?.card()?;
            described(&card.name, &card.version, card.networks_digest().as_deref())
        };
        if wanted == theirs {
            return Ok(());
        }
        Err(Error::input(place, format!("-m is {wanted}, but the scores were made with {theirs}"))
            .with_hint("score the sites again with this model, or omit -m"))
    }
}

impl Run {
    fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Whether an INFO line is of a model that has scored the file.
fn is_ours(line: &StructuredLine<'_>, id: &str, models: &[(String, String)]) -> bool {
    if id == info::SPLICEAI {
        return value(line, "Description").is_some_and(|text| text.contains("in the format of SpliceAI 1.3.1"));
    }
    let source = value(line, "Source");
    let model = source.as_deref().and_then(|source| source.strip_prefix("genogloss "));
    model.is_some_and(|model| models.iter().any(|(name, _)| name == model))
}

/// A model as its header line describes it. It was not run now.
fn report(text: &str) -> ModelReport {
    let line = StructuredLine::parse(text);
    let get = |key: &str| line.as_ref().and_then(|line| value(line, key)).unwrap_or_default();
    ModelReport {
        name: get("ID"),
        version: get("Version"),
        sha256: Some(get("sha256")).filter(|digest| !digest.is_empty() && digest != "."),
        card_sha256: None,
        license: get("Licence"),
        engine: EngineReport {
            engine: "none".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            device: "a score file".into(),
        },
    }
}

/// Names of the scores of a run, and where their numbers are.
fn counted(run: &Run, infos: &[(String, String)]) -> (Vec<String>, Counted) {
    let described = |text: &String| StructuredLine::parse(text).and_then(|line| value(&line, "Description"));
    let (effect, delta) = (format!("{}_EFFECT", run.prefix), format!("{}_DELTA_", run.prefix));
    if let Some(at) = infos.iter().position(|(name, _)| *name == effect) {
        let format = described(&infos[at].1).unwrap_or_default();
        let labels = format.rsplit_once("strand|").map_or("", |(_, labels)| labels).split('|');
        let names = labels.filter_map(|label| label.strip_suffix("_gain").map(String::from)).collect();
        return (names, Counted::Pairs(at, 3));
    }
    if let Some(at) = infos.iter().position(|(name, _)| name == info::SPLICEAI)
        && run.get("format") == Some("spliceai")
    {
        return (vec!["acceptor".into(), "donor".into()], Counted::Pairs(at, 2));
    }
    let (mut names, mut places) = (Vec::new(), Vec::new());
    for (at, (name, text)) in infos.iter().enumerate().filter(|(_, (name, _))| name.starts_with(&delta)) {
        let description = described(text).unwrap_or_default();
        names.push(description.split_once(": ").map_or(name.as_str(), |(score, _)| score).to_string());
        places.push(at);
    }
    (names, Counted::Fields(places))
}
