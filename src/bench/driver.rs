//! One thread of clients: the sockets that are ready, and the phases that all threads go through.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

use super::client::{Client, Stage};
use super::desk::Desk;
use super::plan::{Plan, Target};
use super::tally::Tally;
use crate::error::{Error, Result};

/// How long nobody may come one step further before it is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Clients of one thread that connect at the same time, but in a storm.
const AT_ONCE: usize = 128;
/// Channels that are being come into at once, of all clients of a thread and of one.
const JOINS: usize = 256;
const JOINS_OF_ONE: usize = 16;
/// Answers and deliveries are waited for this long: then a send counts as lost (contract D-10).
const DRAIN: Duration = Duration::from_secs(11);

/// What the threads must know of each other to end together.
#[derive(Debug, Default)]
pub struct Shared {
    /// Threads that send no more.
    quiet: AtomicUsize,
    expected: AtomicU64,
    heard: AtomicU64,
    open: AtomicU64,
    /// Whoever started this wants it to end.
    pub stop: AtomicBool,
}

impl Shared {
    pub fn begin(&self) {
        self.quiet.store(0, Ordering::SeqCst);
        self.expected.store(0, Ordering::SeqCst);
        self.heard.store(0, Ordering::SeqCst);
        self.open.store(0, Ordering::SeqCst);
    }
}

/// What this thread has told the others.
#[derive(Debug, Default)]
struct Published {
    expected: u64,
    heard: u64,
    open: u64,
}

/// Ends when nothing has changed for too long.
struct Patience {
    seen: (usize, usize),
    since: Instant,
}

impl Patience {
    fn new() -> Patience {
        Patience { seen: (0, 0), since: Instant::now() }
    }

    fn or_give_up(&mut self, state: (usize, usize), what: &str) -> Result<()> {
        if state != self.seen {
            *self = Patience { seen: state, since: Instant::now() };
        }
        match self.since.elapsed() < PATIENCE {
            true => Ok(()),
            false => Err(Error::unavailable(format!("for {} seconds nobody {what}", PATIENCE.as_secs()))),
        }
    }
}

pub struct Driver {
    pub clients: Vec<Client>,
    pub desk: Desk,
    pub shared: Arc<Shared>,
    pub(super) poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    published: Published,
}

impl Driver {
    /// The clients whose number leaves `thread` when divided by the number of threads.
    pub fn new(
        plan: &Arc<Plan>,
        target: &Arc<Target>,
        shared: &Arc<Shared>,
        origin: Instant,
        thread: usize,
    ) -> Result<Driver> {
        let numbers = (thread..plan.people()).step_by(plan.threads);
        let clients = numbers.enumerate().map(|(place, number)| Client::new(number, Token(place))).collect();
        Ok(Driver {
            clients,
            desk: Desk::new(plan, target, origin),
            shared: shared.clone(),
            poll: Poll::new().map_err(Error::internal)?,
            events: Events::with_capacity(4_096),
            buffer: Vec::new(),
            published: Published::default(),
        })
    }

    /// Serves what is ready, waiting for it at most so long.
    pub fn turn(&mut self, wait: Duration) -> Result<()> {
        if self.shared.stop.load(Ordering::Relaxed) {
            return Err(Error::unavailable("stopped before the end"));
        }
        match self.poll.poll(&mut self.events, Some(wait)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(Error::internal(error)),
            _ => {}
        }
        for event in &self.events {
            if let Some(client) = self.clients.get_mut(event.token().0) {
                client.serve(event, &mut self.desk, &mut self.buffer);
            }
        }
        Ok(())
    }

    /// Lets those of the wanted who are away come, so many at a time. Nothing may go wrong.
    pub fn connect(&mut self, wanted: impl Fn(&Client) -> bool) -> Result<()> {
        self.admit(wanted, AT_ONCE, false, Driver::must_not_fail)
    }

    /// Lets the first `users` come back, all of them at once. What goes wrong is counted.
    pub fn come_back(&mut self, users: usize) -> Result<()> {
        self.admit(|client| client.number < users, usize::MAX, true, |_| Ok(()))
    }

    fn admit(
        &mut self,
        wanted: impl Fn(&Client) -> bool,
        at_once: usize,
        resumes: bool,
        check: impl Fn(&Driver) -> Result<()>,
    ) -> Result<()> {
        let (mut next, mut patience) = (0, Patience::new());
        loop {
            while self.desk.coming < at_once
                && let Some(client) = self.clients.get_mut(next)
            {
                next += 1;
                if client.stage == Stage::Away && wanted(client) {
                    client.dial(&mut self.desk, self.poll.registry(), resumes);
                }
            }
            if self.desk.coming == 0 && next >= self.clients.len() {
                return check(self);
            }
            self.turn(Duration::from_millis(20))?;
            check(self)?;
            patience.or_give_up((next, self.desk.coming), "is let in")?;
        }
    }

    /// Lets those of the first `users` who have not yet done so come into their channels.
    pub fn join(&mut self, users: usize) -> Result<()> {
        let mut patience = Patience::new();
        let each = self.desk.plan.channels / self.desk.plan.groups;
        let count = self.clients.len();
        let mut todo = (0..each).flat_map(|seat| (0..count).map(move |place| (place, seat)));
        let mut waiting: Option<(usize, usize)> = todo.next();
        loop {
            while let Some((place, seat)) = waiting
                && self.desk.open < JOINS
                && let Some(client) = self.clients.get_mut(place)
            {
                if client.open() >= JOINS_OF_ONE {
                    break;
                }
                let channel = self.desk.plan.seats(client.number).start + seat;
                if client.stage == Stage::Here && client.number < users && !client.seated {
                    client.visit(channel, &mut self.desk);
                }
                waiting = todo.next();
            }
            if waiting.is_none() && self.desk.open == 0 {
                let here = self.clients.iter_mut().filter(|client| client.number < users);
                here.for_each(|client| client.seated = true);
                return self.must_not_fail();
            }
            self.turn(Duration::from_millis(20))?;
            self.must_not_fail()?;
            let todo = waiting.map_or(usize::MAX, |(place, seat)| seat * count + place);
            patience.or_give_up((todo, self.desk.open), "comes into a channel")?;
        }
    }

    /// Before anything is measured nothing may go wrong.
    pub(super) fn must_not_fail(&self) -> Result<()> {
        match self.desk.tally.errors.iter().next() {
            None => Ok(()),
            Some((code, _)) => {
                let said = self.desk.complaint.as_deref().unwrap_or("nothing more is known");
                Err(Error::unavailable(format!("the clients could not come in: {code}: {said}")))
            }
        }
    }

    /// Tells the other threads how far this one is.
    pub fn publish(&mut self) {
        let open = self.desk.open as u64;
        let (tally, published, shared) = (&self.desk.tally, &mut self.published, &self.shared);
        shared.expected.fetch_add(tally.expected.wrapping_sub(published.expected), Ordering::SeqCst);
        shared.heard.fetch_add(tally.heard.wrapping_sub(published.heard), Ordering::SeqCst);
        shared.open.fetch_add(u64::wrapping_sub(open, published.open), Ordering::SeqCst);
        *published = Published { expected: tally.expected, heard: tally.heard, open };
    }

    /// After the last send: until everything is answered and heard, by the clients of every thread.
    pub fn drain(&mut self) -> Result<()> {
        self.publish();
        self.shared.quiet.fetch_add(1, Ordering::SeqCst);
        let deadline = Instant::now() + DRAIN;
        let threads = self.desk.plan.threads;
        while Instant::now() < deadline {
            self.turn(Duration::from_millis(2))?;
            self.publish();
            let shared = &self.shared;
            let done = shared.quiet.load(Ordering::SeqCst) == threads
                && shared.open.load(Ordering::SeqCst) == 0
                && shared.heard.load(Ordering::SeqCst) >= shared.expected.load(Ordering::SeqCst);
            if done && self.desk.coming == 0 {
                return Ok(());
            }
        }
        self.desk.tally.errors_of("NO_ANSWER", self.desk.open as u64);
        // What is answered later must not count in the next measurement.
        let waiting = self.clients.iter_mut().filter(|client| client.open() > 0);
        waiting.for_each(|client| client.forget(&mut self.desk));
        Ok(())
    }

    /// What was counted since the last time.
    pub fn take(&mut self) -> Tally {
        self.published = Published::default();
        std::mem::take(&mut self.desk.tally)
    }
}
