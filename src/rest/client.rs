//! `/api/client/…`: what one is, how one is, and how one wants to be treated; how others are.

use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::service::users::ProfileEdit;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/client/profile", Action::UseOwnAccount, "my profile", profile),
        Route::put("/client/profile", Action::UseOwnAccount, "change my profile", edit_profile),
        Route::get("/client/settings", Action::UseOwnAccount, "how I want to be treated", settings),
        Route::put("/client/settings", Action::UseOwnAccount, "choose how I am treated", edit_settings),
        Route::get("/client/status", Action::UseOwnAccount, "how I say I am", status),
        Route::put("/client/status", Action::UseOwnAccount, "say how I am", edit_status),
        Route::get("/users/{id}/status", Action::ListUsers, "how somebody is", status_of),
    ]
}

async fn profile(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.accounts.me(call.actor()?).await?).etag())
}

async fn edit_profile(app: App, call: Call) -> Result<Reply> {
    let (actor, edit) = (call.actor()?, call.json::<ProfileEdit>()?);
    Ok(Reply::data(app.users.update(actor, actor.id, edit.into(), call.address).await?))
}

async fn settings(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.settings.get(call.actor()?).await?).etag())
}

async fn edit_settings(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.settings.edit(call.actor()?, call.json()?).await?))
}

async fn status(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.statuses.kept(call.actor()?.id).await?))
}

async fn edit_status(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.statuses.choose(call.actor()?, None, call.json()?).await?))
}

async fn status_of(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.statuses.of(call.actor()?, call.id("id")?).await?))
}
