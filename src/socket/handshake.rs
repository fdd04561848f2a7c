//! The access token of a handshake: `auth.token`, else the `Authorization` header, else the cookie.
//!
//! Never the URL: addresses end up in logs.

use http::header::{AUTHORIZATION, COOKIE, HeaderName};
use http::request::Parts;

use crate::error::{Error, Result};

/// The token outside `auth`. UNAUTHENTICATED where there is none.
pub fn token(parts: &Parts) -> Result<String> {
    let bearer = text(parts, &AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let token = bearer.map(str::trim).or_else(|| text(parts, &COOKIE).and_then(cookie));
    token.map(str::to_owned).ok_or_else(|| {
        Error::unauthenticated("a token is needed: pass it as auth.token, Authorization header or cookie")
    })
}

fn text<'a>(parts: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}

fn cookie(header: &str) -> Option<&str> {
    let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == "accessToken").map(|(_, value)| value)
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
        assert_eq!(token(&parts("cookie", "x=1; accessToken=abc; y=2")).unwrap(), "abc");
    }

    #[test]
    fn without_a_token_the_handshake_is_refused() {
        assert!(token(&parts("cookie", "refreshToken=abc")).is_err());
        assert!(token(&parts("authorization", "Basic abc")).is_err());
    }
}
