//! The SQLite file of a knowledge base: its tables, its version, and the messages of SQLite.

/// Version of the file's tables: a file of another version is refused.
pub(crate) const FORMAT: i64 = 3;

/// SQLite's application id of a knowledge base: `GGKB`.
pub(crate) const APPLICATION: i64 = 0x4747_4b42;

/// The release of a table that does not give it.
pub(super) const NO_RELEASE: &str = "not given";

/// Tables of the file.
pub(super) const SCHEMA: &str = "
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL, what TEXT NOT NULL, file TEXT NOT NULL, release TEXT NOT NULL,
  licence TEXT NOT NULL, sha256 TEXT NOT NULL, rows INTEGER NOT NULL, facts INTEGER NOT NULL,
  unknown_genes INTEGER NOT NULL, unknown_terms INTEGER NOT NULL, unknown_diseases INTEGER NOT NULL);
CREATE TABLE gene (id INTEGER PRIMARY KEY, symbol TEXT NOT NULL, name TEXT NOT NULL, hgnc INTEGER, entrez INTEGER, ensembl TEXT, omim INTEGER,
  uniprot TEXT, refseq TEXT, location TEXT, kind TEXT, summary TEXT, summary_source INTEGER, source INTEGER NOT NULL);
CREATE TABLE gene_value (gene INTEGER NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, source INTEGER NOT NULL);
CREATE TABLE gene_name (folded TEXT NOT NULL, kind INTEGER NOT NULL, gene INTEGER NOT NULL, name TEXT NOT NULL, source INTEGER NOT NULL);
CREATE TABLE withdrawn (folded TEXT NOT NULL, symbol TEXT NOT NULL, hgnc INTEGER NOT NULL, successors TEXT NOT NULL, source INTEGER NOT NULL);
CREATE TABLE term (id INTEGER PRIMARY KEY, name TEXT NOT NULL, definition TEXT, obsolete INTEGER NOT NULL, replaced_by INTEGER);
CREATE TABLE term_name (key TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, term INTEGER NOT NULL);
CREATE TABLE term_alternative (id INTEGER PRIMARY KEY, term INTEGER NOT NULL);
CREATE TABLE term_parent (term INTEGER NOT NULL, parent INTEGER NOT NULL, UNIQUE (term, parent));
CREATE TABLE disease (id INTEGER PRIMARY KEY, accession TEXT, name TEXT NOT NULL, definition TEXT, kind TEXT, entity INTEGER NOT NULL,
  source INTEGER NOT NULL);
CREATE TABLE disease_name (id INTEGER PRIMARY KEY, key TEXT NOT NULL, name TEXT NOT NULL, disease INTEGER NOT NULL);
CREATE TABLE disease_loose_name (key TEXT NOT NULL, disease INTEGER NOT NULL, own INTEGER NOT NULL);
CREATE TABLE disease_reference (disease INTEGER NOT NULL, accession TEXT NOT NULL, mapping TEXT NOT NULL, source INTEGER NOT NULL);
CREATE TABLE disease_parent (disease INTEGER NOT NULL, parent INTEGER NOT NULL, source INTEGER NOT NULL);
CREATE TABLE gene_disease (gene INTEGER NOT NULL, disease INTEGER NOT NULL, relation TEXT, claim INTEGER NOT NULL, inheritance TEXT,
  reference TEXT, origin TEXT, source INTEGER NOT NULL);
CREATE TABLE gene_term (gene INTEGER NOT NULL, term INTEGER NOT NULL, disease INTEGER, frequency TEXT, source INTEGER NOT NULL);
CREATE TABLE disease_term (disease INTEGER NOT NULL, term INTEGER NOT NULL, absent INTEGER NOT NULL, frequency TEXT, onset TEXT, reference TEXT,
  sex TEXT, modifier TEXT, aspect TEXT, evidence TEXT, source INTEGER NOT NULL);
CREATE VIRTUAL TABLE disease_word USING fts5 (words, content = '', columnsize = 0, detail = none, tokenize = 'unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE disease_vocabulary USING fts5vocab (disease_word, row);
CREATE TABLE ontology (bytes BLOB NOT NULL);
";

/// Indices, made when all tables are filled.
pub(super) const INDICES: &str = "
CREATE INDEX gene_symbol ON gene (symbol);
CREATE INDEX gene_hgnc ON gene (hgnc);
CREATE INDEX gene_entrez ON gene (entrez);
CREATE INDEX gene_ensembl ON gene (ensembl);
CREATE INDEX gene_value_gene ON gene_value (gene);
CREATE INDEX gene_name_folded ON gene_name (folded);
CREATE INDEX gene_name_gene ON gene_name (gene);
CREATE INDEX withdrawn_folded ON withdrawn (folded);
CREATE INDEX term_name_key ON term_name (key);
CREATE INDEX disease_accession ON disease (accession);
CREATE INDEX disease_entity ON disease (entity);
CREATE INDEX disease_parent_disease ON disease_parent (disease);
CREATE INDEX disease_parent_parent ON disease_parent (parent);
CREATE INDEX disease_name_disease ON disease_name (disease);
CREATE INDEX disease_name_key ON disease_name (key);
CREATE INDEX disease_loose_name_key ON disease_loose_name (key);
CREATE INDEX disease_reference_accession ON disease_reference (accession);
CREATE INDEX disease_reference_disease ON disease_reference (disease);
CREATE INDEX gene_disease_gene ON gene_disease (gene);
CREATE INDEX gene_disease_disease ON gene_disease (disease);
CREATE INDEX gene_term_gene ON gene_term (gene);
CREATE INDEX gene_term_term ON gene_term (term);
CREATE INDEX disease_term_disease ON disease_term (disease);
CREATE INDEX disease_term_term ON disease_term (term);
ANALYZE;
";

/// The message of an error of SQLite.
pub(super) fn describe_sqlite(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, _) if code.code == rusqlite::ErrorCode::DiskFull => {
            "no space left on device".into()
        }
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}
