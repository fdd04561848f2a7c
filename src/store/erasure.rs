//! What is changed and deleted of somebody who is to be forgotten, in every collection that knows them.
//!
//! Each query does the same when it is run again. What may be much is taken a few rows at a time, so that
//! nobody who writes meanwhile waits for it.

use serde_json::Value;

use super::collection::MESSAGES;
use super::language::{all, is, one_of};
use super::{Change, Document, Due, Filter, Literal, Order, Query, Record, Store, Table, Walk};
use crate::error::Result;
use crate::model::{
    Email, Entry, Id, Log, Membership, Notification, PlaceKind, Role, Status, Time, User, Username,
};

/// Sessions taken at a time.
const PAGE: u64 = 200;

impl Due for User {
    const MOMENT: super::Field = "deleteAt";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn moment(&self) -> Option<Time> {
        self.leaving.delete_at
    }

    fn owner(&self) -> Id<User> {
        self.id
    }
}

impl Table<Entry> {
    /// Gives somebody another name in whatever they did, and where it is told that they came and went.
    pub async fn rename(&self, user: Id<User>, name: &Username) -> Result<()> {
        let mut kind = String::new();
        while let Some(next) = self.kind_after(user, &kind).await? {
            kind = next;
            let mut walk = Walk::new(user, &kind);
            loop {
                let some: Vec<Document> = self.engine.find(&MESSAGES, walk.query()).await?;
                let told = |field| some.iter().filter_map(move |row| row.get(field).and_then(Value::as_str));
                let ids: Vec<&str> = told("_id").collect();
                if ids.is_empty() {
                    break;
                }
                walk.pass(&told("createdAt").collect::<Vec<_>>());
                self.update_all(one_of("_id", ids), vec![Change::set("username", name)]).await?;
            }
        }
        let named = all([is("member", user), Filter::Not("memberName", Literal::Null)]);
        self.update_all(named, vec![Change::set("memberName", name)]).await.map(drop)
    }

    async fn kind_after(&self, user: Id<User>, kind: &str) -> Result<Option<String>> {
        let later = all([is("userId", user), Filter::Above("kind", Literal::Text(kind.into()))]);
        let query = Query::new(later, 1).by(Order::Up("kind"));
        let found: Vec<Document> = self.engine.find(&MESSAGES, query).await?;
        Ok(found.first().and_then(|row| row.get("kind")).and_then(Value::as_str).map(str::to_owned))
    }

    /// What an entry of somebody's own log tells is told otherwise from now on.
    pub async fn retell(&self, id: Id<Entry>, about: Value) -> Result<()> {
        self.update(is("_id", id), vec![Change::Set("about", about)]).await.map(drop)
    }

    /// A copy names its source otherwise, unless it was deleted.
    pub async fn attribute(&self, copy: Id<Entry>, forwarded: Value) -> Result<()> {
        let standing = all([is("_id", copy), is("deletedAt", ())]);
        self.update(standing, vec![Change::Set("forwarded", forwarded)]).await.map(drop)
    }

    /// A whole log, which nobody reads any more.
    pub async fn drop_log(&self, log: Id<Log>) -> Result<u64> {
        self.delete(is("channelId", log)).await
    }
}

impl Table<User> {
    /// From here on nobody signs in as them or brings them back. None where they came back before.
    pub async fn begin_erasing(&self, user: Id<User>, now: Time) -> Result<Option<User>> {
        let leaving = all([
            is("_id", user),
            is("status", Status::Inactive),
            Filter::Not("deleteAt", Literal::Null),
            is("erasedAt", ()),
        ]);
        let changes = vec![Change::set("erasedAt", now), Change::set("passwordHash", "")];
        self.update(leaving, changes).await
    }

    /// Nothing is left by which anybody could be told. CONFLICT where somebody has the name.
    pub async fn unname(&self, user: Id<User>, name: &Username, email: &Email) -> Result<Option<User>> {
        let mut changes = vec![
            Change::set("username", name),
            Change::set("usernameKey", name.folded()),
            Change::set("email", email),
            Change::set("role", Role::User),
        ];
        changes.extend(["displayName", "bio", "avatarUrl", "lastLoginAt"].map(Change::Unset));
        self.update(is("_id", user), changes).await
    }

    /// Nothing is left to be done.
    pub async fn erased(&self, user: Id<User>) -> Result<()> {
        let changes = ["deleteAt", "deleteMessages", "barred"].map(Change::Unset);
        self.update(is("_id", user), changes.into()).await.map(drop)
    }
}

impl Table<Membership> {
    /// Seats in channels of groups that they are no longer in, if there are any.
    pub async fn unseat(&self, user: Id<User>) -> Result<u64> {
        self.delete(all([is("userId", user), is("placeKind", PlaceKind::Channel)])).await
    }

    pub async fn rename(&self, user: Id<User>, name: &Username) -> Result<u64> {
        self.update_all(is("userId", user), vec![Change::set("username", name)]).await
    }
}

impl Table<Notification> {
    /// In what others were told of somebody.
    pub async fn rename(&self, user: Id<User>, name: &Username) -> Result<u64> {
        self.update_all(is("byId", user), vec![Change::set("byName", name)]).await
    }
}

impl Store {
    /// Forgets whatever is somebody's alone.
    pub async fn forget(&self, user: Id<User>) -> Result<()> {
        self.forget_sessions(user).await?;
        of_user(&self.preferences, "_id", user).await?;
        of_user(&self.channel_preferences, "userId", user).await?;
        of_user(&self.bookmarks, "userId", user).await?;
        of_user(&self.drafts, "userId", user).await?;
        of_user(&self.follows, "userId", user).await?;
        of_user(&self.reads, "userId", user).await?;
        of_user(&self.notifications, "userId", user).await?;
        of_user(&self.scheduled, "userId", user).await?;
        of_user(&self.reminders, "userId", user).await?;
        of_user(&self.seen, "_id", user).await?;
        of_user(&self.bans, "userId", user).await?;
        of_user(&self.requests, "userId", user).await?;
        of_user(&self.blocks, "userId", user).await?;
        of_user(&self.blocks, "blockedId", user).await?;
        self.reports.forget_by(user).await.map(drop)
    }

    async fn forget_sessions(&self, user: Id<User>) -> Result<()> {
        loop {
            let some = self.sessions.begun_until(user, None, PAGE).await?;
            let ids: Vec<String> = some.into_iter().map(|session| session.id).collect();
            if ids.is_empty() {
                return Ok(());
            }
            self.refreshes.forget(&ids).await?;
            self.sessions.delete(one_of("_id", ids)).await?;
        }
    }
}

async fn of_user<T: Record>(table: &Table<T>, field: super::Field, user: Id<User>) -> Result<()> {
    table.delete(is(field, user)).await.map(drop)
}
