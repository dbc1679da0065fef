//! `genogloss evaluate variants`: columns of scores against what is known of the variants.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    evaluate::{self, Options, Section},
    setup::{self, Ending},
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    evaluate::{
        metrics::{Figure, Ranking, Spearman, bootstrap},
        page::{Page, Table},
        scored::{self, Cut, Score, Scored, Wanted},
    },
    genome::interval::commas,
    model::engine::EngineReport,
    output::manifest::{ModelReport, Settings},
    pipeline::Timings,
    read,
};

/// Name in place of a model that stands for scores that are there already.
pub(super) const VARIANTS: &str = "variants";

/// What becomes of a variant without a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Missing {
    /// It is left out, for all scores.
    Skip,
    /// Its score counts as 0.
    Zero,
}

/// How scored variants are judged.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Scored variants")]
pub(super) struct VariantOptions {
    /// Score that is judged: a column or INFO field, or NAME=COLUMN+COLUMN, of which the one that is largest without its
    /// sign counts. May be given several times. Default: all columns of numbers; of VCF and BCF, the fields that
    /// `genogloss variants` and SpliceAI write.
    #[arg(long, value_name = "SCORE")]
    score: Vec<Score>,
    /// Labels from another file (table, VCF or BCF), found by CHROM, POS, REF and ALT.
    #[arg(long, value_name = "FILE")]
    labels_from: Option<PathBuf>,
    /// Columns of a table with contig, position (from 1), REF and ALT. Default: CHROM, POS, REF and ALT.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    variant_columns: Vec<String>,
    /// Measured effects that count as positive, as in '<=-0.5'; without it, effects are only ranked (Spearman).
    #[arg(long, value_name = "CUT", allow_hyphen_values = true)]
    positive: Option<Cut>,
    /// Judge scores without their sign.
    #[arg(long)]
    absolute: bool,
    /// Take measured effects without their sign.
    #[arg(long)]
    absolute_label: bool,
    /// What becomes of labelled variants that have no score.
    #[arg(long, value_enum, default_value = "skip")]
    missing: Missing,
    /// Judge each score on all variants that have it. Without this, all scores are judged on the variants that have all.
    #[arg(long)]
    own_rows: bool,
    /// Add lines with the differences to this score, variant by variant on the same replicates.
    #[arg(long, value_name = "SCORE", conflicts_with = "own_rows")]
    versus: Option<String>,
}

impl VariantOptions {
    /// Options that are given, for messages.
    pub(super) fn given(&self) -> impl Iterator<Item = &'static str> {
        [
            ("--score", !self.score.is_empty()),
            ("--labels-from", self.labels_from.is_some()),
            ("--variant-columns", !self.variant_columns.is_empty()),
            ("--positive", self.positive.is_some()),
            ("--absolute", self.absolute),
            ("--absolute-label", self.absolute_label),
            ("--missing", self.missing != Missing::Skip),
            ("--own-rows", self.own_rows),
            ("--versus", self.versus.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
    }

    /// A further input.
    pub(super) fn labels_from(&self) -> Option<&Path> {
        self.labels_from.as_deref()
    }
}

const FIGURES: [&str; 3] = ["auroc", "auprc", "spearman"];

/// Scores on the same rows, with everything their figures need.
struct Judged<'a> {
    /// Name, ranking against the classes, correlation with the effect.
    scores: Vec<(&'a str, Option<Ranking>, Option<Spearman>)>,
    rows: usize,
    positives: Option<usize>,
}

impl<'a> Judged<'a> {
    /// `truth` and `effects` of all rows, of which `chosen` are judged.
    fn new(scores: &[(&'a str, &[f64])], truth: Option<&[bool]>, effects: Option<&[f64]>, chosen: &[usize]) -> Self {
        let truth: Option<Vec<bool>> = truth.map(|truth| chosen.iter().map(|&i| truth[i]).collect());
        let effects: Option<Vec<f64>> = effects.map(|effects| chosen.iter().map(|&i| effects[i]).collect());
        let scores = scores
            .iter()
            .map(|&(name, all)| {
                let own: Vec<f64> = chosen.iter().map(|&i| all[i]).collect();
                let ranking = truth.as_ref().map(|truth| Ranking::new(&own, truth));
                (name, ranking, effects.as_ref().map(|effects| Spearman::new(&own, effects)))
            })
            .collect();
        let positives = truth.map(|truth| truth.iter().filter(|t| **t).count());
        Self { scores, rows: chosen.len(), positives }
    }

    /// Three figures a score; then, for each but `versus`, its three less those of `versus`.
    fn values(&self, times: Option<&[u32]>, versus: Option<usize>) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(6 * self.scores.len());
        for (_, ranking, correlation) in &self.scores {
            let of =
                |figure: fn(&Ranking, Option<&[u32]>) -> f64| ranking.as_ref().map_or(f64::NAN, |r| figure(r, times));
            let correlation = correlation.as_ref().map_or(f64::NAN, |c| c.value(times));
            values.extend([of(Ranking::auroc), of(Ranking::auprc), correlation]);
        }
        if let Some(base) = versus {
            for score in (0..self.scores.len()).filter(|&score| score != base) {
                for figure in 0..3 {
                    values.push(values[3 * score + figure] - values[3 * base + figure]);
                }
            }
        }
        values
    }

    /// Name and figures of each score, then of each difference.
    fn figures(&self, versus: Option<usize>, replicates: u32, seed: u64) -> Vec<(String, Vec<Figure>)> {
        let values = self.values(None, versus);
        // METHOD: percentile bootstrap over variants; one set of replicates for all scores, so that differences are paired.
        let intervals = bootstrap(self.rows, replicates, seed, values.len(), |times| self.values(Some(times), versus));
        let mut names: Vec<String> = self.scores.iter().map(|(name, ..)| (*name).to_string()).collect();
        if let Some(base) = versus {
            let differences = |i: usize| format!("{} - {}", self.scores[i].0, self.scores[base].0);
            names.extend((0..self.scores.len()).filter(|&i| i != base).map(differences));
        }
        let figure = |i: usize| {
            let ((value, (low, high)), name) = ((values[i], intervals[i]), FIGURES[i % 3].to_string());
            Figure { name, value, low, high }
        };
        names.into_iter().enumerate().map(|(i, name)| (name, (3 * i..3 * i + 3).map(figure).collect())).collect()
    }
}

pub(super) fn run(options: &Options) -> Result<()> {
    let begun = Instant::now();
    let own = &options.variants;
    setup::announce();
    if crate::model::registry::find(VARIANTS, options.engine.models_dir.as_ref()).is_ok() {
        tracing::warn!(
            "`evaluate variants` judges scores that are there already; a model folder of that name is named by its path, as in ./variants"
        );
    }
    if options.labelled == Path::new("-") && own.labels_from() == Some(Path::new("-")) {
        return Err(Error::usage("scores and labels cannot both come from standard input"));
    }
    let variant = match <[String; 4]>::try_from(own.variant_columns.clone()) {
        Ok(names) => Some(names),
        Err(names) if names.is_empty() => None,
        Err(_) => return Err(Error::usage("--variant-columns takes four names, as in CHROM,POS,REF,ALT")),
    };
    let wanted = Wanted { scores: own.score.clone(), label: options.label_column.clone(), variant };
    let mut scored = scored::read(&options.labelled, own.labels_from(), &wanted)?;
    if own.absolute_label {
        scored.labels.iter_mut().for_each(|label| *label = label.abs());
    }
    if own.absolute {
        scored.scores.iter_mut().flat_map(|(_, values)| values).for_each(|value| *value = value.abs());
    }
    let is_measured = !scored.has_classes();
    let truth: Option<Vec<bool>> = match own.positive {
        Some(cut) => Some(scored.labels.iter().map(|&label| cut.holds(label)).collect()),
        None => (!is_measured).then(|| scored.labels.iter().map(|&label| label == 1.0).collect()),
    };
    let versus = match &own.versus {
        None => None,
        Some(name) => Some(scored.scores.iter().position(|(score, _)| score == name).ok_or_else(|| {
            let names: Vec<&str> = scored.scores.iter().map(|(name, _)| name.as_str()).collect();
            Error::usage(format!("--versus {name}: the scores are {}", names.join(", ")))
        })?),
    };
    let rows = scored.labels.len();
    one_class(&scored, truth.as_deref(), &(0..rows).collect::<Vec<_>>(), options)?;

    let missing: Vec<usize> =
        scored.scores.iter().map(|(_, values)| values.iter().filter(|v| v.is_nan()).count()).collect();
    say_missing(&scored, &missing, own);
    if own.missing == Missing::Zero {
        for value in scored.scores.iter_mut().flat_map(|(_, values)| values).filter(|value| value.is_nan()) {
            *value = 0.0;
        }
    }

    let all: Vec<(&str, &[f64])> =
        scored.scores.iter().map(|(name, values)| (name.as_str(), values.as_slice())).collect();
    let groups: Vec<&[(&str, &[f64])]> = if own.own_rows { all.chunks(1).collect() } else { vec![&all] };
    let threads = setup::threads(&options.engine);
    let effects = is_measured.then_some(scored.labels.as_slice());
    let (mut sections, mut lines, mut judged_rows) = (Vec::new(), Vec::new(), 0);
    for group in groups {
        let chosen: Vec<usize> = (0..rows).filter(|&i| group.iter().all(|(_, values)| !values[i].is_nan())).collect();
        let judged = Judged::new(group, truth.as_deref(), effects, &chosen);
        one_class(&scored, truth.as_deref(), &chosen, options)?;
        judged_rows = judged_rows.max(judged.rows);
        let figures = judged.figures(versus, options.bootstrap, options.seed);
        for (index, (name, figures)) in figures.into_iter().enumerate() {
            let without = all.iter().position(|(score, _)| *score == name).map(|i| missing[i]);
            let ranking = judged.scores.get(index).and_then(|(_, ranking, _)| ranking.clone());
            let mut counts = vec![("variants".to_string(), commas(judged.rows as u64))];
            counts.extend(judged.positives.map(|n| ("positive".to_string(), commas(n as u64))));
            counts.extend(without.map(|n| ("without this score".to_string(), commas(n as u64))));
            lines.push(line(&name, &judged, without, &figures));
            let defined = figures.into_iter().filter(|figure| figure.value.is_finite()).collect();
            let curves = ranking.map(|ranking| ("positive".to_string(), ranking, None)).into_iter().collect();
            sections.push(Section { name, counts, figures: defined, curves });
        }
    }

    let text = format!("{}\n{}", header(), lines.concat());
    let page = page(options, &scored, &sections, &missing, truth.as_deref());
    let counts = Counts {
        records_in: scored.rows,
        filtered: scored.unlabelled,
        scored: judged_rows as u64,
        rows: lines.len() as u64,
        ..Counts::default()
    };
    let ending = Ending {
        report: report(),
        threads,
        counts,
        timings: Timings { wall: begun.elapsed().as_secs_f64(), ..Timings::default() },
        inputs: scored.inputs,
        reference: None,
        settings: settings(options),
        tracks: None,
        shard: None,
        also: None,
        before: 0,
    };
    evaluate::finish(options, ending, text, &sections, &page)
}

/// Figures need variants of both classes; a correlation needs effects that differ.
fn one_class(scored: &Scored, truth: Option<&[bool]>, chosen: &[usize], options: &Options) -> Result<()> {
    let judged = if chosen.len() == scored.labels.len() { "labelled" } else { "judged" };
    let count = commas(chosen.len() as u64);
    if chosen.is_empty() {
        return Err(Error::input(&scored.place, "none of the labelled variants has every score").with_hint(
            "--own-rows judges each score on the variants that have it; --missing zero takes a missing score for 0",
        ));
    }
    match truth {
        Some(truth) => {
            let positives = chosen.iter().filter(|&&i| truth[i]).count();
            if positives > 0 && positives < chosen.len() {
                return Ok(());
            }
            let class = match (options.variants.positive, positives) {
                (Some(_), 0) => "none is positive by --positive",
                (Some(_), _) => "all are positive by --positive",
                (None, 0) => "all labels are 0",
                (None, _) => "all labels are 1",
            };
            let error = Error::input(&scored.place, format!("the {count} {judged} variants are of one class: {class}"));
            Err(error.with_hint("figures need variants of both classes"))
        }
        None => {
            let first = scored.labels[chosen[0]];
            if chosen.iter().any(|&i| scored.labels[i] != first) {
                return Ok(());
            }
            Err(Error::input(&scored.place, format!("the {count} {judged} variants all have the same label, {first}"))
                .with_hint("figures need labels that differ"))
        }
    }
}

/// Variants without a score change what figures mean: they are never left out in silence.
fn say_missing(scored: &Scored, missing: &[usize], own: &VariantOptions) {
    let rows = scored.labels.len();
    if scored.absent > 0 {
        tracing::warn!(
            "{} of {} labelled variants are not in the file of scores: they count as variants without a score",
            commas(scored.absent),
            commas(rows as u64)
        );
    }
    let some: Vec<String> = scored
        .scores
        .iter()
        .zip(missing)
        .filter(|(_, missing)| **missing > 0)
        .map(|((name, _), missing)| format!("{name} {}", commas(*missing as u64)))
        .collect();
    if some.is_empty() {
        return;
    }
    let common = (0..rows).filter(|&i| scored.scores.iter().all(|(_, values)| !values[i].is_nan())).count();
    let what = match (own.missing, own.own_rows) {
        (Missing::Zero, _) => "they count as 0 (--missing zero)".to_string(),
        (Missing::Skip, true) => "each score is judged on the variants that have it (--own-rows)".to_string(),
        (Missing::Skip, false) => {
            format!("all scores are judged on the {} variants that have every score", commas(common as u64))
        }
    };
    tracing::warn!("labelled variants without a score, of {}: {}; {what}", commas(rows as u64), some.join(", "));
}

fn header() -> String {
    let figures = FIGURES.map(|figure| format!("{figure}\t{figure}_low\t{figure}_high"));
    format!("score\tn\tpositives\tmissing\t{}", figures.join("\t"))
}

fn line(name: &str, judged: &Judged<'_>, missing: Option<usize>, figures: &[Figure]) -> String {
    let count = |n: Option<usize>| n.map_or_else(|| ".".to_string(), |n| n.to_string());
    let mut text = format!("{name}\t{}\t{}\t{}", judged.rows, count(judged.positives), count(missing));
    for Figure { value, low, high, .. } in figures {
        for number in [value, low, high] {
            text.push('\t');
            text.push_str(&evaluate::number(*number));
        }
    }
    text.push('\n');
    text
}

fn page(options: &Options, scored: &Scored, sections: &[Section], missing: &[usize], truth: Option<&[bool]>) -> Page {
    let own = &options.variants;
    let mut facts = vec![format!("Scores: {}", read::place(&options.labelled))];
    let label = options.label_column.as_deref().unwrap_or("label");
    facts.push(format!("Labels: {label} of {}; {} variants", scored.place, commas(scored.labels.len() as u64)));
    if let Some(truth) = truth {
        let positives = truth.iter().filter(|t| **t).count();
        let share = positives as f64 / truth.len() as f64;
        facts.push(format!("{} of them are positive: chance has an auprc of {share:.4}", commas(positives as u64)));
    }
    facts.extend(own.positive.map(|cut| format!("Positive: {label} {cut}")));
    if scored.absent + scored.unlabelled > 0 {
        let (absent, unlabelled) = (commas(scored.absent), commas(scored.unlabelled));
        facts.push(format!(
            "{absent} labelled variants are not in the file of scores; {unlabelled} variants of that file have no label"
        ));
    }
    if missing.iter().any(|n| *n > 0) {
        facts.push(
            match (own.missing, own.own_rows) {
                (Missing::Zero, _) => "A missing score counts as 0.",
                (_, true) => {
                    "Each score is judged on the variants that have it: the figures are of different variants."
                }
                _ => "All scores are judged on the variants that have every score.",
            }
            .into(),
        );
    }
    if own.absolute {
        facts.push("Scores are judged without their sign.".into());
    }
    if own.absolute_label {
        facts.push("Effects are taken without their sign.".into());
    }
    facts.push(format!("{} bootstrap replicates over variants, seed {}", options.bootstrap, options.seed));
    let tables: Vec<Table> = evaluate::tables(sections);
    let curves: Vec<_> = sections
        .iter()
        .flat_map(|section| {
            section.curves.iter().map(|(_, ranking, bases)| (section.name.clone(), ranking.clone(), *bases))
        })
        .collect();
    let all = Section { name: "all".into(), counts: Vec::new(), figures: Vec::new(), curves };
    let plots = if truth.is_some() { evaluate::plots(&all, true, None) } else { Vec::new() };
    Page { title: "Scores of variants".into(), facts, tables, confusion: None, plots }
}

/// For the manifest: no model runs.
fn report() -> ModelReport {
    let version = env!("CARGO_PKG_VERSION").to_string();
    ModelReport {
        name: VARIANTS.into(),
        version: version.clone(),
        sha256: None,
        card_sha256: None,
        license: ".".into(),
        engine: EngineReport { engine: "none".into(), version, device: "cpu".into() },
    }
}

fn settings(options: &Options) -> Settings {
    let own = &options.variants;
    let mut settings = Settings::new("evaluate");
    settings.put("label", options.label_column.as_deref().unwrap_or("label"));
    let scores: Vec<String> = own.score.iter().map(|s| format!("{}={}", s.name, s.columns.join("+"))).collect();
    settings.put("scores", if scores.is_empty() { None } else { Some(scores) });
    settings.put("positive", own.positive.map(|cut| cut.to_string()));
    settings.put("absolute", own.absolute);
    settings.put("absolute_label", own.absolute_label);
    settings.put("missing", if own.missing == Missing::Zero { "zero" } else { "skip" });
    settings.put("own_rows", own.own_rows);
    settings.put("versus", &own.versus);
    settings.put("bootstrap", options.bootstrap);
    settings.put("seed", options.seed);
    settings
}
