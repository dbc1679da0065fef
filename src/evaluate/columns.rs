//! Columns of the tables of an evaluation.

use super::{prompts, rank, sets, variant_scores::judge};
use crate::output::column::ColumnTable;

/// The tables.
pub(crate) const TABLES: &[ColumnTable] = &[
    ColumnTable { format: "sequences, places", columns: sets::METRICS },
    ColumnTable { format: "prompts", columns: prompts::METRICS },
    ColumnTable { format: "rank", columns: rank::METRICS },
    ColumnTable { format: "rank --ranks", columns: rank::RANKS },
    ColumnTable { format: "variants", columns: judge::COLUMNS },
    ColumnTable { format: "curve", columns: sets::CURVE },
];
