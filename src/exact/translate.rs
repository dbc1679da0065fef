//! Genetic codes, and translation in frame.
//!
//! The codes are NCBI's (`gc.prt`, "The Genetic Codes", Elzanowski and Ostell), kept in NCBI's own form: 64 letters
//! for the 64 codons in the order TTT, TTC, TTA, TTG, TCT … GGG, one string for the amino acids and one for starts
//! and stops. A codon with ambiguity codes stands for all codons that it allows; it is translated where all of those
//! agree.
//!
//! In codes 27, 28 and 31 some codons are stops or amino acids depending on their place in the transcript. Here they are always
//! amino acids, as in NCBI's amino acid string. These three codes have no other stops, so they never stop; see
//! [`GeneticCode::has_stop`].

use std::fmt;

/// The bases a letter may stand for, one bit each: T 1, C 2, A 4, G 8 (NCBI's order of bases); 0 for bytes that are
/// not a nucleotide letter. `U` is `T`; either case.
pub(super) const BASE_SETS: [u8; 256] = {
    let mut table = [0u8; 256];
    let letters = b"TCAGURYSWKMBDHVN";
    let sets = [1u8, 2, 4, 8, 1, 12, 3, 10, 5, 9, 6, 11, 13, 7, 14, 15];
    let mut i = 0;
    while i < letters.len() {
        table[letters[i] as usize] = sets[i];
        table[letters[i].to_ascii_lowercase() as usize] = sets[i];
        i += 1;
    }
    table
};

/// The letter that `table` has for every codon within `sets`; `None` where they differ or a set is empty.
pub(super) fn agreed(table: &[u8; 64], sets: [u8; 3]) -> Option<u8> {
    let at = |first: u32, second: u32, third: u32| table[(first << 4 | second << 2 | third) as usize & 63];
    let [first, second, third] = sets;
    if first.is_power_of_two() && second.is_power_of_two() && third.is_power_of_two() {
        return Some(at(first.trailing_zeros(), second.trailing_zeros(), third.trailing_zeros()));
    }
    let members = |set: u8| (0..4u32).filter(move |base| set >> base & 1 == 1);
    let mut letters = members(first)
        .flat_map(|one| members(second).flat_map(move |two| members(third).map(move |three| at(one, two, three))));
    let letter = letters.next()?;
    letters.all(|other| other == letter).then_some(letter)
}

/// One of NCBI's genetic codes, found by its number (`transl_table`).
#[derive(PartialEq, Eq)]
pub(crate) struct GeneticCode {
    id: u8,
    name: &'static str,
    amino_acids: &'static [u8; 64],
    /// `M` start, `*` stop (also the stops that depend on context), `-` neither.
    starts: &'static [u8; 64],
}

impl GeneticCode {
    /// The standard code, number 1.
    pub(crate) const STANDARD: &'static Self = &CODES[0];

    /// The code with NCBI's number `id`; `None` for numbers NCBI does not use (7, 8, 17–20, from 34).
    pub(crate) fn from_id(id: u8) -> Option<&'static Self> {
        CODES.iter().find(|code| code.id == id)
    }

    /// All codes, by increasing number.
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        CODES.iter()
    }

    /// NCBI's number of this code, the value of `transl_table`.
    pub(crate) fn id(&self) -> u8 {
        self.id
    }

    /// One letter for the codon: an amino acid, `*` for a stop, `X` where unknown.
    ///
    /// Either case, `U` as `T`. Ambiguity codes are resolved where every codon they allow gives the same letter
    /// (`CTN` is `L` in the standard code, `TAR` is `*`); `RAY`, which is N or D, is `X`, not `B`. A codon with a
    /// byte that is not a nucleotide letter, such as a gap, is `X`.
    pub(crate) fn amino_acid(&self, codon: [u8; 3]) -> u8 {
        agreed(self.amino_acids, codon.map(|base| BASE_SETS[base as usize])).unwrap_or(b'X')
    }

    /// Translation may begin here, by NCBI's list for this code (for the standard code TTG, CTG and ATG).
    ///
    /// An ambiguous codon is a start where every codon it allows is one.
    #[cfg(test)]
    pub(crate) fn is_start(&self, codon: [u8; 3]) -> bool {
        self.is_start_of(codon.map(|base| BASE_SETS[base as usize]))
    }

    /// Translation ends here: the codons whose [`amino_acid`](Self::amino_acid) is `*`.
    ///
    /// Codons that NCBI lists both as stop and as amino acid (codes 27, 28, 31) are not stops here.
    #[cfg(test)]
    pub(crate) fn is_stop(&self, codon: [u8; 3]) -> bool {
        self.amino_acid(codon) == b'*'
    }

    /// Whether any codon is a stop: not in codes 27, 28 and 31, all of whose stops depend on context.
    pub(crate) fn has_stop(&self) -> bool {
        self.amino_acids.contains(&b'*')
    }

    /// As [`is_start`](Self::is_start), for sets of bases.
    pub(super) fn is_start_of(&self, sets: [u8; 3]) -> bool {
        agreed(self.starts, sets) == Some(b'M')
    }

    /// As [`amino_acid`](Self::amino_acid), for sets of bases; `None` for `X`.
    pub(super) fn amino_acid_of(&self, sets: [u8; 3]) -> Option<u8> {
        agreed(self.amino_acids, sets)
    }
}

impl fmt::Debug for GeneticCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GeneticCode({}, {})", self.id, self.name)
    }
}

/// The symbols of amino acids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Letters {
    /// `QYV`; `*` for a stop, `X` for an unknown.
    One,
    /// `GlnTyrVal`; `Ter` for a stop, `Xaa` for an unknown.
    Three,
}

/// The translation of `bases`, from the first base and on this strand.
///
/// One or two bases left over at the end are ignored, so fewer than three bases give an empty text. Translation
/// continues after stop codons and writes them. The first codon is read like any other: an alternative start such as
/// GTG is valine, not methionine.
pub(crate) fn translate(bases: &[u8], code: &GeneticCode, letters: Letters) -> String {
    let (codons, _left_over) = bases.as_chunks::<3>();
    let amino_acids = codons.iter().map(|&codon| code.amino_acid(codon));
    match letters {
        Letters::One => amino_acids.map(char::from).collect(),
        Letters::Three => {
            let mut protein = String::with_capacity(bases.len());
            protein.extend(amino_acids.map(three_letters));
            protein
        }
    }
}

/// Whether `bases` is ATG, then codons that are not stops, then a stop.
pub(crate) fn is_open_reading_frame(bases: &[u8], code: &GeneticCode) -> bool {
    let protein = translate(bases, code, Letters::One);
    let start =
        bases.get(..3).is_some_and(|codon| codon.eq_ignore_ascii_case(b"ATG") || codon.eq_ignore_ascii_case(b"AUG"));
    bases.len().is_multiple_of(3) && start && protein.strip_suffix('*').is_some_and(|before| !before.contains('*'))
}

/// The bases that three-letter residues may have been translated from, in IUPAC's letters: each of a codon's three letters stands
/// for all bases that occur there. `None` where a residue has no codon (`Xaa` is NNN).
pub(crate) fn back_translate(residues: &str, code: &GeneticCode) -> Option<String> {
    // One bit per base in the order A C G T; IUPAC's letter for each set of them (NC-IUB 1984).
    const LETTERS: &[u8; 16] = b"-ACMGRSVTWYHKDBN";
    let mut bases = String::with_capacity(residues.len());
    for residue in residues.as_bytes().chunks(3) {
        if residue == b"Xaa" {
            bases.push_str("NNN");
            continue;
        }
        let mut sets = [0usize; 3];
        for codon in (0..64).map(|i| [b"ACGT"[i >> 4], b"ACGT"[i >> 2 & 3], b"ACGT"[i & 3]]) {
            if three_letters(code.amino_acid(codon)).as_bytes() == residue {
                for (set, base) in sets.iter_mut().zip(codon) {
                    *set |= 1 << b"ACGT".iter().position(|&b| b == base)?;
                }
            }
        }
        if sets.contains(&0) {
            return None;
        }
        bases.extend(sets.map(|set| char::from(LETTERS[set])));
    }
    Some(bases)
}

/// IUPAC-IUB three-letter symbol; `Ter` and `Xaa` as in HGVS and in the answers GenomicLLM is trained on.
fn three_letters(amino_acid: u8) -> &'static str {
    match amino_acid {
        b'A' => "Ala",
        b'C' => "Cys",
        b'D' => "Asp",
        b'E' => "Glu",
        b'F' => "Phe",
        b'G' => "Gly",
        b'H' => "His",
        b'I' => "Ile",
        b'K' => "Lys",
        b'L' => "Leu",
        b'M' => "Met",
        b'N' => "Asn",
        b'P' => "Pro",
        b'Q' => "Gln",
        b'R' => "Arg",
        b'S' => "Ser",
        b'T' => "Thr",
        b'V' => "Val",
        b'W' => "Trp",
        b'Y' => "Tyr",
        b'*' => "Ter",
        _ => "Xaa",
    }
}

/// NCBI's tables as NCBI writes them: `ncbieaa` and `sncbieaa` of `gc.prt`, by increasing number.
static CODES: [GeneticCode; 27] = [
    GeneticCode {
        id: 1,
        name: "Standard",
        amino_acids: b"FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"---M------**--*----M---------------M----------------------------",
    },
    GeneticCode {
        id: 2,
        name: "Vertebrate Mitochondrial",
        amino_acids: b"FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSS**VVVVAAAADDEEGGGG",
        starts: b"----------**--------------------MMMM----------**---M------------",
    },
    GeneticCode {
        id: 3,
        name: "Yeast Mitochondrial",
        amino_acids: b"FFLLSSSSYY**CCWWTTTTPPPPHHQQRRRRIIMMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"----------**----------------------MM---------------M------------",
    },
    GeneticCode {
        id: 4,
        name: "Mold, Protozoan and Coelenterate Mitochondrial; Mycoplasma; Spiroplasma",
        amino_acids: b"FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"--MM------**-------M------------MMMM---------------M------------",
    },
    GeneticCode {
        id: 5,
        name: "Invertebrate Mitochondrial",
        amino_acids: b"FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSSSSVVVVAAAADDEEGGGG",
        starts: b"---M------**--------------------MMMM---------------M------------",
    },
    GeneticCode {
        id: 6,
        name: "Ciliate, Dasycladacean and Hexamita Nuclear",
        amino_acids: b"FFLLSSSSYYQQCC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"--------------*--------------------M----------------------------",
    },
    GeneticCode {
        id: 9,
        name: "Echinoderm and Flatworm Mitochondrial",
        amino_acids: b"FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIIMTTTTNNNKSSSSVVVVAAAADDEEGGGG",
        starts: b"----------**-----------------------M---------------M------------",
    },
    GeneticCode {
        id: 10,
        name: "Euplotid Nuclear",
        amino_acids: b"FFLLSSSSYY**CCCWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"----------**-----------------------M----------------------------",
    },
    GeneticCode {
        id: 11,
        name: "Bacterial, Archaeal and Plant Plastid",
        amino_acids: b"FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"---M------**--*----M------------MMMM---------------M------------",
    },
    GeneticCode {
        id: 12,
        name: "Alternative Yeast Nuclear",
        amino_acids: b"FFLLSSSSYY**CC*WLLLSPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"----------**--*----M---------------M----------------------------",
    },
    GeneticCode {
        id: 13,
        name: "Ascidian Mitochondrial",
        amino_acids: b"FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSSGGVVVVAAAADDEEGGGG",
        starts: b"---M------**----------------------MM---------------M------------",
    },
    GeneticCode {
        id: 14,
        name: "Alternative Flatworm Mitochondrial",
        amino_acids: b"FFLLSSSSYYY*CCWWLLLLPPPPHHQQRRRRIIIMTTTTNNNKSSSSVVVVAAAADDEEGGGG",
        starts: b"-----------*-----------------------M----------------------------",
    },
    GeneticCode {
        id: 15,
        name: "Blepharisma Macronuclear",
        amino_acids: b"FFLLSSSSYY*QCC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"----------*---*--------------------M----------------------------",
    },
    GeneticCode {
        id: 16,
        name: "Chlorophycean Mitochondrial",
        amino_acids: b"FFLLSSSSYY*LCC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"----------*---*--------------------M----------------------------",
    },
    GeneticCode {
        id: 21,
        name: "Trematode Mitochondrial",
        amino_acids: b"FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNNKSSSSVVVVAAAADDEEGGGG",
        starts: b"----------**-----------------------M---------------M------------",
    },
    GeneticCode {
        id: 22,
        name: "Scenedesmus obliquus Mitochondrial",
        amino_acids: b"FFLLSS*SYY*LCC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"------*---*---*--------------------M----------------------------",
    },
    GeneticCode {
        id: 23,
        name: "Thraustochytrium Mitochondrial",
        amino_acids: b"FF*LSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"--*-------**--*-----------------M--M---------------M------------",
    },
    GeneticCode {
        id: 24,
        name: "Rhabdopleuridae Mitochondrial",
        amino_acids: b"FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSSKVVVVAAAADDEEGGGG",
        starts: b"---M------**-------M---------------M---------------M------------",
    },
    GeneticCode {
        id: 25,
        name: "Candidate Division SR1 and Gracilibacteria",
        amino_acids: b"FFLLSSSSYY**CCGWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"---M------**-----------------------M---------------M------------",
    },
    GeneticCode {
        id: 26,
        name: "Pachysolen tannophilus Nuclear",
        amino_acids: b"FFLLSSSSYY**CC*WLLLAPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"----------**--*----M---------------M----------------------------",
    },
    GeneticCode {
        id: 27,
        name: "Karyorelict Nuclear",
        amino_acids: b"FFLLSSSSYYQQCCWWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"--------------*--------------------M----------------------------",
    },
    GeneticCode {
        id: 28,
        name: "Condylostoma Nuclear",
        amino_acids: b"FFLLSSSSYYQQCCWWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"----------**--*--------------------M----------------------------",
    },
    GeneticCode {
        id: 29,
        name: "Mesodinium Nuclear",
        amino_acids: b"FFLLSSSSYYYYCC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"--------------*--------------------M----------------------------",
    },
    GeneticCode {
        id: 30,
        name: "Peritrich Nuclear",
        amino_acids: b"FFLLSSSSYYEECC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"--------------*--------------------M----------------------------",
    },
    GeneticCode {
        id: 31,
        name: "Blastocrithidia Nuclear",
        amino_acids: b"FFLLSSSSYYEECCWWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"----------**-----------------------M----------------------------",
    },
    GeneticCode {
        id: 32,
        name: "Balanophoraceae Plastid",
        amino_acids: b"FFLLSSSSYY*WCC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        starts: b"---M------*---*----M------------MMMM---------------M------------",
    },
    GeneticCode {
        id: 33,
        name: "Cephalodiscidae Mitochondrial UAA-Tyr",
        amino_acids: b"FFLLSSSSYYY*CCWWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSSKVVVVAAAADDEEGGGG",
        starts: b"---M-------*-------M---------------M---------------M------------",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::sequence::{BASE_CODE, COMPLEMENT, UNKNOWN};

    fn code(id: u8) -> &'static GeneticCode {
        GeneticCode::from_id(id).expect("a code of NCBI")
    }

    #[test]
    fn every_code_has_its_number_once_and_only_known_letters() {
        let ids: Vec<u8> = GeneticCode::all().map(GeneticCode::id).collect();
        assert_eq!(
            ids,
            [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33]
        );
        for code in GeneticCode::all() {
            assert!(code.amino_acids.iter().all(|letter| b"ACDEFGHIKLMNPQRSTVWY*".contains(letter)), "{code:?}");
            assert!(code.starts.iter().all(|letter| b"M*-".contains(letter)), "{code:?}");
            assert!(code.is_start(*b"ATG"), "{code:?}");
        }
    }

    #[test]
    fn numbers_ncbi_does_not_use_have_no_code() {
        for id in [0, 7, 8, 17, 18, 19, 20, 34, 255] {
            assert_eq!(GeneticCode::from_id(id), None);
        }
        assert_eq!(GeneticCode::from_id(1), Some(GeneticCode::STANDARD));
    }

    #[test]
    fn both_strings_of_a_code_name_the_same_stops_but_for_those_that_depend_on_context() {
        for code in GeneticCode::all() {
            let stops = |table: &[u8; 64]| (0..64).filter(|&codon| table[codon] == b'*').collect::<Vec<_>>();
            let conditional = matches!(code.id, 27 | 28 | 31);
            assert_eq!(stops(code.amino_acids) == stops(code.starts), !conditional, "{code:?}");
            assert_eq!(code.has_stop(), !conditional, "{code:?}");
        }
    }

    #[test]
    fn stops_of_the_standard_code_are_taa_tag_tga() {
        let stops: Vec<&[u8; 3]> = [b"TAA", b"TAG", b"TGA", b"TGG", b"uaa", b"tag"]
            .into_iter()
            .filter(|codon| GeneticCode::STANDARD.is_stop(**codon))
            .collect();
        assert_eq!(stops, [b"TAA", b"TAG", b"TGA", b"uaa", b"tag"]);
    }

    #[test]
    fn codes_differ_where_ncbi_says() {
        assert_eq!(code(2).amino_acid(*b"ATA"), b'M');
        assert_eq!(code(3).amino_acid(*b"CTG"), b'T');
        assert_eq!(code(6).amino_acid(*b"TAA"), b'Q');
        assert_eq!(code(12).amino_acid(*b"CTG"), b'S');
        assert_eq!(code(22).amino_acid(*b"TCA"), b'*');
        assert_eq!(code(26).amino_acid(*b"CTG"), b'A');
        assert_eq!(code(32).amino_acid(*b"TAG"), b'W');
        assert_eq!(code(33).amino_acid(*b"TAA"), b'Y');
    }

    #[test]
    fn starts_are_those_of_the_code() {
        assert!(code(11).is_start(*b"GTG") && !code(1).is_start(*b"GTG"));
        assert!(code(1).is_start(*b"CTG") && !code(2).is_start(*b"CTG"));
    }

    #[test]
    fn stops_that_depend_on_context_are_amino_acids() {
        assert_eq!(code(27).amino_acid(*b"TGA"), b'W');
        assert_eq!(code(28).amino_acid(*b"TAA"), b'Q');
        assert_eq!(code(31).amino_acid(*b"TAG"), b'E');
        assert!(!code(28).is_stop(*b"TGA"));
    }

    #[test]
    fn ambiguity_is_resolved_where_all_codons_agree() {
        for (codon, letter) in
            [(b"CTN", b'L'), (b"YTR", b'L'), (b"MGR", b'R'), (b"TAR", b'*'), (b"TRA", b'*'), (b"TRR", b'X')]
        {
            assert_eq!(code(1).amino_acid(*codon), letter);
        }
        for codon in [b"RAY", b"NNN", b"AT-", b"AT*", b"A\0G"] {
            assert_eq!(code(1).amino_acid(*codon), b'X');
        }
        assert!(code(11).is_start(*b"NTG") && !code(1).is_start(*b"NTG"));
    }

    #[test]
    fn sets_of_bases_agree_with_base_codes_and_complements() {
        for byte in 0..=255u8 {
            let set = BASE_SETS[byte as usize];
            assert_eq!(set.is_power_of_two(), BASE_CODE[byte as usize] != UNKNOWN, "{byte}");
            assert_eq!(BASE_SETS[COMPLEMENT[byte as usize] as usize], (set << 2 | set >> 2) & 15, "{byte}");
        }
    }

    #[test]
    fn translation_ignores_bases_left_over() {
        for (bases, protein) in [("", ""), ("AT", ""), ("ATG", "M"), ("ATGG", "M"), ("ATGGC", "M"), ("ATGGCC", "MA")] {
            assert_eq!(translate(bases.as_bytes(), code(1), Letters::One), protein);
        }
    }

    #[test]
    fn translation_goes_on_past_stops_in_either_case_and_in_rna() {
        assert_eq!(translate(b"atgTAAAUGnnnCTN", code(1), Letters::One), "M*MXL");
        assert_eq!(translate(b"TGAAGA", code(2), Letters::One), "W*");
    }

    #[test]
    fn three_letter_proteins_have_ter_and_xaa() {
        assert_eq!(translate(b"CAATACGTGTAANNN", code(1), Letters::Three), "GlnTyrValTerXaa");
        assert_eq!(
            translate(b"GCTTGTGATGAATTTGGTCATATTAAATTAATGAATCCTCAACGTTCTACTGTTTGGTAT", code(1), Letters::Three),
            "AlaCysAspGluPheGlyHisIleLysLeuMetAsnProGlnArgSerThrValTrpTyr"
        );
    }
}
