//! Finding messages by what they say: the question that needs each engine's own strength.
//!
//! What is kept for it is made of the messages and worth nothing by itself: whoever loses it reads the
//! logs again. Tokens say what may match; the rest is for those who ask to look at.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;

use super::Engine;
use super::collection::SEARCH;
use super::engine::{Part, Timer};
use crate::error::Result;
use crate::model::{Channel, Entry, Id, Time};
use crate::words;

/// How long is looked at what else is written before messages are taken up.
const LOOK: Duration = Duration::from_millis(25);
/// With more documents than this in that time the store is busy.
const BUSY: u64 = 25;
/// So often it is given way to; then messages are taken up all the same.
const LOOKS: usize = 40;

/// A message as it is found.
#[derive(Clone, Debug)]
pub struct Indexed {
    pub id: Id<Entry>,
    pub place: i64,
    pub channel: Id<Channel>,
    pub tokens: BTreeSet<String>,
}

/// Where a message stands among all: later ones higher. Two of one moment differ by their ids.
pub fn place(at: Time, id: Id<Entry>) -> i64 {
    let [.., a, b, c] = id.bytes();
    first_place(at) | i64::from(u32::from_be_bytes([0, a & 0x0f, b, c]))
}

/// No message of this moment or a later one stands below it.
pub fn first_place(at: Time) -> i64 {
    at.millis() << 20
}

#[derive(Clone, Debug)]
pub struct Wanted {
    /// It has all of them.
    pub tokens: Vec<String>,
    /// It has one of them, where there are any.
    pub any: Vec<String>,
    /// It stands in one of them; none: anywhere.
    pub channels: Option<Vec<Id<Channel>>>,
    /// At least.
    pub from: i64,
    /// Below.
    pub to: i64,
    pub limit: usize,
}

/// Newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub hits: Vec<(Id<Entry>, i64)>,
    /// Below which place there may be more; none at the end.
    pub rest: Option<i64>,
}

impl Engine {
    /// Takes messages up, or anew; later where much is being written.
    pub async fn index(&self, messages: Vec<Indexed>) -> Result<()> {
        self.give_way().await;
        let _timer = Timer::start("index", &SEARCH);
        match &self.part {
            _ if messages.is_empty() => Ok(()),
            Part::Sqlite(sqlite) => sqlite.index(messages).await,
            Part::Memory(memory) => memory.index(messages).await,
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.index(messages).await,
        }
    }

    /// They are found no longer.
    pub async fn unindex(&self, ids: Vec<Id<Entry>>) -> Result<()> {
        let _timer = Timer::start("unindex", &SEARCH);
        match &self.part {
            _ if ids.is_empty() => Ok(()),
            Part::Sqlite(sqlite) => sqlite.unindex(ids).await,
            Part::Memory(memory) => memory.unindex(ids).await,
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.unindex(ids).await,
        }
    }

    pub async fn search(&self, wanted: Wanted) -> Result<Found> {
        let _timer = Timer::start("search", &SEARCH);
        match &self.part {
            _ if wanted.limit == 0 || wanted.channels.as_ref().is_some_and(Vec::is_empty) => {
                Ok(Found::default())
            }
            Part::Sqlite(sqlite) => sqlite.search(wanted).await,
            Part::Memory(memory) => memory.search(wanted).await,
            #[cfg(feature = "mongo")]
            Part::Mongo(mongo) => mongo.search(wanted).await,
        }
    }

    /// Sends go first: both want the processor and the disk.
    async fn give_way(&self) {
        for _ in 0..LOOKS {
            let before = self.inserted.load(Ordering::Relaxed);
            sleep(LOOK).await;
            if self.inserted.load(Ordering::Relaxed) - before <= BUSY {
                return;
            }
        }
    }

    /// Tells one index from another that was begun anew, in which nothing stands yet.
    pub async fn index_name(&self) -> Result<String> {
        match &self.part {
            Part::Sqlite(sqlite) => sqlite.index_name().await,
            // Kept beside the messages, it is lost only with them.
            Part::Memory(_) => Ok(words::VERSION.to_string()),
            #[cfg(feature = "mongo")]
            Part::Mongo(_) => Ok(words::VERSION.to_string()),
        }
    }
}
