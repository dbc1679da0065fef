//! One disease is one thing: its records are joined, whatever spelling names it, and a group knows its members.

use super::{HGNC, OBO, rows};
use crate::support::{Folder, genogloss};

const HPOA: &str = "#version: 2025-01-16
database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration
OMIM:100001\tQuux syndrome, type IA; QX1A\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
OMIM:100002\tQuux syndrome, type IB\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
OMIM:100003\tHaemophilia of Baz\t\tHP:0001083\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
OMIM:100004\tSj\u{f6}gren-Foo disease\t\tHP:0001083\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
OMIM:100005\tBar syndrome\t\tHP:0001083\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
OMIM:100006\tBar disease\t\tHP:0001083\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
OMIM:100007\tGrault palsy 1\t\tHP:0001083\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
OMIM:100008\tGrault palsy 2, autosomal recessive\t\tHP:0001083\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x
";

/// The ontology with a mode of inheritance.
fn ontology() -> String {
    format!(
        "{OBO}\n[Term]\nid: HP:0000006\nname: Autosomal dominant inheritance\nsynonym: \"Autosomal dominant\" EXACT []\nis_a: HP:0000005 ! Mode of inheritance\n"
    )
}

const MONDO: &str = "format-version: 1.2
data-version: releases/2025-01-07
ontology: mondo

[Term]
id: MONDO:0000001
name: Quux syndrome type 1A
def: \"A disease.\" []
synonym: \"QX1A\" EXACT ABBREVIATION []
synonym: \"Grault palsy 1\" RELATED []
xref: OMIM:100001 {source=\"MONDO:equivalentTo\"}
xref: UMLS:C0000001 {source=\"MONDO:equivalentTo\"}
is_a: MONDO:0000002 ! Quux group

[Term]
id: MONDO:0000002
name: Quux group

[Term]
id: MONDO:0000009
name: obsolete Quux 1A
is_obsolete: true
replaced_by: MONDO:0000001

[Typedef]
id: part_of
name: part of
";

/// A packet of Orphanet: the group, with a type that is a member by reference.
fn packet(code: u32, label: &str, rest: &str) -> String {
    format!(
        "{{\"Orphapacket\":{{\"ORPHApacketId\":\"{code}\",\"creationDate\":\"2025-12-09 10:41:42\",\"ORPHAcode\":\"{code}\",\"Label\":\"{label}\",\
         \"DisorderType\":{{\"value\":\"Disease\"}}{rest}}}}}"
    )
}

fn reference(id: u32, relation: &str) -> String {
    format!(
        "{{\"ExternalReference\":{{\"Source\":\"OMIM\",\"Reference\":\"{id}\",\"DisorderMappingRelation\":\"{relation} (words)\"}}}}"
    )
}

/// The archive of packets that Orphanet publishes, with made-up ones.
fn packets() -> Vec<u8> {
    let gene = "\"Genes\":[{\"Gene\":{\"Symbol\":\"FBN1\",\"Name\":\"fibrillin 1\",\"ExternalReferences\":[{\"Source\":\"HGNC\",\"Reference\":\"3603\"}],\
                \"DisorderGeneAssociationType\":\"Disease-causing germline mutation(s) in\"}}]";
    let all = [
        packet(
            10,
            "Quux syndrome",
            &format!(
                ",\"Synonyms\":[{{\"Synonym\":\"Quuxosis\"}}],\"ExternalReferences\":[{},{}],\"Parents\":[{{\"Parent\":[{{\"ORPHAcode\":\"99\",\"Label\":\"Rare things\"}}]}}],\
             \"Phenotypes\":[{{\"Phenotype\":{{\"HPOId\":\"HP:0001083\",\"HPOTerm\":\"Ectopia lentis\",\"HPOFrequency\":\"Frequent (79-30%)\"}}}}],\
             \"TypeOfInheritances\":{{\"TypeOfInheritance\":[{{\"value\":\"Autosomal dominant\"}}]}}",
                reference(100001, "BTNT"),
                reference(100002, "BTNT")
            ),
        ),
        packet(
            11,
            "Quux syndrome type 1A",
            &format!(
                ",\"ExternalReferences\":[{{\"Source\":\"OMIM\",\"Reference\":\"100001\",\"DisorderMappingRelation\":\"E (Exact)\"}}],\
             \"Parents\":{{\"Parent\":[{{\"ORPHAcode\":\"10\",\"Label\":\"Quux syndrome\"}}]}},\"Children\":\"\",{gene}"
            ),
        ),
    ];
    let mut builder = Vec::new();
    for (number, text) in all.iter().enumerate() {
        builder.extend(entry(&format!("json/{number}.json"), text));
    }
    builder.extend([0; 1024]);
    builder
}

/// A file in a tar archive (POSIX.1-1988 ustar): header and content, each in whole blocks.
fn entry(path: &str, text: &str) -> Vec<u8> {
    let mut block = [0u8; 512];
    let mut put = |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, path);
    put(100, "0000644\0");
    put(124, &format!("{:011o}\0", text.len()));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut all = block.to_vec();
    all.extend(text.as_bytes());
    all.resize(all.len().next_multiple_of(512), 0);
    all
}

const CGD: &str = "#GENE\tHGNC ID\tENTREZ GENE ID\tCONDITION\tINHERITANCE\tAGE GROUP\tALLELIC CONDITIONS\tMANIFESTATION CATEGORIES\tINTERVENTION CATEGORIES\tCOMMENTS\tINTERVENTION/RATIONALE\tREFERENCES
FBN2\t3604\t2201\tQuux syndrome, type 1B; Grault palsy 2\tAR\tN/A\t\tMusculoskeletal\tN/A\t\t\t7493032
TGFB2\t11768\t7042\tFoo-Sjogren syndrome\tAD\tN/A\t\tMusculoskeletal\tN/A\t\t\t7493033
";

fn built() -> (Folder, String) {
    let folder = Folder::new();
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes".to_string(), "build".into(), "-o".into(), base.clone()];
    for (name, bytes) in [
        ("hgnc.txt", HGNC.as_bytes()),
        ("hp.obo", ontology().as_bytes()),
        ("mondo.obo", MONDO.as_bytes()),
        ("phenotype.hpoa", HPOA.as_bytes()),
        ("packets.tar", &packets()),
        ("cgd.txt", CGD.as_bytes()),
    ] {
        arguments.push(folder.write(name, bytes));
    }
    let run = genogloss(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{}", run.stderr);
    (folder, base)
}

/// Rows of a query, their fields joined by `|`.
fn query(base: &str, sql: &str) -> Vec<String> {
    let db = rusqlite::Connection::open(base).expect("opened");
    let mut query = db.prepare(sql).expect("a query");
    let width = query.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        let cell = |at| row.get::<_, rusqlite::types::Value>(at);
        let text = |value| match value {
            rusqlite::types::Value::Null => ".".to_string(),
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => format!("{other:?}"),
        };
        Ok((0..width).map(|at| cell(at).map(text)).collect::<rusqlite::Result<Vec<_>>>()?.join("|"))
    };
    query.query_map([], row).and_then(Iterator::collect).expect("rows")
}

#[test]
fn records_of_one_disease_are_joined() {
    let (_folder, base) = built();
    let same = query(
        &base,
        "SELECT group_concat(one, ', ') FROM (SELECT entity, coalesce(accession, name) AS one FROM disease ORDER BY one)
         GROUP BY entity HAVING count(*) > 1 ORDER BY 1",
    );
    assert_eq!(
        same,
        [
            // By a reference, and by MONDO's to OMIM; not Orphanet's group, which is broader than OMIM's record.
            "MONDO:0000001, OMIM:100001, ORPHA:11",
            // By name: Roman and Arabic numbers. CGD has no identifier.
            "OMIM:100002, Quux syndrome, type 1B",
        ]
    );
    let parents = query(
        &base,
        "SELECT DISTINCT coalesce(low.accession, low.name), coalesce(high.accession, high.name) FROM disease_parent h
         JOIN disease low ON low.id = h.disease JOIN disease high ON high.id = h.parent ORDER BY 1, 2",
    );
    for expected in [
        "ORPHA:11|ORPHA:10",
        "OMIM:100002|ORPHA:10",
        "ORPHA:10|ORPHA:99",
        "MONDO:0000001|MONDO:0000002",
        "OMIM:100007|Grault palsy",
    ] {
        assert!(parents.iter().any(|one| one == expected), "{expected} is not in {parents:?}");
    }
    assert_eq!(query(&base, "SELECT count(*) FROM disease_reference WHERE accession = 'MONDO:0000009'"), ["1"]);
}

#[test]
fn a_disease_is_found_by_every_usual_spelling() {
    let (_folder, base) = built();
    let meant = |text: &str| {
        let run = genogloss(&["ask", "--quiet", "-b", &base, &format!("disease={text}, phenotypes =")]);
        let line = run.stdout.lines().nth(1).unwrap_or_default().to_string();
        (line.split('\t').nth(2).unwrap_or_default().to_string(), line)
    };
    for text in [
        "OMIM:100001",
        "100001",
        "#100001",
        "ORPHA11",
        "MONDO_0000001",
        "mondo:0000009",
        "C0000001",
        "qx1a",
        "Quux syndrome type 1A",
        "Quux Syndrome, Type IA",
        "quux's syndrome type Ia",
        "Quux syndrome 1A",
    ] {
        let (answer, line) = meant(text);
        assert!(answer.contains("Arachnodactyly"), "{text}: {line}");
    }
    for text in
        ["Hemophilia of Baz", "haemophilia of baz", "Sj\u{f6}gren-Foo disease", "Sjogren Foo disease", "Sjogren-Foo"]
    {
        let (answer, line) = meant(text);
        assert!(answer.contains("Ectopia lentis"), "{text}: {line}");
    }
    // Strict before loose: each has its own name; the word alone is of both.
    for text in ["Bar syndrome", "Bar disease"] {
        assert!(meant(text).0.contains("Ectopia lentis"), "{text}");
    }
    let (_, line) = meant("Bar");
    assert!(line.contains("\"Bar\" is ambiguous: OMIM:100005 (Bar syndrome), OMIM:100006 (Bar disease)"), "{line}");
    let (_, line) = meant("Grualt palsy 2");
    assert!(line.contains("did you mean Grault palsy 2"), "{line}");
    let (_, line) = meant("Nothing like it");
    assert!(line.contains("no disease is called \"Nothing like it\"\t"), "{line}");
}

#[test]
fn what_a_table_of_orphanet_states_is_not_doubled_by_its_packets() {
    let folder = Folder::new();
    let genes = "orphacode\tdisorder\tdisorder_type\tgene_symbol\tgene_name\tassociation_type\thgnc\tomim
11\tQuux syndrome type 1A\tDisease\tFBN1\tfibrillin 1\tDisease-causing germline mutation(s) in\t3603\t134797
";
    let phenotypes = "orphacode\tdisorder\thpo_id\thpo_term\tfrequency
10\tQuux syndrome\tHP:0001083\tEctopia lentis\tFrequent (79-30%)
";
    let base = folder.path("genes.sqlite");
    let tables = [
        folder.write("hgnc.txt", HGNC),
        folder.write("hp.obo", ontology()),
        folder.write("genes.tsv", genes),
        folder.write("phenotypes.tsv", phenotypes),
        folder.write("packets.tar", packets()),
    ];
    let mut arguments = vec!["genes", "build", "-o", &base];
    arguments.extend(tables.iter().map(String::as_str));
    let run = genogloss(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(query(&base, "SELECT count(*) FROM gene_disease"), ["1"]);
    assert_eq!(
        query(&base, "SELECT term, frequency, aspect FROM disease_term ORDER BY term"),
        ["6|.|I", "1083|Frequent (79-30%)|."]
    );
    let sources = rows(&base, &["sources"]);
    assert!(sources.iter().any(|row| row[2] == "packets.tar" && row[3] == "2025-12-09"), "{sources:?}");
}

#[test]
fn a_packet_alone_and_the_nomenclature_as_xml_are_read() {
    let folder = Folder::new();
    let base = folder.path("genes.sqlite");
    let product1 = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><JDBOR date=\"2025-12-09 04:38:36\"><DisorderList count=\"2\">
        <Disorder id=\"1\"><OrphaCode>10</OrphaCode><Name lang=\"en\">Quux syndrome</Name><SynonymList count=\"1\"><Synonym lang=\"en\">Quuxosis</Synonym></SynonymList>
        <DisorderType id=\"2\"><Name lang=\"en\">Disease</Name></DisorderType><ExternalReferenceList count=\"1\"><ExternalReference id=\"3\">
        <Source>OMIM</Source><Reference>100001</Reference><DisorderMappingRelation id=\"4\"><Name lang=\"en\">BTNT (broader)</Name></DisorderMappingRelation>
        </ExternalReference></ExternalReferenceList><DisorderDisorderAssociationList count=\"0\"/><SummaryInformationList count=\"1\"><SummaryInformation>
        <TextSectionList><TextSection><TextSectionType><Name>Definition</Name></TextSectionType><Contents>A quux.</Contents></TextSection></TextSectionList>
        </SummaryInformation></SummaryInformationList></Disorder>
        <Disorder id=\"5\"><OrphaCode>12</OrphaCode><Name lang=\"en\">Old quux</Name><SynonymList count=\"0\"/><DisorderDisorderAssociationList count=\"1\">
        <DisorderDisorderAssociation><TargetDisorder id=\"1\"><OrphaCode>10</OrphaCode><Name>Quux syndrome</Name></TargetDisorder>
        <RootDisorder id=\"5\" cycle=\"true\"/><DisorderDisorderAssociationType><Name>Moved to</Name></DisorderDisorderAssociationType>
        </DisorderDisorderAssociation></DisorderDisorderAssociationList></Disorder></DisorderList></JDBOR>";
    let node = |code: u32, name: &str, below: &str| {
        format!(
            "<ClassificationNode><Disorder><OrphaCode>{code}</OrphaCode><Name>{name}</Name></Disorder>\
             <ClassificationNodeChildList count=\"1\">{below}</ClassificationNodeChildList></ClassificationNode>"
        )
    };
    let product3 = format!(
        "<JDBOR date=\"2025-12-09 04:38:36\"><ClassificationList><Classification><ClassificationNodeRootList>{}</ClassificationNodeRootList>\
         </Classification></ClassificationList></JDBOR>",
        node(
            99,
            "Rare things",
            &(node(10, "Quux syndrome", &node(11, "Quux syndrome type 1A", "")) + &node(13, "Other quux", ""))
        )
    );
    let tables = [
        folder.write("hgnc.txt", HGNC),
        folder.write("product1.xml", product1),
        folder.write("product3.xml", &product3),
        folder.write("packet.json", packet(11, "Quux syndrome type 1A", "")),
    ];
    let mut arguments = vec!["genes", "build", "-o", &base];
    arguments.extend(tables.iter().map(String::as_str));
    let run = genogloss(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(
        query(
            &base,
            "SELECT low.accession, high.accession FROM disease_parent h JOIN disease low ON low.id = h.disease
                      JOIN disease high ON high.id = h.parent ORDER BY 1"
        ),
        ["ORPHA:10|ORPHA:99", "ORPHA:11|ORPHA:10", "ORPHA:13|ORPHA:99"]
    );
    assert_eq!(
        query(&base, "SELECT accession, mapping FROM disease_reference ORDER BY 1"),
        ["OMIM:100001|narrower", "ORPHA:12|exact"]
    );
    assert_eq!(query(&base, "SELECT definition, kind FROM disease WHERE accession = 'ORPHA:10'"), ["A quux.|Disease"]);
    assert_eq!(
        query(
            &base,
            "SELECT n.name FROM disease_name n JOIN disease d ON d.id = n.disease WHERE d.accession = 'ORPHA:10' ORDER BY 1"
        ),
        ["Old quux", "Quux syndrome", "Quuxosis"]
    );
}

#[test]
fn a_disease_is_listed_with_its_members_and_their_genes() {
    let (_folder, base) = built();
    let lines = rows(&base, &["disease", "Quux syndrome"]);
    let of = |fact: &str| lines.iter().filter(|row| row[3] == fact).map(|row| row[4].as_str()).collect::<Vec<_>>();
    assert!(lines.iter().all(|row| row[1..3] == ["ORPHA:10", "Quux syndrome"]), "{lines:?}");
    assert_eq!(of("identifier"), ["ORPHA:10"]);
    assert_eq!(of("name"), ["Quux syndrome", "Quuxosis"]);
    assert_eq!(of("group"), ["ORPHA:99 Rare things"]);
    assert_eq!(of("members"), ["2"]);
    assert_eq!(of("member"), ["MONDO:0000001 Quux syndrome type 1A", "OMIM:100002 Quux syndrome, type IB"]);
    // FBN1 by Orphanet's type 1A, FBN2 by CGD's type 1B, which has no identifier.
    assert_eq!(of("gene"), ["FBN2: supportive", "FBN1: supportive"], "FBN2 has a reference more");
    let gene = lines.iter().find(|row| row[4].starts_with("FBN1")).expect("a gene");
    assert_eq!(gene[5], "Orphanet 2025-12-09");
    // A series that no source has a record of, and a member that is no group.
    let series = rows(&base, &["disease", "grault palsy"]);
    assert!(series.iter().any(|row| row[1..5] == [".", "Grault palsy", "members", "3"]), "{series:?}");
    assert!(rows(&base, &["disease", "OMIM:100002"]).iter().all(|row| row[3] != "member"));
    let run = genogloss(&["genes", "-b", &base, "disease", "Bar", "#100005"]);
    assert!(run.code == 1 && run.stderr.contains("\"Bar\" is ambiguous"), "{}", run.stderr);
    assert!(run.stdout.contains("#100005\tOMIM:100005\tBar syndrome\tidentifier"), "{}", run.stdout);
}

#[test]
fn a_disease_with_a_number_is_no_series() {
    let folder = Folder::new();
    let base = folder.path("genes.sqlite");
    let header = HPOA.lines().take(2).collect::<Vec<_>>().join("\n");
    let all = [
        ("OMIM:200001", "Corge ataxia 1"),
        ("OMIM:200002", "Corge ataxia, X-linked 1"),
        ("OMIM:200003", "Corge ataxia, autosomal recessive 1"),
        // The first of a series may also have its name.
        ("OMIM:200004", "Garply anemia; GARPLY ANEMIA, COMPLEMENTATION GROUP A"),
        ("OMIM:200005", "Garply anemia, complementation group B"),
        ("ORPHA:21", "Garply anemia"),
        ("OMIM:200006", "Waldo disease"),
        ("OMIM:200007", "Waldo disease, infantile"),
    ];
    let rows = all.map(|(id, name)| format!("{id}\t{name}\t\tHP:0001166\tPMID:1\tPCS\t\t\t\t\tP\tHPO:x"));
    let hpoa = format!("{header}\n{}\n", rows.join("\n"));
    let tables = [
        folder.write("hgnc.txt", HGNC),
        folder.write("hp.obo", ontology()),
        folder.write("phenotype.hpoa", hpoa.as_bytes()),
    ];
    let mut arguments = vec!["genes", "build", "-o", &base];
    arguments.extend(tables.iter().map(String::as_str));
    let run = genogloss(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(
        query(
            &base,
            "SELECT low.accession, coalesce(high.accession, high.name) FROM disease_parent h JOIN disease low ON low.id = h.disease
             JOIN disease high ON high.id = h.parent ORDER BY 1, 2"
        ),
        [
            "OMIM:200001|Corge ataxia",
            "OMIM:200002|Corge ataxia",
            "OMIM:200003|Corge ataxia",
            "OMIM:200004|ORPHA:21",
            "OMIM:200005|ORPHA:21",
        ]
    );
    assert_eq!(query(&base, "SELECT count(*) FROM disease WHERE id <> entity"), ["0"], "no two are one");
}

#[test]
fn an_ontology_is_known_by_its_name() {
    let folder = Folder::new();
    let hgnc = folder.write("hgnc.txt", HGNC);
    let out = folder.path("genes.sqlite");
    let refused = |name: &str, text: &str, why: &str| {
        let file = folder.write(name, text);
        let run = genogloss(&["genes", "build", "-o", &out, &hgnc, &file]);
        assert!(run.code == 1 && run.stderr.contains(why), "{name}: {}", run.stderr);
    };
    let go = "format-version: 1.2\ndata-version: releases/2024-10-10\nontology: go\n\n[Term]\nid: GO:0000001\nname: mitochondrion inheritance\n";
    refused("go.obo", go, "it is an OBO file of \"go\", and those of HPO (hp.obo) and MONDO (mondo.obo) are read");
    refused("unnamed.obo", &go.replace("ontology: go\n", ""), "of \"GO\"");
    refused("empty.obo", "format-version: 1.2\n", "without a term");
}
