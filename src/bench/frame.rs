//! WebSocket frames (RFC 6455) as a client reads and writes them, made for counting: what is read
//! is borrowed, and nothing is allocated for a message.
//!
//! Only what a Socket.IO server sends: whole, unmasked frames. Anything else is an error.

pub const TEXT: u8 = 0x1;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const PONG: u8 = 0xA;

/// Nothing that a chat server has to say is longer.
const LONGEST: u64 = 16 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    pub opcode: u8,
    pub payload: &'a [u8],
}

/// The bytes are no frame of a server, or one that nobody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken(pub &'static str);

/// The first frame, and what follows it; none as long as it is not whole.
pub fn read(bytes: &[u8]) -> Result<Option<(Frame<'_>, &[u8])>, Broken> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    if first & 0x70 != 0 {
        return Err(Broken("an extension was used that was not agreed on"));
    }
    if first & 0x80 == 0 {
        return Err(Broken("a message came in pieces"));
    }
    if second & 0x80 != 0 {
        return Err(Broken("a server must not mask"));
    }
    let Some((length, rest)) = length(second & 0x7F, rest) else { return Ok(None) };
    if length > LONGEST {
        return Err(Broken("a frame is too long"));
    }
    let whole = rest.split_at_checked(length as usize);
    Ok(whole.map(|(payload, after)| (Frame { opcode: first & 0x0F, payload }, after)))
}

fn length(short: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    match short {
        126 => rest.split_first_chunk().map(|(bytes, rest)| (u64::from(u16::from_be_bytes(*bytes)), rest)),
        127 => rest.split_first_chunk().map(|(bytes, rest)| (u64::from_be_bytes(*bytes), rest)),
        length => Some((u64::from(length), rest)),
    }
}

/// Appends one frame. A client masks what it sends, so that no proxy takes it for something else.
pub fn write(out: &mut Vec<u8>, opcode: u8, mask: u32, payload: &[u8]) {
    out.push(0x80 | opcode);
    match payload.len() {
        length @ 0..=125 => out.push(0x80 | length as u8),
        length @ 126..=0xFFFF => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    let mask = mask.to_be_bytes();
    out.extend_from_slice(&mask);
    out.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a client wrote, as a server would have sent it.
    fn unmasked(frame: &[u8]) -> Vec<u8> {
        let header = match frame[1] & 0x7F {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        let mask = &frame[header..header + 4];
        let mut plain = frame[..header].to_vec();
        plain[1] &= 0x7F;
        plain.extend(frame[header + 4..].iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        plain
    }

    #[test]
    fn every_length_is_written_in_its_shortest_form_and_read_back() {
        for (length, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let payload = vec![b'x'; length];
            let mut frame = Vec::new();
            write(&mut frame, TEXT, 0xDEAD_BEEF, &payload);
            assert_eq!(frame.len(), header + 4 + length);
            let plain = unmasked(&frame);
            let (read, after) = read(&plain).unwrap().unwrap();
            assert_eq!(read, Frame { opcode: TEXT, payload: &payload });
            assert!(after.is_empty());
        }
    }

    #[test]
    fn the_mask_is_that_of_the_standard() {
        // RFC 6455, section 5.7: a masked "Hello".
        let mut frame = Vec::new();
        write(&mut frame, TEXT, 0x37FA_213D, b"Hello");
        assert_eq!(frame, [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]);
    }

    #[test]
    fn what_no_server_may_send_is_refused() {
        assert!(read(&[0x01, 0x01, b'x']).is_err(), "in pieces");
        assert!(read(&[0xC1, 0x01, b'x']).is_err(), "compressed");
        assert!(read(&[0x81, 0x81, 0, 0, 0, 0, b'x']).is_err(), "masked");
        assert!(read(&[0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]).is_err(), "too long");
    }

    proptest! {
        #[test]
        fn frames_are_found_wherever_the_stream_is_cut(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..5),
            mask in any::<u32>(),
        ) {
            let mut stream = Vec::new();
            for payload in &payloads {
                let mut frame = Vec::new();
                write(&mut frame, TEXT, mask, payload);
                stream.extend(unmasked(&frame));
            }
            for cut in 0..stream.len() {
                // What is whole before the cut is found, and the rest is found when it has come.
                let mut found = Vec::new();
                let mut rest = &stream[..cut];
                while let Some((frame, after)) = read(rest).unwrap() {
                    found.push(frame.payload.to_vec());
                    rest = after;
                }
                let mut rest = &stream[cut - rest.len()..];
                while let Some((frame, after)) = read(rest).unwrap() {
                    found.push(frame.payload.to_vec());
                    rest = after;
                }
                prop_assert_eq!(&found, &payloads);
            }
        }
    }
}
