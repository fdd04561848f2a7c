//! Which index serves a question, as each engine explains it.

use hubbub::store::{Filter, Literal, Order, Plan, Query, Store};

use super::{Document, collection, entry, is_text, text};
use crate::stores::on_every_store;

async fn plan(store: &Store, name: &str, query: Query) -> Plan {
    store.engine.explain(collection(name), query).await.unwrap()
}

#[tokio::test]
async fn the_questions_of_the_log_are_served_by_its_indexes() {
    on_every_store(async |store| {
        // MongoDB tries the candidates out, so there has to be something to find.
        let log = (1..=300).map(|seq| entry(&format!("{seq}"), "c", seq));
        store.engine.insert(collection("messages"), log.collect()).await.unwrap();
        let channel = || is_text("channelId", "c");
        let newest = Query::new(channel(), 1).by(Order::Down("seq")).newest();
        let page = Filter::And(vec![channel(), Filter::Below("seq", Literal::Whole(9))]);
        let page = Query::new(page, 50).by(Order::Down("seq"));
        let intent = Filter::And(vec![channel(), is_text("userId", "u"), is_text("clientMsgId", "m")]);
        let changes = Query::new(is_text("target", "m"), 50).by(Order::Up("seq"));
        let unfolded = Query::new(Filter::Is("folded", Literal::Truth(false)), 50);
        let some = Query::new(Filter::In("_id", vec![text("a"), text("b")]), 50);
        for (query, index) in [
            (newest, "seq"),
            (page, "seq"),
            (Query::new(intent, 1), "intent"),
            (changes, "target"),
            (unfolded, "unfolded"),
            (some, "_id"),
        ] {
            let told = plan(&store, "messages", query.clone()).await;
            assert_eq!(told.indexes, [index], "{query:?}\n{}", told.text);
            assert!(!told.scans && !told.sorts, "{query:?}\n{}", told.text);
        }
    })
    .await;
}

#[tokio::test]
async fn a_partial_index_serves_its_own_constant() {
    on_every_store(async |store| {
        let active = vec![is_text("life", "active"), is_text("nameKey", "readers")];
        let told = plan(&store, "groups", Query::new(Filter::And(active), 1)).await;
        assert!(!told.scans, "{}", told.text);
        let pending =
            Filter::And(vec![is_text("groupId", "g"), is_text("userId", "u"), is_text("status", "pending")]);
        let told = plan(&store, "group_requests", Query::new(pending, 1)).await;
        assert!(!told.scans, "{}", told.text);
    })
    .await;
}

#[tokio::test]
async fn what_no_index_serves_is_told() {
    on_every_store(async |store| {
        let told = plan(&store, "messages", Query::new(is_text("text", "hello"), 5)).await;
        assert!(told.scans, "{}", told.text);
        let told = plan(&store, "users", Query::new(is_text("role", "user"), 5).by(Order::Up("bio"))).await;
        assert!(told.sorts && !told.scans, "{}", told.text);
        // A page without a condition reads no more than the page.
        let page = Query::new(Filter::All, 5).by(Order::Up("usernameKey"));
        let told = plan(&store, "users", page).await;
        assert!(!told.sorts && !told.scans, "{}", told.text);
    })
    .await;
}

#[tokio::test]
async fn every_shape_that_was_asked_is_recorded_once() {
    on_every_store(async |store| {
        let before = store.engine.recorded().len();
        for id in ["65536a1c0b1f4c2d8e9a0b1c", "65536a1c0b1f4c2d8e9a0b1d"] {
            let query = Query::new(is_text("userId", id), 5);
            store.engine.find::<Document>(collection("sessions"), query).await.unwrap();
        }
        assert_eq!(store.engine.recorded().len(), before + 1);
    })
    .await;
}
