//! Queries of the collection `preferences`: one document for whoever has chosen anything.

use super::collection::{When, collection, index};
use super::language::{all, is, one_of};
use super::{Change, Collection, Filter, Literal, Query, Record, Table, set_or_unset};
use crate::error::Result;
use crate::model::{Id, Notify, OwnStatus, Preferences, PreferencesEdit, Time, User};

pub(super) static PREFERENCES: Collection = collection(
    "preferences",
    &[index("notify", &["notify"]), index("status_until", &["statusUntil"]).when(When::Has("statusUntil"))],
);

impl Record for Preferences {
    const COLLECTION: &'static Collection = &PREFERENCES;
}

impl Table<Preferences> {
    pub async fn of(&self, user: Id<User>) -> Result<Preferences> {
        Ok(self.get(user).await?.unwrap_or_else(|| Preferences::of(user)))
    }

    /// Of these people, of those who have chosen anything.
    pub async fn among(&self, users: &[Id<User>]) -> Result<Vec<Preferences>> {
        self.find(Query::new(one_of("_id", users), users.len() as u64)).await
    }

    /// Whoever wants to be told of this much everywhere.
    pub async fn notified_of(&self, level: Notify, limit: u64) -> Result<Vec<Preferences>> {
        self.find(Query::new(is("notify", level), limit)).await
    }

    /// As they are then; what is taken away is the default again.
    pub async fn edit(&self, user: Id<User>, edit: PreferencesEdit) -> Result<Preferences> {
        let PreferencesEdit { notify, quiet, receipts, direct, last_seen, presence } = edit;
        let changes = [
            notify.map(|notify| set_or_unset("notify", notify)),
            quiet.map(|quiet| set_or_unset("quiet", quiet)),
            receipts.map(|receipts| set_or_unset("receipts", receipts)),
            direct.map(|direct| set_or_unset("direct", direct)),
            last_seen.map(|circle| set_or_unset("lastSeen", circle)),
            presence.map(|sight| set_or_unset("presence", sight)),
        ];
        let changes: Vec<Change> = changes.into_iter().flatten().collect();
        match changes.is_empty() {
            true => self.of(user).await,
            false => self.choose(user, changes).await,
        }
    }

    /// How somebody says they are from now on; none where they said otherwise since `rev` of it.
    pub async fn say(&self, user: Id<User>, status: &OwnStatus) -> Result<Option<Preferences>> {
        let OwnStatus { status, text, emoji, until, rev } = status;
        let changes = vec![
            Change::set("status", status),
            set_or_unset("statusText", text.as_ref()),
            set_or_unset("statusEmoji", emoji.as_ref()),
            set_or_unset("statusUntil", *until),
            Change::Add("statusRev", 1),
        ];
        let since = |rev: Filter| all([is("_id", user), rev]);
        let said = self.update(since(is("statusRev", *rev)), changes.clone()).await?;
        if said.is_some() || *rev > 0 {
            return Ok(said);
        }
        // They never said anything, and may never have chosen anything either.
        match self.insert(&Preferences::of(user)).await {
            Err(rejected) if rejected.taken("_id") => self.update(since(is("statusRev", ())), changes).await,
            Err(rejected) => Err(rejected.into()),
            Ok(()) => self.update(since(is("statusRev", *rev)), changes).await,
        }
    }

    /// Those whose words are over and have not been taken away.
    pub async fn over(&self, now: Time, limit: u64) -> Result<Vec<Preferences>> {
        self.find(Query::new(Filter::AtMost("statusUntil", Literal::of(now)), limit)).await
    }

    /// Takes the words away, unless there are others by now.
    pub async fn end_status(&self, over: &Preferences) -> Result<Option<Preferences>> {
        let same = all([is("_id", over.user_id), is("statusRev", over.status_rev)]);
        let words = ["statusText", "statusEmoji", "statusUntil"].map(Change::Unset);
        self.update(same, words.into_iter().chain([Change::Add("statusRev", 1)]).collect()).await
    }

    /// As they are then. Only what is named changes, so that two devices do not undo one another.
    pub async fn choose(&self, user: Id<User>, changes: Vec<Change>) -> Result<Preferences> {
        if let Some(chosen) = self.update(is("_id", user), changes.clone()).await? {
            return Ok(chosen);
        }
        match self.insert(&Preferences::of(user)).await {
            Err(rejected) if !rejected.taken("_id") => return Err(rejected.into()),
            _ => {}
        }
        let chosen = self.update(is("_id", user), changes).await?;
        chosen.ok_or_else(|| crate::error::Error::conflict("this account is just being deleted"))
    }
}
