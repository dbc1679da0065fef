//! Which alleles lie together on a chromosome: phased genotypes of a record, and the records near to it.

use std::collections::{BTreeSet, VecDeque};

use super::spelling::Edit;
use crate::{genome::interval::to_one_based, report::Skip};

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

/// An allele in the neighbourhood of another one, and who carries it.
struct Neighbour<'a> {
    edit: &'a Edit,
    carriers: &'a [Carrier],
}

/// Most different haplotypes of an allele that are scored.
pub const MOST: usize = 16;

/// All different sets of neighbours that lie on a copy with an allele: their places in `neighbours`, in order. Sets that are
/// empty are left out, and so are neighbours that touch the allele itself or one before them in the set.
fn together(edit: &Edit, carriers: &[Carrier], neighbours: &[Neighbour<'_>]) -> Vec<Vec<usize>> {
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

/// A record among its neighbours.
pub struct Near<R> {
    /// What is asked about; none once it was, and of records that are answered for elsewhere.
    pub record: Option<R>,
    /// Contig in the FASTA, and its length.
    pub contig: (usize, u64),
    /// POS, 0-based.
    pub position: u64,
    /// Every ALT: what it does, or why it is not scored.
    pub edits: Vec<Result<Edit, Skip>>,
    /// Who carries which.
    pub carriers: Carriers,
}

impl<R> Near<R> {
    /// First base that one of its alleles changes; its own where none is known.
    fn first(&self) -> u64 {
        self.edits.iter().flatten().map(|edit| edit.position).min().unwrap_or(self.position)
    }

    /// One past the last base.
    fn last(&self) -> u64 {
        self.edits.iter().flatten().map(Edit::end).max().unwrap_or(self.position)
    }
}

/// An allele with its neighbours on a chromosome copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Haplotype {
    /// Which ALT of the record.
    pub allele: usize,
    /// The neighbours as INFO names them: first base (1-based):bases taken out>bases put in, joined by `&`.
    pub neighbours: String,
    /// All edits, the allele's own among them, in order.
    pub edits: Vec<Edit>,
}

/// Records that wait for those right of them, or are kept for those, in input order.
///
/// Who is near is judged by POS. An indel that can be shifted to the left by more than the reach may come too late for what
/// lies there.
pub struct Neighbourhood<R> {
    /// How far apart neighbours may lie.
    reach: u64,
    near: VecDeque<Near<R>>,
    /// Alleles on more than [`MOST`] haplotypes.
    pub too_many: u64,
}

impl<R> Neighbourhood<R> {
    /// For neighbours within so many bases.
    pub fn new(reach: u64) -> Self {
        Self { reach, near: VecDeque::new(), too_many: 0 }
    }

    /// How many records it holds.
    pub fn len(&self) -> usize {
        self.near.len()
    }

    /// It holds none.
    pub fn is_empty(&self) -> bool {
        self.near.is_empty()
    }

    /// A record comes in.
    pub fn push(&mut self, near: Near<R>) {
        self.near.push_back(near);
    }

    /// How many of the first records have all their neighbours, once a record at `position` of a contig is to come.
    pub fn complete(&self, contig: usize, position: u64) -> usize {
        let from = position.saturating_sub(self.reach);
        self.near.iter().take_while(|near| near.contig.0 != contig || near.last() < from).count()
    }

    /// Takes the record at a place out, to be asked about; it stays a neighbour.
    pub fn take(&mut self, index: usize) -> Option<R> {
        self.near.get_mut(index)?.record.take()
    }

    /// The record at a place.
    pub fn at(&self, index: usize) -> &Near<R> {
        &self.near[index]
    }

    /// Its alleles together with their neighbours.
    pub fn together(&mut self, index: usize) -> Vec<Haplotype> {
        let own = &self.near[index];
        let mut haplotypes = Vec::new();
        for (allele, edit) in own.edits.iter().enumerate() {
            let Ok(edit) = edit else { continue };
            let mut neighbours = Vec::new();
            let others = self.near.iter().enumerate().filter(|(at, other)| *at != index && other.contig == own.contig);
            for (_, other) in others {
                for (other_edit, carriers) in other.edits.iter().zip(&other.carriers.by_allele) {
                    if let Ok(other_edit) = other_edit
                        && other_edit.end() + self.reach >= edit.position
                        && other_edit.position <= edit.end() + self.reach
                        && !carriers.is_empty()
                    {
                        neighbours.push(Neighbour { edit: other_edit, carriers });
                    }
                }
            }
            neighbours.sort_by_key(|neighbour| (neighbour.edit.position, neighbour.edit.removed));
            let mut sets = together(edit, &own.carriers.by_allele[allele], &neighbours);
            if sets.len() > MOST {
                self.too_many += 1;
                sets.truncate(MOST);
            }
            for set in sets {
                let others: Vec<&Edit> = set.iter().map(|&at| neighbours[at].edit).collect();
                let names: Vec<String> = others.iter().map(|edit| name(edit)).collect();
                let mut edits: Vec<Edit> = others.into_iter().chain([edit]).cloned().collect();
                edits.sort_by_key(|edit| (edit.position, edit.removed));
                haplotypes.push(Haplotype { allele, neighbours: names.join("&"), edits });
            }
        }
        haplotypes
    }

    /// Lets go of the first records, as long as nobody needs them: no record that waits, and none that is still to come.
    pub fn forget(&mut self) {
        while let Some(first) = self.near.front().filter(|first| first.record.is_none()) {
            let newest = self.near.len() - 1;
            let needed = self.near.iter().enumerate().skip(1).any(|(at, other)| {
                (other.record.is_some() || at == newest)
                    && other.contig == first.contig
                    && other.first() <= first.last() + self.reach
            });
            if needed || newest == 0 {
                break;
            }
            self.near.pop_front();
        }
    }
}

fn name(edit: &Edit) -> String {
    let inserted = if edit.inserted.is_empty() { "-".into() } else { String::from_utf8_lossy(&edit.inserted) };
    format!("{}:{}>{inserted}", to_one_based(edit.position), edit.removed)
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

    /// An SNV that is carried by the first copy of one sample.
    fn near(position: u64) -> Near<u64> {
        let edit = Edit { position, removed: 1, inserted: b"A".to_vec() };
        let carriers = Carriers { by_allele: vec![vec![carrier(0, 0, Some(0))]], unphased: false };
        Near { record: Some(position), contig: (0, 1000), position, edits: vec![Ok(edit)], carriers }
    }

    #[test]
    fn records_wait_for_what_lies_right_of_them_and_are_kept_for_it() {
        let mut all = Neighbourhood::new(10);
        let mut released = Vec::new();
        for position in [100, 105, 111, 130, 500] {
            for index in 0..all.complete(0, position) {
                if let Some(record) = all.take(index) {
                    let names: Vec<String> = all.together(index).into_iter().map(|one| one.neighbours).collect();
                    released.push((record, names.join(" ")));
                }
            }
            all.forget();
            all.push(near(position));
        }
        let expected = [(100, "106:1>A&112:1>A"), (105, "101:1>A&112:1>A"), (111, "101:1>A&106:1>A"), (130, "")];
        assert_eq!(released, expected.map(|(record, names)| (record, names.to_string())));
        assert_eq!(all.len(), 2, "130 is kept until the next one says that it is not needed");
        // Another contig: nothing there is near.
        assert_eq!(all.complete(1, 0), 2);
    }
}
