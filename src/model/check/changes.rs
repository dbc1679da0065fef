//! Checks of the networks for changes: they must score a change as the networks for windows do.

use super::{
    checked::only,
    difference::{absolute, exceeds, largest},
    self_test::Scored,
    windows::WindowRunner,
};
use crate::{
    batch::{Change, Changes, Stretch},
    error::{Error, Result},
    genome::Strand,
    model::{
        answer::Form,
        card::{Card, StrandRule},
        change,
        device::Device,
        engine::Engine,
        engines::EngineChoice,
        folder::Folder,
        network,
    },
};

/// Bases that a deletion removes. It keeps the base before them, as VCF does.
const DELETED: usize = 5;
/// Bases that an insertion adds.
const INSERTED: &[u8] = b"GTA";

/// Makes an SNV, an insertion and a deletion where the sequences have their highest scores, each in one sequence or more, and
/// compares the scores of both kinds of networks: how many changes, and the largest difference. `None` where a model has no
/// networks for changes, or a window has no room for one.
pub(super) fn check(
    folder: &Folder,
    card: &Card,
    engine: &'static dyn Engine,
    runner: &mut WindowRunner,
    scored: &Scored<'_>,
) -> Result<Option<(usize, f32)>> {
    let Some(room) = Room::of(card) else { return Ok(None) };
    let mut session = only(change::load(folder, card, EngineChoice::Named(engine), Device::Cpu, 1)?.answerers)?;
    let form = network::form(card);
    let (width, columns) = (form.shape.len(), form.columns.len());
    let (mut worst, mut count) = (0.0f32, 0);
    for (index, (sequence, scores)) in scored.sequences.iter().zip(scored.scores.chunks_exact(width)).enumerate() {
        let mut bases = sequence.to_vec();
        bases.resize(room.span, b'N');
        let at = room.highest(scores, &form);
        // A window takes a second or two: each kind of change is made in as few sequences as possible.
        let edits = edits(bases[at]).into_iter().enumerate();
        let own = edits.filter(|(kind, _)| kind % scored.sequences.len() == index % 3).map(|(_, edit)| edit);
        let edits: Vec<Edit> = own.collect();
        let rows: Vec<Vec<u8>> = edits.iter().map(|edit| edit.applied(&bases, at)).collect();
        let answers = session.answer_changes(&room.changes(bases, at, edits))?.changes;
        let windows = runner.score(card, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        let from = (at - room.reach - room.before) * columns;
        for (answer, window) in answers.iter().zip(windows.chunks_exact(width)) {
            count += 1;
            let pairs = answer.reference.iter().zip(&scores[from..]);
            let differ = absolute(pairs.chain(answer.alternate.iter().zip(&window[from..])));
            worst = largest([worst, differ].into_iter());
        }
    }
    let tolerance = card.run.tolerance;
    if exceeds(worst, tolerance) {
        let problem = format!(
            "its networks for changes and for windows differ by {worst:.1e}; the card's tolerance is {tolerance:.1e}"
        );
        return Err(Error::model(&card.name, problem));
    }
    Ok(Some((count, worst)))
}

/// Bases to remove at a place, and the bases to insert there.
struct Edit {
    removed: usize,
    inserted: Vec<u8>,
}

/// An SNV, an insertion and a deletion at a base.
fn edits(base: u8) -> [Edit; 3] {
    let other = if base.eq_ignore_ascii_case(&b'A') { b'C' } else { b'A' };
    [
        Edit { removed: 1, inserted: vec![other] },
        Edit { removed: 1, inserted: [&[base], INSERTED].concat() },
        Edit { removed: 1 + DELETED, inserted: vec![base] },
    ]
}

impl Edit {
    /// The changed sequence, no longer than the unchanged one.
    fn applied(&self, bases: &[u8], at: usize) -> Vec<u8> {
        let mut row = [&bases[..at], &self.inserted, &bases[at + self.removed..]].concat();
        row.truncate(bases.len());
        row
    }
}

/// Where changes can be made in a window so that both kinds of networks read the same bases. All in bases.
struct Room {
    span: usize,
    /// Before the core.
    before: usize,
    /// Before the first base that both networks score, and after the last one.
    margins: (usize, usize),
    /// Compared before and after a change.
    reach: usize,
}

impl Room {
    fn of(card: &Card) -> Option<Self> {
        let rule =
            card.variants.changes.as_ref().filter(|_| card.strand == StrandRule::Forward && card.window.fixed)?;
        let [span, core, half] = [card.window.span, card.window.core, rule.context / 2].map(|n| n as usize);
        let before = (span - core) / 2;
        let margins = (before.max(half), (span - core - before).max(half));
        let room = span.checked_sub(margins.0 + margins.1 + 1 + DELETED)?;
        Some(Self { span, before, margins, reach: (room / 2).min(50) })
    }

    /// The base with the highest score of a label that may be called: where scores are low, wrong networks differ little.
    fn highest(&self, scores: &[f32], form: &Form) -> usize {
        let (columns, callable) = (form.columns.len(), form.callable());
        let best = |at: &usize| {
            let scores = &scores[(at - self.before) * columns..][..columns];
            let called = scores.iter().zip(&callable).filter(|(_, callable)| **callable).map(|(score, _)| *score);
            called.fold(f32::NEG_INFINITY, f32::max)
        };
        let last = self.span - self.margins.1 - 1 - DELETED - self.reach;
        let places = self.margins.0 + self.reach..=last;
        places.max_by(|one, other| best(one).total_cmp(&best(other))).unwrap_or(last)
    }

    /// A stretch with these edits at `at`.
    fn changes(&self, bases: Vec<u8>, at: usize, edits: Vec<Edit>) -> Changes {
        let (left, right) = (self.reach, self.reach);
        let mut changes = Changes::default();
        for Edit { removed, inserted } in edits {
            changes.changes.push(Change { stretch: 0, at, removed, inserted, left, right });
        }
        changes.stretches.push(Stretch { bases, strand: Strand::Forward });
        changes
    }
}
