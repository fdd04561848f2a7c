//! The two shapes of an answer: `{"ok":true,"data":…}` and `{"ok":false,"error":{…}}`.
//!
//! Whoever asked for an acknowledgement gets one. Who did not hears of a refusal by an `error` event.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tracing::error;

use super::outlet::{Ack, Outlet, Spoken};

use crate::error::{Code, Error};

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
    pub fn new(outlet: Arc<Outlet>, ack: Option<Ack>, unanswered: &Unanswered) -> Answer {
        Answer { outlet, ack, _open: unanswered.one() }
    }

    /// Whether the client waits for an acknowledgement.
    pub fn is_awaited(&self) -> bool {
        self.ack.is_some()
    }

    /// There will be no answer: the client learns it by losing the connection.
    pub fn abandon(self) {
        self.outlet.cut("slow");
    }

    /// Answers, and tells how many bytes that took.
    pub fn done(self, data: &Value) -> usize {
        metrics::counter!("hubbub_acks_total", "code" => "OK").increment(1);
        match (self.ack, to_raw_value(&Done { ok: true, data })) {
            (None, _) => 0,
            (Some(ack), Ok(written)) => {
                self.outlet.answer(ack, &written);
                written.get().len()
            }
            (Some(_), Err(_)) => {
                self.outlet.cut("slow");
                0
            }
        }
    }
}

/// A fault of ours is logged here, once, with its cause.
pub fn refuse(answer: Answer, event: &str, refused: &Error) {
    metrics::counter!("hubbub_acks_total", "code" => refused.code().name()).increment(1);
    let Answer { outlet, ack, _open } = answer;
    if refused.code() == Code::Internal {
        error!(socket.id = %outlet.sid(), event, cause = ?refused, "an event failed");
    }
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
