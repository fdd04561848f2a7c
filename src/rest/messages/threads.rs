//! Threads over REST.

use super::replies::After;
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::rest::shown::Shown;
use crate::rest::{Call, Reply, Route};
use crate::service::Ask;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/messages/threads/{rootId}",
            Action::ReadChannel,
            "a message and the replies in its thread",
            thread,
        ),
        Route::post("/messages/threads/{rootId}/follow", Action::ReadChannel, "hear of a thread", follow),
        Route::delete(
            "/messages/threads/{rootId}/follow",
            Action::ReadChannel,
            "hear of a thread no more",
            unfollow,
        ),
    ]
}

async fn thread(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let wanted: After = call.query()?;
    let (after, limit) = (wanted.after.unwrap_or(0), Ask::new(None, wanted.limit)?.limit);
    let mut thread = app.messages.thread(call.actor()?, call.id("rootId")?, after, limit).await?;
    shown.show(&app, thread.messages.iter_mut().chain([&mut thread.root])).await?;
    Ok(Reply::data(thread))
}

async fn follow(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.messages.follow(call.actor()?, call.id("rootId")?, true).await?))
}

async fn unfollow(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.messages.follow(call.actor()?, call.id("rootId")?, false).await?))
}
