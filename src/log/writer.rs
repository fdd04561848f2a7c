//! Numbers drafts and writes them, many at a time (contract D-11).
//!
//! The fence is the unique index on (channel, seq): whoever else writes, a number belongs to one
//! entry, and an ordered insert that stops leaves no hole. What the store does not answer for sure
//! is written again with the same ids until the senders' deadline.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::number::{self, Batch, Head, Numbered};
use super::rows::Rows;
use super::{Draft, Kept};
use crate::clock::Clock;
use crate::error::{Code, Error, Result};
use crate::failpoint::{self, Point};
use crate::model::{Entry, Id, Log, What};
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
    fn is_tried_change(&self) -> bool {
        self.tried && self.draft.what.target().is_some()
    }

    /// Nothing of it will be written from now on.
    pub(super) fn refuse(self, error: &Error) {
        let answer = if self.tried { Error::unknown() } else { refusal_of(error) };
        let _ = self.answer.send(Err(answer));
    }
}

/// An entry that is durable, still to be told and answered.
pub(super) struct Done {
    pub entry: Entry,
    /// The rows that the entry changes, as it leaves them; none where an earlier try turns out to have
    /// written it.
    pub rows: Vec<Entry>,
    answer: oneshot::Sender<Result<Kept>>,
}

impl Done {
    /// The sender may be gone; the entry is kept all the same.
    pub(super) fn answer(&mut self) {
        let kept = Kept { entry: self.entry.clone(), row: self.rows.first().cloned(), duplicate: false };
        let (unused, _) = oneshot::channel();
        let _ = std::mem::replace(&mut self.answer, unused).send(Ok(kept));
    }
}

pub(super) struct Writer {
    log: Id<Log>,
    store: Store,
    clock: Clock,
    /// Unknown at first and after every surprise.
    head: Option<Head>,
    /// A change was given up whose outcome nobody knows: its row may be behind the log.
    unsure: bool,
}

/// Between two tries of a write whose outcome is unknown.
const PAUSE: Duration = Duration::from_millis(50);

type Left = Result<Vec<Item>, (Error, Vec<Item>)>;

impl Writer {
    pub(super) fn new(log: Id<Log>, store: Store, clock: Clock) -> Writer {
        Writer { log, store, clock, head: None, unsure: false }
    }

    /// One round: adds to `done` what is durable, in the order of the log, answers what cannot be
    /// written, and gives back what is to be tried again.
    pub(super) async fn write(&mut self, items: Vec<Item>, done: &mut Vec<Done>) -> Vec<Item> {
        let items = self.in_time(items);
        match self.attempt(items, done).await {
            Ok(left) => left,
            Err((error, left)) => self.give_up_on_some(error, left),
        }
    }

    /// Whether, since it was last asked, a change was given up that may be in the log.
    pub(super) fn gave_up_unsure(&mut self) -> bool {
        std::mem::take(&mut self.unsure)
    }

    /// Before the round after one that did not get anywhere.
    pub(super) async fn pause(&self) {
        tokio::time::sleep(PAUSE).await;
    }

    async fn attempt(&mut self, items: Vec<Item>, done: &mut Vec<Done>) -> Left {
        let items = self.find_written(items, done).await?;
        let ready = match self.head().await {
            Ok(head) => Rows::read(&self.store, self.log, &items).await.map(|rows| (head, rows)),
            Err(error) => Err(error),
        };
        let (head, rows) = match ready {
            Ok(ready) => ready,
            Err(error) => return Err((error, items)),
        };
        let Batch { numbered, waiting, refused } =
            number::number(self.log, items, rows, head, self.clock.now());
        self.refuse(refused).await;
        let left = self.insert(numbered, done).await;
        let joined = |mut left: Vec<Item>| {
            left.extend(waiting);
            left
        };
        match left {
            Ok(left) => Ok(joined(left)),
            Err((error, left)) => Err((error, joined(left))),
        }
    }

    /// A change that was tried may be in the log already, and would be checked against its own effect.
    async fn find_written(&mut self, items: Vec<Item>, done: &mut Vec<Done>) -> Left {
        let mut left = Vec::new();
        let mut items = items.into_iter();
        while let Some(item) = items.next() {
            if !item.is_tried_change() {
                left.push(item);
                continue;
            }
            match self.store.messages.get(item.id).await {
                Ok(Some(entry)) => done.push(Done { entry, rows: Vec::new(), answer: item.answer }),
                Ok(None) => left.push(item),
                Err(error) => {
                    left.push(item);
                    left.extend(items);
                    return Err((error, left));
                }
            }
        }
        Ok(left)
    }

    /// Answers what cannot be written; of a repeat, as it was answered first.
    async fn refuse(&self, refused: Vec<(Item, Error)>) {
        for (item, error) in refused {
            let before = match &item.draft.client_msg_id {
                Some(id) => self.store.messages.intended(self.log, item.draft.by, id).await,
                None => Ok(None),
            };
            let answer = match before {
                Ok(Some(entry)) => repeat(entry, &item.draft),
                Ok(None) => Err(error),
                Err(_) => Err(Error::unknown()),
            };
            let _ = item.answer.send(answer);
        }
    }

    async fn insert(&mut self, mut batch: Vec<Numbered>, done: &mut Vec<Done>) -> Left {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        failpoint::reach(Point::BeforeStoreWrite);
        let entries = batch.iter().map(|numbered| &numbered.entry);
        let rejected = self.store.messages.insert_all(entries).await.err();
        failpoint::reach(Point::AfterStoreWrite);
        let written = rejected.as_ref().map_or(batch.len(), |rejected| rejected.done);
        let rest = batch.split_off(written.min(batch.len()));
        for Numbered { item, entry, rows } in batch {
            self.head = Some(Head::after(&entry));
            done.push(Done { entry, rows, answer: item.answer });
        }
        match rejected {
            None => Ok(Vec::new()),
            Some(rejected) => self.after_refusal(rejected, rest, done).await,
        }
    }

    async fn after_refusal(&mut self, rejected: Rejected, rest: Vec<Numbered>, done: &mut Vec<Done>) -> Left {
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
                let unknown = error.code() != Code::Unavailable;
                rest.iter_mut().for_each(|item| item.tried |= unknown);
                Err((error, rest))
            }
        }
    }

    /// The store holds this intent: from an earlier send, or from an earlier try of ours.
    async fn settle_repeat(&mut self, mut item: Item, done: &mut Vec<Done>) -> Result<(), (Error, Item)> {
        let found = match &item.draft.client_msg_id {
            Some(id) => self.store.messages.intended(self.log, item.draft.by, id).await,
            None => self.store.messages.get(item.id).await,
        };
        let found = found.and_then(|found| found.ok_or_else(Error::unknown));
        match found {
            Err(error) => {
                // Whatever follows, nobody may say of this intent that nothing was written.
                item.tried = true;
                Err((error, item))
            }
            Ok(entry) if entry.id == item.id => {
                self.head = None;
                done.push(Done { entry, rows: Vec::new(), answer: item.answer });
                Ok(())
            }
            Ok(entry) => {
                let _ = item.answer.send(repeat(entry, &item.draft));
                Ok(())
            }
        }
    }

    async fn head(&mut self) -> Result<Head> {
        if let Some(head) = self.head {
            return Ok(head);
        }
        // What is not durable yet may still be lost: numbering after it could leave a hole. The fence
        // refuses until it is decided.
        let head = self.store.messages.head(self.log).await?.as_ref().map_or_else(Head::default, Head::after);
        self.head = Some(head);
        Ok(head)
    }

    /// After a fault: who can wait is tried again, who cannot is answered.
    fn give_up_on_some(&mut self, error: Error, items: Vec<Item>) -> Vec<Item> {
        self.head = None;
        let now = Instant::now();
        let retry = error.code() == Code::Unknown;
        let (wait, over): (Vec<Item>, Vec<Item>) =
            items.into_iter().partition(|item| (retry || item.tried) && now + PAUSE < item.deadline);
        self.give_up(over, &error);
        wait
    }

    /// Answers those whose senders no longer wait.
    fn in_time(&mut self, items: Vec<Item>) -> Vec<Item> {
        let now = Instant::now();
        let (in_time, late): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| now < item.deadline);
        self.give_up(late, &Error::unavailable("too late"));
        in_time
    }

    fn give_up(&mut self, items: Vec<Item>, error: &Error) {
        self.unsure |= items.iter().any(Item::is_tried_change);
        items.into_iter().for_each(|item| item.refuse(error));
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
        // In a user's own log the id is that of the cause, which is told of once.
        (first, second) if first.is_personal() && second.is_personal() => {
            Ok(Kept { entry, row: None, duplicate: true })
        }
        _ => Err(Error::conflict("this clientMsgId was used for another message")),
    }
}
