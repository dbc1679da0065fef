//! The header of SAM, BAM and CRAM, read as samtools reads it: its text is kept byte for byte, what is needed of it is looked up, and
//! what departs from the specification without hiding anything is a warning. What samtools cannot read is an error. Both name line,
//! record type and tag.

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

use crate::{
    error::{Error, Result, describe},
    genome::Contigs,
};

/// Longest text that is quoted in a message, in characters.
const QUOTED: usize = 40;

/// Longest text of a header, in bytes; that of a million contigs with their digests has a tenth.
const MAX_TEXT: u64 = 1 << 30;

/// A header.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// Its lines as they are in the file; each ends in `\n`.
    text: Vec<u8>,
    /// Contigs in the order in which records number them.
    pub contigs: Contigs,
    /// Records are in order of contig and start, it says.
    pub is_sorted: bool,
    /// Where the FASTA file lay that the file was made with, as its first contig says (@SQ UR).
    pub reference: Option<PathBuf>,
    read_groups: Vec<Vec<u8>>,
    programs: Vec<Program>,
    /// Contigs by other names (@SQ AN), and by names that are not UTF-8.
    aliases: HashMap<Vec<u8>, String>,
    /// Lines of SAM in front of the first record.
    pub lines: u64,
}

/// Why a header is refused.
struct Wrong {
    why: String,
    /// samtools stops here too; else it depends on its version, and on what is done with the file.
    certain: bool,
}

impl From<String> for Wrong {
    fn from(why: String) -> Self {
        Self { why, certain: false }
    }
}

/// What samtools refuses in every version.
fn certain(why: String) -> Wrong {
    Wrong { why, certain: true }
}

/// A @PG line.
#[derive(Clone, Debug)]
struct Program {
    id: Vec<u8>,
    previous: Option<Vec<u8>>,
    name: Option<Vec<u8>>,
    command: Option<Vec<u8>>,
}

/// What is said of a header that is read in spite of it: the first case, and how many more.
#[derive(Default)]
struct Warnings {
    first: Option<String>,
    more: usize,
}

impl Warnings {
    fn add(&mut self, what: impl FnOnce() -> String) {
        match self.first {
            None => self.first = Some(what()),
            Some(_) => self.more += 1,
        }
    }

    fn say(self, place: &str) {
        if let Some(first) = self.first {
            let more = if self.more > 0 { format!(" ({} more like it)", self.more) } else { String::new() };
            tracing::warn!("{place}, header {first}{more}");
        }
    }
}

impl Header {
    /// Reads the lines that begin with `@` in front of SAM's records.
    pub fn read_sam(reader: &mut dyn BufRead, place: &str) -> Result<Self> {
        let failed = |error: io::Error| Error::input(format!("{place}, header"), describe(&error));
        let (mut text, mut line, mut lines) = (Vec::new(), Vec::new(), 0);
        while reader.fill_buf().map_err(failed)?.first() == Some(&b'@') {
            super::read_line(reader, &mut line).map_err(failed)?;
            text.extend_from_slice(&line);
            text.push(b'\n');
            lines += 1;
            if text.len() as u64 > MAX_TEXT {
                return Err(too_long(place));
            }
        }
        Ok(Self { lines, ..Self::parse(text, None, Kind::Sam, place)? })
    }

    /// Reads BAM's header, from the first byte (SAM specification, section 4.2).
    pub fn read_bam(reader: &mut dyn BufRead, place: &str) -> Result<Self> {
        let failed = |error: io::Error| Error::input(format!("{place}, header"), describe(&error));
        let mut magic = [0; 4];
        reader.read_exact(&mut magic).map_err(failed)?;
        if magic != *b"BAM\x01" {
            return Err(Error::input(place, "it does not begin as BAM does"));
        }
        let text = bytes(reader, place, "its text")?;
        let count = number(reader).map_err(failed)?;
        let mut contigs = Contigs::default();
        for at in 1..=u64::from(count) {
            let mut name = bytes(reader, place, "the name of a contig")?;
            if name.pop() != Some(0) || name.is_empty() {
                return Err(Error::input(place, format!("the name of contig {at} in the header is damaged")));
            }
            let name = String::from_utf8_lossy(&name).into_owned();
            let length = number(reader).map_err(failed)?;
            if i32::try_from(length).is_err() {
                return Err(Error::input(
                    place,
                    format!("contig {name} in the header is {length} bases long: it is damaged"),
                ));
            }
            if !contigs.push(name.clone(), length.into()) {
                return Err(Error::input(place, format!("contig {name} is in the header twice")));
            }
        }
        Self::parse(text, Some(contigs), Kind::Binary, place)
    }

    /// Takes BAM's header as it is, from the first byte.
    pub fn copy_bam(reader: &mut dyn BufRead, place: &str) -> Result<Vec<u8>> {
        let failed = |error: io::Error| Error::input(format!("{place}, header"), describe(&error));
        let mut header = vec![0; 4];
        reader.read_exact(&mut header).map_err(failed)?;
        let push = |header: &mut Vec<u8>, part: Vec<u8>| {
            header.extend_from_slice(&(part.len() as u32).to_le_bytes());
            header.extend_from_slice(&part);
        };
        push(&mut header, bytes(reader, place, "its text")?);
        let count = number(reader).map_err(failed)?;
        header.extend_from_slice(&count.to_le_bytes());
        for _ in 0..count {
            push(&mut header, bytes(reader, place, "the name of a contig")?);
            header.extend_from_slice(&number(reader).map_err(failed)?.to_le_bytes());
        }
        Ok(header)
    }

    /// Reads over BAM's header, which has been read before.
    pub fn skip_bam(reader: &mut dyn BufRead, place: &str) -> Result<()> {
        let failed = |error: io::Error| Error::input(format!("{place}, header"), describe(&error));
        reader.read_exact(&mut [0; 4]).map_err(failed)?;
        bytes(reader, place, "its text")?;
        for _ in 0..number(reader).map_err(failed)? {
            bytes(reader, place, "the name of a contig")?;
            number(reader).map_err(failed)?;
        }
        Ok(())
    }

    /// The header of CRAM, from its text.
    pub fn of_text(text: Vec<u8>, place: &str) -> Result<Self> {
        Self::parse(text, None, Kind::Binary, place)
    }

    fn parse(mut text: Vec<u8>, dictionary: Option<Contigs>, kind: Kind, place: &str) -> Result<Self> {
        // BAM's text may be filled up with NUL.
        text.truncate(memchr::memchr(0, &text).unwrap_or(text.len()));
        if text.last().is_some_and(|&b| b != b'\n') {
            text.push(b'\n');
        }
        let mut header = Self { contigs: Contigs::default(), ..Self::default() };
        let (mut warnings, mut ids) = (Warnings::default(), HashSet::new());
        for (index, line) in text.split_inclusive(|&b| b == b'\n').enumerate() {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let number = index + 1;
            header.line(line, number, kind, &mut ids, &mut warnings).map_err(|Wrong { why, certain }| {
                let error = Error::input(format!("{place}, header line {number}"), why);
                error.with_hint(match (kind, certain) {
                    (Kind::Sam, true) => "samtools does not read it either; correct the line",
                    (Kind::Sam, false) => "correct the line",
                    (Kind::Binary, true) => {
                        "samtools does not read it either; samtools reheader FILE puts another header in its place"
                    }
                    (Kind::Binary, false) => "samtools reheader FILE puts another header in its place",
                })
            })?;
        }
        if let Some(dictionary) = dictionary {
            header.compare(&dictionary, &mut warnings);
            header.contigs = dictionary;
        }
        for program in &header.programs {
            if let Some(previous) = &program.previous {
                let shown = quoted(&program.id);
                if previous == &program.id {
                    warnings.add(|| format!("line @PG with ID:{shown}: PP names the line itself"));
                } else if !header.programs.iter().any(|other| other.id == *previous) {
                    warnings.add(|| format!("line @PG with ID:{shown}: PP:{} is not in the header", quoted(previous)));
                }
            }
        }
        warnings.say(place);
        header.text = text;
        Ok(header)
    }

    /// One line.
    fn line(
        &mut self,
        line: &[u8],
        number: usize,
        kind: Kind,
        ids: &mut HashSet<(&'static str, Vec<u8>)>,
        warnings: &mut Warnings,
    ) -> Result<(), Wrong> {
        let [b'@', a, b, rest @ ..] = line else {
            return Err(format!("\"{}\" does not begin with @ and a record type", quoted(line)).into());
        };
        if !a.is_ascii_alphabetic() || !b.is_ascii_alphabetic() {
            return Err(format!("\"{}\" has no record type of two letters", quoted(line)).into());
        }
        let record = String::from_utf8_lossy(&[*a, *b]).into_owned();
        let known = matches!(record.as_str(), "HD" | "SQ" | "RG" | "PG" | "CO");
        if rest.is_empty() {
            warnings.add(|| format!("line {number}: @{record} holds nothing"));
            return Ok(());
        }
        if rest[0] != b'\t' {
            return Err(format!("@{record}: a tab must follow, not \"{}\"", quoted(&rest[..1])).into());
        }
        if record == "CO" {
            return Ok(());
        }
        if !known {
            // Lower-case types are for anyone's own use.
            if kind == Kind::Sam && record.bytes().all(|b| b.is_ascii_uppercase()) {
                return Err(format!("@{record} is not a record type; those are @HD, @SQ, @RG, @PG and @CO").into());
            }
            if record.bytes().all(|b| b.is_ascii_uppercase()) {
                warnings.add(|| format!("line {number}: @{record} is not a record type of the SAM specification"));
            }
        }
        if record == "HD" && number > 1 {
            warnings.add(|| format!("line {number}: @HD is not the first line"));
        }
        let mut fields: HashMap<[u8; 2], &[u8]> = HashMap::new();
        for field in rest[1..].split(|&b| b == b'\t') {
            let [a, b, b':', value @ ..] = field else {
                return Err(certain(format!("@{record}: \"{}\" is not TAG:VALUE", quoted(field))));
            };
            let tag = String::from_utf8_lossy(&[*a, *b]).into_owned();
            if value.is_empty() {
                warnings.add(|| format!("line {number}: @{record} {tag} is empty"));
            }
            let text_allowed =
                matches!((record.as_str(), tag.as_str()), ("PG", "CL" | "DS") | ("SQ", "DS") | ("RG", "DS"));
            if std::str::from_utf8(value).is_err() {
                warnings.add(|| format!("line {number}: @{record} {tag} is not UTF-8"));
            } else if !text_allowed && !value.iter().all(|b| (b' '..=b'~').contains(b)) {
                warnings
                    .add(|| format!("line {number}: @{record} {tag} holds characters that are not printable ASCII"));
            }
            // htslib takes the first ID and the last of all else.
            if fields.contains_key(&[*a, *b]) {
                warnings.add(|| format!("line {number}: @{record} has {tag} twice"));
                if tag == "ID" {
                    continue;
                }
            }
            fields.insert([*a, *b], value);
        }
        let lacks = |tag: &str| certain(format!("@{record} has no {tag}"));
        match record.as_str() {
            "HD" => {
                if let Some(order) = fields.get(b"SO") {
                    self.is_sorted = *order == b"coordinate";
                    if !matches!(*order, b"coordinate" | b"queryname" | b"unsorted" | b"unknown") {
                        warnings.add(|| format!("line {number}: @HD SO is \"{}\"", quoted(order)));
                    }
                }
                let version = fields.get(b"VN");
                let valid = version.is_some_and(|v| {
                    v.split(|&b| b == b'.').count() == 2
                        && v.split(|&b| b == b'.').all(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit))
                });
                if !valid {
                    warnings.add(|| match version {
                        Some(version) => format!("line {number}: @HD VN is \"{}\"", quoted(version)),
                        None => format!("line {number}: @HD has no VN"),
                    });
                }
            }
            "SQ" => {
                let name = *fields.get(b"SN").ok_or_else(|| lacks("SN"))?;
                let length = *fields.get(b"LN").ok_or_else(|| lacks("LN"))?;
                if name.is_empty() {
                    return Err(String::from("@SQ SN is empty").into());
                }
                let length: u64 = std::str::from_utf8(length)
                    .ok()
                    .and_then(|text| text.parse().ok())
                    .filter(|&length| length < 1 << 40)
                    .ok_or_else(|| format!("@SQ SN:{} LN is \"{}\", not a length", quoted(name), quoted(length)))?;
                if let (None, Some(place)) = (&self.reference, fields.get(b"UR")) {
                    let place = place.strip_prefix(b"file:").unwrap_or(place);
                    self.reference = std::str::from_utf8(place).ok().map(PathBuf::from);
                }
                if length == 0 {
                    warnings.add(|| format!("line {number}: @SQ SN:{} LN is 0", quoted(name)));
                }
                let shown = String::from_utf8_lossy(name).into_owned();
                let others = fields.get(b"AN").into_iter().flat_map(|names| names.split(|&b| b == b','));
                let unreadable = (shown.as_bytes() != name).then_some(name);
                for other in others.chain(unreadable).filter(|other| !other.is_empty()) {
                    self.aliases.entry(other.to_vec()).or_insert_with(|| shown.clone());
                }
                if !self.contigs.push(shown, length) {
                    return Err(certain(format!("@SQ SN:{} is there twice", quoted(name))));
                }
            }
            "RG" => {
                let id = fields.get(b"ID").ok_or_else(|| lacks("ID"))?.to_vec();
                if ids.insert(("RG", id.clone())) {
                    self.read_groups.push(id);
                } else {
                    warnings.add(|| format!("line {number}: @RG ID:{} is there twice", quoted(&id)));
                }
            }
            "PG" => {
                let id = fields.get(b"ID").ok_or_else(|| lacks("ID"))?.to_vec();
                if !ids.insert(("PG", id.clone())) {
                    warnings.add(|| format!("line {number}: @PG ID:{} is there twice", quoted(&id)));
                }
                let text = |tag: &[u8; 2]| fields.get(tag).map(|value| value.to_vec());
                self.programs.push(Program { id, previous: text(b"PP"), name: text(b"PN"), command: text(b"CL") });
            }
            _ => {}
        }
        Ok(())
    }

    /// BAM has its contigs twice: the dictionary counts.
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

    /// What a contig is called here that SAM calls `name`, which may be another name of it (@SQ AN).
    pub fn contig_named(&self, name: &[u8]) -> Option<&str> {
        let contig = std::str::from_utf8(name).ok().and_then(|name| self.contigs.get(name));
        contig.map(|contig| contig.name.as_str()).or_else(|| self.aliases.get(name).map(String::as_str))
    }

    /// What decoders of records need: contigs and read groups.
    pub fn for_decoding(&self) -> sam::Header {
        let mut header = sam::Header::default();
        for contig in self.contigs.iter() {
            // Decoders do not look at the length; 0 cannot be told to them.
            let length = usize::try_from(contig.len).ok().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN);
            header.reference_sequences_mut().insert(contig.name.as_str().into(), Map::<ReferenceSequence>::new(length));
        }
        for id in &self.read_groups {
            header.read_groups_mut().insert(id.as_slice().into(), Map::<ReadGroup>::default());
        }
        header
    }

    /// Commands (@PG CL) of the lines that a program (@PG PN) has left; empty where a line has none.
    pub fn commands_of(&self, program: &str) -> impl Iterator<Item = String> {
        self.programs
            .iter()
            .filter(move |line| line.name.as_deref() == Some(program.as_bytes()))
            .map(|line| line.command.as_deref().map(|c| String::from_utf8_lossy(c).into_owned()).unwrap_or_default())
    }

    /// The text with a @PG line more for each chain of programs, as samtools adds them. `fields` are those after ID and PP.
    pub fn text_with_program(&self, id: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let mut text = self.text.clone();
        let mut taken: HashSet<Vec<u8>> = self.programs.iter().map(|program| program.id.clone()).collect();
        let mut number = 0;
        for previous in self.ends_of_chains() {
            let mut own = id.as_bytes().to_vec();
            while taken.contains(&own) {
                number += 1;
                own = format!("{id}.{number}").into_bytes();
            }
            taken.insert(own.clone());
            text.extend_from_slice(b"@PG\tID:");
            text.extend_from_slice(&own);
            if let Some(previous) = previous {
                text.extend_from_slice(b"\tPP:");
                text.extend_from_slice(previous);
            }
            for (tag, value) in fields {
                let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                text.extend_from_slice(format!("\t{tag}:{value}").as_bytes());
            }
            text.push(b'\n');
        }
        text
    }

    /// The programs that no other follows, of those that follow another; without any, the last of all; `None` for no predecessor.
    fn ends_of_chains(&self) -> Vec<Option<&[u8]>> {
        let number: HashMap<&[u8], usize> =
            self.programs.iter().enumerate().map(|(at, program)| (program.id.as_slice(), at)).collect();
        let mut followed = vec![false; self.programs.len()];
        let mut follows = followed.clone();
        for (at, program) in self.programs.iter().enumerate() {
            let previous = program.previous.as_deref().and_then(|previous| number.get(previous)).copied();
            if let Some(previous) = previous.filter(|&previous| previous != at) {
                followed[previous] = true;
                follows[at] = true;
            }
        }
        let id = |at: usize| Some(self.programs[at].id.as_slice());
        let ends: Vec<usize> = (0..self.programs.len()).filter(|&at| !followed[at]).collect();
        let chains: Vec<_> = ends.iter().filter(|&&at| follows[at]).map(|&at| id(at)).collect();
        if chains.is_empty() { vec![ends.last().and_then(|&at| id(at))] } else { chains }
    }
}

/// Where a header comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Text in front of records.
    Sam,
    /// BAM or CRAM, which say how long it is.
    Binary,
}

fn too_long(place: &str) -> Error {
    Error::input(place, "its header is longer than 1 GiB: it is damaged")
}

fn number(reader: &mut dyn BufRead) -> io::Result<u32> {
    let mut bytes = [0; 4];
    reader.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Bytes with their count in front. Memory is taken as bytes come, not as a damaged count promises.
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

/// The beginning of a text, for a message.
fn quoted(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut short: String = text.chars().take(QUOTED).flat_map(char::escape_debug).collect();
    if text.chars().nth(QUOTED).is_some() {
        short.push('…');
    }
    short
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
    fn programs_are_added_to_every_chain_and_a_broken_or_circular_one_is_none() {
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
    fn what_cannot_be_read_is_named_by_line_type_and_tag() {
        for (text, line, what) in [
            ("@HD\tVN:1.6\n@SQ\tSN:c\n", 2, "@SQ has no LN"),
            ("@SQ\tLN:5\n", 1, "@SQ has no SN"),
            ("@SQ\tSN:c\tLN:x\n", 1, "@SQ SN:c LN is \"x\", not a length"),
            ("@SQ\tSN:c\tLN:5\n@SQ\tSN:c\tLN:5\n", 2, "@SQ SN:c is there twice"),
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
