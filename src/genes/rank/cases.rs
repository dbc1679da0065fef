//! Files of cases: tables and phenopackets, told apart by their content.

use std::{
    collections::{HashMap, HashSet},
    io::Read,
    path::Path,
};

use super::{case::Case, case_table, phenopacket};
use crate::{
    error::{Error, Result, describe},
    genes::text_lines::TextLines,
    read::{self, Format, InputReport},
};

/// The cases of all files, in order, and the files in the manifest. A file with `{` or `[` first holds phenopackets. Refuses phenopackets in
/// another form than JSON. A case with the identifier of an earlier one gets a number, with a warning.
pub(crate) fn read_cases(paths: &[impl AsRef<Path>]) -> Result<(Vec<Case>, Vec<InputReport>)> {
    let (mut cases, mut reports) = (Vec::new(), Vec::new());
    for path in paths {
        let mut input = read::open_even_empty(path.as_ref())?;
        input.expect(&[Format::Unknown, Format::Sam, Format::Empty], "cases (a table, or phenopackets as JSON)")?;
        let place = input.place();
        let failed = |error| Error::input(&place, describe(&error));
        let start = input.reader.fill_buf().map_err(failed)?;
        let first = start.iter().copied().find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte));
        if let Some(form) = other_form(start) {
            return Err(Error::input(&place, format!("it looks like {form}, and of phenopackets, only JSON is read"))
                .with_hint("give the phenopacket as JSON, or a table (TSV) with the columns id and terms"));
        }
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
    number_repeated(&mut cases);
    Ok((cases, reports))
}

/// Numbers cases with the identifier of an earlier one: `x`, `x (2)`, `x (3)`.
fn number_repeated(cases: &mut [Case]) {
    let mut taken: HashSet<String> = cases.iter().map(|case| case.id.clone()).collect();
    let mut numbers: HashMap<String, u64> = HashMap::new();
    let mut repeated: Vec<String> = Vec::new();
    for case in cases {
        let number = numbers.entry(case.id.clone()).or_default();
        *number += 1;
        if *number == 1 {
            continue;
        }
        let mut id = format!("{} ({number})", case.id);
        while !taken.insert(id.clone()) {
            *number += 1;
            id = format!("{} ({number})", case.id);
        }
        repeated.push(format!("{}: {id}", case.place));
        case.id = id;
    }
    if let Some(first) = repeated.first() {
        tracing::warn!(
            "{} of the cases have the id of an earlier one, and got a number (the first: {first})",
            repeated.len()
        );
    }
}

/// The form of phenopackets that a file begins with, if it is neither JSON nor a table: YAML has a key and no tab in its first line;
/// Protobuf has control characters.
fn other_form(start: &[u8]) -> Option<&'static str> {
    if start.iter().any(|byte| matches!(byte, 1..=8 | 14..=26 | 28..=31)) {
        return Some("Protobuf");
    }
    let mut lines = start.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && line[0] != b'#')?;
    let key = first.split(|&byte| byte == b':').next().unwrap_or_default();
    let is_word = !key.is_empty() && key.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let value = first.get(key.len()..).unwrap_or_default();
    let is_pair = is_word && !first.contains(&b'\t') && (value == b":" || value.starts_with(b": "));
    (first == b"---" || is_pair).then_some("YAML")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phenopackets_in_other_forms_are_told_from_tables() {
        for text in ["id: a\nsubject:\n  id: b\n", "---\nid: a\n", "# a comment\nphenotypicFeatures:\n- type:\n"] {
            assert_eq!(other_form(text.as_bytes()), Some("YAML"), "{text}");
        }
        assert_eq!(other_form(b"\n\x0cPMID_1_x\x12\x05\n\x03abc"), Some("Protobuf"));
        for text in ["id\tterms\na\tHP:0001166\n", "#id\tterms\n", "{\"id\": \"a\"}", "id,terms\n", ""] {
            assert_eq!(other_form(text.as_bytes()), None, "{text}");
        }
    }
}
