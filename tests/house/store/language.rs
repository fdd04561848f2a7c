//! Operator × awkward value: both engines read the language alike.

use hubbub::store::{Collection, Document, Filter, Literal, Order, Query, Store};
use serde_json::json;

use super::{collection, document, text};
use crate::stores::on_every_store;

/// Each by the name it goes by in the tables below.
fn awkward() -> Vec<Document> {
    [
        json!({"_id": "missing"}),
        json!({"_id": "null", "v": null}),
        json!({"_id": "empty list", "v": []}),
        json!({"_id": "list", "v": ["a", 1, true, null]}),
        json!({"_id": "object", "v": {"a": 1}}),
        json!({"_id": "true", "v": true}),
        json!({"_id": "false", "v": false}),
        json!({"_id": "0", "v": 0}),
        json!({"_id": "1", "v": 1}),
        json!({"_id": "-1", "v": -1}),
        json!({"_id": "2^53+1", "v": 9_007_199_254_740_993_i64}),
        json!({"_id": "i64 max", "v": i64::MAX}),
        json!({"_id": "i64 min", "v": i64::MIN}),
        json!({"_id": "empty", "v": ""}),
        json!({"_id": "'1'", "v": "1"}),
        json!({"_id": "'true'", "v": "true"}),
        json!({"_id": "'null'", "v": "null"}),
        json!({"_id": "a", "v": "a"}),
        json!({"_id": "A", "v": "A"}),
        json!({"_id": "ab", "v": "ab"}),
        json!({"_id": "quote", "v": "a'b\"c\\d%_$.*"}),
        json!({"_id": "z", "v": "z"}),
        json!({"_id": "é", "v": "é"}),
        json!({"_id": "e+accent", "v": "e\u{301}"}),
        json!({"_id": "private", "v": "\u{e000}"}),
        json!({"_id": "emoji", "v": "😀"}),
        json!({"_id": "nul", "v": "a\u{0}b"}),
    ]
    .map(document)
    .into()
}

const TEXTS: &[&str] = &[
    "empty", "'1'", "A", "a", "nul", "quote", "ab", "e+accent", "'null'", "'true'", "z", "é", "private",
    "emoji",
];

/// The ids of all but these.
fn but(these: &[&str]) -> Vec<String> {
    awkward()
        .iter()
        .map(|document| document["_id"].as_str().unwrap().to_owned())
        .filter(|id| !these.contains(&id.as_str()))
        .collect()
}

fn only(these: &[&str]) -> Vec<String> {
    these.iter().map(|id| (*id).to_owned()).collect()
}

fn table() -> Vec<(Filter, Vec<String>)> {
    use Filter::*;
    use Literal::{Null, Truth, Whole};
    let v = "v";
    vec![
        (All, but(&[])),
        (And(vec![]), but(&[])),
        (Or(vec![]), only(&[])),
        (Is(v, Null), only(&["missing", "null"])),
        (Is(v, Truth(true)), only(&["true"])),
        (Is(v, Truth(false)), only(&["false"])),
        (Is(v, Whole(0)), only(&["0"])),
        (Is(v, Whole(1)), only(&["1"])),
        (Is(v, Whole(9_007_199_254_740_993)), only(&["2^53+1"])),
        (Is(v, Whole(9_007_199_254_740_992)), only(&[])),
        (Is(v, Whole(i64::MAX)), only(&["i64 max"])),
        (Is(v, Whole(i64::MIN)), only(&["i64 min"])),
        (Is(v, text("")), only(&["empty"])),
        (Is(v, text("1")), only(&["'1'"])),
        (Is(v, text("a")), only(&["a"])),
        (Is(v, text("[]")), only(&[])),
        (Is(v, text("a'b\"c\\d%_$.*")), only(&["quote"])),
        (Is(v, text("é")), only(&["é"])),
        (Is(v, text("a\u{0}b")), only(&["nul"])),
        (Is("_id", text("a")), only(&["a"])),
        (Is("_id", Whole(1)), only(&[])),
        (Is("_id", Null), only(&[])),
        (Not(v, Null), but(&["missing", "null"])),
        (Not(v, Truth(true)), but(&["true"])),
        (Not(v, Whole(1)), but(&["1"])),
        (Not(v, text("a")), but(&["a"])),
        (Not("_id", text("a")), but(&["a"])),
        (Not("_id", Null), but(&[])),
        (In(v, vec![]), only(&[])),
        (In(v, vec![Null]), only(&["missing", "null"])),
        (In(v, vec![text("a"), Whole(1), Truth(true)]), only(&["a", "1", "true"])),
        (In(v, vec![Null, text("z"), text("b")]), only(&["missing", "null", "z"])),
        (Below(v, Null), only(&[])),
        (AtMost(v, Null), only(&[])),
        (AtLeast(v, Null), only(&[])),
        (Below(v, Whole(1)), only(&["0", "-1", "i64 min"])),
        (AtMost(v, Whole(1)), only(&["0", "1", "-1", "i64 min"])),
        (Above(v, Whole(1)), only(&["2^53+1", "i64 max"])),
        (AtLeast(v, Whole(i64::MIN)), only(&["0", "1", "-1", "2^53+1", "i64 max", "i64 min"])),
        (Below(v, Truth(true)), only(&["false"])),
        (AtMost(v, Truth(true)), only(&["false", "true"])),
        (Above(v, Truth(false)), only(&["true"])),
        (Below(v, text("a")), only(&["empty", "'1'", "A"])),
        (AtLeast(v, text("")), only(TEXTS)),
        (AtLeast(v, text("é")), only(&["é", "private", "emoji"])),
        (Above(v, text("z")), only(&["é", "private", "emoji"])),
        (Above(v, text("\u{e000}")), only(&["emoji"])),
        (Begins(v, String::new()), only(TEXTS)),
        (Begins(v, "a".into()), only(&["a", "ab", "quote", "nul"])),
        (Begins(v, "a'b\"c\\d%".into()), only(&["quote"])),
        (Begins(v, "\u{10ffff}".into()), only(&[])),
        (Begins(v, "e".into()), only(&["e+accent"])),
        (Begins(v, ".*".into()), only(&[])),
        (And(vec![AtLeast(v, text("a")), Below(v, text("b"))]), only(&["a", "ab", "quote", "nul"])),
        (
            Or(vec![Is(v, Whole(1)), And(vec![Is(v, Null), Not("_id", text("null"))])]),
            only(&["1", "missing"]),
        ),
    ]
}

async fn filled(store: &Store) -> &'static Collection {
    let settings = collection("settings");
    store.engine.delete(settings, Filter::All).await.unwrap();
    store.engine.insert(settings, awkward()).await.unwrap();
    settings
}

fn ids(documents: &[Document]) -> Vec<String> {
    let ids = documents.iter().map(|document| document["_id"].as_str());
    ids.map(|id| id.unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_kept_comes_back_as_it_was() {
    on_every_store(async |store| {
        let settings = filled(&store).await;
        for document in awkward() {
            let id = document["_id"].as_str().unwrap();
            let kept = store.engine.get::<Document>(settings, id).await.unwrap();
            assert_eq!(kept, Some(document));
        }
        assert_eq!(store.engine.get::<Document>(settings, "nobody").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn every_filter_meets_the_same_documents_on_every_store() {
    on_every_store(async |store| {
        let settings = filled(&store).await;
        for (filter, mut expected) in table() {
            let query = Query::new(filter.clone(), 100);
            let mut met = ids(&store.engine.find::<Document>(settings, query).await.unwrap());
            met.sort();
            expected.sort();
            assert_eq!(met, expected, "{filter:?}");
            let count = store.engine.count(settings, filter.clone()).await.unwrap();
            assert_eq!(count, expected.len() as u64, "count of {filter:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn text_sorts_by_its_bytes_and_pages_fit_together() {
    on_every_store(async |store| {
        let settings = filled(&store).await;
        let texts = Filter::Begins("v", String::new());
        for (order, reversed) in [(Order::Up("v"), false), (Order::Down("v"), true)] {
            let mut found = Vec::new();
            for page in 0..5 {
                let query = Query::new(texts.clone(), 3).by(order).skip(page * 3);
                found.extend(ids(&store.engine.find::<Document>(settings, query).await.unwrap()));
            }
            if reversed {
                found.reverse();
            }
            assert_eq!(found, TEXTS);
        }
        let none = store.engine.find::<Document>(settings, Query::new(texts, 0)).await;
        assert_eq!(none.unwrap().len(), 0);
    })
    .await;
}
