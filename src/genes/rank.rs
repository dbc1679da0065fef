//! Which genes fit a set of phenotypes.
//!
//! METHOD: each given phenotype is compared with each of a gene's by Resnik's similarity (1995): the information content,
//! −ln of the share of genes that have it or a more special one, of their most informative common ancestor. The score is the mean over
//! the phenotypes asked for of their best match, as in Phenomizer (Köhler et al. 2009, one-sided). Of equals the gene comes first whose own
//! phenotypes are better met by those asked for (the mean of their best matches). Library: `hpo`.

use hpo::{
    Ontology,
    annotations::AnnotationId,
    similarity::{Resnik, Similarity},
    term::InformationContentKind,
};

use crate::error::{Error, Result};

/// How well a gene fits.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fit {
    /// Its number in the knowledge base.
    pub gene: i64,
    /// Its symbol.
    pub symbol: String,
    /// Mean information content of the best matches, in nats.
    pub score: f64,
    /// The same, from the gene's phenotypes to those asked for.
    pub backward: f64,
    /// For each phenotype asked for: the gene's best match and its similarity.
    pub matches: Vec<(u32, f64)>,
}

/// All genes with phenotypes, best first; of equals by symbol.
pub(crate) fn rank(ontology: &[u8], terms: &[u32]) -> Result<Vec<Fit>> {
    let broken = |what: String| Error::Internal(format!("the ontology of the knowledge base: {what}"));
    let ontology = Ontology::from_bytes(ontology).map_err(|error| broken(error.to_string()))?;
    let asked = terms
        .iter()
        .map(|&term| ontology.hpo(term).ok_or_else(|| broken(format!("HP:{term:07} is not in it"))))
        .collect::<Result<Vec<_>>>()?;
    let resnik = Resnik::new(InformationContentKind::Gene);
    // A gene's phenotypes repeat from gene to gene: each pair is compared once.
    let mut known: Vec<std::collections::HashMap<u32, f64>> = vec![Default::default(); asked.len()];
    let mut fits: Vec<Fit> = ontology
        .genes()
        .map(|gene| {
            let own = gene.to_hpo_set(&ontology);
            let mut matches = vec![(0, 0.0); asked.len()];
            let mut backward = 0.0;
            for other in &own {
                let id = other.id().as_u32();
                let mut best = 0f64;
                for ((term, known), found) in asked.iter().zip(&mut known).zip(&mut matches) {
                    let similarity = *known.entry(id).or_insert_with(|| f64::from(resnik.calculate(term, &other)));
                    best = best.max(similarity);
                    if similarity > found.1 || (similarity == found.1 && id < found.0) {
                        *found = (id, similarity);
                    }
                }
                backward += best / own.len() as f64;
            }
            let score = matches.iter().map(|(_, similarity)| similarity).sum::<f64>() / matches.len().max(1) as f64;
            Fit { gene: i64::from(gene.id().as_u32()), symbol: gene.symbol().into(), score, backward, matches }
        })
        .filter(|fit| fit.score > 0.0)
        .collect();
    let order = |a: &Fit, b: &Fit| b.score.total_cmp(&a.score).then(b.backward.total_cmp(&a.backward));
    fits.sort_by(|a, b| order(a, b).then_with(|| a.symbol.cmp(&b.symbol)));
    Ok(fits)
}
