//! A source's statement about a gene and a disease, whose claim it is, and how it was made.

use super::{claim::Claim, records::Relation};

/// How a claim was made, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Curation {
    ClinGen,
    GenCc,
    Gene2Phenotype,
    Listing,
    Mining,
}

/// A statement, who claims it, and how.
#[derive(Clone, Debug)]
pub(crate) struct Stated {
    /// The statement.
    pub relation: Relation,
    /// Whose claim it is: the source, or whom it repeats.
    pub(super) claimant: String,
    pub(super) curation: Curation,
    /// The source states it itself.
    pub(super) own: bool,
}

/// The one name of a claimant: tables write `TGMI|G2P`, `Orphanet`, `ClinGen`.
fn claimant(name: &str) -> &str {
    let has = |part: &str| name.to_ascii_lowercase().contains(part);
    match () {
        () if has("clingen") => "ClinGen",
        () if has("g2p") || has("gene2phenotype") => "Gene2Phenotype",
        () if has("orphanet") => "Orphanet",
        () => name,
    }
}

impl Stated {
    /// `source`: the name of the relation's source.
    pub(crate) fn of(relation: Relation, source: &str) -> Self {
        let claimant = claimant(relation.origin.as_deref().unwrap_or(source)).to_string();
        let curation = match claimant.as_str() {
            "ClinGen" => Curation::ClinGen,
            "Gene2Phenotype" => Curation::Gene2Phenotype,
            _ if source == "GenCC" => Curation::GenCc,
            _ if relation.claim == Claim::TextMined => Curation::Mining,
            _ => Curation::Listing,
        };
        Self { own: claimant == source, relation, claimant, curation }
    }

    /// Whether it decides over what sources of lower rank state.
    pub(super) fn is_class(&self) -> bool {
        self.relation.claim.is_class() && self.curation <= Curation::Gene2Phenotype
    }

    /// Whether it is a class against.
    pub(super) fn is_against(&self) -> bool {
        self.is_class() && self.relation.claim.is_against()
    }

    /// Whether it is a class that does not let an estimate of a disease like it be yes: against, or of little evidence.
    pub(super) fn is_doubt(&self) -> bool {
        self.is_class() && self.relation.claim >= Claim::Limited
    }

    /// Whether it upholds the claim for the disease it is stated of although better curated sources are against a disease like it.
    pub(super) fn upholds(&self) -> bool {
        match self.curation {
            Curation::ClinGen | Curation::GenCc => self.relation.claim <= Claim::Moderate,
            // `both RD and IF` says less.
            Curation::Gene2Phenotype => {
                let class = self.relation.relation.as_deref().unwrap_or_default().to_ascii_lowercase();
                ["confirmed", "definitive"].iter().any(|one| class.starts_with(one))
            }
            Curation::Listing | Curation::Mining => false,
        }
    }
}
