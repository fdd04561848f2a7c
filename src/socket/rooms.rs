//! Who of this node hears which log, and from where on.
//!
//! One reader of the outbox hands each durable event to the seats of its log, in order. A seat that
//! is being caught up holds what comes meanwhile. A member's seats end exactly at the entry that
//! says so (contract D-34).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use dashmap::DashMap;
use socketioxide::socket::Sid;

use super::outlet::{self, Outlet, Spoken};
use super::wire::Pipe;
use crate::event::{Ephemeral, Told};
use crate::failpoint::{self, Point};
use crate::limits;
use crate::log::Address;
use crate::model::{Id, Log, Seq, User, What};

#[derive(Default)]
pub struct Rooms(DashMap<Id<Log>, Room>);

struct Room {
    address: Address,
    /// Seq of the last event delivered here.
    head: Seq,
    seats: HashMap<Sid, Seat>,
}

struct Seat {
    outlet: Arc<Outlet>,
    user: Id<User>,
    /// What is up to here the socket knows already: it was read before it was told.
    known: Seq,
    held: Option<Vec<Arc<Told>>>,
}

/// What became of one event.
#[derive(Default)]
pub struct Delivered {
    /// Sockets that were seated.
    pub heard: usize,
    /// Whose seats ended with it.
    pub gone: Vec<Sid>,
}

impl Rooms {
    /// Takes a seat that holds back what comes, until [`Rooms::release`]. A seat that is taken again
    /// is held again.
    pub fn hold(&self, address: &Address, outlet: &Arc<Outlet>, user: Id<User>) {
        let seat = Seat { outlet: outlet.clone(), user, known: 0, held: Some(Vec::new()) };
        let room = || Room { address: address.clone(), head: 0, seats: HashMap::new() };
        let mut room = self.0.entry(address.log).or_insert_with(room);
        room.seats.insert(outlet.sid(), seat);
    }

    /// Lets the seat hear everything after `upto`. False where the seat was taken away meanwhile.
    pub fn release(&self, log: Id<Log>, sid: Sid, upto: Seq) -> bool {
        let Some(mut room) = self.0.get_mut(&log) else { return false };
        room.head = room.head.max(upto);
        let Some(seat) = room.seats.get_mut(&sid) else { return false };
        seat.known = upto;
        for told in seat.held.take().unwrap_or_default() {
            if let Some(pipe) = seat.hear(&told, &Spoken::told(&told)) {
                pipe.flush();
            }
        }
        true
    }

    pub fn leave(&self, log: Id<Log>, sid: Sid) -> bool {
        let Some(mut room) = self.0.get_mut(&log) else { return false };
        let left = room.take(sid);
        drop(room);
        self.0.remove_if(&log, |_, room| room.seats.is_empty());
        left
    }

    /// Delivers one event to everybody seated. What is left in `unsent` is to be flushed.
    pub fn deliver(&self, told: &Arc<Told>, unsent: &mut Vec<Pipe>) -> Delivered {
        let Some(mut room) = self.0.get_mut(&told.log) else { return Delivered::default() };
        room.head = room.head.max(told.entry.seq);
        let spoken = Spoken::told(told);
        unsent.extend(room.seats.values_mut().filter_map(|seat| seat.hear(told, &spoken)));
        let heard = room.seats.len();
        metrics::counter!("hubbub_events_out_total", "event" => told.name.clone()).increment(heard as u64);
        let gone = match &told.entry.what {
            What::MemberLeft { member, .. } => room.seats_where(|seat| seat.user == *member),
            What::ChannelDeleted => room.seats_where(|_| true),
            _ => Vec::new(),
        };
        for sid in &gone {
            room.take(*sid);
        }
        drop(room);
        self.0.remove_if(&told.log, |_, room| room.seats.is_empty());
        Delivered { heard, gone }
    }

    /// Hands something that is in no log to everybody seated, except one socket and some people.
    pub fn whisper(&self, log: Id<Log>, except: Option<Sid>, apart: &HashSet<Id<User>>, event: &Ephemeral) {
        let Some(room) = self.0.get(&log) else { return };
        let heard = room.seats.iter().filter(|(sid, seat)| {
            Some(**sid) != except && seat.held.is_none() && !apart.contains(&seat.user)
        });
        outlet::whisper(event, heard.map(|(_, seat)| &*seat.outlet));
    }

    /// Users with a seat, each once, and the number of seats.
    pub fn users(&self, log: Id<Log>) -> Vec<Id<User>> {
        let Some(room) = self.0.get(&log) else { return Vec::new() };
        let mut users: Vec<Id<User>> = room.seats.values().map(|seat| seat.user).collect();
        users.sort_unstable();
        users.dedup();
        users
    }

    /// The last seq delivered in a log that somebody is seated in.
    pub fn head(&self, log: Id<Log>) -> Option<Seq> {
        self.0.get(&log).map(|room| room.head)
    }

    pub fn addresses(&self) -> Vec<Address> {
        self.0.iter().map(|room| room.address.clone()).collect()
    }
}

impl Room {
    fn take(&mut self, sid: Sid) -> bool {
        failpoint::reach(Point::BeforeLeave);
        let left = self.seats.remove(&sid).is_some();
        failpoint::reach(Point::AfterLeave);
        left
    }

    fn seats_where(&self, is: impl Fn(&Seat) -> bool) -> Vec<Sid> {
        self.seats.iter().filter(|(_, seat)| is(seat)).map(|(sid, _)| *sid).collect()
    }
}

impl Seat {
    /// No event is left out in silence: who cannot take one is closed, and resumes (D-20).
    fn hear(&mut self, told: &Arc<Told>, spoken: &Spoken<'_>) -> Option<Pipe> {
        match &mut self.held {
            Some(held) if held.len() < limits::SOCKET_QUEUE => held.push(told.clone()),
            Some(_) => self.outlet.cut("slow"),
            None if told.entry.seq <= self.known => {}
            None => return self.outlet.queue(spoken),
        }
        None
    }
}
