//! One order of contigs for many headers. A header may lack contigs of others, and may not have two of them the other way round.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use crate::{
    error::Error,
    genome::{Contigs, interval::commas},
};

/// The header of a file: its contigs, and what messages call it.
pub(super) struct Header<'a> {
    /// Contigs; the length is 0 where the header has none.
    pub contigs: &'a Contigs,
    /// The name of the file.
    pub place: &'a str,
}

/// The contigs of all headers in one order, and the headers that do not fit to most others: by number, with the problem.
pub(super) fn agree(headers: &[Header<'_>]) -> (Contigs, Vec<(usize, Error)>) {
    let mut bad: Vec<(usize, Error)> = Vec::new();
    let lengths = Lengths::of(headers);
    let mut order = Order::default();
    for group in groups(headers) {
        let mut files = group.into_iter().peekable();
        let Some(&first) = files.peek() else { continue };
        match order.add(headers[first].contigs, headers[first].place) {
            Ok(()) => bad.extend(files.filter_map(|file| Some((file, lengths.problem(&headers[file])?)))),
            Err(conflict) => bad.extend(files.map(|file| (file, conflict.error(headers[file].place)))),
        }
    }
    let mut contigs = Contigs::default();
    for &contig in &order.sorted {
        let name = &order.names[contig];
        contigs.push(name.as_str(), lengths.most.get(name.as_str()).map_or(0, |(len, _)| *len));
    }
    bad.sort_by_key(|(file, _)| *file);
    (contigs, bad)
}

/// Numbers of headers with the same names in the same order: the largest group first, and of equal ones the first.
fn groups(headers: &[Header<'_>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<Vec<&str>, usize> = HashMap::new();
    for (file, header) in headers.iter().enumerate() {
        let names: Vec<&str> = header.contigs.iter().map(|contig| contig.name.as_str()).collect();
        let group = *known.entry(names).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(file);
    }
    groups.sort_by_key(|group| Reverse(group.len()));
    groups
}

/// The length of each contig that most headers have, and a header that has it.
struct Lengths<'a> {
    most: HashMap<&'a str, (u64, &'a str)>,
}

impl<'a> Lengths<'a> {
    fn of(headers: &[Header<'a>]) -> Self {
        let mut votes: HashMap<&str, Vec<(u64, usize, &str)>> = HashMap::new();
        for Header { contigs, place } in headers {
            for contig in contigs.iter().filter(|contig| contig.len > 0) {
                let votes = votes.entry(&contig.name).or_default();
                match votes.iter_mut().find(|(len, ..)| *len == contig.len) {
                    Some((_, count, _)) => *count += 1,
                    None => votes.push((contig.len, 1, place)),
                }
            }
        }
        let most = votes.into_iter().filter_map(|(name, votes)| {
            // Of equal ones the first.
            let (len, _, place) = votes.into_iter().rev().max_by_key(|(_, count, _)| *count)?;
            Some((name, (len, place)))
        });
        Self { most: most.collect() }
    }

    /// What is wrong with a header that has another length.
    fn problem(&self, header: &Header<'_>) -> Option<Error> {
        header.contigs.iter().filter(|contig| contig.len > 0).find_map(|contig| {
            let (len, place) = self.most.get(contig.name.as_str()).filter(|(len, _)| *len != contig.len)?;
            let (name, own, len) = (&contig.name, commas(contig.len), commas(*len));
            let problem = format!("contig \"{name}\" has {own} bases in its header, and {len} in that of {place}");
            Some(Error::input(header.place, problem).with_hint("is it of another assembly?"))
        })
    }
}

/// Two contigs that a header has the other way round.
struct Conflict {
    before: String,
    after: String,
    place: String,
}

impl Conflict {
    fn error(&self, place: &str) -> Error {
        let Self { before, after, place: other } = self;
        Error::input(
            place,
            format!("its header has contig \"{before}\" before \"{after}\", and that of {other} after it"),
        )
        .with_hint("all files must have one order of contigs: bcftools reheader -f genome.fa.fai FILE | bcftools sort")
    }
}

/// The order so far: contigs by number, as they were first seen.
#[derive(Default)]
struct Order {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
    /// For each contig, those that a header has right after it.
    after: Vec<Vec<usize>>,
    sorted: Vec<usize>,
    /// The last header that has the contig.
    places: Vec<String>,
}

impl Order {
    /// Adds a header.
    fn add(&mut self, contigs: &Contigs, place: &str) -> Result<(), Conflict> {
        let before = self.names.len();
        let mut list = Vec::with_capacity(contigs.count());
        for contig in contigs.iter() {
            let number = *self.numbers.entry(contig.name.clone()).or_insert(self.names.len());
            if number == self.names.len() {
                self.names.push(contig.name.clone());
                self.after.push(Vec::new());
                self.places.push(place.into());
            }
            list.push(number);
        }
        for pair in list.windows(2) {
            self.after[pair[0]].push(pair[1]);
        }
        if let Some(sorted) = self.sort() {
            self.sorted = sorted;
            return Ok(());
        }
        // The header goes round in a circle with those before it: two of its contigs are the other way round there.
        let mut rank = vec![None; self.names.len()];
        self.sorted.iter().enumerate().for_each(|(at, &contig)| rank[contig] = Some(at));
        let known: Vec<usize> = list.iter().copied().filter(|&contig| rank[contig].is_some()).collect();
        let turned = known.windows(2).find(|pair| rank[pair[0]] > rank[pair[1]]);
        let [first, second] = turned.and_then(|pair| pair.try_into().ok()).unwrap_or([list[0], list[0]]);
        let conflict = Conflict {
            before: self.names[first].clone(),
            after: self.names[second].clone(),
            place: self.places[first].clone(),
        };
        for pair in list.windows(2) {
            self.after[pair[0]].pop();
        }
        for name in self.names.drain(before..) {
            self.numbers.remove(&name);
        }
        self.after.truncate(before);
        self.places.truncate(before);
        Err(conflict)
    }

    /// All contigs, each after those that it follows anywhere, and as near to the first header as can be; `None` if that cannot be.
    fn sort(&self) -> Option<Vec<usize>> {
        let mut open = vec![0usize; self.names.len()];
        self.after.iter().flatten().for_each(|&contig| open[contig] += 1);
        let mut ready: BinaryHeap<Reverse<usize>> =
            open.iter().enumerate().filter(|(_, count)| **count == 0).map(|(contig, _)| Reverse(contig)).collect();
        let mut sorted = Vec::with_capacity(self.names.len());
        while let Some(Reverse(contig)) = ready.pop() {
            sorted.push(contig);
            for &next in &self.after[contig] {
                open[next] -= 1;
                if open[next] == 0 {
                    ready.push(Reverse(next));
                }
            }
        }
        (sorted.len() == self.names.len()).then_some(sorted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(headers: &[&[(&str, u64)]]) -> (String, Vec<String>) {
        let contigs: Vec<Contigs> = headers
            .iter()
            .map(|header| {
                let mut contigs = Contigs::default();
                header.iter().for_each(|(name, len)| {
                    contigs.push(*name, *len);
                });
                contigs
            })
            .collect();
        let places: Vec<String> = (0..headers.len()).map(|at| format!("f{at}")).collect();
        let headers: Vec<Header<'_>> =
            contigs.iter().zip(&places).map(|(contigs, place)| Header { contigs, place }).collect();
        let (order, bad) = agree(&headers);
        let names: Vec<String> = order.iter().map(|contig| format!("{}:{}", contig.name, contig.len)).collect();
        (names.join(" "), bad.into_iter().map(|(_, error)| error.to_string()).collect())
    }

    #[test]
    fn headers_with_other_contigs_have_one_order() {
        assert_eq!(
            agreed(&[&[("1", 9), ("2", 8), ("3", 0)], &[("1", 9), ("x", 5), ("3", 7)], &[("2", 8), ("x", 5)]]),
            ("1:9 2:8 x:5 3:7".into(), vec![])
        );
        assert_eq!(agreed(&[&[], &[("b", 1)], &[("a", 1)]]), ("b:1 a:1".into(), vec![]));
    }

    #[test]
    fn what_most_headers_have_is_right() {
        let (order, bad) = agreed(&[
            &[("2", 1), ("1", 1)],
            &[("1", 1), ("2", 1)],
            &[("1", 1), ("2", 1), ("3", 1)],
            &[("1", 1), ("2", 1)],
        ]);
        assert_eq!(order, "1:1 2:1 3:1");
        assert_eq!(bad, ["f0: its header has contig \"2\" before \"1\", and that of f1 after it"]);
        let (order, bad) = agreed(&[&[("1", 10)], &[("1", 12)], &[("1", 12)]]);
        assert_eq!(order, "1:12");
        assert_eq!(bad, ["f0: contig \"1\" has 10 bases in its header, and 12 in that of f1"]);
    }
}
