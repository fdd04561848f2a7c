//! `/api/users`: people, and what one says of oneself.

use http::header::CACHE_CONTROL;
use serde::Deserialize;

use super::groups::Paged;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::service::Span;
use crate::service::users::{ProfileEdit, UserEdit};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/users", Action::ListUsers, "active users by username", list),
        Route::get("/users/search", Action::ListUsers, "users whose username begins with q", search),
        Route::get("/users/me", Action::UseOwnAccount, "my account", me),
        Route::put("/users/me", Action::UseOwnAccount, "change my profile", update_me),
        Route::get("/users/{id}", Action::ListUsers, "one user", get),
        Route::get("/users/{id}/avatar", Action::ListUsers, "a user's picture", avatar),
        Route::get("/users/{id}/groups", Action::ListUsers, "a user's groups that I may know of", groups),
        Route::post("/users", Action::Administer, "make an account for somebody", create),
        Route::put(
            "/users/{id}",
            Action::UseOwnAccount,
            "change a profile; a super admin also role and status",
            update,
        ),
        Route::delete("/users/{id}", Action::UseOwnAccount, "deactivate an account", deactivate),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
    search: Option<String>,
}

async fn list(app: App, call: Call) -> Result<Reply> {
    let Listing { page, limit, cursor, search } = call.query()?;
    let span = Span::new(page, limit, cursor.as_deref())?;
    Ok(Reply::list("users", app.users.list(search.as_deref(), &span).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Searching {
    q: String,
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
}

async fn search(app: App, call: Call) -> Result<Reply> {
    let Searching { q, page, limit, cursor } = call.query()?;
    let span = Span::new(page, limit, cursor.as_deref())?;
    Ok(Reply::list("users", app.users.list(Some(&q), &span).await?))
}

async fn me(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.accounts.me(call.actor()?).await?).etag())
}

async fn get(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.users.get(call.actor()?, call.id("id")?).await?).etag())
}

/// Elsewhere, where the picture lies.
async fn avatar(app: App, call: Call) -> Result<Reply> {
    let link = app.users.avatar(call.id("id")?).await?;
    Ok(Reply::see(link.as_str()).header(CACHE_CONTROL, "private, max-age=60").etag())
}

async fn groups(app: App, call: Call) -> Result<Reply> {
    let span = Paged::of(&call)?;
    Ok(Reply::list("groups", app.users.groups(call.actor()?, call.id("id")?, &span).await?))
}

async fn create(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::created(app.users.create(call.actor()?, call.json()?).await?))
}

async fn update_me(app: App, call: Call) -> Result<Reply> {
    let (actor, edit) = (call.actor()?, call.json::<ProfileEdit>()?);
    Ok(Reply::data(app.users.update(actor, actor.id, edit.into(), call.address).await?))
}

async fn update(app: App, call: Call) -> Result<Reply> {
    let (id, edit) = (call.id("id")?, call.json::<UserEdit>()?);
    Ok(Reply::data(app.users.update(call.actor()?, id, edit, call.address).await?))
}

async fn deactivate(app: App, call: Call) -> Result<Reply> {
    app.users.deactivate(call.actor()?, call.id("id")?).await?;
    Ok(Reply::message("the account is deactivated"))
}
