//! What a thread comes to: how many replies there are, whose they are, and which is the last.

use serde::{Deserialize, Serialize};

use super::{Entry, Id, Seq, Time, User};
use crate::limits;

/// As of one entry of the log; of two the one with the higher `seq` holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadSummary {
    /// Those that are not deleted.
    pub replies: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_reply_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_reply_id: Option<Id<Entry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_reply_by: Option<Id<User>>,
    /// The first who ever replied, up to a bound.
    pub participants: Vec<Id<User>>,
    pub seq: Seq,
}

impl ThreadSummary {
    /// With one reply more.
    pub fn with(&self, reply: &Entry) -> ThreadSummary {
        let mut participants = self.participants.clone();
        if participants.len() < limits::THREAD_PARTICIPANTS && !participants.contains(&reply.user_id) {
            participants.push(reply.user_id);
        }
        ThreadSummary { replies: self.replies + 1, participants, seq: reply.seq, ..*self }.ending(Some(reply))
    }

    /// With one reply less; `last` is the newest of those that are left.
    pub fn without(&self, deletion: &Entry, last: Option<&Entry>) -> ThreadSummary {
        let participants = self.participants.clone();
        let replies = self.replies.saturating_sub(1);
        ThreadSummary { replies, participants, seq: deletion.seq, ..*self }.ending(last)
    }

    fn ending(self, last: Option<&Entry>) -> ThreadSummary {
        ThreadSummary {
            last_reply_at: last.map(|reply| reply.created_at),
            last_reply_id: last.map(|reply| reply.id),
            last_reply_by: last.map(|reply| reply.user_id),
            ..self
        }
    }
}
