//! What a network computes, and which rows of its values an answer needs and a change reaches.

use crate::{
    convolution::{Convolution, Layer},
    product::MOST_CHANNELS,
    rows::padded,
};

/// A network: value 0 is its input, and each step makes the next value.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Channels of the input.
    pub channels: usize,
    /// In the order in which they are computed.
    pub steps: Vec<Step>,
    /// The values that are asked for, and how many of their first channels; all of the same length.
    pub outputs: Vec<Read>,
}

/// A convolution without padding: its output has `(width - 1) * dilation` rows less than its input.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it reads.
    pub source: Read,
    /// What it does.
    pub convolution: Convolution,
    /// What is added to its output, row by row.
    pub added: Option<Read>,
}

/// Rows of a value but for the first and the last ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Which value.
    pub value: usize,
    /// Rows left out at its start.
    pub start: usize,
    /// Rows left out at its end.
    pub end: usize,
}

/// A value: positions are those of the sequence, of which a row is the middle.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Value {
    pub(crate) channels: usize,
    /// Floats of a row.
    pub(crate) width: usize,
    /// The position of its first row, and how many rows it has less than the sequence.
    pub(crate) left: i64,
    pub(crate) less: i64,
    /// An answer needs rows from this many positions before it to this many after it.
    pub(crate) needed: [i64; 2],
    /// A change reaches rows from this many positions before it to this many after it.
    pub(crate) reached: [i64; 2],
    /// The last step that reads it; `usize::MAX` for outputs.
    last_use: usize,
}

/// A step with its place among positions.
pub(crate) struct Ready {
    pub(crate) layer: Layer,
    pub(crate) source: (usize, i64),
    pub(crate) added: Option<(usize, i64)>,
}

/// Why a network cannot be run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// The step that it is about, if it is one.
    pub step: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl Problem {
    fn of_outputs(reason: &str) -> Self {
        Self { step: None, reason: reason.into() }
    }
}

/// A network that is ready to run, on any number of threads.
pub struct Prepared {
    pub(crate) steps: Vec<Ready>,
    pub(crate) values: Vec<Value>,
    pub(crate) outputs: Vec<usize>,
    /// Where each value is kept while it is needed.
    pub(crate) slots: Vec<usize>,
    pub(crate) slot_count: usize,
    /// Rows that the outputs have less than the sequence.
    context: usize,
}

impl Prepared {
    /// Checks a network.
    pub fn new(network: &Network) -> Result<Self, Problem> {
        let mut prepared = Self {
            steps: Vec::with_capacity(network.steps.len()),
            values: vec![Value { channels: network.channels, width: padded(network.channels), ..Value::default() }],
            outputs: network.outputs.iter().map(|read| read.value).collect(),
            slots: Vec::new(),
            slot_count: 0,
            context: 0,
        };
        for (index, step) in network.steps.iter().enumerate() {
            prepared.add(step).map_err(|reason| Problem { step: Some(index), reason })?;
        }
        let out = |read: &Read| {
            let value = prepared.values.get(read.value).ok_or("an output is not computed")?;
            if (read.start, read.end) != (0, 0) {
                return Err("an output is a part of another value");
            }
            Ok((value.left, value.less))
        };
        let outs = network.outputs.iter().map(out).collect::<Result<Vec<_>, _>>().map_err(Problem::of_outputs)?;
        let (_, context) = *outs.first().ok_or_else(|| Problem::of_outputs("it has no output"))?;
        if outs.iter().any(|other| *other != outs[0]) {
            return Err(Problem::of_outputs("its outputs are of different lengths"));
        }
        prepared.context = context as usize;
        prepared.find_needed();
        prepared.find_slots();
        Ok(prepared)
    }

    /// Rows that the outputs have less than the sequence.
    pub fn context(&self) -> usize {
        self.context
    }

    /// How many times less its convolutions cost than direct sums, by the costs that the choice between the two rests on, for a
    /// sequence of so many answers.
    pub fn gain(&self, answers: usize) -> f64 {
        let costs = self.steps.iter().zip(&self.values[1..]).map(|(step, value)| {
            let rows = answers + (value.needed[0] + value.needed[1]) as usize;
            step.layer.costs(rows)
        });
        let (direct, best) = costs.fold((0.0, 0.0), |sums, costs| (sums.0 + costs[0], sums.1 + costs[1]));
        direct / f64::max(best, 1.0)
    }

    /// Channels of each output.
    pub fn labels(&self) -> Vec<usize> {
        self.outputs.iter().map(|&value| self.values[value].channels).collect()
    }

    /// The value of a read, the position of its first row, and how many rows it has less than the sequence.
    fn read(&self, read: &Read) -> Result<(Value, i64, i64), String> {
        let value = *self.values.get(read.value).ok_or("a value is read before it is computed")?;
        Ok((value, value.left + read.start as i64, value.less + (read.start + read.end) as i64))
    }

    fn add(&mut self, step: &Step) -> Result<(), String> {
        let convolution = &step.convolution;
        check(convolution)?;
        let (source, first, less) = self.read(&step.source)?;
        if source.channels != convolution.inputs {
            return Err(format!("a convolution of {} channels reads {}", convolution.inputs, source.channels));
        }
        let reach = ((convolution.width - 1) * convolution.dilation) as i64;
        let left = first + reach / 2;
        let offset = first - left;
        let mut reached = [source.reached[0] + offset + reach, source.reached[1] - offset];
        let mut added = None;
        if let Some(read) = &step.added {
            let (value, first, other) = self.read(read)?;
            if (value.channels, other) != (convolution.outputs, less + reach) {
                return Err("values of different shapes are added".into());
            }
            let offset = first - left;
            reached = [reached[0].max(value.reached[0] + offset), reached[1].max(value.reached[1] - offset)];
            added = Some((read.value, offset));
        }
        self.values.push(Value {
            channels: convolution.outputs,
            width: padded(convolution.outputs),
            left,
            less: less + reach,
            reached,
            ..Value::default()
        });
        let layer = Layer::new(convolution, &lengths(convolution.width));
        self.steps.push(Ready { layer, source: (step.source.value, offset), added });
        Ok(())
    }

    fn find_needed(&mut self) {
        self.outputs.iter().for_each(|&value| self.values[value].last_use = usize::MAX);
        for (index, step) in self.steps.iter().enumerate().rev() {
            let needed = self.values[index + 1].needed;
            let reach = ((step.layer.width - 1) * step.layer.dilation) as i64;
            let reads =
                [Some((step.source.0, step.source.1, reach)), step.added.map(|(value, offset)| (value, offset, 0))];
            for (value, offset, reach) in reads.into_iter().flatten() {
                let value = &mut self.values[value];
                value.needed[0] = value.needed[0].max(needed[0] - offset);
                value.needed[1] = value.needed[1].max(needed[1] + offset + reach);
                value.last_use = value.last_use.max(index);
            }
        }
    }

    /// Values share memory where they are not needed together.
    fn find_slots(&mut self) {
        let mut free_from: Vec<usize> = Vec::new();
        for (index, value) in self.values.iter().enumerate() {
            // Value `index` is made by step `index - 1`, which still reads what ends there.
            let made = index.saturating_sub(1);
            let slot = free_from.iter().position(|&last| last != usize::MAX && last < made);
            let slot = slot.unwrap_or_else(|| {
                free_from.push(0);
                free_from.len() - 1
            });
            free_from[slot] = value.last_use;
            self.slots.push(slot);
        }
        self.slot_count = free_from.len();
    }
}

fn check(convolution: &Convolution) -> Result<(), String> {
    let Convolution { inputs, outputs, groups, width, dilation, .. } = *convolution;
    if [inputs, outputs, groups, width, dilation].contains(&0) || inputs % groups != 0 || outputs % groups != 0 {
        return Err("a convolution has an impossible shape".into());
    }
    if inputs.max(outputs) > MOST_CHANNELS || width > 128 || dilation > 1 << 16 {
        return Err(format!(
            "a convolution is too large ({inputs} to {outputs} channels, width {width}, dilation {dilation})"
        ));
    }
    let before = convolution.before.as_ref();
    let shapes = before.is_none_or(|before| before.scale.len() == inputs && before.shift.len() == inputs);
    if convolution.weights.len() != outputs * inputs / groups * width || convolution.bias.len() != outputs || !shapes {
        return Err("a convolution has as many weights as another shape".into());
    }
    let lists =
        [&convolution.weights, &convolution.bias].into_iter().chain(before.iter().flat_map(|b| [&b.scale, &b.shift]));
    if lists.flatten().any(|weight| !weight.is_finite()) {
        return Err("a weight is infinite or not a number".into());
    }
    let slopes = [Some(convolution.slope), before.map(|before| before.slope)];
    if slopes.into_iter().flatten().any(|slope| !(0.0..=1.0).contains(&slope)) {
        return Err("a slope is not between 0 and 1".into());
    }
    Ok(())
}

/// Lengths of transforms for filters of a width. 24 to 160 measured for 2,000 to 8,000 rows of 32 channels with the dilations of
/// SpliceAI (AMD Zen 5, one thread): a pair of blocks takes 47 ns a point at 32, 48 at 40, 50 at 64, 54 at 80, 55 at 100, 57 at 128, 62 at
/// 160; lengths with several factors of 3 take 5 % more. These sets are the least work for the segments of SpliceAI's sequences and
/// changes: of a change, lengths of 80 alone took 22 % more. More lengths are more memory: 8 kB a point, for all threads.
fn lengths(width: usize) -> Vec<usize> {
    match width {
        0..=4 => vec![],
        5..=16 => vec![40, 64],
        17..=28 => vec![40, 80, 100],
        29..=48 => vec![80, 108, 128],
        _ => vec![160, 320],
    }
}
