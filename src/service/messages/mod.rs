//! Messages: sending, changing and reading them. Both doors send through here (contract D-01).

mod change;
mod history;
mod mentions;
mod post;
mod read;
mod send;

pub use change::Changed;
pub use history::{History, Part};
pub use post::{Posting, Sent};
pub use send::Send;

use mentions::Calls;

use super::{Rights, Seat};
use crate::error::{Code, Error, Result};
use crate::event::MessageView;
use crate::log::{Address, Logs};
use crate::model::{Entry, Id, What};
use crate::policy::{Action, Actor, can};
use crate::store::Store;

#[derive(Clone, Debug)]
pub struct Messages {
    store: Store,
    rights: Rights,
    logs: Logs,
    calls: Calls,
}

impl Messages {
    pub fn new(store: Store, rights: Rights, logs: Logs) -> Messages {
        Messages { store, rights, logs, calls: Calls::default() }
    }

    /// The message and the actor's seat in its channel; NOT_FOUND for whoever may not read it.
    async fn find(&self, actor: &Actor, id: Id<Entry>) -> Result<(Entry, Seat)> {
        let unknown = |_| Error::not_found("message");
        let entry = self.message(id).await?;
        let seat = match self.rights.in_channel(actor, entry.log.cast()).await {
            Err(error) if error.code() == Code::NotFound => return Err(unknown(error)),
            other => other?,
        };
        can(seat.standing, Action::ReadChannel, "message")?;
        Ok((entry, seat))
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
