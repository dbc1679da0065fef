//! Edits with a base to stand on: what is only inserted or only deleted takes a neighbouring base with it.

use crate::error::Result;
use crate::variants::spelling::Edit;

/// An edit that takes out at least one base and puts in at least one, so that there is a base on both sides to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Anchored {
    /// First base that is replaced, 0-based.
    pub position: u64,
    /// Bases taken out.
    pub removed: u64,
    /// Bases put in.
    pub inserted: Vec<u8>,
    /// The base that was taken along, and its place in `inserted`.
    pub anchor: Option<(u64, usize)>,
}

impl Anchored {
    /// As it is: without a base taken along.
    pub(crate) fn plain(edit: &Edit) -> Self {
        Self { position: edit.position, removed: edit.removed, inserted: edit.inserted.clone(), anchor: None }
    }

    /// One past the last base that is replaced.
    pub(crate) fn end(&self) -> u64 {
        self.position + self.removed
    }

    /// Edits in order, none over another, on a contig of `len` bases, of which `base` reads one. None if there is no base to
    /// be taken.
    pub(crate) fn all(edits: &[&Edit], len: u64, mut base: impl FnMut(u64) -> Result<u8>) -> Result<Option<Vec<Self>>> {
        let mut all: Vec<Self> = Vec::with_capacity(edits.len());
        for edit in edits {
            let mut own = Self::plain(edit);
            if edit.removed > 0 && !edit.inserted.is_empty() {
                all.push(own);
                continue;
            }
            match all.last_mut() {
                // The base before it is changed itself: both are one change.
                Some(before) if before.end() == edit.position => {
                    before.removed += own.removed;
                    before.inserted.append(&mut own.inserted);
                    continue;
                }
                _ => {}
            }
            let (at, place) = match edit.position.checked_sub(1) {
                Some(before) => (before, 0),
                // At the contig's start it is the base after it.
                None if edit.end() < len && edits.len() == 1 => (edit.end(), own.inserted.len()),
                None => return Ok(None),
            };
            own.inserted.insert(place, base(at)?);
            (own.position, own.removed, own.anchor) = (own.position.min(at), own.removed + 1, Some((at, place)));
            all.push(own);
        }
        Ok(Some(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchored(edits: &[(u64, u64, &str)]) -> Option<Vec<(u64, u64, String)>> {
        let contig = b"ACGTACGT";
        let edits: Vec<Edit> = edits
            .iter()
            .map(|&(position, removed, inserted)| Edit { position, removed, inserted: inserted.into() })
            .collect();
        let edits: Vec<&Edit> = edits.iter().collect();
        let all = Anchored::all(&edits, contig.len() as u64, |at| Ok(contig[at as usize])).expect("bases")?;
        let shown = |one: &Anchored| (one.position, one.removed, String::from_utf8_lossy(&one.inserted).into_owned());
        Some(all.iter().map(shown).collect())
    }

    #[test]
    fn what_is_only_inserted_or_deleted_takes_the_base_before_it() {
        assert_eq!(anchored(&[(3, 1, "G")]), Some(vec![(3, 1, "G".into())]));
        assert_eq!(anchored(&[(3, 0, "TT")]), Some(vec![(2, 1, "GTT".into())]));
        assert_eq!(anchored(&[(3, 2, "")]), Some(vec![(2, 3, "G".into())]));
        // The base after it where there is none before; nothing where the whole contig goes.
        assert_eq!(anchored(&[(0, 0, "TT")]), Some(vec![(0, 1, "TTA".into())]));
        assert_eq!(anchored(&[(0, 8, "")]), None);
    }

    #[test]
    fn edits_that_touch_are_one() {
        assert_eq!(anchored(&[(2, 1, "T"), (3, 1, "")]), Some(vec![(2, 2, "T".into())]));
        assert_eq!(anchored(&[(1, 1, "T"), (4, 0, "CC")]), Some(vec![(1, 1, "T".into()), (3, 1, "TCC".into())]));
    }
}
