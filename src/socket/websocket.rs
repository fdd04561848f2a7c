//! A client that begins with a WebSocket: one task, no engine.
//!
//! The engine keeps three tasks, five queues and the request for each session, 13 KiB of the 17 KiB that
//! a silent socket took (heap profile), because it lets a session change its transport. Whoever begins
//! with a WebSocket never does. The packets are those of Engine.IO 4 and Socket.IO 5, read by
//! socketioxide's own parser; what is served is the same as through the engine.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};
use socketioxide::socket::Sid;
use socketioxide_core::Str;
use socketioxide_core::packet::{Packet, PacketData};
use socketioxide_core::parser::{Parse, ParseConfig, ParseError, ParserState};
use socketioxide_parser_common::CommonParser;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as Broken, Message};

use super::connect::{self, CONNECT_TIMEOUT};
use super::hub::Hub;
use super::inbox::Inbox;
use super::outlet::Outlet;
use super::wire::{Line, Pipe, Wire, text};
use crate::limits;

/// A connection on which an upgrade has been answered.
#[derive(Debug)]
pub struct Visitor {
    pub line: Line,
    pub wire: Wire,
    /// What came right behind the request.
    pub read: Bytes,
    /// The token of the request, if it had one.
    pub token: Option<String>,
}

/// The answer to the key of a handshake (RFC 6455, 4.2.2).
pub fn accept_key(key: &[u8]) -> String {
    derive_accept_key(key)
}

/// A client that is told why its connection ends has this long to read it.
const FAREWELL: Duration = Duration::from_secs(1);

pub async fn attend(hub: Arc<Hub>, visitor: Visitor) {
    let Visitor { line, wire, read, token } = visitor;
    let Some(pipe) = wire.pipe() else { return };
    let config = WebSocketConfig::default()
        .read_buffer_size(512)
        .max_message_size(Some(limits::FRAME_BYTES))
        .max_frame_size(Some(limits::FRAME_BYTES));
    // Even an empty rest of the buffer that the request was read into keeps all of it, 8 KiB.
    let ahead = read.to_vec();
    drop(read);
    let mut socket = WebSocketStream::from_partially_read(line, ahead, Role::Server, Some(config)).await;
    let pulse = Pulse::new(&hub);
    let mut session = Session {
        hub,
        sid: Sid::new(),
        wire,
        pipe,
        token,
        state: ParserState::default(),
        inbox: None,
        pulse,
    };
    let end = session.run(&mut socket).await;
    Box::pin(session.end()).await;
    if let Some(code) = end {
        Box::pin(farewell(socket, code)).await;
    }
}

/// Says why, and reads on for a moment: a connection that is closed with something unread is reset,
/// and the client would not learn it.
async fn farewell(mut socket: WebSocketStream<Line>, code: CloseCode) {
    let _ = socket.close(Some(CloseFrame { code, reason: Default::default() })).await;
    let mut line = socket.into_inner();
    let _ = line.shutdown().await;
    let _ = timeout(FAREWELL, tokio::io::copy(&mut line, &mut tokio::io::sink())).await;
}

struct Session {
    hub: Arc<Hub>,
    sid: Sid,
    wire: Wire,
    pipe: Pipe,
    token: Option<String>,
    state: ParserState,
    /// Of the socket that is connected.
    inbox: Option<Arc<Inbox>>,
    pulse: Pulse,
}

/// Why nothing more is read; none where the client went by itself.
type End = Option<CloseCode>;

impl Session {
    async fn run(&mut self, socket: &mut WebSocketStream<Line>) -> End {
        if self.pipe.send(&self.greeting()).is_err() {
            return None;
        }
        let mut alarm = pin!(sleep_until(self.pulse.due));
        loop {
            let heard = tokio::select! {
                heard = socket.next() => match heard {
                    Some(Ok(message)) => self.hear(message).await,
                    Some(Err(broken)) => Err(code_of(&broken)),
                    None => Err(None),
                },
                () = &mut alarm => self.pulse.ring(&self.pipe),
            };
            if let Err(end) = heard {
                return end;
            }
            if alarm.deadline() != self.pulse.due {
                alarm.as_mut().reset(self.pulse.due);
            }
        }
    }

    fn greeting(&self) -> Bytes {
        let manner = &self.hub.manner;
        let open = json!({
            "sid": self.sid.as_str(), "upgrades": [], "maxPayload": limits::FRAME_BYTES,
            "pingInterval": manner.ping_interval.as_millis() as u64,
            "pingTimeout": manner.ping_timeout.as_millis() as u64,
        });
        text(&[b"0", open.to_string().as_bytes()])
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        let packet = match message {
            Message::Text(packet) => match packet.as_bytes().first() {
                Some(b'1') => return Err(Some(CloseCode::Normal)),
                Some(b'2' | b'3') => {
                    self.pulse.heard();
                    return Ok(());
                }
                Some(b'4') => {
                    let packet = packet.get(1..).unwrap_or_default();
                    CommonParser.decode_str(&reading(), &self.state, Str::from(packet.to_owned()))
                }
                _ => return Err(Some(CloseCode::Protocol)),
            },
            Message::Binary(bytes) => CommonParser.decode_bin(&reading(), &self.state, bytes),
            Message::Close(_) => return Err(None),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(()),
        };
        match packet {
            Ok(packet) => self.take(packet).await,
            Err(ParseError::NeedsMoreBinaryData) => Ok(()),
            Err(_) => Err(Some(CloseCode::Protocol)),
        }
    }

    async fn take(&mut self, packet: Packet) -> Result<(), End> {
        let ours = packet.ns.as_str() == "/";
        match packet.inner {
            PacketData::Connect(auth) if ours && self.inbox().is_none() => {
                let auth = CommonParser.decode_default::<Value>(auth.as_ref()).ok();
                Box::pin(self.connect(auth)).await;
            }
            PacketData::Connect(_) if ours => return Err(Some(CloseCode::Protocol)),
            PacketData::Connect(_) => {
                let refusal = json!({ "message": "Invalid namespace" }).to_string();
                self.say(&[b"44", packet.ns.as_bytes(), b",", refusal.as_bytes()])?;
            }
            PacketData::Disconnect if ours => {
                if let Some(inbox) = self.inbox.take()
                    && inbox.outlet().leave()
                {
                    connect::depart(self.hub.clone(), self.sid).await;
                }
            }
            PacketData::Event(mut frame, ack) | PacketData::BinaryEvent(mut frame, ack) if ours => {
                // Nobody is signed in here, or nobody any more.
                let inbox = self.inbox().ok_or(Some(CloseCode::Policy))?;
                inbox.arrived(&mut frame, ack);
            }
            // Another namespace, or an answer to what was never asked.
            _ => {}
        }
        Ok(())
    }

    /// None before CONNECT, and after either side disconnected.
    fn inbox(&self) -> Option<&Arc<Inbox>> {
        self.inbox.as_ref().filter(|inbox| inbox.outlet().connected())
    }

    /// What follows on this connection waits until this is decided.
    async fn connect(&mut self, auth: Option<Value>) {
        let offered = self.token.clone();
        let admitted = match connect::admit(&self.hub, || offered, auth).await {
            Ok(admitted) => admitted,
            Err(error) => {
                let refusal = json!({ "message": connect::refusal(&error) }).to_string();
                let _ = self.say(&[b"44", refusal.as_bytes()]);
                return;
            }
        };
        self.pulse.connected();
        self.hub.wires.note(self.sid.as_str(), &self.wire);
        let connected = json!({ "sid": self.sid.as_str() }).to_string();
        if self.say(&[b"40", connected.as_bytes()]).is_err() {
            return;
        }
        let outlet = Outlet::over_websocket(self.sid, self.pipe.clone(), &self.hub);
        let inbox = Inbox::new(&self.hub.unanswered, outlet);
        self.inbox = Some(inbox.clone());
        tokio::spawn(connect::settle(self.hub.clone(), admitted, inbox));
    }

    fn say(&self, packet: &[&[u8]]) -> Result<(), End> {
        self.pipe.send(&text(packet)).map_err(|_| None)
    }

    async fn end(&mut self) {
        if let Some(inbox) = self.inbox.take() {
            inbox.outlet().leave();
        }
        self.hub.remove(self.sid).await;
    }
}

fn reading() -> ParseConfig {
    ParseConfig {
        max_incoming_binaries: limits::BINARIES,
        max_incoming_binary_buf_size: limits::FRAME_BYTES,
        packet_completion_timeout: limits::PACKET_COMPLETION,
    }
}

/// What a client that broke the rules is told (RFC 6455, 7.4.1).
fn code_of(broken: &Broken) -> End {
    match broken {
        Broken::Capacity(_) => Some(CloseCode::Size),
        Broken::Utf8(_) => Some(CloseCode::Invalid),
        Broken::Protocol(_) => Some(CloseCode::Protocol),
        _ => None,
    }
}

/// When the client must have done what.
struct Pulse {
    interval: Duration,
    timeout: Duration,
    due: Instant,
    asked: Instant,
    awaited: Awaited,
}

#[derive(PartialEq)]
enum Awaited {
    Connect,
    /// Nothing of the client: a ping is to be sent.
    Nothing,
    Pong,
}

impl Pulse {
    fn new(hub: &Hub) -> Pulse {
        let (interval, timeout) = (hub.manner.ping_interval, hub.manner.ping_timeout);
        let now = Instant::now();
        Pulse { interval, timeout, due: now + CONNECT_TIMEOUT, asked: now, awaited: Awaited::Connect }
    }

    fn connected(&mut self) {
        if self.awaited == Awaited::Connect {
            self.rest();
        }
    }

    fn heard(&mut self) {
        if self.awaited == Awaited::Pong {
            self.rest();
        }
    }

    fn rest(&mut self) {
        self.awaited = Awaited::Nothing;
        self.due = self.asked + self.interval;
    }

    fn ring(&mut self, pipe: &Pipe) -> Result<(), End> {
        match self.awaited {
            Awaited::Connect | Awaited::Pong => Err(Some(CloseCode::Policy)),
            Awaited::Nothing => {
                self.asked = Instant::now();
                self.due = self.asked + self.timeout;
                self.awaited = Awaited::Pong;
                pipe.send(&text(&[b"2"])).map_err(|_| None)
            }
        }
    }
}
