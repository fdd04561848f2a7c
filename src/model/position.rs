//! The client's table (contract D-18): what to do with an event that carries epoch and seq.
//!
//! Pure, so that the checker, the load generator and our own clients judge alike.

use std::collections::BTreeMap;

use super::{Epoch, Seq};
use crate::limits;

/// A client's place in one log, with the events that arrived ahead of their turn.
#[derive(Clone, Debug)]
pub struct Position<T> {
    epoch: Epoch,
    seq: Seq,
    /// By seq, each with the last seq it stands for.
    held: BTreeMap<Seq, (Seq, T)>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Verdict<T> {
    /// Apply these in this order.
    Apply(Vec<T>),
    /// Seen before.
    Drop,
    /// Events are missing: ask to resume after this seq.
    Resume(Seq),
    /// Another epoch, or more ahead than can be held: drop what is cached and read afresh.
    Resync,
}

impl<T> Position<T> {
    pub fn new(epoch: Epoch, seq: Seq) -> Position<T> {
        Position { epoch, seq, held: BTreeMap::new() }
    }

    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// Takes one event in. `to` is `seq` except for a `skip`, which stands for `seq..=to`.
    pub fn take(&mut self, epoch: &Epoch, seq: Seq, to: Seq, event: T) -> Verdict<T> {
        if *epoch != self.epoch {
            return Verdict::Resync;
        }
        if to <= self.seq {
            return Verdict::Drop;
        }
        if seq > self.seq + 1 {
            return self.hold(seq, to, event);
        }
        self.seq = to;
        let mut ready = vec![event];
        while let Some(held) = self.held.first_entry() {
            if *held.key() > self.seq + 1 {
                break;
            }
            let (to, next) = held.remove();
            if to > self.seq {
                self.seq = to;
                ready.push(next);
            }
        }
        Verdict::Apply(ready)
    }

    fn hold(&mut self, seq: Seq, to: Seq, event: T) -> Verdict<T> {
        if self.held.len() >= limits::HELD && !self.held.contains_key(&seq) {
            return Verdict::Resync;
        }
        self.held.insert(seq, (to, event));
        Verdict::Resume(self.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn epoch(name: &str) -> Epoch {
        Epoch(name.into())
    }

    #[test]
    fn the_next_event_is_applied_and_an_old_one_dropped() {
        let mut position = Position::new(epoch("e"), 4);
        assert_eq!(position.take(&epoch("e"), 5, 5, 'a'), Verdict::Apply(vec!['a']));
        assert_eq!(position.take(&epoch("e"), 5, 5, 'a'), Verdict::Drop);
    }

    #[test]
    fn a_gap_is_asked_for_and_what_was_held_follows() {
        let mut position = Position::new(epoch("e"), 0);
        assert_eq!(position.take(&epoch("e"), 2, 2, 'b'), Verdict::Resume(0));
        assert_eq!(position.take(&epoch("e"), 1, 1, 'a'), Verdict::Apply(vec!['a', 'b']));
        assert_eq!(position.seq(), 2);
    }

    #[test]
    fn a_skip_that_was_held_stands_for_all_it_names() {
        let mut position = Position::new(epoch("e"), 0);
        assert_eq!(position.take(&epoch("e"), 2, 5, "skip"), Verdict::Resume(0));
        assert_eq!(position.take(&epoch("e"), 6, 6, "f"), Verdict::Resume(0));
        assert_eq!(position.take(&epoch("e"), 1, 1, "a"), Verdict::Apply(vec!["a", "skip", "f"]));
        assert_eq!(position.seq(), 6);
    }

    #[test]
    fn another_epoch_means_reading_afresh() {
        let mut position = Position::new(epoch("e"), 9);
        assert_eq!(position.take(&epoch("f"), 10, 10, ()), Verdict::Resync);
    }

    #[test]
    fn no_more_is_held_than_the_bound() {
        let mut position = Position::new(epoch("e"), 0);
        for seq in 0..limits::HELD as Seq {
            assert_eq!(position.take(&epoch("e"), seq + 2, seq + 2, ()), Verdict::Resume(0));
        }
        assert_eq!(position.take(&epoch("e"), 900, 900, ()), Verdict::Resync);
    }

    proptest! {
        /// Whatever order and however often events arrive, each is applied once and in order.
        #[test]
        fn every_event_is_applied_exactly_once_and_in_order(order in proptest::collection::vec(1u64..=40, 0..400)) {
            let mut position = Position::new(epoch("e"), 0);
            let mut applied = Vec::new();
            for seq in order.into_iter().chain(1..=40) {
                if let Verdict::Apply(events) = position.take(&epoch("e"), seq, seq, seq) {
                    applied.extend(events);
                }
            }
            prop_assert_eq!(applied, (1..=40).collect::<Vec<Seq>>());
        }
    }
}
