//! Sample worlds: people, groups, channels and what was said there.
//!
//! A [`World`] is read from the fixture ([`sample`]) or made to a size ([`generate`]), and kept by
//! [`load`]. Ids follow from names, so that keeping a world twice changes nothing. What is kept is
//! what the live code would have written: gap-free logs that begin with who joined, and message
//! rows that are the fold of their log.

mod chatter;
mod generate;
mod load;
mod sample;
mod words;

use sha2::{Digest, Sha256};

pub use generate::{Size, generate};
pub use load::{Outcome, exposed, load};
pub use sample::{SignIn, sample, sign_ins};

use crate::model::{Ban, Channel, Entry, Group, GroupRequest, Id, Log, Membership, User};

#[derive(Debug, Default)]
pub struct World {
    pub people: Vec<Person>,
    pub groups: Vec<Group>,
    pub channels: Vec<Channel>,
    pub memberships: Vec<Membership>,
    pub bans: Vec<Ban>,
    pub requests: Vec<GroupRequest>,
    pub histories: Vec<History>,
}

/// A user whose password is hashed only when they are kept.
#[derive(Clone, Debug)]
pub struct Person {
    pub user: User,
    pub password: &'static str,
}

/// What a channel's log holds, from its first entry on.
#[derive(Debug)]
pub struct History {
    pub channel: Id<Channel>,
    /// `#name of group`, for people.
    pub title: String,
    pub length: u64,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Told(Vec<Entry>),
    Made(chatter::Chatter),
}

impl History {
    /// The entry at `place`, the first being 0; its seq is one more.
    fn entry(&self, place: u64) -> Option<Entry> {
        match &self.source {
            Source::Told(entries) => entries.get(usize::try_from(place).ok()?).cloned(),
            Source::Made(chatter) => chatter.entry(place).filter(|_| place < self.length),
        }
    }
}

/// The same names make the same id, in every run.
fn id<T>(names: &[&str]) -> Id<T> {
    let digest = Sha256::digest(names.join("/"));
    let mut bytes = [0; 12];
    for (byte, value) in bytes.iter_mut().zip(digest) {
        *byte = value;
    }
    Id::from_bytes(bytes)
}

fn entry_id(channel: Id<Channel>, place: u64) -> Id<Entry> {
    id(&["entry", &channel.to_string(), &place.to_string()])
}

fn log_of(channel: Id<Channel>) -> Id<Log> {
    channel.into()
}
