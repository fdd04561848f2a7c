//! Queries of the collection `notifications`: what people are told of.

use super::collection::{When, collection, index};
use super::language::{all, is};
use super::{Change, Collection, Filter, Literal, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Entry, Id, Notification, NotificationKind, Time, User};

pub static NOTIFICATIONS: Collection = collection(
    "notifications",
    &[
        index("list", &["userId", "listed", "at", "_id"]),
        index("unseen", &["userId", "listed", "at", "_id"]).when(When::False("seen")),
        index("tally", &["userId", "channelId", "kind", "seq"]).when(When::Has("seq")),
        index("message", &["messageId"]).when(When::Has("messageId")),
        index("by", &["byId"]).when(When::Has("byId")),
        index("at", &["at"]),
    ],
);

impl Record for Notification {
    const COLLECTION: &'static Collection = &NOTIFICATIONS;
}

/// Which notifications a list is of.
#[derive(Clone, Copy, Debug, Default)]
pub struct NotificationsWanted {
    pub unread: bool,
    pub kind: Option<NotificationKind>,
}

fn listed(user: Id<User>, wanted: NotificationsWanted) -> Filter {
    let mut filters = vec![is("userId", user), is("listed", true)];
    filters.extend(wanted.unread.then(|| is("seen", false)));
    filters.extend(wanted.kind.map(|kind| is("kind", kind)));
    Filter::And(filters)
}

fn unread(user: Id<User>) -> Filter {
    listed(user, NotificationsWanted { unread: true, kind: None })
}

impl Table<Notification> {
    /// Newest first.
    pub async fn page(
        &self,
        user: Id<User>,
        wanted: NotificationsWanted,
        slice: Slice,
    ) -> Result<Vec<Notification>> {
        self.find(slice.down(listed(user, wanted), "at")).await
    }

    pub async fn count_unread(&self, user: Id<User>) -> Result<u64> {
        self.count(unread(user)).await
    }

    /// Each of them once, whoever kept it before.
    pub async fn keep_all(&self, some: &[Notification]) -> Result<()> {
        let mut left = some;
        while !left.is_empty() {
            match self.insert_all(left).await {
                Err(rejected) if rejected.taken("_id") => {
                    left = left.get(rejected.done + 1..).unwrap_or_default();
                }
                inserted => return Ok(inserted?),
            }
        }
        Ok(())
    }

    /// The one of its cause is about something newer now, and unread.
    pub async fn raise(&self, to: &Notification) -> Result<()> {
        let older = all([is("_id", &to.id), Filter::Below("seq", Literal::of(to.seq))]);
        let changes = vec![
            Change::set("at", to.at),
            Change::set("seq", to.seq),
            Change::set("messageId", to.message_id),
            Change::set("byId", to.by_id),
            Change::set("byName", &to.by_name),
            Change::set("listed", to.listed),
            Change::set("seen", false),
        ];
        match self.update(older, changes).await? {
            Some(_) => Ok(()),
            None => self.keep_all(std::slice::from_ref(to)).await,
        }
    }

    /// Whether it was there, and unread.
    pub async fn read(&self, user: Id<User>, cause: &str) -> Result<bool> {
        let one = all([is("_id", Notification::key(user, cause)), is("seen", false)]);
        Ok(self.update(one, vec![Change::set("seen", true)]).await?.is_some())
    }

    pub async fn read_all(&self, user: Id<User>) -> Result<u64> {
        self.update_all(unread(user), vec![Change::set("seen", true)]).await
    }

    /// Takes it out of the list. The row stays, so that its cause is not told again.
    pub async fn unlist(&self, user: Id<User>, cause: &str) -> Result<bool> {
        let one = all([is("_id", Notification::key(user, cause)), is("listed", true)]);
        let changes = vec![Change::set("listed", false), Change::set("seen", true)];
        Ok(self.update(one, changes).await?.is_some())
    }

    /// Of a message that is deleted nobody is told any more.
    pub async fn forget_message(&self, message: Id<Entry>) -> Result<u64> {
        self.delete(is("messageId", message)).await
    }

    pub async fn forget_older(&self, than: Time) -> Result<u64> {
        self.delete(Filter::Below("at", Literal::of(than))).await
    }
}
