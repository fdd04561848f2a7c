//! How far one has read, and what one has not.

use serde::Deserialize;
use serde_json::json;

use super::groups::Paged;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{Channel, Entry, Id, Seq};
use crate::policy::Action;

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/channels/{id}/read", Action::ReadChannel, "a channel is read up to a seq", read),
        Route::post("/messages/mark-read", Action::ReadChannel, "messages are read", mark),
        Route::get(
            "/messages/unread-counts",
            Action::UseOwnAccount,
            "what one has not read, by channel",
            counts,
        ),
        Route::get("/messages/{id}/receipts", Action::SeeReceipts, "who has read a message", receipts),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UpTo {
    seq: Seq,
}

async fn read(app: App, call: Call) -> Result<Reply> {
    let UpTo { seq } = call.json()?;
    Ok(Reply::data(app.reads.mark(call.actor()?, call.id("id")?, seq).await?))
}

/// Either of two ways to say what is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Mark {
    channel_id: Option<Id<Channel>>,
    seq: Option<Seq>,
    message_ids: Option<Vec<Id<Entry>>>,
}

async fn mark(app: App, call: Call) -> Result<Reply> {
    let (actor, reads) = (call.actor()?, &app.reads);
    let marked = match call.json()? {
        Mark { channel_id: Some(channel), seq: Some(seq), message_ids: None } => {
            vec![reads.mark(actor, channel, seq).await?]
        }
        Mark { channel_id: None, seq: None, message_ids: Some(ids) } if ids.len() <= limits::BULK_MAX => {
            reads.mark_messages(actor, &ids).await?
        }
        Mark { message_ids: Some(_), .. } => {
            let reason = format!("stands alone and may name {} at most", limits::BULK_MAX);
            return Err(Error::invalid("messageIds", reason));
        }
        _ => return Err(Error::bad_request("name channelId and seq, or messageIds")),
    };
    Ok(Reply::data(json!({ "channels": marked })))
}

async fn counts(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.reads.counts(call.actor()?).await?))
}

async fn receipts(app: App, call: Call) -> Result<Reply> {
    let span = Paged::of(&call)?;
    Ok(Reply::list("receipts", app.reads.receipts(call.actor()?, call.id("id")?, &span).await?))
}
