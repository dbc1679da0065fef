//! Fourier transforms of columns of vectors: every lane is one transform, so that channels are transformed side by side.
//!
//! Forward transforms leave their frequencies in the order of [`Plan::places`]; inverse ones take them in that order. Both are not
//! scaled. Radices 2, 3, 4, 5 and 8; the first stage reads, and the last one writes, through [`Load`] and [`Store`], so that a convolution fuses
//! what is before and after it.

#![expect(clippy::needless_range_loop, reason = "loops over arrays of vectors, which closures would not inline")]

use fearless_simd::{Simd, SimdFloat, SimdFrom};

/// Longest transform.
pub(crate) const LONGEST: usize = 320;

/// A complex number in every lane.
#[derive(Clone, Copy)]
pub(crate) struct Complex<S: Simd> {
    pub(crate) re: S::f32s,
    pub(crate) im: S::f32s,
}

impl<S: Simd> Complex<S> {
    #[inline(always)]
    pub(crate) fn zero(simd: S) -> Self {
        let zero = S::f32s::simd_from(simd, 0.0);
        Self { re: zero, im: zero }
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }

    /// self - i other of forward transforms, self + i other of inverse ones.
    #[inline(always)]
    fn turned_minus<const INVERSE: bool>(self, other: Self) -> Self {
        if INVERSE {
            Self { re: self.re - other.im, im: self.im + other.re }
        } else {
            Self { re: self.re + other.im, im: self.im - other.re }
        }
    }

    /// The opposite of [`Self::turned_minus`].
    #[inline(always)]
    fn turned_plus<const INVERSE: bool>(self, other: Self) -> Self {
        if INVERSE {
            Self { re: self.re + other.im, im: self.im - other.re }
        } else {
            Self { re: self.re - other.im, im: self.im + other.re }
        }
    }

    /// self + factor * other.
    #[inline(always)]
    fn plus_times(self, factor: S::f32s, other: Self) -> Self {
        Self { re: factor.mul_add(other.re, self.re), im: factor.mul_add(other.im, self.im) }
    }

    /// By cos - i sin of forward transforms, cos + i sin of inverse ones.
    #[inline(always)]
    fn times<const INVERSE: bool>(self, simd: S, [cos, sin]: [f32; 2]) -> Self {
        let (cos, sin) = (S::f32s::simd_from(simd, cos), S::f32s::simd_from(simd, sin));
        if INVERSE {
            Self { re: self.re.mul_sub(cos, self.im * sin), im: self.im.mul_add(cos, self.re * sin) }
        } else {
            Self { re: self.im.mul_add(sin, self.re * cos), im: self.im.mul_sub(cos, self.re * sin) }
        }
    }
}

/// Where the first stage of a transform reads.
pub(crate) trait Load<S: Simd> {
    /// The number at a place.
    fn load(&self, place: usize) -> Complex<S>;
}

/// Where the last stage of a transform writes.
pub(crate) trait Store<S: Simd> {
    /// Called once for each place.
    fn store(&mut self, place: usize, value: Complex<S>);
}

/// Four points.
#[inline(always)]
fn four<S: Simd, const INVERSE: bool>(x: [Complex<S>; 4]) -> [Complex<S>; 4] {
    let (a, b) = (x[0].plus(x[2]), x[0].minus(x[2]));
    let (c, d) = (x[1].plus(x[3]), x[1].minus(x[3]));
    [a.plus(c), b.turned_minus::<INVERSE>(d), a.minus(c), b.turned_plus::<INVERSE>(d)]
}

#[inline(always)]
fn three<S: Simd, const INVERSE: bool>(simd: S, x: &mut [Complex<S>]) {
    let (sum, difference) = (x[1].plus(x[2]), x[1].minus(x[2]));
    let middle = x[0].plus_times(S::f32s::simd_from(simd, -0.5), sum);
    let sine = S::f32s::simd_from(simd, 0.866_025_4);
    let turned = Complex { re: difference.re * sine, im: difference.im * sine };
    x[0] = x[0].plus(sum);
    x[1] = middle.turned_minus::<INVERSE>(turned);
    x[2] = middle.turned_plus::<INVERSE>(turned);
}

#[inline(always)]
fn five<S: Simd, const INVERSE: bool>(simd: S, x: &mut [Complex<S>]) {
    let [cos1, cos2] = [S::f32s::simd_from(simd, 0.309_017), S::f32s::simd_from(simd, -0.809_017)];
    let [sin1, sin2] = [S::f32s::simd_from(simd, 0.951_056_5), S::f32s::simd_from(simd, 0.587_785_25)];
    let (s1, d1) = (x[1].plus(x[4]), x[1].minus(x[4]));
    let (s2, d2) = (x[2].plus(x[3]), x[2].minus(x[3]));
    let m1 = x[0].plus_times(cos1, s1).plus_times(cos2, s2);
    let m2 = x[0].plus_times(cos2, s1).plus_times(cos1, s2);
    let v1 = Complex { re: d1.re * sin1, im: d1.im * sin1 }.plus_times(sin2, d2);
    let v2 = Complex { re: d1.re * sin2, im: d1.im * sin2 }.plus_times(-sin1, d2);
    x[0] = x[0].plus(s1.plus(s2));
    x[1] = m1.turned_minus::<INVERSE>(v1);
    x[4] = m1.turned_plus::<INVERSE>(v1);
    x[2] = m2.turned_minus::<INVERSE>(v2);
    x[3] = m2.turned_plus::<INVERSE>(v2);
}

#[inline(always)]
fn eight<S: Simd, const INVERSE: bool>(simd: S, x: &mut [Complex<S>]) {
    let even = four::<S, INVERSE>([x[0], x[2], x[4], x[6]]);
    let odd = four::<S, INVERSE>([x[1], x[3], x[5], x[7]]);
    let half = S::f32s::simd_from(simd, std::f32::consts::FRAC_1_SQRT_2);
    x[0] = even[0].plus(odd[0]);
    x[4] = even[0].minus(odd[0]);
    x[2] = even[2].turned_minus::<INVERSE>(odd[2]);
    x[6] = even[2].turned_plus::<INVERSE>(odd[2]);
    // By the eighth root of 1, and by its third power, but for their length.
    let one = odd[1].turned_minus::<INVERSE>(odd[1]);
    let three = odd[3].turned_plus::<INVERSE>(odd[3]);
    x[1] = even[1].plus_times(half, one);
    x[5] = even[1].plus_times(-half, one);
    x[3] = even[3].plus_times(-half, three);
    x[7] = even[3].plus_times(half, three);
}

/// As many points as `x` has.
#[inline(always)]
fn butterfly<S: Simd, const R: usize, const INVERSE: bool>(simd: S, x: &mut [Complex<S>; R]) {
    match R {
        2 => (x[0], x[1]) = (x[0].plus(x[1]), x[0].minus(x[1])),
        3 => three::<S, INVERSE>(simd, x),
        4 => {
            let y = four::<S, INVERSE>([x[0], x[1], x[2], x[3]]);
            x.copy_from_slice(&y);
        }
        5 => five::<S, INVERSE>(simd, x),
        _ => eight::<S, INVERSE>(simd, x),
    }
}

/// One stage of a transform.
#[derive(Debug)]
pub(crate) struct Stage {
    radix: usize,
    /// Points that are transformed together: this and all later radices.
    points: usize,
    /// cos and sin of each of `points / radix` butterflies, but for the first of their numbers, which is 1.
    twiddles: Vec<[f32; 2]>,
}

/// How transforms of one length are computed.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) len: usize,
    stages: Vec<Stage>,
    /// Where a frequency is after a forward transform.
    pub(crate) places: Vec<usize>,
}

/// The radices of a length, which has no prime factor above 5. Two at least.
fn radices(len: usize) -> Vec<usize> {
    let count = |prime: usize| {
        let (mut rest, mut count) = (len, 0);
        while rest.is_multiple_of(prime) {
            (rest, count) = (rest / prime, count + 1);
        }
        count
    };
    let (twos, threes, fives) = (count(2), count(3), count(5));
    let (eights, left) = match twos % 3 {
        1 if twos >= 4 => (twos / 3 - 1, vec![4, 4]),
        1 => (twos / 3, vec![2]),
        2 => (twos / 3, vec![4]),
        _ => (twos / 3, vec![]),
    };
    [vec![8; eights], left, vec![5; fives], vec![3; threes]].concat()
}

/// Runs a stage's method, which is compiled for every radix.
macro_rules! by_radix {
    ($stage:expr, $method:ident, $($argument:expr),+) => {
        match $stage.radix {
            2 => $stage.$method::<S, 2>($($argument),+),
            3 => $stage.$method::<S, 3>($($argument),+),
            4 => $stage.$method::<S, 4>($($argument),+),
            5 => $stage.$method::<S, 5>($($argument),+),
            _ => $stage.$method::<S, 8>($($argument),+),
        }
    };
}

impl Plan {
    /// `len` is a product of 2, 3 and 5 with two radices or more, and at most [`LONGEST`].
    pub(crate) fn new(len: usize) -> Self {
        let radices = radices(len);
        let mut points = len;
        let stage = |&radix: &usize| {
            let own = points;
            points /= radix;
            let angle = |number: usize| std::f64::consts::TAU * (number % own) as f64 / own as f64;
            let twiddles = (0..own / radix)
                .flat_map(|at| (1..radix).map(move |k| at * k))
                .map(|number| [angle(number).cos() as f32, angle(number).sin() as f32])
                .collect();
            Stage { radix, points: own, twiddles }
        };
        let stages = radices.iter().map(stage).collect();
        let place = |frequency: usize| {
            let (mut rest, mut points, mut place) = (frequency, len, 0);
            for radix in &radices {
                points /= radix;
                place += rest % radix * points;
                rest /= radix;
            }
            place
        };
        Self { len, stages, places: (0..len).map(place).collect() }
    }

    /// From `load` to `store`, in the order of [`Self::places`]. `scratch` has [`Self::len`] numbers.
    #[inline(always)]
    pub(crate) fn forward<S: Simd>(
        &self,
        simd: S,
        scratch: &mut [Complex<S>],
        load: &impl Load<S>,
        store: &mut impl Store<S>,
    ) {
        let Some((first, rest)) = self.stages.split_first() else { return };
        let Some((last, middle)) = rest.split_last() else { return };
        by_radix!(first, enter, simd, scratch, load);
        for stage in middle {
            by_radix!(stage, forward, simd, scratch);
        }
        by_radix!(last, leave, simd, scratch, store);
    }

    /// From `load`, in the order of [`Self::places`], to `store`. `scratch` has [`Self::len`] numbers.
    #[inline(always)]
    pub(crate) fn inverse<S: Simd>(
        &self,
        simd: S,
        scratch: &mut [Complex<S>],
        load: &impl Load<S>,
        store: &mut impl Store<S>,
    ) {
        let Some((first, rest)) = self.stages.split_first() else { return };
        let Some((last, middle)) = rest.split_last() else { return };
        by_radix!(last, enter_inverse, simd, scratch, load);
        for stage in middle.iter().rev() {
            by_radix!(stage, inverse, simd, scratch);
        }
        by_radix!(first, leave_inverse, simd, scratch, store);
    }
}

/// A slice as R parts of the same length.
#[inline(always)]
fn parts<T, const R: usize>(slice: &mut [T]) -> [&mut [T]; R] {
    let mut chunks = slice.chunks_exact_mut((slice.len() / R).max(1));
    std::array::from_fn(|_| chunks.next().unwrap_or_default())
}

impl Stage {
    #[inline(always)]
    fn enter<S: Simd, const R: usize>(&self, simd: S, scratch: &mut [Complex<S>], load: &impl Load<S>) {
        let each = self.points / R;
        let parts = parts::<_, R>(scratch);
        for (at, twiddles) in self.twiddles.chunks_exact(R - 1).enumerate() {
            let mut x = [Complex::<S>::zero(simd); R];
            for k in 0..R {
                x[k] = load.load(at + k * each);
            }
            butterfly::<S, R, false>(simd, &mut x);
            parts[0][at] = x[0];
            for k in 1..R {
                parts[k][at] = x[k].times::<false>(simd, twiddles[k - 1]);
            }
        }
    }

    #[inline(always)]
    fn forward<S: Simd, const R: usize>(&self, simd: S, scratch: &mut [Complex<S>]) {
        for block in scratch.chunks_exact_mut(self.points) {
            let parts = parts::<_, R>(block);
            for (at, twiddles) in self.twiddles.chunks_exact(R - 1).enumerate() {
                let mut x = [parts[0][at]; R];
                for k in 1..R {
                    x[k] = parts[k][at];
                }
                butterfly::<S, R, false>(simd, &mut x);
                parts[0][at] = x[0];
                for k in 1..R {
                    parts[k][at] = x[k].times::<false>(simd, twiddles[k - 1]);
                }
            }
        }
    }

    #[inline(always)]
    fn leave<S: Simd, const R: usize>(&self, simd: S, scratch: &[Complex<S>], store: &mut impl Store<S>) {
        for (index, block) in scratch.chunks_exact(R).enumerate() {
            let mut x = [block[0]; R];
            x.copy_from_slice(block);
            butterfly::<S, R, false>(simd, &mut x);
            for k in 0..R {
                store.store(index * R + k, x[k]);
            }
        }
    }

    #[inline(always)]
    fn enter_inverse<S: Simd, const R: usize>(&self, simd: S, scratch: &mut [Complex<S>], load: &impl Load<S>) {
        for (index, block) in scratch.chunks_exact_mut(R).enumerate() {
            let mut x = [Complex::<S>::zero(simd); R];
            for k in 0..R {
                x[k] = load.load(index * R + k);
            }
            butterfly::<S, R, true>(simd, &mut x);
            block.copy_from_slice(&x);
        }
    }

    #[inline(always)]
    fn inverse<S: Simd, const R: usize>(&self, simd: S, scratch: &mut [Complex<S>]) {
        for block in scratch.chunks_exact_mut(self.points) {
            let parts = parts::<_, R>(block);
            for (at, twiddles) in self.twiddles.chunks_exact(R - 1).enumerate() {
                let mut x = [parts[0][at]; R];
                for k in 1..R {
                    x[k] = parts[k][at].times::<true>(simd, twiddles[k - 1]);
                }
                butterfly::<S, R, true>(simd, &mut x);
                for k in 0..R {
                    parts[k][at] = x[k];
                }
            }
        }
    }

    #[inline(always)]
    fn leave_inverse<S: Simd, const R: usize>(&self, simd: S, scratch: &mut [Complex<S>], store: &mut impl Store<S>) {
        let each = self.points / R;
        let parts = parts::<_, R>(scratch);
        for (at, twiddles) in self.twiddles.chunks_exact(R - 1).enumerate() {
            let mut x = [parts[0][at]; R];
            for k in 1..R {
                x[k] = parts[k][at].times::<true>(simd, twiddles[k - 1]);
            }
            butterfly::<S, R, true>(simd, &mut x);
            for k in 0..R {
                store.store(at + k * each, x[k]);
            }
        }
    }
}
