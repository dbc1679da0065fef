//! Bytes out. An output appears complete or not at all: it is written under a temporary name beside its target, synced, and renamed only
//! when the run has succeeded and its counts agree.

pub mod bam;
pub mod bigwig;
pub(crate) mod column;
pub mod elements;
pub mod index;
pub(crate) mod kind;
pub mod manifest;
pub mod names;
pub mod order;
mod recorded;
pub mod stream;
pub mod table;
mod targets;
pub mod temporary;
pub mod variants;

pub use self::{
    index::{IndexKind, Indexed},
    stream::{Output, OutputSettings, place_of_line},
    targets::check_targets,
    temporary::{Sealed, hidden, open_hidden, read_hidden, remove_unfinished, sync_folder},
};
