//! Reading single messages, replies and what happened; pages of history are in `history`.

use super::{Messages, address, view};
use crate::error::Result;
use crate::event::MessageView;
use crate::limits;
use crate::log::{Budget, Caught};
use crate::model::{Channel, Entry, Epoch, Id, Seq, User};
use crate::policy::{Action, Actor, can};
use crate::service::{Page, Past};

impl Messages {
    pub async fn get(&self, actor: &Actor, id: Id<Entry>) -> Result<MessageView> {
        let (entry, _) = self.find(actor, id).await?;
        view(&entry)
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
        let readable = self.rights.readable(actor, ids).await?;
        Ok(ids.iter().filter_map(|id| readable.get(id).cloned()).collect())
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
        self.shown(actor, &entries).await
    }

    /// What the actor said where they can read it now, newest first; of a page some may be left out.
    pub async fn own(&self, actor: &Actor, past: &Past) -> Result<Page<MessageView>> {
        let entries = self.store.messages.said_until(actor.id, past.until(), past.reads()).await?;
        let Page { items, paging } = past.page(entries, |entry| entry.created_at);
        Ok(Page { items: self.shown(actor, &items).await?, paging })
    }

    async fn shown(&self, actor: &Actor, entries: &[Entry]) -> Result<Vec<MessageView>> {
        let mut readable = Vec::new();
        for entry in entries {
            if self.rights.reads(actor, entry.log.cast()).await? {
                readable.push(view(entry)?);
            }
        }
        Ok(readable)
    }
}
