//! Regions the user asks for: on the command line, or as a BED file; and contig aliases.

use std::{collections::HashMap, path::Path};

use super::{Input, InputReport, open, read_line};
use crate::{
    error::{Error, Result, describe},
    genome::{Contigs, Interval, Region, Strand},
};

/// Regions by contig name, sorted and merged.
#[derive(Clone, Debug, Default)]
pub struct Regions {
    by_contig: HashMap<String, Vec<Interval>>,
    /// Contigs in the order they were asked for: for messages.
    names: Vec<String>,
    place: String,
}

impl Regions {
    /// From `-r` texts and a `-R` BED file; `None` when neither is given.
    pub fn read(texts: &[String], bed: Option<&Path>, contigs: Option<&Contigs>) -> Result<Option<Self>> {
        if texts.is_empty() && bed.is_none() {
            return Ok(None);
        }
        let mut regions = Self { place: "--region".into(), ..Self::default() };
        for text in texts {
            regions.add(Region::parse(text, contigs)?);
        }
        if let Some(path) = bed {
            regions.place = super::place(path);
            for line in read_bed(path)?.0 {
                regions.add(Region { contig: line.contig, interval: Some(line.interval) });
            }
        }
        regions.merge();
        Ok(Some(regions))
    }

    fn add(&mut self, region: Region) {
        if !self.by_contig.contains_key(&region.contig) {
            self.names.push(region.contig.clone());
        }
        let interval = region.interval.unwrap_or(Interval::new(0, u64::MAX));
        self.by_contig.entry(region.contig).or_default().push(interval);
    }

    /// From intervals of any order.
    pub fn new(intervals: impl IntoIterator<Item = (String, Interval)>, place: String) -> Self {
        let mut regions = Self { place, ..Self::default() };
        for (contig, interval) in intervals {
            regions.add(Region { contig, interval: Some(interval) });
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

    /// What was asked for of a contig; empty when nothing was.
    pub fn of(&self, contig: &str) -> &[Interval] {
        self.by_contig.get(contig).map_or(&[], Vec::as_slice)
    }

    /// Something of the interval is wanted.
    pub fn overlaps(&self, contig: &str, interval: Interval) -> bool {
        let intervals = self.of(contig);
        let first = intervals.partition_point(|i| i.end <= interval.start);
        intervals.get(first).is_some_and(|i| i.overlaps(interval))
    }

    /// All of the interval is wanted.
    pub fn contain(&self, contig: &str, interval: Interval) -> bool {
        let intervals = self.of(contig);
        let first = intervals.partition_point(|i| i.end <= interval.start);
        intervals.get(first).is_some_and(|i| i.start <= interval.start && interval.end <= i.end)
    }

    /// Every contig asked for must exist, and every region must lie on it.
    pub fn check(&self, contigs: &Contigs, theirs: &str) -> Result<()> {
        for name in &self.names {
            let contig = contigs.require(name, &self.place, theirs)?;
            for interval in self.of(name) {
                self.inside(&contig.name, contig.len, *interval, theirs)?;
            }
        }
        Ok(())
    }

    fn inside(&self, name: &str, len: u64, interval: Interval, theirs: &str) -> Result<()> {
        let open_end = interval.end == u64::MAX;
        if interval.start >= len || (!open_end && interval.end > len) {
            let shown = if open_end { format!("{name}:{}-", interval.one_based_start()) } else { interval.show(name) };
            return Err(Error::input(
                &self.place,
                format!("region {shown} goes beyond the end of \"{name}\" in {theirs} ({len} bases)"),
            )
            .with_hint("is it of another assembly?"));
        }
        Ok(())
    }

    /// What [`Self::check`] asks, for one contig of a stream, once its length is known.
    pub fn check_contig(&self, name: &str, len: u64, theirs: &str) -> Result<()> {
        self.of(name).iter().try_for_each(|&interval| self.inside(name, len, interval, theirs))
    }

    /// Contigs asked for.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What messages call where they came from.
    pub fn place(&self) -> &str {
        &self.place
    }
}

/// A line of a BED file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BedLine {
    /// Contig name.
    pub contig: String,
    /// Never empty.
    pub interval: Interval,
    /// The fourth column, where it is there and not `.`.
    pub name: Option<String>,
    /// The sixth column.
    pub strand: Strand,
    /// Line number, from 1.
    pub line: u64,
}

/// Reads a BED file; lines of no length are left out.
pub fn read_bed(path: &Path) -> Result<(Vec<BedLine>, InputReport)> {
    bed_of(open(path)?)
}

/// Reads a BED file that is open already.
pub fn bed_of(mut input: Input) -> Result<(Vec<BedLine>, InputReport)> {
    let (place, report) = (input.place(), input.report());
    let (mut lines, mut line, mut number) = (Vec::new(), Vec::new(), 0u64);
    while read_line(&mut input.reader, &mut line).map_err(|e| Error::input(&place, describe(&e)))? {
        number += 1;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') || text.starts_with("track ") || text.starts_with("browser ") {
            continue;
        }
        let fields: Vec<&str> = text.split(['\t', ' ']).filter(|f| !f.is_empty()).collect();
        let bad = |why: &str| Error::input(format!("{place}, line {number}"), why.to_string());
        let [contig, start, end, rest @ ..] = fields.as_slice() else {
            return Err(bad("a BED line needs contig, start and end")
                .with_hint("BED counts from 0, its end is one past the last base"));
        };
        let start: u64 = start.parse().map_err(|_| bad(&format!("\"{start}\" is not a start")))?;
        let end: u64 = end.parse().map_err(|_| bad(&format!("\"{end}\" is not an end")))?;
        if end < start {
            return Err(bad(&format!("the end ({end}) is before the start ({start})")));
        }
        if end > start {
            lines.push(BedLine {
                contig: (*contig).into(),
                interval: Interval::new(start, end),
                name: rest.first().filter(|name| **name != ".").map(|name| (*name).to_string()),
                strand: match rest.get(2) {
                    Some(&"+") => Strand::Forward,
                    Some(&"-") => Strand::Reverse,
                    _ => Strand::Unknown,
                },
                line: number,
            });
        }
    }
    Ok((lines, report()))
}

/// Names of contigs in one file, by their names in another: two columns, tab-separated.
#[derive(Clone, Debug, Default)]
pub struct Aliases(HashMap<String, String>);

impl Aliases {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self> {
        Self::of(open(path)?)
    }

    /// Reads a file that is open already.
    pub fn of(mut input: Input) -> Result<Self> {
        let place = input.place();
        let (mut aliases, mut line, mut number) = (Self::default(), Vec::new(), 0u64);
        while read_line(&mut input.reader, &mut line).map_err(|e| Error::input(&place, describe(&e)))? {
            number += 1;
            let text = String::from_utf8_lossy(&line);
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = text.split('\t').map(str::trim).collect();
            let bad = |why: String| Error::input(format!("{place}, line {number}"), why);
            let [theirs, ours] = fields.as_slice() else {
                return Err(bad("two names are needed, with a tab between: the input's and the FASTA's".into()));
            };
            if aliases.0.insert((*theirs).into(), (*ours).into()).is_some() {
                return Err(bad(format!("\"{theirs}\" is there twice")));
            }
        }
        Ok(aliases)
    }

    /// What the FASTA calls this contig.
    pub fn resolve<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.get(name).map_or(name, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(error, "--region: region a:5-20 goes beyond the end of \"a\" in genome.fa (15 bases)");
    }
}
