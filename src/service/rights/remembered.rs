//! Answers of the store that are believed until a right changes, and never for long where other
//! processes can change them unseen.

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use tokio::time::Instant;

/// Another process's change of a right takes hold here within this (contract D-34).
const BELIEVED: Duration = Duration::from_secs(2);

/// Answers of one kind; of more than this those that nobody believes are thrown away, or all.
const MOST: usize = 200_000;

/// Which answers are still to be believed.
#[derive(Debug)]
pub(super) struct Belief {
    generation: AtomicU64,
    /// No other process can change the store.
    alone: bool,
}

/// When an answer was asked for: it is at least as old as that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    generation: u64,
    at: Instant,
}

#[derive(Debug)]
pub(super) struct Remembered<K: Eq + Hash, V>(DashMap<K, (Asked, V)>);

impl Belief {
    pub(super) fn new(alone: bool) -> Belief {
        Belief { generation: AtomicU64::new(0), alone }
    }

    /// Nothing that was asked before is believed again.
    pub(super) fn renounce(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// To be taken before the store is read.
    pub(super) fn ask(&self) -> Asked {
        Asked { generation: self.generation.load(Ordering::Acquire), at: Instant::now() }
    }

    fn holds(&self, asked: Asked, now: Asked) -> bool {
        let young = self.alone || now.at.saturating_duration_since(asked.at) < BELIEVED;
        asked.generation == now.generation && young
    }
}

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    pub(super) fn new() -> Remembered<K, V> {
        Remembered(DashMap::new())
    }

    pub(super) fn get<Q>(&self, key: &Q, belief: &Belief, now: Asked) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let known = self.0.get(key).filter(|known| belief.holds(known.0, now))?;
        Some(known.1.clone())
    }

    pub(super) fn keep(&self, key: K, value: V, belief: &Belief, asked: Asked) {
        self.keep_of(MOST, key, value, belief, asked);
    }

    fn keep_of(&self, most: usize, key: K, value: V, belief: &Belief, asked: Asked) {
        if self.0.len() >= most {
            let now = belief.ask();
            self.0.retain(|_, known| belief.holds(known.0, now));
        }
        if self.0.len() >= most {
            self.0.clear();
        }
        self.0.insert(key, (asked, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_others_can_change_is_believed_for_two_seconds() {
        for (alone, believed) in [(true, Some("reads")), (false, None)] {
            let (belief, known) = (Belief::new(alone), Remembered::new());
            known.keep("ann", "reads", &belief, belief.ask());
            tokio::time::advance(Duration::from_millis(1_999)).await;
            assert_eq!(known.get(&"ann", &belief, belief.ask()), Some("reads"));
            tokio::time::advance(Duration::from_millis(1)).await;
            assert_eq!(known.get(&"ann", &belief, belief.ask()), believed);
        }
    }

    #[test]
    fn an_answer_asked_for_before_a_change_is_not_believed_after_it() {
        let (belief, known) = (Belief::new(true), Remembered::new());
        let asked = belief.ask();
        belief.renounce();
        known.keep("ann", "reads", &belief, asked);
        assert_eq!(known.get(&"ann", &belief, belief.ask()), None);
    }

    #[test]
    fn many_answers_never_take_more_than_their_room() {
        let (belief, known) = (Belief::new(true), Remembered::new());
        for key in 0..100 {
            known.keep_of(10, key, (), &belief, belief.ask());
            assert!(known.0.len() <= 10);
        }
        let stale = belief.ask();
        belief.renounce();
        known.0.clear();
        (0..9).for_each(|key| known.keep_of(10, key, (), &belief, stale));
        known.keep_of(10, 9, (), &belief, belief.ask());
        known.keep_of(10, 10, (), &belief, belief.ask());
        assert_eq!(known.0.len(), 2);
        assert!(known.get(&9, &belief, belief.ask()).is_some());
    }
}
