//! `/api/dms`: talk between a few people.

use serde_json::json;

use super::groups::Paged;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/dms", Action::StartDirect, "one's direct channels", list),
        Route::post("/dms", Action::StartDirect, "the direct channel of some people", start),
    ]
}

async fn list(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::list("channels", app.direct.list(call.actor()?, &Paged::of(&call)?).await?))
}

/// 201 for a channel that is new, 200 for one that was there.
async fn start(app: App, call: Call) -> Result<Reply> {
    let begun = app.direct.start(call.actor()?, call.json()?).await?;
    let body = json!({ "channel": begun.channel });
    Ok(if begun.fresh { Reply::created(body) } else { Reply::data(body) })
}
