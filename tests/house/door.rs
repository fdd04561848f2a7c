//! The REST door: what it does around every route.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::Method;
use hubbub::config::Environment;
use hubbub::rest::{self, Access, Reply, Route};
use serde_json::json;

use crate::rest::{House, config, in_a_house};
use crate::stores::on_every_store;

#[tokio::test]
async fn a_panic_in_a_handler_is_one_failed_request_s70() {
    on_every_store(async |store| {
        let broken = Route::get("/broken", Access::Open, "", async |_, _| -> hubbub::error::Result<Reply> {
            panic!("on purpose")
        });
        let whole = Route::get("/whole", Access::Open, "", async |_, _| Ok(Reply::data("well")));
        let house = House::with(store, &config(), vec![broken, whole]);
        for _ in 0..10 {
            let answer = house.get("/api/broken").with("x-request-id", "a-request-of-mine").sent(500).await;
            assert_eq!(answer.body["requestId"], "a-request-of-mine");
            assert_eq!(answer.code(), "INTERNAL");
            assert!(!answer.text.contains("on purpose"));
        }
        house.get("/api/whole").sent(200).await;
    })
    .await;
}

#[tokio::test]
async fn a_caller_that_hangs_up_does_not_stop_a_write_half_way() {
    on_every_store(async |store| {
        let (begun, go_on) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
        let (done, finished) = (Arc::new(AtomicBool::new(false)), Arc::new(tokio::sync::Notify::new()));
        let handles = (begun.clone(), go_on.clone(), done.clone(), finished.clone());
        let slow = Route::post("/slow", Access::Open, "", move |_, _| {
            let (begun, go_on, done, finished) = handles.clone();
            async move {
                begun.notify_one();
                go_on.notified().await;
                done.store(true, Ordering::SeqCst);
                finished.notify_one();
                Ok(Reply::no_content())
            }
        });
        let house = House::with(store, &config(), vec![slow]);
        tokio::select! {
            _ = house.ask(Method::POST, "/api/slow").answer() => panic!("nobody told it to go on"),
            () = begun.notified() => {}
        }
        go_on.notify_one();
        finished.notified().await;
        assert!(done.load(Ordering::SeqCst));
    })
    .await;
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits() {
    on_every_store(async |store| {
        let mut config = config();
        (config.limits.requests_per_second_per_address, config.limits.requests_burst) = (1, 5);
        let house = House::new(store, &config);
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(house.get("/health").answer().await.status);
        }
        assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 3);
        let refused = house.get("/health").sent(429).await;
        assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
        house.get("/health").from("192.0.2.77").sent(200).await;
    })
    .await;
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    in_a_house(async |house| {
        let ann = house.person("ann").await;
        let first = house.get("/api/users/me").by(&ann).sent(200).await;
        assert_eq!(first.header("cache-control"), "private, no-cache");
        let again =
            house.get("/api/users/me").by(&ann).with("if-none-match", first.header("etag")).sent(304).await;
        assert!(again.text.is_empty());
        house.put("/api/users/me", &json!({"bio": "new"})).by(&ann).sent(200).await;
        house.get("/api/users/me").by(&ann).with("if-none-match", first.header("etag")).sent(200).await;
        // Whoever may not ask learns nothing from an old tag.
        house.get("/api/users/me").with("if-none-match", first.header("etag")).sent(401).await;
    })
    .await;
}

#[tokio::test]
async fn the_server_tells_how_it_is() {
    in_a_house(async |house| {
        let health = house.get("/healthz").sent(200).await;
        assert_eq!(health.body["data"]["status"], "ok");
        assert!(["fsync", "majority+journal"].contains(&health.body["data"]["durability"].as_str().unwrap()));
        let ready = house.get("/readyz").sent(200).await;
        assert_eq!(ready.body["data"]["dependencies"]["store"]["state"], "up");
        house.get("/metrics").from("203.0.113.5").sent(403).await;
        let metrics = house.get("/metrics").from("127.0.0.1").sent(200).await;
        assert!(
            metrics
                .text
                .contains("hubbub_http_requests_total{method=\"GET\",route=\"/readyz\",status=\"200\"}")
        );
        for measured in ["process_resident_memory_bytes ", "process_open_fds ", "hubbub_tasks "] {
            assert!(metrics.text.contains(measured), "{measured}");
        }
        house.get("/api/example").sent(200).await;
    })
    .await;
}

#[tokio::test]
async fn the_map_names_every_route() {
    in_a_house(async |house| {
        let map = house.get("/api").sent(200).await;
        let named = map.body["data"]["routes"].as_array().unwrap();
        let routes = rest::routes();
        assert_eq!(named.len(), routes.len());
        for route in routes {
            let path = route.full_path();
            assert!(
                named.iter().any(|one| one["path"] == path && one["method"] == route.method.as_str()),
                "{path}"
            );
            assert!(!route.summary.is_empty(), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_who_is_not_signed_in_gets_further_than_an_open_route_s32() {
    in_a_house(async |house| {
        for route in rest::routes() {
            let path = route.full_path().replace(['{', '}'], "");
            let answer = house.ask(route.method.clone(), &path).answer().await;
            assert_eq!(answer.status == 401, route.access != Access::Open, "{route:?}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn in_production_cookies_are_for_tls_alone() {
    on_every_store(async |store| {
        let mut config = config();
        config.server.environment = Environment::Production;
        config.server.public_url = Some("https://chat.example".into());
        let house = House::new(store, &config);
        house.person("ann").await;
        let body = json!({"username": "ann", "password": crate::rest::PASSWORD});
        let answer = house.post("/auth/login", &body).sent(200).await;
        let lines = answer.headers.get_all("set-cookie");
        assert!(lines.iter().all(|line| line.to_str().unwrap().ends_with("; Secure")));
        assert!(answer.header("strict-transport-security").starts_with("max-age="));
    })
    .await;
}
