//! Keeps the index of messages up with the logs.
//!
//! What a message says is read from its row, as it is when its turn comes, so it does not matter how
//! often or by how many processes an entry is read. Only a change that stands in the log and not yet in
//! the row is added here.

use std::collections::BTreeMap;

use serde_json::json;

use crate::error::{Error, Result};
use crate::log::{Batch, Follower, Logs, Pace, Start, fold};
use crate::model::{Entry, Id, Link, Message, MessageType, What};
use crate::store::{Indexed, Store, place};
use crate::words::{self, Has};

const NAME: &str = "search";
/// The index that the cursors belong to.
const INDEX: &str = "search:index";
/// Entries of several logs that are taken up together.
const ENOUGH: usize = 256;
const CHANNELS: u64 = 200;

#[derive(Debug)]
pub struct Indexer {
    store: Store,
    follower: Follower,
}

impl Indexer {
    /// Goes on where it left off or, where the index is another one, from the beginning.
    pub async fn open(store: Store, logs: &Logs) -> Result<Indexer> {
        let index = json!(store.engine.index_name().await?);
        let known = store.settings.get(INDEX).await?;
        if known.is_none_or(|known| known.value != index) {
            store.cursors.forget(NAME).await?;
            store.settings.put(INDEX, index).await?;
        }
        Ok(Indexer { store, follower: Follower::open(NAME, logs, Start::Beginning).await? })
    }

    pub fn pace(&self) -> Pace {
        self.follower.pace()
    }

    /// Takes up everything that is in the logs by now.
    pub async fn catch_up(&mut self) -> Result<()> {
        let mut after = None;
        loop {
            let some = self.store.channels.each_after(after, CHANNELS).await?;
            let Some(last) = some.last() else { return Ok(()) };
            after = Some(last.id);
            for channel in &some {
                let head = self.store.messages.head(channel.id.into()).await?;
                while self.follower.reached(channel.id.into()) < head.as_ref().map_or(0, |head| head.seq) {
                    self.round().await;
                }
            }
        }
    }

    /// Takes up what comes next; waits until there is something.
    pub async fn round(&mut self) {
        let batches = self.follower.several(ENOUGH).await;
        let worked = self.take_up(&batches).await;
        self.follower.finish_all(batches, worked).await;
    }

    async fn take_up(&self, batches: &[Batch]) -> Result<()> {
        let (mut found, mut lost) = (Vec::new(), Vec::new());
        for row in self.rows(batches).await? {
            match is_found(&row) {
                true => found.push(row),
                false => lost.push(row.id),
            }
        }
        self.store.engine.unindex(lost).await?;
        let indexed = tokio::task::spawn_blocking(move || found.iter().filter_map(indexed).collect());
        self.store.engine.index(indexed.await.map_err(Error::internal)?).await
    }

    /// Every message that the entries are or change, with these changes in it.
    async fn rows(&self, batches: &[Batch]) -> Result<Vec<Entry>> {
        let entries = || batches.iter().flat_map(|batch| &batch.entries);
        let mut rows: BTreeMap<Id<Entry>, Entry> = entries()
            .filter(|entry| entry.what.is_message())
            .map(|entry| (entry.id, entry.clone()))
            .collect();
        let changes: Vec<&Entry> = entries().filter(|entry| says_otherwise(&entry.what)).collect();
        let elsewhere = changes.iter().filter_map(|change| change.what.target());
        let elsewhere: Vec<Id<Entry>> = elsewhere.filter(|target| !rows.contains_key(target)).collect();
        rows.extend(self.store.messages.named(&elsewhere).await?.into_iter().map(|row| (row.id, row)));
        for change in changes {
            let target = change.what.target().and_then(|target| rows.get_mut(&target));
            if let Some(Entry { what: What::Message(message), .. }) = target {
                fold::apply(message, change);
            }
        }
        Ok(rows.into_values().collect())
    }
}

/// Whether a change alters what a message is found by.
fn says_otherwise(what: &What) -> bool {
    matches!(what, What::Edit { .. } | What::Delete { .. } | What::Pin { .. })
}

fn is_found(row: &Entry) -> bool {
    matches!(&row.what, What::Message(message) if message.deleted_at.is_none())
}

fn indexed(row: &Entry) -> Option<Indexed> {
    let What::Message(message) = &row.what else { return None };
    let mut tokens = message.text.as_ref().map(|text| words::tokens(text.as_str())).unwrap_or_default();
    tokens.extend(kinds(message).into_iter().map(words::has));
    tokens.insert(words::author(row.user_id));
    tokens.extend(message.pinned_at.map(|_| words::pinned()));
    let channel = row.log.cast();
    tokens.insert(words::channel(channel));
    Some(Indexed { id: row.id, place: place(row.created_at, row.id), channel, tokens })
}

/// What a message holds beside words.
pub(super) fn kinds(message: &Message) -> Vec<Has> {
    let link = message.text.as_ref().is_some_and(|text| words::links(text.as_str()));
    let pictures = || message.attachments.iter().filter(|link| is_picture(link));
    let others = message.attachments.len() > pictures().count();
    let is = |kind| message.message_type == kind;
    [
        (Has::Link, link),
        (Has::Image, is(MessageType::Image) || message.image_url.is_some() || pictures().next().is_some()),
        (Has::File, is(MessageType::File) || message.file_url.is_some() || others),
    ]
    .into_iter()
    .filter_map(|(kind, there)| there.then_some(kind))
    .collect()
}

/// By its name, as nothing else is known of an attachment.
fn is_picture(link: &Link) -> bool {
    let path = link.as_str().split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    [".png", ".jpg", ".jpeg", ".gif", ".webp"].iter().any(|ending| path.ends_with(ending))
}
