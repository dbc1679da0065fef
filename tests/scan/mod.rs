//! `genogloss scan`.

mod bed;
mod dense;
mod inputs;
mod regions;
