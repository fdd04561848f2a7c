//! Polls over REST.

use serde::Deserialize;

use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::rest::{Call, Reply, Route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/messages/{id}/votes", Action::Vote, "vote in a poll, or take a vote back", vote),
        Route::post("/messages/{id}/poll/close", Action::CloseOwnPoll, "end an own poll", close),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vote {
    options: Vec<u8>,
}

async fn vote(app: App, call: Call) -> Result<Reply> {
    let Vote { options } = call.json()?;
    Ok(Reply::data(app.messages.vote(call.actor()?, call.id("id")?, options).await?))
}

async fn close(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.messages.close_poll(call.actor()?, call.id("id")?).await?))
}
