//! Finding messages over REST.

use serde::Deserialize;

use super::shown::Shown;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::model::{Channel, Id, User};
use crate::policy::Action;
use crate::service::Ask;
use crate::service::search::{Asked, Sort};
use crate::words::moment;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/messages/search", Action::ReadChannel, "messages with these words", search),
        Route::get("/client/search", Action::ReadChannel, "the same", search),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    q: String,
    channel_id: Option<Id<Channel>>,
    user_id: Option<Id<User>>,
    from: Option<String>,
    to: Option<String>,
    has: Option<String>,
    sort: Option<Sort>,
    limit: Option<u64>,
    cursor: Option<String>,
}

async fn search(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let wanted: Wanted = call.query()?;
    let asked = Asked {
        q: wanted.q,
        channel: wanted.channel_id,
        user: wanted.user_id,
        from: wanted.from.map(|from| moment("from", &from)).transpose()?,
        to: wanted.to.map(|to| moment("to", &to)).transpose()?,
        has: wanted.has.map(|has| has.parse()).transpose()?,
        sort: wanted.sort.unwrap_or_default(),
        limit: Ask::new(None, wanted.limit)?.limit as usize,
        cursor: wanted.cursor,
    };
    let mut page = app.search.find(call.actor()?, &asked).await?;
    shown.show(&app, page.items.iter_mut().map(|found| &mut found.message)).await?;
    Ok(Reply::list("messages", page))
}
