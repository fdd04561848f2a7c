//! One's notifications: listing and counting them, and putting them away on all of one's devices.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::roster::of_user;
use super::{Page, Roster, Span};
use crate::error::{Error, Result};
use crate::event::MessageView;
use crate::limits;
use crate::log::Draft;
use crate::model::{
    AccountEvent, Channel, ChannelPreferences, Entry, Id, Notification, NotificationView, Notify, Time, What,
    given,
};
use crate::policy::{Action, Actor, can};
use crate::store::{After, NotificationsWanted};

#[derive(Clone, Debug)]
pub struct Notifications {
    roster: Roster,
}

/// What of one's settings for a channel changes; the inner `None` takes a value away.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChannelChoice {
    #[serde(default, deserialize_with = "given")]
    pub level: Option<Option<Notify>>,
    #[serde(default, deserialize_with = "given")]
    pub muted_until: Option<Option<Time>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelChosen {
    pub channel_id: Id<Channel>,
    /// None: as everywhere.
    pub level: Option<Notify>,
    pub muted_until: Option<Time>,
}

/// A notification with the message it is about.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    #[serde(flatten)]
    pub notification: NotificationView,
    /// None where there is none, or it can be read no longer.
    pub message: Option<MessageView>,
}

impl Notifications {
    pub fn new(roster: &Roster) -> Notifications {
        Notifications { roster: roster.clone() }
    }

    /// Newest first.
    pub async fn list(
        &self,
        actor: &Actor,
        wanted: NotificationsWanted,
        span: &Span,
    ) -> Result<Page<Listed>> {
        let rows = self.roster.store.notifications.page(actor.id, wanted, span.slice()).await?;
        let page = span.page(rows, None, |row| After(row.at.to_string(), row.id.clone()));
        let mut messages = self.messages(actor, &page.items).await?;
        Ok(page.map(|row| {
            let message = row.message_id.and_then(|id| messages.remove(&id));
            Listed { notification: row.view(), message }
        }))
    }

    /// Those of the messages that there are and that the actor can read now.
    async fn messages(
        &self,
        actor: &Actor,
        rows: &[Notification],
    ) -> Result<HashMap<Id<Entry>, MessageView>> {
        let ids: Vec<Id<Entry>> = rows.iter().filter_map(|row| row.message_id).collect();
        let mut readable = HashMap::new();
        for entry in self.roster.store.messages.named(&ids).await? {
            let What::Message(message) = &entry.what else { continue };
            if message.deleted_at.is_none() && self.roster.rights.reads(actor, entry.log.cast()).await? {
                readable.insert(entry.id, MessageView::of(&entry, message));
            }
        }
        Ok(readable)
    }

    pub async fn count_unread(&self, actor: &Actor) -> Result<u64> {
        self.roster.store.notifications.count_unread(actor.id).await
    }

    /// Reading one twice is reading it.
    pub async fn read(&self, actor: &Actor, cause: &str) -> Result<()> {
        self.find(actor, cause).await?;
        if self.roster.store.notifications.read(actor.id, cause).await? {
            self.tell(actor, json!({ "ids": [cause], "read": true })).await?;
        }
        Ok(())
    }

    /// How many there were to read.
    pub async fn read_all(&self, actor: &Actor) -> Result<u64> {
        let read = self.roster.store.notifications.read_all(actor.id).await?;
        if read > 0 {
            self.tell(actor, json!({ "all": true, "read": true })).await?;
        }
        Ok(read)
    }

    pub async fn delete(&self, actor: &Actor, cause: &str) -> Result<()> {
        self.find(actor, cause).await?;
        if self.roster.store.notifications.unlist(actor.id, cause).await? {
            self.tell(actor, json!({ "ids": [cause], "deleted": true })).await?;
        }
        Ok(())
    }

    /// Only what is in the list is there.
    async fn find(&self, actor: &Actor, cause: &str) -> Result<Notification> {
        let found = self.roster.store.notifications.get(Notification::key(actor.id, cause)).await?;
        found.filter(|row| row.listed).ok_or_else(|| Error::not_found("notification"))
    }

    pub async fn chosen(&self, actor: &Actor, channel: Id<Channel>) -> Result<ChannelChosen> {
        self.may_read(actor, channel).await?;
        Ok(self.roster.store.channel_preferences.of(channel, actor.id).await?.into())
    }

    pub async fn choose(
        &self,
        actor: &Actor,
        channel: Id<Channel>,
        choice: ChannelChoice,
    ) -> Result<ChannelChosen> {
        self.may_read(actor, channel).await?;
        let kept = &self.roster.store.channel_preferences;
        Ok(kept.choose(channel, actor.id, choice.level, choice.muted_until).await?.into())
    }

    async fn may_read(&self, actor: &Actor, channel: Id<Channel>) -> Result<()> {
        let seat = self.roster.rights.in_channel(actor, channel).await?;
        can(seat.standing, Action::ReadChannel, "channel")
    }

    /// Forgets what is too old to be told of.
    pub async fn sweep(&self) -> Result<()> {
        let oldest = self.roster.clock.now().minus(limits::NOTIFICATIONS_KEPT);
        self.roster.store.notifications.forget_older(oldest).await.map(drop)
    }

    async fn tell(&self, actor: &Actor, about: Value) -> Result<()> {
        let Some(user) = self.roster.rights.user(actor.id).await? else { return Ok(()) };
        let what = What::Account { event: AccountEvent::NotificationsUpdated, about };
        let draft = Draft::new(actor.id, &actor.username, what);
        self.roster.logs.append(&of_user(&user), draft).await.map(drop)
    }
}

impl From<ChannelPreferences> for ChannelChosen {
    fn from(kept: ChannelPreferences) -> ChannelChosen {
        let ChannelPreferences { channel_id, level, muted_until, .. } = kept;
        ChannelChosen { channel_id, level, muted_until }
    }
}
