//! A record of VCF: its unchanged line, and where its columns are.

use std::ops::Range;

use super::bcf::decode;
use crate::genome::{
    Interval,
    interval::{from_one_based, to_one_based},
};

/// A record of VCF or BCF.
#[derive(Clone, Debug)]
pub(crate) struct VariantRecord {
    /// The line of VCF, without its end. Of a record that stays BCF only the columns that a score needs: see [`Self::frame`].
    pub line: Vec<u8>,
    /// The bytes of a record of BCF that stays BCF; else empty.
    pub frame: Vec<u8>,
    /// Number of the record, from 1.
    pub number: u64,
    /// 0-based position of the first base of REF; 0 for the telomere, too.
    pub position: u64,
    /// POS is 0: the telomere before the first base of the contig.
    pub is_telomere: bool,
    contig: Range<usize>,
    reference: Range<usize>,
    alternates: Range<usize>,
    /// Where the column INFO is in the line.
    pub info: Range<usize>,
}

/// The largest position; a larger one is taken as this one. No contig is as long, and sums of such positions do not overflow.
const MAX_POSITION: u64 = 1 << 40;

/// Where the first eight columns of a line are. The error is the problem.
fn columns(line: &[u8]) -> Result<[Range<usize>; 8], String> {
    let mut columns: [Range<usize>; 8] = std::array::from_fn(|_| 0..0);
    let (mut start, mut count) = (0, 0);
    for end in memchr::memchr_iter(b'\t', line).chain(std::iter::once(line.len())) {
        columns[count] = start..end;
        count += 1;
        start = end + 1;
        if count == 8 {
            break;
        }
    }
    if count < 8 {
        return Err(format!("a VCF line needs 8 tab-separated columns, this one has {count}"));
    }
    Ok(columns)
}

impl VariantRecord {
    /// Splits a line. The error is the problem with it.
    pub(crate) fn parse(line: Vec<u8>, number: u64) -> Result<Self, String> {
        let [contig, position, _, reference, alternates, _, _, info] = columns(&line)?;
        let text =
            |range: &Range<usize>| std::str::from_utf8(&line[range.clone()]).map_err(|_| "it is not UTF-8".to_string());
        let one_based: u64 = text(&position)?
            .parse()
            .map_err(|_| format!("POS \"{}\" is not a number", String::from_utf8_lossy(&line[position.clone()])))?;
        text(&contig)?;
        if contig.is_empty() || reference.is_empty() || alternates.is_empty() {
            return Err("CHROM, REF or ALT is empty".into());
        }
        let alleles = &line[alternates.clone()];
        if memchr::memchr(b',', alleles).is_some() && alleles.split(|&b| b == b',').any(<[u8]>::is_empty) {
            let shown = String::from_utf8_lossy(alleles);
            return Err(format!("column 5 (ALT) is \"{shown}\": an allele between commas is empty"));
        }
        Ok(Self {
            number,
            position: from_one_based(one_based).min(MAX_POSITION),
            is_telomere: one_based == 0,
            contig,
            reference,
            alternates,
            info,
            line,
            frame: Vec::new(),
        })
    }

    /// POS: 1-based; 0 for a telomere.
    pub(crate) fn one_based(&self) -> u64 {
        if self.is_telomere { 0 } else { to_one_based(self.position) }
    }

    /// CHROM.
    pub(crate) fn contig(&self) -> &str {
        std::str::from_utf8(&self.line[self.contig.clone()]).unwrap_or_default()
    }

    /// REF.
    pub(crate) fn reference(&self) -> &[u8] {
        &self.line[self.reference.clone()]
    }

    /// INFO.
    pub(crate) fn info(&self) -> &[u8] {
        &self.line[self.info.clone()]
    }

    /// The bases that the record covers: by END, else by REF, SVLEN and LEN.
    pub(crate) fn interval(&self) -> Interval {
        let columns = (&self.line[self.alternates.clone()], self.info(), &self.line[self.info.end..]);
        let reference = self.reference.len() as u64;
        if self.frame.is_empty() {
            return covered(self.position, reference, columns);
        }
        let own = decode::interval(&self.frame);
        // Programs that do not support SVLEN and LEN count REF alone.
        let computed = if columns.0.contains(&b'<') { covered(own.start, 1, columns).end } else { own.end };
        Interval::new(own.start, own.end.max(computed))
    }

    /// The end of its symbolic alleles by SVLEN and LEN; `None` if none has one.
    pub(super) fn end_by_length(&self) -> Option<u64> {
        let (alternates, samples) = (&self.line[self.alternates.clone()], &self.line[self.info.end..]);
        let length = symbolic(alternates, self.info(), samples).min(MAX_POSITION);
        (length > 0).then(|| self.position + length)
    }

    /// The bases of REF.
    pub(crate) fn written(&self) -> Interval {
        Interval::new(self.position, self.position + self.reference.len() as u64)
    }

    /// The alternate alleles, in order.
    pub(crate) fn alternates(&self) -> impl Iterator<Item = &[u8]> {
        self.line[self.alternates.clone()].split(|&b| b == b',')
    }
}

/// The contig of a line, and the bases that its record covers. `None` if the line is not a record.
pub(crate) fn place_of(line: &[u8]) -> Option<(&str, Interval)> {
    let [contig, position, _, reference, alternates, _, _, info] = columns(line).ok()?;
    let one_based: u64 = std::str::from_utf8(&line[position]).ok()?.parse().ok()?;
    let position = from_one_based(one_based).min(MAX_POSITION);
    let columns = (&line[alternates], &line[info.clone()], &line[info.end..]);
    Some((std::str::from_utf8(&line[contig]).ok()?, covered(position, reference.len() as u64, columns)))
}

/// The bases that a record covers, from its ALT, its INFO, and FORMAT with the samples: from the first base to the farthest of the
/// last base of REF, END (which VCF 4.4 deprecates), and the bases of its symbolic alleles: SVLEN bases after the first one for
/// `<DEL>`, `<DUP>`, `<INV>` and `<CNV>`, LEN bases for `<*>` (VCF 4.5, section 1.6.1.8). htslib 1.24 counts the same.
fn covered(start: u64, reference: u64, (alternates, info, samples): (&[u8], &[u8], &[u8])) -> Interval {
    let mut end = number_of(info, b"END").unwrap_or(0).max(start + reference);
    if memchr::memchr(b'<', alternates).is_some() {
        end = end.max(start + symbolic(alternates, info, samples).min(MAX_POSITION));
    }
    Interval::new(start, end.min(MAX_POSITION).max(start + 1))
}

/// The number of bases that the symbolic alleles cover, the first base included.
fn symbolic(alternates: &[u8], info: &[u8], samples: &[u8]) -> u64 {
    let lengths: Vec<&[u8]> =
        value_of(info, b"SVLEN").map_or(Vec::new(), |value| value.split(|&b| b == b',').collect());
    let alleles = alternates.split(|&b| b == b',').enumerate().map(|(at, allele)| {
        let kind = allele.strip_prefix(b"<").and_then(|rest| rest.split(|&b| b == b':' || b == b'>').next());
        match kind {
            Some(b"DEL" | b"DUP" | b"INV" | b"CNV") => {
                // SVLEN of a deletion is negative before VCF 4.4.
                let length = lengths.get(at).and_then(|text| std::str::from_utf8(text).ok()?.parse::<i64>().ok());
                length.map_or(0, |length| length.unsigned_abs().saturating_add(1))
            }
            Some(b"*") => block_length(samples),
            _ => 0,
        }
    });
    alleles.max().unwrap_or(0)
}

/// The length of a reference block in bases: the largest LEN of the samples.
fn block_length(columns: &[u8]) -> u64 {
    let mut columns = columns.strip_prefix(b"\t").unwrap_or_default().split(|&b| b == b'\t');
    let Some(at) = columns.next().and_then(|format| format.split(|&b| b == b':').position(|key| key == b"LEN")) else {
        return 0;
    };
    let length =
        |sample: &[u8]| std::str::from_utf8(sample.split(|&b| b == b':').nth(at)?).ok()?.trim_end().parse().ok();
    columns.filter_map(length).max().unwrap_or(0)
}

/// The value of an INFO field.
pub(super) fn value_of<'a>(info: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let starts = |at: &usize| (*at == 0 || info[at - 1] == b';') && info.get(at + key.len()) == Some(&b'=');
    let at = memchr::memmem::find_iter(info, key).find(starts)?;
    info[at + key.len() + 1..].split(|&b| b == b';').next()
}

/// The value of an INFO field that is a whole number.
pub(super) fn number_of(info: &[u8], key: &[u8]) -> Option<u64> {
    std::str::from_utf8(value_of(info, key)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_and_the_line_is_kept() {
        let line = b"20\t100\trs1\tACG\tA,<DEL>\t29.50\tPASS\tAF=0.1\tGT\t0/1".to_vec();
        let record = VariantRecord::parse(line.clone(), 1).expect("a record");
        assert_eq!((record.contig(), record.position, record.reference()), ("20", 99, &b"ACG"[..]));
        assert_eq!(record.alternates().collect::<Vec<_>>(), [&b"A"[..], b"<DEL>"]);
        assert_eq!((&line[record.info.clone()], &record.line), (&b"AF=0.1"[..], &line));
    }

    #[test]
    fn a_record_covers_the_bases_up_to_end() {
        for (info, end) in [
            ("END=500;DP=1", 500),
            ("DP=1;END=500", 500),
            ("XEND=500", 101),
            ("END=.", 101),
            ("END=3", 101),
            (".", 101),
        ] {
            let line = format!("20\t100\t.\tAC\t<DEL>\t.\t.\t{info}");
            let record = VariantRecord::parse(line.into_bytes(), 1).expect("a record");
            assert_eq!(record.interval(), Interval::new(99, end), "{info}");
        }
    }

    #[test]
    fn short_or_invalid_lines_are_refused() {
        for (line, say) in [
            ("20\t100\trs1\tA", "8 tab-separated columns, this one has 4"),
            ("20\tx\t.\tA\tC\t.\t.\t.", "POS \"x\" is not a number"),
            ("20\t1\t.\tA\tC,,G\t.\t.\t.", "column 5 (ALT) is \"C,,G\""),
            ("20\t1\t.\tA\tC,\t.\t.\t.", "column 5 (ALT) is \"C,\""),
        ] {
            assert!(VariantRecord::parse(line.into(), 1).expect_err(line).contains(say));
        }
    }
}
