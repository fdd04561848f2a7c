//! Direct channels: in no group, and nobody's business but of those who belong to them.

use hubbub::error::Code;
use hubbub::model::{Channel, ChannelType, Epoch, Id, Leave, Life, MemberRole, Membership, PlaceKind};
use hubbub::policy::Actor;
use hubbub::service::channels::ChannelFilter;
use hubbub::service::messages::{Part, Send};
use hubbub::store::ChannelsWanted;
use serde_json::json;

use crate::company::{Company, all, channel, code, from, story};

/// As starting a conversation leaves it in the store.
async fn between(company: &Company, people: &[&Actor]) -> Channel {
    let (id, now): (Id<Channel>, _) = (company.clock.id(), company.clock.now());
    let mut key: Vec<String> = people.iter().map(|person| person.id.to_string()).collect();
    key.sort();
    for person in people {
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
        name_key: key.join("-"),
        description: None,
        channel_type: ChannelType::Direct,
        is_private: true,
        life: Life::Active,
        settings: Default::default(),
        epoch: Epoch("e".into()),
        created_by: people[0].id,
        created_at: now,
        updated_at: now,
    };
    company.store.channels.insert(&direct).await.unwrap();
    direct
}

#[tokio::test]
async fn those_who_belong_to_it_talk_and_nobody_else_learns_of_it() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let (eve, root) = (company.user("eve").await, company.root().await);
        let direct = between(&company, &[&ann, &bob]).await;
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
        let direct = between(&company, &[&ann, &bob]).await;
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
        let direct = between(&company, &[&ann, &bob]).await;
        assert_eq!(code(company.channels.archive(&ann, direct.id).await), Code::Forbidden);
        assert_eq!(code(company.channels.delete(&ann, direct.id).await), Code::Forbidden);
        assert_eq!(code(company.channels.add(&ann, direct.id, bob.id).await), Code::Forbidden);
        assert_eq!(code(company.channels.leave(&ann, direct.id).await), Code::Conflict);
        let expelled = company.roster.expel(&ann, &direct, bob.id, Leave::Removed).await;
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

#[tokio::test]
async fn there_is_one_between_the_same_people() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let direct = between(&company, &[&ann, &bob]).await;
        let again = Channel { id: company.clock.id(), ..direct };
        let refused = company.store.channels.insert(&again).await.unwrap_err();
        assert!(refused.taken("name"));
    })
    .await;
}
