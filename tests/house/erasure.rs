//! Leaving for good: out at once, back for some days, and then nothing left that is personal.

use std::time::Duration;

use http::Method;
use hubbub::model::{Email, Id, Leave, Life, MemberRole, Membership, Message, User, What};
use hubbub::policy::Actor;
use hubbub::service::erasure::Step;
use hubbub::store::COLLECTIONS;
use serde_json::{Value, json};

use crate::busybody::{busybody, held, whole};
use crate::company::all;
use crate::rest::{Answer, House, PASSWORD, Person, config, in_a_house};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn leave(house: &House, person: &Person, body: Value) -> Answer {
    house.ask(Method::DELETE, "/api/client/account").json(&body).by(person).answer().await
}

async fn come_back(house: &House, name: &str, restore: bool) -> Answer {
    let body = json!({"username": name, "password": PASSWORD, "restore": restore});
    house.post("/api/auth/login", &body).answer().await
}

/// Until everybody who is due is erased.
async fn time_comes(house: &House) {
    house.clock.advance(15 * DAY);
    house.app.erasure.sweep().await.unwrap();
}

async fn user(house: &House, id: Id<User>) -> User {
    house.app.store.users.get(id).await.unwrap().unwrap()
}

async fn actor(house: &House, person: &Person) -> Actor {
    house.app.accounts.admit(&person.access).await.unwrap().actor
}

#[tokio::test]
async fn who_deletes_their_account_is_out_everywhere_and_may_come_back_s18() {
    in_a_house(async |house| {
        let bob = house.person("bob").await;
        let elsewhere = house.sign_in("bob").await;
        assert_eq!(leave(house, &bob, json!({"password": "not his password"})).await.status, 400);
        assert_eq!(leave(house, &bob, json!({})).await.status, 400);
        assert!(house.is_let_in(&bob).await);
        let told = leave(house, &bob, json!({"password": PASSWORD})).await;
        let end = house.clock.now().plus(14 * DAY);
        assert_eq!(told.body["data"], json!({"deleteAt": end, "messages": "keep"}));
        assert!(told.header("set-cookie").contains("Max-Age=0"));
        for session in [&bob, &elsewhere] {
            assert!(!house.is_let_in(session).await && !house.may_refresh(session).await);
        }
        house.clock.advance(13 * DAY);
        house.app.erasure.sweep().await.unwrap();
        let locked = come_back(house, "bob", false).await;
        assert_eq!((locked.status, locked.code()), (423, "LOCKED"));
        assert_eq!(locked.body["error"]["details"]["deleteAt"], json!(end));
        let wrong = json!({"username": "bob", "password": "not his password", "restore": true});
        house.post("/api/auth/login", &wrong).sent(401).await;
        let back = come_back(house, "bob", true).await;
        assert_eq!(back.status, 200, "{}", back.text);
        time_comes(house).await;
        assert_eq!(user(house, bob.id).await.username.as_str(), "bob");
        leave(house, &house.sign_in("bob").await, json!({"password": PASSWORD})).await;
        house.clock.advance(14 * DAY);
        assert_eq!(come_back(house, "bob", true).await.status, 401);
        house.app.erasure.sweep().await.unwrap();
        let gone = user(house, bob.id).await;
        assert!(gone.username.as_str().starts_with("deleted-"), "{}", gone.username);
        assert_eq!(gone.email, format!("{}@deleted.invalid", bob.id).parse::<Email>().unwrap());
        assert_eq!(come_back(house, gone.username.as_str(), true).await.status, 401);
        house.person("bob").await;
    })
    .await;
}

#[tokio::test]
async fn whoever_was_switched_off_meanwhile_does_not_bring_themselves_back_s18() {
    in_a_house(async |house| {
        let (root, bob, eve) =
            (house.root("root").await, house.person("bob").await, house.person("eve").await);
        for one in [&bob, &eve] {
            leave(house, one, json!({"password": PASSWORD})).await;
            let path = format!("/api/users/{}", one.id);
            house.put(&path, &json!({"status": "inactive"})).by(&root).sent(200).await;
        }
        assert_eq!(come_back(house, "bob", true).await.status, 401);
        house.put(&format!("/api/users/{}", eve.id), &json!({"status": "active"})).by(&root).sent(200).await;
        time_comes(house).await;
        assert_eq!(user(house, eve.id).await.username.as_str(), "eve");
        assert!(user(house, bob.id).await.username.as_str().starts_with("deleted-"));
        let back = json!({"status": "active"});
        let root = house.sign_in("root").await;
        house.put(&format!("/api/users/{}", bob.id), &back).by(&root).sent(409).await;
    })
    .await;
}

#[tokio::test]
async fn the_last_super_admin_stays_and_others_go_s30() {
    in_a_house(async |house| {
        let (root, second) = (house.root("root").await, house.root("second").await);
        assert_eq!(leave(house, &second, json!({"password": PASSWORD})).await.status, 200);
        let refused = leave(house, &root, json!({"password": PASSWORD})).await;
        assert_eq!((refused.status, refused.code()), (409, "CONFLICT"));
        assert!(house.is_let_in(&root).await);
    })
    .await;
}

#[tokio::test]
async fn groups_are_left_in_good_hands_or_end() {
    in_a_house(async |house| {
        let [bob, ann, eve] =
            [house.person("bob").await, house.person("ann").await, house.person("eve").await];
        let group = async |name: &str| {
            let made = house.post("/api/groups", &json!({"name": name})).by(&bob).sent(201).await;
            made.body["data"]["id"].as_str().unwrap().parse::<Id<hubbub::model::Group>>().unwrap()
        };
        let (alone, shared) = (group("Alone").await, group("Shared").await);
        for one in [&ann, &eve] {
            house.clock.advance(Duration::from_secs(1));
            house.post(&format!("/api/groups/{shared}/join"), &json!({})).by(one).sent(200).await;
        }
        leave(house, &bob, json!({"password": PASSWORD})).await;
        time_comes(house).await;
        let store = &house.app.store;
        assert_eq!(store.groups.get(alone).await.unwrap().unwrap().life, Life::Deleted);
        let role = async |of: Id<User>| {
            let found = store.memberships.get(Membership::key(shared.into(), of)).await.unwrap();
            found.map(|membership| membership.role)
        };
        assert_eq!(
            (role(bob.id).await, role(ann.id).await, role(eve.id).await),
            (None, Some(MemberRole::Admin), Some(MemberRole::Member))
        );
        let general = store.channels.of_group(shared).await.unwrap().remove(0);
        let told = store.messages.after(general.id.into(), 0, 100).await.unwrap();
        let gone = |what: &What| {
            matches!(what, What::MemberLeft { member, reason: Leave::Left, .. } if *member == bob.id)
        };
        assert!(told.iter().any(|entry| gone(&entry.what)));
    })
    .await;
}

#[tokio::test]
async fn what_was_said_goes_where_that_was_asked_for() {
    in_a_house(async |house| {
        let (bob, ann) = (house.person("bob").await, house.person("ann").await);
        let dm = house.post("/api/dms", &json!({"userIds": [ann.id]})).by(&bob).sent(201).await;
        let channel = dm.body["data"]["channel"]["id"].clone();
        let mut said = Vec::new();
        for number in 0..3 {
            let body = json!({"channelId": channel, "text": format!("secret {number}")});
            let sent = house.post("/api/messages", &body).by(&bob).sent(201).await;
            said.push(sent.body["data"]["message"]["id"].as_str().unwrap().to_owned());
        }
        let edit = json!({"text": "another secret"});
        house.put(&format!("/api/messages/{}", said[0]), &edit).by(&bob).sent(200).await;
        let hers = json!({"channelId": channel, "text": "hers", "replyTo": said[1]});
        house.post("/api/messages", &hers).by(&ann).sent(201).await;
        leave(house, &bob, json!({"password": PASSWORD, "messages": "delete"})).await;
        let path = format!("/api/messages/channel/{}", channel.as_str().unwrap());
        let shown = async || {
            let ann = house.sign_in("ann").await;
            house.get(&path).by(&ann).sent(200).await
        };
        assert!(shown().await.text.contains("secret 2"));
        time_comes(house).await;
        let after = shown().await;
        assert!(!after.text.contains("secret") && after.text.contains("hers"), "{}", after.text);
        let messages = after.body["data"]["messages"].as_array().unwrap();
        assert_eq!(messages.iter().filter(|message| !message["deletedAt"].is_null()).count(), 3);
        assert!(held(house, "secret").await.is_empty());
    })
    .await;
}

/// Somebody may want the names of those who are gone.
#[tokio::test]
async fn whose_name_is_taken_gets_another() {
    in_a_house(async |house| {
        let bob = house.person("bob").await;
        let wanted = format!("deleted-{}", bob.id.to_string().split_off(16));
        house.person(&wanted).await;
        leave(house, &bob, json!({"password": PASSWORD})).await;
        time_comes(house).await;
        let name = user(house, bob.id).await.username;
        assert!(name.as_str().starts_with("deleted-") && name.as_str() != wanted, "{name}");
        assert!(user(house, bob.id).await.leaving.delete_at.is_none());
    })
    .await;
}

/// What knows nobody: settings of the installation, how far its logs were followed, and what pages say of
/// themselves. What messages are found by is made of them.
const OF_NOBODY: [&str; 3] = ["settings", "cursors", "previews"];

/// Where an id of somebody who is gone may stand: on what they said and did, on what they made, in
/// direct channels that are others' as well, and in what others were told and report of them.
const KEEP_IDS: [&str; 8] =
    ["users", "messages", "channels", "groups", "memberships", "emoji", "notifications", "reports"];

/// A collection that comes later and is forgotten here has nothing of them in it, or keeps it.
#[tokio::test]
async fn nothing_personal_is_left_anywhere_wherever_the_process_died() {
    in_a_house(async |house| {
        let mut gone = Vec::new();
        for done in 0..=Step::ALL.len() {
            // A name of their own for each, as what one leaves behind another might hide.
            let name = format!("bobolink-{}", ["a", "b", "c", "d", "e", "f", "g"][done]);
            let ann = house.person(&format!("ann{done}")).await;
            let bob = Box::pin(busybody(house, &name, &ann)).await;
            for collection in COLLECTIONS.iter().filter(|one| !OF_NOBODY.contains(&one.name)) {
                let known = whole(house, collection).await;
                let known = known.into_iter().any(|row| {
                    let of_sessions = collection.name == "refreshes" && row.contains_key("sessionId");
                    of_sessions || Value::Object(row).to_string().contains(&bob.id.to_string())
                });
                assert!(known, "let them be in {}, and see that it is erased", collection.name);
            }
            leave(house, &bob, json!({"password": PASSWORD})).await;
            house.clock.advance(15 * DAY);
            assert!(house.app.erasure.begin(&user(house, bob.id).await).await.unwrap());
            for step in &Step::ALL[..done] {
                house.app.erasure.take(*step, bob.id).await.unwrap();
            }
            // Another process finds what the first one left.
            let next = House::new(house.app.store.clone(), &config());
            next.clock.advance(house.clock.now().since(next.clock.now()));
            next.app.erasure.sweep().await.unwrap();
            for words in [name.clone(), format!("{name}@example.org")] {
                // Whoever reports somebody says so in their own words.
                let mut left = held(house, &words).await;
                left.retain(|row| !row.starts_with("reports:") || !row.contains(&format!("says {name}")));
                assert!(left.is_empty(), "after {done} steps: {left:#?}");
            }
            gone.push(bob.id);
        }
        for id in gone {
            let left = held(house, &id.to_string()).await;
            let kept = |row: &&String| KEEP_IDS.iter().any(|name| row.starts_with(&format!("{name}:")));
            let others: Vec<_> = left.iter().filter(|row| !kept(row)).collect();
            assert!(others.is_empty(), "{others:#?}");
            let user = user(house, id).await;
            assert!(user.leaving.delete_at.is_none() && user.leaving.erased_at.is_some());
            assert!(user.display_name.is_none() && user.bio.is_none() && user.password_hash.is_empty());
        }
        no_query_sorts(house).await;
    })
    .await;
}

async fn no_query_sorts(house: &House) {
    for asked in house.app.store.engine.recorded() {
        let plan = house.app.store.engine.explain(asked.collection, asked.query.clone()).await.unwrap();
        assert!(!plan.sorts, "{}: {asked:?}\n{}", asked.collection.name, plan.text);
    }
}

#[tokio::test]
async fn what_stays_is_by_somebody_who_is_gone() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        let bob = Box::pin(busybody(house, "bobolink", &ann)).await;
        leave(house, &bob, json!({"password": PASSWORD})).await;
        time_comes(house).await;
        let name = user(house, bob.id).await.username;
        let ann = house.sign_in("ann").await;
        let told = actor(house, &ann).await;
        let channels = house.app.roster.channels_of(ann.id).await.unwrap();
        let mut copies = 0;
        for channel in channels {
            for entry in house.app.store.messages.from(channel.id.into(), 0, 100).await.unwrap() {
                let What::Message(Message { text, forwarded, .. }) = &entry.what else { continue };
                assert!(text.is_some() && (entry.user_id != bob.id || entry.username == name));
                copies += forwarded.iter().filter(|source| source.username == name).count();
            }
        }
        assert_eq!(copies, 1);
        let listed = house.app.direct.list(&told, &all()).await.unwrap();
        let members = listed.items[0].members.as_ref().unwrap();
        assert!(members.iter().any(|member| member.username == name));
        let dm = json!({"userIds": [bob.id]});
        house.post("/api/dms", &dm).by(&house.person("eve").await).sent(404).await;
    })
    .await;
}
