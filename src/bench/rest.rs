//! A connection over which REST is asked, one request after the other.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::error::{Error, Result};

/// Longer than any hint of a server that is well.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const TRIES: usize = 20;

pub struct Api {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Api {
    pub async fn open(address: SocketAddr, host: String) -> Result<Api> {
        let unreached =
            |cause: std::io::Error| Error::unavailable(format!("no answer from {address}: {cause}"));
        let stream = TcpStream::connect(address).await.map_err(unreached)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(Error::internal)?;
        // Ends when the sender is dropped.
        tokio::spawn(connection);
        Ok(Api { sender, host })
    }

    /// The `data` of the answer to a POST. Waits and asks again where the server says that it is too much.
    pub async fn post(&mut self, path: &str, body: &Value, token: Option<&str>) -> Result<Value> {
        for _ in 0..TRIES {
            let (status, wait, answer) = self.ask(Method::POST, path, Some(body), token).await?;
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

    /// The status, how long to wait before it is asked again, and the whole answer.
    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        token: Option<&str>,
    ) -> Result<(StatusCode, Duration, Value)> {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = request.body(Full::new(body)).map_err(Error::internal)?;
        // The connection says when it can take the next one; asked too early, it would give it back.
        self.sender.ready().await.map_err(Error::internal)?;
        let answer = self.sender.send_request(request).await.map_err(Error::internal)?;
        let status = answer.status();
        let hint = answer.headers().get("retry-after").and_then(|hint| hint.to_str().ok()?.parse().ok());
        let wait = Duration::from_secs(hint.unwrap_or(1)).min(LONGEST_WAIT);
        let body = answer.into_body().collect().await.map_err(Error::internal)?.to_bytes();
        Ok((status, wait, serde_json::from_slice(&body).unwrap_or_default()))
    }
}
