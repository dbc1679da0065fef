//! Records of BCF (VCF specification 4.4, section 6.3) as lines of VCF.
//!
//! By hand, not with noodles: a line is the one that `bcftools view` writes, to the last digit of its floats, and of a record that
//! goes into another BCF file only the place and the alleles are decoded, and the rest is copied: see [`Dictionary::head`].

use super::{
    dictionary::Dictionary,
    types::{CHAR, FLOAT, FLOAT_END, FLOAT_MISSING, INT8, INT16, INT32, NULL},
};
use crate::{
    genome::{Interval, interval::signed_to_one_based},
    number::{write_integer, write_significant},
};

/// Bytes of a record before its ID: two lengths, contig and position, quality, counts.
const FIXED: usize = 32;

const DAMAGED: &str = "the record is damaged: a value reaches beyond it";

const TOO_LONG: &str = "the record is damaged: it is longer than its values";

impl Dictionary {
    /// The name of a record's contig.
    pub(crate) fn contig_of(&self, frame: &[u8]) -> Result<&str, String> {
        let number = usize::try_from(Bytes(frame.get(8..).ok_or(DAMAGED)?).int32()?).unwrap_or(usize::MAX);
        self.contig_name(number).ok_or_else(|| format!("contig number {number} is not in the header"))
    }

    /// The name of a filter or field, by its number as a record has it.
    fn string(&self, number: Option<i32>) -> Result<&str, String> {
        self.require(number).map(|number| self.name(number).unwrap_or_default())
    }

    /// Writes CHROM, POS, ID, REF and ALT as VCF has them. Returns the bytes of the record that follow them.
    fn place<'a>(&self, frame: &'a [u8], out: &mut Vec<u8>) -> Result<Bytes<'a>, String> {
        let shared = Bytes(frame).int32()? as u32 as usize;
        let fixed = Bytes(frame.get(..FIXED).ok_or(DAMAGED)?);
        let mut rest = Bytes(frame.get(FIXED..8 + shared).ok_or(DAMAGED)?);
        out.extend_from_slice(self.contig_of(frame)?.as_bytes());
        out.push(b'\t');
        // The telomere, 0 in VCF, is -1 here.
        write_signed(signed_to_one_based(fixed.at(12).into()), out);
        out.push(b'\t');
        let id = rest.letters()?;
        out.extend_from_slice(if id.is_empty() { b"." } else { id });
        let alleles = fixed.at(24) as u32 >> 16;
        for allele in 0..alleles {
            out.push(if allele < 2 { b'\t' } else { b',' });
            let letters = rest.letters()?;
            out.extend_from_slice(letters);
        }
        if alleles < 2 {
            out.extend_from_slice(if alleles == 0 { b"\t.\t." } else { b"\t." });
        }
        Ok(rest)
    }

    /// Writes the columns that a score needs: those up to ALT, empty QUAL and FILTER, and the INFO and FORMAT fields that give the
    /// length of a symbolic allele or its other end. The rest is checked, but not decoded: names must be in the header, and values must fill the
    /// record exactly. Returns the first of the INFO fields `watched` (by number) that the record has.
    pub(crate) fn head(&self, frame: &[u8], watched: &[usize], out: &mut Vec<u8>) -> Result<Option<usize>, String> {
        let mut rest = self.place(frame, out)?;
        let symbolic = out.contains(&b'<');
        out.extend_from_slice(b"\t.\t.\t");
        let begin = out.len();
        let (kind, count) = rest.descriptor()?;
        for _ in 0..count {
            self.require(rest.integer(kind)?)?;
        }
        let mut found = None;
        for _ in 0..Bytes(frame).at(24) as u32 & 0xffff {
            let key = self.require(rest.key()?)?;
            let (kind, count) = rest.descriptor()?;
            let bytes = rest.take(size(kind, count)?)?;
            if watched.contains(&key) {
                found = found.or(Some(key));
            }
            if symbolic && let Some(name @ ("END" | "SVLEN" | "SVTYPE" | "CHR2" | "POS2")) = self.name(key) {
                if out.len() > begin {
                    out.push(b';');
                }
                out.extend_from_slice(name.as_bytes());
                out.push(b'=');
                write_values(kind, count, bytes, out);
            }
        }
        if out.len() == begin {
            out.push(b'.');
        }
        rest.ended()?;
        let (fields, samples) = self.sample_counts(frame)?;
        let mut rest = samples_block(frame)?;
        for _ in 0..fields {
            let key = self.require(rest.key()?)?;
            let (kind, count) = rest.descriptor()?;
            let each = size(kind, count)?;
            let bytes = rest.take(each.checked_mul(samples).ok_or(DAMAGED)?)?;
            // The length of <*> (VCF 4.5).
            if symbolic && self.name(key) == Some("LEN") {
                out.extend_from_slice(b"\tLEN");
                for values in bytes.chunks_exact(each.max(1)) {
                    out.push(b'\t');
                    write_values(kind, count, values, out);
                }
            }
        }
        rest.ended().map(|()| found)
    }

    /// The numbers of FORMAT fields and of samples of a record; the header must have as many samples.
    fn sample_counts(&self, frame: &[u8]) -> Result<(usize, usize), String> {
        let counts = Bytes(frame).at(28) as u32;
        let (fields, samples) = ((counts >> 24) as usize, (counts & 0xff_ffff) as usize);
        if samples != self.samples {
            return Err(format!("the record has {samples} samples, and the header {}", self.samples));
        }
        Ok((fields, samples))
    }

    /// Writes the record as a line of VCF, without its end.
    pub(crate) fn line(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
        let mut rest = self.place(frame, out)?;
        let fixed = Bytes(frame);
        out.push(b'\t');
        write_float(fixed.at(20) as u32, out);
        out.push(b'\t');
        let (kind, count) = rest.descriptor()?;
        if count == 0 {
            out.push(b'.');
        }
        for at in 0..count {
            if at > 0 {
                out.push(b';');
            }
            out.extend_from_slice(self.string(rest.integer(kind)?)?.as_bytes());
        }
        out.push(b'\t');
        let fields = fixed.at(24) as u32 & 0xffff;
        if fields == 0 {
            out.push(b'.');
        }
        for at in 0..fields {
            if at > 0 {
                out.push(b';');
            }
            let key = rest.typed_integer()?;
            out.extend_from_slice(self.string(key)?.as_bytes());
            let (kind, count) = rest.descriptor()?;
            if count > 0 {
                out.push(b'=');
                write_values(kind, count, rest.take(size(kind, count)?)?, out);
            }
        }
        rest.ended()?;
        let (fields, samples) = self.sample_counts(frame)?;
        self.samples_of(frame, fields, samples, out)
    }

    /// Writes FORMAT and the samples.
    fn samples_of(&self, frame: &[u8], fields: usize, samples: usize, out: &mut Vec<u8>) -> Result<(), String> {
        let mut rest = samples_block(frame)?;
        if samples == 0 || fields == 0 {
            if samples > 0 {
                // FORMAT too.
                out.extend_from_slice(&b"\t.".repeat(samples + 1));
            }
            return rest.ended();
        }
        // Whether the field is the genotype, type, values per sample, bytes per sample, bytes of all samples.
        let mut columns = Vec::with_capacity(fields);
        for at in 0..fields {
            let name = self.string(rest.typed_integer()?)?;
            out.push(if at == 0 { b'\t' } else { b':' });
            out.extend_from_slice(name.as_bytes());
            let (kind, count) = rest.descriptor()?;
            let each = size(kind, count)?;
            let bytes = rest.take(each.checked_mul(samples).ok_or(DAMAGED)?)?;
            columns.push((name == "GT", kind, count, each, bytes));
        }
        rest.ended()?;
        for sample in 0..samples {
            for (at, (genotype, kind, count, each, bytes)) in columns.iter().enumerate() {
                out.push(if at == 0 { b'\t' } else { b':' });
                let values = &bytes[sample * each..(sample + 1) * each];
                if *genotype {
                    write_genotype(*kind, values, out).ok_or("an invalid genotype (GT): a negative allele")?;
                } else if *kind == CHAR && memchr::memchr(b':', values).is_some() {
                    return Err("a value of a sample holds a colon, which separates values in VCF".into());
                } else {
                    write_values(*kind, *count, values, out);
                }
            }
        }
        Ok(())
    }
}

/// The second block of a record, which holds the samples.
fn samples_block(frame: &[u8]) -> Result<Bytes<'_>, String> {
    let shared = Bytes(frame).int32()? as u32 as usize;
    Ok(Bytes(frame.get(8 + shared..).ok_or(DAMAGED)?))
}

/// The bases that a record covers, by its length field (`rlen`, section 6.3.1).
pub(crate) fn interval(frame: &[u8]) -> Interval {
    let fixed = Bytes(frame);
    let start = u64::try_from(fixed.at(12)).unwrap_or(0);
    Interval::new(start, start + u64::try_from(fixed.at(16)).unwrap_or(1).max(1))
}

/// The bytes of a record that have not been read yet.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    #[inline]
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(taken)
    }

    fn int32(&self) -> Result<i32, String> {
        let bytes = self.0.first_chunk().ok_or(DAMAGED)?;
        Ok(i32::from_le_bytes(*bytes))
    }

    /// Checks that the values have filled their block.
    fn ended(&self) -> Result<(), String> {
        if self.0.is_empty() { Ok(()) } else { Err(TOO_LONG.into()) }
    }

    /// A number at a fixed place, which is 0 where the bytes end before it.
    fn at(&self, at: usize) -> i32 {
        self.0.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| i32::from_le_bytes(*bytes))
    }

    /// Type and number of the values that follow (section 6.3.3).
    #[inline]
    fn descriptor(&mut self) -> Result<(u8, usize), String> {
        let byte = self.take(1)?[0];
        let count = match byte >> 4 {
            15 => self.typed_integer()?.and_then(|count| usize::try_from(count).ok()).ok_or(DAMAGED)?,
            count => count.into(),
        };
        Ok((byte & 15, count))
    }

    /// One integer of a type.
    fn integer(&mut self, kind: u8) -> Result<Option<i32>, String> {
        let bytes = self.take(size(kind, 1)?)?;
        Ok(integers(kind, bytes).next().and_then(Integer::known))
    }

    /// One integer with its type before it.
    fn typed_integer(&mut self) -> Result<Option<i32>, String> {
        let byte = self.take(1)?[0];
        if byte >> 4 != 1 {
            return Err(DAMAGED.into());
        }
        self.integer(byte & 15)
    }

    /// The number of a name; nearly all are of one byte.
    #[inline]
    fn key(&mut self) -> Result<Option<i32>, String> {
        if let [0x11, number @ 0..0x80, rest @ ..] = self.0 {
            self.0 = rest;
            return Ok(Some(i32::from(*number)));
        }
        self.typed_integer()
    }

    /// A text with its type and length before it.
    fn letters(&mut self) -> Result<&'a [u8], String> {
        let (kind, count) = self.descriptor()?;
        let bytes = self.take(size(kind, count)?)?;
        match (kind, count) {
            (CHAR, _) => Ok(&bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())]),
            (_, 0) => Ok(&[]),
            _ => Err("the record is damaged: numbers where text should be".into()),
        }
    }
}

/// The number of bytes of `count` values of a type.
#[inline]
fn size(kind: u8, count: usize) -> Result<usize, String> {
    let each = match kind {
        NULL => 0,
        INT8 | CHAR => 1,
        INT16 => 2,
        INT32 | FLOAT => 4,
        other => return Err(format!("a value of type {other}, which BCF does not have")),
    };
    count.checked_mul(each).ok_or_else(|| DAMAGED.into())
}

/// An integer of a vector.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Integer {
    Known(i32),
    Missing,
    /// The vector ends before its place is full.
    End,
}

impl Integer {
    fn known(self) -> Option<i32> {
        match self {
            Self::Known(number) => Some(number),
            Self::Missing | Self::End => None,
        }
    }

    /// The two lowest numbers of each width mean a missing value and the end of a vector.
    fn of(number: i32, lowest: i32) -> Self {
        match number {
            _ if number == lowest => Self::Missing,
            _ if number == lowest + 1 => Self::End,
            _ => Self::Known(number),
        }
    }
}

/// The integers of a type in these bytes.
fn integers(kind: u8, bytes: &[u8]) -> impl Iterator<Item = Integer> {
    let width = match kind {
        INT8 => 1,
        INT16 => 2,
        _ => 4,
    };
    bytes.chunks_exact(width).map(|number| match *number {
        [a] => Integer::of(i32::from(a as i8), i32::from(i8::MIN)),
        [a, b] => Integer::of(i32::from(i16::from_le_bytes([a, b])), i32::from(i16::MIN)),
        [a, b, c, d] => Integer::of(i32::from_le_bytes([a, b, c, d]), i32::MIN),
        _ => Integer::Missing,
    })
}

/// Writes values, separated by commas, up to the end of the vector.
fn write_values(kind: u8, count: usize, bytes: &[u8], out: &mut Vec<u8>) {
    if count == 0 || kind == NULL {
        out.push(b'.');
        return;
    }
    match kind {
        CHAR => {
            let letters = &bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())];
            // 7 is a missing character.
            out.extend(letters.iter().map(|&letter| if letter == 7 { b'.' } else { letter }));
        }
        FLOAT => {
            for (at, number) in bytes.chunks_exact(4).enumerate() {
                let bits = number.first_chunk().map_or(FLOAT_END, |bytes| u32::from_le_bytes(*bytes));
                if bits == FLOAT_END {
                    break;
                }
                if at > 0 {
                    out.push(b',');
                }
                write_float(bits, out);
            }
        }
        _ => {
            for (at, number) in integers(kind, bytes).take_while(|number| *number != Integer::End).enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                match number.known() {
                    Some(number) => write_signed(number.into(), out),
                    None => out.push(b'.'),
                }
            }
        }
    }
}

/// Writes a genotype. An allele is stored as (number + 1) × 2, plus 1 where it is phased with the allele before (section 6.3.3).
/// `None` for a negative allele.
fn write_genotype(kind: u8, bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut any = false;
    for allele in integers(kind, bytes).take_while(|allele| *allele != Integer::End) {
        let coded = allele.known().unwrap_or(0);
        if any {
            out.push(if coded & 1 == 1 { b'|' } else { b'/' });
        }
        any = true;
        match coded >> 1 {
            0 => out.push(b'.'),
            allele if allele < 0 => return None,
            allele => write_signed(i64::from(allele) - 1, out),
        }
    }
    if !any {
        out.push(b'.');
    }
    Some(())
}

fn write_signed(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    write_integer(number.unsigned_abs(), out);
}

/// Writes a float as htslib does.
fn write_float(bits: u32, out: &mut Vec<u8>) {
    if bits == FLOAT_MISSING {
        out.push(b'.');
    } else {
        write_significant(f32::from_bits(bits), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_have_six_digits_as_in_htslib() {
        for (number, text) in [
            (29.5, "29.5"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (0.1, "0.1"),
            (0.000_123_456_7, "0.000123457"),
            (0.999_999_9, "1"),
            (1.0, "1"),
            (100.0, "100"),
            (1234.567, "1234.57"),
            (100_000.5, "100001"),
            (999_999.0, "999999"),
            (1e6, "1e+06"),
            (123_456_789.0, "1.23457e+08"),
            (-0.25, "-0.25"),
            (0.0, "0"),
            (f32::MAX, "3.40282e+38"),
            (f32::INFINITY, "inf"),
        ] {
            let mut out = Vec::new();
            write_float(f32::to_bits(number), &mut out);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
        let mut out = Vec::new();
        write_float(FLOAT_MISSING, &mut out);
        assert_eq!(out, b".");
    }

    #[test]
    fn a_record_cut_anywhere_is_no_panic() {
        let own = Dictionary::parse([&b"##contig=<ID=c>\n"[..], b"##INFO=<ID=D,Type=Float>\n"]).expect("a header");
        let mut shared = Vec::new();
        for number in [0, 8, 1, f32::to_bits(29.5) as i32, 2 << 16 | 1, 0] {
            shared.extend_from_slice(&i32::to_le_bytes(number));
        }
        shared.extend_from_slice(&[0x07, 0x17, b'A', 0x17, b'C', 0x11, 0, 0x11, 1, 0x15]);
        shared.extend_from_slice(&1.5f32.to_le_bytes());
        let mut frame = (shared.len() as u32).to_le_bytes().to_vec();
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(&shared);
        let mut line = Vec::new();
        own.line(&frame, &mut line).expect("a record");
        assert_eq!(String::from_utf8_lossy(&line), "c\t9\t.\tA\tC\t29.5\tPASS\tD=1.5");
        for end in 0..frame.len() {
            assert!(own.line(&frame[..end], &mut Vec::new()).is_err(), "{end}");
        }
    }
}
