//! Who answers a prompt: a definition, a built-in classifier, the knowledge base, or a language model.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Fact, Refusal,
    classifiers::{self, Classifier, Longer, classifier},
    definitions::{defined, is_defined},
    facts,
    grammar::Prompt,
    lookups, questions, several,
    tasks::Task,
};
use crate::{
    digest::hex,
    error::{Error, Result},
    generate::{Strategy, form::Form},
    genes::{base::Base, evidence::EvidenceFilter, verdict::Judge},
    head::Shape,
    model::{
        card::{Card, GenerateRule, Kind},
        device::Device,
        engine::EngineReport,
        engines::{self, EngineChoice},
        folder::Folder,
        registry,
    },
    output::manifest::ModelReport,
    pipeline,
    skip::Skip,
    tokenize::text::Text,
    window::Grid,
};

/// Which means are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum AnswerWith {
    /// Each task by the best available method.
    Best,
    /// All tasks by the language model.
    Lm,
}

/// Options of a panel.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Which means are used.
    pub with: AnswerWith,
    /// The language model: name or folder.
    pub language: String,
    /// How it chooses tokens; `None`: the best for the task.
    pub strategy: Option<Strategy>,
    /// Longest answer in tokens; `None`: the card's.
    pub max_tokens: Option<usize>,
    /// Sequences longer than a classifier's window are read window by window.
    pub chunk: bool,
    /// Folder of model folders, searched first.
    pub models_dir: Option<PathBuf>,
    /// The user accepts licences that forbid commercial use.
    pub accept_license: bool,
    /// Engine that runs the network.
    pub engine: EngineChoice,
    /// Device that runs networks.
    pub device: Device,
    /// Knowledge base of genes.
    pub base: Option<PathBuf>,
    /// What of it counts.
    pub evidence: EvidenceFilter,
}

/// The means by which a prompt is answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Means {
    /// A definition.
    Exact,
    /// A classifier, by the name of its model.
    Classifier(&'static str),
    /// The knowledge base. The fact is `None` for a relation, which the session weighs.
    Facts(Option<Fact>),
    /// The language model.
    Language,
    /// The language model of genes and diseases.
    Relations,
}

/// What a line means.
pub(crate) struct ReadLine {
    /// The prompt, or why there is none.
    pub parsed: Result<Prompt, Refusal>,
    /// The prompt that a plain sentence was understood as.
    pub understood: Option<String>,
}

/// Prompts gathered before a session answers them: a language model takes seconds for more, and checkpoints lie between them.
const PROMPTS_PER_BATCH: usize = 64;

/// Everything that answers prompts, shared by all sessions.
pub(crate) struct Panel {
    pub(super) settings: Settings,
    classifiers: Mutex<HashMap<&'static str, Arc<ClassifierModel>>>,
    pub(super) language: LanguageModel,
    /// The language model of genes and diseases, if all prompts are answered by language models.
    pub(super) relations: Option<LanguageModel>,
    /// The knowledge base, used by one thread at a time; sessions open their own.
    pub(super) facts: Option<Mutex<Judge>>,
    forms: Mutex<HashMap<Task, Arc<Form>>>,
    /// By their text, prompts that the reader has routed and no session has answered.
    routed: Mutex<HashMap<String, (Prompt, Means)>>,
    /// Encodes rows: one thread, since sessions run side by side.
    pub(super) pool: Arc<rayon::ThreadPool>,
}

/// A classifier's folder, its card and its windows.
pub(super) struct ClassifierModel {
    pub(super) folder: Folder,
    pub(super) card: Card,
    pub(super) grid: Grid,
}

/// A language model, its card and its tokenizer.
pub(super) struct LanguageModel {
    pub(super) folder: Folder,
    pub(super) card: Card,
    pub(super) rule: GenerateRule,
    pub(super) text: Arc<Text>,
}

impl Panel {
    /// Opens the language model and the knowledge base; classifiers are opened when they are first needed.
    pub(crate) fn new(settings: Settings) -> Result<Self> {
        let folder = registry::find(&settings.language, settings.models_dir.as_ref())?;
        let language = LanguageModel::open(folder, settings.accept_license)?;
        let judge = |path: &PathBuf| {
            let base = Base::open(path)?.filtered(settings.evidence.clone())?;
            Judge::new(base).map(Mutex::new)
        };
        let facts = settings.base.as_ref().map(judge).transpose()?;
        let relations = match settings.with {
            AnswerWith::Best => None,
            AnswerWith::Lm => registry::find(registry::RELATIONS, settings.models_dir.as_ref())
                .ok()
                .map(|folder| LanguageModel::open(folder, settings.accept_license))
                .transpose()?,
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .map_err(|error| Error::Internal(format!("threads: {error}")))?;
        Ok(Self {
            settings,
            classifiers: Mutex::default(),
            language,
            relations,
            facts,
            forms: Mutex::default(),
            routed: Mutex::default(),
            pool: Arc::new(pool),
        })
    }

    /// The thread pool of the pipeline: one thread.
    pub(crate) fn pool(&self) -> Arc<rayon::ThreadPool> {
        Arc::clone(&self.pool)
    }

    /// Names and digests of all models and of the knowledge base: they must be the same in all shards of a run, and when it is resumed.
    pub(crate) fn identity(&self) -> Result<Vec<String>> {
        let mut all = Vec::new();
        let classifiers = match self.settings.with {
            AnswerWith::Best => classifiers::models(),
            AnswerWith::Lm => Vec::new(),
        };
        for name in classifiers {
            all.push(identity_of(&self.classifier_model(name)?.card));
        }
        for LanguageModel { card, .. } in std::iter::once(&self.language).chain(&self.relations) {
            all.push(identity_of(card));
        }
        if let Some(judge) = &self.facts {
            all.push(judge.lock().unwrap_or_else(PoisonError::into_inner).base().identity()?);
        }
        Ok(all)
    }

    /// The engine that runs the models.
    pub(crate) fn engine(&self) -> Result<EngineReport> {
        engines::report(&self.settings.language, self.settings.engine, self.settings.device)
    }

    /// The column `how`: `exact`, `knowledge base`, or a model's name and version.
    pub(crate) fn how(&self, means: &Means) -> Result<String> {
        let model = |card: &Card| format!("{} {}", card.name, card.version);
        Ok(match means {
            Means::Exact => "exact".into(),
            Means::Facts(_) => "knowledge base".into(),
            Means::Classifier(name) => model(&self.classifier_model(name)?.card),
            Means::Language => model(&self.language.card),
            Means::Relations => model(&self.relations.as_ref().unwrap_or(&self.language).card),
        })
    }

    /// A classifier, opened when it is first needed.
    pub(super) fn classifier_model(&self, name: &'static str) -> Result<Arc<ClassifierModel>> {
        let mut all = self.classifiers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(name) {
            return Ok(Arc::clone(known));
        }
        let folder = registry::find(name, self.settings.models_dir.as_ref())?;
        let card = folder.card()?;
        allowed(&card, self.settings.accept_license)?;
        let grid = Grid::new(&card.window, None, card.bin())?;
        let known = Arc::new(ClassifierModel { folder, card, grid });
        all.insert(name, Arc::clone(&known));
        Ok(known)
    }

    /// The panel as the model of a manifest.
    pub(crate) fn report(&self) -> Result<ModelReport> {
        use sha2::Digest;
        let identity = self.identity()?;
        for model in &identity {
            tracing::debug!("{model}");
        }
        Ok(ModelReport {
            name: "ask".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            sha256: None,
            card_sha256: Some(hex(&sha2::Sha256::digest(identity.join("\n")))),
            license: "of each model: genogloss models list".into(),
            engine: self.engine()?,
        })
    }

    /// How the pipeline batches prompts: `batch_rows` at most.
    pub(crate) fn pipeline_settings(&self, batch_rows: usize) -> pipeline::Settings {
        pipeline::Settings {
            encoder: None,
            batch_rows: batch_rows.min(PROMPTS_PER_BATCH),
            group: 1,
            shape: Shape { bins: 1, columns: 1 },
            computed: 1,
            pool: self.pool(),
        }
    }

    /// Reads a line: a prompt of the grammar, or a plain sentence.
    pub(crate) fn read(&self, line: &str) -> Result<ReadLine> {
        if line.contains('=') || line.trim().is_empty() {
            return Ok(ReadLine { parsed: Prompt::parse(line), understood: None });
        }
        let judge = self.facts.as_ref().map(|judge| judge.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(match questions::understand(line, judge.as_ref().map(|judge| judge.base()))? {
            Ok(prompt) => ReadLine { parsed: Prompt::parse(&prompt), understood: Some(prompt) },
            Err(refusal) => ReadLine { parsed: Err(refusal), understood: None },
        })
    }

    /// Keeps a prompt and its means for the session that answers `text`, which then neither parses nor routes it again.
    pub(crate) fn keep(&self, text: &str, prompt: Prompt, means: Means) {
        self.routed.lock().unwrap_or_else(PoisonError::into_inner).insert(text.into(), (prompt, means));
    }

    /// Parses and routes a prompt that was found answerable, or takes what was kept of it.
    pub(super) fn take(&self, text: &str) -> Result<(Prompt, Means)> {
        let kept = self.routed.lock().unwrap_or_else(PoisonError::into_inner).remove(text);
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let changed = |_| Error::Internal(format!("a prompt could be answered, and cannot any more: {text}"));
        let prompt = Prompt::parse(text).map_err(changed)?;
        let means = self.route(&prompt)?.map_err(changed)?;
        Ok((prompt, means))
    }

    /// Which means answers a prompt, or why none does.
    pub(crate) fn route(&self, prompt: &Prompt) -> Result<Result<Means, Refusal>> {
        if prompt.task.of_genes() {
            return self.to_facts(prompt);
        }
        if self.settings.with == AnswerWith::Lm {
            return self.to_language(prompt);
        }
        if is_defined(prompt.task) {
            if defined(prompt).is_none() {
                return Ok(Err(Refusal::new(Skip::UnknownBases, "all of its bases are unknown")));
            }
            return Ok(Ok(Means::Exact));
        }
        if matches!(prompt.task, Task::Biotype | Task::Description)
            && let Some(judge) = &self.facts
        {
            let judge = judge.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = lookups::described(judge.base(), prompt)? {
                return Ok(known.map(|fact| Means::Facts(Some(fact))));
            }
        }
        // METHOD: a gene's name tells more about its biotype than its bases (dev: docs/models/genomicllm.md).
        if prompt.task == Task::Biotype && prompt.values().next().is_some() {
            let routed = self.to_language(prompt)?;
            if routed.is_ok() || prompt.bases().is_none() {
                return Ok(routed);
            }
        }
        let (Some(classifier), Some(bases)) = (classifier(prompt), prompt.bases()) else {
            return self.to_language(prompt);
        };
        self.to_classifier(classifier, bases)
    }

    /// Whether a classifier can read a sequence.
    fn to_classifier(&self, classifier: &Classifier, bases: &str) -> Result<Result<Means, Refusal>> {
        let ClassifierModel { card, grid, .. } = &*self.classifier_model(classifier.model)?;
        let (len, span, least) = (bases.len() as u64, card.window.span, card.min_span());
        let name = &card.name;
        if len < least {
            let detail = format!("{name} reads {least} bases or more, and the sequence has {len}");
            return Ok(Err(Refusal::new(Skip::TooShort, detail)));
        }
        let windows = self.settings.chunk && classifier.longer == Longer::Windows;
        if len > span && !windows && classifier.longer != Longer::Beginning {
            let hint = if classifier.longer == Longer::Windows { "; --chunk reads it window by window" } else { "" };
            let detail = format!("{name} reads at most {span} bases, and the sequence has {} more{hint}", len - span);
            return Ok(Err(Refusal::new(Skip::TooLong, detail)));
        }
        let is_known = |start: u64| {
            let mut row = Vec::new();
            let end = (start + span).min(len);
            grid.fill_alone(&bases.as_bytes()[start as usize..end as usize], &mut row);
            grid.admit(&row).is_ok()
        };
        if !classifier.starts(grid, len).into_iter().any(is_known) {
            return Ok(Err(Refusal::new(Skip::UnknownBases, "too many of its bases are not A, C, G or T")));
        }
        Ok(Ok(Means::Classifier(classifier.model)))
    }

    fn to_facts(&self, prompt: &Prompt) -> Result<Result<Means, Refusal>> {
        let Some(judge) = &self.facts else {
            let detail = "there is no knowledge base: build one with genogloss genes build, or name it with --knowledge-base FILE";
            return Ok(Err(Refusal::new(Skip::NoKnowledgeBase, detail)));
        };
        let judge = judge.lock().unwrap_or_else(PoisonError::into_inner);
        if self.settings.with == AnswerWith::Lm {
            return self.to_relations(judge.base(), prompt);
        }
        // Relations are weighed by the session that answers, side by side: only their names are checked here. What a filter leaves out has no
        // answer, which must be known before.
        let is_filtered = *judge.base().filter() != EvidenceFilter::default();
        let fact = if prompt.task == Task::Relation && !is_filtered {
            several::check_names(judge.base(), prompt)?.map(|()| None)
        } else {
            several::answer(&judge, prompt)?.map(Some)
        };
        Ok(fact.map(Means::Facts))
    }

    fn to_relations(&self, base: &Base, prompt: &Prompt) -> Result<Result<Means, Refusal>> {
        let refused = |detail: &str| Ok(Err(Refusal::new(Skip::NoFact, detail)));
        if prompt.task != Task::Relation {
            return refused(
                "a language model does not answer questions about facts: omit --answer-with lm to use the knowledge base",
            );
        }
        let Some(LanguageModel { rule, text, .. }) = &self.relations else {
            return refused("there is no language model of relations: genogloss models import gpgpt installs it");
        };
        if let Err(refusal) = facts::check_names(base, prompt)? {
            return Ok(Err(refusal));
        }
        let tokens =
            facts::in_letters(base, prompt)?.map(|asked| text.encode(&asked)).transpose()?.map_or(0, |ids| ids.len());
        if tokens + 2 > rule.context {
            let detail = format!("the names have {tokens} tokens; the model reads {}", rule.context);
            return Ok(Err(Refusal::new(Skip::TooLong, detail)));
        }
        Ok(Ok(Means::Relations))
    }

    fn to_language(&self, prompt: &Prompt) -> Result<Result<Means, Refusal>> {
        let LanguageModel { card, rule, text, .. } = &self.language;
        let canonical = prompt.canonical();
        // A long sequence is not tokenized only to be refused.
        let tokens =
            if canonical.len() > 16 * rule.context { canonical.len() / 4 } else { text.encode(&canonical)?.len() };
        let (least, most) = (self.answer_tokens(prompt), self.max_tokens(rule));
        if let Some(least) = least.filter(|&least| least > most) {
            let detail = format!("an answer of {} needs {least} tokens, and {most} are allowed", card.name);
            return Ok(Err(Refusal::new(Skip::TooLong, detail)));
        }
        let least = least.unwrap_or(16).min(most);
        if tokens + least > rule.context {
            let detail = format!(
                "{} reads at most {} tokens of prompt and answer together; these have {} more",
                card.name,
                rule.context,
                tokens + least - rule.context
            );
            return Ok(Err(Refusal::new(Skip::TooLong, detail)));
        }
        Ok(Ok(Means::Language))
    }

    /// Least number of tokens of an answer whose length follows from the prompt.
    fn answer_tokens(&self, prompt: &Prompt) -> Option<usize> {
        let bases = prompt.bases().map_or(0, str::len);
        Some(match prompt.task {
            Task::Reverse | Task::Complement | Task::ReverseComplement | Task::Protein | Task::Transcription => {
                bases / 3
            }
            Task::BackTranslation => prompt.residues().map_or(0, str::len) / 3,
            _ => return None,
        })
    }

    pub(super) fn max_tokens(&self, rule: &GenerateRule) -> usize {
        self.settings.max_tokens.unwrap_or(rule.max_tokens())
    }

    /// The form of an answer, made when it is first needed.
    pub(super) fn form(&self, prompt: &Prompt) -> Result<Arc<Form>> {
        let Some(pattern) = prompt.task.form() else {
            let values: Vec<&str> = prompt.values().map(|(_, value)| value).filter(|value| !value.is_empty()).collect();
            return Form::one_of(&values).map(Arc::new);
        };
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(form) = forms.get(&prompt.task) {
            return Ok(Arc::clone(form));
        }
        let form = Arc::new(Form::new(&pattern)?);
        forms.insert(prompt.task, Arc::clone(&form));
        Ok(form)
    }
}

/// A model in [`Panel::identity`].
fn identity_of(card: &Card) -> String {
    format!("{} {} {}", card.name, card.version, card.sha256)
}

/// Refuses a model whose licence forbids commercial use, unless the user accepts it.
fn allowed(card: &Card, accept_license: bool) -> Result<()> {
    if card.non_commercial && !accept_license {
        return Err(Error::model(&card.name, format!("its licence, {}, forbids commercial use", card.license))
            .with_hint("add --accept-license if you may use it"));
    }
    Ok(())
}

impl LanguageModel {
    pub(super) fn open(folder: Folder, accept_license: bool) -> Result<Self> {
        let card = folder.card()?;
        allowed(&card, accept_license)?;
        let Some(rule) = card.generate.clone().filter(|_| card.kind == Kind::Generate) else {
            return Err(Error::model(&card.name, "it does not answer prompts: its kind is not generate")
                .with_hint("genogloss models list shows the kinds"));
        };
        let text = Arc::new(Text::new(&card, &rule, &folder)?);
        Ok(Self { folder, card, rule, text })
    }
}
