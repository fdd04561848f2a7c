//! `/api/scheduled-messages`: what one wants to say later.

use super::groups::Paged;
use super::messages::intent;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/scheduled-messages", Action::UseOwnAccount, "what one wants to say later", list),
        Route::post("/scheduled-messages", Action::UseOwnAccount, "plan a message", plan),
        Route::put("/scheduled-messages/{id}", Action::UseOwnAccount, "plan it anew", replan),
        Route::delete("/scheduled-messages/{id}", Action::UseOwnAccount, "do not send it", cancel),
    ]
}

async fn list(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::list("scheduledMessages", app.schedule.list(call.actor()?, &Paged::of(&call)?).await?))
}

/// `Idempotency-Key` makes one message of what is planned twice.
async fn plan(app: App, call: Call) -> Result<Reply> {
    let intent = intent(&call, None)?;
    Ok(Reply::created(app.schedule.plan(call.actor()?, call.json()?, intent.as_ref()).await?))
}

async fn replan(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.schedule.replan(call.actor()?, call.id("id")?, call.json()?).await?))
}

async fn cancel(app: App, call: Call) -> Result<Reply> {
    app.schedule.cancel(call.actor()?, call.id("id")?).await?;
    Ok(Reply::message("the message will not be sent"))
}
