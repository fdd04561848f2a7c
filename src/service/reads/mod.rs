//! How far people have read, and what they have not (contract D-45, D-46).
//!
//! A marker never goes back. Whoever says something has read what was said before it, so how far they
//! have read is the later of their marker and their last message.

mod receipts;
mod telling;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

pub use receipts::Receipt;

use super::roster::of_user;
use super::{Roster, Seat};
use crate::error::{Code, Error, Result};
use crate::limits;
use crate::log::Draft;
use crate::model::{AccountEvent, Availability, Channel, Entry, Id, Life, ReadMarker, Seq, User, What};
use crate::policy::{Action, Actor, can};
use crate::store::Tally;
use telling::Telling;

/// How often it is looked for what waits to be told.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Clone, Debug)]
pub struct Reads {
    roster: Roster,
    telling: Arc<Telling>,
}

/// How far somebody has read a channel, and what is left.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Marked {
    pub channel_id: Id<Channel>,
    pub seq: Seq,
    pub unread: u64,
    pub mentions: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    pub channel_id: Id<Channel>,
    pub head: Seq,
    pub read: Seq,
    pub unread: u64,
    pub mentions: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Counts {
    pub channels: Vec<Count>,
    pub total: u64,
}

impl Reads {
    pub fn new(roster: &Roster) -> Reads {
        Reads { roster: roster.clone(), telling: Arc::default() }
    }

    /// Everything up to `seq` is read: not further than there is, and never back.
    pub async fn mark(&self, actor: &Actor, channel: Id<Channel>, seq: Seq) -> Result<Marked> {
        self.readable(actor, channel).await?;
        let head = self.roster.logs.head(channel.into()).await?;
        let (seq, reads) = (seq.min(head), &self.roster.store.reads);
        if seq > reads.place(channel, actor.id).await? {
            // Whatever becomes of the write, the devices hear how it stands then.
            let wish = self.telling.wish((actor.id, channel));
            let marker = ReadMarker::new(channel, actor.id, seq, self.roster.clock.now());
            match self.is_invisible(actor).await? {
                true => reads.raise_unseen(&marker).await?,
                false => reads.raise(&marker).await?,
            };
            drop(wish);
            self.tell_or_later((actor.id, channel)).await;
        }
        let tallies = self.roster.store.engine.tallies(&[channel], &[actor.id]).await?;
        tallies.first().map(Marked::of).ok_or_else(|| Error::not_found("channel"))
    }

    /// Everything up to the last of these messages of each channel is read.
    pub async fn mark_messages(&self, actor: &Actor, ids: &[Id<Entry>]) -> Result<Vec<Marked>> {
        let unknown = || Error::not_found("message");
        let entries = self.roster.store.messages.named(ids).await?;
        let mut places: BTreeMap<Id<Channel>, Seq> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.what.is_message()) {
            let place = places.entry(entry.log.cast()).or_default();
            *place = entry.seq.max(*place);
        }
        if ids.iter().any(|id| !entries.iter().any(|entry| entry.id == *id && entry.what.is_message())) {
            return Err(unknown());
        }
        for channel in places.keys() {
            self.readable(actor, *channel).await.map_err(|error| match error.code() {
                Code::NotFound => unknown(),
                _ => error,
            })?;
        }
        let mut marked = Vec::new();
        for (channel, seq) in places {
            marked.push(self.mark(actor, channel, seq).await?);
        }
        Ok(marked)
    }

    /// Of every active channel that the actor can read; one question to the store for all of them.
    pub async fn counts(&self, actor: &Actor) -> Result<Counts> {
        let mut channels = self.roster.channels_of(actor.id).await?;
        channels.retain(|channel| channel.life == Life::Active);
        let ids: Vec<Id<Channel>> = channels.iter().map(|channel| channel.id).collect();
        let tallies = self.roster.store.engine.tallies(&ids, &[actor.id]).await?;
        let mut channels: Vec<Count> = tallies.iter().map(Count::of).collect();
        channels.sort_by_key(|count| count.channel_id);
        let total = channels.iter().map(|count| count.unread).sum();
        Ok(Counts { channels, total })
    }

    /// Of those people who are `here` whoever can read the channel, with their count; of nobody where there
    /// are too many of them.
    pub async fn counts_of(
        &self,
        id: Id<Channel>,
        here: impl FnOnce(&Channel) -> Vec<Id<User>>,
    ) -> Result<Vec<(Id<User>, Count)>> {
        let channel = self.roster.store.channels.get(id).await?;
        let Some(channel) = channel.filter(|channel| channel.life == Life::Active) else {
            return Ok(Vec::new());
        };
        let here = here(&channel);
        if here.is_empty() || here.len() > limits::UNREAD_READERS {
            return Ok(Vec::new());
        }
        let readers = self.roster.readers_among(&channel, &here).await?;
        let tallies = self.roster.store.engine.tallies(&[id], &readers).await?;
        Ok(tallies.iter().map(|tally| (tally.user, Count::of(tally))).collect())
    }

    async fn is_invisible(&self, actor: &Actor) -> Result<bool> {
        let chosen = self.roster.store.preferences.of(actor.id).await?;
        Ok(chosen.status == Availability::Invisible)
    }

    async fn readable(&self, actor: &Actor, channel: Id<Channel>) -> Result<Seat> {
        let seat = self.roster.rights.in_channel(actor, channel).await?;
        can(seat.standing, Action::ReadChannel, "channel")?;
        Ok(seat)
    }

    /// Tells what was marked while it was too early to tell again. Runs until it is dropped.
    pub async fn keep_telling(&self) {
        let mut often = interval(LOOK_EVERY);
        often.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            often.tick().await;
            self.tell_due().await;
        }
    }

    /// Tells what waits and is due.
    pub async fn tell_due(&self) {
        for key in self.telling.due(self.roster.clock.now()) {
            self.tell_or_later(key).await;
        }
    }

    async fn tell_or_later(&self, key: (Id<User>, Id<Channel>)) {
        if let Err(error) = self.tell(key).await {
            warn!(user.id = %key.0, channel.id = %key.1, %error, "a read marker is told later");
        }
    }

    /// In the person's own log, so that their other devices hear of it.
    async fn tell(&self, key @ (user, channel): (Id<User>, Id<Channel>)) -> Result<()> {
        let Some(claim) = self.telling.claim(key, self.roster.clock.now()) else { return Ok(()) };
        let Some(person) = self.roster.rights.user(user).await? else { return Ok(()) };
        let seq = self.roster.store.reads.place(channel, user).await?;
        let about = json!({ "channelId": channel, "seq": seq });
        let what = What::Account { event: AccountEvent::ReadUpdated, about };
        self.roster.logs.append(&of_user(&person), Draft::new(user, &person.username, what)).await?;
        claim.told();
        Ok(())
    }
}

impl Marked {
    fn of(tally: &Tally) -> Marked {
        Marked { channel_id: tally.channel, seq: tally.read, unread: tally.unread, mentions: tally.mentions }
    }
}

impl Count {
    fn of(tally: &Tally) -> Count {
        let Tally { channel, head, read, unread, mentions, .. } = *tally;
        Count { channel_id: channel, head, read, unread, mentions }
    }
}
