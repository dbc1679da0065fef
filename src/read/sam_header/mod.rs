//! The header of SAM, BAM and CRAM, read as samtools reads it: its text is kept byte for byte, and a departure from the specification
//! that does not hide anything is a warning. A header that samtools cannot read is an error. Both give line, record type and tag.

mod line;
mod programs;

use std::{
    collections::{HashMap, HashSet},
    io::{self, BufRead, Read},
    num::NonZeroUsize,
    path::PathBuf,
};

use noodles::sam::{
    self,
    header::record::value::{
        Map,
        map::{ReadGroup, ReferenceSequence},
    },
};

use self::{
    line::{Invalid, Line, Source, Warnings, quoted},
    programs::Programs,
};
use super::lines::read_line;
use crate::{
    error::{Error, Result, describe},
    genome::Contigs,
};

/// Longest text of a header, in bytes; the text of a million contigs with their digests has a tenth of it.
const MAX_TEXT: u64 = 1 << 30;

/// A header.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    /// Its lines as they are in the file; each ends in `\n`.
    text: Vec<u8>,
    /// Contigs in the order in which records number them.
    pub contigs: Contigs,
    /// Whether the header declares records in order of contig and start (@HD SO).
    pub is_sorted: bool,
    /// The path of the FASTA file that the file was made with, as its first contig has it (@SQ UR).
    pub reference: Option<PathBuf>,
    read_groups: Vec<Vec<u8>>,
    programs: Programs,
    /// Contigs by other names (@SQ AN), and by names that are not UTF-8.
    aliases: HashMap<Vec<u8>, String>,
    /// The number of lines of SAM before the first record.
    pub lines: u64,
}

impl Header {
    /// Reads the lines that begin with `@` before the records of SAM.
    pub(crate) fn read_sam(reader: &mut dyn BufRead, place: &str) -> Result<Self> {
        let failed = |error: io::Error| Error::input(format!("{place}, header"), describe(&error));
        let (mut text, mut line, mut lines) = (Vec::new(), Vec::new(), 0);
        while reader.fill_buf().map_err(failed)?.first() == Some(&b'@') {
            read_line(reader, &mut line).map_err(failed)?;
            text.extend_from_slice(&line);
            text.push(b'\n');
            lines += 1;
            if text.len() as u64 > MAX_TEXT {
                return Err(too_long(place));
            }
        }
        Ok(Self { lines, ..Self::parse(text, None, Source::Sam, place)? })
    }

    /// Reads the header of BAM, from the first byte of the file.
    pub(crate) fn read_bam(reader: &mut dyn BufRead, place: &str) -> Result<Self> {
        let mut contigs = Contigs::default();
        let text = read_binary(reader, place, |mut name, length| {
            if name.pop() != Some(0) || name.is_empty() {
                let number = contigs.count() + 1;
                return Err(Error::input(place, format!("the name of contig {number} in the header is damaged")));
            }
            let name = String::from_utf8_lossy(&name).into_owned();
            if i32::try_from(length).is_err() {
                let why = format!("contig {name} in the header is {length} bases long: it is damaged");
                return Err(Error::input(place, why));
            }
            if !contigs.push(name.clone(), length.into()) {
                return Err(Error::input(place, format!("contig {name} is in the header twice")));
            }
            Ok(())
        })?;
        Self::parse(text, Some(contigs), Source::Binary, place)
    }

    /// Reads the header of BAM, from the first byte of the file, and returns its bytes.
    pub(crate) fn copy_bam(reader: &mut dyn BufRead, place: &str) -> Result<Vec<u8>> {
        let (mut contigs, mut count) = (Vec::new(), 0u32);
        let push = |out: &mut Vec<u8>, part: &[u8]| {
            out.extend_from_slice(&(part.len() as u32).to_le_bytes());
            out.extend_from_slice(part);
        };
        let text = read_binary(reader, place, |name, length| {
            count += 1;
            push(&mut contigs, &name);
            contigs.extend_from_slice(&length.to_le_bytes());
            Ok(())
        })?;
        let mut header = BAM_MAGIC.to_vec();
        push(&mut header, &text);
        header.extend_from_slice(&count.to_le_bytes());
        header.extend_from_slice(&contigs);
        Ok(header)
    }

    /// Moves a reader of BAM from the first byte of the file to the first record.
    pub(crate) fn skip_bam(reader: &mut dyn BufRead, place: &str) -> Result<()> {
        read_binary(reader, place, |_, _| Ok(())).map(drop)
    }

    /// The header of CRAM, of its text.
    pub(crate) fn of_text(text: Vec<u8>, place: &str) -> Result<Self> {
        Self::parse(text, None, Source::Binary, place)
    }

    fn parse(mut text: Vec<u8>, dictionary: Option<Contigs>, source: Source, place: &str) -> Result<Self> {
        // The text of BAM may be padded with NUL bytes.
        text.truncate(memchr::memchr(0, &text).unwrap_or(text.len()));
        if text.last().is_some_and(|&b| b != b'\n') {
            text.push(b'\n');
        }
        let (mut header, mut warnings, mut ids) = (Self::default(), Warnings::default(), Ids::default());
        for (index, line) in text.split_inclusive(|&b| b == b'\n').enumerate() {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let number = index + 1;
            let added = Line::parse(line, number, source, &mut warnings)
                .and_then(|line| line.map_or(Ok(()), |line| header.add(&line, &mut ids, &mut warnings)));
            added.map_err(|Invalid { why, is_certain }| {
                Error::input(format!("{place}, header line {number}"), why).with_hint(hint(source, is_certain))
            })?;
        }
        if let Some(dictionary) = dictionary {
            header.compare(&dictionary, &mut warnings);
            header.contigs = dictionary;
        }
        header.programs.check_chains(&mut warnings);
        warnings.log(place);
        header.text = text;
        Ok(header)
    }

    /// Adds what a line gives.
    fn add(&mut self, line: &Line<'_>, ids: &mut Ids, warnings: &mut Warnings) -> Result<(), Invalid> {
        match line.record.as_str() {
            "HD" => self.add_order(line, warnings),
            "SQ" => return self.add_contig(line, warnings),
            "RG" => {
                let id = line.require(b"ID")?.to_vec();
                if ids.read_groups.insert(id.clone()) {
                    self.read_groups.push(id);
                } else {
                    warnings.add(|| format!("line {}: @RG ID:{} occurs twice", line.number, quoted(&id)));
                }
            }
            "PG" => {
                let id = line.require(b"ID")?.to_vec();
                if !ids.programs.insert(id.clone()) {
                    warnings.add(|| format!("line {}: @PG ID:{} occurs twice", line.number, quoted(&id)));
                }
                self.programs.add(id, line);
            }
            _ => {}
        }
        Ok(())
    }

    /// Of @HD: the order of the records.
    fn add_order(&mut self, line: &Line<'_>, warnings: &mut Warnings) {
        let number = line.number;
        if let Some(order) = line.get(b"SO") {
            self.is_sorted = order == b"coordinate";
            if !matches!(order, b"coordinate" | b"queryname" | b"unsorted" | b"unknown") {
                warnings.add(|| format!("line {number}: @HD SO is \"{}\"", quoted(order)));
            }
        }
        match line.get(b"VN") {
            None => warnings.add(|| format!("line {number}: @HD has no VN")),
            Some(version) if !is_version(version) => {
                warnings.add(|| format!("line {number}: @HD VN is \"{}\"", quoted(version)));
            }
            Some(_) => {}
        }
    }

    /// Of @SQ: a contig, its other names, and the path of the reference.
    fn add_contig(&mut self, line: &Line<'_>, warnings: &mut Warnings) -> Result<(), Invalid> {
        let (name, length) = (line.require(b"SN")?, line.require(b"LN")?);
        if name.is_empty() {
            return Err(String::from("@SQ SN is empty").into());
        }
        let length: u64 = std::str::from_utf8(length)
            .ok()
            .and_then(|text| text.parse().ok())
            .filter(|&length| length < 1 << 40)
            .ok_or_else(|| format!("@SQ SN:{} LN is \"{}\", not a length", quoted(name), quoted(length)))?;
        if let (None, Some(path)) = (&self.reference, line.get(b"UR")) {
            let path = path.strip_prefix(b"file:").unwrap_or(path);
            self.reference = std::str::from_utf8(path).ok().map(PathBuf::from);
        }
        if length == 0 {
            warnings.add(|| format!("line {}: @SQ SN:{} LN is 0", line.number, quoted(name)));
        }
        let shown = String::from_utf8_lossy(name).into_owned();
        let others = line.get(b"AN").into_iter().flat_map(|names| names.split(|&b| b == b','));
        let not_utf8 = (shown.as_bytes() != name).then_some(name);
        for other in others.chain(not_utf8).filter(|other| !other.is_empty()) {
            self.aliases.entry(other.to_vec()).or_insert_with(|| shown.clone());
        }
        if !self.contigs.push(shown, length) {
            return Err(Invalid::certain(format!("@SQ SN:{} occurs twice", quoted(name))));
        }
        Ok(())
    }

    /// Warns where the @SQ lines of BAM differ from its binary list of contigs, which is the one that counts.
    fn compare(&self, dictionary: &Contigs, warnings: &mut Warnings) {
        for contig in self.contigs.iter() {
            match dictionary.get(&contig.name) {
                None => warnings.add(|| format!("@SQ SN:{} is not in the file's list of contigs", contig.name)),
                Some(known) if known.len != contig.len => warnings.add(|| {
                    format!(
                        "@SQ SN:{} LN is {}, but {} in the file's list of contigs",
                        contig.name, contig.len, known.len
                    )
                }),
                Some(_) => {}
            }
        }
    }

    /// The contig that SAM calls `name`, which may be another name of it (@SQ AN).
    pub(crate) fn contig_named(&self, name: &[u8]) -> Option<&str> {
        let contig = std::str::from_utf8(name).ok().and_then(|name| self.contigs.get(name));
        contig.map(|contig| contig.name.as_str()).or_else(|| self.aliases.get(name).map(String::as_str))
    }

    /// The contigs and read groups, which decoders of records need.
    pub(crate) fn for_decoding(&self) -> sam::Header {
        let mut header = sam::Header::default();
        for contig in self.contigs.iter() {
            // Decoders ignore the length, but noodles does not allow 0.
            let length = usize::try_from(contig.len).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN);
            header.reference_sequences_mut().insert(contig.name.as_str().into(), Map::<ReferenceSequence>::new(length));
        }
        for id in &self.read_groups {
            header.read_groups_mut().insert(id.as_slice().into(), Map::<ReadGroup>::default());
        }
        header
    }

    /// The commands (@PG CL) of the lines of a program (@PG PN); empty for a line without one.
    pub(crate) fn commands_of(&self, program: &str) -> impl Iterator<Item = String> {
        self.programs.commands_of(program)
    }

    /// The text with a @PG line added for each chain of programs, as samtools adds them. `fields` are those after ID and PP.
    pub(crate) fn text_with_program(&self, id: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        [self.text.as_slice(), &self.programs.lines_of_next(id, fields)].concat()
    }
}

/// The IDs of the lines that have been read.
#[derive(Default)]
struct Ids {
    read_groups: HashSet<Vec<u8>>,
    programs: HashSet<Vec<u8>>,
}

/// The hint for a line that is refused.
fn hint(source: Source, is_certain: bool) -> &'static str {
    match (source, is_certain) {
        (Source::Sam, true) => "samtools refuses it, too; correct the line",
        (Source::Sam, false) => "correct the line",
        (Source::Binary, true) => "samtools refuses it, too; samtools reheader FILE replaces the header",
        (Source::Binary, false) => "samtools reheader FILE replaces the header",
    }
}

/// Whether a text is a version: two numbers with a dot between.
fn is_version(text: &[u8]) -> bool {
    let mut parts = text.split(|&b| b == b'.');
    parts.clone().count() == 2 && parts.all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
}

fn too_long(place: &str) -> Error {
    Error::input(place, "its header is longer than 1 GiB: it is damaged")
}

/// The first bytes of BAM.
const BAM_MAGIC: [u8; 4] = *b"BAM\x01";

/// Reads the header of BAM (SAM specification, section 4.2): returns its text, and calls `each` with every contig's name, which ends
/// with a NUL byte, and length.
fn read_binary(
    reader: &mut dyn BufRead,
    place: &str,
    mut each: impl FnMut(Vec<u8>, u32) -> Result<()>,
) -> Result<Vec<u8>> {
    let failed = |error: io::Error| Error::input(format!("{place}, header"), describe(&error));
    let mut magic = [0; 4];
    reader.read_exact(&mut magic).map_err(failed)?;
    if magic != BAM_MAGIC {
        return Err(Error::input(place, "it does not begin with the magic number of BAM"));
    }
    let text = bytes(reader, place, "its text")?;
    for _ in 0..number(reader).map_err(failed)? {
        let name = bytes(reader, place, "the name of a contig")?;
        each(name, number(reader).map_err(failed)?)?;
    }
    Ok(text)
}

fn number(reader: &mut dyn BufRead) -> io::Result<u32> {
    let mut bytes = [0; 4];
    reader.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Bytes with their count before them. Memory grows with the bytes that are read: a damaged count allocates nothing.
fn bytes(reader: &mut dyn BufRead, place: &str, what: &str) -> Result<Vec<u8>> {
    let failed = |error: io::Error| Error::input(format!("{place}, header ({what})"), describe(&error));
    let count = u64::from(number(reader).map_err(failed)?);
    if count > MAX_TEXT {
        return Err(too_long(place));
    }
    let mut bytes = Vec::new();
    let got = reader.take(count).read_to_end(&mut bytes).map_err(failed)?;
    if (got as u64) < count {
        return Err(failed(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Result<Header> {
        Header::of_text(text.as_bytes().to_vec(), "x.bam")
    }

    fn added(text: &str) -> String {
        let text = header(text).expect("a header").text_with_program("genogloss", &[("PN", "genogloss")]);
        String::from_utf8(text).expect("text")
    }

    #[test]
    fn programs_are_added_to_every_chain_unless_it_is_broken_or_circular() {
        for (before, lines) in [
            ("", "@PG\tID:genogloss\tPN:genogloss\n"),
            ("@PG\tID:a\n", "@PG\tID:genogloss\tPP:a\tPN:genogloss\n"),
            ("@PG\tID:genogloss\n", "@PG\tID:genogloss.1\tPP:genogloss\tPN:genogloss\n"),
            ("@PG\tID:x\tPP:missing\n", "@PG\tID:genogloss\tPP:x\tPN:genogloss\n"),
            ("@PG\tID:x\tPP:x\n", "@PG\tID:genogloss\tPP:x\tPN:genogloss\n"),
            ("@PG\tID:a\tPP:b\n@PG\tID:b\tPP:a\n", "@PG\tID:genogloss\tPN:genogloss\n"),
            (
                "@PG\tID:a\n@PG\tID:b\tPP:a\n@PG\tID:c\n@PG\tID:d\tPP:c\n",
                "@PG\tID:genogloss\tPP:b\tPN:genogloss\n@PG\tID:genogloss.1\tPP:d\tPN:genogloss\n",
            ),
        ] {
            assert_eq!(added(before), format!("{before}{lines}"));
        }
    }

    #[test]
    fn errors_name_line_record_type_and_tag() {
        for (text, line, what) in [
            ("@HD\tVN:1.6\n@SQ\tSN:c\n", 2, "@SQ has no LN"),
            ("@SQ\tLN:5\n", 1, "@SQ has no SN"),
            ("@SQ\tSN:c\tLN:x\n", 1, "@SQ SN:c LN is \"x\", not a length"),
            ("@SQ\tSN:c\tLN:5\n@SQ\tSN:c\tLN:5\n", 2, "@SQ SN:c occurs twice"),
            ("@RG\tSM:x\n", 1, "@RG has no ID"),
            ("@PG\tPN:x\n", 1, "@PG has no ID"),
            ("@RG\tID:x\tS\n", 1, "@RG: \"S\" is not TAG:VALUE"),
            ("@CO hello\n", 1, "@CO: a tab must follow, not \" \""),
            ("hello\n", 1, "\"hello\" does not begin with @ and a record type"),
        ] {
            let error = header(text).expect_err(text).to_string();
            assert_eq!(error, format!("x.bam, header line {line}: {what}"));
        }
    }

    #[test]
    fn text_is_kept_as_it_was() {
        let text = "@HD\tVN:\n@SQ\tSN:c\tLN:5\tDS:né\n@RG\tID:a\tSM:\n@RG\tID:a\n@PG\tID:b\tCL:/Müller\tVN:\n@CO\tü\n";
        let header = header(text).expect("a header");
        assert_eq!(header.text, text.as_bytes());
        assert_eq!(header.contigs.count(), 1);
        assert_eq!(header.for_decoding().read_groups().len(), 1);
    }

    #[test]
    fn a_damaged_count_takes_no_memory() {
        let bytes = [b"BAM\x01".as_slice(), &[0xff, 0xff, 0xff, 0x3f], b"@CO"].concat();
        let error = Header::read_bam(&mut &bytes[..], "x.bam").expect_err("damaged").to_string();
        assert_eq!(error, "x.bam, header (its text): the file ends too early (truncated?)");
    }
}
