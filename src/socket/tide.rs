//! How long events may gather before they go out, by how much is going out.
//!
//! Most of what an event costs is the call of the system that sends it to one socket, and two events
//! for a socket cost hardly more than one. So the more a node sends, the longer it lets events wait
//! for each other: not at all in a quiet hour, and at most [`LONGEST`], which no reader notices.

use std::time::Duration;

use tokio::time::Instant;

pub const LONGEST: Duration = Duration::from_millis(32);
/// From here on the wait is the longest; below, it is in proportion.
const HIGH: f64 = 50_000.0;
/// Not worth a timer.
const SHORTEST: Duration = Duration::from_millis(2);
/// Over so long it is counted.
const SPAN: Duration = Duration::from_millis(100);

pub struct Tide {
    since: Instant,
    heard: usize,
    per_second: f64,
}

impl Tide {
    pub fn new(now: Instant) -> Tide {
        Tide { since: now, heard: 0, per_second: 0.0 }
    }

    /// After events went to so many sockets: how long from then on others may gather.
    pub fn pause(&mut self, heard: usize, now: Instant) -> Duration {
        self.heard += heard;
        let passed = now.duration_since(self.since);
        if passed >= SPAN {
            self.per_second = self.heard as f64 / passed.as_secs_f64();
            (self.since, self.heard) = (now, 0);
        }
        let pause = LONGEST.mul_f64((self.per_second / HIGH).min(1.0));
        if pause < SHORTEST { Duration::ZERO } else { pause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pause after a while of one event to `sockets` every `gap`.
    fn pause(sockets: usize, gap: Duration) -> Duration {
        let start = Instant::now();
        let mut tide = Tide::new(start);
        (1..1_000).map(|count| tide.pause(sockets, start + gap * count)).last().unwrap()
    }

    #[test]
    fn the_more_goes_out_the_longer_it_gathers() {
        assert_eq!(pause(100, Duration::from_millis(100)), Duration::ZERO);
        let busy = pause(200, Duration::from_millis(8));
        assert!(busy > Duration::from_millis(15) && busy < Duration::from_millis(17), "{busy:?}");
        assert_eq!(pause(1_000, Duration::from_millis(12)), LONGEST);
    }

    #[test]
    fn after_a_rest_nothing_waits() {
        let start = Instant::now();
        let mut tide = Tide::new(start);
        tide.pause(50_000, start + SPAN);
        assert_eq!(tide.pause(1, start + SPAN), LONGEST);
        assert_eq!(tide.pause(1, start + Duration::from_secs(60)), Duration::ZERO);
    }
}
