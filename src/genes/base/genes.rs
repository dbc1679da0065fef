//! Which gene a text names.

use rusqlite::params;

use super::{Base, GENE_COLUMNS, diseases::Found, other_kind::Wanted, read_gene};
use crate::{
    error::Result,
    genes::{
        gene_identifiers::{GeneIdentifier, uniprot},
        gene_names::{Meant, NameKind, fold_gene, keys, meant, words},
        records::{Gene, GeneMatch},
        word_forms::Closeness,
    },
};

/// The most symbols that are suggested.
const MOST_SUGGESTED: usize = 4;

/// A gene that has a name.
struct Named {
    gene: i64,
    symbol: String,
    kind: NameKind,
    /// The name as its source writes it.
    name: String,
    /// Source of the name.
    source: i64,
    /// Source of the gene.
    of: i64,
}

impl Named {
    fn pair(&self) -> (i64, NameKind) {
        (self.gene, self.kind)
    }
}

/// Which of the names that are alike count.
#[derive(Clone, Copy)]
struct Tier {
    /// Those that are the same: see [`NameKind::is_exact`].
    is_exact: bool,
    /// Those of some kinds.
    kinds: fn(NameKind) -> bool,
}

const SYMBOLS: Tier = Tier { is_exact: true, kinds: NameKind::is_symbol };
const SYMBOLS_ALIKE: Tier = Tier { is_exact: false, ..SYMBOLS };
const WORDS: Tier = Tier { is_exact: true, kinds: NameKind::is_words };
const WORDS_ALIKE: Tier = Tier { is_exact: false, ..WORDS };

/// The source whose symbols are the approved ones.
const HGNC: &str = "HGNC";

/// The most genes that a message lists.
const MOST_LISTED: usize = 10;

impl Base {
    /// Which gene a name means: an identifier (`HGNC:1101`, `NCBIGene:675`, `ENSG00000139618`, `OMIM:600185`), an accession of one of
    /// its products (`NM_000059`, `P51587`), a symbol (see [`Self::gene_by_symbol`]), or the name of the gene or its protein in words.
    pub(crate) fn gene(&self, name: &str) -> Result<GeneMatch> {
        let name = name.trim();
        if let Some(found) = self.known_gene(name)? {
            return Ok(found);
        }
        match self.gene_by_ending(name)? {
            Ok(found) => Ok(found),
            Err(suggestion) => Ok(GeneMatch::None(self.why_unknown(name, suggestion)?)),
        }
    }

    /// The same without the last resort, the end of a name, and without looking for what is near: `None` for a text that names no gene.
    pub(crate) fn known_gene(&self, name: &str) -> Result<Option<GeneMatch>> {
        let mut why = None;
        if let Some(identifier) = GeneIdentifier::parse(name) {
            match self.gene_by_identifier(&identifier, name)? {
                // Some aliases have the form of an accession.
                GeneMatch::None(reason) => why = Some(reason),
                found => return Ok(Some(found)),
            }
        }
        let named = self.named(name)?;
        if let Some(found) = self.meant(&named, name, SYMBOLS)? {
            return Ok(Some(found));
        }
        if let Some(why) = why {
            return Ok(Some(GeneMatch::None(why)));
        }
        let proteins = self.of_accession(NameKind::UniProt, &uniprot(name))?;
        if !proteins.is_empty() {
            return Ok(Some(chosen(&proteins, NameKind::UniProt.word())));
        }
        for tier in [WORDS, SYMBOLS_ALIKE, WORDS_ALIKE] {
            if let Some(found) = self.meant(&named, name, tier)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Which gene a symbol means: the gene that has it now, else the one that had it before, else the one of which it is an alias.
    pub(in crate::genes) fn gene_by_symbol(&self, name: &str) -> Result<GeneMatch> {
        let found = self.meant(&self.named(name)?, name, SYMBOLS)?;
        Ok(found.unwrap_or_else(|| GeneMatch::None(format!("no gene has the symbol {name}"))))
    }

    /// The gene of an identifier; `text` is what the user wrote.
    pub(in crate::genes) fn gene_by_identifier(&self, identifier: &GeneIdentifier, text: &str) -> Result<GeneMatch> {
        let select = |column: &str| format!("SELECT {GENE_COLUMNS} FROM gene WHERE {column} = ?1 ORDER BY symbol");
        let mut found = match identifier {
            GeneIdentifier::Hgnc(number) => self.rows(&select("hgnc"), [number], read_gene)?,
            GeneIdentifier::Ncbi(number) => self.rows(&select("entrez"), [number], read_gene)?,
            GeneIdentifier::Ensembl(id) => self.rows(&select("ensembl"), [id], read_gene)?,
            GeneIdentifier::Accession(kind, accession) => {
                let all = self.of_accession(*kind, accession)?;
                if all.is_empty() {
                    return self.why_no_accession(*kind, accession, text).map(GeneMatch::None);
                }
                return Ok(chosen(&all, kind.word()));
            }
        };
        if found.iter().any(|gene| self.is_approved(gene.source)) {
            found.retain(|gene| self.is_approved(gene.source));
        }
        if !found.is_empty() {
            return Ok(chosen(&found, "identifier"));
        }
        let withdrawn = match identifier {
            GeneIdentifier::Hgnc(number) => self.withdrawn("hgnc = ?1", number)?,
            _ => None,
        };
        Ok(GeneMatch::None(withdrawn.unwrap_or_else(|| format!("{text} is not in the knowledge base"))))
    }

    /// Whether this source decides on symbols.
    fn is_approved(&self, source: i64) -> bool {
        self.source(source).name == HGNC
    }

    /// All genes that have a name, whatever its case and punctuation.
    fn named(&self, name: &str) -> Result<Vec<Named>> {
        let [symbol, in_words] = keys(name);
        let sql =
            "SELECT n.gene, g.symbol, n.kind, n.name, n.source, g.source FROM gene_name n JOIN gene g ON g.id = n.gene
                   WHERE n.folded IN (?1, ?2) ORDER BY n.kind, g.symbol";
        let all = self.rows(sql, [symbol, in_words], |row| {
            let (gene, symbol, kind, name) = (row.get(0)?, row.get(1)?, NameKind::of(row.get(2)?), row.get(3)?);
            Ok(Named { gene, symbol, kind, name, source: row.get(4)?, of: row.get(5)? })
        })?;
        Ok(all.into_iter().filter(|one| !one.kind.is_accession()).collect())
    }

    /// The gene that a name means, of all that have it, by the names of a tier alone; `None` if none of these is of the tier.
    fn meant(&self, named: &[Named], name: &str, Tier { is_exact, kinds }: Tier) -> Result<Option<GeneMatch>> {
        let of = |kinds: fn(NameKind) -> bool| -> Vec<&Named> {
            named.iter().filter(|one| kinds(one.kind) && (!is_exact || one.kind.is_exact(&one.name, name))).collect()
        };
        let mut all = of(kinds);
        let pairs: Vec<(i64, NameKind)> = all.iter().map(|one| one.pair()).collect();
        let (gene, kind) = match meant(&pairs) {
            Meant::Nothing => return Ok(None),
            Meant::Several => return Ok(Some(several(&all))),
            Meant::One(gene, kind) => (gene, kind),
        };
        // An alias that HGNC also has as the name of another gene, in words: claudin-1 is an alias of CLDN7, and claudin 1 is CLDN1.
        if matches!(kind, NameKind::Alias | NameKind::NcbiSymbol) {
            let in_words = of(|kind| kind.is_words() && kind != NameKind::NcbiName);
            if in_words.iter().any(|other| other.gene != gene) {
                all.extend(in_words);
                return Ok(Some(several(&all)));
            }
        }
        let Some(one) = all.iter().find(|one| one.pair() == (gene, kind)) else { return Ok(None) };
        // A name of a disease is none of its genes, even if a table has it among their names.
        if kind.is_words()
            && kind != NameKind::FullName
            && let Some(disease) = self.disease_called(name)?
        {
            let source = &self.source(one.source).name;
            let why =
                format!("{name} is a disease ({disease}), which {source} lists as a name of the gene {}", one.symbol);
            return Ok(Some(GeneMatch::None(why)));
        }
        // A table of NCBI may be older than HGNC's decision.
        if !self.is_approved(one.of)
            && let Some(why) = self.withdrawn("folded = ?1 AND successors <> ''", &fold_gene(name))?
        {
            return Ok(Some(GeneMatch::None(why)));
        }
        let mut how = kind.word().to_string();
        if !is_exact {
            how.push_str(&format!(" {}", one.name));
        }
        // A symbol that a gene has now needs no comment.
        let mut others: Vec<String> = Vec::new();
        for other in all.iter().filter(|other| other.gene != gene && kind != NameKind::Symbol && kind.is_symbol()) {
            let text = format!("{} of {}", other.kind.word(), other.symbol);
            if !others.contains(&text) {
                others.push(text);
            }
        }
        if !others.is_empty() {
            how.push_str(&format!("; also {}", shortened(&others)));
        }
        Ok(Some(GeneMatch::One(Box::new(self.gene_of(gene)?), how)))
    }

    /// The genes that have an accession.
    fn of_accession(&self, kind: NameKind, accession: &str) -> Result<Vec<Gene>> {
        let columns: Vec<String> = GENE_COLUMNS.split(", ").map(|column| format!("g.{column}")).collect();
        let sql = format!(
            "SELECT {} FROM gene_name n JOIN gene g ON g.id = n.gene WHERE n.folded = ?1 AND n.kind = ?2 ORDER BY g.symbol",
            columns.join(", ")
        );
        self.rows(&sql, params![kind.key(accession), kind.code()], read_gene)
    }

    /// Why an accession leads to no gene.
    fn why_no_accession(&self, kind: NameKind, accession: &str, text: &str) -> Result<String> {
        let disease = match kind {
            NameKind::Omim => {
                self.first("SELECT name FROM disease WHERE accession = ?1", [format!("OMIM:{accession}")], |row| {
                    row.get::<_, String>(0)
                })?
            }
            _ => None,
        };
        Ok(match (kind, disease) {
            (_, Some(disease)) => format!("{text} is not a gene, but a disease: {disease}"),
            (NameKind::RefSeq, _) if accession.starts_with(['N', 'X', 'Y']) && accession[1..].starts_with("P_") => {
                format!("{text} is a protein of RefSeq, and the tables have its transcripts alone (NM_…)")
            }
            _ => format!("{text} is no {} of the knowledge base", kind.word()),
        })
    }

    /// The identifier, else the name, of a disease that is called like this.
    fn disease_called(&self, name: &str) -> Result<Option<String>> {
        Ok(match self.find_disease(name)? {
            Found::One(records, closeness) if closeness <= Closeness::Spelling => {
                let identifier = records.iter().find_map(|one| one.accession.clone());
                identifier.or_else(|| records.into_iter().next().map(|one| one.name))
            }
            _ => None,
        })
    }

    /// The gene whose name in words ends with these words, if its symbol or alias is their abbreviation: factor VIII is F8, coagulation
    /// factor VIII, with the alias FVIII. Else the symbol and name of the only gene whose name ends so, as a suggestion.
    fn gene_by_ending(&self, name: &str) -> Result<std::result::Result<GeneMatch, Option<String>>> {
        let wanted = words(name);
        let Some((last, before)) = wanted.split_last().filter(|(_, before)| !before.is_empty()) else {
            return Ok(Err(None));
        };
        let kinds = [NameKind::FullName, NameKind::OtherName, NameKind::PreviousName];
        let sql =
            "SELECT gene, name FROM gene_name WHERE kind IN (?1, ?2, ?3) AND folded LIKE '%' || ?4 ORDER BY kind, gene";
        let [_, key] = keys(name);
        let [one, two, three] = kinds.map(NameKind::code);
        let alike = self.rows(sql, params![one, two, three, key], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let ending: Vec<(i64, String)> =
            alike.into_iter().filter(|(_, full): &(i64, String)| words(full).ends_with(&wanted)).collect();
        let Some((gene, full)) = ending.first() else { return Ok(Err(None)) };
        if ending.iter().any(|(other, _)| other != gene) {
            return Ok(Err(None));
        }
        let found = self.gene_of(*gene)?;
        let initials: String = before.iter().filter_map(|word| word.chars().next()).collect();
        let short = format!("{initials}{last}").to_uppercase();
        if let GeneMatch::One(other, _) = self.gene_by_symbol(&short)?
            && other.id == found.id
        {
            return Ok(Ok(GeneMatch::One(
                Box::new(found),
                format!("end of its name {full}, and {short} by its initials"),
            )));
        }
        Ok(Err(Some(format!("{} ({full})", found.symbol))))
    }

    /// What HGNC says of a symbol or number that it has withdrawn.
    fn withdrawn(&self, which: &str, value: &dyn rusqlite::ToSql) -> Result<Option<String>> {
        let sql = format!("SELECT symbol, hgnc, successors FROM withdrawn WHERE {which}");
        let found: Option<(String, i64, String)> =
            self.first(&sql, [value], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(found.map(|(symbol, hgnc, successors)| {
            let instead =
                if successors.is_empty() { String::new() } else { format!("; its successor is {successors}") };
            format!("{symbol} (HGNC:{hgnc}) was withdrawn{instead}")
        }))
    }

    /// Why a name names no gene: it was withdrawn, or it is misspelt, or nothing is known of it.
    fn why_unknown(&self, name: &str, suggestion: Option<String>) -> Result<String> {
        let folded = fold_gene(name);
        if let Some(why) = self.withdrawn("folded = ?1", &folded)? {
            return Ok(why);
        }
        if let Some(why) = self.other_kind(name, Wanted::Gene)? {
            return Ok(why);
        }
        if let Some(suggestion) = suggestion {
            return Ok(format!("no gene is called {name}; did you mean {suggestion}?"));
        }
        // The nearest symbol is looked for among those with the same first two letters.
        let [key, _] = keys(name);
        let start: String = key.chars().take(2).collect();
        let alike: Vec<String> = self.rows(
            "SELECT name FROM gene_name WHERE folded >= ?1 AND folded < ?2 AND kind = ?3",
            params![start, format!("{start}\u{10ffff}"), NameKind::Symbol.code()],
            |row| row.get(0),
        )?;
        let distance = |other: &String| strsim::damerau_levenshtein(&folded, &fold_gene(other));
        let mut alike: Vec<(usize, String)> = alike.into_iter().map(|other| (distance(&other), other)).collect();
        alike.sort();
        let nearest = alike.first().map_or(0, |(distance, _)| *distance);
        let same =
            alike.into_iter().take_while(|(distance, _)| *distance == nearest && nearest <= 1 + folded.len() / 6);
        let shown: Vec<String> = same.take(MOST_SUGGESTED).map(|(_, symbol)| symbol).collect();
        Ok(if shown.is_empty() {
            format!("no gene is called {name}")
        } else {
            format!("no gene is called {name}; did you mean {}?", shown.join(" or "))
        })
    }
}

/// One gene, or several, found by one kind of name.
fn chosen(all: &[Gene], how: &'static str) -> GeneMatch {
    match all {
        [one] => GeneMatch::One(Box::new(one.clone()), how.into()),
        all => GeneMatch::Several(all.iter().map(|gene| (gene.symbol.clone(), how)).collect()),
    }
}

/// The genes that a name may mean, each once with the first kind of name.
fn several(all: &[&Named]) -> GeneMatch {
    let mut genes: Vec<(String, &'static str)> = Vec::new();
    for one in all {
        if !genes.iter().any(|(symbol, _)| *symbol == one.symbol) {
            genes.push((one.symbol.clone(), one.kind.word()));
        }
    }
    GeneMatch::Several(genes)
}

/// The first of a list, and how many more there are.
fn shortened(all: &[String]) -> String {
    let more = all.len().saturating_sub(MOST_LISTED);
    let shown = all[..all.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
