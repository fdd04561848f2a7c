//! Crash runs: a real server is killed again and again under clients that keep the client's part of
//! the contract, on both stores, and MongoDB is killed as well. The checker judges what is left.
//!
//! `HUBBUB_CHAOS_CLIENTS`, `HUBBUB_CHAOS_KILLS` and `HUBBUB_SEED` set the size; `HUBBUB_BIN` names
//! another server than the one just built, `HUBBUB_MONGOD` the mongod.

mod hearing;
mod machines;
mod talker;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use hubbub::clock::Clock;
use hubbub::event::MessageView;
use hubbub::log::Address;
use hubbub::model::{Epoch, Id, Log, User};
use hubbub::store::{Opening, Store};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::checker::{self, Dump, Journal, Kept, Run};
use crate::client::rest;
use crate::log_rig::{Dice, entries, size};
use machines::{Mongod, Server};
use talker::{Phase, Talker};

const CHANNELS: usize = 4;
/// Longer than any send may take, with the way back after the last crash.
const PATIENCE: Duration = Duration::from_secs(60);

struct Person {
    id: Id<User>,
    token: String,
}

struct Place {
    group: String,
    people: Vec<Person>,
    channels: Vec<Address>,
}

async fn asked(port: u16, method: &str, path: &str, token: &str, body: Value) -> Value {
    let (status, body) = rest(port, method, path, token, body).await.expect("the server answers");
    assert!(status < 300, "{method} {path}: {status} {body}");
    body["data"].clone()
}

async fn person(port: u16, name: &str) -> Person {
    let account = json!({
        "username": name, "email": format!("{name}@example.org"), "password": "correct horse battery",
    });
    let signed = asked(port, "POST", "/api/auth/register", "", account).await;
    Person {
        id: signed["user"]["id"].as_str().unwrap().parse().unwrap(),
        token: signed["accessToken"].as_str().unwrap().to_owned(),
    }
}

/// The first one makes the group and its channels; the others join it.
async fn settle(port: u16, clients: u64) -> Place {
    let first = person(port, "person-0").await;
    let group = asked(port, "POST", "/api/groups", &first.token, json!({ "name": "crashes" })).await;
    let group = group.get("group").unwrap_or(&group)["id"].as_str().unwrap().to_owned();
    let mut channels = Vec::new();
    for n in 0..CHANNELS {
        let wanted = json!({ "groupId": group, "name": format!("channel {n}") });
        let made = asked(port, "POST", "/api/channels", &first.token, wanted).await;
        let made = made.get("channel").unwrap_or(&made);
        channels.push(Address {
            log: made["id"].as_str().unwrap().parse().unwrap(),
            epoch: Epoch(String::new()),
        });
    }
    let mut people = vec![first];
    for n in 1..clients {
        let person = person(port, &format!("person-{n}")).await;
        asked(port, "POST", &format!("/api/groups/{group}/join"), &person.token, json!({})).await;
        people.push(person);
    }
    Place { group, people, channels }
}

/// Somebody leaves and comes again, all the time, and is there in the end.
async fn visits(port: u16, group: String, token: String, phase: watch::Receiver<Phase>) {
    let mut inside = true;
    while !inside || *phase.borrow() == Phase::Talk {
        let path = format!("/api/groups/{group}/{}", if inside { "leave" } else { "join" });
        let answer = rest(port, "POST", &path, &token, json!({})).await;
        match answer {
            Some((200..300, _)) => inside = !inside,
            // It was so already: an earlier try was heard, and its answer lost.
            Some((403 | 404, _)) if inside => inside = false,
            _ => sleep(Duration::from_millis(50)).await,
        }
        sleep(Duration::from_millis(150)).await;
    }
}

/// History as a reader sees it, page by page.
async fn history(port: u16, token: &str, channel: Id<Log>) -> Vec<MessageView> {
    let (mut whole, mut after) = (Vec::<MessageView>::new(), 0);
    loop {
        let path = format!("/api/messages/channel/{channel}?after={after}&limit=100");
        let page = asked(port, "GET", &path, token, Value::Null).await;
        let messages: Vec<MessageView> = serde_json::from_value(page["messages"].clone()).unwrap();
        after = messages.last().map_or(after, |message| message.seq);
        whole.extend(messages);
        if page["hasMoreAfter"] != json!(true) {
            return whole;
        }
    }
}

/// What is done to the machines, and what store they use.
struct Crashes {
    opening: Opening,
    server: Server,
    mongod: Option<Mongod>,
}

impl Crashes {
    async fn run(mut self) {
        let seed = size("HUBBUB_SEED", u64::from(std::process::id()));
        let clients = size("HUBBUB_CHAOS_CLIENTS", 40);
        println!("HUBBUB_SEED={seed} HUBBUB_CHAOS_CLIENTS={clients}");
        let mut dice = Dice::new(seed);
        let place = settle(self.server.port, clients).await;
        let (phases, phase) = watch::channel(Phase::Talk);
        let (drained, mut drains) = mpsc::channel(clients as usize);
        let ticks = Arc::new(AtomicU64::new(0));
        let mut talking = JoinSet::new();
        for (n, person) in place.people.iter().enumerate() {
            let logs = (0..2).map(|step| place.channels[(n + step) % CHANNELS].log).collect();
            let dice = Dice::new(seed * 10_000 + n as u64);
            let (token, guest) = (person.token.clone(), n + 1 == place.people.len());
            let talker = Talker::new(person.id, token, self.server.port, logs, dice, ticks.clone(), guest);
            talking.spawn(talker.talk(phase.clone(), drained.clone()));
        }
        let guest = place.people[place.people.len() - 1].token.clone();
        let visits = visits(self.server.port, place.group.clone(), guest, phase.clone());
        let visiting = tokio::spawn(visits);
        self.crash(&mut dice).await;
        phases.send(Phase::Drain).unwrap();
        timeout(PATIENCE, visiting).await.expect("the guest comes back").unwrap();
        for n in 0..clients {
            let done = timeout(PATIENCE, drains.recv()).await;
            done.unwrap_or_else(|_| {
                panic!("only {n} of {clients} were answered in the end: {}", self.server.said())
            });
        }
        phases.send(Phase::Settle).unwrap();
        let journals = timeout(PATIENCE, talking.join_all()).await.expect("all catch up in the end");
        self.judge(&place, journals).await;
    }

    async fn crash(&mut self, dice: &mut Dice) {
        let kills = size("HUBBUB_CHAOS_KILLS", 4);
        for n in 0..kills {
            // Not to wait for anything: this is how long the clients talk undisturbed.
            sleep(Duration::from_millis(500 + dice.below(1_500))).await;
            match &mut self.mongod {
                Some(mongod) if n % 2 == 1 => mongod.kill_and_start(),
                _ => self.server.kill_and_start().await,
            }
        }
        sleep(Duration::from_millis(500 + dice.below(1_500))).await;
    }

    async fn judge(mut self, place: &Place, journals: Vec<Journal>) {
        let mut shown = BTreeMap::new();
        for channel in &place.channels {
            shown.insert(channel.log, history(self.server.port, &place.people[0].token, channel.log).await);
        }
        self.server.stop().await;
        let store = Store::open(&self.opening).await.unwrap();
        let mut logs = BTreeMap::new();
        for channel in &place.channels {
            let kept = store.channels.get(channel.log).await.unwrap().unwrap();
            let readers = BTreeSet::from([place.people[0].id]);
            let entries = entries(&store, channel.log).await;
            let history = shown.remove(&channel.log);
            logs.insert(channel.log, Kept { epoch: kept.epoch, entries, readers, history });
        }
        store.close().await;
        let run = Run { journals, dump: Dump { logs } };
        let kept: usize = run.dump.logs.values().map(|kept| kept.entries.len()).sum();
        println!("{kept} entries are kept");
        assert!(kept > place.people.len() * CHANNELS, "nobody said anything");
        checker::check(&run).unwrap_or_else(|violation| panic!("{violation}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_crash_of_the_server_loses_or_doubles_anything() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), None).await;
    let opening = Opening::embedded(data.path().join("hubbub"), Clock::system());
    Crashes { opening, server, mongod: None }.run().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_crash_of_the_server_or_of_mongodb_loses_or_doubles_anything() {
    let data = tempfile::tempdir().unwrap();
    let Some(mongod) = Mongod::start(data.path()) else { return };
    let server = Server::start(data.path(), Some(&mongod.uri)).await;
    let opening = Opening::mongo(mongod.uri.clone(), Clock::system());
    Crashes { opening, server, mongod: Some(mongod) }.run().await;
}
