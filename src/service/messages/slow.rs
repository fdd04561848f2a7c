//! Slow mode: how long somebody waits from one message of theirs in a channel to the next.
//!
//! What is kept decides. Of a message that is on its way nothing is kept yet, so it has a turn, and
//! nobody has two turns in one channel. Another process knows of no turns: there two messages at once
//! can slip through.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashSet;

use super::Messages;
use crate::error::{Code, Error, Result};
use crate::model::{Channel, Id, User};
use crate::policy::Actor;

type Whose = (Id<Channel>, Id<User>);

/// Cheap to clone; clones share the turns.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<DashSet<Whose>>);

/// Ends when it is dropped: when its message is kept, or refused.
#[derive(Debug)]
pub struct Turn {
    turns: Turns,
    whose: Whose,
}

impl Turns {
    fn take(&self, whose: Whose) -> Option<Turn> {
        self.0.insert(whose).then(|| Turn { turns: self.clone(), whose })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.0.remove(&self.whose);
    }
}

fn wait(left: Duration) -> Error {
    Error::new(Code::RateLimited, "this channel is slow, wait before you say more").retry_after(left)
}

impl Messages {
    /// The actor's turn, in a channel that is slow for them; RATE_LIMITED while it is not theirs yet.
    pub(super) async fn turn(&self, actor: &Actor, channel: Id<Channel>) -> Result<Option<Turn>> {
        let Some(pause) = self.rights.in_channel(actor, channel).await?.pause() else {
            return Ok(None);
        };
        let turn = self.turns.take((channel, actor.id)).ok_or_else(|| wait(pause))?;
        let last = self.store.messages.last_of(channel.into(), actor.id).await?;
        let waited = last.map_or(pause, |last| self.clock.now().since(last.created_at));
        match pause.saturating_sub(waited) {
            Duration::ZERO => Ok(Some(turn)),
            left => Err(wait(left)),
        }
    }
}
