//! An engine without a disk that fails on purpose, as its seed has it: for simulated schedules.
//!
//! It keeps two states, as a replica set does: what is written, and what is durable. An unlucky
//! write stays in between for a while, is seen by no ordinary read, and is then confirmed or lost
//! together with all that came after it. No setting leads here: nothing is served from it.

mod reading;
mod search;
mod tally;
mod weather;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{self, AtomicBool};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

pub use self::weather::Weather;

use self::reading::{covers, meets, of, order};
use self::weather::Fate;
use super::sqlite::change;
use super::{Change, Collection, Document, Field, Filter, Index, Query, Refusal, Rejected};
use crate::error::{Error, Result};

/// One process's way to what is kept; clones are the same process.
#[derive(Clone, Debug)]
pub struct Memory {
    kept: Arc<Mutex<Kept>>,
    alive: Arc<AtomicBool>,
}

type Key = (&'static str, String);

#[derive(Debug, Default)]
struct Kept {
    newest: BTreeMap<Key, Document>,
    durable: BTreeMap<Key, Document>,
    /// What differs between the two.
    adrift: BTreeSet<Key>,
    weather: Weather,
    random: u64,
}

impl Memory {
    pub fn new(seed: u64) -> Memory {
        let random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let kept = Kept { random, ..Kept::default() };
        Memory { kept: Arc::new(Mutex::new(kept)), alive: Arc::new(AtomicBool::new(true)) }
    }

    pub fn set_weather(&self, weather: Weather) {
        self.kept().weather = weather;
    }

    /// Another process over the same store.
    pub fn process(&self) -> Memory {
        Memory { kept: self.kept.clone(), alive: Arc::new(AtomicBool::new(true)) }
    }

    /// Nothing that this process began is answered any more, and nothing further happens.
    pub fn kill(&self) {
        self.alive.store(false, atomic::Ordering::Release);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass_time(&self) {
        let wait = {
            let mut kept = self.kept();
            let slow = kept.weather.slow;
            kept.draw(slow + 1)
        };
        if wait > 0 {
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        if !self.alive.load(atomic::Ordering::Acquire) {
            std::future::pending::<()>().await;
        }
    }

    pub(super) async fn find(&self, collection: &'static Collection, query: Query) -> Result<Vec<Document>> {
        self.pass_time().await;
        let found = self.kept().find(collection, &query);
        self.pass_time().await;
        found
    }

    pub(super) async fn insert(
        &self,
        collection: &'static Collection,
        documents: Vec<Document>,
    ) -> Result<(), Rejected> {
        self.pass_time().await;
        let inserted = self.kept().insert(collection, documents);
        self.pass_time().await;
        inserted
    }

    /// Of those that meet the filter at most `most` are changed; the last as it is then, and how many.
    pub(super) async fn update(
        &self,
        collection: &'static Collection,
        filter: Filter,
        changes: Vec<Change>,
        most: usize,
    ) -> Result<(Option<Document>, u64)> {
        self.pass_time().await;
        let updated = self.kept().update(collection, &filter, &changes, most);
        self.pass_time().await;
        updated
    }

    pub(super) async fn delete(&self, collection: &'static Collection, filter: Filter) -> Result<u64> {
        self.pass_time().await;
        let mut kept = self.kept();
        let keys = kept.meeting(collection, &filter);
        for key in &keys {
            kept.newest.remove(key);
            kept.adrift.insert(key.clone());
        }
        kept.confirm();
        Ok(keys.len() as u64)
    }
}

impl Kept {
    fn draw(&mut self, below: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random.wrapping_mul(0x2545_F491_4F6C_DD1D).rotate_right(32) % below.max(1)
    }

    fn fate(&mut self) -> Fate {
        self.drift();
        let (weather, drawn) = (self.weather, self.draw(1000));
        weather.fate(drawn)
    }

    /// What is adrift is at last confirmed or lost.
    fn drift(&mut self) {
        if !self.adrift.is_empty() {
            match self.draw(3) {
                0 => self.confirm(),
                1 => self.lose(),
                _ => {}
            }
        }
    }

    fn confirm(&mut self) {
        for key in std::mem::take(&mut self.adrift) {
            copy(&self.newest, &mut self.durable, key);
        }
    }

    fn lose(&mut self) {
        for key in std::mem::take(&mut self.adrift) {
            copy(&self.durable, &mut self.newest, key);
        }
    }

    fn put(&mut self, key: Key, document: Document) {
        self.adrift.insert(key.clone());
        self.newest.insert(key, document);
    }

    fn find(&mut self, collection: &'static Collection, query: &Query) -> Result<Vec<Document>> {
        if self.fate() == Fate::Refused {
            return Err(Error::unavailable("the store cannot be read now"));
        }
        let rows = if query.newest { &self.newest } else { &self.durable };
        let mut found: Vec<&Document> = of(rows, collection).map(|(_, document)| document).collect();
        found.retain(|document| meets(document, &query.filter));
        let in_order = |left: &&Document, right: &&Document| order(left, right, &query.order);
        if (query.skip, query.limit) == (0, 1) {
            // The head of a log is asked for more often than all else together.
            return Ok(found.into_iter().min_by(in_order).cloned().into_iter().collect());
        }
        found.sort_by(in_order);
        let page = found.into_iter().skip(query.skip as usize).take(query.limit as usize);
        Ok(page.cloned().collect())
    }

    fn insert(&mut self, collection: &'static Collection, documents: Vec<Document>) -> Result<(), Rejected> {
        let fate = self.fate();
        let many = documents.len() as u64;
        let upto = match fate {
            Fate::Refused => return Err(Rejected::fault(Error::unavailable("the store cannot be reached"))),
            Fate::Vanished => 0,
            Fate::Partial => self.draw(many + 1),
            Fate::Well | Fate::Unanswered | Fate::Adrift => many,
        };
        for (done, document) in documents.into_iter().enumerate() {
            if done as u64 == upto {
                break;
            }
            if let Some(index) = self.taken(collection, &document) {
                if done > 0 && fate != Fate::Adrift {
                    self.confirm();
                }
                return match fate {
                    Fate::Well => Err(Rejected { done, why: Refusal::Taken(index) }),
                    _ => Err(Rejected::fault(Error::unknown())),
                };
            }
            let id = document.get("_id").and_then(Value::as_str).unwrap_or_default().to_owned();
            self.put((collection.name, id), document);
        }
        self.answer(fate).map_err(Rejected::fault)
    }

    fn answer(&mut self, fate: Fate) -> Result<()> {
        if fate != Fate::Adrift {
            self.confirm();
        }
        match fate {
            Fate::Well => Ok(()),
            _ => Err(Error::unknown()),
        }
    }

    fn update(
        &mut self,
        collection: &'static Collection,
        filter: &Filter,
        changes: &[Change],
        most: usize,
    ) -> Result<(Option<Document>, u64)> {
        let fate = self.fate();
        let (mut last, mut count) = (None, 0);
        match fate {
            Fate::Refused => return Err(Error::unavailable("the store cannot be reached")),
            Fate::Vanished => return Err(Error::unknown()),
            _ => {}
        }
        for key in self.meeting(collection, filter).into_iter().take(most) {
            let Some(mut document) = self.newest.get(&key).cloned() else { continue };
            change::apply(&mut document, changes)?;
            self.put(key, document.clone());
            (last, count) = (Some(document), count + 1);
        }
        self.answer(fate).map(|()| (last, count))
    }

    fn meeting(&self, collection: &'static Collection, filter: &Filter) -> Vec<Key> {
        let rows = of(&self.newest, collection);
        rows.filter(|(_, document)| meets(document, filter)).map(|(key, _)| key.clone()).collect()
    }

    /// The unique index that refuses a new document.
    fn taken(&self, collection: &'static Collection, document: &Document) -> Option<String> {
        let same = |other: &Document, fields: &[Field]| {
            fields.iter().all(|field| other.get(*field) == document.get(*field))
        };
        let unique: Vec<&Index> = collection
            .indexes
            .iter()
            .filter(|index| index.unique && index.when.is_none_or(|when| covers(when, document)))
            .collect();
        let mut rows = of(&self.newest, collection);
        rows.find_map(|(_, other)| {
            if same(other, &["_id"]) {
                return Some("_id".into());
            }
            let index = unique
                .iter()
                .find(|index| index.when.is_none_or(|when| covers(when, other)) && same(other, index.fields));
            index.map(|index| index.name.into())
        })
    }
}

fn copy(from: &BTreeMap<Key, Document>, to: &mut BTreeMap<Key, Document>, key: Key) {
    match from.get(&key) {
        Some(document) => to.insert(key, document.clone()),
        None => to.remove(&key),
    };
}
