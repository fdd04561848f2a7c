//! The judge of every run: what clients wrote down while it lasted, against what the store holds
//! after it (contract §10, I-1 to I-14). Pure: the same for a simulated schedule, for services
//! without a door, and for a real server that was killed.

mod clients;
mod kept;
mod order;
mod presence;
mod threads;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hubbub::event::{Durable, MessageView};
use hubbub::model::{Entry, Epoch, Id, Log, Seq, User};

/// A run that is over.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub journals: Vec<Journal>,
    pub dump: Dump,
}

/// What one client saw, in its order.
#[derive(Clone, Debug)]
pub struct Journal {
    pub user: Id<User>,
    pub notes: Vec<Note>,
}

#[derive(Clone, Debug)]
pub struct Note {
    /// One clock for all clients: of two notes the smaller was written first. Of a real server it is
    /// microseconds, so that what must be true after some time can be judged.
    pub at: u64,
    pub what: Noted,
}

#[derive(Clone, Debug)]
pub enum Noted {
    /// The line of this client is so narrow that it learns late, or never, that its connection is over:
    /// it cannot say whether it was there.
    Narrow,
    /// It sets out to connect: the server may know that it is there before it does.
    #[allow(dead_code, reason = "only clients of a network need so long to arrive")]
    Knocked,
    Connected,
    Closed,
    Sent {
        log: Id<Log>,
        intent: String,
        text: String,
    },
    Answered {
        log: Id<Log>,
        intent: String,
        answer: Answer,
    },
    /// A change of a message was answered ok, and wrote an entry of its own.
    Changed {
        log: Id<Log>,
        epoch: Epoch,
        seq: Seq,
        target: Id<Entry>,
    },
    /// The position was set: reading began, or began again, after this seq.
    Reset {
        log: Id<Log>,
        epoch: Epoch,
        seq: Seq,
    },
    Applied {
        event: Durable,
        live: bool,
    },
    /// The client was told that it reads this log no longer.
    Stopped {
        log: Id<Log>,
    },
    /// Where the server says the user has read to.
    #[allow(dead_code, reason = "the proofs make one; whoever talks in a real run marks nothing")]
    Marked {
        log: Id<Log>,
        seq: Seq,
    },
    /// Everybody who is online, as the server answered.
    Listed {
        online: BTreeSet<Id<User>>,
    },
    /// The server told of somebody's coming or going.
    Seen {
        of: Id<User>,
        online: bool,
    },
}

#[derive(Clone, Debug)]
pub enum Answer {
    Kept {
        id: Id<Entry>,
        seq: Seq,
        epoch: Epoch,
    },
    /// Nothing was written, now or later.
    Refused,
    /// UNKNOWN, or no answer at all.
    Unknown,
}

/// The store after the run.
#[derive(Clone, Debug, Default)]
pub struct Dump {
    pub logs: BTreeMap<Id<Log>, Kept>,
}

#[derive(Clone, Debug)]
pub struct Kept {
    pub epoch: Epoch,
    pub entries: Vec<Entry>,
    /// Who could read the log before its first entry; from there on the log says it.
    pub readers: BTreeSet<Id<User>>,
    /// The messages as history shows them, oldest first; none where nobody asked.
    pub history: Option<Vec<MessageView>>,
}

/// The first rule found broken, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub invariant: &'static str,
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

type Verdict = Result<(), Violation>;

fn broken(invariant: &'static str, what: impl Into<String>) -> Verdict {
    Err(Violation { invariant, what: what.into() })
}

pub fn check(run: &Run) -> Verdict {
    kept::gap_free(run)?;
    kept::acknowledged(run)?;
    kept::once(run)?;
    clients::one_meaning(run)?;
    clients::in_steps(run)?;
    clients::authorised(run)?;
    clients::held_by_the_store(run)?;
    clients::caught_up(run)?;
    order::real_time(run)?;
    order::of_a_sender(run)?;
    kept::nothing_invented(run)?;
    kept::folded(run)?;
    clients::markers(run)?;
    presence::true_when_quiet(run)
}

/// Log, epoch and the seqs that an event stands for.
pub fn place(event: &Durable) -> (Id<Log>, &Epoch, Seq, Seq) {
    macro_rules! placed {
        ($($kind:ident)*) => {
            match event {
                $(Durable::$kind(placed) => (placed.channel_id, &placed.epoch, placed.seq, placed.seq),)*
                Durable::Skip(placed) => (placed.channel_id, &placed.epoch, placed.seq, placed.what.to),
            }
        };
    }
    placed!(NewMessage MessageEdited MessageDeleted ReactionUpdated MessagePinned PollVoted PollClosed UserJoined UserLeft MemberUpdated
        ChannelUpdated ChannelDeleted ChannelAdded ChannelRemoved RoleUpdated SessionRevoked
        GroupRequestReviewed GroupRequestCreated GroupUpdated ThreadFollowed
        BlocksUpdated DraftUpdated BookmarkUpdated
        ReadUpdated Notification NotificationsUpdated SettingsUpdated ProfileUpdated StatusUpdated
        ScheduledUpdated ReminderDue)
}

impl Run {
    fn notes(&self) -> impl Iterator<Item = (&Journal, &Note)> {
        self.journals.iter().flat_map(|journal| journal.notes.iter().map(move |note| (journal, note)))
    }
}
