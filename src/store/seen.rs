//! Queries of the collection `seen`: when people were last here.

use super::collection::collection;
use super::language::{all, is};
use super::{Change, Collection, Filter, Literal, Record, Table};
use crate::error::Result;
use crate::model::{Id, Seen, Time, User};

pub(super) static SEEN: Collection = collection("seen", &[]);

impl Record for Seen {
    const COLLECTION: &'static Collection = &SEEN;
}

impl Table<Seen> {
    /// Never earlier than it is known already.
    pub async fn note(&self, user: Id<User>, at: Time) -> Result<()> {
        match self.insert(&Seen { user_id: user, at }).await {
            Err(rejected) if rejected.taken("_id") => {
                let earlier = all([is("_id", user), Filter::Below("at", Literal::of(at))]);
                self.update(earlier, vec![Change::set("at", at)]).await.map(drop)
            }
            inserted => Ok(inserted?),
        }
    }
}
