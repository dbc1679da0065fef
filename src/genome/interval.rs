//! Intervals are 0-based and half-open inside the program. Positions of formats and messages that count from 1 are converted here
//! and nowhere else.

use std::fmt;

use super::contig::Contigs;
use crate::error::{Error, Result};

/// 0-based half-open: `start` is the first base, `end` is one past the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Interval {
    /// First base, 0-based.
    pub start: u64,
    /// One past the last base.
    pub end: u64,
}

impl Interval {
    /// `[start, end)`; empty where the end is before the start.
    pub(crate) fn new(start: u64, end: u64) -> Self {
        Self { start, end: end.max(start) }
    }

    /// From 1-based closed coordinates, as VCF, SAM and GFF write them. `start` of 0 is taken as 1.
    pub(crate) fn from_one_based(start: u64, end: u64) -> Self {
        Self::new(start.saturating_sub(1), end)
    }

    /// Length in bases.
    pub(crate) fn len(self) -> u64 {
        self.end - self.start
    }

    /// Whether it holds no base.
    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// First base, 1-based, as VCF, SAM and messages write it.
    pub(crate) fn one_based_start(self) -> u64 {
        self.start + 1
    }

    /// Whether it holds the base at `position`, 0-based.
    pub(crate) fn contains(self, position: u64) -> bool {
        self.start <= position && position < self.end
    }

    /// Whether both have at least one base in common.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// `chr1:925,952-925,960`: 1-based closed, with commas.
    pub(crate) fn show(self, contig: &str) -> String {
        format!("{contig}:{}-{}", commas(self.one_based_start()), commas(self.end.max(self.one_based_start())))
    }
}

/// A 0-based position as messages write it: `chr1:925,952`.
pub(crate) fn show_position(contig: &str, position: u64) -> String {
    format!("{contig}:{}", commas(position + 1))
}

/// 0-based to 1-based, for formats that count from one.
pub(crate) fn to_one_based(position: u64) -> u64 {
    position + 1
}

/// 0-based to 1-based, for libraries and formats with signed positions: -1, before the first base, becomes 0.
pub(crate) fn signed_to_one_based(position: i64) -> i64 {
    position + 1
}

/// 1-based to 0-based, for formats that count from one; 0 stays 0.
pub(crate) fn from_one_based(position: u64) -> u64 {
    position.saturating_sub(1)
}

/// `1234567` as `1,234,567`.
pub(crate) fn commas(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A region that the user named: a contig, or an interval of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// Contig name, exactly as the file writes it.
    pub contig: String,
    /// `None`: the whole contig.
    pub interval: Option<Interval>,
}

/// The meaning of a text that names a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParsedRegion {
    /// This region.
    Certain(Region),
    /// This part of a contig, or all of the contig with that name: names may hold colons.
    Ambiguous(Region),
}

impl Region {
    /// Parses `chr20`, `chr20:1,000,000`, `chr20:1,000,000-` (both: to the contig's end), `chr20:-2,000,000` (from its first base)
    /// and `chr20:1,000,000-2,000,000`: 1-based, closed, as samtools does. In `{name}` and `{name}:1-5` the name may hold colons.
    pub(crate) fn parse(text: &str, contigs: Option<&Contigs>) -> Result<ParsedRegion> {
        let whole = |name: &str| ParsedRegion::Certain(Self { contig: name.into(), interval: None });
        let is_name = contigs.is_some_and(|contigs| contigs.id(text).is_some());
        if text.is_empty() {
            return Err(bad(text, "it is empty"));
        }
        if let Some(rest) = text.strip_prefix('{')
            && !is_name
        {
            let (name, after) = rest.split_once('}').ok_or_else(|| bad(text, "the brace is not closed"))?;
            return match after.strip_prefix(':') {
                _ if name.is_empty() => Err(bad(text, "it has no name")),
                None if after.is_empty() => Ok(whole(name)),
                Some(range) => {
                    let interval = parse_range(range).map_err(|why| bad(text, why))?;
                    Ok(ParsedRegion::Certain(Self { contig: name.into(), interval: Some(interval) }))
                }
                None => Err(bad(text, "after the brace, a colon is needed")),
            };
        }
        let Some((name, range)) = text.rsplit_once(':') else { return Ok(whole(text)) };
        if name.is_empty() && !is_name {
            return Err(bad(text, "it has no name"));
        }
        match parse_range(range) {
            Ok(interval) => {
                let region = Self { contig: name.into(), interval: Some(interval) };
                match contigs {
                    Some(contigs) => region.resolve(text, contigs).map(ParsedRegion::Certain),
                    None => Ok(ParsedRegion::Ambiguous(region)),
                }
            }
            Err(_) if is_name => Ok(whole(text)),
            // Digits, commas and hyphens are meant as a range.
            Err(why) if range.bytes().all(|byte| byte.is_ascii_digit() || b",-".contains(&byte)) => Err(bad(text, why)),
            // Perhaps the name of a contig, which the caller looks up.
            Err(_) => Ok(whole(text)),
        }
    }

    /// Decides by the names of the contigs whether `text` names a contig or this part of another; this part, where both are unknown.
    pub(crate) fn resolve(self, text: &str, contigs: &Contigs) -> Result<Self> {
        match (contigs.id(text), contigs.id(&self.contig)) {
            (Some(_), Some(_)) => {
                let range = &text[self.contig.len()..];
                Err(Error::usage(format!(
                    "\"{text}\" is the name of a contig, and also a region of contig \"{}\"",
                    self.contig
                ))
                .with_hint(format!("write {{{text}}} or {{{}}}{range}, in quotation marks", self.contig)))
            }
            (Some(_), None) => Ok(Self { contig: text.into(), interval: None }),
            _ => Ok(self),
        }
    }
}

fn bad(text: &str, why: &str) -> Error {
    Error::usage(format!("\"{text}\" is not a region: {why}")).with_hint(
        "write contig, contig:start, contig:start-end or contig:-end, 1-based, both ends included; write a name that contains colons in braces: {name}:start-end",
    )
}

/// A 1-based, closed range, either end of which may be missing. Commas are ignored.
fn parse_range(range: &str) -> Result<Interval, &'static str> {
    let number = |text: &str| match text.replace(',', "") {
        digits if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err("the text after the colon is not a range")
        }
        digits => digits.parse::<u64>().map_err(|_| "a number is too large"),
    };
    let (start, end) = match range.split_once('-') {
        None => (number(range)?, u64::MAX),
        Some(("", end)) => (1, number(end)?),
        Some((start, "")) => (number(start)?, u64::MAX),
        Some((start, end)) => (number(start)?, number(end)?),
    };
    match () {
        () if start == 0 || end == 0 => Err("bases are counted from 1"),
        () if end < start => Err("the end is before the start"),
        () => Ok(Interval::from_one_based(start, end)),
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.interval {
            Some(interval) if interval.end == u64::MAX => {
                write!(f, "{}:{}-", self.contig, commas(interval.one_based_start()))
            }
            Some(interval) => f.write_str(&interval.show(&self.contig)),
            None => f.write_str(&self.contig),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contigs(names: &[&str]) -> Contigs {
        let mut contigs = Contigs::default();
        names.iter().for_each(|name| assert!(contigs.push(*name, 100)));
        contigs
    }

    fn among(text: &str, names: &[&str]) -> Result<String> {
        let contigs = contigs(names);
        let region = match Region::parse(text, None)? {
            ParsedRegion::Certain(region) => region,
            ParsedRegion::Ambiguous(region) => region.resolve(text, &contigs)?,
        };
        assert_eq!(Region::parse(text, Some(&contigs))?, ParsedRegion::Certain(region.clone()), "{text}");
        Ok(format!("{:?} {:?}", region.contig, region.interval.map(|i| (i.start, i.end))))
    }

    #[test]
    fn region_is_one_based_closed_outside_and_half_open_inside() {
        let Ok(ParsedRegion::Ambiguous(region)) = Region::parse("chr20:1,000,001-2,000,000", None) else {
            panic!("a region")
        };
        assert_eq!(region.interval, Some(Interval::new(1_000_000, 2_000_000)));
        assert_eq!(region.to_string(), "chr20:1,000,001-2,000,000");
    }

    #[test]
    fn names_of_contigs_decide_what_a_colon_is() {
        let hla = ["HLA-A*01:01:01:01", "HLA-A*01:01:01", "chr1"];
        for (text, names, right) in [
            ("HLA-A*01:01:01:01", &hla[..1], "\"HLA-A*01:01:01:01\" None"),
            ("HLA-A*01:01:01:01", &hla[1..], "\"HLA-A*01:01:01\" Some((0, 18446744073709551615))"),
            ("HLA-A*01:01:01:01:3-5", &hla[..], "\"HLA-A*01:01:01:01\" Some((2, 5))"),
            ("{HLA-A*01:01:01:01}", &hla[..], "\"HLA-A*01:01:01:01\" None"),
            ("{HLA-A*01:01:01}:01", &hla[..], "\"HLA-A*01:01:01\" Some((0, 18446744073709551615))"),
            ("chr1:7", &hla[..], "\"chr1\" Some((6, 18446744073709551615))"),
            ("chr1:7-", &hla[..], "\"chr1\" Some((6, 18446744073709551615))"),
            ("chr1:-7", &hla[..], "\"chr1\" Some((0, 7))"),
            ("chr1:x", &["chr1:x", "chr1"][..], "\"chr1:x\" None"),
        ] {
            assert_eq!(among(text, names).expect(text), right, "{text}");
        }
        let error = among("HLA-A*01:01:01:01", &hla).expect_err("ambiguous");
        assert!(error.to_string().contains("also a region of contig \"HLA-A*01:01:01\""), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("{HLA-A*01:01:01}:01")));
    }

    #[test]
    fn a_name_is_a_name_whatever_it_looks_like() {
        for name in ["c:0", "c:9-5", "c:", ":c", ":1", "{c}5", "{c"] {
            let reading = Region::parse(name, Some(&contigs(&[name]))).expect(name);
            assert_eq!(reading, ParsedRegion::Certain(Region { contig: name.into(), interval: None }));
        }
    }

    #[test]
    fn region_that_counts_from_zero_or_backwards_is_refused() {
        for text in [
            "chr1:0-5",
            "chr1:9-5",
            "chr1:-0",
            "chr1:1-2-3",
            "chr1:",
            "chr1:-",
            "chr1:99999999999999999999",
            "",
            ":1",
            "{chr1",
            "{chr1}5",
            "{}:5",
        ] {
            assert!(Region::parse(text, None).is_err(), "{text}");
        }
    }

    #[test]
    fn one_based_and_back() {
        assert_eq!(from_one_based(to_one_based(41)), 41);
        assert_eq!(Interval::from_one_based(1, 3), Interval::new(0, 3));
    }

    #[test]
    fn commas_every_three_digits() {
        assert_eq!(
            (commas(7).as_str(), commas(1000).as_str(), commas(63_025_520).as_str()),
            ("7", "1,000", "63,025,520")
        );
    }
}
