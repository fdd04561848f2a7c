//! Who is no longer who they were: told to whoever holds live sockets, which then close (D-35).

use tokio::sync::broadcast;

use crate::model::{Id, User};

/// Sockets that must close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// Those of one session.
    Session(String),
    /// All of a user's; those who may come back sign in or refresh first.
    User(Id<User>),
}

/// Cheap to clone; clones share one channel.
#[derive(Clone, Debug)]
pub struct Revocations(broadcast::Sender<Revoked>);

/// A listener further behind than this is told that it lagged, and must check every socket it holds.
const BEHIND: usize = 4_096;

impl Default for Revocations {
    fn default() -> Self {
        Revocations(broadcast::Sender::new(BEHIND))
    }
}

impl Revocations {
    pub fn listen(&self) -> broadcast::Receiver<Revoked> {
        self.0.subscribe()
    }

    pub fn tell(&self, revoked: Revoked) {
        // Nobody listening means that there are no sockets to close.
        let _ = self.0.send(revoked);
    }
}
