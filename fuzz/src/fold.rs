//! The fold of a message's log: wherever it is cut, repeated or stored on the way, it comes to the
//! same message (contract D-13, D-15, D-16).
//!
//! Three bytes of input are one change: what, by whom, and which text or reaction.

use hubbub::limits;
use hubbub::log::Draft;
use hubbub::log::fold::{Folded, apply, check};
use hubbub::model::{Entry, Id, Message, NewPoll, Seq, ThreadSummary, Time, User, Username, What};

type Bytes<'a> = &'a [u8];

pub fn run(bytes: Bytes) {
    let log = log(bytes);
    let whole = folded(said(), &log);
    for middle in 0..=log.len().min(64) {
        let (head, tail) = log.split_at(middle);
        let half = folded(said(), head);
        assert_eq!(folded(stored(&half), tail), whole, "cut after {middle} of {log:?}");
    }
    // What is told twice, and what is told late, changes nothing.
    let twice: Vec<Entry> = log.iter().flat_map(|entry| [entry.clone(), entry.clone()]).collect();
    assert_eq!(folded(said(), &twice), whole, "repeated: {log:?}");
    assert_eq!(folded(whole.clone(), &log), whole, "late: {log:?}");
    sound(&whole, &log);
}

fn said() -> Message {
    let options = ["yes", "no", "perhaps"].map(|option| option.parse().expect("an option")).into();
    let poll = NewPoll { options, multiple: true, closes_at: None }.check().ok();
    Message { text: "hello".parse().ok(), poll, ..Message::default() }
}

fn user(number: u8) -> Id<User> {
    Id::from_bytes([number % 5; 12])
}

fn target() -> Id<Entry> {
    Id::from_bytes([9; 12])
}

/// The changes that the house takes, with their numbers. A number may be left out: other messages
/// are changed in between.
fn log(bytes: Bytes) -> Vec<Entry> {
    let (mut log, mut message, mut seq): (Vec<Entry>, Message, Seq) = (Vec::new(), said(), 1);
    for change in bytes.chunks_exact(3) {
        let (what, by, which) = (change[0], change[1], change[2]);
        let mut draft = Draft::new(user(by), &username(), wanted(what, which, &message));
        draft.base_revision = (what & 0x10 != 0).then_some(u32::from(which));
        match check(&message, &draft, Time::from_millis(seq as i64 + 1)) {
            Ok(Folded::Changed) => {}
            // Nothing is written: the message must look as if it had been.
            Ok(Folded::Already) => {
                let mut same = message.clone();
                apply(&mut same, &entry(seq + 1, &draft));
                same.folded_seq = message.folded_seq;
                same.deleted_at = message.deleted_at;
                assert_eq!(
                    unordered(same),
                    unordered(message.clone()),
                    "{draft:?} would have changed something"
                );
                continue;
            }
            Err(_) => continue,
        }
        seq += 1 + Seq::from(what >> 6);
        let entry = entry(seq, &draft);
        apply(&mut message, &entry);
        log.push(entry);
    }
    log
}

/// Who reacts in what order is nobody's promise.
fn unordered(mut message: Message) -> Message {
    message.reactions.values_mut().for_each(|users| users.sort_unstable());
    message
}

fn username() -> Username {
    "ann".parse().expect("a username")
}

fn wanted(what: u8, which: u8, message: &Message) -> What {
    let target = target();
    match what & 0x0F {
        0 => What::delete(target),
        1..=4 => {
            let text = format!("text {which}").parse().ok();
            let mentions = (!which.is_multiple_of(3)).then(|| vec![user(which)]);
            let revision = message.revision + 1;
            What::Edit { target, text, before: None, mentions, everyone: None, revision, folded: false }
        }
        5 | 6 => What::Pin { target, removed: which % 2 == 1, folded: false },
        7 => {
            let before = message.thread.clone().unwrap_or_default();
            let thread = Some(ThreadSummary { replies: before.replies + 1, ..before });
            What::Message(Message { thread_id: Some(target), thread, ..Message::default() })
        }
        8 => What::PollClosed { target, folded: false },
        9 => {
            let options = (0..4).filter(|option| which >> option & 1 == 1).collect();
            What::Vote { target, options, folded: false }
        }
        kind => {
            let reaction = format!("r{}", which % 30).parse().expect("a reaction");
            What::React { target, reaction, removed: kind >= 11, folded: false }
        }
    }
}

fn entry(seq: Seq, draft: &Draft) -> Entry {
    let mut what = draft.what.clone();
    if let What::Message(Message { thread: Some(thread), .. }) = &mut what {
        thread.seq = seq;
    }
    Entry {
        id: Id::from_bytes([seq as u8; 12]),
        log: Id::from_bytes([1; 12]),
        seq,
        mver: 1,
        messages: 1,
        user_id: draft.by,
        username: draft.by_name.clone(),
        client_msg_id: None,
        created_at: Time::from_millis(seq as i64),
        what,
    }
}

fn folded(mut message: Message, log: &[Entry]) -> Message {
    log.iter().for_each(|entry| apply(&mut message, entry));
    message
}

/// As it comes back from the store.
fn stored(message: &Message) -> Message {
    let written = serde_json::to_string(message).expect("a message can be written");
    serde_json::from_str(&written).expect("and read")
}

fn sound(message: &Message, log: &[Entry]) {
    assert_eq!(message.folded_seq, log.last().map_or(0, |entry| entry.seq));
    assert!(message.reactions.len() <= limits::REACTIONS_PER_MESSAGE, "{:?}", message.reactions);
    for users in message.reactions.values() {
        let mut once = users.clone();
        once.sort_unstable();
        once.dedup();
        assert!(!users.is_empty() && once.len() == users.len(), "{:?}", message.reactions);
    }
    let replies = log.iter().filter(|entry| entry.what.is_message()).count();
    assert_eq!(message.thread.as_ref().map_or(0, |thread| thread.replies) as usize, replies);
    assert_eq!(message.pinned_at.is_some(), message.pinned_by.is_some());
    if log.iter().any(|entry| matches!(entry.what, What::Delete { .. })) {
        let nothing = message.text.is_none()
            && message.reactions.is_empty()
            && message.pinned_at.is_none()
            && message.poll.is_none();
        assert!(nothing && message.deleted_at.is_some(), "deleted, and yet: {message:?}");
    } else {
        let edits = log.iter().filter(|entry| matches!(entry.what, What::Edit { .. })).count();
        assert_eq!(message.revision as usize, edits);
    }
}
