//! Queries of the collection `users`.

use super::collection::USERS;
use super::language::{all, is, one_of, successor};
use super::{After, Change, Collection, Filter, Literal, Order, Query, Record, Slice, Table, set_or_unset};
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

    /// Whether what is shown of somebody may be another afterwards.
    pub fn touch_profile(&self) -> bool {
        let shown = self.display_name.is_some() || self.bio.is_some() || self.avatar_url.is_some();
        shown || self.email.is_some()
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
    fn filter(&self, after: Option<After>) -> Filter {
        let mut parts = Vec::new();
        parts.extend(self.role.map(|role| is("role", role)));
        parts.extend(self.status.map(|status| is("status", status)));
        parts.extend(self.range(after));
        Filter::And(parts)
    }

    /// Also of everybody a range, so that an index leads, and with one lower bound, so that the
    /// engine begins there.
    fn range(&self, after: Option<After>) -> Vec<Filter> {
        let after = after.map(|After(key, _)| key).filter(|key| *key >= self.prefix);
        match after {
            Some(key) => {
                let end = successor(&self.prefix).map(|end| Filter::Below("usernameKey", Literal::Text(end)));
                [Filter::Above("usernameKey", Literal::Text(key))].into_iter().chain(end).collect()
            }
            None if self.prefix.is_empty() => {
                vec![Filter::AtLeast("usernameKey", Literal::Text(String::new()))]
            }
            None => vec![Filter::Begins("usernameKey", self.prefix.clone())],
        }
    }
}

impl Table<User> {
    /// Those whose folded usernames these are, in no order.
    pub async fn named(&self, keys: &[&String]) -> Result<Vec<User>> {
        self.find(Query::new(one_of("usernameKey", keys), keys.len() as u64)).await
    }

    /// `key` is [`crate::model::Username::folded`].
    pub async fn by_username(&self, key: &str) -> Result<Option<User>> {
        self.first(Query::new(is("usernameKey", key), 1)).await
    }

    pub async fn by_email(&self, email: &Email) -> Result<Option<User>> {
        self.first(Query::new(is("email", email), 1)).await
    }

    /// In the order of usernames, no two of which are equal: what is read on after is the name alone.
    pub async fn page(&self, among: &Among, slice: Slice) -> Result<Vec<User>> {
        let query = Query::new(among.filter(slice.after), slice.limit).by(Order::Up("usernameKey"));
        self.find(query.skip(slice.skip)).await
    }

    pub async fn total(&self, among: &Among) -> Result<u64> {
        self.count(among.filter(None)).await
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
