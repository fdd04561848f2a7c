//! The access token of a handshake: `auth.token`, else the `Authorization` header, else the cookie.
//!
//! Never the URL: addresses end up in logs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderMap;
use http::header::{AUTHORIZATION, ORIGIN};

use crate::app::cookie;
use crate::error::Error;

/// In the extensions of a request that opens a polling session, until somebody signs in with it.
#[derive(Clone, Debug, Default)]
pub struct Unclaimed(Arc<AtomicBool>);

impl Unclaimed {
    pub fn claim(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// The engine has let go of the session; the only one left who knows of it is who counts.
    pub fn is_over(&self) -> bool {
        Arc::strong_count(&self.0) <= 1
    }

    pub fn is_claimed(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The token outside `auth`, if there is one.
pub fn token(headers: &HeaderMap) -> Option<String> {
    let told = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = told.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let kept = || cookie::read(headers, "accessToken").filter(|_| by_own_page(headers));
    bearer.or_else(kept).map(str::to_owned)
}

pub fn no_token() -> Error {
    Error::unauthenticated("a token is needed: pass it as auth.token, Authorization header or cookie")
}

/// A browser sends cookies along for any page. The server has checked a named origin; for a request
/// that a page makes to its own site a browser may name none, but says so in `Sec-Fetch-Site`.
fn by_own_page(headers: &HeaderMap) -> bool {
    let fetched = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    fetched || headers.contains_key(ORIGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    use http::HeaderName;

    fn with(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(HeaderName::from_static(name), value.parse().unwrap())])
    }

    #[test]
    fn a_token_comes_from_the_header_or_the_cookie() {
        assert_eq!(token(&with("authorization", "Bearer abc")).unwrap(), "abc");
        let mut own = with("cookie", "x=1; accessToken=abc; y=2");
        own.insert("sec-fetch-site", "same-origin".parse().unwrap());
        assert_eq!(token(&own).unwrap(), "abc");
    }

    #[test]
    fn other_headers_hold_no_token() {
        assert!(token(&with("cookie", "refreshToken=abc")).is_none());
        assert!(token(&with("authorization", "Basic abc")).is_none());
    }

    #[test]
    fn a_cookie_that_somebody_set_a_second_time_is_none() {
        let mut twice = with("cookie", "accessToken=abc; accessToken=other");
        twice.insert("sec-fetch-site", "same-origin".parse().unwrap());
        assert!(token(&twice).is_none());
    }

    #[test]
    fn a_cookie_alone_is_not_enough_s50() {
        assert!(token(&with("cookie", "accessToken=abc")).is_none());
    }
}
