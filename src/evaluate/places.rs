//! Known places of a genome: a model scans the regions, and every bin is compared with the places.

use std::path::Path;

use super::{
    bins::{BinJudge, JudgedBins},
    evaluation::{Evaluation, Network},
    metrics::Bootstrap,
    page::{Page, Table},
    plots::{Line, plots},
    sets::{METRICS, ScoreCurve, SetMetrics, metrics_table},
    truth_set::{Pool, TruthFiles, TruthSet},
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    model::card::{Card, Column},
    output::manifest::Settings,
    pipeline::{self, Outcome, Timings},
    read::{self, reference::Genome},
    scan::tiles::{Source, Tile, TilesRead},
    session::Finished,
    window::Grid,
};

/// How known places are judged.
pub(crate) struct PlaceSettings<'a> {
    /// The FASTA file on which they lie.
    pub(crate) reference: &'a Path,
    /// What is known.
    pub(crate) truth: TruthFiles<'a>,
    /// A score from here on is a call; `None`: the card's threshold of each score.
    pub(crate) threshold: Option<f64>,
    /// For the intervals.
    pub(crate) bootstrap: Bootstrap,
}

/// Scans the regions, and compares every bin with the known places.
pub(crate) fn evaluate(settings: &PlaceSettings<'_>, network: Network) -> Result<Evaluation> {
    let card = network.card.clone();
    let mut genome = Genome::new(settings.reference);
    let contigs = genome.contigs()?.clone();
    let mut truth = TruthSet::read(&settings.truth, &card, &contigs, settings.reference)?;
    let Scan { bins, counts, timings, read } = scan(settings, &truth, network, genome)?;
    let judged = judge(settings, &card.columns(), &truth, bins)?;
    let page = page(settings, &card, &judged);
    let sets: Vec<SetMetrics> = judged.into_iter().map(|(set, _)| set).collect();
    truth.inputs.extend(read.input);
    Ok(Evaluation {
        table: metrics_table(&sets),
        columns: METRICS,
        sets,
        page: Some(page),
        ranks: None,
        finished: Finished { counts, timings, inputs: truth.inputs, contigs: read.contigs, ..Finished::default() },
        settings: Settings::new("evaluate"),
    })
}

/// The result of a scan of the judged regions.
struct Scan {
    /// One for each score that has known places.
    bins: Vec<JudgedBins>,
    counts: Counts,
    timings: Timings,
    read: TilesRead,
}

fn scan(settings: &PlaceSettings<'_>, truth: &TruthSet, network: Network, genome: Genome) -> Result<Scan> {
    let Network { card, form, pipeline: run, sessions } = network;
    let grid = Grid::new(&card.window, None, form.bin)?;
    let regions = truth.scope(settings.truth.regions.map_or("--region".into(), read::place));
    let source = Source::open(genome, regions, None)?;
    let encoder = run.encoder.clone();
    let (mut judge, mut counts) = (BinJudge::new(&truth.columns, &form, grid.core), Counts::default());
    let mut read = TilesRead::default();
    let timings = pipeline::run(
        &run,
        sessions,
        |feed| {
            read = source.read(Some(grid), false, 0, encoder, feed)?;
            Ok(())
        },
        |tile: Tile, outcome| {
            counts.query_written(outcome.skipped());
            if let Outcome::Answered(answers) = outcome {
                judge.add(&tile, answers.scores(0), form.columns.len());
            }
            Ok(())
        },
    )?;
    counts.set_input(&read.counts);
    Ok(Scan { bins: judge.finish(), counts, timings, read })
}

/// The metrics of each score and of each pool, with the line of its reliability plot.
fn judge(
    settings: &PlaceSettings<'_>,
    columns: &[Column],
    truth: &TruthSet,
    bins: Vec<JudgedBins>,
) -> Result<Vec<(SetMetrics, Line)>> {
    let mut judged = Vec::new();
    let threshold = |number: usize| settings.threshold.unwrap_or(columns[truth.columns[number].column].threshold);
    for (number, (known, bins)) in truth.columns.iter().zip(&bins).enumerate() {
        judged.push(set_metrics(settings, &columns[known.column].name, bins, threshold(number))?);
    }
    for Pool { name, members } in &truth.pools {
        let mut joined = JudgedBins::default();
        members.iter().for_each(|&number| joined.join(&bins[number]));
        judged.push(set_metrics(settings, name, &joined, threshold(members[0]))?);
    }
    Ok(judged)
}

fn set_metrics(
    settings: &PlaceSettings<'_>,
    name: &str,
    bins: &JudgedBins,
    threshold: f64,
) -> Result<(SetMetrics, Line)> {
    let (positives, negatives) = bins.sizes();
    if positives == 0 || negatives == 0 {
        return Err(Error::input(
            read::place(settings.truth.places),
            format!("{name}: of {} evaluated bins, {positives} overlap the truth set", positives + negatives),
        )
        .with_hint(
            "the metrics need bins inside and outside of the truth set: are truth set and regions of the same genome?",
        ));
    }
    let set = SetMetrics {
        name: name.into(),
        counts: vec![
            ("bins".into(), (positives + negatives).to_string()),
            ("bins:known".into(), positives.to_string()),
            ("bases".into(), bins.bases.to_string()),
            ("threshold".into(), threshold.to_string()),
        ],
        metrics: bins.metrics(threshold, settings.bootstrap),
        curves: vec![ScoreCurve { name: name.into(), ranking: bins.ranking(), bases: Some(bins.bases) }],
    };
    let reliability = bins.reliability().into_iter().map(|(p, right, _)| (p, right)).collect();
    Ok((set, (name.into(), reliability)))
}

fn page(settings: &PlaceSettings<'_>, card: &Card, judged: &[(SetMetrics, Line)]) -> Page {
    let Bootstrap { replicates, seed } = settings.bootstrap;
    let all = SetMetrics {
        name: "all".into(),
        counts: Vec::new(),
        metrics: Vec::new(),
        curves: judged.iter().flat_map(|(set, _)| set.curves.clone()).collect(),
    };
    Page {
        title: format!("{} {}", card.name, card.version),
        facts: vec![
            format!("{} on {}", read::place(settings.truth.places), read::place(settings.reference)),
            format!("{replicates} bootstrap replicates over blocks of 100 kb, seed {seed}"),
        ],
        tables: judged.iter().map(|(set, _)| Table::of(set)).collect(),
        confusion: None,
        plots: plots(&all, false, Some(judged.iter().map(|(_, line)| line.clone()).collect())),
    }
}
