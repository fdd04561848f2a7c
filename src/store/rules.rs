//! What a document must be so that both engines read it alike; broken only by a fault of ours.
//!
//! Numbers are whole and fit 64 bits. An indexed field is one value, never a list or an object,
//! which MongoDB would index piece by piece. The fields of a unique index are there, as MongoDB
//! takes two missing ones for equal and SQLite does not.

use serde_json::Value;

use super::{Change, Collection, Document, Field, When};
use crate::error::{Error, Result};

pub(super) fn document(collection: &Collection, document: &Document) -> Result<()> {
    if !document.get("_id").is_some_and(Value::is_string) {
        return broken("_id", "must be text");
    }
    for (field, value) in document {
        numbers(field, value, true)?;
    }
    for field in indexed(collection) {
        if let Some(value) = document.get(field) {
            single(collection, field, value)?;
        }
    }
    match needed(collection).find(|field| document.get(*field).is_none_or(Value::is_null)) {
        Some(field) => broken(field, "is missing"),
        None => Ok(()),
    }
}

pub(super) fn changes(collection: &Collection, changes: &[Change]) -> Result<()> {
    if changes.is_empty() {
        return broken("an update", "changes nothing");
    }
    for (place, change) in changes.iter().enumerate() {
        let field = field(change);
        // MongoDB refuses both.
        if field == "_id" {
            return broken(field, "never changes");
        }
        if changes.iter().skip(place + 1).any(|other| self::field(other) == field) {
            return broken(field, "is changed twice in one update");
        }
        possible(collection, change)?;
    }
    Ok(())
}

fn possible(collection: &Collection, change: &Change) -> Result<()> {
    match change {
        Change::Set(field, value) => {
            numbers(field, value, true)?;
            if value.is_null() && needed(collection).any(|needed| needed == *field) {
                return broken(field, "is missing");
            }
            if indexed(collection).any(|indexed| indexed == *field) {
                return single(collection, field, value);
            }
            Ok(())
        }
        Change::Unset(field) if needed(collection).any(|needed| needed == *field) => {
            broken(field, "is missing")
        }
        Change::Include(field, value) | Change::Exclude(field, value) => {
            numbers(field, value, true)?;
            if indexed(collection).any(|indexed| indexed == *field) {
                return broken(field, "is indexed and cannot be a list");
            }
            Ok(())
        }
        Change::Unset(_) | Change::Add(..) | Change::Raise(..) => Ok(()),
    }
}

fn field(change: &Change) -> Field {
    match change {
        Change::Set(field, _)
        | Change::Unset(field)
        | Change::Add(field, _)
        | Change::Raise(field, _)
        | Change::Include(field, _)
        | Change::Exclude(field, _) => field,
    }
}

fn indexed(collection: &Collection) -> impl Iterator<Item = Field> {
    let own = collection.indexes.iter().flat_map(|index| index.fields);
    let conditions = collection.indexes.iter().filter_map(|index| index.when);
    own.copied().chain(conditions.map(When::field))
}

/// Whether MongoDB may look for single values in this field without asking for lists.
#[cfg(feature = "mongo")]
pub(super) fn is_single(collection: &Collection, field: Field) -> bool {
    field == "_id" || indexed(collection).any(|indexed| indexed == field)
}

/// Fields of unique indexes, but for those whose absence keeps a document out of the index.
fn needed(collection: &Collection) -> impl Iterator<Item = Field> {
    collection.indexes.iter().filter(|index| index.unique).flat_map(|index| {
        let fields = index.fields.iter().copied();
        fields.filter(|field| index.when != Some(When::Has(field)))
    })
}

fn single(collection: &Collection, field: Field, value: &Value) -> Result<()> {
    let left_out = collection.indexes.iter().any(|index| index.when == Some(When::Has(field)));
    match value {
        Value::Array(_) | Value::Object(_) => broken(field, "is indexed and must be one value"),
        Value::Null if left_out => broken(field, "is left out where there is none, never null"),
        _ => Ok(()),
    }
}

/// Whole numbers of 64 bits everywhere; fractions only deep within, where nothing compares them.
fn numbers(field: &str, value: &Value, compared: bool) -> Result<()> {
    match value {
        Value::Number(number) if number.is_f64() && compared => broken(field, "is a fraction"),
        Value::Number(number) if number.is_u64() && !number.is_i64() => {
            broken(field, "is too large a number")
        }
        Value::Array(values) => values.iter().try_for_each(|value| numbers(field, value, compared)),
        Value::Object(fields) => fields.values().try_for_each(|value| numbers(field, value, false)),
        _ => Ok(()),
    }
}

fn broken(field: &str, rule: &str) -> Result<()> {
    Err(Error::internal(format!("{field} {rule}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::collection::MESSAGES;
    use serde_json::json;

    fn refused(value: Value) -> bool {
        document(&MESSAGES, value.as_object().unwrap()).is_err()
    }

    #[test]
    fn what_engines_would_index_differently_is_refused() {
        let entry = json!({"_id": "1", "channelId": "c", "seq": 1, "userId": "u"});
        let with = |field: &str, value: Value| {
            let mut entry = entry.clone();
            entry[field] = value;
            entry
        };
        assert!(!refused(entry.clone()));
        assert!(refused(with("_id", json!(1))));
        assert!(refused(with("seq", json!(null))));
        assert!(refused(with("seq", json!(u64::MAX))));
        assert!(refused(with("seq", json!(1.5))));
        assert!(refused(with("target", json!(null))));
        assert!(refused(with("kind", json!(["message"]))));
        assert!(refused(with("mentions", json!([1.5]))));
        assert!(!refused(with("about", json!({"ratio": 1.5}))));
    }

    #[test]
    fn an_update_names_each_field_once_and_never_the_id() {
        assert!(changes(&MESSAGES, &[]).is_err());
        assert!(changes(&MESSAGES, &[Change::set("_id", "a")]).is_err());
        assert!(changes(&MESSAGES, &[Change::Unset("seq")]).is_err());
        assert!(changes(&MESSAGES, &[Change::Add("n", 1), Change::Unset("n")]).is_err());
        assert!(changes(&MESSAGES, &[Change::Add("n", 1), Change::Unset("m")]).is_ok());
    }
}
