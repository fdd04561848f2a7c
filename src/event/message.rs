//! A message as clients see it, and what is told of it.

use serde::{Deserialize, Serialize};

use crate::model::{
    ClientMsgId, Entry, Everyone, Forwarded, Id, Link, Log, Message, MessageType, Poll, PollOption,
    PreviewView, Reaction, Seq, Text, ThreadSummary, Time, User, Username, What,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_by: Option<Id<User>>,
    /// Of the root of a thread what it comes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadSummary>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<ForwardedView>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<PollView>,
    /// What the pages say that it links to, as far as it is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previews: Vec<PreviewView>,
    /// The text as HTML, where somebody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForwardedView {
    #[serde(flatten)]
    pub said: Forwarded,
    /// As that of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PollView {
    pub options: Vec<OptionView>,
    pub multiple: bool,
    pub closes_at: Option<Time>,
    pub closed_at: Option<Time>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionView {
    pub text: PollOption,
    pub count: usize,
    /// Who chose it, in the order of their ids.
    pub user_ids: Vec<Id<User>>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadMoved>,
}

/// What a reply, or its deletion, made of its thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadMoved {
    pub root_id: Id<Entry>,
    #[serde(flatten)]
    pub summary: ThreadSummary,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageEdited {
    pub message_id: Id<Entry>,
    pub text: Text,
    /// Whom it calls from now on; as before where it says nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Vec<Id<User>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub everyone: Option<Everyone>,
    pub revision: u32,
    pub edited_at: Time,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageDeleted {
    pub message_id: Id<Entry>,
    pub deleted_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadMoved>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReactionUpdated {
    pub message_id: Id<Entry>,
    pub user_id: Id<User>,
    pub reaction: Reaction,
    pub removed: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessagePinned {
    pub message_id: Id<Entry>,
    pub user_id: Id<User>,
    pub removed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_at: Option<Time>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PollVoted {
    pub message_id: Id<Entry>,
    pub user_id: Id<User>,
    /// All that they choose from here on, by the places in the poll.
    pub options: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PollClosed {
    pub message_id: Id<Entry>,
    pub closed_at: Time,
}

impl PollView {
    fn of(poll: &Poll) -> PollView {
        let chosen = |option: usize| {
            let votes = poll.votes.iter().filter(move |(_, choice)| choice.contains(&(option as u8)));
            votes.map(|(user, _)| *user).collect::<Vec<_>>()
        };
        let options = poll.options.iter().enumerate().map(|(place, text)| {
            let user_ids = chosen(place);
            OptionView { text: text.clone(), count: user_ids.len(), user_ids }
        });
        let (multiple, closes_at, closed_at) = (poll.multiple, poll.closes_at, poll.closed_at);
        PollView { options: options.collect(), multiple, closes_at, closed_at }
    }
}

impl ThreadMoved {
    pub fn by(entry: &Entry) -> Option<ThreadMoved> {
        entry.what.thread().map(|(root_id, summary)| ThreadMoved { root_id, summary: summary.clone() })
    }
}

impl MessageEdited {
    /// None where the words are gone with the message.
    pub fn by(entry: &Entry) -> Option<MessageEdited> {
        let What::Edit { target, text, revision, mentions, everyone, .. } = &entry.what else { return None };
        Some(MessageEdited {
            message_id: *target,
            text: text.clone()?,
            mentions: mentions.clone(),
            everyone: *everyone,
            revision: *revision,
            edited_at: entry.created_at,
        })
    }
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
            pinned_at: message.pinned_at,
            pinned_by: message.pinned_by,
            forwarded: message.forwarded.map(|said| ForwardedView { said, html: None }),
            poll: message.poll.as_ref().map(PollView::of),
            thread: message.thread.filter(|_| message.thread_id.is_none()),
            previews: Vec::new(),
            html: None,
        }
    }
}
