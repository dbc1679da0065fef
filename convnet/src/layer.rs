//! Runs a convolution at places of sequences, by transforms or directly.

use fearless_simd::{Level, Simd, SimdBase, SimdFloat, SimdFrom, dispatch};

use crate::{
    convolution::{Layer, Transform},
    direct,
    fft::{Complex, LONGEST, Load, Store},
    product::{self, Column, Matrix},
    rows::{Buffer, View, padded},
};

/// Bytes of transformed columns that are worked on together: they stay in the second cache.
/// 256 kB, 512 kB, 768 kB and 1 MB measured.
const TOGETHER: usize = 768 << 10;

/// Outputs that are computed directly together: their inputs are copied first.
const DIRECT_ROWS: usize = 512;

/// A sequence that a convolution is run on.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// What is read.
    pub(crate) source: View<'a>,
    /// From an output's position to that of its first tap.
    pub(crate) offset: i64,
    /// What is added to the output, and from an output's position to its position.
    pub(crate) added: Option<(View<'a>, i64)>,
    /// Where in the output's memory the row of position 0 would be, in rows.
    pub(crate) rows: i64,
}

/// Outputs first, first + dilation, … of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) place: usize,
    pub(crate) first: i64,
    pub(crate) count: usize,
}

/// Memory that layers share.
#[derive(Default)]
pub(crate) struct Work {
    columns: Buffer,
    expanded: Buffer,
    inputs: Buffer,
    sums: Buffer,
}

/// Lanes from `at` on of what is done with a convolution's input.
struct Before<S: Simd> {
    scale: S::f32s,
    shift: S::f32s,
    slope: S::f32s,
}

impl<S: Simd> Before<S> {
    #[inline(always)]
    fn of(simd: S, layer: &Layer, at: usize) -> Option<Self> {
        let slope = layer.slope_before?;
        let len = S::f32s::LEN;
        Some(Self {
            scale: S::f32s::from_slice(simd, &layer.scale.as_slice()[at..at + len]),
            shift: S::f32s::from_slice(simd, &layer.shift.as_slice()[at..at + len]),
            slope: S::f32s::simd_from(simd, slope),
        })
    }

    #[inline(always)]
    fn apply(&self, value: S::f32s) -> S::f32s {
        let value = value.mul_add(self.scale, self.shift);
        value.max(value * self.slope)
    }
}

/// Computes blocks of outputs in pairs, each pair by one complex transform. Both blocks of a pair are of the same place; the first
/// place has an output of its own, and the others share one.
pub(crate) fn run_pairs(
    level: Level,
    (layer, transform): (&Layer, &Transform),
    places: &[Place<'_>],
    pairs: &[[Block; 2]],
    work: &mut Work,
    out: &mut [&mut [f32]; 2],
) {
    let [read, written] = layer.widths();
    let slot = read.max(written);
    let column = 2 * slot;
    let most = (TOGETHER / (transform.plan.len * column * size_of::<f32>())).max(2);
    // Parts of nearly the same size.
    let each = pairs.len().div_ceil(pairs.len().div_ceil(most).max(1)).max(1);
    for pairs in pairs.chunks(each) {
        // Columns of one pair are together: its transforms touch few pages of memory. What is between two pairs keeps the columns of
        // one frequency from one set of the cache.
        let shape = Shape { slot, pair: (transform.plan.len + 1) * column };
        work.columns.reserve(pairs.len() * shape.pair);
        let Work { columns, expanded, .. } = &mut *work;
        let columns = columns.as_mut_slice();
        dispatch!(level, simd => enter(simd, layer, transform, places, pairs, shape, columns));
        dispatch!(level, simd => multiply(simd, layer, transform, pairs.len(), shape, columns, expanded));
        dispatch!(level, simd => leave(simd, layer, transform, places, pairs, shape, columns, out));
    }
}

/// Where columns are: `pair` floats for a pair, and for each place in it two slots of `slot` floats.
#[derive(Clone, Copy)]
struct Shape {
    slot: usize,
    pair: usize,
}

/// Transforms the inputs of pairs.
#[inline(always)]
fn enter<S: Simd>(
    simd: S,
    layer: &Layer,
    transform: &Transform,
    places: &[Place<'_>],
    pairs: &[[Block; 2]],
    shape: Shape,
    columns: &mut [f32],
) {
    let (plan, len, [read, _]) = (&transform.plan, S::f32s::LEN, layer.widths());
    let zeros = [0.0f32; product::MOST_CHANNELS];
    let mut scratch = [Complex::<S>::zero(simd); LONGEST];
    let scratch = &mut scratch[..plan.len];
    let mut rows: [[&[f32]; LONGEST]; 2] = [[&zeros[..read]; LONGEST]; 2];
    for (index, pair) in pairs.iter().enumerate() {
        for (block, rows) in pair.iter().zip(&mut rows) {
            let Place { source, offset, .. } = places[block.place];
            let known = if block.count == 0 { 0 } else { (block.count + layer.width - 1).min(plan.len) };
            let (known, unknown) = rows[..plan.len].split_at_mut(known);
            for (at, row) in known.iter_mut().enumerate() {
                *row = source.row(block.first + offset + (at * layer.dilation) as i64);
            }
            unknown.fill(&zeros[..read]);
        }
        let [one, other] = [&rows[0][..plan.len], &rows[1][..plan.len]];
        for at in (0..read).step_by(len) {
            let load = Rows { simd, rows: [one, other], at };
            let from = index * shape.pair + at;
            let mut store = Columns { columns: &mut *columns, from, shape };
            match Before::of(simd, layer, at) {
                Some(before) => simd.vectorize(
                    #[inline(always)]
                    || plan.forward(simd, scratch, &Activated { rows: load, before }, &mut store),
                ),
                None => simd.vectorize(
                    #[inline(always)]
                    || plan.forward(simd, scratch, &load, &mut store),
                ),
            }
        }
    }
}

/// Lanes from `at` on of the rows of two blocks: real and imaginary parts.
struct Rows<'a, S: Simd> {
    simd: S,
    rows: [&'a [&'a [f32]]; 2],
    at: usize,
}

impl<S: Simd> Load<S> for Rows<'_, S> {
    #[inline(always)]
    fn load(&self, place: usize) -> Complex<S> {
        let range = self.at..self.at + S::f32s::LEN;
        Complex {
            re: S::f32s::from_slice(self.simd, &self.rows[0][place][range.clone()]),
            im: S::f32s::from_slice(self.simd, &self.rows[1][place][range]),
        }
    }
}

/// Rows, with what is done before.
struct Activated<'a, S: Simd> {
    rows: Rows<'a, S>,
    before: Before<S>,
}

impl<S: Simd> Load<S> for Activated<'_, S> {
    #[inline(always)]
    fn load(&self, place: usize) -> Complex<S> {
        let Complex { re, im } = self.rows.load(place);
        Complex { re: self.before.apply(re), im: self.before.apply(im) }
    }
}

/// Lanes of transformed columns.
struct Columns<'a> {
    columns: &'a mut [f32],
    from: usize,
    shape: Shape,
}

impl<S: Simd> Store<S> for Columns<'_> {
    #[inline(always)]
    fn store(&mut self, place: usize, value: Complex<S>) {
        let (len, slot, own) = (S::f32s::LEN, self.shape.slot, place * 2 * self.shape.slot + self.from);
        let to = &mut self.columns[own..own + slot + len];
        value.re.store_slice(&mut to[..len]);
        value.im.store_slice(&mut to[slot..slot + len]);
    }
}

/// Lanes of products.
struct Products<'a, S: Simd> {
    simd: S,
    columns: &'a [f32],
    from: usize,
    shape: Shape,
}

impl<S: Simd> Load<S> for Products<'_, S> {
    #[inline(always)]
    fn load(&self, place: usize) -> Complex<S> {
        let (len, slot) = (S::f32s::LEN, self.shape.slot);
        let from = &self.columns[place * 2 * self.shape.slot + self.from..][..slot + len];
        Complex {
            re: S::f32s::from_slice(self.simd, &from[..len]),
            im: S::f32s::from_slice(self.simd, &from[slot..slot + len]),
        }
    }
}

/// Lanes of the outputs of two blocks.
struct Outputs<'a, S: Simd> {
    simd: S,
    out: &'a mut [f32],
    /// Where the first of each block is, and from one to the next.
    first: [usize; 2],
    step: usize,
    counts: [usize; 2],
    bias: S::f32s,
    slope: S::f32s,
    added: [&'a [&'a [f32]]; 2],
    adds: bool,
    at: usize,
}

impl<S: Simd> Outputs<'_, S> {
    #[inline(always)]
    fn finish(&mut self, block: usize, index: usize, value: S::f32s) {
        if index >= self.counts[block] {
            return;
        }
        let mut value = value + self.bias;
        value = value.max(value * self.slope);
        if self.adds {
            let added = &self.added[block][index][self.at..self.at + S::f32s::LEN];
            value += S::f32s::from_slice(self.simd, added);
        }
        let to = self.first[block] + index * self.step;
        value.store_slice(&mut self.out[to..to + S::f32s::LEN]);
    }
}

impl<S: Simd> Store<S> for Outputs<'_, S> {
    #[inline(always)]
    fn store(&mut self, place: usize, value: Complex<S>) {
        self.finish(0, place, value.re);
        self.finish(1, place, value.im);
    }
}

/// Multiplies all columns by the filters.
#[inline(always)]
fn multiply<S: Simd>(
    simd: S,
    layer: &Layer,
    transform: &Transform,
    pairs: usize,
    shape: Shape,
    columns: &mut [f32],
    expanded: &mut Buffer,
) {
    let (plan, filters) = (&transform.plan, transform.filters(simd, layer));
    let block = 2 * layer.inputs * layer.outputs;
    let triples = block / 2 * 3;
    expanded.reserve(triples + product::TOGETHER * padded(layer.inputs));
    let (expanded, totals) = expanded.as_mut_slice().split_at_mut(triples);
    let mut list: Vec<Column> = Vec::with_capacity(2 * pairs);
    for (at, filter) in filters.chunks_exact(block).enumerate().take((plan.len / 2 + 1) * layer.groups) {
        let (frequency, group) = (at / layer.groups, at % layer.groups);
        product::expand(simd, filter, layer.outputs, expanded);
        list.clear();
        let own = |pair: usize, frequency: usize| plan.places[frequency] * 2 * shape.slot + pair * shape.pair;
        let (inputs, outputs) = (group * layer.inputs, group * layer.outputs);
        debug_assert!(layer.groups == 1 || inputs == outputs, "a group's outputs replace its inputs");
        for pair in 0..pairs {
            let own = own(pair, frequency) + inputs;
            list.push([own, own + shape.slot]);
        }
        // The filters are real: their opposite frequencies are conjugates, for which a column's parts change places.
        if frequency != 0 && 2 * frequency != plan.len {
            for pair in 0..pairs {
                let own = own(pair, plan.len - frequency) + inputs;
                list.push([own + shape.slot, own]);
            }
        }
        let matrix = Matrix { expanded, inputs: layer.inputs, outputs: layer.outputs };
        product::multiply(simd, columns, &list, matrix, totals);
    }
}

/// Transforms products back and writes the outputs of pairs.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the three stages of run_pairs have the same ones")]
fn leave<S: Simd>(
    simd: S,
    layer: &Layer,
    transform: &Transform,
    places: &[Place<'_>],
    pairs: &[[Block; 2]],
    shape: Shape,
    columns: &[f32],
    out: &mut [&mut [f32]; 2],
) {
    let (plan, len, [_, written]) = (&transform.plan, S::f32s::LEN, layer.widths());
    let zeros = [0.0f32; product::MOST_CHANNELS];
    let mut scratch = [Complex::<S>::zero(simd); LONGEST];
    let scratch = &mut scratch[..plan.len];
    let mut added: [[&[f32]; LONGEST]; 2] = [[&zeros[..written]; LONGEST]; 2];
    let mut adds = false;
    for (index, pair) in pairs.iter().enumerate() {
        let out = &mut *out[pair[0].place.min(1)];
        let mut own = [0usize; 2];
        for ((block, rows), own) in pair.iter().zip(&mut added).zip(&mut own) {
            let place = &places[block.place];
            *own = (block.first + place.rows) as usize * written;
            if let Some((view, offset)) = place.added {
                adds = true;
                for (at, row) in rows[..block.count].iter_mut().enumerate() {
                    *row = view.row(block.first + offset + (at * layer.dilation) as i64);
                }
            }
        }
        let counts = [pair[0].count, pair[1].count];
        let step = layer.dilation * written;
        let added = [&added[0][..counts[0]], &added[1][..counts[1]]];
        for at in (0..written).step_by(len) {
            let load = Products { simd, columns, from: index * shape.pair + at, shape };
            let mut store = Outputs {
                simd,
                out: &mut *out,
                first: own.map(|own| own + at),
                step,
                counts,
                bias: S::f32s::from_slice(simd, &layer.bias.as_slice()[at..at + len]),
                slope: S::f32s::simd_from(simd, layer.slope),
                added,
                adds,
                at,
            };
            simd.vectorize(
                #[inline(always)]
                || plan.inverse(simd, scratch, &load, &mut store),
            );
        }
    }
}

/// Computes outputs [first, last) of a place directly.
pub(crate) fn run_direct(
    level: Level,
    layer: &Layer,
    place: &Place<'_>,
    (first, last): (i64, i64),
    work: &mut Work,
    out: &mut [f32],
) {
    let [read, written] = layer.widths();
    let reach = (layer.width - 1) * layer.dilation;
    let mut first = first;
    while first < last {
        let count = ((last - first) as usize).min(DIRECT_ROWS);
        work.inputs.reserve((count + reach) * read);
        work.sums.reserve(count * written);
        let inputs = &mut work.inputs.as_mut_slice()[..(count + reach) * read];
        let sums = &mut work.sums.as_mut_slice()[..count * written];
        let to = (first + place.rows) as usize * written;
        let out = &mut out[to..to + count * written];
        dispatch!(level, simd => copy(simd, layer, place, first, inputs));
        dispatch!(level, simd => direct::run(simd, layer, inputs, read, count, sums));
        dispatch!(level, simd => finish(simd, layer, place, first, sums, out));
        first += count as i64;
    }
}

/// Copies inputs, and does what is done before.
#[inline(always)]
fn copy<S: Simd>(simd: S, layer: &Layer, place: &Place<'_>, first: i64, inputs: &mut [f32]) {
    let ([read, _], len) = (layer.widths(), S::f32s::LEN);
    for (to, position) in inputs.chunks_exact_mut(read).zip(first + place.offset..) {
        let from = place.source.row(position);
        for at in (0..read).step_by(len) {
            let value = S::f32s::from_slice(simd, &from[at..at + len]);
            let value = match Before::of(simd, layer, at) {
                Some(before) => before.apply(value),
                None => value,
            };
            value.store_slice(&mut to[at..at + len]);
        }
    }
}

/// Adds bias and what is added, and activates.
#[inline(always)]
fn finish<S: Simd>(simd: S, layer: &Layer, place: &Place<'_>, first: i64, sums: &[f32], out: &mut [f32]) {
    let ([_, written], len) = (layer.widths(), S::f32s::LEN);
    let slope = S::f32s::simd_from(simd, layer.slope);
    for ((from, to), position) in sums.chunks_exact(written).zip(out.chunks_exact_mut(written)).zip(first..) {
        let added = place.added.map(|(view, offset)| view.row(position + offset));
        for at in (0..written).step_by(len) {
            let bias = S::f32s::from_slice(simd, &layer.bias.as_slice()[at..at + len]);
            let mut value = S::f32s::from_slice(simd, &from[at..at + len]) + bias;
            value = value.max(value * slope);
            if let Some(added) = added {
                value += S::f32s::from_slice(simd, &added[at..at + len]);
            }
            value.store_slice(&mut to[at..at + len]);
        }
    }
}
