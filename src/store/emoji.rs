//! Queries of the collection `emoji`: pictures that groups have names for.

use super::collection::{collection, index};
use super::language::is;
use super::{Collection, Order, Query, Record, Table};
use crate::error::Result;
use crate::model::{Emoji, Group, Id};

pub(super) static EMOJI: Collection = collection("emoji", &[index("group", &["groupId", "name"])]);

impl Record for Emoji {
    const COLLECTION: &'static Collection = &EMOJI;
}

impl Table<Emoji> {
    /// By name.
    pub async fn of_group(&self, group: Id<Group>, limit: u64) -> Result<Vec<Emoji>> {
        self.find(Query::new(is("groupId", group), limit).by(Order::Up("name"))).await
    }

    pub async fn count_of_group(&self, group: Id<Group>) -> Result<u64> {
        self.count(is("groupId", group)).await
    }

    /// True for exactly one of those who try.
    pub async fn remove(&self, group: Id<Group>, name: &str) -> Result<bool> {
        Ok(self.delete(is("_id", Emoji::key(group, name))).await? == 1)
    }
}
