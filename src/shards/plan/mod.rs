//! Planning: a run is cut into shards of about equal cost, and what each will take is estimated.
//!
//! [`settings`] is what the options say; [`work`] is where the work lies, which [`count`] finds by the index of the input, or by reading it
//! once; [`draw`] takes some records or windows from all over it, and [`sample`] runs them in two sizes, which tells what every run takes
//! from what every unit takes ([`constants`] stand in for that without a sample); [`estimate`] makes of this what each shard takes; [`cut`]
//! cuts the work, writes the BED files of the shards and plan.json, and makes the table.

mod constants;
mod count;
pub(crate) mod cut;
mod draw;
mod estimate;
mod sample;
pub(crate) mod settings;
pub(crate) mod work;

pub(crate) use sample::option;

use crate::output::column::ColumnTable;

/// The table.
pub(crate) const TABLES: &[ColumnTable] = &[ColumnTable { format: "tsv", columns: cut::COLUMNS }];
