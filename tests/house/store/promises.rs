//! What holds however many write at once, and whatever is refused.

use std::sync::Arc;

use hubbub::store::{Change, Document, Engine, Filter, Literal, Order, Query, Refusal};
use serde_json::json;
use tokio::sync::Barrier;

use super::{collection, document, entry, is_text};
use crate::stores::on_every_store;

#[tokio::test]
async fn an_insert_stops_at_the_first_conflict_and_keeps_what_came_before() {
    on_every_store(async |store| {
        let messages = collection("messages");
        let taken = vec![entry("taken", "c", 3)];
        store.engine.insert(messages, taken).await.unwrap();
        let batch = (1..=5).map(|seq| entry(&format!("m{seq}"), "c", seq)).collect();
        let rejected = store.engine.insert(messages, batch).await.unwrap_err();
        assert!(rejected.taken("seq"), "{rejected:?}");
        assert_eq!(rejected.done, 2);
        let query = Query::new(is_text("channelId", "c"), 10).by(Order::Up("seq"));
        let kept = store.engine.find(messages, query).await.unwrap();
        let ids: Vec<_> = kept.iter().map(|entry| entry["_id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["m1", "m2", "taken"]);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_names_the_index_that_refused() {
    on_every_store(async |store| {
        let messages = collection("messages");
        let with = |id: &str, seq: u64, intent: Option<&str>| {
            let mut entry = entry(id, "c", seq);
            entry.extend(intent.map(|intent| ("clientMsgId".to_owned(), json!(intent))));
            vec![entry]
        };
        let insert = async |entry| store.engine.insert(messages, entry).await;
        insert(with("a", 1, Some("once"))).await.unwrap();
        assert!(insert(with("b", 2, Some("once"))).await.unwrap_err().taken("intent"));
        assert!(insert(with("a", 3, None)).await.unwrap_err().taken("_id"));
        // Without an intent the partial index is not asked.
        insert(with("d", 4, None)).await.unwrap();
        insert(with("e", 5, None)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_partial_unique_index_holds_only_while_its_condition_does() {
    on_every_store(async |store| {
        let groups = collection("groups");
        let group = |id: &str, life: &str| {
            document(json!({"_id": id, "nameKey": "readers", "life": life, "createdAt": "x"}))
        };
        let engine = &store.engine;
        engine.insert(groups, vec![group("old", "deleted"), group("now", "active")]).await.unwrap();
        let second = engine.insert(groups, vec![group("second", "active")]).await;
        assert!(second.unwrap_err().taken("name"));
        let revive = vec![Change::set("life", "active")];
        let revived = engine.update(groups, is_text("_id", "old"), revive.clone()).await;
        assert_eq!(revived.unwrap_err().code(), hubbub::error::Code::Conflict);
        let all = engine.update_all(groups, is_text("life", "deleted"), revive).await;
        assert!(all.is_err());
        let old = engine.get(groups, "old").await.unwrap().unwrap();
        assert_eq!(old["life"], "deleted");
        engine.delete(groups, is_text("_id", "now")).await.unwrap();
        engine.insert(groups, vec![group("third", "active")]).await.unwrap();
    })
    .await;
}

async fn head(engine: &Engine, channel: &str) -> u64 {
    let query = Query::new(is_text("channelId", channel), 1).by(Order::Down("seq"));
    let found = engine.find(collection("messages"), query.newest()).await.unwrap();
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
        let log = store.engine.find(collection("messages"), query).await.unwrap();
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
        let kept = store.engine.get(settings, "prize").await.unwrap();
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
        let tally = store.engine.get(settings, "tally").await.unwrap().unwrap();
        assert_eq!((&tally["value"], &tally["most"]), (&json!(20), &json!(7)));
    })
    .await;
}

#[tokio::test]
async fn many_are_updated_and_deleted_beyond_what_goes_at_once() {
    on_every_store(async |store| {
        const MANY: u64 = 2_345;
        let messages = collection("messages");
        let many = (1..=MANY).map(|seq| entry(&format!("{seq:06}"), "big", seq)).collect();
        store.engine.insert(messages, many).await.unwrap();
        let of_channel = is_text("channelId", "big");
        let raised = vec![Change::set("kind", "edit")];
        let updated = store.engine.update_all(messages, of_channel.clone(), raised).await;
        assert_eq!(updated.unwrap(), MANY);
        let edited = Filter::And(vec![of_channel.clone(), is_text("kind", "edit")]);
        assert_eq!(store.engine.count(messages, edited).await.unwrap(), MANY);
        let late = Filter::And(vec![of_channel.clone(), Filter::Above("seq", Literal::Whole(5))]);
        assert_eq!(store.engine.delete(messages, late).await.unwrap(), MANY - 5);
        assert_eq!(store.engine.count(messages, of_channel).await.unwrap(), 5);
        assert_eq!(store.engine.count(messages, Filter::All).await.unwrap(), 5);
    })
    .await;
}

#[tokio::test]
async fn an_insert_beyond_what_goes_at_once_says_how_far_it_came() {
    on_every_store(async |store| {
        let messages = collection("messages");
        let taken = vec![entry("taken", "big", 1_500)];
        store.engine.insert(messages, taken).await.unwrap();
        let many = (1..=2_000).map(|seq| entry(&format!("{seq:06}"), "big", seq)).collect();
        let rejected = store.engine.insert(messages, many).await.unwrap_err();
        assert!(rejected.taken("seq"));
        assert_eq!(rejected.done, 1_499);
        assert_eq!(store.engine.count(messages, Filter::All).await.unwrap(), 1_500);
    })
    .await;
}

#[tokio::test]
async fn a_document_that_the_engines_would_read_differently_is_refused_whole() {
    on_every_store(async |store| {
        let messages = collection("messages");
        let mut list = entry("b", "c", 2);
        list.insert("kind".into(), json!(["message"]));
        let rejected = store.engine.insert(messages, vec![entry("a", "c", 1), list]).await;
        let rejected = rejected.unwrap_err();
        assert_eq!(rejected.done, 0);
        assert!(matches!(rejected.why, Refusal::Fault(_)));
        assert_eq!(store.engine.count(messages, Filter::All).await.unwrap(), 0);
    })
    .await;
}
