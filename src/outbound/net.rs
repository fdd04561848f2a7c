//! The network: names into addresses, addresses into connections, and proof of who is there.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::Failure;
use crate::error::{Error, Result};

/// The real one is [`Internet`]; tests have others, in which every connection is seen.
pub trait Net: Send + Sync {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
    fn connect(&self, place: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>>;
}

#[derive(Clone, Copy, Debug)]
pub struct Internet;

impl Net for Internet {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move { Ok(lookup_host((host, 0)).await?.map(|place| place.ip()).collect()) })
    }

    fn connect(&self, place: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(TcpStream::connect(place))
    }
}

#[derive(Clone)]
pub(super) struct Tls(Arc<ClientConfig>);

impl Tls {
    /// Believes whom browsers believe.
    pub(super) fn public() -> Result<Tls> {
        Tls::of(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() })
    }

    pub(super) fn of(roots: RootCertStore) -> Result<Tls> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().map_err(Error::internal)?;
        Ok(Tls(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
    }

    pub(super) async fn over(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> std::result::Result<TlsStream<TcpStream>, Failure> {
        let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(name).map_err(|_| Failure::Address)?;
        TlsConnector::from(self.0.clone()).connect(name, stream).await.map_err(|_| Failure::Unreachable)
    }
}
