//! What one is told of, and what one wants to be told of a channel.

use serde::Deserialize;
use serde_json::json;

use super::shown::Shown;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::model::NotificationKind;
use crate::policy::Action;
use crate::service::Span;
use crate::store::NotificationsWanted;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/client/notifications", Action::UseOwnAccount, "my notifications", list),
        Route::get("/client/notifications/unread-count", Action::UseOwnAccount, "how many are unread", count),
        Route::put("/client/notifications/{id}/read", Action::UseOwnAccount, "one is read", read),
        Route::put("/client/notifications/read-all", Action::UseOwnAccount, "all are read", read_all),
        Route::delete("/client/notifications/{id}", Action::UseOwnAccount, "put one away", delete),
        Route::get(
            "/client/settings/channels/{channelId}",
            Action::ReadChannel,
            "what I am told of it",
            chosen,
        ),
        Route::put(
            "/client/settings/channels/{channelId}",
            Action::ReadChannel,
            "choose what I am told of it",
            choose,
        ),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    unread: bool,
    kind: Option<NotificationKind>,
    limit: Option<u64>,
    cursor: Option<String>,
}

async fn list(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let Wanted { unread, kind, limit, cursor } = call.query()?;
    let span = Span::new(None, limit, cursor.as_deref())?;
    let wanted = NotificationsWanted { unread, kind };
    let mut page = app.notifications.list(call.actor()?, wanted, &span).await?;
    shown.show(&app, page.items.iter_mut().filter_map(|listed| listed.message.as_mut())).await?;
    Ok(Reply::list("notifications", page))
}

async fn count(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(json!({ "count": app.notifications.count_unread(call.actor()?).await? })))
}

async fn read(app: App, call: Call) -> Result<Reply> {
    app.notifications.read(call.actor()?, call.param("id")?).await?;
    Ok(Reply::message("the notification is read"))
}

async fn read_all(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(json!({ "count": app.notifications.read_all(call.actor()?).await? })))
}

async fn delete(app: App, call: Call) -> Result<Reply> {
    app.notifications.delete(call.actor()?, call.param("id")?).await?;
    Ok(Reply::message("the notification is put away"))
}

async fn chosen(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.notifications.chosen(call.actor()?, call.id("channelId")?).await?))
}

async fn choose(app: App, call: Call) -> Result<Reply> {
    let (channel, choice) = (call.id("channelId")?, call.json()?);
    Ok(Reply::data(app.notifications.choose(call.actor()?, channel, choice).await?))
}
