//! Tables as Parquet: typed columns, compressed with zstd.
//!
//! A run writes the lines of its table into a hidden file, as for TSV, so that it can be stopped and continued like any other; when they are
//! complete, they become row groups. Numbers have the digits of TSV. [`merge`] puts the row groups of shards one after the other.

mod buffers;
mod fields;

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
    sync::Arc,
};

use parquet::{
    basic::{Compression, Encoding, ZstdLevel},
    column::writer::ColumnCloseResult,
    errors::ParquetError,
    file::{
        metadata::ParquetMetaDataReader,
        properties::{WriterProperties, WriterPropertiesPtr},
        writer::SerializedFileWriter,
    },
    schema::types::ColumnPath,
};

pub(crate) use self::fields::{Field, fields, fixed_fields};
use self::{
    buffers::{Buffer, wrong_line},
    fields::schema,
};
use super::{
    column::FieldKind,
    temporary::{Sealed, TemporaryFile},
};
use crate::error::{Error, Result};

/// Rows of a row group: as many as DuckDB reads on one thread. Fewer where a row has many values.
const ROWS: usize = 122_880;

/// Values of a row group, at most: 64 MB of numbers.
const VALUES: usize = 16 << 20;

/// Lines become a Parquet file of the same target. `lines` has them, complete; the first one is the header.
pub(super) fn convert(lines: TemporaryFile, fields: &[Field]) -> Result<Sealed> {
    let target = lines.target.clone();
    let failed = |error: io::Error| Error::write(target.display(), &error);
    let Some(path) = &lines.temporary else {
        return Err(Error::usage(format!("{} is no regular file: Parquet needs one", target.display())));
    };
    let text = File::open(path).map_err(failed)?;
    let (temporary, file) = TemporaryFile::begin(&target, lines.kept.then_some("parquet"))?;
    write(BufReader::with_capacity(1 << 20, text), &file, fields).map_err(failed)?;
    temporary.sync(&file)?;
    // Those of a run that can be continued stay until the output has its name.
    let leftovers = if lines.kept { vec![path.clone()] } else { Vec::new() };
    let kept = lines.kept;
    Ok(Sealed { files: vec![temporary], leftovers, kept })
}

/// Text has a dictionary; positions are differences; numbers are as they are. With dictionaries for all, writing takes twice as long.
fn properties(fields: &[Field]) -> WriterPropertiesPtr {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(format!("genogloss version {}", env!("CARGO_PKG_VERSION")))
        .set_dictionary_enabled(false);
    for field in fields {
        let path = ColumnPath::from(field.name.as_str());
        properties = match field.kind {
            FieldKind::Text => properties.set_column_dictionary_enabled(path, true),
            FieldKind::Integer => properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            FieldKind::Number | FieldKind::Double | FieldKind::Numbers(_) => properties,
        };
    }
    Arc::new(properties.build())
}

fn write(mut text: impl BufRead, file: &File, fields: &[Field]) -> io::Result<()> {
    let mut writer =
        SerializedFileWriter::new(file, schema(fields).map_err(said)?, properties(fields)).map_err(said)?;
    let width: usize = fields.iter().map(|field| field.kind.width()).sum();
    let most = ROWS.min(VALUES / width.max(1)).max(1);
    let mut buffers: Vec<Buffer> = fields.iter().map(|field| Buffer::new(field.kind)).collect();
    let (mut line, mut number, mut rows) = (Vec::new(), 0u64, 0);
    loop {
        line.clear();
        let ended = text.read_until(b'\n', &mut line)? == 0;
        if rows == most || ended && rows > 0 {
            let mut group = writer.next_row_group().map_err(said)?;
            for buffer in &mut buffers {
                let column = group.next_column().map_err(said)?;
                let column = column.ok_or_else(|| io::Error::other("a column is missing in the schema"))?;
                buffer.write(column).map_err(said)?;
            }
            group.close().map_err(said)?;
            rows = 0;
        }
        if ended {
            break;
        }
        number += 1;
        let line = line.strip_suffix(b"\n").ok_or_else(|| wrong_line(number))?;
        if number == 1 {
            continue;
        }
        let mut cells = line.split(|&byte| byte == b'\t');
        let added = buffers.iter_mut().try_for_each(|buffer| buffer.add(&mut cells));
        if added.is_none() || cells.next().is_some() {
            return Err(wrong_line(number));
        }
        rows += 1;
    }
    writer.close().map_err(said)?;
    Ok(())
}

fn said(error: ParquetError) -> io::Error {
    match error {
        // A full disk is said as such.
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        other => io::Error::other(other.to_string()),
    }
}

/// Puts the row groups of files of the same columns one after the other. `count` is called with each file and its number of rows.
pub(crate) fn merge(
    parts: &[&Path],
    target: &Path,
    mut count: impl FnMut(usize, u64) -> Result<()>,
) -> Result<(u64, Sealed)> {
    let mut opened = Vec::new();
    for (index, path) in parts.iter().enumerate() {
        let refused = |error: io::Error| {
            Error::input(path.display(), format!("is not a complete Parquet file: {error}"))
                .with_hint("run this shard again")
        };
        let file = File::open(path).map_err(|error| Error::read(path, &error))?;
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|error| refused(said(error)))?;
        count(index, metadata.file_metadata().num_rows().max(0) as u64)?;
        opened.push((file, metadata));
    }
    let Some((_, first)) = opened.first() else { return Err(Error::usage("there is nothing to merge")) };
    let schema = first.file_metadata().schema_descr().root_schema_ptr();
    if let Some(other) = opened.iter().position(|(_, other)| other.file_metadata().schema() != schema.as_ref()) {
        return Err(Error::input(parts[other].display(), "its columns differ from those of the first shard"));
    }
    let failed = |error: ParquetError| Error::write(target.display(), &said(error));
    let (temporary, file) = TemporaryFile::begin(target, None)?;
    let mut writer = SerializedFileWriter::new(&file, schema, properties(&[])).map_err(failed)?;
    let mut rows = 0;
    for (input, metadata) in &opened {
        for group in metadata.row_groups() {
            let mut out = writer.next_row_group().map_err(failed)?;
            for column in group.columns() {
                let copied = ColumnCloseResult {
                    bytes_written: column.compressed_size().max(0) as u64,
                    rows_written: group.num_rows().max(0) as u64,
                    metadata: column.clone(),
                    bloom_filter: None,
                    column_index: None,
                    offset_index: None,
                };
                out.append_column(input, copied).map_err(failed)?;
            }
            out.close().map_err(failed)?;
            rows += group.num_rows().max(0) as u64;
        }
    }
    writer.close().map_err(failed)?;
    temporary.sync(&file)?;
    Ok((rows, Sealed { files: vec![temporary], ..Sealed::default() }))
}
