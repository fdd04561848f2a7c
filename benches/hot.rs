//! The way of one message, step by step: `cargo bench --bench hot`.
//!
//! Reading it, deciding whether its sender may, keeping it, writing it as an event, and the whole way to
//! every socket of a room.

#![expect(clippy::unwrap_used, reason = "a measurement that fails has no result")]

#[path = "hot/company.rs"]
mod company;
#[expect(dead_code, reason = "the filled stores are for the other one")]
#[path = "rig/mod.rs"]
mod rig;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use futures_util::future::join_all;
use hubbub::event::Told;
use hubbub::model::Epoch;
use hubbub::policy::{Action, can};
use hubbub::service::messages::Send;
use serde_json::{Value, json};

use company::{COMPANY, Company};
use rig::wait;

fn main() {
    divan::main();
    rig::tidy();
}

/// Thirty-five words.
const TEXT: &str = "The kettle is on and the charts are on the table, so whoever comes down to the harbour this \
    evening should bring a torch, warm socks and, if there is any left, some of that bread.";

fn send(company: &Company) -> Send {
    let id = hubbub::clock::nonce();
    serde_json::from_value(json!({ "channelId": company.channel, "text": TEXT, "clientMsgId": id })).unwrap()
}

/// From the text of the frame to a checked draft, as the socket's door does it.
#[divan::bench]
fn parse_an_event(bencher: Bencher) {
    let payload = json!({
        "channelId": COMPANY.channel, "text": TEXT, "clientMsgId": hubbub::clock::nonce(),
    });
    let frame = json!(["send_message", payload]).to_string();
    bencher.bench(|| {
        let (name, payload) = serde_json::from_str::<(String, Value)>(black_box(&frame)).unwrap();
        (name, serde_path_to_error::deserialize::<_, Send>(payload).unwrap())
    });
}

/// Who the sender is and how they stand to the channel, with what is remembered of both.
#[divan::bench]
fn authorise_a_send(bencher: Bencher) {
    let Company { app, actor, authz_epoch, channel, .. } = &*COMPANY;
    let session = actor.session.clone().unwrap();
    bencher.bench(|| {
        wait(async {
            let actor = app.rights.actor(actor.id, &session, *authz_epoch).await.unwrap();
            let seat = app.rights.in_channel(&actor, *channel).await.unwrap();
            can(seat.standing, Action::Post, "channel").unwrap();
            seat
        })
    });
}

/// So many sends at once until all are on disk, on the embedded store.
#[divan::bench(args = [1, 64, 256])]
fn append_durably(bencher: Bencher, at_once: usize) {
    let company = &*COMPANY;
    let drafts = || (0..at_once).map(|_| send(company)).collect::<Vec<_>>();
    bencher.counter(ItemsCount::new(at_once)).with_inputs(drafts).bench_values(|drafts| {
        let posts = drafts.into_iter().map(|draft| company.app.messages.post(&company.actor, draft));
        wait(join_all(posts)).into_iter().for_each(|sent| drop(sent.unwrap()));
    });
}

/// From an entry of the log to the name and the JSON of its event; done once for all who hear it.
#[divan::bench]
fn encode_an_event(bencher: Bencher) {
    let company = &*COMPANY;
    let sent = wait(company.app.messages.post(&company.actor, send(company))).unwrap();
    let entry = wait(company.app.store.messages.get(sent.message.id)).unwrap().unwrap();
    let epoch = Epoch(sent.epoch.0);
    bencher.with_inputs(|| entry.clone()).bench_values(|entry| Told::of(entry, &epoch).unwrap());
}

/// The whole way: kept on disk, and read by so many sockets on loopback. Their reading is in it.
#[divan::bench(args = [1, 100, 1000], sample_count = 50)]
fn reach_every_socket(bencher: Bencher, sockets: usize) {
    let company = &*COMPANY;
    let mut audience = wait(company.audience(sockets));
    bencher.counter(ItemsCount::new(sockets)).with_inputs(|| send(company)).bench_local_values(|draft| {
        wait(async {
            company.app.messages.post(&company.actor, draft).await.unwrap();
            audience.heard().await;
        });
    });
    wait(audience.leave());
}
