//! Sending what is due. Each step can be the last of a process: whoever takes the message up then does
//! them all again, and none comes about twice.

use serde_json::json;

use super::{Schedule, about};
use crate::error::{Code, Error, Result};
use crate::model::{AccountEvent, Entry, Id, Notification, NotificationKind, Refused, Scheduled, Status};
use crate::policy::Actor;
use crate::service::messages::{Messages, Send};
use crate::service::roster::of_channel;
use crate::service::{due, own_log};

impl Schedule {
    pub async fn send_due(&self, messages: &Messages) -> Result<()> {
        let roster = &self.roster;
        due::take_up(&roster.store.scheduled, &roster.clock, |one| self.take_up(messages, one)).await
    }

    async fn take_up(&self, messages: &Messages, claimed: Scheduled) -> Result<()> {
        // Whoever refused it died before its author knew.
        if claimed.refused.is_some() {
            return self.tell_refused(&claimed).await;
        }
        match self.send(messages, &claimed).await {
            Ok(message) => self.sent(&claimed, message).await,
            Err(error) if is_passing(&error) => Err(error),
            Err(refusal) => match self.sent_before(&claimed).await? {
                Some(message) => self.sent(&claimed, message).await,
                None => self.refused(&claimed, &refusal).await,
            },
        }
    }

    /// As its author and with the rights they have now.
    async fn send(&self, messages: &Messages, claimed: &Scheduled) -> Result<Id<Entry>> {
        let author = self.roster.rights.user(claimed.user_id).await?;
        let author = author.filter(|author| author.status == Status::Active);
        let author = author.ok_or_else(|| Error::forbidden("this account is not in use"))?;
        let send = Send { client_msg_id: Some(claimed.client_msg_id()?), ..Send::planned(&claimed.planned) };
        Ok(messages.post(&Actor::of(&author), send).await?.message.id)
    }

    /// What was sent by whoever had the claim before, even where it could not be sent any more.
    async fn sent_before(&self, claimed: &Scheduled) -> Result<Option<Id<Entry>>> {
        let store = &self.roster.store;
        let Some(channel) = store.channels.get(claimed.planned.channel_id).await? else { return Ok(None) };
        let log = of_channel(&channel);
        self.roster.logs.settled(&log).await?;
        let before = store.messages.intended(log.log, claimed.user_id, &claimed.client_msg_id()?).await?;
        Ok(before.map(|entry| entry.id))
    }

    async fn sent(&self, claimed: &Scheduled, message: Id<Entry>) -> Result<()> {
        self.tell_once(claimed, "sent", Some(message)).await?;
        self.roster.store.scheduled.remove(claimed).await.map(drop)
    }

    /// In a slow channel it waits for its turn as its author would.
    async fn refused(&self, claimed: &Scheduled, refusal: &Error) -> Result<()> {
        let scheduled = &self.roster.store.scheduled;
        if let (Code::RateLimited, Some(wait)) = (refusal.code(), refusal.wait()) {
            return scheduled.postpone(claimed, self.roster.clock.now().plus(wait)).await.map(drop);
        }
        let why = Refused { code: refusal.code().name().to_owned(), message: refusal.message().to_owned() };
        match scheduled.refuse(claimed, &why).await? {
            Some(refused) => self.tell_refused(&refused).await,
            None => Ok(()),
        }
    }

    async fn tell_refused(&self, refused: &Scheduled) -> Result<()> {
        self.roster.bell.ring(&[notification(refused)]).await?;
        self.tell_once(refused, "failed", None).await?;
        self.roster.store.scheduled.put_down(refused).await.map(drop)
    }

    async fn tell_once(&self, one: &Scheduled, state: &str, message: Option<Id<Entry>>) -> Result<()> {
        let cause = format!("scheduled:{}:{}:{state}", one.id, one.due_at);
        let (event, about) = (AccountEvent::ScheduledUpdated, about(one.id, state, message));
        own_log::tell_once(&self.roster, one.user_id, event, about, &cause).await
    }
}

/// Whether it may go well another time, or may have gone well.
fn is_passing(error: &Error) -> bool {
    match error.code() {
        Code::RateLimited => false,
        Code::Internal => true,
        other => other.retryable(),
    }
}

/// Planned anew, it can be refused anew.
fn notification(refused: &Scheduled) -> Notification {
    let cause = format!("s-{}-{}", refused.id, refused.due_at.millis());
    let about = json!({ "scheduledId": refused.id, "reason": refused.refused });
    let at = refused.due_at;
    Notification {
        channel_id: Some(refused.planned.channel_id),
        about: Some(about),
        ..Notification::new(refused.user_id, &cause, NotificationKind::Scheduled, at)
    }
}
