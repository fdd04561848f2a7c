//! The TCP connections below the sockets, so that one can be cut when nothing can be sent any more.
//!
//! Socket.IO's own `disconnect` needs room in the very queue that a stalled reader has filled.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use dashmap::DashMap;
use socket2::SockRef;
use socketioxide::socket::Sid;
use tokio::net::TcpStream;

/// One accepted connection. The server puts it into the extensions of every request on it.
#[derive(Clone, Debug)]
pub struct Wire {
    stream: Weak<TcpStream>,
    /// The session that was noted for this connection last.
    noted: Arc<Mutex<Option<String>>>,
}

impl Wire {
    pub fn of(stream: &Arc<TcpStream>) -> Wire {
        Wire { stream: Arc::downgrade(stream), noted: Arc::default() }
    }

    /// Closes both directions at once; what is unsent is lost.
    pub fn cut(&self) {
        if let Some(stream) = self.stream.upgrade() {
            // It may be closed already, which is what is wanted.
            let _ = SockRef::from(&*stream).shutdown(std::net::Shutdown::Both);
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
        self.0.wires.retain(|_, wire| wire.stream.strong_count() > 0);
        self.0.doomed.retain(|_, since| since.elapsed() < DOOMED_FOR);
    }
}
