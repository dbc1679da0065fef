//! Phenopackets of GA4GH (version 2, and what version 1 writes in the same way), as JSON.
//!
//! Read are the identifier, the phenotypes (observed and excluded), the genes of the diagnosis, and the papers. Onset, severity, modifiers,
//! sex, measurements and files are ignored, and so are all resources but the release of HPO. A file holds one phenopacket, a family (its proband counts), a cohort, or a list of them. Each
//! element of a list or cohort is a case, also one that cannot be ranked: it says why.

use serde_json::Value;

use super::{case::Case, case_table::paper_of};
use crate::error::{Error, Result};

/// The cases of a file. Refuses JSON without a phenopacket.
pub(super) fn read(text: &str, place: &str) -> Result<Vec<Case>> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        Error::input(place, format!("it is not JSON: {error}")).with_hint("phenopackets are read as JSON")
    })?;
    let mut elements = Vec::new();
    gather(&value, &mut elements);
    if !elements.iter().any(|one| is_phenopacket(one)) {
        return Err(Error::input(place, "it is no phenopacket: it has no phenotypicFeatures")
            .with_hint("genogloss reads GA4GH phenopackets (versions 1 and 2) as JSON"));
    }
    let several = elements.len() > 1;
    Ok(elements.iter().enumerate().map(|(number, one)| case(one, place, several.then_some(number + 1))).collect())
}

/// What stands for a case in a value: itself, the elements of its list, the proband of a family, the members of a cohort.
fn gather<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    if let Some(list) = value.as_array() {
        list.iter().for_each(|one| gather(one, found));
    } else if let Some(inner) = value.get("phenopacket").or_else(|| value.get("proband")) {
        gather(inner, found);
    } else if let Some(members) = value.get("members") {
        gather(members, found);
    } else {
        found.push(value);
    }
}

fn is_phenopacket(value: &Value) -> bool {
    ["phenotypicFeatures", "phenotypic_features", "subject", "metaData"].iter().any(|key| value.get(key).is_some())
}

/// A field of either spelling: those of Protobuf's JSON, and those of its text.
fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.get(name).or_else(|| {
        let mut snake = String::new();
        for letter in name.chars() {
            if letter.is_ascii_uppercase() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        }
        value.get(&snake)
    })
}

fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    field(value, name).and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(value: &'v Value, names: &[&str]) -> Option<&'v str> {
    let mut at = value;
    for name in names {
        at = field(at, name)?;
    }
    at.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn case(packet: &Value, place: &str, number: Option<usize>) -> Case {
    let place = number.map_or_else(|| place.to_string(), |number| format!("{place}, phenopacket {number}"));
    let id = text(packet, &["id"]).or_else(|| text(packet, &["subject", "id"]));
    let id = id.map_or_else(|| place.clone(), str::to_string);
    let mut case = Case { id, place, ..Case::default() };
    if !is_phenopacket(packet) {
        case.problem = Some("it is no phenopacket: it has no phenotypicFeatures".into());
        return case;
    }
    for feature in items(packet, "phenotypicFeatures") {
        // Some writers leave out the identifier of a term, and give its label alone.
        let Some(term) = text(feature, &["type", "id"]).or_else(|| text(feature, &["type", "label"])) else { continue };
        // `negated` is version 1's name of it.
        match ["excluded", "negated"].into_iter().find_map(|name| Some((name, field(feature, name)?))) {
            None | Some((_, Value::Null | Value::Bool(false))) => case.terms.push(term.to_string()),
            Some((_, Value::Bool(true))) => case.excluded.push(term.to_string()),
            Some((name, other)) => {
                case.problem = Some(format!("{name} of {term} is {other}: it must be true or false, without quotes"));
                case.terms.clear();
                return case;
            }
        }
    }
    if case.terms.is_empty() {
        case.problem = Some(match case.excluded.len() {
            0 => "the phenopacket has no phenotypes (phenotypicFeatures)".to_string(),
            count => format!("the phenopacket has no observed phenotypes: all {count} are excluded"),
        });
    }
    for interpretation in items(packet, "interpretations") {
        // Version 2 has one diagnosis, version 1 a list.
        let one = field(interpretation, "diagnosis").into_iter().filter(|diagnosis| diagnosis.is_object());
        for diagnosis in one.chain(items(interpretation, "diagnosis")) {
            items(diagnosis, "genomicInterpretations").filter_map(gene).for_each(|gene| add(&mut case.genes, gene));
        }
    }
    // Version 1 lists genes of interest beside the diagnosis.
    if case.genes.is_empty() {
        items(packet, "genes").filter_map(|one| text(one, &["id"]).or_else(|| text(one, &["symbol"]))).for_each(
            |gene| {
                add(&mut case.genes, gene.to_string());
            },
        );
    }
    let references = field(packet, "metaData").into_iter().flat_map(|data| items(data, "externalReferences"));
    for reference in references.filter_map(|one| text(one, &["id"])) {
        if reference.to_ascii_uppercase().starts_with("PMID:") {
            add(&mut case.papers, reference.to_ascii_uppercase());
        }
    }
    let resources = field(packet, "metaData").into_iter().flat_map(|data| items(data, "resources"));
    let mut of_hpo = resources.filter(|one| {
        let name = text(one, &["namespacePrefix"]).or_else(|| text(one, &["id"]));
        name.is_some_and(|name| name.eq_ignore_ascii_case("HP"))
    });
    case.hpo = of_hpo.find_map(|one| date_in(text(one, &["version"])?)).map(str::to_string);
    if case.papers.is_empty() {
        case.papers.extend(paper_of(&case.id));
    }
    case
}

/// The date in a version: `2024-04-26`, `hp/releases/2024-04-26`.
fn date_in(version: &str) -> Option<&str> {
    let is_date = |text: &str| {
        text.bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
    };
    (0..version.len()).find_map(|at| version.get(at..at + 10).filter(|text| is_date(text)))
}

fn add(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The gene of a genomic interpretation, unless it was rejected.
fn gene(interpretation: &Value) -> Option<String> {
    let status = text(interpretation, &["interpretationStatus"]).or_else(|| text(interpretation, &["status"]));
    if status.is_some_and(|status| matches!(status, "REJECTED" | "CANDIDATE")) {
        return None;
    }
    const PATHS: [&[&str]; 6] = [
        &["variantInterpretation", "variationDescriptor", "geneContext", "valueId"],
        &["variantInterpretation", "variationDescriptor", "geneContext", "symbol"],
        &["geneDescriptor", "valueId"],
        &["gene", "valueId"],
        &["gene", "id"],
        &["gene", "symbol"],
    ];
    PATHS.iter().find_map(|path| text(interpretation, path)).map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: &str = r#"{"id": "PMID_1_x", "subject": {"id": "x", "sex": "MALE"},
      "phenotypicFeatures": [
        {"type": {"id": "HP:0001166", "label": "Arachnodactyly"}, "onset": {"age": {"iso8601duration": "P3Y"}}},
        {"type": {"id": "HP:0001083", "label": "Ectopia lentis"}, "excluded": true}],
      "interpretations": [{"id": "1", "progressStatus": "SOLVED", "diagnosis": {"disease": {"id": "OMIM:154700"},
        "genomicInterpretations": [
          {"subjectOrBiosampleId": "x", "interpretationStatus": "CAUSATIVE", "variantInterpretation":
            {"variationDescriptor": {"geneContext": {"valueId": "HGNC:3603", "symbol": "FBN1"}}}},
          {"interpretationStatus": "REJECTED", "gene": {"valueId": "HGNC:1", "symbol": "A1BG"}}]}}],
      "metaData": {"externalReferences": [{"id": "PMID:1", "description": "a paper"}]}}"#;

    #[test]
    fn a_phenopacket_of_version_2_is_read() {
        let cases = read(PACKET, "x.json").expect("read");
        assert_eq!(cases[0].id, "PMID_1_x");
        assert_eq!(cases[0].terms, ["HP:0001166"]);
        assert_eq!(cases[0].excluded, ["HP:0001083"]);
        assert_eq!(cases[0].genes, ["HGNC:3603"]);
        assert_eq!(cases[0].papers, ["PMID:1"]);
    }

    #[test]
    fn the_release_of_hpo_is_read() {
        let of = |resource: &str| {
            let text = format!(r#"{{"id": "a", "phenotypicFeatures": [], "metaData": {{"resources": [{resource}]}}}}"#);
            read(&text, "x").expect("read")[0].hpo.clone()
        };
        let hp = r#"{"id": "geno", "namespacePrefix": "GENO", "version": "2020-01-01"}, {"id": "hp", "namespacePrefix": "HP",
            "version": "releases/2026-02-16"}"#;
        assert_eq!(of(hp).as_deref(), Some("2026-02-16"));
        assert_eq!(of(r#"{"id": "hp", "version": "2024-04-26"}"#).as_deref(), Some("2024-04-26"));
        assert_eq!(of(r#"{"id": "hp", "version": "unknown"}"#), None);
        assert_eq!(of(r#"{"id": "hp"}"#), None);
    }

    #[test]
    fn version_1_families_cohorts_and_lists_are_read() {
        let old = r#"{"id": "v1", "phenotypicFeatures": [{"type": {"id": "HP:0001166"}}, {"type": {"id": "HP:0001083"}, "negated": true}],
          "genes": [{"id": "HGNC:3603", "symbol": "FBN1"}]}"#;
        let case = &read(old, "x").expect("read")[0];
        assert_eq!(
            (case.terms.len(), case.excluded.len(), case.genes.as_slice()),
            (1, 1, ["HGNC:3603".to_string()].as_slice())
        );
        let family = format!(r#"{{"id": "f", "proband": {old}, "relatives": []}}"#);
        assert_eq!(read(&family, "x").expect("read")[0].id, "v1");
        let cohort = format!(r#"{{"id": "c", "members": [{old}, {PACKET}]}}"#);
        assert_eq!(read(&cohort, "x").expect("read").len(), 2);
        assert_eq!(read(&format!("[{old}, {old}]"), "x").expect("read").len(), 2);
    }

    #[test]
    fn a_file_without_a_phenopacket_is_refused() {
        let failed = |text: &str| read(text, "x.json").expect_err("refused").to_string();
        for text in [r#"{"a": 1}"#, "[]", "[1, {}]", r#"{"members": []}"#] {
            assert!(failed(text).contains("no phenopacket"), "{text}");
        }
        assert!(failed("{").contains("not JSON"));
    }

    #[test]
    fn no_element_of_a_list_or_cohort_is_lost() {
        let excluded = r#"{"id": "b", "phenotypicFeatures": [{"type": {"id": "HP:0001083"}, "excluded": true}]}"#;
        let list = format!(r#"[{PACKET}, {{"id": "a", "subject": {{"id": "a"}}}}, {excluded}, {{"a": 1}}, null, "x"]"#);
        for text in [format!(r#"{{"id": "c", "members": {list}}}"#), list] {
            let cases = read(&text, "x.json").expect("read");
            let problems: Vec<&str> = cases.iter().map(|case| case.problem.as_deref().unwrap_or_default()).collect();
            assert_eq!(problems.len(), 6);
            assert_eq!(problems[0], "");
            assert!(problems[1].contains("has no phenotypes"), "{}", problems[1]);
            assert!(problems[2].contains("all 1 are excluded"), "{}", problems[2]);
            assert!(problems[3..].iter().all(|one| one.contains("no phenopacket")), "{problems:?}");
            assert_eq!(cases[3].id, "x.json, phenopacket 4");
        }
    }
}
