//! All tests that run the program, as one binary: each further binary would be linked with the whole crate again.
//!
//! A module is a command (`scan`, `variants`, `genes`, …) or a subject that concerns all of them (`bad_input`, `invariants`, `resume`, …).
//! `cargo test --test main variants::` runs those of one module.

mod ask;
mod bad_input;
mod centre;
mod columns;
mod convnet;
mod evaluate;
mod families;
mod genes;
mod golden;
mod import;
mod invariants;
mod language;
mod man;
mod models_check;
mod models_new;
mod options;
mod outputs;
mod parquet;
mod parquet_tables;
mod processes;
mod properties;
mod public;
mod reads;
mod remote;
mod report;
mod resume;
mod saturate;
mod scan;
mod shards;
mod support;
mod training;
mod variants;
