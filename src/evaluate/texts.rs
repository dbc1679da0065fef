//! Metrics of answers in words: exact match, BLEU, ROUGE; of numbers: error and correlation.

use std::collections::HashMap;

/// The units by which texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Units {
    /// Words, separated by blanks.
    Words,
    /// Letters of a sequence.
    Letters,
    /// Residues of three letters.
    Residues,
}

impl Units {
    fn of(self, text: &str) -> Vec<&str> {
        let cut = |size: usize| -> Vec<&str> {
            (0..text.len()).step_by(size).map(|at| &text[at..(at + size).min(text.len())]).collect()
        };
        match self {
            Self::Letters if text.is_ascii() => cut(1),
            Self::Residues if text.is_ascii() => cut(3),
            _ => text.split_whitespace().collect(),
        }
    }
}

fn grams<'a, 'b>(units: &'b [&'a str], n: usize) -> HashMap<&'b [&'a str], usize> {
    let mut counts = HashMap::new();
    for gram in units.windows(n) {
        *counts.entry(gram).or_default() += 1;
    }
    counts
}

/// Units that occur in both, counted as often as in the one that has fewer.
fn shared(a: &HashMap<&[&str], usize>, b: &HashMap<&[&str], usize>) -> usize {
    a.iter().map(|(gram, count)| *count.min(b.get(gram).unwrap_or(&0))).sum()
}

/// Sums over a set of answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    count: usize,
    exact: usize,
    /// Grams of 1 to 4 units of the answers that the known answers have too, and all grams of the answers.
    found: [usize; 4],
    written: [usize; 4],
    answered_units: usize,
    known_units: usize,
    rouge: [f64; 3],
    /// Truth and answer, where both are numbers.
    numbers: Vec<(f64, f64)>,
    /// An answer, or its known answer, is not a number.
    no_number: bool,
}

impl Texts {
    /// Adds an answer; `None`: there was none.
    pub(super) fn add(&mut self, truth: &str, answer: Option<&str>, units: Units) {
        let answered = answer.is_some();
        self.count += 1;
        self.exact += usize::from(answer == Some(truth));
        let answer = answer.unwrap_or_default();
        let (known, given) = (units.of(truth), units.of(answer));
        self.answered_units += given.len();
        self.known_units += known.len();
        for n in 1..=4 {
            let (a, b) = (grams(&known, n), grams(&given, n));
            self.found[n - 1] += shared(&a, &b);
            self.written[n - 1] += given.len().saturating_sub(n - 1);
            if n <= 2 {
                let (all_a, all_b) = (known.len().saturating_sub(n - 1), given.len().saturating_sub(n - 1));
                self.rouge[n - 1] += f1(shared(&a, &b), all_a, all_b);
            }
        }
        self.rouge[2] += f1(longest_common(&known, &given), known.len(), given.len());
        match (truth.parse(), answer.parse()) {
            (Ok(truth), Ok(answer)) => self.numbers.push((truth, answer)),
            _ => self.no_number |= answered,
        }
    }

    /// How many answers were added.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Share of answers that are the truth, letter by letter.
    pub(super) fn exact(&self) -> f64 {
        self.exact as f64 / self.count as f64
    }

    /// BLEU over the whole set (Papineni et al. 2002): geometric mean of the precisions of grams of 1 to `n` units, times the
    /// brevity penalty. 0 where one of them is 0; sizes that no text reaches are left out.
    pub(super) fn bleu(&self, n: usize) -> f64 {
        let sizes: Vec<usize> = (0..n).filter(|&n| self.written[n] > 0).collect();
        if self.answered_units == 0 || sizes.is_empty() {
            return 0.0;
        }
        let log = |n: &usize| (self.found[*n] as f64 / self.written[*n] as f64).ln();
        let mean = sizes.iter().map(log).sum::<f64>() / sizes.len() as f64;
        let penalty = (1.0 - self.known_units as f64 / self.answered_units as f64).min(0.0);
        (mean + penalty).exp()
    }

    /// ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004), F1, the mean over the answers. ROUGE-2 of texts of one unit is 0.
    pub(super) fn rouge(&self) -> [f64; 3] {
        self.rouge.map(|sum| sum / self.count as f64)
    }

    /// Mean absolute error, and Pearson's correlation, of the prompts that were answered; `None` where not all are numbers.
    pub(super) fn numbers(&self) -> Option<(f64, f64)> {
        if self.no_number || self.numbers.is_empty() {
            return None;
        }
        let n = self.numbers.len() as f64;
        let error = self.numbers.iter().map(|(a, b)| (a - b).abs()).sum::<f64>() / n;
        let mean = |of: fn(&(f64, f64)) -> f64| self.numbers.iter().map(of).sum::<f64>() / n;
        let (x, y) = (mean(|p| p.0), mean(|p| p.1));
        let sum = |of: &dyn Fn(f64, f64) -> f64| self.numbers.iter().map(|&(a, b)| of(a - x, b - y)).sum::<f64>();
        let correlation = sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
        Some((error, correlation))
    }
}

fn f1(both: usize, a: usize, b: usize) -> f64 {
    if a + b == 0 { 0.0 } else { 2.0 * both as f64 / (a + b) as f64 }
}

/// Length of the longest common subsequence. METHOD: 64 units at once, as bits (Hyyrö 2004, "Bit-parallel LCS-length computation
/// revisited"): answers of 100,000 bases take a second, not minutes.
fn longest_common(a: &[&str], b: &[&str]) -> usize {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, unit) in a.iter().enumerate() {
        places.entry(unit).or_default().push(at);
    }
    let words = a.len().div_ceil(64);
    // A bit is 0 where the length grows.
    let (mut row, mut here) = (vec![u64::MAX; words], vec![0u64; words]);
    for unit in b {
        let Some(places) = places.get(unit) else { continue };
        places.iter().for_each(|at| here[at / 64] |= 1 << (at % 64));
        let mut carry = false;
        for (bits, same) in row.iter_mut().zip(&here) {
            let both = *bits & same;
            let (sum, first) = bits.overflowing_add(both);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            carry = first || second;
            *bits = sum | (*bits & !same);
        }
        places.iter().for_each(|at| here[at / 64] = 0);
    }
    (0..a.len()).filter(|at| row[at / 64] >> (at % 64) & 1 == 0).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_counted_by_hand() {
        let mut texts = Texts::default();
        texts.add("zinc finger protein 7", Some("zinc finger protein 7"), Units::Words);
        texts.add("small nucleolar RNA", Some("small nuclear RNA 5"), Units::Words);
        texts.add("microRNA 1", None, Units::Words);
        assert!((texts.exact() - 1.0 / 3.0).abs() < 1e-12);
        // 1-grams: 4 of 4 and 2 of 4; 8 words were said of 9.
        let bleu = 6.0 / 8.0 * (1.0f64 - 9.0 / 8.0).exp();
        assert!((texts.bleu(1) - bleu).abs() < 1e-12);
        // 2-grams: 3 of 3 and 0 of 3.
        let bleu = ((6.0f64 / 8.0).ln() / 2.0 + (3.0f64 / 6.0).ln() / 2.0 + (1.0 - 9.0 / 8.0)).exp();
        assert!((texts.bleu(2) - bleu).abs() < 1e-12);
        let [one, two, longest] = texts.rouge();
        let f = 4.0 / 7.0;
        assert!((one - (1.0 + f) / 3.0).abs() < 1e-12 && (longest - one).abs() < 1e-12);
        assert!((two - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn sequences_and_residues_are_compared_unit_by_unit() {
        assert_eq!(Units::Letters.of("ACgN"), ["A", "C", "g", "N"]);
        assert_eq!(Units::Residues.of("GlnTyrVal"), ["Gln", "Tyr", "Val"]);
        assert_eq!(Units::Words.of("zinc finger 7"), ["zinc", "finger", "7"]);
    }

    #[test]
    fn numbers_have_an_error_and_a_correlation() {
        let mut texts = Texts::default();
        for (truth, answer) in [("0.1", "0.2"), ("0.3", "0.4"), ("0.5", "0.6")] {
            texts.add(truth, Some(answer), Units::Words);
        }
        let (error, correlation) = texts.numbers().expect("numbers");
        assert!((error - 0.1).abs() < 1e-12 && (correlation - 1.0).abs() < 1e-12);
        texts.add("0.5", None, Units::Words);
        assert!(texts.numbers().is_some());
        texts.add("0.5", Some("many"), Units::Words);
        assert_eq!(texts.numbers(), None);
    }

    #[test]
    fn what_was_not_answered_is_never_exact() {
        let mut texts = Texts::default();
        texts.add("", None, Units::Words);
        texts.add("a", None, Units::Words);
        assert_eq!(texts.exact(), 0.0);
    }

    /// Row by row, as it is defined.
    fn slow(a: &[&str], b: &[&str]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut diagonal = 0;
            for (j, y) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
                diagonal = above;
            }
        }
        row[b.len()]
    }

    #[test]
    fn the_longest_common_subsequence_is_that_of_the_definition() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..300 {
            let letters = random.usize(1..6);
            let mut text = || -> Vec<&str> {
                let length = random.usize(0..200);
                (0..length).map(|_| ["A", "C", "G", "T", "N"][random.usize(..letters.min(5))]).collect()
            };
            let (a, b) = (text(), text());
            assert_eq!(longest_common(&a, &b), slow(&a, &b), "{a:?} {b:?}");
        }
    }
}
