//! A checker that cannot fail is worth nothing: each rule is broken once, and found out.

mod clients;
mod presence;

use std::collections::BTreeSet;

use hubbub::event::{Durable, MessageView};
use hubbub::model::{Entry, Epoch, Id, Log, Message, Seq, Time, User, What};

use crate::shared::checker::{Answer, Dump, Journal, Kept, Note, Noted, Run, check};

fn id<T>(n: u8) -> Id<T> {
    Id::from_bytes([n; 12])
}

const ANN: u8 = 1;
const BEN: u8 = 2;
/// Not a reader at first.
const EVE: u8 = 3;

fn log() -> Id<Log> {
    id(9)
}

fn epoch() -> Epoch {
    Epoch("e".into())
}

fn intent(n: u8) -> String {
    format!("intent-number-{n:04}")
}

fn entry(seq: Seq, by: u8, what: What) -> Entry {
    let intent = matches!(what, What::Message(_)).then(|| intent(seq as u8).parse().unwrap());
    Entry {
        id: id(100 + seq as u8),
        log: log(),
        seq,
        mver: 0,
        // The first three are messages, and what the proofs add.
        messages: seq.min(3) + u64::from(seq > 4 && what.is_message()),
        user_id: id(by),
        username: "somebody".parse().unwrap(),
        client_msg_id: intent,
        created_at: Time::from_millis(seq as i64),
        what,
    }
}

fn message(text: &str) -> What {
    What::Message(Message { text: Some(text.parse().unwrap()), ..Message::default() })
}

fn kept(run: &mut Run) -> &mut Kept {
    run.dump.logs.get_mut(&log()).unwrap()
}

fn noted(run: &mut Run, journal: usize, what: Noted) {
    let at = run.journals.iter().map(|journal| journal.notes.len() as u64).sum();
    run.journals[journal].notes.push(Note { at, what });
}

fn sent(n: u8, text: &str) -> Noted {
    Noted::Sent { log: log(), intent: intent(n), text: text.into() }
}

fn ok(n: u8) -> Noted {
    let answer = Answer::Kept { id: id(100 + n), seq: n.into(), epoch: epoch() };
    Noted::Answered { log: log(), intent: intent(n), answer }
}

fn applied(entry: &Entry, live: bool) -> Noted {
    Noted::Applied { event: Durable::of(entry, &epoch()), live }
}

/// Ann says two things, Ben hears them and says a third, Ann edits her first.
fn good() -> Run {
    let mut first = entry(1, ANN, message("one"));
    let edit = What::Edit {
        target: first.id,
        text: Some("uno".parse().unwrap()),
        before: None,
        mentions: None,
        everyone: None,
        revision: 1,
        folded: true,
    };
    let edit = entry(4, ANN, edit);
    let (second, third) = (entry(2, ANN, message("two")), entry(3, BEN, message("three")));
    let as_said = first.clone();
    if let What::Message(message) = &mut first.what {
        hubbub::log::fold::apply(message, &edit);
    }
    let journals = [ANN, BEN, EVE].map(|user| Journal { user: id(user), notes: Vec::new() });
    let readers = BTreeSet::from([id::<User>(ANN), id(BEN)]);
    let entries = vec![first, second.clone(), third.clone(), edit.clone()];
    let history = entries.iter().filter_map(|entry| match &entry.what {
        What::Message(message) => Some(MessageView::of(entry, message)),
        _ => None,
    });
    let history = Some(history.collect());
    let dump = Dump { logs: [(log(), Kept { epoch: epoch(), entries, readers, history })].into() };
    let mut run = Run { journals: journals.into(), dump };
    for journal in [0, 1] {
        noted(&mut run, journal, Noted::Connected);
        noted(&mut run, journal, Noted::Reset { log: log(), epoch: epoch(), seq: 0 });
    }
    for (n, text) in [(1, "one"), (2, "two")] {
        noted(&mut run, 0, sent(n, text));
        noted(&mut run, 0, ok(n));
    }
    noted(&mut run, 1, sent(3, "three"));
    noted(&mut run, 1, ok(3));
    for journal in [0, 1] {
        for entry in [&as_said, &second, &third, &edit] {
            noted(&mut run, journal, applied(entry, true));
        }
    }
    run
}

#[track_caller]
fn found(run: &Run, invariant: &str) {
    let violation = check(run).unwrap_err();
    assert_eq!(violation.invariant, invariant, "{violation}");
}

#[test]
fn a_good_run_passes() {
    assert_eq!(check(&good()), Ok(()));
}

#[test]
fn i1_an_acknowledged_message_that_is_not_there() {
    let mut run = good();
    noted(&mut run, 0, sent(7, "seven"));
    noted(&mut run, 0, ok(7));
    found(&run, "I-1");
}

#[test]
fn i1_an_acknowledged_message_that_moved() {
    let mut run = good();
    let answer = Answer::Kept { id: id(101), seq: 2, epoch: epoch() };
    noted(&mut run, 0, Noted::Answered { log: log(), intent: intent(1), answer });
    found(&run, "I-1");
}

#[test]
fn i1_an_acknowledged_change_that_is_not_there() {
    let mut run = good();
    noted(&mut run, 0, Noted::Changed { log: log(), epoch: epoch(), seq: 4, target: id(101) });
    assert_eq!(check(&run), Ok(()));
    noted(&mut run, 0, Noted::Changed { log: log(), epoch: epoch(), seq: 3, target: id(101) });
    found(&run, "I-1");
}

#[test]
fn i2_one_intent_kept_twice() {
    let mut run = good();
    let again = Entry { client_msg_id: Some(intent(1).parse().unwrap()), ..entry(5, ANN, message("one")) };
    kept(&mut run).entries.push(again);
    found(&run, "I-2");
}

#[test]
fn i2_a_refused_message_that_is_kept() {
    let mut run = good();
    noted(&mut run, 0, sent(5, "five"));
    noted(&mut run, 0, Noted::Answered { log: log(), intent: intent(5), answer: Answer::Refused });
    kept(&mut run).entries.push(entry(5, ANN, message("five")));
    found(&run, "I-2");
}

#[test]
fn i3_a_hole() {
    let mut run = good();
    kept(&mut run).entries.remove(1);
    found(&run, "I-3");
}

#[test]
fn i3_a_number_twice() {
    let mut run = good();
    let again = Entry { id: id(77), ..entry(2, ANN, message("two")) };
    kept(&mut run).entries.insert(2, again);
    found(&run, "I-3");
}

#[test]
fn i3_time_that_goes_back() {
    let mut run = good();
    kept(&mut run).entries[3].created_at = Time::from_millis(0);
    found(&run, "I-3");
}

#[test]
fn i3_an_entry_that_counts_the_messages_wrong() {
    let mut run = good();
    kept(&mut run).entries[3].messages = 4;
    found(&run, "I-3");
}

#[test]
fn i10_a_message_that_nobody_sent() {
    let mut run = good();
    for journal in [0, 1] {
        noted(&mut run, journal, Noted::Closed);
    }
    kept(&mut run).entries.push(entry(5, BEN, message("five")));
    found(&run, "I-10");
}

#[test]
fn i10_a_message_that_says_something_else() {
    let mut run = good();
    for journal in &mut run.journals {
        for note in &mut journal.notes {
            if let Noted::Sent { intent: sent, text, .. } = &mut note.what
                && *sent == intent(2)
            {
                *text = "zwei".into();
            }
        }
    }
    found(&run, "I-10");
}

#[test]
fn i12_a_row_that_is_not_its_fold() {
    let mut run = good();
    if let What::Message(message) = &mut kept(&mut run).entries[0].what {
        message.text = Some("eins".parse().unwrap());
    }
    found(&run, "I-12");
}

#[test]
fn i12_a_change_that_was_never_folded_in() {
    let mut run = good();
    if let What::Edit { folded, .. } = &mut kept(&mut run).entries[3].what {
        *folded = false;
    }
    found(&run, "I-12");
}

#[test]
fn i12_history_that_shows_something_else() {
    let mut run = good();
    kept(&mut run).history.as_mut().unwrap().pop();
    found(&run, "I-12");
}

#[test]
fn i12_a_revision_twice() {
    let mut run = good();
    for journal in [0, 1] {
        noted(&mut run, journal, Noted::Closed);
    }
    let again = What::Edit {
        target: id(101),
        text: None,
        before: None,
        mentions: None,
        everyone: None,
        revision: 1,
        folded: true,
    };
    kept(&mut run).entries.push(entry(5, ANN, again));
    let what = check(&run).unwrap_err();
    assert_eq!(what.invariant, "I-12");
}
