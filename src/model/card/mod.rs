//! The card: the description of a model in its folder (`card.yaml`).
//!
//! `schema`, `files`, `heads` and `variants` hold its keys; unknown keys are refused. `check` refuses a card that contradicts itself.
//! `columns` derives the layout of an answer. [`crate::model::ports`] compares the card with the network's own inputs and outputs.

mod axes;
mod check;
mod check_heads;
mod check_input;
mod check_language;
mod columns;
mod embed;
mod files;
mod heads;
mod input;
mod language;
mod schema;
mod variants;

pub(crate) use self::{
    axes::{InputAxes, OutputAxes},
    columns::Column,
    embed::{EmbedRule, Pool},
    heads::{Activation, HeadCard, Made, Over, StrandRule},
    input::{Carrier, Case, Dtype, Encoding, Holds, Input, OtherInput, Side, Unknown},
    language::{LanguageRule, Per, Reduce},
    schema::{Card, GenerateRule, HiddenRule, Kind, Padding, WindowRule},
    variants::{ChangeRule, Comparison, Ends, OutsideGene},
};

use crate::error::{Error, Result};

impl Card {
    /// Parses a card and checks it. Messages call it `place`.
    #[cfg(any(test, feature = "fuzz"))]
    pub(crate) fn parse(text: &str, place: &str) -> Result<Self> {
        Self::parse_in(text, place, |_, file| Err(Error::input(place, format!("{file} is not beside the card"))))
    }

    /// The same, with what reads a text file of the folder: a file with labels.
    pub(crate) fn parse_in(text: &str, place: &str, read: impl Fn(&Self, &str) -> Result<String>) -> Result<Self> {
        let mut card: Self = serde_saphyr::from_str(text).map_err(|error| {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or("not a card").trim_end();
            Error::input(place, line.strip_prefix("error: ").unwrap_or(line).to_string())
                .with_hint("the keys of a card are described in docs/reference/card.md")
        })?;
        let wrong = |problem| Error::input(place, problem);
        // Before any of them is read.
        card.check_files().map_err(wrong)?;
        for head in 0..card.heads.len() {
            if let Some(file) = card.heads[head].labels_file.clone() {
                let text = read(&card, &file)?;
                card.heads[head].name_labels(&text).map_err(|problem| wrong(format!("{file}: {problem}")))?;
            }
        }
        card.check_made_heads().map_err(wrong)?;
        card.complete();
        card.check().map_err(wrong)?;
        card.sha256 = crate::digest::sha256(text.as_bytes());
        Ok(card)
    }

    /// Sets what a head leaves to the rest of the card.
    fn complete(&mut self) {
        self.window.fixed = self.window.written_fixed.unwrap_or(!self.input.encoding.has_tokenizer());
        self.complete_made();
        let (is_track, core) = (self.is_track(), self.window.core);
        let whole = |head: &&mut HeadCard| is_track && head.bin.is_none() && !head.axes(is_track).has_bins();
        self.heads.iter_mut().filter(whole).for_each(|head| head.bin = Some(core));
    }

    /// Whether there is a score for every bin of the core.
    pub(crate) fn is_track(&self) -> bool {
        let per = self.language().map(|rule| rule.per).or(self.embed.as_ref().map(|rule| rule.per));
        self.kind == Kind::Track || per == Some(Per::Base)
    }

    /// Names of all files that the card names.
    pub(crate) fn file_names(&self) -> Vec<&str> {
        let files = &self.files;
        let optional = [files.tokenizer.as_deref(), files.vocabulary.as_deref(), self.self_test.as_deref()];
        let changes = self.variants.changes.iter().flat_map(|changes| [&changes.stretch, &changes.change]);
        let networks =
            std::iter::once(&files.model).chain(changes).flat_map(|names| names.0.iter().map(String::as_str));
        let labels = self.heads.iter().filter_map(|head| head.labels_file.as_deref());
        let data = files.data.iter().map(String::as_str);
        networks.chain(data).chain(optional.into_iter().flatten()).chain(labels).collect()
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
            ("unknown: zeros", "unknown: zeros, colours: 1", "colours"),
            ("unknown: zeros", "unknown: zeros, reversed: 1", "invalid boolean"),
            ("kind: classify", "kind: classify\ncolour: red", "colour"),
            ("activation: sigmoid", "activation: softmax", "always 1"),
            ("name: promoter, output", "name: start, output", "that of another column of the tables"),
            ("name: promoter, output", "name: Contig, output", "that of another column of the tables"),
            ("stride: 4}", "stride: 4, multiple: 4}", "multiple belongs to tracks"),
            ("heads:", "variants: {deleted: zero}\nheads:", "deleted belongs to tracks"),
            ("unknown: zeros", "unknown: zeros, padding_id: -1", "padding_id is -1"),
            ("dtype: f32", "dtype: u8, padding_id: 256", "between 0 and 255"),
            ("unknown: zeros", "unknown: zeros, max_tokens: 4", "max_tokens belongs to kmer"),
            ("unknown: zeros", "unknown: zeros, too_many_tokens: truncate", "needs max_tokens"),
            ("heads:", "run: {rows: 0}\nheads:", "rows must be between"),
            ("heads:", "run: {tolerance: .nan}\nheads:", "tolerance must be a number"),
            ("heads:", "variants: {compare: median}\nheads:", "unknown variant `median`"),
            ("dtype: f32", "dtype: f32, order: ACGU", "order is ACGU"),
            ("unknown: zeros", "unknown: token", "unknown must be"),
            ("channels-first", "[rows, bases]", "one-hot needs layout"),
            ("channels-first", "[bases, rows, channels]", "layout must begin with rows"),
            ("unknown: zeros", "unknown: zeros, others: [{tensor: x, holds: positions}]", "x is named twice"),
            ("unknown: zeros", "unknown: zeros, others: [{tensor: m, holds: constant, shape: [0]}]", "shape must have"),
            (
                "unknown: zeros",
                "unknown: zeros, others: [{tensor: m, holds: positions, value: 1}]",
                "belong to a constant",
            ),
            ("unknown: zeros", "unknown: zeros, others: [{tensor: m, holds: zeros}]", "unknown variant `zeros`"),
            ("labels: [promoter]", "labels: [promoter], over: bins", "over belongs to activation softmax"),
            ("labels: [promoter]", "labels: [promoter], layout: [rows, bins]", "bins belongs to kind track"),
            ("labels: [promoter]", "labels: [promoter, b], layout: [rows]", "2 labels need an axis of labels"),
            ("labels: [promoter]", "labels: [promoter], classes: 2, class: 1", "need an axis of classes"),
            (
                "labels: [promoter]",
                "labels: [promoter], layout: [rows, classes], classes: 2, class: 2",
                "needs classes",
            ),
            ("labels: [promoter]", "labels: [promoter], crop: [0, 1]", "crop needs an axis of bins"),
            ("labels: [promoter]", "labels: [promoter], swap: [[promoter, b]]", "swap \"b\" is not one of"),
            ("labels: [promoter]", "labels: [promoter], labels_file: x.txt", "sha256 of x.txt is missing"),
            ("labels: [promoter]", "labels: [promoter], labels_file: ../x", "is not the name of a file"),
            ("model: model.onnx,", "model: model.onnx, data: [w],", "sha256 of w is missing"),
        ] {
            let error = Card::parse(&GOOD.replace(from, to), "card.yaml").expect_err(to).to_string();
            assert!(error.contains(say), "{error}");
        }
    }

    #[test]
    fn rows_of_a_tokenizer_are_not_padded_unless_the_card_says_so() {
        let card = |window: &str, input: &str| {
            let card = GOOD.replace("stride: 4", &format!("stride: 4{window}"));
            let card = card
                .replace("{encoding: one-hot, tensor: x, layout: channels-first, dtype: f32, unknown: zeros}", input);
            let card = card
                .replace("model: model.onnx,", "model: model.onnx, tokenizer: t,")
                .replace("onnx: ab", "onnx: ab, t: cd");
            Card::parse(&card, "card.yaml").expect("a card").window.fixed
        };
        let bpe = "{encoding: bpe, tensor: x, layout: tokens, dtype: i64, unknown: token}";
        let base = "{encoding: base, tensor: x, layout: tokens, dtype: i64, unknown: token, reversed: true}";
        assert_eq!([card("", bpe), card(", fixed: true", bpe), card("", base)], [false, true, true]);
    }

    #[test]
    fn names_are_made_of_published_labels() {
        let text = "GM12878|H3K27ac\nGM12878|H3K27ac\n8988T | DNase\ngm12878-h3k27ac_2\nDNASE:liver (adult)\r\n";
        let card = GOOD.replace("labels: [promoter]", "labels_file: l.txt").replace("onnx: ab", "onnx: ab, l.txt: cd");
        let card = Card::parse_in(&card, "card.yaml", |_, file| Ok(if file == "l.txt" { text } else { "" }.into()));
        let columns = card.expect("a card").columns();
        let names: Vec<&str> = columns.iter().map(|column| column.label.as_str()).collect();
        let wanted =
            ["GM12878_H3K27ac", "GM12878_H3K27ac_2", "t_8988T_DNase", "gm12878-h3k27ac_2_2", "DNASE_liver_adult"];
        assert_eq!(names, wanted);
        assert_eq!(columns[4].title.as_deref(), Some("DNASE:liver (adult)"));
    }

    #[test]
    fn labels_that_swap_and_heads_of_the_whole_window_are_of_a_track() {
        let track = |head: &str, strand: &str| {
            let heads = format!(
                "heads: [{{name: p, output: y, activation: identity, labels: [plus, minus, both], {head}}}]\nstrand: {strand}\n"
            );
            let card = GOOD.replace("kind: classify", "kind: track");
            Card::parse(&(card[..card.find("heads:").expect("heads")].to_string() + &heads), "card.yaml")
        };
        let card = track("bin: 1, swap: [[plus, minus]], strands: ['+', '-', '.']", "average").expect("a card");
        assert_eq!(card.columns().iter().map(|column| column.partner).collect::<Vec<_>>(), [1, 0, 2]);
        let card = track("layout: [rows, labels]", "forward").expect("a card");
        assert_eq!((card.bin(), card.bins()), (Some(4), 1));
        for (head, strand, say) in [
            ("bin: 1, swap: [[plus, minus]]", "forward", "swap is for a network that reads both strands"),
            ("bin: 1, swap: [[plus, minus], [minus, both]]", "max", "swap has \"minus\" twice"),
            ("bin: 1, strands: ['+', '-', '.']", "max", "or `swap` with the label of the other strand"),
            ("bin: 2, layout: [rows, labels]", "forward", "its bin is the core (4)"),
        ] {
            let error = track(head, strand).expect_err(head).to_string();
            assert!(error.contains(say), "{error}");
        }
    }
}
