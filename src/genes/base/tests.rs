//! Names of genes, all that HGNC has.

#![allow(clippy::print_stderr, reason = "a skipped test says why")]

use std::{
    collections::{BTreeSet, HashMap},
    path::PathBuf,
};

use super::*;
use crate::genes::{build::build, records::GeneMatch, table::Table};

/// The tables of HGNC and NCBI, if they are here.
fn tables() -> Option<[PathBuf; 2]> {
    let root = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let here = |name: &str| root.join("../shared/data/genes").join(name);
    let both = ["hgnc_complete_set.2024-10.txt.gz", "Homo_sapiens.gene_info.2019.gz"].map(here);
    match both.iter().find(|path| !path.exists()) {
        Some(path) => {
            eprintln!("SKIPPED: {} is not here", path.display());
            None
        }
        None => Some(both),
    }
}

/// Columns of HGNC's table, what stands before their values in a question, and how many of their values may not lead to a gene.
const COLUMNS: [(&str, &str, f64); 11] = [
    ("symbol", "", 0.0),
    ("prev_symbol", "", 0.01),
    ("alias_symbol", "", 0.06),
    ("name", "", 0.001),
    ("alias_name", "", 0.05),
    ("prev_name", "", 0.03),
    ("refseq_accession", "", 0.006),
    ("omim_id", "OMIM:", 0.0),
    ("uniprot_ids", "", 0.005),
    ("entrez_id", "NCBIGene:", 0.0),
    ("ensembl_gene_id", "", 0.0001),
];

#[test]
fn all_names_of_hgnc_lead_to_a_gene_that_has_them_or_to_none() {
    let Some(tables) = tables() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("genes.sqlite");
    build(&tables, &[], &path).expect("a knowledge base");
    let base = Base::open(&path).expect("a knowledge base");
    // By name in lower case and without punctuation: the genes that have it, in whatever column.
    let mut owners: HashMap<String, BTreeSet<String>> = HashMap::new();
    let mut names: Vec<BTreeSet<String>> = vec![BTreeSet::new(); COLUMNS.len()];
    let plain = |name: &str| name.to_lowercase().replace(|letter: char| !letter.is_alphanumeric(), "");
    Table::open(&tables[0])
        .expect("a table")
        .each(|row| {
            let symbol = row.get(&["symbol"]).unwrap_or_default();
            for ((column, ..), names) in COLUMNS.iter().zip(&mut names) {
                for name in
                    row.get(&[column]).into_iter().flat_map(|names| names.split('|')).filter(|one| !one.is_empty())
                {
                    owners.entry(plain(name)).or_default().insert(symbol.into());
                    names.insert(name.into());
                }
            }
            Ok(())
        })
        .expect("read");
    for ((column, before, most_lost), names) in COLUMNS.iter().zip(names) {
        assert!(names.len() > 10_000, "{column}");
        // Every fourth, which takes a few seconds.
        let names: Vec<String> = names.into_iter().step_by(4).collect();
        let (mut lost, mut wrong) = (0, Vec::new());
        for name in &names {
            match base.gene(&format!("{before}{name}")).expect("asked") {
                GeneMatch::One(gene, _) if owners[&plain(name)].contains(&gene.symbol) => {}
                GeneMatch::One(gene, how) => wrong.push((name.clone(), gene.symbol, how)),
                GeneMatch::Several(_) | GeneMatch::None(_) => lost += 1,
            }
        }
        eprintln!("{column}: {} names, {lost} refused, {} wrong", names.len(), wrong.len());
        assert!(wrong.is_empty(), "{column}: {:?}", &wrong[..wrong.len().min(5)]);
        assert!(f64::from(lost) <= most_lost * names.len() as f64, "{column}: {lost} are lost");
    }
}
