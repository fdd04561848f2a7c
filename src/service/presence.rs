//! Who is there: the best of a person's live devices (D-38), offline only after a grace (D-40).
//!
//! Never computed from rooms (D-43). Who may see it is decided where it is told.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Clock;
use crate::event::{Online, Presence, PresenceStatus};
use crate::limits;
use crate::model::{Channel, Id, Time, User, Username};

#[derive(Debug)]
pub struct PresenceBook {
    clock: Clock,
    people: Mutex<HashMap<Id<User>, Person>>,
}

#[derive(Debug)]
struct Person {
    username: Username,
    /// By socket.
    devices: HashMap<String, PresenceStatus>,
    text: Option<String>,
    current_channel: Option<Id<Channel>>,
    told: PresenceStatus,
    version: u64,
    /// When the last device went.
    gone_at: Option<Time>,
}

impl Person {
    fn status(&self) -> PresenceStatus {
        self.devices.values().copied().max().unwrap_or(PresenceStatus::Offline)
    }

    fn presence(&self, id: Id<User>) -> Presence {
        let (username, text) = (self.username.clone(), self.text.clone());
        Presence { user_id: id, username, status: self.told, text, version: self.version }
    }

    /// What is to be told, if anything changed.
    fn change(&mut self, id: Id<User>, to: PresenceStatus, text: bool) -> Option<Presence> {
        if self.told == to && !text {
            return None;
        }
        self.told = to;
        self.version += 1;
        Some(self.presence(id))
    }
}

impl PresenceBook {
    pub fn new(clock: Clock) -> PresenceBook {
        PresenceBook { clock, people: Mutex::default() }
    }

    /// A device came; online is told at once.
    pub fn arrive(&self, id: Id<User>, username: &Username, device: &str) -> Option<Presence> {
        let first_version = self.clock.now().millis().unsigned_abs();
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let person = people.entry(id).or_insert_with(|| Person {
            username: username.clone(),
            devices: HashMap::new(),
            text: None,
            current_channel: None,
            told: PresenceStatus::Offline,
            // Above every version of an earlier run of the server.
            version: first_version,
            gone_at: None,
        });
        person.devices.insert(device.to_owned(), PresenceStatus::Online);
        person.gone_at = None;
        let status = person.status();
        person.change(id, status, false)
    }

    /// A device went; if it was the last, offline is told by [`PresenceBook::sweep`] after the grace.
    pub fn depart(&self, id: Id<User>, device: &str) -> Option<Presence> {
        let now = self.clock.now();
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let person = people.get_mut(&id)?;
        person.devices.remove(device)?;
        if person.devices.is_empty() {
            person.gone_at = Some(now);
            return None;
        }
        let status = person.status();
        person.change(id, status, false)
    }

    /// A device says how its user is. `offline` hides that device.
    pub fn set(
        &self,
        id: Id<User>,
        device: &str,
        status: PresenceStatus,
        text: Option<String>,
    ) -> Option<Presence> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let person = people.get_mut(&id)?;
        *person.devices.get_mut(device)? = status;
        let new_text = person.text != text;
        person.text = text;
        let status = person.status();
        person.change(id, status, new_text)
    }

    pub fn look_at(&self, id: Id<User>, channel: Option<Id<Channel>>) {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(person) = people.get_mut(&id) {
            person.current_channel = channel;
        }
    }

    /// Whose grace is over.
    pub fn sweep(&self) -> Vec<Presence> {
        let now = self.clock.now();
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |person: &Person| person.gone_at.is_some_and(|at| now.since(at) >= limits::OFFLINE_GRACE);
        let mut gone = Vec::new();
        people.retain(|id, person| {
            if !over(person) {
                return true;
            }
            gone.extend(person.change(*id, PresenceStatus::Offline, false));
            false
        });
        gone
    }

    /// How somebody is told to be at this moment.
    pub fn of(&self, id: Id<User>) -> Option<Presence> {
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.get(&id).map(|person| person.presence(id))
    }

    /// Those of the people asked for who are not offline.
    pub fn online(&self, among: impl Fn(Id<User>) -> bool) -> Vec<Online> {
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let there = people.iter().filter(|(id, person)| person.told > PresenceStatus::Offline && among(**id));
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
mod tests {
    use super::*;
    use std::time::Duration;

    fn world() -> (Clock, PresenceBook, Id<User>, Username) {
        let clock = Clock::still(Time::from_millis(1_000_000));
        (clock.clone(), PresenceBook::new(clock.clone()), clock.id(), "ann".parse().unwrap())
    }

    #[test]
    fn closing_one_tab_of_two_leaves_the_user_online() {
        let (clock, book, ann, name) = world();
        assert_eq!(book.arrive(ann, &name, "tab 1").unwrap().status, PresenceStatus::Online);
        assert!(book.arrive(ann, &name, "tab 2").is_none());
        assert!(book.depart(ann, "tab 1").is_none());
        clock.advance(limits::OFFLINE_GRACE);
        assert!(book.sweep().is_empty());
    }

    #[test]
    fn a_second_tab_does_not_overwrite_the_first() {
        let (_, book, ann, name) = world();
        book.arrive(ann, &name, "tab 1");
        book.arrive(ann, &name, "tab 2");
        assert!(book.set(ann, "tab 2", PresenceStatus::Away, None).is_none());
        assert_eq!(book.of(ann).unwrap().status, PresenceStatus::Online);
    }

    #[test]
    fn offline_is_told_after_a_grace_and_not_to_who_came_back() {
        let (clock, book, ann, name) = world();
        book.arrive(ann, &name, "tab");
        book.depart(ann, "tab");
        clock.advance(Duration::from_millis(9_999));
        assert!(book.sweep().is_empty());
        assert!(book.arrive(ann, &name, "tab again").is_none());
        book.depart(ann, "tab again");
        clock.advance(limits::OFFLINE_GRACE);
        assert_eq!(book.sweep()[0].status, PresenceStatus::Offline);
    }

    #[test]
    fn versions_of_a_user_only_rise() {
        let (clock, book, ann, name) = world();
        let first = book.arrive(ann, &name, "tab").unwrap().version;
        book.depart(ann, "tab");
        clock.advance(limits::OFFLINE_GRACE);
        let second = book.sweep()[0].version;
        let third = book.arrive(ann, &name, "tab").unwrap().version;
        assert!(first < second && second < third);
    }
}
