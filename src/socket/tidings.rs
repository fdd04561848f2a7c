//! What has changed of people's presence and is still to be told.
//!
//! Where little happens a change is told in the moment in which it is made. Where two thousand people
//! come back at once, each would tell all the others, four million times: so changes gather for a
//! while, a later one of the same person takes the place of an earlier one, and each who may see them
//! hears of all in a few events.

use std::collections::{BTreeMap, HashMap, HashSet};

use tokio::time::Instant;

use crate::event::{Ephemeral, Presence};
use crate::limits;
use crate::model::{Id, User};

/// More sockets than this are many.
const MANY: usize = 500;

#[derive(Debug, Default)]
pub struct Tidings {
    changed: BTreeMap<Id<User>, Presence>,
    told: Option<Instant>,
}

impl Tidings {
    /// In place of what was still to be told of the same person, unless that is newer.
    pub fn note(&mut self, presence: Presence) {
        let known = self.changed.get(&presence.user_id);
        if known.is_none_or(|known| known.version <= presence.version) {
            self.changed.insert(presence.user_id, presence);
        }
    }

    /// Whether there is something to be told of somebody.
    pub fn hold(&self, user: Id<User>) -> bool {
        self.changed.contains_key(&user)
    }

    /// When they are to be told; none where there are none.
    pub fn due(&self, sockets: usize) -> Option<Instant> {
        let every = if sockets > MANY { limits::PRESENCE_EVERY_OF_MANY } else { limits::PRESENCE_EVERY };
        let last = self.told.filter(|_| !self.changed.is_empty());
        last.map(|told| told + every).or((!self.changed.is_empty()).then(Instant::now))
    }

    /// All that is to be told, which counts as told from now on.
    pub fn take(&mut self) -> Vec<Presence> {
        self.told = Some(Instant::now());
        std::mem::take(&mut self.changed).into_values().collect()
    }
}

/// Which of the changes go to whom: those who hear the same are together, so that it is written once.
pub fn dealt(
    changed: &[Presence],
    viewers: impl Fn(Id<User>) -> HashSet<Id<User>>,
) -> HashMap<Vec<usize>, Vec<Id<User>>> {
    let mut each = HashMap::<Id<User>, Vec<usize>>::new();
    for (index, presence) in changed.iter().enumerate() {
        for viewer in viewers(presence.user_id) {
            each.entry(viewer).or_default().push(index);
        }
    }
    let mut dealt = HashMap::<Vec<usize>, Vec<Id<User>>>::new();
    for (viewer, share) in each {
        dealt.entry(share).or_default().push(viewer);
    }
    dealt
}

pub fn events(share: &[usize], changed: &[Presence]) -> Vec<Ephemeral> {
    let presences: Vec<Presence> = share.iter().filter_map(|index| changed.get(*index).cloned()).collect();
    match presences.len() {
        ..=limits::PRESENCE_SINGLY => presences.into_iter().map(Ephemeral::UserPresenceUpdate).collect(),
        _ => {
            let some = presences.chunks(limits::PRESENCE_TOGETHER);
            some.map(|some| Ephemeral::PresenceUpdates { presences: some.to_vec() }).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::event::PresenceStatus;

    fn presence(user: u8, version: u64) -> Presence {
        Presence {
            user_id: Id::from_bytes([user; 12]),
            username: "ann".parse().unwrap(),
            status: PresenceStatus::Online,
            text: None,
            emoji: None,
            version,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_goes_at_once_and_what_follows_gathers() {
        let mut tidings = Tidings::default();
        assert_eq!(tidings.due(1), None);
        tidings.note(presence(1, 1));
        assert_eq!(tidings.due(1), Some(Instant::now()));
        assert_eq!(tidings.take().len(), 1);
        tidings.note(presence(1, 2));
        tidings.note(presence(2, 1));
        tidings.note(presence(1, 3));
        tidings.note(presence(1, 2));
        assert_eq!(tidings.due(1), Some(Instant::now() + limits::PRESENCE_EVERY));
        assert_eq!(tidings.due(MANY + 1), Some(Instant::now() + limits::PRESENCE_EVERY_OF_MANY));
        assert_eq!(tidings.take(), [presence(1, 3), presence(2, 1)]);
        assert_eq!(tidings.due(1), None);
    }

    #[test]
    fn who_hears_the_same_is_told_together() {
        let changed = [presence(1, 1), presence(2, 1), presence(3, 1)];
        let [ann, bob, eve] = [1, 2, 3].map(|user| Id::from_bytes([user; 12]));
        let dealt = dealt(&changed, |of| if of == eve { [eve].into() } else { [ann, bob].into() });
        assert_eq!(dealt.len(), 2);
        assert_eq!(dealt[&vec![2]], [eve]);
        assert_eq!(dealt[&vec![0, 1]].len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn two_hundred_who_come_within_a_second_cost_one_event_for_each_telling_and_viewer() {
        let mut tidings = Tidings::default();
        let (mut here, mut tellings, mut told) = (HashSet::new(), 0, 0);
        for user in 1..=200 {
            here.insert(Id::from_bytes([user; 12]));
            tidings.note(presence(user, 1));
            while tidings.due(here.len()).is_some_and(|due| due <= Instant::now() || user == 200) {
                tellings += 1;
                let changed = tidings.take();
                let dealt = dealt(&changed, |_| here.clone());
                told +=
                    dealt.iter().map(|(share, to)| to.len() * events(share, &changed).len()).sum::<usize>();
            }
            tokio::time::advance(Duration::from_millis(5)).await;
        }
        assert!((2..=4).contains(&tellings), "{tellings}");
        assert!(told <= here.len() * tellings, "{told}");
    }

    #[test]
    fn a_few_come_one_by_one_and_many_together() {
        let changed: Vec<Presence> = (1..=200).map(|user| presence(user, 1)).collect();
        assert_eq!(events(&[0, 1], &changed).len(), 2);
        let all: Vec<usize> = (0..200).collect();
        let together = events(&all, &changed);
        assert!(
            matches!(&together[..], [Ephemeral::PresenceUpdates { presences }] if presences.len() == 200)
        );
    }
}
