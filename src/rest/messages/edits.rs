//! What messages said before they were edited, over REST.

use super::replies::After;
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::rest::{Call, Reply, Route};
use crate::service::Ask;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/messages/{id}/edits", Action::SeeEdits, "what a message said before", edits)]
}

async fn edits(app: App, call: Call) -> Result<Reply> {
    let wanted: After = call.query()?;
    let (after, limit) = (wanted.after.unwrap_or(0), Ask::new(None, wanted.limit)?.limit);
    Ok(Reply::data(app.messages.edits(call.actor()?, call.id("id")?, after, limit).await?))
}
