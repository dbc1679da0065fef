//! The strongest calls of a run's output: variants with the largest changes, elements, bins or reads with the highest scores.
//!
//! [`variants`], [`elements`], [`tracks`] and [`reads`] go through an output and offer each call to [`best`], which keeps the strongest.
//! [`table`] writes them as a table.

mod best;
mod elements;
mod found;
mod reads;
mod table;
mod tracks;
mod variants;

pub(super) use self::{
    found::Strongest,
    table::{locus, table},
    variants::Fields,
};

use super::run::Run;
use crate::{error::Result, output::kind::OutputKind};

/// Of the output of a run; `None` where it is not here, or has no calls.
pub(super) fn of(run: &Run) -> Result<Option<Strongest>> {
    let Some(output) = &run.output else { return Ok(None) };
    let found = match run.kind() {
        kind if kind.is_scan() && output.is_dir() => Some(tracks::strongest(run, output)?),
        OutputKind::ScanBed | OutputKind::ScanTsv => elements::strongest(run, output)?,
        OutputKind::ScanBedgraph => Some(elements::peaks(run, output)?),
        OutputKind::ReadsTsv => reads::of_table(output)?,
        OutputKind::ReadsBam => reads::of_bam(run, output)?,
        kind if kind.is_scored_variants() => variants::strongest(run, output)?,
        _ => None,
    };
    Ok(found.filter(|found| !found.rows.is_empty()))
}
