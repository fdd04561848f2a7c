//! Queries of the collection `scheduled`: messages that are to be sent later.

use super::collection::{When, collection, index};
use super::due::{Due, still};
use super::language::is;
use super::{Change, Collection, Field, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Id, Planned, Refused, Scheduled, Time, User};

pub(super) static SCHEDULED: Collection = collection(
    "scheduled",
    &[index("user", &["userId", "dueAt", "_id"]), index("due", &["moment"]).when(When::Has("moment"))],
);

impl Record for Scheduled {
    const COLLECTION: &'static Collection = &SCHEDULED;
}

impl Due for Scheduled {
    const MOMENT: Field = "moment";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn moment(&self) -> Option<Time> {
        self.moment
    }

    fn owner(&self) -> Id<User> {
        self.user_id
    }
}

impl Table<Scheduled> {
    /// Somebody's, the earliest first.
    pub async fn of(&self, user: Id<User>, slice: Slice) -> Result<Vec<Scheduled>> {
        self.find(slice.up(is("userId", user), "dueAt")).await
    }

    pub async fn total(&self, user: Id<User>) -> Result<u64> {
        self.count(is("userId", user)).await
    }

    /// None where it was taken up, or changed, since it was seen; as all that follow.
    pub async fn replan(&self, seen: &Scheduled, planned: &Planned) -> Result<Option<Scheduled>> {
        let changes = vec![
            Change::set("planned", planned),
            Change::set("dueAt", planned.due_at),
            Change::set("moment", planned.due_at),
            Change::Unset("refused"),
        ];
        self.update(still(seen), changes).await
    }

    /// Falls due later, and is nobody's until then.
    pub async fn postpone(&self, claimed: &Scheduled, due_at: Time) -> Result<Option<Scheduled>> {
        let changes = vec![Change::set("dueAt", due_at), Change::set("moment", due_at)];
        self.update(still(claimed), changes).await
    }

    pub async fn refuse(&self, claimed: &Scheduled, why: &Refused) -> Result<Option<Scheduled>> {
        self.update(still(claimed), vec![Change::set("refused", why)]).await
    }

    /// Is taken up no more.
    pub async fn put_down(&self, refused: &Scheduled) -> Result<Option<Scheduled>> {
        self.update(still(refused), vec![Change::Unset("moment")]).await
    }

    pub async fn remove(&self, seen: &Scheduled) -> Result<bool> {
        Ok(self.delete(still(seen)).await? == 1)
    }
}
