//! A MongoDB that cannot be used is refused at the start with what to do.

use std::time::{Duration, Instant};

use hubbub::error::Code;
use hubbub::store::{Opening, Store};

use crate::stores::clock;

async fn refused(uri: &str, words: &str) {
    let error = Store::open(&Opening::mongo(uri, clock())).await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.message().contains(words), "{error}");
}

#[tokio::test]
async fn an_address_that_asks_for_less_than_a_majority_is_refused() {
    for weak in ["w=1", "w=0", "journal=false", "w=2&journal=true"] {
        refused(&format!("mongodb://127.0.0.1:1/hubbub?{weak}"), "take it out").await;
    }
    refused("mongodb://127.0.0.1:1/?readPreference=secondary", "readPreference").await;
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_refused() {
    refused("127.0.0.1:27017", "write it as mongodb://").await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_refused_within_seconds() {
    let since = Instant::now();
    refused("mongodb://127.0.0.1:1/hubbub", "cannot be reached").await;
    assert!(since.elapsed() < Duration::from_secs(9));
}

#[test]
fn an_address_is_never_shown_with_its_password() {
    let opening = Opening::mongo("mongodb://wanda:hunter2@127.0.0.1/", clock());
    assert!(!format!("{opening:?}").contains("hunter2"));
}
