//! Who answers: a definition, a built-in classifier, or the language model. All of them behind one [`Answerer`].

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use crate::prompts::{
    Refusal, facts,
    grammar::Prompt,
    tasks::{Task, Tata},
};
use crate::{
    batch::{Encoded, Rows},
    error::{Error, Result},
    exact::{self, GeneticCode, Letters},
    generate::{Generator, Request, Strategy, form::Form},
    genes::{base::Base, verdict::Judge},
    genome::Strand,
    model::{
        Answerer, Answers,
        card::{Card, GenerateRule, Kind, StrandRule},
        decoder,
        device::Device,
        engine::EngineReport,
        engines::{self, EngineChoice},
        folder::Folder,
        network::{self, Ready},
        registry,
    },
    skip::Skip,
    tokenize::{Encoder, text::Text},
    window::Grid,
};

/// Which means are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum AnswerWith {
    /// Each task by the best there is.
    Best,
    /// All tasks by the language model.
    Lm,
}

/// A classifier that answers a task: a model, which of its scores, and what they mean.
struct Classifier {
    model: &'static str,
    /// Score columns, and the answer each stands for.
    columns: &'static [(&'static str, &'static str)],
    /// The answer where no column's score reaches one half; `None`: the columns share all there is among them.
    otherwise: Option<&'static str>,
    /// On both strands, where the card says so; or as it is written.
    strands: bool,
    /// What becomes of a sequence that is longer than what the model reads.
    longer: Longer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Longer {
    /// Refused, unless windows of it are asked for.
    Windows,
    /// Refused: the question is about the middle.
    Refuse,
    /// Its beginning is read.
    Beginning,
}

/// The classifier of a task. Wherever there are dev prompts it answered better than the language model; there are none for enhancer,
/// regulatory, ocr and promoter, which follow the others (docs/models/genomicllm.md).
fn classifier(prompt: &Prompt) -> Option<Classifier> {
    let yes = |model, columns| Classifier {
        model,
        columns,
        otherwise: Some("False"),
        strands: false,
        longer: Longer::Windows,
    };
    let both = |classifier: Classifier| Classifier { strands: true, ..classifier };
    Some(match prompt.task {
        Task::SpliceSite => Classifier {
            model: "splice-window",
            columns: &[
                ("splice.acceptor", "acceptor site"),
                ("splice.donor", "donor site"),
                ("splice.neither", "non-splice site"),
            ],
            otherwise: None,
            strands: false,
            longer: Longer::Refuse,
        },
        // Sequences of GenomicBenchmarks' collection all have 251 bases, those of GUE's 300.
        Task::Promoter if prompt.bases().is_some_and(|bases| bases.len() < 300) => {
            yes("promoter-nontata", &[("promoter", "True")])
        }
        Task::Promoter | Task::ProximalPromoter(Tata::Any | Tata::Without) => {
            yes("proximal-promoter", &[("promoter", "True")])
        }
        Task::ProximalPromoter(Tata::With) => yes("proximal-promoter", &[("promoter_tata", "True")]),
        Task::CorePromoter(Tata::Any) => yes("core-promoter", &[("promoter", "True")]),
        Task::CorePromoter(Tata::Without) => yes("core-promoter", &[("promoter_notata", "True")]),
        Task::CorePromoter(Tata::With) => yes("core-promoter", &[("promoter_tata", "True")]),
        Task::BindingSite => both(yes(
            "tf-human",
            &[("human_0", "True"), ("human_1", "True"), ("human_2", "True"), ("human_3", "True"), ("human_4", "True")],
        )),
        Task::Enhancer => both(match prompt.value("annotation").map(str::to_ascii_lowercase).as_deref() {
            Some("ensembl") => yes("regulatory", &[("enhancer_ensembl", "True")]),
            Some("cohn") => yes("regulatory", &[("enhancer_cohn", "True")]),
            // Sequences of the cohn collection all have 500 bases, those of Ensembl any number.
            _ if prompt.bases().is_some_and(|bases| bases.len() == 500) => {
                yes("regulatory", &[("enhancer_cohn", "True")])
            }
            _ => yes("regulatory", &[("enhancer_ensembl", "True")]),
        }),
        Task::Regulatory => Classifier {
            model: "regulatory",
            columns: &[
                ("element.promoter", "promoter"),
                ("element.enhancer", "enhancer"),
                ("element.open_chromatin", "ocr"),
            ],
            otherwise: None,
            strands: true,
            longer: Longer::Windows,
        },
        Task::OpenChromatin => both(yes("regulatory", &[("open_chromatin", "True")])),
        Task::Direction => Classifier {
            model: "gene",
            columns: &[("direction", "reverse")],
            otherwise: Some("forward"),
            strands: false,
            longer: Longer::Beginning,
        },
        Task::Biotype => Classifier {
            model: "gene",
            columns: &[("biotype", "protein coding gene")],
            otherwise: Some("other"),
            strands: false,
            longer: Longer::Beginning,
        },
        _ => return None,
    })
}

/// The means by which a prompt is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// A definition.
    Exact,
    /// A classifier, by the name of its model.
    Classifier(&'static str),
    /// The knowledge base.
    Facts,
    /// The language model.
    Language,
    /// The language model of genes and diseases.
    Relations,
}

/// Everything that answers, shared by all sessions; models are loaded when first asked.
pub struct Panel {
    settings: Settings,
    known: Mutex<HashMap<&'static str, Arc<Known>>>,
    language: Language,
    /// The language model of genes and diseases, where all is put to language models.
    relations: Option<Language>,
    /// The knowledge base, asked by one thread at a time; sessions open their own.
    facts: Option<Mutex<Judge>>,
    forms: Mutex<HashMap<Task, Arc<Form>>>,
    /// Where rows are encoded: one thread, so nothing is spread.
    pool: Arc<rayon::ThreadPool>,
}

impl Panel {
    /// One thread, for the pipeline too.
    pub fn pool(&self) -> Arc<rayon::ThreadPool> {
        Arc::clone(&self.pool)
    }
}

/// What a panel is asked to be.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which means.
    pub with: AnswerWith,
    /// The language model: name or folder.
    pub language: String,
    /// How it chooses tokens; `None`: as suits the task.
    pub strategy: Option<Strategy>,
    /// Most tokens of an answer; `None`: the card's.
    pub max_tokens: Option<usize>,
    /// Sequences longer than what a model reads are read window by window.
    pub chunk: bool,
    /// Folder of model folders, searched first.
    pub models_dir: Option<PathBuf>,
    /// The licence is accepted.
    pub accept_license: bool,
    /// Engine.
    pub engine: EngineChoice,
    /// Device.
    pub device: Device,
    /// Knowledge base of genes.
    pub base: Option<PathBuf>,
}

/// A classifier's folder and card.
struct Known {
    folder: Folder,
    card: Card,
    grid: Grid,
}

struct Language {
    folder: Folder,
    card: Card,
    rule: GenerateRule,
    text: Arc<Text>,
}

impl Panel {
    /// Finds the language model.
    pub fn new(settings: Settings) -> Result<Self> {
        let folder = registry::find(&settings.language, settings.models_dir.as_ref())?;
        let language = Language::open(folder, &settings)?;
        let judge = |path: &PathBuf| Base::open(path).and_then(Judge::new).map(Mutex::new);
        let facts = settings.base.as_ref().map(judge).transpose()?;
        let relations = match settings.with {
            AnswerWith::Best => None,
            AnswerWith::Lm => registry::find(registry::RELATIONS, settings.models_dir.as_ref())
                .ok()
                .map(|folder| Language::open(folder, &settings))
                .transpose()?,
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .map_err(|error| Error::Internal(format!("threads: {error}")))?;
        let (known, forms) = (Mutex::default(), Mutex::default());
        Ok(Self { settings, known, language, relations, facts, forms, pool: Arc::new(pool) })
    }

    /// Names and digests of all that may answer: a run that goes on, or shards, must have the same.
    pub fn identity(&self) -> Result<Vec<String>> {
        let mut all = Vec::new();
        let classifiers = match self.settings.with {
            AnswerWith::Best => MODELS,
            AnswerWith::Lm => &[],
        };
        for name in classifiers {
            let known = self.known(name)?;
            all.push(format!("{} {} {}", known.card.name, known.card.version, known.card.sha256));
        }
        for Language { card, .. } in std::iter::once(&self.language).chain(&self.relations) {
            all.push(format!("{} {} {}", card.name, card.version, card.sha256));
        }
        if let Some(judge) = &self.facts {
            all.push(judge.lock().unwrap_or_else(PoisonError::into_inner).base().identity()?);
        }
        Ok(all)
    }

    /// Which engine runs the models.
    pub fn engine(&self) -> Result<EngineReport> {
        engines::report(&self.settings.language, self.settings.engine, self.settings.device)
    }

    /// How an answer is said to have come: `exact`, or a model's name and version.
    pub fn how(&self, means: &Means) -> Result<String> {
        let model = |card: &Card| format!("{} {}", card.name, card.version);
        Ok(match means {
            Means::Exact => "exact".into(),
            Means::Facts => "knowledge base".into(),
            Means::Classifier(name) => model(&self.known(name)?.card),
            Means::Language => model(&self.language.card),
            Means::Relations => model(&self.relations.as_ref().unwrap_or(&self.language).card),
        })
    }

    /// A session's own copy of everything.
    pub fn session(self: &Arc<Self>) -> Box<dyn Answerer> {
        Box::new(Session {
            panel: Arc::clone(self),
            networks: BTreeMap::new(),
            generators: BTreeMap::new(),
            judge: None,
        })
    }

    fn known(&self, name: &'static str) -> Result<Arc<Known>> {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(name) {
            return Ok(Arc::clone(known));
        }
        let folder = registry::find(name, self.settings.models_dir.as_ref())?;
        let card = folder.card()?;
        allowed(&card, &self.settings)?;
        let grid = Grid::new(&card.window, None, card.bin())?;
        let known = Arc::new(Known { folder, card, grid });
        all.insert(name, Arc::clone(&known));
        Ok(known)
    }

    /// Who answers a prompt; or why nobody does.
    pub fn route(&self, prompt: &Prompt) -> Result<Result<Means, Refusal>> {
        if prompt.task.of_genes() {
            return self.to_facts(prompt);
        }
        if self.settings.with == AnswerWith::Lm {
            return self.to_language(prompt);
        }
        if is_exact(prompt.task) {
            if defined(prompt).is_none() {
                return Ok(Err(Refusal::new(Skip::UnknownBases, "none of its bases is known")));
            }
            return Ok(Ok(Means::Exact));
        }
        // METHOD: a gene's name says more of its biotype than its bases do (dev: docs/models/genomicllm.md).
        if prompt.task == Task::Biotype && prompt.values().next().is_some() {
            let routed = self.to_language(prompt)?;
            if routed.is_ok() || prompt.bases().is_none() {
                return Ok(routed);
            }
        }
        let (Some(classifier), Some(bases)) = (classifier(prompt), prompt.bases()) else {
            return self.to_language(prompt);
        };
        let known = self.known(classifier.model)?;
        let (len, span, least) = (bases.len() as u64, known.card.window.span, known.card.min_span());
        let name = &known.card.name;
        if len < least {
            let detail = format!("{name} reads {least} bases or more, and the sequence has {len}");
            return Ok(Err(Refusal::new(Skip::TooShort, detail)));
        }
        let windows = self.settings.chunk && classifier.longer == Longer::Windows;
        if len > span && !windows && classifier.longer != Longer::Beginning {
            let hint = if classifier.longer == Longer::Windows { "; --chunk reads it window by window" } else { "" };
            let detail = format!("{name} reads {span} bases, and the sequence has {} more{hint}", len - span);
            return Ok(Err(Refusal::new(Skip::TooLong, detail)));
        }
        let window = |start: u64| {
            let mut row = Vec::new();
            let end = (start + span).min(len);
            known.grid.fill(0, &bases.as_bytes()[start as usize..end as usize], &mut row);
            row
        };
        if starts(&known.grid, &classifier, len).all(|start| known.grid.admit(&window(start)).is_err()) {
            return Ok(Err(Refusal::new(Skip::UnknownBases, "too many of its bases are not A, C, G or T")));
        }
        Ok(Ok(Means::Classifier(classifier.model)))
    }

    fn to_facts(&self, prompt: &Prompt) -> Result<Result<Means, Refusal>> {
        let Some(judge) = &self.facts else {
            let detail = "there is no knowledge base: genogloss genes build makes one, or --base FILE names it";
            return Ok(Err(Refusal::new(Skip::NoFact, detail)));
        };
        let judge = judge.lock().unwrap_or_else(PoisonError::into_inner);
        if self.settings.with == AnswerWith::Lm {
            return self.to_relations(judge.base(), prompt);
        }
        // Relations are weighed by the session that answers: only their names are looked at here.
        let found = if prompt.task == Task::Relation {
            facts::names(judge.base(), prompt)?
        } else {
            facts::answer(&judge, prompt)?.map(|_| ())
        };
        Ok(found.map(|()| Means::Facts))
    }

    fn to_relations(&self, base: &Base, prompt: &Prompt) -> Result<Result<Means, Refusal>> {
        let refused = |detail: &str| Ok(Err(Refusal::new(Skip::NoFact, detail)));
        if prompt.task != Task::Relation {
            return refused("facts are looked up: without --answer-with lm the knowledge base answers");
        }
        let Some(Language { rule, text, .. }) = &self.relations else {
            return refused("there is no language model of relations: genogloss models import gpgpt makes it");
        };
        if let Err(refusal) = facts::names(base, prompt)? {
            return Ok(Err(refusal));
        }
        let tokens =
            facts::in_letters(base, prompt)?.map(|asked| text.encode(&asked)).transpose()?.map_or(0, |ids| ids.len());
        if tokens + 2 > rule.context {
            let detail = format!("the names take {tokens} tokens, and {} are read", rule.context);
            return Ok(Err(Refusal::new(Skip::TooLong, detail)));
        }
        Ok(Ok(Means::Relations))
    }

    fn to_language(&self, prompt: &Prompt) -> Result<Result<Means, Refusal>> {
        let Language { card, rule, text, .. } = &self.language;
        let canonical = prompt.canonical();
        // Every token is at least one letter long; a long sequence is not cut up only to be refused.
        let tokens =
            if canonical.len() > 16 * rule.context { canonical.len() / 4 } else { text.encode(&canonical)?.len() };
        let (least, most) = (self.answer_tokens(prompt), self.max_tokens(rule));
        if let Some(least) = least.filter(|&least| least > most) {
            let detail = format!("an answer of {} takes {least} tokens, and {most} are allowed", card.name);
            return Ok(Err(Refusal::new(Skip::TooLong, detail)));
        }
        let least = least.unwrap_or(16).min(most);
        if tokens + least > rule.context {
            let detail = format!(
                "{} reads prompt and answer of {} tokens together, and these are {} too many",
                card.name,
                rule.context,
                tokens + least - rule.context
            );
            return Ok(Err(Refusal::new(Skip::TooLong, detail)));
        }
        Ok(Ok(Means::Language))
    }

    /// Tokens an answer takes at least, where the prompt says how long it is.
    fn answer_tokens(&self, prompt: &Prompt) -> Option<usize> {
        let bases = prompt.bases().map_or(0, str::len);
        Some(match prompt.task {
            Task::Reverse | Task::Complement | Task::ReverseComplement | Task::Protein => bases / 3,
            Task::BackTranslation => prompt.residues().map_or(0, str::len) / 3,
            _ => return None,
        })
    }

    fn max_tokens(&self, rule: &GenerateRule) -> usize {
        self.settings.max_tokens.unwrap_or(rule.max_tokens())
    }

    fn form(&self, prompt: &Prompt) -> Result<Arc<Form>> {
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

/// Refuses a model whose licence the user has not accepted, whatever it is asked.
fn allowed(card: &Card, settings: &Settings) -> Result<()> {
    if card.non_commercial && !settings.accept_license {
        return Err(Error::model(&card.name, format!("its licence, {}, forbids commercial use", card.license))
            .with_hint("add --accept-license if you may use it"));
    }
    Ok(())
}

impl Language {
    fn open(folder: Folder, settings: &Settings) -> Result<Self> {
        let card = folder.card()?;
        allowed(&card, settings)?;
        let Some(rule) = card.generate.clone().filter(|_| card.kind == Kind::Generate) else {
            return Err(Error::model(&card.name, "it does not answer prompts: its kind is not generate")
                .with_hint("genogloss models list shows the kinds"));
        };
        let text = Arc::new(Text::new(&card, &rule, &folder)?);
        Ok(Self { folder, card, rule, text })
    }
}

/// What a language model's answers rest on.
const OWN: &str = "the model's own";

/// METHOD: beams that find the most probable answer of 1 to 3 residues nearly always.
const BLANK: Strategy = Strategy::Beam(8);

/// Models of the classifiers.
const MODELS: &[&str] =
    &["splice-window", "proximal-promoter", "promoter-nontata", "core-promoter", "tf-human", "regulatory", "gene"];

fn starts(grid: &Grid, classifier: &Classifier, len: u64) -> impl Iterator<Item = u64> + use<> {
    let all = if classifier.longer == Longer::Beginning { vec![0] } else { grid.on_read(len).collect() };
    all.into_iter()
}

fn is_exact(task: Task) -> bool {
    matches!(
        task,
        Task::GcContent
            | Task::Reverse
            | Task::Complement
            | Task::ReverseComplement
            | Task::Protein
            | Task::BackTranslation
            | Task::OpenReadingFrame
            | Task::Reading
    )
}

/// The answer of a definition.
fn defined(prompt: &Prompt) -> Option<String> {
    let bases = prompt.bases().unwrap_or_default().as_bytes();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Some(match prompt.task {
        Task::GcContent => format!("{:.3}", exact::gc_fraction(bases)?),
        Task::Reverse => text(exact::reverse(bases)),
        Task::Complement => text(exact::complement(bases)),
        Task::ReverseComplement => text(exact::reverse_complement(bases)),
        Task::Protein => exact::translate(bases, GeneticCode::STANDARD, Letters::Three),
        Task::BackTranslation => exact::back_translate(prompt.residues()?, GeneticCode::STANDARD)?,
        Task::OpenReadingFrame => {
            if exact::is_open_reading_frame(bases, GeneticCode::STANDARD) {
                "True".into()
            } else {
                "False".into()
            }
        }
        Task::Reading => prompt.value(prompt.key.as_deref()?)?.to_string(),
        _ => return None,
    })
}

/// One thread's models.
struct Session {
    panel: Arc<Panel>,
    networks: BTreeMap<(&'static str, bool), Loaded>,
    /// By whether they are of genes and diseases.
    generators: BTreeMap<bool, Generator>,
    judge: Option<Judge>,
}

struct Loaded {
    encoder: Encoder,
    network: Box<dyn Answerer>,
    columns: Vec<String>,
}

/// A prompt on its way: its place among the rows, and what it asks.
struct Question {
    place: usize,
    prompt: Prompt,
}

impl Answerer for Session {
    fn answer(&mut self, rows: &Rows, _: Option<&Encoded>) -> Result<Answers> {
        let mut answers = Answers {
            ends: Vec::new(),
            scores: vec![f32::NAN; rows.count()],
            strands: vec![Strand::Unknown; rows.count()],
            texts: vec![String::new(); rows.count()],
            evidence: vec![String::new(); rows.count()],
            changes: Vec::new(),
        };
        let mut classified: BTreeMap<(&'static str, bool), Vec<(Question, Classifier)>> = BTreeMap::new();
        let (mut written, mut judged) = (Vec::new(), Vec::new());
        for place in 0..rows.count() {
            let text = String::from_utf8_lossy(rows.row(place));
            let lost = || Error::Internal(format!("a prompt was understood, and is not any more: {text}"));
            let prompt = Prompt::parse(&text).map_err(|_| lost())?;
            // The reader has looked at the facts already, and lets nothing pass that nobody answers.
            let means = match (prompt.task.of_genes(), self.panel.settings.with) {
                (true, AnswerWith::Best) => Means::Facts,
                (true, AnswerWith::Lm) => Means::Relations,
                (false, _) => self.panel.route(&prompt)?.map_err(|_| lost())?,
            };
            match means {
                Means::Exact => match defined(&prompt) {
                    Some(answer) => (answers.texts[place], answers.scores[place]) = (answer, 1.0),
                    None => return Err(lost()),
                },
                Means::Classifier(_) => {
                    let classifier = classifier(&prompt).ok_or_else(lost)?;
                    let key = (classifier.model, classifier.strands);
                    classified.entry(key).or_default().push((Question { place, prompt }, classifier));
                }
                Means::Facts => {
                    let fact = facts::answer(self.judge()?, &prompt)?.map_err(|_| lost())?;
                    (answers.texts[place], answers.scores[place]) = (fact.answer, fact.confidence as f32);
                    answers.evidence[place] = fact.evidence;
                }
                Means::Language => written.push(Question { place, prompt }),
                Means::Relations => judged.push(Question { place, prompt }),
            }
        }
        for (key, questions) in classified {
            self.classify(key, &questions, &mut answers)?;
        }
        for (questions, of_genes) in [(written, false), (judged, true)] {
            if !questions.is_empty() {
                self.write(&questions, of_genes, &mut answers)?;
            }
        }
        Ok(answers)
    }
}

impl Session {
    fn judge(&mut self) -> Result<&Judge> {
        let own = match self.judge.take() {
            Some(own) => own,
            None => {
                let none = || Error::Internal("there is no knowledge base".into());
                let judge = self.panel.facts.as_ref().ok_or_else(none)?;
                judge.lock().unwrap_or_else(PoisonError::into_inner).again()?
            }
        };
        Ok(self.judge.insert(own))
    }

    fn classify(
        &mut self,
        key: (&'static str, bool),
        questions: &[(Question, Classifier)],
        answers: &mut Answers,
    ) -> Result<()> {
        let known = self.panel.known(key.0)?;
        let loaded = match self.networks.entry(key) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let mut card = known.card.clone();
                if !key.1 {
                    card.strand = StrandRule::Forward;
                }
                let settings = &self.panel.settings;
                let Ready { answerers: mut networks, rows, .. } =
                    network::load(&known.folder, &card, settings.engine, settings.device, 1)?;
                let rows = card.run.call_rows(rows, None);
                let network = networks.pop().ok_or_else(|| Error::Internal("no session".into()))?;
                let columns = card.columns().into_iter().map(|column| column.name).collect();
                entry.insert(Loaded { encoder: Encoder::new(&card, &known.folder, rows)?, network, columns })
            }
        };
        let mut rows = Rows::default();
        let mut counts = Vec::with_capacity(questions.len());
        for (Question { prompt, .. }, classifier) in questions {
            let bases = prompt.bases().unwrap_or_default().as_bytes();
            let (len, before) = (bases.len() as u64, rows.count());
            let mut window = Vec::new();
            for start in starts(&known.grid, classifier, len) {
                window.clear();
                let end = (start + known.grid.span).min(len);
                known.grid.fill(0, &bases[start as usize..end as usize], &mut window);
                if known.grid.admit(&window).is_ok() {
                    rows.push(&window);
                }
            }
            counts.push(rows.count() - before);
        }
        let encoded = loaded.encoder.encode(&rows, &self.panel.pool)?;
        let found = loaded.network.answer(&rows, Some(&encoded))?;
        let width = loaded.columns.len();
        let mut windows = found.scores.chunks_exact(width);
        for ((Question { place, .. }, classifier), count) in questions.iter().zip(counts) {
            let scores: Vec<Vec<(&str, f64)>> = windows
                .by_ref()
                .take(count)
                .map(|scores| {
                    let score = |column: &str| {
                        let at = loaded.columns.iter().position(|name| name == column);
                        at.map_or(f64::NAN, |at| f64::from(scores[at]))
                    };
                    classifier.columns.iter().map(|(column, answer)| (*answer, score(column))).collect()
                })
                .collect();
            let (answer, confidence) = judged(classifier, &scores);
            (answers.texts[*place], answers.scores[*place]) = (answer.into(), confidence as f32);
        }
        Ok(())
    }

    fn write(&mut self, questions: &[Question], of_genes: bool, answers: &mut Answers) -> Result<()> {
        let panel = Arc::clone(&self.panel);
        let language = panel.relations.as_ref().filter(|_| of_genes).unwrap_or(&panel.language);
        let Language { folder, card, rule, text } = language;
        let settings = &panel.settings;
        let requests = questions
            .iter()
            .map(|Question { prompt, .. }| {
                let asked = match of_genes {
                    true => facts::in_letters(self.judge()?.base(), prompt)?.unwrap_or_default(),
                    false => prompt.canonical(),
                };
                Ok(Request {
                    ids: text.encode(&asked)?,
                    form: Some(panel.form(prompt)?),
                    max_tokens: panel.max_tokens(rule),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let generator = match self.generators.entry(of_genes) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(vacant) => {
                let (mut decoders, _) = decoder::load(folder, card, settings.engine, settings.device, 1)?;
                let decoder = decoders.pop().ok_or_else(|| Error::Internal("no session".into()))?;
                vacant.insert(Generator::new(
                    decoder,
                    Arc::clone(text),
                    card.run.call_rows(None, None),
                    rule.context,
                    card.input.padding_id,
                ))
            }
        };
        // Of a blank, the length is unknown: word by word the longest answer wins, and seldom is the most probable one.
        let on_cpu = settings.device == Device::Cpu;
        let suits = |task: Task| match settings.strategy {
            Some(strategy) => strategy,
            None if task == Task::Blank && on_cpu => BLANK,
            None => Strategy::Greedy,
        };
        for blank in [false, true] {
            let chosen: Vec<usize> =
                (0..questions.len()).filter(|&i| (questions[i].prompt.task == Task::Blank) == blank).collect();
            let Some(&first) = chosen.first() else { continue };
            let own: Vec<Request> = chosen.iter().map(|&i| requests[i].clone()).collect();
            let said = generator.answer(&own, suits(questions[first].prompt.task))?;
            for (said, i) in said.into_iter().zip(chosen) {
                let place = questions[i].place;
                // One that was cut off is no answer: its score stays not-a-number.
                if said.ended {
                    answers.texts[place] = text.decode(said.ids.iter().copied()).trim().to_string();
                    answers.scores[place] = said.log_probability.exp() as f32;
                    answers.evidence[place] = OWN.into();
                }
            }
        }
        Ok(())
    }
}

/// The answer and its probability, from the scores of each window.
fn judged(classifier: &Classifier, windows: &[Vec<(&'static str, f64)>]) -> (&'static str, f64) {
    let mut names: Vec<&'static str> = Vec::new();
    for (_, answer) in classifier.columns {
        if !names.contains(answer) {
            names.push(answer);
        }
    }
    // Of one window. METHOD: where several columns stand for an answer (which transcription factor is meant is not said), its
    // odds are the mean of theirs: each is as likely to be the one. GUE tf dev, five sets together: MCC 0.562, with the mean of
    // the probabilities 0.543.
    let of = |window: &[(&str, f64)], name: &str| {
        let scores: Vec<f64> = window.iter().filter(|(answer, _)| *answer == name).map(|(_, score)| *score).collect();
        match scores.as_slice() {
            [score] => *score,
            scores => {
                let odds = scores.iter().map(|p| p / (1.0 - p).max(1e-9)).sum::<f64>() / scores.len().max(1) as f64;
                odds / (1.0 + odds)
            }
        }
    };
    let all = |name: &'static str| windows.iter().map(move |window| of(window, name));
    match classifier.otherwise {
        // Something is somewhere in it: the best window decides.
        Some(otherwise) => {
            let score = names.first().map_or(0.0, |name| all(name).fold(0.0, f64::max));
            let name = names.first().copied().unwrap_or(otherwise);
            if score >= 0.5 { (name, score) } else { (otherwise, 1.0 - score) }
        }
        // What it is as a whole: the mean over the windows.
        None => {
            let mean = |name: &'static str| all(name).sum::<f64>() / windows.len().max(1) as f64;
            names
                .iter()
                .map(|&name| (name, mean(name)))
                .fold(("", f64::NEG_INFINITY), |best, other| if other.1 > best.1 { other } else { best })
        }
    }
}
