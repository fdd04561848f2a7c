//! Lines that are slow, narrow, silent or broken, before the server and behind it.

use std::time::Duration;

use tokio::time::Instant;

use crate::proxy::{Proxy, Weather};
use crate::registry::{BOTH, Case, EMBEDDED, MONGODB, NONE, Scenario};
use crate::report::Outcome;
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "clients-on-bad-lines",
            about: "lines of clients are slow, then narrow, then silent each way, then reset",
            stores: BOTH,
            short: EMBEDDED,
            run: |case| Box::pin(bad_lines(case)),
        },
        Scenario {
            name: "store-300-ms-away",
            about: "MongoDB answers 300 ms later",
            stores: MONGODB,
            short: MONGODB,
            run: |case| Box::pin(far_store(case)),
        },
        Scenario {
            name: "store-line-bad",
            about: "the line to MongoDB is reset, then silent each way",
            stores: MONGODB,
            short: NONE,
            run: |case| Box::pin(bad_store_line(case)),
        },
    ]
}

/// After a store that was away is back (contract §9).
const BACK: Duration = Duration::from_secs(3);
/// After a silence a write waits for one question that was lost in it, and for one connection (D-10).
const HEALED: Duration = Duration::from_secs(5 + 2);
/// With every step to the store and back 300 ms longer.
const FAR: Duration = Duration::from_millis(300);

/// What a line is told to be like.
type Spell = fn(&mut Weather);

fn line(run: &Run) -> &Proxy {
    run.line.as_ref().expect("the plan has it")
}

fn store_line(run: &Run) -> &Proxy {
    run.store_line.as_ref().expect("the plan has it")
}

async fn bad_lines(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    plan.bad_lines = true;
    let mut run = plan.start().await?;
    let spells: [Spell; 4] = [
        |line| line.delay = Duration::from_millis(200),
        |line| line.width = Some(16 * 1024),
        |line| line.silent_there = true,
        |line| line.silent_back = true,
    ];
    for spell in spells {
        run.calm().await;
        line(&run).weather(spell);
        run.lasts(Duration::from_secs(case.pick(3, 15))).await;
        line(&run).calm();
    }
    run.calm().await;
    line(&run).reset();
    let reset = Instant::now();
    run.writes_back(reset, reset, "writes back", Duration::from_secs(30)).await;
    run.end().await
}

async fn far_store(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    plan.bad_store_line = true;
    let mut run = plan.start().await?;
    run.calm().await;
    let begun = Instant::now();
    store_line(&run).weather(|line| line.delay = FAR / 2);
    run.writes_back(begun, begun, "writes at +300 ms", Duration::from_secs(10)).await;
    run.lasts(Duration::from_secs(case.pick(5, 30))).await;
    store_line(&run).calm();
    run.writes_back(begun, Instant::now(), "writes back", BACK).await;
    run.sockets_stayed();
    run.end().await
}

async fn bad_store_line(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    plan.bad_store_line = true;
    let mut run = plan.start().await?;
    run.calm().await;
    store_line(&run).reset();
    let reset = Instant::now();
    run.writes_back(reset, reset, "writes back after a reset", BACK).await;
    let spells: [(&str, Spell); 2] = [
        ("writes back after silence there", |line| line.silent_there = true),
        ("writes back after silence back", |line| line.silent_back = true),
    ];
    for (name, spell) in spells {
        run.calm().await;
        let begun = Instant::now();
        store_line(&run).weather(spell);
        run.lasts(Duration::from_secs(case.pick(6, 15))).await;
        store_line(&run).calm();
        run.writes_back(begun, Instant::now(), name, HEALED).await;
    }
    run.sockets_stayed();
    run.end().await
}
