//! K-mer ids: one id for each k bases, overlapping (DNABERT) or one after the other (Nucleotide Transformer).

use std::collections::HashMap;

use super::{Tokenizer, broken};
use crate::{
    batch::Token,
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
    /// Id of a k-mer with an unknown base.
    unknown: i64,
    /// Ids of single bases A C G T N, where the vocabulary has them: for bases that do not start a whole k-mer.
    single: Option<[i64; 5]>,
    prefix: Option<i64>,
    suffix: Option<i64>,
    /// Tokens that rows are truncated to; the suffix is kept.
    cut: Option<usize>,
}

impl Kmers {
    pub(super) fn new(card: &Card, folder: &Folder) -> Result<Self> {
        let k = card.input.k.unwrap_or(1);
        let count = 1usize << (2 * k);
        let step = if card.input.overlapping { 1 } else { k };
        let cut = card.input.cut();
        let Some(file) = card.files.vocabulary.as_deref() else {
            let ids = (0..count as i64).collect();
            return Ok(Self { k, step, ids, unknown: count as i64, single: None, prefix: None, suffix: None, cut });
        };
        let raw = folder.verified(card, file)?;
        let text = std::str::from_utf8(&raw).map_err(|_| broken(folder, file, "it is not UTF-8 text"))?;
        let vocabulary = vocabulary(text).map_err(|problem| broken(folder, file, problem))?;
        let find = |token: &str| {
            vocabulary.get(token).copied().ok_or_else(|| broken(folder, file, format!("token {token} is missing")))
        };
        let special = |token: &Option<String>| token.as_deref().map(find).transpose();
        let unknown = ["[UNK]", "<unk>", "<UNK>"].iter().find_map(|t| vocabulary.get(t).copied());
        // Where a token is one base, N is a token like the others (HyenaDNA).
        let unknown = vocabulary.get("N").copied().filter(|_| k == 1).or(unknown);
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
        let single = if k > 1 && step > 1 { <[i64; 5]>::try_from(singles).ok() } else { None };
        let (prefix, suffix) = (special(&card.input.prefix)?, special(&card.input.suffix)?);
        super::check_room(card, folder, usize::from(prefix.is_some()) + usize::from(suffix.is_some()))?;
        Ok(Self { k, step, ids, unknown, single, prefix, suffix, cut })
    }

    /// Number of a k-mer in base four; `None` if a base is unknown.
    fn number(word: &[u8]) -> Option<usize> {
        word.iter().try_fold(0usize, |number, &base| match BASE_CODE[base as usize] {
            N => None,
            code => Some(number << 2 | usize::from(code)),
        })
    }

    /// Whole k-mers where possible, else single bases, so that a new k-mer starts after each N.
    ///
    /// METHOD: as the tokenizer of Nucleotide Transformer (`EsmTokenizer` of Hugging Face's transformers: at each place the longest token).
    fn spelled(&self, bases: &[u8], single: &[i64; 5], mut push: impl FnMut(i64, usize, usize)) {
        let mut at = 0;
        // The place of the next unknown base, so that the bases before it are examined once and not k times.
        let mut known = 0;
        while at < bases.len() {
            if known <= at {
                let rest = &bases[at..];
                let next = rest.iter().position(|&base| BASE_CODE[base as usize] == N);
                known = at + next.unwrap_or(rest.len());
            }
            match bases.get(at..at + self.k).filter(|_| at + self.k <= known).and_then(Self::number) {
                Some(number) => {
                    push(self.ids[number], at, self.k);
                    at += self.k;
                }
                None => {
                    push(single[usize::from(BASE_CODE[bases[at] as usize])], at, 1);
                    at += 1;
                }
            }
        }
    }

    /// Calls `push` with every token between prefix and suffix: its id, its first base and how many bases it has.
    fn words(&self, bases: &[u8], mut push: impl FnMut(i64, usize, usize)) {
        if let Some(single) = &self.single {
            return self.spelled(bases, single, push);
        }
        for (index, word) in bases.windows(self.k).step_by(self.step).enumerate() {
            let id = Self::number(word).map_or(self.unknown, |number| self.ids[number]);
            push(id, index * self.step, self.k);
        }
        let rest = bases.len() % self.step;
        if rest > 0 {
            push(self.unknown, bases.len() - rest, rest);
        }
    }
}

/// The line number of each token is its id. Blank lines at the end are ignored.
fn vocabulary(text: &str) -> Result<HashMap<&str, i64>, String> {
    let mut ids = HashMap::new();
    for (id, token) in text.trim_end().lines().enumerate() {
        let token = token.trim_end();
        if token.is_empty() {
            return Err(format!("line {} is blank: the line of a token is its id", id + 1));
        }
        if let Some(first) = ids.insert(token, id as i64) {
            return Err(format!("line {}: token {token} already exists, in line {}", id + 1, first + 1));
        }
    }
    Ok(ids)
}

impl Tokenizer for Kmers {
    fn encode(&self, bases: &[u8], ids: &mut Vec<i64>) -> Result<()> {
        let first = ids.len();
        ids.extend(self.prefix);
        self.words(bases, |id, _, _| ids.push(id));
        if let Some(cut) = self.cut {
            ids.truncate(first + cut.saturating_sub(usize::from(self.suffix.is_some())));
        }
        ids.extend(self.suffix);
        Ok(())
    }

    fn tokens(&self, bases: &[u8], tokens: &mut Vec<Token>) -> Result<()> {
        let special = |id, start| Token { id, start, len: 0, known: true };
        tokens.extend(self.prefix.map(|id| special(id, 0)));
        // What is left at the end may be no token of the vocabulary.
        self.words(bases, |id, start, len| tokens.push(Token { id, start, len, known: id != self.unknown }));
        tokens.extend(self.suffix.map(|id| special(id, bases.len())));
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
            cut: None,
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
        assert_eq!(ids(&tokenizer, b"ACNGT"), [7, 1, 104, 11, 8]);
        assert_eq!(ids(&tokenizer, b"A"), [7, 100, 8]);
        tokenizer.cut = Some(3);
        assert_eq!(ids(&tokenizer, b"ACGTACGT"), [7, 1, 8]);
    }

    /// Tokens as `EsmTokenizer` of transformers makes them (tests/reference/make_check.py).
    #[test]
    fn a_new_kmer_begins_after_each_n() {
        let mut tokenizer = kmers(6, 6);
        tokenizer.single = Some([-1, -2, -3, -4, -5]);
        let tokens = |bases: &str| -> String {
            let word = |id: &i64| match id {
                -5..=-1 => char::from(b"ACGTN"[(-id - 1) as usize]).to_string(),
                id => (0..6).map(|place| char::from(b"ACGT"[(id >> (2 * (5 - place)) & 3) as usize])).collect(),
            };
            ids(&tokenizer, bases.as_bytes()).iter().map(word).collect::<Vec<_>>().join(" ")
        };
        for (bases, wanted) in [
            ("ACNACGTACGTAC", "A C N ACGTAC G T A C"),
            ("acgtacgn", "ACGTAC G N"),
            // Where that tokenizer makes one unknown token of several letters, each is an N here.
            ("ACGTACRYACGUAC", "ACGTAC N N ACGTAC"),
            ("", ""),
        ] {
            assert_eq!(tokens(bases), wanted, "{bases}");
        }
        let root = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), std::path::PathBuf::from);
        let table = std::fs::read_to_string(root.join("tests/reference/kmer_tokens.tsv")).expect("the table");
        for line in table.lines().skip(1) {
            let (bases, wanted) = line.split_once('\t').expect("two columns");
            assert_eq!(tokens(bases), wanted, "{bases}");
            assert_eq!(tokens(&bases.to_lowercase()), wanted, "{bases}");
        }
        assert!(table.lines().count() > 200);
    }

    #[test]
    fn a_vocabulary_has_each_token_once_and_no_blank_lines() {
        assert_eq!(vocabulary("A\nC\r\n\n").expect("a vocabulary").len(), 2);
        for (text, say) in [("A\nC\nA\n", "line 3: token A already exists, in line 1"), ("A\n\nC\n", "line 2 is blank")]
        {
            let problem = vocabulary(text).expect_err(text);
            assert!(problem.contains(say), "{problem}");
        }
    }
}
