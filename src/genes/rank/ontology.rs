//! The phenotypic abnormalities of the Human Phenotype Ontology, with all that is above each.

use std::collections::{HashMap, HashSet};

use crate::{
    error::{Error, Result},
    genes::base::Base,
};

/// HP:0000118, phenotypic abnormality: inheritance, onset, course and modifiers are not below it.
const ROOT: u32 = 118;

/// What an identifier of HPO means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A phenotypic abnormality, by its index.
    Abnormality(usize),
    /// An obsolete or alternative identifier of one.
    Moved(usize),
    /// A term that is no phenotypic abnormality.
    Other(String),
    /// An obsolete term without a successor.
    Obsolete(String),
    /// No term of this release.
    Unknown,
}

/// The phenotypic abnormalities, by index, in the order of their numbers.
pub(crate) struct Ontology {
    numbers: Vec<u32>,
    names: Vec<String>,
    index: HashMap<u32, usize>,
    /// Successors of obsolete terms; terms by their alternative numbers.
    moved: HashMap<u32, u32>,
    /// Terms that are no phenotypic abnormality, by their names; and whether they are obsolete.
    others: HashMap<u32, (String, bool)>,
    /// Where the ancestors of each term begin.
    starts: Vec<u32>,
    ancestors: Vec<u32>,
}

impl Ontology {
    /// Reads the terms of a knowledge base; refuses one without them.
    pub(super) fn read(base: &Base) -> Result<Self> {
        let mut names = HashMap::new();
        let mut obsolete = HashSet::new();
        let mut moved = HashMap::new();
        base.each("SELECT id, name, obsolete, replaced_by FROM term", |row| {
            let id: u32 = row.get(0)?;
            names.insert(id, row.get::<_, String>(1)?);
            if row.get(2)? {
                obsolete.insert(id);
                moved.extend(row.get::<_, Option<u32>>(3)?.map(|next| (id, next)));
            }
            Ok(())
        })?;
        base.each("SELECT id, term FROM term_alternative", |row| {
            moved.insert(row.get(0)?, row.get(1)?);
            Ok(())
        })?;
        let mut parents: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        base.each("SELECT term, parent FROM term_parent", |row| {
            let (term, parent) = (row.get(0)?, row.get(1)?);
            if !obsolete.contains(&term) {
                parents.entry(term).or_default().push(parent);
                children.entry(parent).or_default().push(term);
            }
            Ok(())
        })?;
        if !names.contains_key(&ROOT) || !children.contains_key(&ROOT) {
            return Err(Error::input(base.place().display(), "it holds no ontology of phenotypes (HP:0000118)")
                .with_hint("build it with hp.obo and phenotype.hpoa of HPO: genogloss genes build FILE..."));
        }
        let mut below = HashSet::from([ROOT]);
        let mut next = vec![ROOT];
        while let Some(term) = next.pop() {
            next.extend(children.get(&term).into_iter().flatten().copied().filter(|child| below.insert(*child)));
        }
        let mut numbers: Vec<u32> = below.into_iter().filter(|term| names.contains_key(term)).collect();
        numbers.sort_unstable();
        let index: HashMap<u32, usize> = numbers.iter().copied().zip(0..).collect();
        let (starts, ancestors) = closure(&numbers, &index, &parents).ok_or_else(|| {
            Error::input(base.place().display(), "the knowledge base is damaged: a phenotype is below itself")
        })?;
        let own = numbers.iter().map(|number| names.remove(number).unwrap_or_default()).collect();
        let others = names.into_iter().map(|(id, name)| (id, (name, obsolete.contains(&id)))).collect();
        Ok(Self { numbers, names: own, index, moved, others, starts, ancestors })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// A term and all above it, up to HP:0000118; ascending.
    pub(super) fn ancestors(&self, term: usize) -> &[u32] {
        &self.ancestors[self.starts[term] as usize..self.starts[term + 1] as usize]
    }

    /// Its identifier.
    pub(super) fn id(&self, term: usize) -> String {
        format!("HP:{:07}", self.numbers[term])
    }

    /// Its name.
    pub(super) fn name(&self, term: usize) -> &str {
        &self.names[term]
    }

    /// Whether it is HP:0000118 itself, which says nothing.
    pub(super) fn is_root(&self, term: usize) -> bool {
        self.numbers[term] == ROOT
    }

    /// The index of a phenotypic abnormality by its number, followed where it moved.
    pub(super) fn get(&self, number: u32) -> Option<usize> {
        match self.meaning(number) {
            Meaning::Abnormality(term) | Meaning::Moved(term) => Some(term),
            _ => None,
        }
    }

    /// What a number means.
    pub(super) fn meaning(&self, number: u32) -> Meaning {
        if let Some(&term) = self.index.get(&number) {
            return Meaning::Abnormality(term);
        }
        let mut last = number;
        // Successors of successors; never in a circle.
        for _ in 0..8 {
            match self.moved.get(&last) {
                Some(&next) => last = next,
                None => break,
            }
            if let Some(&term) = self.index.get(&last) {
                return Meaning::Moved(term);
            }
        }
        match self.others.get(&last).or_else(|| self.others.get(&number)) {
            Some((name, true)) => Meaning::Obsolete(name.clone()),
            Some((name, false)) => Meaning::Other(name.clone()),
            None => Meaning::Unknown,
        }
    }
}

/// All ancestors of each term, one term after the other, and where each begins; `None` if a term is below itself.
fn closure(
    numbers: &[u32],
    index: &HashMap<u32, usize>,
    parents: &HashMap<u32, Vec<u32>>,
) -> Option<(Vec<u32>, Vec<u32>)> {
    let above: Vec<Vec<usize>> = numbers
        .iter()
        .map(|number| {
            parents.get(number).into_iter().flatten().filter_map(|parent| index.get(parent).copied()).collect()
        })
        .collect();
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); numbers.len()];
    let mut open: Vec<usize> = above.iter().map(Vec::len).collect();
    for (term, parents) in above.iter().enumerate() {
        parents.iter().for_each(|&parent| below[parent].push(term));
    }
    let mut ready: Vec<usize> = (0..numbers.len()).filter(|&term| open[term] == 0).collect();
    let mut found: Vec<Vec<u32>> = vec![Vec::new(); numbers.len()];
    let mut done = 0;
    while let Some(term) = ready.pop() {
        done += 1;
        let mut own = vec![term as u32];
        above[term].iter().for_each(|&parent| own.extend(&found[parent]));
        own.sort_unstable();
        own.dedup();
        found[term] = own;
        for &child in &below[term] {
            open[child] -= 1;
            if open[child] == 0 {
                ready.push(child);
            }
        }
    }
    let mut starts = vec![0];
    let mut all = Vec::new();
    for own in found {
        all.extend(own);
        starts.push(all.len() as u32);
    }
    (done == numbers.len()).then_some((starts, all))
}
