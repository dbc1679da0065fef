//! `genes rank`: the table of ranked genes or diseases, of one case or many.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use super::{
    candidates::{Candidate, Candidates, names},
    case::Case,
    cases::read_cases,
    phenotypes::Phenotypes,
    scorer::{DiseaseScores, Scorer, mean_rank},
};
use crate::{
    error::{Error, Result},
    genes::{
        base::Base,
        columns,
        lookup::{Lookup, cell, optional_cell},
    },
    output::manifest::Settings,
    read::InputReport,
    session::{Target, load::limit_threads},
    skip::Skip,
};

/// What is ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Ranked {
    /// Genes, each by its diseases.
    Genes,
    /// Diseases, with and without a known gene.
    Diseases,
}

/// Which cases are ranked.
pub(crate) enum Asked {
    /// One case, by the phenotypes that it has and has not.
    Phenotypes { observed: Vec<String>, excluded: Vec<String> },
    /// Files of cases.
    Files(Vec<PathBuf>),
}

/// Candidates for all cases that name none.
#[derive(Default)]
pub(crate) struct CommonCandidates {
    /// Names of genes; empty: all genes.
    pub(crate) names: Vec<String>,
    /// The files that they are from.
    pub(crate) inputs: Vec<InputReport>,
}

impl CommonCandidates {
    /// Of a file or a list.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let (names, input) = names(text)?;
        Ok(Self { names, inputs: input.into_iter().collect() })
    }

    /// Those that are in a list too, by whatever names; names of the list that mean no gene are kept, with the reason. Refuses none.
    pub(crate) fn within(self, list: Self, base: &Base) -> Result<Self> {
        let mut genes = Candidates::new(base);
        let (mut listed, mut names) = (HashSet::new(), Vec::new());
        let mut unknown = Vec::new();
        for name in list.names {
            match genes.one(&name)?.gene {
                Ok(id) => drop(listed.insert(id)),
                Err(_) => unknown.push(name),
            }
        }
        let count = listed.len();
        for name in self.names {
            if genes.one(&name)?.gene.is_ok_and(|id| listed.remove(&id)) {
                names.push(name);
            }
        }
        if names.is_empty() {
            return Err(Error::usage(format!("none of the {count} genes of --genes has a variant that counts"))
                .with_hint("leave out --genes to rank all genes at the variants"));
        }
        tracing::info!(
            "{} of {count} genes of --genes have a variant that counts; these are the candidates",
            names.len()
        );
        names.extend(unknown);
        Ok(Self { names, inputs: self.inputs.into_iter().chain(list.inputs).collect() })
    }

    /// Of the genes at the variants of a file; refuses none.
    pub(crate) fn of_variants(names: Vec<String>, inputs: Vec<InputReport>, variants: &Path) -> Result<Self> {
        if names.is_empty() {
            return Err(Error::input(variants.display(), "none of its variants that count overlaps a gene: there is no candidate")
                .with_hint("check that variants and genes are of one assembly, with the same names of contigs, and that a sample carries the variants (GT)"));
        }
        Ok(Self { names, inputs })
    }
}

/// What is ranked, and how much of it is written.
pub(crate) struct RankRequest<'a> {
    pub(crate) base: &'a Base,
    pub(crate) target: Target,
    pub(crate) asked: Asked,
    pub(crate) candidates: CommonCandidates,
    pub(crate) ranked: Ranked,
    /// Most lines for a case; 0: all.
    pub(crate) top: usize,
    pub(crate) threads: Option<u16>,
}

/// A case with the terms and genes that it names.
struct Question {
    id: String,
    terms: Vec<usize>,
    excluded: Vec<usize>,
    /// `None`: all genes.
    candidates: Option<Vec<Candidate>>,
    /// Why it cannot be ranked.
    problem: Option<(String, String)>,
}

/// Cases ranked together, and held in memory.
const CHUNK: usize = 256;

/// Ranks all cases, and writes their lines in the order of the cases. A case without a usable phenotype is an error, after the others are
/// written.
pub(crate) fn list_ranked(request: RankRequest<'_>) -> Result<()> {
    let RankRequest { base, target, asked, candidates, ranked, top, threads } = request;
    let threads = limit_threads(threads);
    let mut settings = Settings::new("genes rank");
    let (cases, mut inputs, paths) = match asked {
        Asked::Phenotypes { observed, excluded } => {
            settings.put("hpo", &observed);
            settings.put("exclude", &excluded);
            let place = "--hpo".to_string();
            (vec![Case { place, terms: observed, excluded, ..Case::default() }], Vec::new(), Vec::new())
        }
        Asked::Files(paths) => {
            let (cases, inputs) = read_cases(&paths)?;
            (cases, inputs, paths)
        }
    };
    settings.put("what", if ranked == Ranked::Genes { "genes" } else { "diseases" });
    settings.put("top", top);
    settings.put("candidates", candidates.names.len());
    inputs.extend(candidates.inputs);
    let scorer = Scorer::read(base, false)?;
    if ranked == Ranked::Genes {
        scorer.check_genes(base)?;
    }
    let several = !paths.is_empty();
    let writer = CaseWriter {
        scorer: &scorer,
        labels: base.sources().iter().map(|one| one.label()).collect(),
        ranked,
        top,
        several,
    };
    let (mut phenotypes, mut genes) = (Phenotypes::new(base, scorer.ontology()), Candidates::new(base));
    let mut questions = Vec::with_capacity(cases.len());
    for case in cases {
        let own = if case.candidates.is_empty() { &candidates.names } else { &case.candidates };
        phenotypes.note_release(&case);
        let terms = phenotypes.read(case.terms.iter().map(String::as_str))?;
        let problem = match terms.is_empty() {
            true if case.problem.is_some() => case.problem.clone(),
            true if !case.has_terms() => Some("the case has no phenotypes".into()),
            true => Some(phenotypes.why_none(&case.terms)?),
            false => None,
        };
        questions.push(Question {
            terms,
            excluded: phenotypes.read(case.excluded.iter().map(String::as_str))?,
            candidates: if own.is_empty() { None } else { Some(genes.all(own)?) },
            problem: problem.map(|why| (case.place, why)),
            id: case.id,
        });
    }
    phenotypes.warn();
    if let [Question { problem: Some((place, why)), .. }] = questions.as_slice() {
        return Err(Error::input(place, why).with_hint("give HPO's identifiers or names: HP:0001166, Arachnodactyly"));
    }
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let columns = columns::ranked(ranked == Ranked::Diseases, several);
    let mut table = Lookup::begin_many(base, &paths, target, threads, settings, &columns)?;
    let mut failed = Vec::new();
    for chunk in questions.chunks(CHUNK) {
        let texts: Vec<String> = chunk.par_iter().map(|question| writer.case(question)).collect();
        for (question, text) in chunk.iter().zip(texts) {
            for line in text.split_inclusive('\n') {
                table.line(line)?;
            }
            table.answered(question.problem.is_some().then_some(Skip::UnknownName));
            failed
                .extend(question.problem.as_ref().map(|(place, why)| format!("{place}: {why} (case {})", question.id)));
        }
    }
    table.finish_all(inputs)?;
    let Some((last, others)) = failed.split_last() else { return Ok(()) };
    others.iter().for_each(|one| tracing::warn!("{one}"));
    let count = failed.len();
    Err(Error::input("cases", format!("{count} of {} cases could not be ranked; {last}", questions.len())))
}

/// A line of the list of genes.
struct Line<'a> {
    symbol: &'a str,
    hgnc: Option<i64>,
    /// Its index among the genes of the scorer, its score and its rank; or why it has none.
    scored: std::result::Result<(usize, f64, f64), String>,
}

struct CaseWriter<'a> {
    scorer: &'a Scorer,
    /// Name and release of each source.
    labels: Vec<String>,
    ranked: Ranked,
    top: usize,
    /// The first column names the case.
    several: bool,
}

impl CaseWriter<'_> {
    /// The lines of a case.
    fn case(&self, question: &Question) -> String {
        let before = if self.several { format!("{}\t", cell(&question.id)) } else { String::new() };
        if let Some((_, why)) = &question.problem {
            let width =
                columns::ranked(self.ranked == Ranked::Diseases, false).iter().flat_map(|one| one.names).count();
            return format!("{before}{}\t{}\n", vec!["."; width - 1].join("\t"), cell(why));
        }
        let scores = self.scorer.score_diseases(&question.terms, &[]);
        let most = if self.top == 0 { usize::MAX } else { self.top };
        let lines = match self.ranked {
            Ranked::Genes => self.genes(question, &scores, most),
            Ranked::Diseases => self.diseases(question, &scores, most),
        };
        lines.into_iter().map(|line| format!("{before}{line}\n")).collect()
    }

    fn genes(&self, question: &Question, scores: &DiseaseScores, most: usize) -> Vec<String> {
        let lines = self.order(question, &self.scorer.score_genes(scores));
        // No candidate is lost: all are listed, whatever `most` is.
        let most = if question.candidates.is_some() { usize::MAX } else { most };
        lines.iter().take(most).map(|line| self.gene(question, scores, line)).collect()
    }

    /// The genes of a case: those with a score, best first, then the others by symbol.
    fn order<'a>(&'a self, question: &'a Question, scores: &[f64]) -> Vec<Line<'a>> {
        let genes = self.scorer.genes();
        let line = |index: usize| {
            let score = scores[index];
            let why = if genes[index].has_disease { "no phenotypes of its diseases are known" } else { NO_CAUSE };
            let scored = if score.is_finite() { Ok((index, score, 0.0)) } else { Err(why.into()) };
            Line { symbol: &genes[index].symbol, hgnc: genes[index].hgnc, scored }
        };
        let mut lines: Vec<Line<'a>> = match &question.candidates {
            None => (0..genes.len())
                .filter(|&index| scores[index].is_finite() || genes[index].has_disease)
                .map(line)
                .collect(),
            Some(candidates) => {
                let of = |candidate: &'a Candidate| {
                    let why = match &candidate.gene {
                        Ok(id) => match self.scorer.gene_index(*id) {
                            Some(index) => return line(index),
                            None => "no disease of it is known".into(),
                        },
                        Err(why) => why.clone(),
                    };
                    Line { symbol: &candidate.symbol, hgnc: candidate.hgnc, scored: Err(why) }
                };
                candidates.iter().map(of).collect()
            }
        };
        let score = |line: &Line<'_>| line.scored.as_ref().map_or(f64::NEG_INFINITY, |(_, score, _)| *score);
        lines.sort_by(|a, b| score(b).total_cmp(&score(a)).then_with(|| a.symbol.cmp(b.symbol)));
        let all: Vec<f64> = lines.iter().map(score).collect();
        let mut first = 0;
        for run in all.chunk_by(|a, b| a == b) {
            let rank = mean_rank(run.iter().copied(), run[0]) + first as f64;
            for line in &mut lines[first..first + run.len()] {
                if let Ok((_, _, of_line)) = &mut line.scored {
                    *of_line = rank;
                }
            }
            first += run.len();
        }
        lines
    }

    fn gene(&self, question: &Question, scores: &DiseaseScores, line: &Line<'_>) -> String {
        let hgnc = line.hgnc.map_or(".".into(), |id| format!("HGNC:{id}"));
        let symbol = cell(line.symbol);
        match &line.scored {
            Err(why) => format!(".\t{symbol}\t{hgnc}\t.\t.\t.\t.\t.\t.\t{}", cell(why)),
            Ok((index, score, rank)) => {
                let gene = &self.scorer.genes()[*index];
                let Some(best) = self.scorer.best_disease(gene, scores) else { return String::new() };
                let mut sources: Vec<i64> = gene
                    .diseases
                    .iter()
                    .filter(|(disease, _)| *disease as usize == best)
                    .flat_map(|(_, all)| all)
                    .copied()
                    .collect();
                sources.push(self.scorer.disease(best).source);
                format!("{rank}\t{symbol}\t{hgnc}\t{score:.5}\t{}\t.", self.disease(question, best, sources))
            }
        }
    }

    /// The columns from the disease to the sources.
    fn disease(&self, question: &Question, disease: usize, mut sources: Vec<i64>) -> String {
        let about = self.scorer.disease(disease);
        sources.sort_unstable();
        let mut labels: Vec<&str> = sources
            .iter()
            .filter_map(|source| self.labels.get(usize::try_from(source - 1).ok()?))
            .map(String::as_str)
            .collect();
        labels.dedup();
        [
            optional_cell(about.accession.as_deref()),
            cell(&about.name),
            self.scorer.matches(&question.terms, disease),
            self.scorer.conflicts(&question.terms, &question.excluded, disease),
            cell(&labels.join("; ")),
        ]
        .join("\t")
    }

    fn diseases(&self, question: &Question, scores: &DiseaseScores, most: usize) -> Vec<String> {
        let all = &scores.scores;
        let allowed = self.scorer.diseases_of(question.candidates.as_deref());
        let mut order = self.scorer.one_of_each(all);
        order.retain(|&one| allowed.as_ref().is_none_or(|of| of[one]));
        order.sort_by(|&a, &b| all[b].total_cmp(&all[a]));
        let scored: Vec<f64> = order.iter().map(|&one| all[one]).collect();
        let line = |(place, &disease): (usize, &usize)| {
            // Equals stand side by side.
            let first = scored.partition_point(|other| *other > all[disease]);
            let equal = scored[place..].iter().take_while(|other| **other == all[disease]).count() + place - first;
            let rank = first as f64 + (equal as f64 + 1.0) / 2.0;
            let genes = self.scorer.genes_of(disease).join("; ");
            let columns = self.disease(question, disease, vec![self.scorer.disease(disease).source]);
            let (id, rest) = columns.split_once('\t').unwrap_or((&columns, ""));
            let (name, rest) = rest.split_once('\t').unwrap_or((rest, ""));
            format!("{rank}\t{id}\t{name}\t{:.5}\t{}\t{rest}\t.", all[disease], cell(&genes))
        };
        order.iter().enumerate().take(most).map(line).collect()
    }
}

/// Why a gene with statements has no score.
const NO_CAUSE: &str =
    "no source states that it causes a disease (refuted, disputed, limited, modifier, somatic, text-mined)";
