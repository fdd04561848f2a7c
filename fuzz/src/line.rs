//! One client's line to the Socket.IO door, without a network: polling, or a WebSocket.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt as _, Full};
use tokio::time::timeout;
use tower::ServiceExt as _;

use super::house::House;
use super::websocket::WebSocket;

/// Longer than anything may take. Time stands still, so nobody waits that long.
pub const LONG: Duration = Duration::from_secs(120);

/// Records of a polling answer, in version 4 of Engine.IO.
const SEPARATOR: char = '\u{1e}';

/// A session that is polled.
pub struct Polling<'a> {
    house: &'a House,
    pub sid: String,
    heard: VecDeque<String>,
}

impl<'a> Polling<'a> {
    /// A session that nobody signed into; none where it is refused.
    pub async fn open(house: &'a House, version: &str, headers: &HeaderMap) -> Option<Polling<'a>> {
        let (status, body) = ask(house, "GET", &format!("EIO={version}"), headers, Bytes::new()).await?;
        let packet = String::from_utf8(body.to_vec()).ok()?;
        let packet = packet.get(packet.find('{')?..=packet.rfind('}')?)?;
        let told: serde_json::Value = serde_json::from_str(packet).ok()?;
        assert_eq!(status, 200, "{packet}");
        Some(Polling { house, sid: told["sid"].as_str()?.to_owned(), heard: VecDeque::new() })
    }

    /// A session that somebody signed into.
    pub async fn signed_in(house: &'a House, token: &str) -> Option<Polling<'a>> {
        let mut line = Polling::open(house, "4", &HeaderMap::new()).await?;
        let connect = format!("40{{\"token\":\"{}\"}}", house.named(token));
        assert_eq!(line.post(connect.into()).await, Some(200));
        line.until(|packet| packet.starts_with("40")).await?;
        Some(line)
    }

    /// The status that the packets were answered with; none where there was no answer.
    pub async fn post(&self, packets: Bytes) -> Option<u16> {
        let asked = format!("EIO=4&sid={}", self.sid);
        let headers = HeaderMap::new();
        let sent = ask(self.house, "POST", &asked, &headers, packets);
        timeout(LONG, sent).await.ok()?.map(|(status, _)| status)
    }

    /// The next packet that is wanted; none once the session is over.
    pub async fn until(&mut self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        let headers = HeaderMap::new();
        // Pings come for ever and answer nothing.
        for _ in 0..64 {
            while let Some(packet) = self.heard.pop_front() {
                if wanted(&packet) {
                    return Some(packet);
                }
            }
            let asked = format!("EIO=4&sid={}", self.sid);
            let polled = ask(self.house, "GET", &asked, &headers, Bytes::new());
            let (status, body) = timeout(LONG, polled).await.ok()??;
            if status != 200 {
                return None;
            }
            let told = String::from_utf8(body.to_vec()).expect("what the server says is text");
            self.heard.extend(told.split(SEPARATOR).map(str::to_owned));
        }
        None
    }
}

/// One request to the engine of the door.
async fn ask(
    house: &House,
    method: &str,
    query: &str,
    headers: &HeaderMap,
    body: Bytes,
) -> Option<(u16, Bytes)> {
    let uri = format!("/socket.io/?transport=polling&{query}");
    let mut request = Request::builder().method(method).uri(uri).body(Full::new(body)).ok()?;
    request.headers_mut().extend(headers.clone());
    request.headers_mut().entry(header::CONTENT_TYPE).or_insert("text/plain;charset=UTF-8".parse().ok()?);
    let answer = house.polls.clone().oneshot(request).await.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.into_body().collect().await.ok()?.to_bytes()))
}

/// A WebSocket whose handshake is done.
pub async fn upgraded(house: &House) -> Option<WebSocket> {
    let (ours, theirs) = tokio::io::duplex(256 * 1024);
    let asked = Request::get("/socket.io/?EIO=4&transport=websocket").body(()).ok()?;
    house.streams.clone().oneshot((theirs, asked)).await.ok()?;
    Some(WebSocket::over(ours))
}
