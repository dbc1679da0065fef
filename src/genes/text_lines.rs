//! A text file that is read line by line, for messages that name the line.

use std::path::Path;

use crate::{
    error::{Error, Result, describe},
    read::{self, Format, Input, InputReport},
};

/// A text file that is read line by line.
pub(super) struct TextLines {
    input: Input,
    number: u64,
    line: Vec<u8>,
}

impl TextLines {
    /// Opens a file, or standard input for `-`. `what` it should hold, for messages.
    pub(super) fn open(path: &Path, what: &str) -> Result<Self> {
        let input = read::open_even_empty(path)?;
        // A table of many columns looks like SAM.
        input.expect(&[Format::Unknown, Format::Sam, Format::Empty], what)?;
        Ok(Self::of(input))
    }

    /// Of an input that is already open.
    pub(super) fn of(input: Input) -> Self {
        Self { input, number: 0, line: Vec::new() }
    }

    /// The next line, without its end; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<&str>> {
        let more = read::read_line(&mut self.input.reader, &mut self.line);
        if !more.map_err(|error| Error::input(self.input.place(), describe(&error)))? {
            return Ok(None);
        }
        self.number += 1;
        // Some editors write a byte order mark at the start of a file.
        let start = if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        match std::str::from_utf8(&self.line[start..]) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(Error::input(self.place(), "it is not UTF-8 text")),
        }
    }

    /// Whether a line is blank. A row of a table whose fields are all empty is not: it has a tab.
    pub(super) fn is_blank(line: &str) -> bool {
        line.trim().is_empty() && !line.contains('\t')
    }

    /// The file and the number of the last line read, for messages.
    pub(super) fn place(&self) -> String {
        format!("{}, line {}", self.input.place(), self.number)
    }

    /// The file, as messages name it.
    pub(super) fn file(&self) -> String {
        self.input.place()
    }

    /// The file in the manifest, when all of it is read.
    pub(super) fn report(&self) -> InputReport {
        self.input.report()()
    }
}
