//! REST: any method, path, query and body of anybody, through the whole door.
//!
//! ```text
//! ann POST /api/messages?            who: -, ann, bob or root; a path, or #7 for the seventh route
//! {"channelId":"$C","text":"hi"}     the body
//! ```

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use hubbub::error::Code;
use hubbub::limits;
use hubbub::rest::{self, Access, Route};
use serde_json::Value;
use tokio::time::Instant;

use super::first_line;
use super::house::{Answer, House, Left, within};

/// No list, however long its page, is heavier.
const ANSWER_BYTES: usize = 1024 * 1024;

struct Attempt {
    who: String,
    method: Method,
    target: String,
    body: Bytes,
}

pub fn run(bytes: &[u8]) {
    within(async |house| match Attempt::read(house, bytes) {
        Some(attempt) => attempt.made(house).await,
        None => Left::AsItWas,
    });
}

impl Attempt {
    fn read(house: &House, bytes: &[u8]) -> Option<Attempt> {
        let (head, body) = first_line(bytes);
        let head = String::from_utf8(house.spelt(head)).ok()?;
        let mut words = head.splitn(3, ' ');
        let (who, method, target) = (words.next()?, words.next()?, words.next()?);
        let mut method = Method::from_bytes(method.as_bytes()).ok()?;
        let mut target = target.to_owned();
        if let Some((number, query)) = numbered(&target) {
            let routes = rest::routes();
            let route = &routes[number % routes.len()];
            method = route.method.clone();
            target = format!("{}{query}", filled(house, route));
        }
        Some(Attempt { who: who.to_owned(), method, target, body: Bytes::from(house.spelt(body)) })
    }

    async fn made(self, house: &House) -> Left {
        let token = match self.who.as_str() {
            "ann" => Some("$T"),
            "bob" => Some("$B"),
            "root" => Some("$K"),
            _ => None,
        };
        let mut request = Request::builder().method(self.method.clone()).uri(&self.target);
        request = request.header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {}", house.named(token)));
        }
        // What is no address never becomes a request.
        let Ok(request) = request.body(self.body.clone()) else { return Left::AsItWas };
        // A target without a path (`CONNECT a:1`) never comes as far as this door: warp cannot read it.
        if request.uri().path().is_empty() {
            return Left::AsItWas;
        }
        let open = token.is_some() || leads_to_open(&request);
        let began = Instant::now();
        let answer = house.ask(request).await;
        self.judge(&answer, open, began.elapsed());
        match self.method.is_safe() || answer.status >= 400 {
            true => Left::AsItWas,
            false => Left::Changed,
        }
    }

    fn judge(&self, answer: &Answer, open: bool, took: Duration) {
        let told = format!("{} {} {} -> {}", self.who, self.method, self.target, answer.status);
        assert!(answer.status < 500, "a fault of ours: {told}: {:?}", answer.body);
        assert!(took <= limits::SEND_DEADLINE, "{told} took {took:?}");
        assert!(open || answer.status >= 400, "let in without a token: {told}");
        assert!(answer.body.len() <= ANSWER_BYTES, "{told}: {} bytes", answer.body.len());
        for name in ["x-request-id", "x-content-type-options", "content-security-policy", "cache-control"] {
            assert!(answer.headers.contains_key(name), "{told} without {name}");
        }
        assert!(!holds(&answer.body, b"$2b$"), "{told} shows the hash of a password");
        let kind = answer.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("");
        if kind.starts_with("application/json") && self.method != Method::HEAD {
            shaped(answer, &told);
        }
    }
}

/// `#7?limit=1` is the seventh route with its parameters filled in, and a query.
fn numbered(target: &str) -> Option<(usize, &str)> {
    let rest = target.strip_prefix('#')?;
    let (number, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    Some((number.parse().ok()?, query))
}

fn filled(house: &House, route: &Route) -> String {
    let mut path = route.full_path();
    let area = route.path;
    let own = match area {
        _ if area.starts_with("/channels") => "$C",
        _ if area.starts_with("/groups") => "$G",
        _ if area.starts_with("/messages") => "$M",
        _ => "$V",
    };
    let names = [
        ("{id}", own),
        ("{userId}", "$V"),
        ("{channelId}", "$C"),
        ("{groupId}", "$G"),
        ("{requestId}", "$R"),
    ];
    for (parameter, name) in names {
        path = path.replace(parameter, house.named(name));
    }
    path
}

/// Whether the request leads to a route that is open to everybody.
fn leads_to_open(request: &Request<Bytes>) -> bool {
    use hubbub::rest::{Match, Table};
    thread_local! {
        static TABLE: Table = Table::new(rest::routes()).expect("the routes");
    }
    let found = TABLE.with(|table| table.find(request.method(), request.uri().path()));
    matches!(found, Ok(Match::Found(route, _)) if route.access == Access::Open)
}

/// What is JSON has the shape of every answer: `success`, and a code that fits the status.
fn shaped(answer: &Answer, told: &str) {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{told}: {error}"));
    let Some(success) = body.get("success") else { return };
    assert_eq!(success, answer.status < 400, "{told}: {body}");
    if answer.status >= 400 {
        let known = Code::ALL.iter().find(|code| body["error"]["code"] == code.name());
        assert_eq!(known.map(|code| code.status()), Some(answer.status), "{told}: {body}");
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
