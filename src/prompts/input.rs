//! Where prompts come from: arguments, a line each, a table with a column of prompts, or the records of a FASTA or BED file and a task.
//!
//! Tables are split at tabs here and not by `csv`: fields of a prompt may hold quotation marks, and messages name the line.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::read::{
    Format, Input, InputReport, bed,
    fasta::{self, ContigReport},
    read_line,
    reference::Reference,
};
use crate::{
    error::{Error, Result, describe},
    genome::{Strand, sequence::reverse_complement_into},
};

/// Longest sequence of a prompt, in bases: prompts are held in memory.
const LONGEST: usize = 16 << 20;

/// A prompt and its identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PromptRecord {
    /// From the table's column `id`, the FASTA or BED record's name, or the number of the line or argument.
    pub id: String,
    /// The prompt.
    pub text: String,
    /// Why it cannot be read, if it cannot: it is refused, and those after it are read.
    pub problem: Option<String>,
}

impl PromptRecord {
    fn new(id: String, text: String) -> Self {
        Self { id, text, problem: None }
    }

    /// A line that cannot be read.
    fn unreadable(number: u64, problem: String) -> Self {
        Self { id: number.to_string(), text: String::new(), problem: Some(problem) }
    }
}

/// What is appended to a sequence to make a prompt of it: `, key = value, task =`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template {
    /// The task.
    pub task: Option<String>,
    /// Keys and values.
    pub values: Vec<(String, String)>,
}

impl Template {
    fn of(&self, sequence: &str, task: &str) -> String {
        let mut text = sequence.to_string();
        for (key, value) in &self.values {
            text.push_str(&format!(", {key} = {value}"));
        }
        text.push_str(&format!(", {task} ="));
        text
    }

    /// The prompt of a line: a sequence gets the task, keys and values; a prompt gets the keys and values.
    pub(crate) fn complete(&self, line: &str) -> String {
        let line = line.trim();
        match &self.task {
            Some(task) if !line.ends_with('=') => self.of(line, task),
            _ if self.values.is_empty() || !line.ends_with('=') => line.to_string(),
            _ => {
                let added: Vec<String> = self.values.iter().map(|(key, value)| format!("{key} = {value}")).collect();
                let (before, task) = line.rsplit_once(',').unwrap_or(("", line));
                let before = if before.is_empty() { String::new() } else { format!("{before}, ") };
                format!("{before}{}, {}", added.join(", "), task.trim())
            }
        }
    }

    fn task(&self, place: &str, what: &str) -> Result<&str> {
        self.task.as_deref().ok_or_else(|| {
            Error::usage(format!("{place}: {what} are sequences, and no task was given"))
                .with_hint("--task \"splice site\"; --tasks lists them")
        })
    }
}

/// Where prompts come from.
#[derive(Clone)]
pub(crate) enum Source {
    /// The command line.
    Arguments(Vec<String>),
    /// A file, or standard input for `-`; with the FASTA file of the intervals of a BED file.
    File(PathBuf, Option<PathBuf>),
}

impl Source {
    /// Its name in messages.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Arguments(_) => "the command line".into(),
            Self::File(path, _) => crate::read::place(path),
        }
    }

    /// Refuses a file that cannot be read. Standard input and pipes can be read only once, and are not opened.
    pub(crate) fn check(&self) -> Result<()> {
        if let Self::File(path, _) = self
            && path != Path::new("-")
            && (path.is_file() || path.is_dir() || !path.exists())
        {
            crate::read::open_even_empty(path)?;
        }
        Ok(())
    }
}

/// The prompts of a run: where they come from, and what is appended to sequences.
pub(crate) struct PromptInput {
    /// Where they come from.
    pub(crate) source: Source,
    /// What is appended to sequences.
    pub(crate) template: Template,
}

impl PromptInput {
    /// How many prompts there are, which takes reading them; refused for standard input and pipes.
    pub(super) fn count(&self) -> Result<u64> {
        if let Source::File(path, _) = &self.source
            && !crate::read::source::is_file(path)
        {
            let problem = format!("{}: the number of prompts must be known", self.source.place());
            return Err(Error::usage(problem).with_hint("give a file instead of standard input or a pipe"));
        }
        let mut count = 0;
        self.read(&mut |_| {
            count += 1;
            Ok(())
        })?;
        Ok(count)
    }

    /// Calls `emit` with every prompt; reports the file and the contigs that were used.
    pub(super) fn read(
        &self,
        emit: &mut dyn FnMut(PromptRecord) -> Result<()>,
    ) -> Result<(Option<InputReport>, Vec<ContigReport>)> {
        match &self.source {
            Source::Arguments(prompts) => {
                for (index, text) in prompts.iter().enumerate() {
                    emit(PromptRecord::new((index + 1).to_string(), self.template.complete(text)))?;
                }
                Ok((None, Vec::new()))
            }
            Source::File(path, reference) => {
                let (input, contigs) = read_file(path, reference.as_deref(), &self.template, emit)?;
                Ok((Some(input), contigs))
            }
        }
    }
}

/// Reads prompts from a file. `reference`: the FASTA file of the intervals of a BED file, whose used contigs are reported.
fn read_file(
    path: &Path,
    reference: Option<&Path>,
    template: &Template,
    emit: &mut dyn FnMut(PromptRecord) -> Result<()>,
) -> Result<(InputReport, Vec<ContigReport>)> {
    if let Some(reference) = reference {
        return read_intervals(path, reference, template, emit);
    }
    Ok((of(crate::read::open_even_empty(path)?, template, emit)?, Vec::new()))
}

/// Reads prompts from an input that is already open.
pub(crate) fn of(
    input: Input,
    template: &Template,
    emit: &mut dyn FnMut(PromptRecord) -> Result<()>,
) -> Result<InputReport> {
    match input.format {
        Format::Fasta => read_sequences(input, template, emit),
        Format::Unknown | Format::Empty => read_lines(input, template, emit),
        _ => input
            .expect(&[], "prompts")
            .map_err(|error| {
                error.with_hint("ask takes prompts (text or a table), FASTA with --task, or BED with --task and -f")
            })
            .map(|()| input.report()()),
    }
}

fn read_sequences(
    input: Input,
    template: &Template,
    emit: &mut dyn FnMut(PromptRecord) -> Result<()>,
) -> Result<InputReport> {
    let (place, report) = (input.place(), input.report());
    let task = template.task(&place, "the records of a FASTA file")?.to_string();
    let (mut id, mut bases) = (String::new(), Vec::new());
    fasta::stream(input, |event| {
        match event {
            fasta::Event::Contig(name) => {
                id = name.into();
                bases.clear();
            }
            fasta::Event::Bases(more) => {
                bases.extend_from_slice(more);
                if bases.len() > LONGEST {
                    let problem = format!("sequence \"{id}\" is longer than {LONGEST} bases");
                    return Err(Error::input(&place, problem).with_hint("genogloss scan is for genomes"));
                }
            }
            fasta::Event::End(_) => {
                let text = template.of(&String::from_utf8_lossy(&bases), &task);
                emit(PromptRecord::new(id.clone(), text))?;
            }
        }
        Ok(())
    })?;
    Ok(report())
}

fn read_intervals(
    path: &Path,
    reference: &Path,
    template: &Template,
    emit: &mut dyn FnMut(PromptRecord) -> Result<()>,
) -> Result<(InputReport, Vec<ContigReport>)> {
    let mut reference = Reference::open(reference)?;
    let input = crate::read::open_even_empty(path)?;
    let (place, report) = (input.place(), input.report());
    let task = template.task(&place, "the intervals of a BED file")?;
    let mut used = BTreeSet::new();
    bed::each(input, |feature, line| {
        let at = format!("{place}, line {line}");
        let (name, interval) = (feature.contig(), feature.interval);
        let strand = feature.strand().map_err(|other| {
            Error::input(&at, format!("the sixth column, \"{other}\", is not a strand: +, - or ."))
                .with_hint("use +, - or .; cut -f 1-4 FILE removes the strand, so that the forward strand is read")
        })?;
        let len = reference.contigs().require(name, &at, &reference.place())?.len;
        let contig = reference.contigs().id(name).unwrap_or_default();
        if interval.end > len || interval.len() as usize > LONGEST {
            let problem = format!(
                "the interval ends at {}; {name} has {len} bases; the longest interval is {LONGEST} bases",
                interval.end
            );
            return Err(Error::input(&at, problem));
        }
        if interval.is_empty() {
            return Err(Error::input(&at, "the interval has no length (start = end): it contains no bases"));
        }
        used.insert(contig);
        let (mut bases, mut turned) = (Vec::new(), Vec::new());
        reference.fetch(contig, interval, &mut bases)?;
        if strand == Strand::Reverse {
            reverse_complement_into(&bases, &mut turned);
            bases = turned;
        }
        let id = feature
            .name()
            .map_or_else(|| format!("{name}:{}-{}({})", interval.start, interval.end, strand.symbol()), str::to_string);
        emit(PromptRecord::new(id, template.of(&String::from_utf8_lossy(&bases), task)))
    })?;
    let report = report();
    let used: Vec<usize> = used.into_iter().collect();
    Ok((report, reference.reports(&used, true)?))
}

fn read_lines(
    mut input: Input,
    template: &Template,
    emit: &mut dyn FnMut(PromptRecord) -> Result<()>,
) -> Result<InputReport> {
    let (place, report) = (input.place(), input.report());
    let (mut line, mut number) = (Vec::new(), 0u64);
    let mut columns: Option<Columns> = None;
    while read_line(&mut input.reader, &mut line).map_err(|e| Error::input(&place, describe(&e)))? {
        number += 1;
        let bad = |why: &str| Error::input(format!("{place}, line {number}"), why.to_string());
        let text = match readable(&line) {
            Ok(text) => text,
            // A file that begins so is none of prompts; a line further down is refused alone.
            Err((why, hint)) if number == 1 => return Err(bad(why).with_hint(hint)),
            Err((why, _)) => {
                emit(PromptRecord::unreadable(number, format!("line {number} {why}")))?;
                continue;
            }
        };
        let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        if number == 1 && (text.contains('\t') || text.trim() == "prompt") {
            columns = Some(Columns::of(text).ok_or_else(|| {
                bad("a table needs a column \"prompt\" (and may have \"id\")")
                    .with_hint("prompts without a table have one line each, without tabs")
            })?);
            continue;
        }
        if number == 1 && columns.is_none() && text.split(',').any(|name| name.trim().eq_ignore_ascii_case("prompt")) {
            return Err(bad("it looks like the header of a table whose columns are separated by commas")
                .with_hint("tables of prompts are separated by tabs"));
        }
        // A row of a table is no blank line, also when all of its fields are empty.
        let is_blank = text.trim().is_empty() && (columns.is_none() || !text.contains('\t'));
        if is_blank || (columns.is_none() && text.starts_with('#')) {
            continue;
        }
        let record = match &columns {
            None if text.contains('\t') => {
                let problem = "holds a tab; a table begins with a line that names its columns";
                PromptRecord::unreadable(number, format!("line {number} {problem}"))
            }
            None => PromptRecord::new(number.to_string(), template.complete(text.trim())),
            Some(columns) => columns.record(text, number, template),
        };
        emit(record)?;
    }
    Ok(report())
}

/// A line as text, or why it is none and what may help.
fn readable(line: &[u8]) -> std::result::Result<&str, (&'static str, &'static str)> {
    if line.contains(&0) {
        return Err(("holds a NUL byte", "is this UTF-16 text, or a binary file? prompts are UTF-8"));
    }
    let text = std::str::from_utf8(line).map_err(|_| ("is not UTF-8 text", "prompts are UTF-8"))?;
    if text.contains('\r') {
        return Err((
            "contains a carriage return within a line",
            "lines end with a line feed, with or without a carriage return before it",
        ));
    }
    Ok(text)
}

struct Columns {
    prompt: usize,
    id: Option<usize>,
    count: usize,
}

impl Columns {
    fn of(header: &str) -> Option<Self> {
        let names: Vec<&str> = header.strip_prefix('#').unwrap_or(header).split('\t').collect();
        let place = |wanted: &str| names.iter().position(|name| name.trim().eq_ignore_ascii_case(wanted));
        Some(Self { prompt: place("prompt")?, id: place("id"), count: names.len() })
    }

    /// The prompt of a row.
    fn record(&self, row: &str, number: u64, template: &Template) -> PromptRecord {
        let fields: Vec<&str> = row.split('\t').collect();
        if fields.len() != self.count {
            let problem = format!("line {number} has {} columns, the first line {}", fields.len(), self.count);
            return PromptRecord::unreadable(number, problem);
        }
        let id = self.id.map(|at| fields[at]).filter(|id| !id.trim().is_empty());
        let id = id.map_or_else(|| number.to_string(), str::to_string);
        PromptRecord::new(id, template.complete(fields[self.prompt].trim()))
    }
}
