//! `genogloss genes`: the knowledge base, made of small tables and asked.

mod abbreviations;
mod annotate;
mod annotate_places;
mod base;
mod broad;
mod claims;
mod groups;
mod identity;
mod loose_names;
mod mondo;
mod names;
mod provenance;
mod rank;
mod rank_inputs;
mod tables;

use crate::support::{Folder, genogloss, succeed};

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
pub(crate) fn made() -> (Folder, String) {
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
    assert!(run.stderr.contains("1 rows name unknown genes, and were left out (the first: NOBODY)"), "{}", run.stderr);
    (folder, base)
}

fn rows(base: &str, arguments: &[&str]) -> Vec<Vec<String>> {
    let text = succeed(&[&["genes", "-b", base], arguments].concat());
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_string).collect()).collect()
}
