//! What the writer does to one collection, within its transaction.

use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::sql::Sql;
use super::writer::Outcome;
use super::{change, fault, parse, text};
use crate::error::Error;
use crate::store::{Change, Collection, Document, Filter, Refusal, Rejected};

/// In order, up to the first that a unique index refuses.
pub(super) fn insert(
    connection: &Connection,
    collection: &'static Collection,
    rows: &[(String, String)],
) -> rusqlite::Result<Result<(), Rejected>> {
    let sql = format!("INSERT INTO {}(id, doc) VALUES (?, jsonb(?))", collection.name);
    let mut statement = connection.prepare_cached(&sql)?;
    for (done, (id, text)) in rows.iter().enumerate() {
        let Err(error) = statement.execute([id, text]) else {
            continue;
        };
        if fault::spoils_the_transaction(&error) {
            return Err(error);
        }
        let why = match fault::taken(collection, &error) {
            Some(index) => Refusal::Taken(index),
            None => Refusal::Fault(Error::internal(error)),
        };
        return Ok(Err(Rejected { done, why }));
    }
    Ok(Ok(()))
}

/// Changes one document that meets the filter: that of this id, where one is named.
pub(super) fn update(
    connection: &Connection,
    collection: &'static Collection,
    filter: &Filter,
    id: Option<&str>,
    changes: &[Change],
) -> Outcome<Option<Document>> {
    let sql = Sql::one(collection, filter, id);
    let found = connection
        .prepare_cached(&sql.text)?
        .query_row(params_from_iter(sql.values), |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .optional()?;
    let Some((id, before)) = found else {
        return Ok(Ok(None));
    };
    let changed = parse::<Document>(&before).and_then(|mut document| {
        change::apply(&mut document, changes)?;
        Ok((text(&document)?, document))
    });
    let (after, document) = match changed {
        Ok(changed) => changed,
        Err(error) => return Ok(Err(error)),
    };
    let sql = format!("UPDATE {} SET doc = jsonb(?) WHERE id = ?", collection.name);
    let run = connection.prepare_cached(&sql).and_then(|mut statement| statement.execute([after, id]));
    Ok(match run {
        Err(error) => match fault::taken(collection, &error) {
            Some(index) => Err(Error::conflict(format!("{index} is taken"))),
            None => return settle(Err(error)),
        },
        Ok(_) => Ok(Some(document)),
    })
}

/// All of these or, where one cannot be changed, none.
pub(super) fn update_these(
    connection: &Connection,
    collection: &'static Collection,
    filter: &Filter,
    ids: &[String],
    changes: &[Change],
) -> Outcome<u64> {
    connection.execute_batch("SAVEPOINT these")?;
    let mut updated = 0;
    for id in ids {
        match update(connection, collection, filter, Some(id), changes)? {
            Ok(document) => updated += u64::from(document.is_some()),
            Err(error) => {
                connection.execute_batch("ROLLBACK TO these; RELEASE these")?;
                return Ok(Err(error));
            }
        }
    }
    connection.execute_batch("RELEASE these")?;
    Ok(Ok(updated))
}

/// An error that spoils the transaction is everybody's, any other the job's own.
pub(super) fn settle<T>(run: rusqlite::Result<T>) -> Outcome<T> {
    match run {
        Ok(value) => Ok(Ok(value)),
        Err(error) if fault::spoils_the_transaction(&error) => Err(error),
        Err(error) => Ok(Err(Error::internal(error))),
    }
}
