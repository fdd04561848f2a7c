//! What a text frame of a Socket.IO server says, and the time stamp inside a message.
//!
//! Frames are told apart by how they begin. JSON is read only where an answer is needed, never for
//! a message that is heard.

use memchr::memmem;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    Open,
    Ping,
    /// The namespace is entered.
    Connected,
    /// It is not; with the reason.
    Refused(&'a [u8]),
    Disconnected,
    Welcome,
    Resumed(&'a [u8]),
    /// `new_message`, with all that stands after its name.
    Message(&'a [u8]),
    /// A refusal of something for which no acknowledgement was asked.
    Error(&'a [u8]),
    /// How people are, with all that stands after the name.
    Presence(&'a [u8]),
    /// Another event: typing, heads.
    Other,
    /// The acknowledgement of the event with this number.
    Ack(u32, &'a [u8]),
    Unknown,
}

type Reading = for<'a> fn(&'a [u8]) -> Packet<'a>;

/// After the `42` of an event, the most frequent first.
const EVENTS: &[(&[u8], Reading)] = &[
    (b"[\"new_message\"", |rest| Packet::Message(rest)),
    (b"[\"user_presence_update\"", |rest| Packet::Presence(rest)),
    (b"[\"presence_updates\"", |rest| Packet::Presence(rest)),
    (b"[\"welcome\"", |_| Packet::Welcome),
    (b"[\"resumed\"", |rest| Packet::Resumed(rest)),
    (b"[\"error\"", |rest| Packet::Error(rest)),
];

impl Packet<'_> {
    pub fn of(text: &[u8]) -> Packet<'_> {
        match text {
            [b'4', b'2', event @ ..] => {
                let known = EVENTS.iter().find_map(|(name, kind)| Some((event.strip_prefix(*name)?, kind)));
                known.map_or(Packet::Other, |(rest, kind)| kind(rest))
            }
            [b'4', b'3', rest @ ..] => ack(rest),
            [b'2'] => Packet::Ping,
            [b'0', ..] => Packet::Open,
            [b'4', b'0', ..] => Packet::Connected,
            [b'4', b'4', reason @ ..] => Packet::Refused(reason),
            [b'4', b'1', ..] | [b'1'] => Packet::Disconnected,
            _ => Packet::Unknown,
        }
    }
}

fn ack(rest: &[u8]) -> Packet<'_> {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match rest.split_at_checked(digits).and_then(|(id, body)| Some((number(id)?, body))) {
        Some((id, body)) => Packet::Ack(id as u32, body),
        None => Packet::Unknown,
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all.then(|| digits.iter().fold(0u64, |sum, digit| sum.wrapping_mul(10) + u64::from(digit - b'0')))
}

/// Wherever `ok` stands: the order of fields is nobody's promise.
pub fn is_ok(answer: &[u8]) -> bool {
    let first = |text: &[u8]| answer.starts_with(text);
    first(b"[{\"ok\":true") || !first(b"[{\"ok\":false") && memmem::find(answer, b"\"ok\":true").is_some()
}

/// The code of a refusal, as `"code":"…"` stands in it; peers may give none.
pub fn code(answer: &[u8]) -> String {
    match after(answer, b"\"code\":\"").and_then(|rest| rest.split(|byte| *byte == b'"').next()) {
        Some(code) => String::from_utf8_lossy(code).into_owned(),
        None => "REFUSED".to_owned(),
    }
}

fn after<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    text.get(memmem::find(text, mark)? + mark.len()..)
}

/// What stands in the place of `id` or `channelId`.
pub fn id<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8; 24]> {
    after(text, mark)?.first_chunk()
}

/// Of how many people a text tells how they are.
pub fn presences(text: &[u8]) -> u64 {
    memmem::find_iter(text, b"\"version\":").count() as u64
}

/// The first `"seq":` of the text.
pub fn seq(text: &[u8]) -> Option<u64> {
    let rest = after(text, b"\"seq\":")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    number(rest.get(..digits)?)
}

/// Begins a text that this bench has sent; the digits after it are when.
const MARK: &[u8] = b"hb@";
const DIGITS: usize = 16;

/// Finds stamps; made once, because preparing the search costs more than searching.
#[derive(Debug)]
pub struct Stamps(memmem::Finder<'static>);

impl Stamps {
    pub fn new() -> Stamps {
        Stamps(memmem::Finder::new(MARK))
    }

    /// When the message was sent, in nanoseconds of this process.
    pub fn find(&self, message: &[u8]) -> Option<u64> {
        let place = self.0.find(message)? + MARK.len();
        number(message.get(place..place + DIGITS)?)
    }
}

/// Appends a stamp.
pub fn stamp(text: &mut Vec<u8>, nanoseconds: u64) {
    text.extend_from_slice(MARK);
    let mut digits = [b'0'; DIGITS];
    let mut rest = nanoseconds;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    text.extend_from_slice(&digits);
    text.push(b' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_told_apart_by_how_they_begin() {
        for (text, packet) in [
            (&b"0{\"sid\":\"x\"}"[..], Packet::Open),
            (b"2", Packet::Ping),
            (b"40{\"sid\":\"x\"}", Packet::Connected),
            (b"44{\"message\":\"no\"}", Packet::Refused(b"{\"message\":\"no\"}")),
            (b"41", Packet::Disconnected),
            (b"42[\"welcome\",{}]", Packet::Welcome),
            (b"42[\"new_message\",{}]", Packet::Message(b",{}]")),
            (b"42[\"new_messages\",{}]", Packet::Other),
            (b"42[\"heads\",{}]", Packet::Other),
            (b"42[\"presence_updates\",{}]", Packet::Presence(b",{}]")),
            (b"42[\"user_presence_update\",{}]", Packet::Presence(b",{}]")),
            (b"42[\"error\",{}]", Packet::Error(b",{}]")),
            (b"4317[{\"ok\":true}]", Packet::Ack(17, b"[{\"ok\":true}]")),
            (b"43[1]", Packet::Unknown),
            (b"6", Packet::Unknown),
        ] {
            assert_eq!(Packet::of(text), packet, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn a_stamp_is_found_again_and_nothing_else_is_taken_for_one() {
        let mut text = b"{\"text\":\"".to_vec();
        stamp(&mut text, 12_345_678_901);
        text.extend_from_slice(b"and more\"}");
        assert_eq!(Stamps::new().find(&text), Some(12_345_678_901));
        for other in [&b"{}"[..], b"hb@", b"hb@123", b"hb@12345678901234x6 "] {
            assert_eq!(Stamps::new().find(other), None);
        }
    }

    #[test]
    fn an_answer_is_good_wherever_it_says_so() {
        assert!(is_ok(b"[{\"ok\":true,\"data\":{}}]") && is_ok(b"[{\"data\":{},\"ok\":true}]"));
        assert!(
            !is_ok(b"[{\"ok\":false,\"error\":{}}]")
                && !is_ok(b"[{\"error\":{},\"ok\":false}]")
                && !is_ok(b"[]")
        );
    }

    #[test]
    fn codes_ids_and_seqs_are_read_where_they_stand() {
        assert_eq!(code(b"[{\"ok\":false,\"error\":{\"code\":\"NOT_FOUND\"}}]"), "NOT_FOUND");
        assert_eq!(code(b"[{\"ok\":false}]"), "REFUSED");
        assert_eq!(presences(br#"{"presences":[{"version":1},{"version":2}]}"#), 2);
        let text = b"{\"channelId\":\"0123456789abcdef01234567\",\"seq\":42,\"x\":{\"seq\":7}}";
        assert_eq!(id(text, b"\"channelId\":\""), Some(b"0123456789abcdef01234567"));
        assert_eq!(id(text, b"\"id\":\""), None);
        assert_eq!(seq(text), Some(42));
    }
}
