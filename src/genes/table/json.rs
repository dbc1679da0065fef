//! JSON files as tables: HGNC's complete set, and ontologies in the form of obographs (`hp.json`), which become the lines of an OBO file.

use std::{collections::HashMap, fmt, io::BufRead};

use csv::StringRecord;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::Opened;
use crate::{
    error::{Error, Result},
    genes::sources::TableKind,
};

/// Columns of HGNC's complete set that are kept.
const HGNC: [&str; 17] = [
    "hgnc_id",
    "symbol",
    "name",
    "locus_group",
    "locus_type",
    "status",
    "location",
    "alias_symbol",
    "alias_name",
    "prev_symbol",
    "prev_name",
    "date_modified",
    "entrez_id",
    "ensembl_gene_id",
    "uniprot_ids",
    "omim_id",
    "refseq_accession",
];

/// A file, of which one of the two parts is there.
#[derive(Deserialize)]
struct File {
    /// HGNC's answer.
    response: Option<Response>,
    /// The graphs of obographs (github.com/geneontology/obographs).
    graphs: Option<Vec<Graph>>,
}

#[derive(Deserialize)]
struct Response {
    docs: Vec<Gene>,
}

/// The columns of a gene, in the order of `HGNC`.
struct Gene(Vec<String>);

#[derive(Deserialize)]
struct Graph {
    id: Option<String>,
    #[serde(default)]
    meta: Meta,
    #[serde(default)]
    nodes: Vec<Node>,
    #[serde(default)]
    edges: Vec<Edge>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    lbl: Option<String>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Deserialize)]
struct Edge {
    sub: String,
    pred: String,
    obj: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    version: Option<String>,
    definition: Option<Text>,
    synonyms: Vec<Synonym>,
    basic_property_values: Vec<Property>,
    deprecated: bool,
}

#[derive(Deserialize)]
struct Text {
    val: String,
}

#[derive(Deserialize)]
struct Synonym {
    #[serde(default)]
    pred: String,
    val: String,
}

#[derive(Deserialize)]
struct Property {
    pred: String,
    val: String,
}

/// Opens a JSON file. It is read as a whole.
pub(super) fn open(reader: Box<dyn BufRead + Send>, place: &str) -> Result<Opened> {
    let file: File = serde_json::from_reader(reader).map_err(|error| {
        let problem = match error.classify() {
            serde_json::error::Category::Eof => "the file is cut off".to_string(),
            _ => error.to_string(),
        };
        Error::input(place, format!("it is JSON that genogloss does not read: {problem}"))
            .with_hint("of JSON, hgnc_complete_set.json of HGNC and hp.json of HPO are read")
    })?;
    match file {
        File { response: Some(response), .. } => {
            let rows = response.docs.into_iter().map(|Gene(cells)| Ok(StringRecord::from(cells)));
            let columns = HGNC.iter().map(|name| name.to_string()).collect();
            Ok(Opened { kind: TableKind::Hgnc, lead: Vec::new(), columns, rows: Box::new(rows) })
        }
        File { graphs: Some(graphs), .. } => ontology(graphs, place),
        _ => Err(Error::input(place, "it is JSON of an unknown kind: it has neither \"response\" nor \"graphs\"")
            .with_hint("of JSON, hgnc_complete_set.json of HGNC and hp.json of HPO are read")),
    }
}

/// An ontology's graph, as the lines of an OBO file.
fn ontology(graphs: Vec<Graph>, place: &str) -> Result<Opened> {
    let mut lines = Vec::new();
    let name = |graph: &Graph| {
        let name = graph.id.as_deref().and_then(|id| id.rsplit('/').next()).unwrap_or_default();
        name.split('.').next().unwrap_or_default().to_string()
    };
    for graph in &graphs {
        match name(graph).as_str() {
            "hp" | "" => lines.extend(obo_lines(graph)),
            other => {
                return Err(Error::input(
                    place,
                    format!("it is the ontology {other:?}, which genogloss does not read"),
                )
                .with_hint("of ontologies in JSON, hp.json of HPO is read"));
            }
        }
    }
    let rows = lines.into_iter().map(|line| Ok(StringRecord::from(vec![line])));
    Ok(Opened { kind: TableKind::Ontology, lead: Vec::new(), columns: vec!["line".to_string()], rows: Box::new(rows) })
}

/// The identifier of an address: `HP:0001166` of `http://purl.obolibrary.org/obo/HP_0001166`.
fn curie(address: &str) -> String {
    address.rsplit('/').next().unwrap_or(address).replacen('_', ":", 1)
}

/// The lines of a graph. Entries that were merged into others have no label: they are alternative identifiers.
fn obo_lines(graph: &Graph) -> Vec<String> {
    let mut lines = Vec::new();
    let version = graph.meta.version.as_deref().and_then(|version| version.split("releases/").nth(1));
    if let Some(release) = version.and_then(|rest| rest.split('/').next()) {
        lines.push(format!("data-version: hp/releases/{release}"));
    }
    let mut parents: HashMap<&str, Vec<&str>> = HashMap::new();
    for edge in graph.edges.iter().filter(|edge| edge.pred == "is_a") {
        parents.entry(&edge.sub).or_default().push(&edge.obj);
    }
    let replacement = |node: &Node| {
        let replaced = |one: &&Property| one.pred.ends_with("IAO_0100001") || one.pred.ends_with("#replacedBy");
        node.meta.basic_property_values.iter().find(replaced).map(|one| curie(&one.val))
    };
    let mut merged: HashMap<String, Vec<String>> = HashMap::new();
    for node in graph.nodes.iter().filter(|node| node.lbl.is_none()) {
        if let Some(into) = replacement(node) {
            merged.entry(into).or_default().push(curie(&node.id));
        }
    }
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " ");
    for node in &graph.nodes {
        let Some(label) = &node.lbl else { continue };
        let id = curie(&node.id);
        lines.extend(["[Term]".to_string(), format!("id: {id}"), format!("name: {}", label.replace('\n', " "))]);
        let properties = node.meta.basic_property_values.iter();
        let mut alternatives: Vec<String> = properties
            .filter(|one| one.pred.ends_with("#hasAlternativeId"))
            .map(|one| curie(&one.val))
            .chain(merged.remove(&id).unwrap_or_default())
            .collect();
        alternatives.sort_unstable();
        alternatives.dedup();
        lines.extend(alternatives.iter().map(|other| format!("alt_id: {other}")));
        if let Some(definition) = &node.meta.definition {
            lines.push(format!("def: \"{}\" []", escaped(&definition.val)));
        }
        for synonym in &node.meta.synonyms {
            let scope = match synonym.pred.as_str() {
                "hasBroadSynonym" => "BROAD",
                "hasNarrowSynonym" => "NARROW",
                "hasRelatedSynonym" => "RELATED",
                _ => "EXACT",
            };
            lines.push(format!("synonym: \"{}\" {scope} []", escaped(&synonym.val)));
        }
        for parent in parents.get(node.id.as_str()).into_iter().flatten() {
            lines.push(format!("is_a: {}", curie(parent)));
        }
        if node.meta.deprecated {
            lines.push("is_obsolete: true".to_string());
            lines.extend(replacement(node).map(|into| format!("replaced_by: {into}")));
            let properties = node.meta.basic_property_values.iter();
            let consider = properties.filter(|one| one.pred.ends_with("#consider"));
            lines.extend(consider.map(|one| format!("consider: {}", curie(&one.val))));
        }
    }
    lines
}

impl<'de> Deserialize<'de> for Gene {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> std::result::Result<Self, D::Error> {
        struct Columns;
        impl<'de> Visitor<'de> for Columns {
            type Value = Gene;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the columns of a gene")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> std::result::Result<Gene, M::Error> {
                let mut cells = vec![String::new(); HGNC.len()];
                while let Some(key) = map.next_key::<String>()? {
                    match HGNC.iter().position(|name| *name == key) {
                        Some(at) => cells[at] = map.next_value::<Cell>()?.0,
                        None => map.next_value::<IgnoredAny>().map(|_| ())?,
                    }
                }
                // 2015-08-25T00:00:00Z
                let date = &mut cells[HGNC.iter().position(|name| *name == "date_modified").unwrap_or_default()];
                if let Some(day) = date.get(..10) {
                    *date = day.to_string();
                }
                Ok(Gene(cells))
            }
        }
        reader.deserialize_map(Columns)
    }
}

/// A text, a number, or several of them, joined by `|` as in HGNC's table.
struct Cell(String);

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> std::result::Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number or a list of them")
            }

            fn visit_str<E>(self, text: &str) -> std::result::Result<Cell, E> {
                Ok(Cell(text.to_string()))
            }

            fn visit_u64<E>(self, number: u64) -> std::result::Result<Cell, E> {
                Ok(Cell(number.to_string()))
            }

            fn visit_i64<E>(self, number: i64) -> std::result::Result<Cell, E> {
                Ok(Cell(number.to_string()))
            }

            fn visit_f64<E>(self, number: f64) -> std::result::Result<Cell, E> {
                Ok(Cell(number.to_string()))
            }

            fn visit_bool<E>(self, value: bool) -> std::result::Result<Cell, E> {
                Ok(Cell(value.to_string()))
            }

            fn visit_unit<E>(self) -> std::result::Result<Cell, E> {
                Ok(Cell(String::new()))
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut all: S) -> std::result::Result<Cell, S::Error> {
                let mut texts = Vec::new();
                while let Some(Cell(text)) = all.next_element()? {
                    texts.push(text);
                }
                Ok(Cell(texts.join("|")))
            }
        }
        reader.deserialize_any(Texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &'static str) -> Vec<Vec<String>> {
        let opened = open(Box::new(text.as_bytes()), "made up").expect("a table");
        opened.rows.map(|row| row.expect("a row").iter().map(str::to_string).collect()).collect()
    }

    #[test]
    fn lists_of_hgnc_are_joined_as_in_its_table() {
        let rows = rows(
            r#"{"responseHeader":{"status":0},"response":{"numFound":1,"docs":[{"hgnc_id":"HGNC:3603","symbol":"FBN1",
            "prev_symbol":["FBN","MFS1"],"omim_id":[134797],"date_modified":"2023-01-20T00:00:00Z","_version_":16295786}]}}"#,
        );
        let cell = |name: &str| rows[0][HGNC.iter().position(|one| *one == name).expect("a column")].as_str();
        assert_eq!(
            [cell("symbol"), cell("prev_symbol"), cell("omim_id"), cell("date_modified"), cell("name")],
            ["FBN1", "FBN|MFS1", "134797", "2023-01-20", ""]
        );
    }

    #[test]
    fn a_graph_becomes_the_lines_of_an_obo_file() {
        let lines = rows(
            r#"{"graphs":[{"id":"http://purl.obolibrary.org/obo/hp.json",
            "meta":{"version":"http://purl.obolibrary.org/obo/hp/releases/2025-01-16/hp.json"},
            "nodes":[{"id":"http://purl.obolibrary.org/obo/HP_0001166","lbl":"Arachnodactyly","type":"CLASS",
              "meta":{"definition":{"val":"Long (\"spider\") fingers.","xrefs":[]},
                "synonyms":[{"pred":"hasExactSynonym","val":"Spider fingers"}]}},
             {"id":"http://purl.obolibrary.org/obo/HP_0001505","meta":{"deprecated":true,
                "basicPropertyValues":[{"pred":"http://purl.obolibrary.org/obo/IAO_0100001","val":"HP:0001166"}]}},
             {"id":"http://purl.obolibrary.org/obo/HP_0009999","lbl":"obsolete Long","meta":{"deprecated":true,
                "basicPropertyValues":[{"pred":"http://purl.obolibrary.org/obo/IAO_0100001",
                  "val":"http://purl.obolibrary.org/obo/HP_0001166"}]}}],
            "edges":[{"sub":"http://purl.obolibrary.org/obo/HP_0001166","pred":"is_a",
              "obj":"http://purl.obolibrary.org/obo/HP_0000118"}]}]}"#,
        );
        let lines: Vec<&str> = lines.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(
            lines,
            [
                "data-version: hp/releases/2025-01-16",
                "[Term]",
                "id: HP:0001166",
                "name: Arachnodactyly",
                "alt_id: HP:0001505",
                "def: \"Long (\\\"spider\\\") fingers.\" []",
                "synonym: \"Spider fingers\" EXACT []",
                "is_a: HP:0000118",
                "[Term]",
                "id: HP:0009999",
                "name: obsolete Long",
                "is_obsolete: true",
                "replaced_by: HP:0001166",
            ]
        );
    }

    #[test]
    fn other_json_is_refused_by_name() {
        let refused = |text: &'static str, why: &str| {
            let error = open(Box::new(text.as_bytes()), "made up").err().expect("refused");
            assert!(error.to_string().contains(why), "{error}");
        };
        refused(r#"{"graphs":[{"id":"http://purl.obolibrary.org/obo/go.json"}]}"#, "it is the ontology \"go\"");
        refused(r#"{"a":1}"#, "neither \"response\" nor \"graphs\"");
        refused(r#"{"graphs":[{"id""#, "the file is cut off");
    }
}
