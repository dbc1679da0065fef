//! One run divided into shards: where it is cut ([`territory`], [`plan`]), the elements at the [`edges`], and merging ([`merge`]).

pub(crate) mod edges;
pub(crate) mod merge;
pub(crate) mod plan;
pub(crate) mod territory;

use serde::{Deserialize, Serialize};

use edges::Edge;
use territory::Territory;

/// The entry about the shard in its manifest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShardReport {
    /// From 1.
    pub index: u32,
    /// Number of shards.
    pub count: u32,
    /// Name of the plan: checksums of genome and cuts, and the step. The same in all shards of one run.
    pub plan: String,
    /// What it owns: contig, 0-based start, end.
    pub territory: Vec<(String, u64, u64)>,
    /// Calls up to this many bases apart are joined into elements; `None`: lines are not elements.
    pub gap: Option<u64>,
    /// Elements that may continue in a neighbouring shard.
    pub edges: Vec<Edge>,
}

impl ShardReport {
    /// From the territory, and the elements at its edges.
    pub(crate) fn new(territory: &Territory, gap: Option<u64>, edges: Vec<Edge>) -> Self {
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
