//! `/api/client/bookmarks`: messages that one wants to find again.

use super::groups::Paged;
use super::shown::Shown;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/client/bookmarks", Action::UseOwnAccount, "messages one wants to find again", list),
        Route::put("/client/bookmarks/{messageId}", Action::UseOwnAccount, "bookmark a message", set),
        Route::delete("/client/bookmarks/{messageId}", Action::UseOwnAccount, "take a bookmark away", remove),
    ]
}

async fn list(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let mut page = app.bookmarks.list(call.actor()?, &Paged::of(&call)?).await?;
    shown.show(&app, page.items.iter_mut().filter_map(|mark| mark.message.as_mut())).await?;
    Ok(Reply::list("bookmarks", page))
}

async fn set(app: App, call: Call) -> Result<Reply> {
    let bookmarks = &app.bookmarks;
    Ok(Reply::data(bookmarks.set(call.actor()?, call.id("messageId")?, call.json_or_default()?).await?))
}

async fn remove(app: App, call: Call) -> Result<Reply> {
    app.bookmarks.remove(call.actor()?, call.id("messageId")?).await?;
    Ok(Reply::message("the bookmark is taken away"))
}
