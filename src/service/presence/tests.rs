//! Devices that come and go, what is chosen on them, and who is hidden.

use super::*;
use std::time::Duration;

fn world() -> (Clock, PresenceBook, Id<User>, Username) {
    let clock = Clock::still(Time::from_millis(1_000_000));
    (clock.clone(), PresenceBook::new(clock.clone()), clock.id(), "ann".parse().unwrap())
}

#[test]
fn closing_one_tab_of_two_leaves_the_user_online() {
    let (clock, book, ann, name) = world();
    assert_eq!(book.arrive(ann, &name, "tab 1").unwrap().status, PresenceStatus::Online);
    assert!(book.arrive(ann, &name, "tab 2").is_none());
    assert!(book.depart(ann, "tab 1").is_none());
    clock.advance(limits::OFFLINE_GRACE);
    assert!(book.sweep().is_empty());
}

#[test]
fn a_second_tab_does_not_overwrite_the_first() {
    let (_, book, ann, name) = world();
    book.arrive(ann, &name, "tab 1");
    book.arrive(ann, &name, "tab 2");
    assert!(book.set(ann, "tab 2", PresenceStatus::Away, None).is_none());
    assert_eq!(book.of(ann).unwrap().status, PresenceStatus::Online);
}

#[test]
fn offline_is_told_after_a_grace_and_not_to_who_came_back() {
    let (clock, book, ann, name) = world();
    book.arrive(ann, &name, "tab");
    book.depart(ann, "tab");
    clock.advance(Duration::from_millis(9_999));
    assert!(book.sweep().is_empty());
    assert!(book.arrive(ann, &name, "tab again").is_none());
    book.depart(ann, "tab again");
    clock.advance(limits::OFFLINE_GRACE);
    assert_eq!(book.sweep()[0].status, PresenceStatus::Offline);
}

#[test]
fn versions_of_a_user_only_rise() {
    let (clock, book, ann, name) = world();
    let first = book.arrive(ann, &name, "tab").unwrap().version;
    book.depart(ann, "tab");
    clock.advance(limits::OFFLINE_GRACE);
    let second = book.sweep()[0].version;
    let third = book.arrive(ann, &name, "tab").unwrap().version;
    assert!(first < second && second < third);
}

#[test]
fn what_somebody_chose_survives_a_device_that_comes_back() {
    let (clock, book, ann, name) = world();
    for (chosen, seen) in [
        (PresenceStatus::Busy, Some(PresenceStatus::Busy)),
        (PresenceStatus::Away, Some(PresenceStatus::Away)),
        (PresenceStatus::Offline, None),
    ] {
        book.arrive(ann, &name, "before");
        book.set(ann, "before", chosen, Some("out".into()));
        for grace in [Duration::from_secs(1), limits::OFFLINE_GRACE] {
            book.depart(ann, "before");
            clock.advance(grace);
            book.sweep();
            let told = book.arrive(ann, &name, "before");
            assert!(told.is_none_or(|told| Some(told.status) == seen));
            assert_eq!(book.of(ann).map(|presence| presence.status), seen);
        }
        book.depart(ann, "before");
    }
}

#[test]
fn a_tab_that_comes_back_does_not_take_on_what_only_another_said() {
    let (_, book, ann, name) = world();
    book.arrive(ann, &name, "tab 1");
    book.arrive(ann, &name, "tab 2");
    book.set(ann, "tab 2", PresenceStatus::Away, None);
    assert_eq!(book.depart(ann, "tab 1").unwrap().status, PresenceStatus::Away);
    assert_eq!(book.arrive(ann, &name, "tab 1 again").unwrap().status, PresenceStatus::Online);
}

#[test]
fn who_is_hidden_is_so_on_every_device_and_as_if_they_were_gone() {
    let (clock, book, ann, name) = world();
    let (bob, bobs) = (clock.id(), "bob".parse().unwrap());
    for (id, name) in [(ann, &name), (bob, &bobs)] {
        book.arrive(id, name, "tab 1");
        book.set(id, "tab 1", PresenceStatus::Online, Some("singing".into()));
    }
    book.depart(bob, "tab 1");
    clock.advance(limits::OFFLINE_GRACE);
    let gone = book.sweep().remove(0);
    let hidden = book.set(ann, "tab 1", PresenceStatus::Offline, Some("singing".into())).unwrap();
    let like = |presence: Presence| (presence.status, presence.text, presence.version);
    assert_eq!(like(hidden), like(gone));

    assert!(book.arrive(ann, &name, "tab 2").is_none());
    assert!(book.set(ann, "tab 2", PresenceStatus::Offline, Some("still singing".into())).is_none());
    assert!(book.of(ann).is_none() && book.online(|_| true).is_empty());
    assert_eq!(book.own(ann).unwrap().text.as_deref(), Some("still singing"));
    assert!(book.depart(ann, "tab 1").is_none() && book.depart(ann, "tab 2").is_none());
    clock.advance(limits::OFFLINE_GRACE);
    assert!(book.sweep().is_empty());
    book.arrive(ann, &name, "tab 3");
    let [back, arrived] = [
        book.set(ann, "tab 3", PresenceStatus::Online, None).unwrap(),
        book.arrive(bob, &bobs, "tab 1").unwrap(),
    ];
    assert_eq!(back.version, arrived.version);
}

#[test]
fn a_clock_that_is_put_back_does_not_hold_up_the_grace() {
    let (clock, book, ann, name) = world();
    book.arrive(ann, &name, "tab");
    clock.advance(Duration::from_secs(3_600));
    book.depart(ann, "tab");
    let earlier = PresenceBook { clock: Clock::still(Time::from_millis(1_000_000)), people: book.people };
    assert!(earlier.sweep().is_empty());
    earlier.clock.advance(limits::OFFLINE_GRACE);
    assert_eq!(earlier.sweep().len(), 1);
}
