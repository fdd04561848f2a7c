//! `/api/client`: what one has and did, in lists and numbers.

use serde::Deserialize;

use super::shown::Shown;
use super::{Call, Reply, Route, auth, channels, groups};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::service::{Ask, Page, Past};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/client/groups", Action::UseOwnAccount, "the groups I belong to", groups::mine),
        Route::get("/client/channels", Action::UseOwnAccount, "the channels I read", channels::mine),
        Route::get("/client/messages", Action::UseOwnAccount, "what I said", messages),
        Route::get("/client/recent-messages", Action::UseOwnAccount, "the last of each channel", recent),
        Route::get("/client/sessions", Action::UseOwnAccount, "where I am signed in", auth::sessions),
        Route::delete("/client/sessions/{id}", Action::UseOwnAccount, "end a session", auth::end_session),
        Route::get("/client/stats", Action::UseOwnAccount, "what I have here, in numbers", stats),
        Route::get("/client/activity", Action::UseOwnAccount, "what I did here", activity),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Back {
    limit: Option<u64>,
    cursor: Option<String>,
}

impl Back {
    fn of(call: &Call) -> Result<Past> {
        let Back { limit, cursor } = call.query()?;
        Past::new(limit, cursor.as_deref())
    }
}

async fn messages(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let mut page = app.messages.own(call.actor()?, &Back::of(&call)?).await?;
    shown.show(&app, &mut page.items).await?;
    Ok(Reply::list("messages", page))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recent {
    limit: Option<u64>,
}

async fn recent(app: App, mut call: Call) -> Result<Reply> {
    let shown = Shown::of(&mut call)?;
    let Recent { limit } = call.query()?;
    let limit = Ask::new(None, limit)?.limit;
    let mut messages = app.channels.recent(call.actor()?, limit).await?;
    shown.show(&app, &mut messages).await?;
    Ok(Reply::list("messages", Page::whole(messages)))
}

async fn stats(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.mine.stats(call.actor()?).await?))
}

async fn activity(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::list("activity", app.mine.activity(call.actor()?, &Back::of(&call)?).await?))
}
