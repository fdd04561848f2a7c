//! What is in an archive: which file holds what, and where it is read. Of every row only the fields that
//! are named here are taken, so that a field that comes later, or is somebody else's, does not slip in.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::{Id, PlaceKind, User};
use crate::store::{NotificationsWanted, RequestsOf, Slice, Store, Walk};

/// Rows read at once.
pub const PAGE: u64 = 200;

#[derive(Debug)]
pub struct Part {
    pub name: &'static str,
    pub about: &'static str,
    pub fields: &'static [&'static str],
    pub from: From,
}

/// Where the rows of a file are.
#[derive(Clone, Copy, Debug)]
pub enum From {
    Account,
    Settings,
    ChannelSettings,
    Memberships(PlaceKind),
    Sessions,
    /// What they did in channels, by the kind of the entry.
    Entries(&'static str),
    Bookmarks,
    Drafts,
    Scheduled,
    /// That are to come still, or that are done.
    Reminders {
        done: bool,
    },
    Notifications,
    Reads,
    Follows,
    Blocks,
    Requests,
    Reports,
}

#[rustfmt::skip]
pub const PARTS: &[Part] = &[
    Part { name: "account.jsonl", about: "your account and profile", from: From::Account,
        fields: &["id", "username", "email", "displayName", "bio", "avatarUrl", "role", "createdAt", "updatedAt", "lastLoginAt"] },
    Part { name: "settings.jsonl", about: "what you chose for everywhere", from: From::Settings,
        fields: &["notify", "quiet", "receipts", "direct", "lastSeen", "presence", "status", "statusText", "statusEmoji", "statusUntil"] },
    Part { name: "channel-settings.jsonl", about: "what you chose for single channels", from: From::ChannelSettings,
        fields: &["channelId", "level", "mutedUntil"] },
    Part { name: "groups.jsonl", about: "groups you belong to", from: From::Memberships(PlaceKind::Group),
        fields: &["place", "role", "joinedAt"] },
    Part { name: "channels.jsonl", about: "private channels you sit in", from: From::Memberships(PlaceKind::Channel),
        fields: &["place", "joinedAt"] },
    Part { name: "direct-channels.jsonl", about: "your direct channels", from: From::Memberships(PlaceKind::Direct),
        fields: &["place", "joinedAt"] },
    Part { name: "sessions.jsonl", about: "where you signed in", from: From::Sessions,
        fields: &["device", "address", "createdAt", "lastSeenAt", "expiresAt"] },
    Part { name: "messages.jsonl", about: "what you said, as it stands now, in every channel", from: From::Entries("message"),
        fields: &["id", "channelId", "seq", "createdAt", "type", "text", "replyTo", "threadId", "mentions", "everyone", "attachments",
            "imageUrl", "fileUrl", "poll", "forwardOf", "revision", "editedAt", "deletedAt"] },
    Part { name: "edits.jsonl", about: "how you changed what you said; `before` is what it was first", from: From::Entries("edit"),
        fields: &["messageId", "channelId", "createdAt", "revision", "before", "text"] },
    Part { name: "reactions.jsonl", about: "reactions you gave and took back", from: From::Entries("react"),
        fields: &["messageId", "channelId", "createdAt", "reaction", "removed"] },
    Part { name: "votes.jsonl", about: "how you voted, by the places of the options", from: From::Entries("vote"),
        fields: &["messageId", "channelId", "createdAt", "options"] },
    Part { name: "bookmarks.jsonl", about: "messages you marked", from: From::Bookmarks,
        fields: &["messageId", "channelId", "note", "createdAt"] },
    Part { name: "drafts.jsonl", about: "what you began to write", from: From::Drafts,
        fields: &["channelId", "threadId", "text", "replyTo", "updatedAt"] },
    Part { name: "scheduled.jsonl", about: "what is to be said later", from: From::Scheduled,
        fields: &["id", "planned", "dueAt", "refused", "createdAt"] },
    Part { name: "reminders.jsonl", about: "what you are to be reminded of", from: From::Reminders { done: false },
        fields: &["id", "messageId", "channelId", "text", "dueAt", "createdAt"] },
    Part { name: "reminded.jsonl", about: "what you were reminded of", from: From::Reminders { done: true },
        fields: &["id", "messageId", "channelId", "text", "dueAt", "createdAt"] },
    Part { name: "notifications.jsonl", about: "what you were told", from: From::Notifications,
        fields: &["kind", "at", "seen", "channelId", "seq", "messageId", "groupId", "byId", "byName", "about"] },
    Part { name: "read.jsonl", about: "how far you have read each channel", from: From::Reads,
        fields: &["channelId", "seq", "at"] },
    Part { name: "followed-threads.jsonl", about: "threads you chose to follow, or not to", from: From::Follows,
        fields: &["rootId", "channelId", "following", "at"] },
    Part { name: "blocks.jsonl", about: "whom you block", from: From::Blocks, fields: &["blockedId", "createdAt"] },
    Part { name: "requests.jsonl", about: "your requests to join groups", from: From::Requests,
        fields: &["id", "groupId", "requestType", "message", "status", "reason", "reviewedAt", "createdAt"] },
    Part { name: "reports.jsonl", about: "what you reported", from: From::Reports,
        fields: &["userId", "messageId", "channelId", "groupId", "reason", "text", "state", "createdAt"] },
];

/// Goes through the rows of one part.
#[derive(Debug)]
pub struct Reader {
    from: From,
    user: Id<User>,
    walk: Walk,
    skip: u64,
    over: bool,
}

impl Reader {
    pub fn new(part: &Part, user: Id<User>) -> Reader {
        let kind = if let From::Entries(kind) = part.from { kind } else { "message" };
        Reader { from: part.from, user, walk: Walk::new(user, kind), skip: 0, over: false }
    }

    /// The next few rows as they are kept; none at the end.
    pub async fn next(&mut self, store: &Store) -> Result<Vec<Value>> {
        if self.over {
            return Ok(Vec::new());
        }
        let rows = match self.from {
            From::Entries(_) => values(store.messages.walk(&mut self.walk).await?)?,
            From::Account => {
                self.over = true;
                values(store.users.get(self.user).await?)?
            }
            From::Settings => {
                self.over = true;
                values(store.preferences.get(self.user).await?)?
            }
            other => self.listed(store, other).await?,
        };
        self.skip += rows.len() as u64;
        Ok(rows)
    }

    async fn listed(&self, store: &Store, from: From) -> Result<Vec<Value>> {
        let (user, slice) = (self.user, Slice { after: None, skip: self.skip, limit: PAGE });
        match from {
            From::ChannelSettings => values(store.channel_preferences.of_user(user, slice).await?),
            From::Memberships(kind) => values(store.memberships.all_of(user, kind, slice).await?),
            From::Sessions => values(store.sessions.all_of(user, slice).await?),
            From::Bookmarks => values(store.bookmarks.of(user, slice).await?),
            From::Drafts => values(store.drafts.of(user, slice).await?),
            From::Scheduled => values(store.scheduled.of(user, slice).await?),
            From::Reminders { done } => values(store.reminders.of(user, done, slice).await?),
            From::Notifications => {
                values(store.notifications.page(user, NotificationsWanted::default(), slice).await?)
            }
            From::Reads => values(store.reads.of_user(user, slice).await?),
            From::Follows => values(store.follows.of_user(user, slice).await?),
            From::Blocks => values(store.blocks.by(user, slice).await?),
            From::Requests => values(store.requests.page(RequestsOf::User(user), None, slice).await?),
            From::Reports => values(store.reports.by(user, slice).await?),
            From::Account | From::Settings | From::Entries(_) => Ok(Vec::new()),
        }
    }
}

fn values(rows: impl IntoIterator<Item = impl Serialize>) -> Result<Vec<Value>> {
    rows.into_iter().map(|row| serde_json::to_value(row).map_err(Error::internal)).collect()
}

/// A row with its fields that go into the file. A poll is asked by its author; how others voted is theirs.
pub fn line(part: &Part, row: &Value) -> Value {
    let kept = |field: &str| match field {
        "id" => row.get("_id"),
        "messageId" => row.get("messageId").or(row.get("target")),
        other => row.get(other),
    };
    let mut line: Map<String, Value> =
        part.fields.iter().filter_map(|field| Some(((*field).to_owned(), kept(field)?.clone()))).collect();
    if let Some(poll) = line.get_mut("poll").and_then(Value::as_object_mut) {
        poll.remove("votes");
    }
    Value::Object(line)
}

/// The file that says what the others are.
pub fn readme() -> String {
    let mut text = String::from(
        "All that you have here, as it was when this was made. Every file holds one JSON object a line, in\n\
         UTF-8; times are RFC 3339 in UTC, ids are those that the API knows. Of direct channels these are your own\n\
         words alone. Pictures and files are named by their links.\n",
    );
    for part in PARTS {
        text.push_str(&format!("\n{}: {}\n  {}\n", part.name, part.about, part.fields.join(", ")));
    }
    text
}

/// About how many lines there will be.
pub async fn total(store: &Store, user: Id<User>) -> Result<u64> {
    let mut total = 2;
    for kind in ["message", "edit", "react", "vote"] {
        total += store.messages.count_done(user, kind).await?;
    }
    for kind in [PlaceKind::Group, PlaceKind::Channel, PlaceKind::Direct] {
        total += store.memberships.count_of_user(user, kind).await?;
    }
    Ok(total + store.bookmarks.total(user).await? + store.drafts.total(user).await?)
}
