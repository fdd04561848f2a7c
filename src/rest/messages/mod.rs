//! Messages over REST: the same service, the same events and the same errors as over the socket.

mod edits;
mod forward;
mod pins;
mod polls;
mod reactions;
mod replies;
mod threads;

use serde::Deserialize;
use serde_json::json;

use super::shown::Shown;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Channel, ClientMsgId, Entry, Epoch, Id, Seq, Text, User};
use crate::policy::Action;
use crate::service::Ask;
use crate::service::messages::{Part, Send};

pub fn routes() -> Vec<Route> {
    [
        own(),
        reactions::routes(),
        replies::routes(),
        pins::routes(),
        edits::routes(),
        threads::routes(),
        forward::routes(),
        polls::routes(),
    ]
    .concat()
}

fn own() -> Vec<Route> {
    vec![
        Route::post("/messages", Action::Post, "say something in a channel", post),
        Route::get("/messages/channel/{channelId}", Action::ReadChannel, "a channel's history", history),
        Route::get(
            "/messages/user/{userId}",
            Action::ReadChannel,
            "what somebody said where you read",
            by_author,
        ),
        Route::get("/messages/{id}", Action::ReadChannel, "one message", get),
        Route::put("/messages/{id}", Action::EditOwnMessage, "change an own message", edit),
        Route::delete("/messages/{id}", Action::DeleteOwnMessage, "take a message back", delete),
        Route::get("/channels/{id}/changes", Action::ReadChannel, "what happened after a seq", changes),
    ]
}

async fn post(app: App, call: Call) -> Result<Reply> {
    let mut send: Send = call.json()?;
    send.client_msg_id = intent(&call, send.client_msg_id)?;
    sent(&app, &call, send).await
}

/// 201 for a message that is new, 200 for one that was there.
async fn sent(app: &App, call: &Call, send: Send) -> Result<Reply> {
    let sent = app.messages.post(call.actor()?, send).await?;
    Ok(if sent.duplicate { Reply::data(sent) } else { Reply::created(sent) })
}

/// `Idempotency-Key` is the `clientMsgId` (contract D-01).
pub(super) fn intent(call: &Call, in_body: Option<ClientMsgId>) -> Result<Option<ClientMsgId>> {
    let Some(key) = call.header("idempotency-key") else { return Ok(in_body) };
    let key: ClientMsgId = key.parse()?;
    match in_body {
        Some(other) if other != key => Err(Error::invalid("clientMsgId", "differs from Idempotency-Key")),
        _ => Ok(Some(key)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    before: Option<Seq>,
    after: Option<Seq>,
    around: Option<Seq>,
    offset: Option<u64>,
    limit: Option<u64>,
}

impl Wanted {
    fn part(&self) -> Result<Part> {
        match (self.before, self.after, self.around, self.offset) {
            (None, None, None, None) => Ok(Part::Newest),
            (Some(seq), None, None, None) => Ok(Part::Before(seq)),
            (None, Some(seq), None, None) => Ok(Part::After(seq)),
            (None, None, Some(seq), None) => Ok(Part::Around(seq)),
            (None, None, None, Some(skip)) => Ok(Part::Offset(offset(skip)?)),
            _ => Err(Error::bad_request("name one of before, after, around and offset")),
        }
    }
}

fn offset(skip: u64) -> Result<u64> {
    match skip <= limits::OFFSET_MAX {
        true => Ok(skip),
        false => {
            Err(Error::invalid("offset", format!("may be {} at most; page with before", limits::OFFSET_MAX)))
        }
    }
}

async fn history(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let wanted: Wanted = call.query()?;
    let channel: Id<Channel> = call.id("channelId")?;
    let limit = Ask::new(None, wanted.limit)?.limit;
    let mut history = app.messages.history(call.actor()?, channel, wanted.part()?, limit).await?;
    shown.show(&app, &mut history.messages).await?;
    Ok(Reply::data(history).etag())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Slice {
    limit: Option<u64>,
    offset: Option<u64>,
}

async fn by_author(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let wanted: Slice = call.query()?;
    let author: Id<User> = call.id("userId")?;
    let (skip, limit) = (offset(wanted.offset.unwrap_or(0))?, Ask::new(None, wanted.limit)?.limit);
    let mut messages = app.messages.by_author(call.actor()?, author, skip, limit).await?;
    shown.show(&app, &mut messages).await?;
    Ok(Reply::data(json!({ "messages": messages })))
}

async fn get(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let mut message = app.messages.get(call.actor()?, call.id("id")?).await?;
    shown.show(&app, [&mut message]).await?;
    Ok(Reply::data(json!({ "message": message })).etag())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Edit {
    text: Text,
    #[serde(default)]
    base_revision: Option<u32>,
}

async fn edit(app: App, call: Call) -> Result<Reply> {
    let edit: Edit = call.json()?;
    let changed = app.messages.edit(call.actor()?, call.id("id")?, edit.text, edit.base_revision).await?;
    Ok(Reply::data(changed))
}

async fn delete(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.messages.delete(call.actor()?, call.id("id")?).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    after: Seq,
    epoch: Option<Epoch>,
}

/// Resume over REST (contract D-26): `changes` in order up to `upto`; `more` says to ask on.
async fn changes(app: App, call: Call) -> Result<Reply> {
    let position: Position = call.query()?;
    let changes =
        app.messages.changes(call.actor()?, call.id("id")?, position.epoch.as_ref(), position.after).await?;
    Ok(Reply::data(changes))
}

/// The messages that a batch is about.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Batch {
    message_ids: Vec<Id<Entry>>,
}

impl Batch {
    fn ids(self) -> Result<Vec<Id<Entry>>> {
        match self.message_ids.len() <= limits::BULK_MAX {
            true => Ok(self.message_ids),
            false => Err(Error::invalid("messageIds", format!("may name {} at most", limits::BULK_MAX))),
        }
    }
}
