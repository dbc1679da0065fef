//! Any line of BED is read as the specification has it, and none is a panic.

use proptest::prelude::*;

use super::Feature;
use crate::genome::{Interval, Strand};

/// What BED's specification says of a line, written anew: contig, start, end, name, strand.
fn by_the_specification(line: &str) -> Option<(String, u64, u64, Option<String>, char)> {
    let tabs = line.chars().any(|c| c == '\t');
    let mut columns = vec![String::new()];
    for c in line.chars() {
        let last = columns.last_mut()?;
        match c {
            '\t' => columns.push(String::new()),
            ' ' if !tabs && last.is_empty() => {}
            ' ' if !tabs => columns.push(String::new()),
            c => last.push(c),
        }
    }
    if !tabs && columns.last().is_some_and(String::is_empty) {
        columns.pop();
    }
    let name = columns.get(3).filter(|name| !name.is_empty() && *name != ".").cloned();
    let strand = columns.get(5).and_then(|text| text.chars().next()).unwrap_or('.');
    Some((columns.first()?.clone(), columns.get(1)?.parse().ok()?, columns.get(2)?.parse().ok()?, name, strand))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_feature_is_read_as_it_was_written(
        contig in "[A-Za-z0-9_*:.|-]{1,12}",
        start in 0u64..1 << 40,
        len in 0u64..1 << 30,
        name in "[ -~é]{0,12}",
        score in "[0-9]{1,4}|\\.|",
        strand in "[+.-]|",
        more in proptest::collection::vec("[0-9,]{0,8}", 0..7),
        width in 3usize..14,
        blanks in 1usize..4,
        tabs: bool,
    ) {
        let end = start + len;
        let mut columns = vec![contig, start.to_string(), end.to_string(), name, score, strand];
        columns.extend(more);
        columns.truncate(width);
        // Where blanks part columns, none can hold one or be empty.
        let as_tabs = tabs || columns.iter().any(|column| column.is_empty() || column.contains(' '));
        let line = columns.join(&if as_tabs { "\t".to_string() } else { " ".repeat(blanks) });
        let feature = Feature::parse(&line).expect("a good line").expect("a feature");
        prop_assert_eq!(&feature.columns, &columns);
        prop_assert_eq!(feature.interval, Interval::new(start, end));
        let strand = match feature.strand() {
            Ok(strand) => strand.symbol(),
            Err(other) => return Err(TestCaseError::fail(format!("strand {other}"))),
        };
        let name = feature.name().map(str::to_string);
        prop_assert_eq!(by_the_specification(&line), Some((feature.contig().to_string(), start, end, name, strand)));
    }

    #[test]
    fn no_line_is_a_panic(line in "\\PC*", columns in proptest::collection::vec("[0-9a-z+.-]{0,3}", 0..8)) {
        let _ = Feature::parse(&line);
        if let Ok(Some(feature)) = Feature::parse(&columns.join("\t")) {
            prop_assert!(feature.columns.len() >= 3 && feature.interval.start <= feature.interval.end);
            prop_assert!(!matches!(feature.strand(), Ok(Strand::Reverse)) || columns[5] == "-");
        }
    }
}
