//! Where all clients of a run write down what the bounds are about: how long answers took, when
//! each channel last took a write, which connections the other side ended.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hubbub::model::{Id, Log};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::talker::Question;

/// Every send is answered by then (D-10).
pub const ANSWERED: Duration = Duration::from_secs(10);

pub struct Board {
    ticks: Arc<AtomicU64>,
    began: Instant,
    tally: Mutex<Tally>,
    written: Notify,
}

#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub ok: u64,
    /// Refusals and UNKNOWN, by code.
    pub failed: BTreeMap<String, u64>,
    pub longest: Duration,
    /// Questions that a living connection left without an answer for longer than it may.
    pub late: Vec<String>,
    /// Questions whose connection was dead all the while: their silence is the connection's.
    pub dead: u64,
    /// Connections that worked, and did not end by the client's will.
    pub cut: u64,
    /// From what was said to each who heard it live.
    pub deliveries: Vec<Duration>,
    /// Of each channel, when its latest ok was asked for and when it came.
    last: BTreeMap<Id<Log>, (Instant, Instant)>,
}

impl Board {
    pub fn new() -> Board {
        Board {
            ticks: Arc::default(),
            began: Instant::now(),
            tally: Mutex::default(),
            written: Notify::new(),
        }
    }

    /// Another board for some of the clients; they share the clock.
    pub fn beside(&self) -> Board {
        Board { ticks: self.ticks.clone(), began: self.began, ..Board::new() }
    }

    /// Milliseconds since the run began.
    pub fn time(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// Somebody heard what was said at that time.
    pub fn delivered(&self, said: u64) {
        self.lock().deliveries.push(Duration::from_millis(self.time().saturating_sub(said)));
    }

    /// Of the deliveries since this was last asked, the time that 99 of 100 did not take longer than.
    pub fn delivery(&self) -> Duration {
        let mut times = std::mem::take(&mut self.lock().deliveries);
        times.sort();
        times.get(times.len() * 99 / 100).copied().unwrap_or_default()
    }

    /// One clock for all clients: microseconds, and never the same twice.
    pub fn tick(&self) -> u64 {
        let now = self.began.elapsed().as_micros() as u64;
        let later = |last: u64| Some(now.max(last + 1));
        let last = self.ticks.fetch_update(Ordering::SeqCst, Ordering::SeqCst, later);
        now.max(last.unwrap_or_default() + 1)
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn tally(&self) -> Tally {
        self.lock().clone()
    }

    /// A send was answered; `failed` holds the code unless it was ok.
    pub fn answered(&self, log: Id<Log>, asked: Instant, failed: Option<&str>) {
        let mut tally = self.lock();
        let now = Instant::now();
        let waited = now - asked;
        tally.longest = tally.longest.max(waited);
        if waited > ANSWERED {
            tally.late.push(format!("a send to {log} was answered after {waited:.1?}"));
        }
        match failed {
            Some(code) => *tally.failed.entry(code.to_owned()).or_default() += 1,
            None => {
                tally.ok += 1;
                tally.last.insert(log, (asked, now));
                drop(tally);
                self.written.notify_waiters();
            }
        }
    }

    /// No answer came in time, on a connection that brought other things meanwhile, or nothing.
    pub fn unanswered(&self, question: &Question, asked: Instant, alive: bool) {
        let mut tally = self.lock();
        match alive {
            true => tally.late.push(format!("{question:?} had no answer after {:.1?}", asked.elapsed())),
            false => tally.dead += 1,
        }
    }

    pub fn cut(&self) {
        self.lock().cut += 1;
    }

    /// Waits until each of the channels took a write that was asked for after `begun` and answered
    /// after `ended`; how long after `ended` the last of them did. None if one never does.
    pub async fn writes_back(&self, logs: &[Id<Log>], begun: Instant, ended: Instant) -> Option<Duration> {
        let mut back = BTreeMap::new();
        let all = async {
            loop {
                let written = self.written.notified();
                for (log, (asked, answered)) in self.lock().last.iter() {
                    if *asked >= begun && *answered >= ended {
                        back.entry(*log).or_insert(*answered - ended);
                    }
                }
                if logs.iter().all(|log| back.contains_key(log)) {
                    return;
                }
                written.await;
            }
        };
        timeout(Duration::from_secs(60), all).await.ok()?;
        back.into_values().max()
    }
}
