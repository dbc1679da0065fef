//! What all sources together claim of a gene and a disease.
//!
//! METHOD: a source counts once, whoever repeats it. The claim is that of the best curated source that gives a class: ClinGen, then the
//! submitters of GenCC, then Gene2Phenotype; if none of them does, it is the strongest of the listings (Orphanet, OMIM, CGD …), and of text
//! mining only if nothing else is there. Sources of equal rank that contradict each other are said to. A class of a disease also
//! holds for those that differ from it by a number or a type only, unless the same rank judges them too: what ClinGen states of a gene
//! and long QT syndrome, it states of long QT syndrome 11.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{claim::Claim, records::Relation, relate::words::SeriesName};

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
    /// Of the statements about a pair, and of those about the series that its disease belongs to (`general`).
    fn of(mut own: Vec<Stated>, general: &[&Stated]) -> Self {
        let rank = |one: &Stated| (one.curation, one.relation.claim, !one.own);
        own.sort_by_key(rank);
        // A source that is here itself is not heard again from those that repeat it.
        let here: BTreeSet<String> = own.iter().filter(|one| one.own).map(|one| one.claimant.clone()).collect();
        let heard = |one: &&Stated| one.own || !here.contains(&one.claimant);
        let best = |all: &[&Stated]| all.iter().filter(|one| one.is_class()).map(|one| one.curation).min();
        let mine: Vec<&Stated> = own.iter().filter(heard).collect();
        let decisive: Vec<&Stated> = match (best(&mine), best(general)) {
            (Some(one), other) if other.is_none_or(|other| one <= other) => class_of(&mine, one),
            (_, Some(other)) => class_of(general, other),
            _ => mine.clone(),
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
        Self { claim, statements: own, sources, references }
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

/// The diseases of a gene, strongest claim first. `statements`: all about the gene.
pub(crate) fn diseases_of(statements: Vec<Stated>) -> Vec<DiseaseClaim> {
    let classes: Vec<(i64, SeriesName, Stated)> = statements
        .iter()
        .filter(|one| one.is_class())
        .map(|one| (one.relation.entity, SeriesName::of(&one.relation.disease), one.clone()))
        .collect();
    let mut of_entity: BTreeMap<i64, Vec<Stated>> = BTreeMap::new();
    for one in statements {
        of_entity.entry(one.relation.entity).or_default().push(one);
    }
    let mut all: Vec<DiseaseClaim> = of_entity
        .into_iter()
        .map(|(entity, own)| {
            let general: Vec<&Stated> = if classes.iter().all(|(of, ..)| *of == entity) {
                Vec::new()
            } else {
                let names: Vec<SeriesName> = own
                    .iter()
                    .map(|one| one.relation.disease.as_str())
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .map(SeriesName::of)
                    .collect();
                let above = |series: &SeriesName| names.iter().any(|name| series.covers(name));
                classes.iter().filter(|(of, series, _)| *of != entity && above(series)).map(|(.., one)| one).collect()
            };
            let pair = PairClaim::of(own, &general);
            let (accession, disease) = {
                let mut named = pair.own_statements(entity).map(|one| &one.relation);
                let first = named.clone().find(|one| one.accession.is_some()).or_else(|| named.next());
                first.map_or((None, String::new()), |one| (one.accession.clone(), one.disease.clone()))
            };
            DiseaseClaim { entity, accession, disease, pair }
        })
        .collect();
    all.sort_by(|a, b| a.pair.order().cmp(&b.pair.order()).then_with(|| a.disease.cmp(&b.disease)));
    all
}

/// The claim that a gene makes on a list for diseases and their members; `None` if it makes none.
///
/// METHOD: the strongest claim over all members; of equal ones that of the disease itself. What speaks against the disease itself is not
/// outweighed by a member: curators who dispute it for the disease knew its special cases.
pub(crate) fn claim_on(
    diseases: Vec<DiseaseClaim>,
    own: &BTreeSet<i64>,
    members: &BTreeSet<i64>,
) -> Option<(DiseaseClaim, bool)> {
    let mut best: Option<(DiseaseClaim, bool)> = None;
    for one in diseases {
        let is_member = match () {
            () if own.contains(&one.entity) => false,
            () if members.contains(&one.entity) => true,
            () => continue,
        };
        let disputed = !is_member && one.pair.claim.is_against();
        if disputed && one.pair.statements.iter().any(Stated::is_class) {
            return Some((one, false));
        }
        let order = |one: &DiseaseClaim, is_member: bool| {
            let (claim, sources, references) = one.pair.order();
            (claim, is_member, sources, references)
        };
        if best.as_ref().is_none_or(|(known, member)| order(&one, is_member) < order(known, *member)) {
            best = Some((one, is_member));
        }
    }
    best
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
