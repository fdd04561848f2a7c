//! What holds however many write at once.

use std::sync::Arc;

use hubbub::store::{Change, Document, Engine, Filter, Literal, Order, Query};
use serde_json::json;
use tokio::sync::Barrier;

use super::{collection, document, entry, is_text};
use crate::stores::on_every_store;

async fn head(engine: &Engine, channel: &str) -> u64 {
    let query = Query::new(is_text("channelId", channel), 1).by(Order::Down("seq"));
    let found = engine.find::<Document>(collection("messages"), query.newest()).await.unwrap();
    found.first().map_or(0, |entry| entry["seq"].as_u64().unwrap())
}

/// Appends as the log does: number after the head, and again from the new head where refused.
async fn append(engine: Engine, writer: usize, entries: usize) {
    let mut waiting: Vec<String> = (0..entries).map(|n| format!("{writer}.{n:03}")).collect();
    while !waiting.is_empty() {
        let head = head(&engine, "fought over").await;
        let batch: Vec<Document> =
            waiting.iter().take(7).zip(head + 1..).map(|(id, seq)| entry(id, "fought over", seq)).collect();
        let size = batch.len();
        let done = match engine.insert(collection("messages"), batch).await {
            Ok(()) => size,
            Err(rejected) if rejected.taken("seq") => rejected.done,
            Err(rejected) => panic!("{rejected:?}"),
        };
        waiting.drain(..done);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_one_log_leave_no_hole_and_no_duplicate() {
    on_every_store(async |store| {
        let writers: Vec<_> =
            (0..3).map(|writer| tokio::spawn(append(store.engine.clone(), writer, 60))).collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let query = Query::new(is_text("channelId", "fought over"), 1000).by(Order::Up("seq"));
        let log = store.engine.find::<Document>(collection("messages"), query).await.unwrap();
        let seqs: Vec<u64> = log.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
        assert_eq!(seqs, (1..=180).collect::<Vec<u64>>());
        for writer in 0..3 {
            let own: Vec<&str> = log
                .iter()
                .map(|entry| entry["_id"].as_str().unwrap())
                .filter(|id| id.starts_with(&format!("{writer}.")))
                .collect();
            assert_eq!(own.len(), 60);
            assert!(own.is_sorted(), "writer {writer} is out of order: {own:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_race_for_a_guarded_update_one_wins() {
    const RACERS: usize = 12;
    on_every_store(async |store| {
        let settings = collection("settings");
        let prize = document(json!({"_id": "prize", "value": null}));
        store.engine.insert(settings, vec![prize]).await.unwrap();
        let start = Arc::new(Barrier::new(RACERS));
        let racers: Vec<_> = (0..RACERS as i64)
            .map(|racer| {
                let (engine, start) = (store.engine.clone(), Arc::clone(&start));
                tokio::spawn(async move {
                    start.wait().await;
                    let free = Filter::And(vec![is_text("_id", "prize"), Filter::Is("value", Literal::Null)]);
                    let take = vec![Change::set("value", racer), Change::Add("taken", 1)];
                    engine.update(settings, free, take).await.unwrap()
                })
            })
            .collect();
        let mut winners = Vec::new();
        for racer in racers {
            winners.extend(racer.await.unwrap());
        }
        let kept = store.engine.get::<Document>(settings, "prize").await.unwrap();
        assert_eq!(winners, Vec::from_iter(kept));
        assert_eq!(winners[0]["taken"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn additions_of_many_are_all_counted() {
    on_every_store(async |store| {
        let settings = collection("settings");
        let tally = document(json!({"_id": "tally", "value": 0}));
        store.engine.insert(settings, vec![tally]).await.unwrap();
        let adders: Vec<_> = (0..20)
            .map(|_| {
                let engine = store.engine.clone();
                let add = vec![Change::Add("value", 1), Change::Raise("most", 7)];
                tokio::spawn(
                    async move { engine.update(settings, is_text("_id", "tally"), add).await.unwrap() },
                )
            })
            .collect();
        for adder in adders {
            adder.await.unwrap();
        }
        let tally = store.engine.get::<Document>(settings, "tally").await.unwrap().unwrap();
        assert_eq!((&tally["value"], &tally["most"]), (&json!(20), &json!(7)));
    })
    .await;
}
