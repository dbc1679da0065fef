//! Prompts: a line each, a table with a column of them, or made of the records of a FASTA or BED file and a task.

use std::{collections::BTreeSet, path::Path};

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

/// Longest sequence a prompt is made of, in bases: prompts are held in memory.
const LONGEST: usize = 16 << 20;

/// A prompt and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// From the table's column `id`, the FASTA or BED record's name, or the number of the line.
    pub id: String,
    /// The prompt.
    pub text: String,
}

/// What is added to a record to make a prompt of it: `, key = value, task =`.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// What is asked.
    pub task: Option<String>,
    /// Keys and values.
    pub values: Vec<(String, String)>,
}

impl Question {
    fn of(&self, sequence: &str, task: &str) -> String {
        let mut text = sequence.to_string();
        for (key, value) in &self.values {
            text.push_str(&format!(", {key} = {value}"));
        }
        text.push_str(&format!(", {task} ="));
        text
    }

    /// A line made a prompt: one of bases is asked what --task says, and a prompt gets the keys and values that are added.
    pub fn complete(&self, line: &str) -> String {
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
            Error::usage(format!("{place}: {what} are sequences; what is asked of them?"))
                .with_hint("--task \"splice site\"; --tasks lists them")
        })
    }
}

/// Reads prompts from a file; `reference`: where the intervals of a BED file lie, of which the contigs that were used are reported.
pub fn read(
    path: &Path,
    reference: Option<&Path>,
    question: &Question,
    emit: &mut dyn FnMut(Asked) -> Result<()>,
) -> Result<(InputReport, Vec<ContigReport>)> {
    if let Some(reference) = reference {
        return read_places(path, reference, question, emit);
    }
    Ok((of(crate::read::open_even_empty(path)?, question, emit)?, Vec::new()))
}

/// Reads prompts of an input that is open already.
pub fn of(input: Input, question: &Question, emit: &mut dyn FnMut(Asked) -> Result<()>) -> Result<InputReport> {
    match input.format {
        Format::Fasta => read_sequences(input, question, emit),
        Format::Unknown | Format::Empty => read_lines(input, question, emit),
        _ => input
            .expect(&[], "prompts")
            .map_err(|error| {
                error.with_hint("ask takes prompts (text or a table), FASTA with --task, or BED with --task and -f")
            })
            .map(|()| input.report()()),
    }
}

fn read_sequences(input: Input, question: &Question, emit: &mut dyn FnMut(Asked) -> Result<()>) -> Result<InputReport> {
    let (place, report) = (input.place(), input.report());
    let task = question.task(&place, "the records of a FASTA file")?.to_string();
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
                let text = question.of(&String::from_utf8_lossy(&bases), &task);
                emit(Asked { id: id.clone(), text })?;
            }
        }
        Ok(())
    })?;
    Ok(report())
}

fn read_places(
    path: &Path,
    reference: &Path,
    question: &Question,
    emit: &mut dyn FnMut(Asked) -> Result<()>,
) -> Result<(InputReport, Vec<ContigReport>)> {
    let mut reference = Reference::open(reference)?;
    let input = crate::read::open_even_empty(path)?;
    let (place, report) = (input.place(), input.report());
    let task = question.task(&place, "the intervals of a BED file")?;
    let mut used = BTreeSet::new();
    bed::each(input, |feature, line| {
        let at = format!("{place}, line {line}");
        let (name, interval) = (feature.contig(), feature.interval);
        let strand = feature.strand().map_err(|other| {
            Error::input(&at, format!("the sixth column, \"{other}\", is not a strand: +, - or ."))
                .with_hint("the bases of a strand are asked about; cut -f 1-4 FILE takes the forward strand")
        })?;
        let len = reference.contigs().require(name, &at, &reference.place())?.len;
        let contig = reference.contigs().id(name).unwrap_or_default();
        if interval.end > len || interval.len() as usize > LONGEST {
            let problem = format!(
                "the interval ends at {}; {name} has {len} bases, and at most {LONGEST} are asked at once",
                interval.end
            );
            return Err(Error::input(&at, problem));
        }
        if interval.is_empty() {
            return Err(Error::input(&at, "the interval has no length (start = end): there are no bases to ask about"));
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
        emit(Asked { id, text: question.of(&String::from_utf8_lossy(&bases), task) })
    })?;
    let report = report();
    let contigs = used.into_iter().map(|contig| reference.report(contig)).collect::<Result<_>>()?;
    Ok((report, contigs))
}

fn read_lines(mut input: Input, question: &Question, emit: &mut dyn FnMut(Asked) -> Result<()>) -> Result<InputReport> {
    let (place, report) = (input.place(), input.report());
    let (mut line, mut number) = (Vec::new(), 0u64);
    let mut columns: Option<Columns> = None;
    while read_line(&mut input.reader, &mut line).map_err(|e| Error::input(&place, describe(&e)))? {
        number += 1;
        let bad = |why: &str| Error::input(format!("{place}, line {number}"), why.to_string());
        if line.contains(&0) {
            return Err(bad("holds a NUL byte").with_hint("is this UTF-16 text, or a binary file? prompts are UTF-8"));
        }
        let text = std::str::from_utf8(&line).map_err(|_| bad("is not UTF-8 text"))?;
        let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        if text.contains('\r') {
            return Err(bad("holds a carriage return that ends no line")
                .with_hint("lines end with a line feed, with or without a carriage return before it"));
        }
        if number == 1 && (text.contains('\t') || text.trim() == "prompt") {
            columns = Some(Columns::of(text).ok_or_else(|| {
                bad("a table needs a column \"prompt\" (and may have \"id\")")
                    .with_hint("prompts without a table are a line each, without tabs")
            })?);
            continue;
        }
        if text.trim().is_empty() || (columns.is_none() && text.starts_with('#')) {
            continue;
        }
        let mut id = number.to_string();
        let text = match &columns {
            None if text.contains('\t') => {
                return Err(bad("holds a tab").with_hint("a table begins with a line that names its columns"));
            }
            None => text,
            Some(columns) => {
                let fields: Vec<&str> = text.split('\t').collect();
                if fields.len() != columns.count {
                    return Err(bad(&format!("has {} columns, the first line {}", fields.len(), columns.count)));
                }
                if let Some(at) = columns.id {
                    id = fields[at].into();
                }
                fields[columns.prompt]
            }
        };
        let text = text.trim();
        emit(Asked { id, text: question.complete(text) })?;
    }
    Ok(report())
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
}
