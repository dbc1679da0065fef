//! From tables to a file of facts.
//!
//! Genes come first: HGNC's, then those NCBI knows beside them. Every other row is joined to a gene by its identifier (HGNC's, then
//! NCBI's), and only where it has none by its name; a row whose gene is not known is counted and kept out. Nothing is made up:
//! a disease that a source gives no identifier has none here.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
};

use hpo::{
    Ontology,
    annotations::{GeneId, OmimDiseaseId, OrphaDiseaseId},
    builder::Builder as OntologyBuilder,
};
use rusqlite::{Connection, params};

use super::{
    APPLICATION, FORMAT,
    names::{self, Kind as NameKind, fold, fold_gene},
    sources::{About, Kind, Row, Table},
};
use crate::{
    error::{Error, Result},
    output::Sealed,
};

/// What came of a table.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The file.
    pub path: PathBuf,
    /// Whose table it is.
    pub source: &'static str,
    /// What it is.
    pub what: &'static str,
    /// Its release, where the file says it.
    pub release: String,
    /// Rows read.
    pub rows: u64,
    /// Facts kept.
    pub facts: u64,
    /// Rows whose gene is not known, and the first of them.
    pub unknown: (u64, String),
}

/// A gene on its way.
#[derive(Default)]
struct Gene {
    symbol: String,
    name: String,
    hgnc: Option<i64>,
    entrez: Option<i64>,
    ensembl: Option<String>,
    omim: Option<i64>,
    uniprot: Option<String>,
    location: Option<String>,
    kind: Option<String>,
    summary: Option<(String, i64)>,
    source: i64,
}

#[derive(Default)]
struct Genes {
    all: Vec<Gene>,
    by_hgnc: HashMap<i64, usize>,
    by_entrez: HashMap<i64, usize>,
    /// Folded name: what it is to whom, and who says so.
    names: BTreeMap<String, Vec<(NameKind, usize, String, i64)>>,
}

impl Genes {
    fn name(&mut self, gene: usize, kind: NameKind, name: &str, source: i64) {
        let name = name.trim();
        let all = self.names.entry(fold_gene(name)).or_default();
        if !name.is_empty() && !all.iter().any(|(_, other, ..)| *other == gene) {
            all.push((kind, gene, name.into(), source));
        }
    }

    /// The gene of a row: by identifiers, else by a name that only one gene has.
    fn find(&self, hgnc: Option<&str>, entrez: Option<&str>, symbol: Option<&str>) -> Option<usize> {
        let number = |text: &str| text.trim_start_matches("HGNC:").trim().parse::<i64>().ok();
        if let Some(gene) = hgnc.and_then(number).and_then(|id| self.by_hgnc.get(&id)) {
            return Some(*gene);
        }
        if let Some(gene) = entrez.and_then(number).and_then(|id| self.by_entrez.get(&id)) {
            return Some(*gene);
        }
        let known = self.names.get(&fold_gene(symbol?))?;
        let best = known.iter().map(|(kind, ..)| *kind).min()?;
        let mut genes = known.iter().filter(|(kind, ..)| *kind == best || best != NameKind::Symbol);
        let first = genes.next()?;
        genes.next().is_none().then_some(first.1)
    }
}

/// A term of the ontology on its way.
#[derive(Default)]
struct Term {
    id: u32,
    name: String,
    definition: Option<String>,
    synonyms: Vec<String>,
    alternatives: Vec<u32>,
    parents: Vec<u32>,
    obsolete: bool,
    replaced_by: Option<u32>,
}

/// Makes a knowledge base.
struct Build {
    db: Connection,
    genes: Genes,
    /// Accession, or source and folded name where there is none: number.
    diseases: HashMap<String, i64>,
    terms: Vec<Term>,
    /// Of every identifier in use, also of alternative ones: the term's own.
    main_terms: HashMap<u32, u32>,
    /// For the ontology: (gene, term), (disease, term).
    gene_terms: HashSet<(usize, u32)>,
    disease_terms: HashSet<(String, u32)>,
    disease_labels: HashMap<String, String>,
    /// Relations that are noted: gene, disease, source, and what is said of them.
    related: HashSet<(usize, i64, i64, String)>,
}

const SCHEMA: &str = "
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL, what TEXT NOT NULL, file TEXT NOT NULL, release TEXT NOT NULL,
  licence TEXT NOT NULL, sha256 TEXT NOT NULL, rows INTEGER NOT NULL, facts INTEGER NOT NULL, unknown INTEGER NOT NULL);
CREATE TABLE gene (id INTEGER PRIMARY KEY, symbol TEXT NOT NULL, name TEXT NOT NULL, hgnc INTEGER, entrez INTEGER, ensembl TEXT, omim INTEGER,
  uniprot TEXT, location TEXT, kind TEXT, summary TEXT, summary_source INTEGER, source INTEGER NOT NULL);
CREATE TABLE gene_name (folded TEXT NOT NULL, kind INTEGER NOT NULL, gene INTEGER NOT NULL, name TEXT NOT NULL, source INTEGER NOT NULL);
CREATE TABLE withdrawn (folded TEXT NOT NULL, symbol TEXT NOT NULL, hgnc INTEGER NOT NULL, successors TEXT NOT NULL, source INTEGER NOT NULL);
CREATE TABLE term (id INTEGER PRIMARY KEY, name TEXT NOT NULL, definition TEXT, obsolete INTEGER NOT NULL, replaced_by INTEGER);
CREATE TABLE term_name (folded TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, term INTEGER NOT NULL);
CREATE TABLE term_alternative (id INTEGER PRIMARY KEY, term INTEGER NOT NULL);
CREATE TABLE disease (id INTEGER PRIMARY KEY, accession TEXT, name TEXT NOT NULL, definition TEXT, source INTEGER NOT NULL);
CREATE TABLE disease_name (folded TEXT NOT NULL, name TEXT NOT NULL, disease INTEGER NOT NULL);
CREATE TABLE gene_disease (gene INTEGER NOT NULL, disease INTEGER NOT NULL, relation TEXT, against INTEGER NOT NULL, inheritance TEXT,
  reference TEXT, source INTEGER NOT NULL);
CREATE TABLE gene_term (gene INTEGER NOT NULL, term INTEGER NOT NULL, disease INTEGER, frequency TEXT, source INTEGER NOT NULL);
CREATE TABLE disease_term (disease INTEGER NOT NULL, term INTEGER NOT NULL, absent INTEGER NOT NULL, frequency TEXT, onset TEXT, reference TEXT,
  source INTEGER NOT NULL);
CREATE TABLE ontology (bytes BLOB NOT NULL);
";

const INDICES: &str = "
CREATE INDEX gene_symbol ON gene (symbol);
CREATE INDEX gene_hgnc ON gene (hgnc);
CREATE INDEX gene_entrez ON gene (entrez);
CREATE INDEX gene_ensembl ON gene (ensembl);
CREATE INDEX gene_name_folded ON gene_name (folded);
CREATE INDEX gene_name_gene ON gene_name (gene);
CREATE INDEX withdrawn_folded ON withdrawn (folded);
CREATE INDEX term_name_folded ON term_name (folded);
CREATE INDEX disease_accession ON disease (accession);
CREATE INDEX disease_name_folded ON disease_name (folded);
CREATE INDEX gene_disease_gene ON gene_disease (gene);
CREATE INDEX gene_disease_disease ON gene_disease (disease);
CREATE INDEX gene_term_gene ON gene_term (gene);
CREATE INDEX gene_term_term ON gene_term (term);
CREATE INDEX disease_term_disease ON disease_term (disease);
CREATE INDEX disease_term_term ON disease_term (term);
ANALYZE;
";

/// Reads the tables and writes the knowledge base to `out` (whole or not at all). Says what came of each table. `releases`: of a source or a
/// file, by its name, where the table itself does not say.
pub fn build(files: &[PathBuf], releases: &[(String, String)], out: &Path) -> Result<Vec<Loaded>> {
    let mut tables = files.iter().map(|path| Ok((path.clone(), Table::open(path)?))).collect::<Result<Vec<_>>>()?;
    tables.sort_by_key(|(_, table)| table.kind);
    for pair in tables.windows(2) {
        let once = !matches!(pair[0].1.kind, Kind::Gene2Phenotype);
        if once && pair[0].1.kind == pair[1].1.kind {
            let problem = format!("it is {}, and so is {}", pair[1].1.kind.about().what, pair[0].1.place());
            return Err(Error::input(pair[1].1.place(), problem).with_hint("give each table once"));
        }
    }
    if !tables.iter().any(|(_, table)| matches!(table.kind, Kind::Hgnc | Kind::GeneInfo)) {
        return Err(Error::usage("there is no table of genes")
            .with_hint("HGNC's complete set (hgnc_complete_set.txt) or NCBI's Homo_sapiens.gene_info is needed"));
    }
    let failed =
        |error: rusqlite::Error| Error::Output { place: out.display().to_string(), message: said(&error), hint: None };
    let mut said_of = Vec::new();
    let sealed = Sealed::made_by(out, |part| {
        let db = Connection::open(part).map_err(failed)?;
        db.execute_batch(&format!(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}; BEGIN; {SCHEMA}"
        ))
        .map_err(failed)?;
        let mut build = Build {
            db,
            genes: Genes::default(),
            diseases: HashMap::new(),
            terms: Vec::new(),
            main_terms: HashMap::new(),
            gene_terms: HashSet::new(),
            disease_terms: HashSet::new(),
            disease_labels: HashMap::new(),
            related: HashSet::new(),
        };
        for (name, _) in releases {
            let file = |path: &Path| path.file_name().is_some_and(|file| file.to_string_lossy() == name.as_str());
            if !tables.iter().any(|(path, table)| table.kind.about().name.eq_ignore_ascii_case(name) || file(path)) {
                let mut all: Vec<&str> = tables.iter().map(|(_, table)| table.kind.about().name).collect();
                all.dedup();
                return Err(Error::usage(format!("--release {name}: none of the tables is of that name"))
                    .with_hint(format!("they are of {}", all.join(", "))));
            }
        }
        for (number, (path, table)) in tables.into_iter().enumerate() {
            said_of.push(build.load(number as i64 + 1, path, table, releases)?);
        }
        build.finish(failed)
    })?;
    sealed.commit()?;
    Ok(said_of)
}

/// The release of a table that does not say it.
pub(super) const NO_RELEASE: &str = "not given";

/// What SQLite says, in our manner.
pub(super) fn said(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, _) if code.code == rusqlite::ErrorCode::DiskFull => {
            "no space left on device".into()
        }
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

/// A disease's identifier as it is written: `OMIM:154700`, `ORPHA:558`, `MONDO:0007947`, `UMLS:C0024796`.
pub(super) fn accession(text: &str) -> Option<String> {
    let text = text.trim();
    let (space, id) = text.split_once([':', '_']).map_or(("OMIM", text), |(space, id)| (space, id));
    let space = match space.to_ascii_uppercase().as_str() {
        "MIM" | "OMIM" => "OMIM",
        "ORPHA" | "ORPHANET" => "ORPHA",
        "MONDO" => "MONDO",
        "UMLS" => "UMLS",
        "DECIPHER" => "DECIPHER",
        _ => return None,
    };
    let digits = id.trim_start_matches('C');
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| format!("{space}:{id}"))
}

/// The number of an HPO identifier.
pub(super) fn term_number(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("HP:")?;
    (digits.len() == 7).then(|| digits.parse().ok()).flatten()
}

/// Terms lie below others (`is_a`), and the ontology's library goes from each to the top: not round in a circle, and not too far.
fn check_depth(terms: &[&Term]) -> std::result::Result<(), String> {
    /// HPO has 16 levels.
    const DEEPEST: u32 = 1000;
    let mut above: BTreeMap<u32, HashSet<u32>> = terms.iter().map(|term| (term.id, HashSet::new())).collect();
    let mut below: HashMap<u32, HashSet<u32>> = HashMap::new();
    for term in terms {
        for &parent in &term.parents {
            if !above.contains_key(&parent) {
                continue;
            }
            above.entry(term.id).or_default().insert(parent);
            below.entry(parent).or_default().insert(term.id);
        }
    }
    let mut next: Vec<u32> = above.iter().filter(|(_, above)| above.is_empty()).map(|(term, _)| *term).collect();
    let mut level = 0;
    while !next.is_empty() {
        level += 1;
        if level > DEEPEST {
            return Err(format!("HP:{:07} lies {DEEPEST} terms below the first", next[0]));
        }
        let mut lower = Vec::new();
        for term in next {
            above.remove(&term);
            for child in below.get(&term).into_iter().flatten() {
                if let Some(parents) = above.get_mut(child) {
                    parents.remove(&term);
                    if parents.is_empty() {
                        lower.push(*child);
                    }
                }
            }
        }
        next = lower;
    }
    match above.keys().next() {
        Some(term) => Err(format!("HP:{term:07} lies below itself (is_a), or below a term that does")),
        None => Ok(()),
    }
}

/// What of a table is counted while it is read.
#[derive(Default)]
struct Tally {
    rows: u64,
    facts: u64,
    unknown: (u64, String),
    release: String,
}

impl Tally {
    fn lost(&mut self, gene: Option<&str>) {
        if self.unknown.0 == 0 {
            self.unknown.1 = gene.unwrap_or("(no gene)").into();
        }
        self.unknown.0 += 1;
    }
}

impl Build {
    fn load(&mut self, source: i64, path: PathBuf, table: Table, releases: &[(String, String)]) -> Result<Loaded> {
        let about: &'static About = table.kind.about();
        let kind = table.kind;
        let mut tally = Tally { release: release(&table.lead), ..Tally::default() };
        let mut term = Term::default();
        let place = table.place().to_string();
        let report = table.each(|row| {
            tally.rows += 1;
            let done = match kind {
                Kind::Hgnc => self.hgnc(row, source, &mut tally),
                Kind::HgncWithdrawn => self.withdrawn(row, source, &mut tally),
                Kind::GeneInfo => {
                    self.gene_info(row, source, &mut tally);
                    Ok(())
                }
                Kind::GeneSummary => {
                    self.summary(row, source, &mut tally);
                    Ok(())
                }
                Kind::Ontology => {
                    self.ontology(row.line(), &mut term, &mut tally);
                    Ok(())
                }
                Kind::DiseasePhenotypes => self.disease_phenotype(row, source, &mut tally),
                Kind::GenePhenotypes => self.gene_phenotype(row, source, &mut tally),
                Kind::OrphanetDisorders => self.orphanet_disorder(row, source, &mut tally),
                Kind::OrphanetGenes => self.orphanet_gene(row, source, &mut tally),
                Kind::OrphanetPhenotypes => self.orphanet_phenotype(row, source, &mut tally),
                Kind::ClinGen => self.clingen(row, source, &mut tally),
                Kind::Gene2Phenotype => self.gene2phenotype(row, source, &mut tally),
                Kind::ClinicalGenomicDatabase => self.cgd(row, source, &mut tally),
                Kind::DisGeNet => self.disgenet(row, source, &mut tally),
            };
            done.map_err(|error| Error::input(row.place(), said(&error)))
        })?;
        self.take(&mut term, &mut tally);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mine = |(of, _): &&(String, String)| of.eq_ignore_ascii_case(about.name) || *of == name;
        let release = match releases.iter().find(mine) {
            _ if !tally.release.is_empty() => tally.release.clone(),
            Some((_, release)) => release.clone(),
            None => NO_RELEASE.to_string(),
        };
        self.db
            .execute(
                "INSERT INTO source VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    source,
                    about.name,
                    about.what,
                    name,
                    release,
                    about.licence,
                    report.sha256.unwrap_or_default(),
                    tally.rows as i64,
                    tally.facts as i64,
                    tally.unknown.0 as i64
                ],
            )
            .map_err(|error| Error::input(place, said(&error)))?;
        Ok(Loaded {
            path,
            source: about.name,
            what: about.what,
            release,
            rows: tally.rows,
            facts: tally.facts,
            unknown: tally.unknown,
        })
    }

    fn hgnc(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let id = row.get(&["hgnc_id", "hgnc id"]);
        let (Some(id), Some(symbol)) = (id, row.get(&["symbol", "approved symbol"])) else {
            return Ok(());
        };
        if row.get(&["date_modified"]).is_some_and(|date| date > tally.release.as_str()) {
            tally.release = row.get(&["date_modified"]).unwrap_or_default().into();
        }
        let number = |id: &str| id.trim_start_matches("HGNC:").parse::<i64>().ok();
        if row.get(&["status"]).is_some_and(|status| status != "Approved") {
            // A custom download: `symbol withdrawn, see [HGNC:6692](…)`.
            let said = row.get(&["approved name"]).and_then(|name| name.strip_prefix("symbol withdrawn, see "));
            if let (Some(said), Some(id)) = (said, number(id)) {
                let successor = said.trim_start_matches('[').split([']', ',', ' ']).next().unwrap_or_default();
                self.db.execute(
                    "INSERT INTO withdrawn VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![fold_gene(symbol), symbol, id, successor, source],
                )?;
                tally.facts += 1;
            }
            return Ok(());
        }
        let gene = self.genes.all.len();
        let hgnc = number(id);
        let entrez =
            row.get(&["entrez_id", "ncbi gene id(supplied by ncbi)", "ncbi gene id"]).and_then(|id| id.parse().ok());
        self.genes.all.push(Gene {
            symbol: symbol.into(),
            name: row.get(&["name", "approved name"]).unwrap_or_default().into(),
            hgnc,
            entrez,
            ensembl: row.get(&["ensembl_gene_id", "ensembl gene id"]).map(str::to_string),
            omim: row.get(&["omim_id", "omim"]).and_then(|id| id.split('|').next()?.parse().ok()),
            uniprot: row
                .get(&["uniprot_ids", "uniprot id(supplied by uniprot)"])
                .map(|ids| ids.split([',', '|']).map(str::trim).collect::<Vec<_>>().join("|")),
            location: row.get(&["location", "chromosome location"]).map(str::to_string),
            kind: row.get(&["locus_type", "locus type"]).map(str::to_string),
            summary: None,
            source,
        });
        self.genes.by_hgnc.extend(hgnc.map(|id| (id, gene)));
        self.genes.by_entrez.extend(entrez.map(|id| (id, gene)));
        self.genes.name(gene, NameKind::Symbol, symbol, source);
        // A custom download parts names by commas, the complete set by |: there, names have commas in them.
        for (column, part, kind) in [
            ("prev_symbol", '|', NameKind::Previous),
            ("alias_symbol", '|', NameKind::Alias),
            ("previous symbols", ',', NameKind::Previous),
            ("alias symbols", ',', NameKind::Alias),
        ] {
            for name in row.get(&[column]).into_iter().flat_map(|names| names.split(part)) {
                self.genes.name(gene, kind, name.trim(), source);
                tally.facts += 1;
            }
        }
        tally.facts += 1;
        Ok(())
    }

    fn withdrawn(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let id = row.get(&["hgnc_id"]).and_then(|id| id.trim_start_matches("HGNC:").parse::<i64>().ok());
        let (Some(id), Some(symbol)) = (id, row.get(&["withdrawn_symbol"])) else { return Ok(()) };
        let into = row
            .get(&["merged_into_report(s) (i.e hgnc_id|symbol|status)", "merged_into_report(s)"])
            .unwrap_or_default();
        let successors: Vec<&str> = into.split(',').filter_map(|one| one.trim().split(['|', '/']).nth(1)).collect();
        self.db.execute(
            "INSERT INTO withdrawn VALUES (?1, ?2, ?3, ?4, ?5)",
            params![fold_gene(symbol), symbol, id, successors.join(", "), source],
        )?;
        tally.facts += 1;
        Ok(())
    }

    fn gene_info(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) {
        let id = row.get(&["geneid"]).and_then(|id| id.parse::<i64>().ok());
        let (Some(id), Some(symbol)) = (id, row.get(&["symbol"])) else { return };
        if row.get(&["tax_id"]) != Some("9606") || symbol == "NEWENTRY" {
            return;
        }
        if row.get(&["modification_date"]).is_some_and(|date| date > tally.release.as_str()) {
            tally.release = row.get(&["modification_date"]).unwrap_or_default().into();
        }
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
                source,
                ..Gene::default()
            });
            self.genes.by_entrez.insert(id, gene);
            gene
        });
        // A symbol NCBI uses and HGNC gives to another gene is no name of this one.
        let kind = if known.is_some() { NameKind::Alias } else { NameKind::Symbol };
        self.genes.name(gene, kind, symbol, source);
        for name in row.get(&["synonyms"]).into_iter().flat_map(|names| names.split('|')) {
            self.genes.name(gene, NameKind::Alias, name, source);
        }
        tally.facts += 1;
    }

    fn summary(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) {
        let id = row.get(&["geneid", "gene_id"]);
        let Some(text) = row.get(&["summary", "gene_summary"]) else { return };
        match self.genes.find(None, id, None) {
            Some(gene) => {
                self.genes.all[gene].summary = Some((text.into(), source));
                tally.facts += 1;
            }
            None => tally.lost(row.get(&["symbol"]).or(id)),
        }
    }

    /// One line of an OBO file (OBO flat file format 1.4).
    fn ontology(&mut self, line: &str, term: &mut Term, tally: &mut Tally) {
        if line.starts_with('[') {
            self.take(term, tally);
            if line != "[Term]" {
                term.obsolete = true;
            }
            return;
        }
        let Some((key, value)) = line.split_once(": ") else { return };
        let quoted = || {
            value.strip_prefix('"').and_then(|rest| {
                rest.rsplit_once('"').map(|(text, _)| text.split("\" ").next().unwrap_or(text).replace("\\\"", "\""))
            })
        };
        match key {
            "data-version" => tally.release = value.rsplit("releases/").next().unwrap_or(value).into(),
            "id" => term.id = term_number(value).unwrap_or_default(),
            "name" => term.name = value.into(),
            "def" => term.definition = quoted(),
            "synonym" => term.synonyms.extend(quoted()),
            "alt_id" => term.alternatives.extend(term_number(value)),
            "is_a" => term.parents.extend(value.split_whitespace().next().and_then(term_number)),
            "is_obsolete" => term.obsolete = value == "true",
            "replaced_by" | "consider" => term.replaced_by = term.replaced_by.or(term_number(value)),
            _ => {}
        }
    }

    /// A term that is complete.
    fn take(&mut self, term: &mut Term, tally: &mut Tally) {
        let term = std::mem::take(term);
        if term.id > 0 {
            self.main_terms.extend(term.alternatives.iter().map(|&id| (id, term.id)));
            self.main_terms.insert(term.id, term.id);
            self.terms.push(term);
            tally.facts += 1;
        }
    }

    /// The number of a disease, which is noted if it is new; `accession` or, where there is none, source and name tell it from others.
    fn disease(&mut self, accession: Option<&str>, name: &str, source: i64) -> rusqlite::Result<i64> {
        let key = accession.map_or_else(|| format!("{source} {}", fold(name)), str::to_string);
        if let Some(&id) = self.diseases.get(&key) {
            return Ok(id);
        }
        let id = self.diseases.len() as i64 + 1;
        self.db
            .prepare_cached("INSERT INTO disease VALUES (?1, ?2, ?3, NULL, ?4)")?
            .execute(params![id, accession, name, source])?;
        self.disease_name(id, name)?;
        self.diseases.insert(key.clone(), id);
        self.disease_labels.insert(key, name.into());
        Ok(id)
    }

    fn disease_name(&mut self, disease: i64, name: &str) -> rusqlite::Result<()> {
        let name = name.trim();
        if !name.is_empty() {
            self.db.prepare_cached("INSERT INTO disease_name VALUES (?1, ?2, ?3)")?.execute(params![
                fold(name),
                name,
                disease
            ])?;
        }
        Ok(())
    }

    fn disease_phenotype(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let (Some(id), Some(term)) =
            (row.get(&["database_id"]).and_then(accession), row.get(&["hpo_id"]).and_then(term_number))
        else {
            return Ok(());
        };
        // Names come as `Marfan syndrome; MFS`, or with a number before them.
        let names = row.get(&["disease_name"]).unwrap_or_default();
        let new = !self.diseases.contains_key(&id);
        let mut parts = names.split(';').map(str::trim).filter(|part| !part.is_empty());
        let first = parts.next().unwrap_or_default();
        let disease = self.disease(Some(&id), first, source)?;
        if new {
            for part in parts {
                self.disease_name(disease, part)?;
            }
        }
        self.disease_term(disease, &id, term, row, source)?;
        tally.facts += 1;
        Ok(())
    }

    fn disease_term(
        &mut self,
        disease: i64,
        accession: &str,
        term: u32,
        row: Row<'_>,
        source: i64,
    ) -> rusqlite::Result<()> {
        let term = self.main_terms.get(&term).copied().unwrap_or(term);
        let absent = row.get(&["qualifier"]) == Some("NOT")
            || row.get(&["frequency"]).is_some_and(|f| f.starts_with("Excluded"));
        self.db.prepare_cached("INSERT INTO disease_term VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
            disease,
            term,
            absent,
            row.get(&["frequency"]),
            row.get(&["onset"]),
            row.get(&["reference"]),
            source
        ])?;
        if !absent {
            self.disease_terms.insert((accession.into(), term));
        }
        Ok(())
    }

    fn gene_phenotype(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let symbol = row.get(&["gene_symbol"]);
        let Some(term) = row.get(&["hpo_id"]).and_then(term_number) else { return Ok(()) };
        let Some(gene) = self.genes.find(None, row.get(&["ncbi_gene_id"]), symbol) else {
            tally.lost(symbol);
            return Ok(());
        };
        // Without hp.obo, the table's own names are all that is known of the terms.
        let term = self.main_terms.get(&term).copied().unwrap_or_else(|| {
            self.main_terms.insert(term, term);
            self.terms.push(Term {
                id: term,
                name: row.get(&["hpo_name"]).unwrap_or_default().into(),
                ..Term::default()
            });
            term
        });
        let id = row.get(&["disease_id"]).and_then(accession);
        let disease = match &id {
            Some(id) => Some(self.disease(Some(id), id, source)?),
            None => None,
        };
        self.gene_terms.insert((gene, term));
        self.db.prepare_cached("INSERT INTO gene_term VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            gene as i64,
            term,
            disease,
            row.get(&["frequency"]),
            source
        ])?;
        tally.facts += 1;
        // A phenotype of a gene in a disease: the gene is one of the disease's.
        match disease {
            Some(disease) => self.related(
                (None, row.get(&["ncbi_gene_id"]), symbol),
                disease,
                (Some("associated"), false),
                (None, None),
                source,
                tally,
            ),
            None => Ok(()),
        }
    }

    fn orphanet_disorder(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let (Some(code), Some(name)) = (row.get(&["orphacode"]), row.get(&["disorder"])) else { return Ok(()) };
        let disease = self.disease(Some(&format!("ORPHA:{code}")), name, source)?;
        self.disease_name(disease, name)?;
        for synonym in row.get(&["synonyms"]).into_iter().flat_map(|all| all.split(['|', ';'])) {
            self.disease_name(disease, synonym)?;
        }
        if let Some(definition) = row.get(&["definition"]) {
            self.db
                .prepare_cached("UPDATE disease SET definition = ?2 WHERE id = ?1")?
                .execute(params![disease, definition])?;
        }
        tally.facts += 1;
        Ok(())
    }

    fn orphanet_gene(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let (Some(code), Some(name)) = (row.get(&["orphacode"]), row.get(&["disorder"])) else { return Ok(()) };
        let disease = self.disease(Some(&format!("ORPHA:{code}")), name, source)?;
        self.related(
            (row.get(&["hgnc"]), None, row.get(&["gene_symbol"])),
            disease,
            (row.get(&["association_type"]), false),
            (None, None),
            source,
            tally,
        )
    }

    fn orphanet_phenotype(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let (Some(code), Some(name)) = (row.get(&["orphacode"]), row.get(&["disorder"])) else { return Ok(()) };
        let Some(term) = row.get(&["hpo_id"]).and_then(term_number) else { return Ok(()) };
        let id = format!("ORPHA:{code}");
        let disease = self.disease(Some(&id), name, source)?;
        self.disease_term(disease, &id, term, row, source)?;
        tally.facts += 1;
        Ok(())
    }

    fn clingen(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let (Some(name), Some(relation)) = (row.get(&["disease label", "disease_label"]), row.get(&["classification"]))
        else {
            return Ok(());
        };
        if name.starts_with("++") {
            return Ok(());
        }
        let id = row.get(&["disease id (mondo)", "mondo_disease_id"]).and_then(accession);
        let disease = self.disease(id.as_deref(), name, source)?;
        let gene = (row.get(&["gene id (hgnc)", "hgnc_id"]), None, row.get(&["gene symbol", "gene_name"]));
        let against =
            ["Refuted", "Disputed", "No Known Disease Relationship"].iter().any(|word| relation.starts_with(word));
        self.related(
            gene,
            disease,
            (Some(relation), against),
            (row.get(&["moi"]), row.get(&["online report"])),
            source,
            tally,
        )
    }

    fn gene2phenotype(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let Some(name) = row.get(&["disease name"]) else { return Ok(()) };
        let id = row.get(&["disease mim"]).and_then(accession);
        let disease = self.disease(id.as_deref(), name, source)?;
        self.disease_name(disease, name)?;
        let gene = (row.get(&["hgnc id"]), None, row.get(&["gene symbol"]));
        let relation = row.get(&["confidence category", "ddd category", "confidence"]);
        let found = (row.get(&["allelic requirement"]), row.get(&["pmids", "publications"]));
        self.related(gene, disease, (relation, false), found, source, tally)
    }

    fn cgd(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let gene = (row.get(&["hgnc id"]), row.get(&["entrez gene id"]), row.get(&["gene"]));
        for condition in row
            .get(&["condition"])
            .into_iter()
            .flat_map(|all| all.split(';'))
            .map(str::trim)
            .filter(|one| !one.is_empty())
        {
            let disease = self.disease(None, condition, source)?;
            self.related(
                gene,
                disease,
                (None, false),
                (row.get(&["inheritance"]), row.get(&["references"])),
                source,
                tally,
            )?;
        }
        Ok(())
    }

    fn disgenet(&mut self, row: Row<'_>, source: i64, tally: &mut Tally) -> rusqlite::Result<()> {
        let Some(name) = row.get(&["diseasename"]) else { return Ok(()) };
        let id = row
            .get(&["diseaseid"])
            .and_then(|id| if id.contains(':') { accession(id) } else { accession(&format!("UMLS:{id}")) });
        let disease = self.disease(id.as_deref(), name, source)?;
        let score =
            row.get(&["score"]).and_then(|score| score.parse::<f64>().ok()).map(|score| format!("score {score:.3}"));
        let papers = row.get(&["numberofpubmeds", "nofpmids"]).map(|count| format!("{count} papers"));
        let gene = (None, row.get(&["geneid"]), row.get(&["genesymbol"]));
        self.related(gene, disease, (score.as_deref(), false), (None, papers.as_deref()), source, tally)
    }

    fn related(
        &mut self,
        (hgnc, entrez, symbol): (Option<&str>, Option<&str>, Option<&str>),
        disease: i64,
        (relation, against): (Option<&str>, bool),
        (inheritance, reference): (Option<&str>, Option<&str>),
        source: i64,
        tally: &mut Tally,
    ) -> rusqlite::Result<()> {
        let Some(gene) = self.genes.find(hgnc, entrez, symbol) else {
            tally.lost(symbol);
            return Ok(());
        };
        // Tables that were joined with transcripts say the same thing many times.
        let said = [relation, inheritance, reference].map(Option::unwrap_or_default).join("\t");
        if !self.related.insert((gene, disease, source, said)) {
            return Ok(());
        }
        self.db.prepare_cached("INSERT INTO gene_disease VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
            gene as i64,
            disease,
            relation,
            against,
            inheritance,
            reference,
            source
        ])?;
        tally.facts += 1;
        Ok(())
    }

    fn finish(self, failed: impl Fn(rusqlite::Error) -> Error) -> Result<()> {
        let write = || -> rusqlite::Result<()> {
            let mut gene =
                self.db.prepare("INSERT INTO gene VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")?;
            for (id, g) in self.genes.all.iter().enumerate() {
                let (summary, summary_source) = g.summary.as_ref().map(|(text, source)| (text, source)).unzip();
                gene.execute(params![
                    id as i64,
                    g.symbol,
                    g.name,
                    g.hgnc,
                    g.entrez,
                    g.ensembl,
                    g.omim,
                    g.uniprot,
                    g.location,
                    g.kind,
                    summary,
                    summary_source,
                    g.source
                ])?;
            }
            let mut name = self.db.prepare("INSERT INTO gene_name VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (folded, all) in &self.genes.names {
                for (kind, gene, written, source) in all {
                    name.execute(params![folded, kind.code(), *gene as i64, written, source])?;
                }
            }
            let mut term = self.db.prepare("INSERT INTO term VALUES (?1, ?2, ?3, ?4, ?5)")?;
            let mut term_name = self.db.prepare("INSERT INTO term_name VALUES (?1, ?2, ?3, ?4)")?;
            let mut alternative = self.db.prepare("INSERT OR IGNORE INTO term_alternative VALUES (?1, ?2)")?;
            for t in &self.terms {
                term.execute(params![t.id, t.name, t.definition, t.obsolete, t.replaced_by])?;
                if !t.obsolete {
                    term_name.execute(params![names::fold(&t.name), t.name, "name", t.id])?;
                    for synonym in &t.synonyms {
                        term_name.execute(params![names::fold(synonym), synonym, "synonym", t.id])?;
                    }
                }
                for id in &t.alternatives {
                    alternative.execute(params![id, t.id])?;
                }
            }
            Ok(())
        };
        write().map_err(&failed)?;
        if let Some(bytes) = self.ontology_bytes()? {
            self.db.execute("INSERT INTO ontology VALUES (?1)", params![bytes]).map_err(&failed)?;
        }
        self.db
            .execute(
                "INSERT INTO about VALUES ('program', ?1)",
                params![format!("genogloss {}", env!("CARGO_PKG_VERSION"))],
            )
            .map_err(&failed)?;
        self.db.execute_batch(&format!("{INDICES} COMMIT; VACUUM;")).map_err(&failed)?;
        self.db.close().map_err(|(_, error)| failed(error))
    }

    /// The ontology with its genes and diseases, as the library keeps it.
    fn ontology_bytes(&self) -> Result<Option<Vec<u8>>> {
        // Terms without parents are no ontology.
        if self.terms.iter().all(|term| term.parents.is_empty()) {
            return Ok(None);
        }
        let broken =
            |error: hpo::HpoError| Error::input("hp.obo", format!("the ontology does not hold together: {error}"));
        let mut builder = OntologyBuilder::new();
        let current: Vec<&Term> = self.terms.iter().filter(|term| !term.obsolete).collect();
        let known: HashSet<u32> = current.iter().map(|term| term.id).collect();
        check_depth(&current).map_err(|why| Error::input("hp.obo", why))?;
        for term in &current {
            builder.new_term(&term.name, term.id);
        }
        let mut builder = builder.terms_complete();
        for term in &current {
            for parent in term.parents.iter().filter(|parent| known.contains(parent)) {
                builder.add_parent(*parent, term.id).map_err(broken)?;
            }
        }
        let mut builder = builder.connect_all_terms();
        let of = |term: u32| known.contains(&term).then_some(term);
        let mut gene_terms: Vec<_> =
            self.gene_terms.iter().filter_map(|&(gene, term)| Some((gene, of(term)?))).collect();
        gene_terms.sort_unstable();
        for (gene, term) in gene_terms {
            builder
                .annotate_gene(GeneId::from(gene as u32), &self.genes.all[gene].symbol, term.into())
                .map_err(broken)?;
        }
        let mut disease_terms: Vec<_> =
            self.disease_terms.iter().filter_map(|(id, term)| Some((id, of(*term)?))).collect();
        disease_terms.sort_unstable();
        for (id, term) in disease_terms {
            let name = self.disease_labels.get(id).map_or("", String::as_str);
            let number = |space: &str| id.strip_prefix(space).and_then(|id| id.parse::<u32>().ok());
            if let Some(number) = number("OMIM:") {
                builder.annotate_omim_disease(OmimDiseaseId::from(number), name, term.into()).map_err(broken)?;
            } else if let Some(number) = number("ORPHA:") {
                builder.annotate_orpha_disease(OrphaDiseaseId::from(number), name, term.into()).map_err(broken)?;
            }
        }
        let ontology: Ontology =
            builder.calculate_information_content().map_err(broken)?.build_with_defaults().map_err(broken)?;
        Ok(Some(ontology.as_bytes()))
    }
}

/// What the comments before a header say of the release.
fn release(lead: &[String]) -> String {
    lead.iter()
        .find_map(|line| line.strip_prefix("#version:").or_else(|| line.strip_prefix("#date:")))
        .map(|text| text.trim().to_string())
        .or_else(|| {
            // ClinGen: FILE CREATED: 2025-01-09
            lead.iter()
                .find_map(|line| Some(line.split_once("FILE CREATED:")?.1.trim().trim_matches(['"', ',']).to_string()))
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accessions_are_written_in_one_way() {
        assert_eq!(accession("154700").as_deref(), Some("OMIM:154700"));
        assert_eq!(accession("MONDO_0007947").as_deref(), Some("MONDO:0007947"));
        assert_eq!(accession("umls:C0024796").as_deref(), Some("UMLS:C0024796"));
        assert_eq!(accession("ORPHA:558").as_deref(), Some("ORPHA:558"));
        assert_eq!(accession("No disease mim"), None);
        assert_eq!(term_number("HP:0001250"), Some(1250));
        assert_eq!(term_number("HP:12"), None);
    }
}
