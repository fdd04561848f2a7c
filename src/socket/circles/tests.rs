//! Who sees whom, as groups change, readings fail and cross, and people come and go.

use super::*;
use crate::clock::Clock;
use crate::model::{Block, Group, MemberRole, Membership, PreferencesEdit, Time};
use crate::store::memory::{Memory, Weather};
use std::sync::Arc;

/// Ann and bob online, both in one group.
struct World {
    memory: Memory,
    store: Store,
    circles: Arc<Circles>,
    moves: broadcast::Sender<Moved>,
    group: Id<Group>,
    ann: Id<User>,
    bob: Id<User>,
    told: Arc<Mutex<Vec<Shift>>>,
}

async fn world() -> World {
    let clock = Clock::still(Time::from_millis(1_700_000_000_000));
    let memory = Memory::new(1);
    let store = Store::simulated(memory.clone());
    let (group, ann, bob) = (clock.id(), clock.id(), clock.id());
    let circles = Arc::new(Circles::new(store.clone()));
    for user in [ann, bob] {
        store.memberships.insert(&membership(group, user)).await.unwrap();
        circles.learn(user).await.unwrap();
    }
    let moves = broadcast::Sender::new(4);
    let told = Arc::new(Mutex::new(Vec::new()));
    let (running, listening, hearing) = (circles.clone(), moves.subscribe(), told.clone());
    tokio::spawn(async move {
        running.run(listening, |shifts| hearing.lock().unwrap().extend(shifts)).await;
    });
    World { memory, store, circles, moves, group, ann, bob, told }
}

fn membership(group: Id<Group>, user: Id<User>) -> Membership {
    Membership {
        id: Membership::key(group.into(), user),
        place: group.into(),
        place_kind: PlaceKind::Group,
        user_id: user,
        username: "somebody".parse().unwrap(),
        role: MemberRole::Member,
        joined_at: Time::from_millis(0),
    }
}

impl World {
    fn sees(&self) -> bool {
        self.circles.viewers(self.ann).contains(&self.bob)
    }

    fn heard(&self, of: Id<User>, to: Id<User>, sees: bool) -> bool {
        self.told.lock().unwrap().contains(&Shift { of, to, sees })
    }

    async fn until(&self, sees: bool) {
        while self.sees() != sees {
            tokio::time::advance(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_left_the_group_is_seen_no_longer_though_no_channel_said_so() {
    let world = world().await;
    assert!(world.sees());
    world.store.memberships.remove(world.group.into(), world.bob).await.unwrap();
    world.moves.send(Moved::User(world.bob)).unwrap();
    world.until(false).await;
    world.store.memberships.insert(&membership(world.group, world.bob)).await.unwrap();
    world.moves.send(Moved::User(world.bob)).unwrap();
    world.until(true).await;
    assert!(world.told.lock().unwrap().is_empty(), "who comes and who goes asks for themselves");
}

#[tokio::test(start_paused = true)]
async fn nobody_of_a_group_that_is_deleted_sees_another() {
    let world = world().await;
    world.store.memberships.clear(world.group.into()).await.unwrap();
    world.moves.send(Moved::Group(world.group)).unwrap();
    world.until(false).await;
    while !world.circles.known().online.is_empty() {
        tokio::time::advance(Duration::from_millis(10)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn whose_groups_cannot_be_read_is_seen_by_nobody_until_they_can_be() {
    let world = world().await;
    world.memory.set_weather(Weather { refused: 1000, ..Weather::default() });
    world.moves.send(Moved::User(world.bob)).unwrap();
    world.until(false).await;
    world.memory.set_weather(Weather::default());
    world.until(true).await;
}

#[tokio::test(start_paused = true)]
async fn who_missed_what_was_said_reads_everybody() {
    let world = world().await;
    world.store.memberships.clear(world.group.into()).await.unwrap();
    // More than the listener holds, none of them about anybody here.
    for n in 0..8 {
        world.moves.send(Moved::User(Id::from_bytes([n; 12]))).unwrap();
    }
    world.until(false).await;
}

#[tokio::test]
async fn of_two_readings_the_one_that_began_last_counts_and_leaves_nothing_behind() {
    let mut known = Known::default();
    let (ann, old, new) = (Id::from_bytes([1; 12]), Id::from_bytes([2; 12]), Id::from_bytes([3; 12]));
    let circle = |place| Circle { places: HashSet::from([place]), blocks: HashSet::new(), seen: true };
    let (first, second) = (known.begin(), known.begin());
    known.put(ann, circle(new), second);
    known.put(ann, circle(old), first);
    assert_eq!(known.online.keys().collect::<Vec<_>>(), [&new]);
}

#[tokio::test(start_paused = true)]
async fn partners_of_a_direct_channel_see_each_other() {
    let world = world().await;
    world.store.memberships.clear(world.group.into()).await.unwrap();
    world.moves.send(Moved::Group(world.group)).unwrap();
    world.until(false).await;
    for user in [world.ann, world.bob] {
        let direct = Membership { place_kind: PlaceKind::Direct, ..membership(world.group, user) };
        world.store.memberships.insert(&direct).await.unwrap();
        world.moves.send(Moved::User(user)).unwrap();
    }
    world.until(true).await;
}

#[tokio::test(start_paused = true)]
async fn of_two_neither_sees_the_other_while_one_blocks() {
    let world = world().await;
    let (ann, bob) = (world.ann, world.bob);
    world.store.blocks.insert(&Block::new(bob, ann, Time::from_millis(0))).await.unwrap();
    world.moves.send(Moved::User(bob)).unwrap();
    world.until(false).await;
    for (one, other) in [(ann, bob), (bob, ann)] {
        assert!(!world.circles.viewers(one).contains(&other) && !world.circles.visible(one).contains(&other));
        assert!(world.circles.parted(one).contains(&other));
        assert!(world.heard(other, one, false), "{one} is told that {other} went");
    }
    world.store.blocks.remove(bob, ann).await.unwrap();
    world.moves.send(Moved::User(bob)).unwrap();
    world.until(true).await;
    assert!(world.heard(ann, bob, true) && world.heard(bob, ann, true));
    assert!(world.circles.known().blockers.is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_is_to_be_seen_by_nobody_sees_the_others_all_the_same() {
    let world = world().await;
    let (ann, bob) = (world.ann, world.bob);
    let nobody = |sight| PreferencesEdit { presence: Some(Some(sight)), ..PreferencesEdit::default() };
    world.store.preferences.edit(ann, nobody(Sight::Nobody)).await.unwrap();
    world.moves.send(Moved::User(ann)).unwrap();
    world.until(false).await;
    assert!(!world.circles.seen(ann) && !world.circles.visible(bob).contains(&ann));
    assert!(world.circles.visible(ann).contains(&bob) && world.circles.viewers(bob).contains(&ann));
    assert!(world.heard(ann, bob, false) && !world.heard(bob, ann, false));
    world.store.preferences.edit(ann, nobody(Sight::Shared)).await.unwrap();
    world.moves.send(Moved::User(ann)).unwrap();
    world.until(true).await;
    assert!(world.heard(ann, bob, true));
}

#[tokio::test(start_paused = true)]
async fn who_came_back_is_not_forgotten_by_their_last_going() {
    let world = world().await;
    world.circles.forget(world.bob, || true);
    assert!(world.sees());
    world.circles.forget(world.bob, || false);
    assert!(!world.sees());
}
