//! What is left of a run, before the judge: the answers against the clock, the clients against the store.

use std::collections::{BTreeMap, BTreeSet};

use hubbub::clock::Clock;
use hubbub::store::{Opening, Store};

use crate::place;
use crate::run::Run;
use crate::shared::checker::{self, Dump, Journal, Kept};
use crate::shared::entries;

impl Run {
    pub(super) fn bounds(&mut self) {
        let tally = self.board.tally();
        self.figures.add("sent", tally.ok);
        self.figures.took("longest answer", tally.longest);
        for (code, count) in &tally.failed {
            self.figures.add(code.as_str(), count);
        }
        self.figures.add("lines cut", tally.cut);
        if tally.dead > 0 {
            self.figures.add("unanswered on dead lines", tally.dead);
        }
        match tally.late.first() {
            // What took the time was the line.
            Some(_) if self.plan.bad_lines => self.figures.add("answered late", tally.late.len()),
            Some(first) => self.broken(format!("{} were not answered in time: {first}", tally.late.len())),
            None => {}
        }
        if tally.ok < self.plan.clients as u64 {
            self.broken(format!("only {} sends were ever ok", tally.ok));
        }
    }

    pub(super) async fn judge(&mut self, journals: Vec<Journal>) {
        let mut shown = BTreeMap::new();
        let witness = place::sign_in(self.server.address, &self.place.witness.name).await;
        for log in &self.place.channels {
            shown.insert(*log, place::history(self.server.address, &witness.token, *log).await);
        }
        self.server.stop().await;
        let store = Store::open(&self.opening()).await.unwrap();
        let mut logs = BTreeMap::new();
        for log in self.place.channels.clone() {
            let kept = store.channels.get(log).await.unwrap().unwrap();
            let readers = BTreeSet::from([self.place.witness.id]);
            let history = shown.remove(&log);
            let entries = entries(&store, log).await;
            logs.insert(log, Kept { epoch: kept.epoch, entries, readers, history });
        }
        store.close().await;
        let run = checker::Run { journals, dump: Dump { logs } };
        let kept: usize = run.dump.logs.values().map(|kept| kept.entries.len()).sum();
        self.figures.add("entries", kept);
        if let Err(violation) = checker::check(&run) {
            self.broken(violation.to_string());
        }
    }

    fn opening(&self) -> Opening {
        match &self.mongod {
            Some(mongod) => Opening::mongo(mongod.uri.clone(), Clock::system()),
            None => Opening::embedded(self.plan.data().join("hubbub"), Clock::system()),
        }
    }
}
