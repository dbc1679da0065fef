//! One session's models, and the answers to a batch of prompts.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Arc, PoisonError},
};

use super::{
    classifiers::{Classifier, classifier},
    definitions::defined,
    facts,
    grammar::Prompt,
    panel::{ClassifierModel, LanguageModel, Means, Panel},
    several,
    tasks::Task,
};
use crate::{
    batch::{Encoded, Rows},
    error::{Error, Result},
    generate::{Generator, Request, Strategy},
    genes::verdict::Judge,
    genome::Strand,
    model::{
        Answerer, Answers,
        card::StrandRule,
        decoder,
        device::Device,
        network::{self, Ready},
    },
    tokenize::Encoder,
};

/// The evidence of a language model's answers.
const OWN_EVIDENCE: &str = "language model: a guess, no source";

/// How the evidence begins of an answer that is withheld.
pub(super) const INVENTED: &str = "the language model made up the identifier ";

/// Databases whose identifiers are letters and a number: `LOC105377448`, `OMIM:154700`, `ENSG00000139618`.
const DATABASES: [&str; 16] = [
    "HGNC", "OMIM", "MIM", "ORPHA", "ORPHANET", "MONDO", "UMLS", "HP", "GENEID", "NCBIGENE", "LOC", "ENSG", "ENST",
    "ENSP", "NM", "NP",
];

/// The first identifier of a database in an answer that is not in its prompt.
fn invented_identifier(text: &str, prompt: &Prompt) -> Option<String> {
    let asked = prompt.canonical().to_ascii_uppercase();
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && !":_.".contains(letter));
    words.map(|word| word.trim_matches(['.', ':', '_'])).find_map(|word| {
        let upper = word.to_ascii_uppercase();
        let digits = upper.find(|letter: char| letter.is_ascii_digit())?;
        let (letters, number) = upper.split_at(digits);
        let known = DATABASES.contains(&letters.trim_end_matches([':', '_']));
        (known
            && number.len() >= 3
            && number.starts_with(|letter: char| letter.is_ascii_digit())
            && !asked.contains(&upper))
        .then(|| word.to_string())
    })
}

/// METHOD: beams that find the most probable answer of 1 to 3 residues nearly always.
const BLANK: Strategy = Strategy::Beam(8);

/// A classifier: the name of its model, and whether it reads both strands.
type ClassifierKey = (&'static str, bool);

/// One session: its own networks, decoders and connection to the knowledge base.
struct Session {
    panel: Arc<Panel>,
    classifiers: BTreeMap<ClassifierKey, LoadedClassifier>,
    /// By whether they are of genes and diseases.
    generators: BTreeMap<bool, Generator>,
    judge: Option<Judge>,
}

impl Panel {
    /// A new session, which loads each model when it is first needed.
    pub(crate) fn session(self: &Arc<Self>) -> Box<dyn Answerer> {
        Box::new(Session {
            panel: Arc::clone(self),
            classifiers: BTreeMap::new(),
            generators: BTreeMap::new(),
            judge: None,
        })
    }
}

struct LoadedClassifier {
    encoder: Encoder,
    network: Box<dyn Answerer>,
    columns: Vec<String>,
}

/// A prompt that waits for its answer, and its place among the rows.
struct Pending {
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
        let mut classified: BTreeMap<ClassifierKey, Vec<(Pending, &'static Classifier)>> = BTreeMap::new();
        let (mut written, mut related) = (Vec::new(), Vec::new());
        for place in 0..rows.count() {
            let (prompt, means) = self.panel.take(&String::from_utf8_lossy(rows.row(place)))?;
            let lost = || Error::Internal(format!("prompt {} has no answer any more", prompt.canonical()));
            match means {
                Means::Exact => {
                    (answers.texts[place], answers.scores[place]) = (defined(&prompt).ok_or_else(lost)?, 1.0)
                }
                Means::Classifier(_) => {
                    let classifier = classifier(&prompt).ok_or_else(lost)?;
                    let key = (classifier.model, classifier.strands);
                    classified.entry(key).or_default().push((Pending { place, prompt }, classifier));
                }
                Means::Facts(fact) => {
                    let fact = match fact {
                        Some(fact) => fact,
                        None => several::answer(self.judge()?, &prompt)?.map_err(|_| lost())?,
                    };
                    (answers.texts[place], answers.scores[place]) = (fact.answer, fact.confidence as f32);
                    answers.evidence[place] = fact.evidence;
                }
                Means::Language => written.push(Pending { place, prompt }),
                Means::Relations => related.push(Pending { place, prompt }),
            }
        }
        for (key, prompts) in classified {
            self.classify(key, &prompts, &mut answers)?;
        }
        for (prompts, of_genes) in [(written, false), (related, true)] {
            if !prompts.is_empty() {
                self.write(&prompts, of_genes, &mut answers)?;
            }
        }
        Ok(answers)
    }
}

impl Session {
    /// The session's own connection to the knowledge base.
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

    /// Answers prompts of one classifier.
    fn classify(
        &mut self,
        key: ClassifierKey,
        prompts: &[(Pending, &'static Classifier)],
        answers: &mut Answers,
    ) -> Result<()> {
        let model = self.panel.classifier_model(key.0)?;
        let loaded = match self.classifiers.entry(key) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(LoadedClassifier::load(&self.panel, &model, key.1)?),
        };
        let (rows, counts) = windows_of(&model, prompts);
        let encoded = loaded.encoder.encode(&rows, &self.panel.pool)?;
        let found = loaded.network.answer(&rows, Some(&encoded))?;
        let mut windows = found.scores.chunks_exact(loaded.columns.len());
        for ((Pending { place, .. }, classifier), count) in prompts.iter().zip(counts) {
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
            let (answer, confidence) = classifier.judge(&scores);
            (answers.texts[*place], answers.scores[*place]) = (answer.into(), confidence as f32);
        }
        Ok(())
    }

    /// Answers prompts with a language model; `of_genes`: the one of genes and diseases.
    fn write(&mut self, prompts: &[Pending], of_genes: bool, answers: &mut Answers) -> Result<()> {
        let panel = Arc::clone(&self.panel);
        let language = panel.relations.as_ref().filter(|_| of_genes).unwrap_or(&panel.language);
        let requests = prompts
            .iter()
            .map(|Pending { prompt, .. }| {
                let text = match of_genes {
                    true => facts::in_letters(self.judge()?.base(), prompt)?.unwrap_or_default(),
                    false => prompt.canonical(),
                };
                let ids = language.text.encode(&text)?;
                Ok(Request { ids, form: Some(panel.form(prompt)?), max_tokens: panel.max_tokens(&language.rule) })
            })
            .collect::<Result<Vec<_>>>()?;
        let generator = match self.generators.entry(of_genes) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(load_generator(&panel, language)?),
        };
        for blank in [false, true] {
            let chosen: Vec<usize> =
                (0..prompts.len()).filter(|&i| (prompts[i].prompt.task == Task::Blank) == blank).collect();
            let own: Vec<Request> = chosen.iter().map(|&i| requests[i].clone()).collect();
            if own.is_empty() {
                continue;
            }
            let generated = generator.answer(&own, strategy(&panel, blank))?;
            for (generated, i) in generated.into_iter().zip(chosen) {
                let place = prompts[i].place;
                // An answer that was cut off is not an answer: its score stays not-a-number.
                if generated.ended {
                    let text = language.text.decode(generated.ids.iter().copied()).trim().to_string();
                    // Neither is one with an identifier that the model made up; the evidence says so.
                    if let Some(invented) = invented_identifier(&text, &prompts[i].prompt) {
                        answers.evidence[place] = format!("{INVENTED}{invented}, which the prompt does not have");
                        continue;
                    }
                    answers.texts[place] = text;
                    answers.scores[place] = generated.log_probability.exp() as f32;
                    answers.evidence[place] = OWN_EVIDENCE.into();
                }
            }
        }
        Ok(())
    }
}

impl LoadedClassifier {
    fn load(panel: &Panel, model: &ClassifierModel, strands: bool) -> Result<Self> {
        let mut card = model.card.clone();
        if !strands {
            card.strand = StrandRule::Forward;
        }
        let (engine, device) = (panel.settings.engine, panel.settings.device);
        let Ready { answerers: mut networks, rows, .. } = network::load(&model.folder, &card, engine, device, 1)?;
        let rows = card.run.call_rows(rows, None);
        let network = networks.pop().ok_or_else(|| Error::Internal("no session".into()))?;
        let columns = card.columns().into_iter().map(|column| column.name).collect();
        Ok(Self { encoder: Encoder::new(&card, &model.folder, rows)?, network, columns })
    }
}

fn load_generator(panel: &Panel, language: &LanguageModel) -> Result<Generator> {
    let LanguageModel { folder, card, rule, text } = language;
    let (mut decoders, _) = decoder::load(folder, card, panel.settings.engine, panel.settings.device, 1)?;
    let decoder = decoders.pop().ok_or_else(|| Error::Internal("no session".into()))?;
    let rows = card.run.call_rows(None, None);
    Ok(Generator::new(decoder, Arc::clone(text), rows, rule.context, card.input.padding_id))
}

/// How tokens are chosen. The length of a blank is unknown: token by token the longest answer wins, which is seldom the most probable.
fn strategy(panel: &Panel, blank: bool) -> Strategy {
    match panel.settings.strategy {
        Some(strategy) => strategy,
        None if blank && panel.settings.device == Device::Cpu => BLANK,
        None => Strategy::Greedy,
    }
}

/// The windows of all sequences that have enough known bases, and how many of them each prompt has.
fn windows_of(model: &ClassifierModel, prompts: &[(Pending, &'static Classifier)]) -> (Rows, Vec<usize>) {
    let mut rows = Rows::default();
    let mut counts = Vec::with_capacity(prompts.len());
    for (Pending { prompt, .. }, classifier) in prompts {
        let bases = prompt.bases().unwrap_or_default().as_bytes();
        let (len, before) = (bases.len() as u64, rows.count());
        let mut window = Vec::new();
        for start in classifier.starts(&model.grid, len) {
            window.clear();
            let end = (start + model.grid.span).min(len);
            model.grid.fill(0, &bases[start as usize..end as usize], &mut window);
            if model.grid.admit(&window).is_ok() {
                rows.push(&window);
            }
        }
        counts.push(rows.count() - before);
    }
    (rows, counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_that_is_not_in_the_prompt_is_found() {
        let prompt = Prompt::parse("symbol=LOC105377448, annotation:description =").expect("a prompt");
        assert_eq!(invented_identifier("uncharacterized LOC105377448", &prompt), None);
        assert_eq!(invented_identifier("uncharacterized LOC105377449", &prompt).as_deref(), Some("LOC105377449"));
        assert_eq!(invented_identifier("kinase (OMIM:154700).", &prompt).as_deref(), Some("OMIM:154700"));
        assert_eq!(invented_identifier("zinc finger protein 721, HP1 binding", &prompt), None);
    }
}
