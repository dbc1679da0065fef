//! One convolution of a network: its filters, what is done before and after it, and the two ways to compute it.

use std::sync::OnceLock;

use fearless_simd::Simd;

use crate::{
    direct, fft,
    rows::{Buffer, LINE, padded},
};

/// What is done with the channels of a convolution's input: scaled and shifted, then activated.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// Factor of each channel.
    pub scale: Vec<f32>,
    /// What is added then.
    pub shift: Vec<f32>,
    /// Slope below 0: 0 for ReLU, 1 for none. [0, 1]
    pub slope: f32,
}

/// A convolution.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    /// Channels that are read.
    pub inputs: usize,
    /// Channels that are written.
    pub outputs: usize,
    /// Groups: outputs of a group read its inputs only.
    pub groups: usize,
    /// Taps.
    pub width: usize,
    /// Positions between taps.
    pub dilation: usize,
    /// (outputs, inputs / groups, width).
    pub weights: Vec<f32>,
    /// One for each output.
    pub bias: Vec<f32>,
    /// What is done with its input.
    pub before: Option<Before>,
    /// Slope below 0 of what is done with its output: 0 for ReLU, 1 for nothing. [0, 1]
    pub slope: f32,
}

/// Vectors of one number per channel, filled up with zeros.
fn vector(values: &[f32]) -> Buffer {
    let mut filled = values.to_vec();
    filled.resize(padded(values.len()), 0.0);
    Buffer::of(&filled)
}

/// A convolution that is ready to run. Its filters are transformed when they are used first.
pub(crate) struct Layer {
    pub(crate) width: usize,
    pub(crate) dilation: usize,
    pub(crate) groups: usize,
    /// Of a group.
    pub(crate) inputs: usize,
    /// Of a group, filled up.
    pub(crate) outputs: usize,
    pub(crate) bias: Buffer,
    pub(crate) scale: Buffer,
    pub(crate) shift: Buffer,
    pub(crate) slope_before: Option<f32>,
    pub(crate) slope: f32,
    /// (group, tap, input, output).
    pub(crate) taps: Buffer,
    /// Ways to compute it: lengths of transforms, and the transformed filters.
    pub(crate) transforms: Vec<Transform>,
}

/// Filters that are transformed to one length.
pub(crate) struct Transform {
    pub(crate) plan: fft::Plan,
    /// (frequency, group, input, real or imaginary, output), scaled by the length.
    filters: OnceLock<Buffer>,
}

impl Transform {
    /// New outputs of a transform.
    pub(crate) fn fresh(&self, width: usize) -> usize {
        self.plan.len + 1 - width
    }

    pub(crate) fn filters<S: Simd>(&self, simd: S, layer: &Layer) -> &[f32] {
        // The loops over lanes are compiled for the vectors of the machine.
        let transformed = || {
            simd.vectorize(
                #[inline(always)]
                || layer.transformed(self.plan.len),
            )
        };
        self.filters.get_or_init(transformed).as_slice()
    }
}

impl Layer {
    /// `lengths`: of the transforms that may be used.
    pub(crate) fn new(convolution: &Convolution, lengths: &[usize]) -> Self {
        let convolution = &merged(convolution);
        let Convolution { groups, width, dilation, .. } = *convolution;
        let (inputs, outputs) = (convolution.inputs / groups, convolution.outputs / groups);
        let wide = padded(outputs);
        let mut taps = vec![0.0; groups * width * inputs * wide];
        for (at, &weight) in convolution.weights.iter().enumerate() {
            let (tap, input, output) = (at % width, at / width % inputs, at / (width * inputs));
            let (group, output) = (output / outputs, output % outputs);
            taps[((group * width + tap) * inputs + input) * wide + output] = weight;
        }
        let before = convolution.before.as_ref();
        let transform = |&len: &usize| Transform { plan: fft::Plan::new(len), filters: OnceLock::new() };
        Self {
            width,
            dilation,
            groups,
            inputs,
            outputs: wide,
            bias: vector(&convolution.bias),
            scale: vector(before.map_or(&[], |before| &before.scale)),
            shift: vector(before.map_or(&[], |before| &before.shift)),
            slope_before: before.map(|before| before.slope),
            slope: convolution.slope,
            taps: Buffer::of(&taps),
            transforms: lengths.iter().filter(|&&len| len >= width).map(transform).collect(),
        }
    }

    /// Floats of a row that is read, and of one that is written.
    pub(crate) fn widths(&self) -> [usize; 2] {
        [padded(self.inputs * self.groups), padded(self.outputs * self.groups)]
    }

    /// The transform of the filters, in 64 bits: `len` points, of which the conjugate makes a correlation of the convolution.
    #[inline(always)]
    fn transformed(&self, len: usize) -> Buffer {
        let (size, block) = (self.inputs * self.outputs, 2 * self.inputs * self.outputs);
        let mut filters = Buffer::default();
        filters.reserve((len / 2 + 1) * self.groups * block);
        let angle = |number: usize| std::f64::consts::TAU * number as f64 / len as f64;
        let roots: Vec<[f64; 2]> = (0..len).map(|n| [angle(n).cos(), angle(n).sin()].map(|x| x / len as f64)).collect();
        let taps = self.taps.as_slice();
        let mut sums = [vec![0.0f64; size], vec![0.0f64; size]];
        for frequency in 0..=len / 2 {
            for group in 0..self.groups {
                sums.iter_mut().for_each(|sums| sums.fill(0.0));
                for tap in 0..self.width {
                    let from = (group * self.width + tap) * size;
                    direct::add_root(&taps[from..from + size], roots[frequency * tap % len], &mut sums);
                }
                let to = &mut filters.as_mut_slice()[(frequency * self.groups + group) * block..][..block];
                for (part, sums) in sums.iter().enumerate() {
                    for (input, sums) in sums.chunks_exact(self.outputs).enumerate() {
                        let to = &mut to[(2 * input + part) * self.outputs..];
                        to.iter_mut().zip(sums).for_each(|(to, sum)| *to = *sum as f32);
                    }
                }
            }
        }
        filters
    }
}

/// Groups whose channels do not fill lines, or do not take the place of what they read, become one group with zeros.
fn merged(convolution: &Convolution) -> Convolution {
    let (groups, width) = (convolution.groups, convolution.width);
    let (inputs, outputs) = (convolution.inputs / groups, convolution.outputs / groups);
    if groups == 1 || (inputs % LINE == 0 && outputs == inputs) {
        return convolution.clone();
    }
    let mut weights = vec![0.0; convolution.outputs * convolution.inputs * width];
    for (at, &weight) in convolution.weights.iter().enumerate() {
        let (tap, input, output) = (at % width, at / width % inputs, at / (width * inputs));
        let input = output / outputs * inputs + input;
        weights[(output * convolution.inputs + input) * width + tap] = weight;
    }
    Convolution { groups: 1, weights, ..convolution.clone() }
}
