//! Everybody comes back at once, and everybody missed a hundred events (contract D-30).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::client::{Heard, Wire};
use crate::place::{Person, asked, person};
use crate::registry::{BOTH, Case, EMBEDDED, Scenario};
use crate::report::Outcome;
use crate::run::Run;
use crate::shared::dice::Dice;

pub fn scenarios() -> Vec<Scenario> {
    vec![Scenario {
        name: "crowd",
        about: "a crowd that missed a hundred events each reconnects after a restart",
        stores: BOTH,
        short: EMBEDDED,
        run: |case| Box::pin(crowd(case)),
    }]
}

/// From the restart until the last one knows everything.
const CAUGHT_UP: Duration = Duration::from_secs(10);
const MISSED: u64 = 100;
const IN_A_CHANNEL: usize = 100;

/// A channel of the crowd's own, with those who are in it and where they stand.
struct Hall {
    channel: Value,
    epoch: Value,
    seq: u64,
    owner: Person,
    people: Vec<Person>,
}

async fn crowd(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    plan.clients = 4;
    plan.rate = 10;
    let mut run = plan.start().await?;
    let address = run.server.address;
    let mut halls = Vec::new();
    for n in 0..case.pick(300, 2_000) / IN_A_CHANNEL {
        halls.push(hall(address, n).await);
    }
    for hall in &mut halls {
        miss(address, hall).await;
    }
    run.server.kill_and_start().await;
    let before = run.server.processor();
    let mut times = Vec::new();
    for came in rush(address, halls, case.seed).await {
        match came {
            Ok(time) => times.push(time),
            Err(why) => run.broken(why),
        }
    }
    times.sort();
    run.figures.took("processor of the server", run.server.processor() - before);
    run.figures.add("clients", times.len());
    run.figures.took("half of them", times.get(times.len() / 2).copied().unwrap_or_default());
    let last = times.last().copied().unwrap_or_default();
    run.figures.took("all of them", last);
    if last > CAUGHT_UP {
        run.broken(format!("the last was caught up after {last:.1?}, the bound is {CAUGHT_UP:?}"));
    }
    run.end().await
}

async fn hall(address: SocketAddr, n: usize) -> Hall {
    let owner = person(address, &format!("owner-{n}")).await;
    let wanted = json!({ "name": format!("hall {n}") });
    let group = asked(address, "POST", "/api/groups", &owner.token, wanted).await;
    let group = group["id"].as_str().unwrap().to_owned();
    let wanted = json!({ "groupId": group, "name": "hall" });
    let channel = asked(address, "POST", "/api/channels", &owner.token, wanted).await["id"].clone();
    let join = |place: usize| {
        let path = format!("/api/groups/{group}/join");
        async move {
            let person = person(address, &format!("crowd-{n}-{place}")).await;
            asked(address, "POST", &path, &person.token, json!({})).await;
            person
        }
    };
    let people = stream::iter((0..IN_A_CHANNEL).map(join)).buffered(16).collect().await;
    Hall { channel, epoch: Value::Null, seq: 0, owner, people }
}

/// Everybody is told where the channel stands; a hundred messages later nobody has heard of any.
async fn miss(address: SocketAddr, hall: &mut Hall) {
    let mut wire = Wire::open(address, &json!({ "token": hall.owner.token })).await.unwrap();
    assert!(wire.is_connected().await);
    let number = wire.ask("join_channel", &json!({ "channelId": hall.channel })).await.unwrap();
    let joined = answers(&mut wire, number, 1).await.pop().unwrap();
    hall.epoch = joined["data"]["epoch"].clone();
    hall.seq = joined["data"]["head"].as_u64().unwrap();
    let mut first = None;
    for n in 0..MISSED {
        let post = json!({
            "channelId": hall.channel, "text": format!("message {n}"), "clientMsgId": format!("missed-message-{n:06}"),
        });
        let number = wire.ask("send_message", &post).await.unwrap();
        first.get_or_insert(number);
        // As many as may wait at once.
        if n % 32 == 31 || n + 1 == MISSED {
            let begun = first.take().unwrap();
            let answers = answers(&mut wire, begun, (number - begun + 1) as usize).await;
            answers.iter().for_each(|answer| assert_eq!(answer["ok"], json!(true), "{answer}"));
        }
    }
}

/// So many answers, to a question and those after it.
async fn answers(wire: &mut Wire, from: u64, many: usize) -> Vec<Value> {
    let mut heard = Vec::new();
    while heard.len() < many {
        match wire.hear().await.expect("the line holds") {
            Heard::Answer(number, answer) if number >= from => heard.push(answer),
            Heard::Ping => wire.pong().await.unwrap(),
            _ => {}
        }
    }
    heard
}

/// All at once.
async fn rush(address: SocketAddr, halls: Vec<Hall>, seed: u64) -> Vec<Result<Duration, String>> {
    let began = Instant::now();
    let mut coming = JoinSet::new();
    for (n, hall) in halls.into_iter().map(Arc::new).enumerate() {
        for place in 0..hall.people.len() {
            let dice = Dice::new(seed * 10_000 + (n * IN_A_CHANNEL + place) as u64);
            coming.spawn(come_back(address, hall.clone(), place, dice, began));
        }
    }
    coming.join_all().await
}

/// How long it took one of them, from the restart on, to know everything in its order.
async fn come_back(
    address: SocketAddr,
    hall: Arc<Hall>,
    place: usize,
    mut dice: Dice,
    began: Instant,
) -> Result<Duration, String> {
    let mut seq = hall.seq;
    let mut pause = 200;
    loop {
        match catch_up(address, &hall, place, &mut seq).await {
            Some(Ok(())) if seq >= hall.seq + MISSED => return Ok(began.elapsed()),
            Some(Ok(())) => {
                return Err(format!("was caught up at {seq}, {MISSED} after {} are there", hall.seq));
            }
            Some(Err(why)) => return Err(why),
            None if began.elapsed() > CAUGHT_UP * 6 => return Err("one never came in".into()),
            None => sleep(Duration::from_millis(dice.below(pause))).await,
        }
        pause = (pause * 2).min(2_000);
    }
}

/// None where the line breaks before all is known.
async fn catch_up(
    address: SocketAddr,
    hall: &Hall,
    place: usize,
    seq: &mut u64,
) -> Option<Result<(), String>> {
    let channel = hall.channel.as_str().unwrap();
    let at = |seq: u64| json!({ "channels": { channel: { "epoch": hall.epoch, "seq": seq } } });
    let auth = json!({ "token": hall.people[place].token, "resume": at(*seq) });
    let mut wire = Wire::open(address, &auth).await?;
    loop {
        let resumed = match wire.hear().await? {
            Heard::Event(name, told) if name == "resumed" => told,
            Heard::Answer(_, answer) if answer["ok"] == json!(true) => answer["data"].clone(),
            Heard::Ping => {
                wire.pong().await?;
                continue;
            }
            Heard::Refused(_) | Heard::Answer(..) => return None,
            _ => continue,
        };
        let caught = &resumed["channels"][channel];
        let changes = caught["changes"].as_array()?;
        for change in changes {
            let next = change["data"]["seq"].as_u64();
            if next != Some(*seq + 1) {
                return Some(Err(format!("{next:?} came after {seq}")));
            }
            *seq += 1;
        }
        if caught["more"] != json!(true) {
            return Some(Ok(()));
        }
        wire.ask("resume", &at(*seq)).await?;
    }
}
