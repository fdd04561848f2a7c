//! Chaos runs: a real server and a real store under clients that keep the client's part of the
//! contract, while something breaks. The checker of the stories judges what is left; then come the
//! bounds of time that the contract states.
//!
//! `scripts/chaos --help` says how to run them. They run one after the other, never side by side:
//! they need the whole machine to mean anything.
//!
//! # How a fault is added
//!
//! 1. Find its family in `scenarios`, or begin one: a file with a function `scenarios()` that
//!    lists what is in it, named once in `scenarios/mod.rs` and once in [`registry::scenarios`].
//! 2. Write an `async fn` from [`registry::Case`] to [`report::Outcome`]:
//!
//!    ```text
//!    async fn killed(case: Case) -> Outcome {
//!        let mut run = Run::of(case).start().await?;         // store, server, clients that talk
//!        run.calm().await;                                   // they talk undisturbed for a moment
//!        let fault = Instant::now();
//!        run.server.kill_and_start().await;                  // the fault
//!        run.writes_back(fault, Instant::now(), "writes back", BOUND).await;
//!        run.end().await                                     // all answered, caught up and judged
//!    }
//!    ```
//!
//!    [`run::Plan`] has what differs between runs (clients, rate, a proxy, an environment, a
//!    command around the server, a MongoDB of several members); [`run::Run`] has the dice, the
//!    server, the database and the proxies to be broken.
//! 3. Have sizes that differ from short to full by `case.pick(short, full)`. All short runs
//!    together take three minutes on two cores, all full ones ten.
//! 4. What this machine cannot do is `not_run("why")`; what could be installed is
//!    `missing("package …")`. A rule broken is `run.broken("what")`, and the run goes on to the end.
//! 5. See it fail once: break what it is about, and look whether it is found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a run fails by panicking, and says aloud what it did"
)]

mod board;
mod ceiling;
#[path = "../shared/client.rs"]
mod client;
mod disk;
mod hearing;
mod judge;
mod mongod;
mod place;
mod preload;
mod presence;
mod proxy;
mod registry;
mod report;
mod run;
mod saying;
mod scenarios;
mod server;
#[path = "../shared/mod.rs"]
mod shared;
mod talker;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use registry::{Case, Kind, Scenario};
use report::{Figures, Outcome, Row, Trouble};
use tokio::signal::unix::{SignalKind, signal};

/// Breaks things under a running server, and judges what is left.
#[derive(Debug, Parser)]
struct Asked {
    /// The faults to run; all of them unless named. Part of a name will do.
    names: Vec<String>,
    /// 200 clients in 20 channels, longer faults; else 40 in 4, short ones.
    #[arg(long)]
    full: bool,
    /// Names the faults, and runs none.
    #[arg(long)]
    list: bool,
    /// On one store only.
    #[arg(long, value_parser = ["embedded", "mongodb"])]
    store: Option<String>,
    /// Runs everything so many times, each with another seed.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first seed; printed with every run, so that one can be repeated.
    #[arg(long, env = "HUBBUB_SEED")]
    seed: Option<u64>,
    /// What can be installed has to be: a fault that lacks it is a failure.
    #[arg(long, env = "HUBBUB_CHAOS_REQUIRE_ALL", value_parser = clap::builder::BoolishValueParser::new(), default_value = "false", num_args = 0..=1, default_missing_value = "true")]
    require_all: bool,
}

impl Asked {
    fn wants(&self, scenario: &Scenario) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| scenario.name.contains(name.as_str()))
    }

    /// A fault that is named runs on all its stores.
    fn stores(&self, scenario: &Scenario) -> Vec<Kind> {
        let all = if self.full || !self.names.is_empty() { scenario.stores } else { scenario.short };
        let wanted = |kind: &Kind| self.store.as_deref().is_none_or(|store| store == kind.name());
        all.iter().copied().filter(wanted).collect()
    }
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    let all = registry::scenarios();
    if asked.list {
        all.iter().for_each(|one| println!("{:<26} {}", one.name, one.about));
        return ExitCode::SUCCESS;
    }
    if let Some(name) = asked.names.iter().find(|name| !all.iter().any(|one| one.name.contains(*name))) {
        eprintln!("there is no fault {name}; --list names them");
        return ExitCode::from(2);
    }
    let seed = asked.seed.unwrap_or_else(|| u64::from(std::process::id()));
    let mut rows = Vec::new();
    for seed in seed..seed + asked.seeds {
        for scenario in all.iter().filter(|one| asked.wants(one)) {
            for kind in asked.stores(scenario) {
                rows.push(row(scenario, Case { kind, full: asked.full, seed }));
            }
        }
    }
    println!("\n{}", report::table(&rows));
    let failures = rows.iter().filter(|row| row.is_failure(asked.require_all)).count();
    if failures > 0 {
        println!("\n{failures} of {} failed; HUBBUB_SEED={seed} throws the same dice again", rows.len());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn row(scenario: &Scenario, case: Case) -> Row {
    println!("=== {} on {}, HUBBUB_SEED={}", scenario.name, case.kind.name(), case.seed);
    let begun = Instant::now();
    let outcome = outcome(scenario, case);
    if let Err(Trouble::Broken(what, _)) = &outcome {
        println!("BROKEN: {what}");
    }
    let row = Row { name: scenario.name, kind: case.kind, seed: case.seed, took: begun.elapsed(), outcome };
    println!("{row}");
    row
}

async fn told_to_end() {
    let mut ended = signal(SignalKind::terminate()).unwrap();
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = ended.recv() => {}
    }
}

/// In a runtime of its own: nothing of a run that failed goes on beside the next.
fn outcome(scenario: &Scenario, case: Case) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let ran = runtime.block_on(async {
        let mut running = tokio::spawn((scenario.run)(case));
        tokio::select! {
            ran = &mut running => Some(ran),
            () = told_to_end() => {
                // What it started ends with it: servers, databases, namespaces.
                running.abort();
                let _ = running.await;
                None
            }
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(10));
    let Some(ran) = ran else {
        println!("{} on {} was stopped", scenario.name, case.kind.name());
        std::process::exit(130);
    };
    ran.unwrap_or_else(|failure| Err(Trouble::Broken(run::last_words(failure), Figures::default())))
}
