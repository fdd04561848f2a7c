//! Ten minutes of ordinary load: memory does not rise, and files and tasks stay as many as they were.
//! The short form measures for some seconds, and proves no more than that it can.

use std::fs;
use std::time::Duration;

use tokio::time::{Instant, interval};

use super::descriptors::open_files;
use crate::registry::{BOTH, Case, EMBEDDED, Scenario};
use crate::report::Outcome;
use crate::run::Run;

pub fn scenarios() -> Vec<Scenario> {
    vec![Scenario {
        name: "soak",
        about: "ten minutes of ordinary load: memory, open files and tasks stay as they are",
        stores: BOTH,
        short: EMBEDDED,
        run: |case| Box::pin(soak(case)),
    }]
}

const TEN_MINUTES: Duration = Duration::from_secs(600);
/// Caches fill at first.
const WARM: Duration = Duration::from_secs(120);
/// Memory may rise by so much in ten minutes.
const RISE: f64 = 1024.0 * 1024.0;

/// What there was at a moment.
#[derive(Debug)]
struct Sample {
    seconds: f64,
    bytes: f64,
    files: f64,
    tasks: f64,
}

async fn soak(case: Case) -> Outcome {
    let mut plan = Run::of(case);
    // Who stays can be judged by what they were shown of one another (I-14).
    plan.fickle = false;
    let mut run = plan.start().await?;
    let (lasts, warm) =
        case.pick((Duration::from_secs(12), Duration::from_secs(3)), (TEN_MINUTES + WARM, WARM));
    let mut samples = Vec::new();
    let mut often = interval(case.pick(Duration::from_millis(500), Duration::from_secs(5)));
    let began = Instant::now();
    while began.elapsed() < lasts {
        often.tick().await;
        if began.elapsed() >= warm {
            samples.push(sample(&run, began).await);
        }
    }
    let rise = slope(&samples) * TEN_MINUTES.as_secs_f64();
    run.figures.add("samples", samples.len());
    run.figures.add("MiB", format_args!("{:.1}", average(&samples, |one| one.bytes) / RISE));
    run.figures.add("MiB in ten minutes", format_args!("{:+.2}", rise / RISE));
    if case.full && rise > RISE {
        run.broken(format!("memory rises by {:.2} MiB in ten minutes", rise / RISE));
    }
    flat(&mut run, case, "files", &samples, |one| one.files);
    flat(&mut run, case, "tasks", &samples, |one| one.tasks);
    run.end().await
}

async fn sample(run: &Run, began: Instant) -> Sample {
    let pid = run.server.pid();
    let status = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap();
    let pages: f64 = status.split(' ').nth(1).unwrap().parse().unwrap();
    Sample {
        seconds: began.elapsed().as_secs_f64(),
        bytes: pages * 4096.0,
        files: open_files(pid) as f64,
        tasks: run.server.measured("hubbub_tasks").await,
    }
}

/// Of the straight line that is nearest to all samples: bytes in a second.
fn slope(samples: &[Sample]) -> f64 {
    let (middle, mean) = (average(samples, |one| one.seconds), average(samples, |one| one.bytes));
    let rise: f64 = samples.iter().map(|one| (one.seconds - middle) * (one.bytes - mean)).sum();
    let run: f64 = samples.iter().map(|one| (one.seconds - middle).powi(2)).sum();
    rise / run
}

fn average(samples: &[Sample], of: impl Fn(&Sample) -> f64) -> f64 {
    samples.iter().map(of).sum::<f64>() / samples.len() as f64
}

/// Clients come and go, so a third of the time is compared with another, not one moment with another.
fn flat(run: &mut Run, case: Case, name: &str, samples: &[Sample], of: impl Fn(&Sample) -> f64) {
    let third = samples.len() / 3;
    let first = average(&samples[..third], &of);
    let last = average(&samples[samples.len() - third..], &of);
    run.figures.add(name, format_args!("{first:.0} then {last:.0}"));
    if first < 1.0 {
        run.broken(format!("{name} could not be counted"));
    }
    if case.full && last > first * 1.05 + 2.0 {
        run.broken(format!("there were {first:.0} {name}, and in the end {last:.0}"));
    }
}
