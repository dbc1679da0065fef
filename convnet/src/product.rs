//! Products of channels at a frequency: complex vectors by one complex matrix.
//!
//! A column is two rows: real part and imaginary part. A complex product is three real ones:
//! re = (xr + xi) wr - xi (wr + wi), im = (xr + xi) wr + xr (wi - wr).

#![expect(clippy::needless_range_loop, reason = "loops over arrays of vectors, which closures would not inline")]

use fearless_simd::{Simd, SimdBase, SimdFloat, SimdFrom};

use crate::rows::padded;

/// Columns that are computed together.
pub(crate) const TOGETHER: usize = 4;
/// Most output channels of a group.
pub(crate) const MOST_CHANNELS: usize = 256;

/// Where a column is: its real and its imaginary part. They change places for the opposite frequency.
pub(crate) type Column = [usize; 2];

/// The matrix of a frequency and a group of channels, as the products read it: for each input channel wr, wi - wr, wr + wi of all outputs.
#[inline(always)]
pub(crate) fn expand<S: Simd>(simd: S, weights: &[f32], outputs: usize, expanded: &mut [f32]) {
    let len = S::f32s::LEN;
    for (pair, triple) in weights.chunks_exact(2 * outputs).zip(expanded.chunks_exact_mut(3 * outputs)) {
        let (real, imaginary) = pair.split_at(outputs);
        for at in (0..outputs).step_by(len) {
            let wr = S::f32s::from_slice(simd, &real[at..at + len]);
            let wi = S::f32s::from_slice(simd, &imaginary[at..at + len]);
            wr.store_slice(&mut triple[at..at + len]);
            (wi - wr).store_slice(&mut triple[outputs + at..outputs + at + len]);
            (wr + wi).store_slice(&mut triple[2 * outputs + at..2 * outputs + at + len]);
        }
    }
}

/// A matrix of channels, expanded.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    pub(crate) expanded: &'a [f32],
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

/// Replaces all columns, which begin at `columns` in `x`, by their products. `totals` has room for the inputs, filled up, of
/// [`TOGETHER`] columns.
#[inline(always)]
pub(crate) fn multiply<S: Simd>(simd: S, x: &mut [f32], columns: &[Column], matrix: Matrix<'_>, totals: &mut [f32]) {
    let mut groups = columns.chunks_exact(TOGETHER);
    for group in &mut groups {
        let group = [group[0], group[1], group[2], group[3]];
        simd.vectorize(
            #[inline(always)]
            || replace::<S, 4>(simd, x, group, matrix, totals),
        );
    }
    match *groups.remainder() {
        [a] => simd.vectorize(
            #[inline(always)]
            || replace::<S, 1>(simd, x, [a], matrix, totals),
        ),
        [a, b] => simd.vectorize(
            #[inline(always)]
            || replace::<S, 2>(simd, x, [a, b], matrix, totals),
        ),
        [a, b, c] => simd.vectorize(
            #[inline(always)]
            || replace::<S, 3>(simd, x, [a, b, c], matrix, totals),
        ),
        _ => {}
    }
}

#[inline(always)]
fn replace<S: Simd, const K: usize>(
    simd: S,
    x: &mut [f32],
    columns: [Column; K],
    matrix: Matrix<'_>,
    totals: &mut [f32],
) {
    let (len, outputs) = (S::f32s::LEN, matrix.outputs);
    add_parts(simd, x, columns, matrix.inputs, totals);
    let totals = &*totals;
    // All lanes in registers: nothing is read after it is replaced.
    if len == 16 && outputs == 32 {
        let sums = sums::<S, K, 2>(simd, [x, totals], columns, matrix, 0);
        return store(simd, x, columns, sums, 0);
    }
    let mut results = [[[0.0f32; MOST_CHANNELS]; 2]; K];
    let mut at = 0;
    while at < outputs {
        let many = if len == 8 { 1 } else { 2 };
        if many == 2 && at + 2 * len <= outputs {
            let sums = sums::<S, K, 2>(simd, [x, totals], columns, matrix, at);
            for (result, [re, im]) in results.iter_mut().zip(sums) {
                for half in 0..2 {
                    let place = at + half * len;
                    re[half].store_slice(&mut result[0][place..place + len]);
                    im[half].store_slice(&mut result[1][place..place + len]);
                }
            }
            at += 2 * len;
        } else {
            let sums = sums::<S, K, 1>(simd, [x, totals], columns, matrix, at);
            for (result, [re, im]) in results.iter_mut().zip(sums) {
                re[0].store_slice(&mut result[0][at..at + len]);
                im[0].store_slice(&mut result[1][at..at + len]);
            }
            at += len;
        }
    }
    for ([re, im], result) in columns.into_iter().zip(&results) {
        x[re..re + outputs].copy_from_slice(&result[0][..outputs]);
        x[im..im + outputs].copy_from_slice(&result[1][..outputs]);
    }
}

/// Writes real plus imaginary parts of columns to `totals`, one after the other.
#[inline(always)]
fn add_parts<S: Simd, const K: usize>(simd: S, x: &[f32], columns: [Column; K], inputs: usize, totals: &mut [f32]) {
    let (len, wide) = (S::f32s::LEN, padded(inputs));
    for ([re, im], totals) in columns.into_iter().zip(totals.chunks_exact_mut(wide)) {
        let (re, im) = (&x[re..re + wide], &x[im..im + wide]);
        for at in (0..wide).step_by(len) {
            let real = S::f32s::from_slice(simd, &re[at..at + len]);
            let imaginary = S::f32s::from_slice(simd, &im[at..at + len]);
            (real + imaginary).store_slice(&mut totals[at..at + len]);
        }
    }
}

#[inline(always)]
fn store<S: Simd, const K: usize, const G: usize>(
    _: S,
    x: &mut [f32],
    columns: [Column; K],
    sums: [[[S::f32s; G]; 2]; K],
    at: usize,
) {
    let len = S::f32s::LEN;
    for ([re, im], sums) in columns.into_iter().zip(sums) {
        for g in 0..G {
            let place = at + g * len;
            sums[0][g].store_slice(&mut x[re + place..re + place + len]);
            sums[1][g].store_slice(&mut x[im + place..im + place + len]);
        }
    }
}

/// Real and imaginary parts of G vectors of outputs from `at` on, of K columns and their totals.
#[inline(always)]
fn sums<S: Simd, const K: usize, const G: usize>(
    simd: S,
    [x, totals]: [&[f32]; 2],
    columns: [Column; K],
    matrix: Matrix<'_>,
    at: usize,
) -> [[[S::f32s; G]; 2]; K] {
    let (len, inputs) = (S::f32s::LEN, matrix.inputs);
    let zero = S::f32s::simd_from(simd, 0.0);
    let mut parts: [[&[f32]; 3]; K] = [[&[]; 3]; K];
    for ((parts, [re, im]), totals) in parts.iter_mut().zip(columns).zip(totals.chunks_exact(padded(inputs))) {
        *parts = [&x[re..re + inputs], &x[im..im + inputs], &totals[..inputs]];
    }
    // (xr + xi) wr, xi (wr + wi), xr (wi - wr).
    let mut sums = [[[zero; G]; 3]; K];
    for (input, triple) in matrix.expanded.chunks_exact(3 * matrix.outputs).enumerate().take(inputs) {
        let mut weights = [[zero; G]; 3];
        for kind in 0..3 {
            for g in 0..G {
                let place = kind * matrix.outputs + at + g * len;
                weights[kind][g] = S::f32s::from_slice(simd, &triple[place..place + len]);
            }
        }
        let [real, difference, sum] = weights;
        for k in 0..K {
            let xr = S::f32s::simd_from(simd, parts[k][0][input]);
            let xi = S::f32s::simd_from(simd, parts[k][1][input]);
            let xs = S::f32s::simd_from(simd, parts[k][2][input]);
            for g in 0..G {
                sums[k][0][g] = xs.mul_add(real[g], sums[k][0][g]);
                sums[k][1][g] = xi.mul_add(sum[g], sums[k][1][g]);
                sums[k][2][g] = xr.mul_add(difference[g], sums[k][2][g]);
            }
        }
    }
    let mut results = [[[zero; G]; 2]; K];
    for k in 0..K {
        for g in 0..G {
            results[k][0][g] = sums[k][0][g] - sums[k][1][g];
            results[k][1][g] = sums[k][0][g] + sums[k][2][g];
        }
    }
    results
}
