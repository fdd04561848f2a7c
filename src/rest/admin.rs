//! `/api/admin`: numbers and accounts, for super admins.

use serde::Deserialize;

use super::groups::Paged;
use super::outcome::outcomes;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::model::{Life, Role, Status};
use crate::policy::Action::Administer;
use crate::service::Span;
use crate::service::users::UserEdit;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/admin/dashboard", Administer, "the installation at a glance", dashboard),
        Route::get("/admin/stats", Administer, "every number of this page's relatives", dashboard),
        Route::get("/admin/users/stats", Administer, "how many users", user_numbers),
        Route::get("/admin/groups/stats", Administer, "how many groups", group_numbers),
        Route::get("/admin/channels/stats", Administer, "how many channels", channel_numbers),
        Route::get("/admin/users", Administer, "every account", users),
        Route::post("/admin/users", Administer, "make an account", create),
        Route::post("/admin/users/bulk-delete", Administer, "deactivate many accounts", bulk_delete),
        Route::post(
            "/admin/users/bulk-update",
            Administer,
            "change role or status of many accounts",
            bulk_update,
        ),
        Route::get("/admin/users/{id}", Administer, "one account", user),
        Route::put("/admin/users/{id}", Administer, "change an account", update),
        Route::delete("/admin/users/{id}", Administer, "deactivate an account", deactivate),
        Route::get(
            "/admin/users/{id}/activity",
            Administer,
            "what somebody has been doing, in numbers",
            activity,
        ),
        Route::get("/admin/users/{id}/groups", Administer, "the groups somebody belongs to", user_groups),
        Route::get("/admin/groups", Administer, "every group", groups),
        Route::get("/admin/channels", Administer, "every channel", channels),
    ]
}

async fn dashboard(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.admin.dashboard(call.actor()?).await?))
}

async fn user_numbers(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.admin.user_numbers(call.actor()?).await?))
}

async fn group_numbers(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.admin.group_numbers(call.actor()?).await?))
}

async fn channel_numbers(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.admin.channel_numbers(call.actor()?).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
    search: Option<String>,
    role: Option<Role>,
    status: Option<Status>,
}

async fn users(app: App, call: Call) -> Result<Reply> {
    let Accounts { page, limit, cursor, search, role, status } = call.query()?;
    let span = Span::new(page, limit, cursor.as_deref())?;
    Ok(Reply::list("users", app.admin.users(call.actor()?, search.as_deref(), role, status, &span).await?))
}

async fn user(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.users.get(call.actor()?, call.id("id")?).await?))
}

async fn create(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::created(app.users.create(call.actor()?, call.json()?).await?))
}

async fn update(app: App, call: Call) -> Result<Reply> {
    let (id, edit) = (call.id("id")?, call.json::<UserEdit>()?);
    Ok(Reply::data(app.users.update(call.actor()?, id, edit, call.address).await?))
}

async fn deactivate(app: App, call: Call) -> Result<Reply> {
    app.users.deactivate(call.actor()?, call.id("id")?).await?;
    Ok(Reply::message("the account is deactivated"))
}

async fn bulk_delete(app: App, call: Call) -> Result<Reply> {
    Ok(outcomes("user", &app.admin.bulk_delete(call.actor()?, call.json()?).await?))
}

async fn bulk_update(app: App, call: Call) -> Result<Reply> {
    Ok(outcomes("user", &app.admin.bulk_update(call.actor()?, call.json()?).await?))
}

async fn activity(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.admin.activity(call.actor()?, call.id("id")?).await?))
}

async fn user_groups(app: App, call: Call) -> Result<Reply> {
    let span = Paged::of(&call)?;
    Ok(Reply::list("groups", app.users.groups(call.actor()?, call.id("id")?, &span).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Places {
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
    status: Option<Life>,
}

impl Places {
    fn of(call: &Call) -> Result<(Life, Span)> {
        let Places { page, limit, cursor, status } = call.query()?;
        Ok((status.unwrap_or(Life::Active), Span::new(page, limit, cursor.as_deref())?))
    }
}

async fn groups(app: App, call: Call) -> Result<Reply> {
    let (status, span) = Places::of(&call)?;
    Ok(Reply::list("groups", app.admin.groups(call.actor()?, status, &span).await?))
}

async fn channels(app: App, call: Call) -> Result<Reply> {
    let (status, span) = Places::of(&call)?;
    Ok(Reply::list("channels", app.admin.channels(call.actor()?, status, &span).await?))
}
