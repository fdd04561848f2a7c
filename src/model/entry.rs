//! The channel log: totally ordered, gap-free entries (contract §1, §3).
//!
//! The entry of a created message *is* the message row; later changes are entries of their own
//! that name it, and the row is their fold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Channel, ClientMsgId, Everyone, Forwarded, Id, Link, MemberRole, Poll, Reaction, Text, ThreadSummary,
    Time, User, Username,
};

/// What has a log: a channel, or a user (whose own log carries what belongs to no channel they can
/// read). A user's log has the user's id.
#[derive(Debug)]
pub enum Log {}

impl From<Id<Channel>> for Id<Log> {
    fn from(id: Id<Channel>) -> Self {
        id.cast()
    }
}

impl From<Id<User>> for Id<Log> {
    fn from(id: Id<User>) -> Self {
        id.cast()
    }
}

/// A random string that names one telling of a log; positions of different epochs do not compare.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub String);

/// Position in a log; the first is 1.
pub type Seq = u64;

/// One row of the log, in the collection `messages`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    #[serde(rename = "_id")]
    pub id: Id<Entry>,
    #[serde(rename = "channelId")]
    pub log: Id<Log>,
    pub seq: Seq,
    /// Seq of the last entry, up to this one, that changed who may read the log.
    pub mver: Seq,
    /// How many messages the log holds up to and with this entry: what two entries have between them is
    /// counted without reading it.
    #[serde(default)]
    pub messages: u64,
    /// Who did it.
    pub user_id: Id<User>,
    pub username: Username,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_msg_id: Option<ClientMsgId>,
    pub created_at: Time,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all entries are messages: a box would be one more for each"
)]
pub enum What {
    Message(Message),
    Edit {
        target: Id<Entry>,
        text: Option<Text>,
        /// Of the first edit: what the message said until then. Later ones follow an edit that tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Text>,
        /// Whom the message calls from here on; none in an edit from before edits said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mentions: Option<Vec<Id<User>>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        everyone: Option<Everyone>,
        revision: u32,
        folded: bool,
    },
    Delete {
        target: Id<Entry>,
        /// Of a reply: the root of its thread, and what the thread comes to without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread_id: Option<Id<Entry>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread: Option<ThreadSummary>,
        folded: bool,
    },
    React {
        target: Id<Entry>,
        reaction: Reaction,
        removed: bool,
        folded: bool,
    },
    Vote {
        target: Id<Entry>,
        /// Of a poll's options, by their places; none takes the vote back.
        options: Vec<u8>,
        folded: bool,
    },
    PollClosed {
        target: Id<Entry>,
        folded: bool,
    },
    Pin {
        target: Id<Entry>,
        removed: bool,
        folded: bool,
    },
    MemberJoined {
        member: Id<User>,
        member_name: Username,
        role: MemberRole,
    },
    /// Left, removed or banned: from here on the member reads nothing of this log.
    MemberLeft {
        member: Id<User>,
        member_name: Username,
        reason: Leave,
    },
    MemberRole {
        member: Id<User>,
        role: MemberRole,
    },
    ChannelUpdated {
        about: serde_json::Value,
    },
    ChannelDeleted,
    /// In a user's own log: a channel they can read now, or can no longer read.
    ChannelAdded {
        channel: Id<Channel>,
        about: serde_json::Value,
    },
    ChannelRemoved {
        channel: Id<Channel>,
        reason: Leave,
    },
    /// In a user's own log: a right, a session or a request of theirs changed.
    Account {
        event: AccountEvent,
        about: serde_json::Value,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leave {
    Left,
    Removed,
    Banned,
    Deactivated,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountEvent {
    RoleUpdated,
    SessionRevoked,
    GroupRequestReviewed,
    GroupRequestCreated,
    GroupUpdated,
    ThreadFollowed,
    BlocksUpdated,
    DraftUpdated,
    BookmarkUpdated,
    ReadUpdated,
    Notification,
    NotificationsUpdated,
    ProfileUpdated,
    ReminderDue,
    ScheduledUpdated,
    SettingsUpdated,
    StatusUpdated,
}

impl What {
    /// Whether the entry changes who may read the log (contract: `mver`).
    pub fn changes_readers(&self) -> bool {
        matches!(self, What::MemberJoined { .. } | What::MemberLeft { .. } | What::ChannelDeleted)
    }

    /// Whether it stands in a user's own log, and not in a channel's.
    pub fn is_personal(&self) -> bool {
        matches!(self, What::ChannelAdded { .. } | What::ChannelRemoved { .. } | What::Account { .. })
    }

    pub fn is_message(&self) -> bool {
        matches!(self, What::Message(_))
    }

    /// The deletion of a message, to be numbered.
    pub fn delete(target: Id<Entry>) -> What {
        What::Delete { target, thread_id: None, thread: None, folded: false }
    }

    /// The message that the entry changes; a reply changes the root of its thread, which counts it.
    pub fn target(&self) -> Option<Id<Entry>> {
        match self {
            What::Edit { target, .. }
            | What::Delete { target, .. }
            | What::React { target, .. }
            | What::Vote { target, .. }
            | What::PollClosed { target, .. }
            | What::Pin { target, .. } => Some(*target),
            What::Message(message) => message.thread_id,
            _ => None,
        }
    }

    /// Of a reply and of its deletion: the root of the thread, and what the thread comes to then.
    pub fn thread(&self) -> Option<(Id<Entry>, &ThreadSummary)> {
        match self {
            What::Message(reply) => reply.thread_id.zip(reply.thread.as_ref()),
            What::Delete { thread_id, thread, .. } => thread_id.zip(thread.as_ref()),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageType {
    #[default]
    Text,
    Image,
    File,
}

/// The fold of a message's log: what history shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    #[serde(rename = "type")]
    pub message_type: MessageType,
    /// None once deleted, and for an image or file without words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Id<Entry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<Id<Entry>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Id<User>>,
    /// All readers are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub everyone: Option<Everyone>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Link>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<Link>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_url: Option<Link>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Poll>,
    /// The message that was passed on first, and what it was; the id stays when the copy is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_of: Option<Id<Entry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Forwarded>,
    /// SHA-256 of what was sent, so that a repeat is told from another message with the same id (D-05).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
    #[serde(default)]
    pub revision: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Time>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reactions: BTreeMap<Reaction, Vec<Id<User>>>,
    /// Where there is one there is the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_by: Option<Id<User>>,
    /// Of the root of a thread what it comes to; of a reply what it came to with that reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadSummary>,
    /// Of a reply: whether the root of its thread counts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folded: Option<bool>,
    /// Seq of the last change folded in; guards the row against an older fold.
    #[serde(default)]
    pub folded_seq: Seq,
}
