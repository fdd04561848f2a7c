//! What a client sends to say something, and the message it becomes.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::limits;
use crate::model::{
    Channel, ClientMsgId, Entry, Id, Link, Message, MessageType, NewPoll, Planned, Text, User,
};

/// What a client sends to say something.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Send {
    pub channel_id: Id<Channel>,
    #[serde(default)]
    pub text: Option<Text>,
    #[serde(rename = "type", default)]
    pub message_type: MessageType,
    #[serde(default)]
    pub client_msg_id: Option<ClientMsgId>,
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
    /// Asks what the text says.
    #[serde(default)]
    pub poll: Option<NewPoll>,
}

impl Send {
    /// An empty draft for a channel.
    pub fn to(channel: Id<Channel>) -> Send {
        Send {
            channel_id: channel,
            text: None,
            message_type: MessageType::Text,
            client_msg_id: None,
            reply_to: None,
            thread_id: None,
            mentions: Vec::new(),
            attachments: Vec::new(),
            image_url: None,
            file_url: None,
            poll: None,
        }
    }

    /// What was planned, to be said now.
    pub fn planned(planned: &Planned) -> Send {
        let planned = planned.clone();
        Send {
            text: planned.text,
            message_type: planned.message_type,
            reply_to: planned.reply_to,
            thread_id: planned.thread_id,
            mentions: planned.mentions,
            attachments: planned.attachments,
            image_url: planned.image_url,
            file_url: planned.file_url,
            poll: planned.poll,
            ..Send::to(planned.channel_id)
        }
    }

    /// The message it becomes, unless no channel would take it.
    pub(in crate::service) fn message(self) -> Result<Message> {
        let media = self.image_url.is_some() || self.file_url.is_some() || !self.attachments.is_empty();
        if self.text.is_none() && !media {
            return Err(Error::invalid("text", "a message cannot be empty"));
        }
        if self.text.is_none() && self.poll.is_some() {
            return Err(Error::invalid("text", "a poll asks something"));
        }
        if self.mentions.len() > limits::MENTIONS {
            return Err(Error::invalid("mentions", format!("may name {} people at most", limits::MENTIONS)));
        }
        if self.attachments.len() > limits::ATTACHMENTS {
            return Err(Error::invalid("attachments", format!("may hold {} at most", limits::ATTACHMENTS)));
        }
        let mut message = Message {
            message_type: self.message_type,
            text: self.text,
            reply_to: self.reply_to,
            thread_id: self.thread_id,
            mentions: self.mentions,
            attachments: self.attachments,
            image_url: self.image_url,
            file_url: self.file_url,
            poll: self.poll.map(NewPoll::check).transpose()?,
            ..Message::default()
        };
        message.digest = digest(&message)?;
        Ok(message)
    }
}

/// Tells one content from another; the same for a repeat of the same send.
pub(super) fn digest(message: &Message) -> Result<String> {
    let content = serde_json::to_vec(message).map_err(Error::internal)?;
    Ok(hex::encode(Sha256::digest(content)))
}
