//! One variant, one spelling: what REF and ALT have in common is taken off, and what can be shifted in a repeat is shifted
//! to the left (Tan et al. 2015, "Unified representation of genetic variants"). Equivalent descriptions become equal.

use crate::{error::Result, genome::sequence::BASE_CODE, skip::Skip};

/// Bases [position, position + removed) of a contig are replaced by `inserted`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Edit {
    /// First base that is replaced, 0-based.
    pub position: u64,
    /// Bases taken out.
    pub removed: u64,
    /// Bases put in.
    pub inserted: Vec<u8>,
}

/// Bases looked at at once while a variant is shifted.
const SHIFT: u64 = 256;

impl Edit {
    /// As the record writes it.
    pub(crate) fn written(position: u64, reference: &[u8], alternate: &[u8]) -> Self {
        Self { position, removed: reference.len() as u64, inserted: alternate.to_ascii_uppercase() }
    }

    /// Its one spelling: shortest, and leftmost. `fetch` appends the bases of `[start, end)` of the contig. None if the
    /// alleles are equal.
    ///
    /// Nothing is shifted over bases other than A, C, G and T.
    pub(crate) fn normalized(
        position: u64,
        reference: &[u8],
        alternate: &[u8],
        mut fetch: impl FnMut(u64, u64, &mut Vec<u8>) -> Result<()>,
    ) -> Result<Option<Self>> {
        let (before, removed, inserted) = trim(reference, alternate);
        if removed == 0 && inserted == 0 {
            return Ok(None);
        }
        let mut edit = Self {
            position: position + before as u64,
            removed: removed as u64,
            inserted: alternate[before..before + inserted].to_ascii_uppercase(),
        };
        if removed > 0 && inserted > 0 {
            return Ok(Some(edit));
        }
        // What is inserted or deleted turns round while it moves.
        let mut moved = if removed > 0 {
            reference[before..before + removed].to_ascii_uppercase()
        } else {
            std::mem::take(&mut edit.inserted)
        };
        let (mut turn, mut left) = (0, Vec::new());
        'shift: while edit.position > 0 {
            let start = edit.position.saturating_sub(SHIFT);
            left.clear();
            fetch(start, edit.position, &mut left)?;
            for base in left.iter().rev() {
                let last = moved[(moved.len() - 1 + turn) % moved.len()];
                if BASE_CODE[*base as usize] == 4 || !base.eq_ignore_ascii_case(&last) {
                    break 'shift;
                }
                turn = (turn + moved.len() - 1) % moved.len();
                edit.position -= 1;
            }
        }
        moved.rotate_left(turn);
        if removed == 0 {
            edit.inserted = moved;
        }
        Ok(Some(edit))
    }

    /// How many bases further right its leftmost spelling may be written with the same result; 0 where it takes out and puts in.
    /// `fetch` appends the bases of `[start, end)` of the contig, which has `len`.
    ///
    /// Nothing is shifted over bases other than A, C, G and T.
    pub(crate) fn slack(&self, len: u64, mut fetch: impl FnMut(u64, u64, &mut Vec<u8>) -> Result<()>) -> Result<u64> {
        if self.removed > 0 && !self.inserted.is_empty() {
            return Ok(0);
        }
        let mut moved = self.inserted.clone();
        if self.removed > 0 {
            fetch(self.position, self.end(), &mut moved)?;
        }
        let (mut slack, mut right) = (0, Vec::new());
        loop {
            let start = self.end() + slack;
            right.clear();
            fetch(start, (start + SHIFT).min(len), &mut right)?;
            for base in &right {
                let first = moved[(slack % moved.len() as u64) as usize];
                if BASE_CODE[*base as usize] == 4 || !base.eq_ignore_ascii_case(&first) {
                    return Ok(slack);
                }
                slack += 1;
            }
            if right.is_empty() {
                return Ok(slack);
            }
        }
    }

    /// Bases put in less bases taken out.
    pub(crate) fn growth(&self) -> i64 {
        self.inserted.len() as i64 - self.removed as i64
    }

    /// One past the last base that is replaced.
    pub(crate) fn end(&self) -> u64 {
        self.position + self.removed
    }
}

/// A letter that an allele may be made of (VCF 4.4, sections 1.6.1.4 and 1.6.1.5). U is none.
pub(crate) fn is_base(base: u8) -> bool {
    matches!(base.to_ascii_uppercase(), b'A' | b'C' | b'G' | b'T' | b'N')
}

/// REF is what the FASTA has: the same letter, in either case; or, where the FASTA has an ambiguous one, the first of its bases
/// in the order of the alphabet (VCF 4.3 and later, section 1.6.1.4).
pub(crate) fn is_reference(reference: &[u8], fasta: &[u8]) -> bool {
    reference.len() == fasta.len()
        && reference.iter().zip(fasta).all(|(a, b)| {
            let (a, b) = (a.to_ascii_uppercase(), b.to_ascii_uppercase());
            let first = first_base(b);
            (a == first && is_base(a)) || (a == b && first != b)
        })
}

/// The first base in the alphabet that an ambiguous letter of IUPAC stands for; any other letter is itself, N too.
fn first_base(letter: u8) -> u8 {
    match letter {
        b'R' | b'M' | b'W' | b'H' | b'V' | b'D' => b'A',
        b'Y' | b'S' | b'B' => b'C',
        b'K' => b'G',
        letter => letter,
    }
}

/// Whether an ALT is written in bases, and if not, what it is.
pub(crate) fn spelled(alternate: &[u8]) -> Result<(), Skip> {
    match alternate {
        b"." | b"" => Err(Skip::NoAlternate),
        b"*" => Err(Skip::SpanningDeletion),
        b"<*>" | b"<NON_REF>" => Err(Skip::UnspecifiedAllele),
        [b'<', ..] => Err(Skip::SymbolicAllele),
        _ if alternate.iter().any(|b| matches!(b, b'[' | b']'))
            || alternate.starts_with(b".")
            || alternate.ends_with(b".") =>
        {
            Err(Skip::Breakend)
        }
        _ if !alternate.iter().all(|&b| is_base(b)) => Err(Skip::NotBases),
        _ => Ok(()),
    }
}

/// Takes off what both alleles end with, then what both begin with: bases before, and what is left of each.
pub(crate) fn trim(reference: &[u8], alternate: &[u8]) -> (usize, usize, usize) {
    let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let after = reference.iter().rev().zip(alternate.iter().rev()).take_while(same).count();
    let (reference, alternate) = (&reference[..reference.len() - after], &alternate[..alternate.len() - after]);
    let before = reference.iter().zip(alternate).take_while(same).count();
    (before, reference.len() - before, alternate.len() - before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alleles_are_trimmed_from_the_right_first() {
        assert_eq!(trim(b"A", b"C"), (0, 1, 1));
        assert_eq!(trim(b"AC", b"ATC"), (1, 0, 1));
        assert_eq!(trim(b"GCC", b"GC"), (1, 1, 0));
        assert_eq!(trim(b"TG", b"TA"), (1, 1, 1));
        assert_eq!(trim(b"AAAA", b"AA"), (0, 2, 0));
        assert_eq!(trim(b"a", b"A"), (0, 0, 0));
    }

    #[test]
    fn what_is_not_spelled_in_bases_has_a_reason() {
        for (alternate, skip) in [
            (&b"<DEL>"[..], Skip::SymbolicAllele),
            (b"*", Skip::SpanningDeletion),
            (b"<NON_REF>", Skip::UnspecifiedAllele),
            (b"<*>", Skip::UnspecifiedAllele),
            (b"<X>", Skip::SymbolicAllele),
            (b"U", Skip::NotBases),
            (b"acu", Skip::NotBases),
            (b"G]17:198982]", Skip::Breakend),
            (b".", Skip::NoAlternate),
            (b".A", Skip::Breakend),
            (b"AR", Skip::NotBases),
        ] {
            assert_eq!(spelled(alternate), Err(skip), "{}", String::from_utf8_lossy(alternate));
        }
        assert_eq!(spelled(b"ACGTn"), Ok(()));
    }

    #[test]
    fn an_ambiguous_base_of_the_fasta_is_its_first_in_the_alphabet() {
        for (letter, first) in b"RMWHVDYSBK".iter().zip(b"AAAAAACCCG") {
            for base in b"ACGTRMWHVDYSBKN" {
                let same = base == first || base == letter;
                assert_eq!(is_reference(&[*base], &[letter.to_ascii_lowercase()]), same, "{}", *letter as char);
            }
        }
        assert!(!is_reference(b"acN", b"ARn") && is_reference(b"caN", b"CRn"));
        assert!(!is_reference(b"U", b"U") && is_reference(b"n", b"N"));
        assert!(!is_reference(b"A", b"N") && !is_reference(b"A", b"") && !is_reference(b"R", b"A"));
    }

    fn normalized(contig: &[u8], position: u64, reference: &[u8], alternate: &[u8]) -> (u64, u64, String) {
        let fetch = |start: u64, end: u64, out: &mut Vec<u8>| {
            out.extend_from_slice(&contig[start as usize..end as usize]);
            Ok(())
        };
        let edit = Edit::normalized(position, reference, alternate, fetch).expect("bases").expect("a change");
        (edit.position, edit.removed, String::from_utf8(edit.inserted).expect("bases"))
    }

    #[test]
    fn indels_go_as_far_left_as_they_can() {
        let contig = b"GGTCACACACAG";
        // A unit less, wherever it is taken from.
        for (position, reference, alternate) in
            [(9, &b"CAG"[..], &b"G"[..]), (2, b"TCA", b"T"), (6, b"aca", b"a"), (3, b"CACACACA", b"CACACA")]
        {
            assert_eq!(normalized(contig, position, reference, alternate), (3, 2, String::new()));
        }
        assert_eq!(normalized(contig, 10, b"A", b"ACA"), (3, 0, "CA".into()));
        assert_eq!(normalized(contig, 1, b"G", b"GG"), (0, 0, "G".into()));
        assert_eq!(normalized(contig, 2, b"TC", b"TG"), (3, 1, "G".into()));
        // Not over an unknown base.
        assert_eq!(normalized(b"AANAA", 4, b"A", b"AA"), (3, 0, "A".into()));
    }

    #[test]
    fn slack_is_how_far_right_a_change_may_be_written() {
        let contig = b"GGTCACACACAGNAA";
        let fetch = |start: u64, end: u64, out: &mut Vec<u8>| {
            out.extend_from_slice(&contig[start as usize..end as usize]);
            Ok(())
        };
        for (position, removed, inserted, slack) in [
            (3, 2, "", 6),   // CA of CACACACA
            (3, 0, "CA", 8), // one more
            (3, 1, "G", 0),
            (2, 1, "", 0),
            (0, 0, "G", 2),
            (13, 0, "A", 2), // to the contig's end
            (11, 0, "G", 1), // not over the unknown base
        ] {
            let edit = Edit { position, removed, inserted: inserted.into() };
            assert_eq!(edit.slack(contig.len() as u64, fetch).expect("bases"), slack, "{edit:?}");
        }
    }

    #[test]
    fn a_shift_is_as_long_as_its_repeat() {
        let mut contig = b"G".to_vec();
        contig.extend(b"AC".repeat(1000));
        assert_eq!(normalized(&contig, 2000, b"C", b"CAC"), (1, 0, "AC".into()));
    }
}
