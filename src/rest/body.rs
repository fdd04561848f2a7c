//! The bytes of a request, never more than a request may carry.

use std::pin::pin;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};

use crate::error::{Code, Error, Result};
use crate::limits;

/// Reads to the end, or stops at the first byte too many, whatever length was announced.
pub async fn read(
    headers: &HeaderMap,
    stream: impl Stream<Item = Result<impl Buf, warp::Error>> + Send,
) -> Result<Bytes> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limits::BODY_BYTES as u64) {
        return Err(too_large());
    }
    let mut stream = pin!(stream);
    let mut bytes = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Error::bad_request("the body broke off"))?;
        if bytes.len() + chunk.remaining() > limits::BODY_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&collect(chunk));
    }
    match bytes.is_empty() || is_json(headers) {
        true => Ok(bytes.freeze()),
        false => Err(Error::new(Code::UnsupportedMediaType, "send the body as application/json")),
    }
}

pub fn is_json(headers: &HeaderMap) -> bool {
    let told = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = told.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn collect(mut chunk: impl Buf) -> Bytes {
    chunk.copy_to_bytes(chunk.remaining())
}

fn too_large() -> Error {
    Error::new(Code::PayloadTooLarge, format!("a request may carry {} bytes at most", limits::BODY_BYTES))
}
