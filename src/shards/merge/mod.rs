//! Merging: shards become the output of one run.
//!
//! A [`part`] is a shard's output with its manifest; [`check`](mod@check) refuses parts that are not one run, each once and in
//! order. [`files`](mod@files) merges [`lines`] (BED, tables, VCF), or the records of BAM and BCF ([`frames`]);
//! [`tracks`](mod@tracks) merges folders of bigWig files. [`manifest`](mod@manifest) is that of the merged run.

mod check;
mod files;
mod frames;
mod lines;
mod manifest;
mod merged;
mod part;
mod tracks;

pub(crate) use self::{
    check::check,
    files::{files, is_indexed, longest},
    manifest::manifest,
    part::{Part, TRACKS_MANIFEST},
    tracks::tracks,
};
