//! Brings message rows up to their log: after each change, and for what a crash left behind.

use crate::error::Result;
use crate::log::fold;
use crate::model::{Entry, Id, What};
use crate::store::Store;

/// Entries read at a time.
const PAGE: u64 = 500;

/// Writes `row`, which is the fold up to and with `change`, and notes that it is written. Stopping
/// half-way is harmless: the change stays marked, and [`all`] does it again.
pub(super) async fn fold_one(store: &Store, change: &Entry, row: &Entry) -> Result<()> {
    let What::Message(message) = &row.what else {
        return Ok(());
    };
    store.messages.keep_fold(row.id, message).await?;
    if matches!(change.what, What::Delete { .. }) {
        store.messages.scrub_edits(row.id).await?;
    }
    store.messages.mark_folded(change.id).await
}

/// How many changes were finished.
pub(super) async fn all(store: &Store) -> Result<u64> {
    let mut finished = 0;
    loop {
        let changes = store.messages.unfolded(PAGE).await?;
        if changes.is_empty() {
            return Ok(finished);
        }
        for change in changes {
            finish(store, &change).await?;
            finished += 1;
        }
    }
}

/// Folds a change of which only the log is known to hold it.
pub(super) async fn finish(store: &Store, change: &Entry) -> Result<()> {
    if let Some(target) = change.what.target() {
        afresh(store, target).await?;
        if matches!(change.what, What::Delete { .. }) {
            store.messages.scrub_edits(target).await?;
        }
    }
    store.messages.mark_folded(change.id).await
}

/// Folds every change of a message again, from the first.
async fn afresh(store: &Store, target: Id<Entry>) -> Result<()> {
    let Some(mut row) = store.messages.get(target).await? else {
        return Ok(());
    };
    let What::Message(message) = &mut row.what else {
        return Ok(());
    };
    message.reactions.clear();
    (message.pinned_at, message.pinned_by) = (None, None);
    message.folded_seq = 0;
    message.deleted_at = None;
    loop {
        let changes = store.messages.changes_of(target, message.folded_seq, PAGE).await?;
        let Some(last) = changes.last() else { break };
        let last = last.seq;
        for change in &changes {
            fold::apply(message, change);
        }
        message.folded_seq = last;
    }
    store.messages.keep_fold(target, message).await
}
