//! The events a client may send: one table, from which they are handled and documented.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::connection::Connection;
use super::hub::Hub;
use super::stay::Release;
use super::{people, reads, talk};
use crate::error::{Error, Result};
use crate::failpoint::{self, Point};
use crate::policy::{Action, Actor};

/// One event of a client, and who may send it.
#[derive(Debug)]
pub struct Spec {
    pub name: &'static str,
    /// What the policy table must grant in the channel named; none where it is about the sender only.
    pub action: Option<Action>,
    pub summary: &'static str,
    handle: fn(Asked) -> Handling,
}

type Handling = Pin<Box<dyn Future<Output = Result<Outcome>> + Send>>;

/// What a handler gets.
pub struct Asked {
    pub hub: Arc<Hub>,
    pub connection: Arc<Connection>,
    pub actor: Actor,
    pub payload: Value,
    /// The client waits for an acknowledgement.
    pub awaited: bool,
}

/// When and with what an event is answered.
pub enum Outcome {
    Now(Box<RawValue>),
    /// The event has its place in the order; its answer takes longer than the next event should wait.
    Later(Pin<Box<dyn Future<Output = Result<Box<RawValue>>> + Send>>),
    /// The answer shows logs up to somewhere; they are heard live from there on.
    Then(Box<RawValue>, Vec<Release>),
    /// The answer says how people are: looked at in the moment in which it is given, in order with
    /// what is told of them. Otherwise an answer could come after news that it does not know of yet,
    /// and would be wrong for good (D-41).
    Looked(Box<dyn FnOnce() -> Result<Box<RawValue>> + Send>),
}

const fn spec(
    name: &'static str,
    action: Option<Action>,
    summary: &'static str,
    handle: fn(Asked) -> Handling,
) -> Spec {
    Spec { name, action, summary, handle }
}

/// Every event that is understood.
pub static EVENTS: &[Spec] = &[
    spec("join_channel", Some(Action::ReadChannel), "come into a channel", |asked| {
        Box::pin(talk::join(asked))
    }),
    spec("leave_channel", None, "stop hearing a channel", |asked| Box::pin(talk::leave(asked))),
    spec("resume", Some(Action::ReadChannel), "catch up with logs", |asked| Box::pin(talk::resume(asked))),
    spec("send_message", Some(Action::Post), "say something", |asked| Box::pin(talk::send(asked))),
    spec("edit_message", Some(Action::EditOwnMessage), "change an own message", |asked| {
        Box::pin(talk::edit(asked))
    }),
    spec("delete_message", Some(Action::DeleteOwnMessage), "take a message back", |asked| {
        Box::pin(talk::delete(asked))
    }),
    spec("react_message", Some(Action::React), "react to a message", |asked| Box::pin(talk::react(asked))),
    spec("pin_message", Some(Action::Pin), "keep a message at hand", |asked| Box::pin(talk::pin(asked))),
    spec("follow_thread", Some(Action::ReadChannel), "hear of a thread, or no more", |asked| {
        Box::pin(talk::follow_thread(asked))
    }),
    spec("vote_poll", Some(Action::Vote), "vote in a poll", |asked| Box::pin(talk::vote(asked))),
    spec("mark_read", Some(Action::ReadChannel), "tell how far one has read", |asked| {
        Box::pin(reads::mark(asked))
    }),
    spec("typing", Some(Action::Post), "tell that one is typing", |asked| Box::pin(people::typing(asked))),
    spec("stop_typing", None, "tell that one stopped", |asked| Box::pin(people::stop_typing(asked))),
    spec("update_presence", None, "set one's status", |asked| Box::pin(people::update_presence(asked))),
    spec("subscribe_presence", None, "see how people are", |asked| {
        Box::pin(people::subscribe_presence(asked))
    }),
    spec("get_online_users", None, "who is online among one's groups", |asked| {
        Box::pin(people::online(asked))
    }),
    spec("get_channel_users", Some(Action::ReadChannel), "who sits in a channel", |asked| {
        Box::pin(people::in_channel(asked))
    }),
    spec("refresh_auth", None, "hand in a new access token", |asked| Box::pin(people::refresh_auth(asked))),
];

/// Whether the event may have changed something when its answer is lost.
pub fn writes(name: &str) -> bool {
    matches!(
        name,
        "send_message"
            | "edit_message"
            | "delete_message"
            | "react_message"
            | "pin_message"
            | "follow_thread"
            | "vote_poll"
            | "mark_read"
            | "update_presence"
    )
}

/// The event's name as a metric label: one of the table, or `unknown`.
pub fn label(name: &str) -> &'static str {
    EVENTS.iter().find(|spec| spec.name == name).map_or("unknown", |spec| spec.name)
}

pub async fn handle(
    hub: &Arc<Hub>,
    connection: &Arc<Connection>,
    name: &str,
    payload: Result<Value>,
    awaited: bool,
) -> Result<Outcome> {
    let spec = EVENTS.iter().find(|spec| spec.name == name);
    let spec = spec.ok_or_else(|| Error::bad_request("no such event"))?;
    let payload = payload?;
    failpoint::reach(Point::InEvent);
    // A token that ran out keeps the socket for a while, to hand in the next one (D-36).
    let actor = match name {
        "refresh_auth" => connection.admission().actor,
        _ => {
            connection.admission().check(hub.app.clock.now())?;
            hub.actor(connection).await?
        }
    };
    (spec.handle)(Asked { hub: hub.clone(), connection: connection.clone(), actor, payload, awaited }).await
}

/// The payload as its type; VALIDATION_FAILED with the reason otherwise.
pub fn read<T: DeserializeOwned>(payload: Value) -> Result<T> {
    let payload = if payload.is_null() { Value::Object(Default::default()) } else { payload };
    // A list would be read as the fields in their order, which nobody has promised.
    if payload.is_array() {
        return Err(Error::invalid("payload", "must be an object"));
    }
    serde_path_to_error::deserialize(payload)
        .map_err(|error| Error::unreadable(&error.path().to_string(), &error.inner().to_string()))
}

/// JSON as it goes out; what answers hold is written once.
pub fn written(value: impl serde::Serialize) -> Result<Box<RawValue>> {
    to_raw_value(&value).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_is_in_the_table_twice() {
        for spec in EVENTS {
            assert_eq!(EVENTS.iter().filter(|other| other.name == spec.name).count(), 1, "{}", spec.name);
        }
    }
}
