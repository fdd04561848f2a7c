//! Brings message rows up to their log: after each change, and for what a crash left behind.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::log::fold;
use crate::model::{Entry, Id, What};
use crate::store::Store;

/// Entries read at a time.
const PAGE: u64 = 500;

/// Writes `rows`, which are the folds up to and with `change`, and notes that they are written.
/// Stopping half-way is harmless: the change stays marked, and [`all`] does it again.
pub(super) async fn fold_one(store: &Store, change: &Entry, rows: &[Entry]) -> Result<()> {
    for row in rows {
        if let What::Message(message) = &row.what {
            store.messages.keep_fold(row.id, message).await?;
        }
    }
    done_with(store, change).await
}

/// What remains once the rows are written.
async fn done_with(store: &Store, change: &Entry) -> Result<()> {
    if let What::Delete { target, .. } = &change.what {
        store.messages.scrub_edits(*target).await?;
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
    let root = change.what.thread().map(|(root, _)| root);
    let changed: BTreeSet<Id<Entry>> = change.what.target().into_iter().chain(root).collect();
    for message in changed {
        afresh(store, message).await?;
    }
    done_with(store, change).await
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
    if let Some(poll) = &mut message.poll {
        poll.votes.clear();
        poll.closed_at = None;
    }
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
    if let Some(newest) = store.messages.newest_of_thread(target).await? {
        fold::sum_up(message, &newest);
    }
    store.messages.keep_fold(target, message).await
}
