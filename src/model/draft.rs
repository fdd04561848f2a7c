//! A message that is begun and not sent, kept for all devices of whoever writes it.

use serde::{Deserialize, Serialize};

use super::{Channel, Entry, Id, Text, Time, User};

/// What somebody began to write in a channel, or in a thread of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedDraft {
    /// `<user>:<channel>`, and of a thread `:<thread>`.
    #[serde(rename = "_id")]
    pub id: String,
    pub user_id: Id<User>,
    pub channel_id: Id<Channel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<Id<Entry>>,
    /// None once it is thrown away; the row stays until all devices are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Id<Entry>>,
    pub updated_at: Time,
    /// How often it was changed, to tell a telling of it from a later change.
    pub rev: u64,
    /// Its owner's devices have not been told of the last change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untold: bool,
}

impl SavedDraft {
    pub fn key(user: Id<User>, channel: Id<Channel>, thread: Option<Id<Entry>>) -> String {
        match thread {
            Some(thread) => format!("{user}:{channel}:{thread}"),
            None => format!("{user}:{channel}"),
        }
    }
}
