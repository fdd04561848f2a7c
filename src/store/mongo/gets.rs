//! Documents that are asked for by their ids, many by one question.
//!
//! When two thousand people come back at once, each is looked up, and their session, and what they
//! belong to. The first are asked for at once; whoever asks while those are on their way travels with
//! the next. Nobody is answered with what was read before they asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mongodb::bson::RawDocumentBuf;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::{AT_ONCE, Mongo, OPERATION};
use crate::error::{Code, Error, Result};
use crate::store::{Collection, Filter, Literal, Query};

/// Questions to one collection that are on their way at once.
const UNDER_WAY: usize = 4;
/// Where none of them came back for so long, perhaps their lines are dead: nobody waits for those.
const PATIENCE: Duration = Duration::from_millis(100);

type Found = Result<Option<RawDocumentBuf>>;

#[derive(Clone, Debug, Default)]
pub(super) struct Gets(Arc<Mutex<HashMap<&'static str, Line>>>);

#[derive(Debug, Default)]
struct Line {
    under_way: usize,
    waiting: Vec<Waiting>,
    /// When the last one set out, or came back.
    moved: Option<Instant>,
}

#[derive(Debug)]
struct Waiting {
    id: String,
    answer: oneshot::Sender<Found>,
}

impl Gets {
    fn lines(&self) -> MutexGuard<'_, HashMap<&'static str, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the id in line; true where nobody is on the way who will take it along.
    fn join(&self, collection: &'static Collection, waiting: Waiting) -> bool {
        let mut lines = self.lines();
        let line = lines.entry(collection.name).or_default();
        line.waiting.push(waiting);
        let stuck = line.moved.is_none_or(|moved| moved.elapsed() > PATIENCE);
        let sets_out = line.under_way < UNDER_WAY || stuck;
        line.under_way += usize::from(sets_out);
        sets_out
    }

    /// Whoever waits, up to what one question takes. Where nobody does, one less is on the way.
    fn take(&self, collection: &'static Collection) -> Option<Vec<Waiting>> {
        let mut lines = self.lines();
        let line = lines.get_mut(collection.name)?;
        line.moved = Some(Instant::now());
        let count = line.waiting.len().min(AT_ONCE);
        if count == 0 {
            line.under_way -= 1;
            return None;
        }
        Some(line.waiting.drain(..count).collect())
    }
}

impl Mongo {
    pub(super) async fn document(&self, collection: &'static Collection, id: &str) -> Found {
        let (answer, answered) = oneshot::channel();
        if self.gets.join(collection, Waiting { id: id.to_owned(), answer }) {
            // Of its own, because others may wait for it when the one who set out has given up.
            tokio::spawn(fetch_all(self.clone(), collection));
        }
        match timeout(OPERATION, answered).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) | Err(_) => Err(Error::unavailable("the store takes too long to answer")),
        }
    }
}

async fn fetch_all(mongo: Mongo, collection: &'static Collection) {
    while let Some(waiting) = mongo.gets.take(collection) {
        fetch(&mongo, collection, waiting).await;
    }
}

async fn fetch(mongo: &Mongo, collection: &'static Collection, waiting: Vec<Waiting>) {
    let ids = waiting.iter().map(|one| Literal::Text(one.id.clone())).collect();
    let query = Query::new(Filter::In("_id", ids), waiting.len() as u64);
    let found = mongo.read(collection, query, None).await.map(|found| {
        let named = |document: RawDocumentBuf| Some((document.get_str("_id").ok()?.to_owned(), document));
        found.into_iter().filter_map(named).collect::<HashMap<_, _>>()
    });
    for Waiting { id, answer } in waiting {
        // Who gave up does not hear of it.
        let _ = answer.send(match &found {
            Ok(found) => Ok(found.get(&id).cloned()),
            Err(error) => Err(same(error)),
        });
    }
}

/// One more for each who waits.
fn same(error: &Error) -> Error {
    match error.code() {
        Code::Unavailable => Error::unavailable(error.message().to_owned()),
        _ => Error::internal(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::collection::USERS;

    fn one(id: &str) -> Waiting {
        Waiting { id: id.to_owned(), answer: oneshot::channel().0 }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_lines_that_are_dead() {
        let gets = Gets::default();
        for _ in 0..UNDER_WAY {
            assert!(gets.join(&USERS, one("lost")));
            gets.take(&USERS);
        }
        assert!(!gets.join(&USERS, one("a")));
        tokio::time::advance(2 * PATIENCE).await;
        assert!(gets.join(&USERS, one("b")));
        assert_eq!(gets.take(&USERS).unwrap().len(), 2);
        assert!(!gets.join(&USERS, one("c")));
    }

    #[test]
    fn who_comes_while_enough_are_on_the_way_travels_with_the_next() {
        let gets = Gets::default();
        for number in 0..UNDER_WAY {
            assert!(gets.join(&USERS, one(&number.to_string())));
            assert_eq!(gets.take(&USERS).unwrap().len(), 1);
        }
        assert!(!gets.join(&USERS, one("a")));
        assert!(!gets.join(&USERS, one("b")));
        let together = gets.take(&USERS).unwrap();
        assert_eq!(together.iter().map(|one| &*one.id).collect::<Vec<_>>(), ["a", "b"]);
        for _ in 0..UNDER_WAY {
            assert!(gets.take(&USERS).is_none());
        }
        assert!(gets.join(&USERS, one("c")), "nobody is on the way any more");
    }
}
