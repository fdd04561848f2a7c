//! Who may see whose presence: people who share a group (contract D-42), kept for those online.
//!
//! Groups are read when somebody connects, and again, by a task of its own, whenever the roster or a
//! log says that they may have changed. Of several readings the one that began last counts.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, sleep_until};
use tracing::warn;

use crate::error::Result;
use crate::event::Told;
use crate::model::{Group, Id, PlaceKind, User, What};
use crate::service::roster::Moved;
use crate::store::Store;

/// More groups than this are not looked at.
const GROUPS: u64 = 1_000;

/// People whose groups are read at once.
const AT_ONCE: usize = 8;

/// After groups could not be read it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

pub struct Circles {
    store: Store,
    known: Mutex<Known>,
    /// Somebody waits in [`Known::waiting`].
    call: Notify,
}

#[derive(Default)]
struct Known {
    people: HashMap<Id<User>, Person>,
    online: HashMap<Id<Group>, HashSet<Id<User>>>,
    /// Whose groups are to be read again.
    waiting: HashSet<Id<User>>,
    /// Readings begun.
    readings: u64,
}

struct Person {
    groups: HashSet<Id<Group>>,
    /// Which reading the groups are from.
    reading: u64,
}

impl Circles {
    pub fn new(store: Store) -> Circles {
        Circles { store, known: Mutex::default(), call: Notify::new() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads which groups the user, who is coming online, belongs to.
    pub async fn learn(&self, user: Id<User>) -> Result<()> {
        let reading = self.known().begin();
        let groups = self.read(user).await?;
        self.known().put(user, groups, reading);
        Ok(())
    }

    async fn read(&self, user: Id<User>) -> Result<HashSet<Id<Group>>> {
        let memberships = self.store.memberships.of_user(user, PlaceKind::Group, None, GROUPS).await?;
        Ok(memberships.into_iter().map(|membership| membership.place.cast()).collect())
    }

    /// Forgets somebody who is online no longer, unless `here` says otherwise. It is asked while
    /// nobody else can learn, so that who is just coming back is not forgotten.
    pub fn forget(&self, user: Id<User>, here: impl FnOnce() -> bool) {
        let mut known = self.known();
        if !here() {
            known.put_groups(user, HashSet::new());
            known.people.remove(&user);
            known.waiting.remove(&user);
        }
    }

    /// Somebody joined or left a place, perhaps through another process: what is known of them will
    /// be read again.
    pub fn renew(&self, told: &Told) {
        if let What::MemberJoined { member, .. } | What::MemberLeft { member, .. } = &told.entry.what {
            self.await_reading([*member]);
        }
    }

    fn moved(&self, moved: Moved) {
        match moved {
            Moved::User(user) => self.await_reading([user]),
            Moved::Group(group) => {
                let online = self.known().online.get(&group).cloned().unwrap_or_default();
                self.await_reading(online);
            }
        }
    }

    fn await_reading(&self, users: impl IntoIterator<Item = Id<User>>) {
        let mut known = self.known();
        for user in users {
            if known.people.contains_key(&user) {
                known.waiting.insert(user);
            }
        }
        if !known.waiting.is_empty() {
            self.call.notify_one();
        }
    }

    fn await_everybody(&self) {
        let everybody: Vec<Id<User>> = self.known().people.keys().copied().collect();
        self.await_reading(everybody);
    }

    /// Keeps what is known in step with the roster. Runs until it is dropped.
    pub async fn run(&self, mut moves: broadcast::Receiver<Moved>) {
        let (mut failed, mut again) = (Vec::new(), Instant::now());
        loop {
            tokio::select! {
                moved = moves.recv() => match moved {
                    Ok(moved) => self.moved(moved),
                    // Some were missed: everybody's groups are read again.
                    Err(RecvError::Lagged(_)) => self.await_everybody(),
                    Err(RecvError::Closed) => return,
                },
                () = self.call.notified() => {
                    if failed.is_empty() {
                        again = Instant::now() + AGAIN;
                    }
                    failed.extend(self.read_waiting().await);
                }
                () = sleep_until(again), if !failed.is_empty() => self.await_reading(failed.drain(..)),
            }
        }
    }

    /// Whose groups could not be read. They see and are seen by nobody until they can be (D-37).
    async fn read_waiting(&self) -> Vec<Id<User>> {
        let waiting = std::mem::take(&mut self.known().waiting);
        let readings = stream::iter(waiting).map(|user| self.read_again(user)).buffer_unordered(AT_ONCE);
        readings.filter_map(std::future::ready).collect().await
    }

    async fn read_again(&self, user: Id<User>) -> Option<Id<User>> {
        let reading = self.known().begin();
        let read = self.read(user).await;
        let mut known = self.known();
        if !known.people.contains_key(&user) {
            return None;
        }
        match read {
            Ok(groups) => {
                known.put(user, groups, reading);
                None
            }
            Err(error) => {
                warn!(user.id = %user, %error, "the groups of a user cannot be read");
                known.put(user, HashSet::new(), reading);
                Some(user)
            }
        }
    }

    /// Those online who belong to a group.
    pub fn online_in(&self, group: Id<Group>) -> Vec<Id<User>> {
        self.known().online.get(&group).into_iter().flatten().copied().collect()
    }

    /// Everybody online who may see the user, and the user.
    pub fn viewers(&self, user: Id<User>) -> HashSet<Id<User>> {
        let known = self.known();
        let mut viewers = HashSet::from([user]);
        for group in known.people.get(&user).into_iter().flat_map(|person| &person.groups) {
            viewers.extend(known.online.get(group).into_iter().flatten());
        }
        viewers
    }
}

impl Known {
    fn begin(&mut self) -> u64 {
        self.readings += 1;
        self.readings
    }

    fn put(&mut self, user: Id<User>, groups: HashSet<Id<Group>>, reading: u64) {
        if self.people.get(&user).is_none_or(|person| person.reading < reading) {
            self.put_groups(user, groups.clone());
            self.people.insert(user, Person { groups, reading });
        }
    }

    fn put_groups(&mut self, user: Id<User>, groups: HashSet<Id<Group>>) {
        let Known { people, online, .. } = self;
        for old in people.get(&user).into_iter().flat_map(|person| &person.groups) {
            if !groups.contains(old)
                && let Some(users) = online.get_mut(old)
            {
                users.remove(&user);
                if users.is_empty() {
                    online.remove(old);
                }
            }
        }
        for group in groups {
            online.entry(group).or_default().insert(user);
        }
    }
}

#[cfg(test)]
mod tests;
