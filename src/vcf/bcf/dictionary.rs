//! The dictionary of a BCF header (VCF specification 4.4, section 6.2.1): numbers for the names of contigs, filters and fields.

use std::{
    collections::HashMap,
    io::{self, BufRead, Read},
};

use crate::{
    read::MAX_LINE,
    vcf::header::{self, FieldType, StructuredLine},
};

/// The largest number of a name. A larger one means that the header is damaged.
const MAX_NUMBER: usize = 1 << 22;

/// The numbers by which records refer to names: one series for contigs, and one that filters, INFO and FORMAT fields share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    strings: Names,
    contigs: Names,
    filters: HashMap<String, usize>,
    infos: HashMap<String, (usize, FieldType)>,
    formats: HashMap<String, (usize, FieldType)>,
    /// Number of samples in the header.
    pub samples: usize,
}

/// A series of numbers.
#[derive(Clone, Debug, Default)]
struct Names {
    /// By number; `None` where a number has no name.
    names: Vec<Option<String>>,
    numbers: HashMap<String, usize>,
}

impl Names {
    /// Adds a name with its number, which without one is the number after the largest. A known name keeps its number.
    fn add(&mut self, name: &str, number: Option<usize>) -> Result<usize, String> {
        if let Some(number) = self.numbers.get(name) {
            return Ok(*number);
        }
        let number = number.unwrap_or(self.names.len());
        if number >= MAX_NUMBER {
            return Err(format!("IDX={number} of \"{name}\" in the header is too large"));
        }
        if self.names.len() <= number {
            self.names.resize(number + 1, None);
        }
        self.names[number] = Some(name.into());
        self.numbers.insert(name.into(), number);
        Ok(number)
    }

    fn get(&self, number: usize) -> Option<&str> {
        self.names.get(number)?.as_deref()
    }
}

impl Dictionary {
    /// Of the lines of a header. The error is the problem with one of them.
    pub(crate) fn parse<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, String> {
        let mut own = Self::default();
        // PASS is always there, with the first number (section 6.2.1).
        own.filters.insert("PASS".into(), own.strings.add("PASS", Some(0))?);
        for line in lines {
            own.add(line)?;
        }
        Ok(own)
    }

    /// Adds another line of the header. An ID without a number (IDX) gets the number after the largest.
    pub(crate) fn add(&mut self, line: &[u8]) -> Result<(), String> {
        let text = String::from_utf8_lossy(line);
        if text.starts_with("#CHROM") {
            self.samples = header::sample_count(text.trim_end().as_bytes());
        }
        let Some(line) = StructuredLine::parse(&text).filter(StructuredLine::is_numbered) else { return Ok(()) };
        let Some(id) = line.value("ID") else { return Ok(()) };
        let number = line.value("IDX").and_then(|number| number.parse().ok());
        if line.kind == "contig" {
            self.contigs.add(id, number)?;
            return Ok(());
        }
        let number = self.strings.add(id, number)?;
        let kind = match line.value("Type") {
            Some("Flag") => FieldType::Flag,
            Some("Integer") => FieldType::Integer,
            Some("Float") => FieldType::Float,
            _ => FieldType::String,
        };
        match line.kind {
            "FILTER" => self.filters.entry(id.into()).or_insert(number),
            "INFO" => &mut self.infos.entry(id.into()).or_insert((number, kind)).0,
            _ => &mut self.formats.entry(id.into()).or_insert((number, kind)).0,
        };
        Ok(())
    }

    /// A header line with the number (IDX) of its ID, if it has one.
    pub(crate) fn with_index(&self, line: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(line);
        let parsed = StructuredLine::parse(&text).filter(|line| line.is_numbered() && line.value("IDX").is_none());
        let index = parsed.and_then(|line| {
            let names = if line.kind == "contig" { &self.contigs } else { &self.strings };
            names.numbers.get(line.value("ID")?)
        });
        match (index, line.trim_ascii_end().strip_suffix(b">")) {
            (Some(index), Some(kept)) => [kept, format!(",IDX={index}>\n").as_bytes()].concat(),
            _ => line.to_vec(),
        }
    }

    /// How many numbers for contigs there are.
    pub(crate) fn contig_count(&self) -> usize {
        self.contigs.names.len()
    }

    /// The name of a contig, by its number.
    pub(crate) fn contig_name(&self, number: usize) -> Option<&str> {
        self.contigs.get(number)
    }

    /// The number of a contig.
    pub(crate) fn contig(&self, name: &str) -> Option<usize> {
        self.contigs.numbers.get(name).copied()
    }

    /// The number of a filter, an INFO field or a FORMAT field.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.strings.numbers.get(name).copied()
    }

    /// The name of a filter or field, by its number.
    pub(crate) fn name(&self, number: usize) -> Option<&str> {
        self.strings.get(number)
    }

    /// The number of a filter.
    pub(crate) fn filter(&self, name: &str) -> Option<usize> {
        self.filters.get(name).copied()
    }

    /// The number and type of an INFO field.
    pub(crate) fn info(&self, name: &str) -> Option<(usize, FieldType)> {
        self.infos.get(name).copied()
    }

    /// The number and type of a FORMAT field.
    pub(crate) fn format(&self, name: &str) -> Option<(usize, FieldType)> {
        self.formats.get(name).copied()
    }

    /// Checks that a number of a filter or field, as a record has it, is in the header.
    #[inline]
    pub(super) fn require(&self, number: Option<i32>) -> Result<usize, String> {
        // A negative number becomes larger than any in the header.
        let number = number.map_or(usize::MAX, |number| number as usize);
        match self.strings.names.get(number) {
            Some(Some(_)) => Ok(number),
            _ => Err("a filter or field is not in the header".into()),
        }
    }
}

/// Reads the header of a BCF file: magic number, length and text. Returns these bytes, and the lines of the text.
pub(crate) fn read_header(reader: &mut dyn BufRead) -> io::Result<(Vec<u8>, Vec<Vec<u8>>)> {
    let invalid = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_string());
    let mut bytes = vec![0u8; 9];
    reader.read_exact(&mut bytes)?;
    let length = u64::from(u32::from_le_bytes([bytes[5], bytes[6], bytes[7], bytes[8]]));
    if length > MAX_LINE as u64 {
        return Err(invalid("the header is longer than 256 MiB: it is damaged"));
    }
    // Memory grows with the bytes that are read: a damaged length allocates nothing.
    if (reader.take(length).read_to_end(&mut bytes)? as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let text = &bytes[9..];
    let text = &text[..memchr::memchr(0, text).unwrap_or(text.len())];
    let mut lines: Vec<Vec<u8>> = text.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
    match lines.last_mut().filter(|last| last.starts_with(b"#CHROM")) {
        None => return Err(invalid("the header has no #CHROM line")),
        Some(last) if last.last() != Some(&b'\n') => last.push(b'\n'),
        Some(_) => {}
    }
    Ok((bytes, lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_header_or_follow_one_another() {
        let lines = [
            "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"a, \\\"b\\\", IDX=9\",IDX=7>\n",
            "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n",
            "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n",
            "##contig=<ID=20,length=5>\n",
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n",
        ];
        let mut own = Dictionary::parse(lines.iter().map(|line| line.as_bytes())).expect("a header");
        assert_eq!((own.filter("PASS"), own.info("DP"), own.samples), (Some(0), Some((7, FieldType::Integer)), 2));
        assert_eq!((own.format("GT"), own.format("DP")), (Some((8, FieldType::String)), Some((7, FieldType::Integer))));
        own.add(b"##INFO=<ID=NEW,Number=0,Type=Flag,Description=\"n\">\n").expect("a line");
        assert_eq!((own.info("NEW"), own.contig("20")), (Some((9, FieldType::Flag)), Some(0)));
        assert_eq!(own.with_index(lines[3].as_bytes()), b"##contig=<ID=20,length=5,IDX=0>\n");
        assert_eq!(own.with_index(lines[0].as_bytes()), lines[0].as_bytes());
        assert_eq!(header::without_index(b"##contig=<ID=20,length=5,IDX=0>\n"), b"##contig=<ID=20,length=5>\n");
        assert!(own.add(b"##contig=<ID=x,IDX=999999999>\n").is_err());
    }
}
