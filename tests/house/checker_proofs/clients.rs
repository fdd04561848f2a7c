//! What clients may have seen, and in which order.

use hubbub::event::Durable;
use hubbub::model::{AccountEvent, Entry, Epoch, Leave, MemberRole, Seq, What};
use serde_json::json;

use super::*;

#[test]
fn i4_one_place_with_two_meanings() {
    let mut run = good();
    let other = Entry { id: id(88), ..entry(2, ANN, message("two")) };
    run.journals[1].notes.retain(
        |note| !matches!(&note.what, Noted::Applied { event, .. } if crate::shared::checker::place(event).2 == 2),
    );
    noted(&mut run, 1, applied(&other, true));
    found(&run, "I-4");
}

#[test]
fn i5_a_gap_that_was_not_asked_for() {
    let mut run = good();
    run.journals[1].notes.retain(
        |note| !matches!(&note.what, Noted::Applied { event, .. } if crate::shared::checker::place(event).2 == 2),
    );
    found(&run, "I-5");
}

#[test]
fn i5_an_event_applied_twice() {
    let mut run = good();
    let last = run.journals[1].notes.last().unwrap().clone();
    run.journals[1].notes.push(last);
    found(&run, "I-5");
}

#[test]
fn i5_an_event_of_another_epoch() {
    let mut run = good();
    for note in &mut run.journals[1].notes {
        if let Noted::Reset { epoch, .. } = &mut note.what {
            *epoch = Epoch("another".into());
        }
    }
    found(&run, "I-5");
}

#[test]
fn i5_an_event_after_reading_stopped() {
    let mut run = good();
    let last = run.journals[1].notes.pop().unwrap();
    noted(&mut run, 1, Noted::Stopped { log: log() });
    run.journals[1].notes.push(last);
    found(&run, "I-5");
}

#[test]
fn i6_a_client_that_never_heard_the_end() {
    let mut run = good();
    run.journals[1].notes.pop();
    found(&run, "I-6");
    noted(&mut run, 1, Noted::Closed);
    assert_eq!(check(&run), Ok(()));
}

fn with_eve(turns: &[(Seq, bool)]) -> Run {
    let mut run = good();
    run.journals.truncate(3);
    for journal in [0, 1] {
        noted(&mut run, journal, Noted::Closed);
    }
    for (seq, comes) in turns {
        let (member, member_name) = (id(EVE), "eve".parse().unwrap());
        let what = match comes {
            true => What::MemberJoined { member, member_name, role: MemberRole::Member },
            false => What::MemberLeft { member, member_name, reason: Leave::Left },
        };
        kept(&mut run).entries.push(entry(*seq, ANN, what));
    }
    run
}

fn eve_hears(run: &mut Run, seq: Seq, live: bool) {
    let heard = kept(run).entries[seq as usize - 1].clone();
    noted(run, 2, Noted::Reset { log: log(), epoch: epoch(), seq: seq - 1 });
    noted(run, 2, applied(&heard, live));
}

#[test]
fn i7_a_stranger_who_hears() {
    let mut run = with_eve(&[]);
    eve_hears(&mut run, 3, false);
    found(&run, "I-7");
}

#[test]
fn i7_before_coming_nothing_is_heard_live_but_all_may_be_read() {
    let mut run = with_eve(&[(5, true)]);
    eve_hears(&mut run, 4, true);
    found(&run, "I-7");
    let mut run = with_eve(&[(5, true)]);
    eve_hears(&mut run, 4, false);
    eve_hears(&mut run, 5, true);
    assert_eq!(check(&run), Ok(()));
}

#[test]
fn i7_after_leaving_nothing_is_heard() {
    let mut run = with_eve(&[(5, true), (6, false)]);
    eve_hears(&mut run, 6, true);
    assert_eq!(check(&run), Ok(()));
    kept(&mut run).entries.push(entry(7, ANN, What::ChannelUpdated { about: serde_json::Value::Null }));
    for live in [true, false] {
        let mut run = run.clone();
        eve_hears(&mut run, 7, live);
        found(&run, "I-7");
    }
}

#[test]
fn i8_what_was_sent_later_stands_earlier() {
    let mut run = good();
    // Ben's third message was answered before Ann's second was sent at all.
    let late = |note: &Note| match &note.what {
        Noted::Sent { intent: sent, .. } | Noted::Answered { intent: sent, .. } => *sent == intent(2),
        _ => false,
    };
    for note in run.journals[0].notes.iter_mut().filter(|note| late(note)) {
        note.at += 1_000;
    }
    found(&run, "I-8");
}

#[test]
fn i9_two_of_one_socket_that_changed_places() {
    let mut run = good();
    let notes = &mut run.journals[0].notes;
    let at = |notes: &[Note], n: u8, answered: bool| {
        let is = |note: &Note| match &note.what {
            Noted::Sent { intent: sent, .. } => !answered && *sent == intent(n),
            Noted::Answered { intent: sent, .. } => answered && *sent == intent(n),
            _ => false,
        };
        notes.iter().position(is).unwrap()
    };
    let (first, second) = (at(notes, 1, false), at(notes, 2, false));
    // Both are sent before either is answered, the second one first.
    let note = notes.remove(second);
    notes.insert(first, Note { at: notes[first].at, ..note });
    found(&run, "I-9");
}

#[test]
fn i13_a_read_marker_that_falls() {
    let mut run = good();
    for seq in [2, 3, 3] {
        noted(&mut run, 0, Noted::Marked { log: log(), seq });
    }
    assert_eq!(check(&run), Ok(()));
    noted(&mut run, 0, Noted::Marked { log: log(), seq: 1 });
    found(&run, "I-13");
}

/// Ann's device is told of two places in her own log.
fn told_of(places: [u64; 2]) -> Run {
    let (mut run, own): (Run, Id<Log>) = (good(), id(ANN));
    let told = |seq: Seq, place: u64| {
        let about = json!({ "channelId": log(), "seq": place });
        let what = What::Account { event: AccountEvent::ReadUpdated, about };
        Entry { id: id(200 + seq as u8), log: own, messages: 0, ..entry(seq, ANN, what) }
    };
    let entries = vec![told(1, places[0]), told(2, places[1])];
    noted(&mut run, 0, Noted::Reset { log: own, epoch: epoch(), seq: 0 });
    entries.iter().for_each(|entry| noted(&mut run, 0, applied(entry, true)));
    let readers = BTreeSet::from([id(ANN)]);
    run.dump.logs.insert(own, Kept { epoch: epoch(), entries, readers, history: None });
    run
}

#[test]
fn i13_a_device_that_is_told_of_a_lower_marker() {
    assert_eq!(check(&told_of([3, 5])), Ok(()));
    found(&told_of([5, 3]), "I-13");
}

#[test]
fn i11_an_event_that_the_store_does_not_hold() {
    let mut run = good();
    kept(&mut run).entries.pop();
    found(&run, "I-11");
}

#[test]
fn i11_an_event_with_other_words() {
    let mut run = good();
    for note in &mut run.journals[1].notes {
        if let Noted::Applied { event: Durable::NewMessage(said), .. } = &mut note.what
            && said.seq == 2
        {
            said.what.message.text = Some("zwei".parse().unwrap());
        }
    }
    found(&run, "I-11");
}
