//! Runs a network on a sequence and on changes of it, layer by layer.
//!
//! Sequence and changes go through each layer together: the filters are read once, and what is computed of the sequence is
//! overwritten as soon as no layer needs it. Where there are more changes than are run together, all of it is kept instead.
//!
//! METHOD: the last bits of what a transform computes depend on everything in its block. So each block must be the same whatever
//! else is run: the rows of the sequence are cut into segments at multiples of a period from the first and from the last row, which
//! are at the same places for all sequences whose answers begin and end at multiples of the period; the blocks of a segment begin at its
//! first row, read nothing beyond it, and share transforms among themselves only. A change is a segment of its own.

use std::{cell::RefCell, sync::Arc};

use fearless_simd::Level;

use crate::{
    convolution::Layer,
    layer::{Block, Place, Work, run_direct, run_pairs},
    network::{Prepared, Value},
    rows::{Buffer, View},
};

/// Changes that are run together. 4, 8, 12, 16 measured.
const TOGETHER: usize = 12;

/// A change of a sequence: bases [at, at + removed) are replaced.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// First position that is replaced.
    pub at: usize,
    /// How many positions are removed.
    pub removed: usize,
    /// The input of what is put in: channel after channel.
    pub inserted: &'a [f32],
    /// Answers before the change that are asked for.
    pub left: usize,
    /// Answers after it.
    pub right: usize,
}

/// The values of each output: channel after channel, position after position.
pub type Outputs = Vec<Vec<f32>>;

/// A network, and the instructions of this machine that run it.
#[derive(Clone)]
pub struct Runner {
    network: Arc<Prepared>,
    level: Level,
}

/// Memory of a thread: all networks that it runs share it.
#[derive(Default)]
struct Memory {
    work: Work,
    values: Vec<Buffer>,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// What is run through the layers: the sequence itself, or a change of it. Positions are those of what is read.
struct Part {
    /// Answers [first, last) are asked for.
    answers: [i64; 2],
    /// For a change: [at, after) are new, and from `after` on positions are `shift` less than those of the sequence.
    change: Option<(i64, i64, i64)>,
    /// Distance of the places where segments begin and end; 0 for one segment.
    period: i64,
}

impl Part {
    /// The rows of a value that are computed: what the answers need, and the change reaches.
    fn rows(&self, value: &Value) -> [i64; 2] {
        let needed = [self.answers[0] - value.needed[0], self.answers[1] + value.needed[1]];
        match self.change {
            None => needed,
            Some((at, after, _)) => {
                let first = needed[0].max(at - value.reached[0]);
                [first, needed[1].min(after + value.reached[1]).max(first)]
            }
        }
    }

    /// Whether other segments use the same filters.
    fn shares_filters(&self) -> bool {
        self.change.is_some() || self.period > 0
    }

    /// [`Self::rows`], cut where segments begin and end.
    fn segments(&self, value: &Value) -> Vec<[i64; 2]> {
        let [first, last] = self.rows(value);
        let mut cuts = vec![first, last];
        if self.period > 0 {
            let from_first = (1..).map(|n| first + n * self.period).take_while(|cut| *cut < last);
            let from_last = (1..).map(|n| last - n * self.period).take_while(|cut| *cut > first);
            cuts.extend(from_first.chain(from_last));
            cuts.sort_unstable();
            cuts.dedup();
        }
        cuts.windows(2).map(|cut| [cut[0], cut[1]]).filter(|[first, last]| first < last).collect()
    }
}

/// Which parts of a value are in a buffer, one after the other.
struct Layout {
    rows: Vec<[i64; 2]>,
    starts: Vec<i64>,
}

impl Layout {
    fn of(value: &Value, parts: &[&Part]) -> Self {
        let rows: Vec<[i64; 2]> = parts.iter().map(|part| part.rows(value)).collect();
        let mut starts = vec![0];
        for [first, last] in &rows {
            starts.push(starts[starts.len() - 1] + last - first);
        }
        Self { rows, starts }
    }

    fn total(&self) -> usize {
        self.starts[self.rows.len()] as usize
    }

    /// What a layer reads of part `index`; the first part is the sequence.
    fn view<'a>(&self, index: usize, part: &Part, width: usize, buffer: &'a [f32]) -> View<'a> {
        let of = |index: usize| &buffer[self.starts[index] as usize * width..self.starts[index + 1] as usize * width];
        let [first, last] = self.rows[index];
        let shift = part.change.map_or(0, |(_, _, shift)| shift);
        View { own: of(index), first, last, around: of(0), around_first: self.rows[0][0], shift, width }
    }
}

impl Runner {
    /// For this machine.
    pub fn new(network: Arc<Prepared>) -> Self {
        Self { network, level: Level::new() }
    }

    /// With other instructions.
    #[cfg(test)]
    pub(crate) fn with_level(network: Arc<Prepared>, level: Level) -> Self {
        Self { network, level }
    }

    /// The network itself.
    pub fn network(&self) -> &Prepared {
        &self.network
    }

    /// Runs a sequence: `input` has channel after channel, `bases` positions each.
    pub fn run(&self, bases: usize, input: &[f32]) -> Result<Outputs, String> {
        Ok(self.run_changes(bases, input, 0, &[])?.0)
    }

    /// Runs a sequence and changes of it. Answers have the same bits wherever they are in a sequence if both its first and last
    /// answer are at a multiple of `period`; 0 for a sequence that is always the same.
    pub fn run_changes(
        &self,
        bases: usize,
        input: &[f32],
        period: usize,
        changes: &[Change<'_>],
    ) -> Result<(Outputs, Vec<Outputs>), String> {
        let network = &*self.network;
        let (channels, context) = (network.values[0].channels, network.context());
        if bases <= context || input.len() != bases * channels {
            return Err(format!("{bases} bases; the network reads more than {context}"));
        }
        let first = network.values[network.outputs[0]].left;
        let answers = [first, first + (bases - context) as i64];
        let sequence = Part { answers, change: None, period: period as i64 };
        let parts =
            changes.iter().map(|change| part_of(change, bases, channels, answers)).collect::<Result<Vec<_>, _>>()?;
        MEMORY.with_borrow_mut(|memory| {
            let kept = changes.len() > TOGETHER;
            let slots = if kept { network.values.len() } else { network.slot_count };
            if memory.values.len() < slots {
                memory.values.resize_with(slots, Buffer::default);
            }
            let mut outputs = None;
            let mut answers = Vec::with_capacity(changes.len());
            let groups = parts.chunks(TOGETHER).zip(changes.chunks(TOGETHER));
            let groups: Vec<_> = if changes.is_empty() { vec![(&parts[..], changes)] } else { groups.collect() };
            let most = most_rows(network, &sequence, groups.iter().map(|(parts, _)| *parts));
            for (parts, changes) in groups {
                let pass = Pass {
                    runner: self,
                    parts: std::iter::once(&sequence).chain(parts).collect(),
                    is_kept: kept,
                    skips_sequence: outputs.is_some(),
                    most: &most,
                };
                let inputs = std::iter::once(input).chain(changes.iter().map(|change| change.inserted));
                let mut found = pass.run(&inputs.collect::<Vec<_>>(), memory);
                let own = found.remove(0);
                outputs.get_or_insert(own);
                answers.extend(found);
            }
            Ok((outputs.unwrap_or_default(), answers))
        })
    }
}

fn part_of(change: &Change<'_>, bases: usize, channels: usize, answers: [i64; 2]) -> Result<Part, String> {
    let inserted = change.inserted.len() / channels;
    let [at, removed, left, right] = [change.at, change.removed, change.left, change.right].map(|n| n as i64);
    let after = at + inserted as i64;
    let fits = at + removed <= bases as i64 && at - left >= answers[0] && at + removed + right <= answers[1];
    if !fits || inserted == 0 || change.inserted.len() != inserted * channels {
        return Err("a change is not within the sequence".into());
    }
    let change = Some((at, after, removed - inserted as i64));
    Ok(Part { answers: [at - left, after + right], change, period: 0 })
}

/// Rows that each value has at most, of the sequence and all changes that are run together.
fn most_rows<'a>(network: &Prepared, sequence: &Part, groups: impl Iterator<Item = &'a [Part]> + Clone) -> Vec<usize> {
    let rows = |value: &Value| {
        let of = |part: &Part| {
            let [first, last] = part.rows(value);
            (last - first) as usize
        };
        of(sequence) + groups.clone().map(|parts| parts.iter().map(of).sum::<usize>()).max().unwrap_or(0)
    };
    network.values.iter().map(rows).collect()
}

/// The sequence and some of its changes on their way through the layers.
struct Pass<'a> {
    runner: &'a Runner,
    parts: Vec<&'a Part>,
    /// All values are kept.
    is_kept: bool,
    /// What is kept of the sequence is used.
    skips_sequence: bool,
    most: &'a [usize],
}

impl Pass<'_> {
    fn slot(&self, value: usize) -> usize {
        if self.is_kept { value } else { self.runner.network.slots[value] }
    }

    fn run(&self, inputs: &[&[f32]], memory: &mut Memory) -> Vec<Outputs> {
        let network = &*self.runner.network;
        let layouts: Vec<Layout> = network.values.iter().map(|value| Layout::of(value, &self.parts)).collect();
        self.enter(&layouts[0], inputs, memory);
        for index in 0..network.steps.len() {
            let width = network.values[index + 1].width;
            let slot = self.slot(index + 1);
            let mut out = std::mem::take(&mut memory.values[slot]);
            out.reserve(self.most[index + 1] * width);
            self.step(index, &layouts, memory, &mut out.as_mut_slice()[..layouts[index + 1].total() * width]);
            memory.values[slot] = out;
        }
        (0..self.parts.len()).map(|part| self.leave(part, &layouts, memory)).collect()
    }

    /// Writes the input of all parts as rows.
    fn enter(&self, layout: &Layout, inputs: &[&[f32]], memory: &mut Memory) {
        let value = &self.runner.network.values[0];
        let buffer = &mut memory.values[self.slot(0)];
        buffer.reserve(self.most[0] * value.width);
        let rows = buffer.as_mut_slice();
        for (index, (part, input)) in self.parts.iter().zip(inputs).enumerate().skip(usize::from(self.skips_sequence)) {
            let len = input.len() / value.channels;
            // The position of the first base of `input`.
            let begin = part.change.map_or(0, |(at, _, _)| at);
            let [first, last] = layout.rows[index];
            for position in first..last {
                let at = (layout.starts[index] + position - first) as usize * value.width;
                let row = &mut rows[at..at + value.width];
                row.fill(0.0);
                for (channel, x) in row.iter_mut().enumerate().take(value.channels) {
                    *x = input[channel * len + (position - begin) as usize];
                }
            }
        }
    }

    /// Computes a step of all parts.
    fn step(&self, index: usize, layouts: &[Layout], memory: &mut Memory, out: &mut [f32]) {
        let network = &*self.runner.network;
        let (step, layout, value) = (&network.steps[index], &layouts[index + 1], &network.values[index + 1]);
        let (layer, level) = (&step.layer, self.runner.level);
        let Memory { work, values } = memory;
        let view = |value: usize, part: usize| {
            let buffer = values[self.slot(value)].as_slice();
            layouts[value].view(part, self.parts[part], network.values[value].width, buffer)
        };
        let place = |part: usize| Place {
            source: view(step.source.0, part),
            offset: step.source.1,
            added: step.added.map(|(value, offset)| (view(value, part), offset)),
            rows: layout.starts[part] - layout.rows[part][0],
        };
        let places: Vec<Place<'_>> = (0..self.parts.len()).map(place).collect();
        let mut pairs: Vec<Vec<[Block; 2]>> = vec![Vec::new(); layer.transforms.len()];
        for (part, place) in places.iter().enumerate().skip(usize::from(self.skips_sequence)) {
            for [first, last] in self.parts[part].segments(value) {
                match layer.choose((last - first) as usize, self.parts[part].shares_filters()) {
                    Some(way) => add_pairs(layer, way, part, [first, last], &mut pairs[way]),
                    None => run_direct(level, layer, place, (first, last), work, out),
                }
            }
        }
        for (transform, pairs) in layer.transforms.iter().zip(&pairs) {
            run_pairs(level, (layer, transform), &places, pairs, work, out);
        }
    }

    /// The answers of a part.
    fn leave(&self, part: usize, layouts: &[Layout], memory: &Memory) -> Outputs {
        let network = &*self.runner.network;
        let [first, last] = self.parts[part].answers;
        let output = |&value: &usize| {
            let Value { channels, width, .. } = network.values[value];
            let view = layouts[value].view(part, self.parts[part], width, memory.values[self.slot(value)].as_slice());
            let len = (last - first) as usize;
            let mut answers = vec![0.0; channels * len];
            for (at, position) in (first..last).enumerate() {
                for (channel, x) in view.row(position).iter().enumerate().take(channels) {
                    answers[channel * len + at] = *x;
                }
            }
            answers
        };
        network.outputs.iter().map(output).collect()
    }
}

/// Blocks of a segment, two by two.
fn add_pairs(layer: &Layer, way: usize, place: usize, [first, last]: [i64; 2], pairs: &mut Vec<[Block; 2]>) {
    let fresh = layer.transforms[way].fresh(layer.width);
    let step = layer.dilation as i64;
    let mut half: Option<Block> = None;
    for phase in first..last.min(first + step) {
        let (mut first, mut left) = (phase, (last - phase).div_euclid(step) + i64::from((last - phase) % step != 0));
        while left > 0 {
            let count = left.min(fresh as i64);
            let block = Block { place, first, count: count as usize };
            match half.take() {
                Some(other) => pairs.push([other, block]),
                None => half = Some(block),
            }
            first += count * step;
            left -= count;
        }
    }
    if let Some(block) = half {
        pairs.push([block, Block { count: 0, ..block }]);
    }
}

impl Layer {
    /// The cheapest way to compute a segment of so many rows: one of the transforms, or directly. The costs are in vectors of 16
    /// products, measured with AVX-512; they are the same on all machines, so that all compute the same. Segments share the filters,
    /// which take as long to read as a few products.
    pub(crate) fn choose(&self, rows: usize, shares_filters: bool) -> Option<usize> {
        let mut best = (self.direct_cost(rows), None);
        for (way, transform) in self.transforms.iter().enumerate() {
            let cost = self.transform_cost(rows, transform.plan.len, shares_filters);
            if cost < best.0 {
                best = (cost, Some(way));
            }
        }
        best.1
    }

    /// What a segment of so many rows costs directly, and by the cheapest way.
    pub(crate) fn costs(&self, rows: usize) -> [f64; 2] {
        let direct = self.direct_cost(rows);
        let by_transform =
            self.choose(rows, false).map(|way| self.transform_cost(rows, self.transforms[way].plan.len, false));
        [direct, by_transform.unwrap_or(direct)]
    }

    fn direct_cost(&self, rows: usize) -> f64 {
        let lines = (self.outputs * self.groups / 16) as f64;
        rows as f64 * (self.width * self.inputs) as f64 * lines * 1.05 + 40.0 * lines * rows as f64
    }

    fn transform_cost(&self, rows: usize, len: usize, shares_filters: bool) -> f64 {
        let fresh = len + 1 - self.width;
        let phases = self.dilation.min(rows);
        let (short, long) = (rows / self.dilation, rows % self.dilation);
        let blocks = if rows < self.dilation {
            phases
        } else {
            long * (short + 1).div_ceil(fresh) + (phases - long) * short.div_ceil(fresh)
        };
        let [read, written] = self.widths().map(|width| (width / 16) as f64);
        let products = 3.0 * (self.inputs * self.outputs * self.groups / 16) as f64;
        let each = products + (read + written) * 3.4 * (len as f64).log2();
        let filters = if shares_filters { 0.0 } else { len as f64 * 1.5 * products };
        ((blocks.div_ceil(2) * len) as f64 * each + filters) * (1.0 + len as f64 / 1000.0)
    }
}
