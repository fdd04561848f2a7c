//! The channel log: from a draft to a durable, numbered entry that is then told aloud.
//!
//! One desk per log does three things one after the other, so that nothing overtakes: its `Writer`
//! gives numbers and is answered by the store before anybody hears of an entry (contract D-03,
//! D-04); its `Teller` tells entries in order and leaves none out (D-19); what senders are waiting
//! for is answered. The [`Outbox`] is where the doors listen; a [`Follower`] makes what follows from
//! entries later. Who may write or read is decided above.

mod catch_up;
mod desk;
pub mod fold;
mod follow;
mod moved;
mod number;
mod outbox;
mod pins;
mod repair;
mod rows;
mod teller;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

pub use catch_up::{Budget, Caught, Reset};
pub use follow::{Batch, Follower, Pace, Start};
pub use outbox::Outbox;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::{ClientMsgId, Entry, Epoch, Id, Log, Seq, User, Username, What};
use crate::store::Store;
use desk::{Desk, Errand};
use teller::Mark;

/// Which log, and the epoch that its positions belong to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    pub log: Id<Log>,
    pub epoch: Epoch,
}

/// An entry that has no number yet.
#[derive(Clone, Debug)]
pub struct Draft {
    pub by: Id<User>,
    pub by_name: Username,
    pub client_msg_id: Option<ClientMsgId>,
    /// For an edit: the revision that the author saw (D-14).
    pub base_revision: Option<u32>,
    pub what: What,
}

impl Draft {
    pub fn new(by: Id<User>, by_name: &Username, what: What) -> Draft {
        Draft { by, by_name: by_name.clone(), client_msg_id: None, base_revision: None, what }
    }
}

/// What became of a draft.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The entry as it stands in the log; of a repeated send, the first one (D-05).
    pub entry: Entry,
    /// For a change: the message's row after it.
    pub row: Option<Entry>,
    /// Nothing was written: it was there already.
    pub duplicate: bool,
}

/// A draft that has its place in line; its number and its durability are still to come.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<Kept>>);

impl Pending {
    /// Waits at most 10 s (D-10). UNAVAILABLE: nothing was written, now or later. UNKNOWN: it may be
    /// there, repeat it with the same id.
    pub async fn kept(self) -> Result<Kept> {
        // The desk answers by the deadline; the margin covers a desk that is itself held up.
        match tokio::time::timeout(limits::SEND_DEADLINE + Duration::from_millis(200), self.0).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(Error::unknown()),
        }
    }
}

/// Every log of this node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Logs(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Store,
    clock: Clock,
    outbox: Outbox,
    desks: DashMap<Id<Log>, Line>,
}

/// The way to a desk, and how far it has told its log.
#[derive(Debug)]
struct Line {
    waiting: mpsc::Sender<Errand>,
    told: Mark,
}

fn full() -> Error {
    Error::unavailable("too much is waiting to be written, slow down")
}

/// Drafts that may wait for one log before senders are told to slow down.
const LINE: usize = 4_096;

impl Logs {
    pub fn new(store: Store, clock: Clock) -> Logs {
        Logs(Arc::new(Shared { store, clock, outbox: Outbox::default(), desks: DashMap::new() }))
    }

    pub fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// Puts a draft in line. The order of calls is the order of entries.
    pub fn submit(&self, to: &Address, draft: Draft) -> Result<Pending> {
        let (answer, pending) = oneshot::channel();
        let deadline = Instant::now() + limits::SEND_DEADLINE;
        let id = self.0.clock.id();
        let item = writer::Item { id, draft, answer, deadline, tried: false };
        self.errand(to, Errand::Write(Box::new(item)))?;
        Ok(Pending(pending))
    }

    pub async fn append(&self, to: &Address, draft: Draft) -> Result<Kept> {
        self.submit(to, draft)?.kept().await
    }

    /// The last entry that has been told: every message shows what was changed up to it, and whatever
    /// comes after it will be told in the outbox.
    pub async fn settled(&self, log: &Address) -> Result<Seq> {
        // Without a desk nothing is on its way to be folded or told, unless by another process.
        if self.is_alone() && !self.has_desk(log) {
            let head = self.head(log.log).await?;
            // A desk that was opened meanwhile may have written what was read and not folded it yet.
            if !self.has_desk(log) {
                return Ok(head);
            }
        }
        let (answer, position) = oneshot::channel();
        self.errand(log, Errand::Settle(answer))?;
        position.await.map_err(|_| Error::unavailable("the log is closing"))?
    }

    /// Tells what was written behind our back, if anything (contract D-24).
    pub fn sweep(&self, log: &Address) {
        if self.is_alone() && !self.has_desk(log) {
            return;
        }
        // A full line is being worked on, and that finds the same entries.
        let _ = self.errand(log, Errand::Sweep);
    }

    fn is_alone(&self) -> bool {
        !self.0.store.engine.is_shared()
    }

    fn has_desk(&self, log: &Address) -> bool {
        self.0.desks.contains_key(&log.log)
    }

    fn errand(&self, to: &Address, errand: Errand) -> Result<()> {
        use dashmap::mapref::entry::Entry as Slot;
        match self.0.desks.entry(to.log) {
            Slot::Occupied(mut desk) => match desk.get().waiting.try_send(errand) {
                Err(TrySendError::Closed(errand)) => {
                    // The desk's task is gone (it panicked); the store knows all else that it knew.
                    let told = desk.get().told.clone();
                    let next = self.desk(to, told.clone()).inherited();
                    desk.insert(self.open(next, errand, told)?);
                    Ok(())
                }
                sent => sent.map_err(|_| full()),
            },
            Slot::Vacant(slot) => {
                let told = Mark::default();
                slot.insert(self.open(self.desk(to, told.clone()), errand, told)?);
                Ok(())
            }
        }
    }

    fn desk(&self, of: &Address, told: Mark) -> Desk {
        let Shared { store, clock, outbox, .. } = &*self.0;
        Desk::new(of.clone(), store.clone(), clock.clone(), outbox.clone(), told)
    }

    fn open(&self, desk: Desk, first: Errand, told: Mark) -> Result<Line> {
        let (line, waiting) = mpsc::channel(LINE);
        line.try_send(first).map_err(|_| full())?;
        tokio::spawn(desk.run(waiting, Arc::downgrade(&self.0)));
        Ok(Line { waiting: line, told })
    }

    /// The last seq of a log; 0 where it is empty.
    pub async fn head(&self, log: Id<Log>) -> Result<Seq> {
        Ok(self.0.store.messages.head(log).await?.map_or(0, |entry| entry.seq))
    }

    /// Finishes changes that a crash left in the log but not in the rows they change. Run before serving.
    pub async fn repair(&self) -> Result<u64> {
        repair::all(&self.0.store).await
    }
}
