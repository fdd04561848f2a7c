//! The collections and their indexes, created and verified at every start on both engines. Newer
//! ones stand beside their queries.

use super::Field;
use super::blocks::BLOCKS;
use super::cursors::CURSORS;
use super::preferences::PREFERENCES;

#[derive(Debug, PartialEq, Eq)]
pub struct Collection {
    pub name: &'static str,
    pub indexes: &'static [Index],
    /// Grows with use, so that no query may read it from end to end.
    pub grows: bool,
}

/// Over top-level fields in rising order; both engines read it backwards as well.
#[derive(Debug, PartialEq, Eq)]
pub struct Index {
    /// Unique in its collection; a refused insert names it.
    pub name: &'static str,
    pub fields: &'static [Field],
    pub unique: bool,
    /// Only documents that meet this are in the index.
    pub when: Option<When>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The field is there. Fields of an index with this are left out of a document, never null.
    Has(Field),
    Text(Field, &'static str),
    False(Field),
}

impl When {
    pub(super) fn field(self) -> Field {
        match self {
            When::Has(field) | When::Text(field, _) | When::False(field) => field,
        }
    }
}

pub(super) const fn index(name: &'static str, fields: &'static [Field]) -> Index {
    Index { name, fields, unique: false, when: None }
}

pub(super) const fn unique(name: &'static str, fields: &'static [Field]) -> Index {
    Index { name, fields, unique: true, when: None }
}

impl Index {
    pub(super) const fn when(mut self, when: When) -> Index {
        self.when = Some(when);
        self
    }
}

pub(super) const fn collection(name: &'static str, indexes: &'static [Index]) -> Collection {
    Collection { name, indexes, grows: true }
}

pub static USERS: Collection = collection(
    "users",
    &[
        unique("username", &["usernameKey"]),
        unique("email", &["email"]),
        index("role", &["role", "status", "usernameKey"]),
        index("status", &["status", "usernameKey"]),
        index("created", &["createdAt"]),
    ],
);

pub static SESSIONS: Collection =
    collection("sessions", &[index("user", &["userId", "createdAt"]), index("expires", &["expiresAt"])]);

pub static REFRESHES: Collection =
    collection("refreshes", &[index("session", &["sessionId"]), index("expires", &["expiresAt"])]);

pub static GROUPS: Collection = collection(
    "groups",
    &[
        unique("name", &["nameKey"]).when(When::Text("life", "active")),
        index("life_name", &["life", "nameKey", "_id"]),
        index("life_created", &["life", "createdAt", "_id"]),
    ],
);

pub static MEMBERSHIPS: Collection = collection(
    "memberships",
    &[
        index("place", &["place", "username", "_id"]),
        index("place_role", &["place", "role", "username", "_id"]),
        index("user", &["userId", "placeKind", "place"]),
    ],
);

pub static CHANNELS: Collection = collection(
    "channels",
    &[
        unique("name", &["groupId", "nameKey"]).when(When::Text("life", "active")),
        index("group", &["groupId", "life", "nameKey", "_id"]),
        index("life_created", &["life", "createdAt", "_id"]),
        index("untold", &["untold"]).when(When::Has("untold")),
    ],
);

pub static BANS: Collection = collection(
    "bans",
    &[
        index("channel", &["channelId", "createdAt", "_id"]),
        index("user", &["userId"]),
        index("until", &["until"]).when(When::Has("until")),
    ],
);

pub static REQUESTS: Collection = collection(
    "group_requests",
    &[
        unique("pending", &["groupId", "userId"]).when(When::Text("status", "pending")),
        index("group", &["groupId", "createdAt", "_id"]),
        index("group_status", &["groupId", "status", "createdAt", "_id"]),
        index("user", &["userId", "createdAt", "_id"]),
        index("user_status", &["userId", "status", "createdAt", "_id"]),
        index("status", &["status", "createdAt", "_id"]),
        index("created", &["createdAt", "_id"]),
    ],
);

/// The fence of the log is `seq`: number n belongs to one entry for ever (contract D-11).
pub const FENCE: &str = "seq";
/// One intent to send is one message (contract D-05).
pub const INTENT: &str = "intent";

pub static MESSAGES: Collection = collection(
    "messages",
    &[
        unique(FENCE, &["channelId", "seq"]),
        unique(INTENT, &["channelId", "userId", "clientMsgId"]).when(When::Has("clientMsgId")),
        index("kind", &["channelId", "kind", "seq"]),
        index("author", &["userId", "kind", "createdAt"]),
        index("target", &["target", "seq"]).when(When::Has("target")),
        index("edits", &["target", "seq"]).when(When::Text("kind", "edit")),
        index("replies", &["replyTo", "seq"]).when(When::Has("replyTo")),
        index("thread", &["threadId", "kind", "seq"]).when(When::Has("threadId")),
        index("copies", &["forwardOf", "_id"]).when(When::Has("forwardOf")),
        index("pins", &["channelId", "pinnedAt", "_id"]).when(When::Has("pinnedAt")),
        index("own", &["channelId", "userId", "seq"]).when(When::Text("kind", "message")),
        index("gone", &["channelId", "seq"]).when(When::Has("deletedAt")),
        index("unfolded", &["folded"]).when(When::False("folded")),
    ],
);

/// What messages are found by, where the engine has no better place for it. Its indexes are over a list,
/// so no query of the language reaches it.
pub(super) static SEARCH: Collection =
    collection("search", &[index("tokens", &["tokens", "place"]), index("place", &["place"])]);

pub static SETTINGS: Collection = Collection { name: "settings", indexes: &[], grows: false };

pub static COLLECTIONS: &[&Collection] = &[
    &USERS,
    &SESSIONS,
    &REFRESHES,
    &GROUPS,
    &MEMBERSHIPS,
    &CHANNELS,
    &BANS,
    &REQUESTS,
    &MESSAGES,
    &BLOCKS,
    &PREFERENCES,
    &CURSORS,
    &super::follows::FOLLOWS,
    &super::emoji::EMOJI,
    &super::bookmarks::BOOKMARKS,
    &super::drafts::DRAFTS,
    &super::reports::REPORTS,
    &super::scheduled::SCHEDULED,
    &super::reminders::REMINDERS,
    &super::reads::READS,
    &super::notifications::NOTIFICATIONS,
    &super::channel_preferences::CHANNEL_PREFERENCES,
    &super::previews::PREVIEWS,
    &super::seen::SEEN,
    &SETTINGS,
];
