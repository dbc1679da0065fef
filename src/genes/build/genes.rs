//! Rows of the tables of genes: HGNC's complete set and withdrawn entries, NCBI's gene_info and summaries.

use rusqlite::params;

use super::{
    Builder,
    gene_index::{Gene, GeneKey},
    tally::Tally,
};
use crate::genes::{
    gene_names::{NameKind, fold_gene},
    table::Row,
};

impl Builder {
    /// A row of HGNC's complete set, or of a custom download of HGNC.
    pub(super) fn hgnc(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let id = row.get(&["hgnc_id", "hgnc id"]);
        let (Some(id), Some(symbol)) = (id, row.get(&["symbol", "approved symbol"])) else {
            return Ok(());
        };
        tally.dated(row.get(&["date_modified"]));
        let number = |id: &str| id.trim_start_matches("HGNC:").parse::<i64>().ok();
        if row.get(&["status"]).is_some_and(|status| status != "Approved") {
            // A custom download: `symbol withdrawn, see [HGNC:6692](…)`.
            let into = row.get(&["approved name"]).and_then(|name| name.strip_prefix("symbol withdrawn, see "));
            if let (Some(into), Some(id)) = (into, number(id)) {
                let successor = into.trim_start_matches('[').split([']', ',', ' ']).next().unwrap_or_default();
                self.withdraw(symbol, id, successor, tally)?;
            }
            return Ok(());
        }
        let gene = self.genes.all.len();
        let hgnc = number(id);
        let entrez =
            row.get(&["entrez_id", "ncbi gene id(supplied by ncbi)", "ncbi gene id"]).and_then(|id| id.parse().ok());
        let name = row.get(&["name", "approved name"]).unwrap_or_default();
        let omim = row.get(&["omim_id", "omim", "omim id(supplied by omim)"]);
        let refseq = row.get(&["refseq_accession", "refseq ids"]);
        let uniprot = row.get(&["uniprot_ids", "uniprot id(supplied by uniprot)"]);
        let plain = |ids: &str| ids.split([',', '|']).map(str::trim).collect::<Vec<_>>().join("|");
        let mut one = Gene {
            symbol: symbol.into(),
            name: name.into(),
            hgnc,
            entrez,
            ensembl: row.get(&["ensembl_gene_id", "ensembl gene id"]).map(str::to_string),
            omim: omim.and_then(|id| id.split(['|', ',']).next()?.trim().parse().ok()),
            uniprot: uniprot.map(plain),
            refseq: refseq.map(plain),
            location: row.get(&["location", "chromosome location"]).map(str::to_string),
            kind: row.get(&["locus_type", "locus type"]).map(str::to_string),
            source: tally.source,
            ..Gene::default()
        };
        one.accession(NameKind::Omim, omim);
        one.accession(NameKind::UniProt, uniprot);
        // RefSeq's contigs are of many genes.
        let products = refseq.map(|all| {
            all.split(['|', ','])
                .map(str::trim)
                .filter(|id| !id.starts_with("NC_") && !id.starts_with("NT_"))
                .collect::<Vec<_>>()
                .join("|")
        });
        one.accession(NameKind::RefSeq, products.as_deref());
        let mane = row.get(&["mane_select"]);
        one.accession(NameKind::Transcript, mane.and_then(|both| both.split('|').find(|id| id.starts_with("ENST"))));
        one.accession(NameKind::RefSeq, mane.and_then(|both| both.split('|').find(|id| id.starts_with("NM_"))));
        one.name_in_words(NameKind::FullName, name, tally.source);
        for (column, part, kind) in [
            ("alias_name", "|", NameKind::OtherName),
            ("prev_name", "|", NameKind::PreviousName),
            // A custom download has each name in quotes.
            ("alias names", "\", \"", NameKind::OtherName),
            ("previous name", "\", \"", NameKind::PreviousName),
            ("previous names", "\", \"", NameKind::PreviousName),
        ] {
            for name in row.get(&[column]).into_iter().flat_map(|names| names.split(part)) {
                one.name_in_words(kind, name.trim_matches('"'), tally.source);
                tally.facts += 1;
            }
        }
        self.genes.all.push(one);
        self.genes.by_hgnc.extend(hgnc.map(|id| (id, gene)));
        self.genes.by_entrez.extend(entrez.map(|id| (id, gene)));
        self.genes.name(gene, NameKind::Symbol, symbol, tally.source);
        // A custom download separates names by commas, the complete set by |, since its names may hold commas.
        for (column, part, kind) in [
            ("prev_symbol", '|', NameKind::Previous),
            ("alias_symbol", '|', NameKind::Alias),
            ("previous symbols", ',', NameKind::Previous),
            ("alias symbols", ',', NameKind::Alias),
        ] {
            for name in row.get(&[column]).into_iter().flat_map(|names| names.split(part)) {
                self.genes.name(gene, kind, name.trim(), tally.source);
                tally.facts += 1;
            }
        }
        tally.facts += 1;
        Ok(())
    }

    /// A row of HGNC's withdrawn entries.
    pub(super) fn withdrawn(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let id = row.get(&["hgnc_id"]).and_then(|id| id.trim_start_matches("HGNC:").parse::<i64>().ok());
        let (Some(id), Some(symbol)) = (id, row.get(&["withdrawn_symbol"])) else { return Ok(()) };
        let into = row
            .get(&["merged_into_report(s) (i.e hgnc_id|symbol|status)", "merged_into_report(s)"])
            .unwrap_or_default();
        let successors: Vec<&str> = into.split(',').filter_map(|one| one.trim().split(['|', '/']).nth(1)).collect();
        self.withdraw(symbol, id, &successors.join(", "), tally)
    }

    /// Notes a symbol that HGNC has withdrawn, and the symbols that replace it.
    fn withdraw(&mut self, symbol: &str, hgnc: i64, successors: &str, tally: &mut Tally) -> rusqlite::Result<()> {
        self.db.execute(
            "INSERT INTO withdrawn VALUES (?1, ?2, ?3, ?4, ?5)",
            params![fold_gene(symbol), symbol, hgnc, successors, tally.source],
        )?;
        tally.facts += 1;
        Ok(())
    }

    /// A row of NCBI's gene_info: adds human genes that HGNC does not have, and names of those it has.
    pub(super) fn gene_info(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let id = row.get(&["geneid"]).and_then(|id| id.parse::<i64>().ok());
        let (Some(id), Some(symbol)) = (id, row.get(&["symbol"])) else { return Ok(()) };
        if row.get(&["tax_id"]) != Some("9606") || symbol == "NEWENTRY" {
            return Ok(());
        }
        tally.dated(row.get(&["modification_date"]));
        let cross: Vec<&str> = row.get(&["dbxrefs"]).into_iter().flat_map(|all| all.split('|')).collect();
        let crossed = |space: &str| cross.iter().find_map(|one| one.strip_prefix(space));
        let hgnc = crossed("HGNC:HGNC:").and_then(|id| id.parse::<i64>().ok());
        let known = self.genes.by_entrez.get(&id).or_else(|| self.genes.by_hgnc.get(&hgnc?)).copied();
        let gene = known.unwrap_or_else(|| {
            let gene = self.genes.all.len();
            self.genes.all.push(Gene {
                symbol: symbol.into(),
                name: row.get(&["description"]).unwrap_or_default().into(),
                hgnc,
                entrez: Some(id),
                ensembl: crossed("Ensembl:").map(str::to_string),
                omim: crossed("MIM:").and_then(|id| id.parse().ok()),
                location: row.get(&["map_location"]).map(str::to_string),
                kind: row.get(&["type_of_gene"]).map(str::to_string),
                source: tally.source,
                ..Gene::default()
            });
            self.genes.by_entrez.insert(id, gene);
            gene
        });
        // HGNC decides on symbols: one that NCBI alone uses is an alias. A gene that HGNC does not have may be one that it has withdrawn
        // or renamed since: then the symbol is, first of all, a name of HGNC's gene.
        let kind = match known {
            Some(_) => NameKind::Alias,
            None if self.genes.is_named_before(symbol, tally.source) => NameKind::NcbiSymbol,
            None => NameKind::Symbol,
        };
        self.genes.name(gene, kind, symbol, tally.source);
        for name in row.get(&["synonyms"]).into_iter().flat_map(|names| names.split('|')) {
            self.genes.name(gene, NameKind::Alias, name, tally.source);
        }
        let products = row.get(&["other_designations"]).into_iter().flat_map(|all| all.split('|'));
        for name in row.get(&["description"]).into_iter().chain(products).filter(|name| *name != "-") {
            self.genes.all[gene].name_in_words(NameKind::NcbiName, name, tally.source);
        }
        tally.facts += 1;
        Ok(())
    }

    /// A row of NCBI's gene summaries.
    pub(super) fn summary(&mut self, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        let id = row.get(&["geneid", "gene_id"]);
        let Some(text) = row.get(&["summary", "gene_summary"]) else { return Ok(()) };
        match self.genes.find(GeneKey { entrez: id, ..GeneKey::default() }) {
            Some(gene) => {
                self.genes.all[gene].summary = Some((text.into(), tally.source));
                tally.facts += 1;
            }
            None => tally.lost(row.get(&["symbol"]).or(id)),
        }
        Ok(())
    }
}
