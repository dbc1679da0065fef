//! MONDO in the layouts in which it is published: identifiers of other vocabularies that it states to be of the same disease.

use super::{HGNC, HPOA, OBO, rows};
use crate::support::{Folder, genogloss, succeed};

const MONDO: &str = "format-version: 1.2
data-version: releases/2024-09-03
subsetdef: clingen \"initial subset used by clingen\"
ontology: mondo
property_value: http://purl.org/dc/elements/1.1/title \"Mondo Disease Ontology\" xsd:string

[Term]
id: MONDO:0000001
name: disease

[Term]
id: MONDO:0007947
name: Marfan syndrome
alt_id: MONDO:0000099
def: \"A systemic disease of connective tissue.\" [Orphanet:558]
subset: clingen {source=\"MONDO:CLINGEN\"}
synonym: \"MFS\" EXACT ABBREVIATION [OMIM:154700]
xref: DOID:14323 {source=\"MONDO:equivalentTo\"}
xref: GARD:6975 {source=\"MONDO:GARD\"}
xref: OMIM:154700 {source=\"MONDO:equivalentTo\", source=\"Orphanet:558\", source=\"Orphanet:558/e\"}
xref: OMIM:610168 {source=\"MONDO:relatedTo\"}
xref: OMIMPS:154700 {source=\"MONDO:equivalentTo\"}
xref: Orphanet:558 {source=\"MONDO:equivalentTo\", source=\"OMIM:154700\"}
xref: UMLS:C0024796 {source=\"MEDGEN:44287\", source=\"MONDO:equivalentTo\", source=\"MONDO:MEDGEN\"}
is_a: MONDO:0000001 {source=\"Orphanet:558\"} ! disease
property_value: skos:exactMatch Orphanet:558

[Typedef]
id: part_of
name: part of
";

/// The same in SSSOM.
const SSSOM: &str = "# curie_map:
#   MONDO: http://purl.obolibrary.org/obo/MONDO_
#   OMIM: https://omim.org/entry/
# license: http://w3id.org/sssom/license/unspecified
# mapping_set_id: http://purl.obolibrary.org/obo/mondo/mappings/mondo.sssom.tsv
subject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\tmapping_justification
MONDO:0007947\tMarfan syndrome\tskos:exactMatch\tDOID:14323\tMarfan syndrome\tsemapv:UnspecifiedMatching
MONDO:0007947\tMarfan syndrome\tskos:exactMatch\tOMIM:154700\tMARFAN SYNDROME\tsemapv:UnspecifiedMatching
MONDO:0007947\tMarfan syndrome\tskos:exactMatch\tOrphanet:558\tMarfan syndrome\tsemapv:UnspecifiedMatching
MONDO:0007947\tMarfan syndrome\tskos:exactMatch\tUMLS:C0024796\t\tsemapv:UnspecifiedMatching
MONDO:0007947\tMarfan syndrome\tskos:broadMatch\tOMIM:610168\tLOEYS-DIETZ SYNDROME 2\tsemapv:UnspecifiedMatching
";

fn built(tables: &[(&str, &str)]) -> (Folder, String) {
    let folder = Folder::new();
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes".to_string(), "build".into(), "-o".into(), base.clone()];
    arguments.extend(tables.iter().map(|(name, text)| folder.write(name, text)));
    let run = genogloss(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{}", run.stderr);
    (folder, base)
}

/// The answer to a field of Marfan syndrome, and its evidence.
fn field(base: &str, key: &str) -> (String, String) {
    let prompt = format!("disease=MONDO:0007947, information retrieval: {key} =");
    let text = succeed(&["ask", "--quiet", "-b", base, &prompt]);
    let cells: Vec<&str> = text.lines().nth(1).expect("a line").split('\t').collect();
    (cells[2].into(), cells[6].into())
}

#[test]
fn identifiers_that_mondo_states_to_be_the_same_are_listed() {
    for (name, text) in [("mondo.obo", MONDO), ("mondo.sssom.tsv", SSSOM)] {
        let (_folder, base) = built(&[("hgnc.txt", HGNC), (name, text)]);
        let all = rows(&base, &["disease", "Marfan syndrome"]);
        let listed: Vec<&str> = all.iter().filter(|row| row[3] == "identifier").map(|row| row[4].as_str()).collect();
        assert_eq!(listed, ["MONDO:0007947", "OMIM:154700", "ORPHA:558", "UMLS:C0024796"], "{name}");
        assert!(all.iter().all(|row| row[1] == "MONDO:0007947" && row[5].starts_with("MONDO")), "{name}: {all:?}");
        for (key, id) in [("omim", "OMIM:154700"), ("orphanet", "ORPHA:558"), ("umls", "UMLS:C0024796")] {
            let (answer, evidence) = field(&base, key);
            assert!(answer == id && evidence.starts_with("MONDO"), "{name}, {key}: {answer} ({evidence})");
        }
        assert_eq!(field(&base, "mondo").0, "MONDO:0007947", "{name}: identifiers of merged terms are outdated");
        assert_eq!(field(&base, "identifiers").0, listed.join("; "), "{name}");
        let text = succeed(&["ask", "--quiet", "-b", &base, "disease=MONDO:0007947, disease information ="]);
        assert!(text.contains(&listed.join(", ")), "{name}: {text}");
        // Each of them names the disease.
        for id in listed {
            assert_eq!(rows(&base, &["disease", id])[0][1], "MONDO:0007947", "{name}, {id}");
        }
    }
}

#[test]
fn an_identifier_of_which_there_is_a_record_is_that_of_its_own_source() {
    let tables = [("hgnc.txt", HGNC), ("hp.obo", OBO), ("phenotype.hpoa", HPOA), ("mondo.obo", MONDO)];
    let (_folder, base) = built(&tables);
    let (answer, evidence) = field(&base, "omim");
    assert_eq!((answer.as_str(), evidence.as_str()), ("OMIM:154700", "HPO 2025-01-16"));
    assert_eq!(field(&base, "orphanet").0, "ORPHA:558");
}

#[test]
fn narrower_and_broader_identifiers_are_given_as_such_where_there_is_none_of_the_disease() {
    // Of a group MONDO has what Orphanet states: one entry of OMIM is narrower, another broader.
    let near = MONDO
        .replace("OMIM:154700 {source=\"MONDO:equivalentTo\"", "OMIM:154700 {source=\"MONDO:mondoIsBroaderThanSource\"")
        .replace("OMIM:610168 {source=\"MONDO:relatedTo\"", "OMIM:610168 {source=\"MONDO:mondoIsNarrowerThanSource\"");
    let (_folder, base) = built(&[("hgnc.txt", HGNC), ("mondo.obo", &near)]);
    assert_eq!(field(&base, "omim").0, "OMIM:154700 (narrower); OMIM:610168 (broader)");
    assert_eq!(field(&base, "orphanet").0, "ORPHA:558");
    assert_eq!(field(&base, "identifiers").0, "MONDO:0007947; ORPHA:558; UMLS:C0024796");
}
