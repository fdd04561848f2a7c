//! A message that is to be sent later.

use serde::{Deserialize, Serialize};

use super::{Channel, ClientMsgId, Entry, Id, Link, MessageType, NewPoll, Text, Time, User};
use crate::error::Result;

/// What is to be said, where and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Planned {
    pub channel_id: Id<Channel>,
    pub due_at: Time,
    #[serde(default)]
    pub text: Option<Text>,
    #[serde(rename = "type", default)]
    pub message_type: MessageType,
    #[serde(default)]
    pub reply_to: Option<Id<Entry>>,
    #[serde(default)]
    pub thread_id: Option<Id<Entry>>,
    #[serde(default)]
    pub mentions: Vec<Id<User>>,
    #[serde(default)]
    pub attachments: Vec<Link>,
    #[serde(default)]
    pub image_url: Option<Link>,
    #[serde(default)]
    pub file_url: Option<Link>,
    #[serde(default)]
    pub poll: Option<NewPoll>,
}

/// Kept until it is sent or its author throws it away.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scheduled {
    #[serde(rename = "_id")]
    pub id: Id<Scheduled>,
    pub user_id: Id<User>,
    pub planned: Planned,
    /// As planned; the list is in its order.
    pub due_at: Time,
    /// When somebody is to take it up: `dueAt` until it is claimed, then the end of the claim. None
    /// once it was refused and its author knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    pub created_at: Time,
}

/// Why it could not be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// One of the codes of the errors that clients meet.
    pub code: String,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduledState {
    Waiting,
    /// It is being sent and can be changed no more.
    Claimed,
    Failed,
}

impl Scheduled {
    pub fn state(&self) -> ScheduledState {
        match (&self.refused, self.moment) {
            (Some(_), _) => ScheduledState::Failed,
            (None, Some(moment)) if moment == self.due_at => ScheduledState::Waiting,
            (None, _) => ScheduledState::Claimed,
        }
    }

    /// The same however often it is tried, so that it is sent once.
    pub fn client_msg_id(&self) -> Result<ClientMsgId> {
        format!("sched-{}", self.id).parse()
    }
}
