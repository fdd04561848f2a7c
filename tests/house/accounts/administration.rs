//! What a super admin does to accounts, and that one of them is always left.

use std::time::Duration;

use futures_util::future::join_all;
use hubbub::model::{AccountEvent, Leave, What};
use hubbub::service::Revoked;
use serde_json::json;

use crate::rest::{House, PASSWORD, Person, in_a_house};

#[tokio::test]
async fn two_who_demote_each_other_leave_one_s30() {
    in_a_house(async |house| {
        for round in 0..5 {
            let admins = [house.root(&format!("one{round}")).await, house.root(&format!("two{round}")).await];
            if round > 0 {
                retire_all_but(house, &admins).await;
            }
            let (demote, switch_off) = (json!({"role": "user"}), json!({"status": "inactive"}));
            let paths = admins.each_ref().map(|admin| format!("/api/users/{}", admin.id));
            let answers = join_all([
                house.put(&paths[1], &demote).by(&admins[0]).answer(),
                house.put(&paths[0], &switch_off).by(&admins[1]).answer(),
            ])
            .await;
            assert_eq!(house.app.store.users.super_admins().await.unwrap(), 1);
            assert!(answers.iter().any(|answer| answer.status == 200));
        }
    })
    .await;
}

/// So that exactly these administer.
async fn retire_all_but(house: &House, admins: &[Person; 2]) {
    let listed =
        house.get("/api/admin/users?role=super_admin&status=active&limit=100").by(&admins[0]).sent(200).await;
    for user in listed.body["data"]["users"].as_array().unwrap() {
        let id = user["id"].as_str().unwrap();
        if admins.iter().all(|admin| admin.id.to_string() != id) {
            house.put(&format!("/api/users/{id}"), &json!({"role": "user"})).by(&admins[0]).sent(200).await;
        }
    }
}

#[tokio::test]
async fn the_last_super_admin_stays_s30() {
    in_a_house(async |house| {
        let root = house.root("root").await;
        let path = format!("/api/users/{}", root.id);
        house.delete(&path).by(&root).sent(409).await;
        house.put(&path, &json!({"role": "user"})).by(&root).sent(409).await;
        house.put(&path, &json!({"status": "inactive"})).by(&root).sent(409).await;
        let outcomes = house
            .post("/api/admin/users/bulk-delete", &json!({"userIds": [root.id]}))
            .by(&root)
            .sent(200)
            .await;
        assert_eq!(outcomes.body["data"]["results"][0]["error"]["code"], "CONFLICT");
        assert!(house.is_let_in(&root).await);
    })
    .await;
}

#[tokio::test]
async fn nobody_promotes_themselves_or_touches_others_s30() {
    in_a_house(async |house| {
        let (eve, bob, root) =
            (house.person("eve").await, house.person("bob").await, house.root("root").await);
        let own = format!("/api/users/{}", eve.id);
        house.put(&own, &json!({"role": "super_admin"})).by(&eve).sent(403).await;
        house.put(&own, &json!({"status": "inactive"})).by(&eve).sent(403).await;
        house
            .put(&format!("/api/users/{}", bob.id), &json!({"bio": "eve was here"}))
            .by(&eve)
            .sent(403)
            .await;
        house.delete(&format!("/api/users/{}", bob.id)).by(&eve).sent(403).await;
        house.put(&own, &json!({"role": "super_admin"})).by(&root).sent(200).await;
        let eve = house.sign_in("eve").await;
        house.get("/api/admin/stats").by(&eve).sent(200).await;
    })
    .await;
}

#[tokio::test]
async fn who_is_switched_off_is_out_everywhere_and_can_come_back_s18() {
    in_a_house(async |house| {
        let (bob, root) = (house.person("bob").await, house.root("root").await);
        let path = format!("/api/admin/users/{}", bob.id);
        let mut told = house.app.accounts.revocations();
        house.delete(&path).by(&root).sent(200).await;
        assert_eq!(House::revoked(&mut told), [Revoked::User(bob.id)]);
        assert!(!house.is_let_in(&bob).await && !house.may_refresh(&bob).await);
        let login = json!({"username": "bob", "password": PASSWORD});
        house.post("/auth/login", &login).sent(401).await;
        let listed = house.get("/api/users?search=bob&page=1").by(&root).sent(200).await;
        assert_eq!(listed.body["data"]["total"], 0);
        house.put(&path, &json!({"status": "active"})).by(&root).sent(200).await;
        assert!(!house.is_let_in(&bob).await);
        house.sign_in("bob").await;
    })
    .await;
}

#[tokio::test]
async fn a_change_of_role_stands_in_the_users_own_log_once() {
    in_a_house(async |house| {
        let (bob, root) = (house.person("bob").await, house.root("root").await);
        let path = format!("/api/users/{}", bob.id);
        for _ in 0..2 {
            house.put(&path, &json!({"role": "super_admin"})).by(&root).sent(200).await;
        }
        let entries = house.app.store.messages.after(bob.id.into(), 0, 10).await.unwrap();
        let told: Vec<_> = entries.iter().map(|entry| &entry.what).collect();
        let about = json!({"role": "super_admin", "status": "active"});
        assert_eq!(told, [&What::Account { event: AccountEvent::RoleUpdated, about }]);
    })
    .await;
}

#[tokio::test]
async fn many_are_changed_at_once_and_each_says_how_it_went() {
    in_a_house(async |house| {
        let (ann, bob, root) = (house.person("ann").await, house.person("bob").await, house.root("root").await);
        let body = json!({"userIds": [ann.id, "000000000000000000000000", bob.id], "updates": {"status": "inactive"}});
        let answer = house.post("/api/admin/users/bulk-update", &body).by(&root).sent(200).await;
        let results = answer.body["data"]["results"].as_array().unwrap();
        let went: Vec<_> = results.iter().map(|result| result["success"].as_bool().unwrap()).collect();
        assert_eq!(went, [true, false, true]);
        assert_eq!(results[1]["error"]["code"], "NOT_FOUND");
        let ids: Vec<_> = results.iter().map(|result| result["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [&ann.id.to_string(), "000000000000000000000000", &bob.id.to_string()]);
        assert_eq!((&results[0]["user"]["status"], &results[1]["user"]), (&json!("inactive"), &json!(null)));
        assert!(!house.is_let_in(&ann).await && !house.is_let_in(&bob).await);
        for body in [
            json!({"userIds": [], "updates": {"status": "active"}}),
            json!({"userIds": vec![ann.id; 101], "updates": {"status": "active"}}),
            json!({"userIds": [ann.id], "updates": {}}),
            json!({"userIds": [ann.id], "updates": {"passwordHash": "x"}}),
        ] {
            house.post("/api/admin/users/bulk-update", &body).by(&root).sent(400).await;
        }
    })
    .await;
}

#[tokio::test]
async fn requests_that_are_decided_at_once_are_answered_for_alike() {
    in_a_house(async |house| {
        let (ann, bob) = (house.person("ann").await, house.person("bob").await);
        let new = json!({"name": "Crew", "isPrivate": true});
        let group = house.post("/api/groups", &new).by(&ann).sent(201).await.body["data"]["id"].clone();
        let ask = json!({"groupId": group, "requestType": "request_invite"});
        let asked =
            house.post("/api/group-requests", &ask).by(&bob).sent(201).await.body["data"]["id"].clone();
        let body = json!({"requestIds": [asked, "000000000000000000000000"]});
        let answer = house.post("/api/group-requests/bulk/approve", &body).by(&ann).sent(200).await;
        let [done, refused] = answer.body["data"]["results"].as_array().unwrap().as_slice() else {
            panic!("{}", answer.text);
        };
        assert_eq!((&done["id"], &done["success"], &done["error"]), (&asked, &json!(true), &json!(null)));
        assert_eq!(done["request"]["status"], "approved");
        assert_eq!((&refused["success"], &refused["request"]), (&json!(false), &json!(null)));
        assert_eq!(refused["error"]["code"], "NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn the_numbers_are_right() {
    in_a_house(async |house| {
        let (ann, root) = (house.person("ann").await, house.root("root").await);
        let new = json!({"username": "made", "email": "made@example.org", "password": PASSWORD, "role": "super_admin"});
        let made = house.post("/api/users", &new).by(&root).sent(201).await;
        house.delete(&format!("/api/admin/users/{}", ann.id)).by(&root).sent(200).await;
        let answer = house.get("/api/admin/dashboard").by(&root).sent(200).await;
        let users = &answer.body["data"]["users"];
        let expected = json!({"total": 3, "active": 2, "inactive": 1, "superAdmins": 2,
                              "joinedLastDay": 3, "joinedLastWeek": 3, "joinedLastMonth": 3});
        assert_eq!(users, &expected);
        assert_eq!(answer.body["data"]["groups"]["total"], 0);
        let id = made.body["data"]["id"].as_str().unwrap();
        let activity = house.get(&format!("/api/admin/users/{id}/activity")).by(&root).sent(200).await;
        assert_eq!(activity.body["data"]["sessions"], 0);
        for path in ["users/stats", "groups/stats", "channels/stats", "groups", "channels?status=archived", "users?status=inactive"] {
            house.get(&format!("/api/admin/{path}")).by(&root).sent(200).await;
        }
        house.get(&format!("/api/admin/users/{id}/groups")).by(&root).sent(200).await;
    })
    .await;
}

#[tokio::test]
async fn who_is_switched_off_leaves_the_channels_and_comes_back_to_them() {
    in_a_house(async |house| {
        let (ann, bob, root) =
            (house.person("ann").await, house.person("bob").await, house.root("root").await);
        let group = house.post("/api/groups", &json!({"name": "Crew"})).by(&ann).sent(201).await;
        let id = group.body["data"]["id"].as_str().unwrap();
        house.ask(http::Method::POST, &format!("/api/groups/{id}/join")).by(&bob).answer().await;
        let path = format!("/api/admin/users/{}", bob.id);
        house.delete(&path).by(&root).sent(200).await;
        house.put(&path, &json!({"status": "active"})).by(&root).sent(200).await;
        let channel = house.app.store.channels.of_group(id.parse().unwrap()).await.unwrap().remove(0);
        let entries = house.app.store.messages.after(channel.id.into(), 0, 20).await.unwrap();
        let of_bob = entries.iter().filter_map(|entry| match &entry.what {
            What::MemberJoined { member, .. } if *member == bob.id => Some("joined"),
            What::MemberLeft { member, reason: Leave::Deactivated, .. } if *member == bob.id => Some("left"),
            _ => None,
        });
        assert_eq!(of_bob.collect::<Vec<_>>(), ["joined", "left", "joined"]);
    })
    .await;
}

#[tokio::test]
async fn a_process_that_died_while_demoting_holds_nobody_up_for_long() {
    in_a_house(async |house| {
        let (root, other) = (house.root("root").await, house.root("other").await);
        let until = house.clock.now().plus(Duration::from_secs(30));
        house.app.store.settings.put("lock:super_admins", format!("{until} left").into()).await.unwrap();
        house.clock.advance(Duration::from_secs(31));
        let path = format!("/api/users/{}", other.id);
        house.put(&path, &json!({"role": "user"})).by(&root).sent(200).await;
        assert!(house.app.store.settings.get("lock:super_admins").await.unwrap().is_none());
    })
    .await;
}
