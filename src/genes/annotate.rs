//! What is known of the genes that lie at a place of a genome.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashMap},
};

use super::{
    base::Base,
    records::{Gene, GeneMatch},
};
use crate::{
    error::Result,
    genome::Interval,
    read::annotation::{Annotation, GenePlace},
};

/// What is said of a gene, ready to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Approved symbol, or the annotation's name where the gene is not known.
    pub symbol: String,
    /// `HGNC:…`, or nothing.
    pub hgnc: String,
    /// Identifier (or nothing) and name of each disease.
    pub diseases: Vec<(String, String)>,
    /// Modes of inheritance, in the sources' words.
    pub inheritance: Vec<String>,
    /// Numbers of HPO terms.
    pub phenotypes: Vec<u32>,
    /// Who says that it is related to diseases, and how strongly: `ClinGen:Definitive`.
    pub evidence: Vec<String>,
}

/// Fields of [`Said`], in order.
pub const FIELDS: [&str; 6] = ["genes", "hgnc", "diseases", "inheritance", "phenotypes", "evidence"];

impl Said {
    /// As columns of a table: items parted by `|`.
    pub fn columns(&self) -> [String; 6] {
        let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ").replace(['|', ';'], ",");
        let diseases: Vec<String> = self
            .diseases
            .iter()
            .map(|(id, name)| plain(&if id.is_empty() { name.clone() } else { format!("{id} {name}") }))
            .collect();
        let list = |all: &[String]| all.iter().map(|one| plain(one)).collect::<Vec<_>>().join("|");
        [
            plain(&self.symbol),
            self.hgnc.clone(),
            diseases.join("|"),
            list(&self.inheritance),
            self.terms("|"),
            list(&self.evidence),
        ]
    }

    /// As one value of an INFO field: fields parted by `|`, items by `&`; diseases by their identifiers.
    pub fn info(&self) -> String {
        // VCF 4.4, section 1.2: what would end the field is written in percent.
        let plain = |text: &str| {
            let mut out = String::new();
            for letter in text.chars() {
                match letter {
                    ' ' | '|' | '&' | '/' => out.push('_'),
                    ':' if text.starts_with("HGNC") => out.push(':'),
                    ';' | '=' | '%' | ',' | '\t' | '\n' | '\r' => out.push_str(&format!("%{:02X}", letter as u32)),
                    letter => out.push(letter),
                }
            }
            out
        };
        let list = |all: &[String]| all.iter().map(|one| plain(one)).collect::<Vec<_>>().join("&");
        let diseases: Vec<&str> = self.diseases.iter().map(|(id, _)| id.as_str()).filter(|id| !id.is_empty()).collect();
        [
            plain(&self.symbol),
            plain(&self.hgnc),
            diseases.join("&"),
            list(&self.inheritance),
            self.terms("&"),
            list(&self.evidence),
        ]
        .join("|")
    }

    fn terms(&self, between: &str) -> String {
        self.phenotypes.iter().map(|term| format!("HP:{term:07}")).collect::<Vec<_>>().join(between)
    }
}

/// A gene of the annotation, and what is known of it once it was asked for.
struct Place {
    interval: Interval,
    gene: GenePlace,
    said: OnceCell<(Said, [String; 6], String)>,
}

/// Genes of a contig by their starts.
struct Line {
    places: Vec<Place>,
    /// The furthest end of this gene and all before it.
    reach: Vec<u64>,
}

/// Finds genes, and what is known of them.
pub struct Annotator {
    base: Base,
    lines: HashMap<String, Line>,
    /// Sources whose facts count; empty: all.
    wanted: Vec<String>,
    /// Genes of the annotation of which nothing is known.
    unknown: std::cell::RefCell<BTreeMap<String, ()>>,
    /// A contig with genes was met.
    met: std::cell::Cell<bool>,
    /// The first contig without genes that was met.
    absent: std::cell::RefCell<Option<String>>,
}

impl Annotator {
    /// `wanted`: names of the sources whose facts count; none: all.
    pub fn new(base: Base, annotation: Vec<GenePlace>, wanted: Vec<String>) -> Self {
        let mut lines: HashMap<String, Line> = HashMap::new();
        for gene in annotation {
            let line =
                lines.entry(gene.contig.clone()).or_insert_with(|| Line { places: Vec::new(), reach: Vec::new() });
            line.places.push(Place { interval: gene.interval, gene, said: OnceCell::new() });
        }
        for line in lines.values_mut() {
            line.places.sort_by_key(|place| (place.interval.start, place.interval.end));
            let mut furthest = 0;
            line.reach = line
                .places
                .iter()
                .map(|place| {
                    furthest = furthest.max(place.interval.end);
                    furthest
                })
                .collect();
        }
        Self { base, lines, wanted, unknown: Default::default(), met: Default::default(), absent: Default::default() }
    }

    /// Contigs that have genes.
    pub fn has(&self, contig: &str) -> bool {
        self.lines.contains_key(contig)
    }

    /// The first contig of the input, where no contig of it has genes: it may be called otherwise.
    pub fn stranger(&self) -> Option<String> {
        if self.met.get() { None } else { self.absent.borrow().clone() }
    }

    /// Genes of the annotation that were met and are not in the knowledge base.
    pub fn unknown(&self) -> Vec<String> {
        self.unknown.borrow().keys().cloned().collect()
    }

    /// Calls `each` with what is known of every gene that overlaps: its columns and its INFO value; by where the genes start.
    pub fn at(&self, contig: &str, interval: Interval, mut each: impl FnMut(&[String; 6], &str)) -> Result<()> {
        let Some(line) = self.lines.get(contig) else {
            self.absent.borrow_mut().get_or_insert_with(|| contig.into());
            return Ok(());
        };
        self.met.set(true);
        let end = line.places.partition_point(|place| place.interval.start < interval.end);
        let mut first = end;
        while first > 0 && line.reach[first - 1] > interval.start {
            first -= 1;
        }
        for place in line.places[first..end].iter().filter(|place| place.interval.end > interval.start) {
            if place.said.get().is_none() {
                let said = self.say(&place.gene)?;
                let (columns, info) = (said.columns(), said.info());
                let _ = place.said.set((said, columns, info));
            }
            if let Some((_, columns, info)) = place.said.get() {
                each(columns, info);
            }
        }
        Ok(())
    }

    fn gene(&self, place: &GenePlace) -> Result<Option<Gene>> {
        let ids = place.others.iter().map(|id| id.replace("HGNC:HGNC:", "HGNC:"));
        for name in std::iter::once(place.id.clone()).chain(ids).chain(place.name.clone()) {
            if let GeneMatch::One(gene, _) = self.base.gene(&name)? {
                return Ok(Some(*gene));
            }
        }
        Ok(None)
    }

    fn say(&self, place: &GenePlace) -> Result<Said> {
        let Some(gene) = self.gene(place)? else {
            let symbol = place.name.clone().unwrap_or_else(|| place.id.clone());
            self.unknown.borrow_mut().insert(symbol.clone(), ());
            return Ok(Said { symbol, ..Said::default() });
        };
        let counts = |source: i64| {
            let name = &self.base.source(source).name;
            self.wanted.is_empty() || self.wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
        };
        let mut said = Said {
            symbol: gene.symbol.clone(),
            hgnc: gene.hgnc.map(|id| format!("HGNC:{id}")).unwrap_or_default(),
            ..Said::default()
        };
        let add = |all: &mut Vec<String>, one: String| {
            if !one.is_empty() && !all.contains(&one) {
                all.push(one);
            }
        };
        for relation in self.base.diseases(&gene)?.into_iter().filter(|relation| counts(relation.source)) {
            let source = &self.base.source(relation.source).name;
            let strength = relation.relation.clone().unwrap_or_default();
            add(&mut said.evidence, if strength.is_empty() { source.clone() } else { format!("{source}:{strength}") });
            if relation.against {
                continue;
            }
            let disease = (relation.accession.clone().unwrap_or_default(), relation.disease.clone());
            if !said.diseases.contains(&disease) {
                said.diseases.push(disease);
            }
            add(&mut said.inheritance, relation.inheritance.unwrap_or_default());
        }
        for phenotype in self.base.phenotypes(&gene)?.into_iter().filter(|phenotype| counts(phenotype.source)) {
            if let Some((id, name)) = &phenotype.disease
                && !said.diseases.iter().any(|(known, _)| known == id)
            {
                said.diseases.push((id.clone(), name.clone()));
            }
            match said.phenotypes.binary_search(&phenotype.term) {
                Ok(_) => {}
                Err(at) => said.phenotypes.insert(at, phenotype.term),
            }
        }
        Ok(said)
    }
}

/// Refuses an annotation of another assembly than the one the other file speaks of.
pub fn same_assembly(annotation: &Annotation, theirs: Option<&str>, place: &str) -> Result<()> {
    match (annotation.assembly.as_deref(), theirs) {
        (Some(ours), Some(theirs)) if ours != theirs => {
            let problem = format!("it is of {ours}, and {place} of {theirs}");
            Err(crate::error::Error::input(&annotation.place, problem)
                .with_hint("take an annotation of the same assembly"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_info_holds_nothing_that_would_end_it() {
        let said = Said {
            symbol: "A;B".into(),
            hgnc: "HGNC:5".into(),
            diseases: vec![("OMIM:1".into(), "x, y; z".into()), (String::new(), "no identifier".into())],
            inheritance: vec!["AD/AR".into()],
            phenotypes: vec![7, 1250],
            evidence: vec!["ClinGen:No Known".into()],
        };
        assert_eq!(said.info(), "A%3BB|HGNC:5|OMIM:1|AD_AR|HP:0000007&HP:0001250|ClinGen:No_Known");
        assert_eq!(said.columns()[2], "OMIM:1 x, y, z|no identifier");
    }
}
