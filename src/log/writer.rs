//! Numbers drafts and writes them, many at a time (contract D-11).
//!
//! The fence is the unique index on (channel, seq): whoever else writes, a number belongs to one
//! entry, and an ordered insert that stops leaves no hole. What the store does not answer for sure
//! is written again with the same ids until the senders' deadline.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::fold::{self, Folded};
use super::{Draft, Kept};
use crate::clock::Clock;
use crate::error::{Code, Error, Result};
use crate::model::{Entry, Id, Log, Seq, Time, What};
use crate::store::{FENCE, INTENT, Refusal, Rejected, Store};

/// A draft in line, and who waits for it.
pub(super) struct Item {
    pub id: Id<Entry>,
    pub draft: Draft,
    pub answer: oneshot::Sender<Result<Kept>>,
    pub deadline: Instant,
    /// It was sent to the store before, with an outcome that nobody knows.
    pub tried: bool,
}

impl Item {
    /// Nothing of it was written.
    pub(super) fn refuse(self, error: &Error) {
        let _ = self.answer.send(Err(refusal_of(error)));
    }
}

/// An entry that is durable, still to be told and answered.
pub(super) struct Done {
    pub entry: Entry,
    /// The message's row as the entry leaves it.
    pub row: Option<Entry>,
    answer: oneshot::Sender<Result<Kept>>,
}

impl Done {
    /// The sender may be gone; the entry is kept all the same.
    pub(super) fn answer(&mut self) {
        let kept = Kept { entry: self.entry.clone(), row: self.row.clone(), duplicate: false };
        let (unused, _) = oneshot::channel();
        let _ = std::mem::replace(&mut self.answer, unused).send(Ok(kept));
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Head {
    seq: Seq,
    mver: Seq,
    created_at: Time,
}

pub(super) struct Writer {
    log: Id<Log>,
    store: Store,
    clock: Clock,
    /// Unknown at first and after every surprise.
    head: Option<Head>,
}

/// An item with the entry it becomes.
struct Numbered {
    item: Item,
    entry: Entry,
    row: Option<Entry>,
}

/// Between two tries of a write whose outcome is unknown.
const PAUSE: Duration = Duration::from_millis(50);

impl Writer {
    pub(super) fn new(log: Id<Log>, store: Store, clock: Clock) -> Writer {
        Writer { log, store, clock, head: None }
    }

    /// Writes what can be written; answers the rest itself. The result is in the order of the log.
    pub(super) async fn write(&mut self, items: Vec<Item>) -> Vec<Done> {
        let mut done = Vec::new();
        let mut left = items;
        while !left.is_empty() {
            left = match self.attempt(left, &mut done).await {
                Ok(left) => left,
                Err((error, left)) => self.give_up_on_some(error, left).await,
            };
        }
        done
    }

    /// One insert. What is left is to be tried again.
    async fn attempt(
        &mut self,
        items: Vec<Item>,
        done: &mut Vec<Done>,
    ) -> Result<Vec<Item>, (Error, Vec<Item>)> {
        let head = match self.head().await {
            Ok(head) => head,
            Err(error) => return Err((error, items)),
        };
        let mut batch = match self.number(items, head, done).await {
            Ok(batch) => batch,
            Err(failed) => return Err(failed),
        };
        let entries: Vec<Entry> = batch.iter().map(|numbered| numbered.entry.clone()).collect();
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let rejected = self.store.messages.insert_all(&entries).await.err();
        let written = rejected.as_ref().map_or(batch.len(), |rejected| rejected.done);
        let rest = batch.split_off(written.min(batch.len()));
        for Numbered { item, entry, row } in batch {
            self.head = Some(Head { seq: entry.seq, mver: entry.mver, created_at: entry.created_at });
            done.push(Done { entry, row, answer: item.answer });
        }
        match rejected {
            None => Ok(Vec::new()),
            Some(rejected) => self.after_refusal(rejected, rest, done).await,
        }
    }

    async fn after_refusal(
        &mut self,
        rejected: Rejected,
        rest: Vec<Numbered>,
        done: &mut Vec<Done>,
    ) -> Result<Vec<Item>, (Error, Vec<Item>)> {
        let mut rest: Vec<Item> = rest.into_iter().map(|numbered| numbered.item).collect();
        match rejected.why {
            Refusal::Taken(index) if index == FENCE => {
                self.head = None;
                Ok(rest)
            }
            Refusal::Taken(index) if index == INTENT || index == "_id" => {
                if rest.is_empty() {
                    return Ok(rest);
                }
                let first = rest.remove(0);
                match self.settle_repeat(first, done).await {
                    Ok(()) => Ok(rest),
                    Err((error, item)) => {
                        rest.insert(0, item);
                        Err((error, rest))
                    }
                }
            }
            Refusal::Taken(index) => {
                Err((Error::internal(format!("the index {index} refused a log entry")), rest))
            }
            Refusal::Fault(error) => {
                self.head = None;
                let unknown = error.code() != Code::Unavailable;
                rest.iter_mut().for_each(|item| item.tried |= unknown);
                Err((error, rest))
            }
        }
    }

    /// The store holds this intent: from an earlier send, or from an earlier try of ours.
    async fn settle_repeat(&mut self, item: Item, done: &mut Vec<Done>) -> Result<(), (Error, Item)> {
        let found = match &item.draft.client_msg_id {
            Some(id) => self.store.messages.intended(self.log, item.draft.by, id).await,
            None => self.store.messages.get(item.id).await,
        };
        match found {
            Err(error) => Err((error, item)),
            Ok(None) => Err((Error::unknown(), item)),
            Ok(Some(entry)) if entry.id == item.id => {
                self.head = None;
                done.push(Done { entry, row: None, answer: item.answer });
                Ok(())
            }
            Ok(Some(entry)) => {
                let _ = item.answer.send(repeat(entry, &item.draft));
                Ok(())
            }
        }
    }

    async fn head(&mut self) -> Result<Head> {
        if let Some(head) = self.head {
            return Ok(head);
        }
        let last = self.store.messages.head(self.log).await?;
        let head = last.map_or_else(Head::default, |entry| Head {
            seq: entry.seq,
            mver: entry.mver,
            created_at: entry.created_at,
        });
        self.head = Some(head);
        Ok(head)
    }

    /// Numbers what can be written and answers what cannot, or need not, be.
    async fn number(
        &self,
        items: Vec<Item>,
        mut head: Head,
        done: &[Done],
    ) -> Result<Vec<Numbered>, (Error, Vec<Item>)> {
        let mut rows = match self.rows(&items, done).await {
            Ok(rows) => rows,
            Err(error) => return Err((error, items)),
        };
        let now = self.clock.now();
        let mut batch = Vec::with_capacity(items.len());
        for item in items {
            let seq = head.seq + 1;
            let created_at = now.max(head.created_at);
            let mver = if item.draft.what.changes_readers() { seq } else { head.mver };
            let entry = Entry {
                id: item.id,
                log: self.log,
                seq,
                mver,
                user_id: item.draft.by,
                username: item.draft.by_name.clone(),
                client_msg_id: item.draft.client_msg_id.clone(),
                created_at,
                what: item.draft.what.clone(),
            };
            match foldable(&mut rows, &item.draft, entry) {
                Ok(Foldable::Write(entry, row)) => {
                    head = Head { seq, mver, created_at };
                    batch.push(Numbered { item, entry: *entry, row });
                }
                Ok(Foldable::Already(row)) => {
                    let _ =
                        item.answer.send(Ok(Kept { entry: *row.clone(), row: Some(*row), duplicate: true }));
                }
                Err(error) => {
                    let _ = item.answer.send(Err(error));
                }
            }
        }
        Ok(batch)
    }

    /// The messages that the items change, as they stand after what is done but not yet folded.
    async fn rows(&self, items: &[Item], done: &[Done]) -> Result<HashMap<Id<Entry>, Entry>> {
        let targets: Vec<Id<Entry>> = items.iter().filter_map(|item| item.draft.what.target()).collect();
        if targets.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = self.store.messages.named(&targets).await?;
        let folded = done.iter().filter_map(|done| done.row.clone());
        Ok(rows.into_iter().chain(folded).map(|row| (row.id, row)).collect())
    }

    /// After a fault: who can wait is tried again after a pause, who cannot is answered.
    async fn give_up_on_some(&mut self, error: Error, items: Vec<Item>) -> Vec<Item> {
        self.head = None;
        let now = Instant::now();
        let retry = error.code() == Code::Unknown;
        let (wait, over): (Vec<Item>, Vec<Item>) =
            items.into_iter().partition(|item| (retry || item.tried) && now + PAUSE < item.deadline);
        for item in over {
            let answer = if item.tried { Error::unknown() } else { refusal_of(&error) };
            let _ = item.answer.send(Err(answer));
        }
        if !wait.is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
        wait
    }
}

/// The same refusal for one more waiting sender.
fn refusal_of(error: &Error) -> Error {
    match error.code() {
        Code::Unavailable | Code::Unknown => {
            Error::unavailable("the store does not answer, nothing was written")
        }
        _ => Error::internal(error.to_string()),
    }
}

/// The answer to a second arrival of one intent (D-05).
fn repeat(entry: Entry, draft: &Draft) -> Result<Kept> {
    match (&entry.what, &draft.what) {
        (What::Message(first), What::Message(second)) if first.digest == second.digest => {
            Ok(Kept { entry, row: None, duplicate: true })
        }
        _ => Err(Error::conflict("this clientMsgId was used for another message")),
    }
}

enum Foldable {
    Write(Box<Entry>, Option<Entry>),
    Already(Box<Entry>),
}

/// Checks a change against its message and folds it in; every other entry passes.
fn foldable(rows: &mut HashMap<Id<Entry>, Entry>, draft: &Draft, mut entry: Entry) -> Result<Foldable> {
    let Some(target) = draft.what.target() else {
        return Ok(Foldable::Write(Box::new(entry), None));
    };
    let row = rows.get_mut(&target).filter(|row| row.log == entry.log);
    let row = row.ok_or_else(|| Error::not_found("message"))?;
    let What::Message(message) = &mut row.what else {
        return Err(Error::not_found("message"));
    };
    if let Folded::Already = fold::check(message, draft)? {
        return Ok(Foldable::Already(Box::new(row.clone())));
    }
    if let What::Edit { revision, .. } = &mut entry.what {
        *revision = message.revision + 1;
    }
    fold::apply(message, &entry);
    Ok(Foldable::Write(Box::new(entry), Some(row.clone())))
}
