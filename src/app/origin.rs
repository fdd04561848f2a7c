//! Which web pages may speak to us with a browser's cookies: our own, and those that are listed.

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

/// The allow-list. An origin is scheme, host and port, compared exactly.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<String>);

impl Origins {
    pub fn new(allowed: impl IntoIterator<Item = String>) -> Origins {
        Origins(allowed.into_iter().map(|origin| origin.trim_end_matches('/').to_owned()).collect())
    }

    pub fn listed(&self) -> &[String] {
        &self.0
    }

    /// Whether the request comes from a page of ours or a listed one; false where no origin, or
    /// more than one, is named.
    pub fn same_site(&self, headers: &HeaderMap) -> bool {
        let mut named = headers.get_all(ORIGIN).iter();
        let (Some(origin), None) = (named.next().and_then(|value| value.to_str().ok()), named.next()) else {
            return false;
        };
        self.0.iter().any(|listed| listed == origin) || own(origin, headers)
    }
}

/// An origin whose host is the one that was asked.
fn own(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let page = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    matches!((host, page), (Some(host), Some(page)) if !host.is_empty() && host.eq_ignore_ascii_case(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(origin: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "chat.example:3000".parse().unwrap());
        headers.insert(ORIGIN, origin.parse().unwrap());
        Origins::new(["https://app.example/".to_owned()]).same_site(&headers)
    }

    #[test]
    fn only_our_own_host_and_listed_pages_are_same_site() {
        assert!(judged("http://chat.example:3000"));
        assert!(judged("https://app.example"));
        for evil in [
            "null",
            "https://evil.example",
            "http://chat.example",
            "https://app.example.evil",
            "https://APP.example",
            "",
        ] {
            assert!(!judged(evil), "{evil}");
        }
    }

    #[test]
    fn no_origin_and_two_origins_are_not_same_site() {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "a.example".parse().unwrap());
        assert!(!Origins::default().same_site(&headers));
        headers.append(ORIGIN, "http://a.example".parse().unwrap());
        headers.append(ORIGIN, "http://a.example".parse().unwrap());
        assert!(!Origins::default().same_site(&headers));
    }
}
