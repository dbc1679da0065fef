//! The rows of an allele: cut from the reference, edited, and put into a batch.

use std::{ops::Range, sync::Arc};

use super::{
    allele::{self, Allele, AnswerSource, Strands},
    cut::{Cut, Placed},
    key,
};
use crate::{
    batch::Rows,
    error::Result,
    genome::{Interval, sequence::reverse_complement_into},
    pipeline::Feed,
    read::variants::VariantRecord,
    skip::Skip,
    tokenize::Encoder,
    variants::{
        cache::{Cache, Key, KeyMaker},
        compare::{Compared, Placement},
        contig::ContigBases,
        query::{AlleleQueries, Query},
        spelling::Edit,
    },
};

/// Bases of a contig: N past its ends, and, under the record, the letters of REF where the FASTA has an ambiguous one.
struct Sequence<'a, 'b> {
    contig: &'a mut ContigBases<'b>,
    record: &'a VariantRecord,
    /// A letter of REF was taken.
    changed: bool,
}

impl Sequence<'_, '_> {
    fn append(&mut self, interval: Range<i64>, out: &mut Vec<u8>) -> Result<()> {
        let len = self.contig.len as i64;
        let inside = interval.start.clamp(0, len)..interval.end.clamp(0, len);
        let whole = out.len() + (interval.end - interval.start).max(0) as usize;
        out.resize(out.len() + (inside.start - interval.start).clamp(0, interval.end - interval.start) as usize, b'N');
        if inside.start < inside.end {
            let first = out.len();
            let interval = Interval::new(inside.start as u64, inside.end as u64);
            self.contig.fetch(interval, out)?;
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

impl RowPair {
    /// Fills with N, behind the bases as each strand is read, where the network reads rows of one length.
    fn fill(&mut self, cut: &Cut) {
        let missing = cut.missing(self.forward.len());
        if missing > 0 && cut.runs_both_strands() {
            self.reverse = Some([&vec![b'N'; missing][..], &self.forward].concat());
        }
        self.forward.resize(self.forward.len() + missing, b'N');
    }
}

/// The rows of an allele.
pub(super) struct AlleleRows {
    reference: RowPair,
    /// Where the reference rows lie, if they are the FASTA's alone.
    place: Option<Place>,
    left: RowPair,
    right: Option<RowPair>,
}

impl AlleleRows {
    /// The bases of every row that there may be.
    pub(super) fn each(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let pairs = [Some(&self.reference), Some(&self.left), self.right.as_ref()];
        pairs.into_iter().flat_map(|pair| {
            let forward = pair.map(|pair| pair.forward.as_slice());
            [forward, pair.and_then(|pair| pair.reverse.as_deref())]
        })
    }
}

/// What is asked about an allele.
#[expect(clippy::large_enum_variant, reason = "nearly all are rows")]
enum Asked {
    /// Its rows, which are to be put into a batch.
    Rows(AlleleRows, Unplaced, Option<Key>),
    /// Nothing: the cache has the answer, and the distance from POS to the first base of the core.
    Cached(Vec<Compared>, i64),
}

/// Contig, first bases of the rows that are read forward and backward, length.
type Place = (usize, i64, i64, usize);

/// Cuts the rows of every allele.
pub(crate) struct RowCutter {
    cut: Cut,
    encoder: Option<Arc<Encoder>>,
    /// Reference rows of the batch in work.
    shared: Vec<(Place, Strands)>,
    cache: Option<RowCache>,
}

/// Answers of earlier runs.
pub(crate) struct RowCache {
    /// The cache.
    pub answers: Cache,
    /// The part that all keys begin with.
    pub run: KeyMaker,
    /// Scores of an answer.
    pub scores: usize,
}

/// Reference rows of the batch that are looked through for one that another allele has asked for.
const SHARED: usize = 16;

impl RowCutter {
    /// Rows as `cut` cuts them, admitted by the encoder.
    pub(crate) fn new(cut: Cut, encoder: Option<Arc<Encoder>>, cache: Option<RowCache>) -> Self {
        Self { cut, encoder, shared: Vec::new(), cache }
    }

    /// Feeds the rows of every ALT of a record.
    pub(crate) fn feed(
        &mut self,
        contig: &mut ContigBases<'_>,
        edits: Vec<Result<Edit, Skip>>,
        record: VariantRecord,
        feed: &mut Feed<'_, Query>,
    ) -> Result<()> {
        let mut asked = Vec::with_capacity(edits.len());
        for edit in edits {
            asked.push(match edit {
                Err(skip) => Err(skip),
                Ok(edit) => self.rows(contig, &edit, &record)?,
            });
        }
        let Self { cut, shared, .. } = self;
        feed.query_of(|batch| {
            if batch.count() == 0 {
                shared.clear();
            }
            let alleles = asked.into_iter().map(|asked| {
                asked.map(|asked| match asked {
                    Asked::Rows(rows, allele, key) => allele.with(cut, (rows, key), batch, shared),
                    Asked::Cached(answer, core_from_position) => {
                        Allele { source: AnswerSource::Cached(answer), core_from_position, key: None }
                    }
                })
            });
            Query { record, alleles: AlleleQueries::Windows(alleles.collect()) }
        })
    }

    /// Cuts the rows of an allele.
    fn rows(
        &mut self,
        contig: &mut ContigBases<'_>,
        edit: &Edit,
        record: &VariantRecord,
    ) -> Result<Result<Asked, Skip>> {
        let cut = &self.cut;
        if edit.removed.max(edit.inserted.len() as u64) > cut.max_allele {
            return Ok(Err(Skip::AlleleTooLong));
        }
        let len = contig.len;
        let slack = edit.slack(len, |start, end, out| contig.fetch(Interval::new(start, end), out))?;
        let placed = Placed { edit, slack: slack as i64 };
        let intervals = RowIntervals::new(cut, &placed);
        if intervals.leave_contig(cut, len, edit.growth()) {
            return Ok(Err(Skip::ContigEnd));
        }
        let rows = self.read_rows(contig, edit, record, &intervals)?;
        for pair in [&rows.reference, &rows.left].into_iter().chain(&rows.right) {
            for window in std::iter::once(&pair.forward).chain(&pair.reverse) {
                if let Err(skip) = cut.grid.admit(window) {
                    return Ok(Err(skip));
                }
                if let Some(Err(skip)) = self.encoder.as_deref().map(|encoder| encoder.admit(window)) {
                    return Ok(Err(skip));
                }
            }
        }
        let row = &intervals.row;
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
        let key = self
            .cache
            .as_ref()
            .map(|cache| key::of_allele(&cache.run, rows.each(), &unplaced.placement, &unplaced.within));
        if let (Some(RowCache { answers, scores, .. }), Some(key)) = (&self.cache, &key)
            && let Some(bytes) = answers.get(key)?
            && let Some(answer) = key::read(&bytes, *scores)
        {
            return Ok(Ok(Asked::Cached(answer, unplaced.core_from_position)));
        }
        Ok(Ok(Asked::Rows(rows, unplaced, key)))
    }

    /// Reads the bases of the rows, and edits them.
    fn read_rows(
        &self,
        contig: &mut ContigBases<'_>,
        edit: &Edit,
        record: &VariantRecord,
        RowIntervals { row, back, other }: &RowIntervals,
    ) -> Result<AlleleRows> {
        let cut = &self.cut;
        let (id, growth) = (contig.id, edit.growth());
        let mut sequence = Sequence { contig, record, changed: false };
        let backward = cut.runs_both_strands() && !cut.track && cut.likelihood.is_none();
        let mut bases = Vec::with_capacity((row.end - row.start) as usize);
        sequence.append(row.clone(), &mut bases)?;
        let mut reference = RowPair { forward: bases, reverse: None };
        if backward && back != row {
            let mut bases = Vec::with_capacity((back.end - back.start) as usize);
            sequence.append(back.clone(), &mut bases)?;
            reference.reverse = Some(bases);
        }
        let mut left = RowPair { forward: sequence.edited(edit, cut.alternate(row, growth))?, reverse: None };
        [&mut reference, &mut left].into_iter().for_each(|pair| pair.fill(cut));
        if backward && (growth != 0 || back != row) {
            left.reverse = Some(sequence.edited(edit, other.clone())?);
        }
        let mut right = None;
        if cut.track && growth != 0 {
            right = Some(RowPair { forward: sequence.edited(edit, other.clone())?, reverse: None });
        }
        // The answer to a row of a reference belongs to one allele, where it is a likelihood.
        let place = (!sequence.changed && cut.likelihood.is_none()).then_some((
            id,
            row.start,
            back.start,
            reference.forward.len(),
        ));
        Ok(AlleleRows { reference, place, left, right })
    }
}

/// Intervals of the contig that the rows of an allele read, 0-based half-open; they may leave the contig.
struct RowIntervals {
    /// The reference row.
    row: Range<i64>,
    /// The reference row on the reverse strand: for a track the same; for a whole window the one that the reverse complement of the problem
    /// would have.
    back: Range<i64>,
    /// The alternate row that ends where `back` ends.
    other: Range<i64>,
}

impl RowIntervals {
    fn new(cut: &Cut, placed: &Placed<'_>) -> Self {
        let row = cut.row(placed);
        let back = if cut.track || cut.likelihood.is_some() { row.clone() } else { cut.backward(placed) };
        let growth = placed.edit.growth();
        let other = match cut.likelihood {
            Some(_) => cut.alternate(&row, growth),
            None => back.start + growth..back.end + growth,
        };
        Self { row, back, other }
    }

    /// Whether a row needs bases past an end of the contig, of `len` bases, and may not have N there.
    fn leave_contig(&self, cut: &Cut, len: u64, growth: i64) -> bool {
        let changed = len as i64 + growth;
        if cut.pads {
            return len < cut.min_span || changed < cut.min_span as i64;
        }
        let outside = |row: &Range<i64>, len: i64| row.start < 0 || row.end > len;
        outside(&self.row, len as i64)
            || outside(&cut.alternate(&self.row, growth), changed)
            || (cut.track || cut.runs_both_strands())
                && (outside(&self.back, len as i64) || outside(&self.other, changed))
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
    fn with(
        self,
        cut: &Cut,
        (rows, key): (AlleleRows, Option<Key>),
        batch: &mut Rows,
        shared: &mut Vec<(Place, Strands)>,
    ) -> Allele {
        let both = cut.runs_both_strands();
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
        let rows = allele::Rows { reference, left, right, placement, within };
        Allele { source: AnswerSource::Rows(rows), core_from_position, key }
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
