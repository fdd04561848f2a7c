//! Messages: sending, changing and reading them. Both doors send through here (contract D-01).

mod change;
mod edits;
mod forward;
mod history;
mod mentions;
mod pins;
mod polls;
mod post;
mod read;
mod send;
mod slow;
mod threads;

pub use change::Changed;
pub use edits::{Edits, Version};
pub use forward::Forward;
pub use history::{History, Part};
pub use post::{Posting, Sent};
pub use send::Send;
pub use threads::{Following, Thread};

use mentions::Calls;

use super::{Rights, Seat};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::event::MessageView;
use crate::log::{Address, Logs};
use crate::model::{Entry, Id, What};
use crate::policy::Actor;
use crate::store::Store;
use slow::Turns;

#[derive(Clone, Debug)]
pub struct Messages {
    store: Store,
    rights: Rights,
    logs: Logs,
    clock: Clock,
    turns: Turns,
    calls: Calls,
}

impl Messages {
    pub fn new(store: Store, rights: Rights, logs: Logs, clock: Clock) -> Messages {
        Messages { store, rights, logs, clock, turns: Turns::default(), calls: Calls::default() }
    }

    /// The message and the actor's seat in its channel; NOT_FOUND for whoever may not read it.
    async fn find(&self, actor: &Actor, id: Id<Entry>) -> Result<(Entry, Seat)> {
        self.rights.to_message(actor, id).await
    }

    async fn message(&self, id: Id<Entry>) -> Result<Entry> {
        let entry = self.store.messages.get(id).await?;
        let entry = entry.filter(|entry| matches!(entry.what, What::Message(_)));
        entry.ok_or_else(|| Error::not_found("message"))
    }
}

/// The log of a seat's channel.
pub(super) fn address(seat: &Seat) -> Address {
    Address { log: seat.channel.id.into(), epoch: seat.channel.epoch.clone() }
}

fn view(entry: &Entry) -> Result<MessageView> {
    match &entry.what {
        What::Message(message) => Ok(MessageView::of(entry, message)),
        _ => Err(Error::internal("a change is no message")),
    }
}
