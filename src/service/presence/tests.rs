//! Devices that come and go, what is chosen on them, and who is hidden.

use super::*;
use std::time::Duration;

/// A book, and what ann chose, as it is kept elsewhere.
struct World {
    clock: Clock,
    book: PresenceBook,
    ann: Id<User>,
    name: Username,
    kept: OwnStatus,
}

fn world() -> World {
    let clock = Clock::still(Time::from_millis(1_000_000));
    let (book, ann) = (PresenceBook::new(clock.clone()), clock.id());
    World { clock, book, ann, name: "ann".parse().unwrap(), kept: OwnStatus::default() }
}

impl World {
    fn arrive(&self, device: &str) -> Option<Presence> {
        self.book.arrive(self.ann, &self.name, device, &self.kept)
    }

    fn depart(&self, device: &str) -> Option<Presence> {
        self.book.depart(self.ann, device)
    }

    /// What is told of it.
    fn set(&mut self, device: &str, status: Availability, text: Option<&str>) -> Option<Presence> {
        let best = self.book.best_with(self.ann, device, status);
        let text = text.map(|text| text.parse().unwrap());
        self.kept = OwnStatus { status: best, text, rev: self.kept.rev + 1, ..OwnStatus::default() };
        self.book.choose(self.ann, &self.name, Where::On(device, status), &self.kept);
        self.book.owed().pop()
    }

    fn wait(&self) -> Vec<Presence> {
        self.clock.advance(limits::OFFLINE_GRACE);
        self.book.sweep()
    }

    fn seen(&self) -> Option<PresenceStatus> {
        self.book.of(self.ann).map(|presence| presence.status)
    }
}

#[test]
fn closing_one_tab_of_two_leaves_the_user_online() {
    let world = world();
    assert_eq!(world.arrive("tab 1").unwrap().status, PresenceStatus::Online);
    assert!(world.arrive("tab 2").is_none());
    assert!(world.depart("tab 1").is_none());
    assert!(world.wait().is_empty());
}

#[test]
fn a_second_tab_does_not_overwrite_the_first() {
    let mut world = world();
    world.arrive("tab 1");
    world.arrive("tab 2");
    assert!(world.set("tab 2", Availability::Away, None).is_none());
    assert_eq!(world.seen(), Some(PresenceStatus::Online));
}

#[test]
fn offline_is_told_after_a_grace_and_not_to_who_came_back() {
    let world = world();
    world.arrive("tab");
    world.depart("tab");
    world.clock.advance(Duration::from_millis(9_999));
    assert!(world.book.sweep().is_empty());
    assert!(world.arrive("tab again").is_none());
    world.depart("tab again");
    assert_eq!(world.wait()[0].status, PresenceStatus::Offline);
}

#[test]
fn versions_of_a_user_only_rise() {
    let world = world();
    let first = world.arrive("tab").unwrap().version;
    world.depart("tab");
    let second = world.wait()[0].version;
    let third = world.arrive("tab").unwrap().version;
    assert!(first < second && second < third);
}

#[test]
fn what_somebody_chose_survives_a_device_that_comes_back() {
    let mut world = world();
    for (chosen, seen) in [
        (Availability::Busy, Some(PresenceStatus::Busy)),
        (Availability::Away, Some(PresenceStatus::Away)),
        (Availability::Invisible, None),
    ] {
        world.arrive("before");
        world.set("before", chosen, Some("out"));
        for grace in [Duration::from_secs(1), limits::OFFLINE_GRACE] {
            world.depart("before");
            world.clock.advance(grace);
            world.book.sweep();
            let told = world.arrive("before");
            assert!(told.is_none_or(|told| Some(told.status) == seen));
            assert_eq!(world.seen(), seen);
        }
        world.depart("before");
    }
}

#[test]
fn a_tab_that_comes_back_does_not_take_on_what_only_another_said() {
    let mut world = world();
    world.arrive("tab 1");
    world.arrive("tab 2");
    world.set("tab 2", Availability::Away, None);
    assert_eq!(world.depart("tab 1").unwrap().status, PresenceStatus::Away);
    assert_eq!(world.arrive("tab 1 again").unwrap().status, PresenceStatus::Online);
}

#[test]
fn a_device_at_which_nobody_is_counts_as_away_and_changes_no_choice() {
    let mut world = world();
    world.arrive("desk");
    world.arrive("phone");
    world.set("desk", Availability::Busy, None);
    world.set("phone", Availability::Busy, None);
    assert!(world.book.idle(world.ann, "desk", true).is_none(), "the phone is not");
    assert_eq!(world.book.idle(world.ann, "phone", true).unwrap().status, PresenceStatus::Away);
    assert_eq!(world.kept.status, Availability::Busy);
    assert_eq!(world.book.idle(world.ann, "desk", false).unwrap().status, PresenceStatus::Busy);
    world.book.idle(world.ann, "desk", true);
    assert_eq!(world.set("phone", Availability::Online, None).unwrap().status, PresenceStatus::Online);
}

#[test]
fn of_two_choices_that_cross_the_later_one_counts() {
    let world = world();
    let said = |status, rev| OwnStatus { status, rev, ..OwnStatus::default() };
    let choose = |chosen| world.book.choose(world.ann, &world.name, Where::Everywhere, &chosen);
    world.arrive("tab");
    choose(said(Availability::Invisible, 2));
    choose(said(Availability::Busy, 1));
    assert_eq!(world.seen(), None);
    // Also where somebody is just coming, with what was kept before.
    world.depart("tab");
    world.wait();
    choose(said(Availability::Invisible, 4));
    let before = said(Availability::Online, 3);
    assert!(world.book.arrive(world.ann, &world.name, "tab", &before).is_none());
}

#[test]
fn who_is_hidden_is_so_on_every_device_and_as_if_they_were_gone() {
    let mut world = world();
    let (bob, bobs): (Id<User>, Username) = (world.clock.id(), "bob".parse().unwrap());
    let online = OwnStatus { text: Some("singing".parse().unwrap()), rev: 1, ..OwnStatus::default() };
    world.arrive("tab 1");
    world.set("tab 1", Availability::Online, Some("singing"));
    world.book.arrive(bob, &bobs, "tab 1", &online);
    world.book.depart(bob, "tab 1");
    let gone = world.wait().remove(0);
    let hidden = world.set("tab 1", Availability::Invisible, Some("singing")).unwrap();
    let like = |presence: Presence| (presence.status, presence.text, presence.version);
    assert_eq!(like(hidden), like(gone));
    assert!(world.book.gone_at(world.ann).is_some());
    assert_eq!(world.book.gone_at(world.ann), world.book.gone_at(bob));

    assert!(world.arrive("tab 2").is_none());
    assert!(world.set("tab 2", Availability::Invisible, Some("still singing")).is_none());
    assert!(world.book.idle(world.ann, "tab 1", true).is_none());
    assert!(world.book.of(world.ann).is_none() && world.book.online(|_| true).is_empty());
    assert!(world.book.gone(world.ann).is_none());
    assert_eq!(world.book.own(world.ann).unwrap().text.unwrap().as_str(), "still singing");
    world.book.to_keep();
    world.clock.advance(limits::SEEN_EVERY);
    assert!(world.book.to_keep().is_empty(), "they are not seen");
    assert!(world.depart("tab 1").is_none() && world.depart("tab 2").is_none());
    assert!(world.wait().is_empty() && world.book.to_keep().is_empty());
    world.arrive("tab 3");
    let back = world.set("tab 3", Availability::Online, None).unwrap();
    let arrived = world.book.arrive(bob, &bobs, "tab 1", &online).unwrap();
    assert_eq!(back.version, arrived.version);
}

#[test]
fn the_moment_of_going_does_not_depend_on_when_it_is_looked_for() {
    let world = world();
    world.arrive("tab");
    world.depart("tab");
    let over = world.clock.now().plus(limits::OFFLINE_GRACE);
    world.clock.advance(limits::OFFLINE_GRACE + Duration::from_millis(700));
    assert_eq!(world.book.sweep()[0].version, over.millis() as u64);
    assert_eq!(world.book.gone_at(world.ann), Some(over));
}

#[test]
fn that_somebody_is_here_is_kept_now_and_then_and_again_where_it_could_not_be() {
    let world = world();
    world.arrive("tab");
    world.clock.advance(limits::SEEN_EVERY);
    let kept = world.book.to_keep();
    assert_eq!(kept, [(world.ann, world.clock.now())]);
    assert!(world.book.to_keep().is_empty());
    world.book.put_back(kept.clone());
    assert_eq!(world.book.to_keep(), kept);
}

#[test]
fn a_clock_that_is_put_back_does_not_hold_up_the_grace() {
    let world = world();
    world.arrive("tab");
    world.clock.advance(Duration::from_secs(3_600));
    world.depart("tab");
    let clock = Clock::still(Time::from_millis(1_000_000));
    let earlier = PresenceBook { clock, ..world.book };
    assert!(earlier.sweep().is_empty());
    earlier.clock.advance(limits::OFFLINE_GRACE);
    assert_eq!(earlier.sweep().len(), 1);
}
