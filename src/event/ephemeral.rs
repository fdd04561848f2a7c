//! Events that are in no log and may be lost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    Channel, Entry, Id, Log, PreviewView, Reaction, Seq, StatusText, ThreadSummary, User, Username,
};

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Ephemeral {
    UserTyping {
        channel_id: Id<Channel>,
        user_id: Id<User>,
        username: Username,
        is_typing: bool,
    },
    UserStopTyping {
        channel_id: Id<Channel>,
        user_id: Id<User>,
        username: Username,
        is_typing: bool,
    },
    UserPresenceUpdate(Presence),
    /// Many at once.
    PresenceUpdates {
        presences: Vec<Presence>,
    },
    /// What the entry before it made of a thread, for who shows threads alone.
    ThreadUpdated {
        channel_id: Id<Channel>,
        root_id: Id<Entry>,
        thread: ThreadSummary,
    },
    /// Of channels that one can read and does not sit in.
    UnreadUpdated {
        channels: BTreeMap<Id<Channel>, Unread>,
    },
    PreviewsUpdated(Previewed),
    OnlineUsersCount {
        count: usize,
    },
    OnlineUsers(Vec<Online>),
    ChannelUsers {
        channel_id: Id<Channel>,
        users: Vec<Online>,
    },
    /// The newest seq of each joined channel that changed, so that a lost last event is found (D-22).
    Heads(BTreeMap<Id<Log>, Seq>),
    ServerDraining {
        reconnect_within_ms: u64,
    },
}

/// How much of a channel somebody has not read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Unread {
    pub head: Seq,
    pub unread: u64,
    pub mentions: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    pub user_id: Id<User>,
    pub username: Username,
    pub status: PresenceStatus,
    pub text: Option<StatusText>,
    pub emoji: Option<Reaction>,
    /// Rises with each change of this user; an older one is to be ignored (D-41).
    pub version: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresenceStatus {
    Offline,
    Away,
    Busy,
    Online,
}

/// What the pages say that a message links to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Previewed {
    pub channel_id: Id<Channel>,
    pub message_id: Id<Entry>,
    /// All there are, in the order of the links.
    pub previews: Vec<PreviewView>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Online {
    pub user_id: Id<User>,
    pub username: Username,
    pub status: PresenceStatus,
    pub is_online: bool,
    pub current_channel: Option<Id<Channel>>,
}
