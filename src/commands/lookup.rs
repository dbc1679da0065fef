//! A table made of a knowledge base: what was asked, line by line, how many came out, and the manifest beside it.

use std::{
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Instant,
};

use super::{
    OutputOptions,
    setup::{self, Ending},
};
use crate::{
    counts::Counts,
    error::{Error, Result, describe},
    genes::{FORMAT, base::Base},
    interrupt::INTERRUPTED,
    model::engine::EngineReport,
    output::{
        Indexed, Output, OutputSettings, check_targets,
        manifest::{ModelReport, Settings, digest},
    },
    pipeline::Timings,
    read::{self, Format, Input, InputReport},
    skip::Skip,
};

/// What a manifest calls a knowledge base.
pub(super) const NAME: &str = "genes";

/// A knowledge base for the manifest.
pub(super) fn model(base: &Path) -> Result<ModelReport> {
    Ok(ModelReport {
        name: NAME.into(),
        version: FORMAT.to_string(),
        sha256: Some(digest(base)?),
        card_sha256: None,
        license: "of each source: genogloss genes sources".into(),
        engine: EngineReport {
            engine: "knowledge base".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            device: "cpu".into(),
        },
    })
}

/// A table on its way.
pub(super) struct Lookup<'a> {
    options: &'a OutputOptions,
    base: PathBuf,
    output: Output,
    threads: usize,
    counts: Counts,
    settings: Settings,
    begun: Instant,
}

impl<'a> Lookup<'a> {
    /// Writes the header, which ends its line. An output that is an input, or the knowledge base, is refused before.
    pub(super) fn begin(
        options: &'a OutputOptions,
        base: &Base,
        input: Option<&Path>,
        settings: Settings,
        header: &str,
    ) -> Result<Self> {
        let inputs: Vec<&Path> = input.into_iter().chain([base.place()]).collect();
        check_targets(&inputs, options.output.as_deref(), options.manifest.as_deref(), &[])?;
        // A table for the screen stands alone.
        if is_kept(options) {
            setup::announce();
        }
        let mut output = Output::create(&OutputSettings {
            path: options.output.clone(),
            indexed: Indexed::No,
            kind: options.index,
            longest: 0,
            bgzf: false,
            input: input.map_or("the command line".into(), read::place),
            resume: None,
        })?;
        output.write_all(header.as_bytes())?;
        let base = base.place().to_path_buf();
        Ok(Self { options, base, output, threads: 1, counts: Counts::default(), settings, begun: Instant::now() })
    }

    /// Says how many threads answer, where it is more than one.
    pub(super) fn threads(mut self, count: usize) -> Self {
        self.threads = count;
        self
    }

    /// A line, with its end.
    pub(super) fn line(&mut self, line: &str) -> Result<()> {
        if INTERRUPTED.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        self.counts.rows += 1;
        self.output.write_all(line.as_bytes())
    }

    /// Something that was asked for is answered, or why it is not.
    pub(super) fn answered(&mut self, skipped: Option<Skip>) {
        self.counts.records_in += 1;
        self.counts.queries += 1;
        self.counts.came_out(skipped);
    }

    /// Gives the table its name, and a file its manifest.
    pub(super) fn end(self, input: Option<InputReport>) -> Result<()> {
        let Self { options, base, output, threads, counts, settings, begun } = self;
        if !is_kept(options) {
            return output.finish();
        }
        let ending = Ending {
            report: model(&base)?,
            threads,
            counts,
            timings: Timings { wall: begun.elapsed().as_secs_f64(), ..Timings::default() },
            inputs: input.into_iter().collect(),
            reference: None,
            settings,
            tracks: None,
            shard: None,
            also: None,
            before: 0,
        };
        setup::finish(options, ending, || output.seal())
    }
}

/// Whether there is a file to write, and not the screen alone.
fn is_kept(options: &OutputOptions) -> bool {
    options.manifest.is_some() || options.output.as_deref().is_some_and(|path| path != Path::new("-"))
}

/// A file of text that is read line by line.
pub(super) struct Lines {
    input: Input,
    number: u64,
    line: Vec<u8>,
}

impl Lines {
    /// Opens a file, or standard input for `-`; `what` it should hold.
    pub(super) fn open(path: &Path, what: &str) -> Result<Self> {
        let input = read::open_even_empty(path)?;
        // A table of many columns looks like SAM.
        input.expect(&[Format::Unknown, Format::Sam, Format::Empty], what)?;
        Ok(Self { input, number: 0, line: Vec::new() })
    }

    /// The next line, without its end; nothing at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<&str>> {
        let more = read::read_line(&mut self.input.reader, &mut self.line);
        if !more.map_err(|error| Error::input(self.input.place(), describe(&error)))? {
            return Ok(None);
        }
        self.number += 1;
        // Some editors begin a file with a byte order mark.
        let start = if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        match std::str::from_utf8(&self.line[start..]) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(Error::input(self.place(), "it is not UTF-8 text")),
        }
    }

    /// The file and the number of the line that was read last.
    pub(super) fn place(&self) -> String {
        format!("{}, line {}", self.input.place(), self.number)
    }

    /// The file.
    pub(super) fn file(&self) -> String {
        self.input.place()
    }

    /// For the manifest, when all is read.
    pub(super) fn report(&self) -> InputReport {
        self.input.report()()
    }
}
