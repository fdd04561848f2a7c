//! `/api/groups/{id}/emoji`: emoji of a group's own.

use super::groups::Paged;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/groups/{id}/emoji", Action::SeeMembers, "a group's own emoji", list),
        Route::post("/groups/{id}/emoji", Action::ManageEmoji, "a new emoji", add),
        Route::delete("/groups/{id}/emoji/{name}", Action::ManageEmoji, "take an emoji away", remove),
    ]
}

async fn list(app: App, call: Call) -> Result<Reply> {
    let span = Paged::of(&call)?;
    Ok(Reply::list("emoji", app.emojis.list(call.actor()?, call.id("id")?, &span).await?).etag())
}

async fn add(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::created(app.emojis.add(call.actor()?, call.id("id")?, call.json()?).await?))
}

async fn remove(app: App, call: Call) -> Result<Reply> {
    let name = call.param("name")?.parse()?;
    app.emojis.remove(call.actor()?, call.id("id")?, &name).await?;
    Ok(Reply::message("the emoji is taken away"))
}
