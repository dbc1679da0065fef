//! The columns of a row group, as they are filled line by line.

use std::{collections::HashMap, io};

use parquet::{
    data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int64Type},
    errors::ParquetError,
    file::writer::SerializedColumnWriter,
};

use crate::output::column::FieldKind;

/// Different texts of a column that share their bytes: names of contigs, strands, reasons.
const SHARED: usize = 4096;

/// The values of a column. A missing one has the definition level 0.
pub(super) struct Buffer {
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    Text(Vec<ByteArray>, Shared),
    Integer(Vec<i64>),
    Number(Vec<f32>),
    Double(Vec<f64>),
    /// With the repetition levels.
    Numbers(usize, Vec<f32>, Vec<i16>),
}

impl Buffer {
    pub(super) fn new(kind: FieldKind) -> Self {
        let values = match kind {
            FieldKind::Text => Values::Text(Vec::new(), Shared::default()),
            FieldKind::Integer => Values::Integer(Vec::new()),
            FieldKind::Number => Values::Number(Vec::new()),
            FieldKind::Double => Values::Double(Vec::new()),
            FieldKind::Numbers(width) => Values::Numbers(width, Vec::new(), Vec::new()),
        };
        Self { levels: Vec::new(), values }
    }

    /// Adds the value of a line: its next cells. `None`: they are not what the column holds.
    pub(super) fn add<'a>(&mut self, cells: &mut impl Iterator<Item = &'a [u8]>) -> Option<()> {
        let cell = cells.next()?;
        if let Values::Numbers(width, values, repetitions) = &mut self.values {
            let rest: Vec<&[u8]> = cells.take(*width - 1).collect();
            repetitions.push(0);
            // A line has all numbers of a vector, or none.
            if cell == b"." {
                self.levels.push(0);
                return (rest.len() + 1 == *width).then_some(());
            }
            for cell in std::iter::once(&cell).chain(&rest) {
                values.push(parsed(cell)?);
                self.levels.push(2);
            }
            repetitions.extend(std::iter::repeat_n(1, *width - 1));
            return (rest.len() + 1 == *width).then_some(());
        }
        if cell == b"." {
            self.levels.push(0);
            return Some(());
        }
        self.levels.push(1);
        match &mut self.values {
            Values::Text(values, shared) => values.push(shared.text(cell)),
            Values::Integer(values) => values.push(parsed(cell)?),
            Values::Double(values) => values.push(parsed(cell)?),
            Values::Number(values) | Values::Numbers(_, values, _) => values.push(parsed(cell)?),
        }
        Some(())
    }

    /// Writes the column of a row group, and begins the next one.
    pub(super) fn write(&mut self, mut column: SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = std::mem::take(&mut self.levels);
        match &mut self.values {
            Values::Text(values, _) => {
                column.typed::<ByteArrayType>().write_batch(values, Some(&levels), None)?;
                values.clear();
            }
            Values::Integer(values) => {
                column.typed::<Int64Type>().write_batch(values, Some(&levels), None)?;
                values.clear();
            }
            Values::Number(values) => {
                column.typed::<FloatType>().write_batch(values, Some(&levels), None)?;
                values.clear();
            }
            Values::Double(values) => {
                column.typed::<DoubleType>().write_batch(values, Some(&levels), None)?;
                values.clear();
            }
            Values::Numbers(_, values, repetitions) => {
                column.typed::<FloatType>().write_batch(values, Some(&levels), Some(repetitions))?;
                values.clear();
                repetitions.clear();
            }
        }
        column.close()
    }
}

/// Texts that occur again and again.
#[derive(Default)]
struct Shared {
    /// The last one: most lines have the contig of the line before.
    last: Option<ByteArray>,
    known: HashMap<Vec<u8>, ByteArray>,
}

impl Shared {
    fn text(&mut self, cell: &[u8]) -> ByteArray {
        if let Some(last) = self.last.as_ref().filter(|last| last.data() == cell) {
            return last.clone();
        }
        let value = match self.known.get(cell) {
            Some(same) => same.clone(),
            None => {
                let value = ByteArray::from(cell.to_vec());
                if self.known.len() < SHARED {
                    self.known.insert(cell.to_vec(), value.clone());
                }
                value
            }
        };
        self.last = Some(value.clone());
        value
    }
}

fn parsed<T: std::str::FromStr>(cell: &[u8]) -> Option<T> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}

/// The error of a line that is not of the table.
pub(super) fn wrong_line(number: u64) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("line {number} is not of this table"))
}
