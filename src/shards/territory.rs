//! Shards: the contigs are concatenated, and every shard owns one range of the whole.
//!
//! A shard owns what begins in its range: windows by the first base of their core, variants and reads by their position; reads
//! without a position belong to the last shard. So every record is in exactly one shard, and the shards in order are the whole.

use std::{cmp::Ordering, fmt, path::Path, str::FromStr};

use sha2::{Digest, Sha256};

use crate::{
    digest::hex,
    error::{Error, Result},
    genome::{Contigs, Interval, interval::show_position},
    read::{self, part::Owned, regions::Regions},
};

/// The beginning of the first line of a shard's BED file, as `genogloss plan` writes it.
const MARK: &str = "#genogloss shard ";

/// The name of the only contig for a file whose records are not in order of position: shards are cut by record number.
pub(crate) const RECORDS: &str = "*";

/// A part of a run, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// From 1.
    pub index: u32,
    /// Number of shards.
    pub count: u32,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match parsed {
            Some((index, count)) if index >= 1 && index <= count && count <= 1_000_000 => Ok(Self { index, count }),
            Some((index, count)) => Err(format!("there is no shard {index} of {count}: the first is 1/{count}")),
            None => Err("a shard is i/n, for example 3/16, or a BED file of `genogloss plan`".into()),
        }
    }
}

/// `--shard`: a part by its number, or a planned one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Choice {
    /// `3/16`.
    Even(Shard),
    /// A BED file of `genogloss plan`.
    Planned(std::path::PathBuf),
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(shard) => Ok(Self::Even(shard)),
            Err(why) if Path::new(text).is_file() => match text.split_once('/') {
                Some((i, n)) if i.parse::<u32>().is_ok() && n.parse::<u32>().is_ok() => Err(why),
                _ => Ok(Self::Planned(text.into())),
            },
            Err(why) => Err(why),
        }
    }
}

/// A position: number of the contig, base.
type Place = (usize, u64);

/// The range of a shard.
#[derive(Clone, Debug)]
pub(crate) struct Territory {
    /// Its number.
    pub shard: Shard,
    /// Name of the plan: shards of one plan have the same.
    pub plan: String,
    contigs: Contigs,
    start: Place,
    end: Place,
}

impl Territory {
    /// On which side of the range `place` lies: contig and 0-based position; `None`: a record without a position. Returns `None`
    /// for an unknown contig.
    pub(crate) fn side(&self, place: Option<(&str, u64)>) -> Option<Side> {
        let place = match place {
            Some((contig, position)) => (self.contigs.id(contig)?, position),
            None => (self.contigs.count(), 0),
        };
        let last = self.is_last();
        Some(if place < self.start {
            Side::Before
        } else if place < self.end || last {
            Side::Inside
        } else {
            Side::After
        })
    }

    /// Where records of a contig begin that it owns, also past the contig's end. `None` for an unknown contig.
    pub(crate) fn owned(&self, contig: &str) -> Option<Owned> {
        let id = self.contigs.id(contig)?;
        let order = Some(id);
        let start = match id.cmp(&self.start.0) {
            Ordering::Less => return Some(Owned { order, starts: None }),
            Ordering::Equal => self.start.1,
            Ordering::Greater => 0,
        };
        let end = match id.cmp(&self.end.0) {
            _ if self.is_last() => u64::MAX,
            Ordering::Less => u64::MAX,
            Ordering::Equal => self.end.1,
            Ordering::Greater => 0,
        };
        Some(Owned { order, starts: (start < end).then(|| Interval::new(start, end)) })
    }

    /// Whether it owns what has no position.
    pub(crate) fn is_last(&self) -> bool {
        self.shard.index == self.shard.count
    }

    /// The part of a contig that it owns.
    pub(crate) fn of(&self, contig: &str) -> Option<Interval> {
        let id = self.contigs.id(contig)?;
        let len = self.contigs.get(contig)?.len;
        let start = if id < self.start.0 {
            return None;
        } else if id == self.start.0 {
            self.start.1
        } else {
            0
        };
        let end = match id.cmp(&self.end.0) {
            Ordering::Less => len,
            Ordering::Equal => self.end.1.min(len),
            Ordering::Greater => return None,
        };
        (start < end).then(|| Interval::new(start, end))
    }

    /// Length of a contig, in bases.
    pub(crate) fn length(&self, contig: &str) -> Option<u64> {
        self.contigs.get(contig).map(|contig| contig.len)
    }

    /// All that it owns, in order.
    pub(crate) fn intervals(&self) -> Vec<(String, Interval)> {
        self.contigs.iter().filter_map(|contig| Some((contig.name.clone(), self.of(&contig.name)?))).collect()
    }

    /// Whether it owns no base. The last shard may still own records without a position.
    pub(crate) fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// As a BED file.
    pub(crate) fn to_bed(&self) -> String {
        // The lines do not show ends between contigs, or past the last base of one.
        let ((first, start), (last, end)) = (self.start, self.end);
        let mut text = format!("{MARK}{} plan {} from {first}:{start} to {last}:{end}\n", self.shard, self.plan);
        for (contig, interval) in self.intervals() {
            text.push_str(&format!("{contig}\t{}\t{}\n", interval.start, interval.end));
        }
        text
    }

    /// From `--shard`: evenly cut, or as planned. `step`: cuts lie on multiples of it.
    pub(crate) fn choose(
        choice: &Choice,
        contigs: &Contigs,
        theirs: &str,
        step: u64,
        regions: Option<&Regions>,
    ) -> Result<Self> {
        match choice {
            Choice::Even(shard) => {
                let cuts = Cuts::even(contigs, step, regions, shard.count);
                Ok(cuts.territory(shard.index))
            }
            Choice::Planned(path) => Self::from_bed(path, contigs, theirs, step),
        }
    }

    fn from_bed(path: &Path, contigs: &Contigs, theirs: &str, step: u64) -> Result<Self> {
        let place = read::place(path);
        let text = std::fs::read_to_string(path).map_err(|error| Error::read(path, &error))?;
        let Some((shard, plan, start, end)) = text.lines().next().and_then(header) else {
            return Err(Error::input(&place, "this is not a shard: it does not begin as `genogloss plan` writes it")
                .with_hint("--shard 3/16 runs the third of 16 parts; for a BED file of regions use -R"));
        };
        let (genome, step_there) =
            plan_parts(plan).ok_or_else(|| Error::input(&place, format!("\"{plan}\" is not the name of a plan")))?;
        if genome != genome_digest(contigs) {
            return Err(Error::input(&place, format!("this plan was made for another genome than {theirs}"))
                .with_hint("contigs' names or lengths differ: make it again with genogloss plan"));
        }
        if step_there % step != 0 {
            return Err(Error::input(
                &place,
                format!("this plan was made for a stride of {step_there} bases, and the stride of this run is {step}"),
            )
            .with_hint("make it again, with the model and the stride of this run"));
        }
        let territory = Self { shard, plan: plan.into(), contigs: contigs.clone(), start, end };
        let lines = read::bed::read(path)?.0.into_iter().map(|line| (line.contig, line.interval));
        if territory.intervals() != lines.collect::<Vec<_>>() {
            return Err(Error::input(&place, "lines of this shard were changed, or are missing")
                .with_hint("the BED files of a plan must not be edited; make them again with genogloss plan"));
        }
        Ok(territory)
    }
}

/// Shard, plan, start and end, from the first line of a plan's BED file.
fn header(line: &str) -> Option<(Shard, &str, Place, Place)> {
    let place = |text: &str| -> Option<Place> {
        let (contig, base) = text.split_once(':')?;
        Some((contig.parse().ok()?, base.parse().ok()?))
    };
    let (shard, rest) = line.strip_prefix(MARK)?.split_once(" plan ")?;
    let (plan, rest) = rest.split_once(" from ")?;
    let (start, end) = rest.split_once(" to ")?;
    Some((shard.parse().ok()?, plan, place(start)?, place(end)?))
}

/// The side of a shard's range on which something begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Before it: an earlier shard owns it.
    Before,
    /// Inside: the shard owns it.
    Inside,
    /// After it: a later shard owns it.
    After,
}

/// Checks that records come in the order of the contigs: shards of unsorted records could not be merged.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    last: Option<Side>,
}

impl Watch {
    /// Whether the shard owns a record.
    pub(crate) fn own(&mut self, territory: &Territory, place: Option<(&str, u64)>, file: &str) -> Result<bool> {
        let Some(side) = territory.side(place) else {
            return Err(no_shard(place.map_or("", |(contig, _)| contig), file));
        };
        if self.last.is_some_and(|last| last > side) {
            let shown = place.map_or("a record without a position".into(), |(c, p)| show_position(c, p));
            return Err(Error::input(
                file,
                format!("is not sorted ({shown} comes too late), so it cannot be divided into shards"),
            )
            .with_hint("sort it first: samtools sort, bcftools sort"));
        }
        self.last = Some(side);
        Ok(side == Side::Inside)
    }
}

/// The error for a contig that no shard has.
pub(crate) fn no_shard(contig: &str, file: &str) -> Error {
    Error::input(file, format!("contig \"{contig}\" is not in the header, so it belongs to no shard"))
        .with_hint(ADD_CONTIGS)
}

/// What makes a header of variants whole.
pub(crate) const ADD_CONTIGS: &str = "shards are cut by the ##contig lines of the header, which give each contig and its length: bcftools reheader -f genome.fa.fai adds them";

/// The first 16 digits of the sha256 of names and lengths.
fn genome_digest(contigs: &Contigs) -> String {
    let mut hash = Sha256::new();
    for contig in contigs.iter() {
        hash.update(format!("{}\t{}\n", contig.name, contig.len));
    }
    hex(&hash.finalize())[..16].to_string()
}

/// Digest of the genome and the step, from a plan's name (`genome-step-cuts`).
fn plan_parts(plan: &str) -> Option<(String, u64)> {
    let mut parts = plan.split('-');
    let (genome, step, cuts) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    (genome.len() == 16 && cuts.len() == 16 && step > 0 && parts.next().is_none()).then(|| (genome.into(), step))
}

/// A piece of work: windows of a contig, each of one cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Number of the contig.
    pub contig: usize,
    /// First window.
    pub first: u64,
    /// One past the last.
    pub last: u64,
    /// Cost of each window, in any unit.
    pub weight: u64,
}

/// The cuts between shards.
#[derive(Clone, Debug)]
pub(crate) struct Cuts {
    contigs: Contigs,
    step: u64,
    /// Starts of all shards but the first.
    cuts: Vec<Place>,
}

impl Cuts {
    /// The same number of windows in every shard, by the lengths of the contigs alone.
    pub(crate) fn even(contigs: &Contigs, step: u64, regions: Option<&Regions>, count: u32) -> Self {
        let mut pieces = Vec::new();
        for (id, contig) in contigs.iter().enumerate() {
            let whole = [Interval::new(0, contig.len)];
            let asked = regions.map_or(&whole[..], |regions| regions.of(&contig.name));
            for interval in asked {
                let end = interval.end.min(contig.len);
                if interval.start < end {
                    let (first, last) = (interval.start / step, end.div_ceil(step));
                    let first = pieces
                        .last()
                        .filter(|p: &&Piece| p.contig == id)
                        .map_or(first, |before| first.max(before.last));
                    if first < last {
                        pieces.push(Piece { contig: id, first, last, weight: 1 });
                    }
                }
            }
        }
        Self::of(contigs, step, &pieces, count)
    }

    /// The same cost in every shard; a cut near a gap between two pieces is moved into the gap.
    pub(crate) fn of(contigs: &Contigs, step: u64, pieces: &[Piece], count: u32) -> Self {
        let total: u128 = pieces.iter().map(|p| u128::from(p.last - p.first) * u128::from(p.weight)).sum();
        let near = total / u128::from(count) / 20;
        let mut cuts: Vec<Place> = Vec::new();
        let (mut at, mut done) = (0, 0u128);
        for k in 1..count {
            let goal = total * u128::from(k) / u128::from(count);
            while at < pieces.len() {
                let size = u128::from(pieces[at].last - pieces[at].first) * u128::from(pieces[at].weight);
                if done + size > goal {
                    break;
                }
                done += size;
                at += 1;
            }
            let place = match pieces.get(at) {
                None => (contigs.count(), 0),
                Some(piece) => {
                    let within = goal - done;
                    let size = u128::from(piece.last - piece.first) * u128::from(piece.weight);
                    let to_end = size - within;
                    let window = if within <= near.min(to_end) {
                        piece.first
                    } else if to_end <= near && at + 1 < pieces.len() {
                        // Where the next piece begins: this one is finished.
                        let next = pieces[at + 1];
                        cuts.push((next.contig, next.first * step));
                        continue;
                    } else {
                        piece.first + (within / u128::from(piece.weight)) as u64
                    };
                    (piece.contig, window * step)
                }
            };
            cuts.push(place);
        }
        // Cuts that were moved must still be in order.
        for k in 1..cuts.len() {
            cuts[k] = cuts[k].max(cuts[k - 1]);
        }
        Self { contigs: contigs.clone(), step, cuts }
    }

    /// At these places, which are in order: the starts of all shards but the first.
    pub(crate) fn at(contigs: &Contigs, step: u64, cuts: Vec<(usize, u64)>) -> Self {
        Self { contigs: contigs.clone(), step, cuts }
    }

    /// The same cost in every shard, where the last one has `unplaced` of it in addition: that of records without a position.
    pub(crate) fn with_unplaced(contigs: &Contigs, step: u64, pieces: &[Piece], count: u32, unplaced: u128) -> Self {
        if count == 1 || unplaced == 0 {
            return Self::of(contigs, step, pieces, count);
        }
        let placed: u128 = pieces.iter().map(|p| u128::from(p.last - p.first) * u128::from(p.weight)).sum();
        let total = placed + unplaced;
        if unplaced * u128::from(count) >= total {
            let mut cuts = Self::of(contigs, step, pieces, count - 1);
            cuts.cuts.push((contigs.count(), 0));
            return cuts;
        }
        // As if they lay on a contig after all others; no cut reaches it.
        let mut pieces = pieces.to_vec();
        let weight = u64::try_from(unplaced >> 20).unwrap_or(u64::MAX).max(1);
        pieces.push(Piece { contig: contigs.count(), first: 0, last: 1 << 20, weight });
        let mut cuts = Self::of(contigs, step, &pieces, count);
        for cut in &mut cuts.cuts {
            *cut = (*cut).min((contigs.count(), 0));
        }
        cuts
    }

    /// Name of the plan: checksum of the genome, step, checksum of the cuts.
    pub(crate) fn name(&self) -> String {
        let mut hash = Sha256::new();
        for (contig, position) in &self.cuts {
            hash.update(format!("{contig}\t{position}\n"));
        }
        format!("{}-{}-{}", genome_digest(&self.contigs), self.step, &hex(&hash.finalize())[..16])
    }

    /// Number of shards.
    pub(crate) fn count(&self) -> u32 {
        self.cuts.len() as u32 + 1
    }

    /// All shards, in order.
    pub(crate) fn territories(&self) -> Vec<Territory> {
        let name = self.name();
        (1..=self.count()).map(|index| self.named_territory(index, name.clone())).collect()
    }

    /// Shard `index`, from 1.
    pub(crate) fn territory(&self, index: u32) -> Territory {
        self.named_territory(index, self.name())
    }

    fn named_territory(&self, index: u32, plan: String) -> Territory {
        let at = index as usize - 1;
        let start = if at == 0 { (0, 0) } else { self.cuts[at - 1] };
        let end = self.cuts.get(at).copied().unwrap_or((self.contigs.count(), 0));
        Territory { shard: Shard { index, count: self.count() }, plan, contigs: self.contigs.clone(), start, end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn genome() -> Contigs {
        let mut contigs = Contigs::default();
        for (name, len) in [("a", 1000), ("empty", 0), ("b", 95), ("c", 400)] {
            contigs.push(name, len);
        }
        contigs
    }

    #[test]
    fn every_place_is_in_exactly_one_shard() {
        let contigs = genome();
        for count in [1, 2, 3, 7, 16, 200] {
            let cuts = Cuts::even(&contigs, 10, None, count);
            for contig in contigs.iter() {
                for position in (0..contig.len).step_by(5) {
                    let owners: Vec<u32> = (1..=count)
                        .filter(|&k| cuts.territory(k).side(Some((&contig.name, position))) == Some(Side::Inside))
                        .collect();
                    assert_eq!(owners.len(), 1, "{}:{position} of {count}: {owners:?}", contig.name);
                    let own = cuts.territory(owners[0]);
                    assert!(own.of(&contig.name).is_some_and(|i| i.start <= position && position < i.end));
                }
            }
            let unplaced = (1..=count).filter(|&k| cuts.territory(k).side(None) == Some(Side::Inside)).count();
            assert_eq!(unplaced, 1);
        }
    }

    #[test]
    fn shards_are_even_and_cut_on_windows() {
        let cuts = Cuts::even(&genome(), 10, None, 5);
        // 100 + 10 + 40 windows: 30 in each.
        let starts: Vec<Place> = (1..=5).map(|k| cuts.territory(k).start).collect();
        assert_eq!(starts, [(0, 0), (0, 300), (0, 600), (0, 900), (3, 100)]);
        let regions = Regions::new(
            [("a".to_string(), Interval::new(95, 205)), ("c".to_string(), Interval::new(0, 80))],
            "x".into(),
        );
        let cuts = Cuts::even(&genome(), 10, Some(&regions), 2);
        // Windows 9 to 20 of a and 0 to 7 of c: ten each.
        assert_eq!(cuts.territory(2).start, (0, 190));
    }

    #[test]
    fn cuts_move_into_gaps() {
        let contigs = genome();
        let piece = |contig, first, last| Piece { contig, first, last, weight: 1 };
        // Windows 48 to 51 of a hold nothing known.
        let cuts = Cuts::of(&contigs, 10, &[piece(0, 0, 48), piece(0, 52, 100)], 2);
        assert_eq!(cuts.territory(2).start, (0, 520));
        let cuts = Cuts::of(&contigs, 10, &[piece(0, 0, 47), piece(0, 52, 101)], 2);
        assert_eq!(cuts.territory(2).start, (0, 520));
    }

    #[test]
    fn a_shard_comes_back_from_its_file() {
        let contigs = genome();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.bed");
        for k in 1..=7 {
            let cuts = Cuts::even(&contigs, 10, None, 7);
            std::fs::write(&path, cuts.territory(k).to_bed()).expect("written");
            let back = Territory::choose(&Choice::Planned(path.clone()), &contigs, "g.fa", 10, None).expect("read");
            let own = cuts.territory(k);
            assert_eq!((back.start, back.end, back.shard), (own.start, own.end, own.shard));
            assert_eq!(back.intervals(), own.intervals());
        }
        let mut other = genome();
        other.push("d", 5);
        let error = Territory::choose(&Choice::Planned(path.clone()), &other, "h.fa", 10, None).expect_err("foreign");
        assert!(error.to_string().contains("made for another genome than h.fa"), "{error}");
        let error = Territory::choose(&Choice::Planned(path), &contigs, "g.fa", 15, None).expect_err("other windows");
        assert!(error.to_string().contains("a stride of 10 bases, and the stride of this run is 15"), "{error}");
    }

    #[test]
    fn numbers_of_shards() {
        assert_eq!("3/16".parse(), Ok(Shard { index: 3, count: 16 }));
        for bad in ["0/4", "5/4", "4", "a/b", "1/0"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
