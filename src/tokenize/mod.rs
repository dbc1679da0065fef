//! Encodes bases as the network's input: one-hot, base ids, k-mer ids or BPE ids, in calls of one shape each.

mod bpe;
mod kmer;
pub(crate) mod text;

use rayon::prelude::*;

use crate::{
    batch::{Call, Encoded, Rows},
    error::{Error, Result, guard},
    genome::sequence::{BASE_CODE, UNKNOWN as N, reverse_complement_into},
    model::{
        card::{Card, Carrier, Case, Encoding, Input, InputAxes, Side, StrandRule, Unknown},
        folder::Folder,
    },
    skip::Skip,
};

/// Turns bases into token ids.
///
/// `encode` is called once per row, from any thread. The same bases have the same ids, whatever was encoded before.
pub(crate) trait Tokenizer: Send + Sync {
    /// Appends the ids of `bases` (upper or lower case; soft-masked bases are already N where the card says so).
    fn encode(&self, bases: &[u8], ids: &mut Vec<i64>) -> Result<()>;

    /// Whether it is so slow that rows are spread over threads.
    fn is_slow(&self) -> bool {
        false
    }
}

enum Scheme {
    OneHot {
        unknown: f32,
    },
    /// One id a base.
    Bases,
    Ids(Box<dyn Tokenizer>),
}

/// The code of a base that has none: four equal numbers in one-hot input.
const NONE: u8 = u8::MAX;

/// The code of each letter: its channel or its id.
fn codes(input: &Input) -> [u8; 256] {
    let place = |letter: u8| input.order().bytes().position(|own| own == letter).map(|place| place as u8);
    std::array::from_fn(|letter| {
        let known = BASE_CODE[letter];
        let base = if known == N { input.unknown.base().unwrap_or(b'N') } else { b"ACGT"[usize::from(known)] };
        match input.encoding {
            // Letters for several bases stay.
            Encoding::Bytes if known == N && base == b'N' => (letter as u8).to_ascii_uppercase(),
            Encoding::Bytes => base,
            Encoding::OneHot => place(base).filter(|_| base != b'N' || input.unknown == Unknown::Token).unwrap_or(NONE),
            _ => place(base).unwrap_or(input.order().len() as u8),
        }
    })
}

/// Encodes the rows of a batch as the network's input, as a card describes it.
pub(crate) struct Encoder {
    scheme: Scheme,
    layout: InputAxes,
    channels: usize,
    carrier: Carrier,
    codes: [u8; 256],
    /// What unknown bases are read as, before they become tokens.
    instead: Option<u8>,
    has_reverse: bool,
    reversed: bool,
    mask_lower_case: bool,
    skip_unknown: bool,
    both_strands: bool,
    has_mask: bool,
    call_rows: usize,
    padding: i64,
    padding_side: Side,
    /// Windows of more tokens are skipped.
    most_tokens: Option<usize>,
    /// Rows are padded to a multiple of this many tokens. The padding of a row depends on its own length only.
    bucket: usize,
}

/// Rows of ids are padded to a multiple of this. 16, 32 and 64 cost the same within 3 % on a BPE transformer; 32
/// keeps both the padding and the number of different shapes small.
const BUCKET: usize = 32;

impl Encoder {
    /// From a checked card and its folder. `rows`: of every call, see [`crate::model::card::RunRule::call_rows`].
    pub(crate) fn new(card: &Card, folder: &Folder, rows: usize) -> Result<Self> {
        let input = &card.input;
        let scheme = match input.encoding {
            Encoding::OneHot => Scheme::OneHot { unknown: if input.unknown == Unknown::Uniform { 0.25 } else { 0.0 } },
            Encoding::Base | Encoding::Bytes => Scheme::Bases,
            Encoding::Kmer => Scheme::Ids(Box::new(kmer::Kmers::new(card, folder)?)),
            Encoding::Bpe | Encoding::Hybrid => Scheme::Ids(Box::new(bpe::Bpe::new(card, folder)?)),
        };
        let same_len = card.window.fixed && !matches!(input.encoding, Encoding::Bpe | Encoding::Hybrid);
        // Padding that no mask hides would be read as sequence: such rows keep their own length.
        let exact = same_len || input.mask.is_none();
        Ok(Self {
            scheme,
            layout: input.layout.clone(),
            channels: input.channels(),
            carrier: input.dtype.carrier(input.encoding),
            codes: codes(input),
            instead: input.unknown.base(),
            has_reverse: input.has_reverse(),
            reversed: input.reversed,
            mask_lower_case: input.case == Case::Mask,
            skip_unknown: input.unknown == Unknown::Skip,
            both_strands: card.strand != StrandRule::Forward,
            has_mask: input.mask.is_some(),
            call_rows: rows,
            most_tokens: input.most_tokens(),
            padding: input.padding_id,
            padding_side: input.padding_side,
            bucket: if exact { 1 } else { BUCKET },
        })
    }

    /// Rows of every call from now on.
    pub(crate) fn set_rows(&mut self, rows: usize) {
        self.call_rows = rows;
    }

    /// Whether the card allows a window: every base is known if the card requires that, and no strand that is scored has more tokens than
    /// the network reads.
    pub(crate) fn admit(&self, bases: &[u8]) -> Result<(), Skip> {
        if self.skip_unknown && bases.iter().any(|&base| BASE_CODE[self.seen(base) as usize] == N) {
            return Err(Skip::UnknownBases);
        }
        let Some(most) = self.most_tokens else { return Ok(()) };
        // An error of the tokenizer is reported when the window is encoded.
        if self.most_tokens_of(bases).is_ok_and(|tokens| tokens > most) { Err(Skip::TooManyTokens) } else { Ok(()) }
    }

    /// How many tokens a window has on the strand on which it has more; 0 where the encoding has no tokens.
    pub(crate) fn most_tokens_of(&self, bases: &[u8]) -> Result<usize> {
        let Scheme::Ids(tokenizer) = &self.scheme else { return Ok(0) };
        let mut rows = Rows::default();
        rows.push(bases);
        let mut most = 0;
        for strand in 0..self.rows_per_window() {
            let (mut ids, mut turned) = (Vec::new(), Vec::new());
            self.ids(tokenizer.as_ref(), self.strand_row(&rows, strand, &mut turned), &mut ids)?;
            most = most.max(ids.len());
        }
        Ok(most)
    }

    fn ids(&self, tokenizer: &dyn Tokenizer, bases: &[u8], ids: &mut Vec<i64>) -> Result<()> {
        let masked = self.mask_lower_case && bases.iter().any(u8::is_ascii_lowercase);
        if masked || self.instead.is_some() {
            let read = |&base: &u8| match (BASE_CODE[self.seen(base) as usize], self.instead) {
                (N, Some(instead)) => instead,
                _ => self.seen(base),
            };
            return tokenizer.encode(&bases.iter().map(read).collect::<Vec<u8>>(), ids);
        }
        tokenizer.encode(bases, ids)
    }

    /// Encoded rows for each row.
    pub(crate) fn rows_per_window(&self) -> usize {
        1 + usize::from(self.both_strands)
    }

    /// A base as the network is to see it: N in place of a soft-masked one.
    fn seen(&self, base: u8) -> u8 {
        if self.mask_lower_case && base.is_ascii_lowercase() { b'N' } else { base }
    }

    fn code(&self, base: u8) -> u8 {
        self.codes[self.seen(base) as usize]
    }

    /// Encodes all rows; slow tokenizers use `pool`.
    pub(crate) fn encode(&self, rows: &Rows, pool: &rayon::ThreadPool) -> Result<Encoded> {
        let mut encoded = self.encode_rows(rows, pool)?;
        if self.has_reverse {
            let mut reverse = Rows::default();
            (0..rows.count())
                .for_each(|row| reverse.push_with(|turned| reverse_complement_into(rows.row(row), turned)));
            encoded.reverse = Some(Box::new(self.encode_rows(&reverse, pool)?));
        }
        Ok(encoded)
    }

    fn encode_rows(&self, rows: &Rows, pool: &rayon::ThreadPool) -> Result<Encoded> {
        match &self.scheme {
            Scheme::OneHot { unknown } => Ok(self.encode_one_hot(rows, *unknown)),
            Scheme::Bases => Ok(self.encode_bases(rows)),
            Scheme::Ids(tokenizer) => self.encode_ids(rows, tokenizer.as_ref(), pool),
        }
    }

    /// Bases of encoded row `index`: window `index`, or window `index / 2`, every second one reverse-complemented.
    fn strand_row<'a>(&self, rows: &'a Rows, index: usize, turned: &'a mut Vec<u8>) -> &'a [u8] {
        let row = rows.row(index / self.rows_per_window());
        let is_reverse = self.both_strands && !index.is_multiple_of(2);
        if !is_reverse && !self.reversed {
            return row;
        }
        turned.clear();
        if is_reverse {
            reverse_complement_into(row, turned)
        } else {
            turned.extend_from_slice(row)
        }
        if self.reversed {
            turned.reverse();
        }
        turned
    }

    /// Groups rows of the same padded length into calls of `call_rows` rows, in order of first appearance.
    fn calls(&self, lens: &[usize]) -> Vec<(usize, Vec<usize>)> {
        let mut open: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
        let mut calls = Vec::new();
        for (row, len) in lens.iter().enumerate() {
            let padded = len.div_ceil(self.bucket).max(1) * self.bucket;
            let group = open.entry(padded).or_default();
            group.push(row);
            if group.len() == self.call_rows {
                calls.push((padded, std::mem::take(group)));
            }
        }
        calls.extend(open.into_iter().filter(|(_, rows)| !rows.is_empty()));
        calls
    }

    fn encode_one_hot(&self, rows: &Rows, unknown: f32) -> Encoded {
        let count = rows.count() * self.rows_per_window();
        let lens: Vec<usize> = (0..count).map(|i| rows.row(i / self.rows_per_window()).len()).collect();
        let mut encoded = Encoded { call_rows: self.call_rows, ..Encoded::default() };
        let mut turned = Vec::new();
        for (len, members) in self.calls(&lens) {
            let shape = self.layout.lengths(self.call_rows, len, self.channels, 1);
            let width = self.channels * len;
            let start = encoded.len(self.carrier);
            let end = start + self.call_rows * width;
            match self.carrier {
                Carrier::U8 => encoded.u8s.resize(end, 0),
                _ => encoded.f32s.resize(end, 0.0),
            }
            for (place, &row) in members.iter().enumerate() {
                let bases = self.strand_row(rows, row, &mut turned);
                let own = start + place * width..start + (place + 1) * width;
                match self.carrier {
                    Carrier::U8 => self.write_one_hot(bases, len, &mut encoded.u8s[own], 1, 0),
                    _ => self.write_one_hot(bases, len, &mut encoded.f32s[own], 1.0, unknown),
                }
            }
            encoded.calls.push(Call { shape, len, start, mask_start: 0, rows: members });
        }
        encoded
    }

    fn write_one_hot<T: Copy>(&self, bases: &[u8], len: usize, out: &mut [T], one: T, unknown: T) {
        let (first, channels) = (self.layout.channels_first(), self.channels);
        for (at, &base) in bases.iter().enumerate() {
            let place = |channel: usize| if first { channel * len + at } else { at * channels + channel };
            match self.code(base) {
                NONE => (0..channels).for_each(|channel| out[place(channel)] = unknown),
                code => out[place(usize::from(code))] = one,
            }
        }
    }

    /// One id per base, in the input's own number type.
    fn encode_bases(&self, rows: &Rows) -> Encoded {
        let count = rows.count() * self.rows_per_window();
        let lens: Vec<usize> = (0..count).map(|i| rows.row(i / self.rows_per_window()).len()).collect();
        let mut encoded = Encoded { call_rows: self.call_rows, ..Encoded::default() };
        let mut turned = Vec::new();
        let mut ids = Vec::new();
        for (len, members) in self.calls(&lens) {
            let (start, mask_start) = (encoded.len(self.carrier), encoded.masks.len());
            for place in 0..self.call_rows {
                ids.clear();
                if let Some(&row) = members.get(place) {
                    ids.extend(self.strand_row(rows, row, &mut turned).iter().map(|&base| i64::from(self.code(base))));
                }
                self.push_ids(&ids, len, &mut encoded);
            }
            let shape = self.layout.lengths(self.call_rows, len, 1, 1);
            encoded.calls.push(Call { shape, len, start, mask_start, rows: members });
        }
        encoded
    }

    /// Appends a row of ids with its padding and its mask.
    fn push_ids(&self, ids: &[i64], len: usize, encoded: &mut Encoded) {
        let missing = len - ids.len();
        let (before, after) = match self.padding_side {
            Side::Right => (0, missing),
            Side::Left => (missing, 0),
        };
        let filling = |count| std::iter::repeat_n(self.padding, count);
        let values = filling(before).chain(ids.iter().copied()).chain(filling(after));
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

    fn encode_ids(&self, rows: &Rows, tokenizer: &dyn Tokenizer, pool: &rayon::ThreadPool) -> Result<Encoded> {
        let count = rows.count() * self.rows_per_window();
        let encode = |index: usize, ids: &mut Vec<i64>| {
            let mut turned = Vec::new();
            self.ids(tokenizer, self.strand_row(rows, index, &mut turned), ids)
        };
        let (mut ids, mut starts) = (Vec::new(), vec![0]);
        if tokenizer.is_slow() && pool.current_num_threads() > 1 {
            let each: Vec<Result<Vec<i64>>> = pool.install(|| {
                (0..count)
                    .into_par_iter()
                    .map(|index| {
                        let mut ids = Vec::new();
                        encode(index, &mut ids).map(|()| ids)
                    })
                    .collect()
            });
            for row in each {
                ids.extend(row?);
                starts.push(ids.len());
            }
        } else {
            for index in 0..count {
                encode(index, &mut ids)?;
                starts.push(ids.len());
            }
        }
        let lens: Vec<usize> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mut encoded = Encoded { call_rows: self.call_rows, ..Encoded::default() };
        for (len, members) in self.calls(&lens) {
            let (start, mask_start) = (encoded.len(self.carrier), encoded.masks.len());
            for place in 0..self.call_rows {
                let row: &[i64] = members.get(place).map_or(&[], |&row| &ids[starts[row]..starts[row + 1]]);
                self.push_ids(row, len, &mut encoded);
            }
            let shape = self.layout.lengths(self.call_rows, len, 1, 1);
            encoded.calls.push(Call { shape, len, start, mask_start, rows: members });
        }
        Ok(encoded)
    }
}

/// Parses a `tokenizer.json`. The library panics on some damaged ones.
fn library(bytes: &[u8]) -> std::result::Result<tokenizers::Tokenizer, String> {
    let read = guard(|| tokenizers::Tokenizer::from_bytes(bytes).map_err(std::io::Error::other));
    read.map_err(|error| error.to_string())
}

/// Refuses a limit (`max_tokens`) that leaves no room beside the `added` tokens that every row has.
fn check_room(card: &Card, folder: &Folder, added: usize) -> Result<()> {
    match card.input.cut() {
        Some(most) if most <= added => {
            let problem = format!("max_tokens must be over {added}, the number of tokens that are added to every row");
            Err(Error::model(folder.place(), format!("card.yaml: input: {problem}")))
        }
        _ => Ok(()),
    }
}

/// A tokenizer file that cannot be used.
fn broken(folder: &Folder, file: &str, problem: impl std::fmt::Display) -> Error {
    Error::model(folder.place(), format!("{file}: {problem}"))
}
