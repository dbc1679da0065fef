//! One order of contigs for many headers. A header may lack contigs of others, and may not have two of them the other way round.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
};

use crate::{
    error::Error,
    genome::{Contigs, interval::commas},
    vcf::header::REORDER,
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

/// Two contigs of a header that come the other way round by the headers before it.
struct Conflict {
    before: String,
    after: String,
    /// Why `after` comes before `before`: each step is a header, and two contigs in its order; the second of one step is the first of the
    /// next.
    steps: Vec<Step>,
}

/// Two contigs in the order that a header has them.
struct Step {
    place: String,
    before: String,
    after: String,
}

impl Conflict {
    fn error(&self, place: &str) -> Error {
        let Self { before, after, steps } = self;
        let why = match &steps[..] {
            [Step { place, .. }] => format!("and that of {place} after it"),
            steps => {
                let shown = |Step { place, before, after }: &Step| {
                    format!("that of {place} has \"{before}\" before \"{after}\"")
                };
                format!("but {}", steps.iter().map(shown).collect::<Vec<_>>().join(", and "))
            }
        };
        Error::input(place, format!("its header has contig \"{before}\" before \"{after}\", {why}"))
            .with_hint(format!("all files must have one order of contigs: {REORDER}"))
    }
}

/// The order so far: contigs by number, as they were first seen.
#[derive(Default)]
struct Order {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
    /// Headers that fit: what messages call them, and their contigs.
    headers: Vec<(String, Vec<usize>)>,
    /// For each contig, the headers that have it, and its place in each.
    places: Vec<Vec<(usize, usize)>>,
    sorted: Vec<usize>,
}

impl Order {
    /// Adds a header.
    fn add(&mut self, contigs: &Contigs, place: &str) -> Result<(), Conflict> {
        let (before, header) = (self.names.len(), self.headers.len());
        let mut list = Vec::with_capacity(contigs.count());
        for (at, contig) in contigs.iter().enumerate() {
            let number = *self.numbers.entry(contig.name.clone()).or_insert(self.names.len());
            if number == self.names.len() {
                self.names.push(contig.name.clone());
                self.places.push(Vec::new());
            }
            self.places[number].push((header, at));
            list.push(number);
        }
        self.headers.push((place.into(), list));
        if let Some(sorted) = self.sort() {
            self.sorted = sorted;
            return Ok(());
        }
        let (_, list) = self.headers.pop().unwrap_or_default();
        for &contig in &list {
            self.places[contig].pop();
        }
        let conflict = self.conflict(&list);
        for name in self.names.drain(before..) {
            self.numbers.remove(&name);
        }
        self.places.truncate(before);
        Err(conflict)
    }

    /// What is wrong with a header that does not fit: by the headers before it, a contig comes before one that `list` has before it. Of
    /// all such pairs, one that the fewest headers show.
    fn conflict(&self, list: &[usize]) -> Conflict {
        let mut at_in_list = vec![usize::MAX; self.names.len()];
        list.iter().enumerate().for_each(|(at, &contig)| at_in_list[contig] = at);
        let mut best: Vec<Step> = Vec::new();
        for (at, &start) in list.iter().enumerate() {
            let steps = self.steps(start, |contig| at_in_list[contig] < at);
            if !steps.is_empty() && (best.is_empty() || steps.len() < best.len()) {
                best = steps;
            }
            if best.len() == 1 {
                break;
            }
        }
        let name = |step: Option<&Step>, of: fn(&Step) -> &String| step.map(of).cloned().unwrap_or_default();
        Conflict {
            before: name(best.last(), |step| &step.after),
            after: name(best.first(), |step| &step.before),
            steps: best,
        }
    }

    /// By which headers a contig that is wanted comes after `start`: as few as can be, and none if there is no such contig.
    fn steps(&self, start: usize, is_wanted: impl Fn(usize) -> bool) -> Vec<Step> {
        // For each contig that was found: the contig before it, and the header that says so.
        let mut found: HashMap<usize, (usize, usize)> = HashMap::new();
        // Of each header, the place from which on all contigs were found.
        let mut rest: HashMap<usize, usize> = HashMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(contig) = queue.pop_front() {
            for &(header, at) in &self.places[contig] {
                let list = &self.headers[header].1;
                let known = rest.entry(header).or_insert(list.len());
                for &next in list.get(at + 1..*known).unwrap_or_default() {
                    if next == start || found.contains_key(&next) {
                        continue;
                    }
                    found.insert(next, (contig, header));
                    if is_wanted(next) {
                        return self.way(next, &found);
                    }
                    queue.push_back(next);
                }
                *known = (*known).min(at + 1);
            }
        }
        Vec::new()
    }

    /// The steps that led to a contig.
    fn way(&self, mut contig: usize, found: &HashMap<usize, (usize, usize)>) -> Vec<Step> {
        let mut steps = Vec::new();
        while let Some(&(from, header)) = found.get(&contig) {
            let (place, name) = (&self.headers[header].0, |contig: usize| self.names[contig].clone());
            steps.push(Step { place: place.clone(), before: name(from), after: name(contig) });
            contig = from;
        }
        steps.reverse();
        steps
    }

    /// All contigs, each after those that it follows anywhere, and as near to the first header as can be; `None` if that cannot be.
    fn sort(&self) -> Option<Vec<usize>> {
        let mut open = vec![0usize; self.names.len()];
        let pairs = self.headers.iter().flat_map(|(_, list)| list.windows(2));
        pairs.for_each(|pair| open[pair[1]] += 1);
        let mut ready: BinaryHeap<Reverse<usize>> =
            open.iter().enumerate().filter(|(_, count)| **count == 0).map(|(contig, _)| Reverse(contig)).collect();
        let mut sorted = Vec::with_capacity(self.names.len());
        while let Some(Reverse(contig)) = ready.pop() {
            sorted.push(contig);
            for &(header, at) in &self.places[contig] {
                let Some(&next) = self.headers[header].1.get(at + 1) else { continue };
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

    #[test]
    fn a_conflict_names_a_header_that_has_both_contigs() {
        // f1 has nothing to say about a and b, and comes last before f3; a and x have no order but that of numbers.
        let (order, bad) = agreed(&[
            &[("a", 0), ("b", 0)],
            &[("x", 0), ("y", 0)],
            &[("b", 0), ("c", 0)],
            &[("y", 0), ("a", 0), ("x", 0)],
        ]);
        assert_eq!(order, "a:0 b:0 x:0 y:0 c:0");
        assert_eq!(bad, ["f3: its header has contig \"y\" before \"x\", and that of f1 after it"]);
    }

    #[test]
    fn a_conflict_with_several_headers_names_all_of_them() {
        let (order, bad) = agreed(&[
            &[("a", 0), ("b", 0)],
            &[("b", 0), ("c", 0), ("d", 0)],
            &[("d", 0), ("e", 0)],
            &[("e", 0), ("z", 0), ("a", 0)],
        ]);
        assert_eq!(order, "a:0 b:0 c:0 d:0 e:0");
        assert_eq!(
            bad,
            [
                "f3: its header has contig \"e\" before \"a\", but that of f0 has \"a\" before \"b\", and that of f1 has \"b\" before \"d\", and that of f2 has \"d\" before \"e\""
            ]
        );
    }
}
