//! Something that somebody wants to be reminded of, perhaps a message.

use serde::{Deserialize, Serialize};

use super::{Channel, Description, Entry, Id, Time, User};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reminder {
    #[serde(rename = "_id")]
    pub id: Id<Reminder>,
    pub user_id: Id<User>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Id<Entry>>,
    /// Where the message is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<Id<Channel>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Description>,
    pub due_at: Time,
    /// Its owner has been reminded.
    pub done: bool,
    /// When somebody is to take it up: to remind, and long after that to forget it.
    pub moment: Time,
    pub created_at: Time,
}
