//! Queries of the collection `exports`: archives that are being made, or wait to be fetched.

use super::collection::{When, collection, index, unique};
use super::due::{Due, still};
use super::language::is;
use super::{Change, Collection, Field, Order, Query, Record, Table};
use crate::error::Result;
use crate::model::{Export, ExportState, Id, Time, User};

pub(super) static EXPORTS: Collection = collection(
    "exports",
    &[
        // One at a time is made for anybody.
        unique("running", &["userId"]).when(When::Text("state", "running")),
        index("user", &["userId", "createdAt"]),
        index("due", &["moment"]).when(When::Has("moment")),
    ],
);

impl Record for Export {
    const COLLECTION: &'static Collection = &EXPORTS;
}

impl Due for Export {
    const MOMENT: Field = "moment";

    fn key(&self) -> String {
        self.id.clone()
    }

    fn moment(&self) -> Option<Time> {
        Some(self.moment)
    }

    fn owner(&self) -> Id<User> {
        self.user_id
    }
}

impl Table<Export> {
    /// Somebody's, the newest first.
    pub async fn of(&self, user: Id<User>, limit: u64) -> Result<Vec<Export>> {
        self.find(Query::new(is("userId", user), limit).by(Order::Down("createdAt"))).await
    }

    /// How far it is, and held for longer. None where another process took it up.
    pub async fn progress(
        &self,
        seen: &Export,
        done: u64,
        total: u64,
        until: Time,
    ) -> Result<Option<Export>> {
        let changes =
            vec![Change::set("done", done), Change::set("total", total), Change::set("moment", until)];
        self.update(still(seen), changes).await
    }

    pub async fn ready(&self, seen: &Export, bytes: u64, expires: Time) -> Result<Option<Export>> {
        let changes = vec![
            Change::set("state", ExportState::Ready),
            Change::set("bytes", bytes),
            Change::set("moment", expires),
        ];
        self.update(still(seen), changes).await
    }

    pub async fn remove(&self, id: &str) -> Result<()> {
        self.delete(is("_id", id)).await.map(drop)
    }
}
