//! Headers of every reply: what browsers must not do with it, and the request's id.

use http::header::{CACHE_CONTROL, ETAG, HeaderName, STRICT_TRANSPORT_SECURITY, VARY};
use http::{HeaderMap, HeaderValue};

use crate::clock::nonce;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const ALWAYS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Adds what is missing; a reply that already says otherwise keeps its word. May be repeated.
pub fn protect(headers: &mut HeaderMap, tls: bool) {
    for (name, value) in ALWAYS {
        headers.entry(*name).or_insert(HeaderValue::from_static(value));
    }
    // What has an ETag may be kept, and is asked about before each use.
    let caching = if headers.contains_key(ETAG) { "private, no-cache" } else { "no-store" };
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(caching));
    if !headers.get_all(VARY).iter().any(|value| value == "origin") {
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    if tls {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static("max-age=31536000"));
    }
}

/// The caller's own id where it is short and plain, so that a log cannot be forged; else a new one.
pub fn request_id(headers: &HeaderMap) -> String {
    let told = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        (8..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    told.filter(plain).map_or_else(nonce, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_that_could_forge_a_log_line_is_replaced() {
        let given = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, id.parse().unwrap());
            request_id(&headers)
        };
        assert_eq!(given("abcd-1234"), "abcd-1234");
        for bad in ["short", "has space in it", "semi;colon;x", &"a".repeat(65)] {
            assert_ne!(given(bad), bad);
        }
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }
}
