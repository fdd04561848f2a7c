//! The people and channels of a run, made over REST: a witness who owns everything and says
//! nothing, talkers, and a guest who comes and goes.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use hubbub::event::MessageView;
use hubbub::model::{Id, Log, User};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::client::rest;
use crate::talker::Phase;

const PASSWORD: &str = "correct horse battery";

#[derive(Clone, Debug)]
pub struct Person {
    pub id: Id<User>,
    pub name: String,
    pub token: String,
    pub refresh: String,
}

#[derive(Clone, Debug)]
pub struct Place {
    pub group: String,
    pub witness: Person,
    pub people: Vec<Person>,
    pub channels: Vec<Id<Log>>,
}

pub async fn asked(address: SocketAddr, method: &str, path: &str, token: &str, body: Value) -> Value {
    let (status, body) = rest(address, method, path, token, body).await.expect("the server answers");
    assert!(status < 300, "{method} {path}: {status} {body}");
    body["data"].clone()
}

fn read(signed: &Value, name: &str) -> Person {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    Person {
        id: word(&signed["user"]["id"]).parse().unwrap(),
        name: name.to_owned(),
        token: word(&signed["accessToken"]),
        refresh: word(&signed["refreshToken"]),
    }
}

pub async fn person(address: SocketAddr, name: &str) -> Person {
    let account = json!({ "username": name, "email": format!("{name}@example.org"), "password": PASSWORD });
    read(&asked(address, "POST", "/api/auth/register", "", account).await, name)
}

/// As after a long time: with tokens that begin now.
pub async fn sign_in(address: SocketAddr, name: &str) -> Person {
    let account = json!({ "username": name, "password": PASSWORD });
    read(&asked(address, "POST", "/api/auth/login", "", account).await, name)
}

/// New tokens, where the server gives any.
pub async fn refresh(address: SocketAddr, token: &str) -> Option<(String, String)> {
    let body = json!({ "refreshToken": token });
    let answer = timeout(Duration::from_secs(10), rest(address, "POST", "/api/auth/refresh", "", body));
    let (status, body) = answer.await.ok()??;
    let word = |name: &str| body["data"][name].as_str().map(str::to_owned);
    if status < 300 { Some((word("accessToken")?, word("refreshToken")?)) } else { None }
}

/// The witness makes the group and its channels; the others join it.
pub async fn settle(address: SocketAddr, clients: usize, channels: usize) -> Place {
    let witness = person(address, "witness").await;
    let group = asked(address, "POST", "/api/groups", &witness.token, json!({ "name": "chaos" })).await;
    let group = group["id"].as_str().unwrap().to_owned();
    let mut made = Vec::new();
    for n in 0..channels {
        let wanted = json!({ "groupId": group, "name": format!("channel {n}") });
        let channel = asked(address, "POST", "/api/channels", &witness.token, wanted).await;
        made.push(channel["id"].as_str().unwrap().parse().unwrap());
    }
    let joined = |n: usize| {
        let group = &group;
        async move {
            let person = person(address, &format!("person-{n}")).await;
            asked(address, "POST", &format!("/api/groups/{group}/join"), &person.token, json!({})).await;
            person
        }
    };
    let people = stream::iter((0..clients).map(joined)).buffered(8).collect().await;
    Place { group, witness, people, channels: made }
}

/// Somebody leaves and comes again, all the time, and is there in the end. `present` says when the server
/// has told everybody that they are: their rights begin a moment before that, and what they hear in it the
/// checker, who knows the log alone, could not tell from what they must not hear.
pub async fn visits(
    address: SocketAddr,
    group: String,
    token: String,
    phase: watch::Receiver<Phase>,
    present: watch::Sender<bool>,
) {
    let mut inside = true;
    while !inside || *phase.borrow() == Phase::Talk {
        present.send_replace(false);
        let path = format!("/api/groups/{group}/{}", if inside { "leave" } else { "join" });
        let asked = timeout(Duration::from_secs(10), rest(address, "POST", &path, &token, json!({})));
        match asked.await.ok().flatten() {
            Some((200..300, _)) => inside = !inside,
            // It was so already: an earlier try was heard, and its answer lost.
            Some((403 | 404, _)) if inside => inside = false,
            _ => sleep(Duration::from_millis(50)).await,
        }
        present.send_replace(inside);
        sleep(Duration::from_millis(150)).await;
    }
}

/// History as a reader sees it, page by page.
pub async fn history(address: SocketAddr, token: &str, channel: Id<Log>) -> Vec<MessageView> {
    let (mut whole, mut after) = (Vec::<MessageView>::new(), 0);
    loop {
        let path = format!("/api/messages/channel/{channel}?after={after}&limit=100");
        let page = asked(address, "GET", &path, token, Value::Null).await;
        let messages: Vec<MessageView> = serde_json::from_value(page["messages"].clone()).unwrap();
        after = messages.last().map_or(after, |message| message.seq);
        whole.extend(messages);
        if page["hasMoreAfter"] != json!(true) {
            return whole;
        }
    }
}
