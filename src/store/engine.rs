//! The two engines behind one set of operations.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde::de::DeserializeOwned;

use super::memory::Memory;
#[cfg(feature = "mongo")]
use super::mongo::Mongo;
use super::outcome::{Plan, Rejected};
use super::rules;
use super::sqlite::Sqlite;
use super::trail::{Asked, Trail};
use super::{COLLECTIONS, Change, Collection, Document, Filter, Query};
use crate::error::{Error, Result};

/// SQLite or MongoDB; cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) part: Part,
    /// How many documents this process has put in.
    pub(super) inserted: Arc<AtomicU64>,
    trail: Option<Arc<Trail>>,
}

#[derive(Clone, Debug)]
pub(super) enum Part {
    Sqlite(Sqlite),
    Memory(Memory),
    #[cfg(feature = "mongo")]
    Mongo(Mongo),
}

/// What a document is read as: a record, or a [`Document`] as it is.
pub trait Kept: DeserializeOwned + Send + 'static {}

impl<T: DeserializeOwned + Send + 'static> Kept for T {}

/// What an operator is told about the store (contract D-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    pub store: &'static str,
    pub durability: &'static str,
}

fn read<T: Kept>(document: Document) -> Result<T> {
    serde_json::from_value(serde_json::Value::Object(document)).map_err(Error::internal)
}

impl Engine {
    /// Whether other processes may change what is kept here.
    pub fn is_shared(&self) -> bool {
        #[cfg(feature = "mongo")]
        if let Part::Mongo(_) = self.part {
            return true;
        }
        // What is simulated is as bad as it can be.
        matches!(self.part, Part::Memory(_))
    }

    pub(super) fn new(part: Part, record: bool) -> Engine {
        Engine { part, inserted: Arc::default(), trail: record.then(Arc::default) }
    }

    pub async fn get<T: Kept>(&self, collection: &'static Collection, id: &str) -> Result<Option<T>> {
        let _timer = Timer::start("get", collection);
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.get(collection, id).await,
            Part::Memory(memory) => {
                let named = Filter::Is("_id", super::Literal::Text(id.into()));
                memory.find(collection, Query::new(named, 1)).await?.pop().map(read).transpose()
            }
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.get(collection, id).await,
        }
    }

    pub async fn find<T: Kept>(&self, collection: &'static Collection, query: Query) -> Result<Vec<T>> {
        // To MongoDB a limit of 0 is none; where nothing is wanted, nothing is asked.
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        let _timer = Timer::start("find", collection);
        self.note("find", collection, || query.clone());
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.find(collection, query).await,
            Part::Memory(memory) => memory.find(collection, query).await?.into_iter().map(read).collect(),
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.find(collection, query).await,
        }
    }

    /// In order, up to the first that is refused; those before it stay.
    pub async fn insert(
        &self,
        collection: &'static Collection,
        documents: Vec<Document>,
    ) -> Result<(), Rejected> {
        let _timer = Timer::start("insert", collection);
        for document in &documents {
            rules::document(collection, document).map_err(Rejected::fault)?;
        }
        self.inserted.fetch_add(documents.len() as u64, Ordering::Relaxed);
        match &self.part {
            _ if documents.is_empty() => Ok(()),
            Part::Sqlite(sqlite) => sqlite.insert(collection, documents).await,
            Part::Memory(memory) => memory.insert(collection, documents).await,
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.insert(collection, documents).await,
        }
    }

    /// One document that meets the filter, as it is after the changes.
    pub async fn update(
        &self,
        collection: &'static Collection,
        filter: Filter,
        changes: Vec<Change>,
    ) -> Result<Option<Document>> {
        let _timer = Timer::start("update", collection);
        self.note("update", collection, || Query::new(filter.clone(), 1));
        rules::changes(collection, &changes)?;
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.update(collection, filter, changes).await,
            Part::Memory(memory) => Ok(memory.update(collection, filter, changes, 1).await?.0),
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.update(collection, filter, changes).await,
        }
    }

    /// How many met the filter. Stopped half-way, those done stay done.
    pub async fn update_all(
        &self,
        collection: &'static Collection,
        filter: Filter,
        changes: Vec<Change>,
    ) -> Result<u64> {
        let _timer = Timer::start("update_all", collection);
        self.note("update_all", collection, || Query::whole(filter.clone()));
        rules::changes(collection, &changes)?;
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.update_all(collection, filter, changes).await,
            Part::Memory(memory) => Ok(memory.update(collection, filter, changes, usize::MAX).await?.1),
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.update_all(collection, filter, changes).await,
        }
    }

    /// How many were deleted. Stopped half-way, those deleted stay deleted.
    pub async fn delete(&self, collection: &'static Collection, filter: Filter) -> Result<u64> {
        let _timer = Timer::start("delete", collection);
        self.note("delete", collection, || Query::whole(filter.clone()));
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.delete(collection, filter).await,
            Part::Memory(memory) => memory.delete(collection, filter).await,
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.delete(collection, filter).await,
        }
    }

    pub async fn count(&self, collection: &'static Collection, filter: Filter) -> Result<u64> {
        let _timer = Timer::start("count", collection);
        self.note("count", collection, || Query::whole(filter.clone()));
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.count(collection, filter).await,
            Part::Memory(memory) => Ok(memory.find(collection, Query::whole(filter)).await?.len() as u64),
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.count(collection, filter).await,
        }
    }

    pub async fn explain(&self, collection: &'static Collection, query: Query) -> Result<Plan> {
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.explain(collection, query).await,
            Part::Memory(_) => Err(Error::internal("there is nothing to explain in memory")),
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.explain(collection, query).await,
        }
    }

    /// One query of each shape that was asked so far, if the store was opened to record them.
    pub fn recorded(&self) -> Vec<Asked> {
        self.trail.as_deref().map(Trail::all).unwrap_or_default()
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<()> {
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.ping().await,
            Part::Memory(_) => Ok(()),
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.ping().await,
        }
    }

    pub fn describe(&self) -> Description {
        match &self.part {
            Part::Sqlite(_) => Description { store: "embedded", durability: "fsync" },
            Part::Memory(_) => Description { store: "memory", durability: "relaxed" },
            #[cfg(feature = "mongo")]
            Part::Mongo(_) => Description { store: "mongodb", durability: "majority+journal" },
        }
    }

    /// Creates the collections and indexes that are missing; one that differs is an error.
    pub(super) async fn ensure(&self, collections: &'static [&'static Collection]) -> Result<()> {
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.ensure(collections).await,
            Part::Memory(_) => Ok(()),
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.ensure(collections).await,
        }
    }

    /// Deletes every collection of ours with all that is in it; the store has to be opened anew.
    pub async fn drop_all(&self) -> Result<()> {
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.drop_all(COLLECTIONS).await,
            Part::Memory(_) => Ok(()),
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.drop_all(COLLECTIONS).await,
        }
    }

    /// Returns when all that was begun is written and the store can be opened by another.
    pub async fn close(&self) {
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.close().await,
            Part::Memory(_) => {}
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.close().await,
        }
    }

    fn note(&self, operation: &'static str, collection: &'static Collection, query: impl FnOnce() -> Query) {
        if let Some(trail) = &self.trail {
            trail.note(operation, collection, query());
        }
    }
}

/// Measures from its start until it is dropped, also where the caller gives up.
pub(super) struct Timer {
    operation: &'static str,
    collection: &'static str,
    since: Instant,
}

impl Timer {
    pub(super) fn start(operation: &'static str, collection: &Collection) -> Timer {
        Timer { operation, collection: collection.name, since: Instant::now() }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        metrics::histogram!(
            "hubbub_store_seconds",
            "operation" => self.operation,
            "collection" => self.collection,
        )
        .record(self.since.elapsed());
    }
}
