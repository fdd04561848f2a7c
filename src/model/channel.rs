//! Where people talk: a channel of a group.

use serde::{Deserialize, Serialize};

use super::{Description, Epoch, Group, Id, Life, Name, Reason, Time, User, Username};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelType {
    #[default]
    Text,
    Voice,
    Video,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    #[serde(rename = "_id")]
    pub id: Id<Channel>,
    pub group_id: Id<Group>,
    pub name: Name,
    /// [`Name::folded`], unique in the group among active channels.
    pub name_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    #[serde(rename = "type")]
    pub channel_type: ChannelType,
    pub is_private: bool,
    pub life: Life,
    pub settings: ChannelSettings,
    /// Of the channel's log; changes only when history may have gone back.
    pub epoch: Epoch,
    pub created_by: Id<User>,
    pub created_at: Time,
    pub updated_at: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ChannelSettings {
    /// Only admins may post.
    pub read_only: bool,
    pub reactions: bool,
}

impl Default for ChannelSettings {
    fn default() -> Self {
        ChannelSettings { read_only: false, reactions: true }
    }
}

/// Somebody may not read or write a channel, until a moment or for good.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ban {
    /// `<channel>:<user>`
    #[serde(rename = "_id")]
    pub id: String,
    pub channel_id: Id<Channel>,
    pub user_id: Id<User>,
    pub username: Username,
    pub reason: Reason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    pub banned_by: Id<User>,
    pub created_at: Time,
}

impl Ban {
    pub fn key(channel: Id<Channel>, user: Id<User>) -> String {
        format!("{channel}:{user}")
    }

    pub fn holds_at(&self, now: Time) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}
