//! What a message passes on: somebody's words from elsewhere, as they were then.

use serde::{Deserialize, Serialize};

use super::{Channel, Entry, Id, Text, Time, User, Username};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forwarded {
    /// Where it was said first, also where what is passed on was passed on before.
    pub message_id: Id<Entry>,
    pub channel_id: Id<Channel>,
    pub user_id: Id<User>,
    pub username: Username,
    pub created_at: Time,
    pub text: Option<Text>,
}
