//! Coming into a log and catching up with it (contract D-26 to D-29).
//!
//! The seat is taken first and holds what comes; then rights are asked; then what was missed is
//! read; then the seat is released after what was read. Reading before being seated would lose
//! events, asking before being seated would let a removal slip through.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::hub::{Connection, Hub};
use crate::error::{Code, Error, Result};
use crate::limits;
use crate::log::{Address, Caught};
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

/// A seat to be released after the answer is on its way.
pub struct Release {
    log: Id<Log>,
    upto: Seq,
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
    let mut budget = limits::RESUME_PER_CONNECT;
    let mut resumed = Resumed { channels: BTreeMap::new() };
    let mut releases = Vec::new();
    for (log, place) in resume.channels {
        let (caught, release) = match catch_up(hub, connection, &actor, log, &place, &mut budget).await {
            Ok(caught) => caught,
            Err(error) => {
                exit(hub, connection, log);
                if error.code() != Code::NotFound {
                    // The client hears of none of them, so none may stay held.
                    releases.iter().for_each(|Release { log, .. }| exit(hub, connection, *log));
                    return Err(error);
                }
                (Caught::Gone { gone: true }, None)
            }
        };
        resumed.channels.insert(log, caught);
        releases.extend(release);
    }
    Ok((resumed, releases))
}

/// To be called when the answer that shows what was read has been queued.
pub fn release(hub: &Hub, connection: &Connection, releases: Vec<Release>) {
    for Release { log, upto } in releases {
        if !hub.rooms.release(log, connection.socket.id, upto) {
            connection.joined().remove(&log);
        }
    }
}

async fn catch_up(
    hub: &Arc<Hub>,
    connection: &Arc<Connection>,
    actor: &Actor,
    log: Id<Log>,
    place: &Place,
    budget: &mut u64,
) -> Result<(Caught, Option<Release>)> {
    let address = enter(hub, connection, actor, log).await?;
    let caught = hub.app.logs.catch_up(&address, place.epoch(), place.seq(), budget).await?;
    still_readable(hub, actor, log).await?;
    let release = match &caught {
        Caught::Changes { more: false, upto, .. } => Some(Release { log, upto: *upto }),
        // The client starts again at the head, and hears what comes after it.
        Caught::Reset { reset } => Some(Release { log, upto: reset.head }),
        Caught::Changes { more: true, .. } | Caught::Gone { .. } => {
            exit(hub, connection, log);
            None
        }
    };
    Ok((caught, release))
}

/// Seats the socket, held, and only then asks whether it may sit there.
pub async fn enter(
    hub: &Arc<Hub>,
    connection: &Arc<Connection>,
    actor: &Actor,
    log: Id<Log>,
) -> Result<Address> {
    let address = readable(hub, actor, log).await?;
    {
        let mut joined = connection.joined();
        if joined.len() >= limits::CHANNELS_PER_SOCKET && !joined.contains_key(&log) {
            let most = limits::CHANNELS_PER_SOCKET;
            return Err(Error::invalid("channelId", format!("a socket may be in {most} channels at most")));
        }
        joined.insert(log, 0);
    }
    hub.rooms.hold(&address, &connection.socket, connection.user);
    let allowed = match hub.app.logs.settled(&address).await {
        Ok(_) => readable(hub, actor, log).await,
        Err(error) => Err(error),
    };
    // A socket that went meanwhile was not in the room yet when it was taken out of all of them.
    if !connection.socket.connected() {
        exit(hub, connection, log);
    }
    allowed.inspect_err(|_| exit(hub, connection, log))
}

pub fn exit(hub: &Hub, connection: &Connection, log: Id<Log>) {
    connection.joined().remove(&log);
    hub.rooms.leave(log, connection.socket.id);
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

/// Releases a seat after everything up to `upto` has been shown otherwise (history at joining).
pub fn released_at(log: Id<Log>, upto: Seq) -> Vec<Release> {
    vec![Release { log, upto }]
}
