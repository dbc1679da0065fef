//! `genogloss evaluate`: a model's answers against what is known.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    EngineOptions, OutputOptions,
    given::{Given, NotFor},
    prompts,
    scored::{self, VARIANTS, VariantOptions},
    setup::{self, Ending, Kind, Loaded, Shared},
};
use crate::{
    counts::Counts,
    error::{Error, Result},
    evaluate::{
        labelled::{self, Columns, Sample, Seen},
        metrics::{Figure, Judged, Point, Ranking},
        page::{Line, Page, Plot, Table, precision_recall, receiver_operating, show},
        places::{Judge, Known, Sites},
    },
    genome::{Contigs, Interval},
    model::{
        card::{Activation, Card, Kind as Answers, StrandRule},
        registry,
    },
    output::{
        Indexed, Output, OutputSettings, Sealed, check_targets,
        manifest::Settings,
        names::{self, Named, Writes},
    },
    pipeline::{self, Outcome, Timings},
    prompts::panel::AnswerWith,
    read::{
        self, InputReport,
        bed::{self, BedLine},
        reference::Genome,
        regions::Regions,
    },
    scan::tiles::{Source, Tile, TilesRead},
    window::Grid,
};

/// Compare a model's answers, or scores of variants, with what is known.
///
/// Labelled sequences: CSV or TSV with a header line (sequence,label), or FASTA with label=… in the descriptions. With
/// -f: a BED file of known places, its fourth column the name of a score (`genogloss models show`); every bin of the
/// regions is judged. Figures come with 95 % bootstrap intervals. Prompts (model `ask`, or one of kind generate): a table
/// (TSV) with columns prompt and answer, and set where there are several sets; a line of figures each. Scored variants
/// (`variants` in place of a model): a table or VCF with scores that are there already and a label, 0 and 1 or a measured
/// effect; AUROC, AUPRC and Spearman's correlation of each score.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss evaluate core-promoter test.csv.gz
  genogloss evaluate ./splice test.csv --labels 0=acceptor,1=donor,2=neither --seen train.csv --html report.html
  genogloss evaluate human sites.bed -f genome.fa -R genes.bed --pool donor=splice.donor_plus+splice.donor_minus
  genogloss evaluate ask prompts.tsv --answer-with lm
  genogloss evaluate variants scored.vcf.gz --labels-from measured.tsv --label-column effect --positive '<=-0.5' --html report.html")]
pub struct Options {
    /// Model: a name (`genogloss models list`) or a folder; `ask`: all that answers prompts; `variants`: scores that are there already.
    pub(super) model: String,
    /// Labelled sequences (CSV, TSV or FASTA; `-` is standard input); with -f, a BED file of known places; prompts with answers (TSV);
    /// with `variants`, scores (TSV, CSV, VCF or BCF).
    pub(super) labelled: PathBuf,
    #[command(flatten)]
    pub(super) engine: EngineOptions,
    #[command(flatten)]
    pub(super) output: OutputOptions,
    /// Write the report as an HTML page with curves.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,
    /// Write true and false calls at every threshold (TSV).
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    curve: Option<PathBuf>,
    /// Head (or score) that is judged, for models with several.
    #[arg(long, value_name = "NAME", help_heading = "Labelled sequences")]
    head: Option<String>,
    /// Which label of the file is which class of the model: 0=acceptor,1=donor. Without it labels are the class's names;
    /// for one class also 0 and 1, false and true, no and yes.
    #[arg(long, value_name = "LABEL=CLASS", value_delimiter = ',', help_heading = "Labelled sequences")]
    labels: Vec<String>,
    /// Column with the sequence. Default: sequence, or seq.
    #[arg(long, value_name = "NAME", help_heading = "Labelled sequences")]
    sequence_column: Option<String>,
    /// Column with the label (FASTA: key in the description; VCF: INFO field), for scored variants too. Default: label.
    #[arg(long, value_name = "NAME", help_heading = "Labelled sequences")]
    pub(super) label_column: Option<String>,
    /// Labelled sequences the model was trained on: figures are given once more for the sequences that are not among
    /// them, on either strand.
    #[arg(long, value_name = "FILE", help_heading = "Labelled sequences")]
    seen: Vec<PathBuf>,
    /// Strand rule in place of the card's: `forward` for sequences that are all given as they are transcribed.
    #[arg(long, value_enum, value_name = "RULE", help_heading = "Labelled sequences")]
    strand: Option<StrandRule>,
    /// FASTA file on which the known places lie.
    #[arg(short = 'f', long, value_name = "FASTA", help_heading = "Known places")]
    reference: Option<PathBuf>,
    /// Region that is judged: contig, contig:start, contig:-end or contig:start-end, counting from 1;
    /// {name} and {name}:start-end for names that hold colons, where they could be both.
    #[arg(short, long, value_name = "REGION", help_heading = "Known places")]
    region: Vec<String>,
    /// Regions that are judged (BED). A fourth column with the name of a score: for that score alone.
    #[arg(short = 'R', long, value_name = "BED", help_heading = "Known places")]
    regions_file: Option<PathBuf>,
    /// Places where nothing is known (BED); a fourth column as in -R. They are left out.
    #[arg(long, value_name = "BED", help_heading = "Known places")]
    ignore: Option<PathBuf>,
    /// Judge scores together: NAME=SCORE+SCORE. May be given several times.
    #[arg(long, value_name = "NAME=SCORES", help_heading = "Known places")]
    pool: Vec<String>,
    /// With `ask`: who answers.
    #[arg(long, value_enum, help_heading = "Prompts")]
    pub(super) answer_with: Option<AnswerWith>,
    /// With `ask`: the language model, a name or a folder.
    #[arg(long, value_name = "MODEL", default_value = registry::LANGUAGE, help_heading = "Prompts")]
    pub(super) language: String,
    #[command(flatten)]
    pub(super) variants: VariantOptions,
    /// A score from here on is a call. Default: 0.5 for sequences, the card's threshold for places.
    #[arg(long, value_name = "P", value_parser = number_of, help_heading = "Figures")]
    threshold: Option<f64>,
    /// Bootstrap replicates for the intervals; 0: none. [0, 100000]
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=100_000), help_heading = "Figures")]
    pub(super) bootstrap: u32,
    /// Seed of the bootstrap.
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Figures")]
    pub(super) seed: u64,
}

fn number_of(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|n: &f64| n.is_finite()).ok_or_else(|| "a number".into())
}

/// What was measured on one set, as it is written.
pub(super) struct Section {
    pub(super) name: String,
    /// Sizes and other numbers without interval.
    pub(super) counts: Vec<(String, String)>,
    pub(super) figures: Vec<Figure>,
    /// Curves: name (a class or a score), ranking, bases that were asked (places).
    pub(super) curves: Vec<(String, Ranking, Option<u64>)>,
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    given.check(&[
        NotFor {
            when: options.model != prompts::ASK,
            options: &["language"],
            why: "names the language model of `evaluate ask`",
            hint: "a language model is judged by its own name in place of ask",
        },
        NotFor {
            when: options.model == VARIANTS,
            options: &["engine", "device"],
            why: "is for models, and none runs on scored variants",
            hint: "leave it away",
        },
    ])?;
    let mut inputs: Vec<&Path> = vec![&options.labelled];
    inputs.extend(options.seen.iter().map(PathBuf::as_path));
    inputs.extend(options.variants.labels_from());
    inputs.extend(
        [&options.reference, &options.regions_file, &options.ignore].into_iter().flatten().map(PathBuf::as_path),
    );
    let written: Vec<(&Path, &str)> = [(&options.html, "the page"), (&options.curve, "the curve")]
        .into_iter()
        .filter_map(|(path, what)| Some((path.as_deref()?, what)))
        .collect();
    check_targets(&inputs, options.output.output.as_deref(), options.output.manifest.as_deref(), &written)?;
    options.output.check_table(given)?;
    names::decide(options.curve.as_deref(), None, (), &[Writes::text((), Named::Tsv)])?;
    names::refuse(options.html.as_deref(), "a page (HTML)")?;
    if options.model != VARIANTS
        && let Some(name) = options.variants.given().next()
    {
        return Err(Error::usage(format!("{name} is for scored variants"))
            .with_hint("genogloss evaluate variants SCORES judges scores that are there already"));
    }
    for (name, given) in [
        ("--region", !options.region.is_empty()),
        ("--regions-file", options.regions_file.is_some()),
        ("--ignore", options.ignore.is_some()),
        ("--pool", !options.pool.is_empty()),
    ] {
        if given && options.reference.is_none() {
            return Err(
                Error::usage(format!("{name} is for known places of a genome")).with_hint("give the genome: -f")
            );
        }
    }
    for (name, given) in [
        ("--head", options.head.is_some()),
        ("--strand", options.strand.is_some()),
        ("--labels", !options.labels.is_empty()),
        ("--seen", !options.seen.is_empty()),
        ("--sequence-column", options.sequence_column.is_some()),
        ("--label-column", options.label_column.is_some()),
    ] {
        if given && options.reference.is_some() {
            return Err(Error::usage(format!("{name} is for labelled sequences, not for places (-f)")));
        }
    }
    if options.model == VARIANTS {
        for (name, given) in [
            ("--reference", options.reference.is_some()),
            ("--head", options.head.is_some()),
            ("--labels", !options.labels.is_empty()),
            ("--sequence-column", options.sequence_column.is_some()),
            ("--seen", !options.seen.is_empty()),
            ("--strand", options.strand.is_some()),
            ("--answer-with", options.answer_with.is_some()),
            ("--threshold", options.threshold.is_some()),
        ] {
            if given {
                return Err(Error::usage(format!("{name} is not for scored variants: no model runs")));
            }
        }
        return scored::run(&options);
    }
    if prompts::answers(&options) {
        given.check(&[NotFor {
            when: true,
            options: &["bootstrap", "seed"],
            why: "is for figures with intervals, which those of prompts have not",
            hint: "leave it away",
        }])?;
        if options.reference.is_some() {
            return Err(Error::usage(format!("{} answers prompts: -f is for places of a genome", options.model)));
        }
        for (name, given) in [
            ("--html", options.html.is_some()),
            ("--curve", options.curve.is_some()),
            ("--head", options.head.is_some()),
            ("--labels", !options.labels.is_empty()),
            ("--sequence-column", options.sequence_column.is_some()),
            ("--label-column", options.label_column.is_some()),
            ("--seen", !options.seen.is_empty()),
            ("--strand", options.strand.is_some()),
            ("--threshold", options.threshold.is_some()),
            ("--answer-with best", options.model != prompts::ASK && options.answer_with == Some(AnswerWith::Best)),
        ] {
            if given {
                return Err(Error::usage(format!("{name} is not for prompts")));
            }
        }
        return prompts::run(&options);
    }
    if options.answer_with.is_some() {
        return Err(Error::usage("--answer-with is for prompts").with_hint("genogloss evaluate ask PROMPTS.tsv"));
    }
    let loaded = setup::load_model(&options.model, &options.engine, options.strand)?;
    let Kind::Network(card) = &loaded.kind else {
        return Err(Error::usage("exact tasks are functions: there is nothing to evaluate"));
    };
    let card = card.clone();
    match &options.reference {
        Some(reference) => places(&options, &card, loaded, reference),
        None => sequences(&options, &card, loaded),
    }
}

/// What of a model's answer is judged: names of the classes (with two, the second is the one asked for) and columns.
struct Asked {
    name: String,
    classes: Vec<String>,
    columns: Vec<usize>,
}

impl pipeline::Located for (usize, &Sample) {
    fn place(&self) -> String {
        format!("line {}", self.1.line)
    }
}

/// The negative class of a head with one label.
const OTHER: &str = "other";

fn asked(card: &Card, wanted: Option<&str>) -> Result<Asked> {
    let columns = card.columns();
    let of_head = |head: usize| -> Vec<usize> { (0..columns.len()).filter(|&c| columns[c].head == head).collect() };
    let one = |column: usize| Asked {
        name: columns[column].name.clone(),
        classes: vec![OTHER.into(), columns[column].label.clone()],
        columns: vec![column],
    };
    let head = match wanted {
        None if card.heads.len() == 1 => 0,
        None => {
            let names: Vec<&str> = card.heads.iter().map(|h| h.name.as_str()).collect();
            return Err(Error::usage(format!("{} has several heads: {}", card.name, names.join(", ")))
                .with_hint(format!("--head {}", names[0])));
        }
        Some(name) => match card.heads.iter().position(|h| h.name == name) {
            Some(head) => head,
            None => {
                return columns.iter().position(|c| c.name == name).map(one).ok_or_else(|| {
                    let names: Vec<&str> = card.heads.iter().map(|h| h.name.as_str()).collect();
                    Error::usage(format!("--head {name}: {} has {}", card.name, names.join(", ")))
                });
            }
        },
    };
    let own = of_head(head);
    let card_head = &card.heads[head];
    match (own.as_slice(), card_head.activation) {
        (_, Activation::Identity | Activation::Softplus) => Err(Error::usage(format!(
            "head {} answers with numbers, not with probabilities of classes: it cannot be compared with labels",
            card_head.name
        ))),
        ([column], _) => Ok(one(*column)),
        ([_, second], Activation::Softmax) => {
            Ok(Asked { name: card_head.name.clone(), classes: card_head.labels.clone(), columns: vec![*second] })
        }
        (_, Activation::Softmax) => {
            Ok(Asked { name: card_head.name.clone(), classes: card_head.labels.clone(), columns: own })
        }
        _ => {
            let names: Vec<&str> = own.iter().map(|&c| columns[c].name.as_str()).collect();
            Err(Error::usage(format!("head {} answers several questions: choose one", card_head.name))
                .with_hint(format!("--head {}", names.join(", or --head "))))
        }
    }
}

fn sequences(options: &Options, card: &Card, loaded: Loaded) -> Result<()> {
    if card.kind == Answers::Track {
        return Err(Error::usage(format!("{} answers for places of a genome, not for sequences", card.name))
            .with_hint("give a BED file of known places, and the genome with -f"));
    }
    let asked = asked(card, options.head.as_deref())?;
    let mut map = BTreeMap::new();
    for pair in &options.labels {
        let (label, class) = pair
            .split_once('=')
            .ok_or_else(|| Error::usage(format!("--labels {pair}: label=class, as in 1={}", asked.classes[1])))?;
        map.insert(label.trim().to_string(), class.trim().to_string());
    }
    let columns = Columns { sequence: options.sequence_column.clone(), label: options.label_column.clone() };
    let place = read::place(&options.labelled);
    let (samples, report) = labelled::read(&options.labelled, &columns)?;
    let truth = labelled::classes(&samples, &asked.classes, &map, &place)?;
    if let Some(only) = truth.first().filter(|first| truth.iter().all(|class| class == *first)) {
        return Err(Error::input(
            &place,
            format!("all {} sequences are of one class ({})", truth.len(), asked.classes[usize::from(*only)]),
        )
        .with_hint("figures need sequences of both classes"));
    }
    let mut inputs = vec![report];
    let mut seen = Seen::default();
    for path in &options.seen {
        // Only the sequences matter here; a file without labels would do, but training sets have them.
        let (samples, report) = labelled::read(path, &columns)?;
        seen.add(&samples);
        inputs.push(report);
    }
    let (shortest, longest) = (card.min_span(), card.window.span);
    for Sample { sequence, line, .. } in &samples {
        let len = sequence.len() as u64;
        if len < shortest || len > longest {
            let takes = if shortest == longest { format!("{longest}") } else { format!("{shortest} to {longest}") };
            return Err(Error::input(
                &place,
                format!("line {line}: the sequence has {len} bases; {} takes {takes}", card.name),
            )
            .with_hint("cut or leave out such sequences: a figure over the rest would not be one of this file"));
        }
    }

    let grid = Grid::new(&card.window, None, None)?;
    let Loaded { settings, sessions, report, threads, .. } = loaded;
    let encoder = settings.encoder.clone();
    let mut counts = Counts { records_in: samples.len() as u64, queries: samples.len() as u64, ..Counts::default() };
    // Numbers of the samples that were scored, and their scores.
    let (mut scored, mut scores): (Vec<usize>, Vec<f32>) = (Vec::new(), Vec::new());
    let timings = pipeline::run(
        &settings,
        sessions,
        |feed| {
            samples.iter().enumerate().try_for_each(|(index, sample)| {
                feed.query((index, sample), |rows| {
                    rows.push_with(|row| grid.fill(0, &sample.sequence, row));
                    let row = rows.row(rows.count() - 1);
                    grid.admit(row)?;
                    encoder.as_deref().map_or(Ok(()), |encoder| encoder.admit(row))
                })
            })
        },
        |(index, _): (usize, &Sample), outcome| {
            counts.came_out(outcome.skipped());
            if let Outcome::Answered(answers) = outcome {
                scored.push(index);
                scores.extend(asked.columns.iter().map(|&column| answers.scores(0)[column]));
            }
            Ok(())
        },
    )?;
    counts.bases = samples.iter().map(|s| s.sequence.len() as u64).sum();

    let threshold = options.threshold.unwrap_or(0.5);
    let width = asked.columns.len();
    let judged = |keep: &dyn Fn(usize) -> bool| -> Judged {
        let chosen: Vec<usize> = (0..scored.len()).filter(|&i| keep(scored[i])).collect();
        let own: Vec<f32> = chosen.iter().flat_map(|&i| scores[i * width..(i + 1) * width].iter().copied()).collect();
        let truth = chosen.iter().map(|&i| truth[scored[i]]).collect();
        Judged::new(asked.classes.clone(), truth, &own, threshold)
    };
    let mut sets = vec![("all".to_string(), judged(&|_| true))];
    if !options.seen.is_empty() {
        sets.push(("unseen".into(), judged(&|i| !seen.contains(&samples[i].sequence))));
    }
    let mut sections = Vec::new();
    for (name, judged) in &sets {
        let sizes = judged.sizes();
        if sizes.contains(&0) {
            if name == "all" || sizes.iter().filter(|&&n| n > 0).count() < 2 {
                return Err(Error::input(&place, format!("set {name}: after skipping, a class has no sequence left")));
            }
            tracing::warn!("set {name}: not every class has a sequence; its figures are not defined");
        }
        let mut counts_: Vec<(String, String)> = vec![("sequences".into(), judged.len().to_string())];
        for (class, size) in judged.classes.iter().zip(&sizes) {
            counts_.push((format!("sequences:{class}"), size.to_string()));
        }
        if name == "all" {
            for (reason, count) in &counts.skipped {
                counts_.push((format!("skipped:{reason}"), count.to_string()));
            }
        }
        counts_.push(("calibration_error".into(), show(judged.calibration_error())));
        let table = judged.confusion();
        for (t, truth) in judged.classes.iter().enumerate() {
            for (c, called) in judged.classes.iter().enumerate() {
                counts_.push((format!("truth:{truth}>called:{called}"), table.at(t, c).to_string()));
            }
        }
        let names = if judged.classes.len() == 2 { &judged.classes[1..] } else { &judged.classes[..] };
        sections.push(Section {
            name: name.clone(),
            counts: counts_,
            figures: judged.figures(options.bootstrap, options.seed),
            curves: names.iter().cloned().zip(judged.rankings().iter().cloned()).map(|(n, r)| (n, r, None)).collect(),
        });
    }
    let all = &sets[0].1;
    let reliability = all.reliability().into_iter().map(|(p, right, _)| (p, right)).collect();
    let head = if card.heads.len() == 1 { String::new() } else { format!(", head {}", asked.name) };
    let page = Page {
        title: format!("{} {}{head}", card.name, card.version),
        facts: vec![
            format!("{place}: {} sequences; threshold {threshold}", all.len()),
            format!("{} bootstrap replicates, seed {}", options.bootstrap, options.seed),
        ],
        tables: tables(&sections),
        confusion: Some((all.classes.clone(), all.confusion())),
        plots: plots(&sections[0], true, Some(vec![("all".into(), reliability)])),
    };
    let ending = Ending {
        report,
        threads,
        counts,
        timings,
        inputs,
        reference: None,
        settings: Settings::new("evaluate"),
        tracks: None,
        shard: None,
        also: None,
        before: 0,
    };
    finish(options, ending, long(&sections), &sections, &page)
}

pub(super) fn tables(sections: &[Section]) -> Vec<Table> {
    sections
        .iter()
        .map(|section| {
            let sizes: Vec<String> = section
                .counts
                .iter()
                .filter(|(name, _)| !name.starts_with("truth:"))
                .map(|(name, value)| format!("{name} {value}"))
                .collect();
            Table { title: format!("{}: {}", section.name, sizes.join(", ")), figures: section.figures.clone() }
        })
        .collect()
}

/// From the points of a ranking and the sizes of its two sides to a line.
type Curve<'a> = &'a dyn Fn(&[Point], u64, u64) -> Vec<(f64, f64)>;

/// Curves; `operating`: also true against false positive rate; `reliability`: of probabilities.
pub(super) fn plots(section: &Section, operating: bool, reliability: Option<Vec<Line>>) -> Vec<Plot> {
    let lines = |curve: Curve<'_>| {
        section
            .curves
            .iter()
            .map(|(name, ranking, _)| {
                let (positives, negatives) = ranking.sizes();
                (name.clone(), curve(&ranking.curve(), positives, negatives))
            })
            .collect()
    };
    let mut plots = vec![Plot {
        title: "Precision and recall".into(),
        x: "recall".into(),
        y: "precision".into(),
        diagonal: false,
        lines: lines(&|points, positives, _| precision_recall(points, positives)),
    }];
    if operating {
        // For places the curve says nothing: nearly all of a genome is negative.
        plots.push(Plot {
            title: "Receiver operating characteristic".into(),
            x: "false positive rate".into(),
            y: "true positive rate".into(),
            diagonal: true,
            lines: lines(&receiver_operating),
        });
    }
    plots.extend(reliability.map(|lines| Plot {
        title: "Reliability".into(),
        x: "probability".into(),
        y: "share of right ones".into(),
        diagonal: true,
        lines,
    }));
    plots
}

fn places(options: &Options, card: &Card, loaded: Loaded, reference: &Path) -> Result<()> {
    let mut genome = Genome::new(reference);
    let contigs = genome.contigs()?.clone();
    let (known, pools, mut inputs) = known(options, card, &contigs)?;
    let asked: Vec<(String, Interval)> = known
        .iter()
        .flat_map(|k| k.scope.iter())
        .flat_map(|scope| scope.names().iter().flat_map(|n| scope.of(n).iter().map(|i| (n.clone(), *i))))
        .collect();
    let regions = if known.iter().all(|k| k.scope.is_some()) {
        Some(Regions::new(asked, options.regions_file.as_deref().map_or("--region".into(), read::place)))
    } else {
        None
    };
    for known in &known {
        known.truth.check(&contigs, &read::place(reference))?;
        if let Some(ignored) = &known.ignored {
            ignored.check(&contigs, &read::place(reference))?;
        }
    }
    let grid = Grid::new(&card.window, None, loaded.form.bin)?;
    let source = Source::open(genome, regions, None)?;
    let Loaded { form, settings, sessions, report, threads, .. } = loaded;
    let encoder = settings.encoder.clone();
    let (mut judge, mut counts) = (Judge::new(&known, &form, grid.core), Counts::default());
    let shared: Shared<TilesRead> = Shared::default();
    let timings: Timings = {
        let shared = Arc::clone(&shared);
        pipeline::run(
            &settings,
            sessions,
            move |feed| {
                let read = source.read(Some(grid), false, 0, encoder, feed)?;
                setup::leave(&shared, read);
                Ok(())
            },
            |tile: Tile, outcome| {
                counts.came_out(outcome.skipped());
                if let Outcome::Answered(answers) = outcome {
                    judge.add(&tile, answers.scores(0), form.columns.len());
                }
                Ok(())
            },
        )?
    };
    let TilesRead { counts: read_counts, input, contigs } = setup::take(&shared);
    (counts.records_in, counts.filtered, counts.queries, counts.bases) =
        (read_counts.records_in, read_counts.filtered, read_counts.queries, read_counts.bases);
    let sites = judge.finish();

    let columns = card.columns();
    let (mut sections, mut reliability) = (Vec::new(), Vec::<Line>::new());
    let mut section = |name: &str, sites: &Sites, threshold: f64| -> Result<()> {
        let (positives, negatives) = sites.sizes();
        if positives == 0 || negatives == 0 {
            return Err(Error::input(
                read::place(&options.labelled),
                format!(
                    "{name}: of the {} bins that were judged {positives} lie on a known place",
                    positives + negatives
                ),
            )
            .with_hint("figures need bins of both kinds: are places and regions of the same genome?"));
        }
        sections.push(Section {
            name: name.into(),
            counts: vec![
                ("bins".into(), (positives + negatives).to_string()),
                ("bins:known".into(), positives.to_string()),
                ("bases".into(), sites.bases.to_string()),
                ("threshold".into(), threshold.to_string()),
            ],
            figures: sites.figures(threshold, options.bootstrap, options.seed),
            curves: vec![(name.into(), sites.ranking(), Some(sites.bases))],
        });
        reliability.push((name.into(), sites.reliability().into_iter().map(|(p, right, _)| (p, right)).collect()));
        Ok(())
    };
    for (known, sites) in known.iter().zip(&sites) {
        let column = &columns[known.column];
        section(&column.name, sites, options.threshold.unwrap_or(column.threshold))?;
    }
    for (name, members) in &pools {
        let mut joined = Sites::default();
        members.iter().for_each(|&i| joined.join(&sites[i]));
        section(name, &joined, options.threshold.unwrap_or(columns[known[members[0]].column].threshold))?;
    }
    let all = Section {
        name: "all".into(),
        counts: Vec::new(),
        figures: Vec::new(),
        curves: sections.iter().flat_map(|s| s.curves.clone()).collect(),
    };
    let page = Page {
        title: format!("{} {}", card.name, card.version),
        facts: vec![
            format!("{} on {}", read::place(&options.labelled), read::place(reference)),
            format!("{} bootstrap replicates over blocks of 100 kb, seed {}", options.bootstrap, options.seed),
        ],
        tables: tables(&sections),
        confusion: None,
        plots: plots(&all, false, Some(reliability)),
    };
    inputs.extend(input);
    let ending = Ending {
        report,
        threads,
        counts,
        timings,
        inputs,
        reference: Some((reference, contigs)),
        settings: Settings::new("evaluate"),
        tracks: None,
        shard: None,
        also: None,
        before: 0,
    };
    finish(options, ending, long(&sections), &sections, &page)
}

/// Known places joined under one name: which of them.
type Pools = Vec<(String, Vec<usize>)>;

/// Known places, scopes and ignored places of every score that the BED file names.
fn known(options: &Options, card: &Card, contigs: &Contigs) -> Result<(Vec<Known>, Pools, Vec<InputReport>)> {
    let columns = card.columns();
    let place = read::place(&options.labelled);
    let column_of = |name: &str, place: &str, line: u64| {
        columns.iter().position(|c| c.name == name).ok_or_else(|| {
            let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
            Error::input(
                format!("{place}, line {line}"),
                format!("{} has no score {name:?}; it has {}", card.name, names.join(", ")),
            )
        })
    };
    let mut inputs = Vec::new();
    let mut bed = |path: &Path| -> Result<Vec<BedLine>> {
        let (lines, report) = bed::read(path)?;
        inputs.push(report);
        Ok(lines)
    };
    let mut truth: BTreeMap<usize, Vec<(String, Interval)>> = BTreeMap::new();
    for BedLine { contig, interval, name, line, .. } in bed(&options.labelled)? {
        let column = match name {
            Some(name) => column_of(&name, &place, line)?,
            None if columns.len() == 1 => 0,
            None => {
                return Err(Error::input(format!("{place}, line {line}"), "the fourth column must name a score")
                    .with_hint(format!("as in: {contig} {} {} {}", interval.start, interval.end, columns[0].name)));
            }
        };
        truth.entry(column).or_default().push((contig, interval));
    }
    if truth.is_empty() {
        return Err(Error::input(&place, "no known place is in it"));
    }
    // Lines of a BED file that are for a column: those that name it, and those that name none.
    let lines_for = |lines: &[BedLine], place: &str| -> Result<BTreeMap<usize, Vec<(String, Interval)>>> {
        let mut by_column: BTreeMap<usize, Vec<(String, Interval)>> = BTreeMap::new();
        for line in lines {
            let own: Vec<usize> = match &line.name {
                Some(name) => vec![column_of(name, place, line.line)?],
                None => truth.keys().copied().collect(),
            };
            for column in own {
                by_column.entry(column).or_default().push((line.contig.clone(), line.interval));
            }
        }
        Ok(by_column)
    };
    let texts = Regions::read(&options.region, None, Some(contigs))?;
    let scope = options
        .regions_file
        .as_deref()
        .map(|path| Ok::<_, Error>((lines_for(&bed(path)?, &read::place(path))?, read::place(path))))
        .transpose()?;
    let ignored = options
        .ignore
        .as_deref()
        .map(|path| Ok::<_, Error>((lines_for(&bed(path)?, &read::place(path))?, read::place(path))))
        .transpose()?;
    let mut known = Vec::new();
    for (&column, places) in &truth {
        let mut own: Vec<(String, Interval)> =
            scope.as_ref().and_then(|(by, _)| by.get(&column)).cloned().unwrap_or_default();
        if let Some(texts) = &texts {
            own.extend(texts.names().iter().flat_map(|n| texts.of(n).iter().map(|i| (n.clone(), *i))));
        }
        let scope = (scope.is_some() || texts.is_some())
            .then(|| Regions::new(own, scope.as_ref().map_or("--region".into(), |(_, place)| place.clone())));
        known.push(Known {
            column,
            truth: Regions::new(places.iter().cloned(), place.clone()),
            scope,
            ignored: ignored
                .as_ref()
                .map(|(by, place)| Regions::new(by.get(&column).cloned().unwrap_or_default(), place.clone())),
        });
    }
    let mut pools = Vec::new();
    for pool in &options.pool {
        let bad = |why: String| Error::usage(format!("--pool {pool}: {why}"));
        let (name, members) = pool.split_once('=').ok_or_else(|| bad("NAME=SCORE+SCORE".into()))?;
        let members = members
            .split('+')
            .map(|member| {
                known
                    .iter()
                    .position(|k| columns[k.column].name == member)
                    .ok_or_else(|| bad(format!("{member} is not among the known places")))
            })
            .collect::<Result<Vec<usize>>>()?;
        pools.push((name.to_string(), members));
    }
    Ok((known, pools, inputs))
}

/// Six decimals; `.` where it is not defined.
pub(super) fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:.6}") } else { ".".into() }
}

/// The figures of all sections, a line each.
fn long(sections: &[Section]) -> String {
    let mut text = String::from("set\tfigure\tvalue\tlow\thigh\n");
    for Section { name, counts, figures, .. } in sections {
        for (count, value) in counts {
            text.push_str(&format!("{name}\t{count}\t{value}\t.\t.\n"));
        }
        for Figure { name: figure, value, low, high } in figures {
            text.push_str(&format!("{name}\t{figure}\t{}\t{}\t{}\n", number(*value), number(*low), number(*high)));
        }
    }
    text
}

/// Writes figures (`text`), page and curve; all get their names together.
pub(super) fn finish(
    options: &Options,
    ending: Ending<'_>,
    text: String,
    sections: &[Section],
    page: &Page,
) -> Result<()> {
    let input = read::place(&options.labelled);
    let write = |path: Option<&Path>, bytes: &[u8]| -> Result<Sealed> {
        let settings = OutputSettings {
            path: path.map(Path::to_path_buf),
            indexed: Indexed::No,
            kind: None,
            longest: 0,
            bgzf: false,
            input: input.clone(),
            resume: None,
        };
        let mut output = Output::create(&settings)?;
        output.write_all(bytes)?;
        output.seal()
    };
    let mut ending = ending;
    ending.counts.rows = text.lines().count() as u64 - 1;
    setup::finish(&options.output, ending, || {
        let mut sealed = write(options.output.output.as_deref(), text.as_bytes())?;
        if let Some(path) = &options.html {
            sealed = sealed.after(write(Some(path), page.html()?.as_bytes())?);
        }
        if let Some(path) = &options.curve {
            sealed = sealed.after(write(Some(path), curve(sections).as_bytes())?);
        }
        Ok(sealed)
    })
}

/// Calls at every threshold, at most some 2,000 lines a curve.
fn curve(sections: &[Section]) -> String {
    let mut text =
        String::from("set\tclass\tthreshold\ttrue_positives\tfalse_positives\tprecision\trecall\tfalse_per_mb\n");
    for section in sections {
        for (class, ranking, bases) in &section.curves {
            let (points, positives) = (ranking.curve(), ranking.sizes().0);
            let step = points.len().div_ceil(2000).max(1);
            for (index, point) in points.iter().enumerate() {
                if index % step != 0 && index + 1 != points.len() {
                    continue;
                }
                let Point { threshold, true_positives: tp, false_positives: fp } = *point;
                let per_mb = bases.map_or(".".into(), |b| number(fp as f64 / (b as f64 / 1e6)));
                text.push_str(&format!(
                    "{}\t{class}\t{threshold:.6}\t{tp}\t{fp}\t{}\t{}\t{per_mb}\n",
                    section.name,
                    number(tp as f64 / (tp + fp) as f64),
                    number(tp as f64 / positives as f64)
                ));
            }
        }
    }
    text
}
