//! Tables and indexes as the collections want them.

use rusqlite::{Connection, OptionalExtension};

use super::sql::key;
use super::writer::Outcome;
use crate::error::{Code, Error};
use crate::store::{Collection, Index, When};

/// Creates what is missing; what is there and differs is an error.
pub(super) fn ensure(connection: &Connection, collections: &[&Collection]) -> Outcome<()> {
    for collection in collections {
        connection.execute_batch(&create_table(collection))?;
        for index in collection.indexes {
            if let Err(error) = ensure_index(connection, collection, index)? {
                return Ok(Err(error));
            }
        }
    }
    Ok(Ok(()))
}

fn ensure_index(connection: &Connection, collection: &Collection, index: &Index) -> Outcome<()> {
    let wanted = create_index(collection, index);
    let name = index_name(collection, index);
    let kept: Option<String> = connection
        .query_row("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?", [&name], |row| {
            row.get(0)
        })
        .optional()?;
    match kept {
        None => super::settle(connection.execute_batch(&wanted)),
        Some(kept) if kept == wanted => Ok(Ok(())),
        Some(_) => Ok(Err(Error::new(
            Code::Unavailable,
            format!(
                "the index {name} is not as this version makes it: \
                 run the version that wrote the data, or restore a backup"
            ),
        ))),
    }
}

pub(super) fn empty(connection: &Connection, collections: &[&Collection]) -> rusqlite::Result<()> {
    for collection in collections {
        connection.execute_batch(&format!("DROP TABLE IF EXISTS {}", collection.name))?;
    }
    // Opening expects the settings to be there.
    connection.execute_batch(&create_table(&crate::store::collection::SETTINGS))
}

/// The condition under which a document is in an index, if it is not in it always.
fn when(when: When) -> String {
    match when {
        When::Has(field) => format!("{} IS NOT NULL", key(field)),
        When::Text(field, text) => format!("{} = '{text}'", key(field)),
        When::False(field) => format!("{} = x'00'", key(field)),
    }
}

pub(super) fn create_table(collection: &Collection) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {} (id ANY NOT NULL PRIMARY KEY, doc BLOB NOT NULL) STRICT",
        collection.name
    )
}

fn index_name(collection: &Collection, index: &Index) -> String {
    format!("{}_{}", collection.name, index.name)
}

fn create_index(collection: &Collection, index: &Index) -> String {
    let keys: Vec<String> = index.fields.iter().map(|field| key(field)).collect();
    let condition = index.when.map(|condition| format!(" WHERE {}", when(condition))).unwrap_or_default();
    format!(
        "CREATE {}INDEX {} ON {} ({}){condition}",
        if index.unique { "UNIQUE " } else { "" },
        index_name(collection, index),
        collection.name,
        keys.join(", "),
    )
}
