//! What a client sends, in its order, one after the other, and never more than is bounded.
//!
//! Extractors run in the socket's read task in the order of arrival, handlers do not (11–31 % of
//! pipelined pairs started out of order): so the extractor itself puts the event into a queue that
//! one task per socket works through (contract D-07).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::AckSender;
use socketioxide::handler::{FromMessageParts, Value as Frame};
use socketioxide::socket::Socket;
use socketioxide_core::parser::Parse;
use socketioxide_parser_common::CommonParser;
use tokio::time::Instant;

use super::answer::{Answer, Unanswered, refuse};
use super::outlet::{Ack, Outlet};
use crate::error::Error;
use crate::limits;

/// One event as it came.
pub struct Arrived {
    pub name: String,
    /// The first argument; what is no JSON is told apart from what is missing.
    pub payload: Result<Value, Error>,
    pub answer: Answer,
    pub at: Instant,
    bytes: usize,
}

/// What one socket sent and nobody dealt with yet; lives in the socket's extensions. While it is empty
/// there is no task either: most sockets are silent most of the time.
pub struct Inbox {
    waiting: Mutex<Waiting>,
    unanswered: Unanswered,
    outlet: Arc<Outlet>,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Arrived>,
    bytes: usize,
    /// Begins a task that works through the queue; none until the socket is settled.
    begin: Option<Box<dyn Fn(Turn) + Send>>,
    working: bool,
    /// Nobody works through this queue any more: the client must begin anew.
    closed: bool,
}

/// The right to work through a queue, which one task has at a time. Dropped before the queue is
/// empty, it closes the queue and the socket.
pub struct Turn(Arc<Inbox>);

impl Inbox {
    pub fn new(unanswered: &Unanswered, outlet: Arc<Outlet>) -> Arc<Inbox> {
        Arc::new(Inbox { waiting: Mutex::default(), unanswered: unanswered.clone(), outlet })
    }

    pub fn outlet(&self) -> &Arc<Outlet> {
        &self.outlet
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on `begin` is called whenever there is something to do and nobody does it.
    pub fn open(self: &Arc<Inbox>, begin: impl Fn(Turn) + Send + 'static) {
        let mut waiting = self.waiting();
        waiting.begin = Some(Box::new(begin));
        self.wake(&mut waiting);
    }

    fn wake(self: &Arc<Inbox>, waiting: &mut Waiting) {
        if let (Some(begin), false, false) = (&waiting.begin, waiting.working, waiting.events.is_empty()) {
            waiting.working = true;
            begin(Turn(self.clone()));
        }
    }

    /// An event of a WebSocket of ours, with the number that its answer is to carry. To be called in
    /// the order of arrival.
    pub fn arrived(self: &Arc<Inbox>, frame: &mut Frame, ack: Option<i64>) {
        self.take(frame, ack.map(|number| Ack { number, sender: None }));
    }

    fn take(self: &Arc<Inbox>, frame: &mut Frame, ack: Option<Ack>) {
        let bytes = match &*frame {
            Frame::Str(text, binaries) => {
                text.len() + binaries.iter().flatten().map(|binary| binary.len()).sum::<usize>()
            }
            Frame::Bytes(bytes) => bytes.len(),
        };
        let (name, payload) = read(frame);
        let answer = Answer::new(self.outlet.clone(), ack, &self.unanswered);
        self.put(Arrived { name, payload, answer, at: Instant::now(), bytes });
    }

    fn put(self: &Arc<Inbox>, arrived: Arrived) {
        let mut waiting = self.waiting();
        if waiting.closed {
            return arrived.answer.abandon();
        }
        let bytes = waiting.bytes + arrived.bytes;
        if waiting.events.len() >= limits::EVENTS_WAITING || bytes > limits::EVENTS_WAITING_BYTES {
            drop(waiting);
            return refuse(arrived.answer, &arrived.name, &too_many());
        }
        waiting.bytes = bytes;
        waiting.events.push_back(arrived);
        self.wake(&mut waiting);
    }
}

impl Turn {
    /// The next event; without one the turn is over.
    pub fn next(&self) -> Option<Arrived> {
        let mut waiting = self.0.waiting();
        match waiting.events.pop_front() {
            Some(arrived) => {
                waiting.bytes -= arrived.bytes;
                Some(arrived)
            }
            None => {
                waiting.working = false;
                waiting.events = VecDeque::new();
                None
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        if waiting.working {
            waiting.closed = true;
            let left = std::mem::take(&mut waiting.events);
            drop(waiting);
            drop(left);
            self.0.outlet.cut("unattended");
        }
    }
}

fn too_many() -> Error {
    Error::rate_limited(std::time::Duration::from_secs(1))
}

/// The extractor: queues the event on its way to a handler that has nothing left to do.
pub struct Queued;

impl FromMessageParts<LocalAdapter> for Queued {
    type Error = Infallible;

    fn from_message_parts(
        socket: &Arc<Socket<LocalAdapter>>,
        frame: &mut Frame,
        ack: &Option<i64>,
    ) -> Result<Queued, Infallible> {
        let Some(inbox) = socket.extensions.get::<Arc<Inbox>>() else { return Ok(Queued) };
        let Ok(sender) = AckSender::from_message_parts(socket, frame, ack);
        inbox.take(frame, ack.map(|number| Ack { number, sender: Some(sender) }));
        Ok(Queued)
    }
}

/// Name and first argument of an event. What is no name is no event of ours.
fn read(frame: &mut Frame) -> (String, Result<Value, Error>) {
    let name = CommonParser.read_event(frame).map(str::to_owned).unwrap_or_default();
    let payload = match CommonParser.decode_value::<Value>(frame, true) {
        Ok(value) => Ok(value),
        Err(_) if is_bare(frame) => Ok(Value::Null),
        Err(_) => Err(Error::bad_request("the payload is not JSON that this server reads")),
    };
    (name, payload)
}

/// Whether the frame holds an event name and nothing else: `["name"]`.
fn is_bare(frame: &Frame) -> bool {
    match frame {
        Frame::Str(text, _) => {
            matches!(serde_json::from_str::<Vec<Value>>(text.as_str()), Ok(parts) if parts.len() == 1)
        }
        Frame::Bytes(_) => false,
    }
}
