//! Open reading frames of a contig, in one pass and in all six frames.
//!
//! Every codon, that is every three neighbouring bases, is looked up once in a table of its role on each strand: a start, a
//! stop, unknown, or none of these. Stops and unknown codons divide each frame into stretches, and each stretch has at most one
//! reading frame: from the first start to the stop that ends it.
//!
//! On the forward strand a stretch is read from its start, so its first start codon is kept until the stop. On the reverse strand
//! the stop is read first; the last start codon so far is kept until the next stop upstream, where the frame cannot become longer.
//! So a frame may be complete long before one that begins to the left of it, and complete frames wait in a heap until no open frame
//! can begin before them. Memory grows with the longest open stretch, not with the contig.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::translate::{BASE_SETS, GeneticCode};
use crate::genome::{Interval, Strand};

/// Bases of a codon, and the number of frames of a strand.
const CODON_LEN: u64 = 3;

/// Codons of three IUPAC letters, each a set of four bases.
const SET_CODONS: usize = 1 << 12;

/// The codons that start an open reading frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StartRule {
    /// ATG only, in every genetic code.
    AtgOnly,
    /// Every start codon of the genetic code, see [`GeneticCode::is_start`].
    CodeStarts,
}

/// Which open reading frames to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrfOptions {
    /// The genetic code: its stops, unknown codons and, with [`StartRule::CodeStarts`], starts. A code without stops
    /// ([`GeneticCode::has_stop`]) has no complete frames.
    pub code: &'static GeneticCode,
    /// Shortest interval reported, in bases, start and stop codon included.
    pub min_len: u64,
    /// The codons that start a frame.
    pub starts: StartRule,
    /// Also report frames that lack their start or their stop because the contig ends, or a codon is unknown.
    ///
    /// Such a frame reaches to the last whole codon before the edge. Where a stretch is open on the side it is read
    /// from, it is reported from the edge even if a start codon lies within: one frame per stop, the longest. A
    /// stretch that is open on both sides needs no start. The edges are the contig's ends and unknown codons.
    pub partial: bool,
}

/// An open reading frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Orf {
    /// Where it is on the forward strand, 0-based half-open; whole codons, stop codon included.
    pub interval: Interval,
    /// [`Strand::Forward`] or [`Strand::Reverse`].
    pub strand: Strand,
    /// 1, 2 or 3: `interval.start` modulo 3, counted from one, on both strands.
    ///
    /// Counted on forward coordinates also for the reverse strand, since the contig's length is not known while it
    /// is read. Programs that count reverse frames from the contig's end write `(len - interval.end) % 3 + 1`.
    pub frame: u8,
    /// Begins with a start codon and ends with a stop codon. Always so unless [`OrfOptions::partial`] is set.
    pub complete: bool,
}

/// Roles of a codon. Each strand has its own bits, so one lookup gives both strands.
mod event {
    pub(super) const FORWARD_START: u8 = 1;
    pub(super) const FORWARD_STOP: u8 = 2;
    pub(super) const FORWARD_UNKNOWN: u8 = 4;
    pub(super) const REVERSE_START: u8 = 8;
    pub(super) const REVERSE_STOP: u8 = 16;
    pub(super) const REVERSE_UNKNOWN: u8 = 32;
}

/// One frame of the forward strand.
#[derive(Clone, Copy, Debug, Default)]
struct ForwardFrame {
    /// First base of the frame that the next stop would end.
    begin: Option<u64>,
    /// A start codon is at `begin`; otherwise an edge is.
    started: bool,
}

/// One frame of the reverse strand.
#[derive(Clone, Copy, Debug, Default)]
struct ReverseFrame {
    /// Lowest base of the stretch: that of its stop codon, or the edge where there is none.
    begin: Option<u64>,
    /// A stop codon is at `begin`; otherwise an edge is.
    stopped: bool,
    /// One past the highest start codon seen in the stretch.
    end: Option<u64>,
}

/// Finds the open reading frames of one contig after the other, from bases in pieces of any size.
///
/// [`push`](Self::push) the bases of a contig in order, then [`finish`](Self::finish) it; after that the finder is
/// ready for the next. Frames are emitted by increasing start, then end, then forward before reverse; the sizes of the
/// pieces do not change them. Bases are read in either case, `U` as `T`. A codon that is not resolved to one
/// amino acid or to a stop (see [`GeneticCode::amino_acid`]) ends a stretch as the contig's end would.
///
/// It holds the complete frames to the right of the leftmost open stretch. With the standard code and real sequence
/// those are few; they are many only where one frame is very long without a stop.
#[derive(Debug)]
pub(crate) struct OrfFinder {
    options: OrfOptions,
    events: Box<[u8; SET_CODONS]>,
    /// The last three bases as sets, four bits each, the newest lowest.
    codon: usize,
    /// Bases read of this contig.
    position: u64,
    forward: [ForwardFrame; CODON_LEN as usize],
    reverse: [ReverseFrame; CODON_LEN as usize],
    held: BinaryHeap<Reverse<Orf>>,
}

impl OrfFinder {
    /// Ready for the first base of a contig.
    pub(crate) fn new(options: OrfOptions) -> Self {
        let mut finder = Self {
            options,
            events: events(&options),
            codon: 0,
            position: 0,
            forward: Default::default(),
            reverse: Default::default(),
            held: BinaryHeap::new(),
        };
        finder.reset();
        finder
    }

    /// Reads bases and emits the frames that no open frame can precede.
    pub(crate) fn push(&mut self, bases: &[u8], emit: &mut dyn FnMut(Orf)) {
        for &base in bases {
            self.codon = (self.codon << 4 | usize::from(BASE_SETS[base as usize])) & (SET_CODONS - 1);
            self.position += 1;
            let event = self.events[self.codon];
            if event != 0 && self.position >= CODON_LEN {
                self.codon_at(self.position - CODON_LEN, event, emit);
            }
        }
        self.release(emit);
    }

    /// Ends the contig: emits the remaining frames, and resets the finder for the next contig.
    pub(crate) fn finish(&mut self, emit: &mut dyn FnMut(Orf)) {
        for frame in 0..CODON_LEN {
            if let Some(bases) = self.position.checked_sub(frame) {
                let edge = frame + bases / CODON_LEN * CODON_LEN;
                self.forward_edge(edge);
                self.reverse_edge(edge);
            }
        }
        while let Some(Reverse(orf)) = self.held.pop() {
            emit(orf);
        }
        self.reset();
    }

    fn reset(&mut self) {
        self.codon = 0;
        self.position = 0;
        for frame in 0..CODON_LEN {
            let begin = self.options.partial.then_some(frame);
            self.forward[frame as usize] = ForwardFrame { begin, ..Default::default() };
            self.reverse[frame as usize] = ReverseFrame { begin, ..Default::default() };
        }
    }

    /// A codon with a role, whose lowest base is `place`.
    fn codon_at(&mut self, place: u64, event: u8, emit: &mut dyn FnMut(Orf)) {
        let held = self.held.len();
        let frame = (place % CODON_LEN) as usize;
        if event & event::FORWARD_START != 0 {
            let state = &mut self.forward[frame];
            let begin = *state.begin.get_or_insert(place);
            state.started |= begin == place;
        }
        if event & event::FORWARD_STOP != 0 {
            let state = std::mem::take(&mut self.forward[frame]);
            if let Some(begin) = state.begin
                // A stop directly after an edge: there is no codon between them.
                && begin < place
            {
                self.hold(begin, place + CODON_LEN, Strand::Forward, state.started);
            }
        }
        if event & event::FORWARD_UNKNOWN != 0 {
            self.forward_edge(place);
            self.forward[frame].begin = self.options.partial.then_some(place + CODON_LEN);
        }
        if event & event::REVERSE_START != 0 {
            self.reverse[frame].end = Some(place + CODON_LEN);
        }
        if event & event::REVERSE_STOP != 0 {
            let state = ReverseFrame { begin: Some(place), stopped: true, end: None };
            let state = std::mem::replace(&mut self.reverse[frame], state);
            if let (Some(begin), Some(end)) = (state.begin, state.end) {
                self.hold(begin, end, Strand::Reverse, state.stopped);
            }
        }
        if event & event::REVERSE_UNKNOWN != 0 {
            self.reverse_edge(place);
            self.reverse[frame].begin = self.options.partial.then_some(place + CODON_LEN);
        }
        if self.held.len() > held {
            self.release(emit);
        }
    }

    /// Ends the open stretch of a frame of the forward strand before `edge`.
    fn forward_edge(&mut self, edge: u64) {
        let state = std::mem::take(&mut self.forward[(edge % CODON_LEN) as usize]);
        if let Some(begin) = state.begin
            && self.options.partial
            && begin < edge
        {
            self.hold(begin, edge, Strand::Forward, false);
        }
    }

    /// Ends the open stretch of a frame of the reverse strand at `edge`, where the strand itself starts.
    fn reverse_edge(&mut self, edge: u64) {
        let state = std::mem::take(&mut self.reverse[(edge % CODON_LEN) as usize]);
        let Some(begin) = state.begin else { return };
        if !self.options.partial {
            if let Some(end) = state.end {
                self.hold(begin, end, Strand::Reverse, state.stopped);
            }
            return;
        }
        let stop_len = if state.stopped { CODON_LEN } else { 0 };
        if begin + stop_len < edge {
            self.hold(begin, edge, Strand::Reverse, state.stopped && state.end == Some(edge));
        }
    }

    /// Holds a complete frame, if it is long enough, until it is emitted in order.
    fn hold(&mut self, start: u64, end: u64, strand: Strand, complete: bool) {
        let interval = Interval::new(start, end);
        if interval.len() >= self.options.min_len {
            let frame = (start % CODON_LEN) as u8 + 1;
            self.held.push(Reverse(Orf { interval, strand, frame, complete }));
        }
    }

    /// Emits the held frames that begin before all frames to come.
    fn release(&mut self, emit: &mut dyn FnMut(Orf)) {
        if self.held.is_empty() {
            return;
        }
        let next_codon = (self.position + 1).saturating_sub(CODON_LEN);
        let open = self.forward.iter().filter_map(|frame| frame.begin);
        let open = open.chain(self.reverse.iter().filter_map(|frame| frame.begin));
        let first_to_come = open.fold(next_codon, u64::min);
        while let Some(Reverse(orf)) = self.held.peek()
            // A frame to come that begins at the same base may end earlier.
            && orf.interval.start < first_to_come
        {
            emit(*orf);
            self.held.pop();
        }
    }
}

/// The roles of each codon of three sets on the two strands.
fn events(options: &OrfOptions) -> Box<[u8; SET_CODONS]> {
    let starts = |sets: [u8; 3]| match options.starts {
        StartRule::AtgOnly => sets == b"ATG".map(|base| BASE_SETS[base as usize]),
        StartRule::CodeStarts => options.code.is_start_of(sets),
    };
    let classify = |sets: [u8; 3], start: u8, stop: u8, unknown: u8| match options.code.amino_acid_of(sets) {
        None => unknown,
        Some(b'*') => stop,
        Some(_) if starts(sets) => start,
        Some(_) => 0,
    };
    // T and A, C and G are two bits apart in a set.
    let complement = |set: u8| (set << 2 | set >> 2) & 15;
    let mut table = Box::new([0; SET_CODONS]);
    for (index, event) in table.iter_mut().enumerate() {
        let sets = [index >> 8, index >> 4, index].map(|shifted| (shifted & 15) as u8);
        let [first, second, third] = sets.map(complement);
        *event = classify(sets, event::FORWARD_START, event::FORWARD_STOP, event::FORWARD_UNKNOWN)
            | classify([third, second, first], event::REVERSE_START, event::REVERSE_STOP, event::REVERSE_UNKNOWN);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::reverse_complement;

    /// ATG, standard code, complete frames of any length.
    fn plain() -> OrfOptions {
        OrfOptions { code: GeneticCode::STANDARD, min_len: 0, starts: StartRule::AtgOnly, partial: false }
    }

    fn code(id: u8) -> &'static GeneticCode {
        GeneticCode::from_id(id).expect("a code of NCBI")
    }

    fn find(finder: &mut OrfFinder, bases: &[u8], piece: usize) -> Vec<Orf> {
        let mut found = Vec::new();
        for bases in bases.chunks(piece) {
            finder.push(bases, &mut |orf| found.push(orf));
        }
        finder.finish(&mut |orf| found.push(orf));
        found
    }

    /// Start, end, strand, frame, complete.
    type Row = (u64, u64, char, u8, bool);

    fn row(orf: &Orf) -> Row {
        (orf.interval.start, orf.interval.end, orf.strand.symbol(), orf.frame, orf.complete)
    }

    fn rows(options: OrfOptions, bases: &[u8]) -> Vec<Row> {
        find(&mut OrfFinder::new(options), bases, 1000).iter().map(row).collect()
    }

    /// The definition without any optimisation: each strand as a sequence, each frame as a list of codons.
    fn naive(options: OrfOptions, bases: &[u8]) -> Vec<Orf> {
        let is_start = |codon: &[u8; 3]| match options.starts {
            StartRule::AtgOnly => codon.eq_ignore_ascii_case(b"ATG") || codon.eq_ignore_ascii_case(b"AUG"),
            StartRule::CodeStarts => options.code.is_start(*codon),
        };
        let mut found = Vec::new();
        for (strand, text) in [(Strand::Forward, bases.to_vec()), (Strand::Reverse, reverse_complement(bases))] {
            for frame in 0..3.min(text.len()) {
                let codons = text[frame..].as_chunks::<3>().0;
                let mut first = 0;
                let mut open_before = true;
                for index in 0..=codons.len() {
                    let letter = codons.get(index).map_or(b'X', |codon| options.code.amino_acid(*codon));
                    if letter != b'X' && letter != b'*' {
                        continue;
                    }
                    let stopped = letter == b'*';
                    let start = (first..index).find(|&codon| is_start(&codons[codon]));
                    let begin = if options.partial && open_before && first < index { Some(first) } else { start };
                    let started = begin == start;
                    if let Some(begin) = begin
                        && (options.partial || (started && stopped))
                    {
                        let start = frame + 3 * begin;
                        let end = frame + 3 * (index + usize::from(stopped));
                        let (start, end) = match strand {
                            Strand::Reverse => (text.len() - end, text.len() - start),
                            _ => (start, end),
                        };
                        if (end - start) as u64 >= options.min_len {
                            let interval = Interval::new(start as u64, end as u64);
                            let frame = (start % 3) as u8 + 1;
                            found.push(Orf { interval, strand, frame, complete: started && stopped });
                        }
                    }
                    first = index + 1;
                    open_before = !stopped;
                }
            }
        }
        found.sort_by_key(|orf| (orf.interval.start, orf.interval.end, orf.strand));
        found
    }

    /// Letters drawn from `alphabet` by a linear congruential generator (Knuth's MMIX constants).
    fn random(alphabet: &[u8], count: usize, seed: u64) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            alphabet[(state >> 33) as usize % alphabet.len()]
        };
        (0..count).map(|_| next()).collect()
    }

    /// Every combination of options that changes the frames.
    fn all_options() -> Vec<OrfOptions> {
        let mut all = Vec::new();
        for id in [1, 2, 11, 28] {
            for starts in [StartRule::AtgOnly, StartRule::CodeStarts] {
                for partial in [false, true] {
                    for min_len in [0, 60] {
                        all.push(OrfOptions { code: code(id), min_len, starts, partial });
                    }
                }
            }
        }
        all
    }

    #[test]
    fn finder_equals_the_naive_definition_whatever_the_pieces() {
        // Plain; few stops; dense in N; ambiguity codes, RNA, lower case and gaps.
        let alphabets: [&[u8]; 4] = [b"ACGT", b"ACGGGCCT", b"ACGTACGTACGTACGTN", b"ACGTACGTacgtACGTACGTURYKWN-"];
        for options in all_options() {
            let mut finder = OrfFinder::new(options);
            for (alphabet, seed) in alphabets.into_iter().zip(1..) {
                let bases = random(alphabet, 2000, seed);
                let expected = naive(options, &bases);
                for piece in [1, 2, 7, 1000] {
                    assert!(find(&mut finder, &bases, piece) == expected, "{options:?}, pieces of {piece}");
                }
            }
        }
    }

    #[test]
    fn finder_equals_the_naive_definition_on_contigs_of_any_short_length() {
        for options in all_options() {
            let mut finder = OrfFinder::new(options);
            for (count, seed) in (0..40).flat_map(|count| (100..110).map(move |seed| (count, seed))) {
                let bases = random(b"ATGATGATAAN", count, seed);
                assert_eq!(find(&mut finder, &bases, 7), naive(options, &bases), "{options:?}");
            }
        }
    }

    #[test]
    fn the_other_strand_of_a_contig_has_the_mirrored_frames() {
        let bases = random(b"ACGTACGTACGTN", 1000, 7);
        let other = reverse_complement(&bases);
        let mirror = |orf: Orf| {
            let (start, end) = (1000 - orf.interval.end, 1000 - orf.interval.start);
            let strand = if orf.strand == Strand::Forward { Strand::Reverse } else { Strand::Forward };
            Orf { interval: Interval::new(start, end), strand, frame: (start % 3) as u8 + 1, ..orf }
        };
        for options in all_options() {
            let mut finder = OrfFinder::new(options);
            let mut mirrored: Vec<Orf> = find(&mut finder, &other, 7).into_iter().map(mirror).collect();
            mirrored.sort();
            assert_eq!(find(&mut finder, &bases, 7), mirrored);
        }
    }

    #[test]
    fn forward_frame_includes_start_and_stop() {
        assert_eq!(rows(plain(), b"CCATGAAATAGCC"), [(2, 11, '+', 3, true)]);
    }

    #[test]
    fn reverse_frame_has_forward_coordinates() {
        assert_eq!(rows(plain(), b"GCTATTTCATGG"), [(1, 10, '-', 2, true)]);
    }

    #[test]
    fn one_frame_a_stop_from_the_first_start() {
        assert_eq!(rows(plain(), b"ATGATGCCCTAAATGTAA"), [(0, 12, '+', 1, true), (12, 18, '+', 1, true)]);
    }

    #[test]
    fn start_without_stop_is_not_reported_unless_partial() {
        assert_eq!(rows(plain(), b"ATGCCCCCC"), []);
    }

    #[test]
    fn shortest_length_counts_start_and_stop() {
        let bases = b"ATGCCCTAA";
        assert_eq!(rows(OrfOptions { min_len: 9, ..plain() }, bases).len(), 1);
        assert_eq!(rows(OrfOptions { min_len: 10, ..plain() }, bases), []);
    }

    #[test]
    fn either_case_and_rna_are_read() {
        assert_eq!(rows(plain(), b"augCCCuaa"), [(0, 9, '+', 1, true)]);
    }

    #[test]
    fn code_decides_what_stops_and_what_starts() {
        let mitochondrial = OrfOptions { code: code(2), ..plain() };
        assert_eq!(rows(plain(), b"ATGTGAAGA"), [(0, 6, '+', 1, true)]);
        assert_eq!(rows(mitochondrial, b"ATGTGAAGA"), [(0, 9, '+', 1, true)]);
        let bacterial = OrfOptions { code: code(11), ..plain() };
        assert_eq!(rows(bacterial, b"GTGCCCTAA"), []);
        let starts = StartRule::CodeStarts;
        assert_eq!(rows(OrfOptions { starts, ..bacterial }, b"GTGCCCTAA"), [(0, 9, '+', 1, true)]);
    }

    #[test]
    fn code_without_stops_has_no_complete_frames() {
        let options = OrfOptions { code: code(28), ..plain() };
        assert_eq!(rows(options, b"ATGCCCTAATAGTGA"), []);
    }

    #[test]
    fn unknown_codon_ends_a_frame_and_a_resolved_one_does_not() {
        assert_eq!(rows(plain(), b"ATGCCNTAA"), [(0, 9, '+', 1, true)]);
        assert_eq!(rows(plain(), b"ATGCANTAA"), []);
        assert_eq!(rows(plain(), b"ATGNNNATGTAA"), [(6, 12, '+', 1, true)]);
        assert_eq!(rows(plain(), b"ATGCCCTAR"), [(0, 9, '+', 1, true)]);
    }

    #[test]
    fn partial_frames_reach_from_edge_to_stop_and_from_start_to_edge() {
        let options = OrfOptions { partial: true, min_len: 12, ..plain() };
        let first_frame = |bases: &[u8]| -> Vec<Row> {
            rows(options, bases).into_iter().filter(|row| row.2 == '+' && row.3 == 1).collect()
        };
        assert_eq!(first_frame(b"CCCATGCCCTAAC"), [(0, 12, '+', 1, false)]);
        assert_eq!(first_frame(b"CCCTAAATGCCCCCCCCCG"), [(6, 18, '+', 1, false)]);
        assert_eq!(first_frame(b"CCCTAACCCCCCCCCCCCG"), []);
        assert_eq!(first_frame(b"CCCCCCCCCCCCCC"), [(0, 12, '+', 1, false)]);
        assert_eq!(first_frame(b"ATGCCCCCCTAA"), [(0, 12, '+', 1, true)]);
        assert_eq!(first_frame(b"TAANNNCCCCCCCCCTAA"), [(6, 18, '+', 1, false)]);
    }

    #[test]
    fn partial_frames_of_the_reverse_strand_do_the_same() {
        let options = OrfOptions { partial: true, min_len: 12, ..plain() };
        let first_frame = |bases: &[u8]| -> Vec<Row> {
            rows(options, bases).into_iter().filter(|row| row.2 == '-' && row.3 == 1).collect()
        };
        assert_eq!(first_frame(b"TTACCCCATCCCG"), [(0, 12, '-', 1, false)]);
        assert_eq!(first_frame(b"CCCCCCCCCCATTTA"), [(0, 12, '-', 1, false)]);
        assert_eq!(first_frame(b"CCCCCCCCCCCCTTA"), []);
        assert_eq!(first_frame(b"TTACCCCCCCATG"), [(0, 12, '-', 1, true)]);
    }

    #[test]
    fn a_stop_right_after_an_edge_is_no_frame() {
        let options = OrfOptions { partial: true, ..plain() };
        assert_eq!(rows(options, b"TAA"), [(0, 3, '-', 1, false)]);
        assert_eq!(rows(options, b"TTA"), [(0, 3, '+', 1, false)]);
        assert_eq!(rows(options, b"AT"), []);
    }

    #[test]
    fn finish_makes_ready_for_the_next_contig() {
        for partial in [false, true] {
            let options = OrfOptions { partial, ..plain() };
            let mut finder = OrfFinder::new(options);
            for bases in [b"ATGCCCCC".as_slice(), b"", b"TAAATGCCCTAA"] {
                assert_eq!(find(&mut finder, bases, 1000), naive(options, bases));
            }
        }
    }

    #[test]
    fn few_frames_wait_for_their_turn() {
        let bases = random(b"ACGT", 300_000, 3);
        let mut finder = OrfFinder::new(OrfOptions { partial: true, ..plain() });
        let (mut most, mut emitted) = (0, 0);
        for base in &bases {
            finder.push(std::slice::from_ref(base), &mut |_| emitted += 1);
            most = most.max(finder.held.len());
        }
        assert!(emitted > 5000, "{emitted}");
        assert!(most < 50, "{most}");
    }
}
