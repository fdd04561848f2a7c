//! Where a client stands in each log, and what it was told of what it had missed (contract D-18, D-26).
//!
//! Only for the profiles in which people come and go: there each message has to be heard once,
//! live or afterwards, and a gap is an error of the server.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::asking::Ask;
use super::client::{Client, Fault};
use super::desk::Desk;
use super::packet;

/// What the answer to `join_channel` says of the log.
#[derive(Deserialize)]
pub struct Joined {
    pub epoch: String,
    pub head: u64,
}

#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

/// What was missed, of several logs.
#[derive(Deserialize)]
pub struct Caught {
    #[serde(default)]
    channels: HashMap<String, Changes>,
}

#[derive(Deserialize)]
struct Changes {
    #[serde(default)]
    upto: u64,
    #[serde(default)]
    more: bool,
    /// None where the log begins anew for this client, or is gone.
    changes: Option<Vec<IgnoredAny>>,
}

impl Joined {
    pub fn of(ack: &[u8]) -> Result<Joined, Fault> {
        let [Answer { data }] = serde_json::from_slice::<[Answer<Joined>; 1]>(ack)?;
        Ok(data)
    }
}

impl Caught {
    pub fn of_ack(ack: &[u8]) -> Result<Caught, Fault> {
        let [Answer { data }] = serde_json::from_slice::<[Answer<Caught>; 1]>(ack)?;
        Ok(data)
    }

    /// From what follows the name of the event: `,{…}]`.
    pub fn of_event(rest: &[u8]) -> Result<Caught, Fault> {
        let inner = rest.strip_prefix(b",").and_then(|rest| rest.strip_suffix(b"]"));
        Ok(serde_json::from_slice(inner.ok_or("the server sent no object")?)?)
    }
}

impl Client {
    /// A message came live.
    pub(super) fn heard(&mut self, message: &[u8], desk: &mut Desk) {
        if desk.plan.tracks() && !self.is_next(message, desk) {
            return;
        }
        let Some(sent) = desk.stamps.find(message).filter(|sent| *sent >= desk.since) else { return };
        desk.tally.heard += 1;
        desk.tally.delivery.note(desk.now().saturating_sub(sent));
    }

    /// Whether it is the one after those this client knows. Coming again is harmless, a gap is not.
    fn is_next(&mut self, message: &[u8], desk: &mut Desk) -> bool {
        let (id, seq) = (packet::id(message, b"\"channelId\":\""), packet::seq(message));
        let (Some(id), Some(seq)) = (id, seq) else { return false };
        let mut seats = desk.plan.seats(self.number).zip(&mut self.positions);
        let is_here =
            |channel: usize| desk.target.channels.get(channel).is_some_and(|name| name.as_bytes() == id);
        let Some((_, position)) = seats.find(|(channel, _)| is_here(*channel)) else { return false };
        let known = position.unwrap_or(0);
        if seq <= known {
            desk.tally.error("HEARD_TWICE");
            return false;
        }
        *position = Some(seq);
        if seq > known + 1 {
            desk.tally.errors_of("GAP", seq - known - 1);
        }
        true
    }

    /// The newest messages of a channel were shown: what is among them will not be told.
    pub(super) fn shown(&mut self, channel: usize, joined: Joined, desk: &mut Desk) {
        let seats = desk.plan.seats(self.number);
        self.positions.resize(seats.len(), None);
        if let Some(position) = self.positions.get_mut(channel - seats.start) {
            desk.tally.heard += position.map_or(0, |known| joined.head.saturating_sub(known));
            *position = Some(joined.head.max(position.unwrap_or(0)));
        }
        desk.epochs.entry(channel).or_insert(joined.epoch);
    }

    /// `{"channels":{id:{epoch,seq}}}`, as it stands in each of its channels.
    pub(super) fn places(&self, desk: &Desk) -> String {
        let seats = desk.plan.seats(self.number).zip(&self.positions);
        let places: Vec<String> = seats
            .filter_map(|(channel, seq)| {
                let (id, epoch) = (desk.target.channels.get(channel)?, desk.epochs.get(&channel)?);
                Some(format!("\"{id}\":{{\"epoch\":\"{epoch}\",\"seq\":{}}}", seq.unwrap_or(0)))
            })
            .collect();
        format!("{{\"channels\":{{{}}}}}", places.join(","))
    }

    /// Part of what was missed, or all of it.
    pub(super) fn resumed(&mut self, caught: Caught, desk: &mut Desk) -> Result<(), Fault> {
        let mut more = false;
        for (channel, position) in desk.plan.seats(self.number).zip(&mut self.positions) {
            let name = desk.target.channels.get(channel).map_or("", String::as_str);
            // Asked again, the answer names all of them once more.
            let Some(Changes { upto, more: rest, changes }) = caught.channels.get(name) else {
                desk.tally.error("NOT_RESUMED");
                continue;
            };
            let Some(changes) = changes else {
                desk.tally.error("RESET");
                continue;
            };
            let (known, told) = (position.unwrap_or(0), changes.len() as u64);
            if known + told != *upto {
                desk.tally.error("GAP");
            }
            desk.tally.heard += told;
            *position = Some(*upto);
            more |= *rest;
        }
        match more {
            true => {
                let id = self.ask(Ask::Resume, desk.now(), desk);
                let text = format!("42{id}[\"resume\",{}]", self.places(desk));
                self.send(desk.text(&text))
            }
            false => {
                self.arrive(desk);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_missed_is_read_from_the_event_and_from_the_answer() {
        let changes = r#"{"channels":{"a":{"epoch":"e","head":3,"upto":3,"more":true,"changes":[{},{"x":[1]}]},
            "b":{"reset":{"epoch":"e","head":1,"reason":"ahead"}},"c":{"gone":true}}}"#;
        let event = format!(",{changes}]");
        let ack = format!(r#"[{{"ok":true,"data":{changes}}}]"#);
        for caught in [Caught::of_event(event.as_bytes()), Caught::of_ack(ack.as_bytes())] {
            let caught = caught.unwrap();
            let first = &caught.channels["a"];
            assert_eq!((first.upto, first.more, first.changes.as_ref().map(Vec::len)), (3, true, Some(2)));
            assert!(caught.channels["b"].changes.is_none() && caught.channels["c"].changes.is_none());
        }
        assert!(Caught::of_event(b"]").is_err());
    }

    #[test]
    fn where_a_channel_stands_is_read_from_the_answer_to_joining() {
        let ack = br#"[{"ok":true,"data":{"channel":{"epoch":"no"},"epoch":"yes","head":7,"messages":[]}}]"#;
        let joined = Joined::of(ack).unwrap();
        assert_eq!((joined.epoch.as_str(), joined.head), ("yes", 7));
    }
}
