//! That somebody chose to hear of a thread, or not to.

use serde::{Deserialize, Serialize};

use super::{Channel, Entry, Id, Time, User};

/// Without a choice the author of the root and those who replied follow a thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Follow {
    /// `<root>:<user>`
    #[serde(rename = "_id")]
    pub id: String,
    pub root_id: Id<Entry>,
    pub channel_id: Id<Channel>,
    pub user_id: Id<User>,
    pub following: bool,
    pub at: Time,
}

impl Follow {
    pub fn key(root: Id<Entry>, user: Id<User>) -> String {
        format!("{root}:{user}")
    }
}
