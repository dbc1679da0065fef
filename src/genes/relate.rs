//! How well a gene fits a disease or phenotype that no source relates it to: what else is known, weighed.
//!
//! METHOD: four kinds of evidence, none of which is a statement of the pair itself.
//!
//! - *text*: what is written of the gene (its name, RefSeq's summary) beside the disease's names, definition and phenotypes;
//! - *diseases*: how alike the disease is to others of the same gene;
//! - *likeness*: how alike the gene is to genes with this disease or with diseases like it, against what chance would have;
//! - *chromosome*: whether the disease's inheritance agrees with where the gene lies.
//!
//! Likeness of texts is the cosine of their words, each weighed by how rare it is (tf–idf). Every measure adds log odds by a curve of straight
//! pieces, fitted by logistic regression on related and unrelated pairs that are equally well known (`training/gpgpt/weigh.py`, which
//! writes `relate.json`). So a probability is among as many related as unrelated pairs, and evidence adds up.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;
use serde::Deserialize;

use super::{base::Base, names::fold};
use crate::error::Result;

/// Names of the measures, in their order.
pub const MEASURES: [&str; 11] = [
    "text.names",
    "text.words",
    "diseases.likest",
    "likeness.pair",
    "likeness.pairs",
    "likeness.gene",
    "likeness.lift1",
    "likeness.lift2",
    "likeness.lift3",
    "chromosome.agrees",
    "chromosome.x",
];

/// What they add to the log odds.
#[derive(Debug, Deserialize)]
pub struct Weights {
    /// What is added in any case.
    pub intercept: f64,
    /// By the name of the measure.
    pub curves: BTreeMap<String, Curve>,
}

/// Straight pieces: at each knot its log odds.
#[derive(Debug, Deserialize)]
pub struct Curve {
    /// Rising.
    pub knots: Vec<f64>,
    /// As many.
    pub log_odds: Vec<f64>,
}

impl Curve {
    /// Between the knots in a straight line, beyond them as at the last.
    pub fn at(&self, x: f64) -> f64 {
        let after = self.knots.partition_point(|&knot| knot <= x);
        match (self.log_odds.get(after.wrapping_sub(1)), self.log_odds.get(after)) {
            (Some(a), Some(b)) => {
                a + (b - a) * (x - self.knots[after - 1]) / (self.knots[after] - self.knots[after - 1])
            }
            (Some(last), None) => *last,
            (None, first) => first.copied().unwrap_or(0.0),
        }
    }
}

/// Words that tell diseases of a series apart, and no more.
const SERIES: &[&str] = &[
    "type",
    "types",
    "subtype",
    "form",
    "group",
    "variant",
    "number",
    "complementation",
    "isolated",
    "familial",
    "syndromic",
    "nonsyndromic",
    "non",
    "autosomal",
    "dominant",
    "recessive",
    "x",
    "y",
    "linked",
    "digenic",
    "somatic",
    "mosaic",
    "early",
    "late",
    "onset",
    "susceptibility",
    "to",
    "with",
    "without",
    "and",
    "or",
    "of",
    "the",
    "in",
    "due",
    "by",
    "a",
    "an",
    "i",
    "ii",
    "iii",
    "iv",
    "v",
    "vi",
    "vii",
    "viii",
    "ix",
    "xi",
    "xii",
    "xiii",
    "xiv",
    "xv",
];

/// A word without the ending of a plural.
fn singular(word: &str) -> &str {
    let plural = word.len() > 4 && word.ends_with('s') && !["ss", "is", "us"].iter().any(|end| word.ends_with(end));
    if plural { &word[..word.len() - 1] } else { word }
}

/// `1`, `2a`, `x12`: what tells the members of a series apart.
fn is_number(word: &str) -> bool {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let digits = rest.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let digits_only = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    word.len() - rest.len() <= 1 && digits_only && rest.len() - digits.len() <= 2
}

/// The words of a disease's name that are its own: no numbers, types, modes of inheritance.
fn own_words(name: &str) -> BTreeSet<String> {
    let folded = fold(name);
    let own = folded.split(' ').filter(|word| word.len() > 1 && !SERIES.contains(word) && !is_number(word));
    own.map(|word| singular(word).to_string()).collect()
}

/// Words of a series that do not tell its members apart.
const FILLING: &[&str] =
    &["to", "with", "without", "and", "or", "of", "the", "in", "due", "by", "a", "an", "familial", "isolated"];

/// Whether one disease is a special case of another, by their names: `Long QT syndrome 5` of `Long QT syndrome`, not of `Long QT syndrome 1`.
pub fn is_special_case(special: &str, general: &str) -> bool {
    let own = own_words(general);
    let folded = fold(general);
    let plain = |word: &str| FILLING.contains(&word) || (word.len() > 1 && !SERIES.contains(&word) && !is_number(word));
    !own.is_empty() && folded.split(' ').all(plain) && own_words(special) == own
}

/// A text: its words and what they weigh, by word.
type Vector = Vec<(u32, f32)>;

/// Texts as vectors of words, and which texts a word is in.
#[derive(Default)]
struct Texts {
    rows: Vec<Vector>,
    of_word: Vec<Vector>,
}

impl Texts {
    fn new(rows: Vec<Vector>, words: usize) -> Self {
        let mut of_word = vec![Vec::new(); words];
        for (row, text) in rows.iter().enumerate() {
            for &(word, weight) in text {
                of_word[word as usize].push((row as u32, weight));
            }
        }
        Self { rows, of_word }
    }

    /// Cosines of all texts with one.
    fn cosines(&self, text: &[(u32, f32)]) -> Vec<f32> {
        let mut all = vec![0f32; self.rows.len()];
        for &(word, weight) in text {
            for &(row, other) in &self.of_word[word as usize] {
                all[row as usize] += weight * other;
            }
        }
        all
    }
}

fn cosine(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
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

/// On which chromosomes a gene lies, or a disease's genes do.
const X: u8 = 1;
const AUTOSOME: u8 = 2;
const MITOCHONDRION: u8 = 4;

/// Diseases that are one but for a number or a type.
struct Cluster {
    names: Vec<BTreeSet<String>>,
    words: BTreeSet<String>,
    inherited: u8,
    label: String,
}

/// What a gene may be related to.
pub struct Target {
    text: Vector,
    names: Vec<BTreeSet<String>>,
    inherited: u8,
    /// Genes that have it, and which related pair says so.
    genes: Vec<(u32, Option<u32>)>,
    cluster: Option<u32>,
}

/// What the measures found, for those who want to see it.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The measures, in the order of [`MEASURES`].
    pub measures: [f64; MEASURES.len()],
    /// Rare words that gene and disease share.
    pub words: Vec<String>,
    /// The gene's disease that is most like it.
    pub disease: Option<String>,
    /// The gene and disease, related, that are most like the two.
    pub pair: Option<(i64, String)>,
}

/// Evidence of one kind: what it is, log odds, what it rests on.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Which kind.
    pub kind: &'static str,
    /// What it adds.
    pub log_odds: f64,
    /// What it rests on.
    pub detail: String,
}

/// All that is known, made ready to be compared.
pub struct Relations {
    vocabulary: HashMap<String, u32>,
    idf: Vec<f32>,
    gene_ids: Vec<i64>,
    gene_rows: HashMap<i64, u32>,
    gene_lies: Vec<u8>,
    gene_texts: Texts,
    clusters: Vec<Cluster>,
    cluster_of: HashMap<i64, u32>,
    cluster_texts: Texts,
    /// Related pairs, whoever says so: gene, cluster.
    known: Vec<(u32, u32)>,
    of_gene: Vec<Vec<u32>>,
    of_cluster: Vec<Vec<u32>>,
}

/// At most so many names and definitions of a cluster are read.
const NAMES: usize = 60;
const DEFINITIONS: usize = 5;

impl Relations {
    /// Reads everything; takes a second or two.
    pub fn load(base: &Base) -> Result<Self> {
        let mut diseases: HashMap<i64, (Vec<String>, Option<String>)> = HashMap::new();
        base.each("SELECT id, name, definition FROM disease", |row| {
            diseases.insert(row.get(0)?, (vec![row.get(1)?], row.get(2)?));
            Ok(())
        })?;
        base.each("SELECT disease, name FROM disease_name", |row| {
            let name: String = row.get(1)?;
            if let Some((names, _)) = diseases.get_mut(&row.get(0)?)
                && !names.contains(&name)
            {
                names.push(name);
            }
            Ok(())
        })?;
        let mut terms: HashMap<u32, String> = HashMap::new();
        base.each("SELECT id, name FROM term", |row| {
            terms.insert(row.get(0)?, row.get(1)?);
            Ok(())
        })?;
        let (cluster_of, members) = clusters(&diseases);
        let mut cluster_terms: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); members.len()];
        base.each("SELECT disease, term FROM disease_term WHERE NOT absent", |row| {
            if let Some(&cluster) = cluster_of.get(&row.get(0)?) {
                cluster_terms[cluster as usize].insert(row.get(1)?);
            }
            Ok(())
        })?;
        let mut pairs: BTreeSet<(i64, u32)> = BTreeSet::new();
        let mut take = |row: &rusqlite::Row<'_>| {
            if let Some(&cluster) = cluster_of.get(&row.get(1)?) {
                pairs.insert((row.get(0)?, cluster));
            }
            Ok(())
        };
        base.each("SELECT DISTINCT gene, disease FROM gene_disease", &mut take)?;
        let related: HashSet<i64> = pairs.iter().map(|(gene, _)| *gene).collect();
        let (mut gene_ids, mut gene_lies, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        base.each("SELECT id, name, summary, location, kind FROM gene ORDER BY id", |row| {
            let (id, name, summary): (i64, String, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (location, kind): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
            if summary.is_some() || related.contains(&id) || kind.is_some_and(|kind| kind.contains("protein")) {
                gene_ids.push(id);
                gene_lies.push(match location.unwrap_or_default() {
                    place if place.starts_with('X') => X,
                    place if place.to_ascii_lowercase().starts_with("mito") => MITOCHONDRION,
                    _ => AUTOSOME,
                });
                texts.push(format!("{name} {}", summary.unwrap_or_default()));
            }
            Ok(())
        })?;
        let genes = texts.len();
        let mut all = Vec::with_capacity(members.len());
        for (members, terms_of) in members.iter().zip(&cluster_terms) {
            let of = || members.iter().filter_map(|disease| diseases.get(disease));
            let mut names: Vec<&str> = Vec::new();
            for name in of().flat_map(|(names, _)| names) {
                if names.len() < NAMES && !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
            let mut text = names.join(" ");
            let definitions = of().filter_map(|(_, definition)| definition.as_deref()).take(DEFINITIONS);
            for more in definitions.chain(terms_of.iter().filter_map(|term| terms.get(term).map(String::as_str))) {
                text.push(' ');
                text.push_str(more);
            }
            texts.push(text);
            let own: Vec<BTreeSet<String>> =
                names.iter().map(|name| own_words(name)).filter(|words| !words.is_empty()).collect();
            all.push(Cluster {
                words: own.iter().flatten().cloned().collect(),
                names: own,
                inherited: inherited(&names, terms_of),
                label: names.first().copied().unwrap_or_default().to_string(),
            });
        }
        let (vocabulary, idf, mut rows) = vectors(&texts);
        let cluster_texts = Texts::new(rows.split_off(genes), idf.len());
        let gene_rows: HashMap<i64, u32> = gene_ids.iter().enumerate().map(|(row, id)| (*id, row as u32)).collect();
        let known: Vec<(u32, u32)> =
            pairs.iter().filter_map(|(gene, cluster)| Some((*gene_rows.get(gene)?, *cluster))).collect();
        let (mut of_gene, mut of_cluster) = (vec![Vec::new(); genes], vec![Vec::new(); all.len()]);
        for (number, &(gene, cluster)) in known.iter().enumerate() {
            of_gene[gene as usize].push(number as u32);
            of_cluster[cluster as usize].push(number as u32);
        }
        let gene_texts = Texts::new(rows, idf.len());
        Ok(Self {
            vocabulary,
            idf,
            gene_ids,
            gene_rows,
            gene_lies,
            gene_texts,
            clusters: all,
            cluster_of,
            cluster_texts,
            known,
            of_gene,
            of_cluster,
        })
    }

    /// A disease, and all that are one with it but for a number or a type.
    pub fn disease(&self, disease: i64) -> Option<Target> {
        let cluster = *self.cluster_of.get(&disease)?;
        let own = &self.clusters[cluster as usize];
        Some(Target {
            text: self.cluster_texts.rows[cluster as usize].clone(),
            names: own.names.clone(),
            inherited: own.inherited,
            genes: self.of_cluster[cluster as usize]
                .iter()
                .map(|&number| (self.known[number as usize].0, Some(number)))
                .collect(),
            cluster: Some(cluster),
        })
    }

    /// A phenotype: its names and definition, and the genes that have it.
    pub fn phenotype(&self, names: &[String], definition: &str, genes: &[i64]) -> Target {
        let text = format!("{} {definition}", names.join(" "));
        Target {
            text: self.vector(&text),
            names: names.iter().map(|name| own_words(name)).filter(|words| !words.is_empty()).collect(),
            inherited: 0,
            genes: genes.iter().filter_map(|gene| Some((*self.gene_rows.get(gene)?, None))).collect(),
            cluster: None,
        }
    }

    /// The same disease, or one so like it that the one says the other: half of the words of their names, or of all that is known.
    fn same(&self, a: u32, b: u32) -> bool {
        let share = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
            let both = a.intersection(b).count();
            both as f64 / (a.len() + b.len() - both).max(1) as f64
        };
        let (one, other) = (&self.clusters[a as usize], &self.clusters[b as usize]);
        a == b
            || share(&one.words, &other.words) >= 0.5
            || one.names.iter().any(|x| other.names.iter().any(|y| share(x, y) >= 0.6))
            || cosine(&self.cluster_texts.rows[a as usize], &self.cluster_texts.rows[b as usize]) >= 0.5
    }

    /// Weighs a gene against a disease or phenotype. `hidden`: relations (gene, disease) that are to be taken for unknown, with all of the
    /// gene's diseases that are nearly the same; those of the pair itself always are.
    pub fn weigh(&self, gene: i64, target: &Target, hidden: &[(i64, i64)]) -> Option<Found> {
        let row = *self.gene_rows.get(&gene)?;
        let mut shown = vec![true; self.known.len()];
        let hidden = hidden
            .iter()
            .filter_map(|(gene, disease)| Some((*self.gene_rows.get(gene)?, *self.cluster_of.get(disease)?)));
        for (gene, cluster) in hidden.chain(target.cluster.map(|cluster| (row, cluster))) {
            for &number in &self.of_gene[gene as usize] {
                if shown[number as usize] && self.same(self.known[number as usize].1, cluster) {
                    shown[number as usize] = false;
                }
            }
        }
        let own_text = &self.gene_texts.rows[row as usize];
        let mut found = Found::default();
        let m = &mut found.measures;
        let top = f64::from(self.idf.iter().copied().fold(0f32, f32::max));
        let rarity = |word: &String| self.vocabulary.get(word).map_or(top, |&id| f64::from(self.idf[id as usize]));
        let has = |word: &String| {
            self.vocabulary.get(word).is_some_and(|&id| own_text.binary_search_by_key(&id, |(word, _)| *word).is_ok())
        };
        for name in &target.names {
            let whole: f64 = name.iter().map(rarity).sum();
            let met: f64 = name.iter().filter(|word| has(word)).map(rarity).sum();
            // METHOD: a name of one common word says little, even if it is met.
            let share = met / whole * (whole / 12.0).min(1.0);
            if share > m[0] {
                m[0] = share;
            }
        }
        m[1] = f64::from(cosine(own_text, &target.text));
        let mut both: Vec<(f32, u32)> = Vec::new();
        for &(word, weight) in own_text {
            if let Ok(at) = target.text.binary_search_by_key(&word, |(word, _)| *word) {
                both.push((weight * target.text[at].1, word));
            }
        }
        both.sort_by(|a, b| b.0.total_cmp(&a.0));
        let shared: HashSet<u32> = both.iter().take(5).map(|(_, word)| *word).collect();
        let gene_cosines = self.gene_texts.cosines(own_text);
        let cluster_cosines = self.cluster_texts.cosines(&target.text);
        for &number in &self.of_gene[row as usize] {
            let cluster = self.known[number as usize].1;
            let like = f64::from(cluster_cosines[cluster as usize]);
            if shown[number as usize] && like > m[2] {
                m[2] = like;
                found.disease = Some(self.clusters[cluster as usize].label.clone());
            }
        }
        let (mut sums, mut all) = ([[0f64; 3]; 3], 0f64);
        let mut best: Vec<f32> = Vec::new();
        let mut least = 0f32;
        let mut nearest = (0f32, 0u32);
        for (number, &(other, cluster)) in self.known.iter().enumerate() {
            if !shown[number] || other == row {
                continue;
            }
            all += 1.0;
            let (a, b) = (gene_cosines[other as usize], cluster_cosines[cluster as usize]);
            let (mut power_a, mut power_b) = (1.0, 1.0);
            for sums in &mut sums {
                power_a *= f64::from(a);
                power_b *= f64::from(b);
                sums[0] += power_a * power_b;
                sums[1] += power_a;
                sums[2] += power_b;
            }
            let like = a * b;
            if like > least {
                best.push(like);
                if like > nearest.0 {
                    nearest = (like, number as u32);
                }
                if best.len() >= 64 {
                    best.sort_by(|a, b| b.total_cmp(a));
                    best.truncate(5);
                    least = best[4];
                }
            }
        }
        best.sort_by(|a, b| b.total_cmp(a));
        best.truncate(5);
        m[3] = f64::from(nearest.0);
        m[4] = best.iter().map(|&like| f64::from(like)).sum::<f64>() / 5.0;
        for &(other, number) in &target.genes {
            if other != row && number.is_none_or(|number| shown[number as usize]) {
                m[5] = m[5].max(f64::from(gene_cosines[other as usize]));
            }
        }
        for (at, [both, genes, diseases]) in sums.into_iter().enumerate() {
            let chance = genes * diseases / all.max(1.0);
            m[6 + at] = ((both + 1e-9) / (chance + 1e-9)).ln();
        }
        if target.inherited != 0 {
            let lies = self.gene_lies[row as usize];
            let agrees = if target.inherited & lies != 0 { 1.0 } else { -1.0 };
            m[9] = agrees;
            if lies != AUTOSOME || target.inherited & AUTOSOME == 0 {
                m[10] = agrees;
            }
        }
        if nearest.0 > 0.0 {
            let (other, cluster) = self.known[nearest.1 as usize];
            found.pair = Some((self.gene_ids[other as usize], self.clusters[cluster as usize].label.clone()));
        }
        found.words = self.words(&shared);
        Some(found)
    }

    fn words(&self, ids: &HashSet<u32>) -> Vec<String> {
        let mut words: Vec<String> =
            self.vocabulary.iter().filter(|(_, id)| ids.contains(id)).map(|(word, _)| word.clone()).collect();
        words.sort();
        words
    }

    fn vector(&self, text: &str) -> Vector {
        let counts = counts(text);
        let known = counts.iter().filter_map(|(word, n)| Some((*self.vocabulary.get(word)?, *n)));
        normal(known.collect(), &self.idf)
    }
}

impl Found {
    /// What each kind of evidence adds, and all of it together.
    pub fn evidence(&self, weights: &Weights, symbol: impl Fn(i64) -> Result<String>) -> Result<(f64, Vec<Evidence>)> {
        let sum = |kind: &str| {
            let mine = MEASURES.iter().zip(self.measures).filter(|(name, _)| name.split('.').next() == Some(kind));
            mine.filter_map(|(name, x)| Some(weights.curves.get(*name)?.at(x))).sum::<f64>()
        };
        let likest = match &self.pair {
            Some((gene, disease)) => format!("likest: {} and {disease}", symbol(*gene)?),
            None => "no gene like it has a disease like it".into(),
        };
        let text =
            if self.words.is_empty() { "no words shared".into() } else { format!("shared: {}", self.words.join(" ")) };
        let agrees = match self.measures[9] {
            x if x > 0.0 => "inheritance agrees",
            x if x < 0.0 => "inheritance does not agree",
            _ => "inheritance not known",
        };
        let other =
            self.disease.as_ref().map_or("no other diseases".into(), |name| format!("likest of its diseases: {name}"));
        let all: Vec<Evidence> =
            [("text", text), ("diseases", other), ("likeness", likest), ("chromosome", agrees.into())]
                .into_iter()
                .map(|(kind, detail)| Evidence { kind, log_odds: sum(kind), detail })
                .collect();
        Ok((weights.intercept + all.iter().map(|one| one.log_odds).sum::<f64>(), all))
    }
}

fn inherited(names: &[&str], terms: &BTreeSet<u32>) -> u8 {
    let mut found = 0;
    for term in terms {
        found |= match term {
            1417 | 1419 | 1423 => X,
            6 | 7 => AUTOSOME,
            1427 => MITOCHONDRION,
            _ => 0,
        };
    }
    for name in names {
        let name = fold(name);
        found |= if name.contains("x linked") { X } else { 0 } | if name.contains("autosomal") { AUTOSOME } else { 0 };
    }
    found
}

fn clusters(diseases: &HashMap<i64, (Vec<String>, Option<String>)>) -> (HashMap<i64, u32>, Vec<Vec<i64>>) {
    let mut ids: Vec<i64> = diseases.keys().copied().collect();
    ids.sort_unstable();
    let mut first: HashMap<BTreeSet<String>, usize> = HashMap::new();
    let mut parent: Vec<usize> = (0..ids.len()).collect();
    fn find(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    for (at, id) in ids.iter().enumerate() {
        for name in &diseases[id].0 {
            let key = own_words(name);
            if key.is_empty() {
                continue;
            }
            let other = *first.entry(key).or_insert(at);
            let (a, b) = (find(&mut parent, at), find(&mut parent, other));
            parent[a.max(b)] = a.min(b);
        }
    }
    let (mut of, mut members, mut numbers) = (HashMap::new(), Vec::<Vec<i64>>::new(), HashMap::new());
    for (at, id) in ids.iter().enumerate() {
        let root = find(&mut parent, at);
        let number = *numbers.entry(root).or_insert_with(|| {
            members.push(Vec::new());
            members.len() as u32 - 1
        });
        members[number as usize].push(*id);
        of.insert(*id, number);
    }
    (of, members)
}

fn counts(text: &str) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for word in fold(text).split(' ').filter(|word| !word.is_empty()) {
        *counts.entry(singular(word).to_string()).or_insert(0) += 1;
    }
    counts
}

/// Weighed by how often in the text (1 + ln) and how rare in all texts; of length 1.
fn normal(mut words: Vec<(u32, u32)>, idf: &[f32]) -> Vector {
    words.sort_unstable();
    let mut vector: Vector =
        words.into_iter().map(|(word, n)| (word, (1.0 + (n as f32).ln()) * idf[word as usize])).collect();
    let length = vector.iter().map(|(_, x)| x * x).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|(_, x)| *x /= length.max(f32::MIN_POSITIVE));
    vector
}

/// Vocabulary, rarity of its words and all texts as vectors: words of two texts or more, and at most of a fifth of them.
fn vectors(texts: &[String]) -> (HashMap<String, u32>, Vec<f32>, Vec<Vector>) {
    let counted: Vec<BTreeMap<String, u32>> = texts.par_iter().map(|text| counts(text)).collect();
    let mut frequency: HashMap<&str, u32> = HashMap::new();
    for word in counted.iter().flat_map(BTreeMap::keys) {
        *frequency.entry(word).or_insert(0) += 1;
    }
    let most = (texts.len() / 5) as u32;
    let mut kept: Vec<(&str, u32)> = frequency.into_iter().filter(|(_, n)| *n >= 2 && *n <= most.max(2)).collect();
    kept.sort_unstable();
    let idf: Vec<f32> = kept.iter().map(|(_, n)| ((1.0 + texts.len() as f32) / (1.0 + *n as f32)).ln() + 1.0).collect();
    let vocabulary: HashMap<String, u32> =
        kept.iter().enumerate().map(|(id, (word, _))| ((*word).to_string(), id as u32)).collect();
    let rows = counted
        .par_iter()
        .map(|counts| {
            let known = counts.iter().filter_map(|(word, n)| Some((*vocabulary.get(word)?, *n)));
            normal(known.collect(), &idf)
        })
        .collect();
    (vocabulary, idf, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_series_are_one_but_for_their_numbers() {
        let words = |name| own_words(name).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(words("Deafness, autosomal dominant 2A"), "deafness");
        assert_eq!(words("Charcot-Marie-Tooth disease, type 1A"), "charcot disease marie tooth");
        assert_eq!(words("Leukodystrophies"), "leukodystrophie");
        assert!(is_special_case("Long QT syndrome 5", "Long QT syndrome"));
        assert!(is_special_case("Deafness, autosomal dominant 2A", "deafness"));
        assert!(!is_special_case("Long QT syndrome 5", "Long QT syndrome 1"));
        assert!(!is_special_case("Deafness, autosomal dominant 2A", "Deafness, autosomal recessive"));
        assert!(!is_special_case("Short QT syndrome 1", "Long QT syndrome"));
        assert!(!is_special_case("Type 2", "Type"), "nothing of its own");
    }

    #[test]
    fn a_curve_goes_straight_from_knot_to_knot_and_no_further() {
        let curve = Curve { knots: vec![0.0, 1.0, 3.0], log_odds: vec![-1.0, 1.0, 2.0] };
        for (x, y) in [(-5.0, -1.0), (0.0, -1.0), (0.5, 0.0), (1.0, 1.0), (2.0, 1.5), (3.0, 2.0), (9.0, 2.0)] {
            assert_eq!(curve.at(x), y, "{x}");
        }
        assert_eq!(Curve { knots: vec![], log_odds: vec![] }.at(1.0), 0.0);
    }

    #[test]
    fn words_of_one_text_and_of_nearly_all_say_nothing() {
        let texts: Vec<String> =
            ["the collagen chain", "the collagen of bone", "the kinase", "the kinase again"].map(String::from).into();
        let (vocabulary, idf, rows) = vectors(&texts);
        let mut words: Vec<&String> = vocabulary.keys().collect();
        words.sort();
        assert_eq!(words, ["collagen", "kinase"]);
        assert_eq!((idf.len(), rows.len()), (2, 4));
        assert!((cosine(&rows[0], &rows[1]) - 1.0).abs() < 1e-6);
        assert_eq!(cosine(&rows[0], &rows[2]), 0.0);
    }
}
