//! The format and the compression of an input, detected from its first bytes.

use serde::Serialize;

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Compression {
    /// Not compressed.
    None,
    /// gzip, which is read from start to end only.
    Gzip,
    /// BGZF, blocked gzip (bgzip, BAM, BCF).
    Bgzf,
    /// xz.
    Xz,
}

impl Compression {
    /// Of an input that begins with these bytes ([`Self::NEEDED`] of them, unless it is shorter).
    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, flags, ..] if flags & 4 != 0 && head.get(12..14) == Some(b"BC") => Self::Bgzf,
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::None,
        }
    }

    /// Bytes that are needed to detect a compression: the length of a BGZF block's header.
    pub(super) const NEEDED: usize = 18;
}

/// The format of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the names of formats")]
pub(crate) enum Format {
    Fasta,
    Fastq,
    Sam,
    Bam,
    Cram,
    Vcf,
    Bcf,
    /// None of the others: text of another format, or binary.
    Unknown,
    /// No bytes at all, after decompression.
    Empty,
}

/// The format of an input that begins with these bytes, after decompression.
pub(super) fn format_of(start: &[u8]) -> Format {
    let line = &start[..start.iter().position(|&b| b == b'\n').unwrap_or(start.len())];
    let text = start.iter().find(|b| !b.is_ascii_whitespace());
    if start.is_empty() {
        Format::Empty
    } else if start.starts_with(b"BAM\x01") {
        Format::Bam
    } else if start.starts_with(b"CRAM") {
        Format::Cram
    } else if start.starts_with(b"BCF\x02") {
        Format::Bcf
    } else if start.starts_with(b"##fileformat=VCF") {
        Format::Vcf
    } else if let [b'@', a, b, b'\t', ..] = line
        && a.is_ascii_uppercase()
        && b.is_ascii_uppercase()
    {
        Format::Sam
    } else if line.first() == Some(&b'@') {
        // A header line without its tab: the next line decides.
        let next = start[line.len()..].split(|&b| b == b'\n').nth(1).unwrap_or_default();
        let like_sam = matches!(next, [b'@', a, b, b'\t', ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase())
            || next.iter().filter(|&&b| b == b'\t').count() >= 10;
        if like_sam { Format::Sam } else { Format::Fastq }
    } else if text == Some(&b'>') {
        Format::Fasta
    } else if line.iter().filter(|&&b| b == b'\t').count() >= 10 && !is_bed(line) {
        Format::Sam
    } else {
        Format::Unknown
    }
}

/// Whether a line can only be one of BED: contig, start and end. The sixth column is a strand, which no CIGAR of SAM is.
fn is_bed(line: &[u8]) -> bool {
    let columns: Vec<&[u8]> = line.trim_ascii_end().split(|&b| b == b'\t').collect();
    let is_number =
        |at: usize| columns.get(at).is_some_and(|text: &&[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit));
    let is_strand = columns.get(5).is_none_or(|text| matches!(*text, b"+" | b"-" | b"."));
    is_number(1) && is_number(2) && is_strand
}

/// Whether the first line that is no comment is one of BED.
pub(super) fn looks_like_bed(start: &[u8]) -> bool {
    const COMMENTS: [&[u8]; 3] = [b"#", b"track", b"browser"];
    let mut lines = start.split(|&b| b == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.find(|line| !COMMENTS.iter().any(|comment| line.starts_with(comment))).is_some_and(is_bed)
}

/// The problem and the hint for VCF whose first line is missing or begins with a byte-order mark; `None` for other input.
pub(super) fn nearly_vcf(start: &[u8]) -> Option<(&'static str, &'static str)> {
    match start {
        [0xef, 0xbb, 0xbf, rest @ ..] if rest.starts_with(b"##fileformat=VCF") || is_vcf_without_first_line(rest) => {
            Some(("it is VCF that begins with a byte-order mark, which VCF does not allow", WITHOUT_MARK))
        }
        _ if is_vcf_without_first_line(start) => Some((
            "it looks like VCF, but its first line is not ##fileformat=VCFv4.x",
            "add that line: (echo '##fileformat=VCFv4.2'; cat FILE) > NEW",
        )),
        _ => None,
    }
}

/// Whether the first lines are header lines of VCF, or the first line can only be a VCF record.
fn is_vcf_without_first_line(start: &[u8]) -> bool {
    const HEADER: [&[u8]; 5] = [b"##fileformat=VCF", b"##contig=<", b"##INFO=<", b"##FORMAT=<", b"##FILTER=<"];
    for line in start.split(|&b| b == b'\n') {
        let line = line.trim_ascii();
        if HEADER.iter().any(|beginning| line.starts_with(beginning)) {
            return true;
        }
        if let Some(rest) = line.strip_prefix(b"#CHROM") {
            return rest.trim_ascii_start().starts_with(b"POS");
        }
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        // CHROM, POS, ID, REF, ALT, QUAL, FILTER, INFO. BED has a name and a number where REF and ALT hold bases.
        let columns: Vec<&[u8]> = line.split(|&b| b == b'\t').collect();
        let bases = |text: &[u8]| !text.is_empty() && text.iter().all(|b| b"ACGTNacgtn".contains(b));
        let allele = |text: &[u8]| bases(text) || text == b"*" || text.starts_with(b"<");
        return columns.len() >= 8
            && columns[1].iter().all(u8::is_ascii_digit)
            && bases(columns[3])
            && columns[4].split(|&b| b == b',').all(allele);
    }
    false
}

/// The mark (U+FEFF) that some editors write before text in UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The hint for text that begins with it.
pub(super) const WITHOUT_MARK: &str = "remove it: tail -c +4 FILE > NEW";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_detected_from_their_first_bytes() {
        for (start, format) in [
            (&b">chr1 human\nACGT"[..], Format::Fasta),
            (b"\n>chr1\nACGT", Format::Fasta),
            (b"@read1\nACGT\n+\nIIII\n", Format::Fastq),
            (b"@SQ read\nACGT\n+\nIIII\n", Format::Fastq),
            (b"@HD\tVN:1.6\n", Format::Sam),
            (b"@CO\n@SQ\tSN:c\tLN:5\n", Format::Sam),
            (b"r1\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\t*\n", Format::Sam),
            (b"BAM\x01rest", Format::Bam),
            (b"##fileformat=VCFv4.2\n", Format::Vcf),
            (b"hello\n", Format::Unknown),
            (b"c\t5\t12\t7\t0\t+\t5\t12\t0,0,0\t1\t7\t0\n", Format::Unknown),
            (b"12\t0\t7\t7\t0\t5M\t*\t0\t0\tACGTA\t*\n", Format::Sam),
        ] {
            assert_eq!(format_of(start), format, "{}", String::from_utf8_lossy(start));
        }
    }

    #[test]
    fn bed_is_recognised() {
        for (start, expected) in [
            (&b"c\t5\t12\n"[..], true),
            (b"#contig\tstart\tend\nc\t5\t12\tname\n", true),
            (b"track name=x\n\nc\t5\t12\t7\t0\t-\t5\t12\t0,0,0\t1\t7\t0\r\n", true),
            (b"c\tx\tgene\t1\t2\t.\t+\t.\tID=a\n", false),
            (b"12\t0\t7\t7\t0\t5M\t*\t0\t0\tACGTA\t*\n", false),
            (b"#only\n", false),
            (b"c\t5\n", false),
        ] {
            assert_eq!(looks_like_bed(start), expected, "{}", String::from_utf8_lossy(start));
        }
    }

    #[test]
    fn vcf_without_its_first_line_is_recognised() {
        for (start, expected) in [
            (&b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nc\t5\t12\tG\tA\t.\t.\t.\n"[..], true),
            (b"##source=x\n##INFO=<ID=DP>\n", true),
            (b"##x\n##fileformat=VCFv4.2\n", true),
            (b"c\t5\t12\tG\tA,<DEL>\t.\t.\tDP=1\n", true),
            (b"c\t5\t12\tG\tA\t.\tPASS\tDP=1\tGT\t0/1\t0/1\t0/0\n", true),
            (b"\xef\xbb\xbf##fileformat=VCFv4.2\n", true),
            (b"#CHROM\tSTART\tEND\nc\t5\t12\n", false),
            (b"c\t5\t12\tCAT\t0\t+\t5\t12\t0,0,0\n", false),
            (b"c\t5\t12\tA\t.\t+\t5\t12\n", false),
            (b"##gff-version 3\nc\tx\tgene\t1\t2\t.\t+\t.\tID=a\n", false),
            (b"#!genome-build GRCh38\nc\tx\tgene\t1\t2\t.\t+\t.\tgene_id \"a\";\n", false),
            (b"r1\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\t*\n", false),
            (b"prompt\tanswer\n", false),
        ] {
            assert_eq!(nearly_vcf(start).is_some(), expected, "{}", String::from_utf8_lossy(start));
        }
    }
}
