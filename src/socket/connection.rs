//! One socket, who is behind it, and how it is reached and closed.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;
use serde::Serialize;
use socketioxide::extract::SocketRef;
use socketioxide::socket::Sid;

use super::hub::Hub;
use crate::event::Ephemeral;
use crate::model::{Id, Log, Seq, User};
use crate::service::Admission;

/// One socket and who is behind it.
pub struct Connection {
    pub socket: SocketRef,
    pub user: Id<User>,
    pub session: String,
    admission: Mutex<Admission>,
    _slot: Arc<Slot>,
    /// The logs this socket sits in, each with the head that was last announced to it (D-22).
    joined: Mutex<HashMap<Id<Log>, Seq>>,
    /// To be disconnected as soon as its queue has room.
    pub doomed: AtomicBool,
}

/// One of the sockets that a user may have; free again when it is dropped.
pub struct Slot {
    pub(super) user: Id<User>,
    pub(super) slots: Arc<DashMap<Id<User>, usize>>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(mut taken) = self.slots.get_mut(&self.user) {
            *taken -= 1;
        }
        self.slots.remove_if(&self.user, |_, taken| *taken == 0);
    }
}

/// In a socket's extensions: closes it from wherever it turns out that it cannot keep up.
#[derive(Clone)]
pub struct Closer {
    pub(super) hub: std::sync::Weak<Hub>,
    pub(super) sid: Sid,
}

impl Closer {
    pub fn close(&self, reason: &'static str) {
        if let Some(hub) = self.hub.upgrade() {
            hub.cut(self.sid, reason);
        }
    }
}

impl Connection {
    pub fn new(socket: SocketRef, admission: Admission, slot: Arc<Slot>) -> Option<Connection> {
        Some(Connection {
            socket,
            user: admission.actor.id,
            session: admission.actor.session.clone()?,
            admission: Mutex::new(admission),
            _slot: slot,
            joined: Mutex::default(),
            doomed: AtomicBool::new(false),
        })
    }

    pub fn admission(&self) -> Admission {
        self.admission.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn readmit(&self, admission: Admission) {
        *self.admission.lock().unwrap_or_else(PoisonError::into_inner) = admission;
    }

    pub fn joined(&self) -> std::sync::MutexGuard<'_, HashMap<Id<Log>, Seq>> {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn say(&self, event: &Ephemeral) {
        say(&self.socket, event);
    }
}

/// Sends something that may be lost; a full queue loses it.
pub fn say(socket: &SocketRef, event: &Ephemeral) {
    #[derive(Serialize, serde::Deserialize)]
    struct Written {
        event: String,
        data: serde_json::Value,
    }
    let written = serde_json::to_value(event).and_then(serde_json::from_value::<Written>);
    if let Ok(Written { event, data }) = written {
        metrics::counter!("hubbub_events_out_total", "event" => event.clone()).increment(1);
        // An array would be spread over the listener's arguments.
        let _ = match data {
            serde_json::Value::Array(items) => socket.emit(event, &[items]),
            data => socket.emit(event, &data),
        };
    }
}
