//! What a channel is told of the people in it.

use serde::{Deserialize, Serialize};

use crate::model::{Id, Leave, MemberRole, User, Username};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserJoined {
    pub user_id: Id<User>,
    pub username: Username,
    pub role: MemberRole,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserLeft {
    pub user_id: Id<User>,
    pub username: Username,
    pub reason: Leave,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberUpdated {
    pub user_id: Id<User>,
    pub role: MemberRole,
}
