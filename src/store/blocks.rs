//! Queries of the collection `blocks`: who wants to have nothing to do with whom.

use super::collection::{collection, index};
use super::language::{is, one_of};
use super::{Collection, Query, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Block, Id, User};

pub(super) static BLOCKS: Collection =
    collection("blocks", &[index("user", &["userId", "createdAt", "_id"]), index("blocked", &["blockedId"])]);

impl Record for Block {
    const COLLECTION: &'static Collection = &BLOCKS;
}

impl Table<Block> {
    /// Whom somebody blocks, in the order in which they did.
    pub async fn by(&self, user: Id<User>, slice: Slice) -> Result<Vec<Block>> {
        self.find(slice.up(is("userId", user), "createdAt")).await
    }

    pub async fn total(&self, user: Id<User>) -> Result<u64> {
        self.count(is("userId", user)).await
    }

    /// True for exactly one of those who try.
    pub async fn remove(&self, user: Id<User>, blocked: Id<User>) -> Result<bool> {
        Ok(self.delete(is("_id", Block::key(user, blocked))).await? == 1)
    }

    /// Those of the others who block somebody.
    pub async fn against(&self, user: Id<User>, others: &[Id<User>]) -> Result<Vec<Id<User>>> {
        let keys = others.iter().map(|other| Block::key(*other, user));
        let found = self.find(Query::new(one_of("_id", keys), others.len() as u64)).await?;
        Ok(found.into_iter().map(|block| block.user_id).collect())
    }

    /// Whether of some people any blocks any other.
    pub async fn among(&self, people: &[Id<User>]) -> Result<bool> {
        let pairs = people.iter().flat_map(|one| people.iter().map(move |other| Block::key(*one, *other)));
        Ok(self.first(Query::new(one_of("_id", pairs), 1)).await?.is_some())
    }
}
