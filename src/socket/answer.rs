//! The two shapes of an answer: `{"ok":true,"data":…}` and `{"ok":false,"error":{…}}`.
//!
//! Whoever asked for an acknowledgement gets one. Who did not hears of a refusal by an `error` event.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tracing::error;

use super::outlet::{Ack, Outlet, Spoken};

use crate::error::{Code, Error};
use crate::failpoint::{self, Point};

/// Where the answer to one event goes.
pub struct Answer {
    outlet: Arc<Outlet>,
    ack: Option<Ack>,
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
            self.outlet.cut("unanswered");
        }
    }
}

#[derive(Serialize)]
struct Done<'a> {
    ok: bool,
    data: &'a RawValue,
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
    pub fn new(outlet: Arc<Outlet>, ack: Option<Ack>, unanswered: &Unanswered) -> Answer {
        Answer { outlet, ack, _open: unanswered.one() }
    }

    /// Whether the client waits for an acknowledgement.
    pub fn is_awaited(&self) -> bool {
        self.ack.is_some()
    }

    /// Nobody works on the events of this socket any more.
    pub fn abandon(mut self) {
        self.ack = None;
        self.outlet.cut("unanswered");
    }

    /// Answers, and tells how many bytes that took.
    pub fn done(mut self, data: &RawValue) -> usize {
        metrics::counter!("hubbub_acks_total", "code" => "OK").increment(1);
        failpoint::reach(Point::BeforeAck);
        let bytes = match (self.ack.take(), to_raw_value(&Done { ok: true, data })) {
            (None, _) => 0,
            (Some(ack), Ok(written)) => {
                self.outlet.answer(ack, &written);
                written.get().len()
            }
            (Some(_), Err(_)) => {
                self.outlet.cut("slow");
                0
            }
        };
        failpoint::reach(Point::AfterAck);
        bytes
    }
}

/// A fault of ours is logged here, once, with its cause.
pub fn refuse(mut answer: Answer, event: &str, refused: &Error) {
    metrics::counter!("hubbub_acks_total", "code" => refused.code().name()).increment(1);
    if refused.code() == Code::Internal {
        error!(socket.id = %answer.outlet.sid(), event, cause = ?refused, "an event failed");
    }
    let (ack, outlet) = (answer.ack.take(), &answer.outlet);
    let written: serde_json::Result<Box<RawValue>> = match &ack {
        Some(_) => to_raw_value(&Refused { ok: false, error: refused.body() }),
        None => to_raw_value(&Unasked { event, error: refused.body() }),
    };
    match (written, ack) {
        (Ok(written), Some(ack)) => outlet.answer(ack, &written),
        (Ok(written), None) => outlet.tell(&Spoken::new("error", &written)),
        (Err(_), _) => outlet.cut("slow"),
    }
}
