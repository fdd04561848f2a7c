//! The disk is full (contract §9): what cannot be written is refused, what is there can be read, and
//! with the space writing comes back by itself.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use crate::client::rest;
use crate::disk::Disk;
use crate::registry::{BOTH, Case, Kind, Scenario};
use crate::report::Outcome;
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![Scenario {
        name: "disk-full",
        about: "not one block left on the disk of the store, and space again",
        stores: BOTH,
        short: BOTH,
        run: |case| Box::pin(full(case)),
    }]
}

/// After there is space again.
const BACK: Duration = Duration::from_secs(5);
/// What is still free inside the store's own files is used up by then.
const FELT: Duration = Duration::from_secs(30);

async fn full(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    let disk = Disk::new(&plan.folder, case.kind)?;
    plan.root = Some(disk.path.clone());
    let mut run = plan.start().await?;
    run.calm().await;
    let begun = Instant::now();
    disk.fill();
    if timeout(FELT, refusals(&run)).await.is_err() {
        run.broken("a full disk was never felt");
    }
    run.figures.took("felt", begun.elapsed());
    run.lasts(case.pick(Duration::from_secs(2), Duration::from_secs(15))).await;
    reads(&mut run).await;
    if case.kind == Kind::Embedded {
        let failed = run.board.tally().failed;
        let odd = failed.keys().find(|code| !["UNAVAILABLE", "NOT_FOUND"].contains(&code.as_str()));
        // Whoever is not in the channel just then learns no more than that.
        if let Some(code) = odd {
            run.broken(format!("a send to a full disk was answered {code}"));
        }
    }
    disk.make_room();
    revive(&mut run);
    let room = Instant::now();
    run.writes_back(room, room, "writes back", BACK).await;
    run.calm().await;
    run.end().await
}

/// Until sends are refused.
async fn refusals(run: &Run) {
    let count = || run.board.tally().failed.values().sum::<u64>();
    let before = count();
    while count() == before {
        sleep(Duration::from_millis(50)).await;
    }
}

/// MongoDB 6 ends itself when its journal cannot be written; there is nothing left to read from then.
async fn reads(run: &mut Run) {
    if run.mongod.as_ref().is_some_and(|mongod| !mongod.runs()) {
        run.figures.add("mongod", "ended itself");
        return;
    }
    let path = format!("/api/messages/channel/{}?limit=50", run.place.channels[0]);
    let asked = rest(run.server.address, "GET", &path, &run.place.witness.token, Value::Null);
    match timeout(Duration::from_secs(10), asked).await {
        Ok(Some((200, page))) if page["data"]["messages"].as_array().is_some_and(|list| !list.is_empty()) => {
        }
        other => run.broken(format!("history cannot be read from a full disk: {other:?}")),
    }
}

/// What an init system does with a MongoDB that ended.
fn revive(run: &mut Run) {
    if let Some(mongod) = &mut run.mongod
        && !mongod.runs()
    {
        mongod.start_again();
    }
}
