//! Everybody connected to this node, and the ways to reach them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dashmap::DashMap;
use socketioxide::socket::Sid;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::debug;

use super::Manner;
use super::answer::Unanswered;
use super::circles::{Circles, Shift};
use super::connection::{Connection, Slot};
use super::outlet;
use super::rooms::Rooms;
use super::serve::Paces;
use super::tidings::{self, Tidings, dealt};
use super::unread::Moved;
use super::wire::{Pipe, Wire, Wires};
use crate::app::App;
use crate::error::{Error, Result};
use crate::event::{Ephemeral, Presence, PresenceStatus, Told};
use crate::failpoint::{self, Point};
use crate::model::{Id, Log, User};
use crate::policy::Actor;

pub struct Hub {
    pub app: App,
    pub manner: Manner,
    pub rooms: Rooms,
    pub wires: Wires,
    pub circles: Circles,
    pub unanswered: Unanswered,
    pub paces: Paces,
    pub moved: Moved,
    connections: DashMap<Sid, Arc<Connection>>,
    by_user: DashMap<Id<User>, HashSet<Sid>>,
    slots: Arc<DashMap<Id<User>, usize>>,
    draining: AtomicBool,
    tidings: Mutex<Tidings>,
    /// There is something in it that is not told yet.
    pub tidings_wait: Notify,
}

/// A dismissed client has this long to read why.
const FAREWELL: Duration = Duration::from_secs(1);

impl Hub {
    pub fn new(app: App, wires: Wires, manner: Manner) -> Arc<Hub> {
        Arc::new(Hub {
            circles: Circles::new(app.store.clone()),
            app,
            manner,
            rooms: Rooms::default(),
            unanswered: Unanswered::default(),
            paces: Paces::default(),
            moved: Moved::default(),
            wires,
            connections: DashMap::new(),
            by_user: DashMap::new(),
            slots: Arc::default(),
            draining: AtomicBool::new(false),
            tidings: Mutex::default(),
            tidings_wait: Notify::new(),
        })
    }

    /// Who is behind a socket, as the store says at this moment (contract D-33).
    pub async fn actor(&self, connection: &Connection) -> Result<Actor> {
        let admission = connection.admission();
        self.app.rights.actor(connection.user, &connection.session, admission.authz_epoch).await
    }

    /// RATE_LIMITED where the user has as many sockets as one may, counting those that are about to
    /// be admitted.
    pub fn slot_for(&self, user: Id<User>) -> Result<Slot> {
        self.check_open()?;
        let mut taken = self.slots.entry(user).or_default();
        if *taken >= self.manner.sockets_per_user {
            return Err(Error::rate_limited(std::time::Duration::from_secs(30)));
        }
        *taken += 1;
        Ok(Slot { user, slots: self.slots.clone() })
    }

    pub fn add(&self, connection: Arc<Connection>) {
        self.by_user.entry(connection.user).or_default().insert(connection.outlet.sid());
        self.connections.insert(connection.outlet.sid(), connection);
        metrics::gauge!("hubbub_sockets").set(self.connections.len() as f64);
    }

    /// Takes a socket out of everything; what its going changed is told.
    pub async fn remove(&self, sid: Sid) {
        self.wires.forget(sid);
        if let Some((_, connection)) = self.connections.remove(&sid) {
            metrics::gauge!("hubbub_sockets").set(self.connections.len() as f64);
            self.tidy(&connection).await;
        }
    }

    /// Undoes what a socket's being here did, also what was done while it was going. May be repeated.
    pub async fn tidy(&self, connection: &Connection) {
        let sid = connection.outlet.sid();
        let logs: Vec<Id<Log>> = connection.joined().drain().map(|(log, _)| log).collect();
        for log in logs {
            self.rooms.leave(log, sid);
        }
        if let Some(mut sids) = self.by_user.get_mut(&connection.user) {
            sids.remove(&sid);
        }
        let last = self.by_user.remove_if(&connection.user, |_, sids| sids.is_empty()).is_some();
        let mut tidings = self.presence_in_order();
        // What they chose just before they went is told to whoever may see them still.
        self.tell_owed(&mut tidings);
        if let Some(presence) = self.app.presence.depart(connection.user, sid.as_str()) {
            self.tell_presence(&mut tidings, presence);
        }
        // Of whom there is something to tell, those who may see them are still needed.
        if last && self.app.presence.of(connection.user).is_none() && !tidings.hold(connection.user) {
            self.circles.forget(connection.user, || !self.of_user(connection.user).is_empty());
        }
    }

    /// What should have gone and has not: sockets that were cut and whose client does not notice, and
    /// those that closed in the very moment they came.
    pub async fn bury(&self) {
        for connection in self.connections() {
            if connection.doomed.load(Ordering::Acquire) || !connection.outlet.connected() {
                self.remove(connection.outlet.sid()).await;
            }
        }
        self.wires.sweep();
        self.paces.sweep();
    }

    pub fn connection(&self, sid: Sid) -> Option<Arc<Connection>> {
        self.connections.get(&sid).map(|connection| connection.clone())
    }

    pub fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }

    pub fn connections(&self) -> Vec<Arc<Connection>> {
        self.connections.iter().map(|connection| connection.clone()).collect()
    }

    pub fn of_user(&self, user: Id<User>) -> Vec<Arc<Connection>> {
        let sids: Vec<Sid> =
            self.by_user.get(&user).map(|sids| sids.iter().copied().collect()).unwrap_or_default();
        sids.into_iter().filter_map(|sid| self.connection(sid)).collect()
    }

    /// Ends the transport at once, so that the client comes back and resumes.
    pub fn cut(&self, sid: Sid, reason: &'static str) {
        metrics::counter!("hubbub_sockets_cut_total", "reason" => reason).increment(1);
        debug!(socket.id = %sid, reason, "a socket is cut");
        if let Some(connection) = self.connections.get(&sid) {
            connection.doomed.store(true, Ordering::Release);
        }
        self.wires.cut(sid);
    }

    /// Ends a socket for good: the client is told and does not come back by itself. Its transport
    /// follows when it has had time to hear of it.
    pub fn dismiss(self: &Arc<Self>, connection: &Connection) {
        let sid = connection.outlet.sid();
        let wire = self.wires.of(sid);
        if connection.outlet.disconnect(self).is_err() {
            return self.cut(sid, "dismissed");
        }
        metrics::counter!("hubbub_sockets_cut_total", "reason" => "dismissed").increment(1);
        self.end_transport(sid, wire, FAREWELL);
    }

    /// Closes what is below a socket that is gone, unless it is back by then.
    pub fn end_transport(self: &Arc<Self>, sid: Sid, wire: Option<Wire>, after: Duration) {
        let hub = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let Some(hub) = hub.upgrade() else { return };
            if hub.connection(sid).is_none() {
                hub.wires.cut(sid);
                if let Some(wire) = wire {
                    wire.cut();
                }
            }
        });
    }

    /// UNAVAILABLE once the server is stopping.
    pub fn check_open(&self) -> Result<()> {
        match self.draining.load(Ordering::Acquire) {
            true => Err(Error::unavailable("this server is stopping, come back in a moment")),
            false => Ok(()),
        }
    }

    /// Hands durable events to their rooms, and takes away what ended with them. What one socket hears
    /// of them goes out together. Answers how many sockets heard something, each event for itself.
    pub fn deliver(&self, all: &[Arc<Told>]) -> usize {
        let mut unsent = Vec::new();
        failpoint::reach(Point::BeforeBroadcast);
        let heard = all.iter().map(|told| self.deliver_one(told, &mut unsent)).sum();
        unsent.iter().for_each(Pipe::flush);
        failpoint::reach(Point::AfterBroadcast);
        heard
    }

    fn deliver_one(&self, told: &Arc<Told>, unsent: &mut Vec<Pipe>) -> usize {
        let delivered = self.rooms.deliver(told, unsent);
        self.moved.note(told);
        for sid in delivered.gone {
            if let Some(connection) = self.connection(sid) {
                connection.joined().remove(&told.log);
            }
        }
        if let Some((root_id, thread)) = told.entry.what.thread() {
            let (channel_id, thread) = (told.log.cast(), thread.clone());
            let event = Ephemeral::ThreadUpdated { channel_id, root_id, thread };
            self.rooms.whisper(told.log, None, &HashSet::new(), &event);
        }
        if told.entry.what.changes_readers() {
            self.circles.renew(told);
        }
        delivered.heard
    }

    /// To be held while somebody's presence changes and is told, and while it is looked at and shown.
    pub fn presence_in_order(&self) -> MutexGuard<'_, Tidings> {
        self.tidings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To everybody who may see the person, and to the person's own devices (D-42): now, or with what else
    /// changes within a moment.
    pub fn tell_presence(&self, tidings: &mut Tidings, presence: Presence) {
        tidings.note(presence);
        if tidings.due(self.connections.len()).is_some_and(|due| due <= Instant::now()) {
            self.tell_all(tidings);
        } else {
            self.tidings_wait.notify_one();
        }
    }

    /// What changed by what people chose, and is still to be told.
    pub fn tell_owed(&self, tidings: &mut Tidings) {
        for presence in self.app.presence.owed() {
            self.tell_presence(tidings, presence);
        }
    }

    /// Who sees somebody no longer is told that they went, who sees them anew how they are.
    pub fn tell_shifts(&self, shifts: &[Shift]) {
        let _in_order = self.presence_in_order();
        let book = &self.app.presence;
        for Shift { of, to, sees } in shifts {
            let presence = if *sees { book.of(*of) } else { book.gone(*of) };
            if let Some(event) = presence.map(Ephemeral::UserPresenceUpdate) {
                let connections = self.of_user(*to);
                outlet::whisper(&event, connections.iter().map(|connection| &*connection.outlet));
            }
        }
    }

    /// When what gathers is to be told.
    pub fn tidings_due(&self) -> Option<Instant> {
        self.presence_in_order().due(self.connections.len())
    }

    pub fn tell_tidings(&self) {
        self.tell_all(&mut self.presence_in_order());
    }

    fn tell_all(&self, tidings: &mut Tidings) {
        let changed = tidings.take();
        for (share, viewers) in dealt(&changed, |of| self.circles.viewers(of)) {
            let connections: Vec<_> = viewers.into_iter().flat_map(|viewer| self.of_user(viewer)).collect();
            for event in tidings::events(&share, &changed) {
                outlet::whisper(&event, connections.iter().map(|connection| &*connection.outlet));
            }
        }
        // Who may see somebody must be known until their going has been told.
        for gone in changed.iter().filter(|presence| presence.status == PresenceStatus::Offline) {
            self.circles.forget(gone.user_id, || !self.of_user(gone.user_id).is_empty());
        }
    }

    /// No new sockets; those here are told to come back within `jitter`.
    pub fn drain(&self, reconnect_within_ms: u64) {
        self.draining.store(true, Ordering::Release);
        for connection in self.connections() {
            connection.say(&Ephemeral::ServerDraining { reconnect_within_ms });
        }
    }
}
