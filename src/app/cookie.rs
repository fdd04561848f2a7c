//! Cookies, read and written.

use http::HeaderMap;
use http::header::COOKIE;

/// The one cookie of that name; none where it is there twice with different values, since then
/// somebody else set one of them.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
    let first = values.next()?;
    (!first.is_empty() && values.all(|other| other == first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(line: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, line.parse().unwrap());
        headers
    }

    #[test]
    fn a_cookie_is_read_by_its_whole_name() {
        assert_eq!(read(&told("a=1; accessToken=x.y=z; b=2"), "accessToken"), Some("x.y=z"));
        assert_eq!(read(&told("xaccessToken=1"), "accessToken"), None);
        assert_eq!(read(&told("accessToken="), "accessToken"), None);
    }

    #[test]
    fn a_cookie_that_somebody_set_a_second_time_is_none() {
        assert_eq!(read(&told("t=1; t=2"), "t"), None);
        assert_eq!(read(&told("t=1; t=1"), "t"), Some("1"));
    }

    proptest! {
        #[test]
        fn no_cookie_header_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut headers = HeaderMap::new();
            if let Ok(value) = http::HeaderValue::from_bytes(&bytes) {
                headers.insert(COOKIE, value);
            }
            let _ = read(&headers, "t");
        }
    }
}
