//! Whose address a request comes from. Only a trusted proxy may speak for another address.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::HeaderMap;

use crate::config::Network;

/// The other end of the connection; the accept loop puts it into every request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);

/// The peer, or, where the peer is a trusted proxy, the rightmost hop of `X-Forwarded-For` that is
/// not. Hops further left are the caller's own words and count for nothing.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let trusts = |address| trusted.iter().any(|network| network.contains(address));
    let mut nearest = plain(peer);
    if !trusts(nearest) {
        return nearest;
    }
    let told: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let hops = told.iter().rev().flat_map(|value| value.to_str().unwrap_or("?").rsplit(','));
    for hop in hops {
        let Some(address) = hop_address(hop.trim()) else {
            break;
        };
        nearest = address;
        if !trusts(nearest) {
            break;
        }
    }
    nearest
}

/// `1.2.3.4`, `1.2.3.4:5`, `::1` or `[::1]:5`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let address = hop.parse().ok().or_else(|| hop.parse().ok().map(|hop: SocketAddr| hop.ip()));
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    address.or_else(|| bracketed().map(IpAddr::V6)).map(plain)
}

/// What one caller has: an IPv4 address, or a /64 of IPv6. Limits count these.
pub fn block(address: IpAddr) -> IpAddr {
    match plain(address) {
        IpAddr::V6(long) => IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() >> 64 << 64)),
        short => short,
    }
}

/// An IPv4 address that came mapped into IPv6 is that IPv4 address.
fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn forwarded(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        headers
    }

    fn seen(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &forwarded(lines), &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_speaks_for_another_address_s24() {
        assert_eq!(seen("9.9.9.9", &["1.1.1.1"], &[]), "9.9.9.9");
        assert_eq!(seen("9.9.9.9", &["1.1.1.1"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1"], &["10.0.0.0/8"]), "1.1.1.1");
    }

    #[test]
    fn the_rightmost_untrusted_hop_counts_s24() {
        let trusted = &["10.0.0.0/8", "::1"];
        assert_eq!(seen("10.0.0.1", &["6.6.6.6, 7.7.7.7, 10.0.0.2"], trusted), "7.7.7.7");
        assert_eq!(seen("10.0.0.1", &["6.6.6.6", "7.7.7.7:80"], trusted), "7.7.7.7");
        assert_eq!(seen("::1", &["6.6.6.6, nonsense, 10.0.0.3"], trusted), "10.0.0.3");
        assert_eq!(seen("::ffff:10.0.0.1", &["[2001:db8::1]:9"], trusted), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &[""], trusted), "10.0.0.1");
    }

    proptest! {
        #[test]
        fn no_forwarded_header_makes_it_panic_or_moves_an_untrusted_peer(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                headers.insert("x-forwarded-for", value);
            }
            let trusted = ["127.0.0.1".parse::<Network>().unwrap()];
            client_address("127.0.0.1".parse().unwrap(), &headers, &trusted);
            let peer: IpAddr = "9.9.9.9".parse().unwrap();
            prop_assert_eq!(client_address(peer, &headers, &trusted), peer);
        }
    }
}
