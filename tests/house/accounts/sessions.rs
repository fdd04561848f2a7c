//! Sessions: how long they last, and how they end.

use std::time::Duration;

use futures_util::future::join_all;
use hubbub::error::Code;
use hubbub::service::Revoked;
use serde_json::json;

use crate::rest::{House, MINUTE, PASSWORD, Person, in_a_house};

async fn refreshed(house: &House, person: &Person) -> Option<Person> {
    let body = json!({"refreshToken": person.refresh});
    let answer = house.post("/auth/refresh", &body).answer().await;
    (answer.status == 200).then(|| Person::of(&answer))
}

#[tokio::test]
async fn an_access_token_expires_and_a_refresh_token_brings_another() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        house.clock.advance(16 * MINUTE);
        let expired = house.get("/api/auth/me").by(&ann).sent(401).await;
        assert_eq!(expired.code(), "TOKEN_EXPIRED");
        let again = refreshed(house, &ann).await.unwrap();
        assert!(house.is_let_in(&again).await);
        house.clock.advance(Duration::from_secs(30 * 24 * 60 * 60));
        assert!(refreshed(house, &again).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_that_comes_again_ends_the_session_s15() {
    in_a_house(async |house| {
        let first = house.person("ann").await;
        let second = refreshed(house, &first).await.unwrap();
        let third = refreshed(house, &second).await.unwrap();
        house.clock.advance(Duration::from_secs(6));
        let mut told = house.app.accounts.revocations();
        assert!(refreshed(house, &first).await.is_none());
        assert!(matches!(House::revoked(&mut told).as_slice(), [Revoked::Session(_)]));
        assert!(refreshed(house, &third).await.is_none());
        assert!(!house.is_let_in(&third).await);
    })
    .await;
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_are_one_client() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        let tabs = join_all((0..2).map(|_| refreshed(house, &ann))).await;
        for tab in tabs {
            let tab = tab.unwrap();
            assert!(house.is_let_in(&tab).await);
            assert!(refreshed(house, &tab).await.is_some());
        }
    })
    .await;
}

/// A socket keeps what it was admitted with, and asks about it at each event.
#[tokio::test]
async fn what_a_socket_was_admitted_with_runs_out_with_its_token_d36() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        let admission = house.app.accounts.admit(&ann.access).await.unwrap();
        house.clock.advance(15 * MINUTE - Duration::from_secs(1));
        assert!(admission.check(house.clock.now()).is_ok());
        house.clock.advance(Duration::from_secs(1));
        assert_eq!(admission.check(house.clock.now()).unwrap_err().code(), Code::TokenExpired);
        let newer = refreshed(house, &ann).await.unwrap();
        let admission = house.app.accounts.admit(&newer.access).await.unwrap();
        assert!(admission.check(house.clock.now()).is_ok());
    })
    .await;
}

/// A copy used within the grace must not become a line of its own that nobody ever notices.
#[tokio::test]
async fn whoever_copies_a_refresh_token_shares_one_line_with_its_owner_s15() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        let owner = refreshed(house, &ann).await.unwrap();
        let thief = refreshed(house, &ann).await.unwrap();
        assert_eq!(owner.refresh, thief.refresh);
        let owner = refreshed(house, &owner).await.unwrap();
        house.clock.advance(Duration::from_secs(6));
        assert!(refreshed(house, &thief).await.is_none());
        assert!(!house.is_let_in(&owner).await && !house.may_refresh(&owner).await);
    })
    .await;
}

#[tokio::test]
async fn there_are_twenty_sessions_and_the_oldest_ends_s31() {
    in_a_house(async |house| {
        let first = house.person("bob").await;
        let mut last = first.clone();
        for _ in 0..30 {
            house.clock.advance(Duration::from_secs(1));
            last = house.sign_in("bob").await;
        }
        let listed = house.get("/auth/sessions").by(&last).sent(200).await;
        let sessions = listed.body["data"]["sessions"].as_array().unwrap();
        assert_eq!(sessions.len(), 20);
        assert_eq!(sessions[0]["current"], true);
        assert!(!house.is_let_in(&first).await && !house.may_refresh(&first).await);
    })
    .await;
}

#[tokio::test]
async fn one_ends_ones_own_sessions_and_a_super_admin_anybodys() {
    in_a_house(async |house| {
        let (here, there) = (house.person("ann").await, house.sign_in("ann").await);
        let (eve, root) = (house.person("eve").await, house.root("root").await);
        let session = async |person: &Person| {
            let answer = house.get("/auth/verify").by(person).sent(200).await;
            assert_eq!(answer.body["data"]["valid"], true);
            format!("/auth/sessions/{}", answer.body["data"]["session"]["id"].as_str().unwrap())
        };
        let (of_here, of_there) = (session(&here).await, session(&there).await);
        assert_eq!(house.delete(&of_there).by(&eve).sent(404).await.code(), "NOT_FOUND");
        house.delete(&of_there).by(&here).sent(200).await;
        assert!(!house.is_let_in(&there).await && !house.may_refresh(&there).await);
        house.delete(&of_there).by(&here).sent(404).await;
        house.delete(&of_here).by(&root).sent(200).await;
        assert!(!house.is_let_in(&here).await);
    })
    .await;
}

#[tokio::test]
async fn signing_out_everywhere_ends_everything() {
    in_a_house(async |house| {
        let (here, there) = (house.person("ann").await, house.sign_in("ann").await);
        let mut told = house.app.accounts.revocations();
        house.ask(http::Method::POST, "/auth/logout-all").by(&here).sent(200).await;
        for person in [&here, &there] {
            assert!(!house.is_let_in(person).await && !house.may_refresh(person).await);
        }
        assert_eq!(House::revoked(&mut told), [Revoked::User(here.id)]);
        house.sign_in("ann").await;
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    in_a_house(async |house| {
        let (here, there) = (house.person("ann").await, house.sign_in("ann").await);
        let change = |current: &str| json!({"currentPassword": current, "newPassword": "another good one"});
        let wrong = house.put("/auth/change-password", &change("guess")).by(&here).sent(400).await;
        assert!(wrong.body["error"]["details"]["currentPassword"].is_string());
        let answer = house.put("/auth/change-password", &change(PASSWORD)).by(&here).sent(200).await;
        let again = Person::of(&answer);
        assert!(house.is_let_in(&again).await && house.may_refresh(&again).await);
        for person in [&here, &there] {
            assert!(!house.is_let_in(person).await && !house.may_refresh(person).await);
        }
        let old = json!({"username": "ann", "password": PASSWORD});
        house.post("/auth/login", &old).sent(401).await;
    })
    .await;
}

#[tokio::test]
async fn who_signed_out_with_an_expired_token_is_signed_out() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        house.clock.advance(60 * MINUTE);
        house.post("/auth/logout", &json!({"refreshToken": ann.refresh})).by(&ann).sent(200).await;
        assert!(!house.may_refresh(&ann).await);
    })
    .await;
}

#[tokio::test]
async fn what_is_over_is_forgotten() {
    in_a_house(async |house| {
        house.person("ann").await;
        assert_eq!(house.app.accounts.sweep().await.unwrap(), 0);
        house.clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
        assert_eq!(house.app.accounts.sweep().await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_browser_is_signed_in_by_cookies_that_scripts_and_other_sites_cannot_use() {
    in_a_house(async |house| {
        house.person("ann").await;
        let body = json!({"username": "ann", "password": PASSWORD});
        let answer = house.post("/auth/login", &body).sent(200).await;
        let set: Vec<&str> =
            answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
        assert!(
            set[0].starts_with("accessToken=") && set[0].ends_with("; Path=/; HttpOnly; SameSite=Lax"),
            "{set:?}"
        );
        assert!(set[1].ends_with("; Path=/api/auth; HttpOnly; SameSite=Strict"), "{set:?}");
        let cookie = set.iter().map(|line| line.split(';').next().unwrap()).collect::<Vec<_>>().join("; ");
        house.get("/api/auth/me").with("cookie", &cookie).sent(200).await;
        let edit = json!({"displayName": "Ann"});
        let write = || house.put("/api/users/me", &edit).with("cookie", &cookie).with("host", "chat.example");
        write().sent(403).await;
        write().with("origin", "https://evil.example").sent(403).await;
        write().with("origin", "https://chat.example").sent(200).await;
        let form =
            house.ask(http::Method::PUT, "/api/users/me").with("cookie", &cookie).body("displayName=Eve");
        let form = form.with("host", "chat.example").with("origin", "https://chat.example");
        form.with("content-type", "text/plain").sent(403).await;
        let again = house.ask(http::Method::POST, "/api/auth/refresh").with("cookie", &cookie);
        again.with("host", "chat.example").sent(403).await;
        let again = house.ask(http::Method::POST, "/api/auth/refresh").with("cookie", &cookie);
        again.with("host", "chat.example").with("origin", "https://chat.example").sent(200).await;
    })
    .await;
}
