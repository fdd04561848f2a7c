//! `/api/drafts`: what one began to write, in each channel and thread.

use serde::Deserialize;

use super::groups::Paged;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::model::{Entry, Id};
use crate::policy::Action;
use crate::service::drafts::Spot;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/drafts", Action::UseOwnAccount, "one's drafts", list),
        Route::get("/drafts/{channelId}", Action::UseOwnAccount, "one's draft in a channel", get),
        Route::put("/drafts/{channelId}", Action::UseOwnAccount, "keep a draft", write),
        Route::delete("/drafts/{channelId}", Action::UseOwnAccount, "throw a draft away", discard),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Within {
    thread_id: Option<Id<Entry>>,
}

fn spot(call: &Call) -> Result<Spot> {
    let Within { thread_id } = call.query()?;
    Ok(Spot { channel: call.id("channelId")?, thread: thread_id })
}

async fn list(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::list("drafts", app.drafts.list(call.actor()?, &Paged::of(&call)?).await?))
}

async fn get(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.drafts.get(call.actor()?, spot(&call)?).await?))
}

async fn write(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.drafts.write(call.actor()?, spot(&call)?, call.json()?).await?))
}

async fn discard(app: App, call: Call) -> Result<Reply> {
    app.drafts.discard(call.actor()?, spot(&call)?).await?;
    Ok(Reply::message("the draft is thrown away"))
}
