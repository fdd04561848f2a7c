//! The two engines behind one set of operations.

use super::{Change, Collection, Document, Filter, Query};
use crate::error::{Error, Result};

/// SQLite or MongoDB; cheap to clone.
#[derive(Clone, Debug)]
pub enum Engine {}

/// An insert that stopped: the first `done` documents are kept, the next was refused.
#[derive(Debug)]
pub struct Rejected {
    pub done: usize,
    pub why: Refusal,
}

#[derive(Debug)]
pub enum Refusal {
    /// A unique index, by its name (`_id` for the id itself), holds the same key.
    Taken(String),
    /// UNAVAILABLE: nothing of the rest was written. UNKNOWN: some of it may be there.
    Fault(Error),
}

impl Rejected {
    pub fn fault(error: Error) -> Rejected {
        Rejected { done: 0, why: Refusal::Fault(error) }
    }

    /// Whether the unique index `name` refused.
    pub fn taken(&self, name: &str) -> bool {
        matches!(&self.why, Refusal::Taken(index) if index == name)
    }
}

impl From<Rejected> for Error {
    fn from(rejected: Rejected) -> Error {
        match rejected.why {
            Refusal::Taken(index) => Error::conflict(format!("{index} is taken")),
            Refusal::Fault(error) => error,
        }
    }
}

/// How the engine would run a query, for the test that explains every query.
#[derive(Debug)]
pub struct Plan {
    pub indexes: Vec<String>,
    /// Reads the whole collection.
    pub scans: bool,
    /// Sorts in memory what no index keeps in order.
    pub sorts: bool,
    pub text: String,
}

impl Engine {
    pub async fn get(&self, _collection: &'static Collection, _id: &str) -> Result<Option<Document>> {
        match *self {}
    }
    pub async fn find(&self, _collection: &'static Collection, _query: Query) -> Result<Vec<Document>> {
        match *self {}
    }
    pub async fn insert(
        &self,
        _collection: &'static Collection,
        _documents: Vec<Document>,
    ) -> Result<(), Rejected> {
        match *self {}
    }
    pub async fn update(
        &self,
        _collection: &'static Collection,
        _filter: Filter,
        _changes: Vec<Change>,
    ) -> Result<Option<Document>> {
        match *self {}
    }
    pub async fn update_all(
        &self,
        _collection: &'static Collection,
        _filter: Filter,
        _changes: Vec<Change>,
    ) -> Result<u64> {
        match *self {}
    }
    pub async fn delete(&self, _collection: &'static Collection, _filter: Filter) -> Result<u64> {
        match *self {}
    }
    pub async fn count(&self, _collection: &'static Collection, _filter: Filter) -> Result<u64> {
        match *self {}
    }
}
