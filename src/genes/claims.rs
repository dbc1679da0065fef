//! What all sources together claim of a gene and a disease.
//!
//! METHOD: a source counts once, whoever repeats it. The claim is that of the best curated source that gives a class: ClinGen, then the
//! submitters of GenCC, then Gene2Phenotype; if none of them does, it is the strongest of the listings (Orphanet, OMIM, CGD …), and of text
//! mining only if nothing else is there. Sources of equal rank that contradict each other are said to. A class of a disease also
//! holds for those that differ from it by a number or a type only, unless the same rank judges them too: what ClinGen states of a gene
//! and long QT syndrome, it states of long QT syndrome 11. A class against reaches further (`reach`), and decides there over listings without
//! a class. What a curator upholds for the disease itself (definitive to moderate of ClinGen and GenCC, confirmed of Gene2Phenotype) is the
//! claim all the same; the statements against come with it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    claim::Claim,
    reach::{Kin, Reach, Reaching},
    records::{Disease, Relation},
    relate::words::SeriesName,
    stated::{Curation, Stated},
};

/// What a claim rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Basis {
    /// A class of the disease itself.
    Class,
    /// A class of its series, or of another disease, that reaches it.
    OtherClass,
    /// A class against one of its series, where no source lists another.
    Part,
    /// No class.
    Listing,
}

/// What is claimed of a gene and a disease.
#[derive(Clone, Debug)]
pub(crate) struct PairClaim {
    /// The claim of all sources together.
    pub claim: Claim,
    /// The statements, best curated and strongest first. Those about other diseases that decide or are against come last.
    pub statements: Vec<Stated>,
    /// How many sources claim it independently of each other.
    pub sources: usize,
    /// How many papers and pages they cite.
    pub references: usize,
    basis: Basis,
    /// How the statements that decide were made, the best.
    curation: Curation,
}

/// A disease of a gene, and the claim.
#[derive(Clone, Debug)]
pub(crate) struct DiseaseClaim {
    /// Number of the disease: the smallest of its records.
    pub entity: i64,
    /// Its identifier, where a source gives one.
    pub accession: Option<String>,
    /// Its name.
    pub disease: String,
    /// The claim.
    pub pair: PairClaim,
}

/// A gene of a disease, and the claim.
#[derive(Clone, Debug)]
pub(crate) struct GeneClaim {
    /// Symbol of the gene.
    pub symbol: String,
    /// The disease that is meant: the one asked for, or a member of it.
    pub about: DiseaseClaim,
    /// It is a member.
    pub is_member: bool,
}

impl PairClaim {
    /// Of the statements about a pair, and of those that reach it: those from elsewhere (`wider`) count if none of the series is as well
    /// curated, and those of parts if there is nothing else.
    fn of(mut own: Vec<Stated>, reaching: &Reaching<'_>) -> Self {
        let rank = |one: &Stated| (one.curation, one.relation.claim, !one.own);
        own.sort_by_key(rank);
        // A source that is here itself is not heard again from those that repeat it.
        let here: BTreeSet<String> = own.iter().filter(|one| one.own).map(|one| one.claimant.clone()).collect();
        let heard = |one: &&Stated| one.own || !here.contains(&one.claimant);
        let best = |all: &[&Stated]| all.iter().filter(|one| one.is_class()).map(|one| one.curation).min();
        let Reaching { series, wider, parts } = reaching;
        let (general, other_basis) = match (best(series), best(wider)) {
            (None, Some(_)) => (wider, Basis::OtherClass),
            (Some(one), Some(other)) if other < one => (wider, Basis::OtherClass),
            (None, None) => (parts, Basis::Part),
            _ => (series, Basis::OtherClass),
        };
        let mine: Vec<&Stated> = own.iter().filter(heard).collect();
        let judged = best(&mine).map(|one| class_of(&mine, one)).unwrap_or_default();
        let reaching = best(general).map(|one| class_of(general, one)).unwrap_or_default();
        let is_upheld = || together(&reaching).is_against() && judged.iter().any(|one| one.upholds());
        let (decisive, basis): (Vec<&Stated>, Basis) = match (best(&mine), best(general)) {
            (Some(one), other) if other.is_none_or(|other| one <= other) || is_upheld() => (judged, Basis::Class),
            (_, Some(_)) => (reaching.clone(), other_basis),
            _ => (mine.clone(), Basis::Listing),
        };
        let claim = together(&decisive);
        let curation = decisive.iter().map(|one| one.curation).min().unwrap_or(Curation::Mining);
        let agrees = |one: &&&Stated| claim.is_against() == one.relation.claim.is_against();
        let counted: Vec<&Stated> = mine.iter().copied().chain(decisive.iter().copied()).collect();
        let sources = counted.iter().filter(agrees).map(|one| one.claimant.as_str()).collect::<BTreeSet<_>>().len();
        let references =
            counted.iter().filter(agrees).flat_map(|one| cited(&one.relation)).collect::<BTreeSet<_>>().len();
        let is_told = |one: &&&Stated| basis == other_basis || one.is_against();
        let foreign: Vec<Stated> = reaching.iter().filter(is_told).map(|one| (*one).clone()).collect();
        own.extend(foreign);
        Self { claim, statements: own, sources, references, basis, curation }
    }

    /// Probability that the two are related. The score of a source that mines texts adds to it.
    ///
    /// METHOD: as [`Claim::probability`], by convention.
    pub(crate) fn probability(&self) -> f64 {
        let score = |one: &Stated| one.relation.relation.as_ref()?.strip_prefix("score ")?.parse::<f64>().ok();
        match self.claim {
            Claim::TextMined => {
                let best = self.statements.iter().filter_map(score).fold(0.0, f64::max);
                self.claim.probability() + 0.4 * best.clamp(0.0, 1.0)
            }
            claim => claim.probability(),
        }
    }

    /// The statements about this disease, without those about its series.
    pub(crate) fn own_statements(&self, entity: i64) -> impl Iterator<Item = &Stated> + Clone {
        self.statements.iter().filter(move |one| one.relation.entity == entity)
    }

    /// Who is against it and how, where better curated statements than those that decide are: ClinGen's on Usher syndrome type 1, where
    /// Gene2Phenotype confirms type 1J.
    pub(crate) fn contradicted(&self) -> Option<(Claim, &str)> {
        if self.claim >= Claim::Conflicting {
            return None;
        }
        let against = self.statements.iter().filter(|one| one.is_against() && one.curation < self.curation);
        let first = against.min_by_key(|one| (one.curation, Reverse(one.relation.claim)))?;
        Some((first.relation.claim, &first.claimant))
    }

    /// Adds what better curated statements have against other diseases of the same group.
    fn add_against(&mut self, others: &[(DiseaseClaim, bool)]) {
        if self.claim >= Claim::Conflicting {
            return;
        }
        for one in others.iter().flat_map(|(other, _)| &other.pair.statements) {
            let is_here = |known: &Stated| {
                let (known, one) = (&known.relation, &one.relation);
                (known.id, known.source, known.claim) == (one.id, one.source, one.claim)
            };
            if one.is_against() && one.curation < self.curation && !self.statements.iter().any(is_here) {
                self.statements.push(one.clone());
            }
        }
    }

    /// The order of a list: the stronger claim first, then the one with more sources, then the one with more references.
    fn order(&self) -> (Claim, Reverse<usize>, Reverse<usize>) {
        (self.claim, Reverse(self.sources), Reverse(self.references))
    }
}

fn class_of<'a>(all: &[&'a Stated], rank: Curation) -> Vec<&'a Stated> {
    all.iter().copied().filter(|one| one.is_class() && one.curation == rank).collect()
}

/// The claim of sources of equal rank: the strongest, unless some state the contrary.
fn together(all: &[&Stated]) -> Claim {
    let of = |against: bool| all.iter().filter(move |one| one.relation.claim.is_against() == against);
    let strongest = of(false).map(|one| one.relation.claim).min();
    let contrary = of(true).map(|one| one.relation.claim).max();
    match (strongest, contrary) {
        (Some(claim), Some(contrary)) if claim > Claim::Susceptibility => contrary,
        (Some(claim), Some(_)) => {
            // A source that judges two modes of inheritance apart does not contradict itself.
            let apart = |yes: &Stated, no: &Stated| {
                let modes = yes.relation.inheritance.as_ref().zip(no.relation.inheritance.as_ref());
                yes.claimant == no.claimant
                    && yes.relation.claim == claim
                    && modes.is_some_and(|(one, other)| one != other)
            };
            let contradicted = of(true).any(|no| !of(false).any(|yes| apart(yes, no)));
            if contradicted { Claim::Conflicting } else { claim }
        }
        (Some(claim), None) | (None, Some(claim)) => claim,
        (None, None) => Claim::Associated,
    }
}

/// The papers and pages that a statement cites.
fn cited(relation: &Relation) -> impl Iterator<Item = String> {
    let all = relation.reference.as_deref().unwrap_or_default();
    let one = |text: &str| text.trim().trim_start_matches("PMID:").to_string();
    all.split([';', ',', '|'])
        .map(one)
        .filter(|text| text.bytes().any(|b| b.is_ascii_digit()))
        .collect::<Vec<_>>()
        .into_iter()
}

/// The diseases of a gene, strongest claim first. `statements`: all about the gene. `asked`: records of diseases that come with them
/// although no source states anything of the gene and them, if a class against reaches them.
pub(crate) fn diseases_of(statements: Vec<Stated>, kin: &Kin, asked: &[Disease]) -> Vec<DiseaseClaim> {
    let reach = Reach::of(&statements, kin, asked);
    let mut of_entity: BTreeMap<i64, Vec<Stated>> = BTreeMap::new();
    if reach.has_against() {
        of_entity.extend(asked.iter().map(|one| (one.entity, Vec::new())));
    }
    for one in &statements {
        of_entity.entry(one.relation.entity).or_default().push(one.clone());
    }
    let claimed = |(entity, own): (i64, Vec<Stated>)| {
        let asked = asked.iter().filter(|one| one.entity == entity);
        let reaching = reach.on(entity, &own, asked.clone());
        let is_stated = !own.is_empty();
        let pair = PairClaim::of(own, &reaching);
        if !is_stated && (!pair.claim.is_against() || pair.basis == Basis::Part) {
            return None;
        }
        let stated = pair.own_statements(entity).map(|one| (&one.relation.accession, &one.relation.disease));
        let named: Vec<_> = stated.chain(asked.map(|one| (&one.accession, &one.name))).collect();
        let first = named.iter().find(|(accession, _)| accession.is_some()).or(named.first());
        let (accession, disease) = first.map_or_else(Default::default, |&(id, name)| (id.clone(), name.clone()));
        Some(DiseaseClaim { entity, accession, disease, pair })
    };
    let mut all: Vec<DiseaseClaim> = of_entity.into_iter().filter_map(claimed).collect();
    all.sort_by(|a, b| a.pair.order().cmp(&b.pair.order()).then_with(|| a.disease.cmp(&b.disease)));
    all
}

/// The claim that a gene makes on a list for diseases and their members; `None` if it makes none.
///
/// METHOD: the strongest claim over all members; of equal ones that of the disease itself. What speaks against the disease itself is not
/// outweighed by a member: curators who dispute it for the disease knew its special cases. Classes decide over listings here, too: a
/// class of the disease over listings of its members, and a class of a member over listings of the disease. A class against a member
/// does so only if the two are of one series; otherwise it comes with the claim.
pub(crate) fn claim_on(
    diseases: Vec<DiseaseClaim>,
    own: &BTreeSet<i64>,
    members: &BTreeSet<i64>,
) -> Option<(DiseaseClaim, bool)> {
    let of = |one: DiseaseClaim| match () {
        () if own.contains(&one.entity) => Some((one, false)),
        () if members.contains(&one.entity) => Some((one, true)),
        () => None,
    };
    let all: Vec<(DiseaseClaim, bool)> = diseases.into_iter().filter_map(of).collect();
    // What reaches it from elsewhere gives way to a member that equally good curators uphold.
    let is_upheld = |by: Curation| {
        let members = all.iter().filter(|(one, is_member)| *is_member && one.pair.basis == Basis::Class);
        members.into_iter().any(|(one, _)| one.pair.curation <= by && one.pair.claim <= Claim::Moderate)
    };
    let is_disputed = |one: &DiseaseClaim| {
        one.pair.claim.is_against()
            && match one.pair.basis {
                Basis::Class => true,
                Basis::OtherClass => !is_upheld(one.pair.curation.max(Curation::GenCc)),
                Basis::Part | Basis::Listing => false,
            }
    };
    if let Some((one, _)) = all.iter().find(|(one, is_member)| !is_member && is_disputed(one)) {
        return Some((one.clone(), false));
    }
    let is_class = |one: &DiseaseClaim| matches!(one.pair.basis, Basis::Class | Basis::OtherClass);
    let is_judged = all.iter().any(|(one, is_member)| !is_member && is_class(one));
    let outranked = |one: &DiseaseClaim| {
        let mut judged = all.iter().filter(|(other, is_member)| *is_member && other.pair.basis == Basis::Class);
        judged.any(|(member, _)| {
            !member.pair.claim.is_against() || SeriesName::of(&one.disease).covers(&SeriesName::of(&member.disease))
        })
    };
    let counts = |(one, is_member): &&(DiseaseClaim, bool)| {
        one.pair.basis != Basis::Listing || if *is_member { !is_judged } else { !outranked(one) }
    };
    let order = |(one, is_member): &&(DiseaseClaim, bool)| {
        let (claim, sources, references) = one.pair.order();
        (claim, *is_member, sources, references)
    };
    let (mut strongest, is_member) = all.iter().filter(counts).min_by_key(order).cloned()?;
    strongest.pair.add_against(&all);
    Some((strongest, is_member))
}

/// Sorts a list of genes: strongest claim first, those of the disease itself before those of its members.
pub(crate) fn sort_genes(all: &mut [GeneClaim]) {
    all.sort_by(|a, b| {
        let order = |one: &GeneClaim| {
            let (claim, sources, references) = one.about.pair.order();
            (claim, one.is_member, sources, references)
        };
        order(a).cmp(&order(b)).then_with(|| a.symbol.cmp(&b.symbol))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source's claim on a disease.
    fn stated(source: &str, entity: i64, disease: &str, claim: Claim) -> Stated {
        let relation = Relation {
            id: entity,
            entity,
            accession: None,
            disease: disease.into(),
            relation: None,
            claim,
            inheritance: None,
            reference: None,
            origin: None,
            source: 1,
        };
        Stated::of(relation, source)
    }

    fn asked(entity: i64, name: &str) -> Disease {
        Disease { id: entity, accession: None, name: name.into(), definition: None, entity, source: 1 }
    }

    /// Disease 9, and these below it.
    fn below(entities: &[i64]) -> Kin {
        let below = BTreeMap::from([(9, entities.iter().copied().collect())]);
        Kin { below, ..Kin::default() }
    }

    /// The claim on disease 1, whose members are 2 and 3.
    fn on_group(statements: &[Stated], kin: &Kin, asked: &[Disease]) -> Option<(Claim, bool)> {
        let all = diseases_of(statements.to_vec(), kin, asked);
        claim_on(all, &BTreeSet::from([1]), &BTreeSet::from([2, 3])).map(|(one, is_member)| (one.pair.claim, is_member))
    }

    #[test]
    fn what_is_against_a_disease_holds_for_those_below_it_unless_they_are_judged() {
        let refuted = stated("ClinGen", 9, "Long QT syndrome", Claim::Disputed);
        let listed = stated("Orphanet", 1, "Romano-Ward syndrome", Claim::Supportive);
        let high = below(&[1, 9]);
        assert_eq!(on_group(&[refuted.clone(), listed.clone()], &high, &[]), Some((Claim::Disputed, false)));
        let apart = below(&[9]);
        assert_eq!(on_group(&[refuted.clone(), listed], &apart, &[]), Some((Claim::Supportive, false)));
        let judged = stated("ClinGen", 1, "Romano-Ward syndrome", Claim::Strong);
        assert_eq!(on_group(&[refuted.clone(), judged], &high, &[]), Some((Claim::Strong, false)));
        // Also where no source names the gene with it.
        let unstated = [asked(1, "Romano-Ward syndrome")];
        assert_eq!(on_group(std::slice::from_ref(&refuted), &high, &unstated), Some((Claim::Disputed, false)));
        assert_eq!(on_group(std::slice::from_ref(&refuted), &apart, &unstated), None);
        let for_it = stated("ClinGen", 9, "Long QT syndrome", Claim::Definitive);
        assert_eq!(on_group(&[for_it], &high, &unstated), None, "a cause of the group is none of each member");
    }

    #[test]
    fn the_first_of_a_series_stands_for_the_group_where_it_is_disputed() {
        let high = below(&[9]);
        let listed = stated("Orphanet", 1, "Brugada syndrome", Claim::Supportive);
        for name in ["Brugada syndrome 1", "Brugada syndrome 5"] {
            let all = [stated("ClinGen", 9, name, Claim::Disputed), listed.clone()];
            assert_eq!(
                on_group(&all, &high, &[]),
                Some((Claim::Disputed, false)),
                "{name}: no other of the series is listed"
            );
        }
        let another = stated("OMIM", 2, "Brugada syndrome 3", Claim::Supportive);
        let fifth = stated("ClinGen", 9, "Brugada syndrome 5", Claim::Disputed);
        assert_eq!(on_group(&[fifth, listed.clone(), another.clone()], &high, &[]), Some((Claim::Supportive, false)));
        // It is the series that is disputed, and so all of it.
        let first = stated("ClinGen", 9, "Brugada syndrome 1", Claim::Disputed);
        assert_eq!(on_group(&[first.clone(), listed, another.clone()], &high, &[]), Some((Claim::Disputed, false)));
        assert_eq!(on_group(&[first.clone(), another.clone()], &high, &[]), Some((Claim::Disputed, true)));
        let itself = stated("OMIM", 9, "Brugada syndrome 1", Claim::Supportive);
        assert_eq!(
            on_group(&[first, itself, another], &high, &[]),
            Some((Claim::Supportive, true)),
            "the first itself"
        );
    }

    #[test]
    fn what_is_upheld_is_a_yes_and_the_dispute_comes_with_it() {
        let high = below(&[1, 9]);
        let against = stated("ClinGen", 9, "Brugada syndrome", Claim::Disputed);
        for (source, claim, expected) in [
            ("GenCC", Claim::Strong, Claim::Strong),
            ("Gene2Phenotype", Claim::Definitive, Claim::Definitive),
            ("Gene2Phenotype", Claim::Strong, Claim::Disputed),
            ("GenCC", Claim::Limited, Claim::Disputed),
        ] {
            let mut own = stated(source, 1, "Another name", claim);
            own.relation.relation = Some(if claim == Claim::Definitive { "confirmed" } else { "probable" }.into());
            let all = vec![against.clone(), own];
            let all = diseases_of(all, &high, &[]);
            let pair = &all.iter().find(|one| one.entity == 1).expect("the disease").pair;
            assert_eq!(pair.claim, expected, "{source}: {claim:?}");
            assert!(pair.statements.iter().any(|one| one.relation.claim == Claim::Disputed), "{source}: {claim:?}");
        }
    }

    #[test]
    fn what_is_against_a_disease_stops_where_curators_uphold_a_special_one() {
        let high = Kin {
            below: BTreeMap::from([(9, BTreeSet::from([1, 2, 9])), (2, BTreeSet::from([1, 2]))]),
            ..Kin::default()
        };
        let against = stated("ClinGen", 9, "Nonsyndromic things", Claim::Refuted);
        let listed = stated("Orphanet", 1, "Some syndrome", Claim::Supportive);
        let upheld = stated("ClinGen", 2, "Another syndrome", Claim::Definitive);
        assert_eq!(on_group(&[against.clone(), listed.clone()], &high, &[]), Some((Claim::Refuted, false)));
        assert_eq!(on_group(&[against, listed, upheld], &high, &[]), Some((Claim::Definitive, true)));
    }

    #[test]
    fn a_class_against_a_member_comes_with_the_claim_on_the_group() {
        let on = |statements: &[Stated]| {
            let all = diseases_of(statements.to_vec(), &Kin::default(), &[]);
            let (one, _) = claim_on(all, &BTreeSet::from([1]), &BTreeSet::from([2, 3])).expect("a claim");
            (one.pair.claim, one.pair.contradicted().map(|(claim, who)| (claim, who.to_string())))
        };
        let refuted = stated("ClinGen", 2, "Usher syndrome type 1", Claim::Refuted);
        let mut confirmed = stated("Gene2Phenotype", 3, "Another ciliopathy", Claim::Definitive);
        confirmed.relation.relation = Some("confirmed".into());
        let by_clingen = Some((Claim::Refuted, "ClinGen".to_string()));
        assert_eq!(on(&[refuted.clone(), confirmed]), (Claim::Definitive, by_clingen.clone()));
        let listed = stated("Orphanet", 1, "Usher syndrome and more", Claim::Supportive);
        assert_eq!(on(&[refuted.clone(), listed]), (Claim::Supportive, by_clingen));
        let same = stated("ClinGen", 3, "Another ciliopathy", Claim::Definitive);
        assert_eq!(on(&[refuted, same]), (Claim::Definitive, None), "who judges both knew both");
    }

    #[test]
    fn classes_decide_over_listings_also_in_groups() {
        let none = Kin::default();
        let limited = |entity, name| stated("ClinGen", entity, name, Claim::Limited);
        let listed = |entity, name| stated("OMIM", entity, name, Claim::Supportive);
        let own = [limited(1, "holoprosencephaly"), listed(2, "Holoprosencephaly 10")];
        assert_eq!(on_group(&own, &none, &[]), Some((Claim::Limited, false)));
        let member = [listed(1, "Bardet-Biedl syndrome"), limited(2, "Bardet-Biedl syndrome 11")];
        assert_eq!(on_group(&member, &none, &[]), Some((Claim::Limited, true)));
        let another = [limited(2, "Bardet-Biedl syndrome 11"), listed(3, "Laurence-Moon syndrome")];
        assert_eq!(on_group(&another, &none, &[]), Some((Claim::Supportive, true)), "not over another member");
        let strong = stated("ClinGen", 2, "Holoprosencephaly 10", Claim::Strong);
        assert_eq!(on_group(&[limited(1, "holoprosencephaly"), strong], &none, &[]), Some((Claim::Strong, true)));
        let apart = [listed(1, "Epilepsy"), stated("ClinGen", 2, "Some seizures", Claim::Disputed)];
        assert_eq!(on_group(&apart, &none, &[]), Some((Claim::Supportive, false)));
    }
}
