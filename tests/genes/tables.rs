//! Each table in the layout in which it is published, with a few made-up rows.

use rusqlite::{Connection, types::Value};

use super::{HGNC, HPOA, OBO, rows};
use crate::support::{Folder, genogloss};

/// A knowledge base made of the tables and HGNC's, and the program's messages.
fn built(tables: &[(&str, &str)]) -> (Folder, String, String) {
    let folder = Folder::new();
    let mut paths = vec![folder.write("hgnc.txt", HGNC)];
    paths.extend(tables.iter().map(|(name, text)| folder.write(name, text)));
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes", "build", "-o", &base];
    arguments.extend(paths.iter().map(String::as_str));
    let run = genogloss(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    (folder, base, run.stderr)
}

/// The message of tables that are refused.
fn refused(tables: &[(&str, &str)]) -> String {
    let folder = Folder::new();
    let mut paths = vec![folder.write("hgnc.txt", HGNC)];
    paths.extend(tables.iter().map(|(name, text)| folder.write(name, text)));
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes", "build", "-o", &base];
    arguments.extend(paths.iter().map(String::as_str));
    let run = genogloss(&arguments);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(!std::path::Path::new(&base).exists());
    run.stderr
}

/// The rows of a query, their fields separated by `|`.
fn facts(base: &str, sql: &str) -> Vec<String> {
    let db = Connection::open(base).expect("opened");
    let mut query = db.prepare(sql).expect("a query");
    let width = query.column_count();
    let rows = query.query_map([], |row| {
        let cells = (0..width).map(|at| {
            Ok(match row.get(at)? {
                Value::Null => ".".to_string(),
                Value::Integer(number) => number.to_string(),
                Value::Real(number) => number.to_string(),
                Value::Text(text) => text,
                Value::Blob(_) => "(bytes)".to_string(),
            })
        });
        Ok(cells.collect::<rusqlite::Result<Vec<_>>>()?.join("|"))
    });
    rows.and_then(Iterator::collect).expect("rows")
}

/// What is stated of genes and diseases: symbol, disease, relation, inheritance, reference, origin.
const STATED: &str =
    "SELECT g.symbol, d.accession, d.name, r.relation, r.inheritance, r.reference, r.origin FROM gene_disease r
    JOIN gene g ON g.id = r.gene JOIN disease d ON d.id = r.disease ORDER BY r.rowid";
/// Other identifiers of diseases.
const REFERENCES: &str = "SELECT d.accession, r.accession, r.mapping FROM disease_reference r JOIN disease d ON d.id = r.disease ORDER BY r.rowid";
/// Phenotypes of genes.
const GENE_TERMS: &str =
    "SELECT g.symbol, t.term, t.frequency, d.accession FROM gene_term t JOIN gene g ON g.id = t.gene
    LEFT JOIN disease d ON d.id = t.disease ORDER BY t.rowid";
/// Rows, facts, and unknown genes, phenotypes and diseases of the last table.
const COUNTS: &str =
    "SELECT rows, facts, unknown_genes, unknown_terms, unknown_diseases FROM source ORDER BY id DESC LIMIT 1";

const GENCC: &str = "\"uuid\"\t\"gene_curie\"\t\"gene_symbol\"\t\"disease_curie\"\t\"disease_title\"\t\"disease_original_curie\"\t\"classification_title\"\t\"moi_title\"\t\"submitter_title\"\t\"submitted_as_public_report_url\"\t\"submitted_as_notes\"\t\"submitted_as_pmids\"\t\"submitted_run_date\"
\"a\"\t\"HGNC:3603\"\t\"FBN1\"\t\"MONDO:0007947\"\t\"Marfan syndrome\"\t\"OMIM:154700\"\t\"Definitive\"\t\"Autosomal dominant\"\t\"Ambry Genetics\"\t\"\"\t\"one\nnote\"\t\"1, 2\"\t\"2020-12-24\"
\"b\"\t\"HGNC:3603\"\t\"FBN1\"\t\"MONDO:0007947\"\t\"Marfan syndrome\"\t\"MONDO:0007947\"\t\"Definitive\"\t\"Autosomal dominant\"\t\"TGMI G2P\"\t\"\"\t\"\"\t\"1, 2\"\t\"2021-01-02\"
\"c\"\t\"HGNC:11768\"\t\"TGFB2\"\t\"MONDO:0007947\"\t\"Marfan syndrome\"\t\"MONDO:0007947\"\t\"Refuted Evidence\"\t\"Unknown\"\t\"ClinGen\"\t\"https://x.org/1\"\t\"\"\t\"\"\t\"2020-12-24\"
\"d\"\t\"HGNC:1\"\t\"NOBODY\"\t\"MONDO:0007947\"\t\"Marfan syndrome\"\t\"MONDO:0007947\"\t\"Limited\"\t\"Unknown\"\t\"ClinGen\"\t\"\"\t\"\"\t\"\"\t\"2020-12-24\"
";

#[test]
fn each_submission_of_gencc_is_a_claim_of_its_submitter() {
    let (_folder, base, said) = built(&[("gencc.tsv", GENCC)]);
    assert_eq!(
        facts(&base, STATED),
        [
            "FBN1|MONDO:0007947|Marfan syndrome|Definitive|Autosomal dominant|1;2|Ambry Genetics",
            "FBN1|MONDO:0007947|Marfan syndrome|Definitive|Autosomal dominant|1;2|Gene2Phenotype",
            "TGFB2|MONDO:0007947|Marfan syndrome|Refuted Evidence|Unknown|https://x.org/1|ClinGen",
        ]
    );
    assert_eq!(facts(&base, REFERENCES), ["MONDO:0007947|OMIM:154700|exact"]);
    assert_eq!(facts(&base, COUNTS), ["4|3|1|0|0"]);
    assert_eq!(facts(&base, "SELECT release FROM source WHERE name = 'GenCC'"), ["2021-01-02"]);
    assert!(said.contains("1 rows name unknown genes, and were left out (the first: NOBODY)"), "{said}");
    // The layout of 2025, as CSV.
    let new = GENCC.replace('\t', ",").replace("\"uuid\"", "\"sgc_id\",\"version_number\"");
    let new: String = new.lines().map(|line| line.replace("\"HGNC:", "\"1\",\"HGNC:") + "\n").collect();
    let (_folder, other, _) = built(&[("gencc.csv", &new)]);
    assert_eq!(facts(&other, STATED), facts(&base, STATED));
}

const GENEMAP: &str = "# Copyright (c) 1966-2025 Johns Hopkins University.
# Generated: 2025-01-14
# Chromosome\tGenomic Position Start\tGenomic Position End\tCyto Location\tComputed Cyto Location\tMIM Number\tGene/Locus And Other Related Symbols\tGene Name\tApproved Gene Symbol\tEntrez Gene ID\tEnsembl Gene ID\tComments\tPhenotypes\tMouse Gene Symbol/ID
chr15\t1\t2\t15q21.1\t15q21.1\t134797\tFBN1, MFS1, WMS\tFibrillin-1\tFBN1\t2200\tENSG00000166147\t\tMarfan syndrome, 154700 (3), Autosomal dominant; ?Stiff \"skin\" syndrome, 184900 (3), Autosomal dominant; Lens (somatic), somatic (3)\tFbn1 (MGI:95489)
chr1\t1\t2\t1q41\t1q41\t190220\tTGFB2, LDS4\tTransforming growth factor, beta-2\tTGFB2\t7042\tENSG00000092969\t\t{Aneurysm, susceptibility to}, 607086 (3); [Tall stature], 600000 (1)\t
chr1\t1\t2\t1p36\t\t612367\tALPQTL2\tAlkaline phosphatase QTL 2\t\t100196914\t\t\t{Alkaline phosphatase, plasma level of, QTL 2}, 612367 (2)\t
chr1\t1\t2\t1p36\t\t612368\tNOTHING\tNothing\t\t\t\t\t\t
# 1 - The disorder is placed on the map based on its association with
#
";

const MORBIDMAP: &str = "# Generated: 2025-01-14
# Phenotype\tGene/Locus And Other Related Symbols\tMIM Number\tCyto Location
Marfan syndrome, 154700 (3)\tFBN1, MFS1, WMS\t134797\t15q21.1
Weill-Marchesani syndrome 2, dominant, 608328 (3)\tWMS, FBN1\t134797\t15q21.1
#
# Phenotypes :
";

const MIM_TITLES: &str = "# Generated: 2025-01-14
# Prefix\tMIM Number\tPreferred Title; symbol\tAlternative Title(s); symbol(s)\tIncluded Title(s); symbols
Number Sign\t154700\tMARFAN SYNDROME; MFS\tMARFAN SYNDROME, TYPE I; MFS1;; OLD NAME, FORMERLY\t
Asterisk\t134797\tFIBRILLIN 1; FBN1\t\t
Caret\t100500\tMOVED TO 200150\t\t
";

const MIM2GENE: &str = "# Generated: 2025-01-14
# MIM Number\tMIM Entry Type (see FAQ 1.3 at https://omim.org/help/faq)\tEntrez Gene ID (NCBI)\tApproved Gene Symbol (HGNC)\tEnsembl Gene ID (Ensembl)
154700\tphenotype\t\t\t
134797\tgene\t2200\tFBN1\tENSG00000166147
100640\tgene\t216\tALDH1A1\tENSG00000165092
";

const MEDGEN: &str = "#MIM number\tGeneID\ttype\tSource\tMedGenCUI\tComment
134797\t2200\tgene\t-\t-\t-
154700\t2200\tphenotype\t GeneMap\tC0024796\t-
190220\t7042\tphenotype\t GeneMap; GeneReviews\tCN123\tsusceptibility
100050\t-\tphenotype\t-\tC3149220\t-
";

#[test]
fn phenotypes_of_omim_keep_their_signs_and_mapping_keys() {
    let (_folder, base, said) = built(&[("genemap2.txt", GENEMAP), ("morbidmap.txt", MORBIDMAP)]);
    assert_eq!(
        facts(&base, STATED),
        [
            "FBN1|OMIM:154700|Marfan syndrome|molecular basis known (3)|Autosomal dominant|.|.",
            "FBN1|OMIM:184900|Stiff \"skin\" syndrome|provisional, molecular basis known (3)|Autosomal dominant|.|.",
            "FBN1|.|Lens (somatic), somatic|molecular basis known (3)|.|.|.",
            "TGFB2|OMIM:607086|Aneurysm, susceptibility to|susceptibility, molecular basis known (3)|.|.|.",
            "TGFB2|OMIM:600000|Tall stature|nondisease, mapped by association (1)|.|.|.",
            // The morbid map adds what the gene map does not have.
            "FBN1|OMIM:608328|Weill-Marchesani syndrome 2, dominant|molecular basis known (3)|.|.|.",
        ]
    );
    assert!(said.contains("genemap2.txt: 1 rows name unknown genes, and were left out (the first: ALPQTL2)"), "{said}");
    assert_eq!(facts(&base, "SELECT release FROM source WHERE name = 'OMIM'"), ["2025-01-14", "2025-01-14"]);
    let (_folder, alone, _) = built(&[("morbidmap.txt", MORBIDMAP)]);
    let alone = facts(&alone, STATED);
    assert_eq!(alone[0], "FBN1|OMIM:154700|Marfan syndrome|molecular basis known (3)|.|.|.");
    assert_eq!(alone.len(), 2);
}

#[test]
fn numbers_and_titles_of_omim_go_to_genes_and_diseases() {
    let without_numbers = HGNC.replace("\t134797\n", "\t\n");
    let folder = Folder::new();
    let paths = [("h.txt", without_numbers.as_str()), ("a.txt", MIM_TITLES), ("b.txt", MIM2GENE), ("c.txt", MEDGEN)]
        .map(|(name, text)| folder.write(name, text));
    let base = folder.path("genes.sqlite");
    let run = genogloss(&["genes", "build", "-o", &base, &paths[0], &paths[1], &paths[2], &paths[3]]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(facts(&base, "SELECT omim FROM gene WHERE symbol = 'FBN1'"), ["134797"]);
    assert_eq!(
        facts(&base, "SELECT d.accession, n.name FROM disease_name n JOIN disease d ON d.id = n.disease ORDER BY n.id"),
        ["OMIM:154700|MARFAN SYNDROME", "OMIM:154700|MFS", "OMIM:154700|MARFAN SYNDROME, TYPE I", "OMIM:154700|MFS1"]
    );
    assert_eq!(
        facts(&base, STATED),
        ["FBN1|OMIM:154700|MARFAN SYNDROME|gene|.|.|OMIM", "TGFB2|OMIM:190220|OMIM:190220|susceptibility|.|.|OMIM"]
    );
    assert_eq!(facts(&base, REFERENCES), ["OMIM:154700|UMLS:C0024796|exact"]);
    assert!(run.stderr.contains("b.txt: 1 rows name unknown genes, and were left out (the first: ALDH1A1)"));
}

#[test]
fn genes_to_disease_names_whose_claim_it_is() {
    let table = "ncbi_gene_id\tgene_symbol\tassociation_type\tdisease_id\tsource
NCBIGene:2200\tFBN1\tMENDELIAN\tOMIM:154700\tftp://ftp.ncbi.nlm.nih.gov/gene/DATA/mim2gene_medgen
NCBIGene:2200\tFBN1\tUNKNOWN\tORPHA:558\thttp://www.orphadata.org/data/xml/en_product6.xml
NCBIGene:2200\tFBN1\tUNKNOWN\tEFO:1\thttp://example.org
";
    let (_folder, base, said) = built(&[("genes_to_disease.txt", table), ("phenotype.hpoa", HPOA), ("hp.obo", OBO)]);
    assert_eq!(
        facts(&base, STATED),
        ["FBN1|OMIM:154700|Marfan syndrome|MENDELIAN|.|.|OMIM", "FBN1|ORPHA:558|ORPHA:558|UNKNOWN|.|.|Orphanet"]
    );
    assert!(said.contains("1 rows name unknown diseases, and were left out (the first: EFO:1)"), "{said}");
}

#[test]
fn phenotypes_of_genes_are_the_same_in_all_layouts() {
    let today = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id
2200\tFBN1\tHP:0001166\tArachnodactyly\t-\tOMIM:154700
2200\tFBN1\tHP:0001083\tEctopia lentis\t-\tOMIM:154700
";
    let of_2021 = "#Format: entrez-gene-id<tab>entrez-gene-symbol<tab>HPO-Term-Name<tab>HPO-Term-ID<tab>Frequency-Raw<tab>Frequency-HPO<tab>Additional Info from G-D source<tab>G-D source<tab>disease-ID for link
2200\tFBN1\tHP:0001166\tArachnodactyly\t\t\t-\tmim2gene\tOMIM:154700
2200\tFBN1\tEctopia lentis\tHP:0001083\t\t\t-\tmim2gene\tOMIM:154700
";
    let turned = "hpo_id\thpo_name\tncbi_gene_id\tgene_symbol\tdisease_id
HP:0000118\tPhenotypic abnormality\t2200\tFBN1\tOMIM:154700
HP:0001083\tEctopia lentis\t2200\tFBN1\tOMIM:154700
HP:0001166\tArachnodactyly\t2200\tFBN1\tOMIM:154700
HP:0001505\tArachnodactyly\t2200\tFBN1\tOMIM:154700
";
    let turned_2021 = "#Format: HPO-id<tab>HPO label<tab>entrez-gene-id<tab>entrez-gene-symbol<tab>Additional Info from G-D source<tab>G-D source<tab>disease-ID for link
HP:0000118\tPhenotypic abnormality\t2200\tFBN1\t-\tmim2gene\tOMIM:154700
HP:0001083\tEctopia lentis\t2200\tFBN1\t-\tmim2gene\tOMIM:154700
HP:0001166\tArachnodactyly\t2200\tFBN1\t-\tmim2gene\tOMIM:154700
";
    let expected = ["FBN1|1083|.|OMIM:154700", "FBN1|1166|.|OMIM:154700"];
    for table in [today, of_2021, turned, turned_2021] {
        let (_folder, base, _) = built(&[("table.txt", table), ("hp.obo", OBO)]);
        let mut found = facts(&base, GENE_TERMS);
        found.sort();
        assert_eq!(found, expected, "{table}");
        assert_eq!(
            facts(
                &base,
                "SELECT g.symbol, d.accession FROM gene_disease r JOIN gene g ON g.id = r.gene JOIN disease d ON d.id = r.disease"
            ),
            ["FBN1|OMIM:154700"]
        );
    }
    let (_folder, base, said) = built(&[("g.txt", today), ("p.txt", turned), ("hp.obo", OBO)]);
    assert_eq!(facts(&base, GENE_TERMS).len(), 2);
    assert!(said.contains("it repeats genes_to_phenotype.txt"), "{said}");
    assert!(refused(&[("p.txt", turned)]).contains("give hp.obo or hp.json too"));
}

#[test]
fn an_ontology_in_json_is_the_same_as_in_obo() {
    let json = r#"{"graphs":[{"id":"http://purl.obolibrary.org/obo/hp.json","meta":{"version":"http://purl.obolibrary.org/obo/hp/releases/2025-01-16/hp.json"},
"nodes":[{"id":"http://purl.obolibrary.org/obo/HP_0000001","lbl":"All","type":"CLASS"},
{"id":"http://purl.obolibrary.org/obo/HP_0000118","lbl":"Phenotypic abnormality","type":"CLASS"},
{"id":"http://purl.obolibrary.org/obo/HP_0000005","lbl":"Mode of inheritance","type":"CLASS"},
{"id":"http://purl.obolibrary.org/obo/HP_0001166","lbl":"Arachnodactyly","type":"CLASS","meta":{"definition":{"val":"Abnormally long and slender fingers (\"spider fingers\")."},
"synonyms":[{"pred":"hasExactSynonym","val":"Long slender fingers"}],
"basicPropertyValues":[{"pred":"http://www.geneontology.org/formats/oboInOwl#hasAlternativeId","val":"HP:0001505"}]}},
{"id":"http://purl.obolibrary.org/obo/HP_0001083","lbl":"Ectopia lentis","type":"CLASS","meta":{"synonyms":[{"pred":"hasExactSynonym","val":"Lens dislocation"}]}},
{"id":"http://purl.obolibrary.org/obo/HP_0009999","lbl":"obsolete Long fingers","type":"CLASS","meta":{"deprecated":true,
"basicPropertyValues":[{"pred":"http://purl.obolibrary.org/obo/IAO_0100001","val":"http://purl.obolibrary.org/obo/HP_0001166"}]}}],
"edges":[{"sub":"http://purl.obolibrary.org/obo/HP_0000118","pred":"is_a","obj":"http://purl.obolibrary.org/obo/HP_0000001"},
{"sub":"http://purl.obolibrary.org/obo/HP_0000005","pred":"is_a","obj":"http://purl.obolibrary.org/obo/HP_0000001"},
{"sub":"http://purl.obolibrary.org/obo/HP_0001166","pred":"is_a","obj":"http://purl.obolibrary.org/obo/HP_0000118"},
{"sub":"http://purl.obolibrary.org/obo/HP_0001083","pred":"is_a","obj":"http://purl.obolibrary.org/obo/HP_0000118"}]}]}"#;
    let (_one, obo, _) = built(&[("hp.obo", OBO)]);
    let (_two, graph, _) = built(&[("hp.json", json)]);
    for sql in [
        "SELECT * FROM term ORDER BY id",
        "SELECT * FROM term_name ORDER BY term, name",
        "SELECT * FROM term_parent",
        "SELECT * FROM term_alternative",
        "SELECT * FROM ontology",
        "SELECT release FROM source WHERE name = 'HPO'",
    ] {
        assert_eq!(facts(&graph, sql), facts(&obo, sql), "{sql}");
    }
    assert!(facts(&obo, "SELECT definition FROM term WHERE id = 1166")[0].ends_with("(\"spider fingers\")."));
    assert!(refused(&[("hp.json", json), ("hp.obo", OBO)]).contains("give each table once"));
}

#[test]
fn annotations_of_2020_and_of_another_release_are_read_and_said() {
    let of_2020 = "#description: HPO annotations for rare diseases
#date: 2020-08-11
#HPO-version: http://purl.obolibrary.org/obo/hp.obo/hp/releases/2020-08-11/hp.obo.owl
#DatabaseID\tDiseaseName\tQualifier\tHPO_ID\tReference\tEvidence\tOnset\tFrequency\tSex\tModifier\tAspect\tBiocuration
OMIM:154700\tMARFAN SYNDROME\t\tHP:0009999\tOMIM:154700\tTAS\tHP:0003577\tHP:0040281\tMALE\tHP:0012828\tP\tHPO:x
MONDO:0007947\tMarfan\tNOT\tHP:0001083\tPMID:1\tPCS\t\t\t\t\tP\tX
OMIM:154700\tMARFAN SYNDROME\t\tHP:0000006\tOMIM:154700\tTAS\t\t\t\t\tI\tHPO:x
FOO:1\tNothing\t\tHP:0001083\tPMID:1\tPCS\t\t\t\t\tP\tX
";
    let (_folder, base, said) = built(&[("phenotype.hpoa", of_2020), ("hp.obo", OBO)]);
    // An obsolete term leads to the one that replaces it.
    assert_eq!(
        facts(&base, "SELECT d.accession, t.term, t.absent, t.frequency, t.onset, t.reference, t.sex, t.modifier, t.aspect, t.evidence
            FROM disease_term t JOIN disease d ON d.id = t.disease ORDER BY t.rowid"),
        [
            "OMIM:154700|1166|0|HP:0040281|HP:0003577|OMIM:154700|MALE|HP:0012828|P|TAS",
            "MONDO:0007947|1083|1|.|.|PMID:1|.|.|P|PCS",
        ]
    );
    assert_eq!(facts(&base, COUNTS), ["4|2|0|1|1"]);
    assert!(said.contains("1 rows name unknown phenotypes, which were left out (the first: HP:0000006)"), "{said}");
    assert!(said.contains("1 rows name unknown diseases, and were left out (the first: FOO:1)"), "{said}");
    assert!(said.contains("made with release 2020-08-11 of HPO, and hp.obo is of release 2025-01-16"), "{said}");
    let sources = rows(&base, &["sources"]);
    assert_eq!(sources[2][5..], ["4", "2", "0", "1", "1"]);
    let (_folder, _, said) = built(&[("phenotype.hpoa", HPOA), ("hp.obo", OBO)]);
    assert!(!said.contains("made with release"), "{said}");
}

#[test]
fn phenotypes_of_orphanets_xml_are_those_of_its_disorders() {
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><JDBOR date=\"2025-07-05 04:38:36\"><HPODisorderSetStatusList count=\"1\"><HPODisorderSetStatus id=\"1\">
<Disorder id=\"109\"><OrphaCode>558</OrphaCode><Name lang=\"en\">Marfan syndrome</Name><HPODisorderAssociationList count=\"3\">
<HPODisorderAssociation id=\"1\"><HPO id=\"1\"><HPOId>HP:0001166</HPOId><HPOTerm>Arachnodactyly</HPOTerm></HPO><HPOFrequency id=\"2\"><Name lang=\"en\">Very frequent (99-80%)</Name></HPOFrequency><DiagnosticCriteria/></HPODisorderAssociation>
<HPODisorderAssociation id=\"2\"><HPO id=\"1\"><HPOId>HP:0001083</HPOId><HPOTerm>Ectopia lentis</HPOTerm></HPO><HPOFrequency id=\"2\"><Name lang=\"en\">Excluded (0%)</Name></HPOFrequency><DiagnosticCriteria/></HPODisorderAssociation>
<HPODisorderAssociation id=\"3\"><HPO id=\"1\"><HPOId>HP:7777777</HPOId><HPOTerm>New</HPOTerm></HPO><HPOFrequency id=\"2\"><Name lang=\"en\">Frequent (79-30%)</Name></HPOFrequency><DiagnosticCriteria/></HPODisorderAssociation>
</HPODisorderAssociationList></Disorder></HPODisorderSetStatus></HPODisorderSetStatusList></JDBOR>";
    let (_folder, base, said) = built(&[("en_product4.xml", xml), ("hp.obo", OBO)]);
    assert_eq!(
        facts(
            &base,
            "SELECT d.accession, d.name, t.term, t.absent, t.frequency FROM disease_term t JOIN disease d ON d.id = t.disease ORDER BY t.rowid"
        ),
        ["ORPHA:558|Marfan syndrome|1166|0|Very frequent (99-80%)", "ORPHA:558|Marfan syndrome|1083|1|Excluded (0%)"]
    );
    assert!(said.contains("1 rows name unknown phenotypes, which were left out (the first: HP:7777777)"), "{said}");
    assert_eq!(facts(&base, "SELECT release FROM source WHERE name = 'Orphanet'"), ["2025-07-05"]);
}

const G2P_2025: &str = "g2p id,gene symbol,gene mim,hgnc id,previous gene symbols,disease name,disease mim,disease MONDO,allelic requirement,cross cutting modifier,confidence,variant consequence,variant types,molecular mechanism,molecular mechanism support,molecular mechanism categorisation,molecular mechanism evidence,phenotypes,publications,additional mined publications,panel,comments,date of last review,review
G2P00001,FBN1,134797,3603,,FBN1-related Marfan syndrome,154700,MONDO:0007947,monoallelic_autosomal,,definitive,,,,,,,HP:0001166; HP:0001083,1; 2,,DD; Skin,,2025-01-28,
G2P00002,FBN2,612570,3604,,FBN2-related arachnodactyly,,,monoallelic_autosomal,,strong,,,,,,,,3,,DD,,2025-01-28,
";

#[test]
fn a_record_of_several_panels_counts_once_and_a_panel_is_given_once() {
    let skin = G2P_2025.lines().take(2).collect::<Vec<_>>().join("\n").replace("DD; Skin", "Skin; DD") + "\n";
    let (_folder, base, _) = built(&[("dd.csv", G2P_2025), ("skin.csv", &skin), ("hp.obo", OBO)]);
    assert_eq!(facts(&base, "SELECT count(*) FROM gene_disease"), ["2"]);
    assert_eq!(facts(&base, REFERENCES), ["OMIM:154700|MONDO:0007947|exact"]);
    assert_eq!(facts(&base, GENE_TERMS).len(), 2);
    let again = G2P_2025.replace("2025-01-28", "2026-01-28");
    let said = refused(&[("dd.csv", G2P_2025), ("other.csv", &again)]);
    assert!(said.contains("it is the panel DD of Gene2Phenotype, as is"), "{said}");
    let said = refused(&[("dd.csv", G2P_2025), ("copy.csv", G2P_2025)]);
    assert!(said.contains("it is the same file as"), "{said}");
}

#[test]
fn phenotypes_of_gene2phenotype_that_no_ontology_names_are_said_to_be_left_out() {
    let (_folder, base, said) = built(&[("dd.csv", G2P_2025)]);
    assert!(facts(&base, GENE_TERMS).is_empty());
    assert_eq!(facts(&base, "SELECT count(*) FROM gene_disease"), ["2"], "the rows themselves count");
    assert!(said.contains("1 rows name unknown phenotypes, which were left out (the first: HP:0001166)"), "{said}");
    assert!(said.contains("only the ontology names them: give hp.obo or hp.json too"), "{said}");
}

const PANELAPP: &str = "Entity Name\tEntity type\tGene Symbol\tSources(; separated)\tLevel4\tLevel3\tLevel2\tModel_Of_Inheritance\tPhenotypes\tOmim\tOrphanet\tHPO\tPublications\tDescription\tFlagged\tGEL_Status\tUserRatings_Green_amber_red\tversion\tready\tMode of pathogenicity\tEnsemblId(GRch37)\tEnsemblId(GRch38)\tHGNC
FBN1\tgene\tFBN1\tExpert Review Green;NHS GMS\tAortic aneurysm\t\t\t\"MONOALLELIC, autosomal\"\tMarfan syndrome, OMIM:154700;Ectopia lentis, familial 129600\t134797\t\t\t1;2\t\tFalse\t3\t100;0;0\t1.5\tTrue\t\tENSG1\tENSG1\tHGNC:3603
FBN2\tgene\tFBN2\tExpert Review Amber\tAortic aneurysm\t\t\t\t\t\t\t\t\t\tFalse\t2\t0;0;0\t1.5\tTrue\t\t\t\tHGNC:3604
ISCA-1-Loss\tregion\t\tExpert Review Red\tAortic aneurysm\t\t\t\tDeletion\t\t\t\t\t\tFalse\t1\t0;0;0\t1.5\tTrue\t\t\t\t
";

#[test]
fn a_panel_of_panelapp_gives_its_colour_and_its_diseases() {
    let (_folder, base, said) = built(&[("panel.tsv", PANELAPP)]);
    assert_eq!(
        facts(&base, STATED),
        [
            "FBN1|OMIM:154700|Marfan syndrome|green on Aortic aneurysm|MONOALLELIC, autosomal|1;2|.",
            "FBN1|OMIM:129600|Ectopia lentis, familial|green on Aortic aneurysm|MONOALLELIC, autosomal|1;2|.",
            "FBN2|.|Aortic aneurysm|amber on Aortic aneurysm|.|.|.",
        ]
    );
    assert!(said.contains("1 rows name unknown genes, and were left out (the first: ISCA-1-Loss)"), "{said}");
    let other = PANELAPP.replace("Aortic aneurysm", "Lens");
    let (_folder, both, _) = built(&[("panel.tsv", PANELAPP), ("other.tsv", &other)]);
    assert_eq!(facts(&both, STATED).len(), 6);
    let said = refused(&[("panel.tsv", PANELAPP), ("later.tsv", &PANELAPP.replace("1.5", "1.6"))]);
    assert!(said.contains("it is the panel Aortic aneurysm of PanelApp"), "{said}");
}

#[test]
fn constraint_is_that_of_the_transcript_that_stands_for_the_gene() {
    let v2 = "gene\ttranscript\tobs_mis\toe_lof_upper\tpLI\tmis_z\tgene_id
FBN1\tENST00000316623\t9\t1.2800e-01\t1.0000e+00\t5.06\tENSG00000166147
FBN2\tENST00000262464\t9\tNaN\tNA\t2.5\tENSG00000138829
NOBODY\tENST1\t9\t1\t0\t0\tENSG1
";
    let (_folder, base, _) = built(&[("gnomad.v2.1.1.lof_metrics.by_gene.txt", v2)]);
    let shown = rows(&base, &["show", "FBN1"]);
    let value = |name: &str| shown.iter().find(|row| row[2] == name).expect(name)[3..].to_vec();
    assert_eq!(
        (value("loeuf"), value("pli")),
        (vec!["0.128".to_string(), "gnomAD".into()], vec!["1".into(), "gnomAD".into()])
    );
    assert_eq!(
        facts(
            &base,
            "SELECT g.symbol, v.name, v.value FROM gene_value v JOIN gene g ON g.id = v.gene WHERE g.symbol <> 'FBN1'"
        ),
        ["FBN2|missense_z|2.5"]
    );
    let run = genogloss(&["ask", "-b", &base, "--quiet", "gene=FBN1, information retrieval: loeuf ="]);
    assert!(run.stdout.contains("\t0.128\t"), "{} {}", run.stdout, run.stderr);
    let v4 = "gene\tgene_id\ttranscript\tcanonical\tmane_select\tlof.pLI\tlof.oe_ci.upper\tmis.z_score
FBN1\t2200\tNM_000138.5\ttrue\ttrue\t0.9\t0.2\t3
FBN1\tENSG00000166147\tENST00000316623\ttrue\ttrue\t0.99\t0.1\t4
FBN1\tENSG00000166147\tENST00000559133\tfalse\tfalse\t0.1\t0.9\t1
";
    let (_folder, base, _) = built(&[("gnomad.v4.1.constraint_metrics.tsv", v4)]);
    assert_eq!(
        facts(&base, "SELECT g.symbol, v.name, v.value FROM gene_value v JOIN gene g ON g.id = v.gene"),
        ["FBN1|loeuf|0.1", "FBN1|pli|0.99", "FBN1|missense_z|4"]
    );
}

#[test]
fn conditions_of_clinvar_have_all_their_identifiers() {
    let table =
        "#GeneID\tAssociatedGenes\tRelatedGenes\tConceptID\tDiseaseName\tSourceName\tSourceID\tDiseaseMIM\tLastUpdated
2200\tFBN1\t\tC0024796\tMarfan syndrome\tMONDO\tMONDO:0007947\t154700\t16 Feb 2016
2200\tFBN1\t\tC0024796\tMarfan syndrome\tOMIM\t154700\t154700\t16 Feb 2016
7042\t\tTGFB2\tCN123\tTGFB2 contiguous deletion\tNCBI curation\t\t\t16 Feb 2016
";
    let (_folder, base, _) = built(&[("gene_condition_source_id", table)]);
    assert_eq!(
        facts(&base, STATED),
        [
            "FBN1|OMIM:154700|Marfan syndrome|associated gene|.|.|.",
            "FBN1|OMIM:154700|Marfan syndrome|associated gene|.|.|OMIM",
            "TGFB2|.|TGFB2 contiguous deletion|related gene|.|.|.",
        ]
    );
    assert_eq!(facts(&base, REFERENCES), ["OMIM:154700|MONDO:0007947|exact", "OMIM:154700|UMLS:C0024796|exact"]);
}

#[test]
fn hgncs_json_holds_the_genes_of_its_table() {
    let columns: Vec<&str> = HGNC.lines().next().expect("a header").split('\t').collect();
    let docs: Vec<String> = HGNC
        .lines()
        .skip(1)
        .map(|line| {
            let cells = columns.iter().zip(line.split('\t')).filter(|(_, cell)| !cell.is_empty());
            let fields: Vec<String> = cells
                .map(|(name, cell)| {
                    let cell = cell.trim_matches('"');
                    match *name {
                        "alias_symbol" | "prev_symbol" | "uniprot_ids" | "omim_id" => {
                            let all: Vec<String> = cell.split('|').map(|one| format!("\"{one}\"")).collect();
                            format!("\"{name}\":[{}]", all.join(","))
                        }
                        _ => format!("\"{name}\":\"{cell}\""),
                    }
                })
                .collect();
            format!("{{{},\"_version_\":1629578602942038022}}", fields.join(","))
        })
        .collect();
    let json = format!(
        "{{\"responseHeader\":{{\"status\":0}},\"response\":{{\"numFound\":4,\"docs\":[{}]}}}}",
        docs.join(",")
    );
    let folder = Folder::new();
    let (one, two) = (folder.path("one.sqlite"), folder.path("two.sqlite"));
    for (name, text, base) in [("hgnc.txt", HGNC, &one), ("hgnc.json", json.as_str(), &two)] {
        let table = folder.write(name, text);
        let run = genogloss(&["genes", "build", "-o", base, &table]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    for sql in
        ["SELECT * FROM gene", "SELECT * FROM gene_name ORDER BY folded, gene", "SELECT * FROM withdrawn", COUNTS]
    {
        let found = facts(&two, sql);
        assert_eq!(found, facts(&one, sql), "{sql}");
    }
    assert_eq!(facts(&two, "SELECT omim FROM gene WHERE symbol = 'FBN1'"), ["134797"]);
}

#[test]
fn changed_headers_are_refused_with_what_was_expected() {
    let said = refused(&[("gencc.tsv", &GENCC.replace("classification_title", "class"))]);
    assert!(
        said.contains("it comes closest to GenCC's submissions, and has no column \"classification_title\""),
        "{said}"
    );
    assert!(said.contains("expected are gene_curie, classification_title, submitter_title, gene_symbol"), "{said}");
    let said = refused(&[("genemap2.txt", &GENEMAP.replace("Entrez Gene ID", "NCBI Gene"))]);
    assert!(said.contains("it looks like OMIM's genemap2.txt, and has no column \"entrez gene id\""), "{said}");
    let said = refused(&[("other.json", "{\"graphs\":[{\"id\":\"http://purl.obolibrary.org/obo/go.json\"}]}")]);
    assert!(said.contains("it is the ontology \"go\", which genogloss does not read"), "{said}");
    let said = refused(&[("cut.json", "{\"response\":{\"docs\":[{\"hgnc_id\":")]);
    assert!(said.contains("the file is cut off"), "{said}");
    let said = refused(&[("strange.txt", "a\tb\n1\t2\n")]);
    assert!(said.contains("it is not a table that genogloss reads"), "{said}");
}

#[test]
fn files_that_are_cut_off_are_refused() {
    // In the middle of a line, and before terms that others lie below.
    let said = refused(&[("hp.obo", &OBO[..OBO.find("Ectopia").expect("a term") + 4])]);
    assert!(said.contains("it ends within a term, and within a line: \"name: Ecto\""), "{said}");
    let said = refused(&[("part.obo", &OBO.replace("id: HP:0000118\n", "id: HP:0000119\n"))]);
    assert!(
        said.contains("part.obo") && said.contains("lies below HP:0000118 (is_a), and the file has no such"),
        "{said}"
    );
    let rootless = OBO.replace("id: HP:0000118\n", "id: HP:0000119\n").replace("is_a: HP:0000118", "is_a: HP:0000119");
    let said = refused(&[("part.obo", &rootless)]);
    assert!(said.contains("part.obo") && said.contains("it has no term HP:0000118 (Phenotypic abnormality)"), "{said}");
    // A table without rows is no table of genes.
    let folder = Folder::new();
    let (table, base) = (folder.write("hgnc.txt", HGNC.lines().next().expect("a header")), folder.path("genes.sqlite"));
    let run = genogloss(&["genes", "build", "-o", &base, &table]);
    assert!(run.code == 1 && run.stderr.contains("has no genes: there is a header alone"), "{}", run.stderr);
}

#[test]
fn tables_of_phenotypes_need_the_ontology() {
    let said = refused(&[("phenotype.hpoa", HPOA)]);
    assert!(said.contains("phenotype.hpoa") && said.contains("give hp.obo or hp.json too"), "{said}");
}

#[test]
fn a_release_that_the_user_gives_counts_before_what_a_table_states() {
    let folder = Folder::new();
    let tables = [folder.write("hgnc.txt", HGNC), folder.write("clingen.csv", super::CLINGEN)];
    let base = folder.path("genes.sqlite");
    for (given, wanted, warned) in [
        (["HGNC=2024-04-01", "ClinGen=2025-01-09"], ["2024-04-01", "2025-01-09"], "2024-04-01 (--release)"),
        (["hgnc.txt=2024-03-04", "ClinGen=2025-02"], ["2024-03-04", "2025-02"], "2025-02 (--release)"),
    ] {
        let [one, two] = given;
        let run =
            genogloss(&["genes", "build", "-o", &base, &tables[0], &tables[1], "--release", one, "--release", two]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(facts(&base, "SELECT release FROM source ORDER BY id"), wanted);
        let warnings: Vec<&str> = run.stderr.lines().filter(|line| line.contains("(--release)")).collect();
        assert!(warnings.len() == 1 && warnings[0].contains(warned), "{}", run.stderr);
    }
}
