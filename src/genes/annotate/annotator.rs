//! The genes at a place of a genome, and their facts.

use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeSet, HashMap},
};

use super::{
    gene_facts::{DiseaseFact, GeneFacts},
    matching::Matcher,
};
use crate::{
    error::Result,
    genes::{base::Base, claims::DiseaseClaim},
    genome::Interval,
    read::annotation::GenePlace,
};

/// A gene of the annotation, and its facts once they were needed.
struct Place {
    interval: Interval,
    gene: GenePlace,
    written: OnceCell<([String; 8], String)>,
}

/// Genes of a contig by their starts.
struct ContigGenes {
    places: Vec<Place>,
    /// The largest end of this gene and all before it.
    reach: Vec<u64>,
}

/// Finds the genes at a place, and their facts.
pub(super) struct Annotator {
    base: Base,
    matcher: Matcher,
    lines: HashMap<String, ContigGenes>,
    /// Genes of the annotation that are not in the knowledge base.
    unknown: RefCell<BTreeSet<String>>,
}

impl Annotator {
    /// Of the genes of an annotation.
    pub(super) fn new(base: Base, annotation: Vec<GenePlace>) -> Self {
        let mut lines: HashMap<String, ContigGenes> = HashMap::new();
        for gene in annotation {
            let genes = lines
                .entry(gene.contig.clone())
                .or_insert_with(|| ContigGenes { places: Vec::new(), reach: Vec::new() });
            genes.places.push(Place { interval: gene.interval, gene, written: OnceCell::new() });
        }
        for genes in lines.values_mut() {
            genes.places.sort_by_key(|place| (place.interval.start, place.interval.end));
            let mut furthest = 0;
            genes.reach = genes
                .places
                .iter()
                .map(|place| {
                    furthest = furthest.max(place.interval.end);
                    furthest
                })
                .collect();
        }
        Self { base, matcher: Matcher::default(), lines, unknown: Default::default() }
    }

    /// Whether a contig has genes.
    pub(super) fn has(&self, contig: &str) -> bool {
        self.lines.contains_key(contig)
    }

    /// Genes of the annotation that were found at a place and are not in the knowledge base.
    pub(super) fn unknown(&self) -> Vec<String> {
        self.unknown.borrow().iter().cloned().collect()
    }

    /// Calls `each` with the columns and the INFO value of every gene that overlaps one of the places (contig and interval), once; in the
    /// order of the places and, of each, of the genes' starts.
    pub(super) fn at(&self, places: &[(String, Interval)], mut each: impl FnMut(&[String; 8], &str)) -> Result<()> {
        let mut seen: Vec<*const Place> = Vec::new();
        for (contig, interval) in places {
            for place in self.genes_at(contig, *interval) {
                if places.len() > 1 {
                    if seen.contains(&std::ptr::from_ref(place)) {
                        continue;
                    }
                    seen.push(place);
                }
                if place.written.get().is_none() {
                    let facts = self.facts(&place.gene)?;
                    let _ = place.written.set((facts.columns(), facts.info()));
                }
                if let Some((columns, info)) = place.written.get() {
                    each(columns, info);
                }
            }
        }
        Ok(())
    }

    /// The genes that overlap an interval, ordered by start.
    fn genes_at(&self, contig: &str, interval: Interval) -> impl Iterator<Item = &Place> {
        let places = self.lines.get(contig).map_or(&[][..], |genes| {
            let end = genes.places.partition_point(|place| place.interval.start < interval.end);
            let mut first = end;
            while first > 0 && genes.reach[first - 1] > interval.start {
                first -= 1;
            }
            &genes.places[first..end]
        });
        places.iter().filter(move |place| place.interval.end > interval.start)
    }

    /// Logs what is to be known of the genes of the annotation that were met.
    pub(super) fn warn(&self, place: &str) {
        self.matcher.warn(place);
    }

    fn facts(&self, place: &GenePlace) -> Result<GeneFacts> {
        let Some(gene) = self.matcher.find(&self.base, place)? else {
            let symbol = place.name.clone().unwrap_or_else(|| place.id.clone());
            self.unknown.borrow_mut().insert(symbol.clone());
            return Ok(GeneFacts { symbol, ..GeneFacts::default() });
        };
        let mut facts = GeneFacts {
            symbol: gene.symbol.clone(),
            hgnc: gene.hgnc.map(|id| format!("HGNC:{id}")).unwrap_or_default(),
            ..GeneFacts::default()
        };
        let add = |all: &mut Vec<String>, one: String| {
            if !one.is_empty() && !all.contains(&one) {
                all.push(one);
            }
        };
        for DiseaseClaim { entity, disease, pair, .. } in self.base.all_claims_of(gene.id)? {
            let claim = pair.claim;
            // What speaks against it is no evidence for it, of whatever strength: it is never left out.
            if !claim.is_against() && !self.base.filter().admits(claim) {
                continue;
            }
            let mut one = DiseaseFact { identifiers: Vec::new(), name: disease, claim, sources: Vec::new() };
            for relation in pair.own_statements(entity).map(|one| &one.relation) {
                relation.accession.iter().for_each(|id| add(&mut one.identifiers, id.clone()));
                // A listing does not count against curators who refute it.
                if claim.is_against() && !relation.claim.is_against() {
                    continue;
                }
                let source = &self.base.source(relation.source).name;
                add(&mut one.sources, source.clone());
                if claim.is_against() {
                    continue;
                }
                let strength = relation.relation.clone().unwrap_or_default();
                let evidence = if strength.is_empty() { source.clone() } else { format!("{source}:{strength}") };
                add(&mut facts.evidence, evidence);
                add(&mut facts.inheritance, relation.inheritance.clone().unwrap_or_default());
            }
            // What is against it may be stated of its series, or of a disease above.
            for against in pair.statements.iter().filter(|one| claim.is_against() && one.relation.claim.is_against()) {
                add(&mut one.sources, self.base.source(against.relation.source).name.clone());
            }
            facts.diseases.push(one);
        }
        for phenotype in self.base.phenotypes(&gene)?.into_iter().filter(|one| !one.claim.is_against()) {
            if let Some((id, name)) = &phenotype.disease
                && !facts.diseases.iter().any(|known| known.identifiers.contains(id))
            {
                let source = self.base.source(phenotype.source).name.clone();
                let (identifiers, name) = (vec![id.clone()], name.clone());
                facts.diseases.push(DiseaseFact { identifiers, name, claim: phenotype.claim, sources: vec![source] });
            }
            // Modes of inheritance and onsets are none, as in the listing of phenotypes.
            if phenotype.is_abnormality
                && let Err(at) = facts.phenotypes.binary_search(&phenotype.term)
            {
                facts.phenotypes.insert(at, phenotype.term);
            }
        }
        Ok(facts)
    }
}
