//! Documents: what is kept, written once over two engines.
//!
//! One closed language of filters and changes is read by SQLite (the embedded default) and by
//! MongoDB. A query is a named method on [`Table`] and exists once; nothing above this room sees
//! SQL or BSON. Product rules live above; here a broken rule is only a unique index that refused.
//!
//! Invariants are guarded updates, never read-then-write. Work on several documents is ordered so
//! that stopping half-way is harmless and repeating it is safe.

mod bans;
mod blocks;
mod bookmarks;
mod channel_preferences;
mod channels;
mod collection;
mod counted;
mod cursors;
mod drafts;
mod due;
mod emoji;
mod engine;
mod follows;
mod groups;
mod language;
mod memberships;
pub mod memory;
mod messages;
pub mod migrations;
#[cfg(feature = "mongo")]
mod mongo;
mod notifications;
mod opening;
mod outcome;
mod preferences;
mod previews;
mod reads;
mod reminders;
mod reports;
mod requests;
mod rules;
mod scheduled;
mod search;
mod seen;
mod sessions;
mod settings;
mod slice;
mod sqlite;
mod table;
mod tally;
mod tellings;
mod trail;
mod users;

pub use channels::ChannelsWanted;
pub use collection::{COLLECTIONS, Collection, FENCE, INTENT, Index, When};
pub use cursors::Cursor;
pub use due::Due;
pub use engine::{Description, Engine, Kept};
pub use groups::{GroupsBy, GroupsWanted};
pub use language::{Change, Document, Field, Filter, Literal, Order, Query};
pub use notifications::NotificationsWanted;
pub use opening::{Opening, Place};
pub use outcome::{Plan, Refusal, Rejected};
pub use requests::{Decision, RequestsOf};
pub use search::{Found, Indexed, Wanted, first_place, place};
pub use settings::Setting;
pub use slice::{After, Slice};
pub use table::{Record, Table};
pub use tally::Tally;
pub use trail::Asked;
pub use users::{Among, Edits};

use crate::model::{
    Ban, Block, Bookmark, Channel, ChannelPreferences, Emoji, Entry, Follow, Group, GroupRequest, Membership,
    Notification, Preferences, Preview, ReadMarker, Refresh, Reminder, Report, SavedDraft, Scheduled, Seen,
    Session, User,
};

/// Every table over one engine; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub engine: Engine,
    pub users: Table<User>,
    pub sessions: Table<Session>,
    pub refreshes: Table<Refresh>,
    pub groups: Table<Group>,
    pub memberships: Table<Membership>,
    pub channels: Table<Channel>,
    pub bans: Table<Ban>,
    pub requests: Table<GroupRequest>,
    pub messages: Table<Entry>,
    pub blocks: Table<Block>,
    pub preferences: Table<Preferences>,
    pub bookmarks: Table<Bookmark>,
    pub drafts: Table<SavedDraft>,
    pub reports: Table<Report>,
    pub scheduled: Table<Scheduled>,
    pub reminders: Table<Reminder>,
    pub cursors: Table<Cursor>,
    pub follows: Table<Follow>,
    pub emoji: Table<Emoji>,
    pub reads: Table<ReadMarker>,
    pub notifications: Table<Notification>,
    pub channel_preferences: Table<ChannelPreferences>,
    pub previews: Table<Preview>,
    pub seen: Table<Seen>,
    pub settings: Table<Setting>,
}

impl Store {
    /// Over the engine of simulated schedules.
    pub fn simulated(memory: memory::Memory) -> Store {
        Store::on(Engine::new(engine::Part::Memory(memory), false))
    }

    fn on(engine: Engine) -> Store {
        Store {
            users: Table::on(&engine),
            sessions: Table::on(&engine),
            refreshes: Table::on(&engine),
            groups: Table::on(&engine),
            memberships: Table::on(&engine),
            channels: Table::on(&engine),
            bans: Table::on(&engine),
            requests: Table::on(&engine),
            messages: Table::on(&engine),
            blocks: Table::on(&engine),
            preferences: Table::on(&engine),
            bookmarks: Table::on(&engine),
            drafts: Table::on(&engine),
            reports: Table::on(&engine),
            scheduled: Table::on(&engine),
            reminders: Table::on(&engine),
            cursors: Table::on(&engine),
            follows: Table::on(&engine),
            emoji: Table::on(&engine),
            reads: Table::on(&engine),
            notifications: Table::on(&engine),
            channel_preferences: Table::on(&engine),
            previews: Table::on(&engine),
            seen: Table::on(&engine),
            settings: Table::on(&engine),
            engine,
        }
    }
}

/// Sets a field to what there is, or takes it out of the document: none is ever kept as null.
fn set_or_unset(field: Field, value: Option<impl serde::Serialize>) -> Change {
    match value {
        Some(value) => Change::set(field, value),
        None => Change::Unset(field),
    }
}
