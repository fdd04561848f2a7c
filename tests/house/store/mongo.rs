//! A MongoDB that cannot be used is refused at the start with what to do.

use std::time::{Duration, Instant};

use hubbub::error::Code;
use hubbub::store::{Opening, Place, Store};
use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;
use mongodb::{Client, IndexModel};
use secrecy::ExposeSecret;

use crate::stores::{clock, mongo};

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

#[tokio::test]
async fn an_index_that_differs_is_refused_and_left_as_it_is() {
    let Some(opening) = mongo() else { return };
    let Place::Mongo { uri } = &opening.place else {
        panic!("{opening:?} is not on MongoDB");
    };
    let client = Client::with_uri_str(uri.expose_secret()).await.unwrap();
    let users = client.default_database().unwrap().collection::<Document>("users");
    let options = IndexOptions::builder().name("email".to_owned()).build();
    let differs = IndexModel::builder().keys(doc! {"email": 1}).options(options).build();
    users.create_index(differs).await.unwrap();
    refused(uri.expose_secret(), "drop it").await;
    let names = users.list_index_names().await.unwrap();
    assert!(names.contains(&"email".to_owned()), "{names:?}");
    client.default_database().unwrap().drop().await.unwrap();
}

#[tokio::test]
async fn numbers_of_either_width_are_read_and_what_we_never_write_is_not() {
    let Some(opening) = mongo() else { return };
    let Place::Mongo { uri } = &opening.place else {
        panic!("{opening:?} is not on MongoDB");
    };
    let store = Store::open(&opening).await.unwrap();
    let client = Client::with_uri_str(uri.expose_secret()).await.unwrap();
    let settings = client.default_database().unwrap().collection::<Document>("settings");
    settings.insert_one(doc! {"_id": "narrow", "value": 7_i32}).await.unwrap();
    let date = mongodb::bson::DateTime::from_millis(0);
    settings.insert_one(doc! {"_id": "date", "value": date}).await.unwrap();
    let narrow = store.settings.get("narrow").await.unwrap().unwrap();
    assert_eq!(narrow.value, 7);
    let strange = store.settings.get("date").await.unwrap_err();
    assert_eq!(strange.code(), Code::Internal);
    store.engine.drop_all().await.unwrap();
}
