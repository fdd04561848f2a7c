//! What one has and did: one's own, and of that what one can read now.

use std::time::Duration;

use hubbub::model::{Channel, Entry, Id, Session};
use hubbub::policy::Actor;
use hubbub::service::messages::Send;
use hubbub::service::mine::{Deed, Done, Mine};
use hubbub::service::{Page, Past};
use serde_json::{Value, json};

use crate::company::{Company, story};
use crate::rest::in_a_house;

async fn say(company: &Company, by: &Actor, channel: Id<Channel>, text: &str) -> Id<Entry> {
    let send = Send { text: Some(text.parse().unwrap()), ..Send::to(channel) };
    company.messages.post(by, send).await.unwrap().message.id
}

fn all() -> Past {
    Past::new(Some(100), None).unwrap()
}

/// A group of ann's with bob in it, its channel, and one that has bob alone beside its admin.
async fn places(company: &Company, ann: &Actor, bob: &Actor) -> [Id<Channel>; 2] {
    let group = company.group(ann, "Gardeners").await;
    company.groups.join(bob, group.id).await.unwrap();
    let shed = company.private(ann, group.id, "shed").await.id;
    company.channels.add(ann, shed, bob.id).await.unwrap();
    [company.general(group.id).await.id, shed]
}

#[tokio::test]
async fn what_one_said_is_listed_where_one_can_still_read_it_s41() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let [general, shed] = places(&company, &ann, &bob).await;
        let dm = company.dm(&bob, &[&ann]).await.unwrap().id;
        let mut said = Vec::new();
        for (number, channel) in [general, shed, dm, general].into_iter().enumerate() {
            said.push(say(&company, &bob, channel, &format!("bob {number}")).await);
            say(&company, &ann, channel, "ann").await;
        }
        let listed = async || {
            let page = company.messages.own(&bob, &all()).await.unwrap();
            page.items.into_iter().map(|message| message.id).collect::<Vec<_>>()
        };
        let mut expected = said.clone();
        expected.sort_unstable();
        let mut found = listed().await;
        found.sort_unstable();
        assert_eq!(found, expected);
        company.channels.leave(&bob, shed).await.unwrap();
        assert!(!listed().await.contains(&said[1]) && listed().await.len() == 3);
        let group = company.channels.get(&ann, general).await.unwrap().group_id.unwrap();
        company.groups.leave(&bob, group).await.unwrap();
        assert_eq!(listed().await, [said[2]]);
    })
    .await;
}

#[tokio::test]
async fn many_messages_of_one_moment_are_each_listed_once() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let [general, _] = places(&company, &ann, &bob).await;
        let mut said = Vec::new();
        for number in 0..11 {
            if number == 7 {
                company.clock.advance(Duration::from_millis(1));
            }
            said.push(say(&company, &bob, general, &format!("bob {number}")).await);
        }
        let (mut found, mut cursor): (Vec<Id<Entry>>, Option<String>) = (Vec::new(), None);
        loop {
            let past = Past::new(Some(2), cursor.as_deref()).unwrap();
            let Page { items, paging } = company.messages.own(&bob, &past).await.unwrap();
            found.extend(items.iter().map(|message| message.id));
            cursor = paging.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        let (mut newer, mut older) = (found[..4].to_vec(), found[4..].to_vec());
        newer.sort_unstable();
        older.sort_unstable();
        assert_eq!((newer, older), (said.split_off(7), said));
    })
    .await;
}

#[tokio::test]
async fn the_last_of_each_channel_comes_from_those_one_reads() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let [general, shed] = places(&company, &ann, &bob).await;
        say(&company, &ann, general, "first").await;
        let in_general = say(&company, &bob, general, "second").await;
        company.clock.advance(Duration::from_secs(1));
        let in_shed = say(&company, &ann, shed, "third").await;
        let recent = async |limit| {
            let recent = company.channels.recent(&bob, limit).await.unwrap();
            recent.iter().map(|message| message.id).collect::<Vec<_>>()
        };
        assert_eq!(recent(50).await, [in_shed, in_general]);
        assert_eq!(recent(1).await, [in_shed]);
        company.channels.leave(&bob, shed).await.unwrap();
        assert_eq!(recent(50).await, [in_general]);
        assert!(company.channels.recent(&company.root().await, 50).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_one_has_is_counted() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let [general, shed] = places(&company, &ann, &bob).await;
        company.dm(&bob, &[&ann]).await.unwrap();
        company.clock.advance(Duration::from_secs(1));
        say(&company, &bob, general, "one").await;
        let two = say(&company, &bob, shed, "two").await;
        company.bookmarks.set(&bob, two, Default::default()).await.unwrap();
        let stats = Mine::new(&company.roster).stats(&bob).await.unwrap();
        assert_eq!((stats.messages, stats.groups, stats.channels, stats.direct_channels), (2, 1, 3, 1));
        assert_eq!((stats.bookmarks, stats.drafts, stats.sessions), (1, 0, 0));
        // That she let him into the group's private channel.
        assert_eq!(stats.unread_notifications, 1);
        assert_eq!(stats.last_message_at, Some(company.clock.now()));
        assert!(stats.joined_at < company.clock.now());
    })
    .await;
}

#[tokio::test]
async fn what_one_did_is_told_in_the_order_of_time() {
    story(async |company: Company| {
        let (ann, bob) = (company.user("ann").await, company.user("bob").await);
        let second = || company.clock.advance(Duration::from_secs(1));
        company.store.sessions.insert(&session(&company, &bob)).await.unwrap();
        company.store.sessions.insert(&session(&company, &ann)).await.unwrap();
        second();
        let [general, shed] = places(&company, &ann, &bob).await;
        second();
        let in_shed = say(&company, &bob, shed, "one").await;
        second();
        let in_general = say(&company, &bob, general, "two").await;
        let group = company.channels.get(&ann, general).await.unwrap().group_id.unwrap();
        let deeds = async |past: &Past| {
            let page = Mine::new(&company.roster).activity(&bob, past).await.unwrap();
            (
                page.items.into_iter().map(|Done { deed, .. }| deed).collect::<Vec<_>>(),
                page.paging.next_cursor,
            )
        };
        let message = |message_id, channel_id| Deed::Message { message_id, channel_id };
        let joined = [Deed::JoinedGroup { group_id: group }, Deed::JoinedChannel { channel_id: shed }];
        let signed_in = Deed::SignedIn { device: "a telephone".into(), address: "192.0.2.7".into() };
        let mut told = vec![message(in_general, general), message(in_shed, shed)];
        told.extend(joined);
        told.push(signed_in);
        assert_eq!(deeds(&all()).await, (told.clone(), None));
        let (first, cursor) = deeds(&Past::new(Some(3), None).unwrap()).await;
        let (rest, end) = deeds(&Past::new(Some(3), cursor.as_deref()).unwrap()).await;
        assert_eq!(([first, rest].concat(), end), (told.clone(), None));
        company.channels.leave(&bob, shed).await.unwrap();
        told.retain(|deed| *deed != message(in_shed, shed) && !matches!(deed, Deed::JoinedChannel { .. }));
        assert_eq!(deeds(&all()).await.0, told);
    })
    .await;
}

fn session(company: &Company, of: &Actor) -> Session {
    let now = company.clock.now();
    Session {
        id: hubbub::clock::nonce(),
        user_id: of.id,
        device: "a telephone".into(),
        address: "192.0.2.7".into(),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(Duration::from_secs(1_000)),
        revoked_at: None,
    }
}

#[tokio::test]
async fn each_list_answers_its_owner() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        let other = house.sign_in("ann").await;
        house.post("/api/groups", &json!({"name": "Gardeners"})).by(&ann).sent(201).await;
        let shown = async |path: &str| house.get(path).by(&ann).sent(200).await.body["data"].clone();
        assert_eq!(shown("/api/client/groups").await["groups"][0]["role"], "admin");
        let channels = shown("/api/client/channels?with=last,unread").await;
        let channel = channels["channels"][0]["id"].clone();
        assert_eq!(channels["channels"][0]["unread"], 0);
        let said = json!({"channelId": channel, "text": "hello"});
        house.post("/api/messages", &said).by(&ann).sent(201).await;
        for list in ["messages?limit=1", "recent-messages?limit=1"] {
            let list = shown(&format!("/api/client/{list}")).await;
            assert_eq!((&list["messages"][0]["text"], &list["nextCursor"]), (&json!("hello"), &Value::Null));
        }
        assert_eq!(shown("/api/client/stats").await["messages"], 1);
        assert_eq!(shown("/api/client/activity").await["activity"].as_array().unwrap().len(), 4);
        let sessions = shown("/api/client/sessions").await;
        assert_eq!(sessions["sessions"].as_array().unwrap().len(), 2);
        let current = |session: &&Value| session["current"] == false;
        let id = sessions["sessions"].as_array().unwrap().iter().find(current).unwrap()["id"].clone();
        let path = format!("/api/client/sessions/{}", id.as_str().unwrap());
        house.delete(&path).by(&house.person("bob").await).sent(404).await;
        house.delete(&path).by(&ann).sent(200).await;
        assert!(!house.is_let_in(&other).await && house.is_let_in(&ann).await);
        house.get("/api/client/messages?page=1").by(&ann).sent(400).await;
    })
    .await;
}
