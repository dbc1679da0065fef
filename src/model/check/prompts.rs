//! Checks of a model that answers prompts: the prompts of its self-test.

use std::sync::Arc;

use super::{
    checked::{Checked, only},
    self_test::PromptTest,
};
use crate::{
    error::{Error, Result},
    generate::{Generator, Request, Strategy},
    model::{card::Card, decoder, device::Device, engine::Engine, engines::EngineChoice, folder::Folder},
    tokenize::text::Text,
};

/// Whether the answers are the expected ones, and as probable.
pub(super) fn check(
    folder: &Folder,
    card: &Card,
    engine: &'static dyn Engine,
    tests: &[PromptTest],
) -> Result<Checked> {
    let (decoders, report) = decoder::load(folder, card, EngineChoice::Named(engine), Device::Cpu, 1)?;
    let decoder = only(decoders)?;
    let rule = card.generate.as_ref().ok_or_else(|| Error::Internal("a model without the part generate".into()))?;
    let text = Arc::new(Text::new(card, rule, folder)?);
    let rows = card.run.call_rows(None, None);
    let mut generator = Generator::new(decoder, Arc::clone(&text), rows, rule.context, card.input.padding_id);
    let request =
        |test: &PromptTest| Ok(Request { ids: text.encode(&test.prompt)?, form: None, max_tokens: rule.max_tokens() });
    let requests = tests.iter().map(request).collect::<Result<Vec<_>>>()?;
    let mut worst = 0.0f64;
    for (test, generated) in tests.iter().zip(generator.answer(&requests, Strategy::Greedy)?) {
        let answer = text.decode(generated.ids.iter().copied());
        if answer != test.answer {
            let problem =
                format!("self-test: for \"{}\" the answer is \"{answer}\", expected \"{}\"", test.prompt, test.answer);
            return Err(Error::model(&card.name, problem));
        }
        let difference = (generated.log_probability - test.log_probability).abs();
        worst = worst.max(difference / (generated.ids.len() + 1) as f64);
    }
    let tolerance = card.run.tolerance;
    if worst <= f64::from(tolerance) {
        return Ok(Checked { report, self_test: worst as f32, changes: None, windows: None });
    }
    let problem = format!(
        "self-test: the logarithm of a token's probability differs by {worst:.1e}; the card's tolerance is {tolerance:.1e}"
    );
    Err(Error::model(&card.name, problem))
}
