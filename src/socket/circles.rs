//! Who may see whose presence: people who share a group or a direct channel, of whom neither blocks the
//! other and who let it be seen (contract D-42), kept for those online.
//!
//! This is read when somebody connects, and again, by a task of its own, whenever the roster or a log
//! says that it may have changed. Of several readings the one that began last counts.

mod known;

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{Instant, sleep_until};
use tracing::warn;

pub use known::Shift;

use crate::error::Result;
use crate::event::Told;
use crate::model::{Id, Place, PlaceKind, Sight, User, What};
use crate::service::roster::Moved;
use crate::store::{After, Slice, Store};
use known::{Circle, Known};

/// More groups, or direct channels, than this are not looked at.
const PLACES: u64 = 1_000;

/// Blocks read at once.
const BLOCKS: u64 = 500;

/// People who are looked at anew at once.
const AT_ONCE: usize = 8;

/// After somebody's circle could not be read it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

pub struct Circles {
    store: Store,
    known: Mutex<Known>,
    /// Somebody waits in [`Known::waiting`].
    call: Notify,
}

impl Circles {
    pub fn new(store: Store) -> Circles {
        Circles { store, known: Mutex::default(), call: Notify::new() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the circle of the user, who is coming online.
    pub async fn learn(&self, user: Id<User>) -> Result<()> {
        let reading = self.known().begin();
        let circle = self.read(user).await?;
        self.known().put(user, circle, reading);
        Ok(())
    }

    async fn read(&self, user: Id<User>) -> Result<Circle> {
        let memberships = &self.store.memberships;
        let (groups, direct, blocks, chosen) = tokio::try_join!(
            memberships.of_user(user, PlaceKind::Group, None, PLACES),
            memberships.of_user(user, PlaceKind::Direct, None, PLACES),
            self.blocks(user),
            self.store.preferences.of(user),
        )?;
        let places = groups.into_iter().chain(direct).map(|membership| membership.place).collect();
        Ok(Circle { places, blocks, seen: chosen.presence == Sight::Shared })
    }

    /// All of them: the one that is left out would see what it must not.
    async fn blocks(&self, user: Id<User>) -> Result<HashSet<Id<User>>> {
        let (mut blocks, mut after) = (HashSet::new(), None);
        loop {
            let some = self.store.blocks.by(user, Slice { after, ..Slice::first(BLOCKS) }).await?;
            let Some(last) = some.last() else {
                return Ok(blocks);
            };
            after = Some(After(last.created_at.to_string(), last.id.clone()));
            blocks.extend(some.iter().map(|block| block.blocked_id));
        }
    }

    /// Forgets somebody who is online no longer, unless `here` says otherwise. It is asked while
    /// nobody else can learn, so that who is just coming back is not forgotten.
    pub fn forget(&self, user: Id<User>, here: impl FnOnce() -> bool) {
        let mut known = self.known();
        if !here() {
            known.settle(user, Circle::default());
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
                let online = self.known().online.get(&group.into()).cloned().unwrap_or_default();
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

    /// Keeps what is known in step with the roster, and has it told who sees whom anew. Runs until it is
    /// dropped.
    pub async fn run(&self, mut moves: broadcast::Receiver<Moved>, tell: impl Fn(Vec<Shift>)) {
        let (mut failed, mut again) = (Vec::new(), Instant::now());
        loop {
            tokio::select! {
                moved = moves.recv() => match moved {
                    Ok(moved) => self.moved(moved),
                    // Some were missed: everybody's circle is read again.
                    Err(RecvError::Lagged(_)) => self.await_everybody(),
                    Err(RecvError::Closed) => return,
                },
                () = self.call.notified() => {
                    if failed.is_empty() {
                        again = Instant::now() + AGAIN;
                    }
                    failed.extend(self.read_waiting(&tell).await);
                }
                () = sleep_until(again), if !failed.is_empty() => self.await_reading(failed.drain(..)),
            }
        }
    }

    /// Whose circles could not be read. They see and are seen by nobody until they can be (D-37).
    async fn read_waiting(&self, tell: &impl Fn(Vec<Shift>)) -> Vec<Id<User>> {
        let waiting = std::mem::take(&mut self.known().waiting);
        let readings =
            stream::iter(waiting).map(|user| self.read_again(user, tell)).buffer_unordered(AT_ONCE);
        readings.filter_map(std::future::ready).collect().await
    }

    async fn read_again(&self, user: Id<User>, tell: &impl Fn(Vec<Shift>)) -> Option<Id<User>> {
        let reading = self.known().begin();
        let read = self.read(user).await;
        let mut known = self.known();
        if !known.people.contains_key(&user) {
            return None;
        }
        match read {
            Ok(circle) => {
                let shifts = known.put(user, circle, reading);
                drop(known);
                tell(shifts);
                None
            }
            Err(error) => {
                warn!(user.id = %user, %error, "who may see a user cannot be read");
                known.put(user, Circle::default(), reading);
                Some(user)
            }
        }
    }

    /// Those online who belong to a group or a direct channel.
    pub fn online_in(&self, place: Id<Place>) -> Vec<Id<User>> {
        self.known().online.get(&place).into_iter().flatten().copied().collect()
    }

    /// Everybody online who may see the user, and the user.
    pub fn viewers(&self, user: Id<User>) -> HashSet<Id<User>> {
        self.known().viewers(user)
    }

    /// Everybody online whom the user may see, and the user.
    pub fn visible(&self, user: Id<User>) -> HashSet<Id<User>> {
        self.known().visible(user)
    }

    /// Those online who may not see the user wherever they meet: one of the two blocks the other.
    pub fn parted(&self, user: Id<User>) -> HashSet<Id<User>> {
        self.known().parted(user)
    }

    /// Whether the user, who is online, lets themselves be seen.
    pub fn seen(&self, user: Id<User>) -> bool {
        self.known().is_seen(user)
    }
}

#[cfg(test)]
mod tests;
