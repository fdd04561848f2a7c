//! That somebody finds a message or a person amiss and tells those who run the place.

use serde::{Deserialize, Serialize};

use super::{Channel, Description, Entry, Group, Id, Time, User};

/// One for each person who reports and each thing reported. It holds no copy of what was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// `<reporter>:m-<message>` or `<reporter>:u-<user>`
    #[serde(rename = "_id")]
    pub id: String,
    pub by: Id<User>,
    /// Who is reported, or wrote what is.
    pub user_id: Id<User>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Id<Entry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<Id<Channel>>,
    /// Whose admins it concerns; none for a person, and for a direct message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<Id<Group>>,
    pub reason: Grievance,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Description>,
    pub state: ReportState,
    pub created_at: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grievance {
    Spam,
    Harassment,
    Hate,
    Violence,
    Nudity,
    Illegal,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    Open,
}

/// What is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    Message(Id<Entry>),
    Person(Id<User>),
}

impl Report {
    pub fn key(by: Id<User>, of: Reported) -> String {
        match of {
            Reported::Message(message) => format!("{by}:m-{message}"),
            Reported::Person(user) => format!("{by}:u-{user}"),
        }
    }
}
