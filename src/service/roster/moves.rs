//! Whose groups may have changed: told to whoever keeps who shares a group with whom.

use tokio::sync::broadcast;

use crate::model::{Group, Id, User};

/// Whose groups are to be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    User(Id<User>),
    /// Those of everybody who was in the group.
    Group(Id<Group>),
}

/// Cheap to clone; clones share one channel.
#[derive(Clone, Debug)]
pub(super) struct Moves(broadcast::Sender<Moved>);

/// A listener further behind than this is told that it lagged, and must read everybody's groups.
const BEHIND: usize = 4_096;

impl Default for Moves {
    fn default() -> Self {
        Moves(broadcast::Sender::new(BEHIND))
    }
}

impl Moves {
    pub(super) fn listen(&self) -> broadcast::Receiver<Moved> {
        self.0.subscribe()
    }

    pub(super) fn tell(&self, moved: Moved) {
        // Nobody listening means that nobody keeps anything.
        let _ = self.0.send(moved);
    }
}
