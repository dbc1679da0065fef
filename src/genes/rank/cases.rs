//! Files of cases: tables and phenopackets, told apart by their content.

use std::{io::Read, path::Path};

use super::{case::Case, case_table, phenopacket};
use crate::{
    error::{Error, Result, describe},
    genes::text_lines::TextLines,
    read::{self, Format, InputReport},
};

/// The cases of all files, in order, and the files in the manifest. A file with `{` or `[` first holds phenopackets. Refuses two cases of one
/// identifier.
pub(crate) fn read_cases(paths: &[impl AsRef<Path>]) -> Result<(Vec<Case>, Vec<InputReport>)> {
    let (mut cases, mut reports) = (Vec::new(), Vec::new());
    for path in paths {
        let mut input = read::open_even_empty(path.as_ref())?;
        input.expect(&[Format::Unknown, Format::Sam, Format::Empty], "cases (a table, or phenopackets as JSON)")?;
        let place = input.place();
        let failed = |error| Error::input(&place, describe(&error));
        let start = input.reader.fill_buf().map_err(failed)?;
        let first = start.iter().copied().find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte));
        if matches!(first, Some(b'{' | b'[')) {
            let mut text = String::new();
            let report = input.report();
            input.reader.read_to_string(&mut text).map_err(failed)?;
            cases.extend(phenopacket::read(text.trim_start_matches('\u{feff}'), &place)?);
            reports.push(report());
        } else {
            let (own, report) = case_table::read(TextLines::of(input))?;
            cases.extend(own);
            reports.push(report);
        }
    }
    let mut known = std::collections::HashMap::new();
    for case in &cases {
        if let Some(before) = known.insert(case.id.as_str(), &case.place) {
            return Err(Error::input(&case.place, format!("the case {} is also in {before}", case.id))
                .with_hint("give each case an id of its own"));
        }
    }
    Ok((cases, reports))
}
