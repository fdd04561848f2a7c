//! Queries of the collection `bookmarks`: which messages people want to find again.

use super::collection::{collection, index};
use super::language::is;
use super::{Collection, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Bookmark, Description, Entry, Id, User};

pub(super) static BOOKMARKS: Collection =
    collection("bookmarks", &[index("user", &["userId", "createdAt", "_id"])]);

impl Record for Bookmark {
    const COLLECTION: &'static Collection = &BOOKMARKS;
}

impl Table<Bookmark> {
    /// Somebody's, the newest first.
    pub async fn of(&self, user: Id<User>, slice: Slice) -> Result<Vec<Bookmark>> {
        self.find(slice.down(is("userId", user), "createdAt")).await
    }

    pub async fn total(&self, user: Id<User>) -> Result<u64> {
        self.count(is("userId", user)).await
    }

    /// Gives a bookmark another note; none where there is no bookmark.
    pub async fn note(&self, id: &str, note: Option<&Description>) -> Result<Option<Bookmark>> {
        self.update(is("_id", id), vec![super::set_or_unset("note", note)]).await
    }

    pub async fn remove(&self, user: Id<User>, message: Id<Entry>) -> Result<()> {
        self.delete(is("_id", Bookmark::key(user, message))).await.map(drop)
    }
}
