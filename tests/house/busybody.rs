//! Somebody who did all there is to do, and what any collection knows of them.

use std::time::Duration;

use http::Method;
use hubbub::model::{Export, ExportState, Planned, Quiet, Reminder, Scheduled};
use hubbub::store::{COLLECTIONS, Change, Collection, Document, Filter, Literal, Order, Query};
use serde_json::{Value, json};

use crate::company::from;
use crate::rest::{House, Person};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Somebody who did all there is to do, with words in it that are theirs alone.
pub async fn busybody(house: &House, name: &str, ann: &Person) -> Person {
    let bob = house.person(name).await;
    let of = async |method: Method, path: &str, body: Value, by: &Person| {
        let answer = house.ask(method, path).json(&body).by(by).answer().await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        answer.body["data"].clone()
    };
    let (post, put) = (Method::POST, Method::PUT);
    let about = json!({"displayName": format!("Sir {name}"), "bio": format!("{name} keeps birds")});
    of(put.clone(), "/api/users/me", about, &bob).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let theirs =
        text(&of(post.clone(), "/api/groups", json!({"name": format!("Birds {}", bob.id)}), ann).await["id"]);
    let group =
        text(&of(post.clone(), "/api/groups", json!({"name": format!("Own {}", bob.id)}), &bob).await["id"]);
    let secluded = json!({"name": format!("Secluded {}", bob.id), "isPrivate": true});
    let secluded = text(&of(post.clone(), "/api/groups", secluded, ann).await["id"]);
    of(post.clone(), &format!("/api/groups/{theirs}/join"), json!({}), &bob).await;
    // Ann is told that he let her in, and what he wrote to be let in elsewhere.
    of(post.clone(), &format!("/api/groups/{group}/members"), json!({"userId": ann.id}), &bob).await;
    let wish =
        json!({"groupId": secluded, "requestType": "request_invite", "message": format!("I am {name}")});
    of(post.clone(), "/api/group-requests", wish, &bob).await;
    let channels = of(Method::GET, &format!("/api/channels/group/{theirs}"), Value::Null, &bob).await;
    let general = channels["channels"][0]["id"].clone();
    let dm = of(post.clone(), "/api/dms", json!({"userIds": [ann.id]}), &bob).await["channel"]["id"].clone();
    let said = of(post.clone(), "/api/messages", json!({"channelId": dm, "text": "good day"}), &bob).await;
    let said = text(&said["message"]["id"]);
    let to = json!({"channelId": general, "text": "look"});
    of(post.clone(), &format!("/api/messages/{said}/forward"), to, ann).await;
    let on = |path: &str| format!("/api/messages/{said}/{path}");
    of(put.clone(), &format!("/api/messages/{said}"), json!({"text": "a good day"}), &bob).await;
    of(post.clone(), &on("reactions"), json!({"reaction": "👍"}), &bob).await;
    of(post.clone(), &on("pin"), json!({}), &bob).await;
    of(post.clone(), &on("report"), json!({"reason": "spam", "text": format!("says {name}")}), ann).await;
    of(post.clone(), "/api/reports", json!({"userId": ann.id, "reason": "spam", "text": name}), &bob).await;
    of(post.clone(), &format!("/api/messages/threads/{said}/follow"), json!({}), &bob).await;
    of(put.clone(), &format!("/api/client/bookmarks/{said}"), json!({"note": name}), &bob).await;
    of(put.clone(), &format!("/api/drafts/{}", text(&dm)), json!({"text": name}), &bob).await;
    let level = json!({"level": "all"});
    of(put.clone(), &format!("/api/client/settings/channels/{}", text(&dm)), level, &bob).await;
    let hers = of(post.clone(), "/api/messages", json!({"channelId": general, "text": "hers"}), ann).await;
    let seq = json!({"channelId": general, "seq": hers["message"]["seq"]});
    of(post.clone(), "/api/messages/mark-read", seq, &bob).await;
    let emoji = json!({"name": "wave", "url": "https://pictures.example/wave.png"});
    of(post.clone(), &format!("/api/groups/{group}/emoji"), emoji, &bob).await;
    let ban = json!({"userId": bob.id, "reason": "noise"});
    of(post.clone(), &format!("/api/channels/{}/bans", text(&general)), ban, ann).await;
    let passer = house.person(&format!("passer-{}", bob.id.to_string().split_off(16))).await;
    of(post.clone(), &format!("/api/users/{}/block", passer.id), json!({}), &bob).await;
    of(post, &format!("/api/users/{}/block", bob.id), json!({}), &passer).await;
    by_hand(house, &bob, name, dm).await;
    bob
}

/// What no route makes.
async fn by_hand(house: &House, bob: &Person, name: &str, channel: Value) {
    let (store, now) = (&house.app.store, house.clock.now());
    let quiet: Quiet = from(json!({"from": 0, "to": 60, "offsetMinutes": 0}));
    store.preferences.choose(bob.id, vec![Change::set("quiet", quiet)]).await.unwrap();
    let planned: Planned = from(json!({"channelId": channel, "dueAt": now.plus(60 * DAY), "text": name}));
    let scheduled = Scheduled {
        id: house.clock.id(),
        user_id: bob.id,
        due_at: planned.due_at,
        moment: Some(planned.due_at),
        planned,
        refused: None,
        created_at: now,
    };
    store.scheduled.insert(&scheduled).await.unwrap();
    let later = now.plus(60 * DAY);
    let reminder = Reminder {
        id: house.clock.id(),
        user_id: bob.id,
        message_id: None,
        channel_id: None,
        text: Some(name.parse().unwrap()),
        due_at: later,
        done: false,
        moment: later,
        created_at: now,
    };
    store.reminders.insert(&reminder).await.unwrap();
    store.seen.note(bob.id, now).await.unwrap();
    let export = Export {
        id: hubbub::clock::nonce(),
        user_id: bob.id,
        state: ExportState::Ready,
        done: 1,
        total: 1,
        created_at: now,
        moment: now.plus(60 * DAY),
        bytes: Some(1),
    };
    store.exports.insert(&export).await.unwrap();
}

/// Of every collection the documents that hold these words.
pub async fn held(house: &House, words: &str) -> Vec<String> {
    let mut held = Vec::new();
    for collection in COLLECTIONS {
        for document in whole(house, collection).await {
            let text = Value::Object(document).to_string();
            if text.to_lowercase().contains(&words.to_lowercase()) {
                held.push(format!("{}: {text}", collection.name));
            }
        }
    }
    held
}

pub async fn whole(house: &House, collection: &'static Collection) -> Vec<Document> {
    let every = Filter::Above("_id", Literal::Text(String::new()));
    let query = Query::new(every, 10_000).by(Order::Up("_id"));
    house.app.store.engine.find(collection, query).await.unwrap()
}
