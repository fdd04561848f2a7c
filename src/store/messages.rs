//! Queries of the collection `messages`: the log, and the messages that are its fold.

use super::collection::MESSAGES;
use super::language::{all, is, one_of};
use super::{Change, Collection, Filter, Literal, Order, Query, Record, Slice, Table, set_or_unset};
use crate::error::Result;
use crate::model::{ClientMsgId, Entry, Id, Log, Message, Seq, Time, User};

impl Record for Entry {
    const COLLECTION: &'static Collection = &MESSAGES;
}

fn pinned(log: Id<Log>) -> Filter {
    all([is("channelId", log), Filter::Above("pinnedAt", Literal::Text(String::new()))])
}

/// Not deleted.
const STANDS: Filter = Filter::Is("deletedAt", Literal::Null);

fn of_thread(root: Id<Entry>, kind: &str) -> Filter {
    all([is("threadId", root), is("kind", kind)])
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

    /// Somebody's messages anywhere up to a moment, newest first.
    pub async fn said_until(&self, author: Id<User>, until: Option<Time>, limit: u64) -> Result<Vec<Entry>> {
        let mut filters = vec![is("userId", author), is("kind", "message")];
        filters.extend(until.map(|until| Filter::AtMost("createdAt", Literal::of(until))));
        self.find(Query::new(Filter::And(filters), limit).by(Order::Down("createdAt"))).await
    }

    /// The last message of somebody in a log.
    pub async fn last_of(&self, log: Id<Log>, author: Id<User>) -> Result<Option<Entry>> {
        let filter = all([is("channelId", log), is("userId", author), is("kind", "message")]);
        self.first(Query::new(filter, 1).by(Order::Down("seq"))).await
    }

    pub async fn count_by(&self, author: Id<User>) -> Result<u64> {
        self.count(all([is("userId", author), is("kind", "message")])).await
    }

    /// Replies to a message that are not deleted, oldest first, after a seq.
    pub async fn replies(&self, to: Id<Entry>, after: Seq, limit: u64) -> Result<Vec<Entry>> {
        let filter = all([is("replyTo", to), STANDS, Filter::Above("seq", Literal::of(after))]);
        self.find(Query::new(filter, limit).by(Order::Up("seq"))).await
    }

    pub async fn count_replies(&self, to: Id<Entry>) -> Result<u64> {
        self.count(all([is("replyTo", to), STANDS])).await
    }

    /// Replies in a thread, oldest first, after a seq; deleted ones too.
    pub async fn in_thread(&self, root: Id<Entry>, after: Seq, limit: u64) -> Result<Vec<Entry>> {
        let filter = all([of_thread(root, "message"), Filter::Above("seq", Literal::of(after))]);
        self.find(Query::new(filter, limit).by(Order::Up("seq"))).await
    }

    /// The last replies in a thread that are not deleted, newest first.
    pub async fn newest_replies(&self, root: Id<Entry>, limit: u64) -> Result<Vec<Entry>> {
        let filter = all([of_thread(root, "message"), STANDS]);
        self.find(Query::new(filter, limit).by(Order::Down("seq"))).await
    }

    /// The last entry that says what a thread comes to: a reply, or the deletion of one.
    pub async fn newest_of_thread(&self, root: Id<Entry>) -> Result<Option<Entry>> {
        let newest = |kind| self.first(Query::new(of_thread(root, kind), 1).by(Order::Down("seq")));
        let (reply, deletion) = (newest("message").await?, newest("delete").await?);
        Ok(reply.into_iter().chain(deletion).max_by_key(|entry| entry.seq))
    }

    /// Pinned messages of a channel, the one that was pinned last first.
    pub async fn pinned(&self, log: Id<Log>, slice: Slice) -> Result<Vec<Entry>> {
        self.find(slice.down(pinned(log), "pinnedAt")).await
    }

    /// Messages that pass another one on and are not deleted, by id.
    pub async fn copies(&self, of: Id<Entry>, after: Option<Id<Entry>>, limit: u64) -> Result<Vec<Entry>> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let filter = all([is("forwardOf", of), STANDS, Filter::Above("_id", Literal::Text(after))]);
        self.find(Query::new(filter, limit).by(Order::Up("_id"))).await
    }

    pub async fn count_pinned(&self, log: Id<Log>) -> Result<u64> {
        self.count(pinned(log)).await
    }

    pub async fn named(&self, ids: &[Id<Entry>]) -> Result<Vec<Entry>> {
        self.find(Query::new(one_of("_id", ids), ids.len() as u64)).await
    }

    /// Changes of one message, in order, after a seq.
    pub async fn changes_of(&self, target: Id<Entry>, after: Seq, limit: u64) -> Result<Vec<Entry>> {
        let filter = all([is("target", target), Filter::Above("seq", Literal::of(after))]);
        self.find(Query::new(filter, limit).by(Order::Up("seq"))).await
    }

    /// Edits of a message, in order, after a seq.
    pub async fn edits(&self, target: Id<Entry>, after: Seq, limit: u64) -> Result<Vec<Entry>> {
        let filter =
            all([is("target", target), is("kind", "edit"), Filter::Above("seq", Literal::of(after))]);
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
            set_or_unset("text", message.text.as_ref()),
            set_or_unset("pinnedAt", message.pinned_at),
            set_or_unset("pinnedBy", message.pinned_by),
            set_or_unset("poll", message.poll.as_ref()),
        ];
        // A reply keeps what its thread came to with it.
        if message.thread_id.is_none() {
            changes.push(set_or_unset("thread", message.thread.as_ref()));
        }
        if let Some(at) = message.edited_at {
            changes.push(Change::set("editedAt", at));
        }
        if let Some(at) = message.deleted_at {
            let content = ["mentions", "everyone", "attachments", "imageUrl", "fileUrl", "forwarded"];
            changes.extend(content.into_iter().map(Change::Unset));
            changes.push(Change::set("deletedAt", at));
        } else {
            changes.push(Change::set("mentions", &message.mentions));
            changes.push(set_or_unset("everyone", message.everyone));
        }
        self.update(older, changes).await.map(drop)
    }

    pub async fn mark_folded(&self, change: Id<Entry>) -> Result<()> {
        self.update(is("_id", change), vec![Change::set("folded", true)]).await.map(drop)
    }

    /// Takes the words, and whom they called, out of every edit of a deleted message (contract D-16).
    pub async fn scrub_edits(&self, target: Id<Entry>) -> Result<u64> {
        let edits = all([is("target", target), is("kind", "edit")]);
        let content = ["text", "before", "mentions", "everyone"];
        self.update_all(edits, content.into_iter().map(Change::Unset).collect()).await
    }
}
