//! Direct channels: in no group, and nobody's business but of those who belong to them.

use hubbub::error::Code;
use hubbub::model::{
    Channel, ChannelType, Circle, Epoch, Id, Leave, Life, MemberRole, Membership, PlaceKind, Status, What,
};
use hubbub::policy::Actor;
use hubbub::service::channels::ChannelFilter;
use hubbub::service::direct::NewDirect;
use hubbub::service::messages::{Part, Send};
use hubbub::store::{COLLECTIONS, Change, ChannelsWanted, Filter, Literal};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::company::{Company, all, channel, code, from, story};

#[tokio::test]
async fn those_who_belong_to_it_talk_and_nobody_else_learns_of_it() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let (eve, root) = (company.user("eve").await, company.root().await);
        let direct = company.dm(&ann, &[&bob]).await.unwrap();
        let hello = Send { text: Some("hello".parse().unwrap()), ..Send::to(direct.id) };
        let said = company.messages.post(&ann, hello.clone()).await.unwrap().message;
        let read = company.messages.history(&bob, direct.id, Part::Newest, 10).await.unwrap();
        assert_eq!(read.messages, std::slice::from_ref(&said));
        for stranger in [&eve, &root] {
            assert_eq!(code(company.channels.get(stranger, direct.id).await), Code::NotFound);
            assert_eq!(code(company.messages.post(stranger, hello.clone()).await), Code::NotFound);
            assert_eq!(code(company.messages.get(stranger, said.id).await), Code::NotFound);
            assert_eq!(code(company.messages.delete(stranger, said.id).await), Code::NotFound);
        }
    })
    .await;
}

#[tokio::test]
async fn it_is_in_the_lists_of_its_people_alone() {
    story(async |company: Company| {
        let (ann, bob, root) = (company.user("ann").await, company.user("bob").await, company.root().await);
        let group = company.group(&ann, "Choir").await;
        let direct = company.dm(&ann, &[&bob]).await.unwrap();
        let mine = company.channels.mine(&bob, &all()).await.unwrap();
        assert_eq!(mine.items.iter().map(|channel| channel.id).collect::<Vec<_>>(), [direct.id]);
        assert_eq!(mine.items[0].group_id, None);
        assert_eq!(company.channels.mine(&ann, &all()).await.unwrap().items.len(), 2);
        let filter = ChannelFilter { group: None, wanted: ChannelsWanted::being(Life::Active) };
        let everywhere = company.channels.list(&root, &filter, &all()).await.unwrap();
        assert_eq!(everywhere.items.len(), 1, "only that of {}", group.name);
        let members = company.channels.members(&ann, direct.id, &all()).await.unwrap();
        assert_eq!(members.items.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn it_is_not_run_like_a_channel_of_a_group() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Choir").await;
        let direct = company.dm(&ann, &[&bob]).await.unwrap();
        assert_eq!(code(company.channels.archive(&ann, direct.id).await), Code::Forbidden);
        assert_eq!(code(company.channels.delete(&ann, direct.id).await), Code::Forbidden);
        assert_eq!(code(company.channels.add(&ann, direct.id, bob.id).await), Code::Forbidden);
        assert_eq!(code(company.channels.leave(&ann, direct.id).await), Code::Conflict);
        let row = company.store.channels.get(direct.id).await.unwrap().unwrap();
        let expelled = company.roster.expel(&ann, &row, bob.id, Leave::Removed).await;
        assert_eq!(code(expelled), Code::Conflict);
        let named = from(json!({ "groupId": group.id, "name": "two", "type": "direct" }));
        assert_eq!(code(company.channels.create(&ann, named).await), Code::ValidationFailed);
        let other = company.channels.create(&ann, channel(group.id, "two")).await.unwrap();
        let turned = from(json!({ "type": "direct" }));
        assert_eq!(code(company.channels.edit(&ann, other.id, turned).await), Code::ValidationFailed);
        assert!(company.reads(&bob, direct.id).await && !company.reads(&bob, other.id).await);
    })
    .await;
}

/// The channel's id, or why there is none.
async fn begun(company: &Company, by: &Actor, others: &[&Actor]) -> Result<Id<Channel>, Code> {
    company.dm(by, others).await.map(|channel| channel.id).map_err(|error| error.code())
}

#[tokio::test]
async fn there_is_one_for_each_set_of_people_whoever_asks_and_in_whatever_order() {
    story(async |company: Company| {
        let (ann, bob, eve) =
            (company.user("ann").await, company.user("bob").await, company.user("eve").await);
        let three = company.dm(&ann, &[&bob, &eve]).await.unwrap();
        let names: Vec<String> =
            three.members.unwrap().iter().map(|person| person.username.to_string()).collect();
        assert_eq!(names, ["ann", "bob", "eve"]);
        assert_eq!((three.group_id, three.channel_type), (None, ChannelType::Direct));
        assert_eq!(begun(&company, &eve, &[&ann, &bob]).await, Ok(three.id));
        let again = NewDirect { user_ids: vec![eve.id, bob.id, eve.id, ann.id] };
        let again = company.direct.start(&bob, again).await.unwrap();
        assert_eq!((again.channel.id, again.fresh), (three.id, false));
        let two = company.dm(&ann, &[&bob]).await.unwrap().id;
        let notes = company.dm(&ann, &[]).await.unwrap().id;
        assert!(two != three.id && notes != two);
        assert_eq!(company.dm(&ann, &[&ann]).await.unwrap().id, notes);
        assert_eq!(company.direct.list(&ann, &all()).await.unwrap().items.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn who_begin_it_at_once_begin_one() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let [one, other, third] = tokio::join!(
            async { company.dm(&ann, &[&bob]).await.unwrap() },
            async { company.dm(&bob, &[&ann]).await.unwrap() },
            async { company.dm(&ann, &[&bob]).await.unwrap() }
        )
        .into();
        assert!(one.id == other.id && other.id == third.id);
        assert!(one.epoch == other.epoch && other.epoch == third.epoch);
        for person in [&ann, &bob] {
            assert_eq!(company.told(person.id).await, ["added direct"]);
        }
    })
    .await;
}

#[tokio::test]
async fn at_most_ten_belong_to_it() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let mut others = Vec::new();
        for number in 0..10 {
            others.push(company.user(&format!("guest{number}")).await);
        }
        let all: Vec<&Actor> = others.iter().collect();
        assert_eq!(begun(&company, &ann, &all).await, Err(Code::ValidationFailed));
        assert_eq!(company.dm(&ann, &all[..9]).await.unwrap().members.unwrap().len(), 10);
    })
    .await;
}

#[tokio::test]
async fn who_would_rather_not_be_written_to_looks_like_nobody() {
    story(async |company: Company| {
        let (ann, bob, eve) =
            (company.user("ann").await, company.user("bob").await, company.user("eve").await);
        let asked = async |by: &Actor, others: &[&Actor]| {
            let refused = company.dm(by, others).await.map(|channel| channel.id);
            refused.map_err(|error| format!("{error}"))
        };
        let stranger = Actor { id: company.clock.id(), ..bob.clone() };
        let nobody = asked(&ann, &[&stranger]).await;
        assert_eq!(nobody, Err("NOT_FOUND: no such user".into()));
        company.blocks.block(&bob, ann.id).await.unwrap();
        assert_eq!(asked(&ann, &[&bob]).await, nobody);
        assert_eq!(asked(&bob, &[&ann]).await, nobody);
        // Also where others are among them.
        assert_eq!(asked(&eve, &[&ann, &bob]).await, nobody);
        company.blocks.unblock(&bob, ann.id).await.unwrap();
        company.switch(&bob, Status::Inactive).await;
        assert_eq!(asked(&ann, &[&bob]).await, nobody);
        company.switch(&bob, Status::Active).await;
        for (circle, taken) in [(Circle::Nobody, false), (Circle::Shared, false), (Circle::Everyone, true)] {
            company.chooses(&bob, json!({ "direct": circle })).await;
            assert_eq!(asked(&ann, &[&bob]).await.is_ok(), taken, "{circle:?}");
        }
        assert!(company.told(eve.id).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_takes_messages_of_their_groups_alone_takes_those() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let group = company.group(&ann, "Choir").await;
        company.chooses(&bob, json!({ "direct": "shared" })).await;
        assert_eq!(begun(&company, &ann, &[&bob]).await, Err(Code::NotFound));
        company.groups.join(&bob, group.id).await.unwrap();
        assert!(begun(&company, &ann, &[&bob]).await.is_ok());
    })
    .await;
}

/// What a process leaves that dies while it begins a channel: those who belong to it, so many of them,
/// and perhaps the channel itself, of which nobody was told.
async fn left(company: &Company, people: &[&Actor], seats: usize, row: bool) -> Id<Channel> {
    let (now, name_key) =
        (company.clock.now(), Channel::key_of(&people.iter().map(|person| person.id).collect()));
    let id = Id::from_bytes(Sha256::digest(&name_key)[..12].try_into().unwrap());
    for person in &people[..seats] {
        let seat = Membership {
            id: Membership::key(id.into(), person.id),
            place: id.into(),
            place_kind: PlaceKind::Direct,
            user_id: person.id,
            username: person.username.clone(),
            role: MemberRole::Member,
            joined_at: now,
        };
        company.store.memberships.insert(&seat).await.unwrap();
    }
    let direct = Channel {
        id,
        group_id: None,
        name: "direct".parse().unwrap(),
        name_key,
        description: None,
        channel_type: ChannelType::Direct,
        is_private: true,
        life: Life::Active,
        settings: Default::default(),
        epoch: Epoch("e".into()),
        untold: true,
        created_by: people[0].id,
        created_at: now,
        updated_at: now,
    };
    if row {
        company.store.channels.insert(&direct).await.unwrap();
    }
    id
}

#[tokio::test]
async fn what_a_process_left_half_begun_is_nothing_yet_and_the_next_try_finishes_it() {
    story(async |company: Company| {
        for (number, seats, row) in [(0, 1, false), (1, 2, false), (2, 2, true)] {
            let ann = company.user(&format!("ann{number}")).await;
            let bob = company.user(&format!("bob{number}")).await;
            let id = left(&company, &[&ann, &bob], seats, row).await;
            assert_eq!(company.reads(&ann, id).await, row);
            assert_eq!(company.direct.list(&bob, &all()).await.unwrap().items.len(), usize::from(row));
            let begun = company.direct.start(&bob, NewDirect { user_ids: vec![ann.id] }).await.unwrap();
            assert_eq!((begun.channel.id, begun.fresh), (id, !row));
            for person in [&ann, &bob] {
                assert_eq!(company.told(person.id).await, ["added direct"]);
                assert!(company.reads(person, id).await);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_sweep_tells_of_what_was_left_untold_and_of_nothing_twice() {
    story(async |company: Company| {
        let (ann, bob, eve) =
            (company.user("ann").await, company.user("bob").await, company.user("eve").await);
        let id = left(&company, &[&ann, &bob], 2, true).await;
        let told = company.dm(&ann, &[&eve]).await.unwrap();
        for _ in 0..2 {
            company.direct.sweep().await.unwrap();
            assert_eq!(company.told(bob.id).await, ["added direct"]);
            assert_eq!(company.told(eve.id).await, ["added direct"]);
            assert!(company.store.channels.untold(10).await.unwrap().is_empty());
            // As after a stop between the last telling and the note that all were told.
            let channels = COLLECTIONS.iter().find(|collection| collection.name == "channels").unwrap();
            let (one, untold) = (Filter::Is("_id", Literal::of(id)), Change::set("untold", true));
            company.store.engine.update(channels, one, vec![untold]).await.unwrap();
        }
        let entries = company.store.messages.after(eve.id.into(), 0, 10).await.unwrap();
        let What::ChannelAdded { channel, about } = &entries[0].what else { panic!("{entries:?}") };
        assert_eq!((*channel, &about["members"][0]["username"]), (told.id, &json!("ann")));
    })
    .await;
}
