//! Genogloss runs DNA models over whole genomes: FASTA, BAM/CRAM and VCF in; BED, TSV, bedGraph, bigWig, VCF and BAM out.
//!
//! Bytes become **records** ([`read`]), records become **queries** made of **windows** ([`window`], [`scan`]), windows become
//! **tokens** ([`tokenize`]), tokens become **batches** ([`batch`]), batches go through a model ([`model`]) and become
//! **logits**, logits become **scores** ([`head`]), scores go back onto the records, in the order they came, and
//! records become bytes again ([`output`]). Who runs when is on one page: [`pipeline`]. What happened is counted in
//! [`counts`], and compared with what is known in [`evaluate`]. A run may be cut into shards and put together again: [`shards`]. Only [`commands`] knows the command line.

pub mod batch;
pub mod call;
pub mod child;
pub mod commands;
pub mod counts;
pub mod digest;
pub mod error;
pub mod evaluate;
pub mod exact;
pub mod generate;
pub mod genes;
pub mod genome;
pub mod head;
pub mod histogram;
pub mod html;
pub mod interrupt;
pub mod model;
pub mod number;
pub mod output;
pub mod pipeline;
#[doc(hidden)]
pub mod program;
pub mod progress;
pub mod prompts;
mod public;
pub mod read;
pub mod reads;
pub mod report;
pub mod scan;
pub mod session;
pub mod shards;
pub mod skip;
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub mod targets;
pub mod tokenize;
pub mod variants;
pub mod vcf;
pub mod window;

pub use public::{Delta, Error, Model, Scored, Variant};
