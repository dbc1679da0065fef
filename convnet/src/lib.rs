//! Networks of dilated one-dimensional convolutions (SpliceAI's family) on CPUs.
//!
//! A [`Network`] is a list of convolutions without padding, each with what is done before it (scale, shift, ReLU) and what is added to
//! its output. [`Prepared`] checks it, and [`Runner`] runs it on a sequence and on changes of it. A convolution is computed by
//! overlap-save FFT in single precision, or directly where that needs fewer products; both are exact but for rounding. Filters are transformed
//! in double precision, when they are used first, and shared by all threads.
//!
//! `rows` is the layout in memory, `fft` the transforms, `product` and `direct` the products, `convolution` the filters, `layer` one
//! convolution at places of sequences, `network` what depends on what, `parts` what is run together, and `run` all of it in order.
//! Vectors are those of the machine that runs it (AVX-512, AVX2, NEON, …); machines with fused multiplication and addition compute the
//! same bits.

mod convolution;
mod direct;
mod fft;
mod layer;
mod network;
mod parts;
mod product;
mod rows;
mod run;
#[cfg(test)]
mod tests;

pub use self::{
    convolution::{Before, Convolution},
    network::{Network, Prepared, Problem, Read, Step},
    run::{Change, Outputs, Runner},
};
