//! The disk takes its time.

use std::time::Duration;

use tokio::time::Instant;

use crate::preload::Preload;
use crate::registry::{BOTH, Case, EMBEDDED, Kind, Scenario};
use crate::report::Outcome;
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![Scenario {
        name: "disk-slow",
        about: "every fsync of the store takes 100, then 250 ms longer",
        stores: BOTH,
        short: EMBEDDED,
        run: |case| Box::pin(slow(case)),
    }]
}

/// As after a store that was away (contract §9).
const BACK: Duration = Duration::from_secs(3);

async fn slow(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    let disk = Preload::slow_disk(plan.data())?;
    match case.kind {
        Kind::Embedded => plan.environment = disk.environment.clone(),
        Kind::MongoDb => plan.members.environment = disk.environment.clone(),
    }
    let mut run = plan.start().await?;
    run.calm().await;
    let begun = Instant::now();
    for millis in ["100", "250"] {
        disk.tell(millis);
        let slower = Instant::now();
        run.writes_back(slower, slower, &format!("writes at +{millis} ms"), Duration::from_secs(10)).await;
        run.lasts(Duration::from_secs(case.pick(3, 15))).await;
    }
    disk.tell("0");
    run.writes_back(begun, Instant::now(), "writes back", BACK).await;
    run.end().await
}
