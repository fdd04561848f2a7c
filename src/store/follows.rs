//! Queries of the collection `follows`: who chose to hear of which thread.

use super::collection::{collection, index};
use super::language::is;
use super::{Change, Collection, Order, Query, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Entry, Follow, Id, User};

pub(super) static FOLLOWS: Collection =
    collection("follows", &[index("thread", &["rootId"]), index("user", &["userId", "at"])]);

impl Record for Follow {
    const COLLECTION: &'static Collection = &FOLLOWS;
}

impl Table<Follow> {
    /// The last choice holds.
    pub async fn choose(&self, follow: &Follow) -> Result<()> {
        if self.turn(follow).await? {
            return Ok(());
        }
        match self.insert(follow).await {
            Err(rejected) if rejected.taken("_id") => self.turn(follow).await.map(drop),
            other => Ok(other?),
        }
    }

    /// What somebody chose of threads, in the order in which they did.
    pub async fn of_user(&self, user: Id<User>, slice: Slice) -> Result<Vec<Follow>> {
        self.find(Query::new(is("userId", user), slice.limit).by(Order::Up("at")).skip(slice.skip)).await
    }

    /// What was chosen of a thread, one way or the other.
    pub async fn of_thread(&self, root: Id<Entry>, limit: u64) -> Result<Vec<Follow>> {
        self.find(Query::new(is("rootId", root), limit)).await
    }

    async fn turn(&self, follow: &Follow) -> Result<bool> {
        let choice = vec![Change::set("following", follow.following), Change::set("at", follow.at)];
        Ok(self.update(is("_id", &follow.id), choice).await?.is_some())
    }
}
