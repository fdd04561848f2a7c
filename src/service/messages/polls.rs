//! Polls: votes on what a message asks, and their end. A poll is asked by sending it.

use super::{Changed, Messages};
use crate::error::{Error, Result};
use crate::log::Draft;
use crate::model::{Entry, Id, Message, What};
use crate::policy::{Action, Actor, can};

impl Messages {
    /// Chooses options by their places; none takes the vote back.
    pub async fn vote(&self, actor: &Actor, id: Id<Entry>, mut options: Vec<u8>) -> Result<Changed> {
        let (entry, seat) = self.find(actor, id).await?;
        can(seat.standing, Action::Vote, "message")?;
        seat.takes_posts()?;
        asks(&entry)?;
        options.sort_unstable();
        options.dedup();
        let what = What::Vote { target: id, options, folded: false };
        self.change(&seat, Draft::new(actor.id, &actor.username, what)).await
    }

    /// Nobody votes from here on.
    pub async fn close_poll(&self, actor: &Actor, id: Id<Entry>) -> Result<Changed> {
        let (entry, seat) = self.find(actor, id).await?;
        let own = entry.user_id == actor.id;
        can(seat.standing, if own { Action::CloseOwnPoll } else { Action::CloseOthersPoll }, "message")?;
        asks(&entry)?;
        let what = What::PollClosed { target: id, folded: false };
        self.change(&seat, Draft::new(actor.id, &actor.username, what)).await
    }
}

/// CONFLICT for a message that asks nothing; GONE once it is deleted, which is for the log to say.
fn asks(entry: &Entry) -> Result<()> {
    match &entry.what {
        What::Message(Message { poll: None, deleted_at: None, .. }) => {
            Err(Error::conflict("this message is no poll"))
        }
        _ => Ok(()),
    }
}
