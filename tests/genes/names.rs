//! Which gene a name means: symbols, identifiers, names of proteins.

use super::rows;
use crate::support::{Folder, genogloss};

const HGNC: &str = "hgnc_id\tsymbol\tname\tlocus_group\tlocus_type\tstatus\tlocation\talias_symbol\talias_name\tprev_symbol\tprev_name\tdate_modified\tentrez_id\tensembl_gene_id\trefseq_accession\tuniprot_ids\tomim_id\tmane_select
HGNC:3603\tFBN1\tfibrillin 1\tprotein-coding gene\tgene with protein product\tApproved\t15q21.1\tMASS|OCTD\t\"Marfan syndrome|asprosin\"\tFBN|MFS1\t\"fibrillin 1 (Marfan syndrome)\"\t2024-01-20\t2200\tENSG00000166147\tNM_000138\tP35555\t134797\t\"ENST00000316623.10|NM_000138.5\"
HGNC:4177\tGBA1\tglucosylceramidase beta 1\tprotein-coding gene\tgene with protein product\tApproved\t1q22\t\tglucocerebrosidase\tGBA\t\t2024-01-20\t2629\tENSG00000177628\tNM_000157\tP04062\t606463\t
HGNC:4178\tGBA1LP\tGBA1 like, pseudogene\tpseudogene\tpseudogene\tApproved\t1q22\tGBA\t\t\t\t2024-01-20\t2630\tENSG00000160766\tNR_002188\t\t\t
HGNC:3546\tF8\tcoagulation factor VIII\tprotein-coding gene\tgene with protein product\tApproved\tXq28\tFVIII|HEMA\t\t\t\t2024-01-20\t2157\tENSG00000185010\tNM_000132\tP00451\t300841\t
HGNC:3542\tF5\tcoagulation factor V\tprotein-coding gene\tgene with protein product\tApproved\t1q24.2\t\t\t\t\t2024-01-20\t2153\tENSG00000198734\tNM_000130\tP12259\t612309\t
HGNC:11892\tTNF\ttumor necrosis factor\tprotein-coding gene\tgene with protein product\tApproved\t6p21.33\tTNF-alpha\t\t\t\t2024-01-20\t7124\tENSG00000232810\tNM_000594\tP01375\t191160\t
HGNC:2032\tCLDN1\tclaudin 1\tprotein-coding gene\tgene with protein product\tApproved\t3q28\t\t\t\t\t2024-01-20\t9076\tENSG00000163347\tNM_021101\tO95832\t603718\t
HGNC:2049\tCLDN7\tclaudin 7\tprotein-coding gene\tgene with protein product\tApproved\t17p13.1\tclaudin-1\t\t\t\t2024-01-20\t1366\tENSG00000181885\tNM_001307\tO95471\t609131\t
HGNC:4736\tH2AC6\tH2A clustered histone 6\tprotein-coding gene\tgene with protein product\tApproved\t6p22.2\t\t\t\t\t2024-01-20\t8334\tENSG00000180573\tNM_003512\tQ93077|P04908\t602794\t
HGNC:4735\tH2AC4\tH2A clustered histone 4\tprotein-coding gene\tgene with protein product\tApproved\t6p22.2\t\t\t\t\t2024-01-20\t8335\tENSG00000278463\tNM_003513\tP04908\t602795\t
HGNC:50601\tLINC02359\tlong intergenic non-protein coding RNA 2359\tnon-coding RNA\tRNA, long non-coding\tApproved\t12q24.33\t\t\tLINC02467\t\t2024-01-20\t101927592\tENSG00000255595\tNR_1\t\t\t
";

const GENE_INFO: &str = "#tax_id\tGeneID\tSymbol\tLocusTag\tSynonyms\tdbXrefs\tchromosome\tmap_location\tdescription\ttype_of_gene\tSymbol_from_nomenclature_authority\tFull_name_from_nomenclature_authority\tNomenclature_status\tOther_designations\tModification_date\tFeature_type
9606\t2200\tFBN1\t-\tMFLS|WMS2\tMIM:134797|HGNC:HGNC:3603\t15\t15q21.1\tfibrillin 1\tprotein-coding\tFBN1\tfibrillin 1\tO\tfibrillin-1|fibrillin-1 preproprotein|epididymis secretory protein\t20190101\t-
9606\t2629\tGBA\t-\tGBA1|GCB\tHGNC:HGNC:4177\t1\t1q22\tglucosylceramidase beta\tprotein-coding\tGBA\tglucosylceramidase beta\tO\tlysosomal glucocerebrosidase|epididymis secretory protein\t20190101\t-
9606\t105370068\tLINC02467\t-\t-\tHGNC:HGNC:53405\t12\t12q24.33\tlong intergenic non-protein coding RNA 2467\tncRNA\tLINC02467\t-\tO\t-\t20190101\t-
9606\t105370069\tOLDGENE\t-\t-\tHGNC:HGNC:53406\t12\t12q24.33\told gene\tncRNA\tOLDGENE\t-\tO\t-\t20190101\t-
9606\t114224\tLOC114224\t-\t-\t-\t9\t-\tuncharacterized LOC114224\tncRNA\t-\t-\t-\t-\t20190101\t-
";

const WITHDRAWN: &str = "HGNC_ID\tSTATUS\tWITHDRAWN_SYMBOL\tMERGED_INTO_REPORT(S) (i.e HGNC_ID|SYMBOL|STATUS)
HGNC:53406\tMerged/Split\tOLDGENE\tHGNC:3603|FBN1|Approved
";

const DISEASES: &str = "database_id\tdisease_name\tqualifier\thpo_id\treference\tevidence\tonset\tfrequency\tsex\tmodifier\taspect\tbiocuration
OMIM:154700\tMarfan syndrome; MFS\t\tHP:0001166\tPMID:1\tPCS\t\t20/25\t\t\tP\tHPO:x
";

/// A knowledge base of these tables.
fn made() -> (Folder, String) {
    let folder = Folder::new();
    let tables = [
        ("hgnc.txt", HGNC),
        ("gene_info", GENE_INFO),
        ("withdrawn.txt", WITHDRAWN),
        ("hp.obo", super::OBO),
        ("phenotype.hpoa", DISEASES),
    ];
    let paths: Vec<String> = tables.iter().map(|(name, text)| folder.write(name, text)).collect();
    let base = folder.path("genes.sqlite");
    let mut arguments = vec!["genes", "build", "-o", &base];
    arguments.extend(paths.iter().map(String::as_str));
    let run = genogloss(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    (folder, base)
}

#[test]
fn a_gene_is_found_by_its_accessions_and_by_the_names_of_its_protein() {
    let (_folder, base) = made();
    for (name, symbol, how) in [
        ("NM_000138", "FBN1", "RefSeq accession"),
        ("nm_000138.5", "FBN1", "RefSeq accession"),
        ("ENST00000316623.2", "FBN1", "transcript"),
        ("OMIM:134797", "FBN1", "OMIM number"),
        ("MIM:134797", "FBN1", "OMIM number"),
        ("134797", "FBN1", "OMIM number"),
        ("P35555", "FBN1", "UniProt accession"),
        ("UniProtKB:P35555-2", "FBN1", "UniProt accession"),
        ("ensg00000166147.17", "FBN1", "identifier"),
        ("HGNC:HGNC:3603", "FBN1", "identifier"),
        ("fibrillin-1", "FBN1", "name"),
        ("fibrillin1", "FBN1", "name fibrillin 1"),
        ("Asprosin", "FBN1", "other name"),
        ("Fibrillin 1 (Marfan syndrome)", "FBN1", "previous name"),
        ("fibrillin-1 preproprotein", "FBN1", "name in NCBI Gene"),
        ("tumour necrosis factor", "TNF", "name tumor necrosis factor"),
        ("factor VIII", "F8", "end of its name coagulation factor VIII, and FVIII by its initials"),
        ("TNF-α", "TNF", "alias"),
        ("tnf alpha", "TNF", "alias TNF-alpha"),
        ("FBN-1", "FBN1", "symbol FBN1"),
    ] {
        let rows = rows(&base, &["show", name]);
        assert_eq!(rows[0][1..4], [symbol, "found_by", how].map(String::from), "{name}");
        assert!(rows.iter().all(|row| row[1] == symbol), "{name}: {rows:?}");
    }
}

#[test]
fn a_previous_symbol_of_one_gene_comes_before_an_alias_and_says_so() {
    let (_folder, base) = made();
    let found = rows(&base, &["show", "gba"]);
    assert_eq!(found[0][1..4], ["GBA1", "found_by", "previous symbol; also alias of GBA1LP"]);
    // NCBI's table of 2019 still has a gene that HGNC has renamed since.
    let found = rows(&base, &["show", "LINC02467"]);
    assert_eq!(found[0][1..4], ["LINC02359", "found_by", "previous symbol; also symbol in NCBI Gene of LINC02467"]);
    assert_eq!(rows(&base, &["show", "NCBIGene:105370068"])[0][1], "LINC02467");
    assert_eq!(rows(&base, &["show", "LOC114224"])[0][1], "LOC114224");
}

#[test]
fn a_name_of_several_genes_or_of_none_is_refused_with_what_to_do() {
    let (_folder, base) = made();
    for (name, why) in [
        ("claudin-1", "claudin-1 is ambiguous: CLDN7 (alias), CLDN1 (name)"),
        ("P04908", "P04908 is ambiguous: H2AC4 (UniProt accession), H2AC6 (UniProt accession)"),
        ("epididymis secretory protein", "is ambiguous: FBN1 (name in NCBI Gene), GBA1 (name in NCBI Gene)"),
        ("OLDGENE", "OLDGENE (HGNC:53406) was withdrawn; its successor is FBN1"),
        ("factor V", "no gene is called factor V; did you mean F5 (coagulation factor V)?"),
        ("Marfan syndrome", "Marfan syndrome is a disease (OMIM:154700), which HGNC lists as a name of the gene FBN1"),
        ("OMIM:154700", "OMIM:154700 is not a gene, but a disease: Marfan syndrome"),
        ("154700", "154700 is not a gene, but a disease: Marfan syndrome"),
        ("OMIM:999999", "OMIM:999999 is no OMIM number of the knowledge base"),
        ("NP_000129.3", "is a protein of RefSeq, and the tables have its transcripts alone (NM_…)"),
        ("HGNC:999999", "HGNC:999999 is not in the knowledge base"),
        ("TNG", "no gene is called TNG; did you mean TNF?"),
        ("2200", "no gene is called 2200"),
    ] {
        let run = genogloss(&["genes", "-b", &base, "show", name]);
        assert!(run.code == 1 && run.stderr.contains(why), "{name}: {}", run.stderr);
        assert_eq!(run.stdout.lines().count(), 1, "{name}: {}", run.stdout);
    }
}
