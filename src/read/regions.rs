//! Regions that the user names, on the command line or in a BED file; and contig aliases.

use std::{collections::HashMap, path::Path};

use super::{
    bed,
    lines::{read_line, text_of},
    open::{self, Input, open_even_empty},
};
use crate::{
    error::{Error, Result, describe},
    genome::{Contigs, Interval, Region, interval::ParsedRegion},
};

/// Regions by contig name, sorted and merged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regions {
    by_contig: HashMap<String, Vec<Interval>>,
    /// Contigs in the order in which they were named, for messages.
    names: Vec<String>,
    /// Indices of `names`.
    numbers: HashMap<String, u32>,
    /// The regions as they were named: index of the contig, interval, line of the file (0 where there is none).
    named: Vec<(u32, Interval, u64)>,
    /// Texts that may name a contig or a part of one, which the names of the contigs decide.
    ambiguous: Vec<(String, Region)>,
    /// Texts with commas, which separate regions or belong to the name of a contig.
    lists: Vec<String>,
    place: String,
}

impl Regions {
    /// Of the texts of `-r` and the BED file of `-R`; `None` without both. A file without features names no base.
    ///
    /// `HLA-A*01:01` may be a contig, or a base of `HLA-A*01`: `contigs` decides. Without `contigs` both are taken, which is right for a
    /// file that has one of them; call [`Self::decide`] when its contigs are known.
    pub(crate) fn read(texts: &[String], bed: Option<&Path>, contigs: Option<&Contigs>) -> Result<Option<Self>> {
        if texts.is_empty() && bed.is_none() {
            return Ok(None);
        }
        let mut regions = Self { place: "--region".into(), ..Self::default() };
        for text in texts {
            let list = listed(text, contigs);
            if contigs.is_none() && list.len() > 1 {
                regions.lists.push(text.clone());
                continue;
            }
            for text in list {
                match Region::parse(text, contigs)? {
                    ParsedRegion::Certain(region) => regions.add(region.contig, region.interval, 0),
                    ParsedRegion::Ambiguous(region) => regions.ambiguous.push((text.to_string(), region)),
                }
            }
        }
        if let Some(path) = bed {
            regions.place = open::place(path);
            for line in bed::read(path)?.0 {
                regions.add(line.contig, Some(line.interval), line.line);
            }
        }
        for (text, region) in regions.ambiguous.clone() {
            regions.take(text, None);
            regions.take(region.contig, region.interval);
        }
        for text in regions.lists.clone() {
            for text in listed(&text, None).into_iter().chain([text.as_str()]) {
                match Region::parse(text, None)? {
                    ParsedRegion::Certain(region) => regions.take(region.contig, region.interval),
                    ParsedRegion::Ambiguous(region) => {
                        regions.take(text.into(), None);
                        regions.take(region.contig, region.interval);
                    }
                }
            }
        }
        regions.merge();
        Ok(Some(regions))
    }

    /// Decides by the names of the contigs what each text means. A text with two meanings is an error.
    pub(crate) fn decide(&mut self, contigs: &Contigs) -> Result<()> {
        let (mut ambiguous, lists) = (std::mem::take(&mut self.ambiguous), std::mem::take(&mut self.lists));
        if ambiguous.is_empty() && lists.is_empty() {
            return Ok(());
        }
        self.by_contig.clear();
        for (contig, interval, _) in &self.named {
            let name = self.names[*contig as usize].clone();
            self.by_contig.entry(name).or_default().push(*interval);
        }
        for text in lists.iter().flat_map(|text| listed(text, Some(contigs))) {
            match Region::parse(text, Some(contigs))? {
                ParsedRegion::Certain(region) => self.add(region.contig, region.interval, 0),
                ParsedRegion::Ambiguous(region) => ambiguous.push((text.to_string(), region)),
            }
        }
        for (text, region) in ambiguous {
            let region = region.resolve(&text, contigs)?;
            self.add(region.contig, region.interval, 0);
        }
        self.merge();
        Ok(())
    }

    fn add(&mut self, contig: String, interval: Option<Interval>, line: u64) {
        let number = match self.numbers.get(&contig) {
            Some(&number) => number,
            None => {
                let number = self.names.len() as u32;
                self.names.push(contig.clone());
                self.numbers.insert(contig.clone(), number);
                number
            }
        };
        self.named.push((number, interval.unwrap_or(Interval::new(0, u64::MAX)), line));
        self.take(contig, interval);
    }

    fn take(&mut self, contig: String, interval: Option<Interval>) {
        self.by_contig.entry(contig).or_default().push(interval.unwrap_or(Interval::new(0, u64::MAX)));
    }

    /// Of intervals in any order.
    pub(crate) fn new(intervals: impl IntoIterator<Item = (String, Interval)>, place: String) -> Self {
        let mut regions = Self { place, ..Self::default() };
        for (contig, interval) in intervals {
            regions.add(contig, Some(interval), 0);
        }
        regions.merge();
        regions
    }

    fn merge(&mut self) {
        for intervals in self.by_contig.values_mut() {
            intervals.sort_unstable();
            let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
            for &interval in intervals.iter() {
                match merged.last_mut() {
                    Some(last) if interval.start <= last.end => last.end = last.end.max(interval.end),
                    _ => merged.push(interval),
                }
            }
            *intervals = merged;
        }
    }

    /// The intervals of a contig; empty where none is named.
    pub(crate) fn of(&self, contig: &str) -> &[Interval] {
        self.by_contig.get(contig).map_or(&[], Vec::as_slice)
    }

    /// Whether a region overlaps the interval.
    pub(crate) fn overlaps(&self, contig: &str, interval: Interval) -> bool {
        let intervals = self.of(contig);
        let first = intervals.partition_point(|i| i.end <= interval.start);
        intervals.get(first).is_some_and(|i| i.overlaps(interval))
    }

    /// Whether a region holds all of the interval.
    pub(crate) fn contain(&self, contig: &str, interval: Interval) -> bool {
        let intervals = self.of(contig);
        let first = intervals.partition_point(|i| i.end <= interval.start);
        intervals.get(first).is_some_and(|i| i.start <= interval.start && interval.end <= i.end)
    }

    /// Checks that every contig exists and that every region lies on its contig. `theirs` is the name of the contigs' file.
    pub(crate) fn check(&self, contigs: &Contigs, theirs: &str) -> Result<()> {
        if !self.ambiguous.is_empty() {
            let mut decided = self.clone();
            decided.decide(contigs)?;
            return decided.check(contigs, theirs);
        }
        for &(number, interval, line) in &self.named {
            let contig = contigs.require(&self.names[number as usize], &self.place_of(line), theirs)?;
            self.inside(&contig.name, contig.len, interval, line, theirs)?;
        }
        Ok(())
    }

    fn place_of(&self, line: u64) -> String {
        if line > 0 { format!("{}, line {line}", self.place) } else { self.place.clone() }
    }

    fn inside(&self, name: &str, len: u64, interval: Interval, line: u64, theirs: &str) -> Result<()> {
        let open_end = interval.end == u64::MAX;
        // A region of a whole contig is valid even if the contig has no bases.
        if (interval.start > 0 && interval.start >= len) || (!open_end && interval.end > len) {
            let shown = if open_end { format!("{name}:{}-", interval.one_based_start()) } else { interval.show(name) };
            return Err(Error::input(
                self.place_of(line),
                format!("region {shown} extends past the end of \"{name}\" in {theirs} ({len} bases)"),
            )
            .with_hint("does it belong to another assembly?"));
        }
        Ok(())
    }

    /// The checks of [`Self::check`] for one contig of a stream, once its length is known.
    pub(crate) fn check_contig(&self, name: &str, len: u64, theirs: &str) -> Result<()> {
        let number = self.numbers.get(name);
        let own = self.named.iter().filter(|(contig, _, _)| Some(contig) == number);
        let ambiguous = self.ambiguous.iter().filter(|(_, region)| region.contig == name);
        own.map(|&(_, interval, line)| (interval, line))
            .chain(ambiguous.filter_map(|(_, region)| Some((region.interval?, 0))))
            .try_for_each(|(interval, line)| self.inside(name, len, interval, line, theirs))
    }

    /// The contigs of the regions.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The source of the regions in messages: the option or the file.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }
}

/// Names of contigs in one file, by their names in another: two columns, tab-separated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aliases(HashMap<String, String>);

impl Aliases {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Self::of(open_even_empty(path)?)
    }

    /// Reads an open input.
    pub(crate) fn of(mut input: Input) -> Result<Self> {
        let place = input.place();
        let (mut aliases, mut line, mut number) = (Self::default(), Vec::new(), 0u64);
        while read_line(&mut input.reader, &mut line).map_err(|e| Error::input(&place, describe(&e)))? {
            number += 1;
            let text = text_of(&line)
                .map_err(|(why, hint)| Error::input(format!("{place}, line {number}"), why).with_hint(hint))?;
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = text.split('\t').map(str::trim).collect();
            let bad = |why: String| Error::input(format!("{place}, line {number}"), why);
            let [theirs, ours] = fields.as_slice() else {
                return Err(bad("a line needs two names, separated by a tab: the input's and the FASTA's".into()));
            };
            if aliases.0.insert((*theirs).into(), (*ours).into()).is_some() {
                return Err(bad(format!("\"{theirs}\" occurs twice")));
            }
        }
        Ok(aliases)
    }

    /// The name of a contig in the FASTA file.
    pub(crate) fn resolve<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.get(name).map_or(name, String::as_str)
    }
}

/// The regions of all texts, one by one: a list is the same as several options.
pub(crate) fn one_by_one(texts: &[String]) -> Vec<&str> {
    texts.iter().flat_map(|text| listed(text, None)).collect()
}

/// The regions of a list with commas. A comma between digits of a position, with three digits after it, separates thousands, as in samtools:
/// `chr1:1,000-2,000,chr2` is two regions. Names in braces and names of contigs may hold commas.
fn listed<'a>(text: &'a str, contigs: Option<&Contigs>) -> Vec<&'a str> {
    let is_of = |name: &str| text.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    if contigs.is_some_and(|contigs| contigs.iter().any(|contig| contig.name.contains(',') && is_of(&contig.name))) {
        return vec![text];
    }
    let (bytes, mut items, mut start, mut braces) = (text.as_bytes(), Vec::new(), 0, false);
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'{' => braces = true,
            b'}' => braces = false,
            b',' if braces || text[start..at].contains(':') && separates_thousands(bytes, at) => {}
            b',' => {
                items.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(text[start..].trim());
    items
}

/// Whether a comma has a digit before it and exactly three after it.
fn separates_thousands(bytes: &[u8], comma: usize) -> bool {
    let digits = bytes[comma + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let ends = !bytes.get(comma + 1 + digits).is_some_and(|byte| byte.is_ascii_alphanumeric() || b":_.".contains(byte));
    comma > 0 && bytes[comma - 1].is_ascii_digit() && digits == 3 && ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_told_from_thousands() {
        let list = |text: &'static str| listed(text, None);
        assert_eq!(list("a:1-9,b:1-9"), ["a:1-9", "b:1-9"]);
        assert_eq!(list("chr20:1,000,000-2,000,000"), ["chr20:1,000,000-2,000,000"]);
        assert_eq!(list("chr1:1,000-2,000,chr2"), ["chr1:1,000-2,000", "chr2"]);
        assert_eq!(list("1:5-9,234:7-8,X"), ["1:5-9", "234:7-8", "X"]);
        assert_eq!(list("a,b,c"), ["a", "b", "c"]);
        assert_eq!(list("{a,b}:1-2,c"), ["{a,b}:1-2", "c"]);
        assert_eq!(list("a:100,b"), ["a:100", "b"]);
        let mut contigs = Contigs::default();
        contigs.push("x,y", 100);
        assert_eq!(listed("x,y", Some(&contigs)), ["x,y"]);
        assert_eq!(listed("x,y:2-3", Some(&contigs)), ["x,y:2-3"]);
    }

    #[test]
    fn regions_are_merged_and_found() {
        let texts = ["a:1-10", "a:5-20", "a:31-40", "b"].map(String::from);
        let regions = Regions::read(&texts, None, None).expect("regions").expect("some");
        assert_eq!(regions.of("a"), [Interval::new(0, 20), Interval::new(30, 40)]);
        assert!(regions.overlaps("a", Interval::new(19, 25)) && !regions.overlaps("a", Interval::new(20, 30)));
        assert!(regions.overlaps("b", Interval::new(5, 6)) && !regions.overlaps("c", Interval::new(5, 6)));
        assert!(regions.contain("a", Interval::new(5, 20)) && !regions.contain("a", Interval::new(5, 31)));
    }

    #[test]
    fn a_region_beyond_the_contig_is_refused() {
        let mut contigs = Contigs::default();
        contigs.push("a", 15);
        let regions = Regions::read(&["a:5-20".into()], None, None).expect("regions").expect("some");
        let error = regions.check(&contigs, "genome.fa").expect_err("beyond").to_string();
        assert_eq!(error, "--region: region a:5-20 extends past the end of \"a\" in genome.fa (15 bases)");
    }
}
