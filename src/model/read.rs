//! How far somebody has read a channel (contract D-45).

use serde::{Deserialize, Serialize};

use super::{Channel, Id, Seq, Time, User};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadMarker {
    /// `<channel>:<user>`
    #[serde(rename = "_id")]
    pub id: String,
    pub channel_id: Id<Channel>,
    pub user_id: Id<User>,
    /// Everything up to this entry of the channel's log is read.
    pub seq: Seq,
    /// When it came to stand there.
    pub at: Time,
    /// How far others are told, while that is less: whoever is invisible reads unseen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
}

/// A place to which somebody was seen to have read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub seq: Seq,
    pub at: Time,
}

impl ReadMarker {
    pub fn new(channel: Id<Channel>, user: Id<User>, seq: Seq, at: Time) -> ReadMarker {
        let id = ReadMarker::key(channel, user);
        ReadMarker { id, channel_id: channel, user_id: user, seq, at, shown: None }
    }

    /// As others may know it.
    pub fn seen(&self) -> Shown {
        self.shown.unwrap_or(Shown { seq: self.seq, at: self.at })
    }

    pub fn key(channel: Id<Channel>, user: Id<User>) -> String {
        format!("{channel}:{user}")
    }
}
