//! The lines of outputs.

use std::path::Path;

use crate::{
    error::{Error, Result, describe},
    genome::Interval,
    output::{Indexed, place_of_line},
    read::{self, read_line},
};

/// Calls `each` with every line.
fn each_line(path: &Path, mut each: impl FnMut(&str)) -> Result<()> {
    let Some(mut input) = read::open_if_any(path)? else { return Ok(()) };
    let failed = |error: std::io::Error| Error::input(path.display(), describe(&error));
    let mut line = Vec::new();
    while read_line(&mut input.reader, &mut line).map_err(failed)? {
        if let Ok(text) = std::str::from_utf8(&line) {
            each(text);
        }
    }
    Ok(())
}

/// Calls `each` with the names of the columns, from the first line, and the fields of every further line.
pub(super) fn each_row(path: &Path, mut each: impl FnMut(&[String], &[&str])) -> Result<()> {
    let mut names: Option<Vec<String>> = None;
    each_line(path, |line| match &names {
        None => names = Some(line.trim_start_matches('#').split('\t').map(str::to_string).collect()),
        Some(names) => each(names, &line.split('\t').collect::<Vec<_>>()),
    })
}

/// Calls `each` with the contig, the fields and the interval of every line that begins with contig, start and end.
pub(super) fn each_interval(path: &Path, mut each: impl FnMut(&str, &[&str], Interval)) -> Result<()> {
    each_line(path, |line| {
        if let Some((contig, interval)) =
            place_of_line(Indexed::Bed, line.as_bytes()).filter(|_| !line.starts_with('#'))
        {
            each(contig, &line.split('\t').collect::<Vec<_>>(), interval);
        }
    })
}
