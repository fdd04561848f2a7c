//! The step that tells every entry of a channel how many messages its log holds up to it.

use futures_util::future::try_join_all;
use serde_json::json;

use super::collection::MESSAGES;
use super::language::is;
use super::migrations::Progress;
use super::{Change, Table};
use crate::error::Result;
use crate::model::{Channel, Entry, Id};

/// Channels, and entries, read at once.
const PAGE: u64 = 500;

/// Entries written at once, so that one wait for the disk is theirs together.
const AT_ONCE: usize = 64;

/// Channel by channel, each from its beginning: counting one twice comes to the same.
pub(super) async fn run(progress: &Progress) -> Result<()> {
    let channels: Table<Channel> = Table::on(&progress.engine);
    let reached = progress.reached().await?;
    let mut after: Option<Id<Channel>> = reached.and_then(|id| id.as_str()?.parse().ok());
    loop {
        let some = channels.each_after(after, PAGE).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = Some(last.id);
        for channel in &some {
            count(progress, channel.id).await?;
        }
        progress.mark(json!(last.id)).await?;
    }
}

async fn count(progress: &Progress, channel: Id<Channel>) -> Result<()> {
    let entries: Table<Entry> = Table::on(&progress.engine);
    let (mut seq, mut messages) = (0, 0);
    loop {
        let some = entries.after(channel.into(), seq, PAGE).await?;
        let Some(last) = some.last() else { return Ok(()) };
        seq = last.seq;
        let mut changes = Vec::new();
        for entry in &some {
            messages += u64::from(entry.what.is_message());
            if entry.messages != messages {
                changes.push((entry.id, messages));
            }
        }
        for some in changes.chunks(AT_ONCE) {
            let each = some.iter().map(|(id, messages)| {
                let change = vec![Change::set("messages", messages)];
                progress.engine.update(&MESSAGES, is("_id", id), change)
            });
            try_join_all(each).await?;
        }
    }
}
