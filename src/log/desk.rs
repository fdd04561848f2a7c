//! One task per log that is in use: writes, then tells, then answers.

use std::sync::Weak;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use tracing::warn;

use super::teller::{Mark, Teller};
use super::writer::{Done, Item, Writer};
use super::{Address, Outbox, Shared, repair};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::Seq;
use crate::store::Store;

pub(super) enum Errand {
    Write(Box<Item>),
    Settle(oneshot::Sender<Result<Seq>>),
    Sweep,
}

pub(super) struct Desk {
    address: Address,
    store: Store,
    writer: Writer,
    teller: Teller,
    /// A change is in the log and perhaps not in its row.
    unfolded: bool,
}

/// A desk with nothing to do for this long is closed.
const IDLE: Duration = Duration::from_secs(60);

impl Desk {
    pub(super) fn new(address: Address, store: Store, clock: Clock, outbox: Outbox, told: Mark) -> Desk {
        let writer = Writer::new(address.log, store.clone(), clock);
        let teller = Teller::new(address.clone(), store.clone(), outbox, told);
        Desk { address, store, writer, teller, unfolded: false }
    }

    /// After a desk that panicked: what it had begun is brought to its end.
    pub(super) fn inherited(mut self) -> Desk {
        self.unfolded = true;
        self
    }

    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Errand>, logs: Weak<Shared>) {
        let mut idle = Instant::now() + IDLE;
        loop {
            match timeout_at(idle, waiting.recv()).await {
                Ok(Some(errand)) => {
                    // Where others write as well, whoever sweeps wants this desk to know where it stands.
                    let needed = self.store.engine.is_shared() || !matches!(errand, Errand::Sweep);
                    self.work(errand, &mut waiting).await;
                    if needed {
                        idle = Instant::now() + IDLE;
                    }
                }
                Ok(None) => return,
                Err(_) => {
                    self.mend().await;
                    if self.unfolded || self.teller.is_behind() {
                        idle = Instant::now() + IDLE;
                        continue;
                    }
                    let Some(logs) = logs.upgrade() else { return };
                    // Nobody can join the line while the slot is held, so an empty line stays empty.
                    let closed = logs.desks.remove_if(&self.address.log, |_, _| waiting.is_empty());
                    if closed.is_some() {
                        return;
                    }
                }
            }
        }
    }

    /// Takes the errand and whatever drafts wait behind it: a batch grows while the last one is written.
    async fn work(&mut self, first: Errand, waiting: &mut mpsc::Receiver<Errand>) {
        let mut items = Vec::new();
        let mut next = Some(first);
        while let Some(errand) = next.take() {
            match errand {
                Errand::Write(item) => items.push(*item),
                other => {
                    self.write(std::mem::take(&mut items)).await;
                    self.attend(other).await;
                }
            }
            if items.len() < limits::BATCH {
                next = waiting.try_recv().ok();
            }
        }
        self.write(items).await;
    }

    async fn attend(&mut self, errand: Errand) {
        match errand {
            Errand::Settle(answer) => {
                let _ = answer.send(self.settle().await);
            }
            Errand::Sweep => {
                self.mend().await;
                self.teller.sweep().await;
            }
            Errand::Write(item) => self.write(vec![*item]).await,
        }
    }

    async fn settle(&mut self) -> Result<Seq> {
        self.mend().await;
        match self.unfolded {
            true => Err(Error::unavailable("changes of messages are still being brought in")),
            false => self.teller.position().await,
        }
    }

    /// Round after round: what is durable is told and answered before the rest is tried again.
    async fn write(&mut self, items: Vec<Item>) {
        if items.is_empty() {
            return;
        }
        metrics::histogram!("hubbub_append_batch_entries").record(items.len() as f64);
        let started = std::time::Instant::now();
        let mut left = items;
        while !left.is_empty() {
            let (before, mut done) = (left.len(), Vec::new());
            left = self.writer.write(left, &mut done).await;
            let stuck = done.is_empty() && left.len() == before;
            for done in done {
                self.finish(done).await;
            }
            if stuck {
                self.writer.pause().await;
            }
        }
        self.unfolded |= self.writer.gave_up_unsure();
        self.mend().await;
        metrics::histogram!("hubbub_append_seconds").record(started.elapsed().as_secs_f64());
    }

    /// Durable: fold it into the row it changes, answer its sender, tell it.
    async fn finish(&mut self, mut done: Done) {
        if done.entry.what.target().is_some() {
            let folded = match done.rows.is_empty() {
                false => repair::fold_one(&self.store, &done.entry, &done.rows).await,
                true => repair::finish(&self.store, &done.entry).await,
            };
            self.unfolded |= folded.is_err();
        }
        done.answer();
        self.teller.tell(done.entry).await;
    }

    /// Brings rows up to their log where that failed; until it is done, at every occasion.
    async fn mend(&mut self) {
        if !self.unfolded {
            return;
        }
        match repair::all(&self.store).await {
            Ok(finished) => {
                warn!(log = %self.address.log, finished, "changes were folded late");
                self.unfolded = false;
            }
            Err(error) => warn!(log = %self.address.log, %error, "changes cannot be folded yet"),
        }
    }
}
