//! Works through what one socket sends: in order, bounded, each event answered.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dashmap::DashMap;
use futures_util::FutureExt as _;
use tokio::time::Instant;
use tracing::error;

use super::Manner;
use super::answer::refuse;
use super::connection::Connection;
use super::events::{self, Outcome};
use super::hub::Hub;
use super::inbox::{Arrived, Turn};
use crate::error::{Error, Result};
use crate::limits;

/// A panic ends this socket alone: its client comes back, resumes, and repeats what was not answered.
pub async fn run(hub: Arc<Hub>, connection: Arc<Connection>, turn: Turn) {
    let sid = connection.outlet.sid();
    if AssertUnwindSafe(work(hub, connection, turn)).catch_unwind().await.is_err() {
        error!(socket.id = %sid, "an event panicked and its socket is cut");
    }
}

async fn work(hub: Arc<Hub>, connection: Arc<Connection>, turn: Turn) {
    // Shared by the sockets of one sign-in and kept over a reconnect, so that coming back gains nothing.
    let shared = hub.paces.of(&connection.session, &hub.manner);
    let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    while let Some(arrived) = turn.next() {
        metrics::counter!("hubbub_events_in_total", "event" => events::label(&arrived.name)).increment(1);
        match hub.check_open().and_then(|()| lock().allow()) {
            Ok(()) => {
                let bytes = one(&hub, &connection, arrived).await;
                lock().charge(bytes);
            }
            Err(error) => refuse(arrived.answer, &arrived.name, &error),
        }
        if lock().violations > limits::VIOLATIONS {
            hub.dismiss(&connection);
            return;
        }
    }
}

/// Deals with one event up to the point from which the next one may overtake it without harm, and
/// tells how many bytes its answer took. It is answered within 10 s of its arrival (D-10).
async fn one(hub: &Arc<Hub>, connection: &Arc<Connection>, arrived: Arrived) -> usize {
    let Arrived { name, payload, answer, at, .. } = arrived;
    let deadline = at + limits::SEND_DEADLINE;
    if Instant::now() >= deadline {
        refuse(answer, &name, &Error::unavailable("this waited too long and was not begun"));
        return 0;
    }
    let work = events::handle(hub, connection, &name, payload, answer.is_awaited());
    match tokio::time::timeout_at(deadline, work).await {
        Ok(Ok(Outcome::Now(data))) => answer.done(&data),
        Ok(Ok(Outcome::Looked(look))) => {
            let _order = hub.presence_in_order();
            match look() {
                Ok(data) => answer.done(&data),
                Err(error) => {
                    refuse(answer, &name, &error);
                    0
                }
            }
        }
        Ok(Ok(Outcome::Then(data, releases))) => {
            let bytes = answer.done(&data);
            super::stay::release(hub, releases);
            bytes
        }
        Ok(Ok(Outcome::Later(rest))) => {
            tokio::spawn(async move {
                match tokio::time::timeout_at(deadline, rest).await {
                    Ok(Ok(data)) => drop(answer.done(&data)),
                    Ok(Err(error)) => refuse(answer, &name, &error),
                    Err(_) => refuse(answer, &name, &Error::unknown()),
                }
            });
            0
        }
        Ok(Err(error)) => {
            refuse(answer, &name, &error);
            0
        }
        Err(_) => {
            let late = Error::unavailable("this took too long");
            refuse(answer, &name, &if events::writes(&name) { Error::unknown() } else { late });
            0
        }
    }
}

/// What the answers to one socket may weigh: a burst, and then so many bytes a second. A client that
/// asks for more and does not read would fill the server's memory (D-20).
const ANSWER_BURST: f64 = 2.0 * 1024.0 * 1024.0;
const ANSWERS_PER_SECOND: f64 = 512.0 * 1024.0;

/// How fast each sign-in may send.
#[derive(Default)]
pub struct Paces(DashMap<String, Arc<Mutex<Pace>>>);

impl Paces {
    fn of(&self, session: &str, manner: &Manner) -> Arc<Mutex<Pace>> {
        self.0.entry(session.to_owned()).or_insert_with(|| Arc::new(Mutex::new(Pace::new(manner)))).clone()
    }

    /// Forgets those that have no socket and have rested long enough to begin anew.
    pub fn sweep(&self) {
        self.0
            .retain(|_, pace| Arc::strong_count(pace) > 1 || !pace.lock().is_ok_and(|pace| pace.is_rested()));
    }
}

/// Events per second with a burst, and how often a client went over it.
#[derive(Debug)]
struct Pace {
    per_second: f64,
    burst: f64,
    tokens: f64,
    /// Bytes of answers that may still be given; below zero none, until it has grown again.
    bytes: f64,
    at: Instant,
    violations: u32,
}

impl Pace {
    fn new(manner: &Manner) -> Pace {
        let (per_second, burst) = (f64::from(manner.events_per_second), f64::from(manner.events_burst));
        Pace { per_second, burst, tokens: burst, bytes: ANSWER_BURST, at: Instant::now(), violations: 0 }
    }

    /// As if it had never been used.
    fn is_rested(&self) -> bool {
        let passed = self.at.elapsed().as_secs_f64();
        let events = self.tokens + passed * self.per_second >= self.burst;
        events && self.bytes + passed * ANSWERS_PER_SECOND >= ANSWER_BURST
    }

    fn allow(&mut self) -> Result<()> {
        let now = Instant::now();
        let passed = now.duration_since(self.at).as_secs_f64();
        self.at = now;
        self.tokens = (self.tokens + passed * self.per_second).min(self.burst);
        self.bytes = (self.bytes + passed * ANSWERS_PER_SECOND).min(ANSWER_BURST);
        if self.tokens >= self.burst {
            // Whoever has been quiet for long enough begins anew.
            self.violations = 0;
        }
        if self.tokens < 1.0 {
            self.violations += 1;
            return Err(Error::rate_limited(Duration::from_secs_f64((1.0 - self.tokens) / self.per_second)));
        }
        if self.bytes < 0.0 {
            return Err(Error::rate_limited(Duration::from_secs_f64(-self.bytes / ANSWERS_PER_SECOND)));
        }
        self.tokens -= 1.0;
        Ok(())
    }

    fn charge(&mut self, bytes: usize) {
        self.bytes -= bytes as f64;
    }
}
