//! `/api/client/export`: all that one has here, as one archive.

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};

use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::policy::Action;
use crate::service::Page;

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/client/export", Action::UseOwnAccount, "put together all that is mine", begin),
        Route::get("/client/export", Action::UseOwnAccount, "how far that is", list),
        Route::get("/client/export/{id}", Action::UseOwnAccount, "the archive", fetch),
    ]
}

async fn begin(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.exports.begin(call.actor()?).await?).status(StatusCode::ACCEPTED))
}

async fn list(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::list("exports", Page::whole(app.exports.list(call.actor()?).await?)))
}

async fn fetch(app: App, call: Call) -> Result<Reply> {
    let (file, bytes) = app.exports.open(call.actor()?, call.param("id")?).await?;
    Ok(Reply::file("application/x-tar", file, bytes)
        .header(CONTENT_DISPOSITION, "attachment; filename=\"hubbub-export.tar\"")
        .header(CACHE_CONTROL, "private, no-store"))
}
