//! Who is there: the best of a person's live devices (D-38), offline only after a grace (D-40).
//!
//! Whoever says they are offline is hidden: on every device, until they say otherwise, and in every
//! respect like somebody who is not there. Never computed from rooms (D-43). Who may see it is
//! decided where it is told.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::event::{Online, Presence, PresenceStatus};
use crate::limits;
use crate::model::{Channel, Id, Time, User, Username};

#[derive(Debug)]
pub struct PresenceBook {
    clock: Clock,
    people: Mutex<People>,
}

#[derive(Debug, Default)]
struct People {
    known: HashMap<Id<User>, Person>,
    /// The highest version of those who are known no longer.
    version: u64,
}

/// Kept while they have a device or have chosen something, which outlasts their devices.
#[derive(Debug)]
struct Person {
    username: Username,
    /// By socket.
    devices: HashMap<String, PresenceStatus>,
    /// How they last said to be, all devices considered: a device that comes takes it on.
    chosen: PresenceStatus,
    hidden: bool,
    text: Option<String>,
    current_channel: Option<Id<Channel>>,
    told: PresenceStatus,
    version: u64,
    /// When the last device went, until offline is told.
    gone_at: Option<Time>,
}

impl Person {
    fn new(username: Username, version: u64) -> Person {
        Person {
            username,
            devices: HashMap::new(),
            chosen: PresenceStatus::Online,
            hidden: false,
            text: None,
            current_channel: None,
            told: PresenceStatus::Offline,
            version,
            gone_at: None,
        }
    }

    fn chose_something(&self) -> bool {
        self.hidden || self.chosen != PresenceStatus::Online || self.text.is_some()
    }

    fn best(&self) -> PresenceStatus {
        self.devices.values().copied().max().unwrap_or(PresenceStatus::Offline)
    }

    fn status(&self) -> PresenceStatus {
        match self.hidden {
            true => PresenceStatus::Offline,
            false => self.best(),
        }
    }

    /// As others are told: who is offline says nothing.
    fn presence(&self, id: Id<User>) -> Presence {
        let text = self.text.clone().filter(|_| self.told > PresenceStatus::Offline);
        Presence {
            user_id: id,
            username: self.username.clone(),
            status: self.told,
            text,
            version: self.version,
        }
    }

    /// What is to be told, if anything changed that others see.
    fn change(&mut self, id: Id<User>, to: PresenceStatus, text: bool, now: Time) -> Option<Presence> {
        if self.told == to && (!text || to == PresenceStatus::Offline) {
            return None;
        }
        self.told = to;
        // Above every version of an earlier run of the server, and the same whatever was hidden.
        self.version = (self.version + 1).max(now.millis().unsigned_abs());
        Some(self.presence(id))
    }
}

impl PresenceBook {
    pub fn new(clock: Clock) -> PresenceBook {
        PresenceBook { clock, people: Mutex::default() }
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A device came; online is told at once.
    pub fn arrive(&self, id: Id<User>, username: &Username, device: &str) -> Option<Presence> {
        let now = self.clock.now();
        let mut people = self.people();
        let People { known, version } = &mut *people;
        let person = known.entry(id).or_insert_with(|| Person::new(username.clone(), *version));
        person.devices.insert(device.to_owned(), person.chosen);
        person.gone_at = None;
        let status = person.status();
        person.change(id, status, false, now)
    }

    /// A device went; if it was the last, offline is told by [`PresenceBook::sweep`] after the grace.
    pub fn depart(&self, id: Id<User>, device: &str) -> Option<Presence> {
        let now = self.clock.now();
        let mut people = self.people();
        let person = people.known.get_mut(&id)?;
        person.devices.remove(device)?;
        if person.devices.is_empty() {
            person.gone_at = Some(now);
            return None;
        }
        let status = person.status();
        person.change(id, status, false, now)
    }

    /// A device says how its user is. `offline` hides them, whatever other devices they have.
    pub fn set(
        &self,
        id: Id<User>,
        device: &str,
        status: PresenceStatus,
        text: Option<String>,
    ) -> Option<Presence> {
        let now = self.clock.now();
        let mut people = self.people();
        let person = people.known.get_mut(&id)?;
        let said = person.devices.get_mut(device)?;
        person.hidden = status == PresenceStatus::Offline;
        if !person.hidden {
            *said = status;
            person.chosen = person.best();
        }
        let new_text = person.text != text;
        person.text = text;
        let status = person.status();
        person.change(id, status, new_text, now)
    }

    pub fn look_at(&self, id: Id<User>, channel: Option<Id<Channel>>) {
        if let Some(person) = self.people().known.get_mut(&id) {
            person.current_channel = channel;
        }
    }

    /// Whose grace is over.
    pub fn sweep(&self) -> Vec<Presence> {
        let now = self.clock.now();
        let mut people = self.people();
        let People { known, version } = &mut *people;
        let mut gone = Vec::new();
        known.retain(|id, person| {
            // Where the clock was put back, the grace begins again rather than lasting until then.
            let Some(at) = person.gone_at.map(|at| at.min(now)) else { return true };
            person.gone_at = Some(at);
            if now.since(at) < limits::OFFLINE_GRACE {
                return true;
            }
            (person.gone_at, person.current_channel) = (None, None);
            gone.extend(person.change(*id, PresenceStatus::Offline, false, now));
            *version = person.version.max(*version);
            person.chose_something()
        });
        gone
    }

    /// How somebody is told to be at this moment; none for whoever is offline.
    pub fn of(&self, id: Id<User>) -> Option<Presence> {
        let people = self.people();
        let person = people.known.get(&id).filter(|person| person.told > PresenceStatus::Offline)?;
        Some(person.presence(id))
    }

    /// How somebody is, as they themselves may know.
    pub fn own(&self, id: Id<User>) -> Option<Presence> {
        let people = self.people();
        let person = people.known.get(&id)?;
        Some(Presence { text: person.text.clone(), ..person.presence(id) })
    }

    /// Those of the people asked for who are not offline.
    pub fn online(&self, among: impl Fn(Id<User>) -> bool) -> Vec<Online> {
        let people = self.people();
        let there =
            people.known.iter().filter(|(id, person)| person.told > PresenceStatus::Offline && among(**id));
        let mut online: Vec<Online> = there
            .map(|(id, person)| Online {
                user_id: *id,
                username: person.username.clone(),
                status: person.told,
                is_online: true,
                current_channel: person.current_channel,
            })
            .collect();
        online.sort_by(|a, b| a.username.cmp(&b.username));
        online
    }
}

#[cfg(test)]
mod tests;
