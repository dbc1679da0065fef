//! What a card must not contradict: one function for each part of it.
//!
//! Each check returns the first problem as one line that begins with the key. [`Card::check`] calls them in the order of the keys.

use super::{
    heads::{Activation, StrandRule},
    input::{Dtype, Encoding, Unknown},
    schema::{Card, GenerateRule, Kind, WindowRule},
    variants::{ChangeRule, Deleted, Ends},
};

/// The first problem of a part of the card, in words.
pub(super) type Checked = Result<(), String>;

impl Card {
    /// The first contradiction in the card, in words.
    pub(super) fn check(&self) -> Checked {
        self.check_networks()?;
        self.check_texts()?;
        self.check_run()?;
        match (&self.generate, self.kind) {
            (Some(rule), Kind::Generate) => {
                self.check_generator()?;
                self.input.check_padding()?;
                rule.check()
            }
            (None, Kind::Generate) => Err("kind generate needs the part `generate`".into()),
            (Some(_), _) => Err("generate: belongs to kind generate".into()),
            (None, _) => self.check_scorer(),
        }
    }

    /// A card of a network that scores windows.
    fn check_scorer(&self) -> Checked {
        self.check_header_texts()?;
        self.window.check()?;
        self.input.check()?;
        if self.input.reversed && self.is_track() {
            return Err("input: reversed does not suit kind track: its bins are from left to right".into());
        }
        self.check_special_tokens()?;
        self.check_middle_core()?;
        self.check_tokenizer()?;
        self.check_dynamic_rows()?;
        if self.heads.is_empty() {
            return Err("heads: at least one is needed".into());
        }
        self.check_language()?;
        self.check_embed()?;
        self.check_changes()?;
        self.check_multiple()?;
        self.check_deleted()?;
        self.check_heads()?;
        self.check_table_columns()?;
        self.check_column_names()
    }

    fn check_networks(&self) -> Checked {
        match self.files.model.0.len() {
            0 => Err("files: model lists no network".into()),
            1..=64 => Ok(()),
            _ => Err("files: model lists more than 64 networks".into()),
        }
    }

    /// Texts are written into tables and headers, a line each.
    fn check_texts(&self) -> Checked {
        check_word("name", &self.name)?;
        let one_line = [("version", &self.version), ("license", &self.license), ("summary", &self.summary)];
        let more = self.citation.iter().map(|text| ("citation", text));
        let more = more.chain(self.trained_on.iter().map(|text| ("trained_on", text)));
        let more = more.chain(self.notes.iter().map(|text| ("notes", text)));
        match one_line.into_iter().chain(more).find(|(_, text)| text.chars().any(char::is_control)) {
            Some((key, _)) => Err(format!("{key} contains a line end or another control character")),
            None => Ok(()),
        }
    }

    fn check_run(&self) -> Checked {
        if self.run.rows.is_some_and(|rows| !(1..=4096).contains(&rows)) {
            return Err("run: rows must be between 1 and 4,096".into());
        }
        if !(self.run.tolerance.is_finite() && self.run.tolerance >= 0.0) {
            return Err("run: tolerance must be a number of at least 0".into());
        }
        Ok(())
    }

    pub(super) fn check_files(&self) -> Checked {
        for file in self.file_names() {
            if file.is_empty() || file.contains(['/', '\\']) || file == ".." || file.starts_with('.') {
                return Err(format!("files: \"{file}\" is not the name of a file in the folder"));
            }
            if Some(file) != self.self_test.as_deref() && !self.files.sha256.contains_key(file) {
                return Err(format!("files: sha256 of {file} is missing: `sha256sum {file}` computes it"));
            }
        }
        Ok(())
    }

    /// A card of kind generate, without its part `generate`.
    fn check_generator(&self) -> Checked {
        let input = &self.input;
        if self.window.span != 0 || !self.heads.is_empty() {
            return Err("kind generate has neither window nor heads".into());
        }
        if !matches!(input.encoding, Encoding::Hybrid | Encoding::Bpe) || self.files.tokenizer.is_none() {
            return Err("kind generate needs encoding hybrid or bpe, and a tokenizer (files: tokenizer)".into());
        }
        if input.mask.is_none() || input.dtype != Dtype::I64 || !input.layout.is_tokens() {
            return Err("kind generate needs an attention mask (input: mask), layout tokens and dtype i64".into());
        }
        if self.files.model.0.len() != 1 {
            return Err("kind generate has one network".into());
        }
        if input.reversed || !input.others.is_empty() || input.order.is_some() || input.unknown.base().is_some() {
            return Err(
                "kind generate has no other inputs (input: others), no order and no base for unknown ones".into()
            );
        }
        if input.max_tokens.is_some() {
            return Err(
                "input: max_tokens belongs to windows; the limit of a prompt and its answer is generate: context"
                    .into(),
            );
        }
        Ok(())
    }

    /// Version and licence are written between quotes into VCF headers.
    fn check_header_texts(&self) -> Checked {
        match [&self.version, &self.license].into_iter().any(|text| text.contains(['"', '\\'])) {
            true => Err("version and license must not contain quotes or backslashes".into()),
            false => Ok(()),
        }
    }

    fn check_special_tokens(&self) -> Checked {
        let special = self.input.prefix.is_some() || self.input.suffix.is_some();
        match special && self.files.vocabulary.is_none() {
            true => Err("input: prefix and suffix need a vocabulary (files: vocabulary)".into()),
            false => Ok(()),
        }
    }

    /// A track that is scored on both strands is reversed around the middle of the core.
    fn check_middle_core(&self) -> Checked {
        let both_strands = self.is_track() && self.strand != StrandRule::Forward;
        match both_strands && !(self.window.span - self.window.core).is_multiple_of(2) {
            true => Err(
                "window: a track scored on both strands needs its core in the exact middle: span - core must be even"
                    .into(),
            ),
            false => Ok(()),
        }
    }

    fn check_tokenizer(&self) -> Checked {
        match self.input.encoding.has_tokenizer() && self.files.tokenizer.is_none() {
            true => Err("files: bpe and hybrid need a tokenizer".into()),
            false => Ok(()),
        }
    }

    /// Rows of different lengths in one call need a mask that hides the padding.
    fn check_dynamic_rows(&self) -> Checked {
        // Rows of tokens are grouped by their lengths.
        let one_length = self.window.fixed || self.input.encoding.has_tokenizer() || self.kind.reads_tokens();
        match !one_length && self.input.mask.is_none() && self.run.rows != Some(1) {
            true => Err("window: fixed: false needs an attention mask (input: mask), or run: rows: 1".into()),
            false => Ok(()),
        }
    }

    fn check_changes(&self) -> Checked {
        match &self.variants.changes {
            Some(changes) => self.check_change_networks(changes),
            None if self.variants.ends == Some(Ends::Pad) && !self.window.fixed => {
                Err("variants: ends: pad needs rows of one length (window: fixed: true)".into())
            }
            None if self.variants.genes => {
                Err("variants: genes needs changes: the networks that answer for a change".into())
            }
            None => Ok(()),
        }
    }

    fn check_change_networks(&self, changes: &ChangeRule) -> Checked {
        let members = self.files.model.0.len();
        let input = &self.input;
        if changes.stretch.0.len() != members || changes.change.0.len() != members {
            return Err(format!(
                "variants: changes has {} and {} networks for {members} members",
                changes.stretch.0.len(),
                changes.change.0.len()
            ));
        }
        if self.kind != Kind::Track || self.heads.iter().any(|head| head.bin != Some(1)) {
            return Err("variants: changes belongs to tracks with bins of one base".into());
        }
        if let Some(head) = self.heads.iter().find(|head| !head.is_plain()) {
            return Err(format!(
                "variants: changes does not suit head {}: its output must be (rows, bins, labels) or (rows, labels, bins), without crop, and with no softmax over bins",
                head.name
            ));
        }
        if input.encoding != Encoding::OneHot
            || input.dtype != Dtype::F32
            || !input.layout.is_channels_first()
            || input.order() != "ACGT"
            || !input.others.is_empty()
            || input.unknown != Unknown::Zeros
        {
            return Err(
                "variants: changes needs one-hot input, channels first, f32, ACGT, with zeros for unknown bases, and no other input".into()
            );
        }
        if !(1..=4096).contains(&changes.states) {
            return Err(format!("variants: changes has {} states; it must be between 1 and 4,096", changes.states));
        }
        if !changes.context.is_multiple_of(2) || changes.context > 1 << 20 {
            return Err(format!(
                "variants: the context of changes is {}; it must be even, and at most 1,048,576",
                changes.context
            ));
        }
        Ok(())
    }

    fn check_multiple(&self) -> Checked {
        let Some(multiple) = self.window.multiple else { return Ok(()) };
        let window = &self.window;
        if self.kind != Kind::Track || !matches!(self.input.encoding, Encoding::OneHot | Encoding::Base) {
            return Err("window: multiple belongs to tracks with one-hot or base input".into());
        }
        if multiple == 0 || !window.fixed || !(window.span - window.core).is_multiple_of(2) {
            return Err("window: multiple must be at least 1, with fixed: true and an even span - core".into());
        }
        if !window.span.is_multiple_of(multiple) {
            return Err(format!("window: span ({}) is not a whole number of multiples ({multiple})", window.span));
        }
        let wide = self.heads.iter().find(|head| {
            head.bin.is_some_and(|bin| bin > 0 && !(multiple.is_multiple_of(bin) && window.core.is_multiple_of(bin)))
        });
        match wide {
            Some(head) => Err(format!("head {}: its bin does not divide window: multiple ({multiple})", head.name)),
            None => Ok(()),
        }
    }

    fn check_deleted(&self) -> Checked {
        let Some(deleted) = self.variants.deleted else { return Ok(()) };
        if self.kind != Kind::Track {
            return Err("variants: deleted belongs to tracks: the score of a whole window is not of one base".into());
        }
        if deleted == Deleted::Absent {
            return Ok(());
        }
        let fine = || self.heads.iter().filter(|head| head.bin == Some(1));
        if let Some(head) = fine().find(|head| head.activation == Activation::Identity) {
            return Err(format!(
                "variants: deleted: zero is not suitable for head {}: with activation identity, 0 does not mean absence",
                head.name
            ));
        }
        if fine().next().is_none() {
            return Err(
                "variants: deleted: zero needs a head with bins of one base: wider bins hold other bases too".into()
            );
        }
        Ok(())
    }
}

impl WindowRule {
    fn check(&self) -> Checked {
        if self.span == 0 || self.core == 0 || self.stride == 0 {
            return Err("window: span, core and stride must be at least 1".into());
        }
        if self.stride > 1 << 40 {
            return Err("window: stride may not exceed 1,099,511,627,776 bases".into());
        }
        if self.span > 16_777_216 {
            return Err("window: span may not exceed 16,777,216 bases".into());
        }
        if self.core > self.span {
            return Err(format!("window: core ({}) is longer than span ({})", self.core, self.span));
        }
        if self.min_span.is_some_and(|min| min > self.span) {
            return Err(format!("window: min_span is longer than span ({})", self.span));
        }
        if !(0.0..=1.0).contains(&self.max_unknown) {
            return Err("window: max_unknown must be between 0 and 1".into());
        }
        Ok(())
    }
}

impl GenerateRule {
    fn check(&self) -> Checked {
        let within = |what: &str, number: usize, least: usize, most: usize| match number {
            n if (least..=most).contains(&n) => Ok(()),
            n => Err(format!("generate: {what} is {n}; it must be between {least} and {most}")),
        };
        within("layers", self.layers, 1, 1024)?;
        within("heads", self.heads, 1, 1024)?;
        within("head_width", self.head_width, 1, 4096)?;
        self.hidden.as_ref().map_or(Ok(()), |rule| within("hidden: width", rule.width, 1, 65_536))?;
        within("context", self.context, 2, 1 << 20)?;
        within("max_tokens", self.max_tokens(), 1, self.context)?;
        for (key, pattern) in [("past", &self.past), ("present", &self.present)] {
            if !pattern.contains("{layer}") || !pattern.contains("{part}") {
                return Err(format!("generate: {key} must hold {{layer}} and {{part}}"));
            }
        }
        if self.stop.is_empty() {
            return Err("generate: stop needs at least one token".into());
        }
        Ok(())
    }
}

/// Names become parts of columns and tags: letters, digits, `_` and `-`, a letter first.
pub(super) fn check_word(what: &str, text: &str) -> Checked {
    let good = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let start = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    match good && start {
        true => Ok(()),
        false => Err(format!("{what} \"{text}\" must be a word of letters, digits, _ and -, starting with a letter")),
    }
}
