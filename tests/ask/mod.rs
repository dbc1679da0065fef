//! `genogloss ask`.

mod facts;
mod models;
mod prompts;
mod questions;
mod vectors;
