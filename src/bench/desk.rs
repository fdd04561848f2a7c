//! What the clients of one thread share: the plan, the clock, the count, and the words to say.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};

use super::frame;
use super::packet::{self, Stamps};
use super::plan::{Plan, Target};
use super::tally::Tally;
use crate::clock;

/// Said again and again; what it means is no matter of a measurement.
const WORDS: [&str; 24] = [
    "the", "morning", "build", "is", "green", "again", "and", "release", "notes", "are", "ready", "for",
    "review", "please", "have", "look", "before", "lunch", "we", "ship", "after", "stand", "up", "today",
];

pub struct Desk {
    pub plan: Arc<Plan>,
    pub target: Arc<Target>,
    pub tally: Tally,
    pub stamps: Stamps,
    pub random: StdRng,
    /// What was sent before this is of an earlier measurement.
    pub since: u64,
    /// Users that are meant to listen.
    pub active: usize,
    /// Clients that are about to arrive.
    pub coming: usize,
    /// Events of all clients that are not acknowledged yet.
    pub open: usize,
    /// The server's own words at the first refusal.
    pub complaint: Option<String>,
    /// Of each channel by number.
    pub epochs: HashMap<usize, String>,
    /// The last message of each channel, to reply to.
    pub last: HashMap<usize, [u8; 24]>,
    origin: Instant,
    run: String,
    said: u64,
    payload: Vec<u8>,
    frame: Vec<u8>,
}

/// A message to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Post {
    pub channel: usize,
    pub words: Option<usize>,
    pub reply: bool,
}

impl Desk {
    /// `origin` is one for all threads, so that the stamps of one can be read by another.
    pub fn new(plan: &Arc<Plan>, target: &Arc<Target>, origin: Instant) -> Desk {
        Desk {
            plan: plan.clone(),
            target: target.clone(),
            tally: Tally::default(),
            stamps: Stamps::new(),
            random: StdRng::from_os_rng(),
            since: 0,
            active: 0,
            coming: 0,
            open: 0,
            complaint: None,
            epochs: HashMap::new(),
            last: HashMap::new(),
            origin,
            run: clock::nonce().chars().take(12).collect(),
            said: 0,
            payload: Vec::new(),
            frame: Vec::new(),
        }
    }

    pub fn now(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    pub fn complain(&mut self, why: impl FnOnce() -> String) {
        if self.complaint.is_none() {
            self.complaint = Some(why());
        }
    }

    /// A frame around these bytes, valid until the next one.
    pub fn frame(&mut self, opcode: u8, payload: &[u8]) -> &[u8] {
        let mask = self.random.next_u32();
        self.frame.clear();
        frame::write(&mut self.frame, opcode, mask, payload);
        &self.frame
    }

    pub fn text(&mut self, text: &str) -> &[u8] {
        self.frame(frame::TEXT, text.as_bytes())
    }

    /// `send_message`, stamped `now`.
    pub fn post(&mut self, post: Post, ack: u32, now: u64) -> &[u8] {
        let mut payload = std::mem::take(&mut self.payload);
        payload.clear();
        self.said += 1;
        let channel = self.target.channels.get(post.channel).map_or("", String::as_str);
        payload.extend_from_slice(
            format!("42{ack}[\"send_message\",{{\"channelId\":\"{channel}\",\"text\":\"").as_bytes(),
        );
        packet::stamp(&mut payload, now);
        self.words(&mut payload, post.words);
        payload.extend_from_slice(format!("\",\"clientMsgId\":\"{}-{:08}\"", self.run, self.said).as_bytes());
        if let (true, Some(to)) = (post.reply, self.last.get(&post.channel)) {
            payload.extend_from_slice(b",\"replyTo\":\"");
            payload.extend_from_slice(to);
            payload.push(b'"');
            self.tally.replies += 1;
        }
        payload.extend_from_slice(b"}]");
        self.frame(frame::TEXT, &payload);
        self.payload = payload;
        &self.frame
    }

    /// Something that was said, to be looked for.
    pub fn word(&mut self) -> &'static str {
        WORDS.get(self.random.random_range(0..WORDS.len())).copied().unwrap_or("the")
    }

    /// So many words, or as much as fills the text up to the planned size; the stamp counts.
    fn words(&mut self, out: &mut Vec<u8>, words: Option<usize>) {
        const STAMP: usize = 20;
        let first = self.random.random_range(0..WORDS.len());
        let mut say = WORDS.iter().cycle().skip(first);
        let begun = out.len();
        match words {
            Some(count) => {
                for word in say.take(count) {
                    out.extend_from_slice(word.as_bytes());
                    out.push(b' ');
                }
                out.pop();
            }
            None => {
                let wanted = begun + self.plan.bytes.saturating_sub(STAMP);
                while out.len() < wanted {
                    out.extend_from_slice(say.next().map_or(b"x", |word| word.as_bytes()));
                    out.push(b' ');
                }
                out.truncate(wanted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::packet::Stamps;
    use crate::bench::plan::{Profile, plan};

    fn desk(bytes: usize) -> Desk {
        let plan = Arc::new(Plan { bytes, ..plan(Profile::Room, 2, 1, 1) });
        let target = Arc::new(Target::plain("127.0.0.1:1".parse().unwrap(), "x".into(), &plan));
        Desk::new(&plan, &target, Instant::now())
    }

    fn said(desk: &mut Desk, post: Post) -> serde_json::Value {
        desk.post(post, 7, 123);
        let text = String::from_utf8(desk.payload.clone()).unwrap();
        serde_json::from_str(text.strip_prefix("427").unwrap()).unwrap()
    }

    #[test]
    fn a_post_is_what_a_client_would_send_and_has_the_size_asked_for() {
        for bytes in [24, 128, 1_000] {
            let mut desk = desk(bytes);
            let sent = said(&mut desk, Post { channel: 0, words: None, reply: false });
            assert_eq!((&sent[0], &sent[1]["channelId"]), (&"send_message".into(), &"room-0".into()));
            assert_eq!(sent[1]["text"].as_str().unwrap().len(), bytes);
            assert!(sent[1]["clientMsgId"].as_str().unwrap().len() >= 16);
            assert_eq!(Stamps::new().find(&desk.payload), Some(123));
        }
    }

    #[test]
    fn a_reply_names_the_last_message_of_its_channel() {
        let mut desk = desk(64);
        let reply = Post { channel: 0, words: Some(35), reply: true };
        assert!(said(&mut desk, reply)[1].get("replyTo").is_none(), "nothing was said yet");
        desk.last.insert(0, *b"0123456789abcdef01234567");
        let sent = said(&mut desk, reply);
        assert_eq!(sent[1]["replyTo"], "0123456789abcdef01234567");
        assert_eq!(sent[1]["text"].as_str().unwrap().split(' ').count(), 1 + 35);
        assert_eq!(desk.tally.replies, 1);
    }
}
