//! One run as many: the cuts of a plan, what is open at their edges, and merging the shards.

pub mod edges;
pub mod merge;
pub(crate) mod plan;
pub mod territory;

use serde::{Deserialize, Serialize};

use edges::Edge;
use territory::Territory;

/// What a shard says of itself in its manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShardReport {
    /// From 1.
    pub index: u32,
    /// Of how many.
    pub count: u32,
    /// The same in all shards of one run: genome, step and cuts.
    pub plan: String,
    /// What is its own: contig, 0-based start, end.
    pub territory: Vec<(String, u64, u64)>,
    /// Calls up to so many bases apart are joined into elements; none: lines are not elements.
    pub gap: Option<u64>,
    /// Elements that may go on in a neighbouring shard.
    pub edges: Vec<Edge>,
}

impl ShardReport {
    /// From the territory, and what was found at its edges.
    pub fn new(territory: &Territory, gap: Option<u64>, edges: Vec<Edge>) -> Self {
        Self {
            index: territory.shard.index,
            count: territory.shard.count,
            plan: territory.plan.clone(),
            territory: territory.intervals().into_iter().map(|(contig, i)| (contig, i.start, i.end)).collect(),
            gap,
            edges,
        }
    }
}
