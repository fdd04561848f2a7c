//! Queries of the collection `previews`: what pages say of themselves.

use super::collection::{collection, index};
use super::language::{is, one_of};
use super::{Collection, Filter, Literal, Query, Record, Table};
use crate::error::Result;
use crate::model::{Preview, Time};

pub(super) static PREVIEWS: Collection = collection("previews", &[index("age", &["fetchedAt"])]);

impl Record for Preview {
    const COLLECTION: &'static Collection = &PREVIEWS;
}

impl Table<Preview> {
    /// Those of these that there are, in no order.
    pub async fn among(&self, keys: &[String]) -> Result<Vec<Preview>> {
        self.find(Query::new(one_of("_id", keys), keys.len() as u64)).await
    }

    pub async fn forget_older(&self, than: Time) -> Result<u64> {
        self.delete(Filter::Below("fetchedAt", Literal::of(than))).await
    }

    /// In place of what was known of the same address.
    pub async fn put(&self, preview: &Preview) -> Result<()> {
        self.delete(is("_id", &preview.id)).await?;
        match self.insert(preview).await {
            // Another process asked just now.
            Err(rejected) if rejected.taken("_id") => Ok(()),
            other => Ok(other?),
        }
    }
}
