//! The public face of the crate: open a model, score sequences, score variants.
//!
//! The calls are thin, and the numbers are the program's: windows are those of `genogloss reads`, and variants are scored by a run of
//! [`crate::variants`], through temporary files.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    batch::Rows,
    error::Error as Inner,
    genome::sequence::known_count,
    model::{
        Answerer, Form,
        card::Card,
        device::Device,
        engines::EngineChoice,
        network::{self, Ready},
        registry,
    },
    output::variants::VariantFormat,
    session::{
        Parts, Request, Target,
        load::{EngineSettings, ModelSettings},
    },
    skip::Skip,
    tokenize::Encoder,
    variants::{
        self,
        settings::{InfoFormat, MissingContigs, OnMismatch, RecordSettings, Settings},
    },
    vcf::info::{FieldNames, PREFIX, ScoreField},
    window::Grid,
};

/// Why a call failed: one line that says what, where and why. Its source is what caused it, where there is such an error.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Inner);

impl Error {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint()
    }
}

/// A model that is open: its card, its tokenizer and its network in an engine. It runs on the calling thread.
///
/// ```
/// let mut model = genogloss::Model::open("core-promoter")?;
/// assert_eq!(model.columns(), ["promoter", "promoter_notata", "promoter_tata"]);
/// # Ok::<(), genogloss::Error>(())
/// ```
pub struct Model {
    place: String,
    card: Card,
    form: Form,
    grid: Grid,
    encoder: Encoder,
    answerer: Box<dyn Answerer>,
    pool: rayon::ThreadPool,
    /// Rows of a call.
    rows: usize,
}

/// The scores of a window of a sequence, or, if the model writes a track, of a bin of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// First base, 0-based.
    pub start: u64,
    /// One past the last base, 0-based.
    pub end: u64,
    /// One score for each of [`Model::columns`], in their order; or the reason why there is none, in a word, such as `unknown_bases`.
    pub scores: Result<Vec<f32>, &'static str>,
}

/// One alternate allele of a variant, as a record of VCF has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Contig, exactly as the FASTA file names it.
    pub contig: String,
    /// Position of the first base of `reference`, 1-based, as POS of VCF.
    pub position: u64,
    /// Reference allele: bases of the contig, at least one.
    pub reference: String,
    /// Alternate allele: the bases in their place, at least one.
    pub alternate: String,
}

impl Variant {
    /// A variant; `position` is 1-based.
    pub fn new(contig: &str, position: u64, reference: &str, alternate: &str) -> Self {
        let (contig, reference, alternate) = (contig.into(), reference.into(), alternate.into());
        Self { contig, position, reference, alternate }
    }
}

/// What a variant does to one score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delta {
    /// Score of the reference allele, where the model's comparison has one.
    pub reference: Option<f64>,
    /// Score of the alternate allele, where the model's comparison has one.
    pub alternate: Option<f64>,
    /// Alternate minus reference score, signed, unless the model's card says to compare them in another way.
    pub delta: f64,
}

impl Model {
    /// Opens a model: the name of one that is built in or installed (`human`, `core-promoter`, …: `genogloss models list`), or the path of
    /// a model folder (`./my-model`). ONNX Runtime runs it where it is found, else the built-in engine.
    ///
    /// Fails if there is no such model, if its files are damaged, if it writes text instead of scores, or if its licence forbids commercial
    /// use: such models are for the program, which asks for consent.
    pub fn open(model: &str) -> Result<Self, Error> {
        let folder = registry::find(model, None)?;
        let card = folder.card()?;
        if card.non_commercial {
            let problem = format!("its licence, {}, forbids commercial use", card.license);
            return Err(Inner::model(&card.name, problem).with_hint("genogloss --accept-license runs it").into());
        }
        let Ready { mut answerers, rows, .. } = network::load(&folder, &card, EngineChoice::Auto, Device::Cpu, 1)?;
        let answerer = answerers.pop().ok_or_else(|| Inner::Internal("no network was loaded".into()))?;
        let rows = card.run.call_rows(rows, None);
        let encoder = Encoder::new(&card, &folder, rows)?;
        let rows = (rows / encoder.rows_per_window()).max(1);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let pool = pool.map_err(|error| Inner::Internal(error.to_string()))?;
        let form = network::form(&card);
        let grid = Grid::new(&card.window, None, form.bin)?;
        Ok(Self { place: model.into(), card, form, grid, encoder, answerer, pool, rows })
    }

    /// Names of the scores, in their order: `head`, or `head.label` if a head has several labels.
    pub fn columns(&self) -> Vec<&str> {
        self.form.columns.iter().map(|column| column.name.as_str()).collect()
    }

    /// Bases that the model reads at once. Longer sequences are scored window by window.
    pub fn window(&self) -> u64 {
        self.card.window.span
    }

    /// Scores sequences: for each, in the same order, the scores of its windows from left to right, as `genogloss reads --each-window` writes
    /// them. If the model writes a track, the scores of its bins instead.
    ///
    /// Sequences are letters of the forward strand, upper or lower case; any letter but A, C, G and T is an unknown base. Sequences of any
    /// length are taken: one that is too short for the model has one place, without scores. Fails if the engine fails.
    ///
    /// ```
    /// let mut model = genogloss::Model::open("core-promoter")?;
    /// let sequence = "GC".repeat(30) + "TATAAAAG" + &"ACGT".repeat(20);
    /// let scored = model.score(&[&sequence, "ACGT"])?;
    ///
    /// let first = &scored[0][0];
    /// assert_eq!((first.start, first.end), (0, 70));
    /// let scores = first.scores.as_ref().expect("scored");
    /// assert!((scores[0] - 0.9952).abs() < 1e-4);
    /// assert_eq!(scored[1][0].scores, Err("too_short"));
    /// # Ok::<(), genogloss::Error>(())
    /// ```
    pub fn score<S: AsRef<[u8]>>(&mut self, sequences: &[S]) -> Result<Vec<Vec<Scored>>, Error> {
        sequences.iter().map(|sequence| self.score_one(sequence.as_ref())).collect()
    }

    fn score_one(&mut self, sequence: &[u8]) -> Result<Vec<Scored>, Error> {
        let (grid, len) = (self.grid, sequence.len() as u64);
        if len < grid.min_span {
            return Ok(vec![skipped(0, len, Skip::TooShort)]);
        }
        let (mut places, mut starts, mut rows) = (Vec::new(), Vec::new(), Rows::default());
        for start in grid.on_read(len) {
            let mut row = Vec::new();
            grid.fill_from_read(sequence, start, &mut row);
            match grid.admit(&row).and_then(|()| self.encoder.admit(&row)) {
                Ok(()) => {
                    rows.push(&row);
                    starts.push(start);
                }
                Err(reason) => places.push(skipped(start, self.end_of(start, len), reason)),
            }
            if rows.count() == self.rows {
                self.answer(&std::mem::take(&mut rows), &std::mem::take(&mut starts), sequence, &mut places)?;
            }
        }
        self.answer(&rows, &starts, sequence, &mut places)?;
        places.sort_by_key(|place| place.start);
        Ok(places)
    }

    /// Runs windows that begin (of a track: whose cores begin) at `starts`, and adds their scores.
    fn answer(&mut self, rows: &Rows, starts: &[u64], sequence: &[u8], places: &mut Vec<Scored>) -> Result<(), Error> {
        if starts.is_empty() {
            return Ok(());
        }
        let answers = self.answerer.answer(rows, Some(&self.encoder.encode(rows, &self.pool)?))?;
        let (len, mut rest) = (sequence.len() as u64, answers.scores.as_slice());
        for (row, &start) in starts.iter().enumerate() {
            let end = if answers.ends.is_empty() { self.form.shape.len() * (row + 1) } else { answers.ends[row] };
            let own;
            (own, rest) = rest.split_at(end - (answers.scores.len() - rest.len()));
            let Some(bin) = self.form.bin else {
                places.push(self.place(start, self.end_of(start, len), own));
                continue;
            };
            for (index, scores) in own.chunks_exact(self.form.columns.len()).enumerate() {
                let first = start + index as u64 * bin;
                let end = (first + bin).min(len);
                if first >= end {
                    break;
                }
                let unknown = known_count(&sequence[first as usize..end as usize]) == 0;
                places.push(if unknown {
                    skipped(first, end, Skip::UnknownBases)
                } else {
                    self.place(first, end, scores)
                });
            }
        }
        Ok(())
    }

    fn place(&self, start: u64, end: u64, scores: &[f32]) -> Scored {
        let scores = self.form.scores(scores).map(<[f32]>::to_vec).map_err(Skip::word);
        Scored { start, end, scores }
    }

    /// Where a window (of a track: its core) ends that begins at `start`.
    fn end_of(&self, start: u64, len: u64) -> u64 {
        let width = if self.grid.bin.is_some() { self.grid.core } else { self.grid.span };
        (start + width).min(len)
    }

    /// Scores variants against a reference: for each variant, in the same order, one [`Delta`] for each of [`Model::columns`]; or the reason
    /// why it was not scored, in a word, such as `reference_mismatch` or `contig_end`.
    ///
    /// `genome` is a FASTA file, plain or BGZF; an index beside it is used, and made in memory if there is none. The numbers are those that
    /// `genogloss variants` writes, with their decimals. Fails if a file cannot be read, if the genome lacks a contig, or if the model scores
    /// variants by gene (SpliceAI's do). Runs on all cores, with networks of its own: best called once, with all variants.
    ///
    /// ```
    /// use genogloss::{Model, Variant};
    ///
    /// let model = Model::open("core-promoter")?;
    /// let contig = "chr20_3140001_3240000";
    /// let variants = [Variant::new(contig, 50_000, "C", "A"), Variant::new(contig, 50_000, "G", "A")];
    /// let scored = model.score_variants("tests/data/chr20_slice.fa", &variants)?;
    ///
    /// let promoter = scored[0].as_ref().expect("scored")[0];
    /// assert!((promoter.delta + 0.098202).abs() < 1e-5);
    /// // The reference has C there.
    /// assert_eq!(scored[1], Err("reference_mismatch".to_string()));
    /// # Ok::<(), genogloss::Error>(())
    /// ```
    pub fn score_variants(
        &self,
        genome: impl AsRef<Path>,
        variants: &[Variant],
    ) -> Result<Vec<Result<Vec<Delta>, String>>, Error> {
        let folder = tempfile::tempdir().map_err(|error| Inner::write("the folder of temporary files", &error))?;
        let (input, output) = (folder.path().join("variants.vcf"), folder.path().join("scored.vcf"));
        std::fs::write(&input, vcf(variants)?).map_err(|error| Inner::write(input.display(), &error))?;
        let settings = settings(input, genome.as_ref());
        let target = Target { path: Some(output.clone()), ..Target::default() };
        let request = Request::new(&settings.inputs(), target, Parts::default())?;
        let engine = EngineSettings {
            models_dir: None,
            accept_license: false,
            engine: EngineChoice::Auto,
            device: Device::Cpu,
            threads: None,
            batch_rows: 256,
        };
        variants::run(&settings, request, &ModelSettings { model: self.place.clone(), engine })?;
        let text = std::fs::read_to_string(&output).map_err(|error| Inner::write(output.display(), &error))?;
        Ok(text.lines().filter(|line| !line.starts_with('#')).map(|line| self.deltas(line)).collect())
    }

    /// The scores in a record that `genogloss variants` has written.
    fn deltas(&self, record: &str) -> Result<Vec<Delta>, String> {
        let names = FieldNames::new(PREFIX);
        let info = record.split('\t').nth(7).unwrap_or_default();
        let value = |name: &str| info.split(';').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        if let Some(reason) = value(&names.skip) {
            return Err(reason.into());
        }
        let columns = self.form.columns.iter().map(|column| {
            let score = |kind: ScoreField| value(&names.score(kind.word(), column)).and_then(|text| text.parse().ok());
            let (reference, alternate) = (score(ScoreField::Reference), score(ScoreField::Alternate));
            let delta = score(ScoreField::Delta).ok_or_else(|| Skip::NotANumber.word().to_string())?;
            Ok(Delta { reference, alternate, delta })
        });
        columns.collect()
    }
}

fn skipped(start: u64, end: u64, reason: Skip) -> Scored {
    Scored { start, end, scores: Err(reason.word()) }
}

/// Every variant comes out, scored as the model's card says, or with its reason.
fn settings(variants: PathBuf, genome: &Path) -> Settings {
    let records = RecordSettings {
        variants,
        contig_aliases: None,
        max_ref_mismatch: 1.0,
        region: Vec::new(),
        regions_file: None,
        missing_contigs: MissingContigs::Fail,
        digest: true,
        format: VariantFormat::Vcf,
    };
    Settings {
        records,
        reference: genome.into(),
        saturate: None,
        genes: None,
        ref_mismatch: OnMismatch::Skip,
        compare: None,
        columns: Vec::new(),
        distance: None,
        mask: false,
        info: InfoFormat::Genogloss,
        haplotypes: false,
        cache: None,
        prefix: PREFIX.into(),
    }
}

/// Variants as a file of VCF.
fn vcf(variants: &[Variant]) -> Result<String, Inner> {
    let mut text = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n".to_string();
    for (index, variant) in variants.iter().enumerate() {
        let Variant { contig, position, reference, alternate } = variant;
        let words = [contig, reference, alternate];
        if words.iter().any(|word| word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_graphic())) {
            let problem = "contig, reference and alternate allele must be words without blanks";
            return Err(Inner::input(format!("variant {}", index + 1), problem));
        }
        let _ = writeln!(text, "{contig}\t{position}\t.\t{reference}\t{alternate}\t.\t.\t.");
    }
    Ok(text)
}
