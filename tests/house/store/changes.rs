//! Change × awkward value: both engines change a document alike, or refuse alike.

use hubbub::store::{Change, Document, Filter};
use serde_json::{Value, json};

use super::{collection, document, text};
use crate::stores::on_every_store;

/// A change of `v`, what `v` was, and what it is then; the last is missing where it is refused.
fn changes() -> Vec<(Change, Option<Value>, Option<Option<Value>>)> {
    use Change::*;
    let to = |value: Value| Some(Some(value));
    let v = "v";
    vec![
        (Set(v, json!("b")), None, to(json!("b"))),
        (Set(v, json!(null)), Some(json!(1)), to(json!(null))),
        (Set(v, json!({"$set": "$v"})), Some(json!(1)), to(json!({"$set": "$v"}))),
        (Set(v, json!(["a.b", "$c"])), Some(json!(1)), to(json!(["a.b", "$c"]))),
        (Unset(v), Some(json!([1])), Some(None)),
        (Unset(v), None, Some(None)),
        (Add(v, 2), None, to(json!(2))),
        (Add(v, -2), Some(json!(1)), to(json!(-1))),
        (Add(v, 1), Some(json!(9_007_199_254_740_992_i64)), to(json!(9_007_199_254_740_993_i64))),
        (Add(v, 1), Some(json!(i64::MAX)), None),
        (Add(v, 1), Some(json!(null)), None),
        (Add(v, 1), Some(json!("1")), None),
        (Raise(v, 5), None, to(json!(5))),
        (Raise(v, 5), Some(json!(null)), to(json!(5))),
        (Raise(v, 5), Some(json!(4)), to(json!(5))),
        (Raise(v, 5), Some(json!(6)), to(json!(6))),
        (Raise(v, 5), Some(json!("4")), to(json!("4"))),
        (Raise(v, 5), Some(json!(false)), to(json!(false))),
        (Raise(v, 5), Some(json!([1])), to(json!([1]))),
        (Include(v, json!("a")), None, to(json!(["a"]))),
        (Include(v, json!("a")), Some(json!(["b"])), to(json!(["b", "a"]))),
        (Include(v, json!("a")), Some(json!(["a"])), to(json!(["a"]))),
        (Include(v, json!(1)), Some(json!(["1", true])), to(json!(["1", true, 1]))),
        (Include(v, json!(["a"])), Some(json!(["a"])), to(json!(["a", ["a"]]))),
        (
            Include(v, json!({"a": 1})),
            Some(json!([{"a": 1, "b": 2}])),
            to(json!([{"a": 1, "b": 2}, {"a": 1}])),
        ),
        (Include(v, json!("a")), Some(json!(null)), None),
        (Include(v, json!("a")), Some(json!("a")), None),
        (Exclude(v, json!("a")), None, Some(None)),
        (Exclude(v, json!("a")), Some(json!(["a", "b", "a"])), to(json!(["b"]))),
        (Exclude(v, json!(1)), Some(json!(["1", true, 1, null])), to(json!(["1", true, null]))),
        (Exclude(v, json!("a")), Some(json!([["a"], "a"])), to(json!([["a"]]))),
        (
            Exclude(v, json!({"a": 1})),
            Some(json!([{"a": 1, "b": 2}, {"a": 1}])),
            to(json!([{"a": 1, "b": 2}])),
        ),
        (Exclude(v, json!("a")), Some(json!(null)), None),
    ]
}

#[tokio::test]
async fn every_change_comes_to_the_same_on_every_store() {
    on_every_store(async |store| {
        let settings = collection("settings");
        for (change, before, after) in changes() {
            let with = |value: &Option<Value>| {
                let mut one = document(json!({"_id": "one"}));
                one.extend(value.clone().map(|value| ("v".to_owned(), value)));
                one
            };
            let one = Filter::Is("_id", text("one"));
            store.engine.delete(settings, one.clone()).await.unwrap();
            store.engine.insert(settings, vec![with(&before)]).await.unwrap();
            let changed = store.engine.update(settings, one, vec![change.clone()]).await;
            let kept = store.engine.get::<Document>(settings, "one").await.unwrap().unwrap();
            match after {
                Some(after) => {
                    assert_eq!(changed.unwrap().as_ref(), Some(&kept), "{change:?} of {before:?}");
                    assert_eq!(kept, with(&after), "{change:?} of {before:?}");
                }
                None => {
                    assert!(changed.is_err(), "{change:?} of {before:?}");
                    assert_eq!(kept, with(&before), "{change:?} of {before:?}");
                }
            }
        }
    })
    .await;
}
