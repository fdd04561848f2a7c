//! What became of the load: counts and latencies of one thread, to be added up.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Latencies from a microsecond to an hour, to three digits.
#[derive(Clone, Debug, Default)]
pub struct Times(Option<Histogram<u64>>);

const HOUR: u64 = 3_600_000_000;

/// Milliseconds, as they are reported.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Spread {
    pub count: u64,
    pub mean: f64,
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

impl Times {
    pub fn note(&mut self, nanoseconds: u64) {
        // Made at the first use: most runs need few of them.
        if self.0.is_none() {
            self.0 = Histogram::new_with_bounds(1, HOUR, 3).ok();
        }
        if let Some(histogram) = &mut self.0 {
            histogram.saturating_record((nanoseconds / 1_000).max(1));
        }
    }

    fn add(&mut self, other: Times) {
        match (&mut self.0, other.0) {
            (Some(ours), Some(theirs)) => drop(ours.add(&theirs)),
            (ours @ None, theirs) => *ours = theirs,
            (Some(_), None) => {}
        }
    }

    pub fn spread(&self) -> Spread {
        let Some(histogram) = &self.0 else { return Spread::default() };
        let milliseconds = |micros: u64| micros as f64 / 1_000.0;
        Spread {
            count: histogram.len(),
            mean: histogram.mean() / 1_000.0,
            p50: milliseconds(histogram.value_at_quantile(0.5)),
            p99: milliseconds(histogram.value_at_quantile(0.99)),
            max: milliseconds(histogram.max()),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub sends: u64,
    pub acks: u64,
    /// Messages that should have been heard, by the acknowledged sends.
    pub expected: u64,
    pub heard: u64,
    /// Other events than messages: presence, typing, heads.
    pub others: u64,
    /// Of those, how many told of people's presence, and of how many people they did.
    pub presence_events: u64,
    pub presences: u64,
    pub replies: u64,
    pub typing: u64,
    pub switches: u64,
    pub reconnects: u64,
    pub searches: u64,
    pub errors: BTreeMap<String, u64>,
    /// From sending to the acknowledgement.
    pub ack: Times,
    /// From sending to hearing.
    pub delivery: Times,
    /// How late this program sent.
    pub lag: Times,
    /// Coming into a channel, with its newest messages.
    pub visit: Times,
    /// From dialling to having caught up.
    pub back: Times,
    pub search: Times,
}

impl Tally {
    pub fn error(&mut self, code: &str) {
        self.errors_of(code, 1);
    }

    pub fn errors_of(&mut self, code: &str, count: u64) {
        if count == 0 {
            return;
        }
        match self.errors.get_mut(code) {
            Some(known) => *known += count,
            None => drop(self.errors.insert(code.to_owned(), count)),
        }
    }

    pub fn add(&mut self, other: Tally) {
        self.sends += other.sends;
        self.acks += other.acks;
        self.expected += other.expected;
        self.heard += other.heard;
        self.others += other.others;
        self.presence_events += other.presence_events;
        self.presences += other.presences;
        self.replies += other.replies;
        self.typing += other.typing;
        self.switches += other.switches;
        self.reconnects += other.reconnects;
        self.searches += other.searches;
        for (code, count) in other.errors {
            self.errors_of(&code, count);
        }
        self.ack.add(other.ack);
        self.delivery.add(other.delivery);
        self.lag.add(other.lag);
        self.visit.add(other.visit);
        self.back.add(other.back);
        self.search.add(other.search);
    }

    /// Of all that was asked for and all that was to be heard, how much went wrong.
    pub fn error_rate(&self) -> f64 {
        let wrong: u64 = self.errors.values().sum();
        let tried = (self.sends + self.switches + self.reconnects + self.searches + self.expected).max(1);
        wrong as f64 / tried as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_threads_add_up() {
        let mut first = Tally { sends: 2, ..Tally::default() };
        let mut second = Tally { sends: 3, ..Tally::default() };
        first.error("CLOSED");
        second.errors_of("CLOSED", 2);
        second.ack.note(5_000_000);
        second.ack.note(15_000_000);
        first.add(second);
        assert_eq!((first.sends, first.errors["CLOSED"]), (5, 3));
        let spread = first.ack.spread();
        assert_eq!(spread.count, 2);
        assert!((spread.max - 15.0).abs() < 0.1, "{spread:?}");
        assert!((first.error_rate() - 0.6).abs() < 1e-9);
    }
}
