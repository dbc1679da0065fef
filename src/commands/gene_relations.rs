//! `genogloss genes relate`: whether genes are related to diseases or phenotypes.

use std::path::{Path, PathBuf};

use super::{
    OutputOptions,
    genes::cell,
    lookup::{Lines, Lookup},
    setup,
};
use crate::{
    error::{Error, Result},
    genes::{
        base::{Base, Gene},
        columns,
        relate::MEASURES,
        verdict::{About, Judge, Verdict},
    },
    output::column::commented_header,
    output::manifest::Settings,
    skip::Skip,
};

/// Whether a gene is related to a disease or phenotype: yes, no or unknown, with a probability and what it rests on.
///
/// Where sources of the knowledge base state it, they decide, and are listed. Where none does, what else is known is weighed: what is written of
/// the gene, its other diseases, genes like it, inheritance and chromosome; each with what it adds to the log odds. Such a probability is
/// among as many related as unrelated pairs: of genes picked from a genome at random far fewer are related.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss genes relate FBN1 \"Marfan syndrome\"
  genogloss genes relate FBN1 HP:0001166
  genogloss genes relate -i pairs.tsv -o relations.tsv")]
pub(super) struct Options {
    /// Gene: symbol, previous symbol, alias or identifier.
    #[arg(required_unless_present = "input", requires = "about")]
    gene: Option<String>,
    /// Disease or phenotype: name or identifier (OMIM:…, ORPHA:…, MONDO:…, HP:…).
    about: Option<String>,
    /// Table of pairs: tab-separated, with the columns gene, and disease or phenotype.
    ///
    /// With a column hidden (GENE|DISEASE;GENE|DISEASE), what sources state of the pair, and the relations named there, are taken for unknown:
    /// so the evidence is tested.
    #[arg(short, long, value_name = "FILE", conflicts_with = "gene")]
    input: Option<PathBuf>,
    /// Add the measures that the evidence is made of.
    #[arg(long)]
    measures: bool,
    /// Threads that weigh the evidence. Default: all cores. [1, 1024]
    #[arg(short = 't', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    output: OutputOptions,
}

impl Options {
    /// Where the output goes.
    pub(super) fn output(&self) -> &OutputOptions {
        &self.output
    }
}

/// A pair, asked for.
struct Asked {
    gene: String,
    about: String,
    hidden: Option<String>,
    place: String,
}

/// A pair, understood.
struct Pair {
    gene: Gene,
    about: About,
    hidden: Option<Vec<(i64, i64)>>,
}

/// Pairs weighed together: so many lie in memory. 64, 256, 1,024 and 4,096 measured on two cores: 12.2, 10.0, 10.5 and 10.9 s for 5,052 pairs.
const CHUNK: usize = 256;

pub(super) fn run(options: &Options, base: Base) -> Result<()> {
    let threads = setup::limit_threads(options.threads);
    let mut settings = Settings::new("genes relate");
    settings.put("measures", options.measures);
    let (mut one, mut table) = (None, None);
    match (&options.gene, &options.about, &options.input) {
        (Some(gene), Some(about), _) => {
            settings.put("gene", gene);
            settings.put("about", about);
            let place = "the command line".to_string();
            one = Some(Asked { gene: gene.clone(), about: about.clone(), hidden: None, place });
        }
        (_, _, Some(path)) => table = Some(Table::open(path)?),
        _ => return Err(Error::usage("no pair to judge").with_hint("give GENE and DISEASE, or a table: -i FILE")),
    }
    let judge = Judge::new(base)?;
    let mut header = commented_header(columns::RELATE).trim_end().to_string();
    if options.measures {
        header += "\t";
        header += &MEASURES.join("\t");
    }
    header += "\n";
    let mut out =
        Lookup::begin(&options.output, judge.base(), options.input.as_deref(), settings, &header)?.threads(threads);
    let mut failed: Option<Error> = None;
    loop {
        let mut chunk: Vec<Asked> = one.take().into_iter().collect();
        if let Some(table) = &mut table {
            while chunk.len() < CHUNK
                && let Some(next) = table.next()?
            {
                chunk.push(next);
            }
        }
        if chunk.is_empty() {
            break;
        }
        let understood = chunk.iter().map(|one| understand(judge.base(), one)).collect::<Result<Vec<_>>>()?;
        let pairs: Vec<&Pair> = understood.iter().flatten().collect();
        let questions: Vec<_> = pairs.iter().map(|pair| (&pair.gene, &pair.about, pair.hidden.as_deref())).collect();
        let verdicts = judge.verdicts(&questions)?;
        let mut verdicts = verdicts.iter();
        for (one, pair) in chunk.iter().zip(&understood) {
            match pair {
                Ok(pair) => {
                    let line = verdicts.next().map(|verdict| line(pair, verdict, options.measures));
                    out.line(&line.unwrap_or_default())?;
                    out.answered(None);
                }
                Err(why) => {
                    if let Some(before) = failed.replace(Error::input(&one.place, why)) {
                        tracing::warn!("{before}");
                    }
                    let rest = if options.measures { "\t.".repeat(MEASURES.len()) } else { String::new() };
                    let (gene, about) = (cell(&one.gene), cell(&one.about));
                    out.line(&format!("{gene}\t.\t{about}\t.\t.\trefused\t{}{rest}\n", cell(why)))?;
                    out.answered(Some(Skip::UnknownName));
                }
            }
        }
    }
    out.end(table.map(|table| table.lines.report()))?;
    failed.map_or(Ok(()), Err)
}

fn line(pair: &Pair, verdict: &Verdict, measures: bool) -> String {
    let (id, name) = pair.about.label();
    let basis = match verdict {
        Verdict { stated, .. } if !stated.is_empty() => "stated",
        Verdict { evidence, .. } if !evidence.is_empty() => "weighed",
        _ => "nothing",
    };
    let mut line = format!(
        "{}\t{id}\t{}\t{}\t{:.4}\t{basis}\t{}",
        pair.gene.symbol,
        cell(&name),
        verdict.word(),
        verdict.probability,
        cell(&verdict.because())
    );
    if measures {
        let all = verdict.found.as_ref().map_or([f64::NAN; MEASURES.len()], |found| found.measures);
        for measure in all {
            line += &if measure.is_nan() { "\t.".to_string() } else { format!("\t{measure:.6}") };
        }
    }
    line + "\n"
}

/// What is meant; or why nothing is.
fn understand(base: &Base, asked: &Asked) -> Result<std::result::Result<Pair, String>> {
    let gene = |name: &str| -> Result<_> { Ok(base.gene(name)?.one(name).map(|(gene, _)| *gene)) };
    let own = match gene(&asked.gene)? {
        Ok(own) => own,
        Err(why) => return Ok(Err(why)),
    };
    let about = match base.about(&asked.about)? {
        Ok(about) => about,
        Err(why) => return Ok(Err(why.to_string())),
    };
    let Some(text) = &asked.hidden else { return Ok(Ok(Pair { gene: own, about, hidden: None })) };
    let mut hidden = Vec::new();
    for pair in text.split(';').filter(|pair| !pair.is_empty()) {
        let Some((name, disease)) = pair.split_once('|') else {
            return Ok(Err(format!("{pair:?} in the column hidden is not GENE|DISEASE")));
        };
        let other = match gene(name)? {
            Ok(other) => other,
            Err(why) => return Ok(Err(why)),
        };
        match base.about(disease)? {
            Ok(About::Disease(all)) => hidden.extend(all.iter().map(|one| (other.id, one.id))),
            Ok(About::Phenotype(term, _)) => {
                hidden.extend(base.diseases_with(term)?.into_iter().map(|disease| (other.id, disease)));
            }
            Err(why) => return Ok(Err(why.to_string())),
        }
    }
    Ok(Ok(Pair { gene: own, about, hidden: Some(hidden) }))
}

/// A table of pairs, read as it is needed.
struct Table {
    lines: Lines,
    columns: Columns,
}

/// Which columns count, from 0.
struct Columns {
    count: usize,
    gene: usize,
    name: usize,
    id: Option<usize>,
    hidden: Option<usize>,
}

impl Table {
    /// Opens a table and reads its header: the first line that is not blank.
    fn open(path: &Path) -> Result<Self> {
        let mut lines = Lines::open(path, "a table of pairs")?;
        let mut columns = None;
        while columns.is_none()
            && let Some(line) = lines.next()?
        {
            if !line.trim().is_empty() {
                columns = Some(Columns::of(line));
            }
        }
        match columns.flatten() {
            Some(columns) => Ok(Self { lines, columns }),
            None => Err(Error::input(lines.file(), "it has no columns gene, and disease or phenotype")
                .with_hint("a tab-separated table with a header line is read")),
        }
    }

    /// The next pair; blank lines are none.
    fn next(&mut self) -> Result<Option<Asked>> {
        let Self { lines, columns } = self;
        let fields: Vec<String> = loop {
            match lines.next()? {
                None => return Ok(None),
                Some(line) if line.trim().is_empty() => {}
                Some(line) => break line.split('\t').map(str::to_string).collect(),
            }
        };
        let place = lines.place();
        let field = |at: usize| fields.get(at).map(String::as_str);
        let (Some(gene), Some(name)) = (field(columns.gene), field(columns.name)) else {
            let problem = format!("{} fields, where the header has {}", fields.len(), columns.count);
            return Err(Error::input(place, problem));
        };
        // Identifiers are surer than names, where there are both.
        let about = columns.id.and_then(field).filter(|id| !["", "."].contains(id)).unwrap_or(name);
        let hidden = columns.hidden.map(|at| field(at).unwrap_or_default().to_string());
        Ok(Some(Asked { gene: gene.into(), about: about.into(), hidden, place }))
    }
}

impl Columns {
    fn of(header: &str) -> Option<Self> {
        let names: Vec<String> =
            header.split('\t').map(|name| name.trim_start_matches('#').trim().to_ascii_lowercase()).collect();
        let column = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        Some(Self {
            count: names.len(),
            gene: column(&["gene"])?,
            name: column(&["disease", "phenotype", "about"])?,
            id: column(&["disease_id", "phenotype_id", "hpo_id", "about_id"]),
            hidden: column(&["hidden"]),
        })
    }
}
