//! One request and what is answered to it, as far as it is read.

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HOST, LOCATION, USER_AGENT};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::target::Target;
use super::{BODY, Failure};

const HEADERS: usize = 64 * 1024;
const WHO: &str = concat!("hubbub/", env!("CARGO_PKG_VERSION"), " (link previews)");

pub(super) enum Answer {
    Page(Vec<u8>),
    /// What `Location` says.
    Elsewhere(String),
}

/// Asks whoever is at the other end of a stream, once.
pub(super) async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    target: &Target,
) -> Result<Answer, Failure> {
    let request = request(target)?;
    let builder = &mut http1::Builder::new();
    let opened = builder.max_buf_size(HEADERS).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = opened.map_err(|_| Failure::Unreachable)?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(|_| Failure::Unreachable)?;
        read(answer).await
    };
    let (mut exchange, mut connection) = (std::pin::pin!(exchange), std::pin::pin!(connection));
    tokio::select! {
        answer = &mut exchange => answer,
        // It may be over with something left to read.
        _ = &mut connection => exchange.await,
    }
}

/// No cookie, no word of where the address was found, nothing that would come back packed.
fn request(target: &Target) -> Result<Request<Empty<Bytes>>, Failure> {
    let request = Request::get(&target.path)
        .header(HOST, target.authority())
        .header(USER_AGENT, WHO)
        .header(ACCEPT, "text/html")
        .header(ACCEPT_ENCODING, "identity");
    request.body(Empty::new()).map_err(|_| Failure::Address)
}

async fn read(answer: Response<Incoming>) -> Result<Answer, Failure> {
    let (head, body) = answer.into_parts();
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    match head.status.as_u16() {
        200 => {}
        301 | 302 | 303 | 307 | 308 => {
            return text(LOCATION).map(|place| Answer::Elsewhere(place.to_owned())).ok_or(Failure::NoPage);
        }
        _ => return Err(Failure::NoPage),
    }
    match is_page(&head.headers) {
        true => Ok(Answer::Page(collect(body).await?)),
        false => Err(Failure::NoPage),
    }
}

/// HTML, and not packed.
fn is_page(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default().to_ascii_lowercase());
    let packed = text(CONTENT_ENCODING).is_some_and(|packed| packed != "identity");
    let kind = text(CONTENT_TYPE).unwrap_or_default();
    !packed && kind.split(';').next().is_some_and(|kind| kind.trim() == "text/html")
}

async fn collect(mut body: Incoming) -> Result<Vec<u8>, Failure> {
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Failure::Unreachable)?;
        if let Some(data) = frame.data_ref() {
            let room = BODY.saturating_sub(whole.len());
            whole.extend_from_slice(data.get(..room).unwrap_or(data));
        }
        if whole.len() >= BODY {
            break;
        }
    }
    Ok(whole)
}
