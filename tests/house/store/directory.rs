//! The data directory: one process, our file, in good order; or nothing is touched.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use hubbub::error::{Code, Error};
use hubbub::store::{Filter, Opening, Store};
use serde_json::json;
use tempfile::{TempDir, tempdir};

use super::{Document, collection, document, entry};
use crate::stores::clock;

async fn open(directory: &Path) -> Result<Store, Error> {
    Store::open(&Opening::embedded(directory, clock())).await
}

/// A directory with a store that was used and closed.
async fn used() -> TempDir {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    let entries = vec![entry("m", "c", 1)];
    store.engine.insert(collection("messages"), entries).await.unwrap();
    store.close().await;
    directory
}

fn database(directory: &TempDir) -> std::path::PathBuf {
    directory.path().join("hubbub.sqlite")
}

/// Opening is refused with these words, and the database stays as it is.
async fn refused(directory: &TempDir, words: &str) {
    let before = fs::read(database(directory)).unwrap();
    let error = open(directory.path()).await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.message().contains(words), "{error}");
    assert_eq!(fs::read(database(directory)).unwrap(), before);
}

#[tokio::test]
async fn what_was_kept_is_there_after_opening_again() {
    let directory = used().await;
    let store = open(directory.path()).await.unwrap();
    let kept = store.engine.get::<Document>(collection("messages"), "m").await.unwrap();
    assert_eq!(kept, Some(entry("m", "c", 1)));
}

#[tokio::test]
async fn a_store_that_is_dropped_without_being_closed_can_be_opened_again() {
    let directory = tempdir().unwrap();
    for round in 1..=5 {
        let store = open(directory.path()).await.unwrap();
        let messages = collection("messages");
        let entries = vec![entry(&format!("m{round}"), "c", round)];
        store.engine.insert(messages, entries).await.unwrap();
        let kept = store.engine.count(messages, Filter::All).await.unwrap();
        assert_eq!(kept, round);
    }
}

#[tokio::test]
async fn a_closed_store_is_unavailable_and_its_directory_free() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    let engine = store.engine.clone();
    store.close().await;
    let settings = collection("settings");
    let read = engine.get::<Document>(settings, "a").await.unwrap_err();
    let write = engine.delete(settings, Filter::All).await.unwrap_err();
    assert_eq!((read.code(), write.code()), (Code::Unavailable, Code::Unavailable));
    open(directory.path()).await.unwrap();
}

#[tokio::test]
async fn a_directory_in_use_is_refused() {
    let directory = tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    refused(&directory, "is in use by another hubbub").await;
    store.engine.ping().await.unwrap();
}

#[tokio::test]
async fn the_directory_is_for_its_owner_alone() {
    let parent = tempdir().unwrap();
    let directory = parent.path().join("deep").join("data");
    let store = open(&directory).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    for file in fs::read_dir(&directory).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    drop(store);
}

#[tokio::test]
async fn a_path_that_is_no_directory_is_refused() {
    let parent = tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "mine").unwrap();
    let error = open(&file).await.unwrap_err();
    assert!(error.message().contains("choose another one"), "{error}");
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let directory = tempdir().unwrap();
    for bytes in [vec![b'x'; 5000], b"short".to_vec(), vec![0; 4096]] {
        fs::write(database(&directory), bytes).unwrap();
        refused(&directory, "is damaged").await;
    }
}

#[tokio::test]
async fn a_truncated_database_is_refused() {
    let directory = used().await;
    let bytes = fs::read(database(&directory)).unwrap();
    fs::write(database(&directory), &bytes[..bytes.len() / 2]).unwrap();
    refused(&directory, "is damaged").await;
}

#[tokio::test]
async fn a_database_with_a_page_overwritten_is_refused() {
    let directory = used().await;
    let mut bytes = fs::read(database(&directory)).unwrap();
    let middle = bytes.len() / 4096 / 2 * 4096;
    bytes[middle..middle + 4096].fill(0xaa);
    fs::write(database(&directory), bytes).unwrap();
    refused(&directory, "is damaged").await;
}

#[tokio::test]
async fn the_database_of_another_program_is_refused() {
    let directory = tempdir().unwrap();
    let other = rusqlite::Connection::open(database(&directory)).unwrap();
    other.execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)").unwrap();
    drop(other);
    refused(&directory, "belongs to another program").await;
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused() {
    let directory = used().await;
    let newer = rusqlite::Connection::open(database(&directory)).unwrap();
    let set = "UPDATE settings SET doc = jsonb_set(doc, '$.value', 99) WHERE id = 'schema'";
    assert_eq!(newer.execute(set, []).unwrap(), 1);
    drop(newer);
    refused(&directory, "newer hubbub (schema 99").await;
}

#[tokio::test]
async fn an_index_that_differs_is_refused() {
    let directory = used().await;
    let connection = rusqlite::Connection::open(database(&directory)).unwrap();
    let differ = "DROP INDEX messages_seq; CREATE INDEX messages_seq ON messages(id)";
    connection.execute_batch(differ).unwrap();
    drop(connection);
    refused(&directory, "messages_seq is not as this version makes it").await;
}

#[tokio::test]
async fn an_index_that_is_missing_is_made_again() {
    let directory = used().await;
    let connection = rusqlite::Connection::open(database(&directory)).unwrap();
    connection.execute_batch("DROP INDEX messages_seq").unwrap();
    drop(connection);
    let store = open(directory.path()).await.unwrap();
    let again = store.engine.insert(collection("messages"), vec![entry("n", "c", 1)]).await;
    assert!(again.unwrap_err().taken("seq"));
}

#[tokio::test]
async fn an_empty_file_left_by_a_crash_is_begun_anew() {
    let directory = tempdir().unwrap();
    fs::write(database(&directory), "").unwrap();
    let store = open(directory.path()).await.unwrap();
    store.engine.ping().await.unwrap();
}

#[tokio::test]
async fn everything_can_be_dropped_and_begun_anew() {
    let directory = used().await;
    let store = open(directory.path()).await.unwrap();
    store.engine.drop_all().await.unwrap();
    store.close().await;
    let size = fs::metadata(database(&directory)).unwrap().len();
    assert!(size <= 16 * 4096, "{size} bytes are left");
    let store = open(directory.path()).await.unwrap();
    let settings = document(json!({"_id": "a", "value": 1}));
    store.engine.insert(collection("settings"), vec![settings]).await.unwrap();
    assert_eq!(store.engine.count(collection("messages"), Filter::All).await.unwrap(), 0);
}
