//! Ranked genes of cases whose causal gene is known: recall at the first ranks, and the mean reciprocal rank.
//!
//! No case vanishes: those without a usable phenotype and those whose gene is never listed count as misses, with a rank in the middle of all
//! genes that have no score; those that name no causal gene cannot be judged, and are counted.

use std::{collections::BTreeMap, path::Path, time::Instant};

use rayon::prelude::*;

use super::{
    evaluation::Evaluation,
    metrics::{Bootstrap, bootstrap},
    sets::decimals,
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    genes::{
        base::Base,
        rank::{
            candidates::Candidates,
            cases::read_cases,
            listing::CommonCandidates,
            phenotypes::Phenotypes,
            scorer::{Scorer, mean_rank},
        },
    },
    genome::interval::commas,
    output::{
        column::{Column, DOUBLE, column, fixed_header},
        manifest::Settings,
    },
    session::{Finished, wall},
};

/// The table of ranks.
pub(super) const METRICS: &[Column] = &[
    column(
        &["set"],
        "as_is: all annotations count; without_paper: those that cite only the case's own papers are left out",
    ),
    column(
        &["metric"],
        "cases: judged; genes: causal genes of these; no_phenotype, never_listed: of the cases, those without a usable phenotype, and those whose gene has no score (both are misses); no_causal_gene: cases that are not judged; own_paper: cases whose papers are known; added_candidates: cases whose gene was not among their candidates; recall_at_N: fraction of cases with the causal gene at rank N or better; mrr: mean of 1/rank; median_rank",
    ),
    column(&["value"], "its value; equals have the mean of their ranks").of(DOUBLE),
    column(&["low", "high"], "95 % bootstrap interval over cases; . if there is none").of(DOUBLE),
    column(&["gene_low", "gene_high"], "95 % bootstrap interval over causal genes, each with all of its cases")
        .of(DOUBLE),
];

/// The table of `--ranks`.
pub(super) const RANKS: &[Column] = &[
    column(&["case", "gene"], "the case, and its causal gene (of several the best)"),
    column(&["rank"], "its rank; equals, and genes without a score, have the mean of their ranks").of(DOUBLE),
    column(&["rank_without_paper"], "the rank without the case's own papers; . if they are not left out").of(DOUBLE),
    column(&["listed"], "yes, or no: the gene has no score"),
];

/// Ranks at which recall is measured.
const RECALL_AT: [u32; 6] = [1, 3, 5, 10, 20, 50];

/// What is judged, and how.
pub(crate) struct RankSettings<'a> {
    /// A table of cases, or phenopackets.
    pub(crate) cases: &'a Path,
    /// The knowledge base.
    pub(crate) base: &'a Base,
    /// Candidates of the cases that have none of their own.
    pub(crate) candidates: CommonCandidates,
    /// Judge also without each case's own papers.
    pub(crate) without_paper: bool,
    /// Intervals.
    pub(crate) bootstrap: Bootstrap,
}

/// A case with a causal gene.
struct Judged {
    id: String,
    terms: Vec<usize>,
    papers: Vec<String>,
    /// The causal genes: symbol, and number in the knowledge base where they are in it.
    genes: Vec<(String, Option<i64>)>,
    /// Numbers of the candidates, the causal genes among them, `None`: no such gene; empty: all genes.
    candidates: Vec<Option<i64>>,
}

/// The rank of a causal gene.
#[derive(Clone)]
struct CausalRank {
    rank: f64,
    gene: String,
    is_listed: bool,
}

#[derive(Default)]
struct Tally {
    records: u64,
    no_gene: u64,
    no_terms: u64,
    added: u64,
}

/// Ranks the genes of all cases, and measures where the causal ones are.
pub(crate) fn evaluate(settings: RankSettings<'_>) -> Result<Evaluation> {
    let begun = Instant::now();
    let RankSettings { cases: path, base, candidates, without_paper, bootstrap } = settings;
    let scorer = Scorer::read(base, without_paper)?;
    scorer.check_genes(base)?;
    let (cases, mut inputs) = read_cases(&[path])?;
    inputs.extend(candidates.inputs);
    let mut tally = Tally { records: cases.len() as u64, ..Tally::default() };
    let (mut phenotypes, mut names) = (Phenotypes::new(base, scorer.ontology()), Candidates::new(base));
    let (mut judged, mut unknown) = (Vec::new(), BTreeMap::new());
    for case in cases {
        phenotypes.note_release(&case);
        if let Some(why) = &case.problem {
            tracing::warn!("{}: {why}", case.place);
        }
        let mut genes = Vec::new();
        for name in &case.genes {
            let gene = names.one(name)?;
            if let Err(why) = &gene.gene {
                unknown.entry(name.clone()).or_insert_with(|| (0, why.clone())).0 += 1u64;
            }
            genes.push((gene.symbol().to_string(), gene.gene.ok()));
        }
        if genes.is_empty() {
            tally.no_gene += 1;
            continue;
        }
        let own = if case.candidates.is_empty() { &candidates.names } else { &case.candidates };
        let mut candidates: Vec<Option<i64>> = names.all(own)?.into_iter().map(|one| one.gene.ok()).collect();
        if !candidates.is_empty() {
            let missing: Vec<Option<i64>> =
                genes.iter().map(|(_, id)| *id).filter(|id| id.is_none() || !candidates.contains(id)).collect();
            tally.added += u64::from(!missing.is_empty());
            candidates.extend(missing);
        }
        let terms = phenotypes.read(case.terms.iter().map(String::as_str))?;
        tally.no_terms += u64::from(terms.is_empty());
        judged.push(Judged { id: case.id, terms, papers: case.papers, genes, candidates });
    }
    phenotypes.warn();
    for (name, (cases, why)) in &unknown {
        tracing::warn!("causal gene {name}: {why}; it counts as never listed ({} cases)", commas(*cases));
    }
    if judged.is_empty() {
        return Err(Error::input(path.display(), "no case of it names a causal gene")
            .with_hint("a table of cases needs the column gene; phenopackets need interpretations with a gene"));
    }
    let with_papers = judged.iter().filter(|case| !case.papers.is_empty()).count();
    if without_paper && with_papers == 0 {
        return Err(Error::input(path.display(), "no case of it names its papers")
            .with_hint("--without-paper needs the column paper (PMID:7493032), or metaData.externalReferences"));
    }
    let mut table = fixed_header(METRICS);
    let as_is: Vec<CausalRank> = judged.par_iter().map(|case| rank(&scorer, case, &[])).collect();
    table.push_str(&metrics("as_is", &as_is, &tally, None, bootstrap));
    let mut without = None;
    if without_paper {
        let ranks: Vec<CausalRank> = judged.par_iter().map(|case| rank(&scorer, case, &case.papers)).collect();
        table.push_str(&metrics("without_paper", &ranks, &tally, Some(with_papers), bootstrap));
        without = Some(ranks);
    }
    let counts =
        Counts { records_in: tally.records, filtered: tally.no_gene, scored: judged.len() as u64, ..Counts::default() };
    let mut own = Settings::new("evaluate");
    own.put("knowledge_base", base.identity()?);
    base.filter().note(&mut own);
    own.put("without_paper", without_paper);
    own.put("candidates", candidates.names.len());
    own.put("bootstrap", bootstrap.replicates);
    own.put("seed", bootstrap.seed);
    Ok(Evaluation {
        table,
        columns: METRICS,
        sets: Vec::new(),
        page: None,
        ranks: Some((ranks_table(&judged, &as_is, without.as_deref()), RANKS)),
        finished: Finished { counts, timings: wall(begun.elapsed()), inputs, ..Finished::default() },
        settings: own,
    })
}

/// The rank of the best of a case's causal genes.
fn rank(scorer: &Scorer, case: &Judged, papers: &[String]) -> CausalRank {
    let values = match case.terms.is_empty() {
        true => vec![f64::NEG_INFINITY; scorer.genes_len()],
        false => scorer.score_genes(&scorer.score_diseases(&case.terms, papers)),
    };
    let value =
        |gene: Option<i64>| gene.and_then(|id| scorer.gene_index(id)).map_or(f64::NEG_INFINITY, |at| values[at]);
    let ranked = case.genes.iter().map(|(symbol, gene)| {
        let own = value(*gene);
        let rank = if !case.candidates.is_empty() {
            mean_rank(case.candidates.iter().map(|one| value(*one)), own)
        } else if own.is_finite() {
            mean_rank(values.iter().copied(), own)
        } else {
            // All genes without a score are equal.
            let scored = values.iter().filter(|value| value.is_finite()).count();
            (scored + 1 + scorer.all_genes()) as f64 / 2.0
        };
        CausalRank { rank, gene: symbol.clone(), is_listed: own.is_finite() }
    });
    let best = ranked.reduce(|best, other| if other.rank < best.rank { other } else { best });
    best.unwrap_or(CausalRank { rank: f64::INFINITY, gene: String::new(), is_listed: false })
}

/// The lines of one set.
fn metrics(set: &str, ranks: &[CausalRank], tally: &Tally, with_papers: Option<usize>, draws: Bootstrap) -> String {
    let mut genes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, rank) in ranks.iter().enumerate() {
        genes.entry(&rank.gene).or_default().push(at);
    }
    let blocks: Vec<Vec<usize>> = genes.into_values().collect();
    let never = ranks.iter().filter(|rank| !rank.is_listed).count();
    let mut counts = vec![
        ("cases", ranks.len() as u64),
        ("genes", blocks.len() as u64),
        ("no_phenotype", tally.no_terms),
        ("never_listed", never as u64),
        ("no_causal_gene", tally.no_gene),
        ("added_candidates", tally.added),
    ];
    counts.extend(with_papers.map(|count| ("own_paper", count as u64)));
    let mut text: String = counts.iter().map(|(name, count)| format!("{set}\t{name}\t{count}\t.\t.\t.\t.\n")).collect();
    let mut order: Vec<usize> = (0..ranks.len()).collect();
    order.sort_by(|&a, &b| ranks[a].rank.total_cmp(&ranks[b].rank));
    let measured = |times: &[u32]| measures(ranks, &order, times);
    let values = measured(&vec![1; ranks.len()]);
    let over_cases = bootstrap(ranks.len(), draws.replicates, draws.seed, values.len(), measured);
    let over_genes = bootstrap(blocks.len(), draws.replicates, draws.seed, values.len(), |times| {
        let mut of_cases = vec![0; ranks.len()];
        for (block, &count) in blocks.iter().zip(times) {
            block.iter().for_each(|&at| of_cases[at] = count);
        }
        measures(ranks, &order, &of_cases)
    });
    let names = RECALL_AT.iter().map(|most| format!("recall_at_{most}")).chain(["mrr".into(), "median_rank".into()]);
    let mut said = Vec::new();
    for ((name, value), (cases, genes)) in names.zip(&values).zip(over_cases.iter().zip(&over_genes)) {
        let [low, high, gene_low, gene_high] = [cases.0, cases.1, genes.0, genes.1].map(|number| decimals(4, number));
        if matches!(name.as_str(), "recall_at_1" | "recall_at_10" | "mrr") {
            said.push(format!("{} {} [{low}, {high}]", name.replace('_', " "), decimals(4, *value)));
        }
        text.push_str(&format!("{set}\t{name}\t{}\t{low}\t{high}\t{gene_low}\t{gene_high}\n", decimals(4, *value)));
    }
    let cases = commas(ranks.len() as u64);
    tracing::info!(
        "{}: {cases} cases; {}; {} genes never listed",
        set.replace('_', " "),
        said.join("; "),
        commas(never as u64)
    );
    text
}

/// Recall at each of the first ranks, mean reciprocal rank and median, where each case counts so many times. `order`: cases by rank.
fn measures(ranks: &[CausalRank], order: &[usize], times: &[u32]) -> Vec<f64> {
    let all: f64 = times.iter().map(|&count| f64::from(count)).sum();
    let sum = |value: &dyn Fn(f64) -> f64| {
        ranks.iter().zip(times).map(|(one, &count)| f64::from(count) * value(one.rank)).sum::<f64>()
    };
    let mut values: Vec<f64> =
        RECALL_AT.iter().map(|&most| sum(&|rank| f64::from(u8::from(rank <= f64::from(most)))) / all).collect();
    values.push(sum(&|rank| 1.0 / rank) / all);
    let at = |place: u64| {
        let mut before = 0;
        let found = order.iter().find(|&&case| {
            before += u64::from(times[case]);
            before > place
        });
        found.map_or(f64::NAN, |&case| ranks[case].rank)
    };
    let count = times.iter().map(|&count| u64::from(count)).sum::<u64>();
    values.push(if count == 0 { f64::NAN } else { (at((count - 1) / 2) + at(count / 2)) / 2.0 });
    values
}

fn ranks_table(cases: &[Judged], as_is: &[CausalRank], without: Option<&[CausalRank]>) -> String {
    let mut text = fixed_header(RANKS);
    for (at, (case, rank)) in cases.iter().zip(as_is).enumerate() {
        let second = without.map_or(".".into(), |ranks| ranks[at].rank.to_string());
        let listed = if rank.is_listed { "yes" } else { "no" };
        text.push_str(&format!("{}\t{}\t{}\t{second}\t{listed}\n", case.id, rank.gene, rank.rank));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(of: &[f64]) -> Vec<CausalRank> {
        of.iter().map(|&rank| CausalRank { rank, gene: "G".into(), is_listed: true }).collect()
    }

    #[test]
    fn recall_and_reciprocal_rank_count_strictly() {
        // 1.5: two at the top. It is no hit at 1.
        let ranks = ranks(&[1.0, 1.5, 4.0, 100.0]);
        let values = measures(&ranks, &[0, 1, 2, 3], &[1; 4]);
        assert_eq!(values[..6], [0.25, 0.5, 0.75, 0.75, 0.75, 0.75]);
        assert!((values[6] - (1.0 + 1.0 / 1.5 + 0.25 + 0.01) / 4.0).abs() < 1e-12);
        assert_eq!(values[7], 2.75);
        // The second counts twice, the last not at all.
        let values = measures(&ranks, &[0, 1, 2, 3], &[1, 2, 1, 0]);
        assert_eq!((values[0], values[1], values[7]), (0.25, 0.75, 1.5));
    }
}
