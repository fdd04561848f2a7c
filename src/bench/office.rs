//! People at work: how often each does what, as a stream of acts in time.
//!
//! The shape was measured in teams that chat. Each act is independent of the others (a Poisson
//! stream), so the stream of all is one of the summed rate whose acts fall on anybody.

use rand::Rng;
use rand::rngs::StdRng;

/// Of an active user in an hour.
pub const POSTS: f64 = 12.0;
pub const SWITCHES: f64 = 76.0;
pub const RECONNECTS: f64 = 1.7;
pub const SEARCHES: f64 = 0.25;
/// Of the posts.
pub const REPLIES: f64 = 0.18;
pub const WORDS: usize = 35;

const ALL: f64 = POSTS + SWITCHES + RECONNECTS + SEARCHES;
const HOUR: f64 = 3_600e9;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// One typing event goes before it.
    Post {
        reply: bool,
    },
    Switch,
    Reconnect,
    /// For a word, in all that they can read.
    Search,
}

/// Who does what next, and when.
#[derive(Clone, Copy, Debug)]
pub struct Next {
    /// Nanoseconds after the beginning.
    pub at: u64,
    /// Among the users of this mix.
    pub user: usize,
    pub act: Act,
}

#[derive(Debug)]
pub struct Mix {
    users: usize,
    /// Nanoseconds between two acts, on average.
    between: f64,
    at: f64,
}

impl Mix {
    /// `haste` is 1 for people as they are; at 10 everything is ten times as frequent.
    pub fn new(users: usize, haste: f64) -> Mix {
        Mix { users, between: HOUR / (ALL * haste * users.max(1) as f64), at: 0.0 }
    }

    /// The haste at which so many users post so many messages a second.
    pub fn haste(users: usize, posts_per_second: f64) -> f64 {
        posts_per_second * 3_600.0 / (POSTS * users.max(1) as f64)
    }

    pub fn next(&mut self, random: &mut StdRng) -> Next {
        // The gaps of a Poisson stream are exponential; 1 - x is never 0.
        self.at -= (1.0 - random.random::<f64>()).ln() * self.between;
        let user = random.random_range(0..self.users.max(1));
        Next { at: self.at as u64, user, act: act(random) }
    }
}

fn act(random: &mut StdRng) -> Act {
    let place = random.random::<f64>() * ALL;
    match place {
        place if place < POSTS => Act::Post { reply: random.random_bool(REPLIES) },
        place if place < POSTS + SWITCHES => Act::Switch,
        place if place < POSTS + SWITCHES + RECONNECTS => Act::Reconnect,
        _ => Act::Search,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    /// What so many users do in so many hours of a clock that only the mix moves.
    fn counts(users: usize, hours: f64, haste: f64) -> [f64; 5] {
        let (mut mix, mut random) = (Mix::new(users, haste), StdRng::seed_from_u64(7));
        let mut counts = [0.0; 5];
        loop {
            let next = mix.next(&mut random);
            if next.at as f64 > hours * HOUR {
                return counts.map(|count| count / (users as f64 * hours));
            }
            assert!(next.user < users);
            match next.act {
                Act::Post { reply } => {
                    counts[0] += 1.0;
                    counts[4] += f64::from(u8::from(reply));
                }
                Act::Switch => counts[1] += 1.0,
                Act::Reconnect => counts[2] += 1.0,
                Act::Search => counts[3] += 1.0,
            }
        }
    }

    fn near(found: f64, wanted: f64) {
        assert!((found / wanted - 1.0).abs() < 0.03, "{found} instead of {wanted}");
    }

    #[test]
    fn a_user_does_in_an_hour_what_was_measured() {
        let [posts, switches, reconnects, searches, replies] = counts(1_000, 40.0, 1.0);
        near(posts, 12.0);
        near(switches, 76.0);
        near(reconnects, 1.7);
        near(searches, 0.25);
        near(replies / posts, 0.18);
    }

    #[test]
    fn in_haste_everything_is_more_frequent_alike() {
        let haste = Mix::haste(100, 10.0);
        let [posts, switches, ..] = counts(100, 2.0, haste);
        near(posts * 100.0 / 3_600.0, 10.0);
        near(switches / posts, 76.0 / 12.0);
    }
}
