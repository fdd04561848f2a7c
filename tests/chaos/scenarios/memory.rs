//! Little memory, and clients who ask for more than they read: the server stays below its ceiling,
//! and those who behave are served.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::ceiling::Ceiling;
use crate::client::Wire;
use crate::place::asked;
use crate::registry::{BOTH, Case, EMBEDDED, Scenario};
use crate::report::Outcome;
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![Scenario {
        name: "memory-ceiling",
        about: "floods of events and of big answers that nobody reads, under a ceiling of memory",
        stores: BOTH,
        short: EMBEDDED,
        run: |case| Box::pin(floods(case)),
    }]
}

/// Of the server with everything that a build for tests carries along.
const MEGABYTES: u64 = 160;
const FLOODS: usize = 16;

async fn floods(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    let ceiling = Ceiling::new(MEGABYTES)?;
    plan.around = ceiling.around();
    let mut run = plan.start().await?;
    let pid = run.server.pid();
    run.calm().await;
    let before = resident(pid, "VmRSS:");
    let until = Instant::now() + case.pick(Duration::from_secs(8), Duration::from_secs(40));
    let channel = basin(&run).await;
    let mut flooding = JoinSet::new();
    for n in 0..FLOODS {
        let person = &run.place.people[n % (run.place.people.len() - 1)];
        flooding.spawn(flood(run.server.address, person.token.clone(), channel.clone(), n, until));
    }
    let said: u64 = flooding.join_all().await.into_iter().sum();
    run.figures.add("flood events", said);
    run.figures.add("MiB before", before);
    run.figures.add("MiB at most", resident(pid, "VmHWM:"));
    if ceiling.kills() > 0 {
        run.broken(format!("the server was killed for its memory, below {MEGABYTES} MiB it cannot stay"));
    }
    if said < 1_000 {
        run.broken(format!("{said} events are no flood"));
    }
    let over = Instant::now();
    run.writes_back(over, over, "writes after it", Duration::from_secs(10)).await;
    run.end().await
}

/// Where the flood goes: a channel that the run does not judge, because nobody keeps a journal of it.
async fn basin(run: &Run) -> Value {
    let wanted = json!({ "groupId": run.place.group, "name": "basin" });
    asked(run.server.address, "POST", "/api/channels", &run.place.witness.token, wanted).await["id"].clone()
}

/// Long messages, and again and again a page of them, and not one answer is read.
async fn flood(
    address: std::net::SocketAddr,
    token: String,
    channel: Value,
    number: usize,
    until: Instant,
) -> u64 {
    let text = "€".repeat(4_000);
    let mut said = 0;
    while Instant::now() < until {
        let Some(mut wire) = Wire::open(address, &json!({ "token": token })).await else { continue };
        if !wire.is_connected().await {
            continue;
        }
        loop {
            said += 1;
            let id = format!("flood-{number:04}-{said:010}");
            let post = json!({ "channelId": channel, "text": text, "clientMsgId": id });
            let asked = async {
                wire.ask("send_message", &post).await?;
                wire.ask("join_channel", &json!({ "channelId": channel })).await
            };
            // A line that takes nothing more is given up when the server ends it, or in the end.
            tokio::select! {
                asked = asked => if asked.is_none() { break },
                () = sleep_until(until) => return said,
            }
        }
    }
    said
}

/// In MiB.
pub fn resident(pid: u32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes >> 10)
}
