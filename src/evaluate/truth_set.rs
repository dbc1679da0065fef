//! The known places of an evaluation, read from BED files: for each score its places, the regions that are judged and those
//! that are left out; and the scores that are judged together.

use std::{collections::BTreeMap, path::Path};

use super::bins::ColumnTruth;
use crate::{
    error::{Error, Result},
    genome::{Contigs, Interval},
    model::card::{Card, Column},
    read::{
        self, InputReport,
        bed::{self, BedLine},
        regions::Regions,
    },
};

/// The files and options that say what is known.
pub(crate) struct TruthFiles<'a> {
    /// Known places (BED); the fourth column names the score.
    pub(crate) places: &'a Path,
    /// Regions that are judged, as text.
    pub(crate) region: &'a [String],
    /// Regions that are judged (BED).
    pub(crate) regions: Option<&'a Path>,
    /// Regions that are left out (BED).
    pub(crate) ignore: Option<&'a Path>,
    /// `NAME=SCORE+SCORE`: scores that are also judged together.
    pub(crate) pool: &'a [String],
}

/// What is known of a model's scores.
pub(crate) struct TruthSet {
    /// One for each score that has known places.
    pub(crate) columns: Vec<ColumnTruth>,
    /// Scores that are judged together.
    pub(crate) pools: Vec<Pool>,
    /// The files that were read.
    pub(crate) inputs: Vec<InputReport>,
}

/// Scores that are judged together under one name.
pub(crate) struct Pool {
    /// The name.
    pub(crate) name: String,
    /// Places of the scores in [`TruthSet::columns`].
    pub(crate) members: Vec<usize>,
}

/// Intervals with their contigs, by the number of the score column.
type ByColumn = BTreeMap<usize, Vec<(String, Interval)>>;

/// The score columns of a model, found by name.
struct ScoreNames<'a> {
    model: &'a str,
    columns: Vec<Column>,
}

impl TruthSet {
    /// Reads all files, and checks that their intervals lie on `contigs` of `genome`.
    pub(crate) fn read(files: &TruthFiles<'_>, card: &Card, contigs: &Contigs, genome: &Path) -> Result<Self> {
        let scores = ScoreNames { model: &card.name, columns: card.columns() };
        let place = read::place(files.places);
        let (lines, report) = bed::read(files.places)?;
        let mut inputs = vec![report];
        let truth = scores.known_places(lines, &place)?;
        let texts = Regions::read(files.region, None, Some(contigs))?;
        let mut by_column = |path: Option<&Path>| -> Result<Option<(ByColumn, String)>> {
            let Some(path) = path else { return Ok(None) };
            let (lines, report) = bed::read(path)?;
            inputs.push(report);
            let place = read::place(path);
            Ok(Some((scores.regions(&lines, &place, &truth)?, place)))
        };
        let (scope, ignored) = (by_column(files.regions)?, by_column(files.ignore)?);
        let of_column = |regions: &Option<(ByColumn, String)>, column: usize| {
            regions.as_ref().and_then(|(by_column, _)| by_column.get(&column)).cloned().unwrap_or_default()
        };
        let columns: Vec<ColumnTruth> = truth
            .iter()
            .map(|(&column, places)| {
                let mut own = of_column(&scope, column);
                own.extend(texts.iter().flat_map(intervals));
                let scope_place = scope.as_ref().map_or("--region".into(), |(_, place)| place.clone());
                ColumnTruth {
                    column,
                    truth: Regions::new(places.iter().cloned(), place.clone()),
                    scope: (scope.is_some() || texts.is_some()).then(|| Regions::new(own, scope_place)),
                    ignored: ignored
                        .as_ref()
                        .map(|(_, place)| Regions::new(of_column(&ignored, column), place.clone())),
                }
            })
            .collect();
        let pools = files.pool.iter().map(|text| scores.pool(text, &columns)).collect::<Result<_>>()?;
        let genome = read::place(genome);
        for known in &columns {
            known.truth.check(contigs, &genome)?;
            known.ignored.as_ref().map_or(Ok(()), |ignored| ignored.check(contigs, &genome))?;
        }
        Ok(Self { columns, pools, inputs })
    }

    /// The regions of all scores together, if none of them is judged everywhere.
    pub(crate) fn scope(&self, place: String) -> Option<Regions> {
        let scopes: Option<Vec<&Regions>> = self.columns.iter().map(|known| known.scope.as_ref()).collect();
        Some(Regions::new(scopes?.into_iter().flat_map(intervals), place))
    }
}

/// All intervals of some regions.
fn intervals(regions: &Regions) -> impl Iterator<Item = (String, Interval)> {
    regions.names().iter().flat_map(|name| regions.of(name).iter().map(|interval| (name.clone(), *interval)))
}

impl ScoreNames<'_> {
    fn find(&self, name: &str, place: &str, line: u64) -> Result<usize> {
        self.columns.iter().position(|column| column.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            Error::input(
                format!("{place}, line {line}"),
                format!("{} has no score {name:?}; it has {}", self.model, names.join(", ")),
            )
        })
    }

    /// Known places by score: the fourth column names it, unless the model has one score only.
    fn known_places(&self, lines: Vec<BedLine>, place: &str) -> Result<ByColumn> {
        let mut truth = ByColumn::new();
        for BedLine { contig, interval, name, line, .. } in lines {
            let column = match name {
                Some(name) => self.find(&name, place, line)?,
                None if self.columns.len() == 1 => 0,
                None => {
                    let example = format!("{contig} {} {} {}", interval.start, interval.end, self.columns[0].name);
                    return Err(Error::input(format!("{place}, line {line}"), "the fourth column must name a score")
                        .with_hint(format!("as in: {example}")));
                }
            };
            truth.entry(column).or_default().push((contig, interval));
        }
        if truth.is_empty() {
            return Err(Error::input(place, "it has no intervals"));
        }
        Ok(truth)
    }

    /// Regions by score: a line with a name is for that score, a line without one for all scores that have known places.
    fn regions(&self, lines: &[BedLine], place: &str, truth: &ByColumn) -> Result<ByColumn> {
        let mut by_column = ByColumn::new();
        for line in lines {
            let own: Vec<usize> = match &line.name {
                Some(name) => vec![self.find(name, place, line.line)?],
                None => truth.keys().copied().collect(),
            };
            for column in own {
                by_column.entry(column).or_default().push((line.contig.clone(), line.interval));
            }
        }
        Ok(by_column)
    }

    fn pool(&self, text: &str, known: &[ColumnTruth]) -> Result<Pool> {
        let bad = |why: String| Error::usage(format!("--pool {text}: {why}"));
        let (name, members) = text.split_once('=').ok_or_else(|| bad("NAME=SCORE+SCORE".into()))?;
        let members = members
            .split('+')
            .map(|member| {
                known
                    .iter()
                    .position(|known| self.columns[known.column].name == member)
                    .ok_or_else(|| bad(format!("the truth set has no {member}")))
            })
            .collect::<Result<Vec<usize>>>()?;
        Ok(Pool { name: name.into(), members })
    }
}
