//! Every story with a store runs on each of them: the embedded one always, MongoDB where
//! `HUBBUB_TEST_MONGODB` holds the address of a server.

use std::env;
use std::sync::Once;

use hubbub::clock::{Clock, nonce};
use hubbub::model::Time;
use hubbub::store::{Opening, Place, Store};

/// Tuesday, 14 November 2023: where stories begin.
pub fn clock() -> Clock {
    Clock::still(Time::from_millis(1_700_000_000_000))
}

pub async fn on_every_store(story: impl AsyncFn(Store)) {
    let directory = tempfile::tempdir().unwrap();
    run(&story, &Opening::embedded(directory.path(), clock())).await;
    if let Some(opening) = mongo() {
        run(&story, &opening).await;
        let store = Store::open(&opening).await.unwrap();
        store.engine.drop_all().await.unwrap();
    }
}

async fn run(story: &impl AsyncFn(Store), opening: &Opening) {
    // Shown only where the story fails.
    println!("on {}", name(&opening.place));
    let mut opening = opening.clone();
    opening.record = true;
    let store = Store::open(&opening).await.unwrap();
    story(store.clone()).await;
    store.close().await;
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
