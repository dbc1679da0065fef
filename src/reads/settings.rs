//! Which reads are scored, and how they are written.

use std::path::{Path, PathBuf};

use noodles::sam::alignment::record::Flags;

use crate::{
    error::{Error, Result},
    exact::Task,
    output::manifest::{self, digest},
    read::{Format, alignments::Alignments, part::Part, regions::one_by_one, source},
    session::{
        load::{Kind, LoadedModel},
        part,
    },
    shards::territory::{Choice, Territory},
    window::Grid,
};

/// What reads are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReadsFormat {
    /// One header line, one line for each read.
    Tsv,
    /// The reads with aux tags.
    Bam,
    /// The columns of TSV with their types, compressed with zstd.
    Parquet,
}

impl ReadsFormat {
    /// Its name on the command line and in manifests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tsv => "tsv",
            Self::Bam => "bam",
            Self::Parquet => "parquet",
        }
    }
}

/// How the windows of a read become one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Aggregate {
    /// The scores of the window with the best score.
    Max,
    /// The mean of all windows.
    Mean,
}

/// The orientation in which bases are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Orient {
    /// As the sequencer read them.
    Read,
    /// As the reference has them.
    Reference,
}

/// Which reads are scored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filters {
    /// The lowest mapping quality.
    pub min_mapq: u8,
    /// Reads with any of these flags are left out.
    pub exclude: Flags,
    /// Reads that lack any of these flags are left out.
    pub require: Flags,
}

/// What is scored, and how it is written.
pub(crate) struct Settings {
    /// The reads; `-` is standard input.
    pub reads: PathBuf,
    /// The model, as the user named it.
    pub model: String,
    /// The FASTA file of a CRAM file.
    pub reference: Option<PathBuf>,
    /// Format of the output.
    pub format: ReadsFormat,
    /// First letter of the tags in BAM.
    pub tag_prefix: Option<char>,
    /// One line for each window, not for each read.
    pub each_window: bool,
    /// How the windows of a read become one answer.
    pub aggregate: Aggregate,
    /// Names or patterns of the scores that are written; empty: all.
    pub columns: Vec<String>,
    /// The orientation in which bases are read.
    pub orient: Orient,
    /// Which reads are scored.
    pub filters: Filters,
    /// Regions, as the user wrote them.
    pub region: Vec<String>,
    /// Regions in a BED file.
    pub regions_file: Option<PathBuf>,
    /// Bases between window starts; `None`: the model's.
    pub stride: Option<u64>,
    /// The digest of the reads is wanted.
    pub digest: bool,
}

impl Settings {
    /// The files that are read.
    pub(crate) fn inputs(&self) -> Vec<&Path> {
        let more = [self.reference.as_deref(), self.regions_file.as_deref()];
        std::iter::once(self.reads.as_path()).chain(more.into_iter().flatten()).collect()
    }

    /// Opens the reads.
    pub(crate) fn open(&self) -> Result<Alignments> {
        let alignments = Alignments::open(&self.reads, self.reference.as_deref())?;
        if !self.digest {
            alignments.skip_digest();
        }
        Ok(alignments)
    }

    /// The windows on a read; `None`: a read is answered whole.
    pub(crate) fn grid(&self, model: &LoadedModel) -> Result<Option<Grid>> {
        let grid = match &model.kind {
            Kind::Exact(Task::OpenReadingFrames(_)) => return Err(Error::usage("exact:orf is for genogloss scan")),
            Kind::Network(card) => Some(Grid::new(&card.window, self.stride, model.form.bin)?),
            Kind::Exact(_) => None,
        };
        if self.format == ReadsFormat::Bam && (model.form.text.is_some() || self.each_window) {
            return Err(Error::usage(
                "-O bam needs a model that answers with scores, and writes one record for each read",
            ));
        }
        Ok(grid)
    }

    /// Options that the output depends on: shards of one run have the same.
    pub(crate) fn recorded(&self) -> Result<manifest::Settings> {
        let mut settings = manifest::Settings::new("reads");
        settings.put("options", self.command_line());
        settings.put("format", self.format.name());
        settings.put("tag_prefix", self.tag_prefix.map(String::from));
        settings.put("each_window", self.each_window);
        settings.put("regions_file", self.regions_file.as_deref().map(digest).transpose()?);
        Ok(settings)
    }

    /// The part of the command line that answers depend on, for the @PG line of a BAM header.
    pub(crate) fn command_line(&self) -> String {
        let aggregate = if self.aggregate == Aggregate::Max { "max" } else { "mean" };
        let orient = if self.orient == Orient::Read { "read" } else { "reference" };
        let model = &self.model;
        let mut text = format!("genogloss reads -m {model} --aggregate {aggregate} --orient {orient}");
        if let Some(stride) = self.stride {
            text.push_str(&format!(" --stride {stride}"));
        }
        for column in &self.columns {
            text.push_str(&format!(" --column {column}"));
        }
        for region in one_by_one(&self.region) {
            text.push_str(&format!(" -r {region}"));
        }
        let Filters { min_mapq, exclude, require } = self.filters;
        let (exclude, require) = (u16::from(exclude), u16::from(require));
        text + &format!(" --min-mapq {min_mapq} --exclude-flags {exclude} --require-flags {require}")
    }

    /// The shard's part of the reads: by position if the header says that they are sorted, else by number.
    pub(crate) fn territory(&self, choice: Option<&Choice>, alignments: &Alignments) -> Result<Option<Territory>> {
        let Some(choice) = choice else { return Ok(None) };
        let place = alignments.place();
        if alignments.is_sorted() {
            return part::of_contigs(choice, alignments.contigs(), &place, "reads").map(Some);
        }
        if !source::is_file(&self.reads) {
            return Err(Error::usage(format!("{place}: the number of reads must be known before the run"))
                .with_hint("give a file instead of standard input or a pipe, or reads that are sorted"));
        }
        if !self.region.is_empty() || self.regions_file.is_some() {
            return Err(Error::usage("--shard with -r or -R needs sorted reads").with_hint("samtools sort"));
        }
        if !matches!(alignments.format, Format::Fastq | Format::Fasta) {
            tracing::info!(
                "{place} is not sorted by its header (@HD SO:coordinate): shards are cut by the number of the read, and each reads the whole file; samtools sort, then samtools index, lets it read only its part"
            );
        }
        let mut count = 0;
        let _ = self.open()?.read(&Part::default(), |_| {
            count += 1;
            Ok(())
        })?;
        part::of_records(choice, count, &place, "reads").map(Some)
    }
}
