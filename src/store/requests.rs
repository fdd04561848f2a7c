//! Queries of the collection `group_requests`.

use super::collection::REQUESTS;
use super::language::{all, is, one_of};
use super::{Change, Collection, Filter, Record, Slice, Table};
use crate::error::Result;
use crate::model::{Group, GroupRequest, Id, Reason, RequestStatus, Time, User};

impl Record for GroupRequest {
    const COLLECTION: &'static Collection = &REQUESTS;
}

/// Whose requests a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestsOf {
    All,
    Group(Id<Group>),
    User(Id<User>),
    UserIn(Id<User>, Id<Group>),
}

/// What was decided, by whom and when.
#[derive(Clone, Debug)]
pub struct Decision {
    pub status: RequestStatus,
    pub by: Id<User>,
    pub at: Time,
    pub reason: Option<Reason>,
}

impl Decision {
    fn changes(&self) -> Vec<Change> {
        vec![
            Change::set("status", self.status),
            Change::set("reviewedBy", self.by),
            Change::set("reviewedAt", self.at),
            super::set_or_unset("reason", self.reason.as_ref()),
        ]
    }
}

fn filter(of: RequestsOf, status: Option<RequestStatus>) -> Filter {
    let mut filters = match of {
        RequestsOf::All if status.is_none() => return Filter::All,
        RequestsOf::All => Vec::new(),
        RequestsOf::Group(group) => vec![is("groupId", group)],
        RequestsOf::User(user) => vec![is("userId", user)],
        RequestsOf::UserIn(user, group) => vec![is("userId", user), is("groupId", group)],
    };
    filters.extend(status.map(|status| is("status", status)));
    Filter::And(filters)
}

impl Table<GroupRequest> {
    /// Newest first.
    pub async fn page(
        &self,
        of: RequestsOf,
        status: Option<RequestStatus>,
        slice: Slice,
    ) -> Result<Vec<GroupRequest>> {
        self.find(slice.down(filter(of, status), "createdAt")).await
    }

    pub async fn total(&self, of: RequestsOf, status: Option<RequestStatus>) -> Result<u64> {
        match (of, status) {
            // Any status is one of them, and said so it is counted in an index.
            (RequestsOf::All, None) => self.count(one_of("status", RequestStatus::ALL)).await,
            _ => self.count(filter(of, status)).await,
        }
    }

    /// The request as decided; none where it was no longer pending. Exactly one of those who try.
    pub async fn decide(&self, id: Id<GroupRequest>, decision: &Decision) -> Result<Option<GroupRequest>> {
        let pending = all([is("_id", id), is("status", RequestStatus::Pending)]);
        self.update(pending, decision.changes()).await
    }

    /// Decides all that are pending in a group.
    pub async fn decide_all(&self, group: Id<Group>, decision: &Decision) -> Result<u64> {
        let pending = all([is("groupId", group), is("status", RequestStatus::Pending)]);
        self.update_all(pending, decision.changes()).await
    }
}
