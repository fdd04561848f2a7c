//! A collection seen as its type: documents in and out, never half-read ones.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Change, Collection, Document, Engine, Filter, Query, Rejected};
use crate::error::{Error, Result};

/// A type that is kept in a collection of its own; serialises to an object with `_id`.
pub trait Record: Serialize + DeserializeOwned + Send + 'static {
    const COLLECTION: &'static Collection;
}

#[derive(Debug)]
pub struct Table<T> {
    pub(super) engine: Engine,
    kept: PhantomData<fn() -> T>,
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Table { engine: self.engine.clone(), kept: PhantomData }
    }
}

impl<T: Record> Table<T> {
    pub(super) fn on(engine: &Engine) -> Table<T> {
        Table { engine: engine.clone(), kept: PhantomData }
    }

    pub async fn get(&self, id: impl ToString) -> Result<Option<T>> {
        self.engine.get(T::COLLECTION, &id.to_string()).await
    }

    /// Refused with CONFLICT where a unique index holds the same key.
    pub async fn insert(&self, record: &T) -> Result<(), Rejected> {
        self.insert_all([record]).await
    }

    /// In order, up to the first that is refused; those before it stay.
    pub async fn insert_all<'a>(&self, records: impl IntoIterator<Item = &'a T>) -> Result<(), Rejected> {
        let documents =
            records.into_iter().map(write).collect::<Result<Vec<_>>>().map_err(Rejected::fault)?;
        self.engine.insert(T::COLLECTION, documents).await
    }

    pub(super) async fn find(&self, query: Query) -> Result<Vec<T>> {
        self.engine.find(T::COLLECTION, query).await
    }

    pub(super) async fn first(&self, query: Query) -> Result<Option<T>> {
        Ok(self.find(Query { limit: 1, ..query }).await?.into_iter().next())
    }

    pub(super) async fn count(&self, filter: Filter) -> Result<u64> {
        self.engine.count(T::COLLECTION, filter).await
    }

    /// Changes one document that meets the filter; the document as it is then, or none that met it.
    /// CONFLICT where a unique index refuses the change.
    pub(super) async fn update(&self, filter: Filter, changes: Vec<Change>) -> Result<Option<T>> {
        self.engine.update(T::COLLECTION, filter, changes).await?.map(read).transpose()
    }

    /// How many were changed.
    pub(super) async fn update_all(&self, filter: Filter, changes: Vec<Change>) -> Result<u64> {
        self.engine.update_all(T::COLLECTION, filter, changes).await
    }

    /// How many were deleted.
    pub(super) async fn delete(&self, filter: Filter) -> Result<u64> {
        self.engine.delete(T::COLLECTION, filter).await
    }
}

fn read<T: DeserializeOwned>(document: Document) -> Result<T> {
    serde_json::from_value(Value::Object(document)).map_err(Error::internal)
}

fn write<T: Serialize>(record: &T) -> Result<Document> {
    match serde_json::to_value(record) {
        Ok(Value::Object(document)) => Ok(document),
        Ok(_) => Err(Error::internal("a record must serialise to an object")),
        Err(error) => Err(Error::internal(error)),
    }
}
