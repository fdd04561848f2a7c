//! One socket, who is behind it, and how it is reached and closed.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;

use super::outlet::{self, Outlet};
use crate::event::Ephemeral;
use crate::model::{Id, Log, Seq, User};
use crate::service::Admission;

/// One socket and who is behind it.
pub struct Connection {
    pub outlet: Arc<Outlet>,
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

impl Connection {
    pub fn new(outlet: Arc<Outlet>, admission: Admission, slot: Arc<Slot>) -> Option<Connection> {
        Some(Connection {
            outlet,
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

    /// Says something that may be lost.
    pub fn say(&self, event: &Ephemeral) {
        outlet::whisper(event, [&*self.outlet].into_iter());
    }
}
