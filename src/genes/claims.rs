//! What all sources together claim of a gene and a disease.
//!
//! METHOD: a source counts once, whoever repeats it. The claim is that of the best curated source that gives a class: ClinGen, then the
//! submitters of GenCC, then Gene2Phenotype; if none of them does, it is the strongest of the listings (Orphanet, OMIM, CGD …), and of text
//! mining only if nothing else is there. Sources of equal rank that contradict each other are said to. A class of a disease also
//! holds for those that differ from it by a number or a type only, unless the same rank judges them too: what ClinGen states of a gene
//! and long QT syndrome, it states of long QT syndrome 11. A class against also holds for the diseases below, and that of `Brugada
//! syndrome 1` for Brugada syndrome.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    claim::Claim,
    records::{Disease, Relation},
    relate::words::SeriesName,
};

/// How a claim was made, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Curation {
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
    claimant: String,
    curation: Curation,
    /// The source states it itself.
    own: bool,
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
    fn is_class(&self) -> bool {
        self.relation.claim.is_class() && self.curation <= Curation::Gene2Phenotype
    }
}

/// What a claim rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Basis {
    /// A class of the disease itself.
    Class,
    /// A class of its series, or of a disease above it.
    OtherClass,
    /// No class.
    Listing,
}

/// The diseases below each disease that a class is against, by their numbers.
pub(crate) type Below = BTreeMap<i64, BTreeSet<i64>>;

/// What is claimed of a gene and a disease.
#[derive(Clone, Debug)]
pub(crate) struct PairClaim {
    /// The claim of all sources together.
    pub claim: Claim,
    /// The statements, best curated and strongest first. Those of the series that the disease belongs to come last.
    pub statements: Vec<Stated>,
    /// How many sources claim it independently of each other.
    pub sources: usize,
    /// How many papers and pages they cite.
    pub references: usize,
    basis: Basis,
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
    /// Of the statements about a pair, of those about the series that its disease belongs to, and of those that reach it from elsewhere
    /// (`wider`), which count if none of the series is as well curated.
    fn of(mut own: Vec<Stated>, series: &[&Stated], wider: &[&Stated]) -> Self {
        let rank = |one: &Stated| (one.curation, one.relation.claim, !one.own);
        own.sort_by_key(rank);
        // A source that is here itself is not heard again from those that repeat it.
        let here: BTreeSet<String> = own.iter().filter(|one| one.own).map(|one| one.claimant.clone()).collect();
        let heard = |one: &&Stated| one.own || !here.contains(&one.claimant);
        let best = |all: &[&Stated]| all.iter().filter(|one| one.is_class()).map(|one| one.curation).min();
        let general = match (best(series), best(wider)) {
            (None, Some(_)) => wider,
            (Some(one), Some(other)) if other < one => wider,
            _ => series,
        };
        let mine: Vec<&Stated> = own.iter().filter(heard).collect();
        let (decisive, basis): (Vec<&Stated>, Basis) = match (best(&mine), best(general)) {
            (Some(one), other) if other.is_none_or(|other| one <= other) => (class_of(&mine, one), Basis::Class),
            (_, Some(other)) => (class_of(general, other), Basis::OtherClass),
            _ => (mine.clone(), Basis::Listing),
        };
        let claim = together(&decisive);
        let agrees = |one: &&&Stated| claim.is_against() == one.relation.claim.is_against();
        let counted: Vec<&Stated> = mine.iter().copied().chain(decisive.iter().copied()).collect();
        let sources = counted.iter().filter(agrees).map(|one| one.claimant.as_str()).collect::<BTreeSet<_>>().len();
        let references =
            counted.iter().filter(agrees).flat_map(|one| cited(&one.relation)).collect::<BTreeSet<_>>().len();
        let foreign: Vec<Stated> = decisive
            .iter()
            .filter(|one| general.iter().any(|other| std::ptr::eq(**one, *other)))
            .map(|one| (*one).clone())
            .collect();
        own.extend(foreign);
        Self { claim, statements: own, sources, references, basis }
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

/// The diseases that a class is against.
pub(crate) fn contested(statements: &[Stated]) -> BTreeSet<i64> {
    let against = |one: &&Stated| one.is_class() && one.relation.claim.is_against();
    statements.iter().filter(against).map(|one| one.relation.entity).collect()
}

/// The diseases of a gene, strongest claim first. `statements`: all about the gene. `below`: the diseases below the [`contested`] ones.
/// `asked`: records of diseases that come with them although no source states anything of the gene and them, if a class against
/// reaches them.
pub(crate) fn diseases_of(statements: Vec<Stated>, below: &Below, asked: &[Disease]) -> Vec<DiseaseClaim> {
    let classes: Vec<(SeriesName, Stated)> = statements
        .iter()
        .filter(|one| one.is_class())
        .map(|one| (SeriesName::of(&one.relation.disease), one.clone()))
        .collect();
    let mut of_entity: BTreeMap<i64, Vec<Stated>> = BTreeMap::new();
    if !below.is_empty() {
        of_entity.extend(asked.iter().map(|one| (one.entity, Vec::new())));
    }
    for one in statements {
        of_entity.entry(one.relation.entity).or_default().push(one);
    }
    let claimed = |(entity, own): (i64, Vec<Stated>)| {
        let asked = asked.iter().filter(|one| one.entity == entity);
        let (mut series, mut wider) = (Vec::new(), Vec::new());
        if classes.iter().any(|(_, one)| one.relation.entity != entity) {
            let stated = own.iter().map(|one| one.relation.disease.as_str());
            let names: BTreeSet<&str> = stated.chain(asked.clone().map(|one| one.name.as_str())).collect();
            let names: Vec<SeriesName> = names.into_iter().map(SeriesName::of).collect();
            for (name, one) in classes.iter().filter(|(_, one)| one.relation.entity != entity) {
                let reaches = || {
                    below.get(&one.relation.entity).is_some_and(|all| all.contains(&entity))
                        || names.iter().any(|group| name.is_first_of(group))
                };
                if names.iter().any(|special| name.covers(special)) {
                    series.push(one);
                } else if one.relation.claim.is_against() && reaches() {
                    wider.push(one);
                }
            }
        }
        let is_stated = !own.is_empty();
        let pair = PairClaim::of(own, &series, &wider);
        if !is_stated && !pair.claim.is_against() {
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
/// does so only if the two are of one series.
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
    let is_disputed = |one: &DiseaseClaim| one.pair.claim.is_against() && one.pair.basis == Basis::Class;
    if let Some((one, _)) = all.iter().find(|(one, is_member)| !is_member && is_disputed(one)) {
        return Some((one.clone(), false));
    }
    let is_judged = all.iter().any(|(one, is_member)| !is_member && one.pair.basis != Basis::Listing);
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
    all.iter().filter(counts).min_by_key(order).cloned()
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

    /// The claim on disease 1, whose members are 2 and 3.
    fn on_group(statements: &[Stated], below: &Below, asked: &[Disease]) -> Option<(Claim, bool)> {
        let all = diseases_of(statements.to_vec(), below, asked);
        claim_on(all, &BTreeSet::from([1]), &BTreeSet::from([2, 3])).map(|(one, is_member)| (one.pair.claim, is_member))
    }

    #[test]
    fn what_is_against_a_disease_holds_for_those_below_it_unless_they_are_judged() {
        let refuted = stated("ClinGen", 9, "Long QT syndrome", Claim::Disputed);
        let listed = stated("Orphanet", 1, "Romano-Ward syndrome", Claim::Supportive);
        let below = Below::from([(9, BTreeSet::from([1, 9]))]);
        assert_eq!(on_group(&[refuted.clone(), listed.clone()], &below, &[]), Some((Claim::Disputed, false)));
        let apart = Below::from([(9, BTreeSet::from([9]))]);
        assert_eq!(on_group(&[refuted.clone(), listed], &apart, &[]), Some((Claim::Supportive, false)));
        let judged = stated("ClinGen", 1, "Romano-Ward syndrome", Claim::Strong);
        assert_eq!(on_group(&[refuted.clone(), judged], &below, &[]), Some((Claim::Strong, false)));
        // Also where no source names the gene with it.
        let unstated = [asked(1, "Romano-Ward syndrome")];
        assert_eq!(on_group(std::slice::from_ref(&refuted), &below, &unstated), Some((Claim::Disputed, false)));
        assert_eq!(on_group(std::slice::from_ref(&refuted), &apart, &unstated), None);
        let for_it = stated("ClinGen", 9, "Long QT syndrome", Claim::Definitive);
        assert_eq!(on_group(&[for_it], &below, &unstated), None, "a cause of the group is none of each member");
    }

    #[test]
    fn the_first_of_a_series_stands_for_the_group_where_it_is_disputed() {
        let below = Below::from([(9, BTreeSet::from([9]))]);
        let listed = stated("Orphanet", 1, "Brugada syndrome", Claim::Supportive);
        for (name, claim) in [("Brugada syndrome 1", Claim::Disputed), ("Brugada syndrome 5", Claim::Supportive)] {
            let all = [stated("ClinGen", 9, name, Claim::Disputed), listed.clone()];
            assert_eq!(on_group(&all, &below, &[]), Some((claim, false)), "{name}");
        }
    }

    #[test]
    fn classes_decide_over_listings_also_in_groups() {
        let none = Below::new();
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
