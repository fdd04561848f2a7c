//! `/api/client/account`: leaving for good.

use super::{Call, Reply, Route, auth};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;

pub fn routes() -> Vec<Route> {
    vec![Route::delete("/client/account", Action::UseOwnAccount, "delete my account", delete)]
}

async fn delete(app: App, call: Call) -> Result<Reply> {
    let parting = app.erasure.ask(call.actor()?, &call.json()?, call.address).await?;
    let reply = Reply::data(parting).with_message("signed out; sign in with restore to keep the account");
    Ok(auth::farewell(&app, reply))
}
