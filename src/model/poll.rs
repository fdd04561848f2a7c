//! A question with answers to choose from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Id, PollOption, Time, User};
use crate::error::{Error, Result};
use crate::limits;

/// What a client sends to ask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPoll {
    pub options: Vec<PollOption>,
    /// Whether one may choose several.
    #[serde(default)]
    pub multiple: bool,
    #[serde(default)]
    pub closes_at: Option<Time>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Poll {
    pub options: Vec<PollOption>,
    pub multiple: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Time>,
    /// By hand, before or without `closes_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Time>,
    /// Which options each has chosen, by their places and in that order.
    #[serde(default)]
    pub votes: BTreeMap<Id<User>, Vec<u8>>,
}

impl NewPoll {
    pub fn check(self) -> Result<Poll> {
        let Self { options, multiple, closes_at } = self;
        if !limits::POLL_OPTIONS.contains(&options.len()) {
            let (least, most) = (limits::POLL_OPTIONS.start(), limits::POLL_OPTIONS.end());
            return Err(Error::invalid("poll", format!("must have {least} to {most} options")));
        }
        let mut different: Vec<&PollOption> = options.iter().collect();
        different.sort_unstable();
        different.dedup();
        if different.len() < options.len() {
            return Err(Error::invalid("poll", "has an option twice"));
        }
        Ok(Poll { options, multiple, closes_at, closed_at: None, votes: BTreeMap::new() })
    }
}

impl Poll {
    pub fn is_closed(&self, now: Time) -> bool {
        self.closed_at.is_some() || self.closes_at.is_some_and(|end| end <= now)
    }

    /// Refuses a choice that the poll does not offer.
    pub fn check(&self, choice: &[u8]) -> Result<()> {
        if choice.iter().any(|option| usize::from(*option) >= self.options.len()) {
            return Err(Error::invalid("options", "the poll has no such option"));
        }
        if !choice.is_sorted_by(|one, next| one < next) {
            return Err(Error::invalid("options", "must rise"));
        }
        match choice.len() > 1 && !self.multiple {
            true => Err(Error::invalid("options", "this poll takes one choice")),
            false => Ok(()),
        }
    }

    /// Nothing where somebody has not voted or taken their vote back.
    pub fn choice(&self, of: Id<User>) -> &[u8] {
        self.votes.get(&of).map_or(&[], Vec::as_slice)
    }

    pub fn vote(&mut self, by: Id<User>, choice: &[u8]) {
        match choice.is_empty() {
            true => drop(self.votes.remove(&by)),
            false => drop(self.votes.insert(by, choice.to_vec())),
        }
    }
}
