//! Somebody sets the time.

use std::time::Duration;

use tokio::time::Instant;

use crate::preload::Preload;
use crate::registry::{BOTH, Case, EMBEDDED, Kind, Scenario};
use crate::report::Outcome;
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![Scenario {
        name: "clock-jumps",
        about: "the clock jumps an hour ahead, two back, and home again; the server's, then MongoDB's",
        stores: BOTH,
        short: EMBEDDED,
        run: |case| Box::pin(jumps(case)),
    }]
}

/// Nothing depends on the clock but how long tokens live, and clients renew theirs.
const BACK: Duration = Duration::from_secs(10);

async fn jumps(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    let (server, database) = (plan.data().join("server"), plan.data().join("database"));
    let clocks = [&server, &database].map(|folder| {
        std::fs::create_dir(folder).unwrap();
        Preload::clock(folder)
    });
    let [server, database] = clocks;
    let (server, database) = (server?, database?);
    plan.environment = server.environment.clone();
    plan.members.environment = database.environment.clone();
    let mut run = plan.start().await?;
    let whose = match case.kind {
        Kind::Embedded => vec![(&server, "the server's")],
        Kind::MongoDb => vec![(&server, "the server's"), (&database, "MongoDB's")],
    };
    for (clock, whose) in whose {
        for time in ["+3600", "-3600", "+0"] {
            run.calm().await;
            let set = Instant::now();
            clock.tell(time);
            run.writes_back(set, set, &format!("writes with {whose} at {time}"), BACK).await;
            run.lasts(Duration::from_secs(case.pick(0, 5))).await;
        }
    }
    run.end().await
}
