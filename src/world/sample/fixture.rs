//! How the fixture is written: names where the store has ids, days of a story where it has times.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::error::{Error, Result};
use crate::model::{
    ChannelSettings, ChannelType, Description, Email, MemberRole, Name, Reaction, Reason, RequestType, Role,
    Text, Time, Username,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Fixture {
    #[serde(rename = "about")]
    _about: String,
    pub days: u64,
    /// Of everybody, and of the demo alone.
    pub password: String,
    pub sign_ins: Vec<Username>,
    pub users: Vec<User>,
    pub groups: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct User {
    pub username: Username,
    pub email: Email,
    pub display_name: Option<Name>,
    pub bio: Option<Description>,
    pub role: Option<Role>,
    pub deactivated: Option<Deactivated>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deactivated {
    pub at: Moment,
    pub by: Username,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Group {
    pub name: Name,
    pub description: Option<Description>,
    pub category: Option<Name>,
    #[serde(default)]
    pub private: bool,
    /// Made the group and its channels.
    pub by: Username,
    pub admins: Vec<Username>,
    pub members: Vec<Username>,
    pub channels: Vec<Channel>,
    #[serde(default)]
    pub bans: Vec<Ban>,
    #[serde(default)]
    pub requests: Vec<Request>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Channel {
    pub name: Name,
    pub description: Option<Description>,
    #[serde(default, rename = "type")]
    pub channel_type: ChannelType,
    #[serde(default)]
    pub private: bool,
    /// Of a private channel, besides the admins of the group.
    #[serde(default)]
    pub members: Vec<Username>,
    pub archived: Option<Moment>,
    #[serde(default)]
    pub settings: ChannelSettings,
    #[serde(default)]
    pub messages: Vec<Said>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Said {
    /// What replies name.
    pub key: Option<String>,
    pub at: Moment,
    pub by: Username,
    pub text: Text,
    pub reply_to: Option<String>,
    pub edited: Option<Edited>,
    pub deleted: Option<Deleted>,
    #[serde(default)]
    pub reactions: Vec<Reacted>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Edited {
    pub at: Moment,
    pub text: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Deleted {
    pub at: Moment,
    pub by: Username,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reacted {
    pub by: Username,
    pub reaction: Reaction,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ban {
    pub channel: Name,
    pub user: Username,
    pub by: Username,
    pub at: Moment,
    pub reason: Reason,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub user: Username,
    #[serde(rename = "type")]
    pub request_type: RequestType,
    pub at: Moment,
    pub message: Description,
    pub rejected: Option<Rejected>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rejected {
    pub by: Username,
    pub at: Moment,
    pub reason: Reason,
}

/// A day of the story and a time of day, such as `3 17:05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    day: u64,
    minutes: u64,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Moment {
    /// When the groups of the story are made.
    pub(super) const FIRST: Moment = Moment { day: 1, minutes: 7 * 60 };

    /// The time in a story of so many days whose last day is the one before `now`.
    pub(super) fn before(self, now: Time, days: u64) -> Time {
        let midnight = Time::from_millis(now.millis() - now.millis() % DAY.as_millis() as i64);
        let back = DAY * u32::try_from((days + 1).saturating_sub(self.day)).unwrap_or(0);
        midnight.minus(back).plus(Duration::from_secs(self.minutes * 60))
    }

    pub(super) fn after(self, minutes: u64) -> Moment {
        Moment { minutes: self.minutes + minutes, ..self }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = || {
            let (day, time) = text.split_once(' ')?;
            let (hours, minutes) = time.split_once(':')?;
            let minutes = hours.parse::<u64>().ok()? * 60 + minutes.parse::<u64>().ok()?;
            Some(Moment { day: day.parse().ok()?, minutes })
        };
        read().ok_or_else(|| serde::de::Error::custom("must be a day and a time such as 3 17:05"))
    }
}

impl Fixture {
    pub(super) fn user(&self, name: &Username) -> Result<&User> {
        let user = self.users.iter().find(|user| user.username == *name);
        user.ok_or_else(|| Error::internal(format!("the fixture knows no user {name}")))
    }
}

impl Group {
    /// Everybody who joined, its maker first.
    pub(super) fn belonging(&self) -> impl Iterator<Item = (&Username, MemberRole)> {
        let admins = self.admins.iter().map(|name| (name, MemberRole::Admin));
        admins.chain(self.members.iter().map(|name| (name, MemberRole::Member)))
    }

    /// Everybody who could ever read the channel.
    pub(super) fn readers<'a>(
        &'a self,
        channel: &'a Channel,
    ) -> impl Iterator<Item = (&'a Username, MemberRole)> {
        self.belonging().filter(|(name, role)| {
            !channel.private || *role == MemberRole::Admin || channel.members.contains(name)
        })
    }
}
