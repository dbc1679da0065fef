//! Answers that were given before, kept in a folder that several runs may share.
//!
//! One SQLite file with a table of keys and values. A key is the sha256 of all that an answer depends on: the networks, the
//! engine and its version, the bases that are read, the change, and how it is summed up; so an answer that is found is the
//! answer that would be computed, to the last bit. SQLite's own locks (a rollback journal, which also works on network file
//! systems that lock files) keep processes apart.

use std::{fs, path::Path, time::Duration};

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Name of the file in the folder.
const FILE: &str = "variants.sqlite";

/// How long a process waits while another one writes.
const WAIT: Duration = Duration::from_secs(120);

/// Answers kept back until they are written together.
const TOGETHER: usize = 512;

/// What an answer is found by.
pub(crate) type Key = [u8; 32];

/// An open cache.
pub(crate) struct Cache {
    db: Connection,
    place: String,
    waiting: Vec<(Key, Vec<u8>)>,
    /// Nothing can be written any more; this was said.
    full: bool,
}

impl Cache {
    /// Opens the cache of a folder, which is made if it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        if folder.exists() && !folder.is_dir() {
            return Err(Error::input(folder.display(), "is a file, but --cache needs a folder"));
        }
        fs::create_dir_all(folder).map_err(|error| Error::write(folder.display(), &error))?;
        let path = folder.join(FILE);
        let place = path.display().to_string();
        let bad = |error: rusqlite::Error| bad(&place, &error);
        let db = Connection::open(&path).map_err(bad)?;
        db.busy_timeout(WAIT).map_err(bad)?;
        db.execute_batch(
            "PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID;",
        )
        .map_err(bad)?;
        Ok(Self { db, place, waiting: Vec::new(), full: false })
    }

    /// An answer that is there.
    pub(crate) fn get(&self, key: &Key) -> Result<Option<Vec<u8>>> {
        let mut query = self
            .db
            .prepare_cached("SELECT answer FROM answers WHERE key = ?1")
            .map_err(|error| bad(&self.place, &error))?;
        query.query_row([key], |row| row.get(0)).optional().map_err(|error| bad(&self.place, &error))
    }

    /// Keeps an answer. It is there for others once a few are together, or after [`Cache::finish`].
    pub(crate) fn put(&mut self, key: Key, answer: Vec<u8>) {
        if self.full {
            return;
        }
        self.waiting.push((key, answer));
        if self.waiting.len() >= TOGETHER {
            self.finish();
        }
    }

    /// Writes what is kept back. A cache that cannot be written ends no run: it is said once, and the run goes on without.
    pub(crate) fn finish(&mut self) {
        if self.full || self.waiting.is_empty() {
            return;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let mut write = || -> rusqlite::Result<()> {
            let all = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            {
                let mut insert = all.prepare_cached("INSERT OR IGNORE INTO answers VALUES (?1, ?2)")?;
                for (key, answer) in &waiting {
                    insert.execute(params![key, answer])?;
                }
            }
            all.commit()
        };
        if let Err(error) = write() {
            tracing::warn!("{}: {error}; the run continues without the cache", self.place);
            self.full = true;
        }
    }
}

fn bad(place: &str, error: &rusqlite::Error) -> Error {
    Error::input(place, format!("the cache cannot be used: {error}"))
        .with_hint("omit --cache, name another folder, or remove this file: nothing else depends on it")
}

/// The key of everything that is added to it. Parts are told apart by their lengths.
#[derive(Clone, Default)]
pub(crate) struct KeyMaker(Sha256);

impl KeyMaker {
    /// Adds a part.
    pub(crate) fn add(&mut self, part: &[u8]) -> &mut Self {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        self.add(&number.to_le_bytes())
    }

    /// The key.
    pub(crate) fn finish(self) -> Key {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: &[&[u8]]) -> Key {
        let mut maker = KeyMaker::default();
        parts.iter().for_each(|part| {
            maker.add(part);
        });
        maker.finish()
    }

    #[test]
    fn keys_tell_parts_apart() {
        assert_ne!(key(&[b"ab", b"c"]), key(&[b"a", b"bc"]));
        assert_eq!(key(&[b"ab", b"c"]), key(&[b"ab", b"c"]));
    }

    #[test]
    fn what_one_process_keeps_another_finds() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut one, other) =
            (Cache::open(folder.path()).expect("a cache"), Cache::open(folder.path()).expect("again"));
        one.put(key(&[b"a"]), vec![1, 2]);
        assert_eq!(other.get(&key(&[b"a"])).expect("read"), None);
        one.finish();
        assert_eq!(other.get(&key(&[b"a"])).expect("read"), Some(vec![1, 2]));
        assert_eq!(other.get(&key(&[b"b"])).expect("read"), None);
    }

    #[test]
    fn what_is_no_cache_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(FILE), "this is not a database, but long enough to be looked at as one")
            .expect("written");
        let error = Cache::open(folder.path()).err().expect("refused").to_string();
        assert!(error.contains("the cache cannot be used"), "{error}");
        let error = Cache::open(&folder.path().join(FILE)).err().expect("refused").to_string();
        assert!(error.contains("is a file, but --cache needs a folder"), "{error}");
    }
}
