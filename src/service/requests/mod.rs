//! Asking to join a group, and deciding about it.

mod list;

use std::collections::HashSet;

use serde::Deserialize;
use tracing::warn;

use super::roster::of_user;
pub use list::{RequestStats, RequestsWanted};

use super::Roster;
use crate::error::{Code, Error, Result};
use crate::limits;
use crate::log::Draft;
use crate::model::{
    AccountEvent, Description, Group, GroupRequest, Id, MemberRole, Membership, Notification, Reason,
    RequestStatus, RequestType, RequestView, Status, User, What,
};
use crate::policy::{Action, Actor, allows, can};
use crate::store::{Decision, Slice};

#[derive(Clone, Debug)]
pub struct Requests {
    roster: Roster,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRequest {
    pub group_id: Id<Group>,
    pub request_type: RequestType,
    pub message: Option<Description>,
}

/// Admins told of one request.
const TOLD: u64 = 100;

impl Requests {
    pub fn new(roster: &Roster) -> Requests {
        Requests { roster: roster.clone() }
    }

    pub async fn ask(&self, actor: &Actor, new: NewRequest) -> Result<RequestView> {
        let (group, standing) = self.roster.rights.in_group(actor, new.group_id).await?;
        can(standing, Action::AskToJoin, "group")?;
        let key = Membership::key(group.id.into(), actor.id);
        if self.roster.store.memberships.get(key).await?.is_some() {
            return Err(Error::conflict("you are a member already"));
        }
        let request = self.drafted(actor, new);
        match self.roster.store.requests.insert(&request).await {
            Err(rejected) if rejected.taken("pending") => {
                return Err(Error::conflict("you have asked already"));
            }
            other => other?,
        }
        self.tell_admins(actor, &request).await;
        Ok(request.view())
    }

    fn drafted(&self, actor: &Actor, new: NewRequest) -> GroupRequest {
        GroupRequest {
            id: self.roster.clock.id(),
            group_id: new.group_id,
            user_id: actor.id,
            username: actor.username.clone(),
            request_type: new.request_type,
            message: new.message,
            status: RequestStatus::Pending,
            reason: None,
            reviewed_by: None,
            reviewed_at: None,
            created_at: self.roster.clock.now(),
        }
    }

    pub async fn get(&self, actor: &Actor, id: Id<GroupRequest>) -> Result<RequestView> {
        let request = self.found(id).await?;
        if request.user_id != actor.id {
            self.must_decide(actor, &request).await?;
        }
        Ok(request.view())
    }

    /// Makes the asker a member; CONFLICT where it was decided already.
    pub async fn approve(
        &self,
        actor: &Actor,
        id: Id<GroupRequest>,
        reason: Option<Reason>,
    ) -> Result<RequestView> {
        let request = self.found(id).await?;
        self.must_decide(actor, &request).await?;
        let asker = self.roster.store.users.get(request.user_id).await?;
        let asker = asker.filter(|user| user.status == Status::Active);
        let asker = asker.ok_or_else(|| Error::conflict("this account is not in use"))?;
        let decision = self.decision(actor, RequestStatus::Approved, reason);
        let decided = self.roster.approve(actor, &request, &decision).await?.ok_or_else(decided_before)?;
        self.tell(actor, &asker, AccountEvent::GroupRequestReviewed, &decided).await;
        Ok(decided.view())
    }

    pub async fn reject(
        &self,
        actor: &Actor,
        id: Id<GroupRequest>,
        reason: Option<Reason>,
    ) -> Result<RequestView> {
        let request = self.found(id).await?;
        self.must_decide(actor, &request).await?;
        let decision = self.decision(actor, RequestStatus::Rejected, reason);
        let decided = self.roster.store.requests.decide(id, &decision).await?.ok_or_else(decided_before)?;
        if let Some(asker) = self.roster.store.users.get(decided.user_id).await? {
            self.notify(actor, &decided).await;
            self.tell(actor, &asker, AccountEvent::GroupRequestReviewed, &decided).await;
        }
        Ok(decided.view())
    }

    /// Taken back by the one who asked.
    pub async fn withdraw(&self, actor: &Actor, id: Id<GroupRequest>) -> Result<RequestView> {
        let request = self.found(id).await?;
        if request.user_id != actor.id {
            self.must_decide(actor, &request).await?;
            return Err(Error::forbidden("only who asked can take it back: reject it instead"));
        }
        let decision = self.decision(actor, RequestStatus::Withdrawn, None);
        let decided = self.roster.store.requests.decide(id, &decision).await?.ok_or_else(decided_before)?;
        Ok(decided.view())
    }

    fn decision(&self, actor: &Actor, status: RequestStatus, reason: Option<Reason>) -> Decision {
        Decision { status, by: actor.id, at: self.roster.clock.now(), reason }
    }

    async fn found(&self, id: Id<GroupRequest>) -> Result<GroupRequest> {
        self.roster.store.requests.get(id).await?.ok_or_else(|| Error::not_found("request"))
    }

    /// Whoever may not decide about a request of somebody else does not learn that there is one.
    async fn must_decide(&self, actor: &Actor, request: &GroupRequest) -> Result<()> {
        let refused = || match request.user_id == actor.id {
            true => Error::forbidden("an admin of the group decides this"),
            false => Error::not_found("request"),
        };
        let (_, standing) = self.roster.rights.in_group(actor, request.group_id).await.map_err(|error| {
            match error.code() {
                Code::NotFound => refused(),
                _ => error,
            }
        })?;
        match allows(standing, Action::DecideRequests) {
            true => Ok(()),
            false => Err(refused()),
        }
    }

    async fn tell_admins(&self, actor: &Actor, request: &GroupRequest) {
        let memberships = &self.roster.store.memberships;
        let (group, role) = (request.group_id.into(), Some(MemberRole::Admin));
        let told = async {
            let admins = memberships.of_place(group, role, Slice::first(TOLD)).await?;
            let ids: Vec<Id<User>> = admins.iter().map(|admin| admin.user_id).collect();
            self.roster.store.users.among(&ids).await
        };
        match told.await {
            Ok(admins) => {
                for admin in &admins {
                    self.tell(actor, admin, AccountEvent::GroupRequestCreated, request).await;
                }
            }
            Err(error) => warn!(request = %request.id, %error, "no admin is told of a request"),
        }
    }

    async fn notify(&self, actor: &Actor, request: &GroupRequest) {
        let notification = Notification::of_request(request).by(actor.id, &actor.username);
        if let Err(error) = self.roster.bell.ring(&[notification]).await {
            warn!(request = %request.id, %error, "nobody is notified of a request");
        }
    }

    /// In somebody's own log. The request itself is kept and listed, so that it could not be told
    /// is no reason to call the decision a failure.
    async fn tell(&self, actor: &Actor, user: &User, event: AccountEvent, request: &GroupRequest) {
        let about = serde_json::to_value(request.view()).unwrap_or_default();
        let draft = Draft::new(actor.id, &actor.username, What::Account { event, about });
        if let Err(error) = self.roster.logs.append(&of_user(user), draft).await {
            warn!(request = %request.id, user.id = %user.id, %error, "a request cannot be told");
        }
    }

    /// One after the other, each with its own outcome.
    pub async fn bulk(
        &self,
        actor: &Actor,
        ids: Vec<Id<GroupRequest>>,
        reason: Option<Reason>,
        verdict: Verdict,
    ) -> Result<Vec<(Id<GroupRequest>, Result<RequestView>)>> {
        if ids.is_empty() || ids.len() > limits::BULK_MAX {
            let most = limits::BULK_MAX;
            return Err(Error::invalid("requestIds", format!("must name 1 to {most} requests")));
        }
        let mut seen = HashSet::new();
        let mut results = Vec::new();
        for id in ids.into_iter().filter(|id| seen.insert(*id)) {
            let reason = reason.clone();
            let result = match verdict {
                Verdict::Approve => self.approve(actor, id, reason).await,
                Verdict::Reject => self.reject(actor, id, reason).await,
            };
            results.push((id, result));
        }
        Ok(results)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Approve,
    Reject,
}

fn decided_before() -> Error {
    Error::conflict("this request is decided already")
}
