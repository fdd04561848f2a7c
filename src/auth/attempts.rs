//! Who tried a password too often. Kept in memory alone: a restart forgives.
//!
//! An account is known here by what was typed, so that a refusal says nothing of whether it exists.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::config::Limits;
use crate::error::{Error, Result};
use crate::model::Time;

const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Above this many remembered names the harmless ones are forgotten.
const REMEMBERED: usize = 100_000;

#[derive(Clone, Debug)]
pub struct Attempts(Arc<Board>);

#[derive(Debug)]
struct Board {
    clock: Clock,
    per_account_and_address: u32,
    per_account: u32,
    tries: Mutex<Tries>,
}

#[derive(Debug, Default)]
struct Tries {
    near: HashMap<(String, IpAddr), Count>,
    anywhere: HashMap<String, Count>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: Time,
    tries: u32,
}

impl Attempts {
    pub fn new(clock: Clock, limits: &Limits) -> Attempts {
        Attempts(Arc::new(Board {
            clock,
            per_account_and_address: limits.login_failures_per_account_address,
            per_account: limits.login_failures_per_account,
            tries: Mutex::default(),
        }))
    }

    /// Counts a try before its outcome is known, so that many at once are not let through together.
    /// RATE_LIMITED where there were enough.
    pub fn begin(&self, account: &str, address: IpAddr) -> Result<()> {
        let now = self.0.clock.now();
        let mut tries = self.tries();
        tries.forget(now);
        let key = (account.to_owned(), address);
        open(&tries.near, &key, self.0.per_account_and_address, now)?;
        open(&tries.anywhere, &key.0, self.0.per_account, now)?;
        count(&mut tries.anywhere, key.0.clone(), now);
        count(&mut tries.near, key, now);
        Ok(())
    }

    /// The password was right: this address begins anew, and its try is no failure of the account.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let mut tries = self.tries();
        tries.near.remove(&(account.to_owned(), address));
        if let Some(count) = tries.anywhere.get_mut(account) {
            count.tries = count.tries.saturating_sub(1);
        }
    }

    /// What was begun did not come about.
    pub fn withdraw(&self, account: &str, address: IpAddr) {
        let mut tries = self.tries();
        let Tries { near, anywhere } = &mut *tries;
        for count in near.get_mut(&(account.to_owned(), address)).into_iter().chain(anywhere.get_mut(account))
        {
            count.tries = count.tries.saturating_sub(1);
        }
    }

    fn tries(&self) -> MutexGuard<'_, Tries> {
        self.0.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tries {
    fn forget(&mut self, now: Time) {
        if self.near.len() + self.anywhere.len() <= REMEMBERED {
            return;
        }
        self.near.retain(|_, count| count.holds(now));
        self.anywhere.retain(|_, count| count.holds(now));
        if self.near.len() + self.anywhere.len() > REMEMBERED {
            // Somebody tries ever new names: those tried once protect nobody.
            self.near.retain(|_, count| count.tries > 1);
            self.anywhere.retain(|_, count| count.tries > 1);
        }
        if self.near.len() + self.anywhere.len() > REMEMBERED {
            *self = Tries::default();
        }
    }
}

impl Count {
    fn holds(&self, now: Time) -> bool {
        now < self.since.plus(WINDOW)
    }
}

fn open<K: Hash + Eq>(counts: &HashMap<K, Count>, key: &K, most: u32, now: Time) -> Result<()> {
    match counts.get(key) {
        Some(count) if count.holds(now) && count.tries >= most => {
            Err(Error::rate_limited(count.since.plus(WINDOW).since(now)))
        }
        _ => Ok(()),
    }
}

fn count<K: Hash + Eq>(counts: &mut HashMap<K, Count>, key: K, now: Time) {
    let count = counts.entry(key).or_insert(Count { since: now, tries: 0 });
    if !count.holds(now) {
        *count = Count { since: now, tries: 0 };
    }
    count.tries += 1;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn attempts() -> (Attempts, Clock) {
        let clock = Clock::still(Time::from_millis(1_700_000_000_000));
        (Attempts::new(clock.clone(), &Limits::default()), clock)
    }

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn the_eleventh_try_from_one_address_waits_for_the_window_s23() {
        let (attempts, clock) = attempts();
        for _ in 0..10 {
            attempts.begin("alice", address(1)).unwrap();
        }
        let refused = attempts.begin("alice", address(1)).unwrap_err();
        assert_eq!((refused.code(), refused.wait()), (Code::RateLimited, Some(WINDOW)));
        assert!(attempts.begin("alice", address(2)).is_ok());
        assert!(attempts.begin("bob", address(1)).is_ok());
        clock.advance(WINDOW);
        assert!(attempts.begin("alice", address(1)).is_ok());
    }

    #[test]
    fn a_hundred_tries_from_anywhere_close_the_account_s23() {
        let (attempts, _) = attempts();
        let let_in = (0..30u8)
            .flat_map(|last| [last; 5])
            .filter(|last| attempts.begin("alice", address(*last)).is_ok());
        assert_eq!(let_in.count(), 100);
    }

    #[test]
    fn who_got_in_begins_anew() {
        let (attempts, _) = attempts();
        for _ in 0..500 {
            attempts.begin("alice", address(1)).unwrap();
            attempts.succeeded("alice", address(1));
        }
    }

    #[test]
    fn a_try_that_did_not_come_about_is_no_try() {
        let (attempts, _) = attempts();
        for _ in 0..500 {
            attempts.begin("alice", address(1)).unwrap();
            attempts.withdraw("alice", address(1));
        }
    }

    #[test]
    fn ever_new_names_do_not_grow_the_board_without_end() {
        let (attempts, _) = attempts();
        for _ in 0..5 {
            attempts.begin("alice", address(1)).unwrap();
        }
        for number in 0..REMEMBERED {
            attempts.begin(&number.to_string(), address(9)).unwrap();
        }
        let tries = attempts.tries();
        assert!(tries.near.len() + tries.anywhere.len() <= REMEMBERED + 2);
        assert_eq!(tries.anywhere.get("alice").unwrap().tries, 5);
    }
}
