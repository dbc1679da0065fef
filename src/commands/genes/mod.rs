//! `genogloss genes`: facts about genes.

mod annotate;
mod rank;
mod relate;

use std::path::PathBuf;

use clap::Subcommand;

use super::{
    OutputOptions,
    evidence::EvidenceOptions,
    given::{Given, NotFor},
    say,
};
use crate::{
    error::Result,
    genes::{
        base::{Base, default_path},
        build::build_and_log,
        disease_listing::list_diseases,
        listings::{Listing, list, sources},
        lookup::LookupRequest,
    },
    output::names,
    session::load::announce,
};

/// Facts about genes: names, diseases, phenotypes, each with its source.
///
/// The knowledge base is one file, built from tables that you download (genes build): --knowledge-base, or
/// $XDG_DATA_HOME/genogloss/genes.sqlite (~/.local/share/genogloss/genes.sqlite).
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss genes build hgnc_complete_set.txt hp.obo genes_to_phenotype.txt phenotype.hpoa
  genogloss genes show BRCA2
  genogloss genes rank --hpo HP:0001166,HP:0001083,HP:0002616")]
pub(super) struct Options {
    /// Knowledge base.
    #[arg(short = 'b', long = "knowledge-base", alias = "base", value_name = "FILE", global = true)]
    base: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build a knowledge base from tables.
    ///
    /// Each table is recognized by its columns; plain, gzip, BGZF or xz. HGNC's complete set (or its JSON) or NCBI's gene_info is needed;
    /// the others are optional: HGNC's withdrawn entries; NCBI's or RefSeq's gene summaries; hp.obo or hp.json, phenotype.hpoa,
    /// genes_to_phenotype.txt or phenotype_to_genes.txt, and genes_to_disease.txt of HPO; Orphanet's disorders, genes and phenotypes
    /// (its packets; en_product1.xml, en_product3_….xml, en_product4.xml, en_product6.xml); mondo.obo and mondo.sssom.tsv; ClinGen's gene-disease validity; GenCC's submissions; panels of Gene2Phenotype and PanelApp;
    /// OMIM's genemap2.txt, morbidmap.txt, mimTitles.txt and mim2gene.txt; NCBI's mim2gene_medgen; ClinVar's gene_condition_source_id; the
    /// Clinical Genomic Database; DisGeNET's curated associations; gnomAD's constraint. The name of each source, its release and its licence
    /// are kept with its facts.
    #[command(after_help = "\
Examples:
  genogloss genes build hgnc_complete_set.txt Homo_sapiens.gene_info.gz
  genogloss genes build tables/* --release ClinGen=2025-01-09 -o genes.sqlite")]
    Build {
        /// Tables.
        #[arg(required = true, value_name = "TABLE")]
        tables: Vec<PathBuf>,
        /// Release of a source's tables: ClinGen=2025-01-09; a file name may stand in place of the source. It counts before what a table states.
        #[arg(long, value_name = "SOURCE=RELEASE", value_parser = release)]
        release: Vec<(String, String)>,
        /// Knowledge base to write. Default: the file of --knowledge-base.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// The tables that a knowledge base was built from: release, licence, counts.
    #[command(after_help = "Examples:\n  genogloss genes sources\n  genogloss genes sources -b genes.sqlite")]
    Sources,
    /// Names, location and function of genes: one line per fact.
    #[command(
        after_help = "Examples:\n  genogloss genes show BRCA2\n  genogloss genes show HGNC:1101 ENSG00000139618 fancd1"
    )]
    Show(GeneNames),
    /// The diseases of genes: one line per source and statement.
    #[command(
        after_help = "Examples:\n  genogloss genes diseases FBN1\n  genogloss genes diseases -i symbols.txt -o diseases.tsv"
    )]
    Diseases(GeneNames),
    /// What is known of diseases: identifiers, names, groups and members, genes; one line per fact.
    ///
    /// A disease is found by its names (also with possessives, British spelling, diacritics) or identifiers. All its records in the
    /// sources are one disease; a group has members, whose genes are listed too.
    #[command(
        after_help = "Examples:\n  genogloss genes disease \"Usher syndrome\"\n  genogloss genes disease OMIM:154700 ORPHA558 haemophilia"
    )]
    Disease(DiseaseNames),
    /// The phenotypes of genes: one line per source and disease.
    #[command(
        after_help = "Examples:\n  genogloss genes phenotypes FBN1\n  genogloss genes phenotypes -i symbols.txt -o phenotypes.tsv"
    )]
    Phenotypes(GeneNames),
    // Described in full in their own files.
    Annotate(annotate::Options),
    Relate(relate::Options),
    Rank(Box<rank::Options>),
}

/// Names of genes, and where the table goes.
#[derive(Debug, clap::Args)]
struct GeneNames {
    /// Genes: symbols, previous symbols, aliases, HGNC:…, NCBIGene:… or Ensembl identifiers.
    #[arg(required_unless_present = "input", value_name = "GENE")]
    genes: Vec<String>,
    /// File of genes, one per line; `-` is standard input.
    #[arg(short, long, value_name = "FILE", conflicts_with = "genes")]
    input: Option<PathBuf>,
    #[command(flatten)]
    evidence: EvidenceOptions,
    #[command(flatten)]
    output: OutputOptions,
}

/// Names of diseases, and where the table goes.
#[derive(Debug, clap::Args)]
struct DiseaseNames {
    /// Diseases: names or identifiers of OMIM, Orphanet, MONDO, UMLS.
    #[arg(required_unless_present = "input", value_name = "DISEASE")]
    diseases: Vec<String>,
    /// File of diseases, one per line; `-` is standard input.
    #[arg(short, long, value_name = "FILE", conflicts_with = "diseases")]
    input: Option<PathBuf>,
    #[command(flatten)]
    evidence: EvidenceOptions,
    #[command(flatten)]
    output: OutputOptions,
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    let Options { base, command } = options;
    check(&command, base.as_ref(), given)?;
    let place = || base.clone().map_or_else(default_path, Ok);
    let open = || Base::open(&place()?);
    let filtered = |evidence: &EvidenceOptions| open()?.filtered(evidence.filter());
    match command {
        Command::Build { tables, release, output } => {
            announce();
            build_and_log(&tables, &release, output.or(base))
        }
        Command::Sources => say(sources(&open()?).as_bytes()),
        Command::Show(names) => names.list(&filtered(&names.evidence)?, Listing::Facts),
        Command::Diseases(names) => names.list(&filtered(&names.evidence)?, Listing::Diseases),
        Command::Disease(DiseaseNames { diseases, input, evidence, output }) => {
            let base = filtered(&evidence)?;
            let request = LookupRequest { base: &base, input: input.as_deref(), target: output.target() };
            list_diseases(request, &diseases)
        }
        Command::Phenotypes(names) => names.list(&filtered(&names.evidence)?, Listing::Phenotypes),
        Command::Annotate(options) => annotate::run(&options, place()?, given),
        Command::Relate(options) => relate::run(&options, filtered(options.evidence())?),
        Command::Rank(options) => {
            let base = filtered(options.evidence())?;
            rank::run(*options, &base)
        }
    }
}

/// Refuses options that cannot apply, before anything is opened.
fn check(command: &Command, base: Option<&PathBuf>, given: &Given) -> Result<()> {
    match command {
        Command::Show(names) | Command::Diseases(names) | Command::Phenotypes(names) => names.output.check_table(given),
        Command::Rank(options) => options.check(given),
        Command::Disease(names) => names.output.check_table(given),
        Command::Relate(options) => options.output().check_table(given),
        Command::Build { output, .. } => {
            names::refuse(output.as_deref().or(base.map(PathBuf::as_path)), "a knowledge base (SQLite)")?;
            given.check(&[NotFor {
                when: output.is_some(),
                options: &["base"],
                why: "and -o both name the knowledge base to write",
                hint: "give only one of them",
            }])
        }
        Command::Sources | Command::Annotate(_) => Ok(()),
    }
}

impl GeneNames {
    fn list(&self, base: &Base, listing: Listing) -> Result<()> {
        let request = LookupRequest { base, input: self.input.as_deref(), target: self.output.target() };
        list(request, &self.genes, listing)
    }
}

fn release(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((source, release)) if !source.trim().is_empty() && !release.trim().is_empty() => {
            Ok((source.trim().into(), release.trim().into()))
        }
        _ => Err("a source and its release: ClinGen=2025-01-09".into()),
    }
}
