//! Queries of the collection `bans`.

use super::collection::BANS;
use super::language::{all, is, one_of};
use super::{Collection, Filter, Literal, Order, Query, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Ban, Channel, Id, Time, User};

impl Record for Ban {
    const COLLECTION: &'static Collection = &BANS;
}

/// That have an end, and it is not after `now`.
fn ended(now: Time) -> Filter {
    all([Filter::Not("until", Literal::Null), Filter::AtMost("until", Literal::of(now))])
}

impl Table<Ban> {
    /// Bans of a channel, newest first.
    pub async fn page(&self, channel: Id<Channel>, slice: Slice) -> Result<Vec<Ban>> {
        self.find(slice.down(is("channelId", channel), "createdAt")).await
    }

    pub async fn total(&self, channel: Id<Channel>) -> Result<u64> {
        self.count(is("channelId", channel)).await
    }

    /// Somebody's bans in these channels.
    pub async fn of_user_in(&self, user: Id<User>, channels: &[Id<Channel>]) -> Result<Vec<Ban>> {
        let keys = channels.iter().map(|channel| Ban::key(*channel, user));
        let limit = channels.len() as u64;
        self.find(Query::new(one_of("_id", keys), limit)).await
    }

    /// The bans that these people have in a channel.
    pub async fn of_these(&self, channel: Id<Channel>, users: &[Id<User>]) -> Result<Vec<Ban>> {
        let keys = users.iter().map(|user| Ban::key(channel, *user));
        self.find(Query::new(one_of("_id", keys), users.len() as u64)).await
    }

    /// Bans that have ended, the earliest first.
    pub async fn ended(&self, now: Time, limit: u64) -> Result<Vec<Ban>> {
        self.find(Query::new(ended(now), limit).by(Order::Up("until"))).await
    }

    /// Takes away a ban if it has ended; a ban that was made anew stays.
    pub async fn remove_ended(&self, id: &str, now: Time) -> Result<bool> {
        Ok(self.delete(all([is("_id", id), ended(now)])).await? == 1)
    }

    /// True for exactly one of those who try.
    pub async fn remove(&self, channel: Id<Channel>, user: Id<User>) -> Result<bool> {
        Ok(self.delete(is("_id", Ban::key(channel, user))).await? == 1)
    }

    pub async fn clear(&self, channel: Id<Channel>) -> Result<u64> {
        self.delete(is("channelId", channel)).await
    }
}
