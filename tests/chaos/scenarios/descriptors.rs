//! No file descriptor is left: nobody comes in, nothing acknowledged is lost, and it passes.

use std::fs;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::registry::{BOTH, Case, EMBEDDED, Scenario};
use crate::report::Outcome;
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![Scenario {
        name: "descriptors",
        about: "more connections than the server may have open files",
        stores: BOTH,
        short: EMBEDDED,
        run: |case| Box::pin(exhausted(case)),
    }]
}

/// The contract states no time for this one; whoever could not come in tries again every few seconds.
const BACK: Duration = Duration::from_secs(20);

async fn exhausted(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    let limit = plan.clients + 100;
    plan.around = ["sh", "-c", &format!("ulimit -n {limit} && exec \"$0\" \"$@\"")].map(str::to_owned).into();
    let mut run = plan.start().await?;
    run.calm().await;
    let begun = Instant::now();
    let until = begun + case.pick(Duration::from_secs(5), Duration::from_secs(30));
    let (mut held, mut most) = (Vec::new(), 0);
    while Instant::now() < until {
        // One that is not accepted waits in the kernel, and that is as good.
        let opened = timeout(Duration::from_millis(100), TcpStream::connect(run.server.address));
        if let Ok(Ok(line)) = opened.await {
            held.push(line);
        }
        most = most.max(open_files(run.server.pid()));
        if held.len() > 2 * limit {
            held.clear();
        }
    }
    drop(held);
    run.figures.add("open at most", format_args!("{most} of {limit}"));
    if most < limit {
        run.broken(format!("only {most} of {limit} files were open: nothing was exhausted"));
    }
    let over = Instant::now();
    run.writes_back(over, over, "writes back", BACK).await;
    run.calm().await;
    run.end().await
}

pub fn open_files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}
