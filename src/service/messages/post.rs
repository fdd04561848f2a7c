//! Sending: from what a client says to its place in the channel's log.

use serde::Serialize;

use super::slow::Turn;
use super::{Messages, Send, address, view};
use crate::error::{Error, Result};
use crate::event::MessageView;
use crate::log::{Draft, Kept, Pending};
use crate::model::{Channel, ClientMsgId, Entry, Epoch, Id, Message, What};
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
    Line {
        pending: Pending,
        epoch: Epoch,
        /// In a slow channel the sender's turn, which lasts until the message is kept or refused.
        turn: Option<Turn>,
    },
    Before(Box<Sent>),
}

impl Posting {
    /// Waits until the message is durable.
    pub async fn sent(self) -> Result<Sent> {
        match self {
            Posting::Line { pending, epoch, turn } => {
                let kept = pending.kept().await;
                drop(turn);
                let Kept { entry, duplicate, .. } = kept?;
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
        let (channel, client_msg_id) = (send.channel_id, send.client_msg_id.clone());
        self.line_up(actor, channel, client_msg_id, send.message(), targets).await
    }

    /// Gives a message its place in line; `targets` is what became of looking at what it names.
    pub(super) async fn line_up(
        &self,
        actor: &Actor,
        channel: Id<Channel>,
        client_msg_id: Option<ClientMsgId>,
        message: Result<Message>,
        targets: Result<Option<Id<Entry>>>,
    ) -> Result<Posting> {
        let whom = self.whom(actor, channel, message.as_ref().ok()).await;
        let turn = self.turn(actor, channel).await;
        let seat = self.rights.in_channel(actor, channel).await?;
        can(seat.standing, Action::Post, "channel")?;
        let mut message = message?;
        let taken = seat.takes_posts().and_then(|()| seat.takes(&message));
        let taken = taken.and_then(|()| self.takes_poll(&seat, &message)).and(targets);
        let (root, turn) = match taken.and_then(|root| Ok((root, turn?))) {
            Ok(found) => found,
            Err(refusal) => return self.sent_before(actor, &seat, client_msg_id, &message, refusal).await,
        };
        join_thread(&mut message, root);
        self.call(actor, &seat, whom?, client_msg_id.as_ref(), &mut message);
        let draft = Draft { client_msg_id, ..Draft::new(actor.id, &actor.username, What::Message(message)) };
        let pending = self.logs.submit(&address(&seat), draft)?;
        Ok(Posting::Line { pending, epoch: seat.channel.epoch.clone(), turn })
    }

    fn takes_poll(&self, seat: &Seat, message: &Message) -> Result<()> {
        let Some(poll) = &message.poll else { return Ok(()) };
        if !seat.channel.settings.polls {
            return Err(Error::forbidden("this channel takes no polls"));
        }
        match poll.is_closed(self.clock.now()) {
            true => Err(Error::invalid("poll", "closes before anybody can vote")),
            false => Ok(()),
        }
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

    /// What is replied to and what names a thread must be of this channel, and not deleted; answers
    /// the root of the thread. Whoever is mentioned is taken at the sender's word.
    async fn check_targets(&self, send: &Send) -> Result<Option<Id<Entry>>> {
        if let Some(target) = send.reply_to {
            self.standing(send, target).await?;
        }
        let Some(named) = send.thread_id else { return Ok(None) };
        let message = self.standing(send, named).await?;
        Ok(Some(message.thread_id.unwrap_or(named)))
    }

    async fn standing(&self, send: &Send, target: Id<Entry>) -> Result<Message> {
        let message = self.store.messages.get(target).await?;
        let here = message.filter(|entry| entry.log == send.channel_id.into());
        match here.map(|entry| entry.what) {
            Some(What::Message(message)) if message.deleted_at.is_none() => Ok(message),
            _ => Err(Error::not_found("message")),
        }
    }
}

/// A message in a thread that says nothing else is a reply to its root.
fn join_thread(message: &mut Message, root: Option<Id<Entry>>) {
    message.thread_id = root;
    message.reply_to = message.reply_to.or(root);
    message.folded = root.map(|_| false);
}
