//! Existing scores of variants, compared with labels: classes (0 and 1) or measured effects.
//!
//! [`selection`] is what the options say; [`file`] opens a table, VCF or BCF, whose columns are [`column`]s; [`rows`] reads it;
//! [`join`] finds the label of each variant; [`judge`] computes the metrics; [`evaluate`](mod@evaluate) puts this in order, and
//! [`page`] describes it. No model runs.

mod column;
pub(crate) mod evaluate;
mod file;
mod join;
pub(super) mod judge;
mod page;
mod rows;
pub(crate) mod selection;
