//! Tables and indexes as the collections want them.

use rusqlite::{Connection, OptionalExtension};

use super::sql::{create_index, create_table, index_name};
use super::writer::Outcome;
use crate::error::{Code, Error};
use crate::store::{Collection, Index};

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
