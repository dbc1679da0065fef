//! The sites of many files of variants, each once: what a cohort has to have scored.
//!
//! [`contigs`] finds the one order of contigs that all headers agree with, [`merge`] reads all files at once in that order, and the
//! writer here makes a record of each site.

pub(crate) mod columns;
mod contigs;
mod merge;
mod open_files;

use std::path::PathBuf;

use self::merge::{Failure, Merge, Site};
use crate::{
    address::without_secrets,
    counts::{Counts, InputCounts},
    error::{Error, Result},
    genome::{Contigs, interval::show_position},
    model::engine::EngineReport,
    output::{
        Output,
        column::commented_header,
        manifest::{self, ModelReport},
        variants::{RecordWriter, VariantFormat},
    },
    progress::Total,
    session::{
        About, Layout, NothingScored, Passing, ReadSummary, Request, Writer, Written, journal::Checkpoint, load,
    },
    vcf::{info, record::VariantRecord},
};

/// Which files, and how their sites are written.
pub(crate) struct Settings {
    /// Files of variants.
    pub files: Vec<PathBuf>,
    /// The table of files that cannot be read; `None`: such a file ends the run.
    pub failed: Option<PathBuf>,
    /// Digests of the files are wanted.
    pub digest: bool,
    /// Format of the output.
    pub format: VariantFormat,
}

/// Writes the sites.
pub(crate) fn run(settings: Settings, request: Request) -> Result<()> {
    load::announce();
    let Settings { files, failed, digest, format } = settings;
    let count = files.len();
    let mut merge = Merge::open(files, failed.is_some(), digest)?;
    let header = header(merge.contigs(), count);
    let (records, bytes) = RecordWriter::of_lines(format, &header)?;
    let mut recorded = manifest::Settings::new("sites");
    recorded.put("output_type", format.word());
    let session = request.begin(About {
        unit: "sites",
        done: "written",
        if_nothing_scored: NothingScored::Silent,
        ..About::new(no_model(), 1, recorded)
    })?;
    let layout = Layout {
        indexed: records.indexed(),
        bgzf: Some(format.is_bgzf()),
        longest: merge.contigs().longest(),
        input: "the sites".into(),
        fields: Vec::new(),
    };
    let output = session.create(&layout, &bytes)?;
    let writer = SiteWriter { output, counts: Counts::default(), table: failed, failures: Vec::new() };
    session.run_without_model(writer, Total::of(Some(merge.share())), |passing| write(merge, records, passing))
}

fn write(mut merge: Merge, mut records: RecordWriter, passing: &mut Passing<'_, SiteWriter>) -> Result<ReadSummary> {
    let (mut counts, mut sites) = (InputCounts::default(), Vec::new());
    while let Some(contig) = merge.next_sites(&mut sites)? {
        passing.not_interrupted()?;
        for Site { position, reference, alternate } in sites.drain(..) {
            let position = position.to_string();
            let line = [contig.as_bytes(), position.as_bytes(), b".", &reference, &alternate, b".\t.\t."];
            let record = VariantRecord::parse(line.join(&b'\t'), counts.queries + 1)
                .map_err(|why| Error::Internal(format!("a site that is no record: {why}")))?;
            counts.queries += 1;
            let SiteWriter { output, counts, .. } = &mut passing.writer;
            records.write(&record, b"", output)?;
            counts.rows += 1;
            counts.written += 1;
            counts.scored += 1;
            passing.wrote(|| show_position(record.contig(), record.position))?;
        }
    }
    let merge::Done { records_in, skipped, inputs, failures } = merge.finish();
    counts.records_in = records_in;
    let writer = &mut passing.writer;
    for (reason, count) in skipped {
        *writer.counts.skipped.entry(reason.word()).or_default() += count;
    }
    if inputs.is_empty() {
        let first = failures.first().map_or("", |failure| failure.problem.as_str());
        let problem = format!("none of the {} files could be read; the first: {first}", failures.len());
        return Err(Error::input("the inputs", problem));
    }
    if !failures.is_empty() {
        let table = writer.table.as_deref().map_or_else(String::new, |path| path.display().to_string());
        tracing::warn!("{} of {} files could not be read: {table}", failures.len(), failures.len() + inputs.len());
    }
    writer.failures = failures;
    Ok(ReadSummary { counts, inputs, contigs: Vec::new() })
}

/// The header of the sites of so many files.
fn header(contigs: &Contigs, files: usize) -> Vec<Vec<u8>> {
    let mut lines = vec!["##fileformat=VCFv4.3\n".to_string()];
    lines.extend(contigs.iter().map(|contig| match contig.len {
        0 => format!("##contig=<ID={}>\n", contig.name),
        len => format!("##contig=<ID={},length={len}>\n", contig.name),
    }));
    let version = env!("CARGO_PKG_VERSION").to_string();
    lines.push(info::structured("genogloss_sites", "sites", [("Version", version), ("files", files.to_string())]));
    lines.push("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n".into());
    lines.into_iter().map(String::into_bytes).collect()
}

/// The model of a run without one, in its manifest.
fn no_model() -> ModelReport {
    let version = env!("CARGO_PKG_VERSION").to_string();
    ModelReport {
        name: "none".into(),
        version: version.clone(),
        sha256: None,
        card_sha256: None,
        license: String::new(),
        engine: EngineReport { engine: "none".into(), version, device: "cpu".into() },
    }
}

/// The output, its counts, and the table of files that failed.
struct SiteWriter {
    output: Output,
    counts: Counts,
    table: Option<PathBuf>,
    failures: Vec<Failure>,
}

impl Writer for SiteWriter {
    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn checkpoint(&mut self) -> Result<Checkpoint> {
        Checkpoint::of(&self.counts, self.output.checkpoint()?)
    }

    fn seal(self) -> Result<Written> {
        let Self { output, counts, table, failures } = self;
        let mut sealed = output.seal()?;
        if let Some(table) = table {
            let mut text = commented_header(columns::FAILED);
            for Failure { path, problem } in failures {
                let clean = |text: &str| text.replace(['\t', '\n', '\r'], " ");
                text.push_str(&format!("{}\t{}\n", clean(&without_secrets(&path.to_string_lossy())), clean(&problem)));
            }
            sealed = sealed.with_first(&table, text.as_bytes())?;
        }
        Ok(Written::new(counts, sealed))
    }
}
