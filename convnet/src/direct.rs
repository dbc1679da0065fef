//! Convolutions as sums over their taps: for few positions, and for narrow filters.

use fearless_simd::{Simd, SimdBase, SimdFloat, SimdFrom};

use crate::convolution::Layer;

/// Positions that are computed together.
const TOGETHER: usize = 8;

/// Adds taps times a complex number to sums: of real parts, and of imaginary ones.
#[inline(always)]
pub(crate) fn add_root(taps: &[f32], root: [f64; 2], sums: &mut [Vec<f64>; 2]) {
    for (sums, root) in sums.iter_mut().zip(root) {
        for (sum, tap) in sums.iter_mut().zip(taps) {
            *sum += f64::from(*tap) * root;
        }
    }
}

/// Sums of `count` positions, without bias. `rows`: inputs, one row of `wide` floats a position, `count` + (width - 1) * dilation of
/// them. `out`: rows of all groups' outputs.
#[inline(always)]
pub(crate) fn run<S: Simd>(simd: S, layer: &Layer, rows: &[f32], wide: usize, count: usize, out: &mut [f32]) {
    let row = layer.groups * layer.outputs;
    for group in 0..layer.groups {
        let mut at = 0;
        while at < count {
            let from = &rows[at * wide + group * layer.inputs..];
            let to = &mut out[at * row + group * layer.outputs..];
            if at + TOGETHER <= count {
                simd.vectorize(
                    #[inline(always)]
                    || positions::<S, TOGETHER>(simd, layer, group, from, wide, to),
                );
                at += TOGETHER;
            } else {
                simd.vectorize(
                    #[inline(always)]
                    || positions::<S, 1>(simd, layer, group, from, wide, to),
                );
                at += 1;
            }
        }
    }
}

#[inline(always)]
fn positions<S: Simd, const T: usize>(
    simd: S,
    layer: &Layer,
    group: usize,
    rows: &[f32],
    wide: usize,
    out: &mut [f32],
) {
    let (len, outputs) = (S::f32s::LEN, layer.outputs);
    let row = layer.groups * outputs;
    let mut at = 0;
    while at < outputs {
        if len != 8 && at + 2 * len <= outputs {
            let sums = lanes::<S, T, 2>(simd, layer, group, rows, wide, at);
            for (t, sums) in sums.into_iter().enumerate() {
                for (g, sum) in sums.into_iter().enumerate() {
                    let place = t * row + at + g * len;
                    sum.store_slice(&mut out[place..place + len]);
                }
            }
            at += 2 * len;
        } else {
            let sums = lanes::<S, T, 1>(simd, layer, group, rows, wide, at);
            for (t, [sum]) in sums.into_iter().enumerate() {
                sum.store_slice(&mut out[t * row + at..t * row + at + len]);
            }
            at += len;
        }
    }
}

#[inline(always)]
fn lanes<S: Simd, const T: usize, const G: usize>(
    simd: S,
    layer: &Layer,
    group: usize,
    rows: &[f32],
    wide: usize,
    at: usize,
) -> [[S::f32s; G]; T] {
    let (len, inputs, outputs) = (S::f32s::LEN, layer.inputs, layer.outputs);
    let mut sums = [[S::f32s::simd_from(simd, 0.0); G]; T];
    let taps = &layer.taps.as_slice()[group * layer.width * inputs * outputs..];
    for tap in 0..layer.width {
        let rows = &rows[tap * layer.dilation * wide..];
        let parts: [&[f32]; T] = std::array::from_fn(|t| &rows[t * wide..t * wide + inputs]);
        let taps = &taps[tap * inputs * outputs..][..inputs * outputs];
        for (input, taps) in taps.chunks_exact(outputs).enumerate().take(inputs) {
            let mut weights = [S::f32s::simd_from(simd, 0.0); G];
            for g in 0..G {
                weights[g] = S::f32s::from_slice(simd, &taps[at + g * len..at + (g + 1) * len]);
            }
            for t in 0..T {
                let x = S::f32s::simd_from(simd, parts[t][input]);
                for g in 0..G {
                    sums[t][g] = x.mul_add(weights[g], sums[t][g]);
                }
            }
        }
    }
    sums
}
