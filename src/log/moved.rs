//! Which logs have moved, and how far: each waits once for whoever reads on, however often it moves.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::model::{Id, Log, Seq};

#[derive(Debug, Default)]
pub(super) struct Moved {
    waiting: Mutex<Waiting>,
    call: Notify,
    /// How many turns are over.
    over: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// In turn, so that a busy log keeps none waiting.
    queue: VecDeque<Id<Log>>,
    heads: HashMap<Id<Log>, Seq>,
    /// How many turns were given.
    given: u64,
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
                waiting.given += 1;
                self.call.notify_one();
            }
        }
    }

    /// How many logs wait.
    pub(super) fn len(&self) -> usize {
        self.waiting().queue.len()
    }

    /// The log whose turn it is, and how far it is known to reach.
    pub(super) fn take(&self) -> Option<(Id<Log>, Seq)> {
        let mut waiting = self.waiting();
        let log = waiting.queue.pop_front()?;
        waiting.heads.remove(&log).map(|head| (log, head))
    }

    /// The turn that was taken is over, whatever came of it.
    pub(super) fn over(&self) {
        self.over.send_modify(|over| *over += 1);
    }

    /// Returns when as many turns are over as have been given until now.
    pub(super) async fn settled(&self) {
        let given = self.waiting().given;
        // Its sender is ours, so it cannot go away meanwhile.
        let _ = self.over.subscribe().wait_for(|over| *over >= given).await;
    }

    /// Returns when something may be waiting.
    pub(super) async fn called(&self) {
        self.call.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

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

    #[tokio::test]
    async fn whoever_waits_is_called_when_the_turns_given_so_far_are_over() {
        let moved = Moved::default();
        moved.settled().await;
        moved.note(Id::from_bytes([1; 12]), 1);
        let mut settled = std::pin::pin!(moved.settled());
        assert!(settled.as_mut().now_or_never().is_none());
        moved.take();
        moved.note(Id::from_bytes([2; 12]), 1);
        moved.over();
        settled.await;
        assert!(moved.settled().now_or_never().is_none());
    }
}
