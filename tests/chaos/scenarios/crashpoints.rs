//! The server dies, or panics, exactly where it hurts most. This needs a server that was built with
//! `--features failpoints`: `HUBBUB_FAILPOINTS_BIN` names it.

use std::path::PathBuf;
use std::time::Duration;

use hubbub::failpoint::Point;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::client::rest;
use crate::registry::{BOTH, Case, EMBEDDED, Scenario};
use crate::report::{Outcome, Trouble, missing};
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "crash-points",
            about: "death before and after store write, ack, broadcast, room leave and telling of a change",
            stores: BOTH,
            short: EMBEDDED,
            run: |case| Box::pin(deaths(case)),
        },
        Scenario {
            name: "panics",
            about: "panics in requests, events, the log's desks and every task that never ends",
            stores: BOTH,
            short: EMBEDDED,
            run: |case| Box::pin(panics(case)),
        },
    ]
}

/// The points to die at, and how often each is passed at least before that: more often than a start
/// passes them by itself, for what the last crash left.
const DEADLY: &[(Point, u64)] = &[
    (Point::BeforeStoreWrite, 30),
    (Point::AfterStoreWrite, 30),
    (Point::BeforeAck, 60),
    (Point::AfterAck, 60),
    (Point::BeforeBroadcast, 20),
    (Point::AfterBroadcast, 20),
    (Point::BeforeLeave, 2),
    (Point::AfterLeave, 2),
    (Point::BeforeTelling, 4),
    (Point::AfterTelling, 4),
];

/// The points to panic at, every how many times, and how often.
const PANICS: &[(Point, u64, u64)] = &[
    (Point::InRequest, 5, 5),
    (Point::InEvent, 50, 8),
    (Point::AfterStoreWrite, 40, 4),
    (Point::BeforeBroadcast, 100, 3),
    (Point::InPulse, 2, 2),
    (Point::InUpkeep, 1, 2),
];

const VARIABLE: &str = "HUBBUB_FAILPOINT";
/// Whatever is waited for happens many times a second.
const SOON: Duration = Duration::from_secs(60);

/// What to put around a server so that the other program runs in its place.
fn instead() -> Result<Vec<String>, Trouble> {
    let named = std::env::var_os("HUBBUB_FAILPOINTS_BIN").map(PathBuf::from);
    let built = cfg!(feature = "failpoints").then(|| env!("CARGO_BIN_EXE_hubbub").into());
    match named.or(built) {
        Some(program) => {
            Ok(["sh", "-c", &format!("exec '{}' \"$@\"", program.display())].map(str::to_owned).into())
        }
        None => missing("HUBBUB_FAILPOINTS_BIN names no server that was built with --features failpoints"),
    }
}

async fn deaths(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    plan.around = instead()?;
    let mut run = plan.start().await?;
    for _ in 0..case.pick(1, 3) {
        for (point, least) in DEADLY {
            let count = least + run.dice.below(*least);
            run.server.start.environment = vec![(VARIABLE.into(), format!("{}:kill@{count}", point.name()))];
            run.server.kill_and_start().await;
            if !run.server.dies(SOON).await {
                run.broken(format!("{} was not reached {count} times", point.name()));
            }
        }
    }
    run.server.start.environment.clear();
    run.server.kill_and_start().await;
    let started = Instant::now();
    run.writes_back(started, started, "writes back", SOON).await;
    run.figures.add("deaths", DEADLY.len() * case.pick(1, 3));
    run.calm().await;
    run.end().await
}

/// What panicked must not be healed by a restart, so there is none: the same process goes on and is judged.
async fn panics(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    plan.around = instead()?;
    let traps = PANICS.iter().flat_map(|(point, every, times)| {
        (1..=*times).map(move |n| format!("{}:panic@{}", point.name(), n * every))
    });
    let traps = traps.collect::<Vec<_>>().join(",");
    let mut run = plan.start().await?;
    run.server.start.environment = vec![(VARIABLE.into(), traps)];
    run.server.kill_and_start().await;
    let begun = Instant::now();
    let mut failed = 0;
    while begun.elapsed() < SOON && PANICS.iter().any(|(point, _, times)| panicked(&run, *point) < *times) {
        failed += requests(&mut run).await;
    }
    for (point, _, times) in PANICS {
        let count = panicked(&run, *point);
        run.figures.add(point.name(), count);
        if count != *times {
            run.broken(format!("{} panicked {count} times, {times} were asked for", point.name()));
        }
    }
    if failed == 0 {
        run.broken("no request was ever answered 500");
    }
    let over = Instant::now();
    run.writes_back(over, over, "writes after it", SOON).await;
    if run.server.dies(Duration::ZERO).await {
        run.broken("a panic ended the server");
    }
    run.end().await
}

/// As the panics themselves say it on stderr; the lines of the log that repeat it are no more panics.
fn panicked(run: &Run, point: Point) -> u64 {
    let words = format!("{} was reached ", point.name());
    run.server.log().lines().filter(|line| line.starts_with(&words)).count() as u64
}

/// A few requests, one after the other: one panics now and then and is answered 500, no other is hurt.
async fn requests(run: &mut Run) -> u64 {
    let mut failed = 0;
    for _ in 0..5 {
        let path = format!("/api/messages/channel/{}?limit=1", run.place.channels[0]);
        match rest(run.server.address, "GET", &path, &run.place.witness.token, Value::Null).await {
            Some((200, _)) => {}
            Some((500, body)) if body["error"]["code"] == "INTERNAL" => failed += 1,
            // It waited for the desk that panicked, and may be repeated.
            Some((503, body)) if body["error"]["retryable"] == true => {}
            other => run.broken(format!("a request beside panics was answered {other:?}")),
        }
    }
    sleep(Duration::from_millis(50)).await;
    failed
}
