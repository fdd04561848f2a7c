//! What was wrong in the earlier system, each under its name.

use http::Method;
use hubbub::policy::Action;
use hubbub::rest;
use serde_json::json;

use crate::rest::{House, PASSWORD, config, in_a_house};
use crate::stores::on_every_store;

#[tokio::test]
async fn a_profile_update_could_set_roles_or_password() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        let before = house.app.store.users.get(ann.id).await.unwrap().unwrap();
        let paths = ["/api/users/me".to_owned(), format!("/api/users/{}", ann.id)];
        for field in [
            "roles",
            "password",
            "passwordHash",
            "_id",
            "id",
            "username",
            "usernameKey",
            "authzEpoch",
            "authz_epoch",
            "createdAt",
            "updatedAt",
            "emailVerified",
            "epoch",
            "$set",
            "__proto__",
        ] {
            for path in &paths {
                let answer = house.put(path, &json!({(field): "super_admin"})).by(&ann).sent(400).await;
                assert_eq!(answer.code(), "VALIDATION_FAILED");
                assert_eq!(answer.body["error"]["details"][field], "is not known here");
            }
            let mut body = json!({"username": "eve", "email": "eve@example.org", "password": PASSWORD});
            if body.get(field).is_none() {
                body[field] = json!("super_admin");
                house.post("/api/auth/register", &body).sent(400).await;
            }
        }
        house.put("/api/users/me", &json!({"role": "super_admin"})).by(&ann).sent(400).await;
        let after = house.app.store.users.get(ann.id).await.unwrap().unwrap();
        assert_eq!(serde_json::to_value(before).unwrap(), serde_json::to_value(after).unwrap());
    })
    .await;
}

#[tokio::test]
async fn the_jwt_secret_had_a_default() {
    on_every_store(async |store| {
        let (one, other) = (House::new(store.clone(), &config()), House::new(store, &config()));
        let ann = one.person("ann").await;
        assert!(one.is_let_in(&ann).await);
        assert!(!other.is_let_in(&ann).await);
    })
    .await;
}

#[tokio::test]
async fn refresh_tokens_passed_as_access_tokens() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        house.get("/api/auth/me").bearing(&ann.refresh).sent(401).await;
        house.post("/api/auth/refresh", &json!({"refreshToken": ann.access})).sent(401).await;
        house.get(&format!("/api/auth/me?token={}", ann.access)).sent(401).await;
        assert!(house.may_refresh(&ann).await);
    })
    .await;
}

#[tokio::test]
async fn logout_did_nothing() {
    in_a_house(async |house| {
        let (here, there) = (house.person("ann").await, house.sign_in("ann").await);
        house.ask(Method::POST, "/api/auth/logout").by(&here).sent(200).await;
        assert!(!house.is_let_in(&here).await && !house.may_refresh(&here).await);
        assert!(house.is_let_in(&there).await);
    })
    .await;
}

#[tokio::test]
async fn tokens_kept_old_roles() {
    in_a_house(async |house| {
        let (root, other) = (house.root("root").await, house.root("other").await);
        house.get("/api/admin/stats").by(&other).sent(200).await;
        house.put(&format!("/api/users/{}", other.id), &json!({"role": "user"})).by(&root).sent(200).await;
        house.get("/api/admin/stats").by(&other).sent(401).await;
        let other = house.sign_in("other").await;
        house.get("/api/admin/stats").by(&other).sent(403).await;
    })
    .await;
}

#[tokio::test]
async fn admin_statistics_were_open_to_all() {
    in_a_house(async |house| {
        let (mallory, root) = (house.person("mallory").await, house.root("root").await);
        for route in rest::routes().iter().filter(|route| route.full_path().starts_with("/api/admin")) {
            assert_eq!(route.action(), Some(Action::Administer), "{route:?}");
            let path = route.full_path().replace("{id}", &mallory.id.to_string());
            house.ask(route.method.clone(), &path).sent(401).await;
            house.ask(route.method.clone(), &path).by(&mallory).sent(403).await;
            if route.method == Method::GET {
                house.get(&path).by(&root).sent(200).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn there_were_four_shapes_of_errors() {
    in_a_house(async |house| {
        let mallory = house.person("mallory").await;
        for (asked, status, code) in [
            (house.get("/api/nothing"), 404, "NOT_FOUND"),
            (house.get("/"), 200, "none"),
            (house.ask(Method::PATCH, "/api/users/me"), 405, "METHOD_NOT_ALLOWED"),
            (house.get("/api/auth/me"), 401, "UNAUTHENTICATED"),
            (house.get("/api/users/none").by(&mallory), 400, "VALIDATION_FAILED"),
            (house.get("/api/users/000000000000000000000000").by(&mallory), 404, "NOT_FOUND"),
            (house.get("/api/users/%00").by(&mallory), 400, "BAD_REQUEST"),
            (house.get("/api/admin/stats").by(&mallory), 403, "FORBIDDEN"),
            (
                house.ask(Method::POST, "/auth/login").body("{").with("content-type", "application/json"),
                400,
                "BAD_REQUEST",
            ),
            (house.ask(Method::POST, "/auth/login").body("a=b"), 415, "UNSUPPORTED_MEDIA_TYPE"),
            (
                house
                    .ask(Method::POST, "/auth/login")
                    .body("[".repeat(60_000))
                    .with("content-type", "application/json"),
                400,
                "VALIDATION_FAILED",
            ),
            (
                house
                    .ask(Method::POST, "/auth/login")
                    .body("{\"username\":".repeat(4_000))
                    .with("content-type", "application/json"),
                400,
                "VALIDATION_FAILED",
            ),
            (house.ask(Method::POST, "/auth/login").body("x".repeat(65_537)), 413, "PAYLOAD_TOO_LARGE"),
        ] {
            let answer = asked.sent(status).await;
            assert_eq!(answer.code(), code, "{}", answer.text);
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
            assert!(!answer.header("x-request-id").is_empty());
            if status >= 400 {
                assert_eq!(answer.body["success"], false);
                assert_eq!(answer.body["requestId"], answer.header("x-request-id"));
                assert!(answer.body["message"].is_string());
                assert_eq!(answer.header("cache-control"), "no-store");
            }
        }
        let wrong = house.ask(Method::DELETE, "/api/users").by(&mallory).sent(405).await;
        assert_eq!(wrong.header("allow"), "GET, POST");
    })
    .await;
}
