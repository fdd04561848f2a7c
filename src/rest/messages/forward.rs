//! Passing messages on over REST.

use super::intent;
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::rest::{Call, Reply, Route};
use crate::service::messages::Forward;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::post("/messages/{id}/forward", Action::Post, "pass a message on", forward)]
}

async fn forward(app: App, call: Call) -> Result<Reply> {
    let mut forward: Forward = call.json()?;
    forward.client_msg_id = intent(&call, forward.client_msg_id)?;
    let sent = app.messages.forward(call.actor()?, call.id("id")?, forward).await?;
    Ok(if sent.duplicate { Reply::data(sent) } else { Reply::created(sent) })
}
