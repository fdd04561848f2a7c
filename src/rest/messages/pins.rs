//! Pinned messages over REST.

use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::rest::groups::Paged;
use crate::rest::shown::Shown;
use crate::rest::{Call, Reply, Route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/channels/{id}/pins", Action::ReadChannel, "what is pinned in a channel", pins),
        Route::post("/messages/{id}/pin", Action::Pin, "keep a message at hand", pin),
        Route::delete("/messages/{id}/pin", Action::Pin, "unpin a message", unpin),
    ]
}

async fn pins(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let span = Paged::of(&call)?;
    let mut page = app.messages.pins(call.actor()?, call.id("id")?, &span).await?;
    shown.show(&app, &mut page.items).await?;
    Ok(Reply::list("pins", page))
}

async fn pin(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.messages.pin(call.actor()?, call.id("id")?, false).await?))
}

async fn unpin(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.messages.pin(call.actor()?, call.id("id")?, true).await?))
}
