//! The TCP connections below the sockets: so that one can be cut when nothing can be sent any more,
//! and so that a frame that is encoded once goes to everybody without passing through the engine
//! (which for each copies it, queues it and wakes a task).
//!
//! Socket.IO's own `disconnect` needs room in the very queue that a stalled reader has filled.

mod frame;
mod line;
mod out;

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use dashmap::DashMap;
use socketioxide::socket::Sid;

pub(super) use frame::{answer, disconnect, event, going_away, text};
pub use line::{Line, Refused};
pub(super) use out::MARK;

use line::Shared;

/// One accepted connection. The server puts it into the extensions of every request on it.
#[derive(Clone, Debug)]
pub struct Wire {
    line: Weak<Shared>,
    /// The session that was noted for this connection last.
    noted: Arc<Mutex<Option<String>>>,
}

impl Wire {
    pub fn of(line: &Line) -> Wire {
        Wire { line: Arc::downgrade(&line.0), noted: Arc::default() }
    }

    /// Closes both directions at once; what is unsent is lost.
    pub fn cut(&self) {
        if let Some(line) = self.line.upgrade() {
            line.cut();
        }
    }

    /// To be called when everything that is written from now on is the answer to an upgrade and then
    /// frames.
    pub fn becomes_websocket(&self) {
        if let Some(line) = self.line.upgrade() {
            line.becomes_websocket();
        }
    }

    /// The way past the engine, once this carries a WebSocket.
    pub(super) fn pipe(&self) -> Option<Pipe> {
        self.line.upgrade().filter(|line| line.is_websocket()).map(|line| Pipe(Arc::downgrade(&line)))
    }
}

/// The way past the engine: frames go straight to the connection, in order, or wait there.
#[derive(Clone, Debug)]
pub(super) struct Pipe(Weak<Shared>);

impl Pipe {
    /// What is sent from now on waits until a [`MARK`] has come through the engine.
    pub fn await_mark(&self) {
        if let Some(line) = self.0.upgrade() {
            line.await_mark();
        }
    }

    pub fn send(&self, frame: &Bytes) -> Result<(), Refused> {
        self.0.upgrade().ok_or(Refused)?.send(frame)
    }

    /// Lets a frame wait for [`Pipe::flush`], which sends many with one call of the system. True where
    /// nothing waited before it, so that one flush follows.
    pub fn queue(&self, frame: &Bytes) -> Result<bool, Refused> {
        self.0.upgrade().ok_or(Refused)?.queue(frame)
    }

    pub fn flush(&self) {
        if let Some(line) = self.0.upgrade() {
            line.flush();
        }
    }
}

/// Which connection carries the WebSocket of which session. An upgrade from polling comes on a
/// connection of its own and names the session in its query.
#[derive(Clone, Debug, Default)]
pub struct Wires(Arc<Noted>);

#[derive(Debug, Default)]
struct Noted {
    wires: DashMap<String, Wire>,
    /// Sessions that are over for us and still known to the engine, since when.
    doomed: DashMap<String, Instant>,
}

/// No session of the engine has a longer name.
const SID_BYTES: usize = 32;

/// The engine has forgotten a session by then that nobody was let poll.
const DOOMED_FOR: Duration = Duration::from_secs(120);

impl Wires {
    /// Notes the connection of an upgrade request for the session `sid`. A connection carries one
    /// session, so what was noted for it before, for an upgrade that failed, is forgotten.
    pub fn note(&self, sid: &str, wire: &Wire) {
        if sid.len() > SID_BYTES {
            return;
        }
        let before = wire.noted.lock().unwrap_or_else(PoisonError::into_inner).replace(sid.to_owned());
        if let Some(before) = before.filter(|before| before != sid) {
            self.0.wires.remove(&before);
        }
        self.0.wires.insert(sid.to_owned(), wire.clone());
    }

    pub fn forget(&self, sid: Sid) {
        self.0.wires.remove(sid.as_str());
    }

    pub fn of(&self, sid: Sid) -> Option<Wire> {
        self.0.wires.get(sid.as_str()).map(|wire| wire.clone())
    }

    /// Ends the transport of a session: its WebSocket is closed, its polls are refused, and so its
    /// client begins anew.
    pub fn cut(&self, sid: Sid) {
        self.0.doomed.insert(sid.as_str().to_owned(), Instant::now());
        if let Some((_, wire)) = self.0.wires.remove(sid.as_str()) {
            wire.cut();
        }
    }

    pub fn is_doomed(&self, sid: &str) -> bool {
        self.0.doomed.contains_key(sid)
    }

    /// Forgets connections that are closed, and sessions that are long over.
    pub fn sweep(&self) {
        self.0.wires.retain(|_, wire| wire.line.strong_count() > 0);
        self.0.doomed.retain(|_, since| since.elapsed() < DOOMED_FOR);
    }
}
