//! A web of our own: names mean what a story says, every connection to a public address comes to one
//! server on this machine, and one to an address of this machine would really be made.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use hubbub::outbound::Net;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// Where every name leads of which nothing else is said.
pub const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(93, 184, 216, 34));

#[derive(Default)]
pub struct Web {
    /// What a name is resolved to, one answer after the other; the last one stays.
    names: Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>,
    server: Mutex<Option<SocketAddr>>,
    /// Listens on addresses of this machine, on whichever port was asked for.
    trap: Mutex<Option<std::net::TcpListener>>,
    resolved: Mutex<Vec<String>>,
    connected: Mutex<Vec<SocketAddr>>,
}

impl Web {
    pub fn name(&self, name: &str, answers: &[&[&str]]) {
        let answers = answers.iter().map(|ips| ips.iter().map(|ip| ip.parse().unwrap()).collect());
        self.names.lock().unwrap().insert(name.into(), answers.collect());
    }

    /// From here on the public addresses are this one.
    pub fn lead_to(&self, server: SocketAddr) {
        *self.server.lock().unwrap() = Some(server);
    }

    /// Sets a listener on every address of this machine, which hears of each connection to it.
    pub fn set_trap(&self) {
        let trap = std::net::TcpListener::bind("[::]:0").unwrap();
        trap.set_nonblocking(true).unwrap();
        *self.trap.lock().unwrap() = Some(trap);
    }

    pub fn trap(&self) -> SocketAddr {
        self.trap.lock().unwrap().as_ref().unwrap().local_addr().unwrap()
    }

    /// How many came to it.
    pub fn trapped(&self) -> usize {
        let trap = self.trap.lock().unwrap();
        std::iter::from_fn(|| trap.as_ref().unwrap().accept().ok()).count()
    }

    /// The names that were resolved since this was asked last.
    pub fn resolved(&self) -> Vec<String> {
        std::mem::take(&mut self.resolved.lock().unwrap())
    }

    pub fn connected(&self) -> Vec<SocketAddr> {
        std::mem::take(&mut self.connected.lock().unwrap())
    }
}

impl Net for Web {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        self.resolved.lock().unwrap().push(host.into());
        let mut names = self.names.lock().unwrap();
        let answer = match names.get_mut(host) {
            Some(answers) if answers.len() > 1 => answers.pop_front().unwrap(),
            Some(answers) => answers.front().cloned().unwrap_or_default(),
            None => vec![PUBLIC],
        };
        Box::pin(async move { Ok(answer) })
    }

    fn connect(&self, place: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.connected.lock().unwrap().push(place);
        let to = match place.ip() {
            PUBLIC => self.server.lock().unwrap().unwrap(),
            ip => SocketAddr::new(ip, self.trap().port()),
        };
        Box::pin(TcpStream::connect(to))
    }
}

/// What a server says to the head of a request; it goes on speaking until the other side is gone.
pub type Says = Arc<dyn Fn(String) -> Speech + Send + Sync>;

pub struct Speech {
    pub first: Vec<u8>,
    /// Said again and again.
    pub then: Vec<u8>,
    /// Keeps the connection open without a word.
    pub holds: bool,
}

impl Speech {
    pub fn once(text: impl Into<Vec<u8>>) -> Speech {
        Speech { first: text.into(), then: Vec::new(), holds: false }
    }

    pub fn page(html: &str) -> Speech {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\n\r\n";
        Speech::once(format!("{head}{html}"))
    }

    pub fn redirect(place: &str) -> Speech {
        Speech::once(format!("HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n"))
    }
}

/// A server on this machine, until it is dropped.
pub struct Site {
    pub address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Site {
    pub async fn new(says: impl Fn(String) -> Speech + Send + Sync + 'static) -> Site {
        Site::with(says, None).await
    }

    pub async fn with(
        says: impl Fn(String) -> Speech + Send + Sync + 'static,
        tls: Option<TlsAcceptor>,
    ) -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, says): (_, Says) = (listener.local_addr().unwrap(), Arc::new(says));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (says, tls) = (says.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => speak(tls.accept(stream).await?, says).await,
                        None => speak(stream, says).await,
                    }
                });
            }
        });
        Site { address, task }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn speak(mut stream: impl AsyncRead + AsyncWrite + Unpin, says: Says) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let speech = says(String::from_utf8_lossy(&head).into_owned());
    stream.write_all(&speech.first).await?;
    stream.flush().await?;
    while !speech.then.is_empty() {
        stream.write_all(&speech.then).await?;
    }
    if speech.holds {
        stream.read_to_end(&mut Vec::new()).await?;
    }
    stream.shutdown().await
}

/// An authority, and a server's proof by it that it is this host.
pub fn proof(host: &str) -> (RootCertStore, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    (roots, TlsAcceptor::from(Arc::new(config)))
}
