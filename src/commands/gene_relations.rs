//! `genogloss genes relate`: whether genes are related to diseases or phenotypes.

use std::path::PathBuf;

use super::genes::{cell, output};
use crate::{
    error::{Error, Result},
    genes::{
        base::{Base, Gene, Named},
        relate::MEASURES,
        verdict::{About, Judge, Verdict},
    },
    read,
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
    /// Output file. Default, and for `-`: standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
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

/// Pairs weighed together: so many lie in memory.
const CHUNK: usize = 4096;

pub(super) fn run(options: &Options, base: Base) -> Result<()> {
    let (asked, place) = match (&options.gene, &options.about, &options.input) {
        (Some(gene), Some(about), _) => {
            let place = "the command line".to_string();
            let one = Asked { gene: gene.clone(), about: about.clone(), hidden: None, place: place.clone() };
            (vec![one], place)
        }
        (_, _, Some(path)) => (read_pairs(path)?, path.display().to_string()),
        _ => return Err(Error::usage("no pair to judge").with_hint("give GENE and DISEASE, or a table: -i FILE")),
    };
    let judge = Judge::new(base)?;
    let mut out = output(options.output.clone(), &place)?;
    let mut header = String::from("#gene\tabout_id\tabout\tanswer\tprobability\tbasis\tevidence");
    if options.measures {
        header += "\t";
        header += &MEASURES.join("\t");
    }
    out.write_all(format!("{header}\n").as_bytes())?;
    let mut failed: Option<Error> = None;
    for chunk in asked.chunks(CHUNK) {
        let understood = chunk.iter().map(|one| understand(judge.base(), one)).collect::<Result<Vec<_>>>()?;
        let pairs: Vec<&Pair> = understood.iter().flatten().collect();
        let questions: Vec<_> = pairs.iter().map(|pair| (&pair.gene, &pair.about, pair.hidden.as_deref())).collect();
        let verdicts = judge.verdicts(&questions)?;
        let mut verdicts = verdicts.iter();
        for (one, pair) in chunk.iter().zip(&understood) {
            let line = match pair {
                Ok(pair) => verdicts.next().map(|verdict| line(pair, verdict, options.measures)).unwrap_or_default(),
                Err(why) => {
                    if let Some(before) = failed.replace(Error::input(&one.place, why)) {
                        tracing::warn!("{before}");
                    }
                    let rest = if options.measures { "\t.".repeat(MEASURES.len()) } else { String::new() };
                    format!("{}\t.\t{}\t.\t.\trefused\t{}{rest}\n", cell(&one.gene), cell(&one.about), cell(why))
                }
            };
            out.write_all(line.as_bytes())?;
        }
    }
    out.finish()?;
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

fn understand(base: &Base, asked: &Asked) -> Result<std::result::Result<Pair, String>> {
    let gene = |name: &str| -> Result<std::result::Result<Gene, String>> {
        Ok(match base.gene(name)? {
            Named::One(gene, _) => Ok(*gene),
            Named::Several(all) => {
                let all: Vec<String> = all.iter().map(|(symbol, how)| format!("{symbol} ({how})")).collect();
                Err(format!("{name} may be {}", all.join(", ")))
            }
            Named::None(why) => Err(why),
        })
    };
    let own = match gene(&asked.gene)? {
        Ok(own) => own,
        Err(why) => return Ok(Err(why)),
    };
    let about = match base.about(&asked.about)? {
        Ok(about) => about,
        Err(why) => return Ok(Err(why)),
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
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(Ok(Pair { gene: own, about, hidden: Some(hidden) }))
}

fn read_pairs(path: &std::path::Path) -> Result<Vec<Asked>> {
    let input = read::open(path)?;
    let place = input.place();
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).flexible(true).from_reader(input.reader);
    let bad = |error: csv::Error| Error::input(&place, error);
    let header = reader.headers().map_err(bad)?.clone();
    let column = |names: &[&str]| {
        header.iter().position(|name| names.contains(&name.trim_start_matches('#').to_ascii_lowercase().as_str()))
    };
    let (Some(gene), Some(name)) = (column(&["gene"]), column(&["disease", "phenotype", "about"])) else {
        return Err(Error::input(&place, "it has no columns gene, and disease or phenotype")
            .with_hint("a tab-separated table with a header line is read"));
    };
    // Identifiers are surer than names, where there are both.
    let id = column(&["disease_id", "phenotype_id", "hpo_id", "about_id"]);
    let hidden = column(&["hidden"]);
    let mut all = Vec::new();
    for row in reader.records() {
        let row = row.map_err(bad)?;
        let line = row.position().map_or(0, csv::Position::line);
        let place = format!("{place}, line {line}");
        let (Some(gene), Some(name)) = (row.get(gene), row.get(name)) else {
            return Err(Error::input(place, format!("{} fields, where the header has {}", row.len(), header.len())));
        };
        let id = id.and_then(|id| row.get(id)).filter(|id| !["", "."].contains(id));
        let hidden = hidden.map(|hidden| row.get(hidden).unwrap_or_default().to_string());
        all.push(Asked { gene: gene.into(), about: id.unwrap_or(name).into(), hidden, place });
    }
    Ok(all)
}
