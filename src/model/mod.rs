//! Models: their folders and cards, the engines that run their networks, and the answers.
//!
//! A model is found by its name ([`registry`]) as a [`folder`] with a [`card`]. An [`engine`] of the table [`engines`] loads its networks
//! on a [`device`], where their inputs and outputs ([`ports`]) must be those of the card. [`network`] (windows), [`change`] (changes of
//! a sequence) and [`exact`] (functions) are what answers batches ([`answer`]); [`decoder`] loads networks that answer prompts.
//! `check` tests a model, `import` makes one of published weights.

pub mod answer;
pub mod card;
pub mod change;
pub(crate) mod check;
pub mod decoder;
pub(crate) mod describe;
pub mod device;
pub mod engine;
pub mod engines;
pub mod exact;
pub mod folder;
pub(crate) mod import;
pub mod network;
pub mod ort;
pub mod ports;
mod protobuf;
pub mod registry;
pub mod rten;

pub use self::answer::{Answerer, Answers, ChangeAnswer, Form};
