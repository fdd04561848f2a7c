//! Gives drafts their numbers, and checks changes against the messages they change.

use super::Kept;
use super::rows::{Foldable, Rows};
use super::writer::Item;
use crate::error::Error;
use crate::model::{Entry, Id, Log, Seq, Time};

/// The end of a log, from which numbering goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head {
    pub seq: Seq,
    pub mver: Seq,
    pub messages: u64,
    pub created_at: Time,
}

impl Head {
    pub(super) fn after(entry: &Entry) -> Head {
        let Entry { seq, mver, messages, created_at, .. } = *entry;
        Head { seq, mver, messages, created_at }
    }
}

/// An item with the entry it becomes.
pub(super) struct Numbered {
    pub item: Item,
    pub entry: Entry,
    /// The rows that it changes, as it leaves them.
    pub rows: Vec<Entry>,
}

/// What one insert takes on, and what has to wait for its outcome.
#[derive(Default)]
pub(super) struct Batch {
    pub numbered: Vec<Numbered>,
    pub waiting: Vec<Item>,
    /// What cannot be written, unless it was before: a repeat has its first answer (contract D-05).
    pub refused: Vec<(Item, Error)>,
}

/// Numbers what can be written and answers what cannot, or need not, be.
pub(super) fn number(log: Id<Log>, items: Vec<Item>, mut rows: Rows, mut head: Head, now: Time) -> Batch {
    let mut batch = Batch::default();
    let mut items = items.into_iter();
    for item in items.by_ref() {
        let entry = entry(log, &item, head, now);
        let next = Head::after(&entry);
        match rows.fold(&item.draft, entry) {
            Ok(Foldable::Write(entry, rows)) => {
                head = next;
                batch.numbered.push(Numbered { item, entry: *entry, rows });
            }
            Ok(Foldable::Already(row)) => {
                let kept = Kept { entry: *row.clone(), row: Some(*row), duplicate: true };
                let _ = item.answer.send(Ok(kept));
            }
            Ok(Foldable::Later) => {
                batch.waiting.push(item);
                break;
            }
            Err(error) => batch.refused.push((item, error)),
        }
    }
    // What came after it must not overtake it.
    batch.waiting.extend(items);
    batch
}

/// The time never goes back along a log, whatever the clock does (contract D-09).
fn entry(log: Id<Log>, item: &Item, head: Head, now: Time) -> Entry {
    let seq = head.seq + 1;
    Entry {
        id: item.id,
        log,
        seq,
        mver: if item.draft.what.changes_readers() { seq } else { head.mver },
        messages: head.messages + u64::from(item.draft.what.is_message()),
        user_id: item.draft.by,
        username: item.draft.by_name.clone(),
        client_msg_id: item.draft.client_msg_id.clone(),
        created_at: now.max(head.created_at),
        what: item.draft.what.clone(),
    }
}
