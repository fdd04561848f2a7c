//! Messages as somebody may read them now.

use std::collections::HashMap;

use super::{Rights, Seat};
use crate::error::{Code, Error, Result};
use crate::event::MessageView;
use crate::model::{Entry, Id, What};
use crate::policy::{Action, Actor, can};

impl Rights {
    /// The message and the actor's seat in its channel; NOT_FOUND for whoever may not read it.
    pub async fn to_message(&self, actor: &Actor, id: Id<Entry>) -> Result<(Entry, Seat)> {
        let unknown = || Error::not_found("message");
        let entry = self.0.store.messages.get(id).await?;
        let entry = entry.filter(|entry| entry.what.is_message()).ok_or_else(unknown)?;
        let seat = match self.in_channel(actor, entry.log.cast()).await {
            Err(error) if error.code() == Code::NotFound => return Err(unknown()),
            other => other?,
        };
        can(seat.standing, Action::ReadChannel, "message")?;
        Ok((entry, seat))
    }

    /// Those of some messages that the actor may read; a deleted one is there without content.
    pub async fn readable(
        &self,
        actor: &Actor,
        ids: &[Id<Entry>],
    ) -> Result<HashMap<Id<Entry>, MessageView>> {
        let mut readable = HashMap::new();
        for entry in self.0.store.messages.named(ids).await? {
            if let What::Message(message) = &entry.what
                && self.reads(actor, entry.log.cast()).await?
            {
                readable.insert(entry.id, MessageView::of(&entry, message));
            }
        }
        Ok(readable)
    }
}
