//! Reactions to messages over REST.

use serde::Deserialize;
use serde_json::json;

use super::Batch;
use crate::app::App;
use crate::error::Result;
use crate::model::Reaction;
use crate::policy::Action;
use crate::rest::{Call, Reply, Route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/messages/{id}/reactions", Action::ReadChannel, "reactions to a message", reactions),
        Route::post("/messages/{id}/reactions", Action::React, "react to a message", react),
        Route::delete("/messages/{id}/reactions", Action::React, "take a reaction back", unreact),
        Route::get("/messages/{id}/reactions/check", Action::ReadChannel, "whether one reacted so", check),
        Route::post(
            "/messages/reactions/batch",
            Action::ReadChannel,
            "reactions to several messages",
            reactions_of,
        ),
    ]
}

async fn reactions(app: App, call: Call) -> Result<Reply> {
    let message = app.messages.get(call.actor()?, call.id("id")?).await?;
    Ok(Reply::data(json!({ "reactions": message.reactions })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct React {
    #[serde(alias = "emoji")]
    reaction: Reaction,
}

async fn react(app: App, call: Call) -> Result<Reply> {
    let React { reaction } = call.json()?;
    Ok(Reply::data(app.messages.react(call.actor()?, call.id("id")?, reaction, false).await?))
}

/// The reaction stands in the body or, for clients that send none with DELETE, in the query.
async fn unreact(app: App, call: Call) -> Result<Reply> {
    let React { reaction } = if call.has_body() { call.json()? } else { call.query()? };
    Ok(Reply::data(app.messages.react(call.actor()?, call.id("id")?, reaction, true).await?))
}

async fn check(app: App, call: Call) -> Result<Reply> {
    let React { reaction } = call.query()?;
    let actor = call.actor()?;
    let message = app.messages.get(actor, call.id("id")?).await?;
    let mine =
        message.reactions.iter().any(|one| one.reaction == reaction && one.user_ids.contains(&actor.id));
    Ok(Reply::data(json!({ "reacted": mine })))
}

/// Messages that the caller may not read are left out.
async fn reactions_of(app: App, call: Call) -> Result<Reply> {
    let ids = call.json::<Batch>()?.ids()?;
    let messages = app.messages.readable(call.actor()?, &ids).await?;
    let each = messages.iter().map(|message| (message.id.to_string(), json!(message.reactions)));
    Ok(Reply::data(json!({ "reactions": each.collect::<serde_json::Map<_, _>>() })))
}
