//! Where people talk: a channel of a group, or a direct one between a few people.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use serde::{Deserialize, Deserializer, Serialize};

use crate::error::{Error, Result};
use crate::limits;

use super::{ClientMsgId, Description, Epoch, Group, Id, Life, Name, Reason, Time, User, Username};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelType {
    #[default]
    Text,
    Voice,
    Video,
    /// Between the few who belong to it, in no group.
    Direct,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    #[serde(rename = "_id")]
    pub id: Id<Channel>,
    /// None of a direct channel.
    #[serde(with = "home")]
    pub group_id: Option<Id<Group>>,
    pub name: Name,
    /// [`Name::folded`], unique in the group among active channels; of a direct channel who belongs to it.
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
    /// A direct channel that perhaps not all who belong to it have been told of.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untold: bool,
    pub created_by: Id<User>,
    pub created_at: Time,
    pub updated_at: Time,
}

impl ChannelType {
    /// A direct channel is made by talking to people, never by naming its type.
    pub fn in_a_group(self) -> Result<ChannelType> {
        match self {
            ChannelType::Direct => Err(Error::invalid("type", "a channel of a group is never direct")),
            other => Ok(other),
        }
    }
}

impl Channel {
    /// What is kept as the group of a channel that is in none.
    pub const NO_GROUP: &str = "-";

    /// CONFLICT for a direct channel: what is done through a group cannot be done to it.
    pub fn group(&self) -> Result<Id<Group>> {
        self.group_id.ok_or_else(|| Error::conflict("a direct message belongs to no group"))
    }

    /// What tells the direct channel of these people from every other.
    pub fn key_of(people: &BTreeSet<Id<User>>) -> String {
        let ids: Vec<String> = people.iter().map(Id::to_string).collect();
        ids.join("-")
    }

    /// Under which id each of a direct channel's people is told once that it is there.
    pub fn told_under(&self) -> Result<ClientMsgId> {
        format!("direct-{}", self.id).parse()
    }

    /// Who belongs to a direct channel, for as long as it is there; nobody for any other.
    pub fn people(&self) -> Vec<Id<User>> {
        match self.channel_type {
            ChannelType::Direct => self.name_key.split('-').filter_map(|id| id.parse().ok()).collect(),
            _ => Vec::new(),
        }
    }
}

/// Channels in no group are kept under a word of their own: the fields of a unique index are always
/// there, and so one index holds the names of both kinds.
mod home {
    use super::{Channel, Group, Id};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(group: &Option<Id<Group>>, to: S) -> Result<S::Ok, S::Error> {
        match group {
            Some(group) => group.serialize(to),
            None => Channel::NO_GROUP.serialize(to),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Id<Group>>, D::Error> {
        match String::deserialize(from)? {
            word if word == Channel::NO_GROUP => Ok(None),
            id => id.parse().map(Some).map_err(serde::de::Error::custom),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ChannelSettings {
    /// Only admins may post.
    pub read_only: bool,
    pub reactions: bool,
    /// Who may pin messages.
    pub pinning: May,
    pub polls: bool,
    /// Messages may come with pictures, files and attachments.
    pub uploads: bool,
    /// How long whoever is no admin waits from one message to the next; 0: not at all.
    #[serde(deserialize_with = "pause")]
    pub slow_mode_seconds: u32,
    /// How many may sit in it while it is private; none: all of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_members: Option<NonZeroU32>,
    /// Who may call all readers at once.
    pub everyone: May,
}

/// To whom of a group something is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum May {
    Members,
    Admins,
}

impl Default for ChannelSettings {
    fn default() -> Self {
        ChannelSettings {
            read_only: false,
            reactions: true,
            uploads: true,
            slow_mode_seconds: 0,
            pinning: May::Admins,
            polls: true,
            max_members: None,
            everyone: May::Members,
        }
    }
}

fn pause<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let seconds = u32::deserialize(from)?;
    match seconds <= limits::SLOW_MODE_SECONDS {
        true => Ok(seconds),
        false => Err(serde::de::Error::custom(format!("must be 0 to {}", limits::SLOW_MODE_SECONDS))),
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
