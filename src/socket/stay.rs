//! Coming into a log and catching up with it (contract D-26 to D-29).
//!
//! The seat is taken first and holds what comes; then rights are asked; then what was missed is
//! read; then the seat is released after what was read. Reading before being seated would lose
//! events, asking before being seated would let a removal slip through.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::connection::Connection;
use super::hub::Hub;
use crate::error::{Code, Error, Result};
use crate::limits;
use crate::log::{Address, Budget, Caught};
use crate::model::{Epoch, Id, Log, Seq};
use crate::policy::{Action, Actor, can};

/// Where a client stands in each log.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resume {
    pub channels: BTreeMap<Id<Log>, Place>,
}

/// A bare seq, or a seq with its epoch.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Place {
    Seq(Seq),
    Exact { epoch: Epoch, seq: Seq },
}

impl Place {
    fn seq(&self) -> Seq {
        match self {
            Place::Seq(seq) | Place::Exact { seq, .. } => *seq,
        }
    }

    fn epoch(&self) -> Option<&Epoch> {
        match self {
            Place::Seq(_) => None,
            Place::Exact { epoch, .. } => Some(epoch),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Resumed {
    pub channels: BTreeMap<Id<Log>, Caught>,
}

/// A seat that is held back. Dropped without [`release`], it is given up: a socket that got no
/// answer sits nowhere it does not know of.
pub struct Held {
    hub: Arc<Hub>,
    connection: Arc<Connection>,
    address: Address,
    kept: bool,
}

/// A seat to be released after the answer is on its way.
pub struct Release {
    seat: Held,
    upto: Seq,
}

impl Held {
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Everything up to `upto` is shown by the answer.
    pub fn shown(self, upto: Seq) -> Release {
        Release { seat: self, upto }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.kept {
            exit(&self.hub, &self.connection, self.address.log);
        }
    }
}

pub async fn resume(
    hub: &Arc<Hub>,
    connection: &Arc<Connection>,
    resume: Resume,
) -> Result<(Resumed, Vec<Release>)> {
    if resume.channels.len() > limits::RESUME_CHANNELS {
        return Err(Error::invalid("channels", format!("may name {} at most", limits::RESUME_CHANNELS)));
    }
    let actor = hub.actor(connection).await?;
    let mut budget = Budget::default();
    let mut resumed = Resumed { channels: BTreeMap::new() };
    let mut releases = Vec::new();
    for (log, place) in resume.channels {
        let (caught, release) = match catch_up(hub, connection, &actor, log, &place, &mut budget).await {
            Err(error) if error.code() == Code::NotFound => (Caught::Gone { gone: true }, None),
            other => other?,
        };
        resumed.channels.insert(log, caught);
        releases.extend(release);
    }
    Ok((resumed, releases))
}

/// To be called when the answer that shows what was read has been queued.
pub fn release(hub: &Hub, releases: Vec<Release>) {
    for Release { mut seat, upto } in releases {
        let (log, sid) = (seat.address.log, seat.connection.outlet.sid());
        seat.kept = hub.rooms.release(log, sid, upto);
    }
}

async fn catch_up(
    hub: &Arc<Hub>,
    connection: &Arc<Connection>,
    actor: &Actor,
    log: Id<Log>,
    place: &Place,
    budget: &mut Budget,
) -> Result<(Caught, Option<Release>)> {
    let seat = enter(hub, connection, actor, log).await?;
    let caught = hub.app.logs.catch_up(seat.address(), place.epoch(), place.seq(), budget).await?;
    still_readable(hub, actor, log).await?;
    let release = match &caught {
        Caught::Changes { more: false, upto, .. } => Some(seat.shown(*upto)),
        // The client starts again at the head, and hears what comes after it.
        Caught::Reset { reset } => Some(seat.shown(reset.head)),
        Caught::Changes { more: true, .. } | Caught::Gone { .. } => None,
    };
    Ok((caught, release))
}

/// Seats the socket, held, and only then asks whether it may sit there.
pub async fn enter(
    hub: &Arc<Hub>,
    connection: &Arc<Connection>,
    actor: &Actor,
    log: Id<Log>,
) -> Result<Held> {
    let address = readable(hub, actor, log).await?;
    let seat = hold(hub, connection, address)?;
    hub.app.logs.settled(seat.address()).await?;
    still_readable(hub, actor, log).await?;
    match connection.outlet.connected() {
        true => Ok(seat),
        // It was not in the room yet when it was taken out of all of them.
        false => Err(Error::unavailable("the socket is closed")),
    }
}

/// Takes a held seat without asking whether it may be taken.
pub fn hold(hub: &Arc<Hub>, connection: &Arc<Connection>, address: Address) -> Result<Held> {
    let mut joined = connection.joined();
    if joined.len() >= limits::CHANNELS_PER_SOCKET && !joined.contains_key(&address.log) {
        let most = limits::CHANNELS_PER_SOCKET;
        return Err(Error::invalid("channelId", format!("a socket may be in {most} channels at most")));
    }
    joined.insert(address.log, 0);
    drop(joined);
    hub.rooms.hold(&address, &connection.outlet, connection.user);
    Ok(Held { hub: hub.clone(), connection: connection.clone(), address, kept: false })
}

pub fn exit(hub: &Hub, connection: &Connection, log: Id<Log>) {
    connection.joined().remove(&log);
    hub.rooms.leave(log, connection.outlet.sid());
}

/// To be asked after reading and before showing: who was removed meanwhile must not see what came
/// after that (contract D-34).
pub async fn still_readable(hub: &Hub, actor: &Actor, log: Id<Log>) -> Result<()> {
    readable(hub, actor, log).await.map(drop)
}

/// The log's address, if the actor may read it now: their own, or a channel's.
async fn readable(hub: &Hub, actor: &Actor, log: Id<Log>) -> Result<Address> {
    if log == actor.id.into() {
        let user = hub.app.rights.user(actor.id).await?.ok_or_else(|| Error::not_found("channel"))?;
        return Ok(Address { log, epoch: user.epoch.clone() });
    }
    let seat = hub.app.rights.in_channel(actor, log.cast()).await?;
    can(seat.standing, Action::ReadChannel, "channel")?;
    Ok(Address { log, epoch: seat.channel.epoch.clone() })
}
