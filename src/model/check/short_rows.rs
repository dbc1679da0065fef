//! Checks of rows that are shorter than a window (`window: multiple`).

use super::{
    difference::{absolute, exceeds},
    self_test::Scored,
    windows::WindowRunner,
};
use crate::{
    error::{Error, Result},
    model::{
        card::{Card, StrandRule},
        network,
    },
};

/// Whether a part of a window, run alone, has the scores that it has within the window.
pub(super) fn check(card: &Card, runner: &mut WindowRunner, scored: &Scored<'_>) -> Result<()> {
    let (Some(multiple), Some(bin)) = (card.window.multiple, card.bin()) else { return Ok(()) };
    // The strand of a row's answer depends on the whole row.
    if card.strand == StrandRule::Max {
        return Ok(());
    }
    let [span, core, left, multiple, bin] =
        [card.window.span, card.window.core, card.window.left(), multiple, bin].map(|n| n as usize);
    let form = network::form(card);
    let (width, columns) = (form.shape.len(), form.columns.len());
    let first = core / 3 / multiple * multiple;
    let short = (core / 8).div_ceil(multiple) * multiple;
    for (sequence, scores) in scored.sequences.iter().zip(scored.scores.chunks_exact(width)) {
        let mut bases = sequence.to_vec();
        bases.resize(span, b'N');
        let alone = runner.run(&[&bases[first..first + short + 2 * left]])?;
        let within = &scores[first / bin * columns..][..short / bin * columns];
        let worst = absolute(alone.iter().zip(within));
        if exceeds(worst, card.run.tolerance) {
            let (len, tolerance) = (short + 2 * left, card.run.tolerance);
            let problem = format!(
                "window: multiple: {len} bases of a window alone differ by {worst:.1e} from the whole window; the card's tolerance is {tolerance:.1e}"
            );
            return Err(Error::model(&card.name, problem).with_hint(
                "the network reads further than (span - core) / 2 bases, or its strides do not divide multiple",
            ));
        }
    }
    Ok(())
}
