//! Events about a channel and what is said in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};

use super::events::{Asked, Outcome, read, written};
use super::outlet::Spoken;
use super::stay::{self, Place, Release, Resume};
use crate::error::{Error, Result};
use crate::limits;
use crate::log::Caught;
use crate::model::{Channel, Entry, Epoch, Id, Reaction, Seq, Text};
use crate::service::messages::{Part, Send};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Join {
    channel_id: Id<Channel>,
    /// Sent by older clients and not needed.
    #[serde(default)]
    #[expect(dead_code, reason = "accepted so that older clients are not refused")]
    channel_name: Option<String>,
    /// With it the answer holds the changes after this seq, without it the newest messages.
    #[serde(default)]
    after: Option<Seq>,
    #[serde(default)]
    epoch: Option<Epoch>,
}

pub async fn join(asked: Asked) -> Result<Outcome> {
    let join: Join = read(asked.payload.clone())?;
    let seat = asked.hub.app.rights.in_channel(&asked.actor, join.channel_id).await?;
    let (shown, releases) = match join.after {
        Some(after) => changes(&asked, &join, after).await?,
        None => newest(&asked, join.channel_id).await?,
    };
    asked.hub.app.presence.look_at(asked.actor.id, Some(join.channel_id));
    let mut answer = shown;
    answer.insert("channel".into(), json!(seat.channel.view()));
    Ok(Outcome::Then(written(answer)?, releases))
}

type Shown = (Map<String, Value>, Vec<Release>);

/// What happened after a seq that the client knows.
async fn changes(asked: &Asked, join: &Join, after: Seq) -> Result<Shown> {
    let place = match &join.epoch {
        Some(epoch) => Place::Exact { epoch: epoch.clone(), seq: after },
        None => Place::Seq(after),
    };
    let log = join.channel_id.into();
    let resume = Resume { channels: BTreeMap::from([(log, place)]) };
    let (mut resumed, releases) = stay::resume(&asked.hub, &asked.connection, resume).await?;
    match resumed.channels.remove(&log) {
        None | Some(Caught::Gone { .. }) => Err(Error::not_found("channel")),
        Some(caught) => Ok((object(caught)?, releases)),
    }
}

/// The newest messages, for a client that knows nothing of the channel.
async fn newest(asked: &Asked, channel: Id<Channel>) -> Result<Shown> {
    let Asked { hub, connection, actor, .. } = asked;
    let seat = stay::enter(hub, connection, actor, channel.into()).await?;
    let history = hub.app.messages.history(actor, channel, Part::Newest, limits::PAGE).await?;
    stay::still_readable(hub, actor, channel.into()).await?;
    let head = history.head;
    let shown = object(history)?;
    if !asked.awaited {
        let mut told = shown.clone();
        told.insert("channelId".into(), json!(channel));
        let told = to_raw_value(&told).map_err(Error::internal)?;
        connection.outlet.tell(&Spoken::new("previous_messages", &told));
    }
    Ok((shown, vec![seat.shown(head)]))
}

fn object(shown: impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(shown).map_err(Error::internal)? {
        Value::Object(object) => Ok(object),
        _ => Err(Error::internal("what is shown is no object")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Leave {
    channel_id: Id<Channel>,
}

pub async fn leave(asked: Asked) -> Result<Outcome> {
    let leave: Leave = read(asked.payload)?;
    stay::exit(&asked.hub, &asked.connection, leave.channel_id.into());
    asked.hub.app.presence.look_at(asked.actor.id, None);
    Ok(Outcome::Now(written(json!({ "channelId": leave.channel_id }))?))
}

pub async fn resume(asked: Asked) -> Result<Outcome> {
    let resume: Resume = read(asked.payload)?;
    let (resumed, releases) = stay::resume(&asked.hub, &asked.connection, resume).await?;
    Ok(Outcome::Then(written(resumed)?, releases))
}

/// The message has its place in the channel when this returns; the answer follows when it is durable.
pub async fn send(asked: Asked) -> Result<Outcome> {
    let send: Send = read(asked.payload)?;
    let posting = asked.hub.app.messages.submit(&asked.actor, send).await?;
    Ok(Outcome::Later(Box::pin(async move { written(posting.sent().await?) })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Edit {
    message_id: Id<Entry>,
    text: Text,
    #[serde(default)]
    base_revision: Option<u32>,
}

pub async fn edit(asked: Asked) -> Result<Outcome> {
    let edit: Edit = read(asked.payload)?;
    let changed =
        asked.hub.app.messages.edit(&asked.actor, edit.message_id, edit.text, edit.base_revision).await?;
    Ok(Outcome::Now(written(changed)?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Delete {
    message_id: Id<Entry>,
}

pub async fn delete(asked: Asked) -> Result<Outcome> {
    let delete: Delete = read(asked.payload)?;
    Ok(Outcome::Now(written(asked.hub.app.messages.delete(&asked.actor, delete.message_id).await?)?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct React {
    message_id: Id<Entry>,
    reaction: Reaction,
    #[serde(default)]
    remove: bool,
}

pub async fn react(asked: Asked) -> Result<Outcome> {
    let react: React = read(asked.payload)?;
    let messages = &asked.hub.app.messages;
    let changed = messages.react(&asked.actor, react.message_id, react.reaction, react.remove).await?;
    Ok(Outcome::Now(written(changed)?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pin {
    message_id: Id<Entry>,
    #[serde(default)]
    remove: bool,
}

pub async fn pin(asked: Asked) -> Result<Outcome> {
    let pin: Pin = read(asked.payload)?;
    let pinned = asked.hub.app.messages.pin(&asked.actor, pin.message_id, pin.remove).await?;
    Ok(Outcome::Now(written(pinned)?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FollowThread {
    root_id: Id<Entry>,
    #[serde(default)]
    remove: bool,
}

pub async fn follow_thread(asked: Asked) -> Result<Outcome> {
    let follow: FollowThread = read(asked.payload)?;
    let chosen = asked.hub.app.messages.follow(&asked.actor, follow.root_id, !follow.remove).await?;
    Ok(Outcome::Now(written(chosen)?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Vote {
    message_id: Id<Entry>,
    options: Vec<u8>,
}

pub async fn vote(asked: Asked) -> Result<Outcome> {
    let vote: Vote = read(asked.payload)?;
    let voted = asked.hub.app.messages.vote(&asked.actor, vote.message_id, vote.options).await?;
    Ok(Outcome::Now(written(voted)?))
}
