//! Whether the server lives, whether it is ready, what it counts, and the map of its routes.

use std::fs;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use serde_json::json;
use tokio::time::timeout;

use super::{Access, Call, Reply, Route};
use crate::app::App;
use crate::error::{Error, Result};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/health", Access::Open, "the server lives", health).at_root(),
        Route::get("/healthz", Access::Open, "the server lives", health).at_root(),
        Route::get("/readyz", Access::Open, "the server can serve", ready).at_root(),
        Route::get("/metrics", Access::Open, "numbers for Prometheus, not for the public", numbers).at_root(),
        Route::get("/example", Access::Open, "the smallest route, to copy", example),
    ]
}

/// The map at `/api`, of all those routes and itself.
pub fn map(routes: &[Route]) -> Route {
    let about = |route: &Route| About {
        method: route.method.to_string(),
        path: route.full_path(),
        signed_in: route.access != Access::Open,
        summary: route.summary,
    };
    let itself = Route::get("/api", Access::Open, "this map", async |_, _| Ok(Reply::no_content())).at_root();
    let mut all: Vec<About> = routes.iter().chain([&itself]).map(about).collect();
    all.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    let shown = json!({"name": "hubbub", "version": VERSION, "routes": all});
    Route::get(itself.path, itself.access, itself.summary, move |_, _| {
        let reply = Reply::data(&shown).etag();
        async move { Ok(reply) }
    })
    .at_root()
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct About {
    method: String,
    path: String,
    signed_in: bool,
    summary: &'static str,
}

async fn health(app: App, _: Call) -> Result<Reply> {
    let engine = app.store.engine.describe();
    let about = json!({
        "status": "ok",
        "version": VERSION,
        "store": engine.store,
        "durability": engine.durability,
        "time": app.clock.now(),
    });
    Ok(Reply::data(about))
}

/// So many seconds of measurements are kept one by one.
const SUMMED_EVERY: Duration = Duration::from_secs(5);

/// How long a dependency may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(3);

async fn ready(app: App, _: Call) -> Result<Reply> {
    let began = Instant::now();
    let answer = timeout(PATIENCE, app.store.engine.ping()).await;
    let store = json!({"state": "up", "latencyMs": began.elapsed().as_millis() as u64});
    match answer {
        Ok(Ok(())) => Ok(Reply::data(json!({"status": "ready", "dependencies": {"store": store}}))),
        Ok(Err(error)) => Err(unready().because(error)),
        Err(late) => Err(unready().because(late)),
    }
}

fn unready() -> Error {
    Error::unavailable("the store does not answer").detail("store", "down")
}

async fn example(_: App, _: Call) -> Result<Reply> {
    Ok(Reply::data(json!({"hello": "world"})))
}

/// For whoever runs the machine or the installation: on the same network, or a super admin.
async fn numbers(_: App, call: Call) -> Result<Reply> {
    let runs = call.actor().is_ok_and(|actor| actor.is_super_admin());
    if !runs && !nearby(call.address) {
        return Err(Error::forbidden("these numbers are not for the public"));
    }
    let handle = recorder().ok_or_else(|| Error::unavailable("nothing is counted in this process"))?;
    measure();
    Ok(Reply::bytes("text/plain; version=0.0.4", handle.render()))
}

fn nearby(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

/// Counts for the whole process, from the first call on; none where something else counts already.
pub fn recorder() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let install = || {
        let seconds = Matcher::Suffix("_seconds".into());
        PrometheusBuilder::new().set_buckets_for_metric(seconds, SECONDS).ok()?.install_recorder().ok()
    };
    HANDLE.get_or_init(install).as_ref()
}

/// What is not counted as it happens.
fn measure() {
    metrics::gauge!("hubbub_tasks").set(tokio::runtime::Handle::current().metrics().num_alive_tasks() as f64);
    if let Some(bytes) = resident_bytes() {
        metrics::gauge!("process_resident_memory_bytes").set(bytes);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        // One of them is the reading itself.
        metrics::gauge!("process_open_fds").set(open.count().saturating_sub(1) as f64);
    }
}

/// Folds what was measured into its sums. Every single measurement is kept until then, whether or not
/// anybody ever asks, so this must go on as long as anything is measured. Runs until it is dropped.
pub async fn sum_up() {
    let mut often = tokio::time::interval(SUMMED_EVERY);
    often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        often.tick().await;
        if let Some(handle) = recorder() {
            handle.run_upkeep();
        }
    }
}

/// As Linux tells it; none elsewhere.
fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}
