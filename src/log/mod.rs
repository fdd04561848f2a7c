//! The channel log: from a draft to a durable, numbered entry that is then told aloud.
//!
//! The [`writer`] gives numbers and is answered by the store before anybody hears of an entry
//! (contract D-03, D-04); the [`sequencer`] tells entries in order and leaves none out (D-19); the
//! [`Outbox`] is where the doors listen. Who may write or read is decided above.

use crate::model::{ClientMsgId, Entry, Epoch, Id, Log, User, Username, What};

/// Which log, and the epoch that its positions belong to.
#[derive(Clone, Debug)]
pub struct Address {
    pub log: Id<Log>,
    pub epoch: Epoch,
}

/// An entry that has no number yet.
#[derive(Clone, Debug)]
pub struct Draft {
    pub by: Id<User>,
    pub by_name: Username,
    pub client_msg_id: Option<ClientMsgId>,
    /// For an edit: the revision that the author saw (D-14).
    pub base_revision: Option<u32>,
    pub what: What,
}

/// What became of a draft.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The entry as it stands in the log; of a repeated send, the first one (D-05).
    pub entry: Entry,
    /// For a change: the message's row after it.
    pub row: Option<Entry>,
    pub duplicate: bool,
}
