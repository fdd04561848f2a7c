//! Tells people how much is unread in channels that they can read and do not sit in.
//!
//! Nothing is told in the moment in which it comes about: what became of a channel gathers, however
//! much is said there, and is counted once in a while for those who are here. What that costs is bounded
//! by how many channels and people are counted at once; the rest has its turn later.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use super::hub::Hub;
use crate::event::{Ephemeral, Told, Unread};
use crate::model::{AccountEvent, Channel, Id, User, What};
use crate::service::reads::Count;

const EVERY: Duration = Duration::from_secs(2);
/// Channels of one round.
const CHANNELS: usize = 200;
/// After so many people who were looked at, or counted for, no more channels are taken in a round.
const LOOKED_AT: usize = 20_000;
const COUNTED: usize = 5_000;

/// Whose counts of a channel are not what they were.
#[derive(Debug, PartialEq)]
enum Whose {
    Everybody,
    These(BTreeSet<Id<User>>),
}

/// Channels of which there is something to tell, each once and in turn.
#[derive(Debug, Default)]
pub struct Moved(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    queue: VecDeque<Id<Channel>>,
    whose: HashMap<Id<Channel>, Whose>,
}

impl Moved {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message makes more unread to everybody, or less where it is deleted; a read marker and a mention
    /// concern one person.
    pub fn note(&self, told: &Told) {
        match &told.entry.what {
            What::Message(_) | What::Delete { .. } => self.add(told.log.cast(), None),
            What::Account { event: AccountEvent::ReadUpdated | AccountEvent::Notification, about } => {
                let channel = about.get("channelId").and_then(|id| id.as_str()?.parse().ok());
                if let Some(channel) = channel {
                    self.add(channel, Some(told.log.cast()));
                }
            }
            _ => {}
        }
    }

    fn add(&self, channel: Id<Channel>, user: Option<Id<User>>) {
        let Waiting { queue, whose } = &mut *self.waiting();
        let known = whose.entry(channel).or_insert_with(|| {
            queue.push_back(channel);
            Whose::These(BTreeSet::new())
        });
        match (known, user) {
            (Whose::These(these), Some(user)) => drop(these.insert(user)),
            (known, None) => *known = Whose::Everybody,
            (Whose::Everybody, Some(_)) => {}
        }
    }

    fn next(&self) -> Option<(Id<Channel>, Whose)> {
        let Waiting { queue, whose } = &mut *self.waiting();
        let channel = queue.pop_front()?;
        whose.remove(&channel).map(|these| (channel, these))
    }
}

pub async fn keep_telling(hub: Arc<Hub>) {
    let mut often = interval(EVERY);
    often.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        often.tick().await;
        tell(&hub).await;
    }
}

/// What of each channel is news to whom.
type News = BTreeMap<Id<User>, BTreeMap<Id<Channel>, Unread>>;

async fn tell(hub: &Hub) {
    let (mut news, mut looked_at, mut counted) = (News::new(), 0, 0);
    for _ in 0..CHANNELS {
        if looked_at >= LOOKED_AT || counted >= COUNTED {
            break;
        }
        let Some((channel, whose)) = hub.moved.next() else { break };
        let away = |channel: &Channel| {
            let near = near(hub, channel, &whose);
            looked_at += near.len();
            near.into_iter().filter(|user| is_away(hub, *user, channel.id)).collect()
        };
        match hub.app.reads.counts_of(channel, away).await {
            Ok(counts) => {
                counted += counts.len();
                for (user, Count { head, unread, mentions, .. }) in counts {
                    news.entry(user).or_default().insert(channel, Unread { head, unread, mentions });
                }
            }
            // Whoever wants to know asks; the next thing that is said there tells anew.
            Err(error) => warn!(channel.id = %channel, %error, "nobody is told what is unread"),
        }
    }
    for (user, channels) in &news {
        say(hub, *user, channels);
    }
}

/// Who is here, of those whom it may concern.
fn near(hub: &Hub, channel: &Channel, whose: &Whose) -> Vec<Id<User>> {
    match (whose, channel.group_id) {
        (Whose::These(these), _) => these.iter().copied().collect(),
        (Whose::Everybody, Some(group)) => hub.circles.online_in(group.into()),
        (Whose::Everybody, None) => channel.people(),
    }
}

/// Whether a device of theirs is here and does not sit in the channel.
fn is_away(hub: &Hub, user: Id<User>, channel: Id<Channel>) -> bool {
    hub.of_user(user).iter().any(|connection| !connection.joined().contains_key(&channel.into()))
}

fn say(hub: &Hub, user: Id<User>, channels: &BTreeMap<Id<Channel>, Unread>) {
    for connection in hub.of_user(user) {
        let mut channels = channels.clone();
        channels.retain(|channel, _| !connection.joined().contains_key(&(*channel).into()));
        if !channels.is_empty() {
            connection.say(&Ephemeral::UnreadUpdated { channels });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T>(number: u8) -> Id<T> {
        Id::from_bytes([number; 12])
    }

    #[test]
    fn each_channel_waits_once_and_in_turn_however_much_is_said_there() {
        let moved = Moved::default();
        for channel in [1, 2, 1, 1, 2] {
            moved.add(id(channel), None);
        }
        assert_eq!(moved.next(), Some((id(1), Whose::Everybody)));
        moved.add(id(1), None);
        assert_eq!(moved.next(), Some((id(2), Whose::Everybody)));
        assert_eq!(moved.next(), Some((id(1), Whose::Everybody)));
        assert_eq!(moved.next(), None);
    }

    #[test]
    fn what_one_has_read_is_told_to_them_unless_there_is_news_for_everybody() {
        let moved = Moved::default();
        for user in [1, 2, 1] {
            moved.add(id(7), Some(id(user)));
        }
        assert_eq!(moved.next(), Some((id(7), Whose::These([id(1), id(2)].into()))));
        moved.add(id(7), Some(id(1)));
        moved.add(id(7), None);
        moved.add(id(7), Some(id(2)));
        assert_eq!(moved.next(), Some((id(7), Whose::Everybody)));
    }
}
