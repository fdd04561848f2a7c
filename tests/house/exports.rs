//! All that somebody has here, as one archive: what is in it, who gets it, and that it comes to its end.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use http::Method;
use hubbub::config::Config;
use hubbub::model::{AccountEvent, Id, User, What};
use serde_json::{Value, json};

use crate::rest::{House, Person, config};
use crate::stores::on_every_store;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A story in a house with a folder of its own.
async fn in_a_house(story: impl AsyncFn(&House, &Path)) {
    on_every_store(async |store| {
        let folder = tempfile::tempdir().unwrap();
        let house = House::new(store, &kept_in(folder.path()));
        // On the heap: unoptimised, a long story is larger than the stack of a test.
        Box::pin(story(&house, folder.path())).await;
        for asked in house.app.store.engine.recorded() {
            let plan = house.app.store.engine.explain(asked.collection, asked.query.clone()).await.unwrap();
            let bounded = !plan.scans || !asked.collection.grows;
            assert!(bounded && !plan.sorts, "{}: {asked:?}\n{}", asked.collection.name, plan.text);
        }
    })
    .await;
}

fn kept_in(folder: &Path) -> Config {
    let mut config = config();
    config.store.data_dir = folder.to_owned();
    config
}

async fn begun(house: &House, by: &Person) -> Value {
    house.post("/api/client/export", &json!({})).by(by).sent(202).await.body["data"].clone()
}

async fn listed(house: &House, by: &Person) -> Vec<Value> {
    let list = house.get("/api/client/export").by(by).sent(200).await;
    list.body["data"]["exports"].as_array().unwrap().clone()
}

/// The files of the archive that a route answers, each line of them read.
async fn unpacked(house: &House, by: &Person, id: &str) -> (BTreeMap<String, Vec<Value>>, String) {
    let answer = house.get(&format!("/api/client/export/{id}")).by(by).sent(200).await;
    assert_eq!(answer.header("content-type"), "application/x-tar");
    assert_eq!(answer.header("content-length"), answer.text.len().to_string());
    let (mut files, mut readme) = (BTreeMap::new(), String::new());
    for entry in tar::Archive::new(answer.text.as_bytes()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let (name, mut text) = (entry.path().unwrap().display().to_string(), String::new());
        assert_eq!(entry.header().mode().unwrap(), 0o600);
        entry.read_to_string(&mut text).unwrap();
        match name == "README.txt" {
            true => readme = text,
            false => {
                let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                files.insert(name, lines);
            }
        }
    }
    (files, readme)
}

async fn done(house: &House, method: Method, path: &str, body: Value, by: &Person) -> Value {
    let answer = house.ask(method, path).json(&body).by(by).answer().await;
    assert!(answer.status < 300, "{path}: {}", answer.text);
    answer.body["data"].clone()
}

/// What bob did, and what is to be in his archive of it.
async fn busy(house: &House, bob: &Person, ann: &Person) -> BTreeMap<&'static str, Vec<Value>> {
    let (post, put) = (Method::POST, Method::PUT);
    let of =
        async |method: &Method, path: &str, body: Value| done(house, method.clone(), path, body, bob).await;
    of(&put, "/api/users/me", json!({"bio": "keeps birds"})).await;
    let group = of(&post, "/api/groups", json!({"name": "Birds"})).await["id"].clone();
    let path = format!("/api/channels/group/{}", group.as_str().unwrap());
    let general = of(&Method::GET, &path, Value::Null).await["channels"][0]["id"].clone();
    let dm = of(&post, "/api/dms", json!({"userIds": [ann.id]})).await["channel"]["id"].clone();
    let mut messages = Vec::new();
    // More than are read at once.
    for number in 0..205 {
        let body = json!({"channelId": if number % 2 == 0 { &general } else { &dm }, "text": format!("bob {number}")});
        messages.push(of(&post, "/api/messages", body).await["message"].clone());
    }
    let first = messages[0]["id"].as_str().unwrap().to_owned();
    of(&put, &format!("/api/messages/{first}"), json!({"text": "bob edited"})).await;
    of(&post, &format!("/api/messages/{first}/reactions"), json!({"reaction": "👍"})).await;
    of(&put, &format!("/api/client/bookmarks/{first}"), json!({"note": "my first"})).await;
    of(&put, &format!("/api/drafts/{}", dm.as_str().unwrap()), json!({"text": "half a"})).await;
    of(&post, &format!("/api/users/{}/block", house.person("eve").await.id), json!({})).await;
    let poll = json!({"channelId": dm, "text": "tea?", "poll": {"options": ["yes", "no"]}});
    let poll = of(&post, "/api/messages", poll).await["message"]["id"].clone();
    let vote = format!("/api/messages/{}/votes", poll.as_str().unwrap());
    done(house, post.clone(), &vote, json!({"options": [1]}), ann).await;
    of(&post, &vote, json!({"options": [0]})).await;
    let hers =
        done(house, post.clone(), "/api/messages", json!({"channelId": dm, "text": "hers"}), ann).await;
    let to = json!({"channelId": general});
    of(&post, &format!("/api/messages/{}/forward", hers["message"]["id"].as_str().unwrap()), to).await;
    BTreeMap::from([
        ("messages", messages),
        ("edits.jsonl", vec![json!({"messageId": first, "before": "bob 0", "text": "bob edited"})]),
        ("reactions.jsonl", vec![json!({"messageId": first, "reaction": "👍", "removed": false})]),
        ("votes.jsonl", vec![json!({"messageId": poll, "options": [0]})]),
        ("bookmarks.jsonl", vec![json!({"messageId": first, "note": "my first"})]),
        ("drafts.jsonl", vec![json!({"channelId": dm, "text": "half a"})]),
        ("groups.jsonl", vec![json!({"place": group, "role": "admin"})]),
        ("direct-channels.jsonl", vec![json!({"place": dm})]),
        (
            "account.jsonl",
            vec![json!({"id": bob.id, "username": "bob", "email": "bob@example.org", "bio": "keeps birds"})],
        ),
        ("sessions.jsonl", vec![json!({"device": "unknown", "address": "192.0.2.1"})]),
    ])
}

#[tokio::test]
async fn an_archive_holds_what_is_its_owners_and_nothing_else() {
    in_a_house(async |house, folder| {
        let (bob, ann) = (house.person("bob").await, house.person("ann").await);
        let expected = Box::pin(busy(house, &bob, &ann)).await;
        let id = begun(house, &bob).await["id"].as_str().unwrap().to_owned();
        house.app.exports.sweep().await.unwrap();
        let (files, readme) = unpacked(house, &bob, &id).await;
        for (name, lines) in &expected {
            let Some(found) = files.get(*name) else { continue };
            assert_eq!(found.len(), lines.len(), "{name}: {found:?}");
            for (wanted, found) in lines.iter().zip(found) {
                for (field, value) in wanted.as_object().unwrap() {
                    assert_eq!(&found[field], value, "{name}");
                }
            }
        }
        // The poll and what was passed on come beside what he said.
        let said = &files["messages.jsonl"];
        assert_eq!(said.len(), expected["messages"].len() + 2);
        let texts: Vec<&Value> = said.iter().map(|line| &line["text"]).collect();
        for (number, message) in expected["messages"].iter().enumerate().skip(1) {
            let line = said.iter().find(|line| line["id"] == message["id"]).unwrap();
            assert_eq!((&line["text"], &line["seq"]), (&message["text"], &message["seq"]), "{number}");
        }
        assert!(texts.contains(&&json!("bob edited")));
        let asked = said.iter().find(|line| line["text"] == "tea?").unwrap();
        assert!(asked["poll"]["votes"].is_null() && asked["poll"]["options"][0] == "yes", "{asked}");
        let whole = serde_json::to_string(&files).unwrap();
        assert!(!whole.contains("hers") && !whole.contains("ann@"), "{whole}");
        for (name, lines) in &files {
            let about = readme.lines().any(|line| line.starts_with(&format!("{name}: ")));
            assert!(about, "{name} is not explained");
            let fields = lines.iter().flat_map(|line| line.as_object().unwrap().keys());
            fields.for_each(|field| assert!(readme.contains(field), "{name}: {field}"));
        }
        let file = folder.join(format!("exports/{id}.tar"));
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        let folder = std::fs::metadata(folder.join("exports")).unwrap();
        assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    })
    .await;
}

#[tokio::test]
async fn it_is_nobody_elses_and_waits_for_a_week_s48() {
    in_a_house(async |house, folder| {
        let (bob, root) = (house.person("bob").await, house.root("root").await);
        let export = begun(house, &bob).await;
        assert_eq!((&export["state"], &export["progress"]), (&json!("running"), &json!(0)));
        // While one is made it is the one.
        assert_eq!(begun(house, &bob).await["id"], export["id"]);
        let path = format!("/api/client/export/{}", export["id"].as_str().unwrap());
        house.get(&path).by(&bob).sent(404).await;
        house.app.exports.sweep().await.unwrap();
        house.get(&path).by(&root).sent(404).await;
        house.get(&path).sent(401).await;
        assert!(listed(house, &root).await.is_empty());
        let ready = listed(house, &bob).await.remove(0);
        assert_eq!((&ready["state"], &ready["progress"]), (&json!("ready"), &json!(100)));
        assert_eq!(ready["expiresAt"], json!(house.clock.now().plus(7 * DAY)));
        house.clock.advance(7 * DAY);
        let bob = house.sign_in("bob").await;
        house.get(&path).by(&bob).sent(404).await;
        house.app.exports.sweep().await.unwrap();
        assert!(listed(house, &bob).await.is_empty());
        assert_eq!(std::fs::read_dir(folder.join("exports")).unwrap().count(), 0);
        // Another takes the place of the one before.
        let first = begun(house, &bob).await["id"].clone();
        house.app.exports.sweep().await.unwrap();
        let second = begun(house, &bob).await["id"].clone();
        house.app.exports.sweep().await.unwrap();
        let ids: Vec<Value> = listed(house, &bob).await.iter().map(|one| one["id"].clone()).collect();
        assert_eq!((ids, first == second), (vec![second], false));
    })
    .await;
}

#[tokio::test]
async fn what_a_process_left_half_made_is_made_by_the_next_and_told() {
    in_a_house(async |house, folder| {
        let bob = house.person("bob").await;
        let id = begun(house, &bob).await["id"].as_str().unwrap().to_owned();
        // A process took it up, wrote a part of it, and died.
        let exports = &house.app.store.exports;
        let taken = exports.get(&id).await.unwrap().unwrap();
        let until = house.clock.now().plus(Duration::from_secs(30));
        let held = exports.claim(&taken, until).await.unwrap().unwrap();
        std::fs::create_dir_all(folder.join("exports")).unwrap();
        std::fs::write(folder.join(format!("exports/{id}.part")), "half of it").unwrap();
        house.app.exports.sweep().await.unwrap();
        assert_eq!(listed(house, &bob).await[0]["state"], "running");
        house.clock.advance(Duration::from_secs(31));
        house.app.exports.sweep().await.unwrap();
        let (files, _) = unpacked(house, &bob, &id).await;
        assert_eq!(files["account.jsonl"][0]["username"], "bob");
        assert!(!folder.join(format!("exports/{id}.part")).exists());
        // Whoever comes back from the dead has nothing to say any more.
        assert!(exports.ready(&held, 1, house.clock.now()).await.unwrap().is_none());
        assert_eq!(told(house, bob.id).await, ["running", "ready"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_erased_leaves_no_archive() {
    in_a_house(async |house, folder| {
        let bob = house.person("bob").await;
        begun(house, &bob).await;
        house.app.exports.sweep().await.unwrap();
        let body = json!({"password": crate::rest::PASSWORD});
        house.ask(Method::DELETE, "/api/client/account").json(&body).by(&bob).sent(200).await;
        house.clock.advance(Duration::from_secs(1));
        let user = house.app.store.users.get(bob.id).await.unwrap().unwrap();
        assert!(house.app.erasure.begin(&user).await.unwrap());
        house.app.erasure.take(hubbub::service::erasure::Step::Own, bob.id).await.unwrap();
        assert_eq!(std::fs::read_dir(folder.join("exports")).unwrap().count(), 0);
        assert!(house.app.store.exports.of(bob.id, 10).await.unwrap().is_empty());
    })
    .await;
}

/// What somebody was told of their archives.
async fn told(house: &House, user: Id<User>) -> Vec<String> {
    let entries = house.app.store.messages.after(user.into(), 0, 100).await.unwrap();
    let states = entries.iter().filter_map(|entry| match &entry.what {
        What::Account { event: AccountEvent::ExportUpdated, about } => about["state"].as_str(),
        _ => None,
    });
    states.map(str::to_owned).collect()
}
