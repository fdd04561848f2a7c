//! Whom an address asks: the host, the port, and the place in the network that was looked at.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::{Failure, Net, is_public};

#[derive(Debug)]
pub(super) struct Target {
    /// As it is named in the request and proved by a certificate.
    pub(super) host: String,
    /// The address, where that is what the host is.
    literal: Option<IpAddr>,
    port: u16,
    pub(super) tls: bool,
    pub(super) path: String,
}

impl Target {
    /// The web on its own ports, and nobody's name before the host.
    pub(super) fn of(url: &Url) -> Result<Target, Failure> {
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Failure::Address),
        };
        let named = !url.username().is_empty() || url.password().is_some();
        let port = url.port_or_known_default().filter(|port| matches!(port, 80 | 443) && !named);
        // `2130706433`, `0x7f.1` and their like are addresses by now.
        let (host, literal) = match url.host().ok_or(Failure::Address)? {
            Host::Domain(name) => (name.to_owned(), None),
            Host::Ipv4(address) => (address.to_string(), Some(IpAddr::V4(address))),
            Host::Ipv6(address) => (format!("[{address}]"), Some(IpAddr::V6(address))),
        };
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = format!("{}{query}", url.path());
        Ok(Target { host, literal, port: port.ok_or(Failure::Address)?, tls, path })
    }

    /// Where it is; nowhere if any of its addresses is none that may be asked.
    pub(super) async fn find(&self, net: &dyn Net) -> Result<SocketAddr, Failure> {
        let addresses = match self.literal {
            Some(address) => vec![address],
            None => net.resolve(&self.host).await.map_err(|_| Failure::Unreachable)?,
        };
        match addresses.iter().all(|address| is_public(*address)) {
            true => addresses.first().map(|address| (*address, self.port).into()).ok_or(Failure::Unreachable),
            false => Err(Failure::Private),
        }
    }

    /// `Host`, with the port where it is not the scheme's own.
    pub(super) fn authority(&self) -> String {
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => self.host.clone(),
            (_, port) => format!("{}:{port}", self.host),
        }
    }
}
