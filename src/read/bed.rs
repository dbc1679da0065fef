//! BED (GA4GH, version 1.0), for regions, intervals to score or annotate, truth sets and plans.
//!
//! A line with a tab is split at tabs, so that names may hold blanks or be empty; any other line is split at blanks. All columns of
//! BED3 to BED12, and any columns after those (BEDn+m), are kept. Lines of `track`, `browser` and `#`, and empty lines, are not
//! features. By hand, because noodles-bed splits at tabs only, needs the number of columns at compile time, and takes `track`
//! lines for features.

use std::path::Path;

use super::{
    format::Format,
    lines::{read_line, text_of},
    open::{Input, open_even_empty},
    tally::InputReport,
};
use crate::{
    error::{Error, Result, describe},
    genome::{Interval, Strand},
};

/// A feature, which borrows its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Feature<'a> {
    /// All columns, as they are written.
    pub columns: Vec<&'a str>,
    /// Its bases; empty for a place between two bases.
    pub interval: Interval,
}

impl<'a> Feature<'a> {
    /// Parses a line; `None` for a line that is not a feature. The error is the problem.
    pub(crate) fn parse(line: &'a str) -> std::result::Result<Option<Self>, String> {
        let text = line.trim_ascii_start();
        if text.is_empty() || text.starts_with('#') {
            return Ok(None);
        }
        let columns: Vec<&str> =
            if line.contains('\t') { line.split('\t').collect() } else { line.split_ascii_whitespace().collect() };
        let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A contig may be called `track`, too: then the next column is a start.
        let first = line.split_ascii_whitespace().next();
        if matches!(first, Some("track" | "browser")) && !columns.get(1).is_some_and(is_number) {
            return Ok(None);
        }
        let [contig, start, end, ..] = columns.as_slice() else {
            return Err("a BED line needs contig, start and end".into());
        };
        if contig.is_empty() {
            return Err("the name of the contig is empty".into());
        }
        let number = |text: &str, what: &str| match text.parse() {
            Ok(number) if is_number(&text) => Ok(number),
            _ if text.strip_prefix('-').is_some_and(|rest| is_number(&rest)) => {
                Err(format!("{what} {text} is negative"))
            }
            _ => Err(format!("\"{text}\" is not {what}")),
        };
        let (start, end) = (number(start, "a start")?, number(end, "an end")?);
        if end < start {
            return Err(format!("the end ({end}) is before the start ({start})"));
        }
        Ok(Some(Self { interval: Interval::new(start, end), columns }))
    }

    /// Contig name.
    pub(crate) fn contig(&self) -> &'a str {
        self.columns[0]
    }

    /// The fourth column, where it is there and neither empty nor `.`.
    pub(crate) fn name(&self) -> Option<&'a str> {
        self.columns.get(3).copied().filter(|name| !matches!(*name, "" | "."))
    }

    /// The sixth column. The error is the text that is not a strand.
    pub(crate) fn strand(&self) -> std::result::Result<Strand, &'a str> {
        match self.columns.get(5).copied() {
            None | Some("" | ".") => Ok(Strand::Unknown),
            Some("+") => Ok(Strand::Forward),
            Some("-") => Ok(Strand::Reverse),
            Some(other) => Err(other),
        }
    }
}

/// Calls `each` with every feature of a file and its line number, from 1. A file without features is valid.
pub(crate) fn each(mut input: Input, mut each: impl FnMut(&Feature<'_>, u64) -> Result<()>) -> Result<()> {
    // Lines of eleven columns and more are detected as SAM.
    input.expect(&[Format::Unknown, Format::Sam, Format::Empty], "a BED file")?;
    let place = input.place();
    let (mut line, mut number) = (Vec::new(), 0u64);
    while read_line(&mut input.reader, &mut line).map_err(|error| Error::input(&place, describe(&error)))? {
        number += 1;
        let bad = |why: String| Error::input(format!("{place}, line {number}"), why);
        let text = text_of(&line).map_err(|(why, hint)| bad(why.into()).with_hint(hint))?;
        let feature = Feature::parse(text).map_err(|why| {
            bad(why).with_hint(
                "BED is 0-based, and its end is one past the last base; a line with a tab is split at tabs only",
            )
        })?;
        if let Some(feature) = feature {
            each(&feature, number)?;
        }
    }
    Ok(())
}

/// A feature of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BedLine {
    /// Contig name.
    pub contig: String,
    /// Its bases; never empty.
    pub interval: Interval,
    /// The fourth column, where it is there and neither empty nor `.`.
    pub name: Option<String>,
    /// Line number, from 1.
    pub line: u64,
}

/// Reads all features that hold a base. Features of no length, which are places between two bases, are skipped with a warning.
pub(crate) fn read(path: &Path) -> Result<(Vec<BedLine>, InputReport)> {
    let input = open_even_empty(path)?;
    let (place, report) = (input.place(), input.report());
    let (mut lines, mut empty) = (Vec::new(), 0u64);
    each(input, |feature, line| {
        if feature.interval.is_empty() {
            empty += 1;
        } else {
            lines.push(BedLine {
                contig: feature.contig().into(),
                interval: feature.interval,
                name: feature.name().map(str::to_string),
                line,
            });
        }
        Ok(())
    })?;
    if empty > 0 {
        tracing::warn!("{place}: {empty} features of length 0 (start = end) contain no base, and are ignored");
    }
    Ok((lines, report()))
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Option<Feature<'_>> {
        Feature::parse(line).expect(line)
    }

    #[test]
    fn a_line_with_a_tab_is_split_at_tabs() {
        for (line, name) in [
            ("c\t1\t9\tgene\t0\t-", Some("gene")),
            ("c\t1\t9\tmy gene\t0\t-", Some("my gene")),
            ("c\t1\t9\t\t0\t-", None),
            ("c\t1\t9\t.\t0\t-", None),
            ("c 1  9 gene 0 -", Some("gene")),
            ("c\t1\t9\tgene\t0\t-\t1\t9\t0,0,0\t2\t1,2,\t0,6,", Some("gene")),
        ] {
            let feature = parsed(line).expect("a feature");
            assert_eq!((feature.contig(), feature.interval), ("c", Interval::new(1, 9)), "{line}");
            assert_eq!((feature.name(), feature.strand()), (name, Ok(Strand::Reverse)), "{line}");
        }
        assert_eq!(parsed("c\t1\t9").expect("BED3").strand(), Ok(Strand::Unknown));
        assert_eq!(parsed("c\t1\t9\tx\t0.5\t1e-5").expect("BED5+1").strand(), Err("1e-5"));
        assert_eq!(parsed("c\t5\t5").expect("of no length").interval, Interval::new(5, 5));
    }

    #[test]
    fn lines_of_browsers_are_not_features_but_a_contig_may_be_called_track() {
        for line in [
            "",
            " \t",
            "#c\t1\t9",
            "track",
            "track name=x y=1 2",
            "track\tname=x",
            "browser position c:1-9",
            "browser hide all",
        ] {
            assert_eq!(parsed(line), None, "{line}");
        }
        assert_eq!(parsed("track\t1\t9").expect("a feature").contig(), "track");
        assert_eq!(parsed("track1 1 9").expect("a feature").contig(), "track1");
    }

    #[test]
    fn invalid_lines_are_refused() {
        for (line, say) in [
            ("c\t1", "needs contig, start and end"),
            ("\t1\t2", "the name of the contig is empty"),
            ("c\t-1\t2", "a start -1 is negative"),
            ("c\t+1\t2", "\"+1\" is not a start"),
            ("c\t1\t2 x", "\"2 x\" is not an end"),
            ("c\t1\t99999999999999999999", "is not an end"),
            ("c\t3\t2", "the end (2) is before the start (3)"),
        ] {
            assert!(Feature::parse(line).expect_err(line).contains(say), "{line}");
        }
    }
}
