//! Which alleles lie together on a chromosome: phased genotypes of a record, and the records near to it.

use std::{
    collections::{BTreeSet, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::variants::spelling::Edit;
use crate::{
    genome::{Interval, interval::to_one_based},
    skip::Skip,
};

/// A copy of a chromosome that carries an allele.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Carrier {
    /// Which sample, and which of its copies.
    pub copy: (u32, u8),
    /// Its phase set (PS, or PSL of VCF 4.4). Alleles on the same copy lie together where the set is the same, or where one has
    /// none to be in: it is on all copies of the sample.
    pub set: Option<u64>,
}

/// Who carries which ALT of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carriers {
    /// By ALT, in order of sample and copy.
    pub by_allele: Vec<Vec<Carrier>>,
    /// A sample has different alleles here, and their phase is not known: it is left out.
    pub unphased: bool,
}

impl Carriers {
    /// Reads the columns after INFO: FORMAT and samples, parted by tabs. Where there is no GT, nobody carries anything.
    pub(crate) fn of(columns: &[u8], alternates: usize) -> Self {
        let mut carriers = Self { by_allele: vec![Vec::new(); alternates], unphased: false };
        let mut columns = columns.split(|&b| b == b'\t');
        let format = columns.next().unwrap_or_default();
        let place = |key: &[u8]| format.split(|&b| b == b':').position(|field| field == key);
        // GT is the first field if it is there (VCF 4.4, section 1.6.2).
        if place(b"GT") != Some(0) {
            return carriers;
        }
        let sets = (place(b"PS"), place(b"PSL"));
        for (sample, column) in columns.enumerate() {
            carriers.add(sample as u32, column, sets);
        }
        carriers
    }

    fn add(&mut self, sample: u32, column: &[u8], (set_at, list_at): (Option<usize>, Option<usize>)) {
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
        let field = |at: Option<usize>| at.and_then(|at| column.split(|&b| b == b':').nth(at));
        let set = field(set_at).map_or(0, phase_set);
        // A set an allele, if there is one at all (VCF 4.4, section 1.6.2).
        let list: Option<Vec<&[u8]>> = field(list_at)
            .map(|text| text.split(|&b| b == b',').collect())
            .filter(|list: &Vec<&[u8]>| list.iter().any(|set| !matches!(*set, b"." | b"")));
        for (copy, allele) in alleles.into_iter().enumerate() {
            let Some(allele) = allele.and_then(|allele| allele.checked_sub(1)) else { continue };
            let set = match &list {
                None => Some(set),
                Some(list) => list.get(copy).and_then(|set| listed_set(set)),
            };
            // An allele that is in no set of the list is not phased.
            if set.is_none() && !everywhere {
                self.unphased = true;
                continue;
            }
            if let Some(carriers) = self.by_allele.get_mut(allele) {
                carriers.push(Carrier { copy: (sample, copy as u8), set: set.filter(|_| !everywhere) });
            }
        }
    }
}

/// The number of a phase set: 0 where none is said.
fn phase_set(text: &[u8]) -> u64 {
    if text.is_empty() || text == b"." {
        return 0;
    }
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).filter(|&number| number > 0);
    // Some callers name their sets.
    number.unwrap_or_else(|| named_set(text))
}

fn named_set(name: &[u8]) -> u64 {
    let mut hash = DefaultHasher::new();
    name.hash(&mut hash);
    hash.finish() | 1 << 63
}

/// The number of a set of PSL, which has a name even where that is made of digits. `None` for an allele that is in none.
fn listed_set(name: &[u8]) -> Option<u64> {
    (!matches!(name, b"." | b"")).then(|| named_set(name))
}

/// An allele in the neighbourhood of another one, and who carries it.
struct Neighbour<'a> {
    edit: &'a Edit,
    carriers: &'a [Carrier],
}

/// Most different haplotypes of an allele that are scored.
pub(crate) const MOST: usize = 16;

/// All different sets of neighbours that lie on a copy with an allele: their places in `neighbours`, in order. Sets that are
/// empty are left out, and so are neighbours that change the same bases as the allele itself, or as one before them in the set.
fn together(edit: &Edit, carriers: &[Carrier], neighbours: &[Neighbour<'_>]) -> Vec<Vec<usize>> {
    let mut sets = BTreeSet::new();
    for carrier in carriers {
        let mut set = Vec::new();
        // What the last one that was taken changes.
        let mut last = None;
        for (index, neighbour) in neighbours.iter().enumerate() {
            let from = neighbour.carriers.partition_point(|other| other.copy < carrier.copy);
            let same = neighbour.carriers.get(from).is_some_and(|other| {
                other.copy == carrier.copy && (other.set == carrier.set || other.set.is_none() || carrier.set.is_none())
            });
            let place = (neighbour.edit.position, neighbour.edit.end());
            let apart = place.1 <= edit.position || place.0 >= edit.end();
            // Of two insertions at one place, which are apart by their bases, the second is left out.
            let apart = apart && place != (edit.position, edit.end());
            if same && apart && last.is_none_or(|last: (u64, u64)| place.0 >= last.1 && place != last) {
                last = Some(place);
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
pub(crate) struct NearbyRecord<R> {
    /// The record; `None` once it was fed, and for records that another shard or an earlier run writes.
    pub record: Option<R>,
    /// Contig in the FASTA, and its length.
    pub contig: (usize, u64),
    /// What it is written over: POS and REF, 0-based.
    pub written: Interval,
    /// Every ALT: what it does, or why it is not scored.
    pub edits: Vec<Result<Edit, Skip>>,
    /// Who carries which.
    pub carriers: Carriers,
}

/// An allele with its neighbours on a chromosome copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Haplotype {
    /// Which ALT of the record.
    pub allele: usize,
    /// All edits, in order.
    pub edits: Vec<Edit>,
    /// Which of them is the allele's own.
    pub own: usize,
}

/// Records that wait for those right of them, or are kept for those, in input order.
///
/// Whether two records are neighbours depends on those two alone, so that it is the same in every shard and after a stop: they
/// are written within the reach of each other, and so lie the bases that they change. An indel that is written farther than
/// that from its leftmost place may miss a neighbour there.
pub(crate) struct Neighbourhood<R> {
    /// How far apart neighbours may lie.
    reach: u64,
    /// Longest allele that counts.
    longest: u64,
    records: VecDeque<NearbyRecord<R>>,
    /// Alleles on more than [`MOST`] haplotypes.
    pub too_many: u64,
    /// Haplotypes that change more than [`Neighbourhood::limit`].
    pub too_long: u64,
}

impl<R> Neighbourhood<R> {
    /// For neighbours within `reach` bases, of alleles of up to `longest` bases.
    pub(crate) fn new(reach: u64, longest: u64) -> Self {
        Self { reach, longest, records: VecDeque::new(), too_many: 0, too_long: 0 }
    }

    /// How many bases of a contig a haplotype may change, and put in: an allele and one on either side, of the longest.
    pub(crate) fn limit(&self) -> u64 {
        3 * self.longest + 2 * self.reach
    }

    /// How many bases away from a record its neighbours may begin or end.
    pub(crate) fn margin(&self) -> u64 {
        self.reach + self.longest + 1
    }

    /// How many records it holds.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// A record comes in. One that no allele of counts is near to nothing.
    pub(crate) fn push(&mut self, mut record: NearbyRecord<R>) {
        if record.written.len() > self.longest {
            record.written.end = record.written.start + 1;
        }
        self.records.push_back(record);
    }

    /// How many of the first records have all their neighbours, once a record at `position` of a contig is to come.
    pub(crate) fn complete(&self, contig: usize, position: u64) -> usize {
        let done = |near: &&NearbyRecord<R>| near.contig.0 != contig || near.written.end + self.reach < position;
        self.records.iter().take_while(done).count()
    }

    /// Takes the record at a place out, to be asked about; it stays a neighbour.
    pub(crate) fn take(&mut self, index: usize) -> Option<R> {
        self.records.get_mut(index)?.record.take()
    }

    /// The record at a place.
    pub(crate) fn at(&self, index: usize) -> &NearbyRecord<R> {
        &self.records[index]
    }

    /// What an ALT does, where it counts.
    fn counts<'a>(&self, edit: &'a Result<Edit, Skip>) -> Option<&'a Edit> {
        edit.as_ref().ok().filter(|edit| edit.removed.max(edit.inserted.len() as u64) <= self.longest)
    }

    fn within_reach(&self, (start, end): (u64, u64), (other_start, other_end): (u64, u64)) -> bool {
        other_start <= end + self.reach && start <= other_end + self.reach
    }

    /// Its alleles together with their neighbours.
    pub(crate) fn together(&mut self, index: usize) -> Vec<Haplotype> {
        let own = &self.records[index];
        let mut haplotypes = Vec::new();
        let (mut too_many, mut too_long) = (0, 0);
        let ends = |interval: Interval| (interval.start, interval.end);
        let others = self.records.iter().enumerate().filter(|(at, other)| {
            *at != index && other.contig == own.contig && self.within_reach(ends(other.written), ends(own.written))
        });
        let others: Vec<&NearbyRecord<R>> = others.map(|(_, other)| other).collect();
        for (allele, edit) in own.edits.iter().enumerate() {
            let Some(edit) = self.counts(edit) else { continue };
            let mut neighbours = Vec::new();
            for other in &others {
                for (other_edit, carriers) in other.edits.iter().zip(&other.carriers.by_allele) {
                    if let Some(other_edit) = self.counts(other_edit)
                        && self.within_reach((other_edit.position, other_edit.end()), (edit.position, edit.end()))
                        && !carriers.is_empty()
                    {
                        neighbours.push(Neighbour { edit: other_edit, carriers });
                    }
                }
            }
            neighbours.sort_by_key(|neighbour| (neighbour.edit.position, neighbour.edit.removed));
            let mut sets = together(edit, &own.carriers.by_allele[allele], &neighbours);
            if sets.len() > MOST {
                too_many += 1;
                sets.truncate(MOST);
            }
            for set in sets {
                let mut edits: Vec<&Edit> = set.iter().map(|&at| neighbours[at].edit).collect();
                let place = |edit: &Edit| (edit.position, edit.removed);
                let own = edits.partition_point(|other| place(other) < place(edit));
                edits.insert(own, edit);
                let edits: Vec<Edit> = edits.into_iter().cloned().collect();
                let changed = match (edits.first(), edits.last()) {
                    (Some(first), Some(last)) => last.end() - first.position,
                    _ => 0,
                };
                let inserted: usize = edits.iter().map(|edit| edit.inserted.len()).sum();
                if changed.max(inserted as u64) > self.limit() {
                    too_long += 1;
                    continue;
                }
                haplotypes.push(Haplotype { allele, edits, own });
            }
        }
        self.too_many += too_many;
        self.too_long += too_long;
        haplotypes
    }

    /// Lets go of the first records, as long as nobody needs them: no record that waits, and none that is still to come.
    pub(crate) fn forget(&mut self) {
        while let (Some(first), Some(newest)) = (self.records.front(), self.records.back()) {
            let near_to = |position| first.written.end + self.reach >= position;
            let needed =
                self.records.iter().skip(1).any(|other| {
                    other.record.is_some() && other.contig == first.contig && near_to(other.written.start)
                });
            let wanted = newest.contig == first.contig && near_to(newest.written.start);
            if first.record.is_some() || needed || wanted {
                break;
            }
            self.records.pop_front();
        }
    }
}

/// An edit as INFO names a neighbour: first base (1-based):bases taken out>bases put in.
pub(crate) fn name(edit: &Edit) -> String {
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
    fn a_list_of_phase_sets_takes_the_place_of_the_one() {
        let carriers = |columns: &[u8]| Carriers::of(columns, 2);
        let set = |name: &[u8]| listed_set(name);
        assert_eq!(carriers(b"GT:PS:PSL\t0|1:7:a,b").by_allele[0], [carrier(0, 1, set(b"b"))]);
        let both = carriers(b"GT:PSL\t2|1:a,b");
        assert_eq!(both.by_allele, [vec![carrier(0, 1, set(b"b"))], vec![carrier(0, 0, set(b"a"))]]);
        assert_ne!(set(b"a"), set(b"b"));
        // An allele in no set is not phased; a list of nothing says nothing.
        let half = carriers(b"GT:PSL\t2|1:.,b");
        assert!(half.unphased && half.by_allele == [vec![carrier(0, 1, set(b"b"))], vec![]]);
        assert!(carriers(b"GT:PSL\t0|1:a").unphased);
        assert_eq!(carriers(b"GT:PS:PSL\t0|1:7:.").by_allele[0], [carrier(0, 1, Some(7))]);
        assert_eq!(carriers(b"GT:PSL\t0|1").by_allele[0], [carrier(0, 1, Some(0))]);
        // On all copies it needs no set. A set that is called 7 is not number 7.
        assert_eq!(carriers(b"GT:PSL\t1|1:.,b").by_allele[0], [carrier(0, 0, None), carrier(0, 1, None)]);
        assert_ne!(set(b"7"), Some(phase_set(b"7")));
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
    fn near(position: u64) -> NearbyRecord<u64> {
        let edit = Edit { position, removed: 1, inserted: b"A".to_vec() };
        let carriers = Carriers { by_allele: vec![vec![carrier(0, 0, Some(0))]], unphased: false };
        let written = Interval::new(position, position + 1);
        NearbyRecord { record: Some(position), contig: (0, 1000), written, edits: vec![Ok(edit)], carriers }
    }

    #[test]
    fn records_wait_for_what_lies_right_of_them_and_are_kept_for_it() {
        let mut all = Neighbourhood::new(10, 100);
        let mut released = Vec::new();
        for position in [100, 105, 111, 130, 500] {
            for index in 0..all.complete(0, position) {
                if let Some(record) = all.take(index) {
                    let mut names = Vec::new();
                    for mut one in all.together(index) {
                        one.edits.remove(one.own);
                        names.extend(one.edits.iter().map(name));
                    }
                    released.push((record, names.join("&")));
                }
            }
            all.forget();
            all.push(near(position));
        }
        let expected = [(100, "106:1>A&112:1>A"), (105, "101:1>A&112:1>A"), (111, "101:1>A&106:1>A"), (130, "")];
        assert_eq!(released, expected.map(|(record, names)| (record, names.to_string())));
        // Another contig: nothing there is near.
        assert_eq!((all.len(), all.complete(0, 505), all.complete(1, 0)), (2, 1, 2));
    }

    #[test]
    fn two_insertions_at_one_place_are_not_both_put_in() {
        let insertion = |bases: &str| Edit { position: 50, removed: 0, inserted: bases.into() };
        let (own, one, two) =
            (Edit { position: 60, removed: 1, inserted: b"A".to_vec() }, insertion("C"), insertion("CC"));
        let on = [carrier(0, 0, Some(0))];
        let neighbours = [&one, &two].map(|edit| Neighbour { edit, carriers: &on });
        assert_eq!(together(&own, &on, &neighbours), [vec![0]]);
        assert_eq!(together(&one, &on, &neighbours[1..]), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn phase_sets_may_have_names() {
        assert_eq!((phase_set(b"."), phase_set(b""), phase_set(b"77")), (0, 0, 77));
        assert_ne!(phase_set(b"a"), phase_set(b"b"));
        assert_ne!(phase_set(b"0"), 0);
    }
}
