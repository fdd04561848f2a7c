//! What is said aloud: every event that the server sends, with its name and shape on the wire.
//!
//! A durable event is one log entry and carries `channelId, epoch, seq` (contract D-18); the same
//! value is told live and given in resume. An ephemeral event is in no log and may be lost.

mod ephemeral;
mod message;
mod own;
mod people;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use ephemeral::{Ephemeral, Online, Presence, PresenceStatus, Previewed, Unread};
pub use message::{
    ForwardedView, MessageDeleted, MessageEdited, MessagePinned, MessageView, NewMessage, OptionView,
    PollClosed, PollView, PollVoted, ReactionUpdated, ReactionView, ThreadMoved,
};
pub use own::{About, ChannelAdded, ChannelRemoved};
pub use people::{MemberUpdated, UserJoined, UserLeft};

use crate::error::{Error, Result};
use crate::model::{AccountEvent, Entry, Epoch, Id, Log, Seq, What};

/// A durable event's place in its log, beside what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Placed<T> {
    pub channel_id: Id<Log>,
    pub epoch: Epoch,
    pub seq: Seq,
    #[serde(flatten)]
    pub what: T,
}

/// One log entry as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum Durable {
    NewMessage(Box<Placed<NewMessage>>),
    MessageEdited(Placed<MessageEdited>),
    MessageDeleted(Placed<MessageDeleted>),
    ReactionUpdated(Placed<ReactionUpdated>),
    MessagePinned(Placed<MessagePinned>),
    PollVoted(Placed<PollVoted>),
    PollClosed(Placed<PollClosed>),
    UserJoined(Placed<UserJoined>),
    UserLeft(Placed<UserLeft>),
    MemberUpdated(Placed<MemberUpdated>),
    ChannelUpdated(Placed<About>),
    ChannelDeleted(Placed<Nothing>),
    ChannelAdded(Placed<ChannelAdded>),
    ChannelRemoved(Placed<ChannelRemoved>),
    RoleUpdated(Placed<About>),
    SessionRevoked(Placed<About>),
    GroupRequestReviewed(Placed<About>),
    GroupRequestCreated(Placed<About>),
    GroupUpdated(Placed<About>),
    ThreadFollowed(Placed<About>),
    BlocksUpdated(Placed<About>),
    DraftUpdated(Placed<About>),
    BookmarkUpdated(Placed<About>),
    ReadUpdated(Placed<About>),
    Notification(Placed<About>),
    NotificationsUpdated(Placed<About>),
    ScheduledUpdated(Placed<About>),
    ReminderDue(Placed<About>),
    SettingsUpdated(Placed<About>),
    ProfileUpdated(Placed<About>),
    StatusUpdated(Placed<About>),
    /// Stands for the entries `seq..=to`, which hold nothing to apply (contract D-17).
    Skip(Placed<Skip>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nothing {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skip {
    pub to: Seq,
}

impl Durable {
    /// How the entry is told. A message is told as it stands now; an edit whose text is gone with
    /// the message it changed is a skip.
    pub fn of(entry: &Entry, epoch: &Epoch) -> Durable {
        match &entry.what {
            What::Message(message) => {
                let said =
                    NewMessage { message: MessageView::of(entry, message), thread: ThreadMoved::by(entry) };
                Durable::NewMessage(Box::new(placed(entry, epoch, said)))
            }
            other => Durable::of_changes(entry, epoch, other),
        }
    }

    fn of_changes(entry: &Entry, epoch: &Epoch, what: &What) -> Durable {
        match what {
            What::Edit { .. } => match MessageEdited::by(entry) {
                Some(edited) => Durable::MessageEdited(placed(entry, epoch, edited)),
                None => Durable::Skip(placed(entry, epoch, Skip { to: entry.seq })),
            },
            What::Delete { target, .. } => {
                let (message_id, deleted_at) = (*target, entry.created_at);
                let deleted = MessageDeleted { message_id, deleted_at, thread: ThreadMoved::by(entry) };
                Durable::MessageDeleted(placed(entry, epoch, deleted))
            }
            What::React { target, reaction, removed, .. } => {
                let (message_id, user_id) = (*target, entry.user_id);
                let updated =
                    ReactionUpdated { message_id, user_id, reaction: reaction.clone(), removed: *removed };
                Durable::ReactionUpdated(placed(entry, epoch, updated))
            }
            What::Vote { target, options, .. } => {
                let (message_id, user_id) = (*target, entry.user_id);
                let voted = PollVoted { message_id, user_id, options: options.clone() };
                Durable::PollVoted(placed(entry, epoch, voted))
            }
            What::PollClosed { target, .. } => {
                let closed = PollClosed { message_id: *target, closed_at: entry.created_at };
                Durable::PollClosed(placed(entry, epoch, closed))
            }
            What::Pin { target, removed, .. } => {
                let (message_id, user_id) = (*target, entry.user_id);
                let pinned_at = (!removed).then_some(entry.created_at);
                let pinned = MessagePinned { message_id, user_id, removed: *removed, pinned_at };
                Durable::MessagePinned(placed(entry, epoch, pinned))
            }
            other => Durable::of_people(entry, epoch, other),
        }
    }

    fn of_people(entry: &Entry, epoch: &Epoch, what: &What) -> Durable {
        match what {
            What::MemberJoined { member, member_name, role } => {
                let (username, message) = (member_name.clone(), format!("{member_name} joined"));
                Durable::UserJoined(placed(
                    entry,
                    epoch,
                    UserJoined { user_id: *member, username, role: *role, message },
                ))
            }
            What::MemberLeft { member, member_name, reason } => {
                let (username, message) = (member_name.clone(), format!("{member_name} left"));
                let left = UserLeft { user_id: *member, username, reason: *reason, message };
                Durable::UserLeft(placed(entry, epoch, left))
            }
            What::MemberRole { member, role } => {
                Durable::MemberUpdated(placed(entry, epoch, MemberUpdated { user_id: *member, role: *role }))
            }
            What::ChannelUpdated { about } => {
                Durable::ChannelUpdated(placed(entry, epoch, About { about: about.clone() }))
            }
            What::ChannelDeleted => Durable::ChannelDeleted(placed(entry, epoch, Nothing {})),
            What::ChannelAdded { about, .. } => {
                Durable::ChannelAdded(placed(entry, epoch, ChannelAdded { channel: about.clone() }))
            }
            What::ChannelRemoved { channel, reason } => Durable::ChannelRemoved(placed(
                entry,
                epoch,
                ChannelRemoved { channel: *channel, reason: *reason },
            )),
            What::Account { event, about } => {
                Durable::of_account(*event, placed(entry, epoch, About { about: about.clone() }))
            }
            What::Message(_)
            | What::Edit { .. }
            | What::Delete { .. }
            | What::React { .. }
            | What::Vote { .. }
            | What::PollClosed { .. }
            | What::Pin { .. } => Durable::Skip(placed(entry, epoch, Skip { to: entry.seq })),
        }
    }

    fn of_account(event: AccountEvent, about: Placed<About>) -> Durable {
        match event {
            AccountEvent::RoleUpdated => Durable::RoleUpdated(about),
            AccountEvent::SessionRevoked => Durable::SessionRevoked(about),
            AccountEvent::GroupRequestReviewed => Durable::GroupRequestReviewed(about),
            AccountEvent::GroupRequestCreated => Durable::GroupRequestCreated(about),
            AccountEvent::GroupUpdated => Durable::GroupUpdated(about),
            AccountEvent::ThreadFollowed => Durable::ThreadFollowed(about),
            AccountEvent::BlocksUpdated => Durable::BlocksUpdated(about),
            AccountEvent::DraftUpdated => Durable::DraftUpdated(about),
            AccountEvent::BookmarkUpdated => Durable::BookmarkUpdated(about),
            AccountEvent::ReadUpdated => Durable::ReadUpdated(about),
            AccountEvent::Notification => Durable::Notification(about),
            AccountEvent::NotificationsUpdated => Durable::NotificationsUpdated(about),
            AccountEvent::ScheduledUpdated => Durable::ScheduledUpdated(about),
            AccountEvent::ReminderDue => Durable::ReminderDue(about),
            AccountEvent::SettingsUpdated => Durable::SettingsUpdated(about),
            AccountEvent::ProfileUpdated => Durable::ProfileUpdated(about),
            AccountEvent::StatusUpdated => Durable::StatusUpdated(about),
        }
    }
}

fn placed<T>(entry: &Entry, epoch: &Epoch, what: T) -> Placed<T> {
    Placed { channel_id: entry.log, epoch: epoch.clone(), seq: entry.seq, what }
}

/// A durable event in the form in which it leaves: its name, and its payload written once for all.
#[derive(Clone, Debug)]
pub struct Told {
    pub log: Id<Log>,
    pub entry: Entry,
    pub name: String,
    /// JSON of the payload.
    pub data: Box<RawValue>,
}

impl Told {
    pub fn of(entry: Entry, epoch: &Epoch) -> Result<Told> {
        #[derive(Deserialize)]
        struct Written {
            event: String,
            data: Box<RawValue>,
        }
        let text = serde_json::to_string(&Durable::of(&entry, epoch)).map_err(Error::internal)?;
        let written: Written = serde_json::from_str(&text).map_err(Error::internal)?;
        Ok(Told { log: entry.log, entry, name: written.event, data: written.data })
    }
}
