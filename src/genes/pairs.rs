//! Whether genes are related to diseases or phenotypes: one pair, or a table of pairs.
//!
//! The table is split at tabs here and not by `csv`: names hold quotation marks, and messages name the line.

use std::path::{Path, PathBuf};

use super::{
    base::Base,
    columns,
    lookup::{Lookup, LookupRequest, cell},
    records::{Condition, Gene, NotFound},
    relate::weights::MEASURES,
    text_lines::TextLines,
    verdict::{Judge, Question, Verdict},
};
use crate::{
    error::{Error, Result},
    output::manifest::Settings,
    session::{Target, load::limit_threads},
    skip::Skip,
};

/// The pairs to judge.
pub(crate) enum Pairs {
    /// One pair.
    One(NamedPair),
    /// A table of pairs, or standard input for `-`.
    Table(PathBuf),
}

/// A gene and a disease or phenotype, as the user names them.
#[derive(Clone)]
pub(crate) struct NamedPair {
    gene: String,
    about: String,
    /// The name beside it, where `about` is an identifier.
    beside: Option<String>,
    /// What `about` must be.
    kind: AboutKind,
    /// Relations that count as unknown: `GENE|DISEASE;GENE|DISEASE`.
    hidden: Option<String>,
    place: String,
}

/// What a column says that its names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AboutKind {
    Disease,
    Phenotype,
    Either,
}

impl AboutKind {
    /// What a text names, if it is of this kind.
    fn find(self, base: &Base, text: &str) -> Result<std::result::Result<Condition, NotFound>> {
        Ok(match self {
            Self::Disease => base.disease(text)?.map(Condition::Disease),
            Self::Phenotype => base.term(text)?.map(|(term, name)| Condition::Phenotype(term, name)),
            Self::Either => return base.condition(text),
        })
    }
}

impl NamedPair {
    /// A pair of the command line.
    pub(crate) fn of(gene: &str, about: &str) -> Self {
        Self {
            gene: gene.into(),
            about: about.into(),
            beside: None,
            kind: AboutKind::Either,
            hidden: None,
            place: "the command line".into(),
        }
    }
}

/// A pair that the knowledge base has.
struct Pair {
    gene: Gene,
    condition: Condition,
    hidden: Option<Vec<(i64, i64)>>,
}

/// Pairs judged together, and held in memory. 64, 256, 1,024 and 4,096 measured on two cores: 12.2, 10.0, 10.5 and 10.9 s for 5,052 pairs.
const CHUNK: usize = 256;

/// Judges all pairs, and writes a line for each. If none can be judged, that is an error, after all lines are written. `measures`: adds the
/// measures that the evidence is made of.
pub(crate) fn judge_pairs(
    base: Base,
    target: Target,
    pairs: Pairs,
    measures: bool,
    threads: Option<u16>,
) -> Result<()> {
    let threads = limit_threads(threads);
    let mut settings = Settings::new("genes relate");
    settings.put("measures", measures);
    let (mut one, mut table, mut input) = (None, None, None);
    match pairs {
        Pairs::One(pair) => {
            settings.put("gene", &pair.gene);
            settings.put("about", &pair.about);
            one = Some(pair);
        }
        Pairs::Table(path) => {
            table = Some(PairTable::open(&path)?);
            input = Some(path);
        }
    }
    let judge = Judge::new(base)?;
    let request = LookupRequest { base: judge.base(), input: input.as_deref(), target };
    let columns = columns::related(measures);
    let mut writer = PairWriter { out: Lookup::begin(request, threads, settings, &columns)?, measures, judged: 0 };
    let mut failed: Option<Error> = None;
    loop {
        let mut chunk: Vec<NamedPair> = one.take().into_iter().collect();
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
        judge_chunk(&judge, &chunk, &mut writer, &mut failed)?;
    }
    writer.out.finish(table.map(|table| table.lines.report()))?;
    match failed {
        Some(last) if writer.judged > 0 => tracing::warn!("{last}"),
        Some(last) => return Err(last),
        None => {}
    }
    Ok(())
}

/// Judges some pairs side by side, and writes their lines. `failed`: the last pair that could not be judged; those before are logged.
fn judge_chunk(judge: &Judge, chunk: &[NamedPair], writer: &mut PairWriter, failed: &mut Option<Error>) -> Result<()> {
    let resolved = chunk.iter().map(|one| resolve(judge.base(), one)).collect::<Result<Vec<_>>>()?;
    let questions: Vec<Question<'_>> = resolved
        .iter()
        .flatten()
        .map(|Pair { gene, condition, hidden }| Question { gene, condition, hidden: hidden.as_deref() })
        .collect();
    let verdicts = judge.verdicts(&questions)?;
    let mut verdicts = verdicts.iter();
    for (named, pair) in chunk.iter().zip(&resolved) {
        match pair {
            Ok(pair) => {
                let verdict = verdicts.next().ok_or_else(|| Error::Internal("a pair has no verdict".into()))?;
                writer.judged(pair, verdict)?;
            }
            Err(why) => {
                if let Some(before) = failed.replace(Error::input(&named.place, why)) {
                    tracing::warn!("{before}");
                }
                writer.refused(named, why)?;
            }
        }
    }
    Ok(())
}

/// Writes the lines of pairs.
struct PairWriter {
    out: Lookup,
    /// Whether the measures are written.
    measures: bool,
    /// Pairs that were judged.
    judged: u64,
}

impl PairWriter {
    fn judged(&mut self, pair: &Pair, verdict: &Verdict) -> Result<()> {
        let (id, name) = pair.condition.label();
        let basis = match verdict {
            Verdict { stated: Some(stated), .. } if stated.is_left_out => "filtered",
            Verdict { stated: Some(_), .. } => "stated",
            Verdict { evidence, .. } if !evidence.is_empty() => "weighed",
            _ => "nothing",
        };
        // No number stands for what the user did not want to count.
        let probability = if basis == "filtered" { ".".into() } else { format!("{:.4}", verdict.probability) };
        let mut line = format!(
            "{}\t{id}\t{}\t{}\t{}\t{probability}\t{basis}\t{}",
            pair.gene.symbol,
            cell(&name),
            verdict.word(),
            verdict.stated.as_ref().map_or(".", |stated| stated.claim.word()),
            cell(&verdict.because())
        );
        if self.measures {
            let all = verdict.found.as_ref().map_or([f64::NAN; MEASURES.len()], |found| found.values);
            for measure in all {
                line += &if measure.is_nan() { "\t.".to_string() } else { format!("\t{measure:.6}") };
            }
        }
        self.out.line(&(line + "\n"))?;
        self.judged += 1;
        self.out.answered(None);
        Ok(())
    }

    fn refused(&mut self, named: &NamedPair, why: &str) -> Result<()> {
        let rest = if self.measures { "\t.".repeat(MEASURES.len()) } else { String::new() };
        let (gene, about) = (cell(&named.gene), cell(&named.about));
        self.out.line(&format!("{gene}\t.\t{about}\t.\t.\t.\trefused\t{}{rest}\n", cell(why)))?;
        self.out.answered(Some(Skip::UnknownName));
        Ok(())
    }
}

/// The gene and the disease or phenotype that a pair names, or why it names none.
fn resolve(base: &Base, named: &NamedPair) -> Result<std::result::Result<Pair, String>> {
    for (text, what) in [(&named.gene, "gene"), (&named.about, "disease or phenotype")] {
        if matches!(text.trim(), "" | ".") {
            return Ok(Err(format!("it names no {what}: the field is empty")));
        }
    }
    let gene = |name: &str| -> Result<_> { Ok(base.gene(name)?.one(name).map(|(gene, _)| *gene)) };
    let own = match gene(&named.gene)? {
        Ok(own) => own,
        Err(why) => return Ok(Err(why)),
    };
    let condition = match named.kind.find(base, &named.about)? {
        Ok(condition) => condition,
        Err(why) => return Ok(Err(why.to_string())),
    };
    if let Some(name) = &named.beside
        && let Ok(other) = named.kind.find(base, name)?
        && !condition.is_same(&other)
    {
        let ((id, own), (other_id, _)) = (condition.label(), other.label());
        tracing::warn!("{}: {id} is {own}, and {name:?} is {other_id}; the identifier was followed", named.place);
    }
    let Some(text) = &named.hidden else { return Ok(Ok(Pair { gene: own, condition, hidden: None })) };
    let mut hidden = Vec::new();
    for pair in text.split(';').filter(|pair| !pair.is_empty()) {
        let Some((name, disease)) = pair.split_once('|') else {
            return Ok(Err(format!("{pair:?} in the column hidden is not GENE|DISEASE")));
        };
        let other = match gene(name)? {
            Ok(other) => other,
            Err(why) => return Ok(Err(why)),
        };
        match base.condition(disease)? {
            Ok(Condition::Disease(all)) => hidden.extend(all.iter().map(|one| (other.id, one.id))),
            Ok(Condition::Phenotype(term, _)) => {
                hidden.extend(base.diseases_with(term)?.into_iter().map(|disease| (other.id, disease)));
            }
            Err(why) => return Ok(Err(why.to_string())),
        }
    }
    Ok(Ok(Pair { gene: own, condition, hidden: Some(hidden) }))
}

/// A table of pairs, read as it is needed.
struct PairTable {
    lines: TextLines,
    columns: Columns,
}

/// Indices of the columns that are read.
struct Columns {
    count: usize,
    gene: usize,
    /// What genes may be related to.
    about: Vec<AboutColumns>,
    hidden: Option<usize>,
}

/// Indices of the columns that name a disease, a phenotype, or either.
struct AboutColumns {
    kind: AboutKind,
    name: Option<usize>,
    id: Option<usize>,
}

impl PairTable {
    /// Opens a table and reads its header: the first line that is not blank.
    fn open(path: &Path) -> Result<Self> {
        let mut lines = TextLines::open(path, "a table of pairs")?;
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
            None => Err(Error::input(lines.file(), "it needs the columns gene, and disease or phenotype")
                .with_hint("give a tab-separated table with a header line")),
        }
    }

    /// The next pair; blank lines are skipped.
    fn next(&mut self) -> Result<Option<NamedPair>> {
        let Self { lines, columns } = self;
        let fields: Vec<String> = loop {
            match lines.next()? {
                None => return Ok(None),
                Some(line) if TextLines::is_blank(line) => {}
                Some(line) => break line.split('\t').map(str::to_string).collect(),
            }
        };
        let place = lines.place();
        let field = |at: usize| fields.get(at).map(String::as_str);
        let short = || {
            let problem = format!("{} fields, where the header has {}", fields.len(), columns.count);
            Error::input(&place, problem)
        };
        let gene = field(columns.gene).ok_or_else(short)?;
        // An identifier is surer than a name, if there are both.
        let mut named = Vec::new();
        for AboutColumns { kind, name, id } in &columns.about {
            let known = |at: Option<usize>| at.and_then(field).map(str::trim).filter(|text| !["", "."].contains(text));
            if name.is_some_and(|at| field(at).is_none()) {
                return Err(short());
            }
            let (id, name) = (known(*id), known(*name));
            named.extend(id.or(name).map(|text| (*kind, text, id.and(name))));
        }
        let (kind, about, beside) = match named.as_slice() {
            [] => (AboutKind::Either, "", None),
            [one] => *one,
            [(_, one, _), (_, other, _), ..] => {
                let problem = format!("it names both {one:?} and {other:?}: which of them is the gene asked about?");
                return Err(Error::input(&place, problem).with_hint("write a row for each, and . in the other column"));
            }
        };
        let hidden = columns.hidden.map(|at| field(at).unwrap_or_default().to_string());
        let beside = beside.map(str::to_string);
        Ok(Some(NamedPair { gene: gene.into(), about: about.into(), beside, kind, hidden, place }))
    }
}

impl Columns {
    fn of(header: &str) -> Option<Self> {
        let names: Vec<String> =
            header.split('\t').map(|name| name.trim_start_matches('#').trim().to_ascii_lowercase()).collect();
        let column = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let of = |kind, name: &str, ids: &[&str]| {
            let (name, id) = (column(&[name]), column(ids));
            (name.is_some() || id.is_some()).then_some(AboutColumns { kind, name, id })
        };
        let about: Vec<AboutColumns> = [
            of(AboutKind::Disease, "disease", &["disease_id"]),
            of(AboutKind::Phenotype, "phenotype", &["phenotype_id", "hpo_id"]),
            of(AboutKind::Either, "about", &["about_id"]),
        ]
        .into_iter()
        .flatten()
        .collect();
        if about.is_empty() {
            return None;
        }
        Some(Self { count: names.len(), gene: column(&["gene"])?, about, hidden: column(&["hidden"]) })
    }
}
