//! Who is there: the best of a person's live devices (D-38), offline only after a grace (D-40).
//!
//! Whoever is invisible is so on every device, and in every respect like somebody who went when they
//! said so. Never computed from rooms (D-43). What somebody chose is kept by [`super::Statuses`]; who may
//! see it is decided where it is told.

mod person;
mod seen;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::event::{Online, Presence, PresenceStatus};
use crate::limits;
use crate::model::{Availability, Channel, Id, OwnStatus, Time, User, Username};
use person::{Device, Person, said};

#[derive(Debug)]
pub struct PresenceBook {
    clock: Clock,
    people: Mutex<People>,
    /// Something is in [`People::owed`].
    owing: Notify,
}

#[derive(Debug, Default)]
struct People {
    known: HashMap<Id<User>, Person>,
    /// The highest version of those who are known no longer.
    version: u64,
    /// What changed by a choice and is still to be told.
    owed: Vec<Presence>,
    /// When those went, or hid, of whom this is not kept yet.
    gone: HashMap<Id<User>, Time>,
}

impl People {
    fn person(&mut self, id: Id<User>, username: &Username, now: Time) -> &mut Person {
        let People { known, version, .. } = self;
        known.entry(id).or_insert_with(|| Person::new(username.clone(), *version, now))
    }

    /// Has it told, and notes of whoever cannot be seen from now on since when that is.
    fn owe(&mut self, changed: Option<Presence>, now: Time) {
        let gone = changed.as_ref().filter(|presence| presence.status == PresenceStatus::Offline);
        if let Some(presence) = gone {
            self.gone.insert(presence.user_id, now);
        }
        self.owed.extend(changed);
    }
}

/// On which of somebody's devices a choice says how they are; what it says in words is of all.
#[derive(Clone, Copy, Debug)]
pub enum Where<'a> {
    On(&'a str, Availability),
    Everywhere,
    Nowhere,
}

impl PresenceBook {
    pub fn new(clock: Clock) -> PresenceBook {
        PresenceBook { clock, people: Mutex::default(), owing: Notify::new() }
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A device came, of somebody who chose this; online is told at once.
    pub fn arrive(
        &self,
        id: Id<User>,
        username: &Username,
        device: &str,
        chosen: &OwnStatus,
    ) -> Option<Presence> {
        let now = self.clock.now();
        let mut people = self.people();
        let person = people.person(id, username, now);
        let words = person.choose(chosen);
        let said = said(person.chosen.status).unwrap_or(PresenceStatus::Online);
        person.devices.insert(device.to_owned(), Device { said, idle: false });
        person.gone_at = None;
        person.change(id, words, now)
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
        person.change(id, false, now)
    }

    /// How somebody would be, all devices considered, if one of them said this.
    pub fn best_with(&self, id: Id<User>, device: &str, status: Availability) -> Availability {
        let people = self.people();
        let devices = people.known.get(&id).into_iter().flat_map(|person| &person.devices);
        let others = devices.filter(|(other, _)| *other != device).map(|(_, device)| device.said);
        let Some(this) = said(status) else { return status };
        match others.max().unwrap_or(this).max(this) {
            PresenceStatus::Online => Availability::Online,
            PresenceStatus::Busy => Availability::Busy,
            PresenceStatus::Away | PresenceStatus::Offline => Availability::Away,
        }
    }

    /// Somebody chose something. It is told by whoever takes what is [owed](PresenceBook::owed).
    pub fn choose(&self, id: Id<User>, username: &Username, at: Where<'_>, chosen: &OwnStatus) {
        let now = self.clock.now();
        let mut people = self.people();
        let person = people.person(id, username, now);
        let words = person.choose(chosen);
        match at {
            Where::On(device, status) => person.say(device, status),
            Where::Everywhere => person.say_everywhere(),
            Where::Nowhere => {}
        }
        let changed = person.change(id, words, now);
        people.owe(changed, now);
        drop(people);
        self.owing.notify_one();
    }

    /// Whether anybody is at a device; what is chosen stays.
    pub fn idle(&self, id: Id<User>, device: &str, idle: bool) -> Option<Presence> {
        let now = self.clock.now();
        let mut people = self.people();
        let person = people.known.get_mut(&id)?;
        person.devices.get_mut(device)?.idle = idle;
        person.change(id, false, now)
    }

    /// Until something is owed.
    pub async fn owing(&self) {
        self.owing.notified().await;
    }

    /// What changed by choices and is still to be told, in the order in which it changed.
    pub fn owed(&self) -> Vec<Presence> {
        std::mem::take(&mut self.people().owed)
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
        let People { known, version, gone, .. } = &mut *people;
        let mut over = Vec::new();
        known.retain(|id, person| {
            // Where the clock was put back, the grace begins again rather than lasting until then.
            let Some(at) = person.gone_at.map(|at| at.min(now)) else { return true };
            person.gone_at = Some(at);
            if now.since(at) < limits::OFFLINE_GRACE {
                return true;
            }
            // At the moment at which it was over, not at the one at which it was looked for: from
            // the beat of this nobody is to tell who went from who hid.
            let ended = at.plus(limits::OFFLINE_GRACE);
            if let Some(told) = person.change(*id, false, ended) {
                gone.insert(*id, ended);
                over.push(told);
            }
            *version = person.version.max(*version);
            false
        });
        over
    }

    /// How somebody is told to be at this moment; none for whoever is offline.
    pub fn of(&self, id: Id<User>) -> Option<Presence> {
        let people = self.people();
        let person = people.known.get(&id).filter(|person| person.told > PresenceStatus::Offline)?;
        Some(person.presence(id))
    }

    /// How somebody who is there looks to whoever may know it no longer; none for whoever is offline.
    pub fn gone(&self, id: Id<User>) -> Option<Presence> {
        let (status, text, emoji) = (PresenceStatus::Offline, None, None);
        self.of(id).map(|presence| Presence { status, text, emoji, ..presence })
    }

    /// How somebody is, as they themselves may know.
    pub fn own(&self, id: Id<User>) -> Option<Presence> {
        let people = self.people();
        let person = people.known.get(&id)?;
        let OwnStatus { text, emoji, .. } = person.chosen.clone();
        Some(Presence { text, emoji, ..person.presence(id) })
    }

    /// Whether somebody is here and is not to be seen.
    pub fn hides(&self, id: Id<User>) -> bool {
        self.people().known.get(&id).is_some_and(Person::hidden)
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
