//! Labelled sequences: a model scores each, and the scores are compared with the labels.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    evaluation::{Evaluation, Network},
    judged_head::JudgedHead,
    labelled::{self, Columns, Sample, Seen},
    metrics::{Bootstrap, Judged},
    page::{Page, Table, show},
    plots::plots,
    sets::{METRICS, ScoreCurve, SetMetrics, metrics_table},
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    model::card::Card,
    output::manifest::Settings,
    pipeline::{self, Outcome, Timings},
    read::{self, InputReport},
    session::Finished,
    window::Grid,
};

/// How labelled sequences are judged.
pub(crate) struct SequenceSettings<'a> {
    /// The file (CSV, TSV or FASTA).
    pub(crate) labelled: &'a Path,
    /// Where sequence and label are in it.
    pub(crate) columns: Columns,
    /// The head or score that is judged; `None`: the only head.
    pub(crate) head: Option<&'a str>,
    /// `LABEL=CLASS`, for labels that are not names of classes.
    pub(crate) labels: &'a [String],
    /// Files of sequences that the model was trained on.
    pub(crate) seen: &'a [PathBuf],
    /// A score from here on is a call; `None`: 0.5.
    pub(crate) threshold: Option<f64>,
    /// For the intervals.
    pub(crate) bootstrap: Bootstrap,
}

/// The samples of a file and their classes.
struct LabelledSet {
    place: String,
    samples: Vec<Sample>,
    /// Number of the class of each sample.
    classes: Vec<u8>,
    seen: Option<Seen>,
    inputs: Vec<InputReport>,
}

/// The scores of the samples that were not skipped.
struct Scored {
    /// Numbers of the samples.
    samples: Vec<usize>,
    /// Scores of the judged columns, sample after sample.
    scores: Vec<f32>,
    counts: Counts,
    timings: Timings,
}

impl pipeline::Located for (usize, &Sample) {
    fn place(&self) -> String {
        format!("line {}", self.1.line)
    }
}

/// Scores all sequences and compares the scores with the labels.
pub(crate) fn evaluate(settings: &SequenceSettings<'_>, network: Network) -> Result<Evaluation> {
    let card = network.card.clone();
    if card.is_track() {
        return Err(Error::usage(format!("{} scores positions of a genome, not single sequences", card.name))
            .with_hint("give a BED file with the truth set, and the genome with -f"));
    }
    let head = JudgedHead::of(&card, settings.head)?;
    let set = LabelledSet::read(settings, &head)?;
    set.check_lengths(&card)?;
    let scored = set.score(&head, network)?;
    let threshold = settings.threshold.unwrap_or(0.5);
    let judged = judge(&set, &scored, &head, threshold);
    let sets = judged
        .iter()
        .map(|(name, judged)| set_metrics(name, judged, &set.place, &scored.counts, settings.bootstrap))
        .collect::<Result<Vec<_>>>()?;
    let page = page(settings, &card, &head, &set.place, threshold, &judged[0].1, &sets);
    Ok(Evaluation {
        table: metrics_table(&sets),
        columns: METRICS,
        sets,
        page: Some(page),
        ranks: None,
        finished: Finished {
            counts: scored.counts,
            timings: scored.timings,
            inputs: set.inputs,
            ..Finished::default()
        },
        settings: Settings::new("evaluate"),
    })
}

impl LabelledSet {
    fn read(settings: &SequenceSettings<'_>, head: &JudgedHead) -> Result<Self> {
        let mut map = BTreeMap::new();
        for pair in settings.labels {
            let (label, class) = pair
                .split_once('=')
                .ok_or_else(|| Error::usage(format!("--labels {pair}: label=class, as in 1={}", head.classes[1])))?;
            map.insert(label.trim().to_string(), class.trim().to_string());
        }
        let place = read::place(settings.labelled);
        let (samples, report) = labelled::read(settings.labelled, &settings.columns)?;
        let classes = labelled::classes(&samples, &head.classes, &map, &place)?;
        if let Some(only) = classes.first().filter(|first| classes.iter().all(|class| class == *first)) {
            return Err(Error::input(
                &place,
                format!("all {} sequences are of one class ({})", classes.len(), head.classes[usize::from(*only)]),
            )
            .with_hint("metrics need sequences of both classes"));
        }
        let mut inputs = vec![report];
        let mut seen = (!settings.seen.is_empty()).then(Seen::default);
        for path in settings.seen {
            // Labels are required here too: training sets have them, and one reader serves both.
            let (samples, report) = labelled::read(path, &settings.columns)?;
            if let Some(seen) = &mut seen {
                seen.add(&samples);
            }
            inputs.push(report);
        }
        Ok(Self { place, samples, classes, seen, inputs })
    }

    /// Refuses sequences that the model does not take.
    fn check_lengths(&self, card: &Card) -> Result<()> {
        let (shortest, longest) = (card.min_span(), card.window.span);
        for Sample { sequence, line, .. } in &self.samples {
            let len = sequence.len() as u64;
            if len < shortest || len > longest {
                let takes = if shortest == longest { format!("{longest}") } else { format!("{shortest} to {longest}") };
                return Err(Error::input(
                    &self.place,
                    format!("line {line}: the sequence has {len} bases; {} accepts {takes}", card.name),
                )
                .with_hint("trim or remove such sequences: metrics of the others would not be those of this file"));
            }
        }
        Ok(())
    }

    fn score(&self, head: &JudgedHead, network: Network) -> Result<Scored> {
        let Network { card, pipeline: settings, sessions, .. } = network;
        let grid = Grid::new(&card.window, None, None)?;
        let encoder = settings.encoder.clone();
        let count = self.samples.len() as u64;
        let mut counts = Counts { records_in: count, queries: count, ..Counts::default() };
        let (mut samples, mut scores) = (Vec::new(), Vec::new());
        let timings = pipeline::run(
            &settings,
            sessions,
            |feed| {
                self.samples.iter().enumerate().try_for_each(|(index, sample)| {
                    feed.query((index, sample), |rows| {
                        rows.push_with(|row| grid.fill_alone(&sample.sequence, row));
                        let row = rows.row(rows.count() - 1);
                        grid.admit(row)?;
                        encoder.as_deref().map_or(Ok(()), |encoder| encoder.admit(row))
                    })
                })
            },
            |(index, _): (usize, &Sample), outcome| {
                counts.query_written(outcome.skipped());
                if let Outcome::Answered(answers) = outcome {
                    samples.push(index);
                    scores.extend(head.columns.iter().map(|&column| answers.scores(0)[column]));
                }
                Ok(())
            },
        )?;
        counts.bases = self.samples.iter().map(|sample| sample.sequence.len() as u64).sum();
        Ok(Scored { samples, scores, counts, timings })
    }
}

/// All scored sequences; and once more those that the model was not trained on, where they are known.
fn judge(set: &LabelledSet, scored: &Scored, head: &JudgedHead, threshold: f64) -> Vec<(&'static str, Judged)> {
    let width = head.columns.len();
    let judged = |keep: &dyn Fn(&Sample) -> bool| {
        let chosen: Vec<usize> = (0..scored.samples.len()).filter(|&i| keep(&set.samples[scored.samples[i]])).collect();
        let scores: Vec<f32> =
            chosen.iter().flat_map(|&i| scored.scores[i * width..(i + 1) * width].iter().copied()).collect();
        let classes = chosen.iter().map(|&i| set.classes[scored.samples[i]]).collect();
        Judged::new(head.classes.clone(), classes, &scores, threshold)
    };
    let mut sets = vec![("all", judged(&|_| true))];
    if let Some(seen) = &set.seen {
        sets.push(("unseen", judged(&|sample| !seen.contains(&sample.sequence))));
    }
    sets
}

/// Sizes, confusion matrix, metrics and curves of one set. `counts` of the run give the skips of the set `all`.
fn set_metrics(name: &str, judged: &Judged, place: &str, counts: &Counts, draws: Bootstrap) -> Result<SetMetrics> {
    let sizes = judged.sizes();
    if sizes.contains(&0) {
        if name == "all" || sizes.iter().filter(|&&size| size > 0).count() < 2 {
            return Err(Error::input(place, format!("set {name}: after skipping, a class has no sequences")));
        }
        tracing::warn!("set {name}: not every class has a sequence; its metrics are not defined");
    }
    let mut rows: Vec<(String, String)> = vec![("sequences".into(), judged.len().to_string())];
    for (class, size) in judged.classes.iter().zip(&sizes) {
        rows.push((format!("sequences:{class}"), size.to_string()));
    }
    if name == "all" {
        for (reason, count) in &counts.skipped {
            rows.push((format!("skipped:{reason}"), count.to_string()));
        }
    }
    rows.push(("calibration_error".into(), show(judged.calibration_error())));
    let confusion = judged.confusion();
    for (t, truth) in judged.classes.iter().enumerate() {
        for (c, called) in judged.classes.iter().enumerate() {
            rows.push((format!("truth:{truth}>called:{called}"), confusion.at(t, c).to_string()));
        }
    }
    let ranked = if judged.classes.len() == 2 { &judged.classes[1..] } else { &judged.classes[..] };
    let curve = |(class, ranking): (&String, _)| ScoreCurve { name: class.clone(), ranking, bases: None };
    Ok(SetMetrics {
        name: name.into(),
        counts: rows,
        metrics: judged.metrics(draws),
        curves: ranked.iter().zip(judged.rankings().iter().cloned()).map(curve).collect(),
    })
}

fn page(
    settings: &SequenceSettings<'_>,
    card: &Card,
    head: &JudgedHead,
    place: &str,
    threshold: f64,
    all: &Judged,
    sets: &[SetMetrics],
) -> Page {
    let reliability = all.reliability().into_iter().map(|(p, right, _)| (p, right)).collect();
    let head = if card.heads.len() == 1 { String::new() } else { format!(", head {}", head.name) };
    let Bootstrap { replicates, seed } = settings.bootstrap;
    Page {
        title: format!("{} {}{head}", card.name, card.version),
        facts: vec![
            format!("{place}: {} sequences; threshold {threshold}", all.len()),
            format!("{replicates} bootstrap replicates, seed {seed}"),
        ],
        tables: sets.iter().map(Table::of).collect(),
        confusion: Some((all.classes.clone(), all.confusion())),
        plots: plots(&sets[0], true, Some(vec![("all".into(), reliability)])),
    }
}
