//! The file of facts, opened to be asked.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

use super::{
    APPLICATION, FORMAT,
    build::{NO_RELEASE, accession, said, term_number},
    names::{Kind, fold, fold_gene},
    verdict::About,
};
use crate::error::{Error, Result};

/// A gene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gene {
    /// Its number in this file.
    pub id: i64,
    /// Approved symbol.
    pub symbol: String,
    /// Name.
    pub name: String,
    /// HGNC's number.
    pub hgnc: Option<i64>,
    /// NCBI's number.
    pub entrez: Option<i64>,
    /// Ensembl's identifier.
    pub ensembl: Option<String>,
    /// OMIM's number.
    pub omim: Option<i64>,
    /// UniProt accessions, parted by `|`.
    pub uniprot: Option<String>,
    /// Band.
    pub location: Option<String>,
    /// Locus type.
    pub kind: Option<String>,
    /// Summary, and its source.
    pub summary: Option<(String, i64)>,
    /// Source of all but the summary.
    pub source: i64,
}

/// Where facts come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its number in this file.
    pub id: i64,
    /// Whose table it is.
    pub name: String,
    /// What it is.
    pub what: String,
    /// Its file.
    pub file: String,
    /// Its release.
    pub release: String,
    /// Its licence.
    pub licence: String,
    /// Rows, facts kept, rows of genes that are not known.
    pub counts: [i64; 3],
}

impl Source {
    /// Name and release, where it is known.
    pub fn label(&self) -> String {
        if self.release == NO_RELEASE { self.name.clone() } else { format!("{} {}", self.name, self.release) }
    }
}

/// A gene's relation to a disease, as one source tells it.
#[derive(Clone, Debug)]
pub struct Relation {
    /// The disease's number in this file.
    pub id: i64,
    /// Identifier, where the source gives one.
    pub accession: Option<String>,
    /// The disease's name.
    pub disease: String,
    /// How it is related, in the source's words.
    pub relation: Option<String>,
    /// The source says that it is not related.
    pub against: bool,
    /// Inheritance.
    pub inheritance: Option<String>,
    /// Papers, pages.
    pub reference: Option<String>,
    /// Source.
    pub source: i64,
}

/// A disease as one source names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disease {
    /// Its number in this file.
    pub id: i64,
    /// Identifier, where the source gives one.
    pub accession: Option<String>,
    /// Name.
    pub name: String,
    /// Definition.
    pub definition: Option<String>,
    /// Source.
    pub source: i64,
}

/// A gene's phenotype, as one source tells it.
#[derive(Clone, Debug)]
pub struct Phenotype {
    /// Number of the term.
    pub term: u32,
    /// Its name.
    pub name: String,
    /// Share of those who have it.
    pub frequency: Option<String>,
    /// The disease in which it occurs: identifier and name.
    pub disease: Option<(String, String)>,
    /// Source.
    pub source: i64,
}

/// What a gene's name turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// One gene; how the name names it.
    One(Box<Gene>, String),
    /// Several: symbol, and what the name is to it.
    Several(Vec<(String, &'static str)>),
    /// None; what is known of it.
    None(String),
}

impl Named {
    /// The one gene and how `name`, which was asked for, names it; or why there is none.
    pub fn one(self, name: &str) -> std::result::Result<(Box<Gene>, String), String> {
        match self {
            Self::One(gene, how) => Ok((gene, how)),
            Self::Several(all) => {
                let all: Vec<String> = all.iter().map(|(symbol, how)| format!("{symbol} ({how})")).collect();
                Err(format!("{name} may be {}", all.join(", ")))
            }
            Self::None(why) => Err(why),
        }
    }
}

/// Why a text leads to no disease or phenotype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Astray {
    /// Nothing is called so; it may be the name of something else.
    Unknown(String),
    /// It is meant for one, and cannot be it: a name of several, an identifier that is not known, wrongly written or obsolete.
    Unusable(String),
}

impl std::fmt::Display for Astray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Unknown(why) | Self::Unusable(why)) = self;
        f.write_str(why)
    }
}

/// An open knowledge base.
pub struct Base {
    db: Connection,
    place: PathBuf,
    sources: Vec<Source>,
}

const GENE: &str =
    "id, symbol, name, hgnc, entrez, ensembl, omim, uniprot, location, kind, summary, summary_source, source";

fn gene(row: &Row<'_>) -> rusqlite::Result<Gene> {
    let summary: Option<String> = row.get(10)?;
    Ok(Gene {
        id: row.get(0)?,
        symbol: row.get(1)?,
        name: row.get(2)?,
        hgnc: row.get(3)?,
        entrez: row.get(4)?,
        ensembl: row.get(5)?,
        omim: row.get(6)?,
        uniprot: row.get(7)?,
        location: row.get(8)?,
        kind: row.get(9)?,
        summary: summary.zip(row.get(11)?),
        source: row.get(12)?,
    })
}

impl Base {
    /// Opens a knowledge base for reading.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_file() {
            let problem = if path.exists() { "is a folder, not a file" } else { "no such file or folder" };
            return Err(
                Error::input(path.display(), problem).with_hint("genogloss genes build FILE... makes a knowledge base")
            );
        }
        let strange = |error: rusqlite::Error| {
            Error::input(path.display(), format!("it is no knowledge base: {}", said(&error)))
                .with_hint("genogloss genes build FILE... makes one")
        };
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(strange)?;
        let number = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        if number("application_id").map_err(strange)? != APPLICATION {
            return Err(Error::input(path.display(), "it is no knowledge base, but another SQLite file")
                .with_hint("genogloss genes build FILE... makes one"));
        }
        let version = number("user_version").map_err(strange)?;
        if version != FORMAT {
            let problem =
                format!("it is a knowledge base of version {version}, and this program reads version {FORMAT}");
            return Err(Error::input(path.display(), problem).with_hint("build it anew: genogloss genes build FILE..."));
        }
        db.pragma_update(None, "mmap_size", 1i64 << 30).map_err(strange)?;
        let sources: Vec<Source> = db
            .prepare("SELECT id, name, what, file, release, licence, rows, facts, unknown FROM source ORDER BY id")
            .and_then(|mut all| {
                all.query_map([], |row| {
                    Ok(Source {
                        id: row.get(0)?,
                        name: row.get(1)?,
                        what: row.get(2)?,
                        file: row.get(3)?,
                        release: row.get(4)?,
                        licence: row.get(5)?,
                        counts: [row.get(6)?, row.get(7)?, row.get(8)?],
                    })
                })?
                .collect()
            })
            .map_err(strange)?;
        if sources.is_empty() {
            return Err(Error::input(path.display(), "the knowledge base is damaged: it names no source")
                .with_hint("build it anew: genogloss genes build FILE..."));
        }
        Ok(Self { db, place: path.into(), sources })
    }

    fn broken(&self) -> impl Fn(rusqlite::Error) -> Error + '_ {
        |error| Error::input(self.place.display(), format!("the knowledge base is damaged: {}", said(&error)))
    }

    /// Its file.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Where all facts come from.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// A source by its number.
    pub fn source(&self, id: i64) -> &Source {
        let at = usize::try_from(id.saturating_sub(1)).unwrap_or(0);
        &self.sources[at.min(self.sources.len() - 1)]
    }

    /// Which gene is meant: by symbol, a symbol it had, an alias that no other gene has; `HGNC:1101`, `NCBIGene:675`, `ENSG00000139618`;
    /// UniProt's accession of its protein, or its name in words.
    pub fn gene(&self, name: &str) -> Result<Named> {
        let name = name.trim();
        let by = |column: &str, value: &dyn rusqlite::ToSql| {
            let mut found = self.db.prepare_cached(&format!("SELECT {GENE} FROM gene WHERE {column} = ?1"))?;
            found.query_row([value], gene).optional()
        };
        let broken = self.broken();
        let id = |space: &[&str]| {
            let (before, id) = name.split_once(':')?;
            space.iter().any(|one| one.eq_ignore_ascii_case(before)).then(|| id.trim().parse::<i64>().ok()).flatten()
        };
        let found = if let Some(id) = id(&["HGNC"]) {
            by("hgnc", &id)
        } else if let Some(id) = id(&["NCBIGene", "GeneID", "Entrez"]) {
            by("entrez", &id)
        } else if name.len() >= 15 && name.to_ascii_uppercase().starts_with("ENSG") {
            by("ensembl", &name.to_ascii_uppercase().split('.').next().unwrap_or(name))
        } else {
            Ok(None)
        };
        if let Some(gene) = found.map_err(&broken)? {
            return Ok(Named::One(Box::new(gene), "identifier".into()));
        }
        let mut known = self
            .db
            .prepare_cached(&format!(
                "SELECT {}, n.kind FROM gene_name n JOIN gene g ON g.id = n.gene WHERE n.folded = ?1 ORDER BY n.kind, g.symbol",
                GENE.split(", ").map(|column| format!("g.{column}")).collect::<Vec<_>>().join(", ")
            ))
            .map_err(&broken)?;
        let known: Vec<(Gene, Kind)> = known
            .query_map([fold_gene(name)], |row| Ok((gene(row)?, Kind::of(row.get(13)?))))
            .and_then(Iterator::collect)
            .map_err(&broken)?;
        let symbols: Vec<&(Gene, Kind)> = known.iter().filter(|(_, kind)| *kind == Kind::Symbol).collect();
        match (symbols.as_slice(), known.as_slice()) {
            ([(gene, kind)], _) | ([], [(gene, kind)]) => Ok(Named::One(Box::new(gene.clone()), kind.word().into())),
            ([], []) => self.by_protein(name),
            _ => Ok(Named::Several(known.iter().map(|(gene, kind)| (gene.symbol.clone(), kind.word())).collect())),
        }
    }

    /// A gene by its product: UniProt's accession, or the name in words.
    fn by_protein(&self, name: &str) -> Result<Named> {
        let broken = self.broken();
        let sql = format!(
            "SELECT {GENE} FROM gene WHERE name = ?1 COLLATE NOCASE OR instr('|' || uniprot || '|', '|' || upper(?1) || '|') > 0 ORDER BY symbol"
        );
        let mut found = self.db.prepare_cached(&sql).map_err(&broken)?;
        let all: Vec<Gene> =
            found.query_map([name], gene).and_then(Iterator::collect::<rusqlite::Result<_>>).map_err(&broken)?;
        let how = |gene: &Gene| if gene.name.eq_ignore_ascii_case(name) { "name" } else { "UniProt accession" };
        Ok(match all.as_slice() {
            [] => Named::None(self.unknown(name)?),
            [one] => Named::One(Box::new(one.clone()), how(one).into()),
            several => Named::Several(several.iter().map(|gene| (gene.symbol.clone(), how(gene))).collect()),
        })
    }

    /// What is known of a name that names no gene.
    fn unknown(&self, name: &str) -> Result<String> {
        let broken = self.broken();
        let withdrawn: Option<(String, i64, String)> = self
            .db
            .prepare_cached("SELECT symbol, hgnc, successors FROM withdrawn WHERE folded = ?1")
            .and_then(|mut found| {
                found.query_row([fold_gene(name)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
            })
            .map_err(&broken)?;
        if let Some((symbol, hgnc, successors)) = withdrawn {
            let instead = if successors.is_empty() { String::new() } else { format!("; it is {successors} now") };
            return Ok(format!("{symbol} (HGNC:{hgnc}) was withdrawn{instead}"));
        }
        // The nearest symbols: of those that begin alike.
        let folded = fold_gene(name);
        let start: String = folded.chars().take(2).collect();
        let all: Vec<String> = self
            .db
            .prepare_cached("SELECT folded FROM gene_name WHERE folded >= ?1 AND folded < ?2 AND kind = 0")
            .and_then(|mut found| {
                found.query_map(params![start, format!("{start}\u{10ffff}")], |row| row.get(0))?.collect()
            })
            .map_err(&broken)?;
        let nearest = all
            .into_iter()
            .map(|other| (strsim::damerau_levenshtein(&folded, &other), other))
            .filter(|(far, _)| *far <= 1 + folded.len() / 6)
            .min();
        Ok(match nearest {
            Some((_, other)) => format!("no gene is called {name}; is {other} meant?"),
            None => format!("no gene is called {name}"),
        })
    }

    /// All names of a gene but its symbol: name, what it is, source.
    pub fn names(&self, gene: &Gene) -> Result<Vec<(String, &'static str, i64)>> {
        self.db
            .prepare_cached("SELECT name, kind, source FROM gene_name WHERE gene = ?1 AND kind > 0 ORDER BY kind, name")
            .and_then(|mut found| {
                found
                    .query_map([gene.id], |row| Ok((row.get(0)?, Kind::of(row.get(1)?).word(), row.get(2)?)))?
                    .collect()
            })
            .map_err(self.broken())
    }

    /// A gene's diseases, as each source tells them.
    pub fn diseases(&self, gene: &Gene) -> Result<Vec<Relation>> {
        self.db
            .prepare_cached(
                "SELECT d.accession, d.name, r.relation, r.against, r.inheritance, r.reference, r.source, d.id FROM gene_disease r
                 JOIN disease d ON d.id = r.disease WHERE r.gene = ?1 ORDER BY r.source, d.accession, d.name, r.rowid",
            )
            .and_then(|mut found| {
                found
                    .query_map([gene.id], |row| {
                        Ok(Relation {
                            accession: row.get(0)?,
                            disease: row.get(1)?,
                            relation: row.get(2)?,
                            against: row.get(3)?,
                            inheritance: row.get(4)?,
                            reference: row.get(5)?,
                            source: row.get(6)?,
                            id: row.get(7)?,
                        })
                    })?
                    .collect()
            })
            .map_err(self.broken())
    }

    /// A gene's phenotypes, as each source tells them.
    pub fn phenotypes(&self, gene: &Gene) -> Result<Vec<Phenotype>> {
        self.db
            .prepare_cached(
                "SELECT t.id, t.name, p.frequency, d.accession, d.name, p.source FROM gene_term p JOIN term t ON t.id = p.term
                 LEFT JOIN disease d ON d.id = p.disease WHERE p.gene = ?1 ORDER BY t.id, d.accession, p.rowid",
            )
            .and_then(|mut found| {
                found
                    .query_map([gene.id], |row| {
                        let disease: Option<String> = row.get(3)?;
                        Ok(Phenotype {
                            term: row.get(0)?,
                            name: row.get(1)?,
                            frequency: row.get(2)?,
                            disease: disease.zip(row.get(4)?),
                            source: row.get(5)?,
                        })
                    })?
                    .collect()
            })
            .map_err(self.broken())
    }

    /// A phenotype by identifier or name: its number and name; or what is wrong with it.
    pub fn term(&self, text: &str) -> Result<std::result::Result<(u32, String), Astray>> {
        let broken = self.broken();
        let text = text.trim();
        let number = match term_number(text) {
            Some(number) => number,
            None => {
                let named: Vec<u32> = self
                    .db
                    .prepare_cached("SELECT DISTINCT term FROM term_name WHERE folded = ?1 ORDER BY term")
                    .and_then(|mut found| found.query_map([fold(text)], |row| row.get(0))?.collect())
                    .map_err(&broken)?;
                match named.as_slice() {
                    [one] => *one,
                    [] if text.starts_with("HP:") => {
                        return Ok(Err(Astray::Unusable(format!(
                            "{text} is not written as HPO's identifiers are (HP: and seven digits)"
                        ))));
                    }
                    [] => return Ok(Err(Astray::Unknown(format!("no phenotype is called {text:?}")))),
                    several => {
                        let all: Vec<String> = several.iter().map(|term| format!("HP:{term:07}")).collect();
                        return Ok(Err(Astray::Unusable(format!("{text:?} may be {}", all.join(" or ")))));
                    }
                }
            }
        };
        let main: u32 = self
            .db
            .prepare_cached("SELECT term FROM term_alternative WHERE id = ?1")
            .and_then(|mut found| found.query_row([number], |row| row.get(0)).optional())
            .map_err(&broken)?
            .unwrap_or(number);
        let found: Option<(String, bool, Option<u32>)> = self
            .db
            .prepare_cached("SELECT name, obsolete, replaced_by FROM term WHERE id = ?1")
            .and_then(|mut found| found.query_row([main], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional())
            .map_err(&broken)?;
        let why = match found {
            Some((name, false, _)) => return Ok(Ok((main, name))),
            Some((name, true, Some(next))) => format!("HP:{main:07} ({name}) is obsolete; HP:{next:07} replaces it"),
            Some((name, true, None)) => format!("HP:{main:07} ({name}) is obsolete, and nothing replaces it"),
            None => format!("HP:{number:07} is not in this release of HPO"),
        };
        Ok(Err(Astray::Unusable(why)))
    }

    /// Which disease is meant: by an identifier (`OMIM:154700`, `ORPHA:558`, `MONDO:0007947`) or a name. Several records of one name are
    /// one disease told by several sources, unless a source has two of that name.
    pub fn disease(&self, text: &str) -> Result<std::result::Result<Vec<Disease>, Astray>> {
        let text = text.trim();
        let find = |sql: &str, value: &str| -> Result<Vec<Disease>> {
            self.db
                .prepare_cached(sql)
                .and_then(|mut found| {
                    found
                        .query_map([value], |row| {
                            Ok(Disease {
                                id: row.get(0)?,
                                accession: row.get(1)?,
                                name: row.get(2)?,
                                definition: row.get(3)?,
                                source: row.get(4)?,
                            })
                        })?
                        .collect()
                })
                .map_err(self.broken())
        };
        if let Some(id) = accession(text).filter(|_| text.contains(':')) {
            let found = find("SELECT id, accession, name, definition, source FROM disease WHERE accession = ?1", &id)?;
            return Ok(if found.is_empty() {
                let why = format!("{id} is not in the knowledge base, or a source that names it is missing");
                Err(Astray::Unusable(why))
            } else {
                Ok(found)
            });
        }
        let found = find(
            "SELECT DISTINCT d.id, d.accession, d.name, d.definition, d.source FROM disease_name n JOIN disease d ON d.id = n.disease
             WHERE n.folded = ?1 ORDER BY d.accession IS NULL, d.accession, d.id",
            &fold(text),
        )?;
        // A disease that is called so itself comes before those of which it is a synonym.
        let own: Vec<Disease> = found.iter().filter(|one| fold(&one.name) == fold(text)).cloned().collect();
        let found = if own.is_empty() { found } else { own };
        let space = |one: &Disease| one.accession.as_deref().and_then(|id| id.split(':').next()).map(str::to_string);
        let spaces: Vec<String> = found.iter().filter_map(space).collect();
        let twice = spaces.iter().enumerate().any(|(at, space)| spaces[..at].contains(space));
        Ok(match found.as_slice() {
            [] => Err(Astray::Unknown(format!("no disease is called {text:?}"))),
            all if twice => {
                let shown = |one: &Disease| format!("{} ({})", one.accession.as_deref().unwrap_or("."), one.name);
                let all: Vec<String> = all.iter().filter(|one| one.accession.is_some()).map(shown).collect();
                Err(Astray::Unusable(format!("{text:?} may be {}", all.join(", "))))
            }
            _ => Ok(found),
        })
    }

    /// What is meant: a disease or a phenotype, by identifier or name; diseases first, where a name is both.
    pub fn about(&self, text: &str) -> Result<std::result::Result<About, Astray>> {
        if !text.trim().starts_with("HP:") {
            match self.disease(text)? {
                Ok(all) => return Ok(Ok(About::Disease(all))),
                Err(why @ Astray::Unusable(_)) => return Ok(Err(why)),
                Err(Astray::Unknown(_)) => {}
            }
        }
        Ok(match self.term(text)? {
            Ok((term, name)) => Ok(About::Phenotype(term, name)),
            Err(Astray::Unknown(_)) => Err(Astray::Unknown(format!("no disease or phenotype is called {text:?}"))),
            Err(why) => Err(why),
        })
    }

    /// The same file, opened once more: for another thread.
    pub fn again(&self) -> Result<Self> {
        Self::open(&self.place)
    }

    /// What the tables were: two knowledge bases of which it is the same hold the same.
    pub fn identity(&self) -> Result<String> {
        let mut all = Vec::new();
        self.each("SELECT sha256, release FROM source ORDER BY id", |row| {
            all.push(format!("{} {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?));
            Ok(())
        })?;
        Ok(all.join(" "))
    }

    /// Rows of a query whose `?` stands for one number, for each of these.
    fn of_each<T>(
        &self,
        sql: &str,
        numbers: impl IntoIterator<Item = i64>,
        take: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let ask = || -> rusqlite::Result<Vec<T>> {
            let mut found = self.db.prepare_cached(sql)?;
            let mut all = Vec::new();
            for number in numbers {
                for row in found.query_map([number], &take)? {
                    all.push(row?);
                }
            }
            Ok(all)
        };
        ask().map_err(self.broken())
    }

    /// Genes of diseases: symbol, source, what it says.
    pub(super) fn genes_of_diseases(&self, diseases: &[i64]) -> Result<Vec<(String, i64, String)>> {
        let sql = "SELECT g.symbol, r.source, r.relation FROM gene_disease r JOIN gene g ON g.id = r.gene
                   WHERE r.disease = ?1 AND NOT r.against ORDER BY g.symbol, r.source";
        self.of_each(sql, diseases.iter().copied(), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?.unwrap_or_else(|| "related".into())))
        })
    }

    /// Genes with phenotypes: symbol, source, which phenotype of which disease.
    pub(super) fn genes_of_terms(&self, terms: &BTreeSet<u32>) -> Result<Vec<(String, i64, String)>> {
        let sql = "SELECT g.symbol, p.source, p.term, d.accession FROM gene_term p JOIN gene g ON g.id = p.gene
                   LEFT JOIN disease d ON d.id = p.disease WHERE p.term = ?1";
        self.of_each(sql, terms.iter().map(|term| i64::from(*term)), |row| {
            let disease: Option<String> = row.get(3)?;
            let term = format!("HP:{:07}", row.get::<_, u32>(2)?);
            Ok((row.get(0)?, row.get(1)?, disease.map_or(term.clone(), |id| format!("{term} in {id}"))))
        })
    }

    /// Phenotypes of diseases.
    pub fn disease_phenotypes(&self, diseases: &[Disease]) -> Result<Vec<Phenotype>> {
        let sql = "SELECT t.id, t.name, p.frequency, p.source FROM disease_term p JOIN term t ON t.id = p.term
                   WHERE p.disease = ?1 AND NOT p.absent ORDER BY t.id, p.source";
        self.of_each(sql, self.same_names(diseases)?, |row| {
            Ok(Phenotype {
                term: row.get(0)?,
                name: row.get(1)?,
                frequency: row.get(2)?,
                disease: None,
                source: row.get(3)?,
            })
        })
    }

    /// Diseases with phenotypes: identifier, name, source.
    pub fn diseases_of_terms(&self, terms: &BTreeSet<u32>) -> Result<Vec<(Option<String>, String, i64)>> {
        let sql = "SELECT DISTINCT d.accession, d.name, p.source FROM disease_term p JOIN disease d ON d.id = p.disease
                   WHERE p.term = ?1 AND NOT p.absent";
        self.of_each(sql, terms.iter().map(|term| i64::from(*term)), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    /// The diseases in which a phenotype occurs.
    pub fn diseases_with(&self, term: u32) -> Result<Vec<i64>> {
        self.db
            .prepare_cached("SELECT DISTINCT disease FROM disease_term WHERE term = ?1 AND NOT absent ORDER BY disease")
            .and_then(|mut found| found.query_map([term], |row| row.get(0))?.collect())
            .map_err(self.broken())
    }

    /// All records with a name of these: what other sources call the same.
    pub(super) fn same_names(&self, diseases: &[Disease]) -> Result<Vec<i64>> {
        let mut all: Vec<i64> = diseases.iter().map(|one| one.id).collect();
        for one in diseases {
            let found: Vec<i64> = self
                .db
                .prepare_cached(
                    "SELECT DISTINCT o.disease FROM disease_name n JOIN disease_name o ON o.folded = n.folded WHERE n.disease = ?1",
                )
                .and_then(|mut found| found.query_map([one.id], |row| row.get(0))?.collect())
                .map_err(self.broken())?;
            all.extend(found);
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    /// A phenotype's names (its own first) and definition, and the genes that have it.
    pub fn phenotype(&self, term: u32) -> Result<(Vec<String>, String, Vec<i64>)> {
        let ask = || -> rusqlite::Result<_> {
            let (name, definition): (String, Option<String>) =
                self.db.query_row("SELECT name, definition FROM term WHERE id = ?1", [term], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            let mut names = vec![name.clone()];
            let mut more = self
                .db
                .prepare_cached("SELECT name FROM term_name WHERE term = ?1 AND kind = 'synonym' ORDER BY name")?;
            for other in more.query_map([term], |row| row.get::<_, String>(0))? {
                names.push(other?);
            }
            let mut genes =
                self.db.prepare_cached("SELECT DISTINCT gene FROM gene_term WHERE term = ?1 ORDER BY gene")?;
            let genes = genes.query_map([term], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            Ok((names, definition.unwrap_or_default(), genes))
        };
        ask().map_err(self.broken())
    }

    /// Every row of a query.
    pub(super) fn each(&self, sql: &str, mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>) -> Result<()> {
        let mut ask = || {
            let mut found = self.db.prepare(sql)?;
            let mut rows = found.query([])?;
            while let Some(row) = rows.next()? {
                take(row)?;
            }
            Ok(())
        };
        ask().map_err(self.broken())
    }

    /// The ontology as the library keeps it; nothing where no HPO was read.
    pub fn ontology(&self) -> Result<Option<Vec<u8>>> {
        self.db.query_row("SELECT bytes FROM ontology", [], |row| row.get(0)).optional().map_err(self.broken())
    }

    /// A gene by its number.
    pub fn gene_of(&self, id: i64) -> Result<Gene> {
        self.db
            .prepare_cached(&format!("SELECT {GENE} FROM gene WHERE id = ?1"))
            .and_then(|mut found| found.query_row([id], gene))
            .map_err(self.broken())
    }
}

#[cfg(test)]
mod tests;
