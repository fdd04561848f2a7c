//! Who is calling, from headers that the caller wrote: address, origin, token and cookie.
//!
//! Each line of input is a header, `name: value`; `$T` is a good access token.

use std::net::IpAddr;

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN};
use http::{HeaderMap, Request};
use hubbub::app::{Origins, block, client_address};
use hubbub::config::Network;

use super::house::{House, Left, within};
use super::line::Polling;

const LISTED: &str = "https://app.example";

pub fn run(bytes: &[u8]) {
    within(async |house| {
        let headers = headers(&house.spelt(bytes));
        address(&headers);
        origin(&headers);
        let told = token(house, &headers);
        request(house, &headers, told).await;
        write(house, &headers, told).await;
        handshake(house, &headers, told).await;
        Left::AsItWas
    });
}

fn headers(text: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in text.split(|byte| *byte == b'\n').take(64) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (HeaderName::from_bytes(&line[..colon]), line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    headers
}

/// What somebody is told to be, and by whom.
fn address(headers: &HeaderMap) {
    let trusted: Vec<Network> = ["10.0.0.0/8", "::1"].iter().map(|text| text.parse().expect("one")).collect();
    let (stranger, proxy) = (IpAddr::from([9, 9, 9, 9]), IpAddr::from([10, 0, 0, 1]));
    assert_eq!(client_address(stranger, headers, &trusted), stranger, "a stranger spoke for another");
    let found = client_address(proxy, headers, &trusted);
    let hops: Vec<IpAddr> = forwarded(headers).iter().filter_map(|hop| plain(hop)).collect();
    assert!(found == proxy || hops.contains(&found), "{found} was named by nobody: {headers:?}");
    assert_eq!(block(block(found)), block(found));
    let trusts = |address| trusted.iter().any(|network| network.contains(address));
    if !trusts(found) {
        // What stands further left is the caller's own word, and other headers are nobody's.
        let mut longer = HeaderMap::new();
        longer.append("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 7.7.7.7"));
        for line in headers.get_all("x-forwarded-for") {
            longer.append("x-forwarded-for", line.clone());
        }
        longer.append("x-real-ip", HeaderValue::from_static("8.8.8.8"));
        assert_eq!(client_address(proxy, &longer, &trusted), found, "{headers:?}");
    }
}

fn forwarded(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|hop| hop.trim().to_owned()).collect()
}

/// The address of a hop, whatever port and brackets are around it.
fn plain(hop: &str) -> Option<IpAddr> {
    let bare = hop.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(inside, _)| inside);
    let short = hop.rsplit_once(':').filter(|(host, _)| !host.contains(':')).map(|(host, _)| host);
    [Some(hop), bare, short]
        .into_iter()
        .flatten()
        .find_map(|text| text.parse::<IpAddr>().ok())
        .map(|address| address.to_canonical())
}

fn is_same_site(headers: &HeaderMap) -> bool {
    Origins::new([LISTED.to_owned()]).same_site(headers)
}

fn origin(headers: &HeaderMap) {
    if is_same_site(headers) {
        let named: Vec<_> = headers.get_all(ORIGIN).iter().collect();
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
        let [named] = named.as_slice() else { panic!("several origins: {headers:?}") };
        let named = named.to_str().expect("an origin is text").to_ascii_lowercase();
        let own = ["http://", "https://"].map(|scheme| format!("{scheme}{host}").to_ascii_lowercase());
        assert!(named == LISTED || (!host.is_empty() && own.contains(&named)), "{headers:?}");
    }
}

/// Where in the headers the token stands.
#[derive(Clone, Copy, Default)]
struct Told {
    /// As `Authorization: Bearer …`.
    bearer: bool,
    /// As the one value of the cookie.
    cookie: bool,
}

fn token(house: &House, headers: &HeaderMap) -> Told {
    let token = house.named("$T");
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = authorization
        .and_then(|told| told.split_once(' '))
        .is_some_and(|(scheme, told)| scheme.eq_ignore_ascii_case("bearer") && told.trim() == token);
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let values: Vec<&str> = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, value)| (name == "accessToken").then_some(value))
        .collect();
    Told { bearer, cookie: !values.is_empty() && values.iter().all(|value| *value == token) }
}

async fn status(house: &House, mut request: Request<Bytes>, headers: &HeaderMap) -> u16 {
    request.headers_mut().extend(headers.clone());
    let answer = house.ask(request).await;
    assert!(answer.status < 500, "{headers:?}: {:?}", answer.body);
    answer.status
}

/// Reading needs the token, from the header or else from the cookie.
async fn request(house: &House, headers: &HeaderMap, told: Told) {
    let request = Request::get("/api/auth/me").body(Bytes::new()).expect("a request");
    let let_in = status(house, request, headers).await < 400;
    assert!(!let_in || told.bearer || told.cookie, "let in: {headers:?}");
    if told.bearer
        && headers.get_all(AUTHORIZATION).iter().count() == 1
        && !headers.contains_key("content-length")
    {
        assert!(let_in, "kept out: {headers:?}");
    }
}

/// A write with a cookie must come from a page of ours.
async fn write(house: &House, headers: &HeaderMap, told: Told) {
    let request =
        Request::post("/api/messages/reactions/batch").body(Bytes::from_static(b"{\"messageIds\":[]}"));
    let let_in = status(house, request.expect("a request"), headers).await < 400;
    // The doors of this house list no origin.
    let own = Origins::default().same_site(headers);
    assert!(!let_in || told.bearer || (told.cookie && own), "a page of another site wrote: {headers:?}");
}

/// A socket takes the token as REST does, and the cookie only of a browser that says whose page it is.
async fn handshake(house: &House, headers: &HeaderMap, told: Told) {
    let Some(mut line) = Polling::open(house, "4", headers).await else { return };
    assert_eq!(line.post(Bytes::from_static(b"40")).await, Some(200));
    let answer = line.until(|packet| packet.starts_with("40") || packet.starts_with("44")).await;
    let let_in = answer.is_some_and(|answer| answer.starts_with("40"));
    let browser = headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site");
    assert!(!let_in || told.bearer || (told.cookie && browser), "a socket was let in: {headers:?}");
    line.post(Bytes::from_static(b"41")).await;
}
