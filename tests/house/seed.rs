//! Sample worlds: what is loaded is what the house itself would have written, once.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use hubbub::error::{Code, Result};
use hubbub::log::{Address, Draft, Logs};
use hubbub::model::{
    Channel, ChannelType, Entry, Life, MemberRole, Message, RequestStatus, Role, Status, What,
};
use hubbub::store::{COLLECTIONS, Filter, Store};
use hubbub::world::{Outcome, Size, World, exposed, generate, load, sample, sign_ins};

use crate::stores::{clock, on_every_store};

const SMALL: Size = Size { users: 20, groups: 3, channels: 7, messages: 400, seed: 5 };

async fn keep(store: &Store, world: World) -> Result<Outcome> {
    load(store, world, async |password| Ok(format!("hash of {password}")), |_| {}).await
}

async fn counts(store: &Store) -> Vec<u64> {
    let mut counts = Vec::new();
    for collection in COLLECTIONS {
        counts.push(store.engine.count(collection, Filter::All).await.unwrap());
    }
    counts
}

async fn log_of(store: &Store, channel: &Channel) -> Vec<Entry> {
    store.messages.after(channel.id.into(), 0, 100_000).await.unwrap()
}

#[test]
fn the_sample_world_has_a_bit_of_everything() {
    let world = sample(clock().now()).unwrap();
    let users = |is: &dyn Fn(&Status, &Role) -> bool| {
        world.people.iter().filter(|person| is(&person.user.status, &person.user.role)).count()
    };
    assert_eq!(users(&|_, role| *role == Role::SuperAdmin), 1);
    assert_eq!(users(&|status, _| *status == Status::Inactive), 1);
    assert!(world.people.len() >= 12);
    let admins = world.memberships.iter().filter(|membership| membership.role == MemberRole::Admin);
    assert_eq!(admins.map(|membership| membership.user_id).collect::<BTreeSet<_>>().len(), 2);
    for private in [true, false] {
        assert!(world.groups.iter().any(|group| group.is_private == private));
        assert!(world.channels.iter().any(|channel| channel.is_private == private));
    }
    for kind in [ChannelType::Text, ChannelType::Voice, ChannelType::Video] {
        assert!(world.channels.iter().any(|channel| channel.channel_type == kind));
    }
    assert!(world.channels.len() >= 10);
    assert_eq!(world.channels.iter().filter(|channel| channel.life == Life::Archived).count(), 1);
    assert_eq!(world.bans.len(), 1);
    assert!(world.requests.iter().any(|request| request.status == RequestStatus::Pending));
    assert!(sign_ins().unwrap().len() >= 3);
}

#[tokio::test]
async fn loading_twice_changes_nothing() {
    on_every_store(async |store| {
        for world in [|| sample(clock().now()), || generate(SMALL, clock().now())] {
            let first = keep(&store, world().unwrap()).await.unwrap();
            assert!(first.users > 10 && first.entries > 300);
            let before = counts(&store).await;
            assert_eq!(keep(&store, world().unwrap()).await.unwrap(), Outcome::default());
            assert_eq!(counts(&store).await, before);
        }
    })
    .await;
}

#[tokio::test]
async fn a_password_is_hashed_once_and_only_for_new_people() {
    on_every_store(async |store| {
        let hashed = Cell::new(0);
        for _ in 0..2 {
            let hash = async |_: &str| {
                hashed.set(hashed.get() + 1);
                Ok("hash".to_owned())
            };
            load(&store, sample(clock().now()).unwrap(), hash, |_| {}).await.unwrap();
        }
        assert_eq!(hashed.get(), 1);
    })
    .await;
}

#[tokio::test]
async fn every_log_is_one_the_house_could_have_written() {
    on_every_store(async |store| {
        for world in [sample(clock().now()), generate(SMALL, clock().now())] {
            let channels = world.as_ref().unwrap().channels.clone();
            keep(&store, world.unwrap()).await.unwrap();
            for channel in channels {
                let log = log_of(&store, &channel).await;
                sound(&channel, &log);
            }
        }
        assert!(store.messages.unfolded(1).await.unwrap().is_empty());
    })
    .await;
}

/// Gap-free, in the order of time, rightly counted; only readers act, and rows are what changes made them.
fn sound(channel: &Channel, log: &[Entry]) {
    let (mut mver, mut messages) = (0, 0);
    let mut readers = BTreeSet::from([channel.created_by]);
    for (before, entry) in log.iter().enumerate() {
        let seq = before as u64 + 1;
        if entry.what.changes_readers() {
            mver = seq;
        }
        messages += u64::from(entry.what.is_message());
        assert_eq!((entry.seq, entry.mver, entry.messages), (seq, mver, messages), "{entry:?}");
        assert!(before == 0 || log[before - 1].created_at <= entry.created_at, "{entry:?}");
        match &entry.what {
            What::MemberJoined { member, .. } => assert!(readers.insert(*member), "{entry:?}"),
            What::MemberLeft { member, .. } => assert!(readers.remove(member), "{entry:?}"),
            _ => assert!(readers.contains(&entry.user_id), "{entry:?}"),
        }
        assert!(entry.created_at <= clock().now());
    }
    let messages = log.iter().filter_map(|entry| match &entry.what {
        What::Message(message) => Some((entry, message)),
        _ => None,
    });
    for (entry, message) in messages {
        assert_eq!(*message, folded(entry, message, log));
        let replied = message.reply_to.map(|id| log.iter().find(|other| other.id == id).unwrap());
        assert!(
            replied.is_none_or(|replied| replied.seq < entry.seq && matches!(replied.what, What::Message(_)))
        );
    }
}

/// The message as its changes in the log make it, from what no change touches.
fn folded(entry: &Entry, message: &Message, log: &[Entry]) -> Message {
    let mut fold = Message { text: message.text.clone(), reply_to: message.reply_to, ..Message::default() };
    for change in log.iter().filter(|change| change.what.target() == Some(entry.id)) {
        hubbub::log::fold::apply(&mut fold, change);
    }
    fold
}

#[tokio::test]
async fn the_sample_shows_replies_reactions_an_edit_and_a_deletion() {
    on_every_store(async |store| {
        let world = sample(clock().now()).unwrap();
        let channels = world.channels.clone();
        keep(&store, world).await.unwrap();
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for channel in &channels {
            for entry in log_of(&store, channel).await {
                let kind = match &entry.what {
                    What::Message(message) if message.deleted_at.is_some() => "deleted",
                    What::Message(message) if message.reply_to.is_some() => "reply",
                    What::Message(_) => "message",
                    What::Edit { .. } => "edit",
                    What::React { .. } => "reaction",
                    What::MemberLeft { .. } => "left",
                    _ => "other",
                };
                *kinds.entry(kind).or_default() += 1;
            }
        }
        assert!(kinds["message"] + kinds["reply"] > 250 && kinds["reply"] > 20, "{kinds:?}");
        assert!(kinds["reaction"] > 50 && kinds["edit"] > 0 && kinds["deleted"] > 0 && kinds["left"] > 1);
    })
    .await;
}

#[tokio::test]
async fn people_go_on_where_the_sample_ends() {
    on_every_store(async |store| {
        let world = sample(clock().now()).unwrap();
        let (channel, person) = (world.channels[0].clone(), world.people[0].user.clone());
        keep(&store, world).await.unwrap();
        let head = store.messages.head(channel.id.into()).await.unwrap().unwrap();
        let logs = Logs::new(store.clone(), clock());
        let address = Address { log: channel.id.into(), epoch: channel.epoch.clone() };
        let message = Message { text: Some("and on we go".parse().unwrap()), ..Message::default() };
        let draft = Draft::new(person.id, &person.username, What::Message(message));
        let kept = logs.append(&address, draft).await.unwrap();
        assert_eq!((kept.entry.seq, kept.entry.mver), (head.seq + 1, head.mver));
        assert_eq!(kept.entry.messages, head.messages + 1);
        // What people wrote is no obstacle to loading the same world again.
        assert_eq!(keep(&store, sample(clock().now()).unwrap()).await.unwrap(), Outcome::default());
    })
    .await;
}

#[tokio::test]
async fn a_load_that_was_cut_short_is_continued() {
    on_every_store(async |store| {
        keep(&store, generate(SMALL, clock().now()).unwrap()).await.unwrap();
        let more = || generate(Size { messages: 900, ..SMALL }, clock().now()).unwrap();
        let outcome = keep(&store, more()).await.unwrap();
        assert_eq!((outcome.users, outcome.groups, outcome.channels), (0, 0, 0));
        assert!((500..600).contains(&outcome.entries), "{outcome:?}");
        for channel in more().channels {
            let channel = store.channels.get(channel.id).await.unwrap().unwrap();
            sound(&channel, &log_of(&store, &channel).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_half_loaded_channel_in_which_people_wrote_is_left_alone() {
    on_every_store(async |store| {
        let world = generate(SMALL, clock().now()).unwrap();
        let (channel, person) = (world.channels[0].clone(), world.people[0].user.clone());
        let (address, logs) =
            (Address { log: channel.id.into(), epoch: channel.epoch }, Logs::new(store.clone(), clock()));
        let message = Message { text: Some("first!".parse().unwrap()), ..Message::default() };
        logs.append(&address, Draft::new(person.id, &person.username, What::Message(message))).await.unwrap();
        let refused = keep(&store, world).await.unwrap_err();
        assert_eq!(refused.code(), Code::Conflict);
        assert!(refused.message().contains("people have written there since"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn somebody_with_a_name_of_the_sample_is_in_the_way() {
    on_every_store(async |store| {
        let mut person = sample(clock().now()).unwrap().people.swap_remove(0).user;
        person.id = clock().id();
        store.users.insert(&person).await.unwrap();
        let refused = keep(&store, sample(clock().now()).unwrap()).await.unwrap_err();
        assert_eq!(refused.code(), Code::Conflict);
        assert!(refused.message().contains("among the users"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn other_numbers_make_another_world() {
    let names = |size: Size| -> BTreeSet<String> {
        let world = generate(size, clock().now()).unwrap();
        world.people.iter().map(|person| person.user.username.to_string()).collect()
    };
    assert_eq!(names(SMALL), names(Size { messages: 1, ..SMALL }));
    assert!(names(SMALL).is_disjoint(&names(Size { seed: 6, ..SMALL })));
    assert!(names(SMALL).is_disjoint(&names(Size { users: 21, ..SMALL })));
}

#[tokio::test]
async fn whoever_kept_the_password_of_the_sample_is_found() {
    on_every_store(async |store| {
        keep(&store, sample(clock().now()).unwrap()).await.unwrap();
        let fits = async |hash: &str, password: &str| Ok(hash == format!("hash of {password}"));
        let found = exposed(&store, clock().now(), fits).await.unwrap();
        assert_eq!(found.len(), sample(clock().now()).unwrap().people.len() - 1, "all but the inactive one");
        let changed = async |_: &str, _: &str| Ok(false);
        assert!(exposed(&store, clock().now(), changed).await.unwrap().is_empty());
    })
    .await;
}
