//! How people say they are, and what others may know of it: whether they are there, what they say, when
//! they were last here.
//!
//! What is chosen is kept before anybody is told of it, and holds on every device that comes later. Of
//! whom nothing may be known there is nothing to tell from somebody who is not there.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use tracing::warn;

use super::presence::{PresenceBook, Where};
use super::{Roster, emoji, own_log};
use crate::error::{Error, Result};
use crate::event::PresenceStatus;
use crate::model::{
    AccountEvent, Circle, Id, OwnStatus, PlaceKind, Preferences, Reaction, Sight, StatusEdit, StatusText,
    Time, User,
};
use crate::policy::Actor;

#[derive(Clone, Debug)]
pub struct Statuses {
    roster: Roster,
    presence: Arc<PresenceBook>,
}

/// How somebody looks to somebody else.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Looks {
    pub user_id: Id<User>,
    pub status: PresenceStatus,
    pub text: Option<StatusText>,
    pub emoji: Option<Reaction>,
    /// None while they are there, and where it is not told.
    pub last_seen_at: Option<Time>,
}

/// Before a choice gives way to those of other devices.
const TRIES: usize = 8;
/// Statuses that one sweep ends.
const SWEPT: u64 = 500;

impl Statuses {
    pub fn new(roster: &Roster, presence: Arc<PresenceBook>) -> Statuses {
        Statuses { roster: roster.clone(), presence }
    }

    /// As somebody chose it themselves.
    pub async fn kept(&self, user: Id<User>) -> Result<OwnStatus> {
        Ok(self.roster.store.preferences.of(user).await?.status_at(self.roster.clock.now()))
    }

    /// For all devices or, where one is named, by what that one says: the best of them counts.
    pub async fn choose(&self, actor: &Actor, device: Option<&str>, edit: StatusEdit) -> Result<OwnStatus> {
        self.check(&edit)?;
        let at = match (edit.status, device) {
            (None, _) => Where::Nowhere,
            (Some(_), None) => Where::Everywhere,
            (Some(status), Some(device)) => Where::On(device, status),
        };
        // Another device may say something at the same time: what neither of them names stays as it is.
        for _ in 0..TRIES {
            let kept = self.kept(actor.id).await?;
            let mut chosen = kept.with(edit.clone());
            if let Where::On(device, status) = at {
                chosen.status = self.presence.best_with(actor.id, device, status);
            }
            if chosen == kept {
                self.presence.choose(actor.id, &actor.username, at, &chosen);
                return Ok(chosen);
            }
            if let Some(said) = self.roster.store.preferences.say(actor.id, &chosen).await? {
                let chosen = said.status_at(self.now());
                self.presence.choose(actor.id, &actor.username, at, &chosen);
                own_log::tell(&self.roster, actor.id, AccountEvent::StatusUpdated, json!({})).await?;
                return Ok(chosen);
            }
        }
        Err(Error::unavailable("the status is chosen on other devices at the same time"))
    }

    fn now(&self) -> Time {
        self.roster.clock.now()
    }

    fn check(&self, edit: &StatusEdit) -> Result<()> {
        let emoji = edit.emoji.iter().flatten();
        if emoji.clone().any(|emoji| !emoji::is_standard(emoji)) {
            return Err(Error::invalid("emoji", "must be an emoji or its short name"));
        }
        match edit.until.flatten().is_some_and(|until| until <= self.now()) {
            true => Err(Error::invalid("until", "must lie ahead")),
            false => Ok(()),
        }
    }

    /// How somebody looks to the actor.
    pub async fn of(&self, actor: &Actor, user: Id<User>) -> Result<Looks> {
        let store = &self.roster.store;
        let found = store.users.get(user).await?.ok_or_else(|| Error::not_found("user"))?;
        let may = self.may_know(actor, found.id).await?;
        let there = self.presence.of(user).filter(|_| may.presence);
        let kept = match self.presence.gone_at(user) {
            Some(at) => Some(at),
            None => store.seen.get(user).await?.map(|seen| seen.at),
        };
        let last_seen_at = kept.filter(|_| may.last_seen && there.is_none());
        Ok(match there {
            None => Looks {
                user_id: user,
                status: PresenceStatus::Offline,
                text: None,
                emoji: None,
                last_seen_at,
            },
            Some(there) => {
                let (status, text, emoji) = (there.status, there.text, there.emoji);
                Looks { user_id: user, status, text, emoji, last_seen_at }
            }
        })
    }

    async fn may_know(&self, actor: &Actor, user: Id<User>) -> Result<May> {
        let (store, of) = (&self.roster.store, [user]);
        let blocked = store.blocks.among(&[actor.id, user]).await?;
        let groups = self.roster.near(actor.id, &of, PlaceKind::Group).await?;
        let direct = self.roster.near(actor.id, &of, PlaceKind::Direct).await?;
        let Preferences { presence, last_seen, .. } = store.preferences.of(user).await?;
        let near = actor.id == user || groups.contains(&user) || direct.contains(&user);
        let within = |circle: Circle| match circle {
            Circle::Everyone => true,
            Circle::Shared => near,
            Circle::Nobody => actor.id == user,
        };
        // Whoever lets nobody know whether they are here lets nobody know when they were, either.
        let shows = !blocked && (presence == Sight::Shared || actor.id == user);
        Ok(May { presence: shows && near, last_seen: shows && within(last_seen) })
    }

    /// Ends what holds no longer: the person's own devices are told once, whoever ends it.
    pub async fn sweep(&self) -> Result<()> {
        let now = self.now();
        for over in self.roster.store.preferences.over(now, SWEPT).await? {
            if let Err(error) = self.end(&over).await {
                warn!(user.id = %over.user_id, %error, "a status cannot be ended yet");
            }
        }
        Ok(())
    }

    async fn end(&self, over: &Preferences) -> Result<()> {
        let Some(user) = self.roster.rights.user(over.user_id).await? else {
            return self.roster.store.preferences.end_status(over).await.map(drop);
        };
        let cause = format!("status-{}-{}", user.id, over.status_rev);
        own_log::tell_once(&self.roster, user.id, AccountEvent::StatusUpdated, json!({}), &cause).await?;
        if let Some(ended) = self.roster.store.preferences.end_status(over).await? {
            let ended = ended.status_at(self.now());
            self.presence.choose(user.id, &user.username, Where::Nowhere, &ended);
        }
        Ok(())
    }

    /// Keeps when people were last here.
    pub async fn keep_seen(&self) -> Result<()> {
        let mut left = self.presence.to_keep().into_iter();
        while let Some((user, at)) = left.next() {
            if let Err(error) = self.roster.store.seen.note(user, at).await {
                self.presence.put_back(left.chain([(user, at)]));
                return Err(error);
            }
        }
        Ok(())
    }
}

/// What the asker may know of somebody.
struct May {
    presence: bool,
    last_seen: bool,
}
