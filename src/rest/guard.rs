//! Who is let in: the token of a request, other sites' pages, and too many requests.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};

use super::body;
use crate::app::{Doors, Origins, block, cookie};
use crate::error::{Error, Result};

/// The cookie that carries the access token.
pub const ACCESS_COOKIE: &str = "accessToken";

/// The access token, from the header or, for browsers, from the cookie; never from the address.
pub fn token<'a>(method: &Method, headers: &'a HeaderMap, origins: &Origins) -> Result<Option<&'a str>> {
    if let Some(told) = headers.get(AUTHORIZATION) {
        let told = told.to_str().unwrap_or_default();
        return match told.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
            _ => Err(Error::unauthenticated("the Authorization header must read: Bearer <token>")),
        };
    }
    let Some(token) = cookie::read(headers, ACCESS_COOKIE) else {
        return Ok(None);
    };
    against_other_sites(method, headers, origins)?;
    Ok(Some(token))
}

/// A browser sends cookies with what other sites' pages ask, too; a write must come from ours.
pub fn against_other_sites(method: &Method, headers: &HeaderMap, origins: &Origins) -> Result<()> {
    if method.is_safe() {
        return Ok(());
    }
    if !origins.same_site(headers) {
        return Err(Error::forbidden("a write with a cookie must come from a page of this site"));
    }
    match body::is_json(headers) || headers.get(http::header::CONTENT_TYPE).is_none() {
        true => Ok(()),
        false => Err(Error::forbidden("a write with a cookie must be JSON")),
    }
}

/// Requests per second and address; an IPv6 caller is their /64.
#[derive(Debug)]
pub struct Pace {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    checks: AtomicUsize,
}

/// After this many requests the addresses at rest are forgotten.
const TIDIED_EVERY: usize = 10_000;

impl Pace {
    pub fn new(says: &Doors) -> Pace {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(says.requests_per_second_per_address));
        Pace {
            addresses: RateLimiter::dashmap(quota.allow_burst(at_least_one(says.requests_burst))),
            checks: AtomicUsize::new(0),
        }
    }

    pub fn check(&self, address: IpAddr) -> Result<()> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDIED_EVERY == TIDIED_EVERY - 1 {
            self.addresses.retain_recent();
        }
        let refused = self.addresses.check_key(&block(address)).err();
        match refused.map(|until| until.wait_time_from(DefaultClock::default().now())) {
            None => Ok(()),
            Some(wait) => Err(Error::rate_limited(wait.max(Duration::from_millis(1)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::error::Code;

    #[test]
    fn a_burst_is_let_through_and_then_slowed() {
        let mut says = Doors::from(&Config::default());
        (says.requests_per_second_per_address, says.requests_burst) = (5, 10);
        let pace = Pace::new(&says);
        let (loud, calm) = ("2001:db8::1".parse().unwrap(), "1.2.3.4".parse().unwrap());
        let let_in = (0..100).filter(|_| pace.check(loud).is_ok()).count();
        assert!((10..20).contains(&let_in), "{let_in}");
        let refused = pace.check("2001:db8::2".parse().unwrap()).unwrap_err();
        assert_eq!(refused.code(), Code::RateLimited);
        assert!(refused.wait().is_some());
        assert!(pace.check(calm).is_ok());
    }
}
