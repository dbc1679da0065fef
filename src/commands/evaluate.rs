//! `genogloss evaluate`: a model's answers, or existing scores, against what is known.

use std::path::{Path, PathBuf};

use super::{
    EngineOptions, OutputOptions, ask,
    evidence::EvidenceOptions,
    given::{Given, NotFor},
};
use crate::{
    call::Threshold,
    error::{Error, Result},
    evaluate::{
        evaluation::{Evaluation, Network, Report},
        known_prompts,
        labelled::Columns,
        metrics::Bootstrap,
        places::{self, PlaceSettings},
        prompts,
        rank::{self, RankSettings},
        sequences::{self, SequenceSettings},
        truth_set::TruthFiles,
        variant_scores::{
            evaluate as variant_scores,
            selection::{ColumnSelection, Cut, MissingScores, Score, VariantScoreSettings},
        },
    },
    genes::{
        base::{Base, default_path},
        lookup,
        rank::listing::CommonCandidates,
    },
    model::{
        card::{Kind, StrandRule},
        engine::EngineReport,
        registry,
    },
    output::{check_targets, manifest::ModelReport, names},
    prompts::panel::{AnswerWith, Panel, Settings as PanelSettings},
    session::{
        Parts, Request,
        load::{self, LoadedModel, ModelSettings, Purpose},
    },
};

/// The name that stands for all means of `genogloss ask`, in place of a model.
const ASK: &str = "ask";

/// The name that stands for existing scores of variants, in place of a model.
const VARIANTS: &str = "variants";

/// The name that stands for the ranking of genes by phenotypes, in place of a model.
const RANK: &str = "rank";

/// Evaluate a model, or scores of variants, against known labels.
///
/// Labelled sequences: CSV or TSV with a header line (sequence,label), or FASTA with label=… in the descriptions. With
/// -f: a BED file of known places, its fourth column the name of a score (`genogloss models show`); every bin of the
/// regions is judged. Figures come with 95 % bootstrap intervals. Prompts (model `ask`, or one of kind generate): a table
/// (TSV) with columns prompt and answer, and set where there are several sets; a line of figures each. Scored variants
/// (`variants` in place of a model): a table or VCF with scores that are there already and a label, 0 and 1 or a measured
/// effect; AUROC, AUPRC and Spearman's correlation of each score. Ranked genes (`rank`): cases with phenotypes and a
/// known causal gene; recall at the first ranks and mean reciprocal rank.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  genogloss evaluate core-promoter test.csv.gz
  genogloss evaluate ./splice test.csv --labels 0=acceptor,1=donor,2=neither --seen train.csv --html report.html
  genogloss evaluate human sites.bed -f genome.fa -R genes.bed --pool donor=splice.donor_plus+splice.donor_minus
  genogloss evaluate ask prompts.tsv --answer-with lm
  genogloss evaluate rank cases.tsv --without-paper --ranks ranks.tsv
  genogloss evaluate variants scored.vcf.gz --labels-from measured.tsv --label-column effect --positive '<=-0.5' --html report.html")]
pub(super) struct Options {
    /// Model: a name (`genogloss models list`) or a folder; `ask`: the methods that answer prompts; `variants`:
    /// existing scores; `rank`: genes ranked by phenotypes.
    model: String,
    /// Labelled sequences (CSV, TSV or FASTA; `-` is standard input); with -f, a BED file with the truth set; with
    /// `ask`, prompts with answers (TSV); with `variants`, scores (TSV, CSV, VCF or BCF); with `rank`, cases (TSV with the
    /// columns id, terms and gene; phenopackets).
    labelled: PathBuf,
    #[command(flatten)]
    engine: EngineOptions,
    #[command(flatten)]
    output: OutputOptions,
    /// Write the report as an HTML page with curves.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,
    /// Write true and false positives at every threshold (TSV, or Parquet by the name).
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    curve: Option<PathBuf>,
    /// Head (or score) to evaluate, for models with several.
    #[arg(long, value_name = "NAME", help_heading = "Labelled sequences")]
    head: Option<String>,
    /// Map from labels of the file to classes of the model: 0=acceptor,1=donor. Without it the labels are the names of
    /// the classes; for a head with one class also 0 and 1, false and true, no and yes.
    #[arg(long, value_name = "LABEL=CLASS", value_delimiter = ',', help_heading = "Labelled sequences")]
    labels: Vec<String>,
    /// Column with the sequence. Default: sequence, or seq.
    #[arg(long, value_name = "NAME", help_heading = "Labelled sequences")]
    sequence_column: Option<String>,
    /// Column with the label (FASTA: key in the description; VCF: INFO field), for scored variants too. Default: label.
    #[arg(long, value_name = "NAME", help_heading = "Labelled sequences")]
    label_column: Option<String>,
    /// Labelled sequences that the model was trained on: all metrics are also computed without these sequences, on
    /// either strand.
    #[arg(long, value_name = "FILE", help_heading = "Labelled sequences")]
    seen: Vec<PathBuf>,
    /// Strand rule instead of the card's: `forward` if all sequences are given as transcribed.
    #[arg(long, value_enum, value_name = "RULE", help_heading = "Labelled sequences")]
    strand: Option<StrandRule>,
    /// FASTA file of the truth set.
    #[arg(short = 'f', long, value_name = "FASTA", help_heading = "Truth set")]
    reference: Option<PathBuf>,
    /// Region to evaluate: contig, contig:start, contig:-end or contig:start-end; 1-based, both ends included. Braces
    /// enclose a contig name that contains colons: {name}:start-end. Several regions: a list with commas, or the option
    /// several times.
    #[arg(short, long, value_name = "REGION", help_heading = "Truth set")]
    region: Vec<String>,
    /// Regions to evaluate (BED). A fourth column limits a region to the score of that name.
    #[arg(short = 'R', long, value_name = "BED", help_heading = "Truth set")]
    regions_file: Option<PathBuf>,
    /// Regions to exclude (BED); a fourth column as in -R.
    #[arg(long, value_name = "BED", help_heading = "Truth set")]
    ignore: Option<PathBuf>,
    /// Evaluate scores together: NAME=SCORE+SCORE. May be given several times.
    #[arg(long, value_name = "NAME=SCORES", help_heading = "Truth set")]
    pool: Vec<String>,
    /// With `ask`: the method that answers.
    #[arg(long, value_enum, help_heading = "Prompts")]
    answer_with: Option<AnswerWith>,
    /// With `ask`: the language model, a name or a folder.
    #[arg(long, value_name = "MODEL", default_value = registry::LANGUAGE, help_heading = "Prompts")]
    language: String,
    #[command(flatten)]
    ranks: RankOptions,
    #[command(flatten)]
    variants: VariantOptions,
    /// Lowest score that is called. Default: 0.5 for sequences, the card's threshold for a genome.
    #[arg(long, value_name = "P", value_parser = number_of, help_heading = "Metrics")]
    threshold: Option<f64>,
    /// Bootstrap replicates for the intervals; 0: none. [0, 100000]
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=100_000), help_heading = "Metrics")]
    bootstrap: u32,
    /// Seed of the bootstrap.
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Metrics")]
    seed: u64,
}

fn number_of(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|n: &f64| n.is_finite()).ok_or_else(|| "a number".into())
}

/// How scored variants are judged.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Scored variants")]
struct VariantOptions {
    /// Score to evaluate: a column or INFO field, or NAME=COLUMN+COLUMN for the value with the largest magnitude.
    /// May be given several times. Default: all columns of numbers; for VCF and BCF, the fields that `genogloss
    /// variants` and SpliceAI write.
    #[arg(long, value_name = "SCORE")]
    score: Vec<Score>,
    /// File with the labels (table, VCF or BCF), matched by CHROM, POS, REF and ALT.
    #[arg(long, value_name = "FILE")]
    labels_from: Option<PathBuf>,
    /// Columns of a table with contig, position (from 1), REF and ALT. Default: CHROM, POS, REF and ALT.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    variant_columns: Vec<String>,
    /// Measured effects that count as positive, for example '<=-0.5'. Without it, effects are only ranked (Spearman).
    #[arg(long, value_name = "CUT", allow_hyphen_values = true)]
    positive: Option<Cut>,
    /// Ignore the sign of scores.
    #[arg(long)]
    absolute: bool,
    /// Ignore the sign of measured effects.
    #[arg(long)]
    absolute_label: bool,
    /// What to do with labelled variants that have no score.
    #[arg(long, value_enum, default_value = "skip")]
    missing: MissingScores,
    /// Evaluate each score on all variants that have it. Without this, all scores are evaluated on the variants that
    /// have all of them.
    #[arg(long)]
    own_rows: bool,
    /// Add lines with the differences to this score, on the same bootstrap replicates.
    #[arg(long, value_name = "SCORE", conflicts_with = "own_rows")]
    versus: Option<String>,
}

/// How ranked genes are judged.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Ranked genes")]
struct RankOptions {
    /// Knowledge base (`genogloss genes build`). Default: that of `genogloss genes`.
    #[arg(short = 'b', long, value_name = "FILE")]
    knowledge_base: Option<PathBuf>,
    /// Candidate genes of the cases that name none: a file with one gene per line, or names separated by commas. Default:
    /// all genes.
    #[arg(long, value_name = "FILE|NAMES")]
    candidates: Option<String>,
    /// Judge a second time without the annotations that cite only the case's own papers.
    #[arg(long)]
    without_paper: bool,
    /// Write the rank of each case (TSV, or Parquet by the name).
    #[arg(long, value_name = "FILE")]
    ranks: Option<PathBuf>,
    #[command(flatten)]
    evidence: EvidenceOptions,
}

/// Identifiers of the options of [`RankOptions`].
const RANK_OPTIONS: &[&str] = &["knowledge_base", "candidates", "without_paper", "ranks", "min_evidence", "source"];

/// Identifiers of the options that do not apply to ranked genes.
const RANK_REFUSES: &[&str] = &[
    "reference",
    "html",
    "curve",
    "head",
    "labels",
    "sequence_column",
    "label_column",
    "seen",
    "strand",
    "answer_with",
    "threshold",
];

/// Identifiers of the options of [`VariantOptions`].
const VARIANT_OPTIONS: &[&str] = &[
    "score",
    "labels_from",
    "variant_columns",
    "positive",
    "absolute",
    "absolute_label",
    "missing",
    "own_rows",
    "versus",
];

/// Identifiers of the options that do not apply to prompts.
const PROMPTS_REFUSE: &[&str] =
    &["reference", "html", "curve", "head", "labels", "sequence_column", "label_column", "seen", "strand", "threshold"];

/// What is judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// Existing scores of variants.
    Variants,
    /// Answers to prompts.
    Prompts,
    /// Genes ranked by phenotypes.
    Ranks,
    /// Scores of a scan, by known places.
    Places,
    /// Scores of labelled sequences.
    Sequences,
}

pub(super) fn run(options: Options, given: &Given) -> Result<()> {
    let subject = options.subject();
    given.check(&options.rules(subject))?;
    let request = options.request(given)?;
    let (model, threads, evaluation) = match subject {
        Subject::Variants => options.variant_scores()?,
        Subject::Prompts => options.prompts()?,
        Subject::Ranks => options.ranked()?,
        Subject::Places | Subject::Sequences => options.network()?,
    };
    let report = Report {
        model,
        threads,
        input: &options.labelled,
        reference: options.reference.clone(),
        html: options.html.as_deref(),
        curve: options.curve.as_deref(),
        ranks: options.ranks.ranks.as_deref(),
    };
    evaluation.write(request, report)
}

impl Options {
    fn subject(&self) -> Subject {
        let card = || registry::find(&self.model, self.engine.models_dir.as_ref()).and_then(|folder| folder.card());
        match self.model.as_str() {
            VARIANTS => Subject::Variants,
            ASK => Subject::Prompts,
            RANK => Subject::Ranks,
            _ if card().is_ok_and(|card| card.kind == Kind::Generate) => Subject::Prompts,
            _ if self.reference.is_some() => Subject::Places,
            _ => Subject::Sequences,
        }
    }

    /// The options that cannot apply to what is judged.
    fn rules(&self, subject: Subject) -> [NotFor<'static>; 12] {
        let rule = |when, options, why, hint| NotFor { when, options, why, hint };
        let (variants, prompts) = (subject == Subject::Variants, subject == Subject::Prompts);
        let ranks = subject == Subject::Ranks;
        let remove = "remove it";
        [
            rule(
                self.model != ASK,
                &["language"],
                "selects the language model of `evaluate ask`",
                "to evaluate one language model, give its name instead of `ask`",
            ),
            rule(variants || ranks, &["engine", "device"], "applies to models, and none runs here", remove),
            rule(!ranks, RANK_OPTIONS, "applies to ranked genes", "genogloss evaluate rank CASES judges them"),
            rule(ranks, RANK_REFUSES, "does not apply to ranked genes", ""),
            rule(
                !variants,
                VARIANT_OPTIONS,
                "applies to scored variants",
                "genogloss evaluate variants SCORES evaluates existing scores",
            ),
            rule(
                self.reference.is_none(),
                &["region", "regions_file", "ignore", "pool"],
                "applies to a truth set of a genome",
                "give the genome: -f",
            ),
            rule(
                subject == Subject::Places,
                &["head", "strand", "labels", "seen", "sequence_column", "label_column"],
                "applies to labelled sequences, not to a truth set (-f)",
                "",
            ),
            rule(
                variants,
                &["reference", "head", "labels", "sequence_column", "seen", "strand", "answer_with", "threshold"],
                "does not apply to scored variants: no model runs",
                "",
            ),
            rule(
                prompts,
                &["bootstrap", "seed"],
                "applies to metrics with intervals, and those of prompts have none",
                remove,
            ),
            rule(prompts, PROMPTS_REFUSE, "does not apply to prompts", ""),
            rule(
                prompts && self.model != ASK && self.answer_with == Some(AnswerWith::Best),
                &["answer_with"],
                "best is for `evaluate ask`: a language model answers all prompts itself",
                remove,
            ),
            rule(
                !variants && !prompts && !ranks,
                &["answer_with"],
                "applies to prompts",
                "genogloss evaluate ask PROMPTS.tsv",
            ),
        ]
    }

    /// Refuses outputs that are inputs too, and names of other formats than what is written.
    fn request(&self, given: &Given) -> Result<Request> {
        let optional = [&self.variants.labels_from, &self.reference, &self.regions_file, &self.ignore];
        let optional = optional.into_iter().flatten();
        let inputs: Vec<&Path> =
            [&self.labelled].into_iter().chain(&self.seen).chain(optional).map(PathBuf::as_path).collect();
        let ranks = &self.ranks.ranks;
        let written: Vec<(&Path, &str)> = [(&self.html, "the page"), (&self.curve, "the curve"), (ranks, "the ranks")]
            .into_iter()
            .filter_map(|(path, what)| Some((path.as_deref()?, what)))
            .collect();
        check_targets(&inputs, self.output.output.as_deref(), self.output.manifest.as_deref(), &written)?;
        self.output.check_table(given)?;
        for table in [&self.curve, ranks] {
            names::decide(table.as_deref(), None, (), &names::TABLE)?;
        }
        names::refuse(self.html.as_deref(), "a page (HTML)")?;
        Request::new(&inputs, self.output.target(), Parts::default())
    }

    fn draws(&self) -> Bootstrap {
        Bootstrap { replicates: self.bootstrap, seed: self.seed }
    }

    /// Loads the model, and judges it by labelled sequences or by known places.
    fn network(&self) -> Result<(ModelReport, usize, Evaluation)> {
        let settings = ModelSettings { model: self.model.clone(), engine: self.engine.settings() };
        let LoadedModel { kind, form, pipeline, sessions, report, threads, .. } =
            load::load(&settings, Purpose::Windows, self.strand)?;
        let load::Kind::Network(card) = kind else {
            return Err(Error::usage("exact tasks are functions: there is nothing to evaluate"));
        };
        self.threshold.map_or(Ok(()), |threshold| Threshold::Value(threshold).check(&form))?;
        let network = Network { card: *card, form, pipeline, sessions };
        let evaluation = match &self.reference {
            Some(reference) => {
                let truth = TruthFiles {
                    places: &self.labelled,
                    region: &self.region,
                    regions: self.regions_file.as_deref(),
                    ignore: self.ignore.as_deref(),
                    pool: &self.pool,
                };
                let (threshold, bootstrap) = (self.threshold, self.draws());
                places::evaluate(&PlaceSettings { reference, truth, threshold, bootstrap }, network)?
            }
            None => {
                let settings = SequenceSettings {
                    labelled: &self.labelled,
                    columns: Columns { sequence: self.sequence_column.clone(), label: self.label_column.clone() },
                    head: self.head.as_deref(),
                    labels: &self.labels,
                    seen: &self.seen,
                    threshold: self.threshold,
                    bootstrap: self.draws(),
                };
                sequences::evaluate(&settings, network)?
            }
        };
        Ok((report, threads, evaluation))
    }

    fn prompts(&self) -> Result<(ModelReport, usize, Evaluation)> {
        let (language, with) = match self.model.as_str() {
            ASK => (self.language.clone(), self.answer_with.unwrap_or(AnswerWith::Best)),
            model => (model.to_string(), AnswerWith::Lm),
        };
        let (known, input) = known_prompts::read(&self.labelled)?;
        load::announce();
        let panel = std::sync::Arc::new(Panel::new(PanelSettings {
            with,
            language,
            strategy: None,
            max_tokens: None,
            chunk: false,
            models_dir: self.engine.models_dir.clone(),
            accept_license: self.engine.accept_license,
            engine: self.engine.engine,
            device: self.engine.device,
            base: None,
            evidence: Default::default(),
        })?);
        let (report, threads, pipeline) = ask::prepare(&self.engine, &panel)?;
        Ok((report, threads, prompts::evaluate(&known, input, &panel, &pipeline, threads)?))
    }

    fn ranked(&self) -> Result<(ModelReport, usize, Evaluation)> {
        load::announce();
        let threads = load::limit_threads(self.engine.threads);
        let path = self.ranks.knowledge_base.clone().map_or_else(default_path, Ok)?;
        let base = Base::open(&path)?.filtered(self.ranks.evidence.filter())?;
        let settings = RankSettings {
            cases: &self.labelled,
            base: &base,
            candidates: self
                .ranks
                .candidates
                .as_deref()
                .map_or_else(|| Ok(Default::default()), CommonCandidates::read)?,
            without_paper: self.ranks.without_paper,
            bootstrap: self.draws(),
        };
        Ok((lookup::report(base.place())?, threads, rank::evaluate(settings)?))
    }

    fn variant_scores(&self) -> Result<(ModelReport, usize, Evaluation)> {
        let own = &self.variants;
        load::announce();
        if registry::find(VARIANTS, self.engine.models_dir.as_ref()).is_ok() {
            tracing::warn!(
                "`evaluate variants` evaluates existing scores; for a model folder of that name, give its path: ./variants"
            );
        }
        if self.labelled == Path::new("-") && own.labels_from.as_deref() == Some(Path::new("-")) {
            return Err(Error::usage("scores and labels cannot both come from standard input"));
        }
        let variant = match <[String; 4]>::try_from(own.variant_columns.clone()) {
            Ok(names) => Some(names),
            Err(names) if names.is_empty() => None,
            Err(_) => return Err(Error::usage("--variant-columns takes four names, as in CHROM,POS,REF,ALT")),
        };
        let threads = load::limit_threads(self.engine.threads);
        let settings = VariantScoreSettings {
            scores: &self.labelled,
            labels: own.labels_from.as_deref(),
            selection: ColumnSelection { scores: own.score.clone(), label: self.label_column.clone(), variant },
            positive: own.positive,
            absolute: own.absolute,
            absolute_label: own.absolute_label,
            missing: own.missing,
            own_rows: own.own_rows,
            versus: own.versus.as_deref(),
            bootstrap: self.draws(),
        };
        Ok((no_model(), threads, variant_scores::evaluate(&settings)?))
    }
}

/// The model of the manifest where none runs.
fn no_model() -> ModelReport {
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
