//! Where time, ids and secrets come from, so that a test can hold them still.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;

use crate::model::{Id, Time};

/// A cheap handle; clones share one source.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
struct Source {
    /// Milliseconds since 1970 where time stands still, or `MOVING`.
    still: AtomicI64,
    process: [u8; 5],
    counter: AtomicU32,
}

const MOVING: i64 = i64::MIN;

impl Clock {
    pub fn system() -> Clock {
        Clock::starting_at(MOVING)
    }

    /// A clock that moves only by [`Clock::advance`].
    pub fn still(at: Time) -> Clock {
        Clock::starting_at(at.millis())
    }

    fn starting_at(still: i64) -> Clock {
        let mut process = [0; 5];
        rand::rng().fill_bytes(&mut process);
        let counter = AtomicU32::new(rand::rng().next_u32());
        Clock(Arc::new(Source { still: AtomicI64::new(still), process, counter }))
    }

    pub fn now(&self) -> Time {
        match self.0.still.load(Ordering::Acquire) {
            MOVING => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
                Time::from_millis(since.as_millis() as i64)
            }
            still => Time::from_millis(still),
        }
    }

    /// Has no effect on the system's clock.
    pub fn advance(&self, by: Duration) {
        if self.0.still.load(Ordering::Acquire) != MOVING {
            self.0.still.fetch_add(by.as_millis() as i64, Ordering::AcqRel);
        }
    }

    /// A new id in the form of a MongoDB ObjectId: seconds, process, counter.
    pub fn id<T>(&self) -> Id<T> {
        let seconds = (self.now().millis() / 1000) as u32;
        let count = self.0.counter.fetch_add(1, Ordering::Relaxed);
        let mut bytes = [0; 12];
        let (head, rest) = bytes.split_at_mut(4);
        let (process, tail) = rest.split_at_mut(5);
        head.copy_from_slice(&seconds.to_be_bytes());
        process.copy_from_slice(&self.0.process);
        for (byte, value) in tail.iter_mut().zip(count.to_be_bytes().into_iter().skip(1)) {
            *byte = value;
        }
        Id::from_bytes(bytes)
    }
}

/// 256 random bits, base64url: for tokens that nobody may guess.
pub fn secret() -> String {
    random::<32>()
}

/// 128 random bits, base64url: for ids that nobody may guess.
pub fn nonce() -> String {
    random::<16>()
}

fn random<const N: usize>() -> String {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_of_one_clock_never_repeat_and_rise_within_a_second() {
        let clock = Clock::still(Time::from_millis(1_700_000_000_000));
        let ids: Vec<Id<()>> = (0..1000).map(|_| clock.id()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 1000);
    }

    #[test]
    fn a_still_clock_moves_only_when_told() {
        let clock = Clock::still(Time::from_millis(5_000));
        clock.advance(Duration::from_secs(2));
        assert_eq!(clock.now().millis(), 7_000);
    }
}
