//! Doing what was planned: a server, the load on it, and the report of what came of it.

use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Bench;
use crate::bench::{self, Plan, Report, Shared, Spawned, Target};
use crate::command::{say, terminal, told_to_stop};
use crate::error::{Error, Result};

impl Bench {
    pub(in crate::command) async fn run(self) -> Result<()> {
        let (plan, ceiling) = self.plan()?;
        allow_sockets(plan.people())?;
        // Listened for from here on, so that what was started is always ended.
        let told = told_to_stop()?;
        tokio::pin!(told);
        let (spawned, target) = tokio::select! {
            target = self.target(&plan) => target?,
            () = &mut told => return Err(Error::unavailable("stopped before the end")),
        };
        let pid = spawned.as_ref().map(Spawned::pid).or(self.pid);
        let done = measure(plan, target, pid, ceiling, told).await;
        if let Some(spawned) = spawned {
            spawned.end().await?;
        }
        let report = done?;
        report.table().iter().for_each(say);
        self.keep(&report)
    }

    fn keep(&self, report: &Report) -> Result<()> {
        let json = serde_json::to_string(report).map_err(Error::internal)?;
        match &self.json {
            None => say(json),
            Some(file) => std::fs::write(file, json + "\n").map_err(|cause| {
                Error::unavailable(format!("{} cannot be written: {cause}", file.display()))
            })?,
        }
        Ok(())
    }

    async fn target(&self, plan: &Plan) -> Result<(Option<Spawned>, Target)> {
        if self.spawn {
            tell(format!("a server is made for {} people", plan.people()));
            let (spawned, target) = Spawned::start(plan, self.mongodb.as_deref()).await?;
            return Ok((Some(spawned), target));
        }
        let url = self.url.as_deref().ok_or_else(|| {
            Error::bad_request("which server? --spawn starts one for this, --url names one that runs")
        })?;
        let (address, host) = resolve(url)?;
        match self.plain {
            true => Ok((None, Target::plain(address, host, plan))),
            false => {
                tell(format!("{} people are registered at {url}", plan.people()));
                Ok((None, bench::register(address, host, plan).await?))
            }
        }
    }
}

/// On a thread of its own, so that whoever stops this is heard and what was started is ended.
async fn measure(
    plan: Plan,
    target: Target,
    pid: Option<u32>,
    ceiling: bool,
    told: impl Future<Output = ()>,
) -> Result<Report> {
    let shared = Arc::new(Shared::default());
    let load = shared.clone();
    let mut running =
        tokio::task::spawn_blocking(move || bench::run(&plan, target, pid, ceiling, &load, &tell));
    let done = tokio::select! {
        done = &mut running => done,
        () = told => {
            shared.stop.store(true, Ordering::Relaxed);
            running.await
        }
    };
    done.map_err(Error::internal)?
}

/// Progress goes to stderr, so that what is printed can be kept.
fn tell(line: String) {
    terminal::note(&line);
}

/// Where the server is, and what it is called.
fn resolve(url: &str) -> Result<(std::net::SocketAddr, String)> {
    let wrong = || Error::bad_request(format!("{url} is no address; give one such as http://127.0.0.1:3000"));
    let uri: http::Uri = url.parse().map_err(|_| wrong())?;
    if uri.scheme_str() == Some("https") {
        return Err(Error::bad_request(
            "this measures without TLS: give the address behind the proxy, beginning with http://",
        ));
    }
    let host = uri.host().ok_or_else(wrong)?;
    let port = uri.port_u16().unwrap_or(80);
    let found = (host.trim_matches(['[', ']']), port).to_socket_addrs();
    let address = found.ok().and_then(|mut found| found.next()).ok_or_else(wrong)?;
    Ok((address, format!("{host}:{port}")))
}

/// Each simulated person has a socket, and so has the server that is started from here.
fn allow_sockets(people: usize) -> Result<()> {
    let wanted = people as u64 + 256;
    let allowed = getrlimit(Resource::Nofile);
    if allowed.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    let most = allowed.maximum.map_or(wanted, |maximum| maximum.max(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: Some(most) });
    raised.map_err(|_| {
        let allowed = allowed.maximum.unwrap_or(0);
        Error::bad_request(format!(
            "{people} people need {wanted} open files and this process may have {allowed}: raise the limit (ulimit -Hn)"
        ))
    })
}
