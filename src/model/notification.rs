//! What somebody is to be told of: that they were called, answered, written to, let in.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Channel, Entry, Group, GroupRequest, Id, Membership, PlaceKind, Seq, Time, User, Username};

/// Holds no text: a message is shown by its id, to whoever may read it then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// `<user>:<cause>`, so that one cause is told once.
    #[serde(rename = "_id")]
    pub id: String,
    pub user_id: Id<User>,
    pub kind: NotificationKind,
    pub at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<Id<Channel>>,
    /// Place of the message in the channel's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Id<Entry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<Id<Group>>,
    /// Who caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_id: Option<Id<User>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_name: Option<Username>,
    /// Shown in the list. What is not still counts where mentions are counted.
    pub listed: bool,
    pub seen: bool,
    /// Not to be told aloud. Holds for the moment alone and is not kept.
    #[serde(skip)]
    pub quiet: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Value>,
}

/// Of two reasons for one message the later in this list is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// Anything that is said, to whoever wants to be told of all of it.
    Message,
    /// Somebody wrote in a direct channel: one for each channel, however much was written.
    Direct,
    /// An answer to something one said.
    Reply,
    Mention,
    /// A request to join a group was decided.
    Request,
    /// Somebody was let into a group or a private channel by somebody else.
    Invite,
    /// A message of one's own could not be sent in its time.
    Scheduled,
    /// Something one wanted to be reminded of.
    Reminder,
}

/// As it is told and listed; the list adds the message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotificationView {
    /// The cause.
    pub id: String,
    pub kind: NotificationKind,
    pub at: Time,
    pub read: bool,
    pub channel_id: Option<Id<Channel>>,
    pub seq: Option<Seq>,
    pub message_id: Option<Id<Entry>>,
    pub group_id: Option<Id<Group>>,
    pub user_id: Option<Id<User>>,
    pub username: Option<Username>,
    pub about: Option<Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
}

impl Notification {
    pub fn new(user: Id<User>, cause: &str, kind: NotificationKind, at: Time) -> Notification {
        Notification {
            id: Notification::key(user, cause),
            user_id: user,
            kind,
            at,
            channel_id: None,
            seq: None,
            message_id: None,
            group_id: None,
            by_id: None,
            by_name: None,
            listed: true,
            seen: false,
            quiet: false,
            about: None,
        }
    }

    /// Of a message that was just said.
    pub fn of_message(user: Id<User>, kind: NotificationKind, entry: &Entry) -> Notification {
        let cause = match kind {
            NotificationKind::Direct => format!("d-{}", entry.log),
            _ => format!("m-{}", entry.id),
        };
        Notification {
            channel_id: Some(entry.log.cast()),
            seq: Some(entry.seq),
            message_id: Some(entry.id),
            ..Notification::new(user, &cause, kind, entry.created_at).by(entry.user_id, &entry.username)
        }
    }

    /// Of being let in. Whoever comes a second time is told a second time.
    pub fn of_membership(membership: &Membership) -> Notification {
        let (place, at) = (membership.place, membership.joined_at);
        let cause = format!("a-{place}-{}", at.millis());
        let notification = Notification::new(membership.user_id, &cause, NotificationKind::Invite, at);
        match membership.place_kind {
            PlaceKind::Group => Notification { group_id: Some(place.cast()), ..notification },
            PlaceKind::Channel | PlaceKind::Direct => {
                Notification { channel_id: Some(place.cast()), ..notification }
            }
        }
    }

    /// Of a request that was decided.
    pub fn of_request(request: &GroupRequest) -> Notification {
        let status = serde_json::to_value(request.status).unwrap_or_default();
        let cause = format!("r-{}-{}", request.id, status.as_str().unwrap_or_default());
        let at = request.reviewed_at.unwrap_or(request.created_at);
        Notification {
            group_id: Some(request.group_id),
            about: Some(json!({ "requestId": request.id, "status": status })),
            ..Notification::new(request.user_id, &cause, NotificationKind::Request, at)
        }
    }

    pub fn by(self, id: Id<User>, name: &Username) -> Notification {
        Notification { by_id: Some(id), by_name: Some(name.clone()), ..self }
    }

    pub fn key(user: Id<User>, cause: &str) -> String {
        format!("{user}:{cause}")
    }

    fn cause(&self) -> &str {
        self.id.split_once(':').map_or(self.id.as_str(), |(_, cause)| cause)
    }

    pub fn view(&self) -> NotificationView {
        NotificationView {
            id: self.cause().to_owned(),
            kind: self.kind,
            at: self.at,
            read: self.seen,
            channel_id: self.channel_id,
            seq: self.seq,
            message_id: self.message_id,
            group_id: self.group_id,
            user_id: self.by_id,
            username: self.by_name.clone(),
            about: self.about.clone(),
            quiet: self.quiet,
        }
    }
}
