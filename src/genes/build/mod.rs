//! Builds a knowledge base from tables.
//!
//! Genes come first: those of HGNC, then those that only NCBI has. Every other row is joined to a gene by its identifier (HGNC's, then
//! NCBI's), and by its name only if it has no identifier. A row whose gene is unknown is counted and left out. Nothing is invented: a
//! disease without an identifier in its source has none in the knowledge base.

mod constraint;
mod curations;
mod diseases;
mod gene2phenotype;
mod gene_index;
mod genes;
mod groups;
mod heads;
mod hpo;
mod identity;
mod joiner;
mod listed;
mod mondo;
mod omim;
mod ontology;
mod orphanet;
mod parents;
mod pending;
mod relations;
mod releases;
mod series;
mod tally;

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, params};

use self::{
    gene_index::GeneIndex,
    identity::Identities,
    joiner::DiseaseNames,
    ontology::OntologyTerms,
    pending::{Constraint, Propagated},
    releases::{Releases, hpo_version_in, release_in},
    tally::{Tally, Unknown},
};
use super::{
    base::default_path,
    schema::{APPLICATION, FORMAT, INDICES, NO_RELEASE, SCHEMA, describe_sqlite},
    sources::TableKind,
    table::{Row, Table},
    word_forms::key,
};
use crate::{
    address::file_name,
    error::{Error, Result},
    genome::interval::commas,
    output::{Sealed, check_targets},
};

/// What was read of one table.
#[derive(Clone, Debug)]
pub(crate) struct TableReport {
    /// The file.
    pub path: PathBuf,
    /// What it holds.
    pub what: &'static str,
    /// Its release; `not given` if neither the file nor the user gives it.
    pub release: String,
    /// Rows read.
    pub rows: u64,
    /// Facts kept.
    pub facts: u64,
    /// Rows that name a gene, a phenotype or a disease that is unknown.
    pub unknown: [Unknown; 3],
    /// What the user should know beside the counts.
    pub notes: Vec<String>,
}

/// Builds a knowledge base, and logs what was read. `target`: the file to write; `None`: where it is looked for.
pub(crate) fn build_and_log(tables: &[PathBuf], releases: &[(String, String)], target: Option<PathBuf>) -> Result<()> {
    let target = match target {
        Some(path) => path,
        None => {
            let path = default_path()?;
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| Error::write(folder.display(), &error))?;
            }
            path
        }
    };
    let inputs: Vec<&Path> = tables.iter().map(PathBuf::as_path).collect();
    check_targets(&inputs, Some(&target), None, &[])?;
    let (reports, identities) = build(tables, releases, &target)?;
    for table in &reports {
        let place = table.path.display();
        tracing::info!(
            "{place}: {}, release {}: {} rows, {} facts",
            table.what,
            table.release,
            commas(table.rows),
            commas(table.facts)
        );
        // A row that names several phenotypes states more than these.
        let what = ["genes, and", "phenotypes, which", "diseases, and"];
        for (Unknown { count, first }, what) in table.unknown.iter().zip(what) {
            if *count > 0 {
                let count = commas(*count);
                tracing::warn!("{place}: {count} rows name unknown {what} were left out (the first: {first})");
            }
        }
        for note in &table.notes {
            tracing::warn!("{place}: {note}");
        }
    }
    let Identities { records, diseases, left_out, listed, series } = identities;
    if records > 0 {
        let [records, diseases, left_out, listed, series] =
            [records, diseases, left_out, listed, series].map(|n| commas(n as u64));
        tracing::info!(
            "{records} records are of {diseases} diseases, and {series} series got a record of their own; {listed} diseases that lists alone know were joined by their names and genes; {left_out} links were left out that would make one disease of two records of a vocabulary"
        );
    }
    tracing::info!(
        "done: {} tables, {} facts in {}",
        reports.len(),
        commas(reports.iter().map(|table| table.facts).sum()),
        target.display()
    );
    Ok(())
}

/// Reads the tables and writes the knowledge base to `out` (all or nothing). `releases`: names of sources or files, and the releases of
/// their tables; they count before what a table states.
pub(crate) fn build(
    files: &[PathBuf],
    releases: &[(String, String)],
    out: &Path,
) -> Result<(Vec<TableReport>, Identities)> {
    let mut tables = files.iter().map(|path| Ok((path.clone(), Table::open(path)?))).collect::<Result<Vec<_>>>()?;
    tables.sort_by_key(|(_, table)| table.kind);
    check_tables(&tables)?;
    check_releases(releases, &tables)?;
    let ontology = tables.iter().find(|(_, table)| table.kind == TableKind::Ontology);
    let ontology = ontology.map_or("the ontology".to_string(), |(_, table)| table.place().to_string());
    let failed = |error: rusqlite::Error| Error::Output {
        place: out.display().to_string(),
        message: describe_sqlite(&error),
        hint: None,
        source: None,
    };
    let (mut reports, mut identities) = (Vec::new(), Identities::default());
    let sealed = Sealed::made_by(out, |part| {
        let mut builder = Builder::create(part).map_err(failed)?;
        for (number, (path, table)) in tables.into_iter().enumerate() {
            reports.push(builder.read_table(number as i64 + 1, path, table, releases)?);
        }
        let ontology = builder.ontology.encoded(&builder.genes, &ontology)?;
        identities = builder.finish(ontology).map_err(failed)?;
        Ok(())
    })?;
    sealed.commit()?;
    Ok((reports, identities))
}

/// Refuses a table that is given twice, and tables without genes.
fn check_tables(tables: &[(PathBuf, Table)]) -> Result<()> {
    for pair in tables.windows(2) {
        let kind = pair[1].1.kind;
        if pair[0].1.kind == kind && !kind.has_panels() {
            let problem = format!("it is {}, as is {}", pair[1].1.what, pair[0].1.place());
            return Err(Error::input(pair[1].1.place(), problem).with_hint("give each table once"));
        }
    }
    if !tables.iter().any(|(_, table)| matches!(table.kind, TableKind::Hgnc | TableKind::GeneInfo)) {
        return Err(Error::usage("there is no table of genes")
            .with_hint("HGNC's complete set (hgnc_complete_set.txt) or NCBI's Homo_sapiens.gene_info is needed"));
    }
    let has = |kind: TableKind| tables.iter().find(|(_, table)| table.kind == kind);
    if has(TableKind::Ontology).is_none() {
        for (kind, problem) in [
            (
                TableKind::PhenotypeGenes,
                "its genes also have all more general phenotypes, which only the ontology tells from their own",
            ),
            (TableKind::DiseasePhenotypes, "it gives phenotypes by identifier, and only the ontology names them"),
            (TableKind::OrphanetPhenotypes, "its phenotypes are those of HPO, and there is no ontology of them"),
        ] {
            if let Some((_, table)) = has(kind) {
                return Err(Error::input(table.place(), problem).with_hint("give hp.obo or hp.json too"));
            }
        }
    }
    Ok(())
}

/// Refuses a release of a source or file that is not among the tables.
fn check_releases(releases: &[(String, String)], tables: &[(PathBuf, Table)]) -> Result<()> {
    let source = |table: &Table| table.kind.description().publisher.name;
    for (name, _) in releases {
        let file = |path: &Path| file_name(path) == *name;
        if !tables.iter().any(|(path, table)| source(table).eq_ignore_ascii_case(name) || file(path)) {
            let mut all: Vec<&str> = tables.iter().map(|(_, table)| source(table)).collect();
            all.dedup();
            return Err(Error::usage(format!("--release {name}: no table has that name"))
                .with_hint(format!("the tables are of {}", all.join(", "))));
        }
    }
    Ok(())
}

/// A knowledge base that is being built: genes and terms are held in memory until the end, all else is written as it is read.
struct Builder {
    db: Connection,
    genes: GeneIndex,
    /// Numbers of diseases by identifier; by source and folded name if there is none.
    diseases: HashMap<String, i64>,
    disease_names: DiseaseNames,
    /// The disease of phenotype.hpoa's last row, and its names as they are written.
    last_names: (i64, String),
    /// Identifiers listed with diseases so far, and what is stated of them.
    disease_references: HashSet<(i64, String, &'static str)>,
    /// Diseases listed directly above others so far.
    disease_parents: HashSet<(i64, i64)>,
    ontology: OntologyTerms,
    /// Statements written so far: gene, disease, source, and their words.
    related: HashSet<(usize, i64, i64, String)>,
    /// Phenotypes of genes in diseases, as sources other than HPO state them: gene, disease, term, source.
    stated_terms: HashSet<(usize, i64, u32, i64)>,
    /// Diseases that so far have no name but their identifier.
    nameless: HashSet<i64>,
    /// Rows of Gene2Phenotype that wait until all tables are read.
    gene2phenotype: gene2phenotype::Gene2Phenotype,
    /// Genes and phenotypes of OMIM's gene map and morbid map, and the table that was the first to have them.
    mapped: HashMap<(usize, String), i64>,
    /// What other tables of Orphanet stated, from its first packet on.
    orphanet: Option<orphanet::Stated>,
    /// HPO's terms of Orphanet's modes of inheritance.
    inheritance: HashMap<String, Option<u32>>,
    /// The term of MONDO that the lines read last belong to.
    mondo: mondo::Stanza,
    propagated: Propagated,
    constraint: Constraint,
    releases: Releases,
}

impl Builder {
    /// Makes the file and its tables.
    fn create(path: &Path) -> rusqlite::Result<Self> {
        let db = Connection::open(path)?;
        db.execute_batch(&format!(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}; BEGIN; {SCHEMA}"
        ))?;
        Ok(Self {
            db,
            genes: GeneIndex::default(),
            diseases: HashMap::new(),
            disease_names: DiseaseNames::default(),
            last_names: (0, String::new()),
            disease_references: HashSet::new(),
            disease_parents: HashSet::new(),
            ontology: OntologyTerms::default(),
            related: HashSet::new(),
            stated_terms: HashSet::new(),
            nameless: HashSet::new(),
            gene2phenotype: gene2phenotype::Gene2Phenotype::default(),
            mapped: HashMap::new(),
            orphanet: None,
            inheritance: HashMap::new(),
            mondo: mondo::Stanza::default(),
            propagated: Propagated::default(),
            constraint: Constraint::default(),
            releases: Releases::default(),
        })
    }

    /// Reads one table and notes it as a source of this number.
    fn read_table(
        &mut self,
        source: i64,
        path: PathBuf,
        table: Table,
        releases: &[(String, String)],
    ) -> Result<TableReport> {
        let (kind, what, publisher) = (table.kind, table.what, table.kind.description().publisher);
        let mut tally = Tally { source, release: release_in(&table.lead), ..Tally::default() };
        let place = table.place().to_string();
        let made_with = hpo_version_in(&table.lead);
        let report = table.each(|row| {
            tally.rows += 1;
            self.read_row(kind, row, &mut tally).map_err(|error| Error::input(row.place(), describe_sqlite(&error)))
        })?;
        self.end_table(kind, &mut tally).map_err(|error| Error::input(&place, describe_sqlite(&error)))?;
        let file = file_name(&path);
        let named = |(of, _): &&(String, String)| of.eq_ignore_ascii_case(publisher.name) || *of == file;
        if tally.rows == 0 && matches!(kind, TableKind::Hgnc | TableKind::GeneInfo) {
            return Err(Error::input(place, format!("it is {what}, and has no genes: there is a header alone"))
                .with_hint("the file may be cut off: download it again"));
        }
        if kind == TableKind::Ontology
            && let Some(why) = self.ontology.lacks()
        {
            return Err(Error::input(place, why).with_hint("the file may be cut off: download it again"));
        }
        let stated = tally.release.as_str();
        let release = match releases.iter().find(named) {
            Some((_, release)) if !stated.is_empty() && stated != release => {
                tracing::warn!(
                    "{place}: its release is taken to be {release} (--release), and the table states {stated}"
                );
                release.clone()
            }
            Some((_, release)) => release.clone(),
            None if stated.is_empty() => NO_RELEASE.to_string(),
            None => stated.to_string(),
        };
        let digest = report.sha256.unwrap_or_default();
        self.releases.once(&place, kind, &digest, tally.panels.take())?;
        tally.note_classes();
        tally.notes.extend(self.releases.of_hpo(kind, &file, made_with.as_deref().unwrap_or(&release)));
        tally.notes.extend(self.releases.of_source(kind, &file, &release));
        let Tally { rows, facts, unknown_genes, unknown_terms, unknown_diseases, notes, .. } = tally;
        let unknown = [unknown_genes, unknown_terms, unknown_diseases];
        let [genes, terms, diseases] = [0, 1, 2].map(|at: usize| unknown[at].count as i64);
        self.db
            .execute(
                "INSERT INTO source VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    source,
                    publisher.name,
                    what,
                    file,
                    release,
                    publisher.licence,
                    digest,
                    rows as i64,
                    facts as i64,
                    genes,
                    terms,
                    diseases
                ],
            )
            .map_err(|error| Error::input(place, describe_sqlite(&error)))?;
        Ok(TableReport { path, what, release, rows, facts, unknown, notes })
    }

    /// Does what can only be done when all rows of a table are read.
    fn end_table(&mut self, kind: TableKind, tally: &mut Tally) -> rusqlite::Result<()> {
        match kind {
            TableKind::Ontology => {
                self.ontology.close(tally);
                self.ontology.complete();
                Ok(())
            }
            TableKind::Mondo => self.mondo_term(tally),
            TableKind::PhenotypeGenes => self.write_propagated(tally),
            TableKind::Constraint => self.write_constraint(tally),
            TableKind::Gene2Phenotype => {
                self.note_nameless(tally);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn read_row(&mut self, kind: TableKind, row: Row<'_>, tally: &mut Tally) -> rusqlite::Result<()> {
        match kind {
            TableKind::Hgnc => self.hgnc(row, tally),
            TableKind::HgncWithdrawn => self.withdrawn(row, tally),
            TableKind::GeneInfo => self.gene_info(row, tally),
            TableKind::GeneSummary => self.summary(row, tally),
            TableKind::Ontology => {
                self.ontology.line(row.line(), tally);
                Ok(())
            }
            TableKind::Mondo => self.mondo_line(row.line(), tally),
            TableKind::MondoMappings => self.sssom(row, tally),
            TableKind::OrphanetNomenclature => self.orphanet_fact(row, tally),
            TableKind::OrphanetClassification => self.orphanet_node(row, tally),
            TableKind::OrphanetPackets => self.orphanet_packet(row, tally),
            TableKind::DiseasePhenotypes => self.disease_phenotype(row, tally),
            TableKind::GenePhenotypes => self.gene_phenotype(row, tally),
            TableKind::PhenotypeGenes => self.phenotype_gene(row, tally),
            TableKind::GeneDiseases => self.gene_disease(row, tally),
            TableKind::OmimGenes => self.omim_gene(row, tally),
            TableKind::OmimGeneMap => self.omim_gene_map(row, tally),
            TableKind::OmimMorbidMap => self.omim_morbid_map(row, tally),
            TableKind::OmimTitles => self.omim_titles(row, tally),
            TableKind::OmimMedGen => self.omim_medgen(row, tally),
            TableKind::Constraint => self.constraint_row(row, tally),
            TableKind::GenCc => self.gencc(row, tally),
            TableKind::PanelApp => self.panelapp(row, tally),
            TableKind::ClinVar => self.clinvar(row, tally),
            TableKind::OrphanetDisorders => self.orphanet_disorder(row, tally),
            TableKind::OrphanetGenes => self.orphanet_gene(row, tally),
            TableKind::OrphanetPhenotypes => self.orphanet_phenotype(row, tally),
            TableKind::ClinGen => self.clingen(row, tally),
            TableKind::Gene2Phenotype => self.gene2phenotype(row, tally),
            TableKind::ClinicalGenomicDatabase => self.cgd(row, tally),
            TableKind::DisGeNet => self.disgenet(row, tally),
        }
    }

    /// Writes genes, terms and `ontology`, and makes the indices.
    fn finish(mut self, ontology: Option<Vec<u8>>) -> rusqlite::Result<Identities> {
        self.write_waiting()?;
        self.write_genes()?;
        self.write_terms()?;
        let identities = identity::write(&self.db, std::mem::take(&mut self.disease_names))?;
        if let Some(bytes) = ontology {
            self.db.execute("INSERT INTO ontology VALUES (?1)", params![bytes])?;
        }
        let program = format!("genogloss {}", env!("CARGO_PKG_VERSION"));
        self.db.execute("INSERT INTO about VALUES ('program', ?1)", params![program])?;
        self.db.execute_batch(&format!("{INDICES} COMMIT; VACUUM;"))?;
        self.db.close().map_err(|(_, error)| error)?;
        Ok(identities)
    }

    fn write_genes(&self) -> rusqlite::Result<()> {
        let mut gene =
            self.db.prepare("INSERT INTO gene VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")?;
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
                g.refseq,
                g.location,
                g.kind,
                summary,
                summary_source,
                g.source
            ])?;
        }
        let mut name = self.db.prepare("INSERT INTO gene_name VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for all in self.genes.names.values() {
            for (kind, gene, written, source) in all {
                name.execute(params![kind.key(written), kind.code(), *gene as i64, written, source])?;
            }
        }
        for (gene, g) in self.genes.all.iter().enumerate() {
            for one in &g.names {
                name.execute(params![one.key, one.kind.code(), gene as i64, one.name, one.source])?;
            }
            for (kind, accession) in &g.accessions {
                name.execute(params![kind.key(accession), kind.code(), gene as i64, accession, g.source])?;
            }
        }
        Ok(())
    }

    fn write_terms(&self) -> rusqlite::Result<()> {
        let mut term = self.db.prepare("INSERT INTO term VALUES (?1, ?2, ?3, ?4, ?5)")?;
        let mut term_name = self.db.prepare("INSERT INTO term_name VALUES (?1, ?2, ?3, ?4)")?;
        let mut parent = self.db.prepare("INSERT OR IGNORE INTO term_parent VALUES (?1, ?2)")?;
        let mut alternative = self.db.prepare("INSERT OR IGNORE INTO term_alternative VALUES (?1, ?2)")?;
        for t in &self.ontology.terms {
            term.execute(params![t.id, t.name, t.definition, t.obsolete, t.replaced_by])?;
            if !t.obsolete {
                term_name.execute(params![key(&t.name), t.name, "name", t.id])?;
                for synonym in &t.synonyms {
                    term_name.execute(params![key(synonym), synonym, "synonym", t.id])?;
                }
            }
            for above in &t.parents {
                parent.execute(params![t.id, above])?;
            }
            for id in &t.alternatives {
                alternative.execute(params![id, t.id])?;
            }
        }
        Ok(())
    }
}
