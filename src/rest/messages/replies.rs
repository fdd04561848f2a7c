//! Replies to messages over REST.

use serde::Deserialize;
use serde_json::json;

use super::{Batch, delete, intent, sent};
use crate::app::App;
use crate::error::Result;
use crate::limits;
use crate::model::{ClientMsgId, Id, Link, Seq, Text, User};
use crate::policy::Action;
use crate::rest::shown::Shown;
use crate::rest::{Call, Reply, Route};
use crate::service::Ask;
use crate::service::messages::Send;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/messages/{id}/replies", Action::ReadChannel, "replies to a message", replies),
        Route::post("/messages/{id}/replies", Action::Post, "reply to a message", reply),
        Route::get("/messages/{id}/replies/count", Action::ReadChannel, "how many replies", count_replies),
        Route::post(
            "/messages/replies/batch",
            Action::ReadChannel,
            "replies to several messages",
            replies_of,
        ),
        Route::delete("/messages/replies/{id}", Action::DeleteOwnMessage, "take a reply back", delete),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    pub(super) after: Option<Seq>,
    pub(super) limit: Option<u64>,
}

async fn replies(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let wanted: After = call.query()?;
    let (after, limit) = (wanted.after.unwrap_or(0), Ask::new(None, wanted.limit)?.limit);
    let mut replies = app.messages.replies(call.actor()?, call.id("id")?, after, limit).await?;
    shown.show(&app, &mut replies).await?;
    Ok(Reply::data(json!({ "replies": replies })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReplyDraft {
    #[serde(default)]
    text: Option<Text>,
    #[serde(default)]
    client_msg_id: Option<ClientMsgId>,
    #[serde(default)]
    mentions: Vec<Id<User>>,
    #[serde(default)]
    attachments: Vec<Link>,
}

/// The older shape of a reply: its channel and its thread are those of the message.
async fn reply(app: App, call: Call) -> Result<Reply> {
    let draft: ReplyDraft = call.json()?;
    let message = app.messages.get(call.actor()?, call.id("id")?).await?;
    let client_msg_id = intent(&call, draft.client_msg_id)?;
    let (mentions, attachments) = (draft.mentions, draft.attachments);
    let send = Send {
        text: draft.text,
        client_msg_id,
        reply_to: Some(message.id),
        thread_id: Some(message.id),
        mentions,
        attachments,
        ..Send::to(message.channel_id.cast())
    };
    sent(&app, &call, send).await
}

async fn count_replies(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(json!({ "count": app.messages.count_replies(call.actor()?, call.id("id")?).await? })))
}

async fn replies_of(app: App, call: Call) -> Result<Reply> {
    let ids = call.json::<Batch>()?.ids()?;
    let actor = call.actor()?;
    let mut each = serde_json::Map::new();
    for message in app.messages.readable(actor, &ids).await? {
        let replies = app.messages.replies(actor, message.id, 0, limits::PAGE).await?;
        each.insert(message.id.to_string(), json!(replies));
    }
    Ok(Reply::data(json!({ "replies": each })))
}
