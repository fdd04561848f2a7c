//! What a client asks of the server, and what it makes of the answers.

use super::catch_up::{Caught, Joined};
use super::client::{Client, Fault};
use super::desk::{Desk, Post};
use super::packet;

/// An event that is not acknowledged yet.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub id: u32,
    at: u64,
    what: Ask,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Send {
        channel: usize,
    },
    Join {
        channel: usize,
    },
    /// The rest of what was missed.
    Resume,
}

impl Client {
    pub(super) fn ask(&mut self, what: Ask, at: u64, desk: &mut Desk) -> u32 {
        self.asks += 1;
        desk.open += 1;
        self.asked.push_back(Asked { id: self.asks, at, what });
        self.asks
    }

    fn or_lost(&mut self, done: Result<(), Fault>, desk: &mut Desk) {
        if let Err(why) = done {
            self.lost(desk, &why);
        }
    }

    pub fn post(&mut self, post: Post, desk: &mut Desk) {
        let now = desk.now();
        let id = self.ask(Ask::Send { channel: post.channel }, now, desk);
        desk.tally.sends += 1;
        let sent = self.send(desk.post(post, id, now));
        self.or_lost(sent, desk);
    }

    /// Comes into a channel, or looks at it again.
    pub fn visit(&mut self, channel: usize, desk: &mut Desk) {
        let now = desk.now();
        let id = self.ask(Ask::Join { channel }, now, desk);
        let name = desk.target.channels.get(channel).map_or("", String::as_str);
        let text = format!("42{id}[\"join_channel\",{{\"channelId\":\"{name}\"}}]");
        let sent = self.send(desk.text(&text));
        self.or_lost(sent, desk);
    }

    pub fn type_in(&mut self, channel: usize, desk: &mut Desk) {
        let name = desk.target.channels.get(channel).map_or("", String::as_str);
        let text = format!("42[\"typing\",{{\"channelId\":\"{name}\"}}]");
        desk.tally.typing += 1;
        let sent = self.send(desk.text(&text));
        self.or_lost(sent, desk);
    }

    pub(super) fn answered(&mut self, id: u32, answer: &[u8], desk: &mut Desk) -> Result<(), Fault> {
        let Some(place) = self.asked.iter().position(|asked| asked.id == id) else { return Ok(()) };
        let Some(Asked { at, what, .. }) = self.asked.remove(place) else { return Ok(()) };
        desk.open -= 1;
        if !packet::is_ok(answer) {
            desk.complain(|| String::from_utf8_lossy(answer).into_owned());
            desk.tally.error(&packet::code(answer));
            return Ok(());
        }
        let took = desk.now() - at;
        match what {
            Ask::Send { channel } if at >= desk.since => {
                desk.tally.acks += 1;
                desk.tally.ack.note(took);
                desk.tally.expected += desk.plan.listeners(channel, desk.active);
                if let Some(id) = packet::id(answer, b"\"id\":\"").filter(|_| desk.plan.tracks()) {
                    desk.last.insert(channel, *id);
                }
            }
            Ask::Send { .. } => {}
            Ask::Join { channel } => {
                desk.tally.visit.note(took);
                if desk.plan.tracks() {
                    self.shown(channel, Joined::of(answer)?, desk);
                }
            }
            Ask::Resume => self.resumed(Caught::of_ack(answer)?, desk)?,
        }
        Ok(())
    }
}
