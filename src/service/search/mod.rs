//! Finding messages: who may read them finds them, whoever wrote them and wherever they stand.
//!
//! The index says which messages may match, newest first, and only among the channels that the caller
//! reads. Each is then looked at as it is now: what was deleted, what was edited away and what the
//! caller may no longer read is left out, however far behind the index is.

mod asked;
mod indexer;
mod places;
mod ranked;
mod scope;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::Serialize;
use tracing::warn;

pub use asked::{Asked, Sort};
pub use indexer::Indexer;

use self::indexer::kinds;
use self::places::Place;
use super::{Page, Rights, Roster};
use crate::error::{Code, Error, Result};
use crate::event::MessageView;
use crate::limits;
use crate::log::Pace;
use crate::model::{Entry, Id, User, What};
use crate::policy::{Action, Actor, can};
use crate::store::{Store, Wanted};
use crate::words::{Highlight, Hit, Query};

/// How long a question waits for what was said just before it.
const PATIENCE: Duration = Duration::from_millis(500);
/// Candidates that are asked for, and looked at, together.
const AT_ONCE: usize = 100;

#[derive(Clone, Debug)]
pub struct Search {
    roster: Roster,
    often: Arc<DefaultKeyedRateLimiter<Id<User>>>,
    pace: Arc<Mutex<Option<Pace>>>,
}

/// A message that was found, and where in its text.
#[derive(Clone, Debug, Serialize)]
pub struct Match {
    pub message: MessageView,
    pub highlights: Vec<Highlight>,
}

/// A message that matches, with all that is known of it.
struct Candidate {
    entry: Entry,
    place: i64,
    hit: Hit,
}

impl Search {
    pub fn new(roster: &Roster) -> Search {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(limits::SEARCHES_PER_SECOND));
        let often = Arc::new(RateLimiter::dashmap(quota.allow_burst(at_least_one(limits::SEARCHES_BURST))));
        Search { roster: roster.clone(), often, pace: Arc::default() }
    }

    fn store(&self) -> &Store {
        &self.roster.store
    }

    fn rights(&self) -> &Rights {
        &self.roster.rights
    }

    /// Keeps the index up with the logs. Runs until it is dropped.
    pub async fn keep_up(&self) {
        let mut indexer = loop {
            match Indexer::open(self.store().clone(), &self.roster.logs).await {
                Ok(indexer) => break indexer,
                Err(error) => warn!(%error, "messages cannot be made findable now, this will be tried again"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        };
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner) = Some(indexer.pace());
        loop {
            indexer.round().await;
        }
    }

    /// What matches and can be read, a page at a time.
    pub async fn find(&self, actor: &Actor, asked: &Asked) -> Result<Page<Match>> {
        let query = Arc::new(asked.query()?);
        let place = asked.cursor.as_deref().map(str::parse).transpose()?;
        self.slow_down(actor.id)?;
        let Some(wanted) = self.scope(actor, asked, &query).await? else {
            return Ok(Page::whole(Vec::new()));
        };
        self.catch_up().await;
        match (asked.sort, place) {
            (Sort::Newest, None) => self.newest(actor, &query, wanted, asked.limit).await,
            (Sort::Newest, Some(Place::Below(place))) => {
                let wanted = Wanted { to: place.min(wanted.to), ..wanted };
                self.newest(actor, &query, wanted, asked.limit).await
            }
            (Sort::Relevance, None) => self.best(actor, &query, wanted, 0, asked.limit).await,
            (Sort::Relevance, Some(Place::After(skip))) => {
                self.best(actor, &query, wanted, skip, asked.limit).await
            }
            _ => Err(Place::unknown()),
        }
    }

    fn slow_down(&self, user: Id<User>) -> Result<()> {
        let refused = self.often.check_key(&user).err();
        match refused.map(|until| until.wait_time_from(DefaultClock::default().now())) {
            Some(wait) => Err(Error::rate_limited(wait.max(Duration::from_millis(1)))),
            None => Ok(()),
        }
    }

    /// What was told before the question is found by it, unless the index is far behind.
    async fn catch_up(&self) {
        let pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(pace) = pace {
            pace.caught_up(PATIENCE).await;
        }
    }

    async fn newest(
        &self,
        actor: &Actor,
        query: &Arc<Query>,
        mut wanted: Wanted,
        limit: usize,
    ) -> Result<Page<Match>> {
        let (mut matches, mut seen) = (Vec::new(), 0);
        wanted.limit = AT_ONCE;
        loop {
            let found = self.store().engine.search(wanted.clone()).await?;
            seen += found.hits.len();
            for candidate in self.matching(actor, query, &found.hits).await? {
                let place = candidate.place;
                matches.push(candidate.shown()?);
                if matches.len() == limit {
                    return Ok(Page::until(matches, Some(Place::Below(place).to_string())));
                }
            }
            match found.rest {
                None => return Ok(Page::whole(matches)),
                Some(rest) if seen >= limits::SEARCH_CANDIDATES => {
                    return Ok(Page::until(matches, Some(Place::Below(rest).to_string())));
                }
                Some(rest) => wanted.to = rest,
            }
        }
    }

    /// Those of the candidates that match as they are now, in their order.
    async fn matching(
        &self,
        actor: &Actor,
        query: &Arc<Query>,
        hits: &[(Id<Entry>, i64)],
    ) -> Result<Vec<Candidate>> {
        let ids: Vec<Id<Entry>> = hits.iter().map(|(id, _)| *id).collect();
        let rows: Vec<Entry> = self.store().messages.named(&ids).await?;
        let (query, places) = (query.clone(), hits.iter().copied().collect());
        let read = tokio::task::spawn_blocking(move || look_at(&query, rows, &places));
        let mut matching = Vec::new();
        for candidate in read.await.map_err(Error::internal)? {
            if self.may_read(actor, &candidate.entry).await? {
                matching.push(candidate);
            }
        }
        Ok(matching)
    }

    async fn may_read(&self, actor: &Actor, entry: &Entry) -> Result<bool> {
        match self.rights().in_channel(actor, entry.log.cast()).await {
            Ok(seat) => Ok(can(seat.standing, Action::ReadChannel, "message").is_ok()),
            Err(error) if error.code() == Code::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Those rows that match, newest first.
fn look_at(query: &Query, rows: Vec<Entry>, places: &HashMap<Id<Entry>, i64>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = rows
        .into_iter()
        .filter_map(|entry| {
            let (hit, place) = (find(query, &entry)?, *places.get(&entry.id)?);
            Some(Candidate { entry, place, hit })
        })
        .collect();
    found.sort_by_key(|candidate| Reverse(candidate.place));
    found
}

fn find(query: &Query, entry: &Entry) -> Option<Hit> {
    let What::Message(message) = &entry.what else { return None };
    let is_there = message.deleted_at.is_none() && (!query.pinned || message.pinned_at.is_some());
    let has = kinds(message);
    if !is_there || !query.has.iter().all(|kind| has.contains(kind)) {
        return None;
    }
    query.find(message.text.as_ref().map_or("", |text| text.as_str()))
}

impl Candidate {
    fn shown(self) -> Result<Match> {
        let What::Message(message) = &self.entry.what else {
            return Err(Error::internal("a change is no message"));
        };
        Ok(Match { message: MessageView::of(&self.entry, message), highlights: self.hit.highlights })
    }
}
