//! The knowledge base: one SQLite file of facts about genes, opened for reading.
//!
//! `genes` answers which gene a text names, `diseases` which disease (`abbreviations`: which of several; `nearest`: which are like it), `other_kind` what else it names, `find` which phenotype; `facts` answers
//! what the sources state of it, `claims` what they come to together, `descriptions` what they say of a disease or phenotype itself.

mod abbreviations;
mod claims;
mod descriptions;
mod diseases;
pub(in crate::genes) mod facts;
mod find;
mod genes;
mod groups;
mod nearest;
mod other_kind;

use std::{
    cell::OnceCell,
    collections::HashSet,
    env,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row};

use super::{
    evidence::EvidenceFilter,
    records::{Gene, Source},
    schema::{APPLICATION, FORMAT, describe_sqlite},
};
use crate::address::missing;
use crate::error::{Error, Result};

/// The knowledge base that is used if no other is named.
pub(crate) fn default_path() -> Result<PathBuf> {
    let data = env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share")));
    data.map(|data| data.join("genogloss/genes.sqlite")).ok_or_else(|| {
        Error::usage("there is no home folder for the knowledge base")
            .with_hint("give a file: --knowledge-base FILE, or -o FILE with genes build")
    })
}

/// An open knowledge base.
pub(crate) struct Base {
    db: Connection,
    place: PathBuf,
    sources: Vec<Source>,
    /// Which evidence counts.
    filter: EvidenceFilter,
    /// Of each source, whether its facts count.
    counted: Vec<bool>,
    /// Terms that are no abnormalities, once they were needed.
    aside: OnceCell<HashSet<u32>>,
}

/// The columns that [`read_gene`] reads, in its order.
const GENE_COLUMNS: &str =
    "id, symbol, name, hgnc, entrez, ensembl, omim, uniprot, refseq, location, kind, summary, summary_source, source";

fn read_gene(row: &Row<'_>) -> rusqlite::Result<Gene> {
    let summary: Option<String> = row.get(11)?;
    Ok(Gene {
        id: row.get(0)?,
        symbol: row.get(1)?,
        name: row.get(2)?,
        hgnc: row.get(3)?,
        entrez: row.get(4)?,
        ensembl: row.get(5)?,
        omim: row.get(6)?,
        uniprot: row.get(7)?,
        refseq: row.get(8)?,
        location: row.get(9)?,
        kind: row.get(10)?,
        summary: summary.zip(row.get(12)?),
        source: row.get(13)?,
    })
}

impl Base {
    /// Opens a knowledge base for reading.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if !path.is_file() {
            let problem = if path.exists() { "is a folder, not a file" } else { missing(path) };
            return Err(
                Error::input(path.display(), problem).with_hint("genogloss genes build FILE... makes a knowledge base")
            );
        }
        let strange = |error: rusqlite::Error| {
            Error::input(path.display(), format!("it is not a knowledge base: {}", describe_sqlite(&error)))
                .with_hint("genogloss genes build FILE... makes one")
        };
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(strange)?;
        let number = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        if number("application_id").map_err(strange)? != APPLICATION {
            return Err(Error::input(path.display(), "it is not a knowledge base, but another SQLite file")
                .with_hint("genogloss genes build FILE... makes one"));
        }
        let version = number("user_version").map_err(strange)?;
        if version != FORMAT {
            let problem = format!(
                "the knowledge base has version {version}, and this version of genogloss reads version {FORMAT}"
            );
            return Err(
                Error::input(path.display(), problem).with_hint("build it again: genogloss genes build FILE...")
            );
        }
        db.pragma_update(None, "mmap_size", 1i64 << 30).map_err(strange)?;
        let sources: Vec<Source> = db
            .prepare("SELECT id, name, what, file, release, licence, rows, facts, unknown_genes, unknown_terms, unknown_diseases FROM source ORDER BY id")
            .and_then(|mut all| {
                all.query_map([], |row| {
                    Ok(Source {
                        name: row.get(1)?,
                        what: row.get(2)?,
                        file: row.get(3)?,
                        release: row.get(4)?,
                        licence: row.get(5)?,
                        counts: [row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?],
                    })
                })?
                .collect()
            })
            .map_err(strange)?;
        if sources.is_empty() {
            return Err(Error::input(path.display(), "the knowledge base is damaged: it has no sources")
                .with_hint("build it again: genogloss genes build FILE..."));
        }
        let counted = vec![true; sources.len()];
        Ok(Self { db, place: path.into(), sources, filter: EvidenceFilter::default(), counted, aside: OnceCell::new() })
    }

    fn broken(&self) -> impl Fn(rusqlite::Error) -> Error + '_ {
        |error| {
            Error::input(self.place.display(), format!("the knowledge base is damaged: {}", describe_sqlite(&error)))
        }
    }

    /// Its file.
    pub(crate) fn place(&self) -> &Path {
        &self.place
    }

    /// Where all facts come from.
    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// A source by its number.
    pub(crate) fn source(&self, id: i64) -> &Source {
        let at = usize::try_from(id.saturating_sub(1)).unwrap_or(0);
        &self.sources[at.min(self.sources.len() - 1)]
    }

    /// The same file, opened once more: for another thread.
    pub(crate) fn again(&self) -> Result<Self> {
        Self::open(&self.place)?.filtered(self.filter.clone())
    }

    /// Digests and releases of the tables it was built from, and what of them counts: two knowledge bases of the same tables hold the same
    /// facts.
    pub(crate) fn identity(&self) -> Result<String> {
        let all = self.rows("SELECT sha256, release FROM source ORDER BY id", [], |row| {
            Ok(format!("{} {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let filter =
            if self.filter == EvidenceFilter::default() { String::new() } else { format!(" {:?}", self.filter) };
        Ok(all.join(" ") + &filter)
    }

    /// The ontology in the format of the library `hpo`; `None` if the file was built without HPO.
    pub(crate) fn ontology(&self) -> Result<Option<Vec<u8>>> {
        self.first("SELECT bytes FROM ontology", [], |row| row.get(0))
    }

    /// All rows of a query.
    fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        self.db
            .prepare_cached(sql)
            .and_then(|mut query| query.query_map(parameters, read)?.collect())
            .map_err(self.broken())
    }

    /// The first row of a query, if there is one.
    fn first<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        self.db
            .prepare_cached(sql)
            .and_then(|mut query| query.query_row(parameters, read).optional())
            .map_err(self.broken())
    }

    /// All rows of a query with one parameter, for each of `numbers`.
    fn rows_of_each<T>(
        &self,
        sql: &str,
        numbers: impl IntoIterator<Item = i64>,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        for number in numbers {
            all.extend(self.rows(sql, [number], &read)?);
        }
        Ok(all)
    }

    /// Calls `take` with every row of a query.
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
}

#[cfg(test)]
mod tests;
