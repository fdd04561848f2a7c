//! The two shapes of an answer: `{"ok":true,"data":…}` and `{"ok":false,"error":{…}}`.
//!
//! Whoever asked for an acknowledgement gets one. Who did not hears of a refusal by an `error` event.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use serde_json::Value;
use serde_json::value::to_raw_value;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use tracing::error;

use crate::error::{Code, Error};
use crate::failpoint::{self, Point};

/// Where the answer to one event goes.
pub struct Answer {
    socket: SocketRef,
    ack: Option<AckSender<LocalAdapter>>,
    _open: Open,
}

/// Counts the events that are not answered yet, so that a stopping server can wait for them.
#[derive(Clone, Default)]
pub struct Unanswered(Arc<AtomicUsize>);

struct Open(Unanswered);

impl Unanswered {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }

    fn one(&self) -> Open {
        self.0.fetch_add(1, Ordering::AcqRel);
        Open(self.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Where there will be no answer, because nobody works on the event or who did panicked, the client
/// learns it by losing the connection.
impl Drop for Answer {
    fn drop(&mut self) {
        if self.ack.is_some() {
            close(&self.socket, "unanswered");
        }
    }
}

#[derive(Serialize)]
struct Done<'a> {
    ok: bool,
    data: &'a Value,
}

#[derive(Serialize)]
struct Refused<'a> {
    ok: bool,
    error: crate::error::Body<'a>,
}

#[derive(Serialize)]
struct Unasked<'a> {
    event: &'a str,
    #[serde(flatten)]
    error: crate::error::Body<'a>,
}

impl Answer {
    pub fn new(socket: SocketRef, ack: Option<AckSender<LocalAdapter>>, unanswered: &Unanswered) -> Answer {
        Answer { socket, ack, _open: unanswered.one() }
    }

    /// Whether the client waits for an acknowledgement.
    pub fn is_awaited(&self) -> bool {
        self.ack.is_some()
    }

    /// Nobody works on the events of this socket any more.
    pub fn abandon(mut self) {
        self.ack = None;
        close(&self.socket, "unanswered");
    }

    /// Answers, and tells how many bytes that took.
    pub fn done(mut self, data: &Value) -> usize {
        metrics::counter!("hubbub_acks_total", "code" => "OK").increment(1);
        failpoint::reach(Point::BeforeAck);
        let Some(ack) = self.ack.take() else { return 0 };
        let written = to_raw_value(&Done { ok: true, data });
        let bytes = written.as_ref().map_or(0, |written| written.get().len());
        if written.is_err() || written.is_ok_and(|written| ack.send(&written).is_err()) {
            close_slow(&self.socket);
        }
        failpoint::reach(Point::AfterAck);
        bytes
    }
}

/// A fault of ours is logged here, once, with its cause.
pub fn refuse(mut answer: Answer, event: &str, refused: &Error) {
    metrics::counter!("hubbub_acks_total", "code" => refused.code().name()).increment(1);
    if refused.code() == Code::Internal {
        error!(socket.id = %answer.socket.id, event, cause = ?refused, "an event failed");
    }
    let sent = match answer.ack.take() {
        Some(ack) => ack.send(&Refused { ok: false, error: refused.body() }).is_ok(),
        None => answer.socket.emit("error", &Unasked { event, error: refused.body() }).is_ok(),
    };
    if !sent {
        close_slow(&answer.socket);
    }
}

/// An answer that cannot be queued must not be lost in silence: the connection goes, the client
/// comes back and repeats (contract D-20, D-23).
pub fn close_slow(socket: &SocketRef) {
    close(socket, "slow");
}

fn close(socket: &SocketRef, reason: &'static str) {
    // What is closed already is nobody's fault.
    if !socket.connected() {
        return;
    }
    if let Some(closer) = socket.extensions.get::<super::Closer>() {
        closer.close(reason);
    }
}
