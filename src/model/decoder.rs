//! Loading decoder-only networks with a key–value cache: the models that answer prompts.

use super::{
    card::Card,
    device::Device,
    engine::{Decoder, EngineReport, Placement},
    engines::EngineChoice,
    folder::Folder,
    ports::CachePorts,
};
use crate::error::{Error, Result};

/// Decoders, one for each thread, and the engine that runs them.
pub(crate) type Loaded = (Vec<Box<dyn Decoder>>, EngineReport);

/// Loads a network of kind generate in `sessions` sessions, each for one thread.
pub(crate) fn load(
    folder: &Folder,
    card: &Card,
    engine: EngineChoice,
    device: Device,
    sessions: usize,
) -> Result<Loaded> {
    let rule = card.generate.as_ref().ok_or_else(|| {
        Error::model(&card.name, "it does not answer prompts: its kind is not generate")
            .with_hint("genogloss models list shows the kinds")
    })?;
    let file = folder.network(card, card.files.model.first(), false)?;
    let chosen = engine.choose(&card.name, device)?;
    let decoders = chosen.engine.load_decoder(
        file,
        &CachePorts::of(card, rule),
        Placement { device, sessions, threads: 1, only_if_faster: false },
    )?;
    Ok((decoders, chosen.report))
}
