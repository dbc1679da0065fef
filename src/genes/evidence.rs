//! Which evidence counts: from which claim on, and of which sources.

use clap::ValueEnum;

use super::claim::Claim;
use crate::output::manifest::Settings;

/// The claims from which `--min-evidence` may count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LeastEvidence {
    /// Shown again and again, in research and in clinics, and upheld over time.
    Definitive,
    /// Strong evidence from several families and experiments.
    Strong,
    /// Some evidence, not contradicted.
    Moderate,
    /// Also what a source lists as a cause without a class.
    Supportive,
    /// Also causes with little evidence.
    Limited,
    /// Everything, also susceptibilities, modifiers, text mining, and what is disputed or refuted.
    #[default]
    All,
}

/// What counts of a knowledge base; the default: everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EvidenceFilter {
    /// Relations of a gene and a disease that are claimed less strongly do not count; `None`: all count, also those against.
    pub least: Option<Claim>,
    /// Names of the sources whose facts count; empty: all.
    pub sources: Vec<String>,
}

impl EvidenceFilter {
    /// Of the options `--min-evidence` and `--source`.
    pub(crate) fn new(least: LeastEvidence, sources: &[String]) -> Self {
        let least = match least {
            LeastEvidence::Definitive => Some(Claim::Definitive),
            LeastEvidence::Strong => Some(Claim::Strong),
            LeastEvidence::Moderate => Some(Claim::Moderate),
            LeastEvidence::Supportive => Some(Claim::Supportive),
            LeastEvidence::Limited => Some(Claim::Limited),
            LeastEvidence::All => None,
        };
        Self { least, sources: sources.iter().map(|name| name.trim().to_string()).collect() }
    }

    /// Whether a relation of this claim counts.
    pub(crate) fn admits(&self, claim: Claim) -> bool {
        self.least.is_none_or(|least| claim <= least)
    }

    /// The beginning of a sentence about what nobody states: `no source`, and of which evidence.
    pub(crate) fn no_source(&self) -> String {
        let options: Vec<&str> = [("--source", !self.sources.is_empty()), ("--min-evidence", self.least.is_some())]
            .into_iter()
            .filter_map(|(name, is_given)| is_given.then_some(name))
            .collect();
        match options.is_empty() {
            true => "no source".into(),
            false => format!("of what {} leaves, no source", options.join(" with ")),
        }
    }

    /// Notes it among the settings of a manifest.
    pub(crate) fn note(&self, settings: &mut Settings) {
        settings.put("min_evidence", self.least.map(Claim::word));
        settings.put("source", &self.sources);
    }
}
