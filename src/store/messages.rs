//! Queries of the collection `messages`: the log, and the messages that are its fold.

use super::collection::MESSAGES;
use super::language::{all, is, one_of};
use super::{Change, Collection, Filter, Literal, Order, Query, Record, Table};
use crate::error::Result;
use crate::model::{ClientMsgId, Entry, Id, Log, Message, Seq, User};

impl Record for Entry {
    const COLLECTION: &'static Collection = &MESSAGES;
}

impl Table<Entry> {
    /// The last entry of a log.
    pub async fn head(&self, log: Id<Log>) -> Result<Option<Entry>> {
        self.first(Query::new(is("channelId", log), 1).by(Order::Down("seq"))).await
    }

    /// Entries `after < seq`, in order.
    pub async fn after(&self, log: Id<Log>, after: Seq, limit: u64) -> Result<Vec<Entry>> {
        let filter = all([is("channelId", log), Filter::Above("seq", Literal::of(after))]);
        self.find(Query::new(filter, limit).by(Order::Up("seq"))).await
    }

    /// The message that an earlier send with this id became (contract D-05).
    pub async fn intended(&self, log: Id<Log>, by: Id<User>, id: &ClientMsgId) -> Result<Option<Entry>> {
        self.first(Query::new(all([is("channelId", log), is("userId", by), is("clientMsgId", id)]), 1)).await
    }

    /// Messages before a seq, newest first.
    pub async fn before(&self, log: Id<Log>, before: Seq, limit: u64) -> Result<Vec<Entry>> {
        let filter =
            all([is("channelId", log), is("kind", "message"), Filter::Below("seq", Literal::of(before))]);
        self.find(Query::new(filter, limit).by(Order::Down("seq"))).await
    }

    /// Messages from a seq on, oldest first.
    pub async fn from(&self, log: Id<Log>, from: Seq, limit: u64) -> Result<Vec<Entry>> {
        let filter =
            all([is("channelId", log), is("kind", "message"), Filter::AtLeast("seq", Literal::of(from))]);
        self.find(Query::new(filter, limit).by(Order::Up("seq"))).await
    }

    /// Messages newest first, the first `skip` of them left out: for clients that page by offset.
    pub async fn page(&self, log: Id<Log>, skip: u64, limit: u64) -> Result<Vec<Entry>> {
        let filter = all([is("channelId", log), is("kind", "message")]);
        self.find(Query::new(filter, limit).by(Order::Down("seq")).skip(skip)).await
    }

    pub async fn count_in(&self, log: Id<Log>) -> Result<u64> {
        self.count(all([is("channelId", log), is("kind", "message")])).await
    }

    /// Somebody's messages anywhere, newest first.
    pub async fn by_author(&self, author: Id<User>, skip: u64, limit: u64) -> Result<Vec<Entry>> {
        let filter = all([is("userId", author), is("kind", "message")]);
        self.find(Query::new(filter, limit).by(Order::Down("createdAt")).skip(skip)).await
    }

    pub async fn count_by(&self, author: Id<User>) -> Result<u64> {
        self.count(all([is("userId", author), is("kind", "message")])).await
    }

    /// Replies to a message, oldest first, after a seq.
    pub async fn replies(&self, to: Id<Entry>, after: Seq, limit: u64) -> Result<Vec<Entry>> {
        let filter = all([is("replyTo", to), Filter::Above("seq", Literal::of(after))]);
        self.find(Query::new(filter, limit).by(Order::Up("seq"))).await
    }

    pub async fn count_replies(&self, to: Id<Entry>) -> Result<u64> {
        self.count(is("replyTo", to)).await
    }

    pub async fn named(&self, ids: &[Id<Entry>]) -> Result<Vec<Entry>> {
        self.find(Query::new(one_of("_id", ids), ids.len() as u64)).await
    }

    /// Changes of one message, in order, after a seq.
    pub async fn changes_of(&self, target: Id<Entry>, after: Seq, limit: u64) -> Result<Vec<Entry>> {
        let filter = all([is("target", target), Filter::Above("seq", Literal::of(after))]);
        self.find(Query::new(filter, limit).by(Order::Up("seq"))).await
    }

    /// Changes that are in the log and perhaps not yet in the row they change.
    pub async fn unfolded(&self, limit: u64) -> Result<Vec<Entry>> {
        self.find(Query::new(is("folded", false), limit)).await
    }

    /// Writes the row of a message as the fold up to `message.folded_seq`; an older fold changes nothing.
    pub async fn keep_fold(&self, id: Id<Entry>, message: &Message) -> Result<()> {
        let older = all([is("_id", id), Filter::AtMost("foldedSeq", Literal::of(message.folded_seq))]);
        let mut changes = vec![
            Change::set("revision", message.revision),
            Change::set("reactions", &message.reactions),
            Change::set("foldedSeq", message.folded_seq),
        ];
        match &message.text {
            Some(text) => changes.push(Change::set("text", text)),
            None => changes.push(Change::Unset("text")),
        }
        if let Some(at) = message.edited_at {
            changes.push(Change::set("editedAt", at));
        }
        if let Some(at) = message.deleted_at {
            let content = ["mentions", "everyone", "attachments", "imageUrl", "fileUrl"];
            changes.extend(content.into_iter().map(Change::Unset));
            changes.push(Change::set("deletedAt", at));
        }
        self.update(older, changes).await.map(drop)
    }

    pub async fn mark_folded(&self, change: Id<Entry>) -> Result<()> {
        self.update(is("_id", change), vec![Change::set("folded", true)]).await.map(drop)
    }

    /// Takes the words out of every edit of a deleted message (contract D-16).
    pub async fn scrub_edits(&self, target: Id<Entry>) -> Result<u64> {
        let edits = all([is("target", target), is("kind", "edit")]);
        self.update_all(edits, vec![Change::Unset("text")]).await
    }
}
