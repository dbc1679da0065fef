//! `genogloss ask`.

mod facts;
mod prompts;
