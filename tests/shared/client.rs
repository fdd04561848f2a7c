//! A small client for runs against a real server: Engine.IO 4 over a WebSocket, Socket.IO 5 with
//! acknowledgements, and plain HTTP. It knows nothing of what is said.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub struct Wire {
    line: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next: u64,
}

#[derive(Debug)]
pub enum Heard {
    Connected,
    /// With the reason.
    Refused(Value),
    Event(String, Value),
    Answer(u64, Value),
    Ping,
    Other,
}

impl Wire {
    /// None where the server cannot be reached.
    pub async fn open(address: SocketAddr, auth: &Value) -> Option<Wire> {
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let (line, _) = connect_async(url).await.ok()?;
        let mut wire = Wire { line, next: 0 };
        wire.say(format!("40{auth}")).await?;
        Some(wire)
    }

    /// Whether the server lets the client in, who must not say anything before that.
    pub async fn is_connected(&mut self) -> bool {
        loop {
            match self.hear().await {
                Some(Heard::Connected) => return true,
                Some(Heard::Refused(_)) | None => return false,
                Some(_) => {}
            }
        }
    }

    async fn say(&mut self, packet: String) -> Option<()> {
        self.line.send(Message::text(packet)).await.ok()
    }

    pub async fn pong(&mut self) -> Option<()> {
        self.say("3".into()).await
    }

    /// Sends an event and asks for an answer, which will carry the number given back.
    pub async fn ask(&mut self, event: &str, payload: &Value) -> Option<u64> {
        self.next += 1;
        let number = self.next;
        self.say(format!("42{number}{}", json!([event, payload]))).await?;
        Some(number)
    }

    /// None at the end. May be dropped while it waits.
    pub async fn hear(&mut self) -> Option<Heard> {
        match self.line.next().await?.ok()? {
            Message::Text(packet) => Some(read(packet.as_str())),
            Message::Close(_) => None,
            _ => Some(Heard::Other),
        }
    }
}

fn read(packet: &str) -> Heard {
    let arguments = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap_or_default();
    if packet == "2" {
        return Heard::Ping;
    }
    match packet.split_at_checked(2) {
        Some(("40", _)) => Heard::Connected,
        Some(("44", rest)) => Heard::Refused(serde_json::from_str(rest).unwrap_or_default()),
        Some(("42", rest)) => {
            let mut arguments = arguments(rest).into_iter();
            let name = arguments.next().and_then(|name| name.as_str().map(str::to_owned));
            Heard::Event(name.unwrap_or_default(), arguments.next().unwrap_or_default())
        }
        Some(("43", rest)) => {
            let digits = rest.find('[').unwrap_or(rest.len());
            let (number, rest) = rest.split_at(digits);
            Heard::Answer(number.parse().unwrap_or(0), arguments(rest).into_iter().next().unwrap_or_default())
        }
        _ => Heard::Other,
    }
}

/// One request on a connection of its own; status and body.
pub async fn rest(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    body: Value,
) -> Option<(u16, Value)> {
    let mut line = TcpStream::connect(address).await.ok()?;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    line.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await.ok()?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let (head, body) = answer.split_at(end);
    let (head, body) = (String::from_utf8_lossy(head).to_ascii_lowercase(), &body[4..]);
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let whole = match head.contains("transfer-encoding: chunked") {
        true => unchunked(body),
        false => body.to_vec(),
    };
    Some((status, serde_json::from_slice(&whole).unwrap_or_default()))
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line) = body.windows(2).position(|bytes| bytes == b"\r\n") {
        let size = String::from_utf8_lossy(&body[..line]).into_owned();
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        let begin = line + 2;
        whole.extend_from_slice(&body[begin..begin + size]);
        body = &body[begin + size + 2..];
    }
    whole
}
