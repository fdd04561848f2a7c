//! Gives drafts their numbers, and checks changes against the messages they change.

use std::collections::{HashMap, HashSet};

use super::fold::{self, Folded};
use super::pins::Pins;
use super::writer::Item;
use super::{Draft, Kept};
use crate::error::{Error, Result};
use crate::model::{Entry, Id, Log, Seq, Time, What};
use crate::store::Store;

/// More changes than this are never on their way at once, unless none can be folded in.
const PENDING: u64 = 2_000;

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
    /// The message's row as the entry leaves it.
    pub row: Option<Entry>,
}

/// What one insert takes on, and what has to wait for its outcome.
#[derive(Default)]
pub(super) struct Batch {
    pub numbered: Vec<Numbered>,
    pub waiting: Vec<Item>,
}

/// The messages that a batch changes, as its entries leave them one after the other.
pub(super) struct Rows {
    rows: HashMap<Id<Entry>, Entry>,
    /// Changed by this batch, so not durable yet.
    touched: HashSet<Id<Entry>>,
    pins: Pins,
}

impl Rows {
    /// Each message as its log stands, also where a change is not folded in yet. The changes are
    /// read first: one that is folded in meanwhile is then found in the row.
    pub(super) async fn read(store: &Store, log: Id<Log>, items: &[Item]) -> Result<Rows> {
        let targets: HashSet<Id<Entry>> = items.iter().filter_map(|item| item.draft.what.target()).collect();
        let (mut rows, mut pins) = (HashMap::new(), Pins::default());
        if !targets.is_empty() {
            let changes = pending(store, log).await?;
            let targets: Vec<Id<Entry>> = targets.into_iter().collect();
            let found = store.messages.named(&targets).await?;
            rows.extend(found.into_iter().map(|row| (row.id, row)));
            pins = Pins::read(store, log, items).await?;
            for change in changes {
                pins.follow(&change);
                let target = change.what.target().and_then(|target| rows.get_mut(&target));
                if let Some(Entry { what: What::Message(message), .. }) = target {
                    fold::apply(message, &change);
                }
            }
        }
        pins.moved = false;
        Ok(Rows { rows, touched: HashSet::new(), pins })
    }

    /// Checks a change against its message and folds it in; every other entry passes.
    fn fold(&mut self, draft: &Draft, mut entry: Entry) -> Result<Foldable> {
        let Some(target) = draft.what.target() else {
            return Ok(Foldable::Write(Box::new(entry), None));
        };
        let row = self.rows.get_mut(&target).filter(|row| row.log == entry.log);
        let row = row.ok_or_else(|| Error::not_found("message"))?;
        let What::Message(message) = &mut row.what else {
            return Err(Error::not_found("message"));
        };
        let mut checked = fold::check(message, draft);
        if let Ok(Folded::Changed) = checked {
            checked = self.pins.check(draft).map(|()| Folded::Changed);
        }
        let unsettled = self.touched.contains(&target) || self.pins.moved;
        if unsettled && !matches!(checked, Ok(Folded::Changed)) {
            return Ok(Foldable::Later);
        }
        if let Folded::Already = checked? {
            return Ok(Foldable::Already(Box::new(row.clone())));
        }
        if let What::Edit { revision, before, .. } = &mut entry.what {
            *before = message.text.clone().filter(|_| message.revision == 0);
            *revision = message.revision + 1;
        }
        fold::apply(message, &entry);
        self.pins.follow(&entry);
        self.touched.insert(target);
        Ok(Foldable::Write(Box::new(entry), Some(Box::new(row.clone()))))
    }
}

/// Changes in the log that may not be in their rows yet, in order.
async fn pending(store: &Store, log: Id<Log>) -> Result<Vec<Entry>> {
    // By its log alone an index would be read that holds the whole log.
    let mut changes = store.messages.unfolded(PENDING).await?;
    if changes.len() as u64 >= PENDING {
        return Err(Error::unavailable("too many changes are on their way into their messages"));
    }
    changes.retain(|change| change.log == log);
    changes.sort_by_key(|change| change.seq);
    Ok(changes)
}

enum Foldable {
    Write(Box<Entry>, Option<Box<Entry>>),
    Already(Box<Entry>),
    /// The answer rests on an entry of the same batch, which is not durable yet (contract D-03).
    Later,
}

/// Numbers what can be written and answers what cannot, or need not, be.
pub(super) fn number(log: Id<Log>, items: Vec<Item>, mut rows: Rows, mut head: Head, now: Time) -> Batch {
    let mut batch = Batch::default();
    let mut items = items.into_iter();
    for item in items.by_ref() {
        let entry = entry(log, &item, head, now);
        let next = Head::after(&entry);
        match rows.fold(&item.draft, entry) {
            Ok(Foldable::Write(entry, row)) => {
                head = next;
                batch.numbered.push(Numbered { item, entry: *entry, row: row.map(|row| *row) });
            }
            Ok(Foldable::Already(row)) => {
                let kept = Kept { entry: *row.clone(), row: Some(*row), duplicate: true };
                let _ = item.answer.send(Ok(kept));
            }
            Ok(Foldable::Later) => {
                batch.waiting.push(item);
                break;
            }
            Err(error) => {
                let _ = item.answer.send(Err(error));
            }
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
