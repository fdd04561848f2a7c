//! The one way out: pages that strangers name are fetched by this client and no other.
//!
//! Whoever can make a server fetch an address can make it look around in its own house. So only the
//! web's two ports are asked, every host is resolved first, none of whose addresses may be of a
//! private or otherwise special network, and the connection goes to the very address that was looked
//! at; and so again for each redirect. What comes back is bounded in time and size, is not unpacked,
//! and is a page or nothing. What is made of it is left to others.

mod address;
mod exchange;
mod hosts;
mod net;
mod target;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_rustls::rustls::RootCertStore;
use url::Url;

pub use self::address::is_public;
use self::exchange::{Answer, ask};
pub use self::hosts::Hosts;
use self::net::Tls;
pub use self::net::{Internet, Net};
use self::target::Target;
use crate::error;

/// For all of it: every name, every redirect, the last byte.
pub const WHOLE: Duration = Duration::from_secs(5);
pub const REDIRECTS: usize = 3;
/// Of a page; what is beyond is not read.
pub const BODY: usize = 1024 * 1024;

#[derive(Clone)]
pub struct Client {
    net: Arc<dyn Net>,
    tls: Tls,
    hosts: Hosts,
}

/// A page, as far as it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it was found in the end.
    pub url: Url,
    pub body: Vec<u8>,
}

/// Why there is no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No address on the web that may be asked for.
    Address,
    /// The operator does not want it asked.
    Host,
    /// It leads into a network that is not public.
    Private,
    /// Nobody there, or nobody who speaks the protocol or proves who they are.
    Unreachable,
    Redirects,
    /// What was answered is no page, or is packed.
    NoPage,
    Slow,
}

impl Client {
    /// Of the real network.
    pub fn new(hosts: Hosts) -> error::Result<Client> {
        Ok(Client { net: Arc::new(Internet), tls: Tls::public()?, hosts })
    }

    /// Of another network, whose certificates these authorities sign.
    pub fn over(net: Arc<dyn Net>, roots: RootCertStore, hosts: Hosts) -> error::Result<Client> {
        Ok(Client { net, tls: Tls::of(roots)?, hosts })
    }

    /// The page at an address, or where that redirects to.
    pub async fn page(&self, address: &str) -> Result<Page, Failure> {
        timeout(WHOLE, self.follow(address)).await.unwrap_or(Err(Failure::Slow))
    }

    async fn follow(&self, address: &str) -> Result<Page, Failure> {
        let mut url = Url::parse(address).map_err(|_| Failure::Address)?;
        for _ in 0..=REDIRECTS {
            match self.once(&url).await? {
                Answer::Page(body) => return Ok(Page { url, body }),
                Answer::Elsewhere(place) => url = url.join(&place).map_err(|_| Failure::Address)?,
            }
        }
        Err(Failure::Redirects)
    }

    async fn once(&self, url: &Url) -> Result<Answer, Failure> {
        let target = Target::of(url)?;
        if !self.hosts.allow(&target.host) {
            return Err(Failure::Host);
        }
        let place = target.find(&*self.net).await?;
        let stream = self.net.connect(place).await.map_err(|_| Failure::Unreachable)?;
        match target.tls {
            true => ask(self.tls.over(stream, &target.host).await?, &target).await,
            false => ask(stream, &target).await,
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}
