//! The table of reads: one line for each read, window or bin.

use noodles::sam::{self, alignment::RecordBuf};

use super::{columns, read::Read, tally::ReadPlace};
use crate::{
    call::Caller,
    genome::{Interval, interval::from_one_based},
    model::Form,
    number::{write_integer, write_score},
    output::column::score_header,
    read::alignments::{AlignedBlocks, place_of},
    skip::Skip,
};

/// The header line.
pub(super) fn header(form: &Form) -> String {
    score_header(columns::TSV, form)
}

/// Contig and 0-based first base of a read that has a position.
pub(crate) fn first_base<'a>(header: &'a sam::Header, record: &RecordBuf) -> Option<(&'a str, u64)> {
    let (name, _) = header.reference_sequences().get_index(record.reference_sequence_id()?)?;
    Some((std::str::from_utf8(name).ok()?, from_one_based(record.alignment_start()?.get() as u64)))
}

/// What a line says about its place.
pub(super) struct Line<'a> {
    /// The place on the read; `None` if the read was not scored.
    pub place: Option<ReadPlace>,
    /// Scores, one for each column.
    pub scores: Option<&'a [f32]>,
    /// An answer in words.
    pub text: &'a str,
    /// Why there are no scores.
    pub skip: Option<Skip>,
}

/// Writes lines.
pub(super) struct Lines<'a> {
    /// The model's columns.
    pub form: &'a Form,
    /// Which scores are calls.
    pub caller: &'a Caller,
    /// The header of the reads.
    pub header: &'a sam::Header,
    /// Where the read in work is aligned; computed when it is first needed.
    blocks: Option<AlignedBlocks>,
}

impl<'a> Lines<'a> {
    /// Lines of these columns.
    pub(super) fn new(form: &'a Form, caller: &'a Caller, header: &'a sam::Header) -> Self {
        Self { form, caller, header, blocks: None }
    }

    /// Begins another read.
    pub(super) fn next_read(&mut self) {
        self.blocks = None;
    }

    /// Writes a line of `read` into `line`.
    pub(super) fn write(&mut self, read: &Read, content: &Line<'_>, line: &mut Vec<u8>) {
        line.clear();
        self.write_read(read, line);
        self.write_place(read, content.place, line);
        if self.form.text.is_some() {
            line.extend_from_slice(if content.text.is_empty() { b"." } else { content.text.as_bytes() });
        } else {
            self.write_scores(content.scores, line);
        }
        line.push(b'\t');
        line.extend_from_slice(content.skip.map_or(".", Skip::word).as_bytes());
        line.push(b'\n');
    }

    /// The columns from `#read` to `windows`.
    fn write_read(&self, read: &Read, line: &mut Vec<u8>) {
        let record = &read.record;
        match record.name() {
            Some(name) => line.extend_from_slice(name),
            None => line.push(b'*'),
        }
        line.push(b'\t');
        write_integer(u64::from(u16::from(record.flags())), line);
        line.push(b'\t');
        match place_of(self.header, record) {
            Some((contig, Interval { start, end })) => {
                line.extend_from_slice(contig.as_bytes());
                line.push(b'\t');
                write_integer(start, line);
                line.push(b'\t');
                write_integer(end, line);
            }
            None => line.extend_from_slice(b".\t.\t."),
        }
        line.push(b'\t');
        // CRAM keeps no mapping quality of unmapped reads: it is written for mapped ones only, whatever the format.
        match record.mapping_quality().filter(|_| !record.flags().is_unmapped()) {
            Some(quality) => write_integer(u64::from(u8::from(quality)), line),
            None => line.push(b'.'),
        }
        line.push(b'\t');
        write_integer(read.len, line);
        line.push(b'\t');
        write_integer(read.windows, line);
        line.push(b'\t');
    }

    /// The columns from `window_start` to `strand`.
    fn write_place(&mut self, read: &Read, place: Option<ReadPlace>, line: &mut Vec<u8>) {
        let Some(place) = place else {
            line.extend_from_slice(b".\t.\t.\t.\t");
            return;
        };
        // As the record has its bases: from the other end if the read was reverse-complemented.
        let (start, end) = match read.reversed {
            true => (read.len - place.end, read.len - place.start),
            false => (place.start, place.end),
        };
        let mapped = self.blocks.get_or_insert_with(|| AlignedBlocks::of(&read.record)).first_in(start, end);
        write_integer(place.start, line);
        line.push(b'\t');
        write_integer(place.end, line);
        line.push(b'\t');
        match mapped {
            Some(position) => write_integer(position, line),
            None => line.push(b'.'),
        }
        line.push(b'\t');
        line.push(place.strand.symbol() as u8);
        line.push(b'\t');
    }

    /// The call and the scores.
    fn write_scores(&self, scores: Option<&[f32]>, line: &mut Vec<u8>) {
        let call = scores.and_then(|scores| self.caller.call(scores)).filter(|&(_, _, called)| called);
        let label = call.map_or(".", |(column, _, _)| self.form.columns[column].label.as_str());
        line.extend_from_slice(label.as_bytes());
        for (index, column) in self.form.columns.iter().enumerate() {
            line.push(b'\t');
            match scores {
                Some(scores) => write_score(scores[index], column.digits, line),
                None => line.push(b'.'),
            }
        }
    }
}
