//! Bytes out. An output appears complete or not at all: it is written under a temporary name beside its target, synced, and renamed only
//! when the run has succeeded and its counts agree.

pub(crate) mod alleles;
pub(crate) mod bam;
pub(crate) mod bigwig;
pub(crate) mod column;
pub(crate) mod elements;
pub(crate) mod index;
pub(crate) mod kind;
pub(crate) mod manifest;
pub(crate) mod names;
pub(crate) mod order;
pub(crate) mod parquet;
mod recorded;
pub(crate) mod stream;
pub(crate) mod table;
mod targets;
pub(crate) mod temporary;
pub(crate) mod variants;

pub(crate) use self::{
    index::{IndexKind, Indexed},
    stream::{Output, OutputSettings, place_of_line},
    targets::check_targets,
    temporary::{Sealed, hidden, open_hidden, read_hidden, remove_unfinished, sync_folder},
};
