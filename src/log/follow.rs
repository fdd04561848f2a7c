//! Reads the channels' logs from where it left off: every entry at least once and in order, through
//! crashes.
//!
//! What follows from an entry and need not be there when its sender is answered is made by whoever
//! follows. The outbox only says which logs moved; the entries are read from the store, so a slow
//! follower holds nobody up. How far it has come is kept, a little late: after a crash the last
//! entries come again, so what is made of them must come to the same when it is made twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::warn;

use super::Logs;
use super::moved::Moved;
use crate::error::Result;
use crate::model::{Channel, Entry, Id, Log, Seq};
use crate::store::Store;

/// Entries of one batch.
const PAGE: u64 = 200;
/// Channels looked at together for what was missed.
const CHANNELS: u64 = 200;
/// How late the store may learn how far one has come.
const LATE: Duration = Duration::from_secs(1);
/// Rounds begin so far apart at least: what moves meanwhile is read at one go.
const ROUND: Duration = Duration::from_millis(50);
/// After a batch that could not be worked through.
const AGAIN: Duration = Duration::from_secs(1);

/// Where one begins who never followed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With what there is already.
    Beginning,
    /// With what comes from then on.
    Now,
}

/// Entries of one log that come next in it; never none.
#[derive(Debug)]
pub struct Batch {
    pub log: Id<Log>,
    pub entries: Vec<Entry>,
}

/// How far a follower has come, for others.
#[derive(Clone, Debug)]
pub struct Pace(Arc<Moved>);

impl Pace {
    /// Whether what was told until now has been worked through, or is within this time.
    pub async fn caught_up(&self, within: Duration) -> bool {
        tokio::time::timeout(within, self.0.settled()).await.is_ok()
    }
}

#[derive(Debug)]
pub struct Follower {
    name: &'static str,
    store: Store,
    moved: Arc<Moved>,
    /// The log that is being read, so that nothing is lost where the reading is given up.
    turn: Option<(Id<Log>, Seq)>,
    /// How far it has come in each log that moved.
    places: HashMap<Id<Log>, Seq>,
    /// What the store has not been told of that.
    unkept: HashMap<Id<Log>, Seq>,
    keep_at: Instant,
    /// When the round began.
    round: Instant,
    /// Logs to be read in it still.
    left: usize,
}

/// The setting that says that somebody has followed.
fn begun(name: &str) -> String {
    format!("follower:{name}")
}

impl Follower {
    /// Follows from here on what moves, after what has moved since `name` was last here.
    pub async fn open(name: &'static str, logs: &Logs, start: Start) -> Result<Follower> {
        let (store, moved) = (logs.0.store.clone(), logs.outbox().watch());
        let (places, unkept) = (HashMap::new(), HashMap::new());
        let (keep_at, round) = (Instant::now(), Instant::now());
        let mut follower =
            Follower { name, store, moved, turn: None, places, unkept, keep_at, round, left: 0 };
        let begun = begun(name);
        let first = follower.store.settings.get(&begun).await?.is_none();
        follower.look_back(first && start == Start::Now).await?;
        if first {
            follower.store.settings.put(&begun, json!(true)).await?;
        }
        Ok(follower)
    }

    /// As if `name` had never followed: what it opens next with [`Start::Now`] begins there.
    pub async fn forget(name: &'static str, store: &Store) -> Result<()> {
        store.settings.remove(&begun(name)).await?;
        store.cursors.forget(name).await.map(drop)
    }

    /// Notes every channel with something to read; `skip`: has read whatever there is.
    async fn look_back(&mut self, skip: bool) -> Result<()> {
        let mut after: Option<Id<Channel>> = None;
        loop {
            let some = self.store.channels.each_after(after, CHANNELS).await?;
            let Some(last) = some.last() else { break };
            after = Some(last.id);
            let logs: Vec<Id<Log>> = some.iter().map(|channel| channel.id.into()).collect();
            let cursors = self.store.cursors.among(self.name, &logs).await?;
            self.places.extend(cursors.into_iter().map(|cursor| (cursor.log, cursor.seq)));
            let heads = logs.iter().map(|log| self.store.messages.head(*log));
            let heads = try_join_all(heads).await?;
            for (log, head) in logs.into_iter().zip(heads) {
                self.look(log, head.map_or(0, |head| head.seq), skip);
            }
        }
        self.keep().await
    }

    fn look(&mut self, log: Id<Log>, head: Seq, skip: bool) {
        let place = self.places.get(&log).copied().unwrap_or(0);
        match skip {
            true if head > place => self.move_to(log, head),
            false if head > place => self.moved.note(log, head),
            _ => {}
        }
    }

    fn move_to(&mut self, log: Id<Log>, seq: Seq) {
        self.places.insert(log, seq);
        if self.unkept.is_empty() {
            self.keep_at = Instant::now() + LATE;
        }
        self.unkept.insert(log, seq);
    }

    /// What comes next in some log; waits until there is something.
    pub async fn next(&mut self) -> Batch {
        loop {
            if let Some(batch) = self.ready().await {
                return batch;
            }
            let waited = self.wait().await;
            self.or_rest(waited).await;
        }
    }

    /// What comes next, and of other logs what is there already, until there are `enough` entries.
    pub async fn several(&mut self, enough: usize) -> Vec<Batch> {
        let mut batches = vec![self.next().await];
        while batches.iter().map(|batch| batch.entries.len()).sum::<usize>() < enough {
            let Some(batch) = self.ready().await else { break };
            batches.push(batch);
        }
        batches
    }

    /// What comes next in a log that had moved when the round began.
    async fn ready(&mut self) -> Option<Batch> {
        loop {
            if self.turn.is_none() {
                self.left = self.left.checked_sub(1)?;
                self.turn = self.moved.take();
            }
            let (log, head) = self.turn?;
            let read = self.read(log, head).await;
            let next = self.or_rest(read).await.flatten();
            if next.is_some() {
                return next;
            }
            self.moved.over();
        }
    }

    async fn or_rest<T>(&self, tried: Result<T>) -> Option<T> {
        if let Err(error) = &tried {
            warn!(follower = self.name, %error, "the logs cannot be followed, this will be tried again");
            sleep(AGAIN).await;
        }
        tried.ok()
    }

    async fn read(&mut self, log: Id<Log>, head: Seq) -> Result<Option<Batch>> {
        let read = self.entries(log).await;
        self.turn = None;
        let reached = read.as_ref().ok().and_then(|entries| entries.last()).map_or(0, |last| last.seq);
        // What is told is there to be read, unless the store is in trouble.
        if read.is_err() || (1..head).contains(&reached) {
            self.moved.note(log, head);
        }
        // What was read is not lost over this: it is kept a little later.
        if Instant::now() >= self.keep_at
            && let Err(error) = self.keep().await
        {
            warn!(follower = self.name, %error, "how far the logs were followed cannot be kept yet");
        }
        let entries = read?;
        Ok(Some(Batch { log, entries }).filter(|batch| !batch.entries.is_empty()))
    }

    async fn entries(&mut self, log: Id<Log>) -> Result<Vec<Entry>> {
        let place = match self.places.get(&log) {
            Some(place) => *place,
            None => self.store.cursors.at(self.name, log).await?,
        };
        self.places.insert(log, place);
        self.store.messages.after(log, place, PAGE).await
    }

    async fn wait(&mut self) -> Result<()> {
        tokio::select! {
            () = self.moved.called() => {
                sleep_until(self.round + ROUND).await;
                self.round = Instant::now();
                self.left = self.moved.len();
                Ok(())
            }
            () = sleep_until(self.keep_at), if !self.unkept.is_empty() => self.keep().await,
        }
    }

    /// The batch is worked through; where it is not, it comes again after a while.
    pub async fn finish(&mut self, batch: Batch, worked: Result<()>) {
        self.finish_all(vec![batch], worked).await;
    }

    pub async fn finish_all(&mut self, batches: Vec<Batch>, worked: Result<()>) {
        for batch in &batches {
            let last = batch.entries.last().map_or(0, |last| last.seq);
            match worked {
                Ok(()) => self.move_to(batch.log, last),
                Err(_) => self.moved.note(batch.log, last),
            }
            self.moved.over();
        }
        if let Err(error) = worked {
            warn!(follower = self.name, cause = ?error, "what follows from entries cannot be made yet");
            sleep(AGAIN).await;
        }
    }

    /// The last entry of a log that it is done with, of what it has seen of that log.
    pub fn reached(&self, log: Id<Log>) -> Seq {
        self.places.get(&log).copied().unwrap_or(0)
    }

    /// For those who want to know when it has come so far.
    pub fn pace(&self) -> Pace {
        Pace(self.moved.clone())
    }

    /// Tells the store how far it has come; what cannot be told now is told later.
    pub async fn keep(&mut self) -> Result<()> {
        self.keep_at = Instant::now() + LATE;
        let unkept: Vec<_> = self.unkept.iter().map(|(log, seq)| (*log, *seq)).collect();
        try_join_all(unkept.iter().map(|(log, seq)| self.store.cursors.raise(self.name, *log, *seq))).await?;
        self.unkept.clear();
        Ok(())
    }
}
