//! A message as clients see it, and what is told of it.

use serde::{Deserialize, Serialize};

use crate::model::{
    ClientMsgId, Entry, Everyone, Id, Link, Log, Message, MessageType, Reaction, Seq, Text, Time, User,
    Username,
};

/// A message as clients see it; once deleted, a tombstone without content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    pub id: Id<Entry>,
    pub channel_id: Id<Log>,
    pub seq: Seq,
    pub user_id: Id<User>,
    pub username: Username,
    #[serde(rename = "type")]
    pub message_type: MessageType,
    pub text: Option<Text>,
    pub reply_to: Option<Id<Entry>>,
    pub thread_id: Option<Id<Entry>>,
    pub mentions: Vec<Id<User>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub everyone: Option<Everyone>,
    pub attachments: Vec<Link>,
    pub image_url: Option<Link>,
    pub file_url: Option<Link>,
    pub client_msg_id: Option<ClientMsgId>,
    pub revision: u32,
    pub created_at: Time,
    pub edited_at: Option<Time>,
    pub deleted_at: Option<Time>,
    pub reactions: Vec<ReactionView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReactionView {
    pub reaction: Reaction,
    pub count: usize,
    pub user_ids: Vec<Id<User>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewMessage {
    pub message: MessageView,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageEdited {
    pub message_id: Id<Entry>,
    pub text: Text,
    pub revision: u32,
    pub edited_at: Time,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageDeleted {
    pub message_id: Id<Entry>,
    pub deleted_at: Time,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReactionUpdated {
    pub message_id: Id<Entry>,
    pub user_id: Id<User>,
    pub reaction: Reaction,
    pub removed: bool,
}

impl MessageView {
    pub fn of(entry: &Entry, message: &Message) -> MessageView {
        let message = message.clone();
        let reactions = message.reactions.into_iter();
        MessageView {
            id: entry.id,
            channel_id: entry.log,
            seq: entry.seq,
            user_id: entry.user_id,
            username: entry.username.clone(),
            message_type: message.message_type,
            text: message.text,
            reply_to: message.reply_to,
            thread_id: message.thread_id,
            mentions: message.mentions,
            everyone: message.everyone,
            attachments: message.attachments,
            image_url: message.image_url,
            file_url: message.file_url,
            client_msg_id: entry.client_msg_id.clone(),
            revision: message.revision,
            created_at: entry.created_at,
            edited_at: message.edited_at,
            deleted_at: message.deleted_at,
            reactions: reactions
                .map(|(reaction, user_ids)| ReactionView { reaction, count: user_ids.len(), user_ids })
                .collect(),
        }
    }
}
