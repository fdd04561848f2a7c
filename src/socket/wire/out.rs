//! What one WebSocket has still to send: whole frames, in order, and no more than is bounded.
//!
//! Two write to it. The engine of Socket.IO writes its own packets (the handshake, pings, the end);
//! we write events and answers, one frame each, encoded once for everybody who hears them. Ours must
//! not overtake what we gave to the engine before: so our first frame waits for a [`MARK`] that went
//! through the engine, and is dropped here when it comes out.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes};

use crate::limits;

/// An event that no client ever sees: behind it in the engine's queue is nothing of ours.
pub const MARK: &str = "\u{1}";
/// How its frame begins; its data follows.
const MARK_PAYLOAD: &[u8] = br#"42["\u0001""#;

/// Frames in one call of the system.
const AT_ONCE: usize = 64;

/// The queue is over its bound: the client does not keep up (contract D-20).
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

#[derive(Debug, Default)]
pub struct Out {
    frames: VecDeque<Bytes>,
    bytes: usize,
    /// Marks that are on their way through the engine.
    marks: usize,
    /// Ours, behind the marks.
    waiting: Vec<Bytes>,
}

impl Out {
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Whether what is pushed now is behind nothing.
    pub fn is_idle(&self) -> bool {
        self.frames.is_empty() && self.marks == 0
    }

    /// From now on ours wait until one more mark has come out of the engine.
    pub fn await_mark(&mut self) {
        self.marks += 1;
    }

    /// One frame of ours, or what is left of it.
    pub fn push(&mut self, frame: Bytes) -> Result<(), Full> {
        let packets = self.frames.len() + self.waiting.len();
        if packets >= limits::SOCKET_QUEUE || self.bytes + frame.len() > limits::SOCKET_QUEUE_BYTES {
            return Err(Full);
        }
        self.bytes += frame.len();
        match self.marks {
            0 => self.frames.push_back(frame),
            _ => self.waiting.push(frame),
        }
        Ok(())
    }

    /// Whole frames of the engine, which bounds them itself.
    pub fn push_engines(&mut self, frames: &[u8]) {
        if self.marks == 0 {
            return self.keep(frames);
        }
        let mut rest = frames;
        while let Some((frame, payload, behind)) = split(rest) {
            match payload.starts_with(MARK_PAYLOAD) {
                true => self.mark_came_out(),
                false => self.keep(frame),
            }
            rest = behind;
        }
        self.keep(rest);
    }

    fn keep(&mut self, frames: &[u8]) {
        if !frames.is_empty() {
            self.bytes += frames.len();
            self.frames.push_back(Bytes::copy_from_slice(frames));
        }
    }

    fn mark_came_out(&mut self) {
        self.marks = self.marks.saturating_sub(1);
        if self.marks == 0 {
            self.frames.extend(std::mem::take(&mut self.waiting));
        }
    }

    /// Writes by `write`, which tells how much it took, until nothing is left or an error comes.
    pub fn drain<E>(&mut self, mut write: impl FnMut(&[IoSlice<'_>]) -> Result<usize, E>) -> Result<(), E> {
        while !self.frames.is_empty() {
            let mut slices = [IoSlice::new(&[]); AT_ONCE];
            let mut used = 0;
            for (slice, frame) in slices.iter_mut().zip(&self.frames) {
                *slice = IoSlice::new(frame);
                used += 1;
            }
            let written = write(slices.get(..used).unwrap_or_default())?;
            self.wrote(written);
        }
        // What grew in a burst is not kept for ever.
        if self.frames.capacity() > AT_ONCE {
            self.frames = VecDeque::new();
        }
        Ok(())
    }

    fn wrote(&mut self, mut written: usize) {
        self.bytes = self.bytes.saturating_sub(written);
        while let Some(first) = self.frames.front_mut() {
            if written < first.len() {
                return first.advance(written);
            }
            written -= first.len();
            self.frames.pop_front();
        }
    }
}

/// The first frame of a server (RFC 6455, 5.2: unmasked), its payload, and what follows it.
fn split(frames: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (head, length) = match *frames.get(1)? {
        126 => (4, u64::from(u16::from_be_bytes(frames.get(2..4)?.try_into().ok()?))),
        127 => (10, u64::from_be_bytes(frames.get(2..10)?.try_into().ok()?)),
        short => (2, u64::from(short & 0x7f)),
    };
    let (frame, behind) = frames.split_at_checked(head + usize::try_from(length).ok()?)?;
    Some((frame, frame.get(head..)?, behind))
}

#[cfg(test)]
mod tests {
    use super::super::frame::text;
    use super::*;

    fn written(out: &mut Out) -> Vec<u8> {
        let mut all = Vec::new();
        out.drain(|slices| {
            // Never more than seven bytes at once.
            let first = &slices[0][..slices[0].len().min(7)];
            all.extend_from_slice(first);
            Ok::<_, ()>(first.len())
        })
        .unwrap();
        all
    }

    fn frames(payloads: &[&str]) -> Vec<u8> {
        payloads.iter().flat_map(|payload| text(&[payload.as_bytes()]).to_vec()).collect()
    }

    #[test]
    fn ours_comes_after_what_the_engine_had_before_it() {
        let mut out = Out::default();
        out.await_mark();
        out.push(text(&[b"ours"])).unwrap();
        out.push_engines(&frames(&["40{}", "42[\"welcome\"]"]));
        assert_eq!(written(&mut out), frames(&["40{}", "42[\"welcome\"]"]));
        out.push_engines(&frames(&["last", "42[\"\\u0001\",null]", "2"]));
        out.push(text(&[b"later"])).unwrap();
        assert_eq!(written(&mut out), frames(&["last", "ours", "2", "later"]));
        assert!(out.is_idle());
    }

    #[test]
    fn of_two_marks_the_last_one_counts() {
        let mut out = Out::default();
        out.await_mark();
        out.await_mark();
        out.push(text(&[b"ours"])).unwrap();
        out.push_engines(&frames(&["42[\"\\u0001\",null]", "40{}", "42[\"\\u0001\",null]"]));
        assert_eq!(written(&mut out), frames(&["40{}", "ours"]));
    }

    #[test]
    fn it_is_bounded_in_frames_and_in_bytes_d20() {
        let mut out = Out::default();
        for _ in 0..limits::SOCKET_QUEUE {
            out.push(text(&[b"x"])).unwrap();
        }
        assert_eq!(out.push(text(&[b"x"])), Err(Full));
        let mut out = Out::default();
        let large = text(&[&vec![b'x'; limits::SOCKET_QUEUE_BYTES / 2]]);
        out.push(large.clone()).unwrap();
        assert_eq!(out.push(large), Err(Full));
    }

    #[test]
    fn frames_of_every_size_are_told_apart() {
        for size in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            let payload = vec![b'a'; size];
            let mut both = text(&[&payload]).to_vec();
            both.extend_from_slice(b"rest");
            let (frame, found, behind) = split(&both).unwrap();
            assert_eq!((frame.len() + 4, found, behind), (both.len(), &*payload, &b"rest"[..]));
        }
        assert_eq!(split(&[0x81, 5, 1, 2]), None, "not whole");
    }
}
