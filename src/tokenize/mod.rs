//! Encodes bases as the network's input: one-hot, base ids, k-mer ids or BPE ids, in calls of one shape each.

mod bpe;
mod kmer;
mod pack;
pub(crate) mod text;

pub(crate) use self::pack::Packer;

use std::borrow::Cow;

use rayon::prelude::*;

use crate::{
    batch::{Call, Encoded, Rows, Token},
    error::{Error, Result, guard},
    genome::sequence::{BASE_CODE, UNKNOWN as N, reverse_complement_into},
    model::{
        card::{Card, Carrier, Case, Encoding, Input, StrandRule, Unknown},
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

    /// Appends the tokens of `bases`: the same ids, and the bases that each stands for, which need not be known ones.
    fn tokens(&self, bases: &[u8], tokens: &mut Vec<Token>) -> Result<()>;

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
    packer: Packer,
    channels: usize,
    /// The network makes its own calls of tokens.
    reads_tokens: bool,
    codes: [u8; 256],
    /// What unknown bases are read as, before they become tokens.
    instead: Option<u8>,
    has_reverse: bool,
    reversed: bool,
    mask_lower_case: bool,
    skip_unknown: bool,
    both_strands: bool,
    /// Windows of more tokens are skipped.
    most_tokens: Option<usize>,
}

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
        Ok(Self {
            scheme,
            packer: Packer::new(card, rows),
            channels: input.channels(),
            reads_tokens: card.kind.reads_tokens(),
            codes: codes(input),
            instead: input.unknown.base(),
            has_reverse: input.has_reverse(),
            reversed: input.reversed,
            mask_lower_case: input.case == Case::Mask,
            skip_unknown: input.unknown == Unknown::Skip,
            both_strands: card.strand != StrandRule::Forward,
            most_tokens: input.most_tokens(),
        })
    }

    /// Rows of every call from now on.
    pub(crate) fn set_rows(&mut self, rows: usize) {
        self.packer.call_rows = rows;
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
        tokenizer.encode(&self.read(bases), ids)
    }

    /// Bases as a tokenizer is to read them: N in place of soft-masked ones, or another base in place of N.
    fn read<'a>(&self, bases: &'a [u8]) -> Cow<'a, [u8]> {
        let masked = self.mask_lower_case && bases.iter().any(u8::is_ascii_lowercase);
        if !masked && self.instead.is_none() {
            return Cow::Borrowed(bases);
        }
        let read = |&base: &u8| match (BASE_CODE[self.seen(base) as usize], self.instead) {
            (N, Some(instead)) => instead,
            _ => self.seen(base),
        };
        bases.iter().map(read).collect::<Vec<u8>>().into()
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
        if self.reads_tokens {
            return self.encode_tokens(rows, pool);
        }
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

    fn encode_one_hot(&self, rows: &Rows, unknown: f32) -> Encoded {
        let count = rows.count() * self.rows_per_window();
        let lens: Vec<usize> = (0..count).map(|i| rows.row(i / self.rows_per_window()).len()).collect();
        let Packer { layout, carrier, call_rows, .. } = &self.packer;
        let (carrier, call_rows) = (*carrier, *call_rows);
        let mut encoded = Encoded { call_rows, ..Encoded::default() };
        let mut turned = Vec::new();
        for (len, members) in self.packer.calls(&lens) {
            let shape = layout.lengths(call_rows, len, self.channels, 1);
            let width = self.channels * len;
            let start = encoded.len(carrier);
            let end = start + call_rows * width;
            match carrier {
                Carrier::U8 => encoded.u8s.resize(end, 0),
                _ => encoded.f32s.resize(end, 0.0),
            }
            for (place, &row) in members.iter().enumerate() {
                let bases = self.strand_row(rows, row, &mut turned);
                let own = start + place * width..start + (place + 1) * width;
                match carrier {
                    Carrier::U8 => self.write_one_hot(bases, len, &mut encoded.u8s[own], 1, 0),
                    _ => self.write_one_hot(bases, len, &mut encoded.f32s[own], 1.0, unknown),
                }
            }
            encoded.calls.push(Call { shape, len, start, mask_start: 0, rows: members });
        }
        encoded
    }

    fn write_one_hot<T: Copy>(&self, bases: &[u8], len: usize, out: &mut [T], one: T, unknown: T) {
        let (first, channels) = (self.packer.layout.channels_first(), self.channels);
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
        let (mut turned, mut ids, mut starts) = (Vec::new(), Vec::new(), vec![0]);
        for index in 0..count {
            ids.extend(self.strand_row(rows, index, &mut turned).iter().map(|&base| i64::from(self.code(base))));
            starts.push(ids.len());
        }
        let lens: Vec<usize> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        self.packer.pack(&lens, |row| &ids[starts[row]..starts[row + 1]])
    }

    /// The tokens of every encoded row.
    fn encode_tokens(&self, rows: &Rows, pool: &rayon::ThreadPool) -> Result<Encoded> {
        let count = rows.count() * self.rows_per_window();
        let encode = |index: usize| {
            let mut turned = Vec::new();
            self.tokens(self.strand_row(rows, index, &mut turned))
        };
        let is_slow = matches!(&self.scheme, Scheme::Ids(tokenizer) if tokenizer.is_slow());
        let tokens = if is_slow && pool.current_num_threads() > 1 {
            pool.install(|| (0..count).into_par_iter().map(encode).collect::<Result<_>>())
        } else {
            (0..count).map(encode).collect()
        };
        Ok(Encoded { call_rows: self.packer.call_rows, tokens: tokens?, ..Encoded::default() })
    }

    /// The tokens of a row, and whether they stand for known bases.
    fn tokens(&self, bases: &[u8]) -> Result<Vec<Token>> {
        let mut tokens = Vec::new();
        match &self.scheme {
            Scheme::Ids(tokenizer) => tokenizer.tokens(&self.read(bases), &mut tokens)?,
            _ => tokens.extend(bases.iter().enumerate().map(|(start, &base)| Token {
                id: i64::from(self.code(base)),
                start,
                len: 1,
                known: true,
            })),
        }
        let is_known = |&base: &u8| BASE_CODE[self.seen(base) as usize] != N;
        for token in &mut tokens {
            token.known &= bases.get(token.start..token.end()).is_some_and(|bases| bases.iter().all(is_known));
        }
        Ok(tokens)
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
        Ok(self.packer.pack(&lens, |row| &ids[starts[row]..starts[row + 1]]))
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
