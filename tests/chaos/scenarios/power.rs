//! The power goes: what the disk was not told to keep is lost, and nothing that was acknowledged is.

use std::time::Duration;

use tokio::task::block_in_place;
use tokio::time::Instant;

use crate::disk::Disk;
use crate::registry::{BOTH, Case, Scenario};
use crate::report::Outcome;
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![Scenario {
        name: "power-cut",
        about: "the disk of server and store comes back as it was synced, again and again",
        stores: BOTH,
        short: BOTH,
        run: |case| Box::pin(cut(case)),
    }]
}

/// The contract states no time for this one; a minute is what a run waits for anything.
const WITHOUT_BOUND: Duration = Duration::from_secs(60);

async fn cut(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    let mut disk = Disk::new(&plan.folder, case.kind)?;
    plan.root = Some(disk.path.clone());
    let mut run = plan.start().await?;
    let cuts = case.pick(2, 10);
    for _ in 0..cuts {
        run.calm().await;
        lose_power(&mut run, &mut disk).await;
        let back = Instant::now();
        run.writes_back(back, back, "writes back", WITHOUT_BOUND).await;
    }
    run.figures.add("cuts", cuts);
    run.calm().await;
    run.end().await
}

/// Everybody stops in the middle of what they do; the disk as it is then is all that is left of them.
async fn lose_power(run: &mut Run, disk: &mut Disk) {
    run.server.freeze();
    if let Some(mongod) = &run.mongod {
        mongod.freeze();
    }
    let snapshot = block_in_place(|| disk.snapshot());
    run.server.kill().await;
    if let Some(mongod) = &mut run.mongod {
        mongod.kill();
        mongod.gone().await;
    }
    block_in_place(|| disk.come_back_as(&snapshot));
    if let Some(mongod) = &mut run.mongod {
        mongod.start_again();
    }
    run.server.start_again().await;
}
