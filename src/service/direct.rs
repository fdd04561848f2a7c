//! Direct channels: talk between a few people, one channel for each set of them.
//!
//! Everything about such a channel follows from who belongs to it, its id as well: whoever begins it,
//! and however often, writes the same rows. Who would rather not be written to looks like nobody.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use tracing::warn;

use super::channels::by_creation;
use super::roster::of_user;
use super::{Page, Roster, Span};
use crate::clock::nonce;
use crate::error::{Error, Result};
use crate::limits;
use crate::log::Draft;
use crate::model::{
    Channel, ChannelSettings, ChannelType, ChannelView, Circle, Epoch, Id, Life, MemberRole, Membership,
    Name, PlaceKind, Status, User, What,
};
use crate::policy::Actor;

#[derive(Clone, Debug)]
pub struct Direct {
    roster: Roster,
}

/// With whom; oneself need not be named, and alone one takes notes.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDirect {
    pub user_ids: Vec<Id<User>>,
}

/// A direct channel, and whether it was begun just now.
#[derive(Clone, Debug)]
pub struct Begun {
    pub channel: ChannelView,
    pub fresh: bool,
}

/// What every direct channel is called; clients show who belongs to it.
const NAME: &str = "direct";

/// Channels that one sweep tells of.
const SWEPT: u64 = 500;

impl Direct {
    pub fn new(roster: &Roster) -> Direct {
        Direct { roster: roster.clone() }
    }

    /// The channel of these people, which may have been there.
    pub async fn start(&self, actor: &Actor, new: NewDirect) -> Result<Begun> {
        let people = set(actor, &new.user_ids)?;
        let id: Id<Channel> = Id::digested(&Channel::key_of(&people));
        let (channel, fresh) = match self.roster.store.channels.get(id).await? {
            Some(channel) => (channel, false),
            None => {
                let users = self.willing(actor, &people).await?;
                self.keep(self.drafted(actor, &people)?, &users).await?
            }
        };
        if channel.untold {
            self.tell(&channel).await?;
        }
        Ok(Begun { channel: self.roster.show(channel).await?, fresh })
    }

    /// One's own, in the order in which they were begun.
    pub async fn list(&self, actor: &Actor, span: &Span) -> Result<Page<ChannelView>> {
        let channels = self.roster.direct_channels_of(actor.id).await?;
        self.roster.shown(span.cut(channels, by_creation)).await
    }

    /// The people as they are, or one answer for whatever stands against it, after the same reads:
    /// the asker learns of nobody whether they are there, went, or do not want to.
    async fn willing(&self, actor: &Actor, people: &BTreeSet<Id<User>>) -> Result<Vec<User>> {
        let store = &self.roster.store;
        let ids: Vec<Id<User>> = people.iter().copied().collect();
        let users = store.users.among(&ids).await?;
        let blocked = store.blocks.among(&ids).await?;
        let near = self.roster.near(actor.id, &ids, PlaceKind::Group).await?;
        let chosen = store.preferences.among(&ids).await?;
        let chosen: HashMap<_, _> =
            chosen.into_iter().map(|chosen| (chosen.user_id, chosen.direct)).collect();
        let takes = |user: &User| match chosen.get(&user.id).copied().unwrap_or_default() {
            Circle::Everyone => true,
            Circle::Shared => near.contains(&user.id),
            Circle::Nobody => false,
        };
        let willing = |user: &&User| user.status == Status::Active && (user.id == actor.id || takes(user));
        match !blocked && users.iter().filter(willing).count() == people.len() {
            true => Ok(users),
            false => Err(Error::not_found("user")),
        }
    }

    fn drafted(&self, actor: &Actor, people: &BTreeSet<Id<User>>) -> Result<Channel> {
        let (now, name_key) = (self.roster.clock.now(), Channel::key_of(people));
        Ok(Channel {
            id: Id::digested(&name_key),
            group_id: None,
            name: NAME.parse::<Name>()?,
            name_key,
            description: None,
            channel_type: ChannelType::Direct,
            is_private: true,
            life: Life::Active,
            settings: ChannelSettings::default(),
            epoch: Epoch(nonce()),
            untold: true,
            created_by: actor.id,
            created_at: now,
            updated_at: now,
        })
    }

    /// The channel comes after those who belong to it: until it is there nobody sees anything of it,
    /// and the next try writes the rest.
    async fn keep(&self, channel: Channel, users: &[User]) -> Result<(Channel, bool)> {
        let store = &self.roster.store;
        for user in users {
            match store.memberships.insert(&self.seat(&channel, user)).await {
                Err(rejected) if !rejected.taken("_id") => return Err(rejected.into()),
                _ => {}
            }
        }
        match store.channels.insert(&channel).await {
            Ok(()) => Ok((channel, true)),
            Err(rejected) if rejected.taken("_id") || rejected.taken("name") => {
                let first = store.channels.get(channel.id).await?;
                Ok((first.ok_or_else(|| Error::not_found("channel"))?, false))
            }
            Err(rejected) => Err(rejected.into()),
        }
    }

    fn seat(&self, channel: &Channel, user: &User) -> Membership {
        Membership {
            id: Membership::key(channel.id.into(), user.id),
            place: channel.id.into(),
            place_kind: PlaceKind::Direct,
            user_id: user.id,
            username: user.username.clone(),
            role: MemberRole::Member,
            joined_at: channel.created_at,
        }
    }

    /// Each in their own log, once, whoever tells: the entry bears the id of the channel.
    async fn tell(&self, channel: &Channel) -> Result<()> {
        let store = &self.roster.store;
        let people = store.users.among(&channel.people()).await?;
        let about =
            serde_json::to_value(self.roster.show(channel.clone()).await?).map_err(Error::internal)?;
        if let Some(by) = people.iter().find(|user| user.id == channel.created_by) {
            let what = What::ChannelAdded { channel: channel.id, about };
            let draft = Draft::new(by.id, &by.username, what);
            let draft = Draft { client_msg_id: Some(channel.told_under()?), ..draft };
            for user in &people {
                self.roster.logs.append(&of_user(user), draft.clone()).await?;
            }
        }
        self.roster.met(&channel.people());
        store.channels.told(channel.id).await
    }

    /// Tells of what a process left untold.
    pub async fn sweep(&self) -> Result<()> {
        for channel in self.roster.store.channels.untold(SWEPT).await? {
            if let Err(error) = self.tell(&channel).await {
                warn!(channel.id = %channel.id, cause = ?error, "a direct channel cannot be told of yet");
            }
        }
        Ok(())
    }
}

/// Everybody who is to belong to the channel.
fn set(actor: &Actor, named: &[Id<User>]) -> Result<BTreeSet<Id<User>>> {
    let people: BTreeSet<Id<User>> = named.iter().copied().chain([actor.id]).collect();
    match people.len() <= limits::DIRECT_MEMBERS {
        true => Ok(people),
        false => {
            let others = limits::DIRECT_MEMBERS - 1;
            Err(Error::invalid("userIds", format!("may name {others} others at most")))
        }
    }
}
