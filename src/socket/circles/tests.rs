//! Who sees whom, as groups change, readings fail and cross, and people come and go.

use super::*;
use crate::clock::Clock;
use crate::model::{MemberRole, Membership, Time};
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
    let (running, listening) = (circles.clone(), moves.subscribe());
    tokio::spawn(async move { running.run(listening).await });
    World { memory, store, circles, moves, group, ann, bob }
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
    let (first, second) = (known.begin(), known.begin());
    known.put(ann, HashSet::from([new]), second);
    known.put(ann, HashSet::from([old]), first);
    assert_eq!(known.online.keys().collect::<Vec<_>>(), [&new]);
}

#[tokio::test(start_paused = true)]
async fn who_came_back_is_not_forgotten_by_their_last_going() {
    let world = world().await;
    world.circles.forget(world.bob, || true);
    assert!(world.sees());
    world.circles.forget(world.bob, || false);
    assert!(!world.sees());
}
