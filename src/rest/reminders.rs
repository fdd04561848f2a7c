//! `/api/reminders`: what one wants to be reminded of.

use serde::Deserialize;

use super::messages::intent;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::service::Span;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/reminders", Action::UseOwnAccount, "what one wants to be reminded of", list),
        Route::post("/reminders", Action::UseOwnAccount, "be reminded of something", add),
        Route::delete("/reminders/{id}", Action::UseOwnAccount, "not be reminded", remove),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    done: bool,
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
}

async fn list(app: App, call: Call) -> Result<Reply> {
    let Wanted { done, page, limit, cursor } = call.query()?;
    let span = Span::new(page, limit, cursor.as_deref())?;
    Ok(Reply::list("reminders", app.reminders.list(call.actor()?, done, &span).await?))
}

/// `Idempotency-Key` makes one reminder of what is asked for twice.
async fn add(app: App, call: Call) -> Result<Reply> {
    let intent = intent(&call, None)?;
    Ok(Reply::created(app.reminders.add(call.actor()?, call.json()?, intent.as_ref()).await?))
}

async fn remove(app: App, call: Call) -> Result<Reply> {
    app.reminders.remove(call.actor()?, call.id("id")?).await?;
    Ok(Reply::message("you will not be reminded"))
}
