//! What the `input` of a card must not contradict.

use super::{
    check::Checked,
    input::{Carrier, Dtype, Encoding, Holds, Input, OtherInput, TooManyTokens, Unknown},
};

/// Most values of a constant in a row.
const MOST_VALUES: usize = 1 << 24;

impl Input {
    /// The first contradiction, in words.
    pub(super) fn check(&self) -> Checked {
        self.check_layout()?;
        self.check_dtype()?;
        self.check_order()?;
        self.check_unknown()?;
        self.check_k()?;
        self.check_padding()?;
        self.check_max_tokens()?;
        self.check_mask()?;
        self.others.iter().try_for_each(|other| self.check_other(other))
    }

    fn check_layout(&self) -> Checked {
        match (self.encoding, self.layout.has_channels()) {
            (Encoding::OneHot, false) => {
                Err("input: one-hot needs layout channels-first or channels-last, or a list of axes with channels"
                    .into())
            }
            (Encoding::OneHot, true) | (_, false) => Ok(()),
            (_, true) => Err("input: this encoding needs layout tokens, or a list of axes without channels".into()),
        }
    }

    fn check_dtype(&self) -> Checked {
        let (good, allowed) = match self.encoding {
            Encoding::OneHot => (true, ""),
            Encoding::Base => (self.dtype != Dtype::Bool, "f32, f64, f16, i64, i32 or u8"),
            Encoding::Bytes => (!matches!(self.dtype, Dtype::Bool | Dtype::F16), "f32, f64, i64, i32 or u8"),
            Encoding::Kmer | Encoding::Bpe | Encoding::Hybrid => {
                (matches!(self.dtype, Dtype::I64 | Dtype::I32 | Dtype::F32 | Dtype::F64), "i64, i32, f32 or f64")
            }
        };
        match good {
            true => Ok(()),
            false => Err(format!("input: this encoding cannot be written in this dtype, but in {allowed}")),
        }
    }

    fn check_order(&self) -> Checked {
        let Some(order) = &self.order else { return Ok(()) };
        if !matches!(self.encoding, Encoding::OneHot | Encoding::Base) {
            return Err(
                "input: order belongs to one-hot and base: other encodings have a vocabulary or a tokenizer".into()
            );
        }
        let mut letters: Vec<char> = order.chars().collect();
        letters.sort_unstable();
        match letters.as_slice() {
            ['A', 'C', 'G', 'T'] | ['A', 'C', 'G', 'N', 'T'] => Ok(()),
            _ => Err(format!("input: order is {order}; it must have A, C, G and T once each, and N at most once")),
        }
    }

    fn check_unknown(&self) -> Checked {
        let has_n = self.order().contains('N');
        let float = self.dtype.carrier(self.encoding) == Carrier::F32;
        let good = match (self.encoding, self.unknown) {
            (_, Unknown::Skip | Unknown::A | Unknown::C | Unknown::G | Unknown::T) => true,
            (Encoding::OneHot, Unknown::Zeros) => true,
            (Encoding::OneHot, Unknown::Uniform) => float && !has_n,
            (Encoding::OneHot, Unknown::Token) => has_n,
            (_, unknown) => unknown == Unknown::Token,
        };
        match good {
            true => Ok(()),
            false => Err("input: unknown must be zeros, uniform (floats), token (with N in the order) or skip for one-hot, token or skip for tokens; or the base that is read instead: A, C, G or T".into()),
        }
    }

    fn check_k(&self) -> Checked {
        match (self.encoding, self.k) {
            (Encoding::Kmer, Some(1..=8)) => Ok(()),
            (Encoding::Kmer, _) => Err("input: k-mers need k between 1 and 8".into()),
            (_, Some(_)) => Err("input: k belongs to k-mers".into()),
            _ => Ok(()),
        }
    }

    /// rten has no 64-bit integers, and 32-bit floats hold whole numbers up to 2^24.
    pub(super) fn check_padding(&self) -> Checked {
        let most = match self.dtype {
            Dtype::Bool => 1,
            Dtype::U8 => i64::from(u8::MAX),
            Dtype::F16 => 1 << 11,
            Dtype::F32 => 1 << 24,
            Dtype::I32 | Dtype::I64 | Dtype::F64 => i64::from(i32::MAX),
        };
        match self.padding_id {
            id if (0..=most).contains(&id) => Ok(()),
            id => Err(format!("input: padding_id is {id}; with this dtype it must be between 0 and {most}")),
        }
    }

    fn check_max_tokens(&self) -> Checked {
        match (self.max_tokens, self.encoding) {
            (None, _) if self.too_many_tokens == TooManyTokens::Skip => Ok(()),
            (None, _) => Err("input: too_many_tokens needs max_tokens".into()),
            (Some(1..=1_048_576), Encoding::Kmer | Encoding::Bpe | Encoding::Hybrid) => Ok(()),
            (Some(_), Encoding::OneHot | Encoding::Base | Encoding::Bytes) => Err(
                "input: max_tokens belongs to kmer, bpe and hybrid: rows of other encodings are counted in bases (window: span)"
                    .into(),
            ),
            (Some(_), _) => Err("input: max_tokens must be between 1 and 1,048,576".into()),
        }
    }

    fn check_mask(&self) -> Checked {
        match self.encoding == Encoding::OneHot && (self.mask.is_some() || self.types.is_some()) {
            true => Err("input: mask and types belong to tokens, not to one-hot".into()),
            false => Ok(()),
        }
    }

    /// A further input has what belongs to it, and a name of its own.
    fn check_other(&self, other: &OtherInput) -> Checked {
        let name = &other.tensor;
        let named = [Some(&self.tensor), self.mask.as_ref(), self.types.as_ref()];
        let others = self.others.iter().filter(|one| one.tensor == *name).count();
        if others > 1 || named.into_iter().flatten().any(|one| one == name) {
            return Err(format!("input: others: {name} is named twice"));
        }
        let is_constant = other.holds == Holds::Constant;
        if !is_constant && (other.value != 0.0 || !other.shape.is_empty()) {
            return Err(format!("input: others: {name}: value and shape belong to a constant"));
        }
        if other.holds != Holds::Positions && other.from != 0 {
            return Err(format!("input: others: {name}: from belongs to positions"));
        }
        if !(0..=1 << 20).contains(&other.from) {
            return Err(format!("input: others: {name}: from must be between 0 and 1,048,576"));
        }
        if !other.value.is_finite() {
            return Err(format!("input: others: {name}: value must be a number"));
        }
        let size = other.shape.iter().try_fold(1usize, |size, &len| size.checked_mul(len).filter(|&size| size > 0));
        if is_constant && (other.shape.len() > 8 || size.is_none_or(|size| size > MOST_VALUES)) {
            return Err(format!("input: others: {name}: shape must have 1 to {MOST_VALUES} values a row"));
        }
        match other.holds == Holds::ReverseComplement && self.encoding.is_tokens() {
            true => Err(format!(
                "input: others: {name}: the reverse complement belongs to one-hot, base and bytes: other rows may differ in length"
            )),
            false => Ok(()),
        }
    }
}
