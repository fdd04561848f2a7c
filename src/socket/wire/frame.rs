//! Packets of Socket.IO as WebSocket frames, encoded once for however many hear them.
//!
//! A frame holds an Engine.IO message (`4`) with a Socket.IO event (`2`) or acknowledgement (`3`) of
//! the root namespace: the same text in versions 3 and 4 of Engine.IO.

use bytes::{BufMut, Bytes, BytesMut};
use serde_json::value::RawValue;

/// One event with its payload.
pub fn event(name: &str, data: &RawValue) -> Bytes {
    let name = serde_json::Value::from(name).to_string();
    text(&[b"42[", name.as_bytes(), b",", data.get().as_bytes(), b"]"])
}

/// The answer to the event that came with this number.
pub fn answer(number: i64, data: &RawValue) -> Bytes {
    text(&[b"43", number.to_string().as_bytes(), b"[", data.get().as_bytes(), b"]"])
}

/// The end of the socket, not of its connection.
pub fn disconnect() -> Bytes {
    text(&[b"41"])
}

/// The end of the connection, of which the client makes that it may come back (RFC 6455, 7.4.1).
pub fn going_away() -> Bytes {
    const CLOSE: u8 = 0x88;
    const GOING_AWAY: [u8; 2] = 1001u16.to_be_bytes();
    Bytes::from([&[CLOSE, 2], &GOING_AWAY[..]].concat())
}

/// An unmasked text frame (RFC 6455, 5.2).
pub fn text(parts: &[&[u8]]) -> Bytes {
    const FINAL_TEXT: u8 = 0x81;
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut frame = BytesMut::with_capacity(length + 10);
    frame.put_u8(FINAL_TEXT);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => frame.put_u8(short),
        (_, Ok(medium)) => {
            frame.put_u8(126);
            frame.put_u16(medium);
        }
        _ => {
            frame.put_u8(127);
            frame.put_u64(length as u64);
        }
    }
    parts.iter().for_each(|part| frame.put_slice(part));
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_spelt_as_socket_io_spells_them() {
        let data = serde_json::value::to_raw_value(&serde_json::json!({ "a": 1 })).unwrap();
        assert_eq!(&event("new_message", &data)[2..], br#"42["new_message",{"a":1}]"#);
        assert_eq!(&event("a\"b", &data)[2..], br#"42["a\"b",{"a":1}]"#);
        assert_eq!(&answer(7, &data)[2..], br#"437[{"a":1}]"#);
    }
}
