//! Somebody who searches in a filled store, all of whose messages are in the index.

use hubbub::clock::Clock;
use hubbub::log::Logs;
use hubbub::model::{Role, User};
use hubbub::policy::Actor;
use hubbub::service::search::{Asked, Indexer, Match, Search};
use hubbub::service::{Page, Rights, Roster};
use hubbub::store::{Among, Slice};

use super::{Filled, wait};

pub struct Finder {
    roster: Roster,
    reader: Actor,
}

impl Finder {
    /// Takes up what is not in the index yet: of a million messages, for minutes.
    pub fn over(filled: &Filled) -> Finder {
        let (store, clock) = (filled.store.clone(), Clock::system());
        let rights = Rights::new(store.clone(), clock.clone());
        let logs = Logs::new(store.clone(), clock.clone());
        let roster = Roster::new(store.clone(), rights, logs.clone(), clock);
        let users = wait(store.users.page(&Among::default(), Slice::first(1))).unwrap();
        wait(async {
            Indexer::open(store, &logs).await.unwrap().catch_up().await.unwrap();
        });
        Finder { roster, reader: reader(users.first().unwrap()) }
    }

    pub fn find(&self, question: &str) -> Page<Match> {
        let asked = Asked { q: question.into(), limit: 50, ..Asked::default() };
        // A new one each time: people may not ask as often as this.
        wait(Search::new(&self.roster).find(&self.reader, &asked)).unwrap()
    }
}

/// Who reads everything, and so is shown the most.
fn reader(user: &User) -> Actor {
    Actor { id: user.id, username: user.username.clone(), role: Role::SuperAdmin, session: None }
}
