//! Messages that are to be sent later: planning them, changing one's mind, and sending them in their time.
//!
//! Until it is taken up, a planned message is its author's alone; whether it may be said is asked when it
//! is sent, as of any other message.

mod sending;

use serde::Serialize;
use serde_json::{Value, json};

use super::messages::Send;
use super::{Page, Roster, Span, due, own_log};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{AccountEvent, ClientMsgId, Entry, Id, Planned, Refused, Scheduled, ScheduledState, Time};
use crate::policy::{Action, Actor, can};
use crate::store::After;

#[derive(Clone, Debug)]
pub struct Schedule {
    roster: Roster,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledView {
    pub id: Id<Scheduled>,
    #[serde(flatten)]
    pub planned: Planned,
    pub state: ScheduledState,
    /// Why it failed.
    pub reason: Option<Refused>,
    pub created_at: Time,
}

fn view(scheduled: Scheduled) -> ScheduledView {
    let state = scheduled.state();
    let Scheduled { id, planned, due_at, refused: reason, created_at, .. } = scheduled;
    ScheduledView { id, planned: Planned { due_at, ..planned }, state, reason, created_at }
}

/// What devices are told; `message` is what it became.
fn about(id: Id<Scheduled>, state: &str, message: Option<Id<Entry>>) -> Value {
    json!({ "id": id, "state": state, "messageId": message })
}

fn being_sent() -> Error {
    Error::conflict("this message is being sent")
}

impl Schedule {
    pub fn new(roster: &Roster) -> Schedule {
        Schedule { roster: roster.clone() }
    }

    /// What is to be sent and what could not be, the earliest first.
    pub async fn list(&self, actor: &Actor, span: &Span) -> Result<Page<ScheduledView>> {
        let scheduled = &self.roster.store.scheduled;
        let found = scheduled.of(actor.id, span.slice()).await?;
        let total = match span.counts() {
            true => Some(scheduled.total(actor.id).await?),
            false => None,
        };
        let page = span.page(found, total, |one| After(one.due_at.to_string(), one.id.to_string()));
        Ok(page.map(view))
    }

    /// A repeat of the same intent answers what is planned already.
    pub async fn plan(
        &self,
        actor: &Actor,
        planned: Planned,
        intent: Option<&ClientMsgId>,
    ) -> Result<ScheduledView> {
        self.check(actor, &planned).await?;
        let store = &self.roster.store;
        let id = due::id(&self.roster.clock, actor.id, intent);
        if let Some(before) = store.scheduled.get(id).await? {
            return Ok(view(before));
        }
        if store.scheduled.total(actor.id).await? >= limits::SCHEDULED {
            return Err(Error::conflict(format!(
                "you have {} scheduled messages at most",
                limits::SCHEDULED
            )));
        }
        let (due_at, created_at) = (planned.due_at, self.roster.clock.now());
        let (user_id, moment) = (actor.id, Some(due_at));
        let scheduled = Scheduled { id, user_id, planned, due_at, moment, refused: None, created_at };
        match store.scheduled.insert(&scheduled).await {
            Err(rejected) if rejected.taken("_id") => {}
            inserted => inserted?,
        }
        self.tell(actor, id, "waiting").await?;
        Ok(view(scheduled))
    }

    /// Plans it anew, from the beginning; also one that could not be sent.
    pub async fn replan(&self, actor: &Actor, id: Id<Scheduled>, planned: Planned) -> Result<ScheduledView> {
        let seen = self.find(actor, id).await?;
        self.check(actor, &planned).await?;
        let kept = self.roster.store.scheduled.replan(&seen, &planned).await?.ok_or_else(being_sent)?;
        self.tell(actor, id, "waiting").await?;
        Ok(view(kept))
    }

    pub async fn cancel(&self, actor: &Actor, id: Id<Scheduled>) -> Result<()> {
        let seen = self.find(actor, id).await?;
        if !self.roster.store.scheduled.remove(&seen).await? {
            return Err(being_sent());
        }
        self.tell(actor, id, "deleted").await
    }

    /// One of one's own that can still be changed.
    async fn find(&self, actor: &Actor, id: Id<Scheduled>) -> Result<Scheduled> {
        let found = self.roster.store.scheduled.get(id).await?;
        let found = found.filter(|one| one.user_id == actor.id);
        let found = found.ok_or_else(|| Error::not_found("scheduled message"))?;
        match found.state() {
            ScheduledState::Claimed => Err(being_sent()),
            ScheduledState::Waiting | ScheduledState::Failed => Ok(found),
        }
    }

    /// What can never be sent is not planned.
    async fn check(&self, actor: &Actor, planned: &Planned) -> Result<()> {
        let seat = self.roster.rights.in_channel(actor, planned.channel_id).await?;
        can(seat.standing, Action::Post, "channel")?;
        due::check("dueAt", planned.due_at, self.roster.clock.now())?;
        Send::planned(planned).message().map(drop)
    }

    async fn tell(&self, actor: &Actor, id: Id<Scheduled>, state: &str) -> Result<()> {
        own_log::tell(&self.roster, actor.id, AccountEvent::ScheduledUpdated, about(id, state, None)).await
    }
}
