//! The two shapes of an answer: `{"ok":true,"data":…}` and `{"ok":false,"error":{…}}`.
//!
//! Whoever asked for an acknowledgement gets one. Who did not hears of a refusal by an `error` event.

use serde::Serialize;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use tracing::error;

use crate::error::{Code, Error};

/// Where the answer to one event goes.
pub struct Answer {
    socket: SocketRef,
    ack: Option<AckSender<LocalAdapter>>,
}

#[derive(Serialize)]
struct Done<'a, T> {
    ok: bool,
    data: &'a T,
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
    pub fn new(socket: SocketRef, ack: Option<AckSender<LocalAdapter>>) -> Answer {
        Answer { socket, ack }
    }

    /// Whether the client waits for an acknowledgement.
    pub fn is_awaited(&self) -> bool {
        self.ack.is_some()
    }

    pub fn done<T: Serialize>(self, data: &T) {
        metrics::counter!("hubbub_acks_total", "code" => "OK").increment(1);
        if let Some(ack) = self.ack
            && ack.send(&Done { ok: true, data }).is_err()
        {
            close_slow(&self.socket);
        }
    }
}

/// A fault of ours is logged here, once, with its cause.
pub fn refuse(answer: Answer, event: &str, refused: &Error) {
    metrics::counter!("hubbub_acks_total", "code" => refused.code().name()).increment(1);
    if refused.code() == Code::Internal {
        error!(socket.id = %answer.socket.id, event, cause = ?refused, "an event failed");
    }
    let sent = match answer.ack {
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
    if let Some(closer) = socket.extensions.get::<super::Closer>() {
        closer.close("slow");
    }
}
