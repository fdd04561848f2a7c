//! How often one host is asked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

const EVERY: Duration = Duration::from_secs(1);
/// Whoever would wait longer goes without.
const LONGEST: Duration = Duration::from_secs(5);
/// Hosts that are remembered before those whose time is over are forgotten.
const REMEMBERED: usize = 1_000;

/// When each host may be asked next.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<HashMap<String, Instant>>);

impl Pace {
    /// Waits until it is a host's turn; false where that would take too long.
    pub(super) async fn turn(&self, host: &str) -> bool {
        let Some(turn) = self.take(host, Instant::now()) else { return false };
        sleep_until(turn).await;
        true
    }

    fn take(&self, host: &str, now: Instant) -> Option<Instant> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= REMEMBERED {
            turns.retain(|_, next| *next > now);
        }
        let next = turns.entry(host.to_owned()).or_insert(now);
        let turn = Some((*next).max(now)).filter(|turn| *turn <= now + LONGEST)?;
        *next = turn + EVERY;
        Some(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_host_is_asked_once_a_second_and_others_do_not_wait_for_it() {
        let (pace, start) = (Pace::default(), Instant::now());
        assert!(pace.turn("a.example").await && pace.turn("b.example").await);
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert!(pace.turn("a.example").await && pace.turn("a.example").await);
        assert_eq!(start.elapsed(), EVERY * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_is_worth_it() {
        let (pace, now) = (Pace::default(), Instant::now());
        let turns = (0..20).filter(|_| pace.take("a.example", now).is_some()).count();
        assert_eq!(turns, 6);
        assert!(pace.take("a.example", now + EVERY).is_some());
    }
}
