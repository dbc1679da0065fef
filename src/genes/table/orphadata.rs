//! Orphanet's XML files as tables (Orphadata's products, of which each has one list of disorders): a row for each statement, with the
//! columns that the tables of this content have elsewhere.

use std::io::BufRead;

use csv::StringRecord;

use super::{
    Opened,
    xml::{Element, Record, Records},
};
use crate::{
    error::{Error, Result},
    genes::sources::TableKind,
};

/// A product that is read.
struct Product {
    kind: TableKind,
    /// The element of a disorder that only this product has.
    known_by: &'static str,
    columns: &'static [&'static str],
    /// The statements of a disorder: the list, its items, and the elements that each item must have.
    statements: Option<Statements>,
    /// The rows of a disorder.
    rows: fn(&Disorder) -> Vec<Vec<String>>,
}

/// A list of statements in a disorder.
struct Statements {
    list: &'static str,
    item: &'static str,
    needs: &'static [&'static [&'static str]],
}

/// A disorder of a file.
struct Disorder {
    element: Element,
    /// Code and name of the disorder around it, in a classification.
    above: Option<[String; 2]>,
}

const PRODUCTS: &[Product] = &[
    Product {
        kind: TableKind::OrphanetGenes,
        known_by: "DisorderGeneAssociationList",
        columns: &[
            "orphacode",
            "disorder",
            "disorder_type",
            "gene_symbol",
            "gene_name",
            "association_type",
            "hgnc",
            "omim",
            "status",
            "reference",
        ],
        statements: Some(Statements {
            list: "DisorderGeneAssociationList",
            item: "DisorderGeneAssociation",
            needs: &[
                &["Gene", "Symbol"],
                &["DisorderGeneAssociationType", "Name"],
                &["DisorderGeneAssociationStatus", "Name"],
            ],
        }),
        rows: genes,
    },
    Product {
        kind: TableKind::OrphanetPhenotypes,
        known_by: "HPODisorderAssociationList",
        columns: &["orphacode", "disorder", "disorder_type", "hpo_id", "hpo_term", "frequency", "diagnostic_criteria"],
        statements: Some(Statements {
            list: "HPODisorderAssociationList",
            item: "HPODisorderAssociation",
            needs: &[&["HPO", "HPOId"], &["HPOFrequency"]],
        }),
        rows: phenotypes,
    },
    Product {
        kind: TableKind::OrphanetNomenclature,
        known_by: "ExternalReferenceList",
        columns: &["orphacode", "disorder", "disorder_type", "fact", "value", "relation"],
        statements: Some(Statements {
            list: "ExternalReferenceList",
            item: "ExternalReference",
            needs: &[&["Source"], &["Reference"], &["DisorderMappingRelation"]],
        }),
        rows: nomenclature,
    },
    Product {
        kind: TableKind::OrphanetClassification,
        known_by: CLASSIFICATION,
        columns: &["orphacode", "disorder", "disorder_type", "parent_orphacode", "parent"],
        statements: None,
        rows: classification,
    },
];

/// The element around the disorders of a classification, which all of them have.
const CLASSIFICATION: &str = "ClassificationNode";

/// Opens a file of Orphanet. Its product is known by the elements of its first disorder.
pub(super) fn open(reader: Box<dyn BufRead + Send>, place: &str) -> Result<Opened> {
    let (mut records, (root, attributes)) = Records::open(reader, place.to_string(), "Disorder", CLASSIFICATION)?;
    let refused = |problem: String| {
        Err(Error::input(place, problem).with_hint(
            "of XML, these of Orphanet are read: en_product1.xml (names and references), en_product3_….xml (classifications), en_product4.xml (phenotypes), en_product6.xml (genes)",
        ))
    };
    if root != "JDBOR" {
        return refused(format!("it is XML of an unknown kind: its root is <{root}>, and Orphanet's is <JDBOR>"));
    }
    let Some(first) = records.next()? else { return refused("it is XML of Orphanet without a disorder".into()) };
    let known = |one: &&Product| match one.known_by {
        CLASSIFICATION => first.level > 0,
        element => first.element.find(&[element]).is_some(),
    };
    let Some(product) = PRODUCTS.iter().find(known) else {
        let names: Vec<&str> = first.element.children.iter().map(|child| child.name.as_str()).collect();
        return refused(format!(
            "it is XML of Orphanet that genogloss does not read: a disorder has {}",
            names.join(", ")
        ));
    };
    records.put_back(first);
    // Orphanet gives the time of the extraction: 2025-07-05 04:38:36.
    let date = attributes.iter().find(|(name, _)| name == "date").map(|(_, date)| date.as_str()).unwrap_or_default();
    let lead = date.split_whitespace().next().map(|day| vec![format!("#version: {day}")]).unwrap_or_default();
    let mut ready = Vec::new().into_iter();
    // The disorders around the one that is read, outermost first.
    let mut around: Vec<[String; 2]> = Vec::new();
    let owned = place.to_string();
    let rows = std::iter::from_fn(move || {
        loop {
            if let Some(row) = ready.next() {
                return Some(Ok(StringRecord::from(row)));
            }
            match records.next() {
                Ok(Some(Record { element, level })) => {
                    if let Some(missing) = product.missing(&element) {
                        return Some(Err(refusal(&owned, product, &element, &missing)));
                    }
                    around.truncate(level.saturating_sub(1));
                    let above = around.last().cloned();
                    if level > 0 {
                        let [code, name, _] = disorder(&element);
                        around.push([code, name]);
                    }
                    ready = (product.rows)(&Disorder { element, above }).into_iter();
                }
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    });
    let columns = product.columns.iter().map(|name| name.to_string()).collect();
    Ok(Opened { kind: product.kind, lead, columns, rows: Box::new(rows) })
}

impl Product {
    /// The path of the first element that a disorder must have and lacks.
    fn missing(&self, disorder: &Element) -> Option<String> {
        let own = [&["OrphaCode"][..], &["Name"]];
        if let Some(path) = own.iter().find(|path| disorder.text(path).is_empty()) {
            return Some(path.join("/"));
        }
        let Statements { list, item, needs } = self.statements.as_ref()?;
        let children = disorder.find(&[list]).map_or(&[][..], |list| list.children.as_slice());
        if children.iter().any(|child| child.name != *item) {
            return Some(format!("{list}/{item}"));
        }
        let lacks = |path: &&&[&str]| children.iter().any(|child| child.find(path).is_none());
        needs.iter().find(lacks).map(|path| format!("{list}/{item}/{}", path.join("/")))
    }
}

/// The refusal of a disorder that lacks an element.
fn refusal(place: &str, product: &Product, element: &Element, missing: &str) -> Error {
    let which = match disorder(element) {
        [code, name, _] if code.is_empty() => name,
        [code, ..] => format!("ORPHA:{code}"),
    };
    let mut expected = vec!["OrphaCode".to_string(), "Name".to_string()];
    if let Some(Statements { list, item, needs }) = &product.statements {
        expected.extend(needs.iter().map(|path| format!("{list}/{item}/{}", path.join("/"))));
    }
    let problem =
        format!("it looks like {}, and its disorder {which} has no <{missing}>", product.kind.description().what);
    let hint = format!("its elements may have changed: expected are {}", expected.join(", "));
    Error::input(place, problem).with_hint(hint)
}

/// The code, name and type of a disorder: the first three columns.
fn disorder(element: &Element) -> [String; 3] {
    [&["OrphaCode"][..], &["Name"], &["DisorderType", "Name"]].map(|path| element.text(path).to_string())
}

/// Product 6: genes of disorders.
fn genes(record: &Disorder) -> Vec<Vec<String>> {
    let element = &record.element;
    let row = |association: &Element| {
        let text = |path: &[&str]| association.text(path).to_string();
        let gene = association.find(&["Gene"]);
        let reference = |source: &str| {
            let all = gene.into_iter().flat_map(|gene| gene.items("ExternalReferenceList", "ExternalReference"));
            let mut all = all.filter(|one| one.text(&["Source"]) == source);
            all.next().map(|one| one.text(&["Reference"]).to_string()).unwrap_or_default()
        };
        let mut row = disorder(element).to_vec();
        row.extend([
            text(&["Gene", "Symbol"]),
            text(&["Gene", "Name"]),
            text(&["DisorderGeneAssociationType", "Name"]),
            reference("HGNC"),
            reference("OMIM"),
            text(&["DisorderGeneAssociationStatus", "Name"]),
            // 8428751[PMID]_16543240[PMID]
            text(&["SourceOfValidation"]),
        ]);
        row
    };
    element.items("DisorderGeneAssociationList", "DisorderGeneAssociation").map(row).collect()
}

/// Product 4: phenotypes of disorders.
fn phenotypes(record: &Disorder) -> Vec<Vec<String>> {
    let row = |association: &Element| {
        let paths =
            [&["HPO", "HPOId"][..], &["HPO", "HPOTerm"], &["HPOFrequency", "Name"], &["DiagnosticCriteria", "Name"]];
        let mut row = disorder(&record.element).to_vec();
        row.extend(paths.map(|path| association.text(path).to_string()));
        row
    };
    record.element.items("HPODisorderAssociationList", "HPODisorderAssociation").map(row).collect()
}

/// Product 1: names, references and definition of a disorder. One that was moved to another gives that alone.
fn nomenclature(record: &Disorder) -> Vec<Vec<String>> {
    let element = &record.element;
    let row = |fact: &str, value: &str, relation: &str| {
        let mut row = disorder(element).to_vec();
        row.extend([fact, value, relation].map(str::to_string));
        row
    };
    let moved: Vec<Vec<String>> = element
        .items("DisorderDisorderAssociationList", "DisorderDisorderAssociation")
        .filter(|one| one.text(&["DisorderDisorderAssociationType", "Name"]) == "Moved to")
        // The side that is this disorder has no code (`cycle`).
        .filter(|one| !one.text(&["TargetDisorder", "OrphaCode"]).is_empty())
        .map(|one| row("moved to", one.text(&["TargetDisorder", "OrphaCode"]), one.text(&["TargetDisorder", "Name"])))
        .collect();
    if !moved.is_empty() {
        return moved;
    }
    let mut rows = vec![row("name", "", "")];
    rows.extend(element.items("SynonymList", "Synonym").map(|one| row("synonym", &one.text, "")));
    rows.extend(element.items("ExternalReferenceList", "ExternalReference").map(|one| {
        let id = format!("{}:{}", one.text(&["Source"]), one.text(&["Reference"]));
        row("reference", &id, one.text(&["DisorderMappingRelation", "Name"]))
    }));
    let sections = element.items("SummaryInformationList", "SummaryInformation");
    let sections = sections.flat_map(|summary| summary.items("TextSectionList", "TextSection"));
    let definition = sections.filter(|one| one.text(&["TextSectionType", "Name"]) == "Definition");
    rows.extend(definition.map(|one| row("definition", one.text(&["Contents"]), "")));
    rows
}

/// Product 3: a disorder and the one that it is listed under.
fn classification(record: &Disorder) -> Vec<Vec<String>> {
    let mut row = disorder(&record.element).to_vec();
    row.extend(record.above.clone().unwrap_or_default());
    vec![row]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &'static [u8]) -> Result<Opened> {
        open(Box::new(text), "made up")
    }

    const START: &str =
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<JDBOR date=\"2025-07-05 04:38:36\" version=\"1.3.42\">\n";

    #[test]
    fn genes_of_disorders_are_rows() {
        let text = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><JDBOR date=\"2025-07-05 04:38:36\"><DisorderList count=\"1\">
            <Disorder id=\"1\"><OrphaCode>3</OrphaCode><Name lang=\"en\">Sj\xf6gren &amp; co&#39;s</Name><DisorderType id=\"2\"><Name>Disease</Name></DisorderType>
            <DisorderGeneAssociationList count=\"1\"><DisorderGeneAssociation><SourceOfValidation>1[PMID]</SourceOfValidation>
            <Gene id=\"9\"><Name>a gene</Name><Symbol>A1</Symbol><ExternalReferenceList count=\"2\">
            <ExternalReference><Source>OMIM</Source><Reference>100</Reference></ExternalReference>
            <ExternalReference><Source>HGNC</Source><Reference>7</Reference></ExternalReference></ExternalReferenceList></Gene>
            <DisorderGeneAssociationType><Name>Candidate gene tested in</Name></DisorderGeneAssociationType>
            <DisorderGeneAssociationStatus><Name>Assessed</Name></DisorderGeneAssociationStatus>
            </DisorderGeneAssociation></DisorderGeneAssociationList></Disorder></DisorderList></JDBOR>";
        let opened = opened(text).expect("a table");
        assert_eq!((opened.kind, opened.lead), (TableKind::OrphanetGenes, vec!["#version: 2025-07-05".to_string()]));
        let rows: Vec<StringRecord> = opened.rows.map(|row| row.expect("a row")).collect();
        assert_eq!(opened.columns.len(), rows[0].len());
        assert_eq!(
            rows[0].iter().collect::<Vec<_>>(),
            [
                "3",
                "Sjögren & co's",
                "Disease",
                "A1",
                "a gene",
                "Candidate gene tested in",
                "7",
                "100",
                "Assessed",
                "1[PMID]"
            ]
        );
    }

    #[test]
    fn phenotypes_of_disorders_are_rows() {
        let text =
            b"<JDBOR date=\"2022-06-14 16:21:21\"><HPODisorderSetStatusList count=\"1\"><HPODisorderSetStatus id=\"1\">
            <Disorder id=\"2\"><OrphaCode>58</OrphaCode><Name lang=\"en\">Alexander disease</Name>
            <HPODisorderAssociationList count=\"2\"><HPODisorderAssociation><HPO><HPOId>HP:0000256</HPOId>
            <HPOTerm>Macrocephaly</HPOTerm></HPO><HPOFrequency><Name>Very frequent (99-80%)</Name></HPOFrequency>
            <DiagnosticCriteria/></HPODisorderAssociation><HPODisorderAssociation><HPO><HPOId>HP:0001250</HPOId>
            <HPOTerm>Seizure</HPOTerm></HPO><HPOFrequency><Name>Excluded (0%)</Name></HPOFrequency><DiagnosticCriteria>
            <Name>Exclusion criterion</Name></DiagnosticCriteria></HPODisorderAssociation></HPODisorderAssociationList>
            </Disorder></HPODisorderSetStatus></HPODisorderSetStatusList></JDBOR>";
        let opened = opened(text).expect("a table");
        assert_eq!(opened.kind, TableKind::OrphanetPhenotypes);
        let rows: Vec<StringRecord> = opened.rows.map(|row| row.expect("a row")).collect();
        assert_eq!(
            rows[0].iter().collect::<Vec<_>>(),
            ["58", "Alexander disease", "", "HP:0000256", "Macrocephaly", "Very frequent (99-80%)", ""]
        );
        assert_eq!(
            rows[1].iter().skip(3).collect::<Vec<_>>(),
            ["HP:0001250", "Seizure", "Excluded (0%)", "Exclusion criterion"]
        );
    }

    #[test]
    fn what_is_not_read_is_refused_by_name() {
        let refused = |rest: &str, why: &str| {
            let text = format!("{START}{rest}");
            let error = match open(Box::new(std::io::Cursor::new(text.into_bytes())), "made up") {
                Err(error) => error,
                Ok(opened) => opened.rows.filter_map(Result::err).next().expect("an error"),
            };
            assert!(error.to_string().contains(why), "{error}");
        };
        refused("</JDBOR>", "without a disorder");
        refused("<Disorder><PrevalenceList/></Disorder></JDBOR>", "a disorder has PrevalenceList");
        refused(
            "<Disorder><OrphaCode>3</OrphaCode><Name>x</Name><DisorderGeneAssociationList/></Disorder>",
            "the file is cut off",
        );
        refused("<Disorder><DisorderGeneAssociationList>", "the file is cut off");
        refused("<Disorder>&who;</Disorder>", "nothing says what &who; means");
        refused("<Disorder></Name></Disorder>", "it is not XML at byte");
        let error = opened(b"<rdf/>").err().expect("refused");
        assert!(error.to_string().contains("its root is <rdf>"), "{error}");
    }

    #[test]
    fn an_element_that_was_renamed_is_refused_by_name() {
        let errors = |text: &str| -> Vec<String> {
            let opened =
                open(Box::new(std::io::Cursor::new(text.to_string().into_bytes())), "made up").expect("opened");
            opened.rows.filter_map(Result::err).map(|error| error.to_string()).collect()
        };
        let genes = "<JDBOR><DisorderList><Disorder><OrphaCode>3</OrphaCode><Name>x</Name><DisorderGeneAssociationList>
            <DisorderGeneAssociation><Gene><Symbol>A1</Symbol></Gene>
            <DisorderGeneAssociationType><Name>Role in</Name></DisorderGeneAssociationType>
            <DisorderGeneAssociationStatus><Name>Assessed</Name></DisorderGeneAssociationStatus>
            </DisorderGeneAssociation></DisorderGeneAssociationList></Disorder></DisorderList></JDBOR>";
        let phenotypes = "<JDBOR><Disorder><OrphaCode>3</OrphaCode><Name>x</Name><HPODisorderAssociationList>
            <HPODisorderAssociation><HPO><HPOId>HP:0000256</HPOId></HPO><HPOFrequency><Name>Rare</Name></HPOFrequency>
            </HPODisorderAssociation></HPODisorderAssociationList></Disorder></JDBOR>";
        let names = "<JDBOR><Disorder><OrphaCode>3</OrphaCode><Name>x</Name><ExternalReferenceList><ExternalReference>
            <Source>OMIM</Source><Reference>1</Reference><DisorderMappingRelation><Name>E</Name></DisorderMappingRelation>
            </ExternalReference></ExternalReferenceList></Disorder></JDBOR>";
        for (text, elements) in [
            (
                genes,
                &[
                    "OrphaCode",
                    "DisorderGeneAssociation",
                    "Symbol",
                    "DisorderGeneAssociationType",
                    "DisorderGeneAssociationStatus",
                ][..],
            ),
            (phenotypes, &["OrphaCode", "HPODisorderAssociation", "HPOId", "HPOFrequency"]),
            (names, &["OrphaCode", "ExternalReference", "Source", "Reference", "DisorderMappingRelation"]),
        ] {
            assert_eq!(errors(text), Vec::<String>::new());
            for element in elements {
                let renamed =
                    text.replace(&format!("<{element}>"), "<New>").replace(&format!("</{element}>"), "</New>");
                let errors = errors(&renamed);
                assert!(errors.iter().any(|one| one.contains(element)), "{element}: {errors:?}");
            }
        }
    }
}
