//! BAM: the input's reads with aux tags added.
//!
//! Tags (lower-case, so free for programs: SAM specification, section 1.5): `gs` the scores (B,f, one a column), `gl`
//! the called label (Z), `gw` the 0-based start of the best window on the read (i), `gk` why the read was not scored (Z).

use std::io;

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
        header::record::value::{
            Map,
            map::{Program, program::tag},
        },
    },
};

use super::{Output, OutputSettings, Sealed};
use crate::error::{Error, Result};

/// Scores, by column.
pub const SCORES: Tag = Tag::new(b'g', b's');
/// The called label.
pub const LABEL: Tag = Tag::new(b'g', b'l');
/// Start of the best window on the read.
pub const WINDOW: Tag = Tag::new(b'g', b'w');
/// Why the read was not scored.
pub const SKIP: Tag = Tag::new(b'g', b'k');

/// Writes BAM into an [`Output`].
pub struct BamWriter {
    header: sam::Header,
    output: Output,
    encoder: bam::io::Writer<Vec<u8>>,
    input: String,
}

impl BamWriter {
    /// Opens the output and writes the header, with a @PG line of this program.
    pub fn create(settings: &OutputSettings, mut header: sam::Header, command: &str, model: &str) -> Result<Self> {
        let failed =
            |error: io::Error| Error::input(&settings.input, format!("its header cannot be written as BAM: {error}"));
        let program = Map::<Program>::builder()
            .insert(tag::NAME, "genogloss")
            .insert(tag::VERSION, env!("CARGO_PKG_VERSION"))
            .insert(tag::COMMAND_LINE, command.replace(['\t', '\n'], " "))
            .insert(tag::DESCRIPTION, format!("model {model}"))
            .build()
            .map_err(|error| Error::Internal(format!("@PG: {error}")))?;
        header.programs_mut().add("genogloss", program).map_err(failed)?;
        let mut encoder = bam::io::Writer::from(Vec::new());
        encoder.write_header(&header).map_err(failed)?;
        let mut output = Output::create(settings)?;
        // An output that is gone on with begins with its header already.
        if settings.resume.is_none_or(|bytes| bytes == 0) {
            output.write_all(encoder.get_ref())?;
        }
        encoder.get_mut().clear();
        Ok(Self { header, output, encoder, input: settings.input.clone() })
    }

    /// Writes a read.
    pub fn write(&mut self, record: &RecordBuf) -> Result<()> {
        self.encoder.write_alignment_record(&self.header, record).map_err(|error| {
            let name = record.name().map(|n| n.to_string()).unwrap_or_default();
            Error::input(&self.input, format!("read {name} cannot be written as BAM: {error}"))
        })?;
        self.output.write_all(self.encoder.get_ref())?;
        self.encoder.get_mut().clear();
        Ok(())
    }

    /// See [`Output::checkpoint`].
    pub fn checkpoint(&mut self) -> Result<u64> {
        self.output.checkpoint()
    }

    /// See [`Output::bytes`].
    pub fn bytes(&self) -> u64 {
        self.output.bytes()
    }

    /// See [`Output::seal`].
    pub fn seal(self) -> Result<Sealed> {
        self.output.seal()
    }
}

/// A list of numbers as an aux value.
pub fn numbers(values: &[f32]) -> Value {
    Value::Array(Array::Float(values.to_vec()))
}
