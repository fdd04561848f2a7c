//! All threads of clients together, phase by phase, and what the kernel says meanwhile.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::client::{Client, Stage};
use super::driver::{Driver, Shared};
use super::machine::{Memory, cpu_seconds};
use super::plan::{Plan, Profile, Target};
use super::report::{Connect, Measured, Memories, Presence, Storm};
use super::tally::Tally;
use crate::error::{Error, Result};
use crate::limits;

/// Until offline is told of everybody who went, however late it is looked for.
const SEEN_GONE: Duration = limits::OFFLINE_GRACE.saturating_add(Duration::from_secs(4));
/// Until the last who came has been told of.
const SETTLED: Duration = Duration::from_secs(3);

/// Everybody who was gone, come back.
struct Came {
    storm: Storm,
    tally: Tally,
    took: Duration,
    measured: Measured,
}

pub struct Crew {
    pub plan: Arc<Plan>,
    /// The server, where it runs on this machine.
    pid: Option<u32>,
    shared: Arc<Shared>,
    drivers: Vec<Driver>,
    connect: Connect,
    /// With the first client alone.
    first: Option<Memory>,
    memories: Option<Memories>,
}

impl Crew {
    pub fn gather(plan: &Plan, target: Target, pid: Option<u32>, shared: &Arc<Shared>) -> Result<Crew> {
        let (plan, target, origin) = (Arc::new(plan.clone()), Arc::new(target), Instant::now());
        let threads = 0..plan.threads;
        let drivers: Result<Vec<Driver>> =
            threads.map(|thread| Driver::new(&plan, &target, shared, origin, thread)).collect();
        let (drivers, shared) = (drivers?, shared.clone());
        Ok(Crew { plan, pid, shared, drivers, connect: Connect::default(), first: None, memories: None })
    }

    /// Every thread goes through the phase; how long until the last was through.
    fn all(&mut self, phase: impl Fn(&mut Driver) -> Result<()> + Sync) -> Result<Duration> {
        let began = Instant::now();
        self.shared.begin();
        let (shared, phase) = (&self.shared, &phase);
        let ended: Vec<Result<()>> = std::thread::scope(|scope| {
            let each = self.drivers.iter_mut().map(|driver| {
                scope.spawn(move || {
                    // The others must not wait for one that gave up.
                    phase(driver).inspect_err(|_| shared.stop.store(true, Ordering::Relaxed))
                })
            });
            let running: Vec<_> = each.collect();
            let ended = running.into_iter().map(|thread| thread.join());
            ended
                .map(|joined| joined.unwrap_or_else(|_| Err(Error::internal("a thread of clients panicked"))))
                .collect()
        });
        // The one that gave up first has the most to say.
        let said = |error: &Error| !error.message().starts_with("stopped");
        let mut failed: Vec<Error> = ended.into_iter().filter_map(Result::err).collect();
        failed.sort_by_key(|error| !said(error));
        match failed.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(began.elapsed()),
        }
    }

    /// Lets users come until so many are here, and those who only speak. Who is here stays.
    pub fn come(&mut self, users: usize) -> Result<()> {
        let (speakers, here) = (self.plan.users, self.here());
        let wanted = move |client: &Client| client.number < users || client.number >= speakers;
        if here == 0 {
            // What a server loads and makes once, for the first of all, is not what a connection costs.
            self.all(|driver| driver.connect(|client| client.number == 0))?;
            self.first = self.memory();
        }
        let connected = self.all(|driver| {
            driver.desk.active = users;
            driver.connect(wanted)
        })?;
        let memory_connected = self.memory();
        let joined = match self.plan.profile {
            Profile::Write => Duration::ZERO,
            _ => self.all(|driver| driver.join(users))?,
        };
        self.learn_epochs();
        let new = users.saturating_sub(here);
        if new > 0 {
            self.connect = Connect {
                sockets: new,
                seconds: connected.as_secs_f64(),
                per_second: new as f64 / connected.as_secs_f64().max(1e-9),
                join_seconds: joined.as_secs_f64(),
            };
            let memories = self.first.zip(memory_connected).zip(self.memory());
            self.memories = memories.map(|((first, connected), joined)| Memories {
                first,
                connected,
                joined,
                after: joined,
                per_connection: connected.each(first, users - 1),
                per_joined: joined.each(first, users - 1),
            });
        }
        Ok(())
    }

    /// Users who are connected.
    fn here(&self) -> usize {
        let clients = self.drivers.iter().flat_map(|driver| &driver.clients);
        clients.filter(|client| client.number < self.plan.users && client.stage == Stage::Here).count()
    }

    /// How the last of them came.
    pub fn connect(&self) -> Connect {
        self.connect
    }

    /// Of the server: with the first alone, with everybody, and now.
    pub fn memories(&self) -> Option<Memories> {
        let after = self.memory()?;
        self.memories.map(|memories| Memories { after, ..memories })
    }

    /// Which epoch each channel has, whoever came into it first.
    fn learn_epochs(&mut self) {
        let all: Vec<(usize, String)> =
            self.drivers.iter().flat_map(|driver| driver.desk.epochs.clone()).collect();
        for driver in &mut self.drivers {
            driver.desk.epochs.extend(all.iter().cloned());
        }
    }

    /// The load of the profile, for so long.
    pub fn measure(&mut self, rate: f64, during: Duration) -> Result<Measured> {
        let (server, bench) = self.processors();
        let took = self.all(|driver| driver.work(rate, during))?;
        Ok(self.measured(took, server, bench))
    }

    /// Everybody goes, misses something and comes back at once.
    pub fn storm(&mut self) -> Result<(Storm, Measured)> {
        self.go()?;
        let came = self.come_back()?;
        Ok((came.storm, came.measured))
    }

    /// Everybody goes for long enough to be seen gone, and comes back at once.
    pub fn presence(&mut self) -> Result<(Storm, Presence, Measured)> {
        self.go()?;
        let away = self.all(|driver| driver.rest(SEEN_GONE))?;
        let mut came = self.come_back()?;
        let settled = self.all(|driver| driver.rest(SETTLED))?;
        let mut tally = Tally::default();
        self.drivers.iter_mut().for_each(|driver| tally.add(driver.take()));
        came.tally.add(tally);
        let presence = Presence::of(&self.plan, &came.tally, away, came.took + settled);
        Ok((came.storm, presence, came.measured))
    }

    fn go(&mut self) -> Result<()> {
        self.all(|driver| {
            driver.leave();
            driver.fill()
        })?;
        Ok(())
    }

    fn come_back(&mut self) -> Result<Came> {
        let users = self.plan.users;
        let (server, bench) = self.processors();
        let took = self.all(|driver| {
            driver.come_back(users)?;
            driver.drain()
        })?;
        let mut tally = Tally::default();
        self.drivers.iter().for_each(|driver| tally.add(driver.desk.tally.clone()));
        let (missed, seconds, each_ms) = (self.plan.missed, took.as_secs_f64(), tally.back.spread());
        let storm = Storm { users, missed, seconds, each_ms };
        Ok(Came { storm, tally, took, measured: self.measured(took, server, bench) })
    }

    fn measured(&mut self, took: Duration, server: Option<f64>, bench: Option<f64>) -> Measured {
        let (server_now, bench_now) = self.processors();
        let spent = |now: Option<f64>, before: Option<f64>| now.zip(before).map(|(now, before)| now - before);
        let mut tally = Tally::default();
        for driver in &mut self.drivers {
            tally.add(driver.take());
        }
        if tally.heard < tally.expected {
            tally.errors_of("NOT_DELIVERED", tally.expected - tally.heard);
        }
        let (server, bench) = (spent(server_now, server), spent(bench_now, bench));
        Measured::of(self.plan.profile, tally, took, server, bench)
    }

    fn processors(&self) -> (Option<f64>, Option<f64>) {
        (self.pid.and_then(cpu_seconds), cpu_seconds(std::process::id()))
    }

    fn memory(&self) -> Option<Memory> {
        self.pid.and_then(Memory::of)
    }

    /// The first refusal in the server's words.
    pub fn complaint(&self) -> Option<String> {
        self.drivers.iter().find_map(|driver| driver.desk.complaint.clone())
    }
}
