//! How somebody wants to be treated: what they are told of, who may write to them, who sees them.

use serde::{Deserialize, Serialize};

use super::{Availability, Channel, Id, OwnStatus, Quiet, Reaction, StatusText, Time, User};

/// What holds where somebody has chosen nothing is the default of each field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    #[serde(rename = "_id")]
    pub user_id: Id<User>,
    #[serde(default)]
    pub notify: Notify,
    /// When what they are told of is told quietly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// Whether others see what they have read.
    #[serde(default = "yes")]
    pub receipts: bool,
    /// Who may begin a direct conversation with them.
    #[serde(default)]
    pub direct: Circle,
    /// Who may know when they were last here.
    #[serde(default = "Circle::shared")]
    pub last_seen: Circle,
    /// Who may know whether they are here.
    #[serde(default)]
    pub presence: Sight,
    #[serde(default)]
    pub status: Availability,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_text: Option<StatusText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_emoji: Option<Reaction>,
    /// When text and emoji are over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_until: Option<Time>,
    /// How often they chose a status.
    #[serde(default)]
    pub status_rev: u64,
}

fn yes() -> bool {
    true
}

/// What somebody is notified of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notify {
    All,
    /// Of what is meant for them: mentions, replies, direct messages.
    #[default]
    Mentions,
    None,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Circle {
    #[default]
    Everyone,
    /// People with whom one shares a group.
    Shared,
    Nobody,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// People with whom one shares a group or a direct channel.
    #[default]
    Shared,
    Nobody,
}

impl Circle {
    fn shared() -> Circle {
        Circle::Shared
    }
}

impl Preferences {
    /// Of somebody who has chosen nothing.
    pub fn of(user: Id<User>) -> Preferences {
        let (notify, direct) = (Notify::default(), Circle::default());
        Preferences {
            user_id: user,
            notify,
            quiet: None,
            receipts: true,
            direct,
            last_seen: Circle::shared(),
            presence: Sight::default(),
            status: Availability::default(),
            status_text: None,
            status_emoji: None,
            status_until: None,
            status_rev: 0,
        }
    }

    /// Words whose time is over are said no longer, whoever has still to take them away.
    pub fn status_at(&self, now: Time) -> OwnStatus {
        let over = self.status_until.is_some_and(|until| until <= now);
        let held = |text: &Option<StatusText>| text.clone().filter(|_| !over);
        OwnStatus {
            status: self.status,
            text: held(&self.status_text),
            emoji: self.status_emoji.clone().filter(|_| !over),
            until: self.status_until.filter(|_| !over),
            rev: self.status_rev,
        }
    }
}

/// What somebody wants to be told of one channel; what is not chosen is as everywhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelPreferences {
    /// `<channel>:<user>`
    #[serde(rename = "_id")]
    pub id: String,
    pub channel_id: Id<Channel>,
    pub user_id: Id<User>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Notify>,
    /// Nothing until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Time>,
}

impl ChannelPreferences {
    /// Of somebody who has chosen nothing.
    pub fn new(channel: Id<Channel>, user: Id<User>) -> ChannelPreferences {
        let id = ChannelPreferences::key(channel, user);
        ChannelPreferences { id, channel_id: channel, user_id: user, level: None, muted_until: None }
    }

    pub fn key(channel: Id<Channel>, user: Id<User>) -> String {
        format!("{channel}:{user}")
    }
}

/// That one person wants to have nothing to do with another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// `<user>:<blocked>`
    #[serde(rename = "_id")]
    pub id: String,
    pub user_id: Id<User>,
    pub blocked_id: Id<User>,
    pub created_at: Time,
}

impl Block {
    pub fn new(user: Id<User>, blocked: Id<User>, now: Time) -> Block {
        Block { id: Block::key(user, blocked), user_id: user, blocked_id: blocked, created_at: now }
    }

    pub fn key(user: Id<User>, blocked: Id<User>) -> String {
        format!("{user}:{blocked}")
    }
}
