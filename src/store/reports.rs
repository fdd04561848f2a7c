//! The collection `reports`: what people find amiss, in the order in which it is to be looked at.

use super::collection::{Collection, collection, index};
use super::{Filter, Order, Query, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Id, Report, User};

pub(super) static REPORTS: Collection = collection(
    "reports",
    &[
        index("group", &["groupId", "state", "createdAt", "_id"]),
        index("state", &["state", "createdAt", "_id"]),
    ],
);

impl Record for Report {
    const COLLECTION: &'static Collection = &REPORTS;
}

impl Table<Report> {
    /// What somebody reported: they are named first in the key.
    pub async fn by(&self, user: Id<User>, slice: Slice) -> Result<Vec<Report>> {
        let made = Query::new(made_by(user), slice.limit).by(Order::Up("_id"));
        self.find(made.skip(slice.skip)).await
    }

    pub async fn forget_by(&self, user: Id<User>) -> Result<u64> {
        self.delete(made_by(user)).await
    }
}

fn made_by(user: Id<User>) -> Filter {
    Filter::Begins("_id", format!("{user}:"))
}
