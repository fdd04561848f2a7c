//! One simulated person: dials, upgrades, signs in, comes into channels, speaks, hears, answers pings.

use std::collections::VecDeque;

use mio::event::Event;
use mio::{Registry, Token};

use super::asking::Asked;
use super::catch_up::Caught;
use super::desk::Desk;
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

#[derive(Debug)]
pub struct Client {
    /// Among all clients of all threads.
    pub number: usize,
    pub stage: Stage,
    /// Where it stands in each of its channels, in their order; none before it came in.
    pub positions: Vec<Option<u64>>,
    token: Token,
    line: Option<Line>,
    /// What it asked and has no answer to, and how much it asked in all.
    pub(super) asked: VecDeque<Asked>,
    pub(super) asks: u32,
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

    /// Goes, and begins anew when it comes back.
    pub fn forget(&mut self, desk: &mut Desk) {
        self.hang_up(desk);
        self.seated = false;
    }

    pub(super) fn lost(&mut self, desk: &mut Desk, why: &dyn std::fmt::Display) {
        if matches!(self.stage, Stage::Upgrading | Stage::Entering | Stage::Resuming) {
            desk.coming -= 1;
        }
        desk.complain(|| why.to_string());
        desk.tally.errors_of("CONNECTION_LOST", 1 + self.asked.len() as u64);
        self.forget(desk);
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
            Packet::Presence(told) => {
                desk.tally.others += 1;
                desk.tally.presence_events += 1;
                desk.tally.presences += packet::presences(told);
            }
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
}
