//! A house without a port: requests go straight through the REST door.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use hubbub::app::{App, PeerAddr};
use hubbub::clock::Clock;
use hubbub::config::{Config, Keys};
use hubbub::model::{Id, Role, User};
use hubbub::rest::{self, Route};
use hubbub::service::Revoked;
use hubbub::service::accounts::Registration;
use hubbub::store::Store;
use serde_json::{Value, json};
use warp::filters::BoxedFilter;

use crate::stores;

pub const PASSWORD: &str = "correct horse battery";

pub struct House {
    pub app: App,
    pub clock: Clock,
    door: BoxedFilter<(rest::Response,)>,
}

/// Somebody who signed in.
#[derive(Clone)]
pub struct Person {
    pub id: Id<User>,
    pub access: String,
    pub refresh: String,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Value,
    pub text: String,
}

pub fn config() -> Config {
    let mut config = Config::default();
    config.auth.bcrypt_cost = 4;
    config.limits.requests_burst = 100_000;
    config.limits.bcrypt_queue = 1_000;
    config
}

/// A story in a house of its own, on every store.
pub async fn in_a_house(story: impl AsyncFn(&House)) {
    stores::on_every_store(async |store: Store| {
        let house = House::new(store, &config());
        story(&house).await;
        house.reads_no_collection_whole().await;
    })
    .await;
}

impl House {
    pub fn new(store: Store, config: &Config) -> House {
        House::with(store, config, rest::routes())
    }

    pub fn with(store: Store, config: &Config, routes: Vec<Route>) -> House {
        let clock = stores::clock();
        let app = App::new(config, &Keys::random(), store, clock.clone());
        let door = rest::filter(app.clone(), routes).unwrap();
        House { app, clock, door }
    }

    pub fn ask<'a>(&'a self, method: Method, path: &'a str) -> Ask<'a> {
        Ask { house: self, request: warp::test::request().method(method.as_str()).path(path) }
            .from("192.0.2.1")
    }

    pub fn get<'a>(&'a self, path: &'a str) -> Ask<'a> {
        self.ask(Method::GET, path)
    }

    pub fn post<'a>(&'a self, path: &'a str, body: &Value) -> Ask<'a> {
        self.ask(Method::POST, path).json(body)
    }

    pub fn put<'a>(&'a self, path: &'a str, body: &Value) -> Ask<'a> {
        self.ask(Method::PUT, path).json(body)
    }

    pub fn delete<'a>(&'a self, path: &'a str) -> Ask<'a> {
        self.ask(Method::DELETE, path)
    }

    /// A new user, signed in.
    pub async fn person(&self, name: &str) -> Person {
        let body = json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD});
        Person::of(&self.post("/api/auth/register", &body).sent(201).await)
    }

    /// A new super admin, signed in.
    pub async fn root(&self, name: &str) -> Person {
        let asked: Registration = serde_json::from_value(
            json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD}),
        )
        .unwrap();
        self.app.accounts.add_user(asked, Role::SuperAdmin).await.unwrap();
        self.sign_in(name).await
    }

    pub async fn sign_in(&self, name: &str) -> Person {
        let body = json!({"username": name, "password": PASSWORD});
        Person::of(&self.post("/api/auth/login", &body).sent(200).await)
    }

    pub async fn is_let_in(&self, person: &Person) -> bool {
        self.get("/api/auth/me").by(person).answer().await.status == 200
    }

    pub async fn may_refresh(&self, person: &Person) -> bool {
        let body = json!({"refreshToken": person.refresh});
        self.post("/api/auth/refresh", &body).answer().await.status == 200
    }

    /// What has been told to whoever holds sockets, since `told` began to listen.
    pub fn revoked(told: &mut tokio::sync::broadcast::Receiver<Revoked>) -> Vec<Revoked> {
        std::iter::from_fn(|| told.try_recv().ok()).collect()
    }

    /// Every query that the story asked, of a collection that grows, was led by an index.
    async fn reads_no_collection_whole(&self) {
        for asked in self.app.store.engine.recorded().into_iter().filter(|asked| asked.collection.grows) {
            let plan = self.app.store.engine.explain(asked.collection, asked.query.clone()).await.unwrap();
            assert!(
                !plan.scans,
                "{} {}: {:?}\n{}",
                asked.operation, asked.collection.name, asked.query, plan.text
            );
        }
    }
}

impl Person {
    pub fn of(answer: &Answer) -> Person {
        let data = &answer.body["data"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Person {
            id: text(&data["user"]["id"]).parse().unwrap(),
            access: text(&data["accessToken"]),
            refresh: text(&data["refreshToken"]),
        }
    }
}

pub struct Ask<'a> {
    house: &'a House,
    request: warp::test::RequestBuilder,
}

impl Ask<'_> {
    pub fn by(self, person: &Person) -> Self {
        self.bearing(&person.access)
    }

    pub fn bearing(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn from(mut self, address: &str) -> Self {
        let peer = SocketAddr::new(address.parse().unwrap(), 50_000);
        self.request = self.request.extension(PeerAddr(peer));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.with("content-type", "application/json").body(body.to_string())
    }

    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.request = self.request.body(body);
        self
    }

    /// The answer as it was sent, which may be no text.
    pub async fn raw(self) -> Response<Bytes> {
        self.request.reply(&self.house.door).await
    }

    pub async fn answer(self) -> Answer {
        let response = self.raw().await;
        let text = String::from_utf8(response.body().to_vec()).unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// The answer, which has to have this status.
    pub async fn sent(self, status: u16) -> Answer {
        let answer = self.answer().await;
        let expected = StatusCode::from_u16(status).unwrap();
        assert_eq!(answer.status, expected, "{}", answer.text);
        answer
    }
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or("none")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The refusal without what differs from one asking to the next.
    pub fn refusal(&self) -> Value {
        let mut body = self.body.clone();
        body.as_object_mut().unwrap().remove("requestId");
        body
    }
}

pub const MINUTE: Duration = Duration::from_secs(60);
