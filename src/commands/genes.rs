//! `genogloss genes`: what is known about genes.

use std::{
    env,
    path::{Path, PathBuf},
};

use clap::Subcommand;

use super::{
    OutputOptions,
    given::{Given, NotFor},
    lookup::{Lines, Lookup},
    setup,
};
use crate::{
    error::{Error, Result},
    genes::{
        base::{Base, Gene},
        build, columns, rank,
    },
    genome::interval::commas,
    output::{
        column::{Column, commented_header},
        manifest::Settings,
        names,
    },
    read,
    skip::Skip,
};

/// What is known about genes: names, diseases, phenotypes, each fact with its source.
///
/// A knowledge base is one file, made of tables that you have (genes build). It is looked for at --base, then in
/// $XDG_DATA_HOME/genogloss/genes.sqlite (~/.local/share/genogloss/genes.sqlite).
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss genes build hgnc_complete_set.txt hp.obo genes_to_phenotype.txt phenotype.hpoa
  genogloss genes show BRCA2
  genogloss genes rank --hpo HP:0001166,HP:0001083,HP:0002616")]
pub struct Options {
    /// Knowledge base.
    #[arg(short = 'b', long, value_name = "FILE", global = true)]
    base: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a knowledge base of tables.
    ///
    /// Each table is known by its columns; plain, gzip, BGZF or xz. HGNC's complete set or NCBI's gene_info is needed; the others add to it:
    /// HGNC's withdrawn entries; NCBI's or RefSeq's gene summaries; hp.obo, phenotype.hpoa and genes_to_phenotype.txt of HPO; Orphanet's disorders,
    /// genes and phenotypes; ClinGen's gene-disease validity; panels of Gene2Phenotype; the Clinical Genomic Database; DisGeNET's curated
    /// associations. What each source is called, its release and its licence are kept with its facts.
    #[command(after_help = "\
Examples:
  genogloss genes build hgnc_complete_set.txt Homo_sapiens.gene_info.gz
  genogloss genes build tables/* --release ClinGen=2025-01-09 -o genes.sqlite")]
    Build {
        /// Tables.
        #[arg(required = true, value_name = "TABLE")]
        tables: Vec<PathBuf>,
        /// Release of a source, where its tables do not say it: ClinGen=2025-01-09, or the name of a file instead of the source's.
        #[arg(long, value_name = "SOURCE=RELEASE", value_parser = release)]
        release: Vec<(String, String)>,
        /// Knowledge base to write. Default: where it is looked for.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// The tables a knowledge base was made of: release, licence, counts.
    #[command(after_help = "Examples:\n  genogloss genes sources\n  genogloss genes sources -b genes.sqlite")]
    Sources,
    /// What a gene is called, where it is, what it does: a line a fact.
    #[command(
        after_help = "Examples:\n  genogloss genes show BRCA2\n  genogloss genes show HGNC:1101 ENSG00000139618 fancd1"
    )]
    Show(Asked),
    /// The diseases of genes, as each source tells them.
    #[command(
        after_help = "Examples:\n  genogloss genes diseases FBN1\n  genogloss genes diseases -i symbols.txt -o diseases.tsv"
    )]
    Diseases(Asked),
    /// The phenotypes of genes, as each source tells them.
    #[command(
        after_help = "Examples:\n  genogloss genes phenotypes FBN1\n  genogloss genes phenotypes -i symbols.txt -o phenotypes.tsv"
    )]
    Phenotypes(Asked),
    // Described in full in their own files.
    Annotate(super::gene_places::Options),
    Relate(super::gene_relations::Options),
    /// Genes that fit a set of phenotypes, best first.
    ///
    /// Score: the mean, over the phenotypes asked for, of the information content (in nats) of the best match among the gene's phenotypes
    /// (Resnik's similarity).
    #[command(after_help = "\
Examples:
  genogloss genes rank --hpo HP:0001166,HP:0001083,HP:0002616
  genogloss genes rank --hpo \"Arachnodactyly,Ectopia lentis\" --top 100 -o ranked.tsv")]
    Rank {
        /// Phenotypes: HPO identifiers or names, parted by commas.
        #[arg(long, value_name = "TERMS", value_delimiter = ',', required = true)]
        hpo: Vec<String>,
        /// Only so many genes; 0: all.
        #[arg(long, value_name = "N", default_value_t = 20)]
        top: usize,
        #[command(flatten)]
        output: OutputOptions,
    },
}

/// Which genes.
#[derive(Debug, clap::Args)]
struct Asked {
    /// Genes: symbols, previous symbols, aliases, HGNC:…, NCBIGene:… or Ensembl identifiers.
    #[arg(required_unless_present = "input", value_name = "GENE")]
    genes: Vec<String>,
    /// File of genes, one a line; `-` is standard input.
    #[arg(short, long, value_name = "FILE", conflicts_with = "genes")]
    input: Option<PathBuf>,
    #[command(flatten)]
    output: OutputOptions,
}

/// Where the knowledge base is, if nothing else is said.
pub(super) fn usual() -> Result<PathBuf> {
    let data = env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share")));
    data.map(|data| data.join("genogloss/genes.sqlite")).ok_or_else(|| {
        Error::usage("there is no home folder to keep a knowledge base in")
            .with_hint("name it: --base FILE, or -o FILE with genes build")
    })
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    let open = || Base::open(&options.base.clone().map_or_else(usual, Ok)?);
    match &options.command {
        Command::Show(asked) | Command::Diseases(asked) | Command::Phenotypes(asked) => {
            asked.output.check_table(given)?
        }
        Command::Rank { output, .. } => output.check_table(given)?,
        Command::Relate(asked) => asked.output().check_table(given)?,
        Command::Build { output, .. } => {
            names::refuse(output.as_deref().or(options.base.as_deref()), "a knowledge base (SQLite)")?;
            given.check(&[NotFor {
                when: output.is_some(),
                options: &["base"],
                why: "names the knowledge base to write, and so does -o",
                hint: "give one of them",
            }])?;
        }
        Command::Sources | Command::Annotate(_) => {}
    }
    match options.command {
        Command::Build { tables, release, output } => {
            setup::announce();
            let target = match output.or(options.base) {
                Some(path) => path,
                None => {
                    let path = usual()?;
                    if let Some(folder) = path.parent() {
                        std::fs::create_dir_all(folder).map_err(|error| Error::write(folder.display(), &error))?;
                    }
                    path
                }
            };
            make(&tables, &release, &target)
        }
        Command::Sources => sources(&open()?),
        Command::Show(asked) => each(&open()?, &asked, "genes show", columns::SHOW, show),
        Command::Diseases(asked) => each(&open()?, &asked, "genes diseases", columns::DISEASES, diseases),
        Command::Phenotypes(asked) => each(&open()?, &asked, "genes phenotypes", columns::PHENOTYPES, phenotypes),
        Command::Annotate(asked) => super::gene_places::run(&asked, options.base.map_or_else(usual, Ok)?, given),
        Command::Relate(asked) => super::gene_relations::run(&asked, open()?),
        Command::Rank { hpo, top, output } => ranked(&open()?, &hpo, top, &output),
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

fn make(tables: &[PathBuf], releases: &[(String, String)], target: &Path) -> Result<()> {
    let inputs: Vec<&Path> = tables.iter().map(PathBuf::as_path).collect();
    crate::output::check_targets(&inputs, Some(target), None, &[])?;
    let loaded = build::build(tables, releases, target)?;
    for table in &loaded {
        let place = table.path.display();
        tracing::info!(
            "{place}: {}, release {}: {} rows, {} facts",
            table.what,
            table.release,
            commas(table.rows),
            commas(table.facts)
        );
        let (lost, first) = &table.unknown;
        if *lost > 0 {
            tracing::warn!(
                "{place}: {} rows are of genes that are not known, and were left out (the first: {first})",
                commas(*lost)
            );
        }
    }
    tracing::info!(
        "done: {} tables, {} facts in {}",
        loaded.len(),
        commas(loaded.iter().map(|table| table.facts).sum()),
        target.display()
    );
    Ok(())
}

/// A field of a table: tabs and line ends are no part of it; `.` where there is nothing.
pub(super) fn cell(text: &str) -> String {
    if text.is_empty() { ".".into() } else { text.replace(['\t', '\n', '\r'], " ") }
}

fn optional(text: Option<&str>) -> String {
    cell(text.unwrap_or_default())
}

fn sources(base: &Base) -> Result<()> {
    let mut text = String::from("#source\ttable\tfile\trelease\tlicence\trows\tfacts\tgene_unknown\n");
    for source in base.sources() {
        let [rows, facts, unknown] = source.counts;
        let cells = [&source.name, &source.what, &source.file, &source.release, &source.licence].map(|text| cell(text));
        text.push_str(&format!("{}\t{rows}\t{facts}\t{unknown}\n", cells.join("\t")));
    }
    super::say(text.as_bytes())
}

/// Writes what is asked of each gene; a name that names none, or several, is an error after the others are written.
fn each(
    base: &Base,
    asked: &Asked,
    command: &'static str,
    columns: &[Column],
    lines: impl Fn(&Base, &Gene, &str) -> Result<Vec<String>>,
) -> Result<()> {
    let mut names = asked.genes.clone();
    let mut report = None;
    if let Some(path) = &asked.input {
        let mut input = Lines::open(path, "a list of genes")?;
        while let Some(line) = input.next()? {
            let name = line.trim();
            if !name.is_empty() && !name.starts_with('#') {
                names.push(name.into());
            }
        }
        report = Some(input.report());
    }
    let place = asked.input.as_deref().map_or("the command line".into(), read::place);
    let mut settings = Settings::new(command);
    settings.put("genes", &asked.genes);
    let mut out = Lookup::begin(&asked.output, base, asked.input.as_deref(), settings, &commented_header(columns))?;
    let mut failed = Vec::new();
    for name in &names {
        match base.gene(name)?.one(name) {
            Ok((gene, how)) => {
                for line in lines(base, &gene, &how)? {
                    out.line(&format!("{}\t{}\t{line}\n", cell(name), gene.symbol))?;
                }
                out.answered(None);
            }
            Err(why) => {
                failed.push(why);
                out.answered(Some(Skip::UnknownName));
            }
        }
    }
    out.end(report)?;
    match failed.split_last() {
        None => Ok(()),
        Some((last, others)) => {
            for one in others {
                tracing::warn!("{one}");
            }
            Err(Error::input(place, last).with_hint("HGNC's identifiers (HGNC:1101) and Ensembl's are never ambiguous"))
        }
    }
}

fn show(base: &Base, gene: &Gene, how: &str) -> Result<Vec<String>> {
    let source = |id: i64| base.source(id).label();
    let mut lines = Vec::new();
    let mut fact = |name: &str, value: Option<String>, id: i64| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            lines.push(format!("{name}\t{}\t{}", cell(&value), source(id)));
        }
    };
    let own = gene.source;
    if how != "symbol" {
        fact("found_by", Some(how.into()), own);
    }
    fact("name", Some(gene.name.clone()), own);
    fact("hgnc", gene.hgnc.map(|id| format!("HGNC:{id}")), own);
    fact("ncbi_gene", gene.entrez.map(|id| id.to_string()), own);
    fact("ensembl", gene.ensembl.clone(), own);
    fact("omim", gene.omim.map(|id| format!("OMIM:{id}")), own);
    fact("uniprot", gene.uniprot.clone(), own);
    fact("location", gene.location.clone(), own);
    fact("kind", gene.kind.clone(), own);
    for (name, what, id) in base.names(gene)? {
        fact(&what.replace(' ', "_"), Some(name), id);
    }
    if let Some((text, id)) = &gene.summary {
        fact("summary", Some(text.clone()), *id);
    }
    let mut counts = std::collections::BTreeMap::<i64, [usize; 2]>::new();
    for relation in base.diseases(gene)? {
        counts.entry(relation.source).or_default()[0] += 1;
    }
    for phenotype in base.phenotypes(gene)? {
        counts.entry(phenotype.source).or_default()[1] += 1;
    }
    for (id, [diseases, phenotypes]) in counts {
        fact("diseases", (diseases > 0).then(|| diseases.to_string()), id);
        fact("phenotypes", (phenotypes > 0).then(|| phenotypes.to_string()), id);
    }
    Ok(lines)
}

fn diseases(base: &Base, gene: &Gene, _: &str) -> Result<Vec<String>> {
    let line = |relation: crate::genes::base::Relation| {
        [
            optional(relation.accession.as_deref()),
            cell(&relation.disease),
            optional(relation.relation.as_deref()),
            if relation.against { "yes" } else { "." }.into(),
            optional(relation.inheritance.as_deref()),
            optional(relation.reference.as_deref()),
            base.source(relation.source).label(),
        ]
        .join("\t")
    };
    Ok(base.diseases(gene)?.into_iter().map(line).collect())
}

fn phenotypes(base: &Base, gene: &Gene, _: &str) -> Result<Vec<String>> {
    let line = |phenotype: crate::genes::base::Phenotype| {
        let (accession, disease) = phenotype.disease.clone().unzip();
        [
            format!("HP:{:07}", phenotype.term),
            cell(&phenotype.name),
            optional(phenotype.frequency.as_deref()),
            optional(accession.as_deref()),
            optional(disease.as_deref()),
            base.source(phenotype.source).label(),
        ]
        .join("\t")
    };
    Ok(base.phenotypes(gene)?.into_iter().map(line).collect())
}

fn ranked(base: &Base, hpo: &[String], top: usize, options: &OutputOptions) -> Result<()> {
    let mut terms: Vec<(u32, String)> = Vec::new();
    for text in hpo {
        let term = base.term(text)?.map_err(|why| Error::input("--hpo", why))?;
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    let Some(ontology) = base.ontology()? else {
        return Err(Error::input("the knowledge base", "it holds no phenotypes")
            .with_hint("build it with hp.obo and genes_to_phenotype.txt of HPO"));
    };
    let numbers: Vec<u32> = terms.iter().map(|(term, _)| *term).collect();
    let fits = rank::rank(&ontology, &numbers)?;
    let mut settings = Settings::new("genes rank");
    settings.put("hpo", hpo);
    settings.put("top", top);
    let mut out = Lookup::begin(options, base, None, settings, &commented_header(columns::RANK))?;
    let most = if top == 0 { fits.len() } else { top };
    for (place, fit) in fits.iter().take(most).enumerate() {
        let gene = base.gene_of(fit.gene)?;
        let mut matches = Vec::new();
        for ((asked, _), (found, similarity)) in terms.iter().zip(&fit.matches) {
            matches.push(if *found == 0 {
                format!("HP:{asked:07}=.")
            } else {
                format!("HP:{asked:07}=HP:{found:07}:{similarity:.3}")
            });
        }
        let hgnc = gene.hgnc.map_or(".".into(), |id| format!("HGNC:{id}"));
        out.line(&format!("{}\t{}\t{hgnc}\t{:.4}\t{}\n", place + 1, gene.symbol, fit.score, matches.join(";")))?;
    }
    out.answered(None);
    out.end(None)
}
