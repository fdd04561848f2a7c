//! Who is typing where: said at most once per 3 s and person and 20 times a second in a channel,
//! forgotten after 6 s, never stored (D-44).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::limits;
use crate::model::{Channel, Id, Time, User, Username};

#[derive(Debug)]
pub struct Typing {
    clock: Clock,
    said: Mutex<Said>,
}

/// What is said of one channel in a second; who types in a crowd is not waited for.
const PER_SECOND: usize = 20;

#[derive(Debug, Default)]
struct Said {
    typists: HashMap<(Id<Channel>, Id<User>), Typist>,
    /// When typing was said in a channel, the last few times.
    lately: HashMap<Id<Channel>, VecDeque<Time>>,
}

impl Said {
    /// Notes that typing is said of a channel, if it may be.
    fn room(&mut self, channel: Id<Channel>, now: Time) -> bool {
        let lately = self.lately.entry(channel).or_default();
        keep_last_second(lately, now);
        let room = lately.len() < PER_SECOND;
        if room {
            lately.push_back(now);
        }
        room
    }
}

/// What lies ahead, where the clock was put back, counts as said just now.
fn keep_last_second(lately: &mut VecDeque<Time>, now: Time) {
    lately.iter_mut().for_each(|at| *at = now.min(*at));
    lately.retain(|at| now.since(*at) < Duration::from_secs(1));
}

#[derive(Clone, Debug)]
struct Typist {
    username: Username,
    said_at: Time,
    seen_at: Time,
    stopped: bool,
}

impl Typing {
    pub fn new(clock: Clock) -> Typing {
        Typing { clock, said: Mutex::default() }
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is to be said aloud.
    pub fn start(&self, channel: Id<Channel>, user: Id<User>, username: &Username) -> bool {
        let now = self.clock.now();
        let mut said = self.said();
        if let Some(typist) = said.typists.get_mut(&(channel, user)) {
            typist.said_at = typist.said_at.min(now);
            if now.since(typist.said_at) < limits::TYPING_EVERY {
                // Stopping and starting again within the interval stays unsaid until it is over.
                if !typist.stopped {
                    typist.seen_at = now;
                }
                return false;
            }
        }
        if !said.room(channel, now) {
            return false;
        }
        let fresh = Typist { username: username.clone(), said_at: now, seen_at: now, stopped: false };
        said.typists.insert((channel, user), fresh);
        true
    }

    /// Whether there was anything to stop.
    pub fn stop(&self, channel: Id<Channel>, user: Id<User>) -> bool {
        match self.said().typists.get_mut(&(channel, user)) {
            Some(typist) if !typist.stopped => {
                typist.stopped = true;
                true
            }
            _ => false,
        }
    }

    /// Who has not been seen typing for 6 s: to be said aloud as having stopped.
    pub fn sweep(&self) -> Vec<(Id<Channel>, Id<User>, Username)> {
        let now = self.clock.now();
        let mut said = self.said();
        let mut over = Vec::new();
        said.typists.retain(|(channel, user), typist| {
            // Where the clock was put back, nobody types until it has caught up.
            typist.seen_at = typist.seen_at.min(now);
            let live = now.since(typist.seen_at) < limits::TYPING_LASTS;
            if !live && !typist.stopped {
                over.push((*channel, *user, typist.username.clone()));
            }
            live
        });
        said.lately.retain(|_, lately| {
            keep_last_second(lately, now);
            !lately.is_empty()
        });
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn world() -> (Clock, Typing, Id<Channel>, Id<User>, Username) {
        let clock = Clock::still(Time::from_millis(1_000_000));
        (clock.clone(), Typing::new(clock.clone()), clock.id(), clock.id(), "ann".parse().unwrap())
    }

    #[test]
    fn typing_is_said_once_in_three_seconds() {
        let (clock, typing, channel, ann, name) = world();
        assert!(typing.start(channel, ann, &name));
        assert!(!typing.start(channel, ann, &name));
        clock.advance(Duration::from_secs(3));
        assert!(typing.start(channel, ann, &name));
    }

    #[test]
    fn a_typist_who_falls_silent_is_forgotten_after_six_seconds() {
        let (clock, typing, channel, ann, name) = world();
        typing.start(channel, ann, &name);
        clock.advance(Duration::from_millis(5_999));
        assert!(typing.sweep().is_empty());
        clock.advance(Duration::from_millis(1));
        assert_eq!(typing.sweep().len(), 1);
        assert!(typing.sweep().is_empty());
    }

    #[test]
    fn stopping_twice_is_said_once() {
        let (_, typing, channel, ann, name) = world();
        typing.start(channel, ann, &name);
        assert!(typing.stop(channel, ann));
        assert!(!typing.stop(channel, ann));
    }

    #[test]
    fn of_a_crowd_twenty_are_said_in_a_second() {
        let (clock, typing, channel, _, name) = world();
        let said = |count: usize| (0..count).filter(|_| typing.start(channel, clock.id(), &name)).count();
        assert_eq!(said(200), 20);
        clock.advance(Duration::from_millis(999));
        assert_eq!(said(200), 0);
        clock.advance(Duration::from_millis(1));
        assert_eq!(said(200), 20);
        assert!(typing.start(clock.id(), clock.id(), &name));
    }

    #[test]
    fn a_clock_that_is_put_back_leaves_nobody_typing_for_hours() {
        let (clock, typing, channel, ann, name) = world();
        clock.advance(Duration::from_secs(3_600));
        typing.start(channel, ann, &name);
        let earlier = Typing { clock: Clock::still(Time::from_millis(1_000_000)), said: typing.said };
        assert!(earlier.sweep().is_empty());
        earlier.clock.advance(limits::TYPING_LASTS);
        assert_eq!(earlier.sweep().len(), 1);
        assert!(earlier.start(channel, ann, &name));
    }
}
