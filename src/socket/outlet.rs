//! How one socket is spoken to: straight into its WebSocket, or through the engine while it has none.
//!
//! A socket that polls, or has not finished its upgrade, gets its packets from the engine's queue.
//! The first packet after that sends a mark through the queue and follows it, so that the order of
//! what is said to one socket stays what it was said in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use bytes::Bytes;
use serde_json::value::RawValue;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::{TransportType, socket::Sid};

use super::hub::Hub;
use super::wire::{self, MARK, Pipe, Refused};
use crate::error::{Error, Result};
use crate::event::{Ephemeral, Told};

/// The way to one socket. Everything sent in one thread arrives in that order, or the socket is
/// closed: nothing is left out in silence (contract D-20, D-23).
pub struct Outlet {
    sid: Sid,
    hub: Weak<Hub>,
    carrier: Carrier,
}

enum Carrier {
    Engine {
        socket: SocketRef,
        pipe: OnceLock<Pipe>,
        opening: Mutex<()>,
    },
    /// Of [`super::websocket`], where nothing else is said but by us.
    WebSocket {
        pipe: Pipe,
        connected: AtomicBool,
    },
}

/// One event, encoded once for all who hear it.
pub struct Spoken<'a> {
    pub name: &'a str,
    data: &'a RawValue,
    frame: OnceLock<Bytes>,
}

impl<'a> Spoken<'a> {
    pub fn new(name: &'a str, data: &'a RawValue) -> Spoken<'a> {
        Spoken { name, data, frame: OnceLock::new() }
    }

    pub fn told(told: &'a Told) -> Spoken<'a> {
        Spoken::new(&told.name, &told.data)
    }

    fn frame(&self) -> &Bytes {
        self.frame.get_or_init(|| wire::event(self.name, self.data))
    }
}

/// What an event asks to be answered with.
pub struct Ack {
    pub number: i64,
    /// None on a WebSocket of ours.
    pub sender: Option<AckSender<LocalAdapter>>,
}

impl Outlet {
    pub fn through_engine(socket: SocketRef, hub: &Arc<Hub>) -> Arc<Outlet> {
        let sid = socket.id;
        let carrier = Carrier::Engine { socket, pipe: OnceLock::new(), opening: Mutex::default() };
        Arc::new(Outlet { sid, hub: Arc::downgrade(hub), carrier })
    }

    pub fn over_websocket(sid: Sid, pipe: Pipe, hub: &Arc<Hub>) -> Arc<Outlet> {
        let carrier = Carrier::WebSocket { pipe, connected: AtomicBool::new(true) };
        Arc::new(Outlet { sid, hub: Arc::downgrade(hub), carrier })
    }

    pub fn sid(&self) -> Sid {
        self.sid
    }

    pub fn connected(&self) -> bool {
        match &self.carrier {
            Carrier::Engine { socket, .. } => socket.connected(),
            Carrier::WebSocket { connected, .. } => connected.load(Ordering::Acquire),
        }
    }

    /// Whether what is said waits until the client asks for it.
    pub fn polls(&self) -> bool {
        match &self.carrier {
            Carrier::Engine { socket, .. } => socket.transport_type() != TransportType::Websocket,
            Carrier::WebSocket { .. } => false,
        }
    }

    /// On a WebSocket of ours: nothing is said to this socket any more. False where that was so.
    pub fn leave(&self) -> bool {
        match &self.carrier {
            Carrier::Engine { .. } => false,
            Carrier::WebSocket { connected, .. } => connected.swap(false, Ordering::AcqRel),
        }
    }

    /// Tells the client that its socket is closed for good; its transport stays.
    pub fn disconnect(&self, hub: &Arc<Hub>) -> std::result::Result<(), Refused> {
        match &self.carrier {
            Carrier::Engine { socket, .. } => socket.clone().disconnect().map_err(|_| Refused),
            Carrier::WebSocket { pipe, .. } => {
                if self.leave() {
                    pipe.send(&wire::disconnect())?;
                    tokio::spawn(super::connect::depart(hub.clone(), self.sid));
                }
                Ok(())
            }
        }
    }

    /// Asks the client of a WebSocket of ours to close it, and to come back.
    pub fn go_away(&self) {
        if let Carrier::WebSocket { pipe, .. } = &self.carrier {
            // Who cannot hear it is cut soon.
            let _ = pipe.send(&wire::going_away());
        }
    }

    /// Says it now; who cannot take it is closed.
    pub fn tell(&self, spoken: &Spoken<'_>) {
        if self.say(spoken).is_err() {
            self.cut("slow");
        }
    }

    /// Lets it wait; the pipe given back is to be flushed for it to go out.
    pub fn queue(&self, spoken: &Spoken<'_>) -> Option<Pipe> {
        let Some(pipe) = self.pipe() else {
            self.tell(spoken);
            return None;
        };
        match pipe.queue(spoken.frame()) {
            Ok(first) => first.then(|| pipe.clone()),
            Err(Refused) => {
                self.cut("slow");
                None
            }
        }
    }

    /// Says it now, or tells that the socket takes nothing more.
    pub fn say(&self, spoken: &Spoken<'_>) -> Result<()> {
        let sent = match (self.pipe(), &self.carrier) {
            _ if !self.connected() => Err(Refused),
            (Some(pipe), _) => pipe.send(spoken.frame()),
            // An array of one, because an array would be spread over the listener's arguments.
            (None, Carrier::Engine { socket, .. }) => {
                socket.emit(spoken.name, &[spoken.data]).map_err(|_| Refused)
            }
            (None, Carrier::WebSocket { .. }) => Err(Refused),
        };
        sent.map_err(|Refused| Error::unavailable("the socket takes nothing more"))
    }

    /// Answers, or closes the socket.
    pub fn answer(&self, ack: Ack, data: &RawValue) {
        let sent = match (self.pipe(), ack.sender) {
            _ if !self.connected() => return,
            (Some(pipe), _) => pipe.send(&wire::answer(ack.number, data)).is_ok(),
            (None, Some(sender)) => sender.send(&[data]).is_ok(),
            (None, None) => false,
        };
        if !sent {
            self.cut("slow");
        }
    }

    fn pipe(&self) -> Option<&Pipe> {
        match &self.carrier {
            Carrier::WebSocket { pipe, .. } => Some(pipe),
            Carrier::Engine { pipe, .. } if pipe.get().is_some() => pipe.get(),
            Carrier::Engine { .. } if self.polls() => None,
            Carrier::Engine { socket, pipe, opening } => self.open(socket, pipe, opening),
        }
    }

    fn open<'a>(
        &self,
        socket: &SocketRef,
        opened: &'a OnceLock<Pipe>,
        opening: &Mutex<()>,
    ) -> Option<&'a Pipe> {
        let _one = opening.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.get().is_none() {
            let pipe = self.hub.upgrade()?.wires.of(self.sid)?.pipe()?;
            // Before the mark is sent, because it may come out at once.
            pipe.await_mark();
            // A queue that is full, or closed, refuses what is said next as well, and the socket ends.
            socket.emit(MARK, &()).ok()?;
            let _ = opened.set(pipe);
        }
        opened.get()
    }

    /// An answer or event that cannot be queued must not be lost in silence: the connection goes, the
    /// client comes back and resumes, or repeats (contract D-20, D-23).
    pub fn cut(&self, reason: &'static str) {
        if let (true, Some(hub)) = (self.connected(), self.hub.upgrade()) {
            hub.cut(self.sid, reason);
        }
    }
}

/// Says something that is in no log, and may be lost.
pub fn whisper<'a>(event: &Ephemeral, outlets: impl Iterator<Item = &'a Outlet>) {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Written {
        event: String,
        data: Box<RawValue>,
    }
    let written = serde_json::to_string(event).and_then(|text| serde_json::from_str::<Written>(&text));
    let Ok(Written { event, data }) = written else { return };
    let spoken = Spoken::new(&event, &data);
    let said = outlets.filter(|outlet| outlet.say(&spoken).is_ok()).count();
    metrics::counter!("hubbub_events_out_total", "event" => event.clone()).increment(said as u64);
}
