//! Which requests somebody may look at, and how many there are.

use std::cmp::Reverse;

use serde::Serialize;

use super::Requests;
use crate::error::Result;
use crate::model::{Group, GroupRequest, Id, MemberRole, PlaceKind, RequestStatus, RequestView, User};
use crate::policy::{Action, Actor, allows, can};
use crate::service::{Page, Span};
use crate::store::{After, RequestsOf, Slice};

/// Which requests a list is about.
#[derive(Clone, Debug, Default)]
pub struct RequestsWanted {
    pub group: Option<Id<Group>>,
    pub user: Option<Id<User>>,
    pub status: Option<RequestStatus>,
    /// One's own, also where one decides about others.
    pub mine: bool,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct RequestStats {
    pub total: u64,
    pub pending: u64,
    pub approved: u64,
    pub rejected: u64,
    pub withdrawn: u64,
}

/// Memberships read at once.
const AT_ONCE: u64 = 200;

impl Requests {
    /// Newest first: those the actor may decide about, or else their own.
    pub async fn list(
        &self,
        actor: &Actor,
        wanted: &RequestsWanted,
        span: &Span,
    ) -> Result<Page<RequestView>> {
        let requests = &self.roster.store.requests;
        let scopes = self.scopes(actor, wanted).await?;
        let (mut rows, mut total) = (Vec::new(), 0);
        for scope in &scopes {
            let slice = span.slice();
            // Of several groups each can hold the whole page, so the pages before it are read too.
            let slice = match scopes.len() {
                1 => slice,
                _ => Slice { skip: 0, limit: slice.skip + slice.limit, ..slice },
            };
            rows.extend(requests.page(*scope, wanted.status, slice).await?);
            if span.counts() {
                total += requests.total(*scope, wanted.status).await?;
            }
        }
        if scopes.len() > 1 {
            rows.sort_by_cached_key(|request| Reverse(place(request)));
            rows =
                rows.into_iter().skip(span.slice().skip as usize).take(span.slice().limit as usize).collect();
        }
        Ok(span.page(rows, span.counts().then_some(total), place).map(|request| request.view()))
    }

    pub async fn stats(&self, actor: &Actor, wanted: &RequestsWanted) -> Result<RequestStats> {
        let mut stats = RequestStats::default();
        for scope in self.scopes(actor, wanted).await? {
            let count = |status| self.roster.store.requests.total(scope, Some(status));
            stats.pending += count(RequestStatus::Pending).await?;
            stats.approved += count(RequestStatus::Approved).await?;
            stats.rejected += count(RequestStatus::Rejected).await?;
            stats.withdrawn += count(RequestStatus::Withdrawn).await?;
        }
        stats.total = stats.pending + stats.approved + stats.rejected + stats.withdrawn;
        Ok(stats)
    }

    /// What the actor may look at. A filter for somebody else's requests takes who may decide.
    async fn scopes(&self, actor: &Actor, wanted: &RequestsWanted) -> Result<Vec<RequestsOf>> {
        let own = wanted.mine || wanted.user == Some(actor.id);
        if let Some(id) = wanted.group {
            let (_, standing) = self.roster.rights.in_group(actor, id).await?;
            if own || !allows(standing, Action::DecideRequests) && wanted.user.is_none() {
                return Ok(vec![RequestsOf::UserIn(actor.id, id)]);
            }
            can(standing, Action::DecideRequests, "group")?;
            return Ok(vec![match wanted.user {
                Some(user) => RequestsOf::UserIn(user, id),
                None => RequestsOf::Group(id),
            }]);
        }
        if own {
            return Ok(vec![RequestsOf::User(actor.id)]);
        }
        if actor.is_super_admin() {
            return Ok(vec![wanted.user.map_or(RequestsOf::All, RequestsOf::User)]);
        }
        let decided = self.decided(actor).await?;
        Ok(match (wanted.user, decided.is_empty()) {
            (Some(user), _) => decided.into_iter().map(|group| RequestsOf::UserIn(user, group)).collect(),
            (None, true) => vec![RequestsOf::User(actor.id)],
            (None, false) => decided.into_iter().map(RequestsOf::Group).collect(),
        })
    }

    /// The groups of which the actor decides.
    async fn decided(&self, actor: &Actor) -> Result<Vec<Id<Group>>> {
        let memberships = &self.roster.store.memberships;
        let mut decided = Vec::new();
        let mut after = None;
        loop {
            let some = memberships.of_user(actor.id, PlaceKind::Group, after, AT_ONCE).await?;
            let Some(last) = some.last() else {
                return Ok(decided);
            };
            after = Some(last.place);
            let admin = some.iter().filter(|membership| membership.role == MemberRole::Admin);
            decided.extend(admin.map(|membership| membership.place.cast::<Group>()));
        }
    }
}

fn place(request: &GroupRequest) -> After {
    After(request.created_at.to_string(), request.id.to_string())
}
