//! Queries of the collection `channel_preferences`: what somebody wants to be told of one channel.

use super::collection::{collection, index};
use super::language::{all, is, one_of};
use super::{Change, Collection, Query, Record, Slice, Table, set_or_unset};
use crate::error::{Error, Result};
use crate::model::{Channel, ChannelPreferences, Id, Notify, Time, User};

pub static CHANNEL_PREFERENCES: Collection = collection(
    "channel_preferences",
    &[index("channel", &["channelId", "level"]), index("user", &["userId"])],
);

impl Record for ChannelPreferences {
    const COLLECTION: &'static Collection = &CHANNEL_PREFERENCES;
}

impl Table<ChannelPreferences> {
    pub async fn of(&self, channel: Id<Channel>, user: Id<User>) -> Result<ChannelPreferences> {
        let kept = self.get(ChannelPreferences::key(channel, user)).await?;
        Ok(kept.unwrap_or_else(|| ChannelPreferences::new(channel, user)))
    }

    /// What somebody has chosen of single channels.
    pub async fn of_user(&self, user: Id<User>, slice: Slice) -> Result<Vec<ChannelPreferences>> {
        self.find(Query::new(is("userId", user), slice.limit).skip(slice.skip)).await
    }

    /// Of these people, of those who have chosen anything.
    pub async fn among(&self, channel: Id<Channel>, users: &[Id<User>]) -> Result<Vec<ChannelPreferences>> {
        let keys = users.iter().map(|user| ChannelPreferences::key(channel, *user));
        self.find(Query::new(one_of("_id", keys), users.len() as u64)).await
    }

    /// Whoever chose this for a channel.
    pub async fn choosing(
        &self,
        channel: Id<Channel>,
        level: Notify,
        limit: u64,
    ) -> Result<Vec<ChannelPreferences>> {
        self.find(Query::new(all([is("channelId", channel), is("level", level)]), limit)).await
    }

    /// Sets what is named, and takes away where that is none.
    pub async fn choose(
        &self,
        channel: Id<Channel>,
        user: Id<User>,
        level: Option<Option<Notify>>,
        muted_until: Option<Option<Time>>,
    ) -> Result<ChannelPreferences> {
        let mut changes: Vec<Change> = Vec::new();
        changes.extend(level.map(|level| set_or_unset("level", level)));
        changes.extend(muted_until.map(|until| set_or_unset("mutedUntil", until)));
        if changes.is_empty() {
            return self.of(channel, user).await;
        }
        let one = is("_id", ChannelPreferences::key(channel, user));
        if let Some(chosen) = self.update(one.clone(), changes.clone()).await? {
            return Ok(chosen);
        }
        match self.insert(&ChannelPreferences::new(channel, user)).await {
            Err(rejected) if !rejected.taken("_id") => return Err(rejected.into()),
            _ => {}
        }
        let chosen = self.update(one, changes).await?;
        chosen.ok_or_else(|| Error::conflict("this account is just being deleted"))
    }
}
