//! A message that somebody wants to find again.

use serde::{Deserialize, Serialize};

use super::{Channel, Description, Entry, Id, Time, User};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bookmark {
    /// `<user>:<message>`
    #[serde(rename = "_id")]
    pub id: String,
    pub user_id: Id<User>,
    pub message_id: Id<Entry>,
    pub channel_id: Id<Channel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Description>,
    pub created_at: Time,
}

impl Bookmark {
    pub fn key(user: Id<User>, message: Id<Entry>) -> String {
        format!("{user}:{message}")
    }
}
