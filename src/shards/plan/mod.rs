//! Planning: a run is cut into shards of about equal cost, and what each will take is measured.
//!
//! [`settings`] is what the options say; [`work`] reads the input once and finds where the work lies; [`sample`] runs a part of
//! it to measure speed, memory and size; [`cut`] cuts the work, writes the BED files of the shards and plan.json, and makes the
//! table.

pub(crate) mod cut;
mod sample;
pub(crate) mod settings;
pub(crate) mod work;

use crate::output::column::ColumnTable;

/// The table.
pub(crate) const TABLES: &[ColumnTable] = &[ColumnTable { format: "tsv", columns: cut::COLUMNS }];
