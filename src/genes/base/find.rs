//! Which gene, disease or phenotype a text names.

use rusqlite::params;

use super::{Base, GENE_COLUMNS, read_gene};
use crate::{
    error::Result,
    genes::{
        identifiers::{accession, term_number},
        names::{NameKind, fold, fold_gene},
        records::{Condition, Disease, Gene, GeneMatch, NotFound},
    },
};

impl Base {
    /// Which gene a name means: by symbol, previous symbol, or an alias that no other gene has; by `HGNC:1101`, `NCBIGene:675`,
    /// `ENSG00000139618`; by UniProt's accession of its protein, or by its name in words.
    pub(crate) fn gene(&self, name: &str) -> Result<GeneMatch> {
        let name = name.trim();
        if let Some(gene) = self.gene_by_identifier(name)? {
            return Ok(GeneMatch::One(Box::new(gene), "identifier".into()));
        }
        let columns: Vec<String> = GENE_COLUMNS.split(", ").map(|column| format!("g.{column}")).collect();
        let sql = format!(
            "SELECT {}, n.kind FROM gene_name n JOIN gene g ON g.id = n.gene WHERE n.folded = ?1 ORDER BY n.kind, g.symbol",
            columns.join(", ")
        );
        let named =
            self.rows(&sql, [fold_gene(name)], |row| Ok((read_gene(row)?, NameKind::of(row.get(columns.len())?))))?;
        let symbols: Vec<&(Gene, NameKind)> = named.iter().filter(|(_, kind)| *kind == NameKind::Symbol).collect();
        match (symbols.as_slice(), named.as_slice()) {
            ([(gene, kind)], _) | ([], [(gene, kind)]) => {
                Ok(GeneMatch::One(Box::new(gene.clone()), kind.word().into()))
            }
            ([], []) => self.gene_by_product(name),
            _ => Ok(GeneMatch::Several(named.iter().map(|(gene, kind)| (gene.symbol.clone(), kind.word())).collect())),
        }
    }

    /// A gene by its identifier in HGNC, NCBI Gene or Ensembl.
    fn gene_by_identifier(&self, name: &str) -> Result<Option<Gene>> {
        let number = |spaces: &[&str]| {
            let (space, number) = name.split_once(':')?;
            let known = spaces.iter().any(|one| one.eq_ignore_ascii_case(space));
            known.then(|| number.trim().parse::<i64>().ok()).flatten()
        };
        let select = |column: &str| format!("SELECT {GENE_COLUMNS} FROM gene WHERE {column} = ?1");
        if let Some(number) = number(&["HGNC"]) {
            self.first(&select("hgnc"), [number], read_gene)
        } else if let Some(number) = number(&["NCBIGene", "GeneID", "Entrez"]) {
            self.first(&select("entrez"), [number], read_gene)
        } else if name.len() >= 15 && name.to_ascii_uppercase().starts_with("ENSG") {
            let id = name.to_ascii_uppercase();
            self.first(&select("ensembl"), [id.split('.').next().unwrap_or(name)], read_gene)
        } else {
            Ok(None)
        }
    }

    /// A gene by its product: UniProt's accession, or the name in words.
    fn gene_by_product(&self, name: &str) -> Result<GeneMatch> {
        let sql = format!(
            "SELECT {GENE_COLUMNS} FROM gene WHERE name = ?1 COLLATE NOCASE OR instr('|' || uniprot || '|', '|' || upper(?1) || '|') > 0 ORDER BY symbol"
        );
        let all = self.rows(&sql, [name], read_gene)?;
        let how = |gene: &Gene| if gene.name.eq_ignore_ascii_case(name) { "name" } else { "UniProt accession" };
        Ok(match all.as_slice() {
            [] => GeneMatch::None(self.why_unknown(name)?),
            [one] => GeneMatch::One(Box::new(one.clone()), how(one).into()),
            several => GeneMatch::Several(several.iter().map(|gene| (gene.symbol.clone(), how(gene))).collect()),
        })
    }

    /// Why a name names no gene: it was withdrawn, or it is misspelt, or nothing is known of it.
    fn why_unknown(&self, name: &str) -> Result<String> {
        let folded = fold_gene(name);
        let withdrawn: Option<(String, i64, String)> =
            self.first("SELECT symbol, hgnc, successors FROM withdrawn WHERE folded = ?1", [&folded], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        if let Some((symbol, hgnc, successors)) = withdrawn {
            let instead =
                if successors.is_empty() { String::new() } else { format!("; its successor is {successors}") };
            return Ok(format!("{symbol} (HGNC:{hgnc}) was withdrawn{instead}"));
        }
        // The nearest symbol is looked for among those with the same first two letters.
        let start: String = folded.chars().take(2).collect();
        let alike: Vec<String> = self.rows(
            "SELECT folded FROM gene_name WHERE folded >= ?1 AND folded < ?2 AND kind = 0",
            params![start, format!("{start}\u{10ffff}")],
            |row| row.get(0),
        )?;
        let nearest = alike
            .into_iter()
            .map(|other| (strsim::damerau_levenshtein(&folded, &other), other))
            .filter(|(distance, _)| *distance <= 1 + folded.len() / 6)
            .min();
        Ok(match nearest {
            Some((_, other)) => format!("no gene is called {name}; did you mean {other}?"),
            None => format!("no gene is called {name}"),
        })
    }

    /// A phenotype by identifier or name: its number and its name, or why there is none.
    pub(crate) fn term(&self, text: &str) -> Result<std::result::Result<(u32, String), NotFound>> {
        let text = text.trim();
        let number = match term_number(text) {
            Some(number) => number,
            None => match self.term_by_name(text)? {
                Ok(number) => number,
                Err(why) => return Ok(Err(why)),
            },
        };
        let main: u32 = self
            .first("SELECT term FROM term_alternative WHERE id = ?1", [number], |row| row.get(0))?
            .unwrap_or(number);
        let found: Option<(String, bool, Option<u32>)> =
            self.first("SELECT name, obsolete, replaced_by FROM term WHERE id = ?1", [main], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let why = match found {
            Some((name, false, _)) => return Ok(Ok((main, name))),
            Some((name, true, Some(next))) => format!("HP:{main:07} ({name}) is obsolete; HP:{next:07} replaces it"),
            Some((name, true, None)) => format!("HP:{main:07} ({name}) is obsolete, without a replacement"),
            None => format!("HP:{number:07} is not in this release of HPO"),
        };
        Ok(Err(NotFound::Unusable(why)))
    }

    /// The number of the one phenotype of this name.
    fn term_by_name(&self, text: &str) -> Result<std::result::Result<u32, NotFound>> {
        let sql = "SELECT DISTINCT term FROM term_name WHERE folded = ?1 ORDER BY term";
        let named: Vec<u32> = self.rows(sql, [fold(text)], |row| row.get(0))?;
        Ok(match named.as_slice() {
            [one] => Ok(*one),
            [] if text.starts_with("HP:") => Err(NotFound::Unusable(format!(
                "{text} is not written as HPO's identifiers are (HP: and seven digits)"
            ))),
            [] => Err(NotFound::Unknown(format!("no phenotype is called {text:?}"))),
            several => {
                let all: Vec<String> = several.iter().map(|term| format!("HP:{term:07}")).collect();
                Err(NotFound::Unusable(format!("{text:?} is ambiguous: {}", all.join(" or "))))
            }
        })
    }

    /// Which disease a text means: by an identifier (`OMIM:154700`, `ORPHA:558`, `MONDO:0007947`) or a name. Several records of one
    /// name are one disease in several sources, unless one source has two of that name.
    pub(crate) fn disease(&self, text: &str) -> Result<std::result::Result<Vec<Disease>, NotFound>> {
        let text = text.trim();
        if let Some(id) = accession(text).filter(|_| text.contains(':')) {
            let sql = "SELECT id, accession, name, definition, source FROM disease WHERE accession = ?1";
            let found = self.rows(sql, [&id], read_disease)?;
            let why = || format!("{id} is not in the knowledge base, or a source that names it is missing");
            return Ok(if found.is_empty() { Err(NotFound::Unusable(why())) } else { Ok(found) });
        }
        let found = self.rows(
            "SELECT DISTINCT d.id, d.accession, d.name, d.definition, d.source FROM disease_name n JOIN disease d ON d.id = n.disease
             WHERE n.folded = ?1 ORDER BY d.accession IS NULL, d.accession, d.id",
            [fold(text)],
            read_disease,
        )?;
        // A disease of this name comes before those of which it is a synonym.
        let own: Vec<Disease> = found.iter().filter(|one| fold(&one.name) == fold(text)).cloned().collect();
        let found = if own.is_empty() { found } else { own };
        let space = |one: &Disease| one.accession.as_deref().and_then(|id| id.split(':').next()).map(str::to_string);
        let spaces: Vec<String> = found.iter().filter_map(space).collect();
        let twice = spaces.iter().enumerate().any(|(at, space)| spaces[..at].contains(space));
        Ok(match found.as_slice() {
            [] => Err(NotFound::Unknown(format!("no disease is called {text:?}"))),
            all if twice => {
                let shown = |one: &Disease| format!("{} ({})", one.accession.as_deref().unwrap_or("."), one.name);
                let all: Vec<String> = all.iter().filter(|one| one.accession.is_some()).map(shown).collect();
                Err(NotFound::Unusable(format!("{text:?} is ambiguous: {}", all.join(", "))))
            }
            _ => Ok(found),
        })
    }

    /// Which disease or phenotype a text means, by identifier or name; a name of both means the disease.
    pub(crate) fn condition(&self, text: &str) -> Result<std::result::Result<Condition, NotFound>> {
        if !text.trim().starts_with("HP:") {
            match self.disease(text)? {
                Ok(all) => return Ok(Ok(Condition::Disease(all))),
                Err(why @ NotFound::Unusable(_)) => return Ok(Err(why)),
                Err(NotFound::Unknown(_)) => {}
            }
        }
        Ok(match self.term(text)? {
            Ok((term, name)) => Ok(Condition::Phenotype(term, name)),
            Err(NotFound::Unknown(_)) => Err(NotFound::Unknown(format!("no disease or phenotype is called {text:?}"))),
            Err(why) => Err(why),
        })
    }
}

fn read_disease(row: &rusqlite::Row<'_>) -> rusqlite::Result<Disease> {
    Ok(Disease {
        id: row.get(0)?,
        accession: row.get(1)?,
        name: row.get(2)?,
        definition: row.get(3)?,
        source: row.get(4)?,
    })
}
