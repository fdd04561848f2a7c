//! What the people of a made channel say: each entry follows from its place alone.

use std::ops::Range;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::words::{ELSEWHERE, ENDINGS, OPENINGS, REACTIONS, SUBJECTS, pick};
use super::{entry_id, log_of};
use crate::error::Result;
use crate::model::{Channel, Entry, Id, MemberRole, Message, Reaction, Time, User, Username, What};

/// After so many lines less one there is a reaction to the last of them.
const ROUND: u64 = 16;

/// The entries of one channel: first its members join, then they talk. The first member made it.
#[derive(Debug)]
pub(super) struct Chatter {
    channel: Id<Channel>,
    /// Tells this channel's talk from any other's.
    seed: u64,
    members: Vec<Member>,
    reactions: Vec<Reaction>,
    span: Range<Time>,
    length: u64,
}

type Member = (Id<User>, Username, MemberRole);

impl Chatter {
    pub(super) fn new(
        channel: Id<Channel>,
        seed: u64,
        members: Vec<Member>,
        span: Range<Time>,
        messages: u64,
    ) -> Result<Chatter> {
        let own = channel.to_string().bytes().fold(seed, |seed, byte| seed.rotate_left(5) ^ u64::from(byte));
        let reactions: Result<Vec<Reaction>> = REACTIONS.iter().map(|reaction| reaction.parse()).collect();
        // Where messages end a round, the reaction to the last of them follows.
        let length = members.len().saturating_sub(1) as u64 + messages + messages / (ROUND - 1);
        Ok(Chatter { channel, seed: own, members, reactions: reactions?, span, length })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn entry(&self, place: u64) -> Option<Entry> {
        let joined = self.members.len().saturating_sub(1) as u64;
        let (user_id, username, what) = match place.checked_sub(joined) {
            None => self.joined(place)?,
            Some(line) => {
                let (user, name, _) = self.speaker(place)?;
                (*user, name.clone(), self.line(place, line)?)
            }
        };
        let id = entry_id(self.channel, place);
        // Clients give each message an id, and it weighs in the store.
        let client_msg_id = match what {
            What::Message(_) => format!("made-{id}").parse().ok(),
            _ => None,
        };
        Some(Entry {
            id,
            log: log_of(self.channel),
            seq: place + 1,
            mver: joined.min(place + 1),
            messages: said((place + 1).saturating_sub(joined)),
            user_id,
            username,
            client_msg_id,
            created_at: self.time(place),
            what,
        })
    }

    fn joined(&self, place: u64) -> Option<(Id<User>, Username, What)> {
        let (member, name, role) = self.members.get(usize::try_from(place).ok()? + 1)?;
        let what = What::MemberJoined { member: *member, member_name: name.clone(), role: *role };
        Some((*member, name.clone(), what))
    }

    fn line(&self, place: u64, line: u64) -> Option<What> {
        if reacts(line) {
            let (target, reaction) = (entry_id(self.channel, place - 1), self.reaction(place)?);
            return Some(What::React { target, reaction, removed: false, folded: true });
        }
        let mut random = self.random(place);
        let text = match random.random_ratio(1, 40) {
            true => pick(&ELSEWHERE, random.random()).to_owned(),
            false => {
                let [opening, subject, ending] = [(); 3].map(|()| random.random());
                [pick(&OPENINGS, opening), pick(&SUBJECTS, subject), pick(&ENDINGS, ending)].join(" ")
            }
        };
        let mut message = Message { text: text.parse().ok(), ..Message::default() };
        // A reply is to one of the four lines before, where that is a message.
        let back = random.random_range(1..=4);
        if random.random_ratio(1, 6) && line >= back && !reacts(line - back) {
            message.reply_to = Some(entry_id(self.channel, place - back));
        }
        if reacts(line + 1) {
            message.reactions.insert(self.reaction(place + 1)?, vec![self.speaker(place + 1)?.0]);
            message.folded_seq = place + 2;
        }
        Some(What::Message(message))
    }

    fn speaker(&self, place: u64) -> Option<&Member> {
        let chosen = self.random(place).random_range(0..self.members.len().max(1));
        self.members.get(chosen)
    }

    fn reaction(&self, place: u64) -> Option<Reaction> {
        self.reactions.iter().cycle().nth(usize::try_from(place % 61).ok()?).cloned()
    }

    fn random(&self, place: u64) -> StdRng {
        StdRng::seed_from_u64(self.seed ^ place.rotate_left(32))
    }

    /// Evenly over the span.
    fn time(&self, place: u64) -> Time {
        let span = self.span.end.since(self.span.start).as_millis();
        let passed = span * u128::from(place) / u128::from(self.length.max(1));
        self.span.start.plus(Duration::from_millis(u64::try_from(passed).unwrap_or(0)))
    }
}

/// Messages among the first so many lines.
fn said(lines: u64) -> u64 {
    lines - lines / ROUND
}

fn reacts(line: u64) -> bool {
    line % ROUND == ROUND - 1
}
