//! Queries of the collection `cursors`: how far somebody who follows the logs has come in each.

use serde::{Deserialize, Serialize};

use super::collection::collection;
use super::language::{is, one_of};
use super::{Change, Collection, Filter, Query, Record, Table};
use crate::error::Result;
use crate::model::{Id, Log, Seq};

/// Everything up to `seq` is done with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// `<who>:<log>`
    #[serde(rename = "_id")]
    id: String,
    pub log: Id<Log>,
    pub seq: Seq,
}

pub(super) static CURSORS: Collection = collection("cursors", &[]);

impl Record for Cursor {
    const COLLECTION: &'static Collection = &CURSORS;
}

fn key(who: &str, log: Id<Log>) -> String {
    format!("{who}:{log}")
}

impl Table<Cursor> {
    /// 0 where nothing is done with yet.
    pub async fn at(&self, who: &str, log: Id<Log>) -> Result<Seq> {
        Ok(self.get(key(who, log)).await?.map_or(0, |cursor| cursor.seq))
    }

    /// Those of these logs that there are.
    pub async fn among(&self, who: &str, logs: &[Id<Log>]) -> Result<Vec<Cursor>> {
        let keys = logs.iter().map(|log| key(who, *log));
        self.find(Query::new(one_of("_id", keys), logs.len() as u64)).await
    }

    /// A cursor never goes back.
    pub async fn raise(&self, who: &str, log: Id<Log>, seq: Seq) -> Result<()> {
        let id = key(who, log);
        if self.lift(&id, seq).await? {
            return Ok(());
        }
        match self.insert(&Cursor { id: id.clone(), log, seq }).await {
            Err(rejected) if rejected.taken("_id") => self.lift(&id, seq).await.map(drop),
            other => Ok(other?),
        }
    }

    /// Nothing is done with yet.
    pub async fn forget(&self, who: &str) -> Result<u64> {
        self.delete(Filter::Begins("_id", format!("{who}:"))).await
    }

    async fn lift(&self, id: &str, seq: Seq) -> Result<bool> {
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        Ok(self.update(is("_id", id), vec![Change::Raise("seq", seq)]).await?.is_some())
    }
}
