//! `genogloss models check`: whether a model folder is what its card describes, on every engine.
//!
//! The card and the digests are checked first. Then each engine runs the self-test (`self_test`), windows that every model must be able
//! to run (`windows`), parts of windows (`short_rows`) and changes (`changes`), or prompts (`prompts`).

mod changes;
mod checked;
mod difference;
mod prompts;
mod self_test;
mod sequences;
mod short_rows;
mod windows;

use self::{
    checked::Checked,
    difference::{exceeds, relative},
    self_test::SelfTest,
};
use super::{
    card::Card,
    change,
    device::Device,
    engine::{Engine, NO_OPERATOR},
    engines::{ENGINES, EngineChoice},
    folder::Folder,
    network,
};
use crate::error::Result;

/// The result of a check.
pub(crate) struct Report {
    /// Lines for the user.
    pub(crate) text: String,
    /// The engines that were checked. The first one is the one that runs the model.
    results: Vec<(&'static dyn Engine, Result<()>)>,
}

impl Report {
    /// Whether all engines run the model.
    pub(crate) fn of_all_engines(self) -> Result<()> {
        self.results.into_iter().try_for_each(|(_, result)| result)
    }

    /// Whether the engine that commands use runs the model; another one that does is the hint.
    pub(crate) fn of_first_engine(self) -> Result<()> {
        let mut results = self.results.into_iter();
        let first = results.next().map_or(Ok(()), |(_, result)| result);
        match (first, results.find(|(_, result)| result.is_ok())) {
            (Err(error), Some((other, _))) if error.hint().is_none_or(|hint| hint == NO_OPERATOR) => {
                Err(error.with_hint(format!("--engine {} runs it", other.name())))
            }
            (first, _) => first,
        }
    }
}

/// Checks a model on one engine, or on all engines that are found.
pub(crate) fn check(folder: &Folder, choice: EngineChoice) -> Result<Report> {
    let card = folder.card()?;
    let test = SelfTest::read(&card, folder)?;
    for file in card.files.sha256.keys() {
        folder.verify(&card, file)?;
    }
    let mut text = format!("{} {}: the card and the checksums are correct\n", card.name, card.version);
    let undecided = folder.text("card.yaml")?.lines().filter(|line| line.contains("# ?")).count();
    if undecided > 0 {
        let mark = "are marked with \"# ?\", as `models new` marks what you must decide";
        text.push_str(&format!("  {undecided} lines of the card {mark}: decide them, and remove the marks\n"));
    }
    let (mut results, mut scores) = (Vec::new(), Vec::new());
    for engine in engines(choice) {
        if matches!(choice, EngineChoice::Auto) && engine.is_selective() && loads(folder, &card, engine).is_err() {
            continue;
        }
        let checked = match &test {
            SelfTest::Sequences(tests) => sequences::check(folder, &card, engine, tests),
            SelfTest::Prompts(tests) => prompts::check(folder, &card, engine, tests),
        };
        results.push((
            engine,
            match checked {
                Ok(checked) => {
                    describe(&checked, &card, &test, &mut text);
                    scores.extend(checked.windows.map(|windows| windows.scores));
                    Ok(())
                }
                Err(error) => {
                    text.push_str(&format!("  {}: failed: {error}\n", engine.title()));
                    Err(error)
                }
            },
        ));
    }
    compare_engines(&scores, card.run.tolerance, &mut text);
    if let Some((engine, _)) = results.first() {
        describe_engine(*engine, &mut text);
    }
    Ok(Report { text, results })
}

/// Whether commands prefer a selective engine.
fn loads(folder: &Folder, card: &Card, engine: &'static dyn Engine) -> Result<()> {
    let engine = EngineChoice::IfFaster(engine);
    network::load(folder, card, engine, Device::Cpu, 1)?;
    card.variants.changes.as_ref().map_or(Ok(()), |_| change::load(folder, card, engine, Device::Cpu, 1).map(|_| ()))
}

/// The engines to check, in the order in which commands prefer them.
fn engines(choice: EngineChoice) -> Vec<&'static dyn Engine> {
    let is_found = |engine: &&dyn Engine| match engine.find(Device::Cpu) {
        Ok(_) => true,
        Err(missing) => {
            tracing::warn!("{}: {} is not checked", missing.problem, engine.title());
            false
        }
    };
    match choice {
        EngineChoice::Named(engine) | EngineChoice::IfFaster(engine) => vec![engine],
        EngineChoice::Auto => ENGINES.iter().copied().filter(is_found).collect(),
    }
}

/// Adds the lines of an engine that runs the model.
fn describe(checked: &Checked, card: &Card, test: &SelfTest, text: &mut String) {
    let Checked { report, self_test, changes, windows } = checked;
    let mut line = |what: &str| text.push_str(&format!("  {} {}: {what}\n", report.engine, report.version));
    match test.count() {
        (0, _) => line("the network loads; there is no self-test"),
        (count, what) => line(&format!(
            "{count} {what} of the self-test, largest difference {self_test:.1e} (tolerance {:.1e})",
            card.run.tolerance
        )),
    }
    if let Some((count, worst)) = changes {
        line(&format!(
            "{count} changes of these sequences, by the networks for changes and by the windows, largest difference {worst:.1e}"
        ));
    }
    if let Some(windows) = windows {
        line(&format!("{} windows, alone and together, largest difference {:.1e}", windows.count, windows.worst));
        windows.notes.iter().for_each(|note| line(note));
    }
}

/// Adds a line where two engines' scores of the same windows differ.
fn compare_engines(scores: &[Vec<f32>], tolerance: f32, text: &mut String) {
    let Some((first, others)) = scores.split_first() else { return };
    for other in others {
        let worst = relative(first, other);
        if exceeds(worst, tolerance) {
            text.push_str(&format!("  the engines differ by {worst:.1e}: always use the same one (--engine)\n"));
        }
    }
}

/// Adds which library the commands use, and which ones were passed over.
fn describe_engine(engine: &dyn Engine, text: &mut String) {
    let Ok(found) = engine.find(Device::Cpu) else { return };
    let library = found.library.map_or(String::new(), |path| format!(", {}", path.display()));
    text.push_str(&format!("  commands use {} {}{library}\n", engine.title(), found.version));
    found.passed_over.iter().for_each(|problem| text.push_str(&format!("  not used: {problem}\n")));
}
