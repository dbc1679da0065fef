//! Intervals are 0-based and half-open inside; formats and messages get what they expect from here.

use std::fmt;

use super::contig::Contigs;
use crate::error::{Error, Result};

/// 0-based half-open: `start` is the first base, `end` is one past the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Interval {
    /// First base, 0-based.
    pub start: u64,
    /// One past the last base.
    pub end: u64,
}

impl Interval {
    /// `[start, end)`; an end before the start is taken as empty.
    pub fn new(start: u64, end: u64) -> Self {
        Self { start, end: end.max(start) }
    }

    /// From 1-based closed coordinates, as VCF, SAM and GFF write them. `start` of 0 is taken as 1.
    pub fn from_one_based(start: u64, end: u64) -> Self {
        Self::new(start.saturating_sub(1), end)
    }

    /// Length in bases.
    pub fn len(self) -> u64 {
        self.end - self.start
    }

    /// No bases at all.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// First base, 1-based, as VCF, SAM and messages write it.
    pub fn one_based_start(self) -> u64 {
        self.start + 1
    }

    /// This base is one of its.
    pub fn contains(self, position: u64) -> bool {
        self.start <= position && position < self.end
    }

    /// At least one base in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// `chr1:925,952-925,960`: 1-based closed, with commas.
    pub fn show(self, contig: &str) -> String {
        format!("{contig}:{}-{}", commas(self.one_based_start()), commas(self.end.max(self.one_based_start())))
    }
}

/// A 0-based position as messages write it: `chr1:925,952`.
pub fn show_position(contig: &str, position: u64) -> String {
    format!("{contig}:{}", commas(position + 1))
}

/// 0-based to 1-based, for formats that count from one.
pub fn to_one_based(position: u64) -> u64 {
    position + 1
}

/// 1-based to 0-based, for formats that count from one; 0 stays 0.
pub fn from_one_based(position: u64) -> u64 {
    position.saturating_sub(1)
}

/// `1234567` as `1,234,567`.
pub fn commas(number: u64) -> String {
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

/// What a user asked for: a contig by name, and an interval of it or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Contig name, exactly as the file writes it.
    pub contig: String,
    /// `None`: the whole contig.
    pub interval: Option<Interval>,
}

impl Region {
    /// Reads `chr20`, `chr20:1,000,000`, `chr20:1,000,000-` and `chr20:1,000,000-2,000,000` (1-based, closed).
    ///
    /// A name that itself contains a colon is understood where `contigs` has it; `{name}` in braces always is.
    pub fn parse(text: &str, contigs: Option<&Contigs>) -> Result<Self> {
        let whole = |name: &str| Self { contig: name.into(), interval: None };
        if let Some(contigs) = contigs
            && contigs.id(text).is_some()
        {
            return Ok(whole(text));
        }
        if let Some(rest) = text.strip_prefix('{')
            && let Some((name, after)) = rest.split_once('}')
        {
            return match after.strip_prefix(':') {
                None if after.is_empty() => Ok(whole(name)),
                Some(range) => Ok(Self { contig: name.into(), interval: Some(parse_range(range, text)?) }),
                None => Err(bad(text)),
            };
        }
        match text.rsplit_once(':') {
            Some((name, range)) if !name.is_empty() => {
                Ok(Self { contig: name.into(), interval: Some(parse_range(range, text)?) })
            }
            _ if text.is_empty() => Err(bad(text)),
            _ => Ok(whole(text)),
        }
    }
}

fn bad(text: &str) -> Error {
    Error::usage(format!("\"{text}\" is not a region; write contig, contig:start or contig:start-end, counting from 1"))
}

fn parse_range(range: &str, text: &str) -> Result<Interval> {
    let number = |s: &str| s.replace(',', "").parse::<u64>().map_err(|_| bad(text));
    let (start, end) = match range.split_once('-') {
        None => (number(range)?, u64::MAX),
        Some((start, "")) => (number(start)?, u64::MAX),
        Some((start, end)) => (number(start)?, number(end)?),
    };
    if start == 0 || end < start {
        return Err(bad(text));
    }
    Ok(Interval::from_one_based(start, end))
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

    #[test]
    fn region_is_one_based_closed_outside_and_half_open_inside() {
        let region = Region::parse("chr20:1,000,001-2,000,000", None).expect("a region");
        assert_eq!(region.interval, Some(Interval::new(1_000_000, 2_000_000)));
        assert_eq!(region.to_string(), "chr20:1,000,001-2,000,000");
    }

    #[test]
    fn region_with_a_colon_in_its_name() {
        let region = Region::parse("{HLA:1}:5-6", None).expect("a region");
        assert_eq!((region.contig.as_str(), region.interval), ("HLA:1", Some(Interval::new(4, 6))));
    }

    #[test]
    fn region_that_counts_from_zero_or_backwards_is_refused() {
        for text in ["chr1:0-5", "chr1:9-5", "chr1:a-b", ""] {
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
