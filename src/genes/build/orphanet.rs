//! Orphanet's nomenclature: its packets, its product 1 (names and references of disorders) and product 3 (their classifications).
//!
//! A packet also has what other tables of Orphanet have, the genes and phenotypes of a disorder: what those stated is not added again.

use std::collections::HashSet;

use rusqlite::params;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Builder, gene_index::GeneKey, identity::Mapping, relations::Statement, tally::Tally};
use crate::genes::{
    claim::Claim,
    identifiers::{accession, term_number},
    sources::ORPHANET,
    table::Row,
};

/// A list of which Orphanet writes one item without the brackets, and none as an empty text.
#[derive(Debug)]
struct Many<T>(Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = Many<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an item or a list of items")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
                Ok(Many(vec![T::deserialize(MapAccessDeserializer::new(map))?]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Many<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(Many(items)) = seq.next_element::<Many<T>>()? {
                    all.extend(items);
                }
                Ok(Many(all))
            }

            fn visit_str<E>(self, _: &str) -> Result<Many<T>, E> {
                Ok(Many::default())
            }

            fn visit_unit<E>(self) -> Result<Many<T>, E> {
                Ok(Many::default())
            }
        }
        deserializer.deserialize_any(Items(std::marker::PhantomData))
    }
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "Orphapacket")]
    packet: Packet,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Packet {
    #[serde(rename = "ORPHAcode")]
    code: String,
    label: String,
    #[serde(default)]
    disorder_type: Many<Text>,
    #[serde(default)]
    synonyms: Many<Synonym>,
    #[serde(default)]
    external_references: Many<ExternalReference>,
    #[serde(default)]
    text_section: Many<TextSection>,
    #[serde(default)]
    parents: Many<Parents>,
    #[serde(default)]
    genes: Many<GeneItem>,
    #[serde(default)]
    phenotypes: Many<PhenotypeItem>,
    #[serde(default)]
    type_of_inheritances: Many<Inheritance>,
}

#[derive(Deserialize)]
struct Text {
    value: String,
}

#[derive(Deserialize)]
struct Synonym {
    #[serde(rename = "Synonym")]
    name: String,
}

/// A reference, alone or inside of an item of this name.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExternalReference {
    external_reference: Option<Many<Reference>>,
    source: Option<String>,
    reference: Option<String>,
    disorder_mapping_relation: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reference {
    source: String,
    reference: String,
    disorder_mapping_relation: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TextSection {
    contents: String,
}

#[derive(Deserialize)]
struct Parents {
    #[serde(rename = "Parent")]
    parents: Many<Parent>,
}

#[derive(Deserialize)]
struct Parent {
    #[serde(rename = "ORPHAcode")]
    code: String,
    #[serde(rename = "Label")]
    label: String,
}

#[derive(Deserialize)]
struct GeneItem {
    #[serde(rename = "Gene")]
    gene: Gene,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Gene {
    symbol: String,
    #[serde(default)]
    external_references: Many<ExternalReference>,
    disorder_gene_association_type: Option<String>,
}

#[derive(Deserialize)]
struct PhenotypeItem {
    #[serde(rename = "Phenotype")]
    phenotype: Phenotype,
}

#[derive(Deserialize)]
struct Phenotype {
    #[serde(rename = "HPOId")]
    id: String,
    #[serde(rename = "HPOTerm")]
    name: Option<String>,
    #[serde(rename = "HPOFrequency")]
    frequency: Option<String>,
}

#[derive(Deserialize)]
struct Inheritance {
    #[serde(rename = "TypeOfInheritance")]
    modes: Many<Text>,
}

/// What other tables of Orphanet stated, read when the first packet comes.
pub(super) struct Stated {
    /// Gene, disease and kind of relation.
    genes: HashSet<(i64, i64, String)>,
    /// Disease and phenotype.
    phenotypes: HashSet<(i64, u32)>,
}

/// The mapping that Orphanet's words state: `E (Exact mapping…)`, `NTBT (ORPHAcode is narrower…)`, `BTNT (ORPHAcode is broader…)`.
fn mapping_of(relation: &str) -> Mapping {
    match relation.split([' ', '(']).next().unwrap_or_default() {
        "E" => Mapping::Exact,
        "NTBT" => Mapping::Broader,
        "BTNT" => Mapping::Narrower,
        _ => Mapping::Other,
    }
}

/// The identifier of a reference, if it is one of diseases.
fn reference_id(source: &str, reference: &str) -> Option<String> {
    accession(&format!("{source}:{reference}"))
}

impl Builder {
    /// One of Orphanet's packets: a disorder with its names, references, parents, genes and phenotypes.
    pub(super) fn orphanet_packet(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let packet = match serde_json::from_str::<File>(row.line()) {
            Ok(file) => file.packet,
            // The place is in the message of the error, which names the row.
            Err(error) => {
                let problem = format!("it is not a packet of Orphanet: {error}");
                return Err(rusqlite::Error::ToSqlConversionFailure(problem.into()));
            }
        };
        let source = tally.source;
        let disease = self.disorder(
            &packet.code,
            &packet.label,
            packet.disorder_type.0.first().map(|kind| kind.value.as_str()),
            source,
        )?;
        for synonym in &packet.synonyms.0 {
            self.disease_name(disease, &synonym.name);
        }
        if let Some(definition) = packet.text_section.0.first() {
            self.definition(disease, &definition.contents, source)?;
        }
        for one in &packet.external_references.0 {
            let inner = one.external_reference.iter().flat_map(|many| &many.0);
            let inner = inner
                .map(|one| (one.source.as_str(), one.reference.as_str(), one.disorder_mapping_relation.as_deref()));
            let own = one.source.as_deref().zip(one.reference.as_deref());
            let own = own.map(|(source, reference)| (source, reference, one.disorder_mapping_relation.as_deref()));
            for (of, reference, relation) in inner.chain(own) {
                if let Some(id) = reference_id(of, reference) {
                    self.disease_reference(disease, &id, mapping_of(relation.unwrap_or_default()), source)?;
                    tally.facts += 1;
                }
            }
        }
        for parent in packet.parents.0.iter().flat_map(|one| &one.parents.0) {
            let above = self.disorder(&parent.code, &parent.label, None, source)?;
            self.disease_parent(disease, above, source)?;
            tally.facts += 1;
        }
        self.packet_statements(disease, &packet, tally)?;
        tally.facts += 1;
        Ok(())
    }

    /// Genes, phenotypes and inheritance of a packet.
    fn packet_statements(&mut self, disease: i64, packet: &Packet, tally: &mut Tally) -> rusqlite::Result<()> {
        let mut stated = match self.orphanet.take() {
            Some(stated) => stated,
            None => self.stated_by_orphanet()?,
        };
        for GeneItem { gene } in &packet.genes.0 {
            let hgnc = gene.external_references.0.iter().find(|one| one.source.as_deref() == Some("HGNC"));
            let hgnc = hgnc.and_then(|one| one.reference.as_deref());
            let key = GeneKey { hgnc, entrez: None, symbol: Some(&gene.symbol) };
            let relation = gene.disorder_gene_association_type.as_deref();
            let known =
                self.genes.find(key).map(|gene| (gene as i64, disease, relation.unwrap_or_default().to_string()));
            if known.is_some_and(|known| !stated.genes.insert(known)) {
                continue;
            }
            let claim = relation.map_or(Claim::Associated, Claim::of_orphanet);
            self.related(Statement { relation, ..Statement::of(key, disease, claim) }, tally)?;
        }
        let id = format!("ORPHA:{}", packet.code);
        for PhenotypeItem { phenotype } in &packet.phenotypes.0 {
            let Some(term) = term_number(&phenotype.id) else { continue };
            let Some(term) = self.ontology.known_term(term, || phenotype.name.as_deref()) else {
                tally.lost_term(Some(&phenotype.id));
                continue;
            };
            if stated.phenotypes.insert((disease, term)) {
                let frequency = phenotype.frequency.as_deref();
                let absent = frequency.is_some_and(|frequency| frequency.starts_with("Excluded"));
                self.packet_term(disease, term, absent, frequency, "P", tally)?;
                if !absent {
                    self.ontology.disease_terms.insert((id.clone(), term));
                }
            }
        }
        for mode in packet.type_of_inheritances.0.iter().flat_map(|one| &one.modes.0) {
            if let Some(term) = self.mode_of_inheritance(&mode.value)
                && stated.phenotypes.insert((disease, term))
            {
                self.packet_term(disease, term, false, None, "I", tally)?;
            }
        }
        self.orphanet = Some(stated);
        Ok(())
    }

    /// HPO's term of a mode of inheritance: `Autosomal dominant` is its `Autosomal dominant inheritance`. What is unknown has none.
    fn mode_of_inheritance(&mut self, mode: &str) -> Option<u32> {
        if let Some(&known) = self.inheritance.get(mode) {
            return known;
        }
        let term = self.ontology.term_of_mode(mode);
        self.inheritance.insert(mode.into(), term);
        term
    }

    fn packet_term(
        &mut self,
        disease: i64,
        term: u32,
        absent: bool,
        frequency: Option<&str>,
        aspect: &str,
        tally: &mut Tally,
    ) -> rusqlite::Result<()> {
        tally.facts += 1;
        self.db
            .prepare_cached(
                "INSERT INTO disease_term (disease, term, absent, frequency, aspect, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![disease, term, absent, frequency, aspect, tally.source])?;
        Ok(())
    }

    fn stated_by_orphanet(&self) -> rusqlite::Result<Stated> {
        let of = "source IN (SELECT id FROM source WHERE name = ?1)";
        let mut genes = self.db.prepare(&format!("SELECT gene, disease, relation FROM gene_disease WHERE {of}"))?;
        let genes = genes.query_map([ORPHANET.name], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?.unwrap_or_default()))
        })?;
        let genes = genes.collect::<rusqlite::Result<_>>()?;
        let mut terms = self.db.prepare(&format!("SELECT disease, term FROM disease_term WHERE {of}"))?;
        let terms = terms.query_map([ORPHANET.name], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Stated { genes, phenotypes: terms.collect::<rusqlite::Result<_>>()? })
    }

    /// The record of a disorder of Orphanet, and its type.
    fn disorder(&mut self, code: &str, name: &str, kind: Option<&str>, source: i64) -> rusqlite::Result<i64> {
        let disease = self.disease(Some(&format!("ORPHA:{code}")), name, source)?;
        self.disease_name(disease, name);
        if let Some(kind) = kind {
            self.db.prepare_cached("UPDATE disease SET kind = ?2 WHERE id = ?1")?.execute(params![disease, kind])?;
        }
        Ok(disease)
    }

    /// The definition of a disease, unless it has one. The record is of the source that defines it, whichever named it first.
    pub(super) fn definition(&mut self, disease: i64, text: &str, source: i64) -> rusqlite::Result<()> {
        self.db
            .prepare_cached("UPDATE disease SET definition = ?2, source = ?3 WHERE id = ?1 AND definition IS NULL")?
            .execute(params![disease, text, source])?;
        Ok(())
    }

    /// A fact of Orphanet's product 1: a name, a synonym, a definition or a reference of a disorder.
    pub(super) fn orphanet_fact(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let (Some(code), Some(name)) = (row.get(&["orphacode"]), row.get(&["disorder"])) else { return Ok(()) };
        let value = row.get(&["value"]).unwrap_or_default();
        let source = tally.source;
        match row.get(&["fact"]).unwrap_or_default() {
            // A disorder that Orphanet gave up is one more identifier and name of the one that it was moved to.
            "moved to" => {
                let (target, label) = (value, row.get(&["relation"]).unwrap_or_default());
                let target = self.disorder(target, label, None, source)?;
                self.disease_reference(target, &format!("ORPHA:{code}"), Mapping::Exact, source)?;
                self.disease_name(target, name);
            }
            fact => {
                let disease = self.disorder(code, name, row.get(&["disorder_type"]), source)?;
                match fact {
                    "synonym" => self.disease_name(disease, value),
                    "definition" => self.definition(disease, value, source)?,
                    "reference" => {
                        let relation = row.get(&["relation"]).unwrap_or_default();
                        let Some(id) = accession(value) else { return Ok(()) };
                        self.disease_reference(disease, &id, mapping_of(relation), source)?;
                    }
                    _ => {}
                }
            }
        }
        tally.facts += 1;
        Ok(())
    }

    /// A node of one of Orphanet's classifications (product 3): a disorder and the one above it.
    pub(super) fn orphanet_node(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let (Some(code), Some(name)) = (row.get(&["orphacode"]), row.get(&["disorder"])) else { return Ok(()) };
        let disease = self.disorder(code, name, row.get(&["disorder_type"]), tally.source)?;
        if let (Some(code), Some(name)) = (row.get(&["parent_orphacode"]), row.get(&["parent"])) {
            let parent = self.disorder(code, name, None, tally.source)?;
            self.disease_parent(disease, parent, tally.source)?;
        }
        tally.facts += 1;
        Ok(())
    }
}
