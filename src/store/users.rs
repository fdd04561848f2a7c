//! Queries of the collection `users`.

use super::collection::USERS;
use super::language::{all, is};
use super::{Change, Collection, Filter, Literal, Order, Query, Record, Table, set_or_unset};
use crate::error::Result;
use crate::model::{Description, Email, Id, Link, Name, Role, Status, Time, User};

impl Record for User {
    const COLLECTION: &'static Collection = &USERS;
}

/// Which users a list is of; none of it: everybody.
#[derive(Clone, Debug, Default)]
pub struct Among {
    /// Of the folded username.
    pub prefix: String,
    pub role: Option<Role>,
    pub status: Option<Status>,
}

/// What of an account changes; the inner `None` takes a value away.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    pub display_name: Option<Option<Name>>,
    pub bio: Option<Option<Description>>,
    pub avatar_url: Option<Option<Link>>,
    pub email: Option<Email>,
    pub password_hash: Option<String>,
    pub role: Option<Role>,
    pub status: Option<Status>,
    pub signed_out: bool,
}

impl Edits {
    /// Whether tokens from before are worth nothing afterwards (contract: `authzEpoch`).
    pub fn end_tokens(&self) -> bool {
        self.password_hash.is_some() || self.role.is_some() || self.status.is_some() || self.signed_out
    }

    fn changes(&self, now: Time) -> Vec<Change> {
        let mut changes = vec![Change::set("updatedAt", now)];
        let profile = [
            self.display_name.as_ref().map(|name| set_or_unset("displayName", name.as_ref())),
            self.bio.as_ref().map(|bio| set_or_unset("bio", bio.as_ref())),
            self.avatar_url.as_ref().map(|link| set_or_unset("avatarUrl", link.as_ref())),
            self.email.as_ref().map(|email| Change::set("email", email)),
            self.password_hash.as_ref().map(|hash| Change::set("passwordHash", hash)),
            self.role.map(|role| Change::set("role", role)),
            self.status.map(|status| Change::set("status", status)),
        ];
        changes.extend(profile.into_iter().flatten());
        if self.end_tokens() {
            changes.push(Change::Add("authzEpoch", 1));
        }
        changes
    }
}

impl Among {
    fn filter(&self) -> Filter {
        let mut parts = Vec::new();
        parts.extend(self.role.map(|role| is("role", role)));
        parts.extend(self.status.map(|status| is("status", status)));
        // Also without a prefix a range, so that an index leads.
        parts.push(match self.prefix.is_empty() {
            true => Filter::AtLeast("usernameKey", Literal::Text(String::new())),
            false => Filter::Begins("usernameKey", self.prefix.clone()),
        });
        Filter::And(parts)
    }
}

impl Table<User> {
    /// `key` is [`crate::model::Username::folded`].
    pub async fn by_username(&self, key: &str) -> Result<Option<User>> {
        self.first(Query::new(is("usernameKey", key), 1)).await
    }

    pub async fn by_email(&self, email: &Email) -> Result<Option<User>> {
        self.first(Query::new(is("email", email), 1)).await
    }

    /// In the order of usernames.
    pub async fn page(&self, among: &Among, skip: u64, limit: u64) -> Result<Vec<User>> {
        let query = Query::new(among.filter(), limit).by(Order::Up("usernameKey"));
        self.find(query.skip(skip)).await
    }

    pub async fn total(&self, among: &Among) -> Result<u64> {
        self.count(among.filter()).await
    }

    /// Active ones.
    pub async fn super_admins(&self) -> Result<u64> {
        self.count(all([is("role", Role::SuperAdmin), is("status", Status::Active)])).await
    }

    pub async fn tally(&self, status: Status) -> Result<u64> {
        self.count(is("status", status)).await
    }

    pub async fn joined_since(&self, since: Time) -> Result<u64> {
        self.count(Filter::AtLeast("createdAt", Literal::of(since))).await
    }

    /// The user as they are then. CONFLICT where the e-mail address is another's.
    pub async fn edit(&self, id: Id<User>, edits: &Edits, now: Time) -> Result<Option<User>> {
        self.update(is("_id", id), edits.changes(now)).await
    }

    /// Notes a sign-in, with a new hash of the same password where the old one was made at another
    /// cost. None where the user is no longer as they were when the password was checked.
    pub async fn signed_in(&self, user: &User, afresh: Option<String>, now: Time) -> Result<Option<User>> {
        let mut changes = vec![Change::set("lastLoginAt", now)];
        changes.extend(afresh.map(|hash| Change::set("passwordHash", hash)));
        let unchanged =
            all([is("_id", user.id), is("authzEpoch", user.authz_epoch), is("status", Status::Active)]);
        self.update(unchanged, changes).await
    }
}
