//! What goes back: `{"success":true,"data":…}` or `{"success":false,"error":…}`, on every route.

use std::fs::File;
use std::io::{self, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use futures_util::stream;
use http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, LOCATION, RETRY_AFTER,
    SET_COOKIE, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use sha2::{Digest, Sha256};
use warp::Reply as _;

use crate::error::{Error, Result};
use crate::service::{Page, Paging};

pub type Response = warp::reply::Response;

/// Of a file, read at once.
const PIECE: usize = 64 * 1024;

/// Made by a handler, sent by the door.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    content: Content,
    conditional: bool,
}

#[derive(Debug)]
enum Content {
    Nothing,
    Success { data: Option<Result<Box<RawValue>, serde_json::Error>>, message: Option<String> },
    Bytes(Bytes),
    File(File, u64),
}

impl Reply {
    fn new(status: StatusCode, content: Content) -> Reply {
        Reply { status, headers: HeaderMap::new(), content, conditional: false }
    }

    pub fn data(data: impl Serialize) -> Reply {
        let data = Some(to_raw_value(&data));
        Reply::new(StatusCode::OK, Content::Success { data, message: None })
    }

    /// [`Reply::data`] for something that was made just now.
    pub fn created(data: impl Serialize) -> Reply {
        Reply { status: StatusCode::CREATED, ..Reply::data(data) }
    }

    /// The page's rows under their plural name, and where the page stands.
    pub fn list<T: Serialize>(name: &'static str, page: Page<T>) -> Reply {
        Reply::data(Listed { name, page })
    }

    pub fn message(text: impl Into<String>) -> Reply {
        Reply::new(StatusCode::OK, Content::Success { data: None, message: Some(text.into()) })
    }

    pub fn no_content() -> Reply {
        Reply::new(StatusCode::NO_CONTENT, Content::Nothing)
    }

    /// Sends the caller elsewhere, with GET.
    pub fn see(place: &str) -> Reply {
        Reply::new(StatusCode::FOUND, Content::Nothing).header(LOCATION, place)
    }

    /// Something of the given kind, outside the one shape: for metrics, pages and their like.
    pub fn bytes(kind: &'static str, bytes: impl Into<Bytes>) -> Reply {
        Reply::new(StatusCode::OK, Content::Bytes(bytes.into())).header(CONTENT_TYPE, kind)
    }

    /// What is in a file, of so many bytes.
    pub fn file(kind: &'static str, file: File, bytes: u64) -> Reply {
        Reply::new(StatusCode::OK, Content::File(file, bytes)).header(CONTENT_TYPE, kind)
    }

    /// A sentence beside the data.
    pub fn with_message(mut self, text: impl Into<String>) -> Reply {
        if let Content::Success { message, .. } = &mut self.content {
            *message = Some(text.into());
        }
        self
    }

    pub fn status(mut self, status: StatusCode) -> Reply {
        self.status = status;
        self
    }

    /// A value that cannot stand in a header is left out.
    pub fn header(mut self, name: HeaderName, value: &str) -> Reply {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.append(name, value);
        }
        self
    }

    /// A whole `Set-Cookie` line.
    pub fn cookie(self, line: &str) -> Reply {
        self.header(SET_COOKIE, line)
    }

    /// Lets the caller ask again with `If-None-Match` and get 304 while nothing changed.
    pub fn etag(mut self) -> Reply {
        self.conditional = true;
        self
    }

    pub(super) fn send(self, asked: &HeaderMap) -> Result<Response> {
        let Reply { mut status, mut headers, content, conditional } = self;
        let content = match content {
            Content::File(file, length) => return Ok(streamed(status, headers, file, length)),
            other => other,
        };
        let mut bytes = written(content, &mut headers)?;
        if conditional {
            let tag = tag(status, &headers, &bytes);
            if matches(asked, &tag) {
                (status, bytes) = (StatusCode::NOT_MODIFIED, Bytes::new());
                headers.remove(CONTENT_TYPE);
            }
            headers.insert(ETAG, HeaderValue::from_str(&tag).map_err(Error::internal)?);
        }
        let mut response = Response::new(bytes.into());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

fn written(content: Content, headers: &mut HeaderMap) -> Result<Bytes> {
    let json =
        |headers: &mut HeaderMap| headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    match content {
        Content::Nothing | Content::File(..) => Ok(Bytes::new()),
        Content::Bytes(bytes) => Ok(bytes),
        Content::Success { data, message } => {
            json(headers);
            let data = data.transpose().map_err(Error::internal)?;
            let body = Success { success: true, data, message };
            Ok(serde_json::to_vec(&body).map_err(Error::internal)?.into())
        }
    }
}

/// Read while it is sent, so that no file is ever whole in memory.
fn streamed(status: StatusCode, headers: HeaderMap, file: File, length: u64) -> Response {
    let mut response = warp::reply::stream(stream::try_unfold(file, piece)).into_response();
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

async fn piece(mut file: File) -> io::Result<Option<(Bytes, File)>> {
    let read = tokio::task::spawn_blocking(move || {
        let mut piece = vec![0; PIECE];
        let length = file.read(&mut piece)?;
        piece.truncate(length);
        io::Result::Ok((length > 0).then(|| (Bytes::from(piece), file)))
    });
    read.await.map_err(io::Error::other)?
}

/// What the caller would see, hashed: also where a redirection leads.
fn tag(status: StatusCode, headers: &HeaderMap, bytes: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(status.as_str());
    hash.update(headers.get(LOCATION).map_or(&[][..], HeaderValue::as_bytes));
    hash.update(bytes);
    let digest = hash.finalize();
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest.get(..16).unwrap_or_default()))
}

fn matches(asked: &HeaderMap, tag: &str) -> bool {
    let told = asked.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    told.flat_map(|line| line.split(','))
        .any(|one| matches!(one.trim(), "*") || one.trim().trim_start_matches("W/") == tag)
}

/// The one shape of a refusal.
pub fn refusal(error: &Error, request_id: &str) -> Response {
    let body = Failure { success: false, message: error.message(), error: error.body(), request_id };
    let mut response = Response::new(serde_json::to_vec(&body).unwrap_or_default().into());
    let status = error.code().status();
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(wait) = error.wait() {
        headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs_f64().ceil().max(1.0) as u64));
    }
    if status == 413 {
        // The rest of the body is not read, so nothing can follow it on this connection.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if status == 401 {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

#[derive(Serialize)]
struct Success {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure<'a> {
    success: bool,
    message: &'a str,
    error: crate::error::Body<'a>,
    request_id: &'a str,
}

struct Listed<T> {
    name: &'static str,
    page: Page<T>,
}

impl<T: Serialize> Serialize for Listed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Paging { numbered, next_cursor } = &self.page.paging;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(self.name, &self.page.items)?;
        if let Some(numbered) = numbered {
            map.serialize_entry("total", &numbered.total)?;
            map.serialize_entry("page", &numbered.page)?;
            map.serialize_entry("pages", &numbered.pages)?;
        }
        map.serialize_entry("nextCursor", next_cursor)?;
        map.end()
    }
}
