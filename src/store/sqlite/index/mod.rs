//! The index of messages: a file of its own beside the database, with a thread of its own that writes.
//!
//! So that no send waits while messages are taken up. What is found by it is looked up in the database,
//! and it can be made again from there at any time; a file that cannot be used is put aside for a new one.

mod words;

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode};
use tracing::warn;

use super::readers::Readers;
use super::write::settle;
use super::writer::Writer;
use super::{Sqlite, file, shrink};
use crate::clock::nonce;
use crate::error::Result;
use crate::model::{Entry, Id};
use crate::store::{Found, Indexed, Wanted};
use crate::words::VERSION;

const READERS: usize = 2;

#[derive(Clone, Debug)]
pub(super) struct Index {
    writer: Arc<Writer>,
    readers: Readers,
}

impl Index {
    pub(super) fn open(path: &Path) -> Result<Index> {
        let begun = begun(path).or_else(|cause| match is_spoilt(&cause) {
            true => again(path, &cause),
            false => Err(cause),
        });
        let connection = begun.map_err(|cause| file::unopened(path, cause))?;
        Ok(Index {
            readers: Readers::open(path, READERS)?,
            writer: Arc::new(Writer::start("index-writer", connection, ())?),
        })
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    pub(super) async fn empty(&self) -> Result<()> {
        self.writer.run(0, |connection| settle(begin(connection))).await?;
        shrink(&self.writer).await
    }
}

/// Ready to be used: of this version, or empty.
fn begun(path: &Path) -> rusqlite::Result<Connection> {
    file::touch(path).map_err(trouble)?;
    let connection = file::connect(path)?;
    connection.execute_batch("PRAGMA cache_size = -4096")?;
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version != VERSION {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        begin(&connection)?;
        connection.execute_batch(&format!("PRAGMA user_version = {VERSION}; COMMIT"))?;
    }
    Ok(connection)
}

/// Nothing is in it, and it has a name that no index had before.
fn begin(connection: &Connection) -> rusqlite::Result<()> {
    for table in ["about", "search_rows", "search_words"] {
        connection.execute_batch(&format!("DROP TABLE IF EXISTS {table}"))?;
    }
    connection.execute_batch(
        "CREATE TABLE about (name TEXT NOT NULL) STRICT;
         CREATE TABLE search_rows (place INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, channel BLOB NOT NULL) STRICT;
         CREATE VIRTUAL TABLE search_words USING fts5(tokens, content='', contentless_delete=1, detail='none', tokenize='ascii');
         INSERT INTO search_words(search_words, rank) VALUES ('hashsize', 8388608);",
    )?;
    connection.execute("INSERT INTO about VALUES (?)", [nonce()]).map(drop)
}

fn is_spoilt(cause: &rusqlite::Error) -> bool {
    matches!(cause.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
}

fn again(path: &Path, cause: &rusqlite::Error) -> rusqlite::Result<Connection> {
    warn!(%cause, path = %path.display(), "the index of messages is damaged and is made anew");
    for side in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(side);
        match std::fs::remove_file(&name) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(trouble(cause)),
            _ => {}
        }
    }
    begun(path)
}

fn trouble(cause: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(cause.into())
}

impl Sqlite {
    pub(in crate::store) async fn index(&self, messages: Vec<Indexed>) -> Result<()> {
        let weight = messages.len();
        self.index.writer.run(weight, move |connection| settle(words::add(connection, &messages))).await
    }

    pub(in crate::store) async fn unindex(&self, ids: Vec<Id<Entry>>) -> Result<()> {
        let weight = ids.len();
        self.index.writer.run(weight, move |connection| settle(words::remove(connection, &ids))).await
    }

    pub(in crate::store) async fn search(&self, wanted: Wanted) -> Result<Found> {
        self.index.readers.run(move |connection| words::search(connection, &wanted)).await
    }

    pub(in crate::store) async fn index_name(&self) -> Result<String> {
        let name =
            |connection: &Connection| connection.query_row("SELECT name FROM about", [], |row| row.get(0));
        self.index.readers.run(name).await
    }
}
