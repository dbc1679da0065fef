//! One line of a header of SAM: its record type and its tags, checked.

use std::collections::HashMap;

/// Longest text that is quoted in a message, in characters.
const QUOTED: usize = 40;

/// Where a header comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Lines of SAM before the first record.
    Sam,
    /// BAM or CRAM, which store the length of the text.
    Binary,
}

/// Why a header is refused.
pub(super) struct Invalid {
    pub(super) why: String,
    /// Whether every version of samtools refuses it too.
    pub(super) is_certain: bool,
}

impl From<String> for Invalid {
    fn from(why: String) -> Self {
        Self { why, is_certain: false }
    }
}

impl Invalid {
    /// For a header that every version of samtools refuses.
    pub(super) fn certain(why: String) -> Self {
        Self { why, is_certain: true }
    }
}

/// Problems of a header that is read in spite of them: the first, and the number of the others.
#[derive(Default)]
pub(super) struct Warnings {
    first: Option<String>,
    more: usize,
}

impl Warnings {
    pub(super) fn add(&mut self, what: impl FnOnce() -> String) {
        match self.first {
            None => self.first = Some(what()),
            Some(_) => self.more += 1,
        }
    }

    /// Logs them as one warning.
    pub(super) fn log(self, place: &str) {
        if let Some(first) = self.first {
            let more = if self.more > 0 { format!(" ({} more like it)", self.more) } else { String::new() };
            tracing::warn!("{place}, header {first}{more}");
        }
    }
}

/// A line with tags.
pub(super) struct Line<'a> {
    /// Number of the line, from 1.
    pub(super) number: usize,
    /// The two letters of the record type.
    pub(super) record: String,
    tags: HashMap<[u8; 2], &'a [u8]>,
}

impl<'a> Line<'a> {
    /// Splits a line; `None` for a comment and for a line that holds nothing.
    pub(super) fn parse(
        line: &'a [u8],
        number: usize,
        source: Source,
        warnings: &mut Warnings,
    ) -> Result<Option<Self>, Invalid> {
        let [b'@', a, b, rest @ ..] = line else {
            return Err(format!("\"{}\" does not begin with @ and a record type", quoted(line)).into());
        };
        if !a.is_ascii_alphabetic() || !b.is_ascii_alphabetic() {
            return Err(format!("\"{}\" has no record type of two letters", quoted(line)).into());
        }
        let record = String::from_utf8_lossy(&[*a, *b]).into_owned();
        let [tab, fields @ ..] = rest else {
            warnings.add(|| format!("line {number}: @{record} holds nothing"));
            return Ok(None);
        };
        if *tab != b'\t' {
            return Err(format!("@{record}: a tab must follow, not \"{}\"", quoted(&rest[..1])).into());
        }
        if record == "CO" {
            return Ok(None);
        }
        check_record_type(&record, number, source, warnings)?;
        let tags = parse_tags(fields, &record, number, warnings)?;
        Ok(Some(Self { number, record, tags }))
    }

    /// The value of a tag.
    pub(super) fn get(&self, tag: &[u8; 2]) -> Option<&'a [u8]> {
        self.tags.get(tag).copied()
    }

    /// The value of a tag that the line must have.
    pub(super) fn require(&self, tag: &[u8; 2]) -> Result<&'a [u8], Invalid> {
        let missing = || format!("@{} has no {}", self.record, String::from_utf8_lossy(tag));
        self.get(tag).ok_or_else(|| Invalid::certain(missing()))
    }
}

/// Checks the record type. Types in lower case are free for anyone's use.
fn check_record_type(record: &str, number: usize, source: Source, warnings: &mut Warnings) -> Result<(), Invalid> {
    let is_known = matches!(record, "HD" | "SQ" | "RG" | "PG");
    if !is_known && record.bytes().all(|b| b.is_ascii_uppercase()) {
        if source == Source::Sam {
            return Err(format!("@{record} is not a record type; those are @HD, @SQ, @RG, @PG and @CO").into());
        }
        warnings.add(|| format!("line {number}: @{record} is not a record type of the SAM specification"));
    }
    if record == "HD" && number > 1 {
        warnings.add(|| format!("line {number}: @HD is not the first line"));
    }
    Ok(())
}

fn parse_tags<'a>(
    fields: &'a [u8],
    record: &str,
    number: usize,
    warnings: &mut Warnings,
) -> Result<HashMap<[u8; 2], &'a [u8]>, Invalid> {
    let mut tags = HashMap::new();
    for field in fields.split(|&b| b == b'\t') {
        let [a, b, b':', value @ ..] = field else {
            return Err(Invalid::certain(format!("@{record}: \"{}\" is not TAG:VALUE", quoted(field))));
        };
        let tag = String::from_utf8_lossy(&[*a, *b]).into_owned();
        if value.is_empty() {
            warnings.add(|| format!("line {number}: @{record} {tag} is empty"));
        }
        let is_free_text = matches!((record, tag.as_str()), ("PG", "CL" | "DS") | ("SQ", "DS") | ("RG", "DS"));
        if std::str::from_utf8(value).is_err() {
            warnings.add(|| format!("line {number}: @{record} {tag} is not UTF-8"));
        } else if !is_free_text && !value.iter().all(|b| (b' '..=b'~').contains(b)) {
            warnings.add(|| format!("line {number}: @{record} {tag} holds characters that are not printable ASCII"));
        }
        // htslib takes the first ID, and the last of every other tag.
        if tags.contains_key(&[*a, *b]) {
            warnings.add(|| format!("line {number}: @{record} has {tag} twice"));
            if tag == "ID" {
                continue;
            }
        }
        tags.insert([*a, *b], value);
    }
    Ok(tags)
}

/// The beginning of a text, for a message.
pub(super) fn quoted(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut short: String = text.chars().take(QUOTED).flat_map(char::escape_debug).collect();
    if text.chars().nth(QUOTED).is_some() {
        short.push('…');
    }
    short
}
