//! Events about a channel and what is said in it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::events::{Asked, Outcome, read, written};
use super::stay::{self, Resume};
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
    let Asked { hub, connection, actor, payload, awaited } = asked;
    let join: Join = read(payload)?;
    let seat = hub.app.rights.in_channel(&actor, join.channel_id).await?;
    let log = join.channel_id.into();
    hub.app.presence.look_at(actor.id, Some(join.channel_id));
    if let Some(seq) = join.after {
        let place = match join.epoch {
            Some(epoch) => json!({ "epoch": epoch, "seq": seq }),
            None => json!(seq),
        };
        let resume: Resume = read(json!({ "channels": { join.channel_id.to_string(): place } }))?;
        let (mut resumed, releases) = stay::resume(&hub, &connection, resume).await?;
        let caught = resumed.channels.remove(&log).ok_or_else(|| Error::not_found("channel"))?;
        if matches!(caught, Caught::Gone { .. }) {
            return Err(Error::not_found("channel"));
        }
        let mut answer = written(caught)?;
        if let Value::Object(answer) = &mut answer {
            answer.insert("channel".into(), written(seat.channel.view())?);
        }
        return Ok(Outcome::Then(answer, releases));
    }
    stay::enter(&hub, &connection, &actor, log).await?;
    let history = hub.app.messages.history(&actor, join.channel_id, Part::Newest, limits::PAGE).await;
    let history = match stay::still_readable(&hub, &actor, log).await {
        Ok(()) => history,
        Err(gone) => Err(gone),
    };
    let history = history.inspect_err(|_| stay::exit(&hub, &connection, log))?;
    let releases = stay::released_at(log, history.head);
    if !awaited {
        let told = json!({ "channelId": join.channel_id, "messages": history.messages, "head": history.head, "epoch": history.epoch });
        if connection.socket.emit("previous_messages", &told).is_err() {
            hub.cut(connection.socket.id, "slow");
        }
    }
    let mut answer = written(&history)?;
    if let Value::Object(answer) = &mut answer {
        answer.insert("channel".into(), written(seat.channel.view())?);
    }
    Ok(Outcome::Then(answer, releases))
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
    Ok(Outcome::Now(json!({ "channelId": leave.channel_id })))
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
