//! What is known of those online, and who sees whom by it. Pure.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::model::{Id, Place, User};

#[derive(Default)]
pub(super) struct Known {
    pub(super) people: HashMap<Id<User>, Person>,
    pub(super) online: HashMap<Id<Place>, HashSet<Id<User>>>,
    /// Who of those online blocks somebody.
    pub(super) blockers: HashMap<Id<User>, HashSet<Id<User>>>,
    /// Whose circle is to be read again.
    pub(super) waiting: HashSet<Id<User>>,
    /// Readings begun.
    readings: u64,
}

pub(super) struct Person {
    circle: Circle,
    /// Which reading it is from.
    reading: u64,
}

/// What of somebody decides who sees them. By default they see and are seen by nobody.
#[derive(Default)]
pub(super) struct Circle {
    pub(super) places: HashSet<Id<Place>>,
    pub(super) blocks: HashSet<Id<User>>,
    /// Whether they let themselves be seen.
    pub(super) seen: bool,
}

/// That somebody sees another from now on, or does no longer, though they are together as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    pub of: Id<User>,
    pub to: Id<User>,
    pub sees: bool,
}

impl Known {
    pub(super) fn begin(&mut self) -> u64 {
        self.readings += 1;
        self.readings
    }

    /// Unless something later is known already. Whoever sees whom anew by it, without having come or gone.
    pub(super) fn put(&mut self, user: Id<User>, circle: Circle, reading: u64) -> Vec<Shift> {
        let known = self.people.get(&user);
        if known.is_some_and(|person| person.reading >= reading) {
            return Vec::new();
        }
        let same = known
            .is_none_or(|Person { circle: old, .. }| old.seen == circle.seen && old.blocks == circle.blocks);
        let before = (!same).then(|| self.sight(user));
        self.settle(user, circle);
        self.people.entry(user).and_modify(|person| person.reading = reading);
        before.map_or_else(Vec::new, |before| before.shifts(user, &self.sight(user)))
    }

    /// From now on the circle is what is known of the user.
    pub(super) fn settle(&mut self, user: Id<User>, circle: Circle) {
        let old = self.people.remove(&user).map(|person| person.circle).unwrap_or_default();
        for gone in old.places.difference(&circle.places) {
            take(&mut self.online, gone, user);
        }
        for gone in old.blocks.difference(&circle.blocks) {
            take(&mut self.blockers, gone, user);
        }
        for place in &circle.places {
            self.online.entry(*place).or_default().insert(user);
        }
        for blocked in &circle.blocks {
            self.blockers.entry(*blocked).or_default().insert(user);
        }
        self.people.insert(user, Person { circle, reading: 0 });
    }

    /// Everybody online who shares a place with the user.
    fn near(&self, user: Id<User>) -> HashSet<Id<User>> {
        let places = self.people.get(&user).into_iter().flat_map(|person| &person.circle.places);
        places.filter_map(|place| self.online.get(place)).flatten().copied().collect()
    }

    pub(super) fn parted(&self, user: Id<User>) -> HashSet<Id<User>> {
        let blocks = self.people.get(&user).into_iter().flat_map(|person| &person.circle.blocks);
        blocks.chain(self.blockers.get(&user).into_iter().flatten()).copied().collect()
    }

    fn companions(&self, user: Id<User>) -> HashSet<Id<User>> {
        let mut near = self.near(user);
        for parted in self.parted(user) {
            near.remove(&parted);
        }
        near.insert(user);
        near
    }

    pub(super) fn is_seen(&self, user: Id<User>) -> bool {
        self.people.get(&user).is_some_and(|person| person.circle.seen)
    }

    pub(super) fn viewers(&self, user: Id<User>) -> HashSet<Id<User>> {
        match self.is_seen(user) {
            true => self.companions(user),
            false => HashSet::from([user]),
        }
    }

    pub(super) fn visible(&self, user: Id<User>) -> HashSet<Id<User>> {
        let mut visible = self.companions(user);
        visible.retain(|other| *other == user || self.is_seen(*other));
        visible
    }

    fn sight(&self, user: Id<User>) -> Sighted {
        Sighted { near: self.near(user), viewers: self.viewers(user), visible: self.visible(user) }
    }
}

/// Who sees somebody, and whom they see.
struct Sighted {
    near: HashSet<Id<User>>,
    viewers: HashSet<Id<User>>,
    visible: HashSet<Id<User>>,
}

impl Sighted {
    /// Among those who were together and still are: who came or went is told by what they came to.
    fn shifts(&self, user: Id<User>, after: &Sighted) -> Vec<Shift> {
        let together = self.near.intersection(&after.near).filter(|other| **other != user);
        let shifts = together.flat_map(|other| {
            let by = Shift { of: user, to: *other, sees: after.viewers.contains(other) };
            let whom = Shift { of: *other, to: user, sees: after.visible.contains(other) };
            let was_by = self.viewers.contains(other);
            let was_whom = self.visible.contains(other);
            [(by, was_by), (whom, was_whom)]
        });
        shifts.filter(|(shift, was)| shift.sees != *was).map(|(shift, _)| shift).collect()
    }
}

fn take<K: Hash + Eq>(from: &mut HashMap<K, HashSet<Id<User>>>, key: &K, user: Id<User>) {
    if let Some(users) = from.get_mut(key) {
        users.remove(&user);
        if users.is_empty() {
            from.remove(key);
        }
    }
}
