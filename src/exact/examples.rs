//! Examples of the functions, checked.

#[test]
fn parse() {
    use crate::exact::Task;
    assert!(Task::parse("orf:code=11,min=90,starts=code").is_ok());
    assert!(Task::parse("orf:code=7").is_err());
}

#[test]
fn orf_finder() {
    use crate::exact::{GeneticCode, OrfFinder, OrfOptions, StartRule};
    let code = GeneticCode::STANDARD;
    let mut finder = OrfFinder::new(OrfOptions { code, min_len: 9, starts: StartRule::AtgOnly, partial: false });
    let mut found = Vec::new();
    for bases in [b"CCATG".as_slice(), b"AAATAGCC"] {
        finder.push(bases, &mut |orf| found.push((orf.interval.start, orf.interval.end)));
    }
    finder.finish(&mut |orf| found.push((orf.interval.start, orf.interval.end)));
    assert_eq!(found, [(2, 11)]);
}

#[test]
fn gc_fraction() {
    use crate::exact::gc_fraction;
    assert_eq!(gc_fraction(b"GCATNNNN"), Some(0.5));
    assert_eq!(gc_fraction(b"NNNN"), None);
}

#[test]
fn genetic_code() {
    use crate::exact::GeneticCode;
    let mitochondrial = GeneticCode::from_id(2).expect("vertebrate mitochondrial");
    assert_eq!(mitochondrial.amino_acid(*b"TGA"), b'W');
    assert!(mitochondrial.is_stop(*b"AGA"));
}

#[test]
fn translate() {
    use crate::exact::{GeneticCode, Letters, translate};
    assert_eq!(translate(b"CAATACGTG", GeneticCode::STANDARD, Letters::Three), "GlnTyrVal");
}

#[test]
fn is_open_reading_frame() {
    use crate::exact::{GeneticCode, is_open_reading_frame};
    assert!(is_open_reading_frame(b"ATGGCTTAA", GeneticCode::STANDARD));
    assert!(!is_open_reading_frame(b"ATGTAAGCTTAA", GeneticCode::STANDARD));
}

#[test]
fn back_translate() {
    use crate::exact::{GeneticCode, back_translate};
    assert_eq!(back_translate("MetTrpPheLeu", GeneticCode::STANDARD).as_deref(), Some("ATGTGGTTYYTN"));
}
