//! The sequencer of one log (contract D-19): tells entries in order, reads what it was not handed.

use std::sync::{Arc, Mutex, PoisonError};

use tracing::{error, warn};

use super::{Address, Outbox};
use crate::error::Result;
use crate::event::Told;
use crate::limits;
use crate::model::{Entry, Seq};
use crate::store::Store;

pub(super) struct Teller {
    address: Address,
    store: Store,
    outbox: Outbox,
    position: Mark,
    /// Something that is durable could not be told yet.
    behind: bool,
}

/// Seq of the last entry told; none before anybody asked or anything was written. It outlives a
/// teller that panics, so that the next one leaves nothing out.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark(Arc<Mutex<Option<Seq>>>);

impl Mark {
    fn get(&self) -> Option<Seq> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, seq: Seq) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(seq);
    }
}

impl Teller {
    pub(super) fn new(address: Address, store: Store, outbox: Outbox, position: Mark) -> Teller {
        Teller { address, store, outbox, position, behind: false }
    }

    /// Everything after the position answered will be told.
    pub(super) async fn position(&mut self) -> Result<Seq> {
        if let Some(position) = self.position.get() {
            return Ok(position);
        }
        let head = self.store.messages.head(self.address.log).await?.map_or(0, |entry| entry.seq);
        self.position.set(head);
        Ok(head)
    }

    pub(super) fn is_behind(&self) -> bool {
        self.behind
    }

    pub(super) async fn tell(&mut self, entry: Entry) {
        let position = self.position.get().unwrap_or(entry.seq.saturating_sub(1));
        if entry.seq <= position {
            return;
        }
        self.position.set(position);
        if entry.seq > position + 1 {
            let _ = self.catch_up(entry.seq - 1).await;
        }
        if self.position.get() != Some(entry.seq - 1) {
            // Told by the next entry or sweep, when the store answers again; never out of order.
            self.behind = true;
            return;
        }
        self.say(entry).await;
    }

    /// Tells what was written behind our back.
    pub(super) async fn sweep(&mut self) {
        if self.position.get().is_none() {
            return;
        }
        match self.store.messages.head(self.address.log).await {
            Ok(Some(head)) => {
                let _ = self.catch_up(head.seq).await;
                self.behind = self.position.get() < Some(head.seq);
            }
            Ok(None) => {}
            Err(error) => warn!(log = %self.address.log, %error, "the log cannot be swept"),
        }
    }

    async fn catch_up(&mut self, to: Seq) -> Result<()> {
        while let Some(position) = self.position.get().filter(|position| *position < to) {
            let limit = limits::RESUME_PAGE.min(to - position);
            let entries = self.store.messages.after(self.address.log, position, limit).await?;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                if Some(entry.seq - 1) != self.position.get() {
                    return Ok(());
                }
                self.say(entry).await;
            }
        }
        Ok(())
    }

    async fn say(&mut self, entry: Entry) {
        let seq = entry.seq;
        match Told::of(entry, &self.address.epoch) {
            Ok(told) => self.outbox.tell(Arc::new(told)).await,
            Err(error) => {
                error!(log = %self.address.log, %error, "an entry cannot be written as an event")
            }
        }
        self.position.set(seq);
    }
}
