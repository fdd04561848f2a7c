//! Proving to be who one says.

use serde_json::{Value, json};

use crate::rest::{House, MINUTE, PASSWORD, config, in_a_house};
use crate::stores::on_every_store;
use hubbub::config::Registration;
use hubbub::model::Role;

fn login(name: &str, password: &str) -> Value {
    json!({"username": name, "password": password})
}

#[tokio::test]
async fn one_signs_in_with_a_username_or_an_address_in_any_case() {
    in_a_house(async |house| {
        house.person("Ann").await;
        for body in [
            login("ann", PASSWORD),
            login("ANN@example.org", PASSWORD),
            json!({"email": "ann@EXAMPLE.org", "password": PASSWORD}),
        ] {
            let answer = house.post("/auth/login", &body).sent(200).await;
            assert_eq!(answer.body["data"]["user"]["username"], "Ann");
            assert_eq!(answer.body["data"]["user"]["email"], "ann@example.org");
        }
    })
    .await;
}

#[tokio::test]
async fn operators_and_lists_are_refused_before_the_store_is_asked_s01() {
    in_a_house(async |house| {
        let odd = [
            json!({"$ne": null}),
            json!({"$gt": ""}),
            json!({"$regex": "^a"}),
            json!(["a"]),
            json!(7),
            json!([[{}]]),
        ];
        let before = house.app.store.engine.recorded().len();
        for value in odd {
            for (path, body) in [
                ("/auth/login", json!({"username": value, "password": value})),
                ("/auth/login", json!({"username": "ann", "password": value})),
                ("/auth/login", json!({"email": value, "password": "whatever"})),
                ("/auth/refresh", json!({"refreshToken": value})),
                ("/auth/register", json!({"username": value, "email": value, "password": value})),
                (
                    "/auth/claim",
                    json!({"token": value, "username": "ann", "email": "a@b.cd", "password": PASSWORD}),
                ),
            ] {
                let answer = house.post(path, &body).sent(400).await;
                assert_eq!(answer.code(), "VALIDATION_FAILED", "{path} {body}");
                assert!(answer.body["error"]["details"].is_object());
            }
        }
        assert_eq!(house.app.store.engine.recorded().len(), before);
    })
    .await;
}

#[tokio::test]
async fn who_is_unknown_and_who_is_wrong_hear_the_same_s22() {
    in_a_house(async |house| {
        house.person("alice").await;
        let wrong = house.post("/auth/login", &login("alice", "not her password")).sent(401).await;
        for name in ["nobody", "nobody@example.org", "no such name!", ""] {
            let unknown = house.post("/auth/login", &login(name, "not her password")).sent(401).await;
            assert_eq!(unknown.refusal(), wrong.refusal(), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_name_and_an_address_that_are_taken_are_not_told_apart_s22() {
    in_a_house(async |house| {
        house.person("alice").await;
        let body = |name: &str, email: &str| json!({"username": name, "email": email, "password": PASSWORD});
        let name = house.post("/auth/register", &body("ALICE", "new@example.org")).sent(409).await;
        let email = house.post("/auth/register", &body("newcomer", "Alice@Example.org")).sent(409).await;
        assert_eq!(name.refusal(), email.refusal());
    })
    .await;
}

#[tokio::test]
async fn a_name_and_an_address_of_one_person_are_one_count_s23() {
    in_a_house(async |house| {
        house.person("alice").await;
        for guess in 0..10 {
            let name = if guess % 2 == 0 { "alice" } else { "Alice@example.org" };
            house.post("/auth/login", &login(name, "guess")).sent(401).await;
        }
        house.post("/auth/login", &login("ALICE", PASSWORD)).sent(429).await;
        house.post("/auth/login", &login("alice@example.org", PASSWORD)).sent(429).await;
    })
    .await;
}

#[tokio::test]
async fn the_eleventh_wrong_password_waits_and_a_living_session_does_not_s23() {
    in_a_house(async |house| {
        let alice = house.person("alice").await;
        for _ in 0..10 {
            house.post("/auth/login", &login("alice", "guess")).sent(401).await;
        }
        let refused = house.post("/auth/login", &login("alice", PASSWORD)).sent(429).await;
        assert_eq!(refused.code(), "RATE_LIMITED");
        assert_eq!(refused.header("retry-after"), "900");
        assert!(house.is_let_in(&alice).await);
        house.post("/auth/login", &login("alice", PASSWORD)).from("192.0.2.9").sent(200).await;
        // Whether the name exists makes no difference.
        for _ in 0..10 {
            house.post("/auth/login", &login("nobody", "guess")).sent(401).await;
        }
        house.post("/auth/login", &login("nobody", "guess")).sent(429).await;
        house.clock.advance(15 * MINUTE);
        house.post("/auth/login", &login("alice", PASSWORD)).sent(200).await;
    })
    .await;
}

#[tokio::test]
async fn no_header_gives_a_caller_another_address_s24() {
    in_a_house(async |house| {
        house.person("alice").await;
        let told = async |number: usize| {
            let address = format!("203.0.113.{number}");
            let body = login("alice", "guess");
            let asked = house.post("/auth/login", &body).with("x-forwarded-for", &address);
            let asked = asked.with("x-real-ip", &address).with("cf-connecting-ip", &address);
            asked.with("forwarded", &format!("for={address}")).answer().await.status
        };
        for number in 0..10 {
            assert_eq!(told(number).await, 401);
        }
        assert_eq!(told(10).await, 429);
    })
    .await;
}

#[tokio::test]
async fn a_trusted_proxy_speaks_for_its_callers_but_not_for_what_they_say_s24() {
    on_every_store(async |store| {
        let mut config = config();
        config.server.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()];
        let house = House::new(store, &config);
        house.person("alice").await;
        let told = async |hops: &str| {
            let body = login("alice", "guess");
            house.post("/auth/login", &body).with("x-forwarded-for", hops).answer().await.status
        };
        for number in 0..10 {
            assert_eq!(told(&format!("203.0.113.{number}, 198.51.100.7")).await, 401);
        }
        assert_eq!(told("203.0.113.99, 198.51.100.7").await, 429);
        assert_eq!(told("198.51.100.8").await, 401);
    })
    .await;
}

#[tokio::test]
async fn passwords_count_to_their_last_byte_and_have_an_end_s20_s21() {
    in_a_house(async |house| {
        let long = "ab".repeat(36);
        let body =
            |password: &str| json!({"username": "alice", "email": "a@example.org", "password": password});
        house.post("/auth/register", &body(&(long.clone() + "X"))).sent(201).await;
        house.post("/auth/login", &login("alice", &(long.clone() + "Y"))).sent(401).await;
        house.post("/auth/login", &login("alice", &long)).sent(401).await;
        house.post("/auth/login", &login("alice", &(long + "X"))).sent(200).await;
        house.post("/auth/login", &login("alice", &"x".repeat(129))).sent(400).await;
        house.post("/auth/login", &login("alice", &"x".repeat(1_000_000))).sent(413).await;
        for weak in ["short", "password123", "bob@example.org", "aaaaaaaaaaaa"] {
            let body = json!({"username": "bob", "email": "bob@example.org", "password": weak});
            assert_eq!(
                house.post("/auth/register", &body).sent(400).await.code(),
                "VALIDATION_FAILED",
                "{weak}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_cost_replaces_the_hash_at_the_next_sign_in() {
    on_every_store(async |store| {
        let keys = hubbub::config::Keys::random();
        let mut config = config();
        let house = |config: &_| hubbub::app::App::new(config, &keys, store.clone(), crate::stores::clock());
        let asked = json!({"username": "alice", "email": "a@example.org", "password": PASSWORD});
        let asked = serde_json::from_value(asked).unwrap();
        let alice = house(&config).accounts.add_user(asked, Role::User).await.unwrap();
        config.auth.bcrypt_cost = 5;
        let device =
            hubbub::service::accounts::Device { name: "a test".into(), address: [192, 0, 2, 1].into() };
        let asked = serde_json::from_value(login("alice", PASSWORD)).unwrap();
        house(&config).accounts.login(&asked, &device).await.unwrap();
        let kept = store.users.get(alice.id).await.unwrap().unwrap();
        assert!(kept.password_hash.starts_with("$2b$05$"), "{}", kept.password_hash);
        house(&config).accounts.login(&asked, &device).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn where_registration_is_closed_nobody_registers() {
    on_every_store(async |store| {
        let mut config = config();
        config.auth.registration = Registration::Closed;
        let house = House::new(store, &config);
        let body = json!({"username": "ann", "email": "ann@example.org", "password": PASSWORD});
        house.post("/auth/register", &body).sent(403).await;
        house.root("root").await;
    })
    .await;
}
