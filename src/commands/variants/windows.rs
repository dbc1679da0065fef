//! Variants by windows: the reference around the variant, and the same with the allele in its place.
//!
//! This file cuts the rows and writes the numbers; what is compared with what is in [`crate::variants::compare`]. Strands are
//! asked as rows of their own, so that a difference can be taken on each of them.

use std::{ops::Range, sync::Arc};

use super::Asking;
use crate::{
    batch::Rows,
    commands::setup::{Kind, Loaded},
    counts::Counts,
    error::{Error, Result},
    exact::Task,
    genome::{Interval, sequence::reverse_complement_into},
    head::Shape,
    model::{
        Form,
        card::{Comparison, StrandRule, WindowRule},
    },
    number::Digits,
    pipeline::{Feed, RowAnswers},
    read::variants::VariantRecord,
    skip::Skip,
    tokenize::Encoder,
    variants::{
        compare::{self, Compared, Placement, Score, Tracks},
        spelling::Edit,
    },
    vcf::info::{self, AlleleScores, FieldNames, ScoreField, Value},
    window::Grid,
};

/// A row of a batch on the forward strand, and the same on the reverse one, where that is asked.
#[derive(Clone, Copy)]
struct Strands {
    forward: usize,
    reverse: Option<usize>,
}

/// How one alternate allele is to be compared with the reference.
pub(super) struct Allele {
    reference: Strands,
    /// The alternate row that begins where the reference row begins, and the one that ends where it ends.
    left: Strands,
    right: Strands,
    placement: Placement,
    /// Bases of the core that are compared.
    within: Range<i64>,
    /// The core's first base, from POS.
    core_from_position: i64,
}

impl Allele {
    /// Rows it asks for, counting those that it shares with others.
    fn rows(&self) -> u64 {
        let strands = |rows: &Strands| 1 + u64::from(rows.reverse.is_some());
        let twice = self.left.forward != self.right.forward;
        strands(&self.reference) + strands(&self.left) + if twice { strands(&self.right) } else { 0 }
    }
}

/// How rows are cut.
#[derive(Clone)]
pub(super) struct Cut {
    span: i64,
    /// First base of the core in the span.
    left: i64,
    max_allele: u64,
    /// Answers are tracks.
    track: bool,
    /// Rows may be as short as an answer needs: their cores begin at multiples of the first, and are multiples of it long.
    cell: Option<i64>,
    /// Bases either side of the change that are compared; none: all of the core.
    distance: Option<i64>,
    /// Past the contig's ends there is N, as in a scan.
    pads: bool,
    min_span: u64,
    strand: StrandRule,
    comparison: Comparison,
    grid: Grid,
}

impl Cut {
    pub(super) fn new(loaded: &Loaded, comparison: Option<Comparison>) -> Result<Self> {
        let exact =
            WindowRule { span: 1000, core: 1000, stride: 1000, max_unknown: 0.5, fixed: true, ..WindowRule::default() };
        let (rule, variants, strand) = match &loaded.kind {
            Kind::Network(card) => (&card.window, card.variants.clone(), card.strand),
            Kind::Exact(Task::GcContent) => (&exact, Default::default(), StrandRule::Forward),
            Kind::Exact(_) => {
                return Err(Error::usage("variants need a model that answers with scores: a network, or exact:gc"));
            }
        };
        let grid = Grid::new(rule, None, loaded.form.bin)?;
        let track = loaded.form.bin.is_some();
        let most = if track { rule.core } else { rule.span };
        let comparison = comparison.unwrap_or(variants.compare);
        if !track && matches!(comparison, Comparison::L2 | Comparison::Js) {
            return Err(Error::usage(format!(
                "{} answers for whole windows: --compare {} compares the bins of a track",
                loaded.report.name,
                comparison.word()
            ))
            .with_hint("--compare max"));
        }
        let distance = variants.distance.map(|distance| distance as i64);
        let left = rule.left() as i64;
        // Beyond what the network reads nothing differs; sums that are divided by one another count it all the same.
        let near = |distance: i64| match comparison {
            Comparison::Max | Comparison::L2 => distance.min(left),
            _ => distance,
        };
        let cell = rule.multiple.map(|multiple| {
            let compared = distance.map_or(rule.core as i64, |distance| 2 * near(distance) + 1);
            let multiple = multiple as i64;
            ((compared + 2 * left) / CELLS_OF_A_ROW / multiple).max(1) * multiple
        });
        Ok(Self {
            span: rule.span as i64,
            left,
            max_allele: variants.max_allele.unwrap_or(rule.span / 2).min(most),
            track,
            cell,
            distance: if cell.is_some() { distance.map(near) } else { distance },
            pads: track && rule.fixed && rule.min_span.is_some_and(|min| min < rule.span),
            min_span: rule.min_span.unwrap_or(rule.span),
            strand,
            comparison,
            grid,
        })
    }

    /// Bases that are compared, on the contig.
    fn compared(&self, placed: &Placed<'_>, core: Range<i64>, len: i64) -> Range<i64> {
        let (first, last) = match self.distance {
            Some(distance) => (placed.first() - distance, placed.last() + placed.removed() + distance),
            None => (core.start, core.end),
        };
        first.max(core.start).max(0)..last.min(core.end).min(len)
    }

    /// The bases of the contig that the reference window has on the reverse strand.
    ///
    /// METHOD: what the forward strand's would be, if the sequence were given as its reverse complement: so a problem and its reverse
    /// complement have the same answer.
    fn backward(&self, placed: &Placed<'_>) -> Range<i64> {
        let longest = placed.slack + placed.removed().max(placed.inserted());
        let end = placed.last() + placed.removed() + (self.span - longest).div_euclid(2);
        end - self.span..end
    }

    /// The bases of the contig that the reference row has.
    fn row(&self, placed: &Placed<'_>) -> Range<i64> {
        let longest = placed.slack + placed.removed().max(placed.inserted());
        // METHOD: what may change is in the middle, so that an allele has as much sequence on either side.
        let middle = placed.first() - (self.span - longest).div_euclid(2);
        let Some(cell) = self.cell else { return middle..middle + self.span };
        // Rows begin where those of a scan may begin, since a network with strides tells places apart.
        let from = |core: i64| core.div_euclid(cell) * cell;
        if let Some(distance) = self.distance {
            let needed = placed.first() - distance..placed.first() + longest + distance;
            let start = from(needed.start);
            // As long as for the worst place in a cell: rows of one length run faster.
            let len = (needed.end - needed.start + 2 * (cell - 1)).div_euclid(cell) * cell;
            if len + 2 * self.left <= self.span {
                return start - self.left..start + len + self.left;
            }
        }
        let start = from(middle + self.left) - self.left;
        start..start + self.span
    }
}

/// Parts of a row that its core may be moved by: neighbours within such a part share the reference row. With 18, rows of
/// `human` are 5 % longer than the shortest, and of variants 35 bases apart three share one.
const CELLS_OF_A_ROW: i64 = 18;

/// An edit, and how much further right it may be written.
struct Placed<'a> {
    edit: &'a Edit,
    slack: i64,
}

impl Placed<'_> {
    fn first(&self) -> i64 {
        self.edit.position as i64
    }

    fn last(&self) -> i64 {
        self.first() + self.slack
    }

    fn removed(&self) -> i64 {
        self.edit.removed as i64
    }

    fn inserted(&self) -> i64 {
        self.edit.inserted.len() as i64
    }
}

/// Bases of a contig: N past its ends, and, under the record, the letters of REF where the FASTA has an ambiguous one.
struct Sequence<'a, 'b> {
    asking: &'a mut Asking<'b>,
    record: &'a VariantRecord,
    /// A letter of REF was taken.
    changed: bool,
}

impl Sequence<'_, '_> {
    fn append(&mut self, interval: Range<i64>, out: &mut Vec<u8>) -> Result<()> {
        let len = self.asking.len as i64;
        let inside = interval.start.clamp(0, len)..interval.end.clamp(0, len);
        let whole = out.len() + (interval.end - interval.start).max(0) as usize;
        out.resize(out.len() + (inside.start - interval.start).clamp(0, interval.end - interval.start) as usize, b'N');
        if inside.start < inside.end {
            let first = out.len();
            let interval = Interval::new(inside.start as u64, inside.end as u64);
            self.asking.reference.fetch(self.asking.contig, interval, out)?;
            let written = self.record.written();
            for at in written.start.max(interval.start)..written.end.min(interval.end) {
                let base = &mut out[first + (at - interval.start) as usize];
                if !b"ACGTN".contains(&base.to_ascii_uppercase()) {
                    *base = self.record.reference()[(at - written.start) as usize];
                    self.changed = true;
                }
            }
        }
        out.resize(whole, b'N');
        Ok(())
    }

    /// Bases [start, start + len) of the contig with an edit made.
    fn edited(&mut self, edit: &Edit, row: Range<i64>) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity((row.end - row.start) as usize);
        let from = edit.position as i64;
        let to = from + edit.inserted.len() as i64;
        let part = |part: Range<i64>| part.start.max(row.start)..part.end.min(row.end).max(part.start.max(row.start));
        self.append(part(i64::MIN..from), &mut out)?;
        let inserted = part(from..to);
        out.extend_from_slice(
            &edit.inserted[(inserted.start - from).clamp(0, to - from) as usize..]
                [..(inserted.end - inserted.start) as usize],
        );
        let after = part(to..i64::MAX);
        self.append(after.start - edit.growth()..after.end - edit.growth(), &mut out)?;
        Ok(out)
    }
}

/// Bases of a row that is read forward, and of the one that is read backward, where that is another one.
struct RowPair {
    forward: Vec<u8>,
    reverse: Option<Vec<u8>>,
}

/// The rows of an allele.
struct AlleleRows {
    reference: RowPair,
    /// Where the reference rows lie, if they are the FASTA's alone.
    place: Option<Place>,
    left: RowPair,
    right: Option<RowPair>,
}

/// Contig, first bases of the rows that are read forward and backward, length.
type Place = (usize, i64, i64, usize);

/// The reader's side.
pub(super) struct Reading {
    cut: Cut,
    encoder: Option<Arc<Encoder>>,
    /// Reference rows of the batch in work.
    shared: Vec<(Place, Strands)>,
}

/// Reference rows of the batch that are looked through for one that another allele has asked for.
const SHARED: usize = 16;

impl Reading {
    pub(super) fn new(cut: Cut, encoder: Option<Arc<Encoder>>) -> Self {
        Self { cut, encoder, shared: Vec::new() }
    }

    /// What is to be done with every ALT; the windows go into the batch.
    pub(super) fn ask(
        &mut self,
        asking: &mut Asking<'_>,
        edits: Vec<Result<Edit, Skip>>,
        record: VariantRecord,
        feed: &mut Feed<'_, super::Query>,
    ) -> Result<()> {
        let mut asked = Vec::with_capacity(edits.len());
        for edit in edits {
            asked.push(match edit {
                Err(skip) => Err(skip),
                Ok(edit) => self.rows(asking, &edit, &record)?,
            });
        }
        let Self { cut, shared, .. } = self;
        feed.query_of(|batch| {
            if batch.count() == 0 {
                shared.clear();
            }
            let alleles = asked.into_iter().map(|one| one.map(|(rows, allele)| allele.with(cut, rows, batch, shared)));
            super::Query { record, asked: super::Asked::Windows(alleles.collect()) }
        })
    }

    /// Cuts the rows of an allele.
    fn rows(
        &mut self,
        asking: &mut Asking<'_>,
        edit: &Edit,
        record: &VariantRecord,
    ) -> Result<Result<(AlleleRows, Unplaced), Skip>> {
        let cut = &self.cut;
        if edit.removed.max(edit.inserted.len() as u64) > cut.max_allele {
            return Ok(Err(Skip::AlleleTooLong));
        }
        let (contig, len) = (asking.contig, asking.len);
        let reference = &mut *asking.reference;
        let slack = edit.slack(len, |start, end, out| reference.fetch(contig, Interval::new(start, end), out))?;
        let placed = Placed { edit, slack: slack as i64 };
        let row = cut.row(&placed);
        let growth = edit.growth();
        // The row that is read backward: of a track the same; of a whole window the one that the reverse strand's own numbers say.
        let back = if cut.track { row.clone() } else { cut.backward(&placed) };
        let whole = len as i64 + growth;
        // The other alternate row: it ends where the reference row ends.
        let other = back.start + growth..back.end + growth;
        let both = cut.strand != StrandRule::Forward;
        let too_near = if cut.pads {
            len < cut.min_span || whole < cut.min_span as i64
        } else {
            let outside = |row: &Range<i64>, len: i64| row.start < 0 || row.end > len;
            outside(&row, len as i64)
                || outside(&row, whole)
                || (cut.track || both) && (outside(&back, len as i64) || outside(&other, whole))
        };
        if too_near {
            return Ok(Err(Skip::ContigEnd));
        }
        let mut sequence = Sequence { asking, record, changed: false };
        let backward = both && !cut.track;
        let mut reference = Vec::with_capacity((row.end - row.start) as usize);
        sequence.append(row.clone(), &mut reference)?;
        let mut reference = RowPair { forward: reference, reverse: None };
        if backward && back != row {
            let mut bases = Vec::with_capacity((back.end - back.start) as usize);
            sequence.append(back.clone(), &mut bases)?;
            reference.reverse = Some(bases);
        }
        let mut left = RowPair { forward: sequence.edited(edit, row.clone())?, reverse: None };
        if backward && (growth != 0 || back != row) {
            left.reverse = Some(sequence.edited(edit, other.clone())?);
        }
        let right = if cut.track && growth != 0 {
            Some(RowPair { forward: sequence.edited(edit, other)?, reverse: None })
        } else {
            None
        };
        let place = (!sequence.changed).then_some((contig, row.start, back.start, reference.forward.len()));
        for pair in [&reference, &left].into_iter().chain(&right) {
            for window in std::iter::once(&pair.forward).chain(&pair.reverse) {
                if let Err(skip) = cut.grid.admit(window) {
                    return Ok(Err(skip));
                }
                if let Some(Err(skip)) = self.encoder.as_deref().map(|encoder| encoder.admit(window)) {
                    return Ok(Err(skip));
                }
            }
        }
        let core = row.start + cut.left..row.end - cut.left;
        let within = cut.compared(&placed, core.clone(), len as i64);
        let unplaced = Unplaced {
            placement: Placement {
                first: placed.first() - core.start,
                last: placed.last() - core.start,
                removed: placed.removed(),
                inserted: placed.inserted(),
            },
            within: within.start - core.start..within.end - core.start,
            core_from_position: core.start - record.position as i64,
        };
        Ok(Ok((AlleleRows { reference, place, left, right }, unplaced)))
    }
}

/// An allele whose rows are not in a batch yet.
struct Unplaced {
    placement: Placement,
    within: Range<i64>,
    core_from_position: i64,
}

impl Unplaced {
    /// Puts its rows into a batch.
    fn with(self, cut: &Cut, rows: AlleleRows, batch: &mut Rows, shared: &mut Vec<(Place, Strands)>) -> Allele {
        let both = cut.strand != StrandRule::Forward;
        let AlleleRows { reference, place, left, right } = rows;
        let known = shared.iter().rev().take(SHARED).find(|(there, _)| Some(*there) == place).map(|(_, rows)| *rows);
        let reference = known.unwrap_or_else(|| {
            let strands = push(batch, &reference, both);
            shared.extend(place.map(|place| (place, strands)));
            strands
        });
        let left = push(batch, &left, both);
        let right = right.map_or(left, |right| push(batch, &right, both));
        let Self { placement, within, core_from_position } = self;
        Allele { reference, left, right, placement, within, core_from_position }
    }
}

/// Adds a row, and the reverse complement of the one that is read backward, where both strands are asked.
fn push(batch: &mut Rows, rows: &RowPair, both: bool) -> Strands {
    let at = batch.count();
    batch.push(&rows.forward);
    if both {
        batch.push_with(|out| reverse_complement_into(rows.reverse.as_ref().unwrap_or(&rows.forward), out));
    }
    Strands { forward: at, reverse: both.then_some(at + 1) }
}

/// The writer's side.
pub(super) struct Writing {
    cut: Cut,
    shape: Shape,
    fields: FieldNames,
    /// Columns that are written, with what comparing them takes.
    columns: Vec<(crate::model::card::Column, Score)>,
    kinds: Vec<ScoreField>,
    /// INFO fields: all kinds of a column after the other.
    names: Vec<String>,
}

/// INFO fields of a record that a reader can take (BCF counts them in 16 bits; htslib holds to it in VCF, too).
const MOST_FIELDS: usize = u16::MAX as usize;

fn check_count(fields: usize, scores: usize) -> Result<()> {
    if fields > MOST_FIELDS {
        return Err(Error::usage(format!(
            "{scores} scores are {fields} INFO fields, and a record of VCF or BCF holds {MOST_FIELDS} at most"
        ))
        .with_hint("--column chooses scores: genogloss models show lists them"));
    }
    Ok(())
}

impl Writing {
    /// `wanted`: places of the columns that are written.
    pub(super) fn new(cut: Cut, loaded: &Loaded, wanted: &[usize], fields: FieldNames) -> Result<Self> {
        let Form { shape, columns, bin, .. } = &loaded.form;
        let zero = match &loaded.kind {
            Kind::Network(card) => card.missing_is_zero(),
            Kind::Exact(_) => vec![false; columns.len()],
        };
        let finest = bin.unwrap_or(1);
        let score = |&column: &usize| {
            let bin = columns[column].bin.unwrap_or(finest);
            let score =
                Score { column, bin: bin as i64, repeat: (bin / finest) as usize, missing_is_zero: zero[column] };
            (columns[column].clone(), score)
        };
        let columns: Vec<_> = wanted.iter().map(score).collect();
        let kinds = match cut.comparison {
            Comparison::L2 | Comparison::Js => vec![ScoreField::Delta],
            Comparison::Max if cut.track => {
                vec![ScoreField::Delta, ScoreField::Reference, ScoreField::Alternate, ScoreField::At]
            }
            _ => vec![ScoreField::Delta, ScoreField::Reference, ScoreField::Alternate],
        };
        let names: Vec<String> =
            columns.iter().flat_map(|(column, _)| kinds.iter().map(|kind| fields.score(kind.word(), column))).collect();
        // With the one for reasons.
        check_count(names.len() + 1, columns.len())?;
        Ok(Self { cut, shape: *shape, fields, columns, kinds, names })
    }

    /// INFO fields that are added.
    pub(super) fn fields(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).chain([self.fields.skip.as_str()]).collect()
    }

    /// Names of the scores that are counted.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(column, _)| column.name.as_str())
    }

    /// How scores are compared.
    pub(super) fn comparison(&self) -> Comparison {
        self.cut.comparison
    }

    /// Header lines of the fields.
    pub(super) fn header_lines(&self, model: &str, version: &str) -> Vec<String> {
        let columns = self.columns.iter().map(|(column, _)| column);
        info::header_lines(&self.fields, columns, &self.kinds, self.cut.comparison, (model, version))
    }

    /// The INFO fields of its scores.
    pub(super) fn write(
        &self,
        asked: &[Result<Allele, Skip>],
        answers: &RowAnswers<'_>,
        counts: &mut Counts,
        added: &mut Vec<u8>,
    ) {
        let mut alleles = Vec::with_capacity(asked.len());
        for allele in asked {
            counts.windows += allele.as_ref().map_or(0, Allele::rows);
            let compared = match allele {
                Ok(allele) => self.compare(allele, answers),
                Err(reason) => Err(*reason),
            };
            match &compared {
                Ok(compared) => {
                    counts.scored += 1;
                    counts.add_scores(compared.iter().map(|(compared, _)| compared.delta));
                }
                Err(reason) => counts.skip(*reason),
            }
            let values = compared.map(|compared| {
                let columns = self.columns.iter().map(|(column, _)| column.digits);
                compared.into_iter().zip(columns).flat_map(|(one, digits)| self.values(one, digits)).collect()
            });
            alleles.push(AlleleScores { values });
        }
        info::write_variant(&self.fields, &self.names, &alleles, added);
    }

    fn values(&self, (compared, core_from_position): (Compared, i64), digits: Digits) -> impl Iterator<Item = Value> {
        self.kinds.iter().map(move |kind| match kind {
            ScoreField::Delta => Value::Score(compared.delta, digits),
            ScoreField::Reference => Value::Score(compared.reference, digits),
            ScoreField::Alternate => Value::Score(compared.alternate, digits),
            ScoreField::At => Value::Offset(compared.at.unwrap_or_default() + core_from_position),
        })
    }

    /// Every score's comparison, and how far from POS the places in it are counted.
    fn compare(&self, allele: &Allele, answers: &RowAnswers<'_>) -> Result<Vec<(Compared, i64)>, Skip> {
        let Cut { track, strand, comparison, .. } = self.cut;
        let forward = |rows: Strands| answers.scores_in_batch(rows.forward);
        let reverse = |rows: Strands| rows.reverse.map(|row| answers.scores_in_batch(row)).unwrap_or_default();
        let rows = [allele.reference, allele.left, allele.right];
        // On the reverse strand, a track is turned round.
        let turned = |rows: Strands| -> Vec<f32> {
            let places = reverse(rows).rchunks_exact(self.shape.columns);
            if track { places.flatten().copied().collect() } else { reverse(rows).to_vec() }
        };
        let joined = |rows: Strands| -> Vec<f32> {
            let mean = |(one, other): (&f32, &f32)| ((f64::from(*one) + f64::from(*other)) / 2.0) as f32;
            forward(rows).iter().zip(&turned(rows)).map(mean).collect()
        };
        let compare = |rows: [&[f32]; 3], score: Score| {
            let [reference, left, right] = rows;
            if !track {
                return compare::windows(comparison, reference[score.column], left[score.column]);
            }
            let rows = Tracks { reference, left, right };
            compare::tracks(comparison, rows, self.shape, score, allele.placement, allele.within.clone())
        };
        let each = |compare: &dyn Fn(Score) -> Result<Compared, Skip>| {
            self.columns.iter().map(|(_, score)| Ok((compare(*score)?, allele.core_from_position))).collect()
        };
        match strand {
            StrandRule::Forward => each(&|score| compare(rows.map(forward), score)),
            StrandRule::Average => {
                let [reference, left, right] = rows.map(joined);
                each(&|score| compare([&reference, &left, &right], score))
            }
            // METHOD: the difference on each strand, then the larger one: scores of two strands are not subtracted from one another
            // (Kipoi's variant effects, Avsec et al. 2019).
            StrandRule::Max => {
                let [reference, left, right] = rows.map(turned);
                each(&|score| {
                    let plus = compare(rows.map(forward), score)?;
                    Ok(plus.larger(compare([&reference, &left, &right], score)?))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_fields_than_a_record_holds_are_refused_before_the_run() {
        assert!(check_count(65_535, 21_844).is_ok());
        let error = check_count(65_722, 21_907).expect_err("too many").to_string();
        assert_eq!(error, "21907 scores are 65722 INFO fields, and a record of VCF or BCF holds 65535 at most");
    }
}
