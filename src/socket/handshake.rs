//! The access token of a handshake: `auth.token`, else the `Authorization` header, else the cookie.
//!
//! Never the URL: addresses end up in logs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::{AUTHORIZATION, ORIGIN};
use http::request::Parts;

use crate::app::cookie;
use crate::error::{Error, Result};

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

/// The token outside `auth`. UNAUTHENTICATED where there is none.
pub fn token(parts: &Parts) -> Result<String> {
    let told = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = told.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let kept = || cookie::read(&parts.headers, "accessToken").filter(|_| by_own_page(parts));
    let token = bearer.or_else(kept);
    token.map(str::to_owned).ok_or_else(|| {
        Error::unauthenticated("a token is needed: pass it as auth.token, Authorization header or cookie")
    })
}

/// A browser sends cookies along for any page. The server has checked a named origin; for a request
/// that a page makes to its own site a browser may name none, but says so in `Sec-Fetch-Site`.
fn by_own_page(parts: &Parts) -> bool {
    let fetched = parts.headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    fetched || parts.headers.contains_key(ORIGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str, value: &str) -> Parts {
        http::Request::builder().header(name, value).body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_token_comes_from_the_header_or_the_cookie() {
        assert_eq!(token(&parts("authorization", "Bearer abc")).unwrap(), "abc");
        let mut own = parts("cookie", "x=1; accessToken=abc; y=2");
        own.headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        assert_eq!(token(&own).unwrap(), "abc");
    }

    #[test]
    fn without_a_token_the_handshake_is_refused() {
        assert!(token(&parts("cookie", "refreshToken=abc")).is_err());
        assert!(token(&parts("authorization", "Basic abc")).is_err());
    }

    #[test]
    fn a_cookie_that_somebody_set_a_second_time_is_none() {
        let mut twice = parts("cookie", "accessToken=abc; accessToken=other");
        twice.headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        assert!(token(&twice).is_err());
    }

    #[test]
    fn a_cookie_alone_is_not_enough_s50() {
        assert!(token(&parts("cookie", "accessToken=abc")).is_err());
    }
}
