//! Keys of the cache of answers by window, and the bytes of an answer in it.

use std::ops::Range;

use super::cut::Cut;
use crate::{
    session::load::{Kind, LoadedModel},
    variants::{
        cache::{Key, KeyMaker},
        compare::{Compared, Placement},
    },
};

/// The part that all keys of a run begin with: the model, the engine that runs it, and how answers are compared.
pub(crate) fn of_run(model: &LoadedModel, cut: &Cut, wanted: &[usize]) -> KeyMaker {
    let mut key = KeyMaker::default();
    // Increased when the comparison changes.
    key.add(b"genogloss window answers 1");
    let report = &model.report;
    key.add(report.name.as_bytes()).add(report.version.as_bytes());
    if let Kind::Network(card) = &model.kind {
        for (file, digest) in &card.files.sha256 {
            key.add(file.as_bytes()).add(digest.as_bytes());
        }
    }
    key.add(report.card_sha256.as_deref().unwrap_or_default().as_bytes());
    let engine = &report.engine;
    key.add(engine.engine.as_bytes()).add(engine.version.as_bytes()).add(engine.device.as_bytes());
    key.add(cut.comparison.word().as_bytes());
    key.number(wanted.len() as u64);
    wanted.iter().for_each(|&column| {
        key.number(column as u64);
    });
    key
}

/// The key of an allele: the bases of its rows, always the same ones in the same order, and what of them is compared.
pub(super) fn of_allele<'a>(
    run: &KeyMaker,
    rows: impl Iterator<Item = Option<&'a [u8]>>,
    placement: &Placement,
    within: &Range<i64>,
) -> Key {
    let mut key = run.clone();
    for row in rows {
        // A row that is not there differs from an empty one.
        key.number(u64::from(row.is_some())).add(row.unwrap_or_default());
    }
    let Placement { first, last, removed, inserted } = placement;
    for number in [*first, *last, *removed, *inserted, within.start, within.end] {
        key.add(&number.to_le_bytes());
    }
    key.finish()
}

/// Bytes of the answer for a score: reference, alternate, delta; whether there is a place, and the place.
const LEN: usize = 3 * 4 + 1 + 8;

/// The bytes of an answer in the cache.
pub(super) fn write(answer: impl Iterator<Item = Compared>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for Compared { reference, alternate, delta, at } in answer {
        for number in [reference, alternate, delta] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.push(u8::from(at.is_some()));
        bytes.extend_from_slice(&at.unwrap_or_default().to_le_bytes());
    }
    bytes
}

/// Reads what [`write`] wrote for so many scores; `None` if it is damaged.
pub(super) fn read(bytes: &[u8], scores: usize) -> Option<Vec<Compared>> {
    if bytes.len() != scores * LEN {
        return None;
    }
    let one = |part: &[u8]| {
        let number = |at: usize| Some(f32::from_le_bytes(part.get(at..at + 4)?.try_into().ok()?));
        let place = i64::from_le_bytes(part.get(13..LEN)?.try_into().ok()?);
        Some(Compared {
            reference: number(0)?,
            alternate: number(4)?,
            delta: number(8)?,
            at: (part[12] == 1).then_some(place),
        })
    };
    bytes.chunks_exact(LEN).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back() {
        let answer = [
            Compared { reference: 0.25, alternate: f32::MIN_POSITIVE, delta: -0.0, at: Some(-7) },
            Compared { reference: 1.0, alternate: 3.5e30, delta: 2.0, at: None },
        ];
        let bytes = write(answer.into_iter());
        assert_eq!(read(&bytes, 2).expect("an answer"), answer);
        assert_eq!(read(&bytes, 3), None);
        assert_eq!(read(&bytes[1..], 2), None);
    }
}
