//! The changes read as what MongoDB does with them, on a document in memory.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::store::{Change, Document, Field};

/// Applies the changes in order; what was changed before one that cannot be is not undone.
pub(in crate::store) fn apply(document: &mut Document, changes: &[Change]) -> Result<()> {
    for change in changes {
        match change {
            Change::Set(field, value) => {
                document.insert((*field).into(), value.clone());
            }
            Change::Unset(field) => {
                document.remove(*field);
            }
            Change::Add(field, by) => add(document, field, *by)?,
            Change::Raise(field, to) => raise(document, field, *to),
            Change::Include(field, value) => include(document, field, value)?,
            Change::Exclude(field, value) => exclude(document, field, value)?,
        }
    }
    Ok(())
}

fn add(document: &mut Document, field: Field, by: i64) -> Result<()> {
    let sum = match document.get(field) {
        None => Some(by),
        Some(value) => value.as_i64().and_then(|number| number.checked_add(by)),
    };
    let sum = sum.ok_or_else(|| refused(field, "is no whole number that this can be added to"))?;
    document.insert(field.into(), sum.into());
    Ok(())
}

/// MongoDB compares across types: null is below every number, text and truth are above.
fn raise(document: &mut Document, field: Field, to: i64) {
    let raised = match document.get(field) {
        None | Some(Value::Null) => true,
        Some(value) => value.as_i64().is_some_and(|number| number < to),
    };
    if raised {
        document.insert(field.into(), to.into());
    }
}

fn include(document: &mut Document, field: Field, value: &Value) -> Result<()> {
    let held = document.entry(field).or_insert_with(|| Value::Array(Vec::new()));
    let list = held.as_array_mut().ok_or_else(|| refused(field, "is not a list"))?;
    if !list.contains(value) {
        list.push(value.clone());
    }
    Ok(())
}

fn exclude(document: &mut Document, field: Field, value: &Value) -> Result<()> {
    match document.get_mut(field) {
        None => Ok(()),
        Some(Value::Array(list)) => {
            list.retain(|one| one != value);
            Ok(())
        }
        Some(_) => Err(refused(field, "is not a list")),
    }
}

fn refused(field: Field, why: &str) -> Error {
    Error::internal(format!("{field} {why}"))
}
