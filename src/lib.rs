//! Genogloss runs DNA models over whole genomes: FASTA, BAM/CRAM and VCF in; BED, TSV, bedGraph, bigWig, VCF and BAM out.
//!
//! Bytes become **records** ([`read`]), records become **queries** made of **windows** ([`window`], [`tile`]), windows become
//! **tokens** ([`tokenize`]), tokens become **batches** ([`batch`]), batches go through a model ([`model`]) and become
//! **logits**, logits become **scores** ([`head`]), scores go back onto the records, in the order they came, and
//! records become bytes again ([`mod@write`]). Who runs when is on one page: [`pipeline`]. What happened is counted in
//! [`report`], and compared with what is known in [`evaluate`]. A run may be cut into shards and put together again: [`run`]. Only [`commands`] knows the command line.

pub mod error;

pub mod genome;

pub mod read;

pub mod window;

pub mod variant;

pub mod tile;

pub mod tokenize;

pub mod trial;

pub mod batch;

pub mod model;

pub mod head;

pub mod generate;

pub mod exact;

pub mod write;

pub mod report;

pub mod progress;

pub mod histogram;

pub mod html;

pub mod ask;

pub mod genes;

pub mod evaluate;

pub mod pipeline;

pub mod run;

pub mod commands;
