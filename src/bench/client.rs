//! One simulated person: dials, upgrades, signs in, comes into channels, speaks, hears, answers pings.

use std::collections::VecDeque;

use mio::event::Event;
use mio::{Registry, Token};

use super::catch_up::{Caught, Joined};
use super::desk::{Desk, Post};
use super::frame::{self, Broken, Frame};
use super::line::{Came, Line};
use super::packet::{self, Packet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Away,
    /// Waits for the answer to the HTTP upgrade.
    Upgrading,
    /// Waits for Engine.IO, for the namespace, for the welcome.
    Entering,
    /// Waits for what was missed.
    Resuming,
    Here,
}

/// An event that is not acknowledged yet.
#[derive(Clone, Copy, Debug)]
struct Asked {
    id: u32,
    at: u64,
    what: Ask,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Send {
        channel: usize,
    },
    Join {
        channel: usize,
    },
    /// The rest of what was missed.
    Resume,
}

#[derive(Debug)]
pub struct Client {
    /// Among all clients of all threads.
    pub number: usize,
    pub stage: Stage,
    /// Where it stands in each of its channels, in their order; none before it came in.
    pub positions: Vec<Option<u64>>,
    token: Token,
    line: Option<Line>,
    asked: VecDeque<Asked>,
    asks: u32,
    resumes: bool,
    /// It has come into all of its channels once.
    pub seated: bool,
    dialled: u64,
}

pub(super) type Fault = Box<dyn std::error::Error>;

impl Client {
    pub fn new(number: usize, token: Token) -> Client {
        let (line, asked) = (None, VecDeque::new());
        let (asks, resumes, seated, dialled) = (0, false, false, 0);
        Client {
            number,
            stage: Stage::Away,
            positions: Vec::new(),
            token,
            line,
            asked,
            asks,
            resumes,
            seated,
            dialled,
        }
    }

    /// Events that are not acknowledged yet.
    pub fn open(&self) -> usize {
        self.asked.len()
    }

    pub fn dial(&mut self, desk: &mut Desk, registry: &Registry, resumes: bool) {
        self.resumes = resumes;
        self.dialled = desk.now();
        self.stage = Stage::Upgrading;
        desk.coming += 1;
        let dialled = Line::dial(desk.target.address, self.number, registry, self.token);
        let request = format!(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: aHViYnViIGJlbmNobWFyaw==\r\n\r\n",
            desk.target.host
        );
        let sent = dialled.and_then(|mut line| line.send(request.as_bytes()).map(|()| line));
        match sent {
            Ok(line) => self.line = Some(line),
            Err(error) => self.lost(desk, &error),
        }
    }

    /// Goes without a word.
    pub fn hang_up(&mut self, desk: &mut Desk) {
        self.line = None;
        self.stage = Stage::Away;
        desk.open -= self.asked.len();
        self.asked.clear();
    }

    fn lost(&mut self, desk: &mut Desk, why: &dyn std::fmt::Display) {
        if matches!(self.stage, Stage::Upgrading | Stage::Entering | Stage::Resuming) {
            desk.coming -= 1;
        }
        desk.complain(|| why.to_string());
        desk.tally.errors_of("CONNECTION_LOST", 1 + self.asked.len() as u64);
        self.hang_up(desk);
    }

    /// Takes and gives what the kernel is ready for.
    pub fn serve(&mut self, event: &Event, desk: &mut Desk, buffer: &mut Vec<u8>) {
        let served = self.exchange(event, desk, buffer);
        if let Err(why) = served
            && self.stage != Stage::Away
        {
            self.lost(desk, &why);
        }
    }

    fn exchange(&mut self, event: &Event, desk: &mut Desk, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        if event.is_writable()
            && let Some(line) = &mut self.line
        {
            line.flush()?;
        }
        if !event.is_readable() && !event.is_error() && !event.is_read_closed() {
            return Ok(());
        }
        loop {
            let Some(line) = &mut self.line else { return Ok(()) };
            let (length, more) = match line.read(buffer)? {
                Came::Some(length) => (length, true),
                // An end that came with the last bytes is not announced a second time.
                Came::Last(length) => (length, event.is_read_closed() && length > 0),
                Came::Closed => return Err("the server closed the connection".into()),
            };
            self.take(buffer.get(..length).unwrap_or_default(), desk)?;
            if !more {
                return Ok(());
            }
        }
    }

    fn take(&mut self, mut bytes: &[u8], desk: &mut Desk) -> Result<(), Fault> {
        if self.stage == Stage::Upgrading {
            match memchr::memmem::find(bytes, b"\r\n\r\n").and_then(|end| bytes.split_at_checked(end + 4)) {
                Some((head, rest)) if head.starts_with(b"HTTP/1.1 101") => {
                    self.stage = Stage::Entering;
                    bytes = rest;
                }
                Some((head, _)) => {
                    let head = String::from_utf8_lossy(head);
                    return Err(format!("no upgrade: {}", head.lines().next().unwrap_or_default()).into());
                }
                None => {}
            }
        }
        if self.stage != Stage::Upgrading {
            while let Some((frame, rest)) = frame::read(bytes).map_err(|Broken(why)| why)? {
                bytes = rest;
                self.hear(frame, desk)?;
            }
        }
        if let Some(line) = &mut self.line {
            line.keep(bytes);
        }
        Ok(())
    }

    fn hear(&mut self, frame: Frame, desk: &mut Desk) -> Result<(), Fault> {
        match frame.opcode {
            frame::TEXT => {}
            frame::PING => return self.send(desk.frame(frame::PONG, frame.payload)),
            frame::PONG => return Ok(()),
            frame::CLOSE => return Err("the server closed the WebSocket".into()),
            _ => return Err("the server sent what is no text".into()),
        }
        match Packet::of(frame.payload) {
            Packet::Message(message) => self.heard(message, desk),
            Packet::Ack(id, answer) => self.answered(id, answer, desk)?,
            Packet::Other => desk.tally.others += 1,
            Packet::Ping => self.send(desk.text("3"))?,
            Packet::Open => self.enter(desk)?,
            Packet::Connected if desk.plan.plain => self.arrive(desk),
            Packet::Welcome if !self.resumes => self.arrive(desk),
            Packet::Welcome => self.stage = Stage::Resuming,
            Packet::Connected => {}
            Packet::Resumed(caught) => self.resumed(Caught::of_event(caught)?, desk)?,
            Packet::Error(refusal) => desk.tally.error(&packet::code(refusal)),
            Packet::Refused(why) => return Err(String::from_utf8_lossy(why).into_owned().into()),
            Packet::Disconnected => return Err("the server ended the session".into()),
            Packet::Unknown => return Err("the server sent what is no packet".into()),
        }
        Ok(())
    }

    /// CONNECT, with the token and what is known of each channel.
    fn enter(&mut self, desk: &mut Desk) -> Result<(), Fault> {
        let token = desk.target.tokens.get(self.number).map_or("", String::as_str);
        let resume = match self.resumes {
            true => format!(",\"resume\":{}", self.places(desk)),
            false => String::new(),
        };
        let text = format!("40{{\"token\":\"{token}\"{resume}}}");
        self.send(desk.text(&text))
    }

    pub(super) fn arrive(&mut self, desk: &mut Desk) {
        if self.stage != Stage::Here {
            self.stage = Stage::Here;
            desk.coming -= 1;
            desk.tally.back.note(desk.now() - self.dialled);
        }
    }

    pub(super) fn send(&mut self, frame: &[u8]) -> Result<(), Fault> {
        match &mut self.line {
            Some(line) => Ok(line.send(frame)?),
            None => Ok(()),
        }
    }

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

    fn answered(&mut self, id: u32, answer: &[u8], desk: &mut Desk) -> Result<(), Fault> {
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
