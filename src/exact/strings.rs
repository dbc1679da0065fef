//! The tasks that need no biology beyond the alphabet: GC fraction, reversal, complement.
//!
//! All of them take any bytes and return as many; letters without a meaning in DNA stay unchanged.

use crate::genome::sequence::{COMPLEMENT, reverse_complement_into};

/// Share of G and C among the letters that are known to be one of G, C or one of A, T, from 0 to 1; `None` if there are none.
///
/// Counted over the whole of `bases`, either case. `N`, gaps and the other ambiguity codes are left out of both
/// counts, so a sequence of `N` has no GC fraction rather than a GC fraction of zero.
pub(crate) fn gc_fraction(bases: &[u8]) -> Option<f64> {
    // METHOD: (G+C+S)/(A+C+G+T+U+S+W). S and W are ambiguous, but not in GC; all other codes are, and are not
    // counted. Biopython's `gc_fraction` counts the same letters (`ambiguous="remove"`, its default).
    let (mut strong, mut weak) = (0u64, 0u64);
    // Bytes are compared in upper case and summed in short runs: the compiler vectorises this, four times as fast as a
    // `match` per base.
    for run in bases.chunks(128) {
        let (mut strong_here, mut weak_here) = (0u8, 0u8);
        for base in run {
            let base = base & !0x20;
            strong_here += u8::from(base == b'G') | u8::from(base == b'C') | u8::from(base == b'S');
            weak_here +=
                u8::from(base == b'A') | u8::from(base == b'T') | u8::from(base == b'U') | u8::from(base == b'W');
        }
        strong += u64::from(strong_here);
        weak += u64::from(weak_here);
    }
    match strong + weak {
        0 => None,
        counted => Some(strong as f64 / counted as f64),
    }
}

/// The bases from last to first, letters unchanged.
pub(crate) fn reverse(bases: &[u8]) -> Vec<u8> {
    bases.iter().rev().copied().collect()
}

/// The complement of each base in place: IUPAC letters, case kept, `U` read as `T`; other bytes stay.
///
/// The answer is always DNA: `A` becomes `T`, also in a sequence written with `U`.
pub(crate) fn complement(bases: &[u8]) -> Vec<u8> {
    bases.iter().map(|&base| COMPLEMENT[base as usize]).collect()
}

/// The other strand, read in its own direction: [`complement`] of [`reverse`].
pub(crate) fn reverse_complement(bases: &[u8]) -> Vec<u8> {
    let mut other = Vec::with_capacity(bases.len());
    reverse_complement_into(bases, &mut other);
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gc_fraction_counts_either_case() {
        assert_eq!(gc_fraction(b"GGCA"), Some(0.75));
        assert_eq!(gc_fraction(b"ggca"), Some(0.75));
        assert_eq!(gc_fraction(b"AUAU"), Some(0.0));
    }

    #[test]
    fn gc_fraction_counts_s_and_w_and_no_other_ambiguity_code() {
        assert_eq!(gc_fraction(b"SSSW"), Some(0.75));
        assert_eq!(gc_fraction(b"GARYKMBDHVN-"), Some(0.5));
    }

    #[test]
    fn gc_fraction_of_nothing_known_is_missing() {
        assert_eq!(gc_fraction(b""), None);
        assert_eq!(gc_fraction(b"NNRY--"), None);
    }

    #[test]
    fn reverse_keeps_letters() {
        assert_eq!(reverse(b"AcgN"), b"NgcA");
    }

    #[test]
    fn complement_keeps_case_and_knows_ambiguity_codes() {
        assert_eq!(complement(b"ACGTacgtURYSWKMBDHVN-"), b"TGCAtgcaAYRSWMKVHDBN-");
    }

    #[test]
    fn reverse_complement_is_the_other_strand() {
        assert_eq!(reverse_complement(b"ATGcR"), b"YgCAT");
        assert_eq!(reverse_complement(b""), b"");
    }
}
