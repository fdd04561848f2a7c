//! Messages: sending, changing and reading them. Both doors send through here (contract D-01).

mod history;
mod send;

use serde::Serialize;

pub use history::{History, Part};
pub use send::Send;

use super::{Rights, Seat};
use crate::error::{Code, Error, Result};
use crate::event::MessageView;
use crate::limits;
use crate::log::{Address, Budget, Caught, Draft, Kept, Logs, Pending};
use crate::model::{Channel, ClientMsgId, Entry, Epoch, Id, Message, Reaction, Seq, Text, User, What};
use crate::policy::{Action, Actor, can};
use crate::store::Store;

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

/// The answer to a change of a message.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    pub message: MessageView,
    /// The change's place in the log.
    pub seq: Seq,
    pub epoch: Epoch,
    /// It was so already and nothing was written.
    pub duplicate: bool,
}

#[derive(Clone, Debug)]
pub struct Messages {
    store: Store,
    rights: Rights,
    logs: Logs,
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
    pub fn new(store: Store, rights: Rights, logs: Logs) -> Messages {
        Messages { store, rights, logs }
    }

    pub async fn post(&self, actor: &Actor, send: Send) -> Result<Sent> {
        self.submit(actor, send).await?.sent().await
    }

    /// As [`Messages::post`], but returns when the message has its place in the channel's order, so
    /// that a door can go on to the sender's next event (contract D-07).
    pub async fn submit(&self, actor: &Actor, send: Send) -> Result<Posting> {
        // What is named is read first: between the rights and the place in line nothing is waited for.
        let targets = self.check_targets(&send).await;
        let seat = self.rights.in_channel(actor, send.channel_id).await?;
        can(seat.standing, Action::Post, "channel")?;
        let client_msg_id = send.client_msg_id.clone();
        let message = send.message()?;
        if let Err(refusal) = targets.and_then(|()| seat.takes_posts()) {
            return self.sent_before(actor, &seat, client_msg_id, &message, refusal).await;
        }
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

    /// A reply and a thread must be of this channel, and not deleted. Whoever is mentioned is taken
    /// at the sender's word.
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

    pub async fn edit(&self, actor: &Actor, id: Id<Entry>, text: Text, base: Option<u32>) -> Result<Changed> {
        let (entry, seat) = self.find(actor, id).await?;
        let own = entry.user_id == actor.id;
        let action = if own { Action::EditOwnMessage } else { Action::EditOthersMessage };
        can(seat.standing, action, "message")?;
        seat.takes_posts()?;
        let what = What::Edit { target: id, text: Some(text), revision: 0, folded: false };
        let draft = Draft { base_revision: base, ..Draft::new(actor.id, &actor.username, what) };
        self.change(&seat, draft).await
    }

    pub async fn delete(&self, actor: &Actor, id: Id<Entry>) -> Result<Changed> {
        let (entry, seat) = self.find(actor, id).await?;
        let own = entry.user_id == actor.id;
        let action = if own { Action::DeleteOwnMessage } else { Action::DeleteOthersMessage };
        can(seat.standing, action, "message")?;
        let what = What::Delete { target: id, folded: false };
        self.change(&seat, Draft::new(actor.id, &actor.username, what)).await
    }

    pub async fn react(
        &self,
        actor: &Actor,
        id: Id<Entry>,
        reaction: Reaction,
        removed: bool,
    ) -> Result<Changed> {
        let (_, seat) = self.find(actor, id).await?;
        can(seat.standing, Action::React, "message")?;
        seat.takes_posts()?;
        if !seat.channel.settings.reactions && !removed {
            return Err(Error::forbidden("this channel takes no reactions"));
        }
        let what = What::React { target: id, reaction, removed, folded: false };
        self.change(&seat, Draft::new(actor.id, &actor.username, what)).await
    }

    async fn change(&self, seat: &Seat, draft: Draft) -> Result<Changed> {
        let target = draft.what.target();
        let Kept { entry, row, duplicate } = self.logs.append(&address(seat), draft).await?;
        let row = match (row, target) {
            (Some(row), _) => row,
            (None, Some(target)) => self.message(target).await?,
            (None, None) => entry.clone(),
        };
        let epoch = seat.channel.epoch.clone();
        Ok(Changed { message: view(&row)?, seq: entry.seq, epoch, duplicate })
    }

    pub async fn get(&self, actor: &Actor, id: Id<Entry>) -> Result<MessageView> {
        let (entry, _) = self.find(actor, id).await?;
        view(&entry)
    }

    /// The message and the actor's seat in its channel; NOT_FOUND for whoever may not read it.
    async fn find(&self, actor: &Actor, id: Id<Entry>) -> Result<(Entry, Seat)> {
        let unknown = |_| Error::not_found("message");
        let entry = self.message(id).await?;
        let seat = match self.rights.in_channel(actor, entry.log.cast()).await {
            Err(error) if error.code() == Code::NotFound => return Err(unknown(error)),
            other => other?,
        };
        can(seat.standing, Action::ReadChannel, "message")?;
        Ok((entry, seat))
    }

    async fn message(&self, id: Id<Entry>) -> Result<Entry> {
        let entry = self.store.messages.get(id).await?;
        let entry = entry.filter(|entry| matches!(entry.what, What::Message(_)));
        entry.ok_or_else(|| Error::not_found("message"))
    }

    /// Replies to a message, oldest first, with their number.
    pub async fn replies(
        &self,
        actor: &Actor,
        id: Id<Entry>,
        after: Seq,
        limit: u64,
    ) -> Result<Vec<MessageView>> {
        self.find(actor, id).await?;
        let replies = self.store.messages.replies(id, after, limit.clamp(1, limits::PAGE_MAX)).await?;
        replies.iter().map(view).collect()
    }

    pub async fn count_replies(&self, actor: &Actor, id: Id<Entry>) -> Result<u64> {
        self.find(actor, id).await?;
        self.store.messages.count_replies(id).await
    }

    /// Those of the messages that the actor may read, in the order asked for.
    pub async fn readable(&self, actor: &Actor, ids: &[Id<Entry>]) -> Result<Vec<MessageView>> {
        let mut readable = Vec::new();
        for id in ids {
            match self.get(actor, *id).await {
                Ok(message) => readable.push(message),
                Err(error) if error.code() == Code::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(readable)
    }

    /// What happened in a channel after a position, a page at a time; or why to start again.
    pub async fn changes(
        &self,
        actor: &Actor,
        channel: Id<Channel>,
        epoch: Option<&Epoch>,
        after: Seq,
    ) -> Result<Caught> {
        let seat = self.rights.in_channel(actor, channel).await?;
        can(seat.standing, Action::ReadChannel, "channel")?;
        self.logs.catch_up(&address(&seat), epoch, after, &mut Budget::default()).await
    }

    /// Somebody's messages in the channels that the actor can read, newest first; of a page some may
    /// be left out.
    pub async fn by_author(
        &self,
        actor: &Actor,
        author: Id<User>,
        skip: u64,
        limit: u64,
    ) -> Result<Vec<MessageView>> {
        let entries = self.store.messages.by_author(author, skip, limit.clamp(1, limits::PAGE_MAX)).await?;
        let mut readable = Vec::new();
        for entry in &entries {
            match self.rights.in_channel(actor, entry.log.cast()).await {
                Ok(seat) if can(seat.standing, Action::ReadChannel, "channel").is_ok() => {
                    readable.push(view(entry)?)
                }
                Err(error) if error.code() != Code::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(readable)
    }
}

/// The log of a seat's channel.
pub(super) fn address(seat: &Seat) -> Address {
    Address { log: seat.channel.id.into(), epoch: seat.channel.epoch.clone() }
}

fn view(entry: &Entry) -> Result<MessageView> {
    match &entry.what {
        What::Message(message) => Ok(MessageView::of(entry, message)),
        _ => Err(Error::internal("a change is no message")),
    }
}
