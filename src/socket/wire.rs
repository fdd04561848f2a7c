//! The TCP connections below the sockets, so that one can be cut when nothing can be sent any more.
//!
//! Socket.IO's own `disconnect` needs room in the very queue that a stalled reader has filled.

use std::sync::{Arc, Weak};

use dashmap::DashMap;
use socket2::SockRef;
use socketioxide::socket::Sid;
use tokio::net::TcpStream;

/// One accepted connection. The server puts it into the extensions of every request on it.
#[derive(Clone, Debug)]
pub struct Wire(Weak<TcpStream>);

impl Wire {
    pub fn of(stream: &Arc<TcpStream>) -> Wire {
        Wire(Arc::downgrade(stream))
    }

    /// Closes both directions at once; what is unsent is lost.
    pub fn cut(&self) {
        if let Some(stream) = self.0.upgrade() {
            // It may be closed already, which is what is wanted.
            let _ = SockRef::from(&*stream).shutdown(std::net::Shutdown::Both);
        }
    }
}

/// Which connection carries the WebSocket of which session. An upgrade from polling comes on a
/// connection of its own and names the session in its query.
#[derive(Clone, Debug, Default)]
pub struct Wires(Arc<DashMap<String, Wire>>);

impl Wires {
    /// Notes the connection of an upgrade request for the session `sid`.
    pub fn note(&self, sid: &str, wire: &Wire) {
        self.0.insert(sid.to_owned(), wire.clone());
    }

    pub fn forget(&self, sid: Sid) {
        self.0.remove(sid.as_str());
    }

    pub fn cut(&self, sid: Sid) {
        if let Some((_, wire)) = self.0.remove(sid.as_str()) {
            wire.cut();
        }
    }
}
