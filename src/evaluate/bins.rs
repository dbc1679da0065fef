//! Bins of a scan against known places: which bins lie on a known place, and their scores.

use std::collections::BTreeMap;

use super::metrics::{Bootstrap, Confusion, Metric, Ranking, bootstrap};
use crate::{genome::Interval, model::Form, read::regions::Regions, scan::tiles::Tile};

/// Scores below this rank as one tie at the bottom, and are only counted.
///
/// METHOD: a genome has millions of bins near 0; their order changes average precision by less than this.
pub(crate) const FLOOR: f32 = 1e-4;

/// Bases of a block that is drawn whole in the bootstrap: neighbouring bins are not independent.
const BLOCK: u64 = 100_000;

/// The known places of one score column.
pub(crate) struct ColumnTruth {
    /// Number of the column.
    pub column: usize,
    /// Places of its class.
    pub truth: Regions,
    /// Regions that are judged; `None`: everywhere.
    pub scope: Option<Regions>,
    /// Regions that are left out, because nothing is known of them.
    pub ignored: Option<Regions>,
}

/// A position in sorted intervals, moved forward by queries whose starts never decrease.
struct Cursor<'a> {
    intervals: &'a [Interval],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(intervals: &'a [Interval]) -> Self {
        Self { intervals, at: 0 }
    }

    fn overlaps(&mut self, interval: Interval) -> bool {
        while self.intervals.get(self.at).is_some_and(|i| i.end <= interval.start) {
            self.at += 1;
        }
        self.intervals.get(self.at).is_some_and(|i| i.overlaps(interval))
    }
}

/// Bins of one or more columns, judged together.
#[derive(Clone, Debug, Default)]
pub(crate) struct JudgedBins {
    scores: Vec<f32>,
    truth: Vec<bool>,
    /// Number of the 100-kb block of each bin.
    blocks: Vec<u64>,
    /// Bins below [`FLOOR`] that are not of the class, by block.
    low: BTreeMap<u64, u64>,
    /// Bases that were judged.
    pub bases: u64,
}

impl JudgedBins {
    fn add(&mut self, score: f32, truth: bool, block: u64, bases: u64) {
        self.bases += bases;
        if truth || score >= FLOOR {
            self.scores.push(if score >= FLOOR { score } else { 0.0 });
            self.truth.push(truth);
            self.blocks.push(block);
        } else {
            *self.low.entry(block).or_default() += 1;
        }
    }

    /// Joins the bins of other columns.
    pub(crate) fn join(&mut self, other: &Self) {
        self.scores.extend_from_slice(&other.scores);
        self.truth.extend_from_slice(&other.truth);
        self.blocks.extend_from_slice(&other.blocks);
        for (block, count) in &other.low {
            *self.low.entry(*block).or_default() += count;
        }
        self.bases += other.bases;
    }

    /// Bins of the class, and all others.
    pub(crate) fn sizes(&self) -> (u64, u64) {
        let positives = self.truth.iter().filter(|t| **t).count() as u64;
        (positives, self.truth.len() as u64 - positives + self.low.values().sum::<u64>())
    }

    /// Average precision, top-k and what a threshold gives, with intervals over 100-kb blocks.
    pub(crate) fn metrics(&self, threshold: f64, draws: Bootstrap) -> Vec<Metric> {
        let ranking = self.ranking();
        let values = self.values(&ranking, threshold, None);
        let numbers: Vec<u64> = {
            let mut all: Vec<u64> = self.blocks.iter().chain(self.low.keys()).copied().collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let place: BTreeMap<u64, usize> = numbers.iter().enumerate().map(|(i, &n)| (n, i)).collect();
        let of_site: Vec<usize> = self.blocks.iter().map(|b| place[b]).collect();
        let intervals = bootstrap(numbers.len(), draws.replicates, draws.seed, values.len(), |times| {
            let weights: Vec<u32> = of_site.iter().map(|&block| times[block]).collect();
            self.values(&ranking, threshold, Some(&weights))
        });
        NAMES
            .iter()
            .zip(values)
            .zip(intervals)
            .map(|((name, value), (low, high))| Metric { name: (*name).into(), value, low, high })
            .collect()
    }

    /// All bins that matter, highest score first. The counted rest would only lengthen the last tie.
    pub(crate) fn ranking(&self) -> Ranking {
        Ranking::new(&self.scores, &self.truth)
    }

    /// How often a probability was right, as [`super::metrics::Judged::reliability`]; what ranks below [`FLOOR`] counts as 0.
    pub(crate) fn reliability(&self) -> Vec<(f64, f64, u64)> {
        let mut bins = vec![(0.0, 0.0, 0u64); 10];
        for (&score, &truth) in self.scores.iter().zip(&self.truth) {
            let bin = &mut bins[((score * 10.0) as usize).min(9)];
            bin.0 += f64::from(score);
            bin.1 += f64::from(u8::from(truth));
            bin.2 += 1;
        }
        bins[0].2 += self.low.values().sum::<u64>();
        bins.into_iter().filter(|bin| bin.2 > 0).map(|(p, right, n)| (p / n as f64, right / n as f64, n)).collect()
    }

    fn values(&self, ranking: &Ranking, threshold: f64, times: Option<&[u32]>) -> Vec<f64> {
        let truth: Vec<u8> = self.truth.iter().map(|&t| u8::from(t)).collect();
        let called: Vec<u8> = self.scores.iter().map(|&s| u8::from(f64::from(s) >= threshold)).collect();
        let table = Confusion::new(2, &truth, &called, times);
        let false_calls = table.at(0, 1) as f64 / (self.bases as f64 / 1e6);
        vec![ranking.auprc(times), ranking.top_k(times), table.precision(1), table.recall(1), table.f1(1), false_calls]
    }
}

const NAMES: [&str; 6] = ["auprc", "top_k", "precision", "recall", "f1", "false_per_mb"];

/// Collects the scores of a scan, window by window, for all columns with known places.
pub(crate) struct BinJudge<'a> {
    known: &'a [ColumnTruth],
    bin: u64,
    strides: Vec<usize>,
    contig: String,
    cursors: Vec<[Cursor<'a>; 3]>,
    contigs: u32,
    sites: Vec<JudgedBins>,
    /// Scored windows.
    pub windows: u64,
}

const NOTHING: &[Interval] = &[];

impl<'a> BinJudge<'a> {
    /// `core`: the bases that one answer covers where the model is not a track.
    pub(crate) fn new(known: &'a [ColumnTruth], form: &Form, core: u64) -> Self {
        let bin = form.bin.unwrap_or(core);
        let strides = known.iter().map(|k| form.columns[k.column].bin.map_or(1, |own| (own / bin) as usize)).collect();
        Self {
            known,
            bin,
            strides,
            contig: String::new(),
            cursors: Vec::new(),
            contigs: 0,
            sites: vec![JudgedBins::default(); known.len()],
            windows: 0,
        }
    }

    /// Adds one window's scores, bin after bin; bins without a known base are not judged.
    pub(crate) fn add(&mut self, tile: &Tile, scores: &[f32], columns: usize) {
        let (contig, core): (&str, Interval) = (&tile.contig, tile.core);
        if self.cursors.is_empty() || self.contig != contig {
            self.contig = contig.into();
            self.contigs += 1;
            self.cursors = self
                .known
                .iter()
                .map(|k| {
                    let of = |regions: &'a Option<Regions>| regions.as_ref().map_or(NOTHING, |r| r.of(contig));
                    [Cursor::new(k.truth.of(contig)), Cursor::new(of(&k.scope)), Cursor::new(of(&k.ignored))]
                })
                .collect();
        }
        self.windows += 1;
        for (index, known) in self.known.iter().enumerate() {
            let (stride, [truth, scope, ignored]) = (self.strides[index], &mut self.cursors[index]);
            for (at, row) in scores.chunks_exact(columns).enumerate().step_by(stride) {
                let start = core.start + at as u64 * self.bin;
                if start >= core.end {
                    break;
                }
                let place = Interval::new(start, (start + self.bin * stride as u64).min(core.end));
                let hidden = tile.unknown.iter().any(|run| run.start <= place.start && place.end <= run.end);
                if hidden || (known.scope.is_some() && !scope.overlaps(place)) || ignored.overlaps(place) {
                    continue;
                }
                let block = (u64::from(self.contigs) << 40) + start / BLOCK;
                self.sites[index].add(row[known.column], truth.overlaps(place), block, place.len());
            }
        }
    }

    /// The bins of every known column.
    pub(crate) fn finish(self) -> Vec<JudgedBins> {
        self.sites
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{head::Shape, model::card::Column, number::Digits, skip::Skip};

    #[test]
    fn bins_are_judged_where_they_are_asked() {
        let column = Column {
            partner: 0,
            title: None,
            vector: None,
            name: "a".into(),
            head: 0,
            label: "a".into(),
            callable: true,
            has_threshold: true,
            threshold: 0.5,
            bin: Some(10),
            strand: None,
            digits: Digits::Decimals,
        };
        let form = Form {
            shape: Shape { bins: 8, columns: 1 },
            columns: vec![column],
            bin: Some(10),
            text: None,
            unanswered: Skip::NotANumber,
        };
        let regions = |intervals: &[(u64, u64)]| {
            Regions::new(intervals.iter().map(|&(s, e)| ("c".to_string(), Interval::new(s, e))), "x".into())
        };
        let known = [ColumnTruth {
            column: 0,
            truth: regions(&[(15, 16), (70, 72)]),
            scope: Some(regions(&[(0, 60)])),
            ignored: Some(regions(&[(30, 31)])),
        }];
        let mut judge = BinJudge::new(&known, &form, 80);
        let tile = Tile { contig: "c".into(), core: Interval::new(0, 80), unknown: vec![Interval::new(38, 52)] };
        judge.add(&tile, &[0.1, 0.9, 0.2, 0.95, 0.6, 0.0, 0.9, 0.9], 1);
        let sites = judge.finish().remove(0);
        // Asked: bins 0 to 5 without bins 3 (ignored) and 4 (unknown); bin 1 is a site; bin 5 is below the floor.
        assert_eq!((sites.sizes(), sites.bases), ((1, 3), 40));
        let metrics = sites.metrics(0.5, Bootstrap { replicates: 0, seed: 1 });
        let value = |name: &str| metrics.iter().find(|f| f.name == name).map(|f| f.value);
        assert_eq!(value("auprc"), Some(1.0));
        assert_eq!(value("precision"), Some(1.0));
        assert_eq!(value("false_per_mb"), Some(0.0));
    }
}
