//! Records of BCF (VCF specification 4.4, section 6.3) with INFO fields added.
//!
//! By hand, not with noodles: a record that was BCF is copied byte for byte, except for its length and its number of INFO fields, and
//! the new fields are appended to its first block, so its samples are not decoded. A line of VCF is encoded as htslib does it.

use std::fmt::Display;

use super::{
    dictionary::Dictionary,
    types::{CHAR, FLOAT, FLOAT_END, FLOAT_MISSING, INT8, INT16, INT32, NULL},
};
use crate::vcf::{header::FieldType, record::VariantRecord};

/// Encodes records as BCF.
pub(crate) struct Encoder {
    dictionary: Dictionary,
    /// Buffers: the first block of a record, its samples, and the numbers of one field.
    shared: Vec<u8>,
    samples: Vec<u8>,
    numbers: Vec<i32>,
}

/// Why a record cannot be BCF, and a hint.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The problem.
    pub message: String,
    /// What the user can do.
    pub hint: &'static str,
}

type Encoded<T = ()> = Result<T, Problem>;

const CORRECT: &str = "correct it, or write VCF, which accepts it: -O z";

impl Problem {
    fn undeclared(what: &str, name: &[u8]) -> Self {
        Self {
            message: format!("{what} {} is not in the header, which BCF needs", String::from_utf8_lossy(name)),
            hint: "add its line to the header (bcftools annotate -h, for contigs bcftools reheader -f), or write VCF: -O z",
        }
    }

    fn invalid(what: impl Display, value: &[u8], wanted: &str) -> Self {
        let value = String::from_utf8_lossy(value);
        Self { message: format!("{what} is \"{value}\", which is not a {wanted}"), hint: CORRECT }
    }

    fn other(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: CORRECT }
    }
}

/// The integers that stand for a missing value and for the end of a vector.
const MISSING: i32 = i32::MIN;
const END: i32 = i32::MIN + 1;

/// The lowest integer that is a value (section 6.3.3).
const LOWEST: i32 = i32::MIN + 8;

impl Encoder {
    /// For a header with these names.
    pub(crate) fn new(dictionary: Dictionary) -> Self {
        Self { dictionary, shared: Vec::new(), samples: Vec::new(), numbers: Vec::new() }
    }

    /// The header in BCF: the lines with the number of each name.
    pub(crate) fn header(&self, lines: &[u8]) -> Vec<u8> {
        let text: Vec<u8> =
            lines.split_inclusive(|&b| b == b'\n').flat_map(|line| self.dictionary.with_index(line)).collect();
        // The length includes the NUL byte at the end (section 6.2).
        let mut header = b"BCF\x02\x02".to_vec();
        header.extend_from_slice(&(text.len() as u32 + 1).to_le_bytes());
        header.extend_from_slice(&text);
        header.push(0);
        header
    }

    /// How many numbers for contigs there are.
    pub(crate) fn contig_count(&self) -> usize {
        self.dictionary.contig_count()
    }

    /// Appends the record to `out`, with INFO fields added, which are text as in VCF.
    pub(crate) fn write(&mut self, record: &VariantRecord, added: &[u8], out: &mut Vec<u8>) -> Encoded {
        self.shared.clear();
        self.samples.clear();
        if record.frame.is_empty() { self.line(record, added, out) } else { self.copied(record, added, out) }
    }

    /// Copies a record of BCF: two lengths, 24 bytes in a fixed order (the last of them the counts), values, samples. Its length on
    /// the reference (`rlen`) grows where the program that wrote it did not support SVLEN or LEN.
    fn copied(&mut self, record: &VariantRecord, added: &[u8], out: &mut Vec<u8>) -> Encoded {
        let frame = &record.frame;
        let count = self.info(added)?;
        // The reader has checked that every record holds its counts.
        let before = u16::from_le_bytes([frame[24], frame[25]]);
        let fields = before.checked_add(count).ok_or_else(too_many)?;
        let length = u32::from_le_bytes([frame[0], frame[1], frame[2], frame[3]]) as usize;
        let (first, samples) = frame.split_at(8 + length);
        out.extend_from_slice(&((length + self.shared.len()) as u32).to_le_bytes());
        out.extend_from_slice(&first[4..16]);
        let own = i32::from_le_bytes([frame[16], frame[17], frame[18], frame[19]]);
        let computed = i32::try_from(record.interval().len()).unwrap_or(i32::MAX);
        out.extend_from_slice(&own.max(computed).to_le_bytes());
        out.extend_from_slice(&first[20..24]);
        out.extend_from_slice(&fields.to_le_bytes());
        out.extend_from_slice(&first[26..]);
        out.extend_from_slice(&self.shared);
        out.extend_from_slice(samples);
        Ok(())
    }

    /// Encodes a line of VCF.
    fn line(&mut self, record: &VariantRecord, added: &[u8], out: &mut Vec<u8>) -> Encoded {
        let mut columns = record.line.split(|&b| b == b'\t');
        let mut column = || columns.next().unwrap_or_default();
        let [contig, position, id, reference, alternates, quality, filters, info] = std::array::from_fn(|_| column());
        let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
        let contig = self.dictionary.contig(text(contig)).ok_or_else(|| Problem::undeclared("contig", contig))? as i32;
        letters(if id == b"." { b"" } else { id }, &mut self.shared);
        letters(reference, &mut self.shared);
        let mut alleles = 1u16;
        for alternate in alternates.split(|&b| b == b',').filter(|_| alternates != b".") {
            letters(alternate, &mut self.shared);
            alleles = alleles.checked_add(1).ok_or_else(|| Problem::other("more than 65,535 alleles"))?;
        }
        let quality = match quality {
            b"." => FLOAT_MISSING,
            quality => float(quality).ok_or_else(|| Problem::invalid("QUAL", quality, "number"))?,
        };
        self.numbers.clear();
        for filter in filters.split(|&b| b == b';').filter(|_| filters != b"." && !filters.is_empty()) {
            let index = self.dictionary.filter(text(filter)).ok_or_else(|| Problem::undeclared("filter", filter))?;
            self.numbers.push(index as i32);
        }
        if self.numbers.is_empty() {
            descriptor(NULL, 0, &mut self.shared);
        } else {
            integers(&self.numbers, self.numbers.len(), &mut self.shared);
        }
        let info = if info == b"." { &[][..] } else { info };
        let fields = self.info(info)?.checked_add(self.info(added)?).ok_or_else(too_many)?;
        let formats = self.samples_of(&mut columns)?;

        let interval = record.interval();
        let place = |number: u64| i32::try_from(number).map_err(|_| Problem::other("POS is beyond what BCF holds"));
        // POS 0 is before the first base (the telomere).
        let position = if position == b"0" { -1 } else { place(interval.start)? };
        out.extend_from_slice(&(24 + self.shared.len() as u32).to_le_bytes());
        out.extend_from_slice(&(self.samples.len() as u32).to_le_bytes());
        for number in [contig, position, place(interval.len())?] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&quality.to_le_bytes());
        out.extend_from_slice(&fields.to_le_bytes());
        out.extend_from_slice(&alleles.to_le_bytes());
        out.extend_from_slice(&((formats << 24) | self.dictionary.samples as u32).to_le_bytes());
        out.extend_from_slice(&self.shared);
        out.extend_from_slice(&self.samples);
        Ok(())
    }

    /// Appends INFO fields to the first block, and returns their number.
    fn info(&mut self, text: &[u8]) -> Encoded<u16> {
        let Self { dictionary, shared: out, numbers, .. } = self;
        let mut count = 0u16;
        for field in text.split(|&b| b == b';').filter(|field| !field.is_empty()) {
            let (name, value) = match memchr::memchr(b'=', field) {
                Some(at) => (&field[..at], Some(&field[at + 1..])),
                None => (field, None),
            };
            let known = std::str::from_utf8(name).ok().and_then(|name| dictionary.info(name));
            let (index, kind) = known.ok_or_else(|| Problem::undeclared("INFO field", name))?;
            integers(&[index as i32], 1, out);
            let named = || format!("INFO field {}", String::from_utf8_lossy(name));
            match (value, kind) {
                (None, _) => descriptor(NULL, 0, out),
                // A flag with a value keeps it.
                (Some(value), FieldType::Flag | FieldType::String) => letters(value, out),
                (Some(value), FieldType::Integer) => {
                    numbers.clear();
                    whole_numbers(value, numbers).map_err(|part| Problem::invalid(named(), part, INTEGER))?;
                    integers(numbers, numbers.len(), out);
                }
                (Some(value), FieldType::Float) => {
                    descriptor(FLOAT, value.split(|&b| b == b',').count(), out);
                    floats(value, named, out)?;
                }
            }
            count = count.checked_add(1).ok_or_else(too_many)?;
        }
        Ok(count)
    }

    /// Encodes FORMAT and the samples, and returns the number of FORMAT fields.
    fn samples_of<'a>(&mut self, columns: &mut impl Iterator<Item = &'a [u8]>) -> Encoded<u32> {
        let count = self.dictionary.samples;
        let format = columns.next().unwrap_or(b".");
        let samples: Vec<&[u8]> = columns.collect();
        if samples.len() != count {
            return Err(Problem::other(format!("the record has {} samples, and the header {count}", samples.len())));
        }
        if format == b"." || count == 0 {
            return Ok(0);
        }
        let mut rest: Vec<_> = samples.iter().map(|sample| sample.split(|&b| b == b':')).collect();
        let (mut fields, mut values) = (0, Vec::with_capacity(count));
        for name in format.split(|&b| b == b':') {
            fields += 1;
            values.clear();
            // The last values of a sample may be left out.
            values.extend(rest.iter_mut().map(|rest| rest.next()));
            self.field(name, &values)?;
        }
        if rest.iter_mut().any(|rest| rest.next().is_some()) {
            return Err(Problem::other("a sample has more values than FORMAT has fields"));
        }
        if fields > 255 { Err(Problem::other("more than 255 FORMAT fields")) } else { Ok(fields) }
    }

    /// Encodes one FORMAT field of all samples.
    fn field(&mut self, name: &[u8], values: &[Option<&[u8]>]) -> Encoded {
        let known = std::str::from_utf8(name).ok().and_then(|name| self.dictionary.format(name));
        let (index, kind) = known.ok_or_else(|| Problem::undeclared("FORMAT field", name))?;
        let named = || format!("FORMAT field {}", String::from_utf8_lossy(name));
        integers(&[index as i32], 1, &mut self.samples);
        match kind {
            _ if name == b"GT" => self.integer_field(
                values,
                |b| matches!(b, b'/' | b'|'),
                |value, numbers| alleles(value, numbers).ok_or_else(|| Problem::invalid(named(), value, "genotype")),
            ),
            FieldType::Integer => self.integer_field(
                values,
                |b| b == b',',
                |value, numbers| whole_numbers(value, numbers).map_err(|part| Problem::invalid(named(), part, INTEGER)),
            ),
            FieldType::Float => self.float_field(values, named),
            FieldType::Flag | FieldType::String => {
                self.text_field(values);
                Ok(())
            }
        }
    }

    /// A FORMAT field of integers or genotypes, whose parts end at `separates`; `parse` appends the numbers of a sample.
    fn integer_field(
        &mut self,
        values: &[Option<&[u8]>],
        separates: impl Fn(u8) -> bool,
        parse: impl Fn(&[u8], &mut Vec<i32>) -> Encoded,
    ) -> Encoded {
        let width = width(values, separates);
        self.numbers.clear();
        for (sample, value) in values.iter().enumerate() {
            match value {
                None => self.numbers.push(MISSING),
                Some(value) => parse(value, &mut self.numbers)?,
            }
            self.numbers.resize((sample + 1) * width, END);
        }
        integers(&self.numbers, width, &mut self.samples);
        Ok(())
    }

    fn float_field(&mut self, values: &[Option<&[u8]>], named: impl Fn() -> String) -> Encoded {
        let (width, out) = (width(values, |b| b == b','), &mut self.samples);
        descriptor(FLOAT, width, out);
        for value in values {
            let end = out.len() + 4 * width;
            floats(value.unwrap_or(b"."), &named, out)?;
            while out.len() < end {
                out.extend_from_slice(&FLOAT_END.to_le_bytes());
            }
        }
        Ok(())
    }

    fn text_field(&mut self, values: &[Option<&[u8]>]) {
        let (width, out) =
            (values.iter().map(|value| value.map_or(1, <[u8]>::len)).max().unwrap_or(0).max(1), &mut self.samples);
        descriptor(CHAR, width, out);
        for value in values {
            let end = out.len() + width;
            out.extend_from_slice(value.unwrap_or(b"."));
            out.resize(end, 0);
        }
    }
}

/// The largest number of parts of a sample's value.
fn width(values: &[Option<&[u8]>], separates: impl Fn(u8) -> bool) -> usize {
    values.iter().flatten().map(|value| 1 + value.iter().filter(|&&b| separates(b)).count()).max().unwrap_or(1)
}

const INTEGER: &str = "whole number of 32 bits";

fn too_many() -> Problem {
    Problem::other("more than 65,535 INFO fields")
}

/// Appends the type and the number of values (section 6.3.3); from 15 on the number is an integer of its own.
fn descriptor(kind: u8, count: usize, out: &mut Vec<u8>) {
    if count < 15 {
        out.push((count as u8) << 4 | kind);
    } else {
        out.push(15 << 4 | kind);
        integers(&[count as i32], 1, out);
    }
}

/// Appends integers, `each` of them per sample, in the narrowest type that holds all.
fn integers(numbers: &[i32], each: usize, out: &mut Vec<u8>) {
    let known = || numbers.iter().copied().filter(|&number| number > END);
    let (least, most) = (known().min().unwrap_or(0), known().max().unwrap_or(0));
    let fits = |lowest: i32, highest: i32| least >= lowest + 8 && most <= highest;
    if fits(i8::MIN.into(), i8::MAX.into()) {
        descriptor(INT8, each, out);
        out.extend(
            numbers.iter().map(|&number| if number <= END { (number - MISSING + 128) as u8 } else { number as u8 }),
        );
    } else if fits(i16::MIN.into(), i16::MAX.into()) {
        descriptor(INT16, each, out);
        for &number in numbers {
            let stored = if number <= END { (number - MISSING) as i16 + i16::MIN } else { number as i16 };
            out.extend_from_slice(&stored.to_le_bytes());
        }
    } else {
        descriptor(INT32, each, out);
        numbers.iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
    }
}

/// Appends a text with its type and length.
fn letters(text: &[u8], out: &mut Vec<u8>) {
    descriptor(CHAR, text.len(), out);
    out.extend_from_slice(text);
}

/// Appends the numbers of a list. The error is the part that is not a number.
fn whole_numbers<'a>(value: &'a [u8], out: &mut Vec<i32>) -> Result<(), &'a [u8]> {
    for part in value.split(|&b| b == b',') {
        out.push(match part {
            b"." => MISSING,
            _ => number(part).filter(|number| *number >= LOWEST).ok_or(part)?,
        });
    }
    Ok(())
}

/// Appends the alleles of a genotype: (number + 1) × 2, plus 1 where the allele is phased with the one before. `None` for text
/// that is not a genotype.
fn alleles(genotype: &[u8], out: &mut Vec<i32>) -> Option<()> {
    let mut phased = 0;
    // VCF 4.4 allows a phase before the first allele.
    let genotype = match genotype {
        [b'|', rest @ ..] => {
            phased = 1;
            rest
        }
        [b'/', rest @ ..] => rest,
        genotype => genotype,
    };
    for allele in genotype.split_inclusive(|b| matches!(b, b'/' | b'|')) {
        let (allele, next) = match allele {
            [allele @ .., b'|'] => (allele, 1),
            [allele @ .., b'/'] => (allele, 0),
            allele => (allele, 0),
        };
        out.push(match allele {
            b"." => phased,
            _ => (number(allele).filter(|number| (0..i32::MAX / 2 - 1).contains(number))? + 1) << 1 | phased,
        });
        phased = next;
    }
    // An empty genotype, or no allele after the last separator.
    genotype.last().filter(|b| !matches!(b, b'/' | b'|')).map(|_| ())
}

fn number(text: &[u8]) -> Option<i32> {
    // Nearly all alleles have one digit.
    if let [digit @ b'0'..=b'9'] = text {
        return Some(i32::from(digit - b'0'));
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Appends the floats of a list; `named` gives the field's name for the error.
fn floats(list: &[u8], named: impl Fn() -> String, out: &mut Vec<u8>) -> Encoded {
    for part in list.split(|&b| b == b',') {
        let bits = float(part).ok_or_else(|| Problem::invalid(named(), part, "number"))?;
        out.extend_from_slice(&bits.to_le_bytes());
    }
    Ok(())
}

/// The bits of a number.
fn float(text: &[u8]) -> Option<u32> {
    if text == b"." {
        return Some(FLOAT_MISSING);
    }
    let number: f32 = std::str::from_utf8(text).ok()?.parse().ok()?;
    Some(number.to_bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[&str] = &[
        "##FILTER=<ID=q10,Description=\"q\">\n",
        "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n",
        "##INFO=<ID=AF,Number=A,Type=Float,Description=\"a\">\n",
        "##INFO=<ID=DB,Number=0,Type=Flag,Description=\"b\">\n",
        "##INFO=<ID=AA,Number=1,Type=String,Description=\"c\">\n",
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n",
        "##FORMAT=<ID=GL,Number=G,Type=Float,Description=\"g\">\n",
        "##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"g\">\n",
        "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"g\">\n",
        "##contig=<ID=1>\n",
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n",
    ];

    fn dictionary() -> Dictionary {
        Dictionary::parse(HEADER.iter().map(|line| line.as_bytes())).expect("a header")
    }

    fn encoded(line: &str, added: &str) -> Result<Vec<u8>, Problem> {
        let record = VariantRecord::parse(line.into(), 1).expect("a record");
        let mut out = Vec::new();
        Encoder::new(dictionary()).write(&record, added.as_bytes(), &mut out).map(|()| out)
    }

    #[test]
    fn a_line_becomes_bcf_and_the_same_line_again() {
        for line in [
            "1\t9\trs1\tA\tC,<DEL>\t29.5\tPASS\tDP=14;AF=0.5,.;DB\tGT:PL:FT\t0|1:1,2,300:ok\t.:.:much_longer_text_than_14",
            "1\t0\t.\tAC\t.\t.\tq10;PASS\t.\tGT:GL\t0/1/2:-1.5,1e-05\t1:.",
            "1\t10\t.\tA\tC\t.\t.\tDP=-120;AA=a_text_of_more_than_fourteen_letters\tPL\t40000,-5\t.",
            "1\t10\t.\tA\tC\t.\t.\tDP=2147483647;DB\t.\t.\t.",
            "1\t10\t.\tA\tC\t.\t.\tDP=-121\tPL\t-32761\t-2147483640",
        ] {
            let frame = encoded(line, "").expect("BCF");
            let mut again = Vec::new();
            dictionary().line(&frame, &mut again).expect("a line");
            assert_eq!(String::from_utf8_lossy(&again), line);
        }
    }

    #[test]
    fn fields_are_added_and_all_else_is_copied() {
        let line = "1\t9\t.\tA\tC\t1\tPASS\tDP=14\tGT\t0|1\t1/1";
        let frame = encoded(line, "").expect("BCF");
        let mut record = VariantRecord::parse(line.into(), 1).expect("a record");
        record.frame = frame.clone();
        let mut out = Vec::new();
        Encoder::new(dictionary()).write(&record, b"AF=0.250000;AA=x|y", &mut out).expect("BCF");
        let mut again = Vec::new();
        dictionary().line(&out, &mut again).expect("a line");
        assert_eq!(String::from_utf8_lossy(&again), line.replace("DP=14", "DP=14;AF=0.25;AA=x|y"));
        assert_eq!(out, encoded(line, "AF=0.250000;AA=x|y").expect("BCF"));
    }

    #[test]
    fn a_genotype_may_begin_with_its_phase() {
        for (text, numbers) in [("0|1", vec![2, 5]), ("|0|1", vec![3, 5]), ("/0|1", vec![2, 5]), (".", vec![0])] {
            let mut out = Vec::new();
            assert_eq!((alleles(text.as_bytes(), &mut out), out), (Some(()), numbers), "{text}");
        }
        assert_eq!(alleles(b"|", &mut Vec::new()), None);
    }

    #[test]
    fn values_that_bcf_cannot_hold_are_refused() {
        for (info, format, say) in [
            ("XX=1", "GT", "INFO field XX is not in the header, which BCF needs"),
            ("DP=many", "GT", "INFO field DP is \"many\", which is not a whole number of 32 bits"),
            ("DP=2147483648", "GT", "INFO field DP is \"2147483648\", which is not a whole number of 32 bits"),
            ("AF=0.1,x", "GT", "INFO field AF is \"x\", which is not a number"),
            (".", "YY", "FORMAT field YY is not in the header, which BCF needs"),
            (".", "PL", "FORMAT field PL is \"0|1\", which is not a whole number of 32 bits"),
            (".", "GT\t0/", "the record has 3 samples, and the header 2"),
        ] {
            let line = format!("1\t9\t.\tA\tC\t1\tPASS\t{info}\t{format}\t0|1\t1/1");
            assert_eq!(encoded(&line, "").expect_err(&line).message, say);
        }
        for genotype in ["0/", "x", "/", "", "0/-1", "0:0"] {
            let line = format!("1\t9\t.\tA\tC\t1\tPASS\t.\tGT\t0|1\t{genotype}");
            assert!(encoded(&line, "").is_err(), "{genotype}");
        }
    }
}
