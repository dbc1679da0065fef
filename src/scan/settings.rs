//! What is scanned, and how it is written.

use std::path::{Path, PathBuf};

use super::overlap::Rule;
use crate::{
    call::Threshold,
    error::{Error, Result},
    exact::Task,
    model::{Form, card::WindowRule},
    output::{
        manifest::{self, digest},
        table::{Holds, TableFormat},
    },
    read::{
        self,
        reference::Genome,
        regions::{Regions, one_by_one},
    },
    session::{
        Layout,
        load::{Kind, LoadedModel},
    },
    shards::territory::{Choice, Territory},
    window::Grid,
};

/// Bases of a window of a function, if the user gives none.
const FUNCTION_WINDOW: u64 = 1000;

/// What is scanned, and how it is written.
pub(crate) struct Settings {
    /// The FASTA file; `-` is standard input.
    pub fasta: PathBuf,
    /// Format of the table.
    pub format: TableFormat,
    /// Only calls are written; by this threshold.
    pub threshold: Option<Threshold>,
    /// Calls up to so many bases apart are joined into elements.
    pub merge: Option<u64>,
    /// A folder for a bigWig file for each score.
    pub bigwig: Option<PathBuf>,
    /// Names of the scores of bedGraph and bigWig; empty: all that can be called.
    pub columns: Vec<String>,
    /// How overlapping windows become one score for each position.
    pub overlap: Rule,
    /// Regions, as the user wrote them.
    pub region: Vec<String>,
    /// Regions in a BED file.
    pub regions_file: Option<PathBuf>,
    /// Bases between window starts; `None`: the model's.
    pub stride: Option<u64>,
    /// Bases of a window of a function.
    pub window: Option<u64>,
    /// Digests of the file and of its contigs are wanted.
    pub digest: bool,
}

impl Settings {
    /// The files that are read.
    pub(crate) fn inputs(&self) -> Vec<&Path> {
        std::iter::once(self.fasta.as_path()).chain(self.regions_file.as_deref()).collect()
    }

    /// The grid of windows; `None`: contigs are answered whole.
    pub(crate) fn grid(&self, model: &LoadedModel) -> Result<Option<Grid>> {
        match &model.kind {
            Kind::Exact(Task::OpenReadingFrames(_)) => Ok(None),
            Kind::Network(_) if self.window.is_some() => {
                Err(Error::usage("--window applies to exact tasks; the card of a network has its window"))
            }
            Kind::Network(card) => {
                let grid = Grid::new(&card.window, self.stride, model.form.bin)?;
                Ok(Some(if self.overlap == Rule::Cut { grid } else { grid.overlapping_cores(card.window.core) }))
            }
            Kind::Exact(_) => {
                let default = model.form.text.is_none().then_some(FUNCTION_WINDOW);
                let Some(span) = self.window.or(default) else { return Ok(None) };
                let rule = WindowRule {
                    span,
                    core: span,
                    stride: self.stride.unwrap_or(span),
                    min_span: Some(1),
                    max_unknown: 1.0,
                    fixed: false,
                    ..WindowRule::default()
                };
                // A function reads exactly its core, and a window may begin every few bases: cores then overlap, as windows do.
                Ok(Some(Grid { core: span, left: 0, ..Grid::new(&rule, None, None)? }))
            }
        }
    }

    /// The gap across which calls are joined. A track has a score for every base: its BED holds elements, unless a threshold is given.
    pub(crate) fn joined(&self, form: &Form) -> Result<Option<u64>> {
        if self.merge.is_some() && (!self.format.joins || form.text.is_some()) {
            return Err(Error::usage("--merge is for BED (-O bed), and needs a model that answers with scores"));
        }
        let elements = form.bin.is_some() && self.format.joins && self.threshold.is_none();
        let calls = elements || self.merge.is_some() || self.format.joins && self.threshold.is_some();
        let has_own = matches!(self.threshold, Some(Threshold::Value(_)));
        if calls && !form.columns.iter().any(|column| column.callable && (has_own || column.has_threshold)) {
            let of = if self.columns.is_empty() { "this model has" } else { "--column selects" };
            return Err(Error::usage(format!("{of} no score that can be called, and intervals are made of calls"))
                .with_hint(
                    "-O tsv or -O parquet writes the scores; of a likelihood, --threshold NUMBER says what a call is",
                ));
        }
        Ok(self.merge.or(elements.then_some(0)))
    }

    /// The columns of bedGraph and bigWig.
    pub(crate) fn chosen_columns(&self, form: &Form, grid: Option<Grid>) -> Result<Vec<usize>> {
        if let Err(needed) = (self.format.check)(form) {
            return Err(Error::usage(format!("-O {} needs {needed}", self.format.name)));
        }
        let one = self.format.holds == Holds::OneScore;
        if !one && self.bigwig.is_none() {
            return Ok(Vec::new());
        }
        if self.bigwig.is_some() {
            self.check_tracks(form, grid)?;
        }
        let mut chosen = form.chosen_columns(&self.columns, "this model")?;
        if self.columns.is_empty() {
            let all = !one || form.columns.len() == 1;
            chosen.retain(|&column| all && form.columns[column].callable);
            if self.bigwig.is_some() && chosen.is_empty() {
                return Err(Error::usage("--bigwig: this model has no score that can be called")
                    .with_hint("name the tracks that you want: --column NAME"));
            }
        }
        if one && chosen.len() != 1 {
            let hint = if form.columns.is_empty() {
                "this task answers as text: use -O tsv".into()
            } else if form.columns.len() <= 8 {
                let names: Vec<&str> = form.columns.iter().map(|column| column.name.as_str()).collect();
                format!("--column {}", names.join(", or --column "))
            } else {
                format!("choose one with --column; it has {}", form.some_names())
            };
            return Err(Error::usage("a bedGraph contains one score, and this model has several").with_hint(hint));
        }
        Ok(chosen)
    }

    fn check_tracks(&self, form: &Form, grid: Option<Grid>) -> Result<()> {
        if form.text.is_some() {
            return Err(Error::usage("this task answers as text, and a bigWig file contains scores"));
        }
        if grid.is_some_and(|grid| grid.core > grid.stride) && self.overlap == Rule::Cut {
            return Err(Error::usage("windows overlap, and a bigWig file holds one score for each position")
                .with_hint("--overlap mean"));
        }
        Ok(())
    }

    /// Options that the output depends on: shards of one run have the same.
    pub(crate) fn recorded(&self, merge: Option<u64>) -> Result<manifest::Settings> {
        let mut settings = manifest::Settings::new("scan");
        settings.put("format", self.format.name);
        settings.put("threshold", self.threshold.map(|threshold| threshold.to_string()));
        settings.put("merge", merge);
        settings.put("bigwig", self.bigwig.is_some());
        settings.put("columns", &self.columns);
        settings.put("overlap", self.overlap.name());
        settings.put("regions", one_by_one(&self.region));
        settings.put("regions_file", self.regions_file.as_deref().map(digest).transpose()?);
        settings.put("stride", self.stride);
        settings.put("window", self.window);
        Ok(settings)
    }

    /// The wanted regions. The names of the contigs decide how a region with a colon is read, if they are known beforehand.
    pub(crate) fn regions(&self, genome: &mut Genome, shard: bool) -> Result<Option<Regions>> {
        let contigs = match (self.region.is_empty(), shard || self.bigwig.is_some()) {
            (true, _) => None,
            (false, true) => Some(genome.contigs()?),
            (false, false) => genome.by_place()?,
        };
        Regions::read(&self.region, self.regions_file.as_deref(), contigs)
    }

    /// The layout of the table.
    pub(crate) fn layout(&self) -> Layout {
        Layout {
            indexed: self.format.indexed,
            bgzf: None,
            longest: read::reference::longest(&self.fasta),
            input: read::place(&self.fasta),
            fields: Vec::new(),
        }
    }
}

/// The shard's part of the FASTA file.
pub(super) fn territory(
    choice: Option<&Choice>,
    fasta: &Path,
    genome: &mut Genome,
    step: u64,
    regions: Option<&Regions>,
) -> Result<Option<Territory>> {
    let Some(choice) = choice else { return Ok(None) };
    let contigs = genome.contigs()?;
    regions.map_or(Ok(()), |regions| regions.check(contigs, &read::place(fasta)))?;
    let territory = Territory::choose(choice, contigs, &read::place(fasta), step, regions)?;
    if territory.is_empty() {
        tracing::warn!("shard {} is empty: there are fewer windows than shards", territory.shard);
    }
    Ok(Some(territory))
}
