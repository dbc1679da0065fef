//! One run from begin to end.

pub mod journal;
pub mod stored;
