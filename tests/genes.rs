//! `genogloss genes`: the knowledge base, made of small tables and asked.

#![allow(clippy::print_stderr, reason = "a skipped test says why")]

mod support;

use support::{Folder, genogloss, root, shell, succeed, tools_available};

const HGNC: &str = "hgnc_id\tsymbol\tname\tlocus_group\tlocus_type\tstatus\tlocation\talias_symbol\tprev_symbol\tdate_modified\tentrez_id\tensembl_gene_id\tuniprot_ids\tomim_id
HGNC:3603\tFBN1\tfibrillin 1\tprotein-coding gene\tgene with protein product\tApproved\t15q21.1\t\"MASS|OCTD|SGS\"\t\"FBN|MFS1|WMS\"\t2023-01-20\t2200\tENSG00000166147\tP35555\t134797
HGNC:3604\tFBN2\tfibrillin 2\tprotein-coding gene\tgene with protein product\tApproved\t5q23.3\tDA9\tCCA\t2022-11-02\t2201\tENSG00000138829\tP35556\t612570
HGNC:11768\tTGFB2\ttransforming growth factor beta 2\tprotein-coding gene\tgene with protein product\tApproved\t1q41\tDA9\t\t2024-03-04\t7042\tENSG00000092969\tP61812\t190220
HGNC:9\tGONE\tgone\tprotein-coding gene\tgene with protein product\tEntry Withdrawn\t\t\t\t2001-01-01\t\t\t\t
";
const WITHDRAWN: &str = "HGNC_ID\tSTATUS\tWITHDRAWN_SYMBOL\tMERGED_INTO_REPORT(S) (i.e HGNC_ID|SYMBOL|STATUS)
HGNC:6876\tMerged/Split\tMARFAN\tHGNC:3603|FBN1|Approved
HGNC:6877\tEntry Withdrawn\tNOGENE\t
";
const OBO: &str = "format-version: 1.2
data-version: hp/releases/2025-01-16

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000118
name: Phenotypic abnormality
is_a: HP:0000001 ! All

[Term]
id: HP:0000005
name: Mode of inheritance
is_a: HP:0000001 ! All

[Term]
id: HP:0001166
name: Arachnodactyly
alt_id: HP:0001505
def: \"Abnormally long and slender fingers (\\\"spider fingers\\\").\" [x:y]
synonym: \"Long slender fingers\" EXACT []
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0001083
name: Ectopia lentis
synonym: \"Lens dislocation\" EXACT []
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0009999
name: obsolete Long fingers
is_obsolete: true
replaced_by: HP:0001166

[Typedef]
id: has_part
name: has_part
";
const GENES_TO_PHENOTYPE: &str = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id
2200\tFBN1\tHP:0001166\tArachnodactyly\t20/25\tOMIM:154700
2200\tFBN1\tHP:0001083\tEctopia lentis\t-\tOMIM:154700
2201\tFBN2\tHP:0001505\tArachnodactyly\t-\tOMIM:121050
7042\tTGFB2\tHP:0001083\tEctopia lentis\t-\tOMIM:614816
99999\tNOBODY\tHP:0001083\tEctopia lentis\t-\tOMIM:1
";
const HPOA: &str = "#description: \"HPO annotations for rare diseases\"
#version: 2025-01-16
database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration
OMIM:154700\tMarfan syndrome; MFS\t\tHP:0001166\tPMID:1\tPCS\t\t20/25\t\t\tP\tHPO:x
OMIM:154700\tMarfan syndrome; MFS\tNOT\tHP:0001083\tPMID:2\tPCS\t\t\t\t\tP\tHPO:x
";
const CLINGEN: &str = "\"CLINGEN GENE DISEASE VALIDITY CURATIONS\",\"\",\"\",\"\",\"\",\"\",\"\"
\"FILE CREATED: 2025-01-09\",\"\",\"\",\"\",\"\",\"\",\"\"
\"++++\",\"++++\",\"++++\",\"++++\",\"++++\",\"++++\",\"++++\"
\"GENE SYMBOL\",\"GENE ID (HGNC)\",\"DISEASE LABEL\",\"DISEASE ID (MONDO)\",\"MOI\",\"CLASSIFICATION\",\"ONLINE REPORT\"
\"++++\",\"++++\",\"++++\",\"++++\",\"++++\",\"++++\",\"++++\"
\"FBN1\",\"HGNC:3603\",\"Marfan syndrome\",\"MONDO:0007947\",\"AD\",\"Definitive\",\"https://search.clinicalgenome.org/1\"
\"TGFB2\",\"HGNC:11768\",\"Marfan syndrome\",\"MONDO:0007947\",\"AD\",\"Refuted\",\"https://search.clinicalgenome.org/2\"
";
const G2P: &str = "\"gene symbol\",\"gene mim\",\"disease name\",\"disease mim\",\"DDD category\",\"allelic requirement\",\"mutation consequence\",phenotypes,\"organ specificity list\",pmids,panel,\"prev symbols\",\"hgnc id\",\"gene disease pair entry date\"
FBN1,134797,\"MARFAN SYNDROME\",154700,confirmed,monoallelic,\"loss of function\",HP:0001166,Eye,1;2,DD,,3603,\"No date\"
";
const CGD: &str = "#GENE\tHGNC ID\tENTREZ GENE ID\tCONDITION\tINHERITANCE\tAGE GROUP\tALLELIC CONDITIONS\tMANIFESTATION CATEGORIES\tINTERVENTION CATEGORIES\tCOMMENTS\tINTERVENTION/RATIONALE\tREFERENCES
FBN2\t3604\t2201\tContractural arachnodactyly, congenital; Macular degeneration, early-onset\tAD\tN/A\t\tMusculoskeletal\tN/A\t\t\t7493032
";

/// A folder with all tables and the knowledge base made of them.
fn made() -> (Folder, String) {
    let folder = Folder::new();
    let tables = [
        ("cgd.txt", CGD),
        ("clingen.csv", CLINGEN),
        ("withdrawn.txt", WITHDRAWN),
        ("g2p.csv", G2P),
        ("genes_to_phenotype.txt", GENES_TO_PHENOTYPE),
        ("hgnc.txt", HGNC),
        ("hp.obo", OBO),
        ("phenotype.hpoa", HPOA),
    ];
    let paths: Vec<String> = tables.iter().map(|(name, text)| folder.write(name, text)).collect();
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes", "build", "-o", &base];
    arguments.extend(paths.iter().map(String::as_str));
    let run = genogloss(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("1 rows are of genes that are not known, and were left out (the first: NOBODY)"),
        "{}",
        run.stderr
    );
    (folder, base)
}

fn rows(base: &str, arguments: &[&str]) -> Vec<Vec<String>> {
    let text = succeed(&[&["genes", "-b", base], arguments].concat());
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_string).collect()).collect()
}

#[test]
fn a_gene_is_found_by_each_of_its_names_and_every_fact_has_its_source() {
    let (_folder, base) = made();
    for name in
        ["FBN1", "fbn1", "MFS1", "mass", "HGNC:3603", "NCBIGene:2200", "ENSG00000166147.12", "p35555", "Fibrillin 1"]
    {
        let rows = rows(&base, &["show", name]);
        assert!(rows.iter().all(|row| row[1] == "FBN1"), "{name}: {rows:?}");
        assert!(rows.iter().any(|row| row[2..5] == ["hgnc", "HGNC:3603", "HGNC 2024-03-04"]), "{rows:?}");
    }
    let previous = rows(&base, &["show", "MFS1"]);
    assert!(previous.iter().any(|row| row[2] == "found_by" && row[3] == "previous symbol"), "{previous:?}");
    let sources = rows(&base, &["sources"]);
    let hpo = sources.iter().find(|row| row[2] == "phenotype.hpoa").expect("a source");
    assert_eq!((hpo[0].as_str(), hpo[3].as_str()), ("HPO", "2025-01-16"));
    let clingen = sources.iter().find(|row| row[0] == "ClinGen").expect("a source");
    assert_eq!((clingen[3].as_str(), clingen[4].as_str(), clingen[6].as_str()), ("2025-01-09", "CC0 1.0", "2"));
}

#[test]
fn a_name_of_several_genes_is_never_guessed() {
    let (_folder, base) = made();
    let run = genogloss(&["genes", "-b", &base, "show", "DA9"]);
    assert!(run.code == 1 && run.stderr.contains("DA9 may be FBN2 (alias), TGFB2 (alias)"), "{}", run.stderr);
    let run = genogloss(&["genes", "-b", &base, "show", "marfan"]);
    assert!(run.code == 1 && run.stderr.contains("MARFAN (HGNC:6876) was withdrawn; it is FBN1 now"), "{}", run.stderr);
    let run = genogloss(&["genes", "-b", &base, "show", "NOGENE"]);
    assert!(run.stderr.contains("NOGENE (HGNC:6877) was withdrawn\n"), "{}", run.stderr);
    let run = genogloss(&["genes", "-b", &base, "show", "FBN3", "FBN2"]);
    assert!(run.code == 1 && run.stderr.contains("no gene is called FBN3; is FBN1 meant?"), "{}", run.stderr);
    assert!(run.stdout.contains("fibrillin 2"), "the others are answered: {}", run.stdout);
}

#[test]
fn diseases_and_phenotypes_say_who_says_so() {
    let (_folder, base) = made();
    let diseases = rows(&base, &["diseases", "FBN1"]);
    let of = |source: &str| diseases.iter().find(|row| row[8].starts_with(source)).expect(source).clone();
    assert_eq!(of("ClinGen")[2..7], ["MONDO:0007947", "Marfan syndrome", "Definitive", ".", "AD"]);
    assert_eq!(of("Gene2Phenotype")[2..8], ["OMIM:154700", "Marfan syndrome", "confirmed", ".", "monoallelic", "1;2"]);
    let of_tgfb2 = rows(&base, &["diseases", "TGFB2"]);
    assert!(of_tgfb2.iter().any(|row| row[4..6] == ["Refuted", "yes"]), "{of_tgfb2:?}");
    let of_fbn2 = rows(&base, &["diseases", "FBN2"]);
    assert_eq!(of_fbn2[0][2..5], ["OMIM:121050", "OMIM:121050", "associated"]);
    assert_eq!(
        of_fbn2[1..].iter().map(|row| (row[2].as_str(), row[3].as_str())).collect::<Vec<_>>(),
        [(".", "Contractural arachnodactyly, congenital"), (".", "Macular degeneration, early-onset")]
    );
    let phenotypes = rows(&base, &["phenotypes", "FBN1"]);
    assert_eq!(phenotypes.len(), 2);
    assert_eq!(phenotypes[1][2..7], ["HP:0001166", "Arachnodactyly", "20/25", "OMIM:154700", "Marfan syndrome"]);
}

#[test]
fn genes_are_ranked_by_how_special_what_they_share_is() {
    let (_folder, base) = made();
    let ranked = rows(&base, &["rank", "--hpo", "long slender fingers,HP:0001083"]);
    assert_eq!(ranked.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(), ["FBN1", "FBN2", "TGFB2"]);
    // Two of three genes have each: ln 3/2 for either.
    for (row, score) in ranked.iter().zip([1.0, 0.5, 0.5]) {
        let found: f64 = row[3].parse().expect("a number");
        assert!((found - score * 1.5f64.ln()).abs() < 1e-3, "{ranked:?}");
    }
    assert_eq!(ranked[1][4], "HP:0001166=HP:0001166:0.405;HP:0001083=.");
    let run = genogloss(&["genes", "-b", &base, "rank", "--hpo", "HP:0009999"]);
    assert!(
        run.code == 1 && run.stderr.contains("HP:0009999 (obsolete Long fingers) is obsolete; HP:0001166 replaces it"),
        "{}",
        run.stderr
    );
    for (term, why) in [
        ("HP:12", "HP: and seven digits"),
        ("HP:0777777", "is not in this release"),
        ("nonsense", "no phenotype is called"),
    ] {
        let run = genogloss(&["genes", "-b", &base, "rank", "--hpo", term]);
        assert!(run.code == 1 && run.stderr.contains(why), "{term}: {}", run.stderr);
    }
}

#[test]
fn a_table_in_a_file_has_a_manifest_and_never_takes_the_place_of_an_input() {
    let (folder, base) = made();
    let names = folder.write("names.txt", "FBN1\n\n# a comment\nFBN3\n");
    let pairs = folder.write("pairs.tsv", "gene\tdisease\nFBN1\tMarfan syndrome\nTGFB2\tMarfan syndrome\n");
    let terms = ["rank", "--hpo", "HP:0001166"];
    let commands: [(&[&str], &str, u64, u64); 5] = [
        (&["show", "-i", &names], &names, 2, 1),
        (&["diseases", "-i", &names], &names, 2, 1),
        (&["phenotypes", "-i", &names], &names, 2, 1),
        (&terms, "", 1, 1),
        (&["relate", "-i", &pairs], &pairs, 2, 2),
    ];
    for (arguments, input, records, answered) in commands {
        let on_screen = genogloss(&[&["genes", "-b", &base], arguments].concat());
        let out = folder.path(&format!("{}.tsv", arguments[0]));
        let run = genogloss(&[&["genes", "-b", &base], arguments, &["-o", &out]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (on_screen.code, ""), "{}", run.stderr);
        assert_eq!(std::fs::read_to_string(&out).expect("a table"), on_screen.stdout);
        let manifest = std::fs::read_to_string(format!("{out}.manifest.json")).expect("a manifest");
        let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
        assert_eq!(manifest["settings"]["command"], format!("genes {}", arguments[0]));
        let counts = &manifest["counts"];
        assert_eq!((counts["records_in"].as_u64(), counts["scored"].as_u64()), (Some(records), Some(answered)));
        assert_eq!(counts["rows"].as_u64(), Some(on_screen.stdout.lines().count() as u64 - 1));
        assert_eq!(manifest["model"]["sha256"].as_str().map(str::len), Some(64));
        assert_eq!(manifest["inputs"].as_array().map(Vec::len), Some(usize::from(!input.is_empty())));
        for place in [&base, input].into_iter().filter(|place| !place.is_empty()) {
            let before = std::fs::read(place).expect("a file");
            let run = genogloss(&[&["genes", "-b", &base], arguments, &["-o", place]].concat());
            assert!(run.code == 2 && run.stderr.contains("is the output, and also an input"), "{}", run.stderr);
            assert!(std::fs::read(place).expect("a file") == before, "{place} was written");
        }
    }
}

#[test]
fn what_is_no_text_is_no_table_of_pairs() {
    let (folder, base) = made();
    let refused = |content: &[u8], why: &str| {
        let (input, out) = (folder.write("input", content), folder.path("out.tsv"));
        let run = genogloss(&["genes", "-b", &base, "relate", "-i", &input, "-o", &out]);
        assert!(run.code == 1 && run.stderr.contains(why), "{}", run.stderr);
        assert!(!std::path::Path::new(&out).exists());
    };
    refused(b"gene\tdisease\n\nFBN1\tMarfan \xff\n", "input, line 3: it is not UTF-8 text");
    refused(b"\x7fELF\x02\x01\x01\0\xff\xfe\n", "input, line 1: it is not UTF-8 text");
    refused(b">FBN1\nACGT\n", "not a table of pairs: it is FASTA");
    refused(b"symbol\tdisease\nFBN1\tMarfan syndrome\n", "it has no columns gene, and disease or phenotype");
    refused(b"gene\tdisease\n\nFBN1\n", "input, line 3: 1 fields, where the header has 2");
}

#[test]
fn bad_tables_and_bases_are_refused_in_one_line() {
    let (folder, base) = made();
    let refused = |arguments: &[&str], why: &str| {
        let run = genogloss(arguments);
        assert!(run.code != 0 && run.stderr.contains(why), "{arguments:?}: {}", run.stderr);
    };
    let out = folder.path("new.sqlite");
    let changed = folder.write("changed.txt", HGNC.replace("alias_symbol", "other_symbol"));
    refused(
        &["genes", "build", &changed, "-o", &out],
        "it looks like HGNC's complete set, and has no column \"alias_symbol\"",
    );
    let strange = folder.write("strange.txt", "a\tb\n1\t2\n");
    refused(&["genes", "build", &strange, "-o", &out], "it is none of the tables that facts are read from");
    let short = folder.write("short.txt", format!("{HGNC}HGNC:5\tA1BG\n"));
    refused(&["genes", "build", &short, "-o", &out], "short.txt, line 6: 2 fields, where the header has 14");
    refused(
        &["genes", "build", &folder.path("hgnc.txt"), &changed.replace("changed", "hgnc"), "-o", &out],
        "give each table once",
    );
    refused(&["genes", "build", &folder.path("hp.obo"), "-o", &out], "there is no table of genes");
    assert!(!std::path::Path::new(&out).exists());
    refused(&["genes", "-b", &folder.path("none.sqlite"), "show", "FBN1"], "no such file");
    refused(&["genes", "-b", &folder.path("hgnc.txt"), "show", "FBN1"], "it is not a knowledge base");
    let mut bytes = std::fs::read(&base).expect("a file");
    bytes[63] = 77;
    std::fs::write(&out, bytes).expect("written");
    refused(
        &["genes", "-b", &out, "show", "FBN1"],
        "it is a knowledge base of version 77, and this program reads version 1",
    );
}

#[test]
fn the_same_tables_give_the_same_facts() {
    let (first, one) = made();
    let (second, two) = made();
    let db = rusqlite::Connection::open(&one).expect("opened");
    db.execute("ATTACH ?1 AS other", [&two]).expect("attached");
    let names: Vec<String> = db
        .prepare("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'ontology'")
        .and_then(|mut all| all.query_map([], |row| row.get(0))?.collect())
        .expect("names");
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let count = |sql: String| db.query_row(&sql, [], |row| row.get::<_, i64>(0)).expect("a count");
        let sql = |a: &str, b: &str| {
            format!("SELECT count(*) FROM (SELECT rowid, * FROM {a}.{name} EXCEPT SELECT rowid, * FROM {b}.{name})")
        };
        let sql = |a: &str, b: &str| if name == "about" { sql(a, b).replace("rowid, ", "") } else { sql(a, b) };
        assert_eq!((count(sql("main", "other")), count(sql("other", "main"))), (0, 0), "{name}");
    }
    let ranked = |base: &str| rows(base, &["rank", "--hpo", "HP:0001166,HP:0001083"]);
    assert_eq!(ranked(&one), ranked(&two));
    drop((first, second));
}

#[test]
fn hgncs_own_names_lead_to_their_genes() {
    let table = root().join("../shared/data/genes/hgnc_complete_set.2024-10.txt.gz");
    if !table.exists() {
        eprintln!("SKIPPED: ../shared/data/genes/hgnc_complete_set.2024-10.txt.gz is not here");
        return;
    }
    let folder = Folder::new();
    let base = folder.path("genes.sqlite");
    succeed(&["genes", "build", &table.display().to_string(), "-o", &base]);
    let base = genogloss::genes::base::Base::open(base.as_ref()).expect("a knowledge base");
    let table = genogloss::genes::table::Table::open(&table).expect("a table");
    let (mut names, mut wrong) = (0, Vec::new());
    let mut all: std::collections::HashMap<String, Vec<(String, bool)>> = Default::default();
    table
        .each(|row| {
            let symbol = row.get(&["symbol"]).unwrap_or_default();
            all.entry(symbol.to_uppercase()).or_default().push((symbol.into(), true));
            for column in ["alias_symbol", "prev_symbol"] {
                for name in row.get(&[column]).into_iter().flat_map(|names| names.split('|')) {
                    all.entry(name.to_uppercase()).or_default().push((symbol.into(), false));
                }
            }
            Ok(())
        })
        .expect("read");
    for (name, mut genes) in all {
        genes.sort();
        genes.dedup_by(|a, b| a.0 == b.0);
        let known = genes.iter().find(|(_, own)| *own).or(genes.first().filter(|_| genes.len() == 1));
        let Some((symbol, _)) = known else { continue };
        names += 1;
        match base.gene(&name).expect("asked") {
            genogloss::genes::records::GeneMatch::One(gene, _) if gene.symbol == *symbol => {}
            other => wrong.push((name, symbol.clone(), other)),
        }
    }
    eprintln!("{names} names, {} do not lead to their gene", wrong.len());
    assert!(names > 90_000 && wrong.len() * 1000 < names, "{:?}", &wrong[..wrong.len().min(5)]);
}

const GTF: &str = "#!genome-build GRCh37.p13
15\tensembl\tgene\t1001\t2000\t.\t-\t.\tgene_id \"ENSG00000166147.12\"; gene_name \"FBN1\"; gene_type \"protein_coding\";
15\tensembl\texon\t1001\t1100\t.\t-\t.\tgene_id \"ENSG00000166147.12\"; gene_name \"FBN1\";
15\tensembl\tgene\t1501\t5000\t.\t+\t.\tgene_id \"ENSG00000138829\"; gene_name \"FBN2\";
15\tensembl\tgene\t3001\t3100\t.\t+\t.\tgene_id \"NOVEL.1\"; gene_name \"AC123.4\";
";
const VCF: &str = "##fileformat=VCFv4.2
##reference=file:///ref/hs37d5.fa
##contig=<ID=15,length=102531392>
##contig=<ID=16,length=90354753>
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1
15\t1000\t.\tA\tC\t.\tPASS\tAF=0.5\tGT\t0/1
15\t1001\t.\tA\tC\t.\tPASS\tAF=0.5\tGT\t0/1
15\t1900\trs1\tAG\tA\t.\tPASS\t.\tGT\t0/1
15\t2500\t.\tN\t<DEL>\t.\tPASS\tEND=3050\tGT\t0/1
16\t7\t.\tA\tC\t.\tPASS\tDB\tGT\t0/1
";

#[test]
fn variants_get_what_is_known_of_their_genes_and_nothing_else_changes() {
    let (folder, base) = made();
    let (gtf, vcf) = (folder.write("genes.gtf", GTF), folder.write("calls.vcf", VCF));
    let text = succeed(&["genes", "-b", &base, "annotate", "--quiet", &vcf, "--gtf", &gtf]);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let before: Vec<&str> = VCF.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!((lines.len(), lines[0], lines[4]), (5, before[0], before[4]), "no gene: untouched");
    let fbn1 = "FBN1|HGNC:3603|OMIM:154700&MONDO:0007947|AD&monoallelic|HP:0001083&HP:0001166|HPO:associated&ClinGen:Definitive&Gene2Phenotype:confirmed";
    assert_eq!(lines[1], before[1].replace("AF=0.5", &format!("AF=0.5;GG_GENES={fbn1}")));
    let fbn2 = "FBN2|HGNC:3604|OMIM:121050|AD|HP:0001166|HPO:associated&CGD";
    assert_eq!(lines[2], before[2].replace("\t.\tGT", &format!("\tGG_GENES={fbn1},{fbn2}\tGT")));
    assert!(lines[3].contains(&format!("END=3050;GG_GENES={fbn2},AC123.4|||||\t")), "as far as END: {}", lines[3]);
    let only = succeed(&["genes", "-b", &base, "annotate", "--quiet", &vcf, "--gtf", &gtf, "--source", "clingen"]);
    assert!(only.contains("GG_GENES=FBN1|HGNC:3603|MONDO:0007947|AD||ClinGen:Definitive\t"), "{only}");
}

#[test]
fn a_structural_variant_reaches_as_far_as_svlen_says() {
    let (folder, base) = made();
    let gtf = folder.write("genes.gtf", GTF);
    let known = "##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"l\">\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n#CHROM";
    let head: String = VCF.replace("#CHROM", known).lines().take(7).map(|line| format!("{line}\n")).collect();
    let records =
        [("<DEL>", "SVLEN=600", 1), ("<DEL>", "SVLEN=-601", 2), ("<INS>", "SVLEN=600", 0), ("<DEL>", "SVLEN=99", 0)];
    let body: String =
        records.map(|(alt, info, _)| format!("15\t900\t.\tN\t{alt}\t.\tPASS\t{info}\tGT\t0/1\n")).concat();
    let vcf = folder.write("calls.vcf", head + &body);
    let mut inputs = vec![vcf.clone()];
    if tools_available(&["bcftools"]) {
        // Older versions of htslib (1.16) do not know how far such a record reaches.
        let binary = folder.path("calls.bcf");
        shell(&format!("bcftools view --no-version -Ob -o {binary} {vcf}"));
        inputs.push(binary);
    }
    for input in inputs {
        for letter in if tools_available(&["bcftools"]) { &["v", "b"][..] } else { &["v"] } {
            let out = folder.path("out");
            succeed(&["genes", "-b", &base, "annotate", "--quiet", &input, "--gtf", &gtf, "-O", letter, "-o", &out]);
            let text = if *letter == "v" { folder.read("out") } else { shell(&format!("bcftools view {out}")) };
            let genes = |line: &str| line.matches("FBN1|").count() + line.matches("FBN2|").count();
            let found: Vec<usize> = text.lines().filter(|line| line.starts_with("15\t")).map(genes).collect();
            // FBN1 begins at base 1001, FBN2 at 1501; the deleted bases begin after POS.
            assert_eq!(found, records.map(|(_, _, count)| count), "{input} to {letter}: {text}");
        }
    }
}

#[test]
fn genes_that_are_there_already_and_half_a_vcf_are_refused() {
    let (folder, base) = made();
    let gtf = folder.write("genes.gtf", GTF);
    let refused = |input: &[u8], say: &str, hint: &str| {
        let file = folder.write("calls.vcf", input);
        let run = genogloss(&["genes", "-b", &base, "annotate", &file, "--gtf", &gtf]);
        let records = run.stdout.lines().filter(|line| !line.starts_with('#')).count();
        assert!(run.code == 1 && records == 0, "{}", run.stdout);
        assert!(run.stderr.contains(say) && run.stderr.contains(hint), "{}", run.stderr);
    };
    let undeclared = VCF.replacen("AF=0.5", "GG_GENES=old;AF=0.5", 1);
    let way_out = "hint: take it out first: bcftools annotate -x INFO/GG_GENES";
    refused(undeclared.as_bytes(), "calls.vcf, record 1: INFO field GG_GENES is there already", way_out);
    let declared = VCF.replace("#CHROM", "##INFO=<ID=GG_GENES,Number=.,Type=String,Description=\"g\">\n#CHROM");
    refused(declared.as_bytes(), "calls.vcf: INFO field GG_GENES is there already", way_out);
    // Numbers in column ID: as BED, this could be read.
    let numbered = VCF.replace("\t.\tA", "\t5000\tA").replace("\trs1\t", "\t5000\t").replace("\t.\tN", "\t5000\tN");
    let numbered = numbered.replace("##fileformat=VCFv4.2\n", "");
    let records: String =
        numbered.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    for half in [&numbered, &records] {
        refused(half.as_bytes(), "its first line is not ##fileformat=VCFv4.x", "add that line");
    }
    refused(format!("\u{feff}{VCF}").as_bytes(), "VCF that begins with a byte-order mark", "tail -c +4");
}

#[test]
fn variants_come_out_as_bcf_where_that_is_asked_for() {
    if !tools_available(&["bcftools"]) {
        return;
    }
    let (folder, base) = made();
    // Fields that the header does not know cannot be BCF.
    let known = "##INFO=<ID=AF,Number=1,Type=Float,Description=\"a\">\n##INFO=<ID=DB,Number=0,Type=Flag,Description=\"d\">\n##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n#CHROM";
    let (gtf, vcf) = (folder.write("genes.gtf", GTF), folder.write("calls.vcf", VCF.replace("#CHROM", known)));
    let (binary, text, out) = (folder.path("calls.bcf"), folder.path("out.vcf"), folder.path("out.bcf"));
    shell(&format!("bcftools view --no-version -Ob -o {binary} {vcf}"));
    let annotate = |input: &str, more: &[&str]| {
        succeed(&[&["genes", "-b", &base, "annotate", "--quiet", input, "--gtf", &gtf], more].concat())
    };
    annotate(&vcf, &["-o", &text]);
    let view = |file: &str| shell(&format!("bcftools view --no-version {file}"));
    let expected = view(&text);
    assert_eq!(expected.matches("GG_GENES=").count(), 3);
    for input in [&vcf, &binary] {
        annotate(input, &["-o", &out]);
        assert!(view(&out) == expected);
        assert_eq!(shell(&format!("bcftools index -n {out}")).trim(), "5");
    }
    let parts: Vec<String> = (1..=2).map(|shard| folder.path(&format!("part{shard}.bcf"))).collect();
    for (shard, part) in parts.iter().enumerate() {
        annotate(&binary, &["--shard", &format!("{}/2", shard + 1), "-o", part]);
    }
    let merged = folder.path("merged.bcf");
    succeed(&["merge", "--quiet", "-o", &merged, &parts[0], &parts[1]]);
    assert!(view(&merged) == expected);
    let bed = folder.write("peaks.bed", "15\t0\t1000\n");
    let run = genogloss(&["genes", "-b", &base, "annotate", &bed, "--gtf", &gtf, "-O", "b"]);
    assert!(run.code == 2 && run.stderr.contains("-O is for variants"), "{}", run.stderr);
}

#[test]
fn intervals_become_a_table_and_shards_add_up() {
    let (folder, base) = made();
    let gtf = folder.write("genes.gtf", GTF);
    let bed =
        folder.write("peaks.bed", "track name=x\n15\t0\t1000\ta\n15\t999\t1001\tb\n15\t1990\t3050\tc\nX\t5\t6\td\n");
    let arguments = ["genes", "-b", &base, "annotate", "--quiet", &bed, "--gtf", &gtf];
    let text = succeed(&arguments);
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows[0].join(" "), "#contig start end name genes hgnc diseases inheritance phenotypes evidence");
    assert_eq!(rows[1], ["15", "0", "1000", "a", ".", ".", ".", ".", ".", "."]);
    assert_eq!(
        rows[2][4..],
        [
            "FBN1",
            "HGNC:3603",
            "OMIM:154700 Marfan syndrome|MONDO:0007947 Marfan syndrome",
            "AD|monoallelic",
            "HP:0001083|HP:0001166",
            "HPO:associated|ClinGen:Definitive|Gene2Phenotype:confirmed"
        ]
    );
    assert_eq!((rows[3][4], rows[3][5]), ("FBN1;FBN2;AC123.4", "HGNC:3603;HGNC:3604;"));
    assert_eq!(rows.len(), 5);
    let parts: Vec<String> = (1..=3)
        .map(|i| {
            let part = folder.path(&format!("part{i}.tsv"));
            succeed(&[&arguments[..], &["--shard", &format!("{i}/3"), "-o", &part]].concat());
            part
        })
        .collect();
    let merged = succeed(&["merge", "--quiet", &parts[0], &parts[1], &parts[2]]);
    assert_eq!(merged, text);
}

#[test]
fn an_annotation_of_another_assembly_is_refused() {
    let (folder, base) = made();
    let vcf = folder.write("calls.vcf", VCF);
    let refused = |gtf: &str, why: &str| {
        let gtf = folder.write("other.gtf", gtf);
        let run = genogloss(&["genes", "-b", &base, "annotate", &vcf, "--gtf", &gtf]);
        assert!(run.code == 1 && run.stderr.contains(why), "{}", run.stderr);
    };
    refused(&GTF.replace("GRCh37.p13", "GRCh38.p14"), "it is of GRCh38, and");
    refused(&GTF.replace("5000", "102531400"), "FBN2 ends at 102531400 of contig \"15\", which has 102531392 bases");
    refused(&GTF.replace("15\tens", "chr15\tens"), "contig \"15\" is not in");
    refused(&GTF.replace("\t1501\t", "\tx\t"), "line 4");
    refused("15\tx\texon\t1\t2\t.\t+\t.\ttranscript_id \"t\";\n", "it holds no genes");
}

#[test]
fn gff3_says_the_same_as_gtf() {
    let (folder, base) = made();
    let vcf = folder.write("calls.vcf", VCF);
    let gff = "##gff-version 3
#!genome-build GRCh37.p13
15\tensembl\tgene\t1001\t2000\t.\t-\t.\tID=gene:ENSG00000166147;Name=FBN1;gene_id=ENSG00000166147
15\tensembl\tmRNA\t1001\t2000\t.\t-\t.\tID=t1;Parent=gene:ENSG00000166147
15\tensembl\tgene\t1501\t5000\t.\t+\t.\tID=gene-FBN2;Dbxref=GeneID:2201,HGNC:HGNC:3604;Name=FBN2
15\tensembl\tncRNA_gene\t3001\t3100\t.\t+\t.\tID=gene:NOVEL;Name=AC123.4
";
    let of = |name: &str, text: &str| {
        let path = folder.write(name, text);
        succeed(&["genes", "-b", &base, "annotate", "--quiet", &vcf, "--gtf", &path])
    };
    assert_eq!(of("genes.gff3", gff), of("genes.gtf", GTF));
}

#[test]
fn every_column_is_described() {
    let (folder, base) = made();
    let (gtf, bed) = (folder.write("genes.gtf", GTF), folder.write("peaks.bed", "15\t999\t1001\tb\n"));
    let described = succeed(&["columns", "genes"]);
    let asked: [&[&str]; 6] = [
        &["show", "FBN1"],
        &["diseases", "FBN1"],
        &["phenotypes", "FBN1"],
        &["rank", "--hpo", "HP:0001166"],
        &["relate", "FBN1", "Marfan syndrome"],
        &["annotate", "--quiet", &bed, "--gtf", &gtf],
    ];
    for arguments in asked {
        let text = succeed(&[&["genes", "-b", &base], arguments].concat());
        let header = text.lines().next().expect("a header").trim_start_matches('#');
        // The input's own columns are the user's.
        for column in header.split('\t').filter(|name| !["contig", "start", "end", "name"].contains(name)) {
            let by = |command: &str| described.contains(&format!("\n{command}\t{column}\t"));
            assert!(by(arguments[0]) || by("all"), "{}: {column}", arguments[0]);
        }
    }
}

#[test]
fn empty_intervals_variants_and_annotations_are_annotated_with_nothing() {
    let (folder, base) = made();
    let nothing = folder.write("nothing", "");
    let comments = folder.write("comments", "#!genome-build x\n");
    let gtf = folder.write("g.gtf", "c\tx\tgene\t11\t90\t.\t+\t.\tgene_id \"g1\"; gene_name \"FBN1\";\n");
    let annotate = |input: &str, gtf: &str| succeed(&["genes", "-b", &base, "annotate", input, "--gtf", gtf]);
    for input in [&nothing, &comments] {
        let text = annotate(input, &gtf);
        assert!(text.starts_with("#contig\tstart\tend\tgenes\t") && text.lines().count() == 1, "{text}");
    }
    let bed = folder.write("i.bed", "c\t20\t30\tmy name\nc\t20\t20\t\n");
    let text = annotate(&bed, &gtf);
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!((rows[0][3], rows[0][4], rows[1][3], rows[1][4]), ("my name", "FBN1", "", "FBN1"), "{text}");
    for gtf in [&nothing, &comments] {
        let run = genogloss(&["genes", "-b", &base, "annotate", &bed, "--gtf", gtf]);
        assert!(run.code == 0 && run.stderr.contains("holds no lines of genes"), "{}", run.stderr);
        assert!(run.stdout.lines().skip(1).all(|line| line.ends_with("\t.\t.\t.\t.\t.\t.")), "{}", run.stdout);
    }
    let vcf = folder.write("v.vcf", "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
    assert!(annotate(&vcf, &gtf).ends_with("\tINFO\n"));
    let run = genogloss(&["genes", "-b", &base, "annotate", &folder.write("e.vcf", ""), "--gtf", &gtf]);
    assert!(
        run.code == 1 && run.stderr.contains("e.vcf: not variants (VCF or BCF): the file is empty"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_line_without_end_takes_no_memory_without_end() {
    if !tools_available(&["gzip"]) {
        return;
    }
    let (folder, base) = made();
    let bed = folder.write("i.bed", "c\t20\t30\n");
    let (endless, table) = (folder.path("endless.gtf.gz"), folder.path("table.csv.gz"));
    shell(&format!(
        "head -c 300M /dev/zero | tr '\\0' 'A' | gzip -1 > {endless}; (echo sequence,label; gzip -dc {endless}) | gzip -1 > {table}"
    ));
    let run = genogloss(&["genes", "-b", &base, "annotate", &bed, "--gtf", &endless]);
    assert!(run.code == 1 && run.stderr.contains("a line is longer than 256 MiB"), "{}", run.stderr);
    let run = genogloss(&["evaluate", "core-promoter", &table, "--head", "promoter"]);
    assert!(run.code == 1 && run.stderr.contains("a line is longer than 256 MiB"), "{}", run.stderr);
}
