//! What stands before Socket.IO: origins, tokens in addresses, and sessions that nobody claims.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method, Uri};

use crate::app::{Origins, block};
use crate::error::{Code, Error, Result};
use crate::socket::Unclaimed;

/// A session that has not been signed into for this long is closed by Socket.IO.
const UNCLAIMED_FOR: Duration = Duration::from_secs(10);
/// Unclaimed sessions from all addresses together.
const UNCLAIMED_IN_ALL: usize = 5_000;
const URI_BYTES: usize = 8 * 1024;

#[derive(Clone, Debug)]
pub struct Gate {
    origins: Origins,
    per_address: usize,
    eio3: bool,
    unclaimed: Arc<Mutex<HashMap<IpAddr, Vec<Unclaimed>>>>,
}

/// What the query of a Socket.IO request says.
pub struct Handshake<'a> {
    pub sid: Option<&'a str>,
    pub websocket: bool,
    version_4: bool,
}

impl<'a> Handshake<'a> {
    pub fn of(uri: &'a Uri) -> Handshake<'a> {
        Handshake {
            sid: parameter(uri, "sid"),
            websocket: parameter(uri, "transport") == Some("websocket"),
            version_4: parameter(uri, "EIO") == Some("4"),
        }
    }

    /// Not an upgrade from polling, and in the version that is spoken today.
    pub fn begins_websocket(&self) -> bool {
        self.websocket && self.version_4 && self.sid.is_none()
    }
}

fn parameter<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    let mut pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// Whether the request is for Socket.IO rather than for REST.
pub fn is_socket(uri: &Uri) -> bool {
    uri.path() == "/socket.io" || uri.path().starts_with("/socket.io/")
}

impl Gate {
    pub fn new(origins: Origins, per_address: usize, eio3: bool) -> Gate {
        Gate { origins, per_address, eio3, unclaimed: Arc::default() }
    }

    /// For every request. Addresses end up in logs, so a token in one is refused.
    pub fn check(&self, uri: &Uri) -> Result<()> {
        // `CONNECT a:1` and `GET a` name an authority and no path, which warp cannot read: it panics.
        if uri.path().is_empty() {
            return Err(Error::bad_request("this request names no path"));
        }
        if uri.path().len() + uri.query().map_or(0, str::len) > URI_BYTES {
            return Err(Error::bad_request("this address is too long"));
        }
        match ["token", "access_token"].into_iter().any(|name| parameter(uri, name).is_some()) {
            true => {
                Err(Error::unauthenticated("a token must not be in the address: it would end up in logs"))
            }
            false => Ok(()),
        }
    }

    /// For a Socket.IO request: a page of another site may not open one in a browser's name.
    pub fn check_socket(&self, headers: &HeaderMap) -> Result<()> {
        let named = headers.contains_key(http::header::ORIGIN);
        match named && !self.origins.same_site(headers) {
            true => Err(Error::new(Code::Forbidden, "this origin may not connect")),
            false => Ok(()),
        }
    }

    /// For a request that opens a polling session: there are not too many that nobody signed into.
    pub fn open_session(&self, method: &Method, uri: &Uri, address: IpAddr) -> Result<Option<Unclaimed>> {
        let handshake = Handshake::of(uri);
        if method != Method::GET || handshake.sid.is_some() || handshake.websocket {
            return Ok(None);
        }
        let mut unclaimed = self.unclaimed.lock().unwrap_or_else(PoisonError::into_inner);
        unclaimed.retain(|_, opened| {
            opened.retain(|session| !session.is_claimed() && !session.is_over());
            !opened.is_empty()
        });
        let in_all: usize = unclaimed.values().map(Vec::len).sum();
        let here = unclaimed.entry(block(address)).or_default();
        if here.len() >= self.per_address || in_all >= UNCLAIMED_IN_ALL {
            return Err(Error::rate_limited(UNCLAIMED_FOR));
        }
        let session = Unclaimed::default();
        here.push(session.clone());
        Ok(Some(session))
    }

    /// Version 4 of Engine.IO, and version 3 where it is switched on. The engine would read `EIO=3=`
    /// as 3, so the spelling is exact.
    pub fn check_protocol(&self, uri: &Uri) -> Result<()> {
        let mut pairs = uri.query().unwrap_or_default().split('&');
        match pairs.find(|pair| pair.starts_with("EIO")) {
            None | Some("EIO=4") => Ok(()),
            Some("EIO=3") if self.eio3 => Ok(()),
            Some("EIO=3") => {
                Err(Error::bad_request("clients of Socket.IO 2 are switched off here (sockets.eio3)"))
            }
            Some(_) => Err(Error::bad_request("this server speaks version 4 of Engine.IO")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate::new(Origins::default(), 2, false)
    }

    #[test]
    fn a_token_in_the_address_is_refused_s25() {
        for uri in ["/socket.io/?EIO=4&token=abc", "/api/users?token=abc", "/api/me?access_token=x"] {
            let refused = gate().check(&uri.parse().unwrap()).unwrap_err();
            assert_eq!(refused.code(), Code::Unauthenticated, "{uri}");
        }
        assert!(gate().check(&"/api/users?search=token".parse().unwrap()).is_ok());
    }

    #[test]
    fn a_target_without_a_path_is_refused_s54() {
        for target in ["a", "evil.example:443"] {
            let refused = gate().check(&target.parse().unwrap()).unwrap_err();
            assert_eq!(refused.code(), Code::BadRequest, "{target}");
        }
        assert!(gate().check(&"*".parse().unwrap()).is_ok());
    }

    #[test]
    fn a_foreign_page_may_not_open_a_socket_s50() {
        let mut headers = HeaderMap::new();
        headers.insert("host", "chat.example".parse().unwrap());
        assert!(gate().check_socket(&headers).is_ok(), "no browser, no origin");
        headers.insert("origin", "https://evil.example".parse().unwrap());
        assert!(gate().check_socket(&headers).is_err());
        headers.insert("origin", "https://chat.example".parse().unwrap());
        assert!(gate().check_socket(&headers).is_ok());
    }

    #[test]
    fn sessions_that_nobody_signed_into_are_few_s56() {
        let (gate, address) = (gate(), IpAddr::from([1, 1, 1, 1]));
        let uri: Uri = "/socket.io/?EIO=4&transport=polling".parse().unwrap();
        let first = gate.open_session(&Method::GET, &uri, address).unwrap().unwrap();
        let second = gate.open_session(&Method::GET, &uri, address).unwrap();
        assert_eq!(gate.open_session(&Method::GET, &uri, address).unwrap_err().code(), Code::RateLimited);
        first.claim();
        let third = gate.open_session(&Method::GET, &uri, address).unwrap();
        assert!(gate.open_session(&Method::GET, &uri, address).is_err());
        drop(second);
        assert!(
            gate.open_session(&Method::GET, &uri, address).is_ok(),
            "a session that is over counts no more"
        );
        drop(third);
    }

    #[test]
    fn a_protocol_is_spelt_exactly() {
        let asked = |uri: &str| gate().check_protocol(&uri.parse().unwrap()).is_ok();
        assert!(asked("/socket.io/?EIO=4&transport=polling"));
        for odd in ["/socket.io/?EIO=3", "/socket.io/?EIO=3=", "/socket.io/?EIO=03", "/socket.io/?EIO"] {
            assert!(!asked(odd), "{odd}");
        }
    }
}
