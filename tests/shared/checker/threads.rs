//! What entries say of threads must be what counting the replies comes to: part of I-12.

use std::collections::BTreeMap;

use hubbub::limits;
use hubbub::model::{Entry, Id, Log, ThreadSummary, User, What};

use super::{Kept, Verdict, broken};

/// A thread as it is known up to some entry.
#[derive(Default)]
struct Counted<'a> {
    /// Not deleted, in the order of the log.
    replies: Vec<&'a Entry>,
    participants: Vec<Id<User>>,
}

/// Of every entry that moves a thread, against the log up to it.
pub(super) fn counted(log: Id<Log>, kept: &Kept) -> Verdict {
    let mut threads = BTreeMap::<Id<Entry>, Counted>::new();
    for entry in &kept.entries {
        let Some((root, said)) = moved(kept, entry) else { continue };
        let thread = threads.entry(root).or_default();
        thread.follow(entry);
        let counted = thread.summary(entry);
        if said != Some(&counted) {
            return broken(
                "I-12",
                format!("seq {} of {log} says {said:?} of its thread, counted is {counted:?}", entry.seq),
            );
        }
    }
    Ok(())
}

/// The root of the thread that an entry moves, found without what the entry says of it.
fn moved<'a>(kept: &Kept, entry: &'a Entry) -> Option<(Id<Entry>, Option<&'a ThreadSummary>)> {
    let said = entry.what.thread().map(|(_, thread)| thread);
    match &entry.what {
        What::Message(reply) => Some((reply.thread_id?, said)),
        What::Delete { target, .. } => {
            let reply = kept.entries.iter().find(|other| other.id == *target)?;
            let What::Message(reply) = &reply.what else { return None };
            Some((reply.thread_id?, said))
        }
        _ => None,
    }
}

impl<'a> Counted<'a> {
    fn follow(&mut self, entry: &'a Entry) {
        if let What::Delete { target, .. } = &entry.what {
            self.replies.retain(|reply| reply.id != *target);
            return;
        }
        self.replies.push(entry);
        if !self.participants.contains(&entry.user_id)
            && self.participants.len() < limits::THREAD_PARTICIPANTS
        {
            self.participants.push(entry.user_id);
        }
    }

    fn summary(&self, entry: &Entry) -> ThreadSummary {
        let last = self.replies.last();
        ThreadSummary {
            replies: self.replies.len() as u64,
            last_reply_at: last.map(|reply| reply.created_at),
            last_reply_id: last.map(|reply| reply.id),
            last_reply_by: last.map(|reply| reply.user_id),
            participants: self.participants.clone(),
            seq: entry.seq,
        }
    }
}
