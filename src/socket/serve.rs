//! Works through what one socket sends: in order, bounded, each event answered.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Manner;
use super::answer::{Answer, refuse};
use super::events::{self, Outcome};
use super::hub::{Connection, Hub};
use super::inbox::Arrived;
use crate::error::{Error, Result};
use crate::limits;
use serde_json::Value;

pub async fn work(hub: Arc<Hub>, connection: Arc<Connection>, mut arrivals: mpsc::Receiver<Arrived>) {
    let mut pace = Pace::new(&hub.manner);
    while let Some(arrived) = arrivals.recv().await {
        let (name, payload, answer) = arrived.open();
        metrics::counter!("hubbub_events_in_total", "event" => events::label(&name)).increment(1);
        if let Err(error) = pace.allow() {
            refuse(answer, &name, &error);
            if pace.violations > limits::VIOLATIONS {
                hub.dismiss(&connection);
                return;
            }
            continue;
        }
        one(&hub, &connection, name, payload, answer).await;
    }
}

/// Deals with one event up to the point from which the next one may overtake it without harm.
async fn one(
    hub: &Arc<Hub>,
    connection: &Arc<Connection>,
    name: String,
    payload: Result<Value>,
    answer: Answer,
) {
    let deadline = limits::SEND_DEADLINE;
    let work = events::handle(hub, connection, &name, payload, answer.is_awaited());
    match tokio::time::timeout(deadline, work).await {
        Ok(Ok(Outcome::Now(data))) => answer.done(&data),
        Ok(Ok(Outcome::Then(data, releases))) => {
            answer.done(&data);
            super::stay::release(hub, connection, releases);
        }
        Ok(Ok(Outcome::Later(rest))) => {
            tokio::spawn(async move {
                match rest.await {
                    Ok(data) => answer.done(&data),
                    Err(error) => refuse(answer, &name, &error),
                }
            });
        }
        Ok(Err(error)) => refuse(answer, &name, &error),
        Err(_) => refuse(answer, &name, &Error::unavailable("this took too long")),
    }
}

/// Events per second with a burst, and how often a client went over it.
struct Pace {
    per_second: f64,
    burst: f64,
    tokens: f64,
    at: Instant,
    violations: u32,
}

impl Pace {
    fn new(manner: &Manner) -> Pace {
        let (per_second, burst) = (f64::from(manner.events_per_second), f64::from(manner.events_burst));
        Pace { per_second, burst, tokens: burst, at: Instant::now(), violations: 0 }
    }

    fn allow(&mut self) -> Result<()> {
        let now = Instant::now();
        let gained = now.duration_since(self.at).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + gained).min(self.burst);
        self.at = now;
        if self.tokens < 1.0 {
            self.violations += 1;
            let missing = (1.0 - self.tokens) / self.per_second;
            return Err(Error::rate_limited(Duration::from_secs_f64(missing)));
        }
        self.tokens -= 1.0;
        Ok(())
    }
}
