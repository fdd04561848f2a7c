//! Tallies as they would be counted by hand.

use super::Memory;
use crate::error::{Error, Result};
use crate::model::{Channel, Entry, Id, ReadMarker, Seq, User};
use crate::store::collection::{CHANNELS, MESSAGES};
use crate::store::language::{all, is};
use crate::store::notifications::NOTIFICATIONS;
use crate::store::reads::READS;
use crate::store::{Document, Filter, Literal, Order, Query, Tally};

impl Memory {
    pub(in crate::store) async fn tallies(
        &self,
        channels: &[Id<Channel>],
        users: &[Id<User>],
    ) -> Result<Vec<Tally>> {
        let mut tallies = Vec::new();
        for channel in channels {
            if self.find(&CHANNELS, Query::new(is("_id", channel), 1)).await?.is_empty() {
                continue;
            }
            for user in users {
                tallies.push(self.tally(*channel, *user).await?);
            }
        }
        Ok(tallies)
    }

    async fn tally(&self, channel: Id<Channel>, user: Id<User>) -> Result<Tally> {
        let of = |filters: Vec<Filter>| Filter::And([vec![is("channelId", channel)], filters].concat());
        let head = self.newest(of(vec![])).await?.map_or(0, |entry| entry.seq);
        let last = self.newest(of(vec![is("kind", "message")])).await?;
        let own = self.newest(of(vec![is("kind", "message"), is("userId", user)])).await?;
        let key = Query::new(is("_id", ReadMarker::key(channel, user)), 1);
        let marker: Option<ReadMarker> = self.find(&READS, key).await?.pop().map(read).transpose()?;
        let marked = marker.map_or(0, |marker| marker.seq);
        let place = head.min(marked.max(own.map_or(0, |entry| entry.seq)));
        let after = all([Filter::Above("seq", Literal::of(place)), Filter::AtMost("seq", Literal::of(head))]);
        let calls = [is("userId", user), is("kind", "mention"), after.clone()];
        let called = Query::whole(of(calls.to_vec()));
        let there = [is("kind", "message"), is("deletedAt", None::<Seq>), after];
        let unread = self.find(&MESSAGES, Query::whole(of(there.to_vec()))).await?.len() as u64;
        let mentions = self.find(&NOTIFICATIONS, called).await?.len() as u64;
        Ok(Tally { channel, user, read: place, head, unread, mentions, last })
    }

    async fn newest(&self, filter: Filter) -> Result<Option<Entry>> {
        let newest = Query::new(filter, 1).by(Order::Down("seq"));
        self.find(&MESSAGES, newest).await?.pop().map(read).transpose()
    }
}

fn read<T: serde::de::DeserializeOwned>(document: Document) -> Result<T> {
    serde_json::from_value(serde_json::Value::Object(document)).map_err(Error::internal)
}
