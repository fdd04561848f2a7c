//! Whom one blocks: `/api/users/:id/block` and `/api/client/blocks`.

use super::groups::Paged;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/users/{id}/block", Action::UseOwnAccount, "have nothing to do with somebody", block),
        Route::delete("/users/{id}/block", Action::UseOwnAccount, "block somebody no longer", unblock),
        Route::get("/client/blocks", Action::UseOwnAccount, "whom one blocks", list),
    ]
}

async fn block(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.blocks.block(call.actor()?, call.id("id")?).await?))
}

async fn unblock(app: App, call: Call) -> Result<Reply> {
    app.blocks.unblock(call.actor()?, call.id("id")?).await?;
    Ok(Reply::message("they are blocked no longer"))
}

async fn list(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::list("blocks", app.blocks.list(call.actor()?, &Paged::of(&call)?).await?))
}
