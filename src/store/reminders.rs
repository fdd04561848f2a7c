//! Queries of the collection `reminders`: what people want to be reminded of.

use super::collection::{When, collection, index};
use super::due::{Due, still};
use super::language::{all, is};
use super::{Change, Collection, Field, Filter, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Id, Reminder, Time, User};

pub(super) static REMINDERS: Collection = collection(
    "reminders",
    &[
        index("user", &["userId", "done", "dueAt", "_id"]),
        index("due", &["moment"]).when(When::Has("moment")),
    ],
);

impl Record for Reminder {
    const COLLECTION: &'static Collection = &REMINDERS;
}

impl Due for Reminder {
    const MOMENT: Field = "moment";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn moment(&self) -> Option<Time> {
        Some(self.moment)
    }

    fn owner(&self) -> Id<User> {
        self.user_id
    }
}

fn of(user: Id<User>, done: bool) -> Filter {
    all([is("userId", user), is("done", done)])
}

impl Table<Reminder> {
    /// Somebody's that are still to come, or that are done, the earliest first.
    pub async fn of(&self, user: Id<User>, done: bool, slice: Slice) -> Result<Vec<Reminder>> {
        self.find(slice.up(of(user, done), "dueAt")).await
    }

    pub async fn total(&self, user: Id<User>, done: bool) -> Result<u64> {
        self.count(of(user, done)).await
    }

    /// Its owner has been reminded; at `moment` it may go.
    pub async fn done(&self, claimed: &Reminder, moment: Time) -> Result<Option<Reminder>> {
        self.update(still(claimed), vec![Change::set("done", true), Change::set("moment", moment)]).await
    }

    /// Whether it was there, and theirs.
    pub async fn remove(&self, user: Id<User>, id: Id<Reminder>) -> Result<bool> {
        Ok(self.delete(all([is("_id", id), is("userId", user)])).await? == 1)
    }
}
