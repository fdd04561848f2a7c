//! Who is typing where: said at most once per 3 s and person, forgotten after 6 s, never stored (D-44).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Clock;
use crate::limits;
use crate::model::{Channel, Id, Time, User, Username};

#[derive(Debug)]
pub struct Typing {
    clock: Clock,
    typists: Mutex<Typists>,
}

type Typists = HashMap<(Id<Channel>, Id<User>), Typist>;

#[derive(Clone, Debug)]
struct Typist {
    username: Username,
    said_at: Time,
    seen_at: Time,
    stopped: bool,
}

impl Typing {
    pub fn new(clock: Clock) -> Typing {
        Typing { clock, typists: Mutex::default() }
    }

    /// Whether this is to be said aloud.
    pub fn start(&self, channel: Id<Channel>, user: Id<User>, username: &Username) -> bool {
        let now = self.clock.now();
        let mut typists = self.typists.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Typist { username: username.clone(), said_at: now, seen_at: now, stopped: false };
        match typists.get_mut(&(channel, user)) {
            Some(typist) if now.since(typist.said_at) < limits::TYPING_EVERY => {
                // Stopping and starting again within the interval stays unsaid until it is over.
                if !typist.stopped {
                    typist.seen_at = now;
                }
                false
            }
            _ => {
                typists.insert((channel, user), fresh);
                true
            }
        }
    }

    /// Whether there was anything to stop.
    pub fn stop(&self, channel: Id<Channel>, user: Id<User>) -> bool {
        let mut typists = self.typists.lock().unwrap_or_else(PoisonError::into_inner);
        match typists.get_mut(&(channel, user)) {
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
        let mut typists = self.typists.lock().unwrap_or_else(PoisonError::into_inner);
        let mut over = Vec::new();
        typists.retain(|(channel, user), typist| {
            let live = now.since(typist.seen_at) < limits::TYPING_LASTS;
            if !live && !typist.stopped {
                over.push((*channel, *user, typist.username.clone()));
            }
            live
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
}
