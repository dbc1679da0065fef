//! The columns of a Parquet file: their names and types.

use std::sync::Arc;

use parquet::{
    basic::{LogicalType, Repetition, Type as Physical},
    errors::ParquetError,
    schema::types::{Type, TypePtr},
};

use crate::{
    model::Form,
    output::column::{Column, FieldKind, SCORES, names},
};

/// A column of a table, as Parquet has it. All may lack a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: FieldKind,
}

/// The columns of a table with the scores of a model. The scores of a vector are one column.
pub(crate) fn fields(columns: &[Column], form: &Form) -> Vec<Field> {
    let mut fields = Vec::new();
    for (name, kind) in columns.iter().flat_map(Column::typed) {
        if name != SCORES || form.text.is_some() {
            fields.extend(names(name, form).into_iter().map(|name| Field { name, kind }));
            continue;
        }
        for column in &form.columns {
            match (&column.vector, fields.last_mut()) {
                (Some(vector), Some(Field { name, kind: FieldKind::Numbers(width) })) if name == vector => *width += 1,
                (Some(vector), _) => fields.push(Field { name: vector.clone(), kind: FieldKind::Numbers(1) }),
                (None, _) => fields.push(Field { name: column.name.clone(), kind: FieldKind::Number }),
            }
        }
    }
    fields
}

/// The columns of a table whose columns are always the same.
pub(crate) fn fixed_fields(columns: &[Column]) -> Vec<Field> {
    columns.iter().flat_map(Column::typed).map(|(name, kind)| Field { name: name.into(), kind }).collect()
}

/// The schema of these columns.
pub(super) fn schema(fields: &[Field]) -> Result<TypePtr, ParquetError> {
    let fields = fields.iter().map(column_type).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}

fn column_type(field: &Field) -> Result<TypePtr, ParquetError> {
    let primitive =
        |physical| Type::primitive_type_builder(&field.name, physical).with_repetition(Repetition::OPTIONAL);
    let built = match field.kind {
        FieldKind::Text => primitive(Physical::BYTE_ARRAY).with_logical_type(Some(LogicalType::String)).build()?,
        FieldKind::Integer => primitive(Physical::INT64).build()?,
        FieldKind::Number => primitive(Physical::FLOAT).build()?,
        FieldKind::Double => primitive(Physical::DOUBLE).build()?,
        // The three levels of LogicalTypes.md, "Lists".
        FieldKind::Numbers(_) => {
            let element =
                Type::primitive_type_builder("element", Physical::FLOAT).with_repetition(Repetition::REQUIRED);
            let list = Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![Arc::new(element.build()?)])
                .build()?;
            Type::group_type_builder(&field.name)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(Some(LogicalType::List))
                .with_fields(vec![Arc::new(list)])
                .build()?
        }
    };
    Ok(Arc::new(built))
}
