//! What is kept and what is said when something is refused.

use hubbub::store::{Change, Document, Filter, Literal, Order, Query, Refusal};
use serde_json::json;

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
        let kept = store.engine.find::<Document>(messages, query).await.unwrap();
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
        let old = engine.get::<Document>(groups, "old").await.unwrap().unwrap();
        assert_eq!(old["life"], "deleted");
        engine.delete(groups, is_text("_id", "now")).await.unwrap();
        engine.insert(groups, vec![group("third", "active")]).await.unwrap();
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
