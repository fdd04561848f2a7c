//! Threads over REST.

use super::replies::After;
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::rest::{Call, Reply, Route};
use crate::service::Ask;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get(
        "/messages/threads/{rootId}",
        Action::ReadChannel,
        "a message and the replies in its thread",
        thread,
    )]
}

async fn thread(app: App, call: Call) -> Result<Reply> {
    let wanted: After = call.query()?;
    let (after, limit) = (wanted.after.unwrap_or(0), Ask::new(None, wanted.limit)?.limit);
    Ok(Reply::data(app.messages.thread(call.actor()?, call.id("rootId")?, after, limit).await?))
}
