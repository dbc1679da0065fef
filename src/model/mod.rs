//! Models: their folders and cards, the engines that run their networks, and the answers.
//!
//! A model is found by its name ([`registry`]) as a [`folder`] with a [`card`]. An [`engine`] of the table [`engines`] loads its networks
//! on a [`device`], where their inputs and outputs ([`ports`]) must be those of the card; weights may be in files beside them (`external`). [`network`] (windows), [`change`] (changes of
//! a sequence), [`language`] (likelihoods) and [`exact`] (functions) are what answers batches ([`answer`]); [`decoder`] loads networks that answer prompts.
//! `check` tests a model, `import` makes one of published weights, [`draft`] a first card of a network.

pub(crate) mod answer;
pub(crate) mod card;
pub(crate) mod change;
pub(crate) mod check;
mod convnet;
pub(crate) mod decoder;
pub(crate) mod describe;
pub(crate) mod device;
pub(crate) mod draft;
mod embed;
mod encoded_rows;
pub(crate) mod engine;
pub(crate) mod engines;
pub(crate) mod exact;
mod external;
pub(crate) mod folder;
pub(crate) mod import;
mod inputs;
pub(crate) mod language;
pub(crate) mod network;
pub(crate) mod ort;
pub(crate) mod ports;
mod protobuf;
pub(crate) mod registry;
pub(crate) mod rten;

pub(crate) use self::answer::{Answerer, Answers, ChangeAnswer, Form};
