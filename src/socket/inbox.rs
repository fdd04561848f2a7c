//! What a client sends, in its order, one after the other, and never more than is bounded.
//!
//! Extractors run in the socket's read task in the order of arrival, handlers do not (11–31 % of
//! pipelined pairs started out of order): so the extractor itself puts the event into a queue that
//! one task per socket works through (contract D-07).

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, Event, TryData};
use socketioxide::handler::{FromMessageParts, Value as Frame};
use socketioxide::socket::Socket;
use tokio::sync::mpsc;
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
    weight: Weight,
}

/// The queue's sending end; lives in the socket's extensions.
#[derive(Clone)]
pub struct Inbox {
    line: mpsc::Sender<Arrived>,
    waiting: Arc<AtomicUsize>,
    unanswered: Unanswered,
    outlet: Arc<Outlet>,
}

/// Bytes an event takes of the queue's budget, given back when it has been dealt with.
struct Weight {
    bytes: usize,
    waiting: Arc<AtomicUsize>,
}

impl Weight {
    fn give_back(&mut self) {
        self.waiting.fetch_sub(std::mem::take(&mut self.bytes), Ordering::AcqRel);
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Arrived {
    /// Gives the room in the queue back.
    pub fn taken(&mut self) {
        self.weight.give_back();
    }
}

impl Inbox {
    pub fn new(unanswered: &Unanswered, outlet: Arc<Outlet>) -> (Inbox, mpsc::Receiver<Arrived>) {
        let (line, arrivals) = mpsc::channel(limits::EVENTS_WAITING);
        (Inbox { line, waiting: Arc::default(), unanswered: unanswered.clone(), outlet }, arrivals)
    }

    fn put(&self, name: String, payload: Result<Value, Error>, bytes: usize, answer: Answer) {
        let before = self.waiting.fetch_add(bytes, Ordering::AcqRel);
        let weight = Weight { bytes, waiting: self.waiting.clone() };
        if before + bytes > limits::EVENTS_WAITING_BYTES {
            return refuse(answer, &name, &too_many());
        }
        let arrived = Arrived { name, payload, answer, at: Instant::now(), weight };
        match self.line.try_send(arrived) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(arrived)) => {
                refuse(arrived.answer, &arrived.name, &too_many())
            }
            // Nobody works through this queue any more: the client must begin anew.
            Err(mpsc::error::TrySendError::Closed(arrived)) => arrived.answer.abandon(),
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
        let Some(inbox) = socket.extensions.get::<Inbox>() else { return Ok(Queued) };
        let bytes = match &*frame {
            Frame::Str(text, binaries) => {
                text.len() + binaries.iter().flatten().map(|binary| binary.len()).sum::<usize>()
            }
            Frame::Bytes(bytes) => bytes.len(),
        };
        let name = Event::from_message_parts(socket, frame, ack).map(|Event(name)| name).unwrap_or_default();
        let payload = match TryData::<Value>::from_message_parts(socket, frame, ack) {
            Ok(TryData(Ok(value))) => Ok(value),
            Ok(TryData(Err(_))) if is_bare(frame) => Ok(Value::Null),
            Ok(TryData(Err(_))) | Err(_) => {
                Err(Error::bad_request("the payload is not JSON that this server reads"))
            }
        };
        let Ok(sender) = AckSender::from_message_parts(socket, frame, ack);
        let ack = ack.map(|number| Ack { number, sender });
        let answer = Answer::new(inbox.outlet.clone(), ack, &inbox.unanswered);
        inbox.put(name, payload, bytes, answer);
        Ok(Queued)
    }
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
