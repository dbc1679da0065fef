//! A Workflow Run RO-Crate: the runs as linked data (JSON-LD), as WorkflowHub, Zenodo and the like read it.
//!
//! The crate follows RO-Crate 1.1 and the Process Run Crate profile 0.5: each run is an action of this program, with its inputs, model and
//! outputs. With the file of a workflow it also follows the profiles Workflow Run Crate 0.5 and Workflow RO-Crate 1.0. Files inside of the
//! crate's folder are named by their path, others by their URL on this machine.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use serde_json::{Map, Value, json};

use super::{
    failed::Failed,
    links::{local, way},
    run::Run,
};
use crate::{
    error::{Error, Result},
    output::{kind::OutputKind, manifest::Manifest},
};

/// The name that the specification gives the file.
pub(crate) const FILE: &str = "ro-crate-metadata.json";

/// The `@id` of this program: its address, once it has one.
fn program() -> &'static str {
    let address = env!("CARGO_PKG_REPOSITORY");
    if address.is_empty() { "#genogloss" } else { address }
}

/// What the crate is about.
pub(crate) struct Crate<'a> {
    /// Its name.
    pub title: &'a str,
    /// The runs.
    pub runs: &'a [Run],
    /// Samples that failed.
    pub failed: &'a [Failed],
    /// The page about the runs, if it is a file.
    pub page: Option<&'a Path>,
    /// The workflow that made the runs.
    pub workflow: Option<&'a Path>,
    /// The licence of the results: a URL or a text.
    pub license: Option<&'a str>,
}

/// Where the metadata belong: a file of this kind, or in a folder.
pub(crate) fn place(path: &Path) -> PathBuf {
    if path.extension().is_some_and(|ending| ending == "json") && !path.is_dir() {
        path.into()
    } else {
        path.join(FILE)
    }
}

/// Entities by their `@id`, and which of them are files of the crate.
struct Entities {
    root: PathBuf,
    all: BTreeMap<String, Value>,
    parts: Vec<Value>,
}

impl Crate<'_> {
    /// The metadata, for a file at `place`.
    pub(crate) fn metadata(&self, place: &Path) -> Result<String> {
        let folder = place.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let root = folder.canonicalize().map_err(|error| Error::read(folder, &error))?;
        let mut entities = Entities { root, all: BTreeMap::new(), parts: Vec::new() };
        if let Some(page) = self.page {
            let about = json!({"name": self.title, "description": "Report of the runs", "encodingFormat": "text/html"});
            entities.new_file(page, about);
        }
        let mut actions: Vec<Value> =
            self.runs.iter().enumerate().map(|(at, run)| entities.action(run, at + 1)).collect();
        for (at, failed) in self.failed.iter().enumerate() {
            actions.push(failed_action(failed, at + 1));
        }
        let main = self.workflow.map(|workflow| entities.workflow(workflow)).transpose()?;
        if let Some((workflow, _)) = &main {
            actions.push(whole(&actions, workflow, self.title));
        }
        let mut graph = vec![self.descriptor(place)];
        graph.push(self.root(&actions, main.as_ref().map(|(id, _)| id), entities.parts));
        graph.extend(profiles(main.is_some()));
        graph.push(json!({
            "@id": program(), "@type": "SoftwareApplication", "name": "genogloss", "url": program(),
            "softwareVersion": env!("CARGO_PKG_VERSION"), "description": env!("CARGO_PKG_DESCRIPTION"),
        }));
        graph.extend(main.map(|(_, language)| language));
        graph.extend(entities.all.into_values());
        graph.extend(actions);
        let whole = json!({
            "@context": ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"],
            "@graph": graph,
        });
        let text = serde_json::to_string_pretty(&whole);
        text.map(|text| text + "\n").map_err(|error| Error::Internal(format!("RO-Crate: {error}")))
    }

    /// The entity about the metadata themselves.
    fn descriptor(&self, place: &Path) -> Value {
        let mut conforms = vec![reference("https://w3id.org/ro/crate/1.1")];
        if self.workflow.is_some() {
            conforms.push(reference("https://w3id.org/workflowhub/workflow-ro-crate/1.0"));
        }
        let name = place.file_name().map_or_else(|| FILE.into(), |name| local(Path::new(name)));
        json!({"@id": name, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": conforms})
    }

    fn root(&self, actions: &[Value], workflow: Option<&String>, parts: Vec<Value>) -> Value {
        // Where no run has ended, the crate is about failures, and as new as this file.
        let published = self.runs.iter().filter_map(finished).reduce(f64::max).unwrap_or(Manifest::now() as f64);
        let license = match self.license {
            Some(url) if url.starts_with("http") => reference(url),
            Some(text) => json!(text),
            None => json!("Not stated"),
        };
        let count = if self.runs.len() == 1 { "one run".into() } else { format!("{} runs", self.runs.len()) };
        let conforms: Vec<Value> = profiles(workflow.is_some()).iter().map(reference_to).collect();
        let mut root = json!({
            "@id": "./", "@type": "Dataset", "name": self.title,
            "description": format!("Results of {count} of genogloss, with the models, inputs and commands that made them"),
            "datePublished": date(published), "license": license, "conformsTo": conforms, "hasPart": parts,
            "mentions": actions.iter().map(reference_to).collect::<Vec<_>>(),
        });
        if let Some(workflow) = workflow {
            root["mainEntity"] = reference(workflow);
        }
        root
    }
}

impl Entities {
    /// The `@id` of a file or folder that is here, and whether it is in the crate.
    fn id(&self, path: &Path) -> Option<String> {
        let path = path.canonicalize().ok()?;
        let ending = if path.is_dir() { "/" } else { "" };
        if path.starts_with(&self.root) {
            return Some(format!("{}{ending}", local(&way(&self.root, &path))));
        }
        Some(format!("file://{}{ending}", local(&path)))
    }

    /// Adds a file or folder; one that is not here is an entity without a place, named by `name`.
    fn file(&mut self, path: &Path, name: &str, about: Value) -> Value {
        let mut about = about;
        if let (Some(id), Ok(metadata)) = (self.id(path), fs::metadata(path)) {
            about["@type"] = json!(if metadata.is_dir() { "Dataset" } else { "File" });
            if metadata.is_file() {
                about["contentSize"] = json!(metadata.len().to_string());
            }
            return self.add_part(id, about);
        }
        about["@type"] = json!("CreativeWork");
        self.add(format!("#{}", local(Path::new(name))), about)
    }

    /// Adds a file that will be written with the metadata.
    fn new_file(&mut self, path: &Path, about: Value) {
        let (Some(name), folder) = (path.file_name(), path.parent()) else { return };
        let folder = folder.filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let Ok(folder) = folder.canonicalize() else { return };
        let path = folder.join(name);
        if path.starts_with(&self.root) {
            let mut about = about;
            about["@type"] = json!("File");
            self.add_part(local(&way(&self.root, &path)), about);
        }
    }

    fn add_part(&mut self, id: String, about: Value) -> Value {
        if !self.all.contains_key(&id) {
            self.parts.push(reference(&id));
        }
        self.add(id, about)
    }

    /// Adds an entity, once; returns a reference to it.
    fn add(&mut self, id: String, about: Value) -> Value {
        let reference = reference(&id);
        self.all.entry(id.clone()).or_insert_with(|| {
            let mut entity = Map::new();
            entity.insert("@id".into(), id.into());
            entity.extend(
                about.as_object().cloned().unwrap_or_default().into_iter().filter(|(_, value)| !value.is_null()),
            );
            entity.into()
        });
        reference
    }

    /// A run as an action.
    fn action(&mut self, run: &Run, number: usize) -> Value {
        let command = |key: &str| {
            let words: Vec<&str> = run.list(&[key]).filter_map(Value::as_str).collect();
            words.join(" ")
        };
        let scoring = Some(command("scoring_command")).filter(|text| !text.is_empty());
        let mut objects: Vec<Value> = run
            .list(&["inputs"])
            .filter_map(|input| {
                let path = input["path"].as_str()?.to_string();
                let about =
                    json!({"name": file_name(&path), "encodingFormat": input["format"], "sha256": input["sha256"]});
                Some(self.file(Path::new(&path), &path, about))
            })
            .collect();
        if let Some(path) = run.get(&["reference", "path"]).as_str() {
            objects.push(self.file(
                Path::new(path),
                path,
                json!({"name": file_name(path), "description": "The reference genome"}),
            ));
        }
        objects.push(self.model(run));
        objects.dedup();
        let name = run.name.clone();
        let command_name = run.text(&["settings", "command"]);
        let about = json!({"name": name, "encodingFormat": encoding(run.kind()), "description": format!("Output of genogloss {command_name}")});
        let output = run.output.clone().unwrap_or_else(|| PathBuf::from(&name));
        let mut results = vec![self.file(&output, &name, about)];
        let manifest = Manifest::path(&output);
        if manifest.is_file() {
            let about = json!({"name": format!("Manifest of {name}"), "encodingFormat": "application/json"});
            results.push(self.file(&manifest, "manifest", about));
        }
        let end = finished(run);
        without_nulls(json!({
            "@id": format!("#run-{number}"), "@type": "CreateAction", "name": format!("genogloss {command_name}: {name}"),
            "description": scoring.unwrap_or_else(|| command("command")), "instrument": reference(program()),
            "startTime": end.map(|end| date(start(run, end))), "endTime": end.map(date),
            "actionStatus": reference("http://schema.org/CompletedActionStatus"), "object": objects, "result": results,
        }))
    }

    fn model(&mut self, run: &Run) -> Value {
        let text = |key: &str| run.text(&["model", key]);
        let (name, version) = (text("name"), text("version"));
        let about = json!({
            "@type": "CreativeWork", "name": format!("Model {name}"), "version": version, "license": run.get(&["model", "license"]),
            "sha256": run.get(&["model", "sha256"]),
        });
        self.add(format!("#model-{}", local(Path::new(&format!("{name}-{version}")))), about)
    }

    /// The workflow's own file, which must be in the crate, and its language.
    fn workflow(&mut self, path: &Path) -> Result<(String, Value)> {
        let id = self.id(path).ok_or_else(|| Error::input(path.display(), "no such file"))?;
        if id.starts_with("file:") || !path.is_file() {
            let why = format!("the file of the workflow must lie in the folder of the crate, {}", self.root.display());
            return Err(Error::input(path.display(), why).with_hint("copy it there"));
        }
        let name = file_name(&path.to_string_lossy());
        let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let (language, word, url) = match ending.as_str() {
            "nf" => ("Nextflow", "nextflow", "https://www.nextflow.io/"),
            "smk" | "snakefile" => ("Snakemake", "snakemake", "https://snakemake.readthedocs.io"),
            "cwl" => ("Common Workflow Language", "cwl", "https://w3id.org/cwl/"),
            "wdl" => ("Workflow Description Language", "wdl", "https://openwdl.org"),
            "ga" => ("Galaxy", "galaxy", "https://galaxyproject.org/"),
            _ => {
                return Err(Error::input(path.display(), "the language of this workflow is not known by its name")
                    .with_hint("names end in .nf, .smk, .cwl, .wdl or .ga, or are Snakefile"));
            }
        };
        let language_id = format!("https://w3id.org/workflowhub/workflow-ro-crate#{word}");
        self.add_part(
            id.clone(),
            json!({
                "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"], "name": name,
                "conformsTo": reference("https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"),
                "programmingLanguage": reference(&language_id),
            }),
        );
        Ok((id, json!({"@id": language_id, "@type": "ComputerLanguage", "name": language, "url": url})))
    }
}

/// The run of the workflow: what all actions used and made.
fn whole(actions: &[Value], workflow: &str, title: &str) -> Value {
    let all = |key: &str| {
        let mut all: Vec<&Value> = Vec::new();
        for entity in actions.iter().filter_map(|action| action[key].as_array()).flatten() {
            if !all.contains(&entity) {
                all.push(entity);
            }
        }
        json!(all)
    };
    let times =
        |key: &str| actions.iter().filter_map(|action| action[key].as_str().map(String::from)).collect::<Vec<_>>();
    without_nulls(json!({
        "@id": "#workflow-run", "@type": "CreateAction", "name": format!("Workflow run: {title}"),
        "description": "The run of the workflow as a whole", "instrument": reference(workflow),
        "startTime": times("startTime").into_iter().min(), "endTime": times("endTime").into_iter().max(),
        "object": all("object"), "result": all("result"),
    }))
}

fn failed_action(failed: &Failed, number: usize) -> Value {
    let error = if failed.exit_code.is_empty() {
        failed.reason.clone()
    } else {
        format!("{} (exit code {})", failed.reason, failed.exit_code)
    };
    json!({
        "@id": format!("#failed-{number}"), "@type": "CreateAction", "name": format!("{}: failed", failed.sample),
        "description": format!("Stage {} of sample {}", failed.stage, failed.sample), "instrument": reference(program()),
        "actionStatus": reference("http://schema.org/FailedActionStatus"), "error": error,
    })
}

/// The profiles that the crate follows.
fn profiles(has_workflow: bool) -> Vec<Value> {
    let profile = |id: &str, name: &str, version: &str| json!({"@id": id, "@type": "CreativeWork", "name": name, "version": version});
    let mut all = vec![profile("https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5")];
    if has_workflow {
        all.push(profile("https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5"));
        all.push(profile("https://w3id.org/workflowhub/workflow-ro-crate/1.0", "Workflow RO-Crate", "1.0"));
    }
    all
}

fn reference(id: &str) -> Value {
    json!({"@id": id})
}

fn reference_to(entity: &Value) -> Value {
    json!({"@id": entity["@id"]})
}

/// An entity without the properties that are not known.
fn without_nulls(mut entity: Value) -> Value {
    if let Some(properties) = entity.as_object_mut() {
        properties.retain(|_, value| !value.is_null());
    }
    entity
}

/// When a run ended, in seconds since 1970.
fn finished(run: &Run) -> Option<f64> {
    run.get(&["finished_unix"]).as_f64()
}

/// When a run began: of a merged one, its first shard.
fn start(run: &Run, end: f64) -> f64 {
    let begin = |entry: &Value| Some(entry["finished_unix"].as_f64()? - entry["seconds"]["wall"].as_f64()?);
    let shards = run.list(&["shards"]).filter_map(begin).fold(f64::INFINITY, f64::min);
    if shards.is_finite() { shards } else { end - run.seconds("wall") }
}

/// A time in ISO 8601.
fn date(seconds: f64) -> String {
    let time = UNIX_EPOCH + Duration::from_secs(seconds.clamp(0.0, 2.5e11) as u64);
    humantime::format_rfc3339_seconds(time).to_string()
}

fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.into(), |name| name.to_string_lossy().into_owned())
}

fn encoding(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::ScanBed | OutputKind::AnnotatedIntervals => "text/x-bed",
        OutputKind::ReadsBam => "application/x-bam",
        OutputKind::ScoredVcf | OutputKind::AnnotatedVcf => "text/x-vcf",
        OutputKind::ScoredBcf | OutputKind::AnnotatedBcf => "application/x-bcf",
        _ => "text/tab-separated-values",
    }
}
