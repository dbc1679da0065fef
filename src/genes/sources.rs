//! The tables that facts come from: how each is known, what it must hold, and under which licence.

use std::{
    io::{self, BufRead},
    path::Path,
};

use crate::{
    error::{Error, Result, describe},
    read,
};

/// A kind of table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names of tables; see `about`")]
pub enum Kind {
    Hgnc,
    HgncWithdrawn,
    GeneInfo,
    GeneSummary,
    Ontology,
    DiseasePhenotypes,
    GenePhenotypes,
    OrphanetDisorders,
    OrphanetGenes,
    OrphanetPhenotypes,
    ClinGen,
    Gene2Phenotype,
    ClinicalGenomicDatabase,
    DisGeNet,
}

/// What is known about a kind of table.
pub struct About {
    /// Which.
    pub kind: Kind,
    /// Whose.
    pub name: &'static str,
    /// What it is, for messages.
    pub what: &'static str,
    /// Under which licence.
    pub licence: &'static str,
    /// Columns that only it has together: it is known by them.
    pub known_by: &'static [&'static str],
    /// Further columns it must have; of `a;b` either.
    pub needs: &'static [&'static str],
    /// Whether fields may be in quotation marks.
    pub quoted: bool,
}

/// All kinds, in the order in which they are read.
pub const ALL: &[About] = &[
    About {
        kind: Kind::Hgnc,
        name: "HGNC",
        what: "HGNC's complete set",
        licence: "CC0 1.0",
        known_by: &["hgnc_id", "locus_group", "prev_symbol"],
        needs: &[
            "symbol",
            "name",
            "locus_type",
            "location",
            "alias_symbol",
            "entrez_id",
            "ensembl_gene_id",
            "omim_id;omim",
            "uniprot_ids",
            "date_modified",
        ],
        quoted: true,
    },
    About {
        kind: Kind::Hgnc,
        name: "HGNC",
        what: "a custom download of HGNC",
        licence: "CC0 1.0",
        known_by: &["hgnc id", "approved symbol", "previous symbols"],
        needs: &["approved name", "status", "alias symbols"],
        quoted: false,
    },
    About {
        kind: Kind::HgncWithdrawn,
        name: "HGNC",
        what: "HGNC's withdrawn entries",
        licence: "CC0 1.0",
        known_by: &["hgnc_id", "withdrawn_symbol"],
        needs: &["status", "merged_into_report(s) (i.e hgnc_id|symbol|status);merged_into_report(s)"],
        quoted: true,
    },
    About {
        kind: Kind::GeneInfo,
        name: "NCBI Gene",
        what: "NCBI's gene_info",
        licence: "public domain",
        known_by: &["geneid", "locustag", "type_of_gene"],
        needs: &["tax_id", "symbol", "synonyms", "dbxrefs", "map_location", "description", "modification_date"],
        quoted: false,
    },
    About {
        kind: Kind::GeneSummary,
        name: "RefSeq",
        what: "NCBI's gene summaries",
        licence: "public domain",
        known_by: &["geneid;gene_id", "summary;gene_summary"],
        needs: &[],
        quoted: false,
    },
    About {
        kind: Kind::Ontology,
        name: "HPO",
        what: "hp.obo of the Human Phenotype Ontology",
        licence: "HPO licence (hpo.jax.org/app/license): free with citation and release",
        known_by: &[],
        needs: &[],
        quoted: false,
    },
    About {
        kind: Kind::DiseasePhenotypes,
        name: "HPO",
        what: "HPO's phenotype.hpoa",
        licence: "HPO licence (hpo.jax.org/app/license): free with citation and release",
        known_by: &["database_id", "disease_name", "biocuration"],
        needs: &["qualifier", "hpo_id", "reference", "evidence", "onset", "frequency", "aspect"],
        quoted: false,
    },
    About {
        kind: Kind::GenePhenotypes,
        name: "HPO",
        what: "HPO's genes_to_phenotype.txt",
        licence: "HPO licence (hpo.jax.org/app/license): free with citation and release",
        known_by: &["ncbi_gene_id", "hpo_id", "disease_id"],
        needs: &["gene_symbol", "hpo_name", "frequency"],
        quoted: false,
    },
    About {
        kind: Kind::OrphanetDisorders,
        name: "Orphanet",
        what: "Orphanet's disorders (orphacode, disorder, synonyms, definition)",
        licence: "CC BY 4.0 (Orphadata)",
        known_by: &["orphacode", "synonyms", "definition"],
        needs: &["disorder"],
        quoted: false,
    },
    About {
        kind: Kind::OrphanetGenes,
        name: "Orphanet",
        what: "Orphanet's genes of disorders (orphacode, gene_symbol, association_type)",
        licence: "CC BY 4.0 (Orphadata)",
        known_by: &["orphacode", "gene_symbol", "association_type"],
        needs: &["disorder", "hgnc"],
        quoted: false,
    },
    About {
        kind: Kind::OrphanetPhenotypes,
        name: "Orphanet",
        what: "Orphanet's phenotypes of disorders (orphacode, hpo_id, frequency)",
        licence: "CC BY 4.0 (Orphadata)",
        known_by: &["orphacode", "hpo_id", "frequency"],
        needs: &["disorder"],
        quoted: false,
    },
    About {
        kind: Kind::ClinGen,
        name: "ClinGen",
        what: "ClinGen's gene-disease validity",
        licence: "CC0 1.0",
        known_by: &["disease label;disease_label", "classification"],
        needs: &["gene symbol;gene_name", "gene id (hgnc);hgnc_id", "disease id (mondo);mondo_disease_id"],
        quoted: true,
    },
    About {
        kind: Kind::Gene2Phenotype,
        name: "Gene2Phenotype",
        what: "a panel of Gene2Phenotype",
        licence: "EMBL-EBI terms of use",
        known_by: &["gene symbol", "disease name", "allelic requirement"],
        needs: &[
            "disease mim",
            "hgnc id",
            "confidence category;ddd category;confidence",
            "phenotypes",
            "pmids;publications",
        ],
        quoted: true,
    },
    About {
        kind: Kind::ClinicalGenomicDatabase,
        name: "CGD",
        what: "the Clinical Genomic Database",
        licence: "public domain (NHGRI)",
        known_by: &["gene", "condition", "inheritance", "manifestation categories"],
        needs: &["hgnc id", "entrez gene id", "references"],
        quoted: false,
    },
    About {
        kind: Kind::DisGeNet,
        name: "DisGeNET",
        what: "DisGeNET's curated associations",
        licence: "ODbL 1.0",
        known_by: &["geneid", "diseaseid", "diseasename", "score"],
        needs: &["genesymbol", "numberofpubmeds;nofpmids", "source"],
        quoted: false,
    },
];

impl Kind {
    /// What is known about it.
    pub fn about(self) -> &'static About {
        ALL.iter().find(|about| about.kind == self).expect("every kind is in the list")
    }
}

/// Lines looked at before a file is said to be of no kind: tables begin with comments.
const LEAD: usize = 64;

/// An open table, at its first row.
pub struct Table {
    /// What it is.
    pub kind: Kind,
    /// Lines before the header.
    pub lead: Vec<String>,
    place: String,
    columns: Vec<String>,
    rows: Box<dyn Iterator<Item = Result<csv::StringRecord>>>,
    report: Box<dyn Fn() -> read::InputReport>,
}

/// A column's name as it is compared.
fn plain(name: &str) -> String {
    name.trim().trim_matches('"').trim_start_matches('#').trim().to_lowercase()
}

impl Table {
    /// Opens a table and says what it is.
    pub fn open(path: &Path) -> Result<Self> {
        Self::of(read::open(path)?)
    }

    /// Of an input that is open already.
    pub fn of(input: read::Input) -> Result<Self> {
        let report = Box::new(input.report());
        let place = input.place();
        let failed = |error: &io::Error| Error::input(&place, describe(error));
        let mut reader = input.reader;
        let (mut lead, mut line) = (Vec::new(), Vec::new());
        while lead.len() < LEAD {
            line.clear();
            if !read::read_line(&mut reader, &mut line).map_err(|error| failed(&error))? {
                break;
            }
            let text = String::from_utf8_lossy(&line)
                .trim_end_matches(['\n', '\r'])
                .trim_start_matches('\u{feff}')
                .to_string();
            if lead.is_empty() && text.starts_with("format-version:") {
                let rows = lines(place.clone(), reader);
                return Ok(Self { kind: Kind::Ontology, lead, place, columns: vec!["line".into()], rows, report });
            }
            for delimiter in [b'\t', b','] {
                let cells = split(&text, delimiter);
                let columns: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
                let has = |wanted: &str| wanted.split(';').any(|one| columns.iter().any(|column| column == one));
                let Some(about) =
                    ALL.iter().find(|about| !about.known_by.is_empty() && about.known_by.iter().all(|one| has(one)))
                else {
                    continue;
                };
                if let Some(missing) = about.needs.iter().find(|one| !has(one)) {
                    let missing = missing.split(';').next().unwrap_or(missing);
                    let problem = format!("it looks like {}, and has no column {missing:?}", about.what);
                    return Err(Error::input(&place, problem)
                        .with_hint("its columns may have changed: genogloss genes build --help lists what is read"));
                }
                let rows = csv::ReaderBuilder::new()
                    .delimiter(delimiter)
                    .quoting(about.quoted)
                    .has_headers(false)
                    .flexible(true)
                    .from_reader(read::LineLimited::new(reader));
                let width = columns.len();
                let (own, before) = (place.clone(), lead.len() as u64 + 1);
                let rows = rows.into_records().map(move |row| {
                    let row = row.map_err(|error| Error::input(&own, error))?;
                    // Rows of plus signs stand under ClinGen's header.
                    if row.len() < width.saturating_sub(1) && !row.iter().all(|cell| cell.starts_with("++")) {
                        let line = row.position().map_or(0, csv::Position::line) + before;
                        let problem = format!("{} fields, where the header has {width}", row.len());
                        return Err(Error::input(format!("{own}, line {line}"), problem));
                    }
                    Ok(row)
                });
                return Ok(Self { kind: about.kind, lead, place, columns, rows: Box::new(rows), report });
            }
            lead.push(text);
        }
        let known: Vec<&str> = ALL.iter().map(|about| about.what).collect();
        Err(Error::input(place, "it is none of the tables that facts are read from")
            .with_hint(format!("these are: {}", known.join("; "))))
    }

    /// What messages call it.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Where a column is, by any of its names.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.iter().position(|column| column == name))
    }

    /// Calls `work` with every row; afterwards the digest of the file is known.
    pub fn each(self, mut work: impl FnMut(Row<'_>) -> Result<()>) -> Result<read::InputReport> {
        let Self { columns, mut rows, report, place, .. } = self;
        for (number, record) in (1..).zip(&mut rows) {
            work(Row { columns: &columns, record: &record?, place: &place, number })?;
        }
        Ok(report())
    }
}

fn split(line: &str, delimiter: u8) -> Vec<String> {
    if !line.contains(['"', '\r']) {
        return line.split(char::from(delimiter)).map(str::to_string).collect();
    }
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => record.iter().map(str::to_string).collect(),
        _ => Vec::new(),
    }
}

/// Lines as rows of one field.
fn lines(place: String, mut reader: Box<dyn BufRead + Send>) -> Box<dyn Iterator<Item = Result<csv::StringRecord>>> {
    let mut line = Vec::new();
    Box::new(std::iter::from_fn(move || {
        line.clear();
        match read::read_line(&mut reader, &mut line) {
            Ok(false) => None,
            Ok(true) => Some(Ok(csv::StringRecord::from(vec![String::from_utf8_lossy(&line).trim_end().to_string()]))),
            Err(error) => Some(Err(Error::input(&place, describe(&error)))),
        }
    }))
}

/// One row of a table.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [String],
    record: &'a csv::StringRecord,
    place: &'a str,
    number: u64,
}

impl<'a> Row<'a> {
    /// A field by any of its column's names; nothing where it is empty or says that there is nothing.
    pub fn get(&self, names: &[&str]) -> Option<&'a str> {
        let at = names.iter().find_map(|name| self.columns.iter().position(|column| column == name))?;
        let value = self.record.get(at)?.trim();
        (!matches!(value, "" | "-" | "N/A" | "NA" | "No disease mim" | "No gene mim")).then_some(value)
    }

    /// The line of a table that is lines.
    pub fn line(&self) -> &'a str {
        self.record.get(0).unwrap_or_default()
    }

    /// Where it is, for messages.
    pub fn place(&self) -> String {
        format!("{}, row {}", self.place, self.number)
    }
}
