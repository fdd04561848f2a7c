//! Sending: from what a client says to its place in the channel's log.

use serde::Serialize;

use super::{Messages, Send, address, view};
use crate::error::{Error, Result};
use crate::event::MessageView;
use crate::log::{Draft, Kept, Pending};
use crate::model::{ClientMsgId, Epoch, Message, What};
use crate::policy::{Action, Actor, can};
use crate::service::Seat;

/// The answer to a send (contract D-02).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    pub message: MessageView,
    pub duplicate: bool,
    pub epoch: Epoch,
}

/// A send that has its place in line, or had it before.
#[derive(Debug)]
pub enum Posting {
    Line { pending: Pending, epoch: Epoch },
    Before(Box<Sent>),
}

impl Posting {
    /// Waits until the message is durable.
    pub async fn sent(self) -> Result<Sent> {
        match self {
            Posting::Line { pending, epoch } => {
                let Kept { entry, duplicate, .. } = pending.kept().await?;
                Ok(Sent { message: view(&entry)?, duplicate, epoch })
            }
            Posting::Before(sent) => Ok(*sent),
        }
    }
}

impl Messages {
    pub async fn post(&self, actor: &Actor, send: Send) -> Result<Sent> {
        self.submit(actor, send).await?.sent().await
    }

    /// As [`Messages::post`], but returns when the message has its place in the channel's order, so
    /// that a door can go on to the sender's next event (contract D-07).
    pub async fn submit(&self, actor: &Actor, send: Send) -> Result<Posting> {
        // What is named is read first: between the rights and the place in line nothing is waited for.
        let targets = self.check_targets(&send).await;
        let whom = self.whom(actor, &send).await;
        let seat = self.rights.in_channel(actor, send.channel_id).await?;
        can(seat.standing, Action::Post, "channel")?;
        let client_msg_id = send.client_msg_id.clone();
        let mut message = send.message()?;
        if let Err(refusal) = targets.and_then(|()| seat.takes_posts()) {
            return self.sent_before(actor, &seat, client_msg_id, &message, refusal).await;
        }
        self.call(actor, &seat, whom?, client_msg_id.as_ref(), &mut message);
        let draft = Draft { client_msg_id, ..Draft::new(actor.id, &actor.username, What::Message(message)) };
        let pending = self.logs.submit(&address(&seat), draft)?;
        Ok(Posting::Line { pending, epoch: seat.channel.epoch.clone() })
    }

    /// Of what cannot be said any more: the answer it had if it was said before (contract D-05),
    /// otherwise the refusal.
    async fn sent_before(
        &self,
        actor: &Actor,
        seat: &Seat,
        id: Option<ClientMsgId>,
        message: &Message,
        refusal: Error,
    ) -> Result<Posting> {
        let Some(id) = id else { return Err(refusal) };
        let log = address(seat);
        // The first try may still be in line.
        self.logs.settled(&log).await?;
        let before = self.store.messages.intended(log.log, actor.id, &id).await?;
        let Some(entry) = before else { return Err(refusal) };
        match &entry.what {
            What::Message(first) if first.digest == message.digest => {
                let sent = Sent { message: view(&entry)?, duplicate: true, epoch: log.epoch };
                Ok(Posting::Before(Box::new(sent)))
            }
            _ => Err(Error::conflict("this clientMsgId was used for another message")),
        }
    }

    /// A reply and a thread must be of this channel, and not deleted.
    async fn check_targets(&self, send: &Send) -> Result<()> {
        for target in [send.reply_to, send.thread_id].into_iter().flatten() {
            let message = self.store.messages.get(target).await?;
            let here = message.filter(|entry| entry.log == send.channel_id.into());
            match here.map(|entry| entry.what) {
                Some(What::Message(message)) if message.deleted_at.is_none() => {}
                _ => return Err(Error::not_found("message")),
            }
        }
        Ok(())
    }
}
