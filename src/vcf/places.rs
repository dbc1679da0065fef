//! The places of the reference that a record is about: the bases that it covers, and the other ends of its breakends.
//!
//! [`VariantRecord::interval`] is how far an index has to look, so it reaches to the farthest of REF, END and SVLEN. Here END counts
//! where the two differ, and a record that joins two places covers neither the bases between them nor, if END is on the other contig, any
//! base up to there.

use super::record::{VariantRecord, number_of, value_of};
use crate::genome::{Interval, interval::from_one_based};

/// The places of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Places<'a> {
    /// The bases that it covers on its own contig.
    pub own: Interval,
    /// The other ends of its breakends: contig and base.
    pub mates: Vec<(&'a str, Interval)>,
    /// What a reader cannot rely on.
    pub doubt: Option<Doubt>,
}

/// Why the places of a record may not be those that are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// END and SVLEN give different last bases (1-based), by more than one base.
    Conflict {
        /// INFO/END.
        end: u64,
        /// The last base by SVLEN.
        by_length: u64,
    },
    /// A symbolic allele of some bases has neither END nor SVLEN.
    NoLength,
    /// An allele with brackets is not a breakend that can be read.
    Unreadable,
}

/// What an alternate allele is, as far as its place is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Allele<'a> {
    /// Bases, `*`, `.`, `<*>`, `<INS>`, a single breakend: the bases of REF.
    Written,
    /// `<DEL>`, `<DUP>`, `<INV>`, `<CNV>`: bases after the first.
    Long,
    /// `<TRA>`, `<BND>`, `<CTX>`: the other end is in INFO.
    Joined,
    /// A breakend and its other end; `None` if that is in an assembly (`<contig>:1`).
    Breakend(Option<(&'a str, Interval)>),
    /// Brackets that are no breakend.
    Unreadable,
}

impl VariantRecord {
    /// Its places. The mate of a symbolic translocation is CHR2 with POS2, else with END, as DELLY, SURVIVOR and Sniffles write it.
    pub(crate) fn places(&self) -> Places<'_> {
        let info = self.info();
        let alleles: Vec<Allele<'_>> = self.alternates().map(allele).collect();
        let has_breakends = alleles.iter().any(|one| matches!(one, Allele::Breakend(_) | Allele::Unreadable));
        let other_contig = value_of(info, b"CHR2").and_then(|name| std::str::from_utf8(name).ok());
        let is_symbolic = self.alternates().any(|one| one.starts_with(b"<"));
        let is_joined = is_symbolic
            && !has_breakends
            && (alleles.contains(&Allele::Joined)
                || matches!(value_of(info, b"SVTYPE"), Some(b"TRA" | b"BND" | b"CTX"))
                || other_contig.is_some_and(|name| name != self.contig() && name != "."));
        let joined_at = number_of(info, b"POS2").or_else(|| number_of(info, b"END"));
        let joined = other_contig.zip(joined_at).filter(|_| is_joined).map(|(contig, at)| (contig, base(at)));
        let breakends = alleles.iter().filter_map(|one| match one {
            Allele::Breakend(mate) => *mate,
            _ => None,
        });
        let mut mates: Vec<(&str, Interval)> = joined.into_iter().chain(breakends).collect();
        mates.dedup();
        let is_long = alleles.contains(&Allele::Long);
        let (own, mut doubt) = match () {
            () if is_joined || (has_breakends && !is_long) => (self.written(), None),
            () if is_long => self.long(),
            () => (self.interval(), None),
        };
        if alleles.contains(&Allele::Unreadable) {
            doubt = Some(Doubt::Unreadable);
        }
        Places { own, mates, doubt }
    }

    /// The bases of a record with symbolic alleles: to END, else by SVLEN.
    fn long(&self) -> (Interval, Option<Doubt>) {
        let written = self.written();
        let by_length = self.end_by_length();
        let own = |end: u64| Interval::new(written.start, end.max(written.end));
        match number_of(self.info(), b"END").filter(|end| *end > written.start) {
            Some(end) => {
                let doubt = by_length
                    .filter(|by_length| by_length.abs_diff(end) > 1)
                    .map(|by_length| Doubt::Conflict { end, by_length });
                (own(end), doubt)
            }
            None => match by_length {
                Some(end) => (own(end), None),
                None => (written, Some(Doubt::NoLength)),
            },
        }
    }
}

/// One base, given by its 1-based position; the telomere, 0, is the first.
fn base(one_based: u64) -> Interval {
    let start = from_one_based(one_based);
    Interval::new(start, start + 1)
}

fn allele(text: &[u8]) -> Allele<'_> {
    if let Some(name) = text.strip_prefix(b"<") {
        return match name.split(|&b| b == b':' || b == b'>').next() {
            Some(b"DEL" | b"DUP" | b"INV" | b"CNV") => Allele::Long,
            Some(b"TRA" | b"BND" | b"CTX") => Allele::Joined,
            _ => Allele::Written,
        };
    }
    // VCF 4.4, section 5.4: t[p[, t]p], ]p]t and [p[t.
    let Some(first) = text.iter().position(|b| matches!(b, b'[' | b']')) else { return Allele::Written };
    let rest = &text[first + 1..];
    let Some(second) = rest.iter().position(|b| *b == text[first]) else { return Allele::Unreadable };
    let has_bases = first > 0 || second + 1 < rest.len();
    let mate = || {
        let (contig, position) = std::str::from_utf8(&rest[..second]).ok()?.rsplit_once(':')?;
        let position: u64 = position.parse().ok()?;
        (!contig.is_empty()).then(|| (contig, base(position.min(u64::from(u32::MAX)))))
    };
    match mate() {
        Some((contig, _)) if contig.starts_with('<') && has_bases => Allele::Breakend(None),
        Some(mate) if has_bases => Allele::Breakend(Some(mate)),
        _ => Allele::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reference: &str, alternates: &str, info: &str) -> (Interval, Vec<(String, u64)>, Option<Doubt>) {
        let line = format!("9\t100\t.\t{reference}\t{alternates}\t.\t.\t{info}");
        let record = VariantRecord::parse(line.into_bytes(), 1).expect("a record");
        let Places { own, mates, doubt } = record.places();
        (own, mates.into_iter().map(|(contig, at)| (contig.to_string(), at.end)).collect(), doubt)
    }

    #[test]
    fn symbolic_alleles_reach_to_end_or_as_far_as_svlen() {
        let conflict = |end, by_length| Some(Doubt::Conflict { end, by_length });
        for (alternates, info, end, doubt) in [
            ("<DEL>", "SVLEN=400", 500, None),
            ("<DEL>", "SVLEN=-400", 500, None),
            ("<DEL>", "END=500;SVLEN=-400", 500, None),
            ("<DEL>", "END=500;SVLEN=401", 500, None),
            ("<DEL>", "END=300;SVLEN=-400", 300, conflict(300, 500)),
            ("<DEL>", "END=900;SVLEN=-400", 900, conflict(900, 500)),
            // END is before POS: it cannot be meant.
            ("<DEL>", "END=5;SVLEN=-400", 500, None),
            ("<DEL>", "END=5", 100, Some(Doubt::NoLength)),
            ("<DUP:TANDEM>", "SVLEN=400", 500, None),
            ("<INV>", "SVLEN=400", 500, None),
            ("<CNV:TR>,<CNV:TR>", "SVLEN=100,400", 500, None),
            ("<DEL>,<INS>", "SVLEN=50,400", 150, None),
            ("<INS>", "SVLEN=400", 100, None),
            ("<INS>", ".", 100, None),
            ("<DEL>", "SVLEN=.", 100, Some(Doubt::NoLength)),
            ("<DEL>", "CHR2=9;SVLEN=400", 500, None),
            ("<NON_REF>", "END=250", 250, None),
            ("<*>", ".", 100, None),
            ("*", ".", 100, None),
            (".", ".", 100, None),
        ] {
            assert_eq!(of("N", alternates, info), (Interval::new(99, end), vec![], doubt), "{alternates} {info}");
        }
    }

    #[test]
    fn both_ends_of_a_breakend_are_places() {
        let mate = |contig: &str, at| vec![(contig.to_string(), at)];
        for (alternates, info, mates) in [
            ("N[9:470000[", ".", mate("9", 470_000)),
            ("]X:12]N", "END=9000", mate("X", 12)),
            ("NACG]HLA-A*01:01:7]", ".", mate("HLA-A*01:01", 7)),
            ("[9:5[N", "SVTYPE=BND;CHR2=9;END=5", mate("9", 5)),
            ("N[9:7[,N[X:8[", ".", vec![("9".to_string(), 7), ("X".to_string(), 8)]),
            ("N[<assembled>:7[", ".", vec![]),
            ("N.", ".", vec![]),
            (".N", ".", vec![]),
            ("<TRA>", "CHR2=X;END=70", mate("X", 70)),
            ("<BND>", "SVTYPE=BND;CHR2=X;END=101;POS2=70", mate("X", 70)),
            ("<DUP>", "CHR2=X;END=70", mate("X", 70)),
            ("<TRA>", ".", vec![]),
        ] {
            assert_eq!(of("N", alternates, info), (Interval::new(99, 100), mates, None), "{alternates} {info}");
        }
        for alternates in ["N[9:470000", "N[9[", "N[9:x[", "[9:5["] {
            assert_eq!(of("N", alternates, ".").2, Some(Doubt::Unreadable), "{alternates}");
        }
        let both = of("N", "N[X:7[,<DEL>", "SVLEN=.,400");
        assert_eq!(both, (Interval::new(99, 500), mate("X", 7), None));
    }
}
