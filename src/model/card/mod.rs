//! The card: the description of a model in its folder (`card.yaml`).
//!
//! `schema`, `files`, `heads` and `variants` hold its keys; unknown keys are refused. `check` refuses a card that contradicts itself.
//! `columns` derives the layout of an answer. [`crate::model::ports`] compares the card with the network's own inputs and outputs.

mod check;
mod columns;
mod files;
mod heads;
mod schema;
mod variants;

pub(crate) use self::{
    columns::Column,
    heads::{Activation, HeadCard, StrandRule, TrackLayout},
    schema::{Card, Case, Dtype, Encoding, GenerateRule, Kind, Layout, Unknown, WindowRule},
    variants::{ChangeRule, Comparison, OutsideGene},
};

use crate::error::{Error, Result};

impl Card {
    /// Parses a card and checks it. Messages call it `place`.
    pub(crate) fn parse(text: &str, place: &str) -> Result<Self> {
        let mut card: Self = serde_saphyr::from_str(text).map_err(|error| {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or("not a card").trim_end();
            Error::input(place, line.strip_prefix("error: ").unwrap_or(line).to_string())
                .with_hint("the keys of a card are described in docs/reference/card.md")
        })?;
        card.check().map_err(|problem| Error::input(place, problem))?;
        card.sha256 = crate::digest::sha256(text.as_bytes());
        Ok(card)
    }

    /// Names of all files that the card names.
    pub(crate) fn file_names(&self) -> Vec<&str> {
        let files = &self.files;
        let optional = [files.tokenizer.as_deref(), files.vocabulary.as_deref(), self.self_test.as_deref()];
        let changes = self.variants.changes.iter().flat_map(|changes| [&changes.stretch, &changes.change]);
        let networks =
            std::iter::once(&files.model).chain(changes).flat_map(|names| names.0.iter().map(String::as_str));
        networks.chain(optional.into_iter().flatten()).collect()
    }

    /// sha256 of the network; of an ensemble, sha256 of its members' digests, one per line.
    pub(crate) fn networks_digest(&self) -> Option<String> {
        let digest = |file: &String| self.files.sha256.get(file).cloned();
        match self.files.model.0.as_slice() {
            [one] => digest(one),
            members => {
                let lines =
                    members.iter().map(|file| digest(file).map(|digest| digest + "\n")).collect::<Option<String>>()?;
                Some(crate::digest::sha256(lines.as_bytes()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
name: tiny
version: 1.0.0
summary: a test
license: MIT
kind: classify
files: {model: model.onnx, sha256: {model.onnx: ab}}
input: {encoding: one-hot, tensor: x, layout: channels-first, dtype: f32, unknown: zeros}
window: {span: 8, core: 4, stride: 4}
heads: [{name: promoter, output: y, activation: sigmoid, labels: [promoter]}]
";

    #[test]
    fn a_good_card_is_read() {
        let card = Card::parse(GOOD, "card.yaml").expect("a good card");
        assert_eq!((card.columns()[0].name.as_str(), card.bins(), card.run.call_rows(None, None)), ("promoter", 1, 16));
    }

    #[test]
    fn a_rule_for_deleted_bases_must_suit_the_heads() {
        let track = |head: &str| {
            let heads =
                format!("heads: [{{name: site, output: y, labels: [site], {head}}}]\nvariants: {{deleted: zero}}\n");
            let card = GOOD.replace("kind: classify", "kind: track");
            Card::parse(&(card[..card.find("heads:").expect("heads")].to_string() + &heads), "card.yaml")
        };
        let zero = track("activation: softplus, bin: 1").expect("nothing is 0").missing_is_zero();
        assert_eq!(zero, [true]);
        for (head, say) in [
            ("activation: identity, bin: 1", "is not suitable for head site"),
            ("activation: sigmoid, bin: 2", "needs a head with bins of one base"),
        ] {
            let error = track(head).expect_err(head).to_string();
            assert!(error.contains(say), "{error}");
        }
    }

    #[test]
    fn cards_that_contradict_themselves_are_refused() {
        for (from, to, say) in [
            ("span: 8", "span: 3", "core (4) is longer than span (3)"),
            ("unknown: zeros", "unknown: token", "unknown must be"),
            ("model: model.onnx,", "model: ../model.onnx,", "is not the name of a file"),
            ("{model.onnx: ab}", "{}", "sha256 of model.onnx is missing"),
            ("kind: classify", "kind: track", "a track needs a bin"),
            ("kind: classify", "kind: classify\ncolour: red", "colour"),
            ("activation: sigmoid", "activation: softmax", "always 1"),
            ("stride: 4}", "stride: 4, multiple: 4}", "multiple belongs to tracks"),
            ("heads:", "variants: {deleted: zero}\nheads:", "deleted belongs to tracks"),
            ("unknown: zeros", "unknown: zeros, padding_id: -1", "padding_id is -1"),
            ("dtype: f32", "dtype: u8, padding_id: 256", "between 0 and 255"),
            ("unknown: zeros", "unknown: zeros, max_tokens: 4", "max_tokens belongs to kmer"),
            ("unknown: zeros", "unknown: zeros, too_many_tokens: truncate", "needs max_tokens"),
            ("heads:", "run: {rows: 0}\nheads:", "rows must be between"),
            ("heads:", "run: {tolerance: .nan}\nheads:", "tolerance must be a number"),
            ("heads:", "variants: {compare: median}\nheads:", "unknown variant `median`"),
        ] {
            let error = Card::parse(&GOOD.replace(from, to), "card.yaml").expect_err(to).to_string();
            assert!(error.contains(say), "{error}");
        }
    }
}
