//! `/api/group-requests`: asking to join a group, and deciding about it.

use serde::Deserialize;

use super::outcome::outcomes;
use super::{Call, Reply, Route};
use crate::app::App;
use crate::error::Result;
use crate::model::{Group, GroupRequest, Id, Reason, RequestStatus, User};
use crate::policy::Action;
use crate::service::Span;
use crate::service::requests::{RequestsWanted, Verdict};

// Each asks the policy about the group of the request: `AskToJoin` is what everybody signed in may.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/group-requests", Action::AskToJoin, "requests to decide, or one's own", list),
        Route::get("/group-requests/stats", Action::AskToJoin, "how many requests there are", stats),
        Route::get("/group-requests/{requestId}", Action::AskToJoin, "one request", get),
        Route::post("/group-requests", Action::AskToJoin, "ask to join a group", ask),
        Route::post(
            "/group-requests/{requestId}/approve",
            Action::DecideRequests,
            "make the asker a member",
            approve,
        ),
        Route::post("/group-requests/{requestId}/reject", Action::DecideRequests, "refuse a request", reject),
        Route::post("/group-requests/bulk/approve", Action::DecideRequests, "approve many", bulk_approve),
        Route::post("/group-requests/bulk/reject", Action::DecideRequests, "reject many", bulk_reject),
        Route::delete("/group-requests/{requestId}", Action::AskToJoin, "take a request back", withdraw),
    ]
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    page: Option<u64>,
    limit: Option<u64>,
    cursor: Option<String>,
    group_id: Option<Id<Group>>,
    user_id: Option<Id<User>>,
    status: Option<RequestStatus>,
    #[serde(default)]
    mine: bool,
}

impl Wanted {
    fn requests(&self) -> RequestsWanted {
        RequestsWanted { group: self.group_id, user: self.user_id, status: self.status, mine: self.mine }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Why {
    reason: Option<Reason>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Many {
    request_ids: Vec<Id<GroupRequest>>,
    reason: Option<Reason>,
}

async fn list(app: App, call: Call) -> Result<Reply> {
    let query: Wanted = call.query()?;
    let span = Span::new(query.page, query.limit, query.cursor.as_deref())?;
    Ok(Reply::list("requests", app.requests.list(call.actor()?, &query.requests(), &span).await?))
}

async fn stats(app: App, call: Call) -> Result<Reply> {
    let query: Wanted = call.query()?;
    Ok(Reply::data(app.requests.stats(call.actor()?, &query.requests()).await?))
}

async fn get(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.requests.get(call.actor()?, call.id("requestId")?).await?))
}

async fn ask(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::created(app.requests.ask(call.actor()?, call.json()?).await?))
}

async fn approve(app: App, call: Call) -> Result<Reply> {
    let Why { reason } = call.json_or_default()?;
    Ok(Reply::data(app.requests.approve(call.actor()?, call.id("requestId")?, reason).await?))
}

async fn reject(app: App, call: Call) -> Result<Reply> {
    let Why { reason } = call.json_or_default()?;
    Ok(Reply::data(app.requests.reject(call.actor()?, call.id("requestId")?, reason).await?))
}

async fn bulk_approve(app: App, call: Call) -> Result<Reply> {
    bulk(app, call, Verdict::Approve).await
}

async fn bulk_reject(app: App, call: Call) -> Result<Reply> {
    bulk(app, call, Verdict::Reject).await
}

async fn bulk(app: App, call: Call, verdict: Verdict) -> Result<Reply> {
    let Many { request_ids, reason } = call.json()?;
    let results = app.requests.bulk(call.actor()?, request_ids, reason, verdict).await?;
    Ok(outcomes("request", &results))
}

async fn withdraw(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.requests.withdraw(call.actor()?, call.id("requestId")?).await?))
}
