//! MongoDB is killed, away, or changes its primary.

use std::time::Duration;

use tokio::time::Instant;

use crate::mongod::Members;
use crate::registry::{Case, MONGODB, Scenario};
use crate::report::{Outcome, Trouble};
use crate::run::Run;

/// After a store that was away is back (contract §9).
const BACK: Duration = Duration::from_secs(3);
/// After the primary was killed, with an election of 2 s among it (contract §9).
const ELECTED: Duration = Duration::from_secs(6);

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "database-killed",
            about: "kill -9 and restart of a MongoDB of one member, again and again",
            stores: MONGODB,
            short: MONGODB,
            run: |case| Box::pin(killed(case)),
        },
        Scenario {
            name: "database-away",
            about: "MongoDB is away for 40 seconds (short: 8)",
            stores: MONGODB,
            short: MONGODB,
            run: |case| Box::pin(away(case)),
        },
        Scenario {
            name: "primary-killed",
            about: "kill -9 of the primary of three members, with an election timeout of 2 s",
            stores: MONGODB,
            short: MONGODB,
            run: |case| Box::pin(primary_killed(case)),
        },
        Scenario {
            name: "primary-steps-down",
            about: "the primary of three members steps down, as for maintenance",
            stores: MONGODB,
            short: MONGODB,
            run: |case| Box::pin(primary_steps_down(case)),
        },
    ]
}

async fn killed(case: Case) -> Outcome {
    let mut run = Run::of(case).start().await?;
    for n in 1..=case.pick(2, 4) {
        run.calm().await;
        let begun = Instant::now();
        run.mongod().kill();
        run.mongod().start_again();
        run.writes_back(begun, Instant::now(), &format!("writes back ({n})"), BACK).await;
    }
    run.sockets_stayed();
    run.end().await
}

async fn away(case: Case) -> Outcome {
    let mut run = Run::of(case).start().await?;
    run.calm().await;
    let begun = Instant::now();
    run.mongod().kill();
    run.lasts(Duration::from_secs(case.pick(8, 40))).await;
    run.mongod().start_again();
    run.writes_back(begun, Instant::now(), "writes back", BACK).await;
    run.calm().await;
    run.sockets_stayed();
    run.end().await
}

async fn of_three(case: Case) -> Result<Run, Trouble> {
    let mut plan = Run::of(case);
    plan.members = Members { count: 3, ..Members::default() };
    plan.start().await
}

async fn primary_killed(case: Case) -> Outcome {
    let mut run = of_three(case).await?;
    for n in 1..=case.pick(1, 3) {
        run.calm().await;
        run.mongod().kill_primary();
        let killed = Instant::now();
        run.writes_back(killed, killed, &format!("writes back ({n})"), ELECTED).await;
        run.mongod().start_again();
    }
    run.calm().await;
    run.sockets_stayed();
    run.end().await
}

async fn primary_steps_down(case: Case) -> Outcome {
    let mut run = of_three(case).await?;
    for n in 1..=case.pick(1, 3) {
        run.calm().await;
        run.mongod().step_down();
        let down = Instant::now();
        run.writes_back(down, down, &format!("writes back ({n})"), ELECTED).await;
    }
    run.calm().await;
    run.sockets_stayed();
    run.end().await
}
