//! Which rows a language model reads, and which probabilities are wanted of them.

use std::{collections::HashMap, ops::Range};

use super::passes::{Pass, Wanted};
use crate::{
    batch::Token,
    error::Result,
    model::card::{Card, Kind},
};

/// A row of one of two alleles.
#[derive(Clone, Copy)]
pub(super) struct Allele<'a> {
    /// Its number in the batch: where its likelihood is added.
    pub row: usize,
    /// Its bases.
    pub bases: &'a [u8],
    /// Their tokens.
    pub tokens: &'a [Token],
}

/// Plans the passes of rows.
pub(super) struct Planner {
    /// The token that hides another one, of a masked model.
    mask: Option<i64>,
    /// Bases either side of a change whose tokens are scored; `None`: all.
    distance: Option<usize>,
    /// Tokens of a row that are scored, at most.
    most: usize,
}

impl Planner {
    /// From a checked card of a language model.
    pub(super) fn of(card: &Card) -> Self {
        let rule = card.language();
        Self {
            mask: rule.and_then(|rule| rule.mask_id).filter(|_| card.kind == Kind::Masked),
            distance: card.variants.distance.map(|distance| distance as usize),
            most: rule.and_then(|rule| rule.most_scored).unwrap_or(usize::MAX),
        }
    }

    /// Plans a row: `slot` says where the likelihood of a token is added, if it is wanted.
    pub(super) fn plan_row(
        &self,
        row: usize,
        tokens: &[Token],
        slot: impl Fn(&Token) -> Option<usize>,
        push: &mut impl FnMut(Pass) -> Result<()>,
    ) -> Result<()> {
        let scored = tokens.iter().enumerate().filter(|(_, token)| token.is_known());
        let scored = scored.filter_map(|(at, token)| Some((at, slot(token)?))).take(self.most);
        let ids = || tokens.iter().map(|token| token.id).collect::<Vec<i64>>();
        let Some(mask) = self.mask else {
            // The first token has none before it: nothing says how probable it is.
            let next = scored.filter(|(at, _)| *at > 0);
            let wanted: Vec<Wanted> =
                next.map(|(at, slot)| Wanted { place: at - 1, id: tokens[at].id, slot }).collect();
            return if wanted.is_empty() { Ok(()) } else { push(Pass { row, ids: ids(), wanted }) };
        };
        for (at, slot) in scored {
            let mut hidden = ids();
            hidden[at] = mask;
            push(Pass { row, ids: hidden, wanted: vec![Wanted { place: at, id: tokens[at].id, slot }] })?;
        }
        Ok(())
    }

    /// Plans two alleles of the same place. Rows that are read for several pairs are put into `shared`.
    ///
    /// METHOD: where a masked model has as many tokens of both alleles, and these have as many bases, the tokens that differ are hidden
    /// together, once, and both alleles are scored in their place (masked marginals: Meier et al. 2021; for a substitution, GPN, Benegas et
    /// al. 2023). Else each token of either allele is hidden in turn (pseudo-log-likelihood: Salazar et al. 2020).
    pub(super) fn plan_pair(
        &self,
        reference: Allele<'_>,
        alternate: Allele<'_>,
        shared: &mut Shared,
        push: &mut impl FnMut(Pass) -> Result<()>,
    ) -> Result<()> {
        let Some(mask) = self.mask else {
            for allele in [reference, alternate] {
                self.plan_row(allele.row, allele.tokens, |_| Some(allele.row), &mut |pass| {
                    shared.add(pass);
                    Ok(())
                })?;
            }
            return Ok(());
        };
        let parts = [reference, alternate].map(|allele| without_ends(allele.bases));
        if parts[0].len() == parts[1].len() && reference.tokens.len() == alternate.tokens.len() {
            shared.add(marginal(reference, alternate, mask));
            return Ok(());
        }
        let changed = changed(&reference.bases[parts[0].clone()], &alternate.bases[parts[1].clone()]);
        for ((allele, changed), part) in [reference, alternate].into_iter().zip(changed).zip(parts) {
            let changed = changed.start + part.start..changed.end + part.start;
            let near = self.near(&changed, allele.bases.len());
            let slot = |token: &Token| (token.start < near.end && token.end() > near.start).then_some(allele.row);
            self.plan_row(allele.row, allele.tokens, slot, push)?;
        }
        Ok(())
    }

    /// The bases of a row whose tokens are scored.
    fn near(&self, changed: &Range<usize>, len: usize) -> Range<usize> {
        match self.distance {
            None => 0..len,
            Some(distance) => changed.start.saturating_sub(distance)..changed.end.saturating_add(distance).min(len),
        }
    }
}

/// The tokens that differ, hidden together. A token of unknown bases has no likelihood, and then the allele has none.
fn marginal(reference: Allele<'_>, alternate: Allele<'_>, mask: i64) -> Pass {
    let mut ids: Vec<i64> = reference.tokens.iter().map(|token| token.id).collect();
    let mut wanted = Vec::new();
    for (place, (one, other)) in reference.tokens.iter().zip(alternate.tokens).enumerate() {
        if one.id == other.id {
            continue;
        }
        ids[place] = mask;
        if !one.is_known() || !other.is_known() {
            return Pass { row: reference.row, ids, wanted: Vec::new() };
        }
        wanted.push(Wanted { place, id: one.id, slot: reference.row });
        wanted.push(Wanted { place, id: other.id, slot: alternate.row });
    }
    Pass { row: reference.row, ids, wanted }
}

/// A row without N at its ends: rows of one length are filled with them.
fn without_ends(bases: &[u8]) -> Range<usize> {
    let is_known = |base: &u8| !base.eq_ignore_ascii_case(&b'N');
    let first = bases.iter().position(is_known).unwrap_or(bases.len());
    first..bases.iter().rposition(is_known).map_or(first, |last| last + 1)
}

/// The bases of two sequences between what they share at their ends. Where the ends overlap (a repeat), all places of the change.
fn changed(one: &[u8], other: &[u8]) -> [Range<usize>; 2] {
    let same = |pair: &(&u8, &u8)| pair.0.eq_ignore_ascii_case(pair.1);
    let prefix = one.iter().zip(other).take_while(same).count();
    let suffix = one.iter().rev().zip(other.iter().rev()).take_while(same).count();
    let shorter = one.len().min(other.len());
    let (first, last) = (prefix.min(shorter - suffix), prefix.max(shorter - suffix));
    [one.len(), other.len()].map(|len| first..last + len - shorter)
}

/// Passes of several pairs: those of the same ids are one.
#[derive(Default)]
pub(super) struct Shared {
    passes: Vec<Pass>,
    places: HashMap<Vec<i64>, usize>,
}

impl Shared {
    fn add(&mut self, pass: Pass) {
        if pass.wanted.is_empty() {
            return;
        }
        match self.places.get(&pass.ids) {
            Some(&place) => self.passes[place].wanted.extend(pass.wanted),
            None => {
                self.places.insert(pass.ids.clone(), self.passes.len());
                self.passes.push(pass);
            }
        }
    }

    /// In the order in which they were added first.
    pub(super) fn into_passes(self) -> Vec<Pass> {
        self.passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token a base: A C G T are 0 to 3, N is 4.
    fn tokens(bases: &str) -> Vec<Token> {
        let id = |base: u8| b"ACGTN".iter().position(|own| *own == base).expect("a base") as i64;
        let token = |(start, base): (usize, u8)| Token { id: id(base), start, len: 1, known: base != b'N' };
        bases.bytes().enumerate().map(token).collect()
    }

    fn planner(mask: Option<i64>, distance: Option<usize>) -> Planner {
        Planner { mask, distance, most: usize::MAX }
    }

    fn pair(planner: &Planner, one: &str, other: &str) -> Vec<Pass> {
        let (ones, others) = (tokens(one), tokens(other));
        let (mut shared, mut passes) = (Shared::default(), Vec::new());
        let reference = Allele { row: 0, bases: one.as_bytes(), tokens: &ones };
        let alternate = Allele { row: 1, bases: other.as_bytes(), tokens: &others };
        let push = &mut |pass| {
            passes.push(pass);
            Ok(())
        };
        planner.plan_pair(reference, alternate, &mut shared, push).expect("a plan");
        passes.extend(shared.into_passes());
        passes
    }

    #[test]
    fn a_causal_model_reads_a_row_once_and_scores_what_follows_a_token() {
        let mut passes = Vec::new();
        let push = &mut |pass| {
            passes.push(pass);
            Ok(())
        };
        planner(None, None).plan_row(3, &tokens("CAN"), |_| Some(7), push).expect("a plan");
        let [pass] = passes.as_slice() else { panic!("one pass") };
        assert_eq!((pass.row, pass.ids.as_slice()), (3, &[1, 0, 4][..]));
        assert_eq!(pass.wanted, [Wanted { place: 0, id: 0, slot: 7 }]);
    }

    #[test]
    fn tokens_that_differ_are_hidden_together() {
        let passes = pair(&planner(Some(9), None), "ACGT", "ATTT");
        let [pass] = passes.as_slice() else { panic!("one pass") };
        assert_eq!(pass.ids, [0, 9, 9, 3]);
        let wanted: Vec<(usize, i64, usize)> = pass.wanted.iter().map(|w| (w.place, w.id, w.slot)).collect();
        assert_eq!(wanted, [(1, 1, 0), (1, 3, 1), (2, 2, 0), (2, 3, 1)]);
        assert!(pair(&planner(Some(9), None), "ACGT", "ANGT").is_empty());
    }

    #[test]
    fn alleles_of_different_lengths_are_hidden_token_by_token_near_the_change() {
        assert_eq!(pair(&planner(Some(9), None), "ACGTA", "ACTA").len(), 9);
        // One of the two G is deleted: both are near, and the bases beside them.
        for (reference, alternate) in [("TACGGTCA", "TACGTCA"), ("TACGGTCAN", "TACGTCANN")] {
            near_a_deletion(reference, alternate);
        }
    }

    fn near_a_deletion(reference: &str, alternate: &str) {
        let passes = pair(&planner(Some(9), Some(1)), reference, alternate);
        let hidden = |row: usize| -> Vec<usize> {
            passes.iter().filter(|pass| pass.row == row).map(|pass| pass.wanted[0].place).collect()
        };
        assert_eq!((hidden(0), hidden(1)), (vec![2, 3, 4, 5], vec![2, 3, 4]));
    }

    #[test]
    fn the_same_ids_are_read_once() {
        let (reference, one, other) = (tokens("ACGT"), tokens("AAGT"), tokens("ATGT"));
        let mut shared = Shared::default();
        for (row, alternate, bases) in [(0, &one, b"AAGT"), (2, &other, b"ATGT")] {
            let reference = Allele { row, bases: b"ACGT", tokens: &reference };
            let alternate = Allele { row: row + 1, bases, tokens: alternate };
            planner(Some(9), None)
                .plan_pair(reference, alternate, &mut shared, &mut |_| panic!("nothing else"))
                .expect("a plan");
        }
        let passes = shared.into_passes();
        assert_eq!((passes.len(), passes[0].wanted.len()), (1, 4));
    }
}
