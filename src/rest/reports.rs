//! Saying that a message or somebody is amiss: `/api/reports`, `/api/messages/:id/report`.

use serde::Deserialize;

use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::{Error, Result};
use crate::model::{Description, Entry, Grievance, Id, Reported, User};
use crate::policy::Action;
use crate::service::reports::Complaint;

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/messages/{id}/report", Action::Report, "report a message", of_message),
        Route::post("/reports", Action::Report, "report a message or somebody", of_either),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct About {
    message_id: Option<Id<Entry>>,
    user_id: Option<Id<User>>,
    reason: Grievance,
    text: Option<Description>,
}

impl About {
    fn reported(&self) -> Result<Reported> {
        match (self.message_id, self.user_id) {
            (Some(message), None) => Ok(Reported::Message(message)),
            (None, Some(user)) => Ok(Reported::Person(user)),
            _ => Err(Error::bad_request("name one of messageId and userId")),
        }
    }
}

async fn of_message(app: App, call: Call) -> Result<Reply> {
    file(app, &call, Reported::Message(call.id("id")?), call.json()?).await
}

async fn of_either(app: App, call: Call) -> Result<Reply> {
    let about: About = call.json()?;
    let reported = about.reported()?;
    file(app, &call, reported, Complaint { reason: about.reason, text: about.text }).await
}

/// 201 for a report that is new, 200 for one that was there.
async fn file(app: App, call: &Call, of: Reported, complaint: Complaint) -> Result<Reply> {
    let filed = app.reports.file(call.actor()?, of, complaint).await?;
    Ok(if filed.fresh { Reply::created(filed.report) } else { Reply::data(filed.report) })
}
