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
}

impl ReadMarker {
    pub fn new(channel: Id<Channel>, user: Id<User>, seq: Seq, at: Time) -> ReadMarker {
        ReadMarker { id: ReadMarker::key(channel, user), channel_id: channel, user_id: user, seq, at }
    }

    pub fn key(channel: Id<Channel>, user: Id<User>) -> String {
        format!("{channel}:{user}")
    }
}
