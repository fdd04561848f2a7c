//! What people want to be told of: for a channel, or else everywhere, and not at all hours.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::error::Result;
use crate::model::{Channel, ChannelPreferences, Id, NotificationKind, Notify, Preferences, Time, User};
use crate::store::Store;

/// People who want to be told of everything in a channel, or everywhere, that are looked for.
const MOST: u64 = 1_000;
/// How long it may take until a wish for everything is heard.
const KNOWN: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub(super) struct Wishes {
    store: Store,
    clock: Clock,
    eager: Arc<Mutex<Option<Known>>>,
}

/// When it was asked who wants to be told of everything everywhere, and who does.
type Known = (Time, Vec<Id<User>>);

/// What somebody wants of one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) level: Notify,
    pub(super) quiet: bool,
}

impl Wish {
    /// Whether it is put before them, or only counted.
    pub(super) fn lists(self, kind: NotificationKind) -> bool {
        match self.level {
            Notify::All => true,
            Notify::Mentions => kind != NotificationKind::Message,
            Notify::None => false,
        }
    }
}

impl Wishes {
    pub(super) fn new(store: Store, clock: Clock) -> Wishes {
        Wishes { store, clock, eager: Arc::default() }
    }

    /// Of those who have chosen nothing there is none: theirs is the default.
    pub(super) async fn of(
        &self,
        channel: Id<Channel>,
        users: &[Id<User>],
    ) -> Result<HashMap<Id<User>, Wish>> {
        let now = self.clock.now();
        let mut wishes = HashMap::new();
        for chosen in self.store.preferences.among(users).await? {
            let quiet = chosen.quiet.is_some_and(|quiet| quiet.holds_at(now));
            wishes.insert(chosen.user_id, Wish { level: chosen.notify, quiet });
        }
        for chosen in self.store.channel_preferences.among(channel, users).await? {
            let wish: &mut Wish = wishes.entry(chosen.user_id).or_default();
            wish.level = level(&chosen, now).unwrap_or(wish.level);
        }
        Ok(wishes)
    }

    /// Who may want to be told of everything that is said in a channel; [`Wishes::of`] says who does.
    pub(super) async fn eager(&self, channel: Id<Channel>) -> Result<Vec<Id<User>>> {
        let here = self.store.channel_preferences.choosing(channel, Notify::All, MOST).await?;
        let mut eager = self.eager_everywhere().await?;
        eager.extend(here.into_iter().map(|chosen| chosen.user_id));
        eager.sort();
        eager.dedup();
        Ok(eager)
    }

    async fn eager_everywhere(&self) -> Result<Vec<Id<User>>> {
        let now = self.clock.now();
        let known = self.eager.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, people)) = known
            && now.since(at) < KNOWN
            && at <= now
        {
            return Ok(people);
        }
        let people = self.store.preferences.notified_of(Notify::All, MOST).await?;
        let people: Vec<Id<User>> = people.into_iter().map(|chosen: Preferences| chosen.user_id).collect();
        *self.eager.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, people.clone()));
        Ok(people)
    }
}

/// What is chosen for the channel alone, if anything.
fn level(chosen: &ChannelPreferences, now: Time) -> Option<Notify> {
    match chosen.muted_until.is_some_and(|until| now < until) {
        true => Some(Notify::None),
        false => chosen.level,
    }
}
