//! Writes variants as VCF or BCF, with INFO fields added, or as a table of these fields.

use std::path::Path;

use crate::{
    error::{Error, Result},
    output::{
        Indexed, Output,
        alleles::AlleleTable,
        names::{self, Named, Writes},
        parquet::Field,
    },
    read::variants::Variants,
    vcf::{
        bcf::{dictionary::Dictionary, encode::Encoder},
        header, info,
        record::VariantRecord,
    },
};

/// Output formats of variants, with the letters of bcftools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum VariantFormat {
    /// VCF.
    #[value(name = "v")]
    Vcf,
    /// VCF in BGZF.
    #[value(name = "z")]
    Bgzf,
    /// BCF.
    #[value(name = "b")]
    Bcf,
    /// BCF without compression, for a pipe.
    #[value(name = "u")]
    PlainBcf,
    /// A table: one line for each alternate allele.
    #[value(name = "tsv")]
    Tsv,
    /// The same with types.
    #[value(name = "parquet")]
    Parquet,
    /// One value for each base, with --saturate.
    #[value(name = "bedgraph")]
    Bedgraph,
}

impl VariantFormat {
    /// By the name of the file: BCF for `.bcf`, BGZF for `.gz` and `.bgz`, else VCF.
    pub(crate) fn of_name(path: Option<&Path>) -> Self {
        match path.and_then(Named::of) {
            Some((Named::Bcf, false)) => Self::Bcf,
            Some((Named::Tsv, _)) => Self::Tsv,
            Some((Named::Parquet, _)) => Self::Parquet,
            Some((Named::Bedgraph, _)) => Self::Bedgraph,
            _ if names::is_compressed(path) => Self::Bgzf,
            _ => Self::Vcf,
        }
    }

    /// The names of files of variants.
    pub(crate) const NAMED: [Writes<Self>; 4] = [
        Writes::plain(Self::Vcf, Named::Vcf),
        Writes { format: Self::Bgzf, named: Named::Vcf, compressed: Some(true) },
        Writes::plain(Self::Bcf, Named::Bcf),
        Writes::plain(Self::PlainBcf, Named::Bcf),
    ];

    /// The names of files of scored variants.
    pub(crate) const SCORED: [Writes<Self>; 7] = [
        Self::NAMED[0],
        Self::NAMED[1],
        Self::NAMED[2],
        Self::NAMED[3],
        Writes::text(Self::Tsv, Named::Tsv),
        Writes::plain(Self::Parquet, Named::Parquet),
        Writes::text(Self::Bedgraph, Named::Bedgraph),
    ];

    /// The value of the option `-O`.
    pub(crate) fn option(self) -> &'static str {
        match self {
            Self::Vcf => "v",
            Self::Bgzf => "z",
            Self::Bcf => "b",
            Self::PlainBcf => "u",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
            Self::Bedgraph => "bedgraph",
        }
    }

    /// Whether it is a table, not a file of variants.
    pub(crate) fn is_table(self) -> bool {
        matches!(self, Self::Tsv | Self::Parquet | Self::Bedgraph)
    }

    /// Whether its records are BCF.
    pub(crate) fn is_bcf(self) -> bool {
        matches!(self, Self::Bcf | Self::PlainBcf)
    }

    /// Whether its bytes are BGZF.
    pub(crate) fn is_bgzf(self) -> bool {
        matches!(self, Self::Bgzf | Self::Bcf)
    }

    /// The setting that all shards of a run share; each may compress its lines in its own way.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Bcf | Self::PlainBcf => "bcf",
            Self::Vcf | Self::Bgzf => "vcf",
            table => table.option(),
        }
    }
}

/// Writes records with INFO fields added to an output.
pub(crate) struct RecordWriter {
    /// `None` where the output is VCF.
    encoder: Option<Encoder>,
    /// What is written of a record, where the output is a table.
    table: Option<AlleleTable>,
    /// The name of the input in messages.
    input: String,
    bytes: Vec<u8>,
}

impl RecordWriter {
    /// For records of `variants` and its header with lines added. Returns the bytes of the header in the output's format too.
    ///
    /// Records of BCF that stay BCF are from now on not decoded to lines, unless their `samples` are needed.
    pub(crate) fn new(
        format: VariantFormat,
        variants: &mut Variants,
        text: Vec<u8>,
        samples: bool,
    ) -> Result<(Self, Vec<u8>)> {
        let input = variants.place().to_string();
        if !format.is_bcf() {
            return Ok((Self { encoder: None, table: None, input, bytes: Vec::new() }, text));
        }
        variants.keep_binary(samples);
        // The names of the input keep their numbers.
        Self::binary(variants.dictionary()?, &text, input)
    }

    /// For a table of the records of `variants`. Returns its header too.
    pub(crate) fn of_table(table: AlleleTable, variants: &Variants) -> (Self, Vec<u8>) {
        let (input, header) = (variants.place().to_string(), table.header().into_bytes());
        (Self { encoder: None, table: Some(table), input, bytes: Vec::new() }, header)
    }

    /// The columns of a table.
    pub(crate) fn fields(&self) -> Vec<Field> {
        self.table.as_ref().map_or_else(Vec::new, AlleleTable::fields)
    }

    /// For records of our own, and their header. Returns the bytes of the header in the output's format too.
    pub(crate) fn of_lines(format: VariantFormat, header: &[Vec<u8>]) -> Result<(Self, Vec<u8>)> {
        let (input, text) = ("the output".to_string(), header.concat());
        if !format.is_bcf() {
            return Ok((Self { encoder: None, table: None, input, bytes: Vec::new() }, text));
        }
        let dictionary =
            Dictionary::parse(header.iter().map(Vec::as_slice)).map_err(|why| Error::input(&input, why))?;
        Self::binary(dictionary, &text, input)
    }

    /// For records of BCF.
    fn binary(mut dictionary: Dictionary, text: &[u8], input: String) -> Result<(Self, Vec<u8>)> {
        for (number, line) in text.split_inclusive(|&b| b == b'\n').enumerate() {
            header::check_line(line).map_err(|why| {
                Error::input(format!("{input}, line {} of the header", number + 1), why)
                    .with_hint("correct it (bcftools reheader), or write VCF, which keeps it as it is: -O z")
            })?;
            dictionary.add(line).map_err(|why| Error::input(&input, why))?;
        }
        let encoder = Encoder::new(dictionary);
        let bytes = encoder.header(text);
        Ok((Self { encoder: Some(encoder), table: None, input, bytes: Vec::new() }, bytes))
    }

    /// The records that an index is made of.
    pub(crate) fn indexed(&self) -> Indexed {
        if self.table.is_some() {
            return Indexed::No;
        }
        self.encoder.as_ref().map_or(Indexed::Vcf, |encoder| Indexed::Bcf(encoder.contig_count()))
    }

    /// Writes a record with INFO fields added, which are text as in VCF. Returns how many records or lines that are.
    pub(crate) fn write(&mut self, record: &VariantRecord, added: &[u8], output: &mut Output) -> Result<u64> {
        let Self { encoder, table, input, bytes } = self;
        bytes.clear();
        if let Some(table) = table {
            let lines = table.write(record, added, bytes);
            return output.write_all(bytes).map(|()| lines);
        }
        match encoder {
            None => info::with_info(record, added, bytes),
            Some(encoder) => encoder.write(record, added, bytes).map_err(|problem| {
                let place = format!("{input}, record {}", record.number);
                Error::input(place, problem.message).with_hint(problem.hint)
            })?,
        }
        if output.is_indexed() {
            output.write_record(record.contig(), record.interval(), bytes)?;
        } else {
            output.write_all(bytes)?;
        }
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_the_format() {
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
