//! The embedded engine: one file, one thread that writes, a few connections that read.

pub(super) mod change;
mod fault;
mod file;
mod index;
mod plan;
mod readers;
mod schema;
mod sql;
mod tally;
mod write;
mod writer;

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use serde::de::DeserializeOwned;

use self::index::Index;
use self::readers::Readers;
use self::sql::Sql;
use self::write::settle;
use self::writer::Writer;
use super::engine::Kept;
use super::{Change, Collection, Document, Filter, Plan, Query, Rejected};
use crate::error::{Error, Result};

/// What one update or deletion of many takes on at once, so that others are served in between.
const AT_ONCE: usize = 1000;
const READERS: usize = 4;

pub(super) use self::file::exists;

#[derive(Clone, Debug)]
pub(super) struct Sqlite {
    /// First, so that it is let go before the lock, which the writer holds.
    index: Index,
    writer: Arc<Writer>,
    readers: Readers,
}

impl Sqlite {
    /// `newest` is the last schema version this program knows.
    pub(super) async fn open(directory: &Path, newest: i64) -> Result<Sqlite> {
        let directory = directory.to_owned();
        tokio::task::spawn_blocking(move || {
            let claim = file::claim(&directory)?;
            let exists = file::inspect(&claim.database, newest)?;
            let connection = file::writer(&claim.database, exists)?;
            Ok(Sqlite {
                readers: Readers::open(&claim.database, READERS)?,
                index: Index::open(&claim.index)?,
                writer: Arc::new(Writer::start("store-writer", connection, claim.lock)?),
            })
        })
        .await
        .map_err(Error::internal)?
    }

    pub(super) async fn close(&self) {
        self.index.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }

    pub(super) async fn get<T: Kept>(&self, collection: &'static Collection, id: &str) -> Result<Option<T>> {
        let id = id.to_owned();
        let text = self
            .readers
            .run(move |connection| {
                let sql = format!("SELECT json(doc) FROM {} WHERE id = ?", collection.name);
                connection.prepare_cached(&sql)?.query_row([id], |row| row.get::<_, String>(0)).optional()
            })
            .await?;
        text.map(|text| parse(&text)).transpose()
    }

    pub(super) async fn find<T: Kept>(
        &self,
        collection: &'static Collection,
        query: Query,
    ) -> Result<Vec<T>> {
        self.readers
            .run(move |connection| {
                let sql = Sql::find(collection, &query);
                rows(connection, &sql, |row| Ok(parse(row.get_ref(0)?.as_str()?)))
            })
            .await?
            .into_iter()
            .collect()
    }

    pub(super) async fn count(&self, collection: &'static Collection, filter: Filter) -> Result<u64> {
        self.readers
            .run(move |connection| {
                let sql = Sql::count(collection, &filter);
                connection
                    .prepare_cached(&sql.text)?
                    .query_row(params_from_iter(sql.values), |row| row.get(0))
                    .map(i64::unsigned_abs)
            })
            .await
    }

    pub(super) async fn insert(
        &self,
        collection: &'static Collection,
        documents: Vec<Document>,
    ) -> Result<(), Rejected> {
        let rows = documents
            .iter()
            .map(|document| Ok((id(document)?.to_owned(), text(document)?)))
            .collect::<Result<Vec<_>>>()
            .map_err(Rejected::fault)?;
        self.writer
            .run(rows.len(), move |connection| Ok(Ok(write::insert(connection, collection, &rows)?)))
            .await
            .unwrap_or_else(|error| Err(Rejected::fault(error)))
    }

    pub(super) async fn update(
        &self,
        collection: &'static Collection,
        filter: Filter,
        changes: Vec<Change>,
    ) -> Result<Option<Document>> {
        self.writer
            .run(1, move |connection| write::update(connection, collection, &filter, None, &changes))
            .await
    }

    /// What comes to meet the filter while this runs is left as it is.
    pub(super) async fn update_all(
        &self,
        collection: &'static Collection,
        filter: Filter,
        changes: Vec<Change>,
    ) -> Result<u64> {
        let sql = Sql::ids(collection, &filter);
        let ids: Vec<String> =
            self.readers.run(move |connection| rows(connection, &sql, |row| row.get(0))).await?;
        let mut updated = 0;
        for ids in ids.chunks(AT_ONCE) {
            let (ids, filter, changes) = (ids.to_vec(), filter.clone(), changes.clone());
            updated += self
                .writer
                .run(ids.len(), move |connection| {
                    write::update_these(connection, collection, &filter, &ids, &changes)
                })
                .await?;
        }
        Ok(updated)
    }

    pub(super) async fn delete(&self, collection: &'static Collection, filter: Filter) -> Result<u64> {
        let mut deleted = 0;
        loop {
            let sql = Sql::delete(collection, &filter, AT_ONCE as u64);
            let some = self
                .writer
                .run(1, move |connection| {
                    let run = connection
                        .prepare_cached(&sql.text)
                        .and_then(|mut statement| statement.execute(params_from_iter(sql.values)));
                    settle(run)
                })
                .await?;
            deleted += some as u64;
            if some < AT_ONCE {
                return Ok(deleted);
            }
        }
    }

    pub(super) async fn ping(&self) -> Result<()> {
        self.readers.run(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await
    }

    pub(super) async fn explain(&self, collection: &'static Collection, query: Query) -> Result<Plan> {
        self.readers.run(move |connection| plan::explain(connection, collection, &query)).await
    }

    /// Creates what is missing of tables and indexes, and finds what differs.
    pub(super) async fn ensure(&self, collections: &'static [&'static Collection]) -> Result<()> {
        self.writer.run(0, move |connection| schema::ensure(connection, collections)).await
    }

    pub(super) async fn drop_all(&self, collections: &'static [&'static Collection]) -> Result<()> {
        self.writer.run(0, move |connection| settle(schema::empty(connection, collections))).await?;
        shrink(&self.writer).await?;
        self.index.empty().await
    }
}

/// Gives back the room of what is deleted.
async fn shrink(writer: &Writer) -> Result<()> {
    writer
        .run_alone(|connection| settle(connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")))
        .await
}

fn rows<T>(
    connection: &Connection,
    sql: &Sql,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare_cached(&sql.text)?.query_map(params_from_iter(&sql.values), read)?.collect()
}

fn id(document: &Document) -> Result<&str> {
    document
        .get("_id")
        .and_then(|id| id.as_str())
        .ok_or_else(|| Error::internal("a document needs an _id of text"))
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::internal)
}

fn text(document: &Document) -> Result<String> {
    serde_json::to_string(document).map_err(Error::internal)
}
