//! How one socket is spoken to: past the engine once it has a WebSocket, through the engine before.
//!
//! A socket that polls, or has not finished its upgrade, gets its packets from the engine's queue.
//! The first packet after that sends a mark through the queue and follows it, so that the order of
//! what is said to one socket stays what it was said in.

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
    pub socket: SocketRef,
    hub: Weak<Hub>,
    pipe: OnceLock<Pipe>,
    opening: Mutex<()>,
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
    pub sender: AckSender<LocalAdapter>,
}

impl Outlet {
    pub fn new(socket: SocketRef, hub: &Arc<Hub>) -> Arc<Outlet> {
        let (pipe, opening) = (OnceLock::new(), Mutex::default());
        Arc::new(Outlet { socket, hub: Arc::downgrade(hub), pipe, opening })
    }

    pub fn sid(&self) -> Sid {
        self.socket.id
    }

    /// Says it now; who cannot take it is closed.
    pub fn tell(&self, spoken: &Spoken<'_>) {
        if self.say(spoken).is_err() {
            self.close_slow();
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
                self.close_slow();
                None
            }
        }
    }

    /// Says it now, or tells that the socket takes nothing more.
    pub fn say(&self, spoken: &Spoken<'_>) -> Result<()> {
        let full = || Error::unavailable("the socket takes nothing more");
        if !self.socket.connected() {
            return Err(full());
        }
        match self.pipe() {
            Some(pipe) => pipe.send(spoken.frame()).map_err(|Refused| full()),
            // An array of one, because an array would be spread over the listener's arguments.
            None => self.socket.emit(spoken.name, &[spoken.data]).map_err(|_| full()),
        }
    }

    /// Answers, or closes the socket.
    pub fn answer(&self, ack: Ack, data: &RawValue) {
        let sent = match self.pipe() {
            _ if !self.socket.connected() => return,
            Some(pipe) => pipe.send(&wire::answer(ack.number, data)).is_ok(),
            None => ack.sender.send(&[data]).is_ok(),
        };
        if !sent {
            self.close_slow();
        }
    }

    fn pipe(&self) -> Option<&Pipe> {
        if let Some(pipe) = self.pipe.get() {
            return Some(pipe);
        }
        if self.socket.transport_type() != TransportType::Websocket {
            return None;
        }
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if self.pipe.get().is_none() {
            let pipe = self.hub.upgrade()?.wires.of(self.sid())?.pipe()?;
            // Before the mark is sent, because it may come out at once.
            pipe.await_mark();
            if self.socket.emit(MARK, &()).is_err() {
                // The engine's queue is full, or closed: so it is said below, and the socket ends.
                return None;
            }
            let _ = self.pipe.set(pipe);
        }
        self.pipe.get()
    }

    /// An answer or event that cannot be queued must not be lost in silence: the connection goes, the
    /// client comes back and resumes, or repeats (contract D-20, D-23).
    pub fn close_slow(&self) {
        self.cut("slow");
    }

    /// Ends the connection, unless it is over already.
    pub fn cut(&self, reason: &'static str) {
        if let (true, Some(hub)) = (self.socket.connected(), self.hub.upgrade()) {
            hub.cut(self.sid(), reason);
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
