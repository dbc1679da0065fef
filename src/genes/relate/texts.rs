//! Texts as vectors of words, weighed by tf–idf.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::genes::{names::fold, word_forms::without_s};

/// A text: its words and their weights, ascending by word.
pub(super) type Vector = Vec<(u32, f32)>;

/// Texts as vectors of words, with an index of the texts by word.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) rows: Vec<Vector>,
    /// By word: the texts it is in, and its weight there.
    of_word: Vec<Vector>,
}

impl Texts {
    pub(super) fn new(rows: Vec<Vector>, words: usize) -> Self {
        let mut of_word = vec![Vec::new(); words];
        for (row, text) in rows.iter().enumerate() {
            for &(word, weight) in text {
                of_word[word as usize].push((row as u32, weight));
            }
        }
        Self { rows, of_word }
    }

    /// Cosines of all texts with one.
    pub(super) fn cosines(&self, text: &[(u32, f32)]) -> Vec<f32> {
        let mut all = vec![0f32; self.rows.len()];
        for &(word, weight) in text {
            for &(row, other) in &self.of_word[word as usize] {
                all[row as usize] += weight * other;
            }
        }
        all
    }
}

/// Cosine of two texts.
pub(super) fn cosine(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += a[i].1 * b[j].1;
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    sum
}

/// The words that are compared, and how rare each is.
pub(super) struct Vocabulary {
    ids: HashMap<String, u32>,
    /// Inverse document frequency of each word.
    pub(super) idf: Vec<f32>,
}

impl Vocabulary {
    /// The words of two texts or more, and of a fifth of them at most; with the vectors of all texts.
    pub(super) fn of(texts: &[String]) -> (Self, Vec<Vector>) {
        let counted: Vec<BTreeMap<String, u32>> = texts.par_iter().map(|text| counts(text)).collect();
        let mut frequency: HashMap<&str, u32> = HashMap::new();
        for word in counted.iter().flat_map(BTreeMap::keys) {
            *frequency.entry(word).or_insert(0) += 1;
        }
        let most = (texts.len() / 5) as u32;
        let mut kept: Vec<(&str, u32)> = frequency.into_iter().filter(|(_, n)| *n >= 2 && *n <= most.max(2)).collect();
        kept.sort_unstable();
        let idf = kept.iter().map(|(_, n)| ((1.0 + texts.len() as f32) / (1.0 + *n as f32)).ln() + 1.0).collect();
        let ids = kept.iter().enumerate().map(|(id, (word, _))| ((*word).to_string(), id as u32)).collect();
        let vocabulary = Self { ids, idf };
        let rows = counted.par_iter().map(|counts| vocabulary.weigh(counts)).collect();
        (vocabulary, rows)
    }

    /// A text as a vector; words that are not in the vocabulary are left out.
    pub(super) fn vector(&self, text: &str) -> Vector {
        self.weigh(&counts(text))
    }

    /// Weighs each word by how often it is in the text (1 + ln) and how rare it is in all texts; the vector has length 1.
    fn weigh(&self, counts: &BTreeMap<String, u32>) -> Vector {
        let mut words: Vec<(u32, u32)> = counts.iter().filter_map(|(word, n)| Some((self.id(word)?, *n))).collect();
        words.sort_unstable();
        let mut vector: Vector =
            words.into_iter().map(|(word, n)| (word, (1.0 + (n as f32).ln()) * self.idf[word as usize])).collect();
        let length = vector.iter().map(|(_, x)| x * x).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|(_, x)| *x /= length.max(f32::MIN_POSITIVE));
        vector
    }

    /// Number of a word.
    pub(super) fn id(&self, word: &str) -> Option<u32> {
        self.ids.get(word).copied()
    }

    /// The words of these numbers, in alphabetical order.
    pub(super) fn words(&self, ids: &[u32]) -> Vec<String> {
        let mut words: Vec<String> =
            self.ids.iter().filter(|(_, id)| ids.contains(id)).map(|(word, _)| word.clone()).collect();
        words.sort();
        words
    }
}

/// How often each word is in a text.
fn counts(text: &str) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for word in fold(text).split(' ').filter(|word| !word.is_empty()) {
        *counts.entry(without_s(word).to_string()).or_insert(0) += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_text_and_of_nearly_all_say_nothing() {
        let texts: Vec<String> =
            ["the collagen chain", "the collagen of bone", "the kinase", "the kinase again"].map(String::from).into();
        let (vocabulary, rows) = Vocabulary::of(&texts);
        let mut words: Vec<&String> = vocabulary.ids.keys().collect();
        words.sort();
        assert_eq!(words, ["collagen", "kinase"]);
        assert_eq!((vocabulary.idf.len(), rows.len()), (2, 4));
        assert!((cosine(&rows[0], &rows[1]) - 1.0).abs() < 1e-6);
        assert_eq!(cosine(&rows[0], &rows[2]), 0.0);
    }
}
