//! Variants as VCF or BCF: the bytes of a record with INFO fields added.

use std::path::Path;

use crate::{
    error::{Error, Result},
    read::variants::{VariantRecord, Variants},
};
use crate::{
    output::{
        Indexed, Output,
        names::{self, Named, Writes},
    },
    vcf::{bcf::encode::Encoder, info},
};

/// Formats of variants that are written; the letters are bcftools'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum VariantFormat {
    /// VCF.
    #[value(name = "v")]
    Vcf,
    /// VCF in BGZF.
    #[value(name = "z")]
    Bgzf,
    /// BCF.
    #[value(name = "b")]
    Bcf,
}

impl VariantFormat {
    /// What a file's name says: BCF for `.bcf`, BGZF for `.gz` and `.bgz`, else VCF.
    pub fn of_name(path: Option<&Path>) -> Self {
        match path.and_then(Named::of) {
            Some((Named::Bcf, false)) => Self::Bcf,
            _ if names::is_compressed(path) => Self::Bgzf,
            _ => Self::Vcf,
        }
    }

    /// What files of variants are called.
    pub const NAMED: [Writes<Self>; 3] = [
        Writes::plain(Self::Vcf, Named::Vcf),
        Writes { format: Self::Bgzf, named: Named::Vcf, compressed: Some(true) },
        Writes::plain(Self::Bcf, Named::Bcf),
    ];

    /// As `-O` calls it.
    pub fn letter(self) -> char {
        match self {
            Self::Vcf => 'v',
            Self::Bgzf => 'z',
            Self::Bcf => 'b',
        }
    }

    /// Its bytes are BGZF.
    pub fn is_bgzf(self) -> bool {
        self != Self::Vcf
    }

    /// The setting that shards have in common: how the lines are compressed is each run's own.
    pub fn word(self) -> &'static str {
        if self == Self::Bcf { "bcf" } else { "vcf" }
    }
}

/// Turns records with INFO fields added into bytes, and hands them to an output.
pub struct RecordWriter {
    /// Where the output is BCF.
    encoder: Option<Encoder>,
    /// What messages call the input.
    input: String,
    bytes: Vec<u8>,
}

impl RecordWriter {
    /// For records of `variants` under a header, which is that of the input with lines added; returned with it as the format
    /// has it. From here on, records of BCF that stay BCF are not made lines of; their `samples` are, if they are looked at.
    pub fn new(
        format: VariantFormat,
        variants: &mut Variants,
        header: Vec<u8>,
        samples: bool,
    ) -> Result<(Self, Vec<u8>)> {
        let input = variants.place().to_string();
        if format != VariantFormat::Bcf {
            return Ok((Self { encoder: None, input, bytes: Vec::new() }, header));
        }
        // Names of the input keep their numbers.
        let mut dictionary = variants.dictionary()?;
        for (number, line) in header.split_inclusive(|&b| b == b'\n').enumerate() {
            crate::vcf::bcf::decode::check_line(line).map_err(|why| {
                Error::input(format!("{input}, line {} of the header", number + 1), why)
                    .with_hint("mend it (bcftools reheader), or write VCF, which takes it as it is: -O z")
            })?;
            dictionary.add(line).map_err(|why| Error::input(&input, why))?;
        }
        variants.keep_binary(samples);
        let encoder = Encoder::new(dictionary);
        let header = encoder.header(&header);
        Ok((Self { encoder: Some(encoder), input, bytes: Vec::new() }, header))
    }

    /// What an index is made of.
    pub fn indexed(&self) -> Indexed {
        self.encoder.as_ref().map_or(Indexed::Vcf, |encoder| Indexed::Bcf(encoder.contig_count()))
    }

    /// Writes a record with INFO fields added, which are text as VCF has it.
    pub fn write(&mut self, record: &VariantRecord, added: &[u8], output: &mut Output) -> Result<()> {
        let Self { encoder, input, bytes } = self;
        bytes.clear();
        match encoder {
            None => info::with_info(record, added, bytes),
            Some(encoder) => encoder.write(record, added, bytes).map_err(|problem| {
                let place = format!("{input}, record {}", record.number);
                Error::input(place, problem.message).with_hint(problem.hint)
            })?,
        }
        if output.is_indexed() {
            output.write_record(record.contig(), record.interval(), bytes)
        } else {
            output.write_all(bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_format() {
        for (name, format) in [
            ("a.vcf", VariantFormat::Vcf),
            ("a.vcf.gz", VariantFormat::Bgzf),
            ("a.bgz", VariantFormat::Bgzf),
            ("a.bcf", VariantFormat::Bcf),
            ("-", VariantFormat::Vcf),
        ] {
            assert_eq!(VariantFormat::of_name(Some(Path::new(name))), format, "{name}");
        }
        assert_eq!(VariantFormat::of_name(None), VariantFormat::Vcf);
    }
}
