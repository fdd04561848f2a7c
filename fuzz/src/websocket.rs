//! The little of RFC 6455 that a client needs, and needs to get wrong.

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::timeout;

use super::line::LONG;

pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;

pub struct WebSocket {
    stream: DuplexStream,
    read: BytesMut,
}

impl WebSocket {
    pub fn over(stream: DuplexStream) -> WebSocket {
        WebSocket { stream, read: BytesMut::new() }
    }

    /// False where the other end takes nothing more.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        matches!(timeout(LONG, self.stream.write_all(bytes)).await, Ok(Ok(())))
    }

    /// One whole frame. Its mask is zero, which is allowed.
    pub async fn send(&mut self, kind: u8, payload: &[u8]) -> bool {
        let mut frame = vec![0x80 | kind];
        match payload.len() {
            short @ 0..=125 => frame.push(0x80 | short as u8),
            middle @ 126..=0xFFFF => {
                frame.push(0x80 | 126);
                frame.extend((middle as u16).to_be_bytes());
            }
            long => {
                frame.push(0x80 | 127);
                frame.extend((long as u64).to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        self.write(&frame).await
    }

    /// The next text that is wanted; none once the other end is gone.
    pub async fn until(&mut self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        loop {
            while let Some((kind, payload)) = self.frame() {
                let text = String::from_utf8_lossy(&payload);
                if kind == TEXT && wanted(&text) {
                    return Some(text.into_owned());
                }
            }
            match timeout(LONG, self.stream.read_buf(&mut self.read)).await {
                Ok(Ok(bytes)) if bytes > 0 => {}
                _ => return None,
            }
        }
    }

    /// A frame of the server, if it is there whole. The server masks none.
    fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let kind = self.read.first()? & 0x0F;
        let (start, length) = match self.read.get(1)? & 0x7F {
            126 => (4, u16::from_be_bytes(self.read.get(2..4)?.try_into().ok()?) as usize),
            127 => (10, u64::from_be_bytes(self.read.get(2..10)?.try_into().ok()?) as usize),
            short => (2, short as usize),
        };
        let payload = self.read.get(start..start + length)?.to_vec();
        self.read.advance(start + length);
        Some((kind, payload))
    }
}
