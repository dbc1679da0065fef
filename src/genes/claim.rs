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
    /// It causes what is no disease: a blood group, a benign trait of the laboratory.
    Nondisease,
    /// Related in a way that the source does not state.
    Associated,
    /// Found by software in papers or in other databases.
    TextMined,
    /// Shown in animals alone.
    AnimalModel,
    /// Sources that are equally well curated contradict each other. No source states this: it is what they come to together.
    Conflicting,
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
    pub(crate) const ALL: [Self; 16] = [
        Definitive,
        Strong,
        Moderate,
        Supportive,
        Limited,
        Susceptibility,
        Modifier,
        Somatic,
        Nondisease,
        Associated,
        TextMined,
        AnimalModel,
        Conflicting,
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
            Nondisease => "nondisease",
            Associated => "associated",
            TextMined => "text-mined",
            AnimalModel => "animal model only",
            Conflicting => "conflicting",
            Disputed => "disputed",
            NoKnownRelation => "no known relation",
            Refuted => "refuted",
        }
    }

    /// Whether the source states that they are not related, or doubts it.
    pub(crate) fn is_against(self) -> bool {
        self >= Disputed
    }

    /// Whether it is a class that curators give after they have weighed the evidence; listings without a class are not.
    pub(crate) fn is_class(self) -> bool {
        !matches!(
            self,
            Supportive | Susceptibility | Modifier | Somatic | Nondisease | Associated | TextMined | Conflicting
        )
    }

    /// Probability that gene and disease are related, if this is claimed.
    ///
    /// METHOD: a convention, not a measurement: the classes of ClinGen on a scale, with 0.8 and 0.2 as the limits of yes and no. A listing
    /// without a class is as sure as a moderate claim; `TextMined` is the least, to which a score of the source adds.
    pub(crate) fn probability(self) -> f64 {
        match self {
            Definitive => 0.99,
            Strong => 0.97,
            Moderate | Supportive => 0.9,
            Susceptibility | Modifier | Somatic => 0.85,
            Nondisease | Associated => 0.8,
            Limited => 0.7,
            TextMined | AnimalModel | Conflicting => 0.5,
            Disputed | NoKnownRelation => 0.1,
            Refuted => 0.02,
        }
    }

    /// The word that stands behind an item of a list, in brackets; `None` for a cause that is shown well enough to stand without.
    pub(crate) fn label(self) -> Option<&'static str> {
        (self > Supportive).then(|| self.word())
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
            // ClinGen's words before 2020 are "No Reported Evidence" and "Contradictory (disputed)", "Contradictory (refuted)".
            () if starts(&["no known", "no reported"]) => NoKnownRelation,
            () if starts(&["refuted", "contradictory (refuted"]) => Refuted,
            () if starts(&["disput", "contradictory", "conflicting"]) => Disputed,
            () => return None,
        })
    }

    /// The claim of Orphanet's kind of relation (product 6, `DisorderGeneAssociationType`).
    pub(crate) fn of_orphanet(kind: &str) -> Self {
        let kind = kind.trim().to_ascii_lowercase();
        match () {
            () if kind.contains("somatic") || kind.contains("fusion") => Somatic,
            () if kind.starts_with("disease-causing") => Supportive,
            () if kind.contains("susceptibility") => Susceptibility,
            () if kind.starts_with("modifying") => Modifier,
            // "Role in the phenotype of", "Candidate gene tested in", "Biomarker tested in".
            () => Associated,
        }
    }

    /// The same, with the state of the assessment (`DisorderGeneAssociationStatus`): what is not assessed yet is no more than related.
    pub(crate) fn of_orphanet_assessed(kind: &str, status: &str) -> Self {
        let claim = Self::of_orphanet(kind);
        if status.trim().eq_ignore_ascii_case("assessed") { claim } else { claim.max(Associated) }
    }

    /// The claim of HPO's genes_to_disease.txt (`association_type`).
    pub(crate) fn of_hpo(kind: &str) -> Self {
        match kind.trim().to_ascii_uppercase().as_str() {
            "MENDELIAN" => Supportive,
            "POLYGENIC" => Susceptibility,
            _ => Associated,
        }
    }

    /// The claim of a phenotype of OMIM's gene map, as OMIM writes its name: `{…}` a susceptibility, `[…]` no disease, `?…` provisional.
    /// `key`: how the disease was mapped; 3: its molecular basis is known, else it was only mapped, or is of several genes.
    pub(crate) fn of_omim(phenotype: &str, key: Option<u8>) -> Self {
        let name = phenotype.trim();
        let marked = name.trim_start_matches('?');
        match () {
            () if marked.starts_with('{') => Susceptibility,
            () if marked.starts_with('[') => Nondisease,
            () if name.len() > marked.len() => Limited,
            () if key == Some(3) => Supportive,
            () => Associated,
        }
    }

    /// The claim of a listing without a class about a disease of this name: of `Malaria, susceptibility to` no gene is the cause.
    pub(crate) fn of_listing(self, disease: &str) -> Self {
        let about_risk = || {
            let name = disease.to_ascii_lowercase();
            name.contains("susceptibility") || name.contains("predisposition")
        };
        if matches!(self, Supportive | Associated) && about_risk() { Susceptibility } else { self }
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
        assert_eq!(Claim::of_class("No Reported Evidence"), Some(NoKnownRelation));
        assert_eq!(Claim::of_class("Contradictory (disputed)"), Some(Disputed));
        assert_eq!(Claim::of_class("Contradictory (refuted)"), Some(Refuted));
        assert_eq!(Claim::of_class("Disputing"), Some(Disputed));
        assert_eq!(Claim::of_class("No Classification"), None);
        assert_eq!(Claim::of_class("both RD and IF"), Some(Definitive));
        assert_eq!(Claim::of_class("score 0.3"), None);
        assert_eq!(Claim::of_orphanet("Disease-causing somatic mutation(s) in"), Somatic);
        assert_eq!(Claim::of_orphanet("Modifying germline mutation in"), Modifier);
        assert_eq!(Claim::of_orphanet("Part of a fusion gene in"), Somatic);
        assert_eq!(Claim::of_orphanet("Disease-causing germline mutation(s) (gain of function) in"), Supportive);
        assert_eq!(Claim::of_orphanet("Candidate gene tested in"), Associated);
        assert_eq!(
            Claim::of_orphanet_assessed("Disease-causing germline mutation(s) in", "Not yet assessed"),
            Associated
        );
        assert_eq!(Claim::of_orphanet_assessed("Major susceptibility factor in", "Assessed"), Susceptibility);
        assert_eq!(Claim::of_hpo("MENDELIAN"), Supportive);
        assert_eq!(Claim::of_hpo("UNKNOWN"), Associated);
        for (name, key, claim) in [
            ("Marfan syndrome", Some(3), Supportive),
            ("Deafness, autosomal dominant 16", Some(2), Associated),
            ("{Malaria, resistance to}", Some(3), Susceptibility),
            ("?{Celiac disease, susceptibility to, 12}", Some(2), Susceptibility),
            ("[Blood group, ABO system]", Some(3), Nondisease),
            ("?Immunodeficiency 43", Some(3), Limited),
        ] {
            assert_eq!(Claim::of_omim(name, key), claim, "{name}");
        }
        assert_eq!(Supportive.of_listing("Otitis media, susceptibility to"), Susceptibility);
        assert_eq!(Definitive.of_listing("hereditary breast cancer susceptibility"), Definitive);
    }

    #[test]
    fn the_scale_agrees_with_the_order_where_claims_are_of_one_kind() {
        let causes = [Definitive, Strong, Moderate, Limited, Conflicting, Disputed, Refuted];
        assert!(causes.windows(2).all(|pair| pair[0].probability() > pair[1].probability()));
        for claim in Claim::ALL {
            assert_eq!(claim.is_against(), claim.probability() <= 0.2, "{claim:?}");
        }
        assert_eq!((Moderate.label(), Limited.label()), (None, Some("limited")));
    }
}
