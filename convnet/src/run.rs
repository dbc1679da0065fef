//! Runs a network on a sequence and on changes of it, layer by layer.
//!
//! Sequence and changes go through each layer together: the filters are read once, and what is computed of the sequence is
//! overwritten as soon as no layer needs it. Where there are more changes than are run together, what is computed of the sequence is
//! kept instead, and only that: the changes of one group overwrite those of the last.
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
    parts::{Layout, Part},
    rows::Buffer,
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
    /// Rows of the sequence: of each slot, or of each value where they are kept.
    sequence: Vec<Buffer>,
    /// Rows of the changes that are run together, of each slot.
    changes: Vec<Buffer>,
}

impl Memory {
    /// Room for a sequence, all of whose values are kept or not, and for each of these groups of changes.
    fn reserve(&mut self, network: &Prepared, is_kept: bool, sequence: &Part, groups: &[&[Part]]) {
        let slots = if is_kept { network.values.len() } else { network.slot_count };
        let (mut of_sequence, mut of_changes) = (vec![0; slots], vec![0; network.slot_count]);
        for (index, value) in network.values.iter().enumerate() {
            let floats = |part: &Part| {
                let [first, last] = part.rows(value);
                (last - first) as usize * value.width
            };
            let slot = network.slots[index];
            let own = &mut of_sequence[if is_kept { index } else { slot }];
            *own = floats(sequence).max(*own);
            let together = groups.iter().map(|parts| parts.iter().map(floats).sum()).max().unwrap_or(0);
            of_changes[slot] = together.max(of_changes[slot]);
        }
        for (buffers, lens) in [(&mut self.sequence, of_sequence), (&mut self.changes, of_changes)] {
            if buffers.len() < lens.len() {
                buffers.resize_with(lens.len(), Buffer::default);
            }
            buffers.iter_mut().zip(lens).for_each(|(buffer, len)| buffer.reserve(len));
        }
    }
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
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
            let mut groups: Vec<&[Part]> = parts.chunks(TOGETHER).collect();
            if groups.is_empty() {
                groups.push(&[]);
            }
            memory.reserve(network, kept, &sequence, &groups);
            let mut outputs = None;
            let mut answers = Vec::with_capacity(changes.len());
            let mut changes = changes.iter();
            for parts in groups {
                let pass = Pass {
                    runner: self,
                    parts: std::iter::once(&sequence).chain(parts).collect(),
                    is_kept: kept,
                    skips_sequence: outputs.is_some(),
                };
                let inserted = changes.by_ref().take(parts.len()).map(|change| change.inserted);
                let inputs = std::iter::once(input).chain(inserted);
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

/// The sequence and some of its changes on their way through the layers.
struct Pass<'a> {
    runner: &'a Runner,
    parts: Vec<&'a Part>,
    /// All values of the sequence are kept.
    is_kept: bool,
    /// What is kept of the sequence is used.
    skips_sequence: bool,
}

impl Pass<'_> {
    /// The buffers of a value: of the sequence and of the changes.
    fn slots(&self, value: usize) -> [usize; 2] {
        let slot = self.runner.network.slots[value];
        [if self.is_kept { value } else { slot }, slot]
    }

    /// What is known of a value.
    fn known<'m>(&self, value: usize, [sequence, changes]: [&'m [Buffer]; 2]) -> [&'m [f32]; 2] {
        let [own, slot] = self.slots(value);
        [sequence[own].as_slice(), changes[slot].as_slice()]
    }

    fn run(&self, inputs: &[&[f32]], memory: &mut Memory) -> Vec<Outputs> {
        let network = &*self.runner.network;
        let layouts: Vec<Layout> = network.values.iter().map(|value| Layout::of(value, &self.parts)).collect();
        self.enter(&layouts[0], inputs, memory);
        for index in 0..network.steps.len() {
            let [own, slot] = self.slots(index + 1);
            let mut sequence = std::mem::take(&mut memory.sequence[own]);
            let mut changes = std::mem::take(&mut memory.changes[slot]);
            self.step(index, &layouts, memory, [sequence.as_mut_slice(), changes.as_mut_slice()]);
            (memory.sequence[own], memory.changes[slot]) = (sequence, changes);
        }
        (0..self.parts.len()).map(|part| self.leave(part, &layouts, memory)).collect()
    }

    /// Writes the input of all parts as rows.
    fn enter(&self, layout: &Layout, inputs: &[&[f32]], memory: &mut Memory) {
        let value = &self.runner.network.values[0];
        let [own, slot] = self.slots(0);
        let buffers = [memory.sequence[own].as_mut_slice(), memory.changes[slot].as_mut_slice()];
        for (index, (part, input)) in self.parts.iter().zip(inputs).enumerate().skip(usize::from(self.skips_sequence)) {
            let len = input.len() / value.channels;
            // The position of the first base of `input`.
            let begin = part.change.map_or(0, |(at, _, _)| at);
            let rows = &mut *buffers[index.min(1)];
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

    /// Computes a step of all parts, of the sequence and of the changes.
    fn step(&self, index: usize, layouts: &[Layout], memory: &mut Memory, mut out: [&mut [f32]; 2]) {
        let network = &*self.runner.network;
        let (step, layout, value) = (&network.steps[index], &layouts[index + 1], &network.values[index + 1]);
        let (layer, level) = (&step.layer, self.runner.level);
        let Memory { work, sequence, changes } = memory;
        let view = |value: usize, part: usize| {
            let known = self.known(value, [sequence, changes]);
            layouts[value].view(part, self.parts[part], network.values[value].width, known)
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
                    None => run_direct(level, layer, place, (first, last), work, out[part.min(1)]),
                }
            }
        }
        for (transform, pairs) in layer.transforms.iter().zip(&pairs) {
            run_pairs(level, (layer, transform), &places, pairs, work, &mut out);
        }
    }

    /// The answers of a part.
    fn leave(&self, part: usize, layouts: &[Layout], memory: &Memory) -> Outputs {
        let network = &*self.runner.network;
        let [first, last] = self.parts[part].answers;
        let output = |&value: &usize| {
            let Value { channels, width, .. } = network.values[value];
            let known = self.known(value, [&memory.sequence, &memory.changes]);
            let view = layouts[value].view(part, self.parts[part], width, known);
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
