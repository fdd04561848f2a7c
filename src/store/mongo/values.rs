//! Documents as BSON and back. Whole numbers go in as 64 bits and are read from either width.

use mongodb::bson::spec::ElementType;
use mongodb::bson::{self, Bson, RawBsonRef, RawDocument};
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

use crate::error::{Error, Result};
use crate::store::{Document, Literal};

pub(super) fn bson(document: Document) -> bson::Document {
    document.into_iter().map(|(field, value)| (field, of_value(value))).collect()
}

pub(super) fn of_value(value: Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(truth) => Bson::Boolean(truth),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Bson::Int64(whole),
            None => Bson::Double(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Bson::String(text),
        Value::Array(values) => Bson::Array(values.into_iter().map(of_value).collect()),
        Value::Object(fields) => Bson::Document(bson(fields)),
    }
}

pub(super) fn of_literal(literal: &Literal) -> Bson {
    match literal {
        Literal::Null => Bson::Null,
        Literal::Truth(truth) => Bson::Boolean(*truth),
        Literal::Whole(number) => Bson::Int64(*number),
        Literal::Text(text) => Bson::String(text.clone()),
    }
}

/// As its type, straight from the bytes.
pub(super) fn read<T: DeserializeOwned>(kept: &RawDocument) -> Result<T> {
    check(kept)?;
    bson::deserialize_from_slice(kept.as_bytes()).map_err(Error::internal)
}

/// What hubbub never writes would be read as something else.
fn check(kept: &RawDocument) -> Result<()> {
    kept.iter().try_for_each(|field| {
        let (name, value) = field.map_err(Error::internal)?;
        check_value(name.as_str(), value)
    })
}

fn check_value(field: &str, value: RawBsonRef<'_>) -> Result<()> {
    match value {
        RawBsonRef::Document(inner) => check(inner),
        RawBsonRef::Array(values) => {
            values.into_iter().try_for_each(|value| check_value(field, value.map_err(Error::internal)?))
        }
        RawBsonRef::Null
        | RawBsonRef::Boolean(_)
        | RawBsonRef::Int32(_)
        | RawBsonRef::Int64(_)
        | RawBsonRef::Double(_)
        | RawBsonRef::String(_) => Ok(()),
        other => Err(alien(field, other.element_type())),
    }
}

fn alien(field: &str, kind: ElementType) -> Error {
    Error::internal(format!("{field} holds a {kind:?}, which hubbub never writes"))
}

pub(super) fn document(document: &bson::Document) -> Result<Document> {
    document.iter().map(|(field, value)| Ok((field.clone(), to_value(field, value)?))).collect()
}

fn to_value(field: &str, value: &Bson) -> Result<Value> {
    Ok(match value {
        Bson::Null => Value::Null,
        Bson::Boolean(truth) => Value::Bool(*truth),
        Bson::Int32(number) => Value::from(*number),
        Bson::Int64(number) => Value::from(*number),
        Bson::Double(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Bson::String(text) => Value::String(text.clone()),
        Bson::Array(values) => values.iter().map(|value| to_value(field, value)).collect::<Result<_>>()?,
        Bson::Document(inner) => Value::Object(document(inner)?),
        other => return Err(alien(field, other.element_type())),
    })
}
