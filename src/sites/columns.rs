//! Columns of the tables of `genogloss sites`.

use crate::output::column::{Column, ColumnTable, column};

/// The table of inputs that could not be read.
pub(super) const FAILED: &[Column] = &[
    column(
        &["file"],
        "path of an input that could not be read, or not to its end, as the command line or the list has it; an address without its query",
    ),
    column(&["problem"], "the error message"),
];

/// All tables.
pub(crate) const TABLES: &[ColumnTable] = &[ColumnTable { format: "--failed", columns: FAILED }];
