//! BAM: the input's reads with aux tags added.
//!
//! Tags are two letters; the first is the run's prefix, the second, in lower case, says what the tag holds, so that all are free for
//! programs' own use (SAM specification, section 1.5). With the prefix `g`: `gs` the scores (B,f, one a column), `gl` the called label (Z),
//! `gw` the 0-based start of the best window on the read (i), `gk` why the read was not scored (Z).

use std::collections::HashSet;

use noodles::{
    bam,
    sam::{
        self,
        alignment::{
            RecordBuf,
            io::Write as _,
            record::data::field::Tag,
            record_buf::data::field::{Value, value::Array},
        },
    },
};

use crate::output::{Output, OutputSettings, Sealed};
use crate::{
    error::{Error, Result},
    genome::Contigs,
    read::{
        alignment_record::{describe_in_full, remove_tags},
        sam_header::Header,
    },
};

/// The program's name in @PG lines.
const PROGRAM: &str = "genogloss";

/// The option that says the prefix, on the command line and in @PG lines.
const OPTION: &str = "--tag-prefix";

/// Without the option.
pub(crate) const DEFAULT_PREFIX: char = 'g';

/// The tags of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tags {
    prefix: u8,
}

impl Tags {
    /// Those with a prefix, which is an ASCII letter.
    pub(crate) fn new(prefix: char) -> Self {
        Self { prefix: u8::try_from(prefix).unwrap_or(b'g') }
    }

    /// Scores, by column.
    pub(crate) fn scores(self) -> Tag {
        Tag::new(self.prefix, b's')
    }

    /// The called label.
    pub(crate) fn label(self) -> Tag {
        Tag::new(self.prefix, b'l')
    }

    /// Start of the best window on the read.
    pub(crate) fn window(self) -> Tag {
        Tag::new(self.prefix, b'w')
    }

    /// Why the read was not scored.
    pub(crate) fn skip(self) -> Tag {
        Tag::new(self.prefix, b'k')
    }

    fn all(self) -> [Tag; 4] {
        [self.scores(), self.label(), self.window(), self.skip()]
    }
}

/// The header of BAM (SAM specification, section 4.2): its text, and the contigs. `input` is what the text comes from, for messages.
pub(crate) fn header_bytes(text: &[u8], contigs: &Contigs, input: &str) -> Result<Vec<u8>> {
    let failed = |what: &str| Error::input(input, format!("its header cannot be written as BAM: {what}"));
    let number =
        |length: usize| i32::try_from(length).map(i32::to_le_bytes).map_err(|_| failed("it is longer than 2 GiB"));
    let mut bytes = b"BAM\x01".to_vec();
    bytes.extend(number(text.len())?);
    bytes.extend(text);
    bytes.extend(number(contigs.count())?);
    for contig in contigs.iter() {
        let length = i32::try_from(contig.len).map_err(|_| {
            let (name, length) = (&contig.name, contig.len);
            failed(&format!("contig {name} is {length} bases long, and BAM takes up to {}", i32::MAX))
        })?;
        bytes.extend(number(contig.name.len() + 1)?);
        bytes.extend(contig.name.as_bytes());
        bytes.push(0);
        bytes.extend(length.to_le_bytes());
    }
    Ok(bytes)
}

/// Writes BAM into an [`Output`].
pub(crate) struct BamWriter {
    header: sam::Header,
    output: Output,
    encoder: bam::io::Writer<Vec<u8>>,
    input: String,
    tags: Tags,
    /// An earlier run has written these tags, the header says.
    ours: bool,
}

impl BamWriter {
    /// Opens the output and writes the header as it was, with @PG lines of this program.
    pub(crate) fn create(
        settings: &OutputSettings,
        header: &Header,
        command: &str,
        model: &str,
        tags: Tags,
    ) -> Result<Self> {
        let description = format!("model {model}");
        let prefix = char::from(tags.prefix);
        let command = format!("{command} {OPTION} {prefix}");
        let fields = [
            ("PN", PROGRAM),
            ("VN", env!("CARGO_PKG_VERSION")),
            ("CL", command.as_str()),
            ("DS", description.as_str()),
        ];
        let text = header.text_with_program(PROGRAM, &fields);
        let bytes = header_bytes(&text, &header.contigs, &settings.input)?;
        let mut output = Output::create(settings)?;
        // An output that is gone on with begins with its header already.
        if settings.resume.is_none_or(|bytes| bytes == 0) {
            output.write_all(&bytes)?;
        }
        Ok(Self {
            header: header.for_decoding(),
            output,
            encoder: bam::io::Writer::from(Vec::new()),
            input: settings.input.clone(),
            tags,
            ours: prefixes_of_earlier_runs(header).contains(&prefix),
        })
    }

    /// Takes the tags of an earlier run off a read. Those of another program are refused: they would be lost.
    pub(crate) fn clear(&self, record: &mut RecordBuf) -> Result<()> {
        for tag in self.tags.all() {
            if record.data().get(&tag).is_none() {
                continue;
            }
            if !self.ours {
                let name = record.name().map(|n| n.to_string()).unwrap_or_default();
                let shown = String::from_utf8_lossy(tag.as_ref()).into_owned();
                return Err(Error::input(
                    &self.input,
                    format!("read {name} already has the tag {shown}, and no @PG line of genogloss accounts for it"),
                )
                .with_hint(format!(
                    "choose other tags ({OPTION} x: xs, xl, xw, xk), or remove it (samtools view -x {shown})"
                )));
            }
        }
        remove_tags(record, &self.tags.all());
        Ok(())
    }

    /// Writes a read.
    pub(crate) fn write(&mut self, record: &RecordBuf) -> Result<()> {
        let failed = |why: String| {
            let name = record.name().map(|n| shortened(n)).unwrap_or_default();
            Error::input(&self.input, format!("read {name} cannot be written as BAM: {why}"))
        };
        limits(record).map_err(failed)?;
        self.encoder.write_alignment_record(&self.header, record).map_err(|error| failed(describe_in_full(&error)))?;
        self.output.write_all(self.encoder.get_ref())?;
        self.encoder.get_mut().clear();
        Ok(())
    }

    /// See [`Output::checkpoint`].
    pub(crate) fn checkpoint(&mut self) -> Result<u64> {
        self.output.checkpoint()
    }

    /// See [`Output::bytes`].
    pub(crate) fn bytes(&self) -> u64 {
        self.output.bytes()
    }

    /// See [`Output::seal`].
    pub(crate) fn seal(self) -> Result<Sealed> {
        self.output.seal()
    }
}

/// Longest name and highest quality of a read (SAM specification, section 1.4).
const MAX_NAME: usize = 254;
const MAX_QUALITY: u8 = 93;

/// What SAM and BAM have no room for.
fn limits(record: &RecordBuf) -> Result<(), String> {
    let name: &[u8] = record.name().map_or(b"-", |name| name.as_ref());
    if name.len() > MAX_NAME {
        return Err(format!("its name has {} letters, and BAM takes up to {MAX_NAME}", name.len()));
    }
    if let Some(&byte) = name.iter().find(|byte| !byte.is_ascii_graphic() || **byte == b'@') {
        let shown = if byte == b'@' { "@".into() } else { format!("byte {byte:#04x}") };
        return Err(format!("its name holds {shown}, and BAM takes printable ASCII without spaces and @"));
    }
    match record.quality_scores().as_ref().iter().enumerate().find(|(_, quality)| **quality > MAX_QUALITY) {
        Some((at, quality)) => {
            Err(format!("the quality of base {} is {quality}, and BAM takes up to {MAX_QUALITY}", at + 1))
        }
        None => Ok(()),
    }
}

/// A name for a message.
fn shortened(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    match name.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.into_owned(),
    }
}

/// Prefixes of the tags that earlier runs have written, by the @PG lines that they left.
fn prefixes_of_earlier_runs(header: &Header) -> HashSet<char> {
    header
        .commands_of(PROGRAM)
        .map(|command| {
            let mut words = command.split(' ').skip_while(|word| *word != OPTION).skip(1);
            words.next().and_then(|prefix| prefix.chars().next()).unwrap_or(DEFAULT_PREFIX)
        })
        .collect()
}

/// A list of numbers as an aux value.
pub(crate) fn numbers(values: &[f32]) -> Value {
    Value::Array(Array::Float(values.to_vec()))
}
