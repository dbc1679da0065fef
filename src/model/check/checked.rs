//! The result of a check on one engine.

use super::windows::WindowReport;
use crate::{
    error::{Error, Result},
    model::engine::EngineReport,
};

/// What an engine computed.
pub(super) struct Checked {
    pub(super) report: EngineReport,
    /// Largest difference to the self-test.
    pub(super) self_test: f32,
    /// How many changes were made, and the largest difference between the networks for changes and for windows.
    pub(super) changes: Option<(usize, f32)>,
    /// Windows that every model of windows must run.
    pub(super) windows: Option<WindowReport>,
}

/// The only session of a model that was loaded with one.
pub(super) fn only<T>(sessions: Vec<T>) -> Result<T> {
    sessions.into_iter().next().ok_or_else(|| Error::Internal("no session".into()))
}
