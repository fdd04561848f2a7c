//! People, a group and channels at a hubbub that runs: made over REST, as anybody would.
//!
//! Slow on purpose there (bcrypt, limits of each address), so this is for tens of people, not for
//! thousands; where the server says to wait, it is waited.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::plan::{Plan, Target};
use crate::clock::{nonce, secret};
use crate::error::{Error, Result};

/// Longer than any hint of a server that is well.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const TRIES: usize = 20;

pub async fn register(address: SocketAddr, host: String, plan: &Plan) -> Result<Target> {
    let mut api = Api::open(address, host.clone()).await?;
    let run: String = nonce().chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let mut tokens = Vec::new();
    for number in 0..plan.people() {
        let username = format!("bench-{run}-{number}");
        let person =
            json!({"username": username, "email": format!("{username}@bench.example"), "password": secret()});
        let signed = api.post("/api/auth/register", &person, None).await?;
        tokens.push(text(&signed, "accessToken")?);
    }
    let mut channels = Vec::new();
    for group in 0..plan.groups {
        let members: Vec<&String> = tokens.iter().skip(group).step_by(plan.groups).collect();
        let Some((owner, others)) = members.split_first() else { continue };
        let made =
            api.post("/api/groups", &json!({"name": format!("Bench {run} {group}")}), Some(owner)).await?;
        let id = text(&made, "id")?;
        for member in others {
            api.post(&format!("/api/groups/{id}/join"), &json!({}), Some(member)).await?;
        }
        for number in 0..plan.channels / plan.groups {
            let channel = json!({"groupId": id, "name": format!("bench-{number}")});
            let made = api.post("/api/channels", &channel, Some(owner)).await?;
            channels.push(text(&made, "id")?);
        }
    }
    Ok(Target { address, host, tokens, channels })
}

fn text(data: &Value, field: &str) -> Result<String> {
    let found = data.get(field).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .ok_or_else(|| Error::unavailable(format!("the server's answer has no {field}: is it a hubbub?")))
}

struct Api {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Api {
    async fn open(address: SocketAddr, host: String) -> Result<Api> {
        let unreached =
            |cause: std::io::Error| Error::unavailable(format!("no answer from {address}: {cause}"));
        let stream = TcpStream::connect(address).await.map_err(unreached)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(Error::internal)?;
        // Ends when the sender is dropped.
        tokio::spawn(connection);
        Ok(Api { sender, host })
    }

    /// The `data` of the answer. Waits and asks again where the server says that it is too much.
    async fn post(&mut self, path: &str, body: &Value, token: Option<&str>) -> Result<Value> {
        for _ in 0..TRIES {
            let (status, wait, answer) = self.ask(path, body, token).await?;
            if status.is_success() {
                return Ok(answer.get("data").cloned().unwrap_or_default());
            }
            if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
                let said = answer.get("message").and_then(Value::as_str).unwrap_or("nothing more");
                return Err(Error::unavailable(format!("POST {path} was answered {status}: {said}")));
            }
            tokio::time::sleep(wait).await;
        }
        Err(Error::unavailable(format!(
            "POST {path} was refused {TRIES} times: raise the limits of the server"
        )))
    }

    async fn ask(
        &mut self,
        path: &str,
        body: &Value,
        token: Option<&str>,
    ) -> Result<(StatusCode, Duration, Value)> {
        let request = Request::builder().method(Method::POST).uri(path).header("host", &self.host);
        let mut request = request.header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Full::new(Bytes::from(body.to_string()))).map_err(Error::internal)?;
        let answer = self.sender.send_request(request).await.map_err(Error::internal)?;
        let status = answer.status();
        let hint = answer.headers().get("retry-after").and_then(|hint| hint.to_str().ok()?.parse().ok());
        let wait = Duration::from_secs(hint.unwrap_or(1)).min(LONGEST_WAIT);
        let body = answer.into_body().collect().await.map_err(Error::internal)?.to_bytes();
        Ok((status, wait, serde_json::from_slice(&body).unwrap_or_default()))
    }
}
