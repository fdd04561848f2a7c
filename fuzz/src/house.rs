//! A small house in this process: both doors over the store in memory, three people, one channel.
//!
//! An input names what is in it by `$C` and the like, because ids differ from run to run. Every
//! input finds the same house: one that was changed is not used again.

use std::cell::RefCell;
use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hubbub::app::{App, PeerAddr};
use hubbub::clock::Clock;
use hubbub::config::{Config, Keys};
use hubbub::model::{Id, Log, Role, Seq};
use hubbub::rest;
use hubbub::socket::{Manner, Sockets};
use hubbub::store::Store;
use hubbub::store::memory::Memory;
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::runtime::Runtime;
use tower::util::BoxCloneSyncService;
use tower::{Layer as _, ServiceExt as _};
use warp::filters::BoxedFilter;

const PASSWORD: &str = "correct horse battery";

/// What the engine of the sockets answers over HTTP.
type Polled = UnsyncBoxBody<Bytes, ()>;

pub struct House {
    pub app: App,
    /// The engine of the sockets, and the same over a stream whose handshake is done.
    pub polls: BoxCloneSyncService<Request<Full<Bytes>>, Response<Polled>, Infallible>,
    pub streams: BoxCloneSyncService<(DuplexStream, Request<()>), (), ()>,
    _sockets: Sockets,
    rest: BoxedFilter<(rest::Response,)>,
    /// What an input may name, and what it stands for here.
    names: Vec<(&'static str, String)>,
    /// Of the channel's log, as it is furnished.
    head: Seq,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Whether an input left the house as it was.
#[derive(PartialEq)]
pub enum Left {
    AsItWas,
    Changed,
}

/// Runs the attempt in a house that nobody changed before it.
pub fn within(attempt: impl AsyncFn(&House) -> Left) {
    thread_local! {
        static READY: RefCell<Option<(House, Runtime)>> = const { RefCell::new(None) };
    }
    let (house, runtime) = READY.take().unwrap_or_else(|| {
        let runtime = runtime();
        (runtime.block_on(House::build()), runtime)
    });
    if runtime.block_on(attempt(&house)) == Left::AsItWas {
        READY.set(Some((house, runtime)));
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .max_blocking_threads(2)
        .build()
        .expect("a runtime")
}

fn config() -> Config {
    let mut config = Config::default();
    config.auth.bcrypt_cost = 4;
    config.limits.requests_per_second_per_address = 1_000_000;
    config.limits.requests_burst = 1_000_000;
    config
}

impl House {
    async fn build() -> House {
        let config = config();
        let app = App::new(&config, &Keys::random(), Store::simulated(Memory::new(1)), Clock::system());
        let rest = rest::filter(app.clone(), rest::routes()).expect("the routes");
        let manner = Manner {
            ping_interval: std::time::Duration::from_secs(25),
            ping_timeout: std::time::Duration::from_secs(20),
            events_per_second: 1_000_000,
            events_burst: 1_000_000,
            sockets_per_user: 1_000,
        };
        let sockets = Sockets::open(app.clone(), &manner);
        let nowhere = tower::service_fn(async |_: Request<Full<Bytes>>| {
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"not for the engine"))))
        });
        let engine = sockets.layer.layer(nowhere);
        let polled = engine.clone();
        let polls = tower::service_fn(move |request: Request<Full<Bytes>>| {
            let answer = polled.clone().oneshot(request);
            async move { Ok(answer.await?.map(|body| body.map_err(|_| ()).boxed_unsync())) }
        });
        let streams = tower::service_fn(move |(stream, request): (DuplexStream, Request<()>)| {
            let opened = engine.clone().oneshot((stream, request));
            async move { opened.await.map_err(|_| ()) }
        });
        let (polls, streams) = (BoxCloneSyncService::new(polls), BoxCloneSyncService::new(streams));
        let mut house = House { app, polls, streams, _sockets: sockets, rest, names: Vec::new(), head: 0 };
        house.furnish().await;
        house
    }

    async fn furnish(&mut self) {
        let root = json!({"username": "root", "email": "root@example.org", "password": PASSWORD});
        let root = serde_json::from_value(root).expect("a registration");
        self.app.accounts.add_user(root, Role::SuperAdmin).await.expect("root");
        let signed =
            self.made("", "/api/auth/login", json!({"username": "root", "password": PASSWORD})).await;
        self.name("$K", &signed["accessToken"]);
        for (name, id, token) in [("ann", "$U", "$T"), ("bob", "$V", "$B")] {
            let email = format!("{name}@example.org");
            let person = json!({"username": name, "email": email, "password": PASSWORD});
            let signed = self.made("", "/api/auth/register", person).await;
            self.name(id, &signed["user"]["id"]);
            self.name(token, &signed["accessToken"]);
        }
        let group = self.made("$T", "/api/groups", json!({"name": "Gardeners"})).await;
        self.name("$G", &group["id"]);
        let channel = json!({"groupId": group["id"], "name": "roses"});
        let channel = self.made("$T", "/api/channels", channel).await;
        self.name("$C", &channel["id"]);
        let said = json!({"channelId": channel["id"], "text": "hello"});
        let said = self.made("$T", "/api/messages", said).await;
        self.name("$M", &said["message"]["id"]);
        self.head = said["message"]["seq"].as_u64().expect("a seq");
        let hidden = self.made("$K", "/api/groups", json!({"name": "Poachers", "isPrivate": true})).await;
        let asked = json!({"groupId": hidden["id"], "requestType": "request_invite", "message": "may I?"});
        let asked = self.made("$T", "/api/group-requests", asked).await;
        self.name("$R", &asked["id"]);
    }

    async fn made(&self, token: &'static str, path: &str, body: Value) -> Value {
        let mut request = Request::post(path).header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.named(token)));
        }
        let answer = self.ask(request.body(Bytes::from(body.to_string())).expect("a request")).await;
        let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        assert!(answer.status < 300, "{path} {body}: {told}");
        told["data"].clone()
    }

    fn name(&mut self, name: &'static str, value: &Value) {
        self.names.push((name, value.as_str().expect("a text").to_owned()));
    }

    /// What a name stands for.
    pub fn named(&self, name: &str) -> &str {
        let found = self.names.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str()).expect("a name that is known")
    }

    /// The bytes with every name replaced by what it stands for.
    pub fn spelt(&self, bytes: &[u8]) -> Vec<u8> {
        let mut spelt = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((first, after)) = rest.split_first() {
            let named = self.names.iter().find(|(name, _)| rest.starts_with(name.as_bytes()));
            match named {
                Some((name, value)) => {
                    spelt.extend_from_slice(value.as_bytes());
                    rest = &rest[name.len()..];
                }
                None => {
                    spelt.push(*first);
                    rest = after;
                }
            }
        }
        spelt
    }

    /// Whether something was said since the house was furnished.
    pub async fn left(&self) -> Left {
        let channel: Id<Log> = self.named("$C").parse().expect("an id");
        match self.app.logs.head(channel).await.ok() == Some(self.head) {
            true => Left::AsItWas,
            false => Left::Changed,
        }
    }

    /// One request through the REST door.
    pub async fn ask(&self, mut request: Request<Bytes>) -> Answer {
        let peer = SocketAddr::from(([192, 0, 2, 1], 50_000));
        request.extensions_mut().insert(PeerAddr(peer));
        let response: Response<_> =
            warp::service(self.rest.clone()).oneshot(request.map(Full::new)).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}
