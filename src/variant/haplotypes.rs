//! Which alleles lie together on a chromosome: phased genotypes of a record.

use std::collections::BTreeSet;

use super::spelling::Edit;

/// A copy of a chromosome that carries an allele.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carrier {
    /// Which sample, and which of its copies.
    pub copy: (u32, u8),
    /// Its phase set (PS). Alleles on the same copy lie together where the set is the same, or where one has none to be in:
    /// it is on all copies of the sample.
    pub set: Option<u64>,
}

/// Who carries which ALT of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carriers {
    /// By ALT, in order of sample and copy.
    pub by_allele: Vec<Vec<Carrier>>,
    /// A sample has different alleles here, and their phase is not known: it is left out.
    pub unphased: bool,
}

impl Carriers {
    /// Reads the columns after INFO: FORMAT and samples, parted by tabs. Where there is no GT, nobody carries anything.
    pub fn of(columns: &[u8], alternates: usize) -> Self {
        let mut carriers = Self { by_allele: vec![Vec::new(); alternates], unphased: false };
        let mut columns = columns.split(|&b| b == b'\t');
        let format = columns.next().unwrap_or_default();
        let place = |key: &[u8]| format.split(|&b| b == b':').position(|field| field == key);
        // GT is the first field if it is there (VCF 4.4, section 1.6.2).
        if place(b"GT") != Some(0) {
            return carriers;
        }
        let set_at = place(b"PS");
        for (sample, column) in columns.enumerate() {
            carriers.add(sample as u32, column, set_at);
        }
        carriers
    }

    fn add(&mut self, sample: u32, column: &[u8], set_at: Option<usize>) {
        let genotype = column.split(|&b| b == b':').next().unwrap_or_default();
        // VCF 4.4 allows a phase before the first allele.
        let genotype = genotype.strip_prefix(b"|").or(genotype.strip_prefix(b"/")).unwrap_or(genotype);
        let alleles: Vec<Option<usize>> = genotype
            .split(|&b| b == b'|' || b == b'/')
            .map(|allele| std::str::from_utf8(allele).ok().and_then(|text| text.parse().ok()))
            .collect();
        if alleles.iter().all(|allele| matches!(allele, None | Some(0))) {
            return;
        }
        let everywhere = alleles.iter().all(|allele| *allele == alleles[0]);
        if !everywhere && genotype.contains(&b'/') {
            self.unphased = true;
            return;
        }
        let set = set_at.and_then(|at| column.split(|&b| b == b':').nth(at));
        let set = set.and_then(|text| std::str::from_utf8(text).ok()).and_then(|text| text.parse().ok()).unwrap_or(0);
        for (copy, allele) in alleles.into_iter().enumerate() {
            let Some(allele) = allele.and_then(|allele| allele.checked_sub(1)) else { continue };
            if let Some(carriers) = self.by_allele.get_mut(allele) {
                carriers.push(Carrier { copy: (sample, copy as u8), set: (!everywhere).then_some(set) });
            }
        }
    }
}

/// An allele in the neighbourhood of another one.
pub struct Neighbour<'a> {
    /// What it does.
    pub edit: &'a Edit,
    /// Who carries it.
    pub carriers: &'a [Carrier],
}

/// Most different haplotypes of an allele that are scored.
pub const MOST: usize = 16;

/// All different sets of neighbours that lie on a copy with an allele: their places in `neighbours`, in order. Sets that are
/// empty are left out, and so are neighbours that touch the allele itself or one before them in the set.
pub fn together(edit: &Edit, carriers: &[Carrier], neighbours: &[Neighbour<'_>]) -> Vec<Vec<usize>> {
    let mut sets = BTreeSet::new();
    for carrier in carriers {
        let mut set = Vec::new();
        let mut end = 0;
        for (index, neighbour) in neighbours.iter().enumerate() {
            let from = neighbour.carriers.partition_point(|other| other.copy < carrier.copy);
            let same = neighbour.carriers.get(from).is_some_and(|other| {
                other.copy == carrier.copy && (other.set == carrier.set || other.set.is_none() || carrier.set.is_none())
            });
            let apart = neighbour.edit.end() <= edit.position || neighbour.edit.position >= edit.end();
            let apart = apart && !(neighbour.edit.position == edit.position && neighbour.edit.end() == edit.end());
            if same && apart && (set.is_empty() || neighbour.edit.position >= end) {
                end = neighbour.edit.end();
                set.push(index);
            }
        }
        if !set.is_empty() {
            sets.insert(set);
        }
    }
    sets.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carrier(sample: u32, copy: u8, set: Option<u64>) -> Carrier {
        Carrier { copy: (sample, copy), set }
    }

    #[test]
    fn phased_genotypes_say_who_carries_what() {
        let carriers = Carriers::of(b"GT:DP\t0|1:3\t2|1:4\t0/1:5\t1/1:6\t.|.:0\t1:9", 2);
        assert!(carriers.unphased);
        let first = [
            carrier(0, 1, Some(0)),
            carrier(1, 1, Some(0)),
            carrier(3, 0, None),
            carrier(3, 1, None),
            carrier(5, 0, None),
        ];
        assert_eq!(carriers.by_allele[0], first);
        assert_eq!(carriers.by_allele[1], [carrier(1, 0, Some(0))]);
        assert_eq!(
            Carriers::of(b"GT:PS\t0|1:77\t1|0:.", 1).by_allele[0],
            [carrier(0, 1, Some(77)), carrier(1, 0, Some(0))]
        );
        assert_eq!(Carriers::of(b"DP\t3", 1), Carriers { by_allele: vec![Vec::new()], unphased: false });
        assert_eq!(Carriers::of(b"", 1).by_allele, [Vec::new()]);
    }

    #[test]
    fn neighbours_of_one_copy_are_together() {
        let edit = |position, removed: u64| Edit { position, removed, inserted: b"A".to_vec() };
        let (own, left, right, over) = (edit(100, 1), edit(90, 1), edit(110, 1), edit(99, 3));
        let on = [carrier(0, 0, Some(0)), carrier(1, 1, Some(0)), carrier(2, 0, Some(0))];
        let neighbours = [
            Neighbour { edit: &left, carriers: &[carrier(0, 0, Some(0)), carrier(1, 0, Some(0))] },
            Neighbour { edit: &over, carriers: &on },
            Neighbour { edit: &right, carriers: &[carrier(0, 0, None), carrier(2, 0, Some(5))] },
        ];
        // Copy 0 of sample 0 has both; sample 1 has the left one on its other copy; sample 2 the right one in another phase set.
        assert_eq!(together(&own, &on, &neighbours), [vec![0, 2]]);
    }
}
