//! Names of genes, all that HGNC has.

#![allow(clippy::print_stderr, reason = "a skipped test says why")]

use super::*;
use crate::genes::records::GeneMatch;

#[test]
fn hgncs_own_names_lead_to_their_genes() {
    let root = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), std::path::PathBuf::from);
    let table = root.join("../shared/data/genes/hgnc_complete_set.2024-10.txt.gz");
    if !table.exists() {
        eprintln!("SKIPPED: ../shared/data/genes/hgnc_complete_set.2024-10.txt.gz is not here");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("genes.sqlite");
    crate::genes::build::build(std::slice::from_ref(&table), &[], &path).expect("a knowledge base");
    let base = Base::open(&path).expect("a knowledge base");
    let table = crate::genes::table::Table::open(&table).expect("a table");
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
            GeneMatch::One(gene, _) if gene.symbol == *symbol => {}
            other => wrong.push((name, symbol.clone(), other)),
        }
    }
    eprintln!("{names} names, {} do not lead to their gene", wrong.len());
    assert!(names > 90_000 && wrong.len() * 1000 < names, "{:?}", &wrong[..wrong.len().min(5)]);
}
