//! What a source claims of a gene and a disease, in the words of ClinGen and GenCC.
//!
//! Classes of ClinGen's gene-disease validity (Strande et al. 2017, doi:10.1016/j.ajhg.2017.04.015), which GenCC took over and extended
//! by Supportive (DiStefano et al. 2022, doi:10.1016/j.gim.2022.04.017). Those that are not about a cause are our own.

/// What is claimed, strongest first: the order in which answers are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Claim {
    /// Shown again and again, in research and in clinics, and upheld over time.
    Definitive,
    /// Strong evidence from several families and experiments.
    Strong,
    /// Some evidence, not contradicted.
    Moderate,
    /// A source lists it as a cause, without a class.
    Supportive,
    /// Little evidence.
    Limited,
    /// It raises the risk.
    Susceptibility,
    /// It changes the course of a disease that another gene causes.
    Modifier,
    /// Changed in the diseased tissue, not inherited.
    Somatic,
    /// Related in a way that the source does not state.
    Associated,
    /// Found by software in papers or in other databases.
    TextMined,
    /// Shown in animals alone.
    AnimalModel,
    /// Evidence against it is stronger than the claim.
    Disputed,
    /// Looked at, and no evidence was found.
    NoKnownRelation,
    /// Evidence rules it out.
    Refuted,
}

use Claim::*;

impl Claim {
    /// All, strongest first.
    pub(crate) const ALL: [Self; 14] = [
        Definitive,
        Strong,
        Moderate,
        Supportive,
        Limited,
        Susceptibility,
        Modifier,
        Somatic,
        Associated,
        TextMined,
        AnimalModel,
        Disputed,
        NoKnownRelation,
        Refuted,
    ];

    /// The number in the knowledge base.
    pub(crate) fn code(self) -> i64 {
        self as i64
    }

    /// The claim of this number.
    pub(crate) fn of(code: i64) -> Self {
        usize::try_from(code).ok().and_then(|at| Self::ALL.get(at)).copied().unwrap_or(Associated)
    }

    /// In words.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Definitive => "definitive",
            Strong => "strong",
            Moderate => "moderate",
            Supportive => "supportive",
            Limited => "limited",
            Susceptibility => "susceptibility",
            Modifier => "modifier",
            Somatic => "somatic",
            Associated => "associated",
            TextMined => "text-mined",
            AnimalModel => "animal model only",
            Disputed => "disputed",
            NoKnownRelation => "no known relation",
            Refuted => "refuted",
        }
    }

    /// Whether the source states that they are not related, or doubts it.
    pub(crate) fn is_against(self) -> bool {
        self >= Disputed
    }

    /// Whether it is about a cause of the disease, however well shown.
    pub(crate) fn is_causal(self) -> bool {
        self <= Limited
    }

    /// The claim of a class in the words of ClinGen, GenCC or Gene2Phenotype; `None` if it is none of them.
    pub(crate) fn of_class(class: &str) -> Option<Self> {
        let class = class.trim().to_ascii_lowercase();
        let starts = |all: &[&str]| all.iter().any(|one| class.starts_with(one));
        Some(match () {
            () if starts(&["definitive", "confirmed", "both rd and if", "both dd and if"]) => Definitive,
            () if starts(&["strong", "probable"]) => Strong,
            () if starts(&["moderate", "child if"]) => Moderate,
            () if starts(&["supportive"]) => Supportive,
            () if starts(&["limited", "possible"]) => Limited,
            () if starts(&["animal"]) => AnimalModel,
            () if starts(&["disputed"]) => Disputed,
            () if starts(&["no known"]) => NoKnownRelation,
            () if starts(&["refuted"]) => Refuted,
            () => return None,
        })
    }

    /// The claim of Orphanet's kind of relation.
    pub(crate) fn of_orphanet(kind: &str) -> Self {
        let kind = kind.trim().to_ascii_lowercase();
        match () {
            () if kind.contains("somatic") => Somatic,
            () if kind.starts_with("disease-causing") => Supportive,
            () if kind.contains("susceptibility") => Susceptibility,
            () if kind.starts_with("modifying") => Modifier,
            () => Associated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_claims() {
        for (code, claim) in (0..).zip(Claim::ALL) {
            assert_eq!(claim.code(), code);
            assert_eq!(Claim::of(code), claim);
        }
    }

    #[test]
    fn classes_are_read_in_their_words() {
        assert_eq!(Claim::of_class("Disputed Evidence"), Some(Disputed));
        assert_eq!(Claim::of_class("No Known Disease Relationship"), Some(NoKnownRelation));
        assert_eq!(Claim::of_class("both RD and IF"), Some(Definitive));
        assert_eq!(Claim::of_class("score 0.3"), None);
        assert_eq!(Claim::of_orphanet("Disease-causing somatic mutation(s) in"), Somatic);
        assert_eq!(Claim::of_orphanet("Modifying germline mutation in"), Modifier);
    }
}
