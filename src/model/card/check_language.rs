//! Language models and vectors: the head that their answer makes, and what their cards must not contradict.

use super::{
    check::Checked,
    embed::Pool,
    heads::{HeadCard, Made, StrandRule},
    input::{Encoding, Holds, TooManyTokens},
    language::{LanguageRule, Per, Reduce},
    schema::{Card, Kind},
    variants::{Comparison, Deleted},
};

/// The name of the score of a language model.
const SCORE: &str = "log_likelihood";

/// The name of a vector.
const VECTOR: &str = "embedding";

const NEEDS_BASES: &str = "PART: per: base needs a token for each base: encoding base, bytes, or kmer with k: 1";

/// Numbers of a vector, at most.
const MOST_NUMBERS: usize = 1 << 16;

impl Card {
    /// The rule of a language model, if it is one.
    pub(crate) fn language(&self) -> Option<&LanguageRule> {
        self.language.as_ref().filter(|_| self.kind.is_language())
    }

    /// The same model, where alleles are compared: a likelihood is of all tokens of a row.
    pub(crate) fn of_alleles(mut self) -> Self {
        if let Some(rule) = &mut self.language {
            rule.per = Per::Window;
            self.heads.clear();
            self.complete_made();
        }
        self
    }

    /// The same model, of which a few tokens of a row are scored, on one strand: where it is only to be seen whether the network runs.
    pub(crate) fn scoring_few_tokens(mut self) -> Self {
        self.strand = StrandRule::Forward;
        if let Some(rule) = &mut self.language {
            rule.most_scored = Some(4);
        }
        self
    }

    /// Adds the head of a language model, its score, or that of a vector.
    pub(super) fn complete_made(&mut self) {
        if let (Some(rule), true) = (&self.embed, self.heads.is_empty()) {
            let labels = (0..rule.width.min(MOST_NUMBERS)).map(|number| format!("d{number}")).collect();
            let bin = (rule.per == Per::Base).then_some(1);
            self.heads.push(HeadCard::made(Made::Vector, VECTOR, &rule.output, labels, bin));
        }
        if let (Some(rule), true) = (&self.language, self.heads.is_empty()) {
            let bin = (rule.per == Per::Base).then_some(1);
            self.heads.push(HeadCard::made(Made::Likelihood, SCORE, &rule.output, vec![SCORE.into()], bin));
        }
    }

    /// What must hold before the card is completed.
    pub(super) fn check_made_heads(&self) -> Checked {
        match (self.kind == Kind::Embed, &self.embed) {
            (true, None) => return Err("kind embed needs the part `embed`".into()),
            (false, Some(_)) => return Err("embed: belongs to kind embed".into()),
            (true, Some(_)) if !self.heads.is_empty() => {
                return Err(format!("heads: kind embed has none: its vector is {VECTOR}"));
            }
            _ => {}
        }
        match (self.kind.is_language(), &self.language) {
            (true, None) => Err(format!("kind {} needs the part `language`", self.kind.name())),
            (false, Some(_)) => Err("language: belongs to kinds likelihood and masked".into()),
            (true, Some(_)) if !self.heads.is_empty() => {
                Err(format!("heads: kind {} has none: its score is {SCORE}", self.kind.name()))
            }
            _ => Ok(()),
        }
    }

    /// A card of kind embed.
    pub(super) fn check_embed(&self) -> Checked {
        let Some(rule) = &self.embed else { return Ok(()) };
        if !(1..=MOST_NUMBERS).contains(&rule.width) {
            return Err(format!("embed: width is {}; it must be between 1 and 65,536", rule.width));
        }
        if matches!(self.input.encoding, Encoding::OneHot | Encoding::Hybrid) {
            return Err(
                "embed: vectors are of tokens: encoding base, bytes, kmer or bpe; a network with one-hot input and an output (rows, numbers) is of kind regress"
                    .into(),
            );
        }
        if self.input.reversed || self.input.has_reverse() || self.window.multiple.is_some() {
            return Err("embed: reversed, reverse-complement and multiple do not suit vectors".into());
        }
        if self.strand == StrandRule::Max {
            return Err("strand: max does not suit vectors: no strand has the larger one".into());
        }
        match rule.per {
            Per::Base if rule.pool != Pool::Mean => Err("embed: pool belongs to per: window".into()),
            Per::Base if !self.has_token_a_base() => Err(NEEDS_BASES.replace("PART", "embed")),
            Per::Base if !self.window.fixed => {
                Err("embed: per: base needs rows of one length (window: fixed: true)".into())
            }
            _ => Ok(()),
        }
    }

    /// Whether each base is a token.
    fn has_token_a_base(&self) -> bool {
        matches!(self.input.encoding, Encoding::Base | Encoding::Bytes) || self.input.k == Some(1)
    }

    /// A card of a language model.
    pub(super) fn check_language(&self) -> Checked {
        let Some(rule) = self.language() else { return Ok(()) };
        let (input, masked) = (&self.input, self.kind == Kind::Masked);
        match (masked, rule.mask_id) {
            (true, None) => return Err("language: kind masked needs mask_id, the id of [MASK] or <mask>".into()),
            (false, Some(_)) => return Err("language: mask_id belongs to kind masked".into()),
            (_, Some(id)) if !(0..=i64::from(i32::MAX)).contains(&id) => {
                return Err(format!("language: mask_id is {id}; it must be between 0 and {}", i32::MAX));
            }
            _ => {}
        }
        if matches!(input.encoding, Encoding::OneHot | Encoding::Hybrid) || input.overlapping {
            return Err(
                "language: a language model needs ids that share no bases: encoding base, bytes, kmer (overlapping: false) or bpe"
                    .into(),
            );
        }
        if input.reversed || input.others.iter().any(|other| other.holds == Holds::ReverseComplement) {
            return Err("language: reversed and reverse-complement do not suit a language model".into());
        }
        if input.too_many_tokens == TooManyTokens::Truncate {
            return Err("input: too_many_tokens: truncate does not suit a language model: use skip".into());
        }
        if self.window.multiple.is_some() {
            return Err("window: multiple does not suit a language model".into());
        }
        self.check_bases_of_language(rule)?;
        self.check_alleles_of_language()
    }

    /// A score for each base needs a token for each, and in a causal model one before each.
    fn check_bases_of_language(&self, rule: &LanguageRule) -> Checked {
        let (input, window) = (&self.input, &self.window);
        if rule.per == Per::Window {
            return Ok(());
        }
        if !self.has_token_a_base() {
            return Err(NEEDS_BASES.replace("PART", "language"));
        }
        if rule.reduce == Reduce::Mean {
            return Err("language: reduce belongs to per: window".into());
        }
        if !window.fixed {
            return Err("language: per: base needs rows of one length (window: fixed: true)".into());
        }
        let has_first = input.prefix.is_some() || (window.left() > 0 && window.span > window.core + window.left());
        match self.kind == Kind::Likelihood && !has_first {
            true => Err(
                "language: the first base of a row has no likelihood without a token before it: window: core must be smaller than span, with bases on either side, or the input needs a prefix"
                    .into(),
            ),
            false => Ok(()),
        }
    }

    fn check_alleles_of_language(&self) -> Checked {
        let variants = &self.variants;
        if variants.compare != Comparison::Max {
            return Err(
                "variants: compare does not suit a language model: alleles have the ratio of their likelihoods".into(),
            );
        }
        if variants.deleted == Some(Deleted::Zero) || variants.genes || variants.changes.is_some() {
            return Err("variants: deleted, genes and changes do not suit a language model".into());
        }
        match variants.distance.is_some() && self.kind != Kind::Masked {
            true => Err("variants: distance suits kind masked: a causal likelihood is of the whole row".into()),
            false => Ok(()),
        }
    }
}
