//! Queries of the collections `sessions` and `refreshes`.

use super::collection::{REFRESHES, SESSIONS};
use super::language::{all, is, one_of};
use super::{Change, Collection, Filter, Literal, Order, Query, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Id, Refresh, Session, Time, User};

impl Record for Session {
    const COLLECTION: &'static Collection = &SESSIONS;
}

impl Record for Refresh {
    const COLLECTION: &'static Collection = &REFRESHES;
}

/// More than anybody may have at once, so that one read finds all.
const READ: u64 = 1_000;

fn living(user: Id<User>, now: Time) -> Filter {
    all([is("userId", user), is("revokedAt", ()), Filter::Above("expiresAt", Literal::of(now))])
}

impl Table<Session> {
    /// Neither revoked nor over, the newest first.
    pub async fn living(&self, user: Id<User>, now: Time) -> Result<Vec<Session>> {
        self.find(Query::new(living(user, now), READ).by(Order::Down("createdAt"))).await
    }

    /// Begun up to a moment, also those that are over, the newest first.
    pub async fn begun_until(&self, user: Id<User>, until: Option<Time>, limit: u64) -> Result<Vec<Session>> {
        let mut filters = vec![is("userId", user)];
        filters.extend(until.map(|until| Filter::AtMost("createdAt", Literal::of(until))));
        self.find(Query::new(Filter::And(filters), limit).by(Order::Down("createdAt"))).await
    }

    /// Also those that are over, the oldest first.
    pub async fn all_of(&self, user: Id<User>, slice: Slice) -> Result<Vec<Session>> {
        let query = Query::new(is("userId", user), slice.limit).by(Order::Up("createdAt"));
        self.find(query.skip(slice.skip)).await
    }

    /// True for exactly one of those who try.
    pub async fn revoke(&self, id: &str, now: Time) -> Result<bool> {
        let revoked =
            self.update(all([is("_id", id), is("revokedAt", ())]), vec![Change::set("revokedAt", now)]);
        Ok(revoked.await?.is_some())
    }

    /// Every session of the user but one, where one is named.
    pub async fn revoke_all(&self, user: Id<User>, but: Option<&str>, now: Time) -> Result<u64> {
        let spared = Filter::Not("_id", Literal::of(but));
        let which = all([is("userId", user), is("revokedAt", ()), spared]);
        self.update_all(which, vec![Change::set("revokedAt", now)]).await
    }

    pub async fn seen(&self, id: &str, address: &str, now: Time) -> Result<()> {
        let changes = vec![Change::set("lastSeenAt", now), Change::set("address", address)];
        self.update(is("_id", id), changes).await.map(drop)
    }

    /// Forgets those that are over.
    pub async fn sweep(&self, now: Time) -> Result<u64> {
        self.delete(Filter::AtMost("expiresAt", Literal::of(now))).await
    }
}

impl Table<Refresh> {
    /// Marks the token as used; none where it is unknown or was used before.
    pub async fn spend(&self, hash: &str, now: Time) -> Result<Option<Refresh>> {
        let fresh = all([is("_id", hash), is("spentAt", ())]);
        self.update(fresh, vec![Change::set("spentAt", now)]).await
    }

    pub async fn forget(&self, sessions: &[String]) -> Result<u64> {
        self.delete(one_of("sessionId", sessions)).await
    }

    pub async fn sweep(&self, now: Time) -> Result<u64> {
        self.delete(Filter::AtMost("expiresAt", Literal::of(now))).await
    }
}
