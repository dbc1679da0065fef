//! The page about scores of variants.

use super::{
    join::LabelledScores,
    selection::{MissingScores, VariantScoreSettings},
};
use crate::{
    evaluate::{
        page::{Page, Table},
        plots::plots,
        sets::{ScoreCurve, SetMetrics},
    },
    genome::interval::commas,
    read,
};

/// All scores: what was judged, a table for each, and one plot of all their curves.
pub(super) fn page(
    settings: &VariantScoreSettings<'_>,
    data: &LabelledScores,
    sets: &[SetMetrics],
    missing: &[usize],
    truth: Option<&[bool]>,
) -> Page {
    // A curve has the name of its score here: there is one curve per score.
    let curves = sets
        .iter()
        .flat_map(|set| set.curves.iter().map(|curve| ScoreCurve { name: set.name.clone(), ..curve.clone() }))
        .collect();
    let all = SetMetrics { name: "all".into(), counts: Vec::new(), metrics: Vec::new(), curves };
    Page {
        title: "Scores of variants".into(),
        facts: facts(settings, data, missing, truth),
        tables: sets.iter().map(Table::of).collect(),
        confusion: None,
        plots: if truth.is_some() { plots(&all, true, None) } else { Vec::new() },
    }
}

fn facts(
    settings: &VariantScoreSettings<'_>,
    data: &LabelledScores,
    missing: &[usize],
    truth: Option<&[bool]>,
) -> Vec<String> {
    let label = settings.selection.label();
    let mut facts = vec![
        format!("Scores: {}", read::place(settings.scores)),
        format!("Labels: {label} of {}; {} variants", data.place, commas(data.labels.len() as u64)),
    ];
    if let Some(truth) = truth {
        let positives = truth.iter().filter(|is_positive| **is_positive).count();
        let share = positives as f64 / truth.len() as f64;
        facts.push(format!("{} of them are positive: chance has an auprc of {share:.4}", commas(positives as u64)));
    }
    facts.extend(settings.positive.map(|cut| format!("Positive: {label} {cut}")));
    if data.absent + data.unlabelled > 0 {
        let (absent, unlabelled) = (commas(data.absent), commas(data.unlabelled));
        facts.push(format!(
            "{absent} labelled variants are not in the file of scores; {unlabelled} variants of that file have no label"
        ));
    }
    if missing.iter().any(|count| *count > 0) {
        let how = match (settings.missing, settings.own_rows) {
            (MissingScores::Zero, _) => "A missing score counts as 0.",
            (_, true) => {
                "Each score is evaluated on the variants that have it, so the metrics are of different variants."
            }
            _ => "All scores are evaluated on the variants that have every score.",
        };
        facts.push(how.into());
    }
    if settings.absolute {
        facts.push("The sign of scores is ignored.".into());
    }
    if settings.absolute_label {
        facts.push("The sign of effects is ignored.".into());
    }
    let draws = settings.bootstrap;
    facts.push(format!("{} bootstrap replicates over variants, seed {}", draws.replicates, draws.seed));
    facts
}
