//! Joins diseases that lists alone know to those that a vocabulary describes.
//!
//! Tables of genes and diseases name many diseases loosely: `epidermolysis bullosa` for Orphanet's `Inherited epidermolysis bullosa`, `Von
//! Hippel Lindau`. Such a record would be found before the disease that it means, with a few genes of it. It is joined to a described
//! disease if two things agree: a name, but for words as `hereditary` and `syndrome` ([`Forms::loose`]), and the genes, of which at least
//! half are those of the described disease or its members. Of several, the one with the closest name is meant, or the one above the others.
//!
//! METHOD: the genes decide. On the tables of 2025, 116 of 452 such records have another disease's name and less than half of its genes:
//! `Methemoglobinemia`, `Angioedema`, `Melanoma` are not only the inherited disease.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    rc::Rc,
};

use rusqlite::Connection;

use super::joiner::{DiseaseNames, Joiner};
use crate::genes::{claim::Claim, word_forms::Forms};

/// Vocabularies that describe each disease.
const DESCRIBING: [&str; 2] = ["OMIM", "ORPHA"];

/// How close a name of a described disease is to that of a listed one, the closest first: whether it is but a part of a name, or a
/// synonym, and whether the words of the origin differ.
type Nearness = (bool, bool, bool);

/// The diseases below one, itself included, and the genes of all.
type Whole = (HashSet<usize>, HashSet<i64>);

/// The genes and the hierarchy of diseases, by their number.
struct Known {
    genes: HashMap<usize, HashSet<i64>>,
    below: HashMap<usize, Vec<usize>>,
    above: HashMap<usize, Vec<usize>>,
    /// The diseases below one, itself included, and the genes of all, where they were needed.
    whole: HashMap<usize, Rc<Whole>>,
}

impl Known {
    /// `parents`: records, and those above them.
    fn of(db: &Connection, joiner: &Joiner, parents: &[(usize, usize)]) -> rusqlite::Result<Self> {
        let mut genes: HashMap<usize, HashSet<i64>> = HashMap::new();
        let mut query = db.prepare("SELECT disease, gene FROM gene_disease WHERE claim < ?1")?;
        let mut rows = query.query([Claim::Conflicting.code()])?;
        while let Some(row) = rows.next()? {
            let disease = joiner.entity(row.get::<_, i64>(0)? as usize - 1);
            genes.entry(disease).or_default().insert(row.get(1)?);
        }
        let (mut below, mut above): (HashMap<usize, Vec<usize>>, HashMap<usize, Vec<usize>>) = Default::default();
        for &(low, high) in parents {
            let (low, high) = (joiner.entity(low), joiner.entity(high));
            below.entry(high).or_default().push(low);
            above.entry(low).or_default().push(high);
        }
        Ok(Self { genes, below, above, whole: HashMap::new() })
    }

    /// The diseases below one, itself included, and the genes of all.
    fn whole(&mut self, disease: usize) -> Rc<Whole> {
        if let Some(known) = self.whole.get(&disease) {
            return Rc::clone(known);
        }
        let (mut all, mut next, mut genes) = (HashSet::from([disease]), vec![disease], HashSet::new());
        while let Some(one) = next.pop() {
            genes.extend(self.genes.get(&one).into_iter().flatten());
            next.extend(self.below.get(&one).into_iter().flatten().filter(|low| all.insert(**low)));
        }
        Rc::clone(self.whole.entry(disease).or_insert(Rc::new((all, genes))))
    }

    /// Whether at least half of the genes of a disease are those of another or its members.
    fn agree(&mut self, listed: usize, described: usize) -> bool {
        let Some(own) = self.genes.get(&listed).cloned() else { return false };
        let whole = self.whole(described);
        2 * own.iter().filter(|gene| whole.1.contains(gene)).count() >= own.len()
    }

    /// Whether a third disease is between two of which one is above the other.
    fn is_apart(&mut self, a: usize, b: usize) -> bool {
        [(a, b), (b, a)].into_iter().any(|(high, low)| {
            let whole = self.whole(high);
            let above = self.above.get(&low).into_iter().flatten();
            whole.0.contains(&low) && above.into_iter().any(|one| *one != high && whole.0.contains(one))
        })
    }

    /// The one of several that all others are below.
    fn topmost(&mut self, all: &BTreeSet<usize>) -> Option<usize> {
        all.iter().copied().find(|one| all.is_subset(&self.whole(*one).0.iter().copied().collect()))
    }
}

/// The names of described diseases by their loose form.
type Described<'a> = HashMap<String, Vec<DescribedName<'a>>>;

/// A name of a described disease.
struct DescribedName<'a> {
    disease: usize,
    forms: &'a Forms,
    is_part: bool,
    is_own: bool,
}

/// Joins each listed disease to the described one that it is. Returns how many were joined.
pub(super) fn join(
    db: &Connection,
    joiner: &mut Joiner,
    names: &DiseaseNames,
    parents: &[(usize, usize)],
) -> rusqlite::Result<usize> {
    let mut known = Known::of(db, joiner, parents)?;
    let entities: Vec<usize> = (0..joiner.records.len()).map(|record| joiner.entity(record)).collect();
    let described: HashSet<usize> = joiner
        .records
        .iter()
        .enumerate()
        .filter(|(_, record)| {
            record.is_defined || record.space.as_deref().is_some_and(|space| DESCRIBING.contains(&space))
        })
        .map(|(at, _)| entities[at])
        .collect();
    let mut listed: HashMap<usize, Vec<(&Forms, String)>> = HashMap::new();
    for name in joiner.names.iter().filter(|name| !described.contains(&entities[name.record])) {
        listed.entry(entities[name.record]).or_default().push((&name.forms, name.forms.loose()));
    }
    let wanted: HashSet<&str> = listed.values().flatten().map(|(_, loose)| loose.as_str()).collect();
    let parts: Vec<(usize, Forms)> = names.parts().map(|(record, part)| (record, Forms::of(part))).collect();
    let mut by_loose: Described<'_> = HashMap::new();
    let whole = joiner.names.iter().map(|name| (name.record, &name.forms, false, name.own));
    for (record, forms, is_part, is_own) in
        whole.chain(parts.iter().map(|(record, forms)| (*record, forms, true, false)))
    {
        let loose = if described.contains(&entities[record]) { forms.loose() } else { continue };
        if wanted.contains(loose.as_str()) {
            let name = DescribedName { disease: entities[record], forms, is_part, is_own };
            by_loose.entry(loose).or_default().push(name);
        }
    }
    let mut order: Vec<usize> = listed.keys().copied().collect();
    order.sort_unstable();
    let mut pairs = Vec::new();
    for disease in order {
        if let Some(meant) = meant(joiner, &mut known, disease, &listed[&disease], &by_loose) {
            pairs.push((disease, meant));
        }
    }
    drop(by_loose);
    let count = pairs.len();
    for (disease, meant) in pairs {
        joiner.unite(disease, meant);
    }
    Ok(count)
}

/// The described disease that a listed one is.
fn meant(
    joiner: &Joiner,
    known: &mut Known,
    disease: usize,
    names: &[(&Forms, String)],
    by_loose: &Described<'_>,
) -> Option<usize> {
    let mut near: HashMap<usize, Nearness> = HashMap::new();
    for (own, loose) in names {
        let number = own.has_number();
        for other in by_loose.get(loose).into_iter().flatten() {
            if joiner.has_name_of_series(other.disease, &own.key) {
                continue;
            }
            let (ours, theirs) = (own.origins(), other.forms.origins());
            // What is familial is not all of what OMIM has under the plain name: familial ovarian cancer.
            if !ours.is_subset(&theirs) && !number && !joiner.has_space(other.disease, "ORPHA") {
                continue;
            }
            let nearness = (other.is_part, !other.is_own, ours != theirs);
            near.entry(other.disease).and_modify(|best| *best = nearness.min(*best)).or_insert(nearness);
        }
    }
    near.retain(|&other, _| {
        joiner.may_unite(disease, other) && known.agree(disease, other) && !known.is_apart(disease, other)
    });
    let nearest = *near.values().min()?;
    let nearest: BTreeSet<usize> = near.iter().filter(|one| *one.1 == nearest).map(|(other, _)| *other).collect();
    known.topmost(&nearest)
}
