//! Intervals of a BED file, each with the facts about its genes in eight more columns.

use std::path::Path;

use super::{Facts, count_written, gene_facts::FIELDS};
use crate::{
    counts::{Counts, InputCounts},
    error::{Error, Result},
    genome::Interval,
    output::{Indexed, Output, OutputSettings, column::FieldKind, names, parquet::Field},
    progress::Total,
    read::{self, Input},
    session::{Layout, ReadSummary, Request, Writer, Written, journal::Checkpoint, part},
    shards::territory::{Choice, RECORDS, Territory, Watch},
};

/// Names of the columns of BED; further columns are numbered.
const BED_COLUMNS: [&str; 6] = ["contig", "start", "end", "name", "score", "strand"];

/// Writes intervals with the columns of their genes. The header has as many columns as the first interval: the output is created then.
struct IntervalWriter {
    settings: OutputSettings,
    /// An earlier run has written the header.
    has_header: bool,
    output: Option<Output>,
    counts: Counts,
    line: Vec<u8>,
}

impl IntervalWriter {
    /// The output, created with a header for `columns` columns of the input.
    fn output(&mut self, columns: usize) -> Result<&mut Output> {
        let output = match self.output.take() {
            Some(output) => output,
            None => {
                let mut output = Output::create(&self.settings)?;
                if !self.has_header {
                    output.write_all(header(columns).as_bytes())?;
                }
                if names::is_parquet(self.settings.file()) { output.into_parquet(fields(columns))? } else { output }
            }
        };
        Ok(self.output.insert(output))
    }

    /// Writes an interval and the columns of its genes.
    fn write(&mut self, fields: &[&str], interval: Interval, genes: &[String; 8]) -> Result<()> {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        line.extend_from_slice(fields.join("\t").as_bytes());
        for column in genes {
            line.push(b'\t');
            line.extend_from_slice(if column.is_empty() { b"." } else { column.as_bytes() });
        }
        line.push(b'\n');
        self.output(fields.len())?.write_record(fields[0], interval, &line)?;
        self.line = line;
        count_written(&mut self.counts);
        Ok(())
    }
}

/// All columns, where the input has so many. Those of BED but start and end are text: each program has its own scores.
fn fields(columns: usize) -> Vec<Field> {
    let name = |i: usize| BED_COLUMNS.get(i).map_or(format!("column{}", i + 1), |name| (*name).into());
    let kind = |i: usize| if matches!(i, 1 | 2) { FieldKind::Integer } else { FieldKind::Text };
    let own = (0..columns).map(|i| Field { name: name(i), kind: kind(i) });
    own.chain(FIELDS.map(|name| Field { name: name.into(), kind: FieldKind::Text })).collect()
}

fn header(columns: usize) -> String {
    let names: Vec<String> = fields(columns).into_iter().map(|field| field.name).collect();
    format!("#{}\n", names.join("\t"))
}

impl Writer for IntervalWriter {
    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn checkpoint(&mut self) -> Result<Checkpoint> {
        let bytes = match &mut self.output {
            Some(output) => output.checkpoint()?,
            None => self.settings.resume.unwrap_or(0),
        };
        Checkpoint::of(&self.counts, bytes)
    }

    fn seal(mut self) -> Result<Written> {
        // A file without intervals gives a table with the first three columns.
        self.output(3)?;
        let sealed = self.output.map(Output::seal).transpose()?.unwrap_or_default();
        Ok(Written::new(self.counts, sealed))
    }
}

/// Annotates all intervals, in their order. `path`: the file, which is read once more to cut it into shards.
pub(crate) fn annotate(facts: Facts, request: Request, input: Input, path: &Path) -> Result<()> {
    let (place, report) = (input.place(), input.report());
    let (mut about, mut finder) = facts.into_finder();
    about.territory = request.parts.shard.as_ref().map(|choice| territory(choice, path, &place)).transpose()?;
    let session = request.begin(about)?;
    let layout = Layout { indexed: Indexed::Bed, bgzf: None, longest: 0, input: place.clone(), fields: Vec::new() };
    let writer = IntervalWriter {
        settings: session.output_settings(&layout),
        has_header: session.has_header(),
        output: None,
        counts: session.counts(std::iter::empty()),
        line: Vec::new(),
    };
    let territory = session.territory().cloned();
    session.run_without_model(writer, Total::Unknown, |passing| {
        let (mut counts, mut number, mut watch) = (InputCounts::default(), 0u64, Watch::default());
        each_interval(input, &place, |fields, interval, line| {
            passing.writer.output(fields.len())?;
            number += 1;
            if let Some(own) = &territory
                && !watch.own(own, Some((RECORDS, number - 1)), &place)?
            {
                return Ok(());
            }
            let contig = finder.contig(fields[0], &format!("{place}, line {line}"))?;
            counts.records_in += 1;
            counts.queries += 1;
            if !passing.is_new()? {
                return Ok(());
            }
            let (mut columns, mut count): ([String; 8], usize) = Default::default();
            finder.annotator.at(&[(contig, interval)], |gene, _| {
                for (all, one) in columns.iter_mut().zip(gene) {
                    all.push_str(if count > 0 { ";" } else { "" });
                    all.push_str(one);
                }
                count += 1;
            })?;
            passing.writer.write(fields, interval, &columns)?;
            passing.wrote(|| interval.show(fields[0]))
        })?;
        // A shard may have contigs without genes alone.
        if territory.is_none() {
            finder.refuse_foreign(&place)?;
        }
        finder.warn();
        Ok(ReadSummary { counts, inputs: vec![report(), finder.report], contigs: Vec::new() })
    })
}

/// The part of the intervals that a shard is for, which takes counting them.
fn territory(choice: &Choice, path: &Path, place: &str) -> Result<Territory> {
    if !read::source::is_file(path) {
        return Err(Error::usage(format!("{place}: standard input and pipes cannot be cut into shards"))
            .with_hint("give a file"));
    }
    let mut count = 0;
    each_interval(read::open_even_empty(path)?, place, |_, _, _| {
        count += 1;
        Ok(())
    })?;
    part::of_records(choice, count, place, "intervals")
}

/// Calls `each` with every interval of a BED file: its columns, its place, the number of its line. All lines have the same number of
/// columns.
fn each_interval(
    input: read::Input,
    place: &str,
    mut each: impl FnMut(&[&str], Interval, u64) -> Result<()>,
) -> Result<()> {
    let mut width = None;
    read::bed::each(input, |feature, line| {
        let count = feature.columns.len();
        let first = *width.get_or_insert(count);
        if count != first {
            let problem = format!("{count} columns, and the lines before have {first}");
            return Err(Error::input(format!("{place}, line {line}"), problem));
        }
        each(&feature.columns, feature.interval, line)
    })
}
