//! The MongoDB engine: every write is a majority's and journaled, every read the primary's.

mod fault;
mod gets;
mod indexes;
mod open;
mod plan;
mod query;
mod search;
mod tally;
mod values;

use std::time::Duration;

use mongodb::bson::{self, Bson, RawDocumentBuf, doc};
use mongodb::error::Error as Cause;
use mongodb::options::{ReadConcern, ReturnDocument};
use mongodb::{Client, Database};
use tokio::time::timeout;

use self::gets::Gets;
use super::collection::SEARCH;
use super::engine::Kept;
use super::{Change, Collection, Document, Filter, Plan, Query, Refusal, Rejected};
use crate::error::{Error, Result};

/// How long one operation may take (contract D-10).
const OPERATION: Duration = Duration::from_secs(5);
/// What one command takes on at most: well under the 48 MB of a message, and soon done.
const AT_ONCE: usize = 1000;

#[derive(Clone, Debug)]
pub(super) struct Mongo {
    client: Client,
    database: Database,
    gets: Gets,
}

impl Mongo {
    fn of(&self, collection: &Collection) -> mongodb::Collection<bson::Document> {
        self.database.collection(collection.name)
    }

    pub(super) async fn get<T: Kept>(&self, collection: &'static Collection, id: &str) -> Result<Option<T>> {
        self.document(collection, id).await?.as_deref().map(values::read).transpose()
    }

    pub(super) async fn find<T: Kept>(
        &self,
        collection: &'static Collection,
        query: Query,
    ) -> Result<Vec<T>> {
        let found = self.read(collection, query, None);
        found.await?.iter().map(|found| values::read(found)).collect()
    }

    async fn read(
        &self,
        collection: &'static Collection,
        query: Query,
        fields: Option<bson::Document>,
    ) -> Result<Vec<RawDocumentBuf>> {
        let concern = match query.newest {
            true => ReadConcern::local(),
            false => ReadConcern::majority(),
        };
        let source = self.of(collection);
        let mut find = source
            .find(query::filter(collection, &query.filter))
            .sort(query::order(&query.order))
            .skip(query.skip)
            .limit(i64::try_from(query.limit).unwrap_or(0))
            .batch_size(query.limit.min(AT_ONCE as u64) as u32)
            .read_concern(concern)
            .max_time(OPERATION);
        if let Some(fields) = fields {
            find = find.projection(fields);
        }
        let mut cursor = reading(async { find.await }).await?;
        let mut found = Vec::new();
        while reading(cursor.advance()).await? {
            found.push(cursor.current().to_owned());
        }
        Ok(found)
    }

    /// Everything there is is counted from the collection's own tally, without reading it.
    pub(super) async fn count(&self, collection: &'static Collection, filter: Filter) -> Result<u64> {
        let source = self.of(collection);
        if filter == Filter::All {
            return reading(async { source.estimated_document_count().await }).await;
        }
        let count = source
            .count_documents(query::filter(collection, &filter))
            .read_concern(ReadConcern::majority())
            .max_time(OPERATION);
        reading(async { count.await }).await
    }

    pub(super) async fn insert(
        &self,
        collection: &'static Collection,
        documents: Vec<Document>,
    ) -> Result<(), Rejected> {
        let rows: Vec<bson::Document> = documents.into_iter().map(values::bson).collect();
        // One command each: where the driver made several of one call, the outcome of the earlier
        // would be lost with the error of a later one.
        for (round, rows) in rows.chunks(AT_ONCE).enumerate() {
            let before = round * AT_ONCE;
            let target = self.of(collection);
            let insert = async { target.insert_many(rows).ordered(true).await };
            let Err(cause) = writing(insert).await else {
                continue;
            };
            let (done, why) = match cause {
                None => (0, Refusal::Fault(Error::unknown())),
                Some(cause) => fault::of_insert(cause),
            };
            return Err(Rejected { done: before + done, why });
        }
        Ok(())
    }

    pub(super) async fn update(
        &self,
        collection: &'static Collection,
        filter: Filter,
        changes: Vec<Change>,
    ) -> Result<Option<Document>> {
        let target = self.of(collection);
        let update = target
            .find_one_and_update(query::filter(collection, &filter), query::changes(&changes))
            .return_document(ReturnDocument::After);
        let updated = written(writing(async { update.await }).await)?;
        updated.as_ref().map(values::document).transpose()
    }

    /// What comes to meet the filter while this runs is left as it is.
    pub(super) async fn update_all(
        &self,
        collection: &'static Collection,
        filter: Filter,
        changes: Vec<Change>,
    ) -> Result<u64> {
        let ids = self.ids(collection, Query::whole(filter.clone())).await?;
        let mut updated = 0;
        for ids in ids.chunks(AT_ONCE) {
            let target = self.of(collection);
            let these = these(collection, &filter, ids);
            let update = target.update_many(these, query::changes(&changes));
            updated += written(writing(async { update.await }).await)?.matched_count;
        }
        Ok(updated)
    }

    pub(super) async fn delete(&self, collection: &'static Collection, filter: Filter) -> Result<u64> {
        let mut deleted = 0;
        loop {
            let some = Query::new(filter.clone(), AT_ONCE as u64);
            let ids = self.ids(collection, some.newest()).await?;
            if ids.is_empty() {
                return Ok(deleted);
            }
            let target = self.of(collection);
            let delete = target.delete_many(these(collection, &filter, &ids));
            deleted += written(writing(async { delete.await }).await)?.deleted_count;
            if ids.len() < AT_ONCE {
                return Ok(deleted);
            }
        }
    }

    async fn ids(&self, collection: &'static Collection, query: Query) -> Result<Vec<Bson>> {
        let found = self.read(collection, query, Some(doc! {"_id": 1})).await?;
        let id = |document: &RawDocumentBuf| document.get("_id").ok()??.try_into().ok();
        Ok(found.iter().filter_map(id).collect())
    }

    pub(super) async fn ping(&self) -> Result<()> {
        let ping = self.database.run_command(doc! {"ping": 1});
        reading(async { ping.await }).await.map(drop)
    }

    pub(super) async fn explain(&self, collection: &'static Collection, query: Query) -> Result<Plan> {
        let command = plan::command(collection, &query);
        let explain = self.database.run_command(command);
        let told = reading(async { explain.await }).await?;
        Ok(plan::plan(&told, &query))
    }

    /// Creates the indexes that are missing, however long that takes, and finds what differs.
    pub(super) async fn ensure(&self, collections: &'static [&'static Collection]) -> Result<()> {
        let each = collections.iter().map(|collection| indexes::ensure(self.of(collection), collection));
        futures_util::future::try_join_all(each).await?;
        indexes::ensure(self.of(&SEARCH), &SEARCH).await
    }

    pub(super) async fn drop_all(&self, collections: &'static [&'static Collection]) -> Result<()> {
        for collection in collections.iter().chain([&&SEARCH]) {
            let target = self.of(collection);
            written(writing(async { target.drop().await }).await)?;
        }
        Ok(())
    }

    pub(super) async fn close(&self) {
        // Waits for what is under way; nothing of ours takes longer than one operation.
        let _ = timeout(OPERATION, self.client.clone().shutdown()).await;
    }
}

fn these(collection: &Collection, filter: &Filter, ids: &[Bson]) -> bson::Document {
    doc! {"$and": [{"_id": {"$in": ids}}, query::filter(collection, filter)]}
}

async fn reading<T>(read: impl Future<Output = Result<T, Cause>>) -> Result<T> {
    match timeout(OPERATION, read).await {
        Ok(read) => read.map_err(fault::of_read),
        Err(late) => Err(Error::unavailable("the store takes too long to answer").because(late)),
    }
}

/// The error is none where the time ran out.
async fn writing<T>(write: impl Future<Output = Result<T, Cause>>) -> Result<T, Option<Cause>> {
    match timeout(OPERATION, write).await {
        Ok(written) => written.map_err(Some),
        Err(_) => Err(None),
    }
}

fn written<T>(outcome: Result<T, Option<Cause>>) -> Result<T> {
    outcome.map_err(|cause| cause.map_or_else(Error::unknown, fault::of_write))
}
