//! Whose other devices are still to hear how far they have read: at most once a second and channel,
//! and one after the other, so that what is told never goes back.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::{Channel, Id, Time, User};

const EVERY: Duration = Duration::from_secs(1);

type Key = (Id<User>, Id<Channel>);

#[derive(Debug, Default)]
pub(super) struct Telling(Mutex<HashMap<Key, Turn>>);

#[derive(Debug, Default)]
struct Turn {
    waits: bool,
    /// Somebody is telling it just now.
    claimed: bool,
    /// Not to be told again before.
    next: Option<Time>,
}

impl Turn {
    fn is_due(&self, now: Time) -> bool {
        self.waits && !self.claimed && self.next.is_none_or(|next| now >= next)
    }

    fn is_over(&self, now: Time) -> bool {
        !self.waits && !self.claimed && self.next.is_none_or(|next| now >= next)
    }
}

#[derive(Debug)]
pub(super) struct Wish<'a> {
    telling: &'a Telling,
    key: Key,
}

impl Drop for Wish<'_> {
    fn drop(&mut self) {
        self.telling.turns().entry(self.key).or_default().waits = true;
    }
}

/// Whoever holds it tells; what is not told waits again.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    telling: &'a Telling,
    key: Key,
    told: bool,
}

impl Telling {
    fn turns(&self) -> MutexGuard<'_, HashMap<Key, Turn>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be held while a marker is moved: once it is dropped, whatever became of that, it waits.
    pub(super) fn wish(&self, key: Key) -> Wish<'_> {
        Wish { telling: self, key }
    }

    pub(super) fn claim(&self, key: Key, now: Time) -> Option<Claim<'_>> {
        let mut turns = self.turns();
        let turn = turns.get_mut(&key).filter(|turn| turn.is_due(now))?;
        *turn = Turn { waits: false, claimed: true, next: Some(now.plus(EVERY)) };
        Some(Claim { telling: self, key, told: false })
    }

    /// Those who wait and need wait no longer; who has nothing more to hear is forgotten.
    pub(super) fn due(&self, now: Time) -> Vec<Key> {
        let mut turns = self.turns();
        turns.retain(|_, turn| !turn.is_over(now));
        turns.iter().filter(|(_, turn)| turn.is_due(now)).map(|(key, _)| *key).collect()
    }
}

impl Claim<'_> {
    pub(super) fn told(mut self) {
        self.told = true;
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(turn) = self.telling.turns().get_mut(&self.key) {
            turn.claimed = false;
            turn.waits |= !self.told;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        (Id::from_bytes([1; 12]), Id::from_bytes([2; 12]))
    }

    #[test]
    fn it_is_told_at_once_and_then_once_a_second() {
        let (telling, start) = (Telling::default(), Time::from_millis(0));
        let wish = telling.wish(key());
        assert!(telling.claim(key(), start).is_none(), "it is not there yet");
        drop(wish);
        telling.claim(key(), start).unwrap().told();
        drop(telling.wish(key()));
        assert!(telling.claim(key(), start).is_none() && telling.due(start).is_empty());
        let later = start.plus(EVERY);
        assert_eq!(telling.due(later), [key()]);
        telling.claim(key(), later).unwrap().told();
        assert!(telling.due(later.plus(EVERY)).is_empty() && telling.turns().is_empty());
    }

    #[test]
    fn what_was_not_told_waits_and_nobody_tells_it_beside_another() {
        let (telling, start) = (Telling::default(), Time::from_millis(0));
        drop(telling.wish(key()));
        let claim = telling.claim(key(), start).unwrap();
        drop(telling.wish(key()));
        assert!(telling.claim(key(), start.plus(EVERY)).is_none());
        drop(claim);
        assert_eq!(telling.due(start.plus(EVERY)), [key()]);
    }
}
