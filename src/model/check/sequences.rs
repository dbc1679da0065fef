//! Checks of a model that scores windows: general windows, the sequences of its self-test, parts of windows, and changes.

use super::{
    changes,
    checked::{Checked, only},
    difference::exceeds,
    self_test::{Scored, SequenceTest},
    short_rows,
    windows::{self, WindowRunner},
};
use crate::{
    error::{Error, Result},
    model::{
        card::{Card, Kind},
        device::Device,
        engine::Engine,
        engines::EngineChoice,
        folder::Folder,
        network::{self, Ready},
    },
    tokenize::Encoder,
};

/// Runs the model on one engine.
pub(super) fn check(
    folder: &Folder,
    card: &Card,
    engine: &'static dyn Engine,
    tests: &[SequenceTest],
) -> Result<Checked> {
    let Ready { answerers, report, rows } = network::load(folder, card, EngineChoice::Named(engine), Device::Cpu, 1)?;
    let encoder = |card: &Card| Encoder::new(card, folder, card.run.call_rows(rows, None));
    let mut runner = WindowRunner::new(only(answerers)?, encoder(card)?, rows)?;
    let windows = Some(if card.kind == Kind::Masked {
        // A masked model reads a row once for each token.
        let few = card.clone().scoring_few_tokens();
        let ready = network::load(folder, &few, EngineChoice::Named(engine), Device::Cpu, 1)?;
        windows::check(&few, &mut WindowRunner::new(only(ready.answerers)?, encoder(&few)?, rows)?)?
    } else {
        windows::check(card, &mut runner)?
    });
    if tests.is_empty() {
        return Ok(Checked { report, self_test: 0.0, changes: None, windows });
    }
    let sequences: Vec<&[u8]> = tests.iter().map(|test| test.sequence.as_bytes()).collect();
    let scores = runner.score(card, &sequences)?;
    let self_test = compare(card, tests, &scores)?;
    let scored = Scored { sequences, scores };
    short_rows::check(card, &mut runner, &scored)?;
    let changes = changes::check(folder, card, engine, &mut runner, &scored)?;
    Ok(Checked { report, self_test, changes, windows })
}

/// The largest difference between the scores of the self-test and the engine's.
fn compare(card: &Card, tests: &[SequenceTest], scores: &[f32]) -> Result<f32> {
    let width = network::form(card).shape.len();
    let (mut worst, mut of) = (0.0f32, ("", 0.0f32, 0.0f32));
    for (test, scores) in tests.iter().zip(scores.chunks_exact(width)) {
        for (score, wanted) in scores.iter().zip(&test.scores) {
            let difference = match score.is_nan() && wanted.is_nan() {
                true => 0.0,
                // Of large numbers, such as the log-likelihood of many bases, the share counts.
                false => (score - wanted).abs() / wanted.abs().max(1.0),
            };
            if difference > worst || difference.is_nan() {
                (worst, of) = (difference, (test.name.as_str(), *wanted, *score));
            }
        }
    }
    let tolerance = card.run.tolerance;
    if exceeds(worst, tolerance) {
        let (name, wanted, score) = of;
        let problem = format!(
            "self-test: sequence {name} differs by {worst:.1e}: expected {wanted}, got {score}; the card's tolerance is {tolerance:.1e}"
        );
        return Err(Error::model(&card.name, problem));
    }
    Ok(worst)
}
