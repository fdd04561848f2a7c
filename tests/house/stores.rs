//! Every story with a store runs on each of them: the embedded one always, MongoDB where
//! `HUBBUB_TEST_MONGODB` holds the address of a server.

use std::env;
use std::sync::Once;

use hubbub::clock::{Clock, nonce};
use hubbub::model::Time;
use hubbub::store::{Filter, Opening, Place, Store};

/// Tuesday, 14 November 2023: where stories begin.
pub fn clock() -> Clock {
    Clock::still(Time::from_millis(1_700_000_000_000))
}

/// Runs the story, then explains every query it asked: none may read a growing collection from end
/// to end.
pub async fn on_every_store(story: impl AsyncFn(Store)) {
    let directory = tempfile::tempdir().unwrap();
    run(&story, Opening::embedded(directory.path(), clock())).await;
    if let Some(opening) = mongo() {
        run(&story, opening).await;
    }
}

async fn run(story: &impl AsyncFn(Store), mut opening: Opening) {
    // Shown only where the story fails.
    println!("on {}", name(&opening.place));
    opening.record = true;
    let store = Store::open(&opening).await.unwrap();
    // On the heap: unoptimised, a long story is larger than the stack of a test.
    Box::pin(story(store.clone())).await;
    explain(&store).await;
    if matches!(opening.place, Place::Mongo { .. }) {
        store.engine.drop_all().await.unwrap();
    }
    store.close().await;
}

async fn explain(store: &Store) {
    for asked in store.engine.recorded() {
        // Counting everything is a tally on MongoDB, and the smallest index in SQLite.
        let tally = asked.operation == "count" && asked.query.filter == Filter::All;
        let plan = store.engine.explain(asked.collection, asked.query.clone());
        let plan = plan.await.unwrap();
        assert!(
            !plan.scans || tally || !asked.collection.grows,
            "{} in {} reads everything: {:?}\n{}",
            asked.operation,
            asked.collection.name,
            asked.query,
            plan.text
        );
    }
}

fn name(place: &Place) -> &'static str {
    match place {
        Place::Embedded { .. } => "the embedded store",
        Place::Mongo { .. } => "MongoDB",
    }
}

/// A database of its own on the server of the tests, if there is one.
pub fn mongo() -> Option<Opening> {
    static SAID: Once = Once::new();
    let Ok(server) = env::var("HUBBUB_TEST_MONGODB") else {
        let required = env::var("HUBBUB_TEST_REQUIRE_MONGODB").is_ok_and(|value| value == "1");
        assert!(!required, "HUBBUB_TEST_MONGODB names no server, and MongoDB is required");
        SAID.call_once(|| {
            // Past the test runner, which keeps back what passing tests print.
            let aloud = b"NOT TESTED ON MONGODB: set HUBBUB_TEST_MONGODB to the address of a server\n";
            let _ = std::io::Write::write_all(&mut std::io::stderr(), aloud);
        });
        return None;
    };
    let database = format!("hubbub_test_{}", nonce());
    let (address, options) = server.split_once('?').unwrap_or((&server, ""));
    let host = address.trim_end_matches('/');
    Some(Opening::mongo(format!("{host}/{database}?{options}"), clock()))
}
