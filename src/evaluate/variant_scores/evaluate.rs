//! The evaluation of existing scores, step by step.

use std::time::Instant;

use super::{
    join::{self, LabelledScores},
    judge::{COLUMNS, JudgedScores, line},
    page::page,
    selection::{MissingScores, VariantScoreSettings},
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    evaluate::{
        evaluation::Evaluation,
        metrics::Metric,
        sets::{ScoreCurve, SetMetrics},
    },
    genome::interval::commas,
    output::{column::fixed_header, manifest::Settings},
    session::{Finished, wall},
};

/// Reads scores and labels, and computes the metrics of each score.
pub(crate) fn evaluate(settings: &VariantScoreSettings<'_>) -> Result<Evaluation> {
    let begun = Instant::now();
    let mut data = read(settings)?;
    let truth = classes(settings, &data);
    let versus = settings.versus.map(|name| position(&data, name)).transpose()?;
    let all: Vec<usize> = (0..data.labels.len()).collect();
    check_differ(settings, &data, truth.as_deref(), &all)?;
    let missing: Vec<usize> =
        data.scores.iter().map(|(_, values)| values.iter().filter(|value| value.is_nan()).count()).collect();
    warn_missing(settings, &data, &missing);
    if settings.missing == MissingScores::Zero {
        let values = data.scores.iter_mut().flat_map(|(_, values)| values);
        values.filter(|value| value.is_nan()).for_each(|value| *value = 0.0);
    }
    let Judgement { sets, lines, judged } = judge(settings, &data, truth.as_deref(), &missing, versus)?;
    let page = page(settings, &data, &sets, &missing, truth.as_deref());
    let counts = Counts { records_in: data.rows, filtered: data.unlabelled, scored: judged, ..Counts::default() };
    Ok(Evaluation {
        table: fixed_header(COLUMNS) + &lines.concat(),
        columns: COLUMNS,
        sets,
        page: Some(page),
        ranks: None,
        finished: Finished { counts, timings: wall(begun.elapsed()), inputs: data.inputs, ..Finished::default() },
        settings: manifest_settings(settings),
    })
}

fn read(settings: &VariantScoreSettings<'_>) -> Result<LabelledScores> {
    let mut data = join::read(settings.scores, settings.labels, &settings.selection)?;
    if settings.absolute_label {
        data.labels.iter_mut().for_each(|label| *label = label.abs());
    }
    if settings.absolute {
        data.scores.iter_mut().flat_map(|(_, values)| values).for_each(|value| *value = value.abs());
    }
    Ok(data)
}

/// Whether each variant is positive; `None` where effects are only ranked.
fn classes(settings: &VariantScoreSettings<'_>, data: &LabelledScores) -> Option<Vec<bool>> {
    let of = |is_positive: &dyn Fn(f64) -> bool| data.labels.iter().map(|&label| is_positive(label)).collect();
    match settings.positive {
        Some(cut) => Some(of(&|effect| cut.holds(effect))),
        None => data.has_classes().then(|| of(&|label| label == 1.0)),
    }
}

fn position(data: &LabelledScores, name: &str) -> Result<usize> {
    data.scores.iter().position(|(score, _)| score == name).ok_or_else(|| {
        let names: Vec<&str> = data.scores.iter().map(|(name, _)| name.as_str()).collect();
        Error::usage(format!("--versus {name}: the scores are {}", names.join(", ")))
    })
}

/// The metrics of all scores.
struct Judgement {
    sets: Vec<SetMetrics>,
    /// Lines of the table.
    lines: Vec<String>,
    /// Variants that were judged; with `own_rows`, by the score that has most.
    judged: u64,
}

fn judge(
    settings: &VariantScoreSettings<'_>,
    data: &LabelledScores,
    truth: Option<&[bool]>,
    missing: &[usize],
    versus: Option<usize>,
) -> Result<Judgement> {
    let all: Vec<(&str, &[f64])> =
        data.scores.iter().map(|(name, values)| (name.as_str(), values.as_slice())).collect();
    let groups: Vec<&[(&str, &[f64])]> = if settings.own_rows { all.chunks(1).collect() } else { vec![&all] };
    let effects = (!data.has_classes()).then_some(data.labels.as_slice());
    let mut judgement = Judgement { sets: Vec::new(), lines: Vec::new(), judged: 0 };
    for group in groups {
        let has_all = |&i: &usize| group.iter().all(|(_, values)| !values[i].is_nan());
        let chosen: Vec<usize> = (0..data.labels.len()).filter(has_all).collect();
        let judged = JudgedScores::new(group, truth, effects, &chosen);
        check_differ(settings, data, truth, &chosen)?;
        judgement.judged = judgement.judged.max(judged.rows as u64);
        for (index, (name, metrics)) in judged.metrics(versus, settings.bootstrap).into_iter().enumerate() {
            let without = all.iter().position(|(score, _)| *score == name).map(|i| missing[i]);
            judgement.lines.push(line(&name, &judged, without, &metrics));
            judgement.sets.push(set_metrics(name, metrics, &judged, index, without));
        }
    }
    Ok(judgement)
}

/// What the page shows of a score; `index` among those that are judged together.
fn set_metrics(
    name: String,
    metrics: Vec<Metric>,
    judged: &JudgedScores<'_>,
    index: usize,
    without: Option<usize>,
) -> SetMetrics {
    let mut counts = vec![("variants".to_string(), commas(judged.rows as u64))];
    counts.extend(judged.positives.map(|n| ("positive".to_string(), commas(n as u64))));
    counts.extend(without.map(|n| ("without this score".to_string(), commas(n as u64))));
    let ranking = judged.scores.get(index).and_then(|(_, ranking, _)| ranking.clone());
    let curve = |ranking| ScoreCurve { name: "positive".into(), ranking, bases: None };
    SetMetrics {
        name,
        counts,
        metrics: metrics.into_iter().filter(|metric| metric.value.is_finite()).collect(),
        curves: ranking.map(curve).into_iter().collect(),
    }
}

/// Refuses variants of one class, and effects that are all the same: they have no metrics.
fn check_differ(
    settings: &VariantScoreSettings<'_>,
    data: &LabelledScores,
    truth: Option<&[bool]>,
    chosen: &[usize],
) -> Result<()> {
    let judged = if chosen.len() == data.labels.len() { "labelled" } else { "judged" };
    let count = commas(chosen.len() as u64);
    let Some(&first) = chosen.first() else {
        return Err(Error::input(&data.place, "no labelled variant has every score").with_hint(
            "--own-rows evaluates each score on the variants that have it; --missing zero takes a missing score as 0",
        ));
    };
    match truth {
        Some(truth) => {
            let positives = chosen.iter().filter(|&&i| truth[i]).count();
            if positives > 0 && positives < chosen.len() {
                return Ok(());
            }
            let class = match (settings.positive, positives) {
                (Some(_), 0) => "none is positive with --positive",
                (Some(_), _) => "all are positive with --positive",
                (None, 0) => "all labels are 0",
                (None, _) => "all labels are 1",
            };
            let error = Error::input(&data.place, format!("the {count} {judged} variants are of one class: {class}"));
            Err(error.with_hint("metrics need variants of both classes"))
        }
        None => {
            let first = data.labels[first];
            if chosen.iter().any(|&i| data.labels[i] != first) {
                return Ok(());
            }
            Err(Error::input(&data.place, format!("the {count} {judged} variants all have the same label, {first}"))
                .with_hint("metrics need labels that differ"))
        }
    }
}

/// Warns of variants without a score: leaving them out changes what the metrics mean.
fn warn_missing(settings: &VariantScoreSettings<'_>, data: &LabelledScores, missing: &[usize]) {
    let rows = data.labels.len();
    if data.absent > 0 {
        tracing::warn!(
            "{} of {} labelled variants are not in the file of scores: they count as variants without a score",
            commas(data.absent),
            commas(rows as u64)
        );
    }
    let some: Vec<String> = data
        .scores
        .iter()
        .zip(missing)
        .filter(|(_, missing)| **missing > 0)
        .map(|((name, _), missing)| format!("{name} {}", commas(*missing as u64)))
        .collect();
    if some.is_empty() {
        return;
    }
    let common = (0..rows).filter(|&i| data.scores.iter().all(|(_, values)| !values[i].is_nan())).count();
    let what = match (settings.missing, settings.own_rows) {
        (MissingScores::Zero, _) => "they count as 0 (--missing zero)".to_string(),
        (MissingScores::Skip, true) => "each score is evaluated on the variants that have it (--own-rows)".to_string(),
        (MissingScores::Skip, false) => {
            format!("all scores are evaluated on the {} variants that have every score", commas(common as u64))
        }
    };
    tracing::warn!("labelled variants without a score, of {}: {}; {what}", commas(rows as u64), some.join(", "));
}

fn manifest_settings(own: &VariantScoreSettings<'_>) -> Settings {
    let mut settings = Settings::new("evaluate");
    settings.put("label", own.selection.label());
    let scores: Vec<String> =
        own.selection.scores.iter().map(|score| format!("{}={}", score.name, score.columns.join("+"))).collect();
    settings.put("scores", if scores.is_empty() { None } else { Some(scores) });
    settings.put("positive", own.positive.map(|cut| cut.to_string()));
    settings.put("absolute", own.absolute);
    settings.put("absolute_label", own.absolute_label);
    settings.put("missing", if own.missing == MissingScores::Zero { "zero" } else { "skip" });
    settings.put("own_rows", own.own_rows);
    settings.put("versus", own.versus);
    settings.put("bootstrap", own.bootstrap.replicates);
    settings.put("seed", own.bootstrap.seed);
    settings
}
