//! A page about runs.

pub mod page;
pub mod runs;
