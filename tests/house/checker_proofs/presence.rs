//! Who was shown to be there: I-14.

use super::*;

const SECOND: u64 = 1_000_000;

fn at(run: &mut Run, journal: usize, seconds: u64, what: Noted) {
    run.journals[journal].notes.push(Note { at: seconds * SECOND, what });
}

fn seen(of: u8, online: bool) -> Noted {
    Noted::Seen { of: id(of), online }
}

fn listed(online: &[u8]) -> Noted {
    Noted::Listed { online: online.iter().map(|n| id(*n)).collect() }
}

/// Something that says nothing about anybody.
fn word() -> Noted {
    Noted::Marked { log: log(), seq: 1 }
}

/// Ann goes after a second; Ben, who saw her, stays for so long.
fn ann_goes(stays: u64) -> Run {
    let mut run = good();
    at(&mut run, 1, 0, seen(ANN, true));
    at(&mut run, 0, 1, Noted::Closed);
    at(&mut run, 1, stays, word());
    run
}

#[test]
fn i14_somebody_shown_who_is_long_gone() {
    assert_eq!(check(&ann_goes(36)), Ok(()));
    found(&ann_goes(37), "I-14");
}

#[test]
fn i14_what_was_told_in_time_or_before_a_reconnection_counts_no_longer() {
    let mut run = good();
    at(&mut run, 1, 0, seen(ANN, true));
    at(&mut run, 0, 1, Noted::Closed);
    at(&mut run, 1, 11, seen(ANN, false));
    at(&mut run, 1, 99, word());
    assert_eq!(check(&run), Ok(()));
    let mut run = ann_goes(30);
    at(&mut run, 1, 31, Noted::Closed);
    at(&mut run, 1, 32, Noted::Connected);
    at(&mut run, 1, 99, word());
    assert_eq!(check(&run), Ok(()));
}

#[test]
fn i14_somebody_left_out_who_is_long_there() {
    for (asked, right) in [(34, true), (37, false)] {
        let mut run = good();
        at(&mut run, 0, 40, word());
        at(&mut run, 1, asked, listed(&[BEN]));
        at(&mut run, 1, 38, word());
        match right {
            // Said in time, and taken back before it had to be true.
            true => {
                run.journals[1].notes.pop();
                assert_eq!(check(&run), Ok(()));
            }
            false => found(&run, "I-14"),
        }
    }
}

#[test]
fn i14_every_coming_and_going_begins_the_quiet_anew() {
    let mut run = ann_goes(36);
    at(&mut run, 0, 36, Noted::Connected);
    at(&mut run, 0, 37, Noted::Closed);
    at(&mut run, 1, 70, word());
    assert_eq!(check(&run), Ok(()));
    at(&mut run, 1, 80, word());
    found(&run, "I-14");
}

#[test]
fn i14_the_server_may_know_first_who_comes() {
    let mut run = good();
    at(&mut run, 0, 1, Noted::Closed);
    at(&mut run, 1, 2, seen(ANN, false));
    at(&mut run, 1, 37, seen(ANN, true));
    at(&mut run, 1, 39, word());
    found(&run, "I-14");
    at(&mut run, 0, 36, Noted::Knocked);
    at(&mut run, 0, 38, Noted::Connected);
    assert_eq!(check(&run), Ok(()));
}

#[test]
fn i14_another_device_keeps_somebody_there() {
    let mut run = ann_goes(99);
    run.journals.push(Journal { user: id(ANN), notes: Vec::new() });
    at(&mut run, 3, 0, Noted::Connected);
    at(&mut run, 3, 100, word());
    assert_eq!(check(&run), Ok(()));
    at(&mut run, 1, 100, seen(ANN, false));
    at(&mut run, 1, 101, word());
    at(&mut run, 3, 102, word());
    found(&run, "I-14");
}

#[test]
fn i14_nothing_is_asked_about_strangers() {
    let mut run = good();
    at(&mut run, 1, 0, seen(EVE, true));
    at(&mut run, 1, 1, listed(&[ANN, BEN, EVE]));
    at(&mut run, 0, 98, word());
    at(&mut run, 1, 99, word());
    assert_eq!(check(&run), Ok(()));
}

#[test]
fn i14_who_cannot_say_whether_they_were_there_is_not_judged() {
    let mut run = ann_goes(37);
    found(&run, "I-14");
    run.journals[0].notes.insert(0, Note { at: 0, what: Noted::Narrow });
    assert_eq!(check(&run), Ok(()));
}
