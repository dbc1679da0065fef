//! The part of a run that a shard is for, where it does not depend on windows.

use crate::{
    error::Result,
    genome::Contigs,
    shards::territory::{Choice, RECORDS, Territory},
};

/// The part of a run over `count` records that have no position; `what` they are, in messages.
pub(crate) fn of_records(choice: &Choice, count: u64, place: &str, what: &str) -> Result<Territory> {
    let mut contigs = Contigs::default();
    contigs.push(RECORDS, count);
    of_contigs(choice, &contigs, place, what)
}

/// The part of a run that is cut by position on contigs, between any two bases; an empty part is logged.
pub(crate) fn of_contigs(choice: &Choice, contigs: &Contigs, place: &str, what: &str) -> Result<Territory> {
    let territory = Territory::choose(choice, contigs, place, 1, None)?;
    if territory.is_empty() {
        tracing::warn!("shard {} is empty: there are more shards than {what}", territory.shard);
    }
    Ok(territory)
}
