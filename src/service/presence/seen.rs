//! When people were last here, as far as it is still to be kept: when they went or hid, and every few
//! minutes while they are seen, so that a crash forgets little.

use super::{People, PresenceBook};
use crate::event::PresenceStatus;
use crate::limits;
use crate::model::{Id, Time, User};

impl PresenceBook {
    /// Of whoever went a moment ago and of whom that is not kept yet.
    pub fn gone_at(&self, id: Id<User>) -> Option<Time> {
        self.people().gone.get(&id).copied()
    }

    /// What is to be kept now. What could not be is to be [put back](PresenceBook::put_back).
    pub fn to_keep(&self) -> Vec<(Id<User>, Time)> {
        let now = self.clock.now();
        let mut people = self.people();
        let People { known, gone, .. } = &mut *people;
        let there = known.iter_mut().filter(|(_, person)| {
            person.told > PresenceStatus::Offline && now.since(person.kept_at) >= limits::SEEN_EVERY
        });
        let here = there.map(|(id, person)| {
            person.kept_at = now;
            (*id, now)
        });
        here.chain(gone.drain()).collect()
    }

    pub fn put_back(&self, left: impl IntoIterator<Item = (Id<User>, Time)>) {
        let mut people = self.people();
        for (id, at) in left {
            people.gone.entry(id).and_modify(|known| *known = at.max(*known)).or_insert(at);
        }
    }
}
