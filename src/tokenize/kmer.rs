//! K-mer ids: a number for each k bases, overlapping (DNABERT) or one after the other (Nucleotide Transformer).

use std::collections::HashMap;

use super::{Tokenizer, broken};
use crate::{
    error::Result,
    genome::sequence::{BASE_CODE, UNKNOWN as N},
    model::{card::Card, folder::Folder},
};

/// With a vocabulary file, ids are its line numbers; without, a k-mer's id is its number in base four (A C G T = 0 1
/// 2 3, first base highest) and 4^k stands for a k-mer with an unknown base.
pub(super) struct Kmers {
    k: usize,
    step: usize,
    /// Id of every k-mer, by its number in base four.
    ids: Vec<i64>,
    unknown: i64,
    /// Ids of single bases A C G T N, where the vocabulary has them: for what is left over or holds an N.
    single: Option<[i64; 5]>,
    prefix: Option<i64>,
    suffix: Option<i64>,
}

impl Kmers {
    pub(super) fn new(card: &Card, folder: &Folder) -> Result<Self> {
        let k = card.input.k.unwrap_or(1);
        let count = 1usize << (2 * k);
        let step = if card.input.overlapping { 1 } else { k };
        let Some(file) = card.files.vocabulary.as_deref() else {
            let ids = (0..count as i64).collect();
            return Ok(Self { k, step, ids, unknown: count as i64, single: None, prefix: None, suffix: None });
        };
        let text = folder.text(file)?;
        let vocabulary: HashMap<&str, i64> =
            text.lines().enumerate().map(|(id, token)| (token.trim_end(), id as i64)).collect();
        let find = |token: &str| {
            vocabulary.get(token).copied().ok_or_else(|| broken(folder, file, format!("token {token} is missing")))
        };
        let special = |token: &Option<String>| token.as_deref().map(find).transpose();
        let unknown = ["[UNK]", "<unk>", "<UNK>"].iter().find_map(|t| vocabulary.get(t).copied());
        let unknown = unknown.ok_or_else(|| broken(folder, file, "no token for unknown ([UNK] or <unk>)"))?;
        let mut ids = vec![unknown; count];
        let mut word = vec![b'A'; k];
        for (number, id) in ids.iter_mut().enumerate() {
            for (place, letter) in word.iter_mut().enumerate() {
                *letter = b"ACGT"[number >> (2 * (k - 1 - place)) & 3];
            }
            *id = find(std::str::from_utf8(&word).unwrap_or_default())?;
        }
        let singles: Vec<i64> = ["A", "C", "G", "T", "N"].iter().filter_map(|b| vocabulary.get(b).copied()).collect();
        let single = if k > 1 { <[i64; 5]>::try_from(singles).ok() } else { None };
        Ok(Self {
            k,
            step,
            ids,
            unknown,
            single,
            prefix: special(&card.input.prefix)?,
            suffix: special(&card.input.suffix)?,
        })
    }

    /// What is not a whole k-mer: its single bases where the vocabulary has them.
    fn spell(&self, bases: &[u8], ids: &mut Vec<i64>) {
        match self.single {
            Some(single) => ids.extend(bases.iter().map(|&base| single[usize::from(BASE_CODE[base as usize])])),
            None => ids.push(self.unknown),
        }
    }
}

impl Tokenizer for Kmers {
    fn encode(&self, bases: &[u8], ids: &mut Vec<i64>) -> Result<()> {
        ids.extend(self.prefix);
        let mut at = 0;
        while at + self.k <= bases.len() {
            let word = &bases[at..at + self.k];
            let number = word.iter().try_fold(0usize, |number, &base| match BASE_CODE[base as usize] {
                N => None,
                code => Some(number << 2 | usize::from(code)),
            });
            match number {
                Some(number) => ids.push(self.ids[number]),
                None if self.step == 1 => ids.push(self.unknown),
                None => self.spell(word, ids),
            }
            at += self.step;
        }
        if self.step > 1 && at < bases.len() {
            self.spell(&bases[at..], ids);
        }
        ids.extend(self.suffix);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kmers(k: usize, step: usize) -> Kmers {
        let count = 1usize << (2 * k);
        Kmers {
            k,
            step,
            ids: (0..count as i64).collect(),
            unknown: count as i64,
            single: None,
            prefix: None,
            suffix: None,
        }
    }

    fn ids(tokenizer: &Kmers, bases: &[u8]) -> Vec<i64> {
        let mut ids = Vec::new();
        tokenizer.encode(bases, &mut ids).expect("k-mers cannot fail");
        ids
    }

    #[test]
    fn overlapping_and_not() {
        assert_eq!(ids(&kmers(2, 1), b"ACGT"), [1, 6, 11]);
        assert_eq!(ids(&kmers(2, 2), b"ACGT"), [1, 11]);
    }

    #[test]
    fn an_unknown_base_makes_an_unknown_kmer() {
        assert_eq!(ids(&kmers(2, 1), b"ANC"), [16, 16]);
        assert_eq!(ids(&kmers(2, 2), b"aCN"), [1, 16]);
    }

    #[test]
    fn what_is_left_is_spelled_where_the_vocabulary_can() {
        let mut tokenizer = kmers(2, 2);
        tokenizer.single = Some([100, 101, 102, 103, 104]);
        (tokenizer.prefix, tokenizer.suffix) = (Some(7), Some(8));
        assert_eq!(ids(&tokenizer, b"ACNGT"), [7, 1, 104, 102, 103, 8]);
    }
}
