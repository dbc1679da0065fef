//! Genogloss runs DNA models over whole genomes: FASTA, BAM/CRAM and VCF in; BED, TSV, bedGraph, bigWig, VCF and BAM out.
//!
//! Bytes become **records** (`read`), records become **queries** made of **windows** (`window`, `scan`), windows become
//! **tokens** (`tokenize`), tokens become **batches** (`batch`), batches go through a model (`model`) and become
//! **logits**, logits become **scores** (`head`), scores go back onto the records, in the order they came, and
//! records become bytes again (`output`). Who runs when is on one page: `pipeline`. What happened is counted in
//! `counts`, and compared with what is known in `evaluate`. A run may be cut into shards and put together again: `shards`. Only `commands` knows the command line.

mod address;
mod batch;
mod call;
mod child;
mod commands;
mod counts;
mod digest;
mod error;
mod evaluate;
mod exact;
mod generate;
mod genes;
mod genome;
mod head;
mod histogram;
mod html;
mod interrupt;
mod model;
mod number;
mod output;
mod pipeline;
#[doc(hidden)]
pub mod program;
mod progress;
mod prompts;
mod public;
mod read;
mod reads;
mod report;
mod scan;
mod session;
mod shards;
mod sites;
mod skip;
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub mod targets;
mod tokenize;
mod variants;
mod vcf;
mod window;

pub use public::{Delta, Error, Model, Scored, Variant};
