//! Options that select the evidence of a knowledge base; every command that answers from one has them.

use crate::genes::evidence::{EvidenceFilter, LeastEvidence};

/// Which evidence counts.
#[derive(Debug, Default, clap::Args)]
pub(super) struct EvidenceOptions {
    /// Only genes that cause a disease by claims of this class or a stronger one, all sources taken together.
    #[arg(long, value_enum, value_name = "CLASS", default_value = "all", help_heading = "Evidence")]
    min_evidence: LeastEvidence,
    /// Only facts of these sources (genogloss genes sources), separated by commas. Default: all.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Evidence")]
    source: Vec<String>,
}

impl EvidenceOptions {
    /// What they select.
    pub(super) fn filter(&self) -> EvidenceFilter {
        EvidenceFilter::new(self.min_evidence, &self.source)
    }
}
