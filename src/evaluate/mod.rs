//! Comparing scores with what is known.
//!
//! One file per thing that is judged: labelled [`sequences`], known [`places`] of a genome, [`prompts`] with known answers, cases with
//! known genes ([`rank`]), and existing scores of variants ([`variant_scores`]). Each reads what is known ([`labelled`], [`truth_set`],
//! [`known_prompts`]), scores it, computes [`metrics`] set by set ([`sets`]; of texts: [`texts`]; of the bins of a scan: [`bins`]), and
//! returns an [`evaluation`]: a table, and a [`page`] with [`plots`].

pub(crate) mod bins;
pub(crate) mod columns;
pub(crate) mod evaluation;
mod judged_head;
pub(crate) mod known_prompts;
pub(crate) mod labelled;
pub(crate) mod metrics;
mod page;
pub(crate) mod places;
mod plots;
pub(crate) mod prompts;
pub(crate) mod rank;
pub(crate) mod sequences;
mod sets;
mod texts;
pub(crate) mod truth_set;
pub(crate) mod variant_scores;
