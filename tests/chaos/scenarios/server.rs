//! The server is killed.

use std::time::Duration;

use tokio::time::Instant;

use crate::registry::{BOTH, Case, Scenario};
use crate::report::Outcome;
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![Scenario {
        name: "server-killed",
        about: "kill -9 of the server again and again under load",
        stores: BOTH,
        short: BOTH,
        run: |case| Box::pin(killed(case)),
    }]
}

/// The contract states no time for this one; a minute is what a run waits for anything.
const WITHOUT_BOUND: Duration = Duration::from_secs(60);

async fn killed(case: Case) -> Outcome {
    let mut run = Run::of(case).start().await?;
    for _ in 0..case.pick(4, 10) {
        run.calm().await;
        run.server.kill_and_start().await;
    }
    let started = Instant::now();
    run.writes_back(started, started, "writes back", WITHOUT_BOUND).await;
    run.calm().await;
    run.end().await
}
