//! What people find amiss, kept for those who will look at it.

use serde::{Deserialize, Serialize};

use super::Roster;
use crate::error::{Error, Result};
use crate::model::{Description, Entry, Grievance, Id, PlaceKind, Report, ReportState, Reported, Time, User};
use crate::policy::{Action, Actor, can};

#[derive(Clone, Debug)]
pub struct Reports {
    roster: Roster,
}

/// Why; what is reported stands beside it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Complaint {
    pub reason: Grievance,
    #[serde(default)]
    pub text: Option<Description>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    pub message_id: Option<Id<Entry>>,
    pub user_id: Id<User>,
    pub reason: Grievance,
    pub text: Option<Description>,
    pub state: ReportState,
    pub created_at: Time,
}

/// A report, and whether it was made just now.
#[derive(Clone, Debug)]
pub struct Filed {
    pub report: ReportView,
    pub fresh: bool,
}

impl Reports {
    pub fn new(roster: &Roster) -> Reports {
        Reports { roster: roster.clone() }
    }

    /// One of each person about each thing: who reports it again is answered what they said first.
    pub async fn file(&self, actor: &Actor, of: Reported, complaint: Complaint) -> Result<Filed> {
        let report = match of {
            Reported::Message(message) => self.of_message(actor, message, complaint).await?,
            Reported::Person(user) => self.of_person(actor, user, complaint).await?,
        };
        let reports = &self.roster.store.reports;
        match reports.insert(&report).await {
            Ok(()) => Ok(Filed { report: view(report), fresh: true }),
            Err(rejected) if rejected.taken("_id") => {
                let first = reports.get(&report.id).await?.unwrap_or(report);
                Ok(Filed { report: view(first), fresh: false })
            }
            Err(rejected) => Err(rejected.into()),
        }
    }

    async fn of_message(&self, actor: &Actor, id: Id<Entry>, complaint: Complaint) -> Result<Report> {
        let (entry, seat) = self.roster.rights.to_message(actor, id).await?;
        can(seat.standing, Action::Report, "message")?;
        let report = self.drafted(actor, Reported::Message(id), entry.user_id, complaint);
        let (channel_id, group_id) = (Some(seat.channel.id), seat.channel.group_id);
        Ok(Report { message_id: Some(id), channel_id, group_id, ..report })
    }

    /// Of somebody with whom one shares a group or a direct channel.
    async fn of_person(&self, actor: &Actor, user: Id<User>, complaint: Complaint) -> Result<Report> {
        if user == actor.id {
            return Err(Error::conflict("nobody can report themselves"));
        }
        for kind in [PlaceKind::Group, PlaceKind::Direct] {
            if self.roster.near(actor.id, &[user], kind).await?.contains(&user) {
                return Ok(self.drafted(actor, Reported::Person(user), user, complaint));
            }
        }
        Err(Error::not_found("user"))
    }

    fn drafted(&self, actor: &Actor, of: Reported, user: Id<User>, complaint: Complaint) -> Report {
        Report {
            id: Report::key(actor.id, of),
            by: actor.id,
            user_id: user,
            message_id: None,
            channel_id: None,
            group_id: None,
            reason: complaint.reason,
            text: complaint.text,
            state: ReportState::Open,
            created_at: self.roster.clock.now(),
        }
    }
}

fn view(report: Report) -> ReportView {
    let Report { message_id, user_id, reason, text, state, created_at, .. } = report;
    ReportView { message_id, user_id, reason, text, state, created_at }
}
