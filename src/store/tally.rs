//! How much of each channel somebody has not read, of many channels or people at once.
//!
//! Nothing that is unread is walked over: entries say how many messages stand before them, and of what
//! lies between two of them only the deleted ones are counted.

use serde::Deserialize;

use super::collection::MESSAGES;
use super::engine::{Part, Timer};
use super::{Engine, Plan};
use crate::error::{Error, Result};
use crate::model::{Channel, Entry, Id, Seq, User};

/// How one person stands to one channel.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Tally {
    pub channel: Id<Channel>,
    pub user: Id<User>,
    /// How far they have read: to their marker, or to what they last said where that is later.
    pub read: Seq,
    pub head: Seq,
    /// Messages after that which are not deleted (contract D-46).
    pub unread: u64,
    /// Of those, the ones that call them.
    pub mentions: u64,
    /// The channel's newest message, deleted or not.
    pub last: Option<Entry>,
}

impl Engine {
    /// Each of the people in each of the channels that there are, in no order; one question to the store.
    pub async fn tallies(&self, channels: &[Id<Channel>], users: &[Id<User>]) -> Result<Vec<Tally>> {
        let _timer = Timer::start("tallies", &MESSAGES);
        match &self.part {
            _ if channels.is_empty() || users.is_empty() => Ok(Vec::new()),
            Part::Sqlite(sqlite) => sqlite.tallies(channels, users).await,
            Part::Memory(memory) => memory.tallies(channels, users).await,
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.tallies(channels, users).await,
        }
    }

    /// How [`Engine::tallies`] would be run, for the test that explains it.
    pub async fn explain_tallies(&self, channels: &[Id<Channel>], users: &[Id<User>]) -> Result<Plan> {
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.explain_tallies(channels, users).await,
            Part::Memory(_) => Err(Error::internal("there is nothing to explain in memory")),
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.explain_tallies(channels, users).await,
        }
    }
}
