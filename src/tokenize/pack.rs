//! Rows become calls: rows of the same padded length together, as many in each call as the engine takes.

use std::collections::BTreeMap;

use crate::{
    batch::{Call, Encoded},
    model::card::{Card, Carrier, Encoding, InputAxes, Side},
};

/// Rows of ids are padded to a multiple of this. 16, 32 and 64 cost the same within 3 % on a BPE transformer; 32
/// keeps both the padding and the number of different shapes small.
const BUCKET: usize = 32;

/// Groups rows into calls of one shape each, and pads ids.
pub(crate) struct Packer {
    /// Axes of the input.
    pub layout: InputAxes,
    /// Number type in which rows are made.
    pub carrier: Carrier,
    /// Rows of every call.
    pub call_rows: usize,
    padding: i64,
    padding_side: Side,
    has_mask: bool,
    /// Rows are padded to a multiple of this many tokens. The padding of a row depends on its own length only.
    bucket: usize,
}

impl Packer {
    /// From a checked card. `call_rows`: see [`crate::model::card::RunRule::call_rows`].
    pub(crate) fn new(card: &Card, call_rows: usize) -> Self {
        let input = &card.input;
        let same_len = card.window.fixed && !matches!(input.encoding, Encoding::Bpe | Encoding::Hybrid);
        // Padding that no mask hides would be read as sequence: such rows keep their own length.
        let exact = same_len || input.mask.is_none();
        Self {
            layout: input.layout.clone(),
            carrier: input.dtype.carrier(input.encoding),
            call_rows,
            padding: input.padding_id,
            padding_side: input.padding_side,
            has_mask: input.mask.is_some(),
            bucket: if exact { 1 } else { BUCKET },
        }
    }

    /// The length of a row of `len` bases or tokens with its padding.
    pub(crate) fn padded(&self, len: usize) -> usize {
        len.div_ceil(self.bucket).max(1) * self.bucket
    }

    /// Tokens of padding before the first token of a row.
    pub(crate) fn before(&self, tokens: usize, len: usize) -> usize {
        match self.padding_side {
            Side::Right => 0,
            Side::Left => len.saturating_sub(tokens),
        }
    }

    /// Groups rows of the same padded length into calls of `call_rows` rows, in order of first appearance.
    pub(super) fn calls(&self, lens: &[usize]) -> Vec<(usize, Vec<usize>)> {
        let mut open: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut calls = Vec::new();
        for (row, len) in lens.iter().enumerate() {
            let padded = self.padded(*len);
            let group = open.entry(padded).or_default();
            group.push(row);
            if group.len() == self.call_rows {
                calls.push((padded, std::mem::take(group)));
            }
        }
        calls.extend(open.into_iter().filter(|(_, rows)| !rows.is_empty()));
        calls
    }

    /// Calls of rows of ids: `row` gives the ids of one.
    pub(crate) fn pack<'a>(&self, lens: &[usize], row: impl Fn(usize) -> &'a [i64]) -> Encoded {
        let mut encoded = Encoded { call_rows: self.call_rows, ..Encoded::default() };
        for (len, members) in self.calls(lens) {
            let (start, mask_start) = (encoded.len(self.carrier), encoded.masks.len());
            for place in 0..self.call_rows {
                let ids: &[i64] = members.get(place).map_or(&[], |&index| row(index));
                self.push_ids(ids, len, &mut encoded);
            }
            let shape = self.layout.lengths(self.call_rows, len, 1, 1);
            encoded.calls.push(Call { shape, len, start, mask_start, rows: members });
        }
        encoded
    }

    /// Appends a row of ids with its padding and its mask.
    pub(super) fn push_ids(&self, ids: &[i64], len: usize, encoded: &mut Encoded) {
        let before = self.before(ids.len(), len);
        let filling = |count| std::iter::repeat_n(self.padding, count);
        let values = filling(before).chain(ids.iter().copied()).chain(filling(len - ids.len() - before));
        match self.carrier {
            Carrier::F32 => encoded.f32s.extend(values.map(|id| id as f32)),
            Carrier::I64 => encoded.i64s.extend(values),
            Carrier::I32 => encoded.i32s.extend(values.map(|id| id as i32)),
            Carrier::U8 => encoded.u8s.extend(values.map(|id| id as u8)),
        }
        if self.has_mask {
            encoded.add_mask(ids.len(), len, self.padding_side);
        }
    }
}
