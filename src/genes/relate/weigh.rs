//! The measures of a gene and a disease or phenotype.

use super::{
    clusters::AUTOSOME,
    relations::{Relations, Target},
    texts::cosine,
    weights::Measures,
};

/// How alike a pair is to the related pairs.
struct PairLikeness {
    /// Of the most alike pair: its likeness and its number.
    nearest: (f32, u32),
    /// Mean likeness of the five most alike pairs.
    mean: f64,
    /// Log ratio of the observed and the expected sum of likenesses, raised to the powers 1, 2 and 3.
    lifts: [f64; 3],
}

impl Relations {
    /// Measures a gene and a disease or phenotype; `None` for a gene that is not compared. `hidden`: relations (gene, disease) that count
    /// as unknown, with those of the gene to nearly the same diseases; relations of the pair itself always count as unknown.
    pub(crate) fn weigh(&self, gene: i64, target: &Target, hidden: &[(i64, i64)]) -> Option<Measures> {
        let row = *self.genes.rows.get(&gene)?;
        let shown = self.shown(row, target, hidden);
        let gene_cosines = self.gene_texts.cosines(&self.gene_texts.rows[row as usize]);
        let cluster_cosines = self.cluster_texts.cosines(&target.text);
        let (disease, disease_likeness) = self.likest_disease(row, &shown, &cluster_cosines);
        let pairs = self.pair_likeness(row, &shown, &gene_cosines, &cluster_cosines);
        let [agrees, agrees_unless_autosomal] = self.inheritance(row, target);
        let values = [
            self.names_met(row, target),
            f64::from(cosine(&self.gene_texts.rows[row as usize], &target.text)),
            disease_likeness,
            f64::from(pairs.nearest.0),
            pairs.mean,
            likest_gene(row, target, &shown, &gene_cosines),
            pairs.lifts[0],
            pairs.lifts[1],
            pairs.lifts[2],
            agrees,
            agrees_unless_autosomal,
            // METHOD: the fit adds measures, and where the gene's own disease is like the target, pairs of other genes like the two say
            // less: so their difference is a measure, too (area on test pairs, fitted again: .918 without it, .922 with it).
            if disease_likeness > 0.0 { disease_likeness - pairs.mean } else { 0.0 },
        ];
        let label = |cluster: u32| self.clusters[cluster as usize].label.clone();
        let pair = (pairs.nearest.0 > 0.0).then(|| {
            let (other, cluster) = self.pairs[pairs.nearest.1 as usize];
            (self.genes.ids[other as usize], label(cluster))
        });
        Some(Measures { values, words: self.words_shared(row, target), disease: disease.map(label), pair })
    }

    /// Which related pairs are used: all but those that are hidden, and those of the pair itself.
    fn shown(&self, row: u32, target: &Target, hidden: &[(i64, i64)]) -> Vec<bool> {
        let mut shown = vec![true; self.pairs.len()];
        let hidden = hidden
            .iter()
            .filter_map(|(gene, disease)| Some((*self.genes.rows.get(gene)?, *self.cluster_of.get(disease)?)));
        for (gene, cluster) in hidden.chain(target.cluster.map(|cluster| (row, cluster))) {
            for &number in &self.pairs_of_gene[gene as usize] {
                if shown[number as usize] && self.same(self.pairs[number as usize].1, cluster) {
                    shown[number as usize] = false;
                }
            }
        }
        shown
    }

    /// The largest share of a name's words, weighed by their rarity, that the gene's text has.
    fn names_met(&self, row: u32, target: &Target) -> f64 {
        let own_text = &self.gene_texts.rows[row as usize];
        let idf = &self.vocabulary.idf;
        let top = f64::from(idf.iter().copied().fold(0f32, f32::max));
        let rarity = |word: &String| self.vocabulary.id(word).map_or(top, |id| f64::from(idf[id as usize]));
        let has = |word: &String| {
            self.vocabulary.id(word).is_some_and(|id| own_text.binary_search_by_key(&id, |(word, _)| *word).is_ok())
        };
        let mut best = 0.0;
        for name in &target.names {
            let whole: f64 = name.iter().map(rarity).sum();
            let met: f64 = name.iter().filter(|word| has(word)).map(rarity).sum();
            // METHOD: a name of one common word counts for little, even if the gene's text has it.
            let share = met / whole * (whole / 12.0).min(1.0);
            if share > best {
                best = share;
            }
        }
        best
    }

    /// The five words that weigh most among those that the gene's and the target's texts share.
    fn words_shared(&self, row: u32, target: &Target) -> Vec<String> {
        let mut both: Vec<(f32, u32)> = Vec::new();
        for &(word, weight) in &self.gene_texts.rows[row as usize] {
            if let Ok(at) = target.text.binary_search_by_key(&word, |(word, _)| *word) {
                both.push((weight * target.text[at].1, word));
            }
        }
        both.sort_by(|a, b| b.0.total_cmp(&a.0));
        let shared: Vec<u32> = both.iter().take(5).map(|(_, word)| *word).collect();
        self.vocabulary.words(&shared)
    }

    /// Of the gene's diseases the one most like the target, and how alike it is.
    fn likest_disease(&self, row: u32, shown: &[bool], cluster_cosines: &[f32]) -> (Option<u32>, f64) {
        let (mut disease, mut most) = (None, 0.0);
        for &number in &self.pairs_of_gene[row as usize] {
            let cluster = self.pairs[number as usize].1;
            let like = f64::from(cluster_cosines[cluster as usize]);
            if shown[number as usize] && like > most {
                (disease, most) = (Some(cluster), like);
            }
        }
        (disease, most)
    }

    /// How alike the pair is to the related pairs of other genes: likeness of genes times likeness of diseases.
    fn pair_likeness(&self, row: u32, shown: &[bool], gene_cosines: &[f32], cluster_cosines: &[f32]) -> PairLikeness {
        let (mut sums, mut all) = ([[0f64; 3]; 3], 0f64);
        let mut best: Vec<f32> = Vec::new();
        let mut least = 0f32;
        let mut nearest = (0f32, 0u32);
        for (number, &(other, cluster)) in self.pairs.iter().enumerate() {
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
                // The best five are kept: they are sorted out when 64 have gathered.
                if best.len() >= 64 {
                    best.sort_by(|a, b| b.total_cmp(a));
                    best.truncate(5);
                    least = best[4];
                }
            }
        }
        best.sort_by(|a, b| b.total_cmp(a));
        best.truncate(5);
        let lifts = sums.map(|[both, genes, diseases]| {
            let chance = genes * diseases / all.max(1.0);
            ((both + 1e-9) / (chance + 1e-9)).ln()
        });
        PairLikeness { nearest, mean: best.iter().map(|&like| f64::from(like)).sum::<f64>() / 5.0, lifts }
    }

    /// Whether the target's mode of inheritance agrees with the gene's chromosome: 1, −1, or 0 if it is unknown. The second value leaves out
    /// autosomal genes of autosomal diseases, which most are.
    fn inheritance(&self, row: u32, target: &Target) -> [f64; 2] {
        if target.inherited == 0 {
            return [0.0; 2];
        }
        let chromosome = self.genes.chromosomes[row as usize];
        let agrees = if target.inherited & chromosome != 0 { 1.0 } else { -1.0 };
        let autosomal = chromosome == AUTOSOME && target.inherited & AUTOSOME != 0;
        [agrees, if autosomal { 0.0 } else { agrees }]
    }
}

/// How alike the gene is to the most alike of the genes that are related to the target.
fn likest_gene(row: u32, target: &Target, shown: &[bool], gene_cosines: &[f32]) -> f64 {
    let mut most = 0f64;
    for &(other, number) in &target.genes {
        if other != row && number.is_none_or(|number| shown[number as usize]) {
            most = most.max(f64::from(gene_cosines[other as usize]));
        }
    }
    most
}
