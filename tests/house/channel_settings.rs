//! What the settings of a channel allow, and whom.

use std::time::Duration;

use hubbub::error::Code;
use hubbub::model::{Channel, ChannelSettings, Group, Id, Membership, MessageType};
use hubbub::policy::Actor;
use hubbub::service::messages::Send;
use hubbub::service::roster::News;
use serde_json::{Value, json};

use crate::company::{Company, all, code, from, story};

/// A channel with these settings, an admin of its group and a member.
async fn set(company: &Company, settings: Value) -> (Id<Channel>, Actor, Actor) {
    let (ann, bob) = (company.user("ann").await, company.user("bob").await);
    let group = company.group(&ann, "Gardeners").await;
    company.groups.join(&bob, group.id).await.unwrap();
    let general = company.general(group.id).await.id;
    company.channels.set(&ann, general, from(settings)).await.unwrap();
    (general, ann, bob)
}

fn says(channel: Id<Channel>, text: &str) -> Send {
    Send { text: Some(text.parse().unwrap()), ..Send::to(channel) }
}

fn again(channel: Id<Channel>, text: &str) -> Send {
    Send { client_msg_id: Some("the-same-intent-1".parse().unwrap()), ..says(channel, text) }
}

#[test]
fn settings_that_nobody_names_are_as_by_default() {
    let read = |value: Value| serde_json::from_value::<ChannelSettings>(value);
    assert_eq!(read(json!({})).unwrap(), ChannelSettings::default());
    assert!(read(json!({ "slowModeSeconds": 21_600 })).is_ok());
    for refused in
        [json!({ "slowModeSeconds": 21_601 }), json!({ "slowModeSeconds": -1 }), json!({ "slow": 1 })]
    {
        assert!(read(refused.clone()).is_err(), "{refused}");
    }
}

#[tokio::test]
async fn without_uploads_words_alone_are_said() {
    story(async |company: Company| {
        let (general, ann, bob) = set(&company, json!({ "uploads": false })).await;
        company.messages.post(&bob, says(general, "only words")).await.unwrap();
        let link = || "https://example.org/rose.jpg".parse().unwrap();
        for send in [
            Send { image_url: Some(link()), ..Send::to(general) },
            Send { file_url: Some(link()), ..says(general, "look") },
            Send { attachments: vec![link()], ..says(general, "look") },
            Send { message_type: MessageType::Image, ..says(general, "look") },
        ] {
            for who in [&ann, &bob] {
                assert_eq!(code(company.messages.post(who, send.clone()).await), Code::Forbidden, "{send:?}");
            }
        }
        company.channels.set(&ann, general, ChannelSettings::default()).await.unwrap();
        let shown = Send { image_url: Some(link()), ..Send::to(general) };
        company.messages.post(&bob, shown).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn in_a_slow_channel_members_wait_and_admins_do_not() {
    story(async |company: Company| {
        let (general, ann, bob) = set(&company, json!({ "slowModeSeconds": 30 })).await;
        let eve = company.user("eve").await;
        let said = company.messages.post(&bob, again(general, "one")).await.unwrap().message;
        company.clock.advance(Duration::from_secs(10));
        let early = company.messages.post(&bob, says(general, "two")).await.unwrap_err();
        assert_eq!((early.code(), early.wait()), (Code::RateLimited, Some(Duration::from_secs(20))));
        // What was said is answered as before, and may be changed.
        assert!(company.messages.post(&bob, again(general, "one")).await.unwrap().duplicate);
        company.messages.edit(&bob, said.id, "first".parse().unwrap(), None).await.unwrap();
        for text in ["quick", "and quicker"] {
            company.messages.post(&ann, says(general, text)).await.unwrap();
        }
        assert_eq!(code(company.messages.post(&eve, says(general, "let me in")).await), Code::NotFound);
        company.clock.advance(Duration::from_secs(20));
        company.messages.post(&bob, says(general, "two")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn of_two_messages_at_once_a_slow_channel_takes_one() {
    story(async |company: Company| {
        let (general, _, bob) = set(&company, json!({ "slowModeSeconds": 30 })).await;
        let (one, other) = tokio::join!(
            company.messages.post(&bob, says(general, "one")),
            company.messages.post(&bob, says(general, "other")),
        );
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        assert_eq!(code(if one.is_ok() { other } else { one }), Code::RateLimited);
    })
    .await;
}

#[tokio::test]
async fn what_a_slow_channel_did_not_take_costs_no_turn() {
    story(async |company: Company| {
        let (general, _, bob) = set(&company, json!({ "slowModeSeconds": 30 })).await;
        let nowhere = Send { reply_to: Some(company.clock.id()), ..says(general, "to whom?") };
        assert_eq!(code(company.messages.post(&bob, nowhere).await), Code::NotFound);
        assert_eq!(code(company.messages.post(&bob, Send::to(general)).await), Code::ValidationFailed);
        company.messages.post(&bob, says(general, "to all")).await.unwrap();
    })
    .await;
}

/// Somebody else sits beside `bob`, by a process that died before it counted; another one finishes that.
async fn let_in_and_died(
    company: &Company,
    (ann, bob, eve): (&Actor, &Actor, &Actor),
    (group, shed): (Id<Group>, Id<Channel>),
) {
    let news = News::Admitted { user: eve.id, channel: shed };
    let note = company.roster.begin(ann, group, news).await.unwrap();
    let seat = company.store.memberships.get(Membership::key(shed.into(), bob.id)).await.unwrap().unwrap();
    let (id, username) = (Membership::key(shed.into(), eve.id), eve.username.clone());
    let seat = Membership { id, user_id: eve.id, username, ..seat };
    company.store.memberships.insert(&seat).await.unwrap();
    company.roster.finish(&note).await.unwrap();
}

#[tokio::test]
async fn a_private_channel_has_no_more_seats_than_it_may() {
    story(async |company: Company| {
        let ann = company.user("ann").await;
        let group = company.group(&ann, "Gardeners").await;
        let shed = company.private(&ann, group.id, "shed").await.id;
        company.channels.set(&ann, shed, from(json!({ "maxMembers": 2 }))).await.unwrap();
        let mut members = Vec::new();
        for name in ["bob", "eve", "kit"] {
            let member = company.user(name).await;
            company.groups.join(&member, group.id).await.unwrap();
            members.push(member);
        }
        let [bob, eve, kit] = &members[..] else { unreachable!() };
        let add = async |who: &Actor| company.channels.add(&ann, shed, who.id).await;
        add(bob).await.unwrap();
        let_in_and_died(&company, (&ann, bob, eve), (group.id, shed)).await;
        let head = company.logs.head(shed.into()).await.unwrap();
        assert_eq!(code(add(eve).await), Code::Conflict);
        assert!(!company.reads(eve, shed).await && company.unfinished().await == 0);
        assert_eq!(company.logs.head(shed.into()).await.unwrap(), head, "nobody hears of who found no seat");
        add(bob).await.unwrap();
        company.channels.remove(&ann, shed, bob.id).await.unwrap();
        let (one, other) = tokio::join!(add(eve), add(kit));
        assert!(one.is_err() || other.is_err());
        let seats = company.channels.members(&ann, shed, &all()).await.unwrap().items.len();
        assert!((1..=2).contains(&seats));
        // Fewer than there are: whoever sits stays.
        company.channels.set(&ann, shed, from(json!({ "maxMembers": 1 }))).await.unwrap();
        assert_eq!(company.channels.members(&ann, shed, &all()).await.unwrap().items.len(), seats);
        let refused = serde_json::from_value::<ChannelSettings>(json!({ "maxMembers": 0 }));
        assert!(refused.is_err());
    })
    .await;
}
