//! The first administrator (S-29).

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::rest::{House, MINUTE, PASSWORD, Person, in_a_house};

fn claim(token: &str, name: &str) -> Value {
    json!({"token": token, "username": name, "email": format!("{name}@example.org"), "password": PASSWORD})
}

async fn token(house: &House) -> String {
    house.app.accounts.claim_token().await.unwrap().unwrap()
}

#[tokio::test]
async fn of_two_who_claim_at_once_one_succeeds_and_then_nobody_s29() {
    in_a_house(async |house| {
        let token = token(house).await;
        let bodies: Vec<Value> = ["ann", "bob", "eve"].iter().map(|name| claim(&token, name)).collect();
        let answers = join_all(bodies.iter().map(|body| house.post("/auth/claim", body).answer())).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 404, 404]);
        let winner = Person::of(answers.iter().find(|answer| answer.status == 201).unwrap());
        house.get("/api/admin/dashboard").by(&winner).sent(200).await;
        house.post("/auth/claim", &claim(&token, "late")).sent(404).await;
        assert!(house.app.accounts.claim_token().await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_claim_is_gone_after_an_hour_and_a_later_one_replaces_it_s29() {
    in_a_house(async |house| {
        let first = token(house).await;
        house.clock.advance(61 * MINUTE);
        house.post("/auth/claim", &claim(&first, "ann")).sent(410).await;
        let second = token(house).await;
        house.post("/auth/claim", &claim(&first, "ann")).sent(404).await;
        house.post("/auth/claim", &claim(&hubbub::clock::secret(), "ann")).sent(404).await;
        house.post("/auth/claim", &claim("guess", "ann")).sent(400).await;
        house.post("/auth/claim", &claim(&second, "ann")).sent(201).await;
    })
    .await;
}

#[tokio::test]
async fn a_claim_under_a_taken_name_can_be_made_again() {
    in_a_house(async |house| {
        house.person("ann").await;
        let token = token(house).await;
        house.post("/auth/claim", &claim(&token, "ann")).sent(409).await;
        house.post("/auth/claim", &claim(&token, "root")).sent(201).await;
    })
    .await;
}

#[tokio::test]
async fn who_was_added_on_the_command_line_leaves_nothing_to_claim() {
    in_a_house(async |house| {
        let token = token(house).await;
        house.root("root").await;
        house.post("/auth/claim", &claim(&token, "ann")).sent(404).await;
    })
    .await;
}
