//! All relations of a knowledge base, in memory, and the texts of genes and diseases.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    clusters::{AUTOSOME, Cluster, DiseaseText, MITOCHONDRION, X, clusters},
    texts::{Texts, Vector, Vocabulary, cosine},
    words::own_words,
};
use crate::{
    error::Result,
    genes::{base::Base, claim::Claim},
};

/// What a gene may be related to.
pub(crate) struct Target {
    pub(super) text: Vector,
    /// The words of each name.
    pub(super) names: Vec<BTreeSet<String>>,
    /// Chromosomes that its modes of inheritance name.
    pub(super) inherited: u8,
    /// Genes that are related to it, and the number of the related pair.
    pub(super) genes: Vec<(u32, Option<u32>)>,
    pub(super) cluster: Option<u32>,
}

/// Related genes and diseases, with their texts, ready to be compared. Genes and clusters of diseases are numbered from 0.
pub(crate) struct Relations {
    pub(super) vocabulary: Vocabulary,
    pub(super) genes: Genes,
    pub(super) gene_texts: Texts,
    pub(super) clusters: Vec<Cluster>,
    /// The cluster of each disease.
    pub(super) cluster_of: HashMap<i64, u32>,
    pub(super) cluster_texts: Texts,
    /// Related pairs of any source: gene, cluster.
    pub(super) pairs: Vec<(u32, u32)>,
    /// Numbers of the pairs of each gene.
    pub(super) pairs_of_gene: Vec<Vec<u32>>,
    /// Numbers of the pairs of each cluster.
    pub(super) pairs_of_cluster: Vec<Vec<u32>>,
}

/// The genes that are compared: those with a summary or a disease, and all that code for a protein.
#[derive(Default)]
pub(super) struct Genes {
    /// Numbers in the knowledge base.
    pub(super) ids: Vec<i64>,
    /// Row of each number.
    pub(super) rows: HashMap<i64, u32>,
    /// The chromosome each is on, as a flag.
    pub(super) chromosomes: Vec<u8>,
}

impl Relations {
    /// Reads everything; takes a second or two.
    pub(crate) fn load(base: &Base) -> Result<Self> {
        let diseases = read_diseases(base)?;
        let (cluster_of, members) = clusters(&diseases);
        let related = read_pairs(base, &cluster_of)?;
        let (genes, mut texts) = read_genes(base, &related)?;
        let clusters = read_clusters(base, &diseases, &cluster_of, &members, &mut texts)?;
        let (vocabulary, mut rows) = Vocabulary::of(&texts);
        let words = vocabulary.idf.len();
        let cluster_texts = Texts::new(rows.split_off(genes.ids.len()), words);
        let gene_texts = Texts::new(rows, words);
        let pairs: Vec<(u32, u32)> =
            related.iter().filter_map(|(gene, cluster)| Some((*genes.rows.get(gene)?, *cluster))).collect();
        let mut pairs_of_gene = vec![Vec::new(); genes.ids.len()];
        let mut pairs_of_cluster = vec![Vec::new(); clusters.len()];
        for (number, &(gene, cluster)) in pairs.iter().enumerate() {
            pairs_of_gene[gene as usize].push(number as u32);
            pairs_of_cluster[cluster as usize].push(number as u32);
        }
        Ok(Self {
            vocabulary,
            genes,
            gene_texts,
            clusters,
            cluster_of,
            cluster_texts,
            pairs,
            pairs_of_gene,
            pairs_of_cluster,
        })
    }

    /// A disease, and all that are the same except for a number or a type; `None` if the knowledge base does not have it.
    pub(crate) fn disease(&self, disease: i64) -> Option<Target> {
        let cluster = *self.cluster_of.get(&disease)?;
        let own = &self.clusters[cluster as usize];
        let pairs = &self.pairs_of_cluster[cluster as usize];
        Some(Target {
            text: self.cluster_texts.rows[cluster as usize].clone(),
            names: own.names.clone(),
            inherited: own.inherited,
            genes: pairs.iter().map(|&number| (self.pairs[number as usize].0, Some(number))).collect(),
            cluster: Some(cluster),
        })
    }

    /// A phenotype: its names and definition, and the genes that have it.
    pub(crate) fn phenotype(&self, names: &[String], definition: &str, genes: &[i64]) -> Target {
        let text = format!("{} {definition}", names.join(" "));
        Target {
            text: self.vocabulary.vector(&text),
            names: names.iter().map(|name| own_words(name)).filter(|words| !words.is_empty()).collect(),
            inherited: 0,
            genes: genes.iter().filter_map(|gene| Some((*self.genes.rows.get(gene)?, None))).collect(),
            cluster: None,
        }
    }

    /// Whether two clusters are the same disease, or so alike that one reveals the other: by half of the words of their names, or of
    /// their texts.
    pub(super) fn same(&self, a: u32, b: u32) -> bool {
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
}

/// Names and definitions of all diseases.
fn read_diseases(base: &Base) -> Result<HashMap<i64, DiseaseText>> {
    let mut diseases = HashMap::new();
    base.each("SELECT id, name, definition FROM disease", |row| {
        diseases.insert(row.get(0)?, DiseaseText { names: vec![row.get(1)?], definition: row.get(2)? });
        Ok(())
    })?;
    base.each("SELECT disease, name FROM disease_name", |row| {
        let name: String = row.get(1)?;
        if let Some(DiseaseText { names, .. }) = diseases.get_mut(&row.get(0)?)
            && !names.contains(&name)
        {
            names.push(name);
        }
        Ok(())
    })?;
    Ok(diseases)
}

/// Related genes and clusters. What sources together dispute is no relation.
fn read_pairs(base: &Base, cluster_of: &HashMap<i64, u32>) -> Result<BTreeSet<(i64, u32)>> {
    let all = base.all_pairs()?.into_iter().filter(|(_, claim)| *claim < Claim::Conflicting);
    Ok(all.filter_map(|((gene, disease), _)| Some((gene, *cluster_of.get(&disease)?))).collect())
}

/// The genes that are compared, and their texts.
fn read_genes(base: &Base, pairs: &BTreeSet<(i64, u32)>) -> Result<(Genes, Vec<String>)> {
    let related: HashSet<i64> = pairs.iter().map(|(gene, _)| *gene).collect();
    let (mut genes, mut texts) = (Genes::default(), Vec::new());
    base.each("SELECT id, name, summary, location, kind FROM gene ORDER BY id", |row| {
        let (id, name, summary): (i64, String, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (location, kind): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
        if summary.is_some() || related.contains(&id) || kind.is_some_and(|kind| kind.contains("protein")) {
            genes.rows.insert(id, genes.ids.len() as u32);
            genes.ids.push(id);
            genes.chromosomes.push(match location.unwrap_or_default() {
                place if place.starts_with('X') => X,
                place if place.to_ascii_lowercase().starts_with("mito") => MITOCHONDRION,
                _ => AUTOSOME,
            });
            texts.push(format!("{name} {}", summary.unwrap_or_default()));
        }
        Ok(())
    })?;
    Ok((genes, texts))
}

/// The clusters of diseases; their texts are added to `texts`.
fn read_clusters(
    base: &Base,
    diseases: &HashMap<i64, DiseaseText>,
    cluster_of: &HashMap<i64, u32>,
    members: &[Vec<i64>],
    texts: &mut Vec<String>,
) -> Result<Vec<Cluster>> {
    let mut term_names: HashMap<u32, String> = HashMap::new();
    base.each("SELECT id, name FROM term", |row| {
        term_names.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    let mut terms: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); members.len()];
    base.each("SELECT disease, term FROM disease_term WHERE NOT absent", |row| {
        if let Some(&cluster) = cluster_of.get(&row.get(0)?) {
            terms[cluster as usize].insert(row.get(1)?);
        }
        Ok(())
    })?;
    let mut clusters = Vec::with_capacity(members.len());
    for (members, terms) in members.iter().zip(&terms) {
        let (cluster, text) = Cluster::of(members, diseases, terms, &term_names);
        clusters.push(cluster);
        texts.push(text);
    }
    Ok(clusters)
}
