//! Which logs have moved, and how far: each waits once for whoever reads on, however often it moves.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::model::{Id, Log, Seq};

#[derive(Debug, Default)]
pub(super) struct Moved {
    waiting: Mutex<Waiting>,
    call: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    /// In turn, so that a busy log keeps none waiting.
    queue: VecDeque<Id<Log>>,
    heads: HashMap<Id<Log>, Seq>,
}

impl Moved {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, log: Id<Log>, head: Seq) {
        let mut waiting = self.waiting();
        match waiting.heads.get_mut(&log) {
            Some(known) => *known = head.max(*known),
            None => {
                waiting.heads.insert(log, head);
                waiting.queue.push_back(log);
                self.call.notify_one();
            }
        }
    }

    /// The log whose turn it is, and how far it is known to reach.
    pub(super) fn take(&self) -> Option<(Id<Log>, Seq)> {
        let mut waiting = self.waiting();
        let log = waiting.queue.pop_front()?;
        waiting.heads.remove(&log).map(|head| (log, head))
    }

    /// Returns when something may be waiting.
    pub(super) async fn called(&self) {
        self.call.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_log_waits_once_and_in_turn() {
        let moved = Moved::default();
        let [busy, quiet] = [1, 2].map(|n| Id::from_bytes([n; 12]));
        moved.note(busy, 1);
        moved.note(quiet, 5);
        moved.note(busy, 3);
        moved.note(busy, 2);
        assert_eq!(moved.take(), Some((busy, 3)));
        moved.note(busy, 4);
        assert_eq!(moved.take(), Some((quiet, 5)));
        assert_eq!(moved.take(), Some((busy, 4)));
        assert_eq!(moved.take(), None);
    }
}
