//! The Socket.IO door: frames into typed events, one service method, its result into an answer.
//!
//! Who hears what is kept in our own rooms rather than in Socket.IO's, because a seat must be held
//! while it catches up, end exactly with a membership, and never lose an event in silence
//! (contract D-19, D-20, D-27, D-34). What the product allows is decided in `service`.

mod answer;
mod circles;
mod connect;
mod connection;
mod events;
mod handshake;
mod hub;
mod inbox;
mod outlet;
mod people;
mod pulse;
mod reads;
mod rooms;
mod serve;
mod stay;
mod talk;
mod tide;
mod tidings;
mod websocket;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use socketioxide::layer::SocketIoLayer;
use socketioxide::{ParserConfig, SocketIo};
use tokio::task::JoinSet;

pub use events::{EVENTS, Spec};
pub use handshake::{Unclaimed, token as offered_token};
pub use websocket::{Visitor, accept_key};
pub use wire::{Line, Wire, Wires};

use crate::app::App;
use crate::limits;
use hub::Hub;

/// How long a client has to hear that the server is stopping.
const WARNING: Duration = Duration::from_millis(300);
/// The same where somebody polls, who hears it in the poll that waits, or in the next one.
const POLLED: Duration = Duration::from_secs(1);

/// The door, ready to be put around the REST service.
pub struct Sockets {
    /// To be applied once and then cloned: each application would make an engine of its own.
    pub layer: SocketIoLayer,
    /// Where the server notes which connection carries which WebSocket.
    pub wires: Wires,
    io: SocketIo,
    hub: Arc<Hub>,
    tasks: JoinSet<()>,
}

impl std::fmt::Debug for Sockets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sockets").finish_non_exhaustive()
    }
}

/// Takes in clients that begin with a WebSocket.
#[derive(Clone)]
pub struct Host(Arc<Hub>);

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

impl Host {
    /// Runs until the connection is over.
    pub async fn attend(self, visitor: Visitor) {
        websocket::attend(self.0, visitor).await;
    }
}

/// How Socket.IO is spoken.
#[derive(Clone, Debug)]
pub struct Manner {
    pub ping_interval: Duration,
    pub ping_timeout: Duration,
    /// Events one socket may send, on average and at once.
    pub events_per_second: u32,
    pub events_burst: u32,
    pub sockets_per_user: usize,
}

impl Sockets {
    /// Must be called within a Tokio runtime.
    pub fn open(app: App, manner: &Manner) -> Sockets {
        let parser = ParserConfig::common()
            .max_incoming_binaries(limits::BINARIES)
            .max_incoming_binary_buf_size(limits::FRAME_BYTES)
            .packet_completion_timeout(limits::PACKET_COMPLETION);
        let (layer, io) = SocketIo::builder()
            .with_parser(parser)
            .req_path("/socket.io")
            .ping_interval(manner.ping_interval)
            .ping_timeout(manner.ping_timeout)
            .connect_timeout(connect::CONNECT_TIMEOUT)
            .max_payload(limits::FRAME_BYTES as u64)
            .ws_max_message_size(limits::FRAME_BYTES)
            .ws_max_frame_size(limits::FRAME_BYTES)
            .ws_read_buffer_size(512)
            .max_buffer_size(limits::SOCKET_QUEUE)
            .build_layer();
        let wires = Wires::default();
        let hub = Hub::new(app, wires.clone(), manner.clone());
        connect::open(&io, &hub);
        let tasks = pulse::start(&hub);
        Sockets { layer, wires, io, hub, tasks }
    }

    /// Serves clients that begin with a WebSocket.
    pub fn host(&self) -> Host {
        Host(self.hub.clone())
    }

    /// Tells everybody to come back elsewhere or later, and lets them hear it: closing at once would throw
    /// the warning away.
    pub async fn warn(&self, within: Duration) {
        self.hub.drain(5_000);
        let polled = self.hub.connections().iter().any(|one| one.outlet.polls());
        tokio::time::sleep(if polled { POLLED } else { WARNING }.min(within)).await;
    }

    /// Answers what was asked, and closes. Bounded: a client that does not read would hold up
    /// Socket.IO's own close for ever.
    pub async fn drain(mut self, within: Duration) {
        let answered = async {
            let mut soon = tokio::time::interval(Duration::from_millis(10));
            while self.hub.unanswered.count() > 0 {
                soon.tick().await;
            }
        };
        // Whoever gets no answer in time repeats the event with the same id.
        let rest = within / 2;
        let _ = tokio::time::timeout(rest, answered).await;
        self.hub.connections().iter().for_each(|one| one.outlet.go_away());
        let closed = async {
            self.io.close().await;
            let mut soon = tokio::time::interval(Duration::from_millis(10));
            while !self.hub.is_empty() {
                soon.tick().await;
            }
        };
        if tokio::time::timeout(rest, closed).await.is_err() {
            self.hub.connections().iter().for_each(|one| self.hub.cut(one.outlet.sid(), "draining"));
        }
        self.tasks.shutdown().await;
    }
}
